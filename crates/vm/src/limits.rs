//! Limits and interruption: one word that running code polls, and who may change it.
//!
//! The word is the end of the register stack. Calls compare against it anyway and loops do so at their
//! back edge; setting it to zero sends the next of either to a slow path that looks up what is wanted.
//! A thread of the process sets it when a deadline passes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

/// What a script may use. `None` means unlimited.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Nested calls.
    pub max_depth: usize,
    /// Bytes of heap (blocks, large objects, payloads of host objects).
    pub memory: Option<usize>,
    /// Wall-clock time of one call from the host.
    pub time: Option<Duration>,
    /// Deterministic work of one call from the host: about one unit per instruction, charged per call and
    /// per turn of a loop.
    pub fuel: Option<u64>,
}

/// Nested calls unless somebody says otherwise.
pub const DEFAULT_MAX_DEPTH: usize = 20_000;

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_depth: DEFAULT_MAX_DEPTH, memory: None, time: None, fuel: None }
    }
}

pub(crate) const CANCEL: u32 = 1;
pub(crate) const DEADLINE: u32 = 2;

/// The words that other threads may write.
#[derive(Debug)]
pub(crate) struct Shared {
    /// End of the register stack, or 0 to interrupt.
    pub limit: AtomicUsize,
    /// What is wanted: `CANCEL`, `DEADLINE`.
    pub requests: AtomicU32,
}

impl Shared {
    pub fn new(limit: usize) -> Shared {
        Shared { limit: AtomicUsize::new(limit), requests: AtomicU32::new(0) }
    }

    pub fn request(&self, what: u32) {
        self.requests.fetch_or(what, Ordering::SeqCst);
        self.limit.store(0, Ordering::SeqCst);
    }
}

/// Stops the script that runs in a context, from any thread. Kept apart from the context, which it does
/// not keep alive.
#[derive(Clone, Debug)]
pub struct CancelHandle(pub(crate) Weak<Shared>);

impl CancelHandle {
    /// Stops the running call, or the next one if none runs. Returns whether the context still exists.
    pub fn cancel(&self) -> bool {
        match self.0.upgrade() {
            Some(shared) => {
                shared.request(CANCEL);
                true
            }
            None => false,
        }
    }
}

/// Deadlines that wait, the next one first.
struct Watchdog {
    queue: Mutex<BinaryHeap<Reverse<Entry>>>,
    wake: Condvar,
}

struct Entry {
    at: Instant,
    ticket: u64,
    shared: Weak<Shared>,
    live: Weak<()>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        (self.at, self.ticket) == (other.at, other.ticket)
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> std::cmp::Ordering {
        (self.at, self.ticket).cmp(&(other.at, other.ticket))
    }
}

/// A deadline in force; dropping it lifts it: after that, no interruption comes of it any more.
#[derive(Debug)]
pub(crate) struct Deadline(Option<Arc<()>>);

impl Drop for Deadline {
    fn drop(&mut self) {
        // The watchdog looks and interrupts under its lock, so it has either done so or never will.
        let queue = WATCHDOG.get().map(|dog| dog.queue.lock().unwrap_or_else(|e| e.into_inner()));
        self.0 = None;
        drop(queue);
    }
}

static WATCHDOG: OnceLock<Arc<Watchdog>> = OnceLock::new();

/// Interrupts `shared` at `at`, unless the result is dropped before.
pub(crate) fn arm(shared: &Arc<Shared>, at: Instant) -> Deadline {
    static TICKET: AtomicUsize = AtomicUsize::new(0);
    let dog = WATCHDOG.get_or_init(|| {
        let dog = Arc::new(Watchdog { queue: Mutex::new(BinaryHeap::new()), wake: Condvar::new() });
        let worker = dog.clone();
        std::thread::Builder::new()
            .name("quadriga-watchdog".into())
            .spawn(move || watch(&worker))
            .expect("the system refuses a thread for time limits");
        dog
    });
    let live = Arc::new(());
    let entry = Entry {
        at,
        ticket: TICKET.fetch_add(1, Ordering::Relaxed) as u64,
        shared: Arc::downgrade(shared),
        live: Arc::downgrade(&live),
    };
    let mut queue = dog.queue.lock().unwrap_or_else(|e| e.into_inner());
    // Deadlines that were lifted would pile up under a service that makes many short calls.
    if queue.len() >= 64 && queue.len().is_power_of_two() {
        queue.retain(|Reverse(e)| e.live.strong_count() > 0);
    }
    // Waking the thread costs more than a short call; it looks again by itself when its next deadline is due.
    let first = queue.peek().is_none_or(|Reverse(next)| entry.at < next.at);
    queue.push(Reverse(entry));
    drop(queue);
    if first {
        dog.wake.notify_one();
    }
    Deadline(Some(live))
}

fn watch(dog: &Watchdog) {
    let mut queue = dog.queue.lock().unwrap_or_else(|e| e.into_inner());
    loop {
        let now = Instant::now();
        match queue.peek() {
            None => queue = dog.wake.wait(queue).unwrap_or_else(|e| e.into_inner()),
            Some(Reverse(next)) if next.at > now => {
                let wait = next.at - now;
                queue = dog.wake.wait_timeout(queue, wait).unwrap_or_else(|e| e.into_inner()).0;
            }
            Some(_) => {
                let Some(Reverse(due)) = queue.pop() else { continue };
                if due.live.strong_count() > 0
                    && let Some(shared) = due.shared.upgrade()
                {
                    shared.request(DEADLINE);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_interrupts_and_a_dropped_one_does_not() {
        let shared = Arc::new(Shared::new(77));
        let lifted = arm(&shared, Instant::now() + Duration::from_millis(5));
        drop(lifted);
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(shared.limit.load(Ordering::SeqCst), 77);
        let _kept = arm(&shared, Instant::now() + Duration::from_millis(5));
        let start = Instant::now();
        while shared.limit.load(Ordering::SeqCst) != 0 && start.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(shared.limit.load(Ordering::SeqCst), 0);
        assert_eq!(shared.requests.load(Ordering::SeqCst), DEADLINE);
    }
}
