//! Standard input, line by line, without losing time limits and Ctrl-C while it waits.
//!
//! A thread, started when the first line is wanted, reads in blocks; whoever wants a line takes it from the
//! blocks and waits in short steps, so that the wait ends when the script is stopped or its time is up.

use crate::interrupt;
use std::io::Read;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Bytes that are read at once.
const BLOCK: usize = 64 << 10;
/// How long a wait takes at most before it looks up.
const STEP: Duration = Duration::from_millis(10);

/// The lines of standard input.
#[derive(Default)]
pub struct Lines {
    source: Option<Source>,
    pending: Vec<u8>,
    start: usize,
    ended: bool,
}

struct Source {
    wanted: SyncSender<()>,
    blocks: Receiver<Vec<u8>>,
    asked: bool,
}

impl Lines {
    /// The next line without its end; `None` at the end of the input, when the script was stopped or when
    /// `deadline` has passed.
    pub fn next(&mut self, deadline: Option<Instant>) -> Option<String> {
        let mut searched = self.start;
        loop {
            if let Some(at) = self.pending[searched..].iter().position(|&b| b == b'\n') {
                let end = searched + at;
                let line = text_of(&self.pending[self.start..end]);
                self.start = end + 1;
                return Some(line);
            }
            if self.ended {
                let rest = &self.pending[self.start..];
                let line = (!rest.is_empty()).then(|| text_of(rest));
                self.start = self.pending.len();
                return line;
            }
            self.pending.drain(..self.start);
            self.start = 0;
            searched = self.pending.len();
            match self.block(deadline) {
                Some(block) if block.is_empty() => self.ended = true,
                Some(block) => self.pending.extend_from_slice(&block),
                None => return None,
            }
        }
    }

    /// The next block, empty at the end.
    fn block(&mut self, deadline: Option<Instant>) -> Option<Vec<u8>> {
        let source = self.source.get_or_insert_with(start_reader);
        if !source.asked {
            if source.wanted.send(()).is_err() {
                return Some(Vec::new());
            }
            source.asked = true;
        }
        loop {
            match source.blocks.recv_timeout(STEP) {
                Ok(block) => {
                    source.asked = false;
                    return Some(block);
                }
                Err(RecvTimeoutError::Disconnected) => return Some(Vec::new()),
                Err(RecvTimeoutError::Timeout) => {
                    if interrupt::stopped() || deadline.is_some_and(|d| Instant::now() >= d) {
                        return None;
                    }
                }
            }
        }
    }
}

fn start_reader() -> Source {
    let (wanted, requests) = sync_channel::<()>(1);
    let (deliver, blocks) = sync_channel(1);
    let reader = std::thread::Builder::new().name("input".into());
    // Without a thread there is no input: the closed channels say so.
    let _ = reader.spawn(move || {
        let mut stdin = std::io::stdin();
        while requests.recv().is_ok() {
            let mut block = vec![0; BLOCK];
            let n = loop {
                match stdin.read(&mut block) {
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(_) => break 0,
                    Ok(n) => break n,
                }
            };
            block.truncate(n);
            if deliver.send(block).is_err() {
                return;
            }
        }
    });
    Source { wanted, blocks, asked: false }
}

fn text_of(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8_lossy(line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_ends() {
        let mut lines = Lines { pending: b"a\nb\r\n\nlast".to_vec(), ended: true, ..Lines::default() };
        let all: Vec<String> = std::iter::from_fn(|| lines.next(None)).collect();
        assert_eq!(all, ["a", "b", "", "last"]);
    }
}
