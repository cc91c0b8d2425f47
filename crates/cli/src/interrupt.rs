//! Ctrl-C: the first one asks the running script to stop, the second one ends the process.

use crate::exit;
use crate::output::Output;
use quadriga::CancelHandle;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// What a first Ctrl-C stops.
static RUNNING: Mutex<Option<CancelHandle>> = Mutex::new(None);
/// Ctrl-C so often since the script started.
static PRESSED: AtomicU32 = AtomicU32::new(0);
/// The output had a failure or a Ctrl-C came: who waits should stop waiting.
static STOPPED: AtomicBool = AtomicBool::new(false);

fn running() -> MutexGuard<'static, Option<CancelHandle>> {
    RUNNING.lock().unwrap_or_else(|e| e.into_inner())
}

/// Installs the handler. A process that was started with Ctrl-C ignored keeps ignoring it.
pub fn install(output: Arc<Output>) {
    let _ = ctrlc::try_set_handler(move || {
        let before = PRESSED.fetch_add(1, Ordering::SeqCst);
        if before > 0 || !cancel_running() {
            output.try_flush();
            std::process::exit(exit::CANCELLED);
        }
    });
}

/// Stops the running script; whether there is one.
pub fn cancel_running() -> bool {
    STOPPED.store(true, Ordering::SeqCst);
    running().as_ref().is_some_and(CancelHandle::cancel)
}

/// Whether Ctrl-C came since the script started.
pub fn pressed() -> bool {
    PRESSED.load(Ordering::SeqCst) > 0
}

/// Whether what runs was asked to stop.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

/// While it lives, Ctrl-C stops the script behind `handle`.
pub struct Guard(());

/// Announces a script that is about to run.
#[must_use]
pub fn announce(handle: CancelHandle) -> Guard {
    PRESSED.store(0, Ordering::SeqCst);
    STOPPED.store(false, Ordering::SeqCst);
    *running() = Some(handle);
    Guard(())
}

impl Drop for Guard {
    fn drop(&mut self) {
        *running() = None;
    }
}
