//! What the verifier accepts of changed units is safe to step through.
//!
//! The walker is a second opinion: it shares the fields and the control flow of instructions with the
//! verifier, but states what each opcode touches anew, and takes random ways through the code, exceptions
//! and alternates included. It panics on the first word that is no instruction, and counts the steps between two polls: code in which every cycle polls cannot take more
//! of them than it has instructions.

use quadriga_bytecode::mutate::{Rng, mutant, valid};
use quadriga_bytecode::op::Flow;
use quadriga_bytecode::{Capture, Const, Function, Insn, Opcode, VerifiedUnit, asm, disasm, verify};

const MUTANTS: usize = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };

#[test]
fn generated_units_are_valid() {
    let mut rng = Rng(7);
    let mut seen = [false; 256];
    for _ in 0..500 {
        let unit = verify(valid(&mut rng)).expect("a generated unit is valid");
        for f in &unit.functions {
            let mut pc = 0;
            while pc < f.code.len() {
                let op = Insn(f.code[pc]).op().expect("verified");
                seen[op as usize] = true;
                pc += op.words();
            }
        }
        walk(&mut rng, &unit);
    }
    let missing: Vec<&str> =
        (0..Opcode::COUNT).filter(|&i| !seen[i]).map(|i| quadriga_bytecode::op::TABLE[i].mnemonic).collect();
    assert!(missing.is_empty(), "never generated: {missing:?}");
}

#[test]
fn accepted_mutants_are_safe_and_many() {
    let mut rng = Rng(1);
    let mut unit = valid(&mut rng);
    let mut accepted = 0;
    for i in 0..MUTANTS {
        if i % 16 == 0 {
            unit = valid(&mut rng);
        }
        let mutant = mutant(&mut rng, &unit);
        if i % 64 == 0 {
            let text = disasm::print(&mutant);
            let again = asm::parse(&text).expect("printed text parses");
            assert_eq!(disasm::print(&again), text);
        }
        if let Ok(unit) = verify(mutant) {
            accepted += 1;
            walk(&mut rng, &unit);
        }
    }
    assert!(accepted * 10 >= MUTANTS, "only {accepted} of {MUTANTS} mutants were accepted");
}

fn walk(rng: &mut Rng, unit: &VerifiedUnit) {
    assert!(unit.functions[unit.main as usize].captures.is_empty());
    for f in &unit.functions {
        assert_eq!(f.params.len(), f.defaults.len());
        let (mut pc, mut unpolled) = (0, 0);
        for _ in 0..200 {
            let insn = Insn(f.code[pc]);
            let op = insn.op().expect("an opcode");
            touch(unit, f, op, insn);
            unpolled += 1;
            assert!(unpolled <= f.code.len(), "a cycle does not poll: {}", disasm::print(unit));
            if let Some(to) = f.alternate(pc).filter(|_| rng.once_in(3)) {
                pc = to;
                continue;
            }
            if let Some(h) = f.handler(pc).filter(|_| rng.once_in(8)) {
                assert!(h.register < f.registers);
                (pc, unpolled) = (h.target as usize, 0);
                continue;
            }
            let jumps = match op.info().flow {
                Flow::End => break,
                Flow::Next => false,
                Flow::Branch => rng.once_in(2),
                Flow::Jump => true,
            };
            if jumps {
                if matches!(op, Opcode::Loop | Opcode::IterNext) {
                    unpolled = 0;
                }
                pc = usize::try_from(insn.target(pc).expect("a target")).expect("inside");
            } else {
                pc += op.words();
            }
        }
    }
}

/// Reads everything that the instruction names, opcode by opcode where the table is not enough.
fn touch(unit: &VerifiedUnit, f: &Function, op: Opcode, insn: Insn) {
    use Opcode::*;
    let registers = vec![(); f.registers as usize];
    let window = |first: usize, count: usize| assert!(registers.get(first..first + count).is_some());
    let (a, b, c) = (insn.a(), insn.b(), insn.c());
    match op {
        Nop | RetNil | Jump | Loop => {}
        LoadK => {
            window(a, 1);
            assert!(!matches!(f.consts[insn.bx() as usize], Const::Cell(_)));
        }
        GetGlobal | GetGlobalX | SetGlobal => {
            window(a, 1);
            assert!(matches!(f.consts[insn.bx() as usize], Const::Cell(_)));
        }
        GetCapture | GetCaptureBox | GetCaptureBoxX | SetCaptureBox => {
            window(a, 1);
            assert!(b < f.captures.len());
        }
        AddK | SubK | MulK | DivK | ModK => {
            window(a, 1);
            window(b, 1);
            assert!(!matches!(f.consts[c], Const::Cell(_)));
        }
        JEqK | JNeK => {
            window(a, 1);
            assert!(!matches!(f.consts[b], Const::Cell(_)));
        }
        GetField | GetFieldX | GetOwn | SetField | GetMethod => {
            window(a, if op == GetMethod { 3 } else { 1 });
            window(b, 1);
            assert!(matches!(f.consts[c], Const::Str(_)));
        }
        GetIndexMethod => {
            window(a, 3);
            window(b, 1);
            window(c, 1);
        }
        Slice => {
            assert!(a != 0, "register 0 is written");
            window(a, 1);
            window(b, 1);
            window(c, 2);
        }
        NewList | ListAppend => {
            window(a, 1);
            window(b, c);
        }
        Call => {
            window(a, 3 + c);
            window(b, 1);
        }
        Closure => {
            window(a, 1);
            for capture in &unit.functions[b].captures {
                match *capture {
                    Capture::Register(r) => window(r as usize, 1),
                    Capture::Capture(i) => assert!((i as usize) < f.captures.len()),
                }
            }
        }
        IterInit => {
            window(a, 2);
            window(b, 1);
        }
        IterNext => {
            window(a, 2);
            window(b, 1);
        }
        LoadInt | LoadNil | LoadTrue | LoadFalse | LoadEmpty | NewMap | Ret | Throw | Share => window(a, 1),
        JTrue | JFalse | JFull | JNone | JNil | JNotNil | JEmpty | JNotEmpty => window(a, 1),
        JEqI | JNeI | JLtI | JNLtI | JLeI | JNLeI | JGtI | JNGtI | JGeI | JNGeI => window(a, 1),
        Move | GetLocal | GetLocalX | NewBox | GetBox | GetBoxX | SetBox | AddI | SubI | Neg | Not
        | NewObject | Yield | Unshare | JEq | JNe | JLt | JNLt | JLe | JNLe => {
            window(a, 1);
            window(b, 1);
        }
        Add | Sub | Mul | Div | Mod | Pow | IDiv | BitAnd | BitOr | BitXor | Shl | Shr | Eq | Ne | Lt
        | Le | GetIndex | SetIndex | MapPut | Resume | Special => {
            window(a, 1);
            window(b, 1);
            window(c, 1);
        }
    }
}
