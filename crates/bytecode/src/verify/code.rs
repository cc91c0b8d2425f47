//! Instructions: decoding, operands, targets.
//!
//! One pass over the words decodes and checks what each instruction says by itself, and marks where
//! instructions start; a second looks up the targets of jumps in the marks.

use super::{Fault, Needs, fault, fault_at};
use crate::insn::Insn;
use crate::op::{Flow, Opcode, Operand};
use crate::unit::{Const, Function};

/// Checks the code of `f`. The answer says for every word whether an instruction starts there.
pub(super) fn check(f: &Function, needs: &[Needs]) -> Result<Vec<bool>, Fault> {
    let mut starts = vec![false; f.code.len()];
    let mut pc = 0;
    let mut last = None;
    while pc < f.code.len() {
        starts[pc] = true;
        let op = check_insn(f, needs, pc)?;
        last = Some((pc, op));
        pc += op.words();
    }
    match last {
        None => fault("no code"),
        Some((pc, op)) if !matches!(op.info().flow, Flow::End | Flow::Jump) => {
            fault_at(pc, "execution runs off the end of the code")
        }
        Some(_) => check_targets(f, &starts).map(|()| starts),
    }
}

/// Checks the instruction at `pc` but for its target.
fn check_insn(f: &Function, needs: &[Needs], pc: usize) -> Result<Opcode, Fault> {
    let insn = Insn(f.code[pc]);
    let Some(op) = insn.op() else {
        return fault_at(pc, format!("there is no opcode {}", insn.op_byte()));
    };
    match f.code.get(pc + 1..pc + op.words()) {
        None => return fault_at(pc, format!("the cache words of {} are missing", op.info().mnemonic)),
        Some(cache) if cache.iter().any(|&word| word != 0) => {
            return fault_at(pc, "a cache word of a unit is not zero");
        }
        Some(_) => {}
    }
    if let Err(message) = check_operands(f, needs, op, insn) {
        return fault_at(pc, format!("{}: {message}", op.info().mnemonic));
    }
    Ok(op)
}

fn check_operands(f: &Function, needs: &[Needs], op: Opcode, insn: Insn) -> Result<(), String> {
    let values = [insn.x() as usize, insn.a(), insn.b(), insn.c()];
    let kinds = op.info().operands;
    let wide = matches!(kinds[2], Operand::K32 | Operand::Cell32 | Operand::Imm32 | Operand::Offset32);
    for field in 0..4 {
        // Fields that belong to an operand told elsewhere: c to a wide b, x to c of a conditional jump.
        if field == 3 && (wide || kinds[0] == Operand::Offset24) {
            continue;
        }
        check_operand(f, needs, op, insn, kinds[field], values[field])?;
    }
    if op == Opcode::Yield && !f.flags.generator {
        return Err("the function is no generator".into());
    }
    Ok(())
}

fn check_operand(
    f: &Function,
    needs: &[Needs],
    op: Opcode,
    insn: Insn,
    kind: Operand,
    value: usize,
) -> Result<(), String> {
    let writes = matches!(kind, Operand::Write | Operand::Pair | Operand::Window | Operand::Call);
    if writes && value == 0 {
        return Err("register 0 holds the closure and is never written".into());
    }
    match kind {
        Operand::Read | Operand::Write => registers(f, value, 1),
        Operand::Pair | Operand::ReadPair => registers(f, value, 2),
        Operand::Window => registers(f, value, 3),
        Operand::Call => registers(f, value, 3 + insn.c()),
        Operand::Range => registers(f, value, insn.c()),
        Operand::K => constant(f, value, "a value", |c| !matches!(c, Const::Cell(_))),
        Operand::K32 => constant(f, insn.bx() as usize, "a value", |c| !matches!(c, Const::Cell(_))),
        Operand::Name => constant(f, value, "a string", |c| matches!(c, Const::Str(_))),
        Operand::Cell32 => constant(f, insn.bx() as usize, "a cell", |c| matches!(c, Const::Cell(_))),
        Operand::Capture if value >= f.captures.len() => {
            Err(format!("there is no capture {value} among {}", f.captures.len()))
        }
        Operand::Func => closure(f, needs, value),
        Operand::Flags if value > 1 && op != Opcode::Special => {
            Err(format!("flag {value} is neither 0 nor 1"))
        }
        Operand::None if value != 0 => Err("a field without a meaning is not zero".into()),
        Operand::Feedback if value & !(crate::insn::DOUBLES as usize) != 0 => {
            Err("feedback bits are not zero".into())
        }
        Operand::None | Operand::Feedback | Operand::Flags | Operand::Capture | Operand::Count => Ok(()),
        Operand::Imm | Operand::Imm32 | Operand::Offset24 | Operand::Offset32 => Ok(()),
    }
}

fn registers(f: &Function, first: usize, count: usize) -> Result<(), String> {
    if first + count <= f.registers as usize {
        return Ok(());
    }
    Err(format!("registers {first}..{} exceed the {} of the function", first + count, f.registers))
}

fn constant(f: &Function, index: usize, what: &str, fits: impl Fn(&Const) -> bool) -> Result<(), String> {
    match f.consts.get(index) {
        Some(c) if fits(c) => Ok(()),
        Some(_) => Err(format!("constant {index} is not {what}")),
        None => Err(format!("there is no constant {index} among {}", f.consts.len())),
    }
}

fn closure(f: &Function, needs: &[Needs], index: usize) -> Result<(), String> {
    let Some(needs) = needs.get(index) else {
        return Err(format!("there is no function {index} among {}", needs.len()));
    };
    if needs.registers > f.registers as usize || needs.captures > f.captures.len() {
        return Err(format!("function {index} captures what this function does not have"));
    }
    Ok(())
}

/// Checks that jumps go to instructions, and loops back.
fn check_targets(f: &Function, starts: &[bool]) -> Result<(), Fault> {
    for pc in (0..starts.len()).filter(|&pc| starts[pc]) {
        let insn = Insn(f.code[pc]);
        let Some(target) = insn.target(pc) else { continue };
        if !usize::try_from(target).is_ok_and(|t| starts.get(t) == Some(&true)) {
            return fault_at(pc, format!("a jump to word {target}, where no instruction starts"));
        }
        if matches!(insn.op(), Some(Opcode::Loop | Opcode::IterNext)) && target > pc as i64 {
            return fault_at(pc, format!("a loop closes forward, to word {target}"));
        }
    }
    Ok(())
}
