//! The builder: what it writes, and what it refuses.

use quadriga_bytecode::{
    BuildErrorKind, Capture, Const, Function, FunctionBuilder, Opcode, Reg, UnitBuilder, disasm, verify,
};

fn listing(f: Function) -> String {
    let mut unit = UnitBuilder::new("", "".into(), "test");
    let main = unit.add(f);
    let unit = unit.finish(main).expect("builds");
    let text = disasm::print_function(&unit, 0, &|_| None);
    verify(unit).unwrap_or_else(|e| panic!("{e}\n{text}"));
    text.lines()
        .filter(|l| l.starts_with("  0"))
        .map(|l| l[8..].split(';').next().unwrap_or("").trim_end())
        .collect::<Vec<_>>()
        .join("\n")
}

fn refusal(build: impl FnOnce(&mut FunctionBuilder)) -> BuildErrorKind {
    let mut f = FunctionBuilder::new("f");
    build(&mut f);
    f.finish().expect_err("is refused").kind
}

#[test]
fn an_empty_function_returns_nil() {
    assert_eq!(listing(FunctionBuilder::new("f").finish().expect("builds")), "retnil");
}

#[test]
fn the_end_returns_nil_where_it_can_be_reached() {
    let mut f = FunctionBuilder::new("f");
    let end = f.label();
    f.branch(Opcode::JTrue, Reg(1), 0, end);
    f.emit(Opcode::Ret, 0, 1, 0, 0);
    assert!(f.last_terminates());
    f.bind(end);
    assert!(!f.last_terminates());
    assert_eq!(listing(f.finish().expect("builds")), "jtrue r1, L0\nret r1\nretnil");
}

#[test]
fn constants_take_the_shortest_instruction_and_are_shared() {
    let mut f = FunctionBuilder::new("f");
    let r = f.temp();
    for c in [Const::Nil, Const::Bool(true), Const::Bool(false), Const::Int(-1), Const::Int(1 << 31)] {
        f.load_const(r, c);
    }
    for c in [Const::Double(0.0), Const::Double(-0.0), Const::Double(f64::NAN), Const::Double(f64::NAN)] {
        f.load_const(r, c);
    }
    for c in
        [Const::Str("1".into()), Const::List([Const::Int(1)].into()), Const::List([Const::Int(1)].into())]
    {
        f.load_const(r, c);
    }
    f.global(Opcode::GetGlobal, r, "1");
    f.global(Opcode::SetGlobal, r, "1");
    f.field(Opcode::GetField, 0, r, r, "1");
    assert_eq!(
        listing(f.finish().expect("builds")),
        "loadnil r3\nloadtrue r3\nloadfalse r3\nloadint r3, -1\nloadk r3, k0\nloadk r3, k1\nloadk r3, k2\n\
         loadk r3, k3\nloadk r3, k3\nloadk r3, k4\nloadk r3, k5\nloadk r3, k5\ngetglobal r3, k6\n\
         setglobal r3, k6\ngetfield r3, r3, k4\nretnil"
    );
}

#[test]
fn loops_branches_and_alternates_find_their_labels() {
    let mut f = FunctionBuilder::new("f");
    let state = f.window(2);
    let v = f.local("v");
    let (head, next, cold, back) = (f.label(), f.label(), f.label(), f.label());
    f.emit(Opcode::IterInit, 0, state.0, 1, 0);
    f.jump(next);
    f.bind(head);
    let call = f.field(Opcode::GetField, 0, v, v, "x");
    f.alternate(call, cold);
    f.bind(back);
    f.bind(next);
    f.branch(Opcode::IterNext, state, v.0, head);
    f.emit(Opcode::RetNil, 0, 0, 0, 0);
    f.bind(cold);
    f.load_const(v, Const::Nil);
    f.jump(back);
    assert_eq!(
        listing(f.finish().expect("builds")),
        "iterinit r3, r1\njump L1\ngetfield r5, r5, k0 else L2\niternext r3, r5, L0\nretnil\nloadnil r5\njump L1"
    );
}

#[test]
fn equal_captures_share_an_index() {
    let mut f = FunctionBuilder::new("f");
    assert_eq!(f.capture(Capture::Register(3)), 0);
    assert_eq!(f.capture(Capture::Capture(3)), 1);
    assert_eq!(f.capture(Capture::Register(3)), 0);
}

#[test]
fn empty_handlers_vanish() {
    let mut f = FunctionBuilder::new("f");
    let l = f.label();
    f.handler(f.here(), f.here(), l, Reg(1));
    assert!(f.finish().expect("builds").handlers.is_empty());
}

#[test]
fn mistakes_are_reported_at_the_end() {
    assert_eq!(
        refusal(|f| {
            let l = f.label();
            f.jump(l);
        }),
        BuildErrorKind::LabelUnbound
    );
    assert_eq!(
        refusal(|f| {
            let l = f.label();
            f.bind(l);
            f.bind(l);
        }),
        BuildErrorKind::LabelBoundTwice
    );
    assert_eq!(
        refusal(|f| {
            f.temp();
            f.param("late", Const::Nil);
        }),
        BuildErrorKind::LateParameter
    );
    assert_eq!(
        refusal(|f| {
            let l = f.label();
            f.bind(l);
            let insn = f.emit(Opcode::Nop, 0, 0, 0, 0);
            f.alternate(insn, l);
            f.alternate(insn, l);
        }),
        BuildErrorKind::AlternateTwice
    );
}

#[test]
fn limits_are_reported_at_the_end() {
    assert_eq!(
        refusal(|f| {
            for _ in 0..70_000 {
                f.temp();
            }
        }),
        BuildErrorKind::TooManyRegisters
    );
    assert_eq!(
        refusal(|f| {
            for i in 0..70_000 {
                f.constant(Const::Int(i));
            }
            assert_eq!(f.constant16(Const::Int(70_000)), None);
            f.field(Opcode::GetField, 0, Reg(1), Reg(1), "x");
        }),
        BuildErrorKind::TooManyConstants
    );
    assert_eq!(
        refusal(|f| {
            for i in 0..=u16::MAX {
                f.capture(Capture::Register(i));
            }
            f.capture(Capture::Capture(0));
        }),
        BuildErrorKind::TooManyCaptures
    );
    assert_eq!(
        refusal(|f| {
            let far = f.label();
            f.branch(Opcode::JTrue, Reg(1), 0, far);
            for _ in 0..1 << 23 {
                f.emit(Opcode::Nop, 0, 0, 0, 0);
            }
            f.bind(far);
        }),
        BuildErrorKind::TooLarge
    );
}

#[test]
fn units_need_every_function_once() {
    let empty = || FunctionBuilder::new("f").finish().expect("builds");
    let mut unit = UnitBuilder::new("u", "".into(), "test");
    let id = unit.declare();
    let error = unit.finish(id).expect_err("undefined");
    assert_eq!(error.kind, BuildErrorKind::FunctionUndefined(id));
    assert_eq!(error.to_string(), "`u`: function 0 is declared but not defined");

    let mut unit = UnitBuilder::new("u", "".into(), "test");
    let id = unit.add(empty());
    unit.define(id, empty());
    assert_eq!(unit.finish(id).expect_err("twice").kind, BuildErrorKind::FunctionDefinedTwice(id));

    let mut unit = UnitBuilder::new("u", "".into(), "test");
    for _ in 0..=u16::MAX as usize + 1 {
        unit.declare();
    }
    assert_eq!(unit.finish(id).expect_err("too many").kind, BuildErrorKind::TooManyFunctions);
}
