//! One failing unit per rule of the verifier, most of them as text.

use quadriga_bytecode::{Const, FunctionBuilder, MAX_CONST_DEPTH, Opcode, Unit, UnitBuilder, asm, verify};

/// What the verifier says of a text.
fn verdict(text: &str) -> Result<(), String> {
    let unit = asm::parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    verify(unit).map(drop).map_err(|e| e.to_string())
}

/// What it says of a main function with six registers, some tables and this code.
fn of_code(code: &str) -> Result<(), String> {
    verdict(&format!(
        "unit \"\" language \"x\" main 0\nfunction 0 \"main\" () registers 6\n\
         const 0 \"name\"\nconst 1 cell \"global\"\nconst 2 7\n{code}\n\
         function 1 \"leaf\" () registers 3\ncapture r5\nretnil\n\
         function 2 \"deep\" () registers 3\ncapture c0\ngetcapture r1, c0\nretnil\n\
         function 3 \"wide\" () registers 7\ncapture r6\nclosure r1, f2\nclosure r1, f3\nretnil\n"
    ))
}

fn refuses(cases: &[(&str, &str)]) {
    for (code, message) in cases {
        let error = of_code(code).expect_err(code);
        assert!(error.contains(message), "{code}\n  says: {error}\n  expected: {message}");
    }
}

#[test]
fn sound_code_passes() {
    for code in [
        "retnil",
        "closure r3, f1\nret r3",
        "call r3, r1, 0\nretnil",
        "call r2, r1, 1\nretnil",
        "newlist r1, r6, 0\nnewlist r1, r3, 3\nret r1",
        "special.255 r1, r2, r3\nretnil",
        "L:\nloop L",
        "slice r1, r1, r4\nret r1",
        "handler A B -> C r5\nA:\nnop\nB:\nnop\nC:\nretnil",
        "handler A B -> A r5\nA:\nretnil\nB:",
        "A:\nnop else C\nB:\nretnil\nC:\njump B",
        "jump N\nH:\nnop\nN:\niternext r3, r5, H\nretnil",
    ] {
        assert_eq!(of_code(code), Ok(()), "{code}");
    }
}

#[test]
fn words_are_instructions() {
    refuses(&[
        ("", "no code"),
        (".word 0xff\nretnil", "no opcode 255"),
        ("nop", "runs off the end"),
        ("jtrue r1, L\nL:\njtrue r1, L", "runs off the end"),
        (&format!(".word 0x{:x}", Opcode::Loop as u8), "cache words of loop are missing"),
        (&format!(".word 0x{:x}\n.word 0x1\nretnil", Opcode::Call as u8), "cache word"),
        (&format!(".word 0x{:x}", Opcode::RetNil as u64 | 1 << 48), "not zero"),
        ("add.1 r1, r1, r1\nretnil", "not zero"),
        ("eq.2 r1, r1, r1\nretnil", "neither 0 nor 1"),
        ("yield r1, r2\nretnil", "no generator"),
    ]);
}

#[test]
fn operands_are_in_range() {
    refuses(&[
        ("move r6, r0\nretnil", "registers 6..7"),
        ("move r1, r6\nretnil", "registers 6..7"),
        ("slice r1, r1, r5\nretnil", "registers 5..7"),
        ("iterinit r5, r0\nretnil", "registers 5..7"),
        ("getmethod r4, r0, k0\nretnil", "registers 4..7"),
        ("call r3, r1, 1\nretnil", "registers 3..7"),
        ("call r65535, r1, 65535\nretnil", "registers 65535..131073"),
        ("newlist r1, r4, 3\nretnil", "registers 4..7"),
        ("newlist r1, r7, 0\nretnil", "registers 7..7"),
        ("loadk r1, k3\nretnil", "no constant 3"),
        ("loadk r1, k4294967295\nretnil", "no constant 4294967295"),
        ("loadk r1, k1\nretnil", "not a value"),
        ("addk r1, r0, k1\nretnil", "not a value"),
        ("L:\njeqk r0, k3, M\nM:\nretnil", "no constant 3"),
        ("getfield r1, r0, k2\nretnil", "not a string"),
        ("getglobal r1, k0\nretnil", "not a cell"),
        ("getcapture r1, c0\nretnil", "no capture 0"),
        ("closure r1, f4\nretnil", "no function 4"),
        ("closure r1, f2\nretnil", "captures what this function does not have"),
        ("closure r1, f3\nretnil", "captures what this function does not have"),
    ]);
}

#[test]
fn the_closure_stays_in_its_register() {
    let kept = "register 0 holds the closure";
    refuses(&[
        ("move r0, r1\nretnil", kept),
        ("call r3, r0, 0\nretnil", kept),
        ("call r0, r3, 0\nretnil", kept),
        ("iterinit r0, r3\nretnil", kept),
        ("H:\niternext r3, r0, H\nretnil", kept),
        ("getmethod r0, r3, k0\nretnil", kept),
        ("handler A B -> A r0\nA:\nretnil\nB:", "writes register 0"),
    ]);
    assert_eq!(of_code("slice r1, r2, r0\nretnil"), Ok(()), "read as a pair");
}

#[test]
fn jumps_land_on_instructions() {
    refuses(&[
        ("jump #99\nretnil", "a jump to word 99"),
        ("jump E\nE:", "a jump to word 1"),
        ("jump #4\nloop #0\nretnil", "a jump to word 4"),
        ("jump #2\nL:\nloop L\nretnil", "a jump to word 2"),
        (
            &format!(".word 0x{:x}\nretnil", Opcode::Jump as u64 | 0x8000_0000 << 32),
            "a jump to word -2147483647",
        ),
        ("loop L\nL:\nretnil", "closes forward"),
        ("iternext r3, r5, L\nL:\nretnil", "closes forward"),
    ]);
}

