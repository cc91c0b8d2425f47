//! Cycles: every one of them polls for interruption.
//!
//! The jumps of `loop` and `iternext` poll, so they are left out; what remains of the control flow
//! (fall-through, other jumps, alternates) must be without cycles. A depth-first search with a stack of its
//! own finds the first jump that leads back into the path on which it was reached. Code without such jumps
//! back, which is almost all code, is done after one look at each instruction.

use super::{Fault, fault_at};
use crate::insn::Insn;
use crate::op::{Flow, Opcode};
use crate::unit::Function;

/// The ways out of an instruction, in the order of search.
const EDGES: u8 = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    OnPath,
    Done,
}

/// Checks the control flow of `f`, whose instructions, targets and alternates have been checked.
pub(super) fn check(f: &Function, starts: &[bool]) -> Result<(), Fault> {
    let goes_back = |pc| (1..EDGES).any(|i| edge(f, pc, i).is_some_and(|to| to <= pc));
    if !(0..starts.len()).any(|pc| starts[pc] && goes_back(pc)) {
        return Ok(());
    }
    let mut marks = vec![Mark::New; starts.len()];
    let mut path: Vec<(usize, u8)> = Vec::new();
    for root in (0..starts.len()).filter(|&pc| starts[pc]) {
        if marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::OnPath;
        path.push((root, 0));
        while let Some((pc, next)) = path.last_mut() {
            let (from, i) = (*pc, *next);
            if i == EDGES {
                marks[from] = Mark::Done;
                path.pop();
                continue;
            }
            *next += 1;
            let Some(to) = edge(f, from, i) else { continue };
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::OnPath;
                    path.push((to, 0));
                }
                Mark::OnPath => {
                    return fault_at(
                        from,
                        format!("a cycle through word {to} never polls; close it with `loop`"),
                    );
                }
                Mark::Done => {}
            }
        }
    }
    Ok(())
}

/// Where control goes from `pc` by its `i`-th way out without polling.
fn edge(f: &Function, pc: usize, i: u8) -> Option<usize> {
    let insn = Insn(f.code[pc]);
    let op = insn.op()?;
    match i {
        0 => matches!(op.info().flow, Flow::Next | Flow::Branch).then_some(pc + op.words()),
        1 if matches!(op, Opcode::Loop | Opcode::IterNext) => None,
        1 => insn.target(pc).and_then(|to| usize::try_from(to).ok()),
        _ => f.alternate(pc),
    }
}
