//! Text that is long in one direction: chains without end, and more constants than 16 bits can tell apart.

use super::*;

/// Links of a chain.
const LINKS: usize = if cfg!(debug_assertions) { 20_000 } else { 200_000 };
/// Links of chains that are tried in every place and in every mixture.
const SHORTER: usize = LINKS / 8;

/// Compiles on a stack of 1 MB, and gives the most registers that a function of the program needs.
fn registers(source: String) -> u16 {
    let work = move || {
        let unit = compiled(&source, Mode::Program);
        unit.functions.iter().map(|f| f.registers).max()
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work).expect("a thread");
    thread.join().expect("it compiles").unwrap_or(0)
}

#[test]
fn chains_need_neither_stack_nor_registers() {
    for statement in [
        "x = a@",
        "a@[1] = 2",
        "a@[1] += 2",
        "for i in a@\nend for",
        "f = function(a)\nreturn a@\nend function",
    ] {
        let used = registers(statement.replace('@', &"[1]".repeat(LINKS)));
        assert!(used < 16, "{statement}: {used} registers");
    }
    let links = [
        "[1]", "[\"k\"]", "[b]", "[b + 1]", "[b[1]]", "[g(b)]", ".b", "[1].b", ".b[c]", "(1)", "[1](2)",
        ".m(1)[b]",
    ];
    let links = links.into_iter().chain(["[1:2]", "[:b][0]", ".b[1:].c(b)"]);
    for link in links {
        let chain = link.repeat(SHORTER / link.matches(['[', '.', '(']).count());
        let statements = [
            format!("x = a{chain}"),
            format!("a{chain}[1] = b"),
            format!("a{chain}.x = b"),
            format!("a{chain}[b] += 2"),
            format!("a{chain}.x += 2"),
            format!("for i in a{chain}\nend for"),
            format!("x = @a{chain}"),
            format!("a{chain} b"),
            format!("if a{chain} < a{chain} then x = 1 + a{chain} * 2"),
        ];
        let program = statements.join("\n");
        for source in [program.clone(), format!("f = function(a, b)\n{program}\nend function")] {
            let used = registers(source);
            assert!(used < 64, "{link}: {used} registers");
        }
    }
}

#[test]
fn a_chain_of_elements_reads_in_one_register() {
    let want = "getfield r6, r3, k0 else L1 (\"x\")
        getfield r6, r6, k1 (\"y\")
        getindex r6, r6, r4 else L1
        getfield r5, r6, k0 (\"x\")
        L0:
        ret r5
        L1:
        getlocalx r6, r3
        getfield r6, r6, k0 (\"x\")
        getfield r6, r6, k1 (\"y\")
        getlocalx r7, r4
        getindex r6, r6, r7
        getfield r5, r6, k0 (\"x\")
        jump L0";
    assert_code(&body("a, b", "return a[\"x\"][\"y\"][b][\"x\"]"), want);
}

#[test]
fn operators_need_no_stack_per_operand() {
    for op in ["+", "*", "-", "and", "or", "<", "isa"] {
        let sum = format!(" {op} a[1][b]").repeat(SHORTER);
        // A chain of comparisons evaluates all operands before it compares, so each takes a register.
        let links = if op == "<" { LINKS.min(20_000) } else { LINKS };
        registers(format!(
            "f = function(a, b)\nreturn a{sum}\nend function\nx = f{}",
            format!(" {op} 1").repeat(links)
        ));
    }
}

/// Text with a map of `n` constant keys and values.
fn large_map(n: usize) -> String {
    let entries: Vec<String> = (0..n).map(|i| format!("\"k{i}\": {i}.5")).collect();
    format!("m = {{{}}}\n", entries.join(", "))
}

#[test]
fn large_maps_leave_names_to_fields() {
    let source = large_map(70_000) + "m.k = m.l + m[\"x\"] * 0.25\nif m.z == 0.75 then m.f(1)";
    let unit = compiled(&source, Mode::Program);
    let text = code_of(&unit, "@main");
    assert!(unit.functions[0].consts.len() > 140_000);
    assert!(text.contains("mapput") && text.contains("(\"k69999\")"), "{}", &text[..2000]);
    for end in ["(\"k\")", "(\"l\")", "(0.25)", "(0.75)", "(\"f\")"] {
        assert!(text.contains(end), "{end}");
    }
}

#[test]
fn names_beyond_the_short_constants_are_keys() {
    // Each name of a field takes one of the short constants.
    let stores: String = (0..66_000).map(|i| format!("m.k{i} = 0.5\n")).collect();
    let unit = compiled(
        &format!("f = function(m)\n{stores}m[\"latest\"] += m[\"other\"]\nend function"),
        Mode::Program,
    );
    let text = code_of(&unit, "f");
    for instruction in ["setfield", "setindex", "getindex"] {
        assert!(text.contains(instruction), "{instruction}");
    }
    // What invokes a field has no other form.
    let found = error(&format!("f = function(m)\n{stores}return m.latest\nend function"));
    assert!(found.contains("names more than 65536 constants"), "{found}");
}
