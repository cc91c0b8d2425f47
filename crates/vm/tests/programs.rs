//! Programs in text assembly, each of which uses mechanisms that no language of this repository need have.
//! All of them run in all modes of the heap; together they execute every opcode.

mod support;

use quadriga_vm::bytecode::{Insn, Opcode, Unit, verify};
use std::collections::BTreeSet;
use std::sync::Arc;
use support::program::{self, run_unit};
use support::{MODES, Mode};

#[test]
fn programs_do_what_they_should_in_every_mode() {
    for mut program in program::all() {
        for mode in MODES {
            let seen = program.run(mode);
            program.compare(mode, &seen);
        }
    }
}

/// The unit with the instruction at word `pc` of function `f` (and its cache words) replaced by `throw`.
fn sabotaged(unit: &Unit, f: usize, pc: usize, op: Opcode) -> Unit {
    let mut unit = unit.clone();
    let throw = Insn::abc(Opcode::Throw, 0, 0, 0, 0).0;
    unit.functions[f].code[pc..pc + op.words()].fill(throw);
    unit
}

/// An instruction was executed if the program ends otherwise when it throws instead.
#[test]
fn every_opcode_is_executed() {
    let mut missing: BTreeSet<&str> =
        quadriga_vm::bytecode::op::TABLE.iter().map(|info| info.mnemonic).collect();
    for program in program::all() {
        for (f, function) in program.unit.functions.iter().enumerate() {
            let mut pc = 0;
            while pc < function.code.len() {
                let op = Insn(function.code[pc]).op().expect("an instruction");
                if missing.contains(op.info().mnemonic)
                    && let Ok(unit) = verify(sabotaged(&program.unit, f, pc, op))
                    && run_unit(&Arc::new(unit), Mode::Normal) != program.expected
                {
                    missing.remove(op.info().mnemonic);
                }
                pc += op.words();
            }
        }
    }
    assert!(missing.is_empty(), "no program executes {missing:?}");
}
