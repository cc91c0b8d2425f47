//! The text form: every unit survives it, and broken text is an error.

use quadriga_bytecode::mutate::{Rng, arbitrary, mutant, valid};
use quadriga_bytecode::{Const, FunctionBuilder, Opcode, Span, Unit, UnitBuilder, asm, disasm, verify};

/// Doubles become their bits, since a NaN does not equal itself.
fn comparable(mut unit: Unit) -> Unit {
    fn strip(c: &mut Const) {
        match c {
            Const::Double(d) => {
                *c = Const::List([Const::Str("double".into()), Const::Int(d.to_bits() as i64)].into())
            }
            Const::List(items) => items.iter_mut().for_each(strip),
            Const::Map(entries) => entries.iter_mut().for_each(|(k, v)| {
                strip(k);
                strip(v);
            }),
            _ => {}
        }
    }
    for f in &mut unit.functions {
        f.consts.iter_mut().chain(&mut f.defaults).for_each(strip);
    }
    unit
}

fn round_trip(unit: Unit) {
    let text = disasm::print(&unit);
    let again = asm::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(disasm::print(&again), text);
    assert_eq!(comparable(again), comparable(unit), "{text}");
}

#[test]
fn arbitrary_units_survive() {
    let mut rng = Rng(3);
    for _ in 0..5_000 {
        round_trip(arbitrary(&mut rng));
    }
}

#[test]
fn valid_units_and_mutants_survive() {
    let mut rng = Rng(4);
    for _ in 0..500 {
        let unit = valid(&mut rng);
        for _ in 0..4 {
            round_trip(mutant(&mut rng, &unit));
        }
        round_trip(unit);
    }
}

fn countdown() -> Unit {
    let mut f = FunctionBuilder::new("count");
    let n = f.param("n", Const::Int(10));
    let (head, done, cold) = (f.label(), f.label(), f.label());
    let error = f.local("odd name");
    f.at(Span { start: 0, end: 12 }, 1);
    let from = f.here();
    f.bind(head);
    f.branch(Opcode::JNGtI, n, 0, done);
    let sub = f.emit(Opcode::SubI, 0, n.0, n.0, 1);
    f.alternate(sub, cold);
    f.loop_back(head);
    let to = f.here();
    f.bind(done);
    f.at(Span { start: 13, end: 20 }, 2);
    f.handler(from, to, done, error);
    f.load_const(error, Const::Str("done".into()));
    f.emit(Opcode::Ret, 0, error.0, 0, 0);
    f.bind(cold);
    f.load_const(n, Const::Nil);
    f.jump(done);
    let mut unit = UnitBuilder::new("count.x", "first\nlast".into(), "x");
    let main = unit.add(f.finish().expect("builds"));
    unit.finish(main).expect("builds")
}

const COUNTDOWN: &str = r#"unit "count.x" language "x" main 0

function 0 "count" (n = 10) registers 5
  const 0 "done"
  local r3 n
  local r4 "odd name"
  handler L0 L1 -> L1 r4
L0:
  @ 1 0 12
  0000  jngti r3, 0, L1
  0001  subi r3, r3, 1 else L2
  0002  loop L0
L1:
  @ 2 13 20
  0004  loadk r4, k0                     ; "done"
  0005  ret r4
L2:
  0006  loadnil r3
  0007  jump L1

source
  "first\n"
  "last"
"#;

#[test]
fn a_listing_reads_like_this() {
    assert_eq!(disasm::print(&countdown()), COUNTDOWN);
    assert!(verify(countdown()).is_ok());
}

#[test]
fn annotations_become_comments() {
    let note = |pc| (pc == 1).then(|| "taken 7 times\nreally".to_string());
    let text = disasm::print_function(&countdown(), 0, &note);
    assert!(text.contains("subi r3, r3, 1 else L2"), "{text}");
    assert!(text.contains("; taken 7 times really\n"), "{text}");
    assert_eq!(disasm::print_function(&countdown(), 1, &note), "");
}

#[test]
fn people_may_write_less() {
    let text = "unit \"\" language \"x\" main 0\n function 0 \"f\" (n, m = 1) registers 6\nagain:\n\
                jnltk: eq.1 r5, r3, r4\n";
    assert!(asm::parse(text).is_err(), "a label stands alone");
    let text = "unit \"\" language \"x\" main 0\nfunction 0 \"f\" (n, m = 1) registers 6 ; comment\n\
                again:\n eq.1 r5, r3, r4\n jtrue r5, out\n loop again\nout:\nretnil";
    let unit = asm::parse(text).expect("parses");
    assert_eq!(&*unit.functions[0].defaults, &[Const::Nil, Const::Int(1)]);
    assert!(verify(unit).is_ok());
}

#[test]
fn errors_name_their_line() {
    let head = "unit \"\" language \"x\" main 0\nfunction 0 \"f\" () registers 3\n";
    let cases = [
        ("", 1, "does not begin with `unit`"),
        ("function 0", 1, "expected `unit`"),
        ("unit \"\" language \"x\" main 0\nnop", 2, "expected `function`"),
        ("unit \"\" language \"x\" main 0\nfunction 1 \"f\" () registers 3", 2, "functions come in order"),
        ("unit \"\" language \"x\" main 4294967296", 1, "out of range"),
        (&format!("{head}add r1, r2"), 3, "expected `,`"),
        (&format!("{head}add r1, r2, 3"), 3, "is no register"),
        (&format!("{head}move r65536, r1"), 3, "out of range"),
        (&format!("{head}addi r1, r1, 32768"), 3, "out of range"),
        (&format!("{head}frob r1"), 3, "is no instruction"),
        (&format!("{head}move.1 r1, r2"), 3, "has no byte x"),
        (&format!("{head}ret r1 r2"), 3, "is too much"),
        (&format!("{head}jump nowhere\nret r1\nfunction 1 \"g\" () registers 3"), 3, "is not bound"),
        (&format!("{head}jump #4294967295"), 3, "is too far"),
        (&format!("{head}jtrue r1, #16777216"), 3, "is too far"),
        (&format!("{head}L:\nL:"), 4, "bound twice"),
        (&format!("{head}const 1 nil"), 3, "constants come in order"),
        (&format!("{head}const 0 {}", "[".repeat(100_000)), 3, "nests deeper"),
        (&format!("{head}const 0 {}", "{nil: ".repeat(100_000)), 3, "nests deeper"),
        (&format!("{head}const 0 [}}"), 3, "expected a constant"),
        (&format!("{head}.word 12"), 3, "is no word"),
        (&format!("{head}note \"open"), 3, "does not end"),
    ];
    for (text, line, message) in cases {
        let error = asm::parse(text).expect_err(text);
        assert!(error.line == line && error.message.contains(message), "{error}, expected {line}: {message}");
    }
}

#[test]
fn damaged_text_never_panics() {
    let mut rng = Rng(5);
    for _ in 0..2_000 {
        let mut bytes = disasm::print(&valid(&mut rng)).into_bytes();
        for _ in 0..1 + rng.below(4) {
            let i = rng.below(bytes.len());
            match rng.below(4) {
                0 => bytes[i] = b"\"\\,()=[]{}:@;# 0r\n"[rng.below(18)],
                1 => bytes.truncate(i + 1),
                2 => drop(bytes.remove(i)),
                _ => bytes.insert(i, rng.bits() as u8),
            }
        }
        if let Ok(unit) = asm::parse(&String::from_utf8_lossy(&bytes)) {
            round_trip(unit);
        }
    }
}