#[test]
fn every_cycle_polls() {
    let unpolled = "never polls";
    refuses(&[
        ("L:\njump L", unpolled),
        ("L:\njtrue r1, L\nretnil", unpolled),
        ("L:\nnop\njump M\nM:\njnil r1, L\nretnil", unpolled),
        // An alternate that goes back to its own instruction.
        ("L:\nnop else C\nretnil\nC:\njump L", unpolled),
        ("L:\nnop else L\nretnil", unpolled),
        // Only the jump of iternext polls, not its end, nor its alternate.
        ("L:\nH:\niternext r3, r5, H\njump L", unpolled),
        ("H:\nnop\niternext r3, r5, H else C\nretnil\nC:\njump H", unpolled),
        ("L:\nloop L else L", unpolled),
        // A cycle in code that is never reached, behind one that polls.
        ("A:\nloop A\nB:\njump C\nC:\njump B", unpolled),
    ]);
    // Back, but not around.
    assert_eq!(of_code("jump B\nA:\nretnil\nB:\njtrue r1, A\njump A"), Ok(()));
    assert_eq!(of_code("H:\nnop\niternext r3, r5, H else C\nretnil\nC:\nloop H"), Ok(()));
}

#[test]
fn tables_fit_the_code() {
    refuses(&[
        ("handler B A -> A r1\nA:\nnop\nB:\nretnil", "handler 0 covers"),
        ("handler #0 #1 -> #0 r1\nL:\nloop L\nretnil", "handler 0 covers"),
        ("handler #0 #9 -> #0 r1\nretnil", "handler 0 covers"),
        ("handler A B -> B r1\nA:\nretnil\nB:", "handler 0 goes to"),
        ("handler A B -> A r6\nA:\nretnil\nB:", "handler 0 writes register 6"),
        ("alternate #1 -> #0\nretnil", "alternate 1 -> 0"),
        ("alternate #0 -> #1\nretnil", "alternate 0 -> 1"),
        ("nop\nalternate #1 -> #1\nalternate #0 -> #1\nretnil", "not ordered"),
        ("nop\nalternate #0 -> #1\nalternate #0 -> #1\nretnil", "not ordered"),
        ("@ 1 5 4\nretnil", "ends before it starts"),
        ("span 1 1 0 0\nspan 0 1 0 0\nretnil", "spans are not ordered"),
        ("local r6 x\nretnil", "register 6 of 6"),
    ]);
}

#[test]
fn headers_are_consistent() {
    for (text, message) in [
        ("main 1\nfunction 0 \"\" () registers 3\nretnil", "no function 1 to be main"),
        ("main 0", "no function 0 to be main"),
        ("main 0\nfunction 0 \"\" () registers 4\ncapture r1\nretnil", "main function captures"),
        ("main 0\nfunction 0 \"\" () registers 2\nretnil", "parameters end at 3"),
        ("main 0\nfunction 0 \"\" (a) registers 3\nretnil", "parameters end at 4"),
        ("main 0\nfunction 0 \"\" (a = none) registers 4\nretnil", "1 parameters but 0 defaults"),
        (
            "main 0\nfunction 0 \"\" (a = cell \"x\") registers 4\nretnil",
            "default of a parameter is a global cell",
        ),
        (
            "main 0\nfunction 0 \"\" () registers 3\nconst 0 [cell \"x\"]\nretnil",
            "container holds a global cell",
        ),
    ] {
        let error = verdict(&format!("unit \"\" language \"x\" {text}")).expect_err(text);
        assert!(error.contains(message), "{text}\n  says: {error}");
    }
}

fn with_const(c: Const) -> Unit {
    let mut f = FunctionBuilder::new("f");
    f.load_const(FunctionBuilder::SELF, c);
    let mut unit = UnitBuilder::new("", "".into(), "test");
    let main = unit.add(f.finish().expect("builds"));
    unit.finish(main).expect("builds")
}

#[test]
fn constants_have_a_depth() {
    let nested = |depth| (0..depth).fold(Const::Nil, |c, _| Const::List([c].into()));
    assert!(verify(with_const(nested(MAX_CONST_DEPTH))).is_ok());
    let error = verify(with_const(nested(MAX_CONST_DEPTH + 1))).expect_err("too deep");
    assert_eq!(error.to_string(), "function 0: a constant nests deeper than 64 containers");
}

#[test]
fn errors_name_function_and_word() {
    let error = of_code("nop\nmove r6, r0\nretnil").expect_err("out of range");
    assert_eq!(error, "function 0, word 1: move: registers 6..7 exceed the 6 of the function");
}

/// Large code takes linear time and no stack: a long way forward, and jumps back from all of it.
#[test]
fn large_code_is_no_problem() {
    let mut f = FunctionBuilder::new("f");
    let n = 200_000;
    let targets: Vec<_> = (0..n).map(|_| f.label()).collect();
    let start = f.label();
    f.jump(start);
    for &l in &targets {
        f.bind(l);
        f.emit(Opcode::RetNil, 0, 0, 0, 0);
    }
    f.bind(start);
    for &l in &targets {
        f.branch(Opcode::JTrue, FunctionBuilder::SELF, 0, l);
    }
    let mut unit = UnitBuilder::new("", "".into(), "test");
    let main = unit.add(f.finish().expect("builds"));
    assert!(verify(unit.finish(main).expect("builds")).is_ok());
}
