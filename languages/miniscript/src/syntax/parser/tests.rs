//! Tests of the parser: the shape of trees, the texts of messages, recovery, and hostile texts.

use crate::syntax::ast::{ExprKind, StmtKind};
use crate::syntax::{Diagnostic, Dialect, ParseOptions, ParseResult, dump, needs_more_input, parse};

fn read(source: &str, dialect: Dialect) -> ParseResult {
    parse(source, ParseOptions { dialect })
}

#[track_caller]
fn shape(source: &str, dialect: Dialect) -> String {
    let result = read(source, dialect);
    assert!(result.diagnostics.is_empty(), "{source:?}: {:?}", result.diagnostics);
    dump::block(&result.program.body)
}

#[track_caller]
fn v2(source: &str) -> String {
    shape(source, Dialect::V2)
}

#[track_caller]
fn v1(source: &str) -> String {
    shape(source, Dialect::V1)
}

/// All messages, as `line: message`.
fn messages(source: &str, dialect: Dialect) -> Vec<String> {
    let line = |d: &Diagnostic| format!("{}: {}", d.line, d.message);
    read(source, dialect).diagnostics.iter().map(line).collect()
}

/// The one message of a text with one error.
#[track_caller]
fn error(source: &str) -> String {
    let all = messages(source, Dialect::V2);
    assert_eq!(all.len(), 1, "{source:?}: {all:?}");
    all.into_iter().next().unwrap_or_default()
}

#[track_caller]
fn error_v1(source: &str) -> String {
    let all = messages(source, Dialect::V1);
    assert_eq!(all.len(), 1, "{source:?}: {all:?}");
    all.into_iter().next().unwrap_or_default()
}

// ----- trees -----

#[test]
fn precedence() {
    assert_eq!(v2("x = 1 + 2 * 3 - 4"), "(= x (1 + (2 * 3) - 4))");
    assert_eq!(v2("x = 2^3^2"), "(= x (2 ^ (3 ^ 2)))");
    assert_eq!(v2("x = -2^2"), "(= x (neg (2 ^ 2)))");
    assert_eq!(v2("x = 2^-1"), "(= x (2 ^ (neg 1)))");
    assert_eq!(v2("x = 2^-1^2*3"), "(= x ((2 ^ (neg (1 ^ 2))) * 3))");
    assert_eq!(v2("x = not not 5"), "(= x (not (not 5)))");
    assert_eq!(v2("x = - -5"), "(= x (neg (neg 5)))");
    assert_eq!(v2("x = 5 isa number == 1"), "(= x ((isa 5 number) == 1))");
    assert_eq!(v2("x = 1 < 2 isa number"), "(= x (1 < (isa 2 number)))");
    assert_eq!(v2("x = a or b and not c == d"), "(= x (or a (and b (not (c == d)))))");
    assert_eq!(v2("x = a and b or c and d"), "(= x (or (and a b) (and c d)))");
    assert_eq!(v2("x = a or b or c"), "(= x (or a b c))");
    assert_eq!(v2("x = 1 < 2 <= 3 != 4"), "(= x (1 < 2 <= 3 != 4))");
    assert_eq!(v2("x = (1 < 2) < 3"), "(= x ((group (1 < 2)) < 3))");
    assert_eq!(v2("x = 1 + not a < b"), "(= x (1 + (not (a < b))))");
    assert_eq!(v2("x = a isa b isa c"), "(= x (isa a b c))");
    assert_eq!(v2("x = a*b/c%d"), "(= x (a * b / c % d))");
    assert_eq!(v2("x = -a.b(1)[2]"), "(= x (neg (chain a .b (call 1) [2])))");
    assert_eq!(v2("x = new A.b * 2"), "(= x ((new (chain A .b)) * 2))");
    assert_eq!(v2("x = @a.b + 1"), "(= x ((@ (chain a .b)) + 1))");
    assert_eq!(v2("x = @m[\"k\"]"), "(= x (@ (chain m [\"k\"])))");
    assert_eq!(v2("x = 1 + 2 == 3 and 4 >= 5"), "(= x (and ((1 + 2) == 3) (4 >= 5)))");
}

#[test]
fn precedence_of_the_first_version() {
    assert_eq!(v1("x = 2^3^2"), "(= x (2 ^ 3 ^ 2))");
    assert_eq!(v1("x = 1 < 2 isa number"), "(= x (isa (1 < 2) number))");
    assert_eq!(v1("x = not a isa b"), "(= x (not (isa a b)))");
    assert_eq!(v1("x = 45+-3"), "(= x (45 + (neg 3)))");
    assert_eq!(v1("x = -new A"), "(= x (neg (new A)))");
    assert!(error_v1("x = not not 1").contains("got Keyword(not) where number, string, or identifier"));
    assert!(error_v1("x = - -1").contains("got OpMinus where"));
    assert!(error_v1("x = 2^-1").contains("got OpMinus where"));
}

#[test]
fn primaries() {
    assert_eq!(v2("x = [1, \"a\"\"b\", null, true, false,]"), "(= x (list 1 \"a\\\"b\" null true false))");
    assert_eq!(v2("x = {1+1: 2, \"k\": [],}"), "(= x (map (1 + 1):2 \"k\":(list)))");
    assert_eq!(v2("x = {}"), "(= x (map))");
    assert_eq!(
        v2("x = a[1:2] + a[:2] + a[1:] + a[:]"),
        "(= x ((chain a [1:2]) + (chain a [:2]) + (chain a [1:]) + (chain a [:])))"
    );
    assert_eq!(v2("x = f(1)(2).y"), "(= x (chain f (call 1) (call 2) .y))");
    assert_eq!(v2("x = (f)(3)"), "(= x (chain (group f) (call 3)))");
    assert_eq!(v2("x = f (3)"), "(= x (chain f (call 3)))");
    assert_eq!(
        v2("x = self.a + super.b + locals.c + outer.d + globals[\"e\"]"),
        "(= x ((chain SELF .a) + (chain SUPER .b) + (chain LOCALS .c) + (chain OUTER .d) + (chain GLOBALS [\"e\"])))"
    );
    assert_eq!(v2("x = \"abc\".len + 5.y"), "(= x ((chain \"abc\" .len) + (chain 5 .y)))");
    assert_eq!(v1("x = .5 + 5. + 1.e3 + 1e2"), "(= x (0.5 + 5 + 1000 + 100))");
    assert_eq!(v2("x = 1e2 + 1.5E-3"), "(= x (100 + 0.0015))");
}

#[test]
fn function_literals() {
    assert_eq!(
        v2("f = function(a, b=1+2)\nreturn a\nend function"),
        "(= f (function (a b=(1 + 2)) (return a)))"
    );
    assert_eq!(v2("f = function; print 1; end function"), "(= f (function () (call print 1)))");
    assert_eq!(v2("f = function()\nend function"), "(= f (function ()))");
    assert_eq!(
        v2("fs = [function(x); return x*2; end function,\n  function(x)\n    return x*3\n  end function]"),
        "(= fs (list (function (x) (return (x * 2))) (function (x) (return (x * 3)))))"
    );
    assert_eq!(
        v2("apply (function(x)\nreturn x\nend function), 3"),
        "(call apply (group (function (x) (return x))) 3)"
    );
    assert_eq!(v2("f function(x)\nend function, 2"), "(call f (function (x)) 2)");
    assert_eq!(v2("f = function(a,\n  b)\nend function"), "(= f (function (a b)))");
    assert_eq!(
        v2("if 1 then f = function\nreturn 1\nend function"),
        "(if 1 (do (= f (function () (return 1)))))"
    );
    assert_eq!(v2("f = function\n\"note\"\nend function"), "(= f (function () \"note\"))");
    assert_eq!(v2("f = function; return 1 end function"), "(= f (function () (return 1)))");
}

#[test]
fn assignments() {
    assert_eq!(v2("x = 1"), "(= x 1)");
    assert_eq!(v2("a.b.c = 1"), "(= (. (chain a .b) c) 1)");
    assert_eq!(v2("a[1][k] = 1"), "(= (at (chain a [1]) k) 1)");
    assert_eq!(v2("f(1).x = 2"), "(= (. (chain f (call 1)) x) 2)");
    assert_eq!(v2("locals.x = 1"), "(= (. LOCALS x) 1)");
    assert_eq!(v2("outer[\"x\"] = 1"), "(= (at OUTER \"x\") 1)");
    assert_eq!(v2("self.x = 1"), "(= (. SELF x) 1)");
    assert_eq!(
        v2("x += 1; x -= 1; x *= 1; x /= 1; x %= 1; x ^= 1"),
        "(+= x 1)\n(-= x 1)\n(*= x 1)\n(/= x 1)\n(%= x 1)\n(^= x 1)"
    );
    assert_eq!(v2("m.a[1] += 2"), "(+= (at (chain m .a) 1) 2)");
    assert_eq!(v2("true = 5"), "(= true 5)");
    assert_eq!(v2("x =\n 5"), "(= x 5)");
    assert_eq!(v2("a == b"), "(a == b)");
    let result = read("abc.def = 1", Dialect::V2);
    let StmtKind::Assign { target, .. } = &result.program.body.stmts[0].kind else { panic!("an assignment") };
    assert_eq!(target.span.text("abc.def = 1"), "abc.def");
    assert_eq!(v1("@f = @g"), "(= f (@ g))");
    assert_eq!(error("@f = @g"), "1: Expected end of line, got: =");
    assert!(error_v1("x =\n 5").starts_with("1: got EOL where"));
}

#[test]
fn call_statements() {
    assert_eq!(v2("print 1, 2"), "(call print 1 2)");
    assert_eq!(v2("print (1) + 2"), "(call print ((group 1) + 2))");
    assert_eq!(v2("print(1) + 2"), "((chain print (call 1)) + 2)");
    assert_eq!(v2("m.f (1), 2"), "(call (chain m .f) (group 1) 2)");
    assert_eq!(v2("m[\"f\"] 7"), "(call (chain m [\"f\"]) 7)");
    assert_eq!(v2("print [1]"), "(call print (list 1))");
    assert_eq!(v2("print[1]"), "(chain print [1])");
    assert_eq!(v2("print f (3)"), "(call print (chain f (call 3)))");
    assert_eq!(v2("print not x"), "(call print (not x))");
    assert_eq!(v2("print @f"), "(call print (@ f))");
    assert_eq!(v2("print"), "print");
    assert_eq!(v2("print 1,\n 2"), "(call print 1 2)");
    assert_eq!(v2("f + 1"), "(f + 1)");
    assert_eq!(v2("super.show x"), "(call (chain SUPER .show) x)");
    assert_eq!(v1("print\"x\""), "(call print \"x\")");
    assert_eq!(error("print\"x\""), "1: Expected end of line, got: x");
    assert_eq!(error("x = f 3"), "1: Expected end of line, got: 3");
    assert_eq!(error("5 6"), "1: Expected end of line, got: 6");
}

#[test]
fn the_minus_quirk() {
    assert_eq!(v2("a -b"), "(call a (neg b))");
    assert_eq!(v2("a - b"), "(a - b)");
    assert_eq!(v2("a-b"), "(a - b)");
    assert_eq!(v2("a- b"), "(a - b)");
    assert_eq!(v2("f -5, -5"), "(call f (neg 5) (neg 5))");
    assert_eq!(v2("m.f -5"), "(call (chain m .f) (neg 5))");
    assert_eq!(v2("m[0] -5"), "(call (chain m [0]) (neg 5))");
    assert_eq!(v2("self.f -x"), "(call (chain SELF .f) (neg x))");
    assert_eq!(v2("super.show -x"), "(call (chain SUPER .show) (neg x))");
    assert_eq!(v2("f(1) -5"), "(call (chain f (call 1)) (neg 5))");
    assert_eq!(v2("x = a -b"), "(= x (a - b))");
    assert_eq!(v2("print a -b"), "(call print (a - b))");
    assert_eq!(v2("(a -b)"), "(group (a - b))");
    assert_eq!(v2("@a -b"), "((@ a) - b)");
    assert_eq!(v2("print -2^2"), "(call print (neg (2 ^ 2)))");
    assert_eq!(v2("x = [a -b, 1 -1]"), "(= x (list (a - b) (1 - 1)))");
    assert_eq!(v2("if a -b then print 1"), "(if (a - b) (do (call print 1)))");
    assert_eq!(v2("print a -\n  b"), "(call print (a - b))");
    assert_eq!(v2("x = a +\n  -b"), "(= x (a + (neg b)))");
    assert_eq!(v2("y-=3"), "(-= y 3)");
    assert_eq!(v2("a\u{a0}-b"), "(call a (neg b))");
}

#[test]
fn conditionals() {
    assert_eq!(v2("if a then\nx\nelse if b then\ny\nelse\nz\nend if"), "(if a (do x) b (do y) else (do z))");
    assert_eq!(v2("if a then x else y"), "(if a (do x) else (do y))");
    assert_eq!(v2("if a then x else if b then y else z"), "(if a (do x) b (do y) else (do z))");
    assert_eq!(v2("if a then x; y"), "(if a (do x))\ny");
    assert_eq!(v2("if a then if b then x else y"), "(if a (do (if b (do x) else (do y))))");
    assert_eq!(v2("if a then return else return 1"), "(if a (do (return)) else (do (return 1)))");
    assert_eq!(v2("if a then; x; else; y; end if"), "(if a (do x) else (do y))");
    assert_eq!(v2("if a then\nend if"), "(if a (do))");
    assert_eq!(v2("if a then\nif b then x\nelse\ny\nend if"), "(if a (do (if b (do x))) else (do y))");
    assert_eq!(v2("if a then x else\u{20}if b then\ny\nend if"), "(if a (do x) b (do y))");
    assert_eq!(v2("if a then\nx\nelse if b then y\nz"), "(if a (do x) b (do y))\nz");
    assert_eq!(v2("if a then x=1 else x=2"), "(if a (do (= x 1)) else (do (= x 2)))");
}

#[test]
fn loops() {
    assert_eq!(
        v2("while a\nif b then break\ncontinue\nend while"),
        "(while a (do (if b (do (break))) (continue)))"
    );
    assert_eq!(v2("for i in [1,2]; print i; end for"), "(for i (list 1 2) (do (call print i)))");
    assert_eq!(v2("while true; end while"), "(while true (do))");
}

#[test]
fn continuation() {
    assert_eq!(v2("x = 1 +\n\n  2 *\n // c\n 3"), "(= x (1 + (2 * 3)))");
    assert_eq!(v2("x = {\n\"a\":\n1,\n}"), "(= x (map \"a\":1))");
    assert_eq!(v2("f(\n1,\n2)"), "(chain f (call 1 2))");
    assert_eq!(v2("x = a and\nb isa\nc"), "(= x (and a (isa b c)))");
    assert_eq!(error("x = [1\n]"), "1: Expected ']' after list elements");
    assert_eq!(v1("x = not\n1"), "(= x (not 1))");
    assert_eq!(error("x = not\n1"), "1: Unexpected token: EOL");
    assert_eq!(v2("a\r\nb\rc"), "a\nb\nc");
}

#[test]
fn spans_and_lines() {
    let source = "x = 1\r\ny = foo.bar(2) + 3\rz";
    let result = read(source, Dialect::V2);
    let stmts = &result.program.body.stmts;
    assert_eq!(stmts[1].span.text(source), "y = foo.bar(2) + 3");
    assert_eq!(result.program.line(stmts[1].span), 2);
    assert_eq!(result.program.line(stmts[2].span), 3);
    let StmtKind::Assign { value, .. } = &stmts[1].kind else { panic!("an assignment") };
    let ExprKind::Binary { first, rest } = &value.kind else { panic!("a sum") };
    assert_eq!(first.span.text(source), "foo.bar(2)");
    assert_eq!(rest[0].op_span.text(source), "+");
    let ExprKind::Postfix { ops, .. } = &first.kind else { panic!("a chain") };
    assert_eq!(ops[0].span.text(source), ".bar");
    assert_eq!(ops[1].span.text(source), "(2)");
    assert_eq!(result.program.body.span.text(source), source);
}

// ----- messages -----

#[test]
fn messages_of_the_suite() {
    let text = |source| read(source, Dialect::V2).diagnostics[0].report(None);
    assert_eq!(text("break"), "Compiler Error: 'break' without open loop block [line 1]");
    assert_eq!(text("continue"), "Compiler Error: 'continue' without open loop block [line 1]");
    assert_eq!(text("b = *"), "Compiler Error: unexpected end of file [line 1]");
    assert_eq!(text("print 1\nprint 3 +"), "Compiler Error: unexpected end of file [line 2]");
    assert_eq!(text("if true then\n\tprint \"hi\""), "Compiler Error: unexpected end of file [line 2]");
    assert_eq!(text("f = function(a)\n\tprint a"), "Compiler Error: unexpected end of file [line 2]");
    let one = read("break", Dialect::V2);
    assert_eq!(
        one.diagnostics[0].report(Some("a.ms")),
        "Compiler Error: 'break' without open loop block [a.ms line 1]"
    );
}

#[test]
fn messages_of_the_suite_of_the_first_version() {
    let text = |source| read(source, Dialect::V1).diagnostics[0].report(None);
    assert_eq!(
        text("x = 1\nx = 5$&@*!\nx = 3"),
        "Compiler Error: got Unknown($) where EOL is required [line 2]"
    );
    assert_eq!(text("s = \"Hello\nworld!\""), "Lexer Error: missing closing quote (\") [line 1]");
    assert_eq!(
        text("for i in range(0,10)\n\tprint i"),
        "Compiler Error: 'for' without matching 'end for' [line 3]"
    );
    assert_eq!(
        text("for i in range(0,10)\n\tprint i\nend if"),
        "Compiler Error: 'end if' without matching 'if' [line 3]"
    );
    assert_eq!(
        text(
            "for i in range(0,10)\n\twhile true\n\t\tprint \"...\"\n\t\tbreak\n\tend for\n\tprint i\nend while"
        ),
        "Compiler Error: 'end for' without matching 'for' [line 5]"
    );
    assert_eq!(text("break"), "Compiler Error: 'break' without open loop block [line 1]");
    assert_eq!(
        text("if true then for i in \"abc\""),
        "Compiler Error: loop is invalid within single-line 'if' [line 1]"
    );
    assert_eq!(
        text("if true then while true"),
        "Compiler Error: loop is invalid within single-line 'if' [line 1]"
    );
    assert_eq!(
        text("if x = 1 then print 2"),
        "Compiler Error: found = instead of == in if condition [line 1]"
    );
    assert_eq!(text("x = 1e"), "Compiler Error: invalid numeric literal: 1e [line 1]");
    assert_eq!(
        text("f = function\nwhile 1"),
        "Compiler Error: 'function' without matching 'end function' [line 3]"
    );
}

#[test]
fn messages_of_single_errors() {
    assert_eq!(error("x = 5$"), "1: Expected end of line, got: $");
    assert_eq!(error("x = .5"), "1: Unexpected token: .");
    assert_eq!(error("else"), "1: Unexpected token: Keyword(else)");
    assert_eq!(error("end if"), "1: Unexpected token: Keyword(end)");
    assert_eq!(error("x = )"), "1: Unexpected token: )");
    assert_eq!(error("x = (1"), "1: Expected ')' after expression");
    assert_eq!(error("x = f(1"), "1: Expected ')' after arguments");
    assert_eq!(error("x = f(1,)"), "1: Unexpected token: )");
    assert_eq!(error("f = function(a b)\nend function"), "1: Expected ')' after parameters");
    assert_eq!(error("f = function(self)\nend function"), "1: Expected parameter name");
    assert_eq!(error("x = [1 2]"), "1: Expected ']' after list elements");
    assert_eq!(error("x = a[1"), "1: Expected ']' after index");
    assert_eq!(error("x = a[1:2"), "1: Expected ']' after slice");
    assert_eq!(error("x = {1:2"), "1: Expected '}' after map entries");
    assert_eq!(error("x = {1}"), "1: Expected ':' after map key");
    assert_eq!(error("x = m.if"), "1: Expected member name after '.'");
    assert_eq!(error("x = m.self"), "1: Expected member name after '.'");
    assert_eq!(v1("x = m.self + m.locals"), "(= x ((chain m .self) + (chain m .locals)))");
    assert_eq!(error("for 5 in x\nend for"), "1: Expected identifier after 'for', got: 5");
    assert_eq!(error("for i on x\nend for"), "1: got on where Keyword(in) is required");
    assert_eq!(
        error("while 1 print 2\nend while"),
        "1: Expected end of line after while condition, got: print"
    );
    assert_eq!(error("for i in x y\nend for"), "1: Expected end of line after for expression, got: y");
    assert_eq!(
        error("f = function() x\nend function"),
        "1: Expected end of line after function parameters, got: x"
    );
    assert_eq!(
        error("if 1 then\nelse x\nend if"),
        "1: Expected end of line after 'else', got: x".replace("1:", "2:")
    );
    assert_eq!(error("if 1\nend if"), "1: got EOL where Keyword(then) is required");
    assert_eq!(error("if x = 0 then print 1"), "1: got = where Keyword(then) is required");
    assert_eq!(error("for i in x\nend if"), "2: got Keyword(if) where Keyword(for) is required");
    assert_eq!(error("while x\nend"), "2: got EOL where Keyword(while) is required");
    assert_eq!(error("if 1 then for i in x\nend for"), "1: Unexpected token: Keyword(for)");
    assert_eq!(error("a = b = 1"), "1: Expected end of line, got: =");
    assert_eq!(error("a[1:2] = 1"), "1: Expected end of line, got: =");
    assert_eq!(error("f(1) = 1"), "1: Expected end of line, got: =");
    assert_eq!(error("self = 1"), "1: Expected end of line, got: =");
    assert_eq!(error("x = a [1]"), "1: Expected end of line, got: [");
    assert_eq!(error("x = \u{0}"), "1: Unexpected token: \0");
    assert_eq!(
        error("while 1\nf = function; break; end function\nend while"),
        "2: 'break' without open loop block"
    );
    assert_eq!(error("x = \"a\nb\" \"c\""), "2: Expected end of line, got: c");
}

#[test]
fn helps() {
    let help = |source: &str| read(source, Dialect::V2).diagnostics[0].help.clone().unwrap_or_default();
    assert!(help("if x = 0 then print 1").contains("'=='"));
    assert!(help("x = m.end").contains("[\"end\"]"));
    assert!(help("\nwhile 1\nx").contains("'while' on line 2"));
    assert!(help("while 1\nend for").contains("'while' on line 1"));
}

// ----- recovery -----

#[test]
fn several_errors() {
    let all = |source| messages(source, Dialect::V2);
    assert_eq!(
        all("x = )\ny = 1\nz = (2\nw = 3 $"),
        ["1: Unexpected token: )", "3: Expected ')' after expression", "4: Expected end of line, got: $"]
    );
    // A wrong end closes what it names.
    assert_eq!(
        all("if a then\nwhile b\nx\nend if\ny"),
        ["4: got Keyword(if) where Keyword(while) is required"]
    );
    // An else closes what its if contains.
    assert_eq!(all("if a then\nwhile b\nx\nelse\ny\nend if"), ["4: Unexpected token: Keyword(else)"]);
    // A broken header keeps its block.
    assert_eq!(
        all("while a b c\nx = )\nend while\nif q r then\ny\nend if"),
        [
            "1: Expected end of line after while condition, got: b",
            "2: Unexpected token: )",
            "4: got r where Keyword(then) is required"
        ]
    );
    // Function literals behind an error keep their end.
    assert_eq!(
        all("x = ) + function(a)\nb = )\nend function\ny"),
        ["1: Unexpected token: )", "2: Unexpected token: )"]
    );
    assert_eq!(all("foo(1 function\nend function)\ny"), ["1: Expected ')' after arguments"]);
    assert_eq!(all("x = [\n1,\n2 3,\n4\n]\ny"), ["3: Expected ']' after list elements"]);
    assert_eq!(
        all("foo(function\nwhile 1\nend function)\ny"),
        ["3: got Keyword(function) where Keyword(while) is required"]
    );
    assert_eq!(
        all("while 1\nfoo(function\nend while\nz"),
        ["3: got Keyword(while) where Keyword(function) is required"]
    );
    assert_eq!(all("if a then x = ) else y = )\nz = )").len(), 3);
    // Misplaced loop exits come last: the language looks for them last.
    assert_eq!(all("break\nx = )"), ["2: Unexpected token: )", "1: 'break' without open loop block"]);
    assert_eq!(all("x = )\nwhile 1\ny"), ["1: Unexpected token: )", "3: unexpected end of file"]);
}

#[test]
fn many_errors_end_the_parse() {
    let result = read(&"x = )\n".repeat(100_000), Dialect::V2);
    assert_eq!(result.diagnostics.len(), super::MAX_DIAGNOSTICS);
}

// ----- prompts -----

#[test]
fn asks_for_more_only_when_more_can_help() {
    for open in [
        "if x then",
        "if x then\nprint 1",
        "while 1",
        "for i in x\n",
        "f = function(a)",
        "x = 1 +",
        "x = [",
        "x = [1,",
        "f(",
        "x =",
        "x = {\"a\":",
        "foo 1,",
        "if a and",
        "b = *",
        "print [function\nx",
        "if a then\nx\nelse",
        "a -",
        "f = function(a,",
        "x = (1 +",
        "x = 1 + // note",
        "x = a[",
    ] {
        assert!(needs_more_input(open), "{open:?}");
    }
    for closed in [
        "",
        "x = 1",
        "if x then y",
        "print [1",
        "x = (",
        "break",
        "x = )",
        "while 1\nx = )",
        "x = \"open",
        "end if",
        "if x",
        "x.",
    ] {
        assert_eq!(needs_more_input(closed), closed == "x = (", "{closed:?}");
    }
}

// ----- hostile texts -----

/// Runs `test` in a thread with a stack of 2 MB.
fn small_stack<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(test)
        .expect("a thread")
        .join()
        .expect("no overflow")
}

#[test]
fn nesting_is_limited() {
    let n = 100_000;
    for (open, what) in [
        ("(", "expression"),
        ("[", "expression"),
        ("{1:", "expression"),
        ("f(", "expression"),
        ("a[", "expression"),
        ("-", "expression"),
        ("not ", "expression"),
        ("new ", "expression"),
        ("@", "expression"),
        ("2^", "expression"),
        ("1 or 1 and 1 == 1 isa 1 + 1 * 1 ^ (", "expression"),
        ("- not ", "expression"),
        ("[function\nx = ", ""),
        ("function\n", ""),
        ("{1 or 1 and 1 < 1 isa 1 + 1 * -", ""),
    ] {
        let source = format!("x = {}", open.repeat(n));
        let message = small_stack(move || {
            let all = messages(&source, Dialect::V2);
            assert_eq!(all.len(), 1, "{open:?}");
            all[0].clone()
        });
        assert!(message.contains("nested too deeply") && message.contains(what), "{open:?}: {message}");
    }
    for open in [
        "while 1\n",
        "for i in x\n",
        "if a then\n",
        "if a then ",
        "if a then\nwhile (1)\n",
        "x = function\nif a then ",
    ] {
        let source = open.repeat(n);
        let all = small_stack(move || messages(&source, Dialect::V2));
        assert_eq!(all.len(), 1, "{open:?}");
        assert!(all[0].contains("blocks nested too deeply"), "{open:?}: {}", all[0]);
    }
}

#[test]
fn allowed_nesting_fits_a_small_stack() {
    let count = 190;
    small_stack(move || {
        v2(&format!("x = {}1{}", "(".repeat(count), ")".repeat(count)));
        v2(&format!("{}{}", "while 1\n".repeat(count), "end while\n".repeat(count)));
        // The worst mixture: blocks in function literals in brackets, with an operator of every level.
        let source = format!(
            "{}x = {}1{}\n{}",
            "if a then\n".repeat(100),
            "1 or 1 and 1 == 1 isa 1 + 1 * (".repeat(60),
            ")".repeat(60),
            "end if\n".repeat(100)
        );
        v2(&source);
        let source = format!("{}1{}", "x = [function\nreturn ".repeat(60), "\nend function]".repeat(60));
        v2(&source.replacen("return x = ", "x = ", 60));
    });
}

#[test]
fn length_is_not_limited() {
    let n = 100_000;
    let sources = [
        format!("x = a{}", "+a".repeat(n)),
        format!("x = a{}", " and a".repeat(n)),
        format!("x = a{}", " or a".repeat(n)),
        format!("x = a{}", "<a".repeat(n)),
        format!("x = a{}", " isa a".repeat(n)),
        format!("x = a{}", "*a".repeat(n)),
        format!("x = a{}", ".b".repeat(n)),
        format!("x = a{}", "[0]".repeat(n)),
        format!("x = a{}", "(0)".repeat(n)),
        format!("x = [{}]", "1,".repeat(n)),
        format!("x = {{{}}}", "1:2,".repeat(n)),
        format!("f {}1", "1,".repeat(n)),
        format!("x = function({}z)\nend function", "a,".repeat(n)),
        format!("if a then\nx\n{}end if", "else if b then\ny\n".repeat(n)),
        format!("if a then x {}", "else if b then y ".repeat(n)),
        "x = 1\n".repeat(n),
        ";".repeat(n),
    ];
    for source in sources {
        small_stack(move || {
            v2(&source);
        });
    }
    small_stack(move || v1(&format!("x = 2{}", "^2".repeat(n))));
}

#[test]
fn long_lines_take_linear_time() {
    let source = format!("x = \"{}\" + {}", "ab".repeat(4 << 20), "1 + ".repeat(1 << 20)) + "1";
    let result = read(&source, Dialect::V2);
    assert!(result.diagnostics.is_empty());
    let result = read(&"\0".repeat(4 << 20), Dialect::V2);
    assert_eq!(result.diagnostics.len(), 1);
    let result = read(&"x".repeat(8 << 20), Dialect::V2);
    assert!(result.diagnostics.is_empty());
    // A message does not repeat a long token.
    let result = read(&format!("x = 1 \"{}\"", "y".repeat(1 << 20)), Dialect::V2);
    assert!(result.diagnostics[0].message.len() < 200);
}

/// Parses every program of a conformance suite and checks the errors that are expected at compile time.
fn check_suite(path: &str, dialect: Dialect, skip: &[&str]) -> usize {
    let Ok(text) = std::fs::read_to_string(path) else { return 0 };
    let mut count = 0;
    for case in text.replace("\r\n", "\n").split("\n====") {
        // The rest of the separator line is a comment.
        let case = case.split_once('\n').map_or("", |(_, rest)| rest);
        let Some((program, expected)) = case.split_once("\n----") else { continue };
        let expected = expected.split_once('\n').map_or("", |(_, rest)| rest).trim();
        let found = read(program, dialect).diagnostics;
        let report = found.first().map(|d| d.report(None)).unwrap_or_default();
        let is_ours = (expected.starts_with("Compiler Error") || expected.starts_with("Lexer Error"))
            && !skip.iter().any(|text| expected.contains(text));
        assert_eq!(report, if is_ours { expected } else { "" }, "{program}");
        count += 1;
    }
    count
}

/// Runs if the suites' directory is given in the environment.
#[test]
fn conformance_suites() {
    let Ok(dir) = std::env::var("MINISCRIPT_SUITES") else { return };
    let later = ["illegal assignment to unqualified local", "must be a constant"];
    assert!(check_suite(&format!("{dir}/suite-2.0.txt"), Dialect::V2, &later) > 700);
    assert!(check_suite(&format!("{dir}/suite-1.x.txt"), Dialect::V1, &later) > 100);
}

#[test]
fn any_cut_of_a_program_is_survived() {
    let source = "f = function(a, b=1) // é\n  if a[1:2] then x = {\"k\": [1, 2]} else return -a.b(3)\n  while not q\n\
                  for i in @z.y; print i, 2; end for\nend while\nend function\nf 1, \"s\"\"t\"\r\nx.y += 2^3 isa number\n";
    assert!(read(source, Dialect::V2).diagnostics.is_empty());
    let ends: Vec<usize> = source.char_indices().map(|(at, _)| at).collect();
    for dialect in [Dialect::V1, Dialect::V2] {
        for &from in &ends {
            let _ = read(&source[from..], dialect);
            let _ = read(&source[..from], dialect);
            // Leaving out a piece, doubling a piece, putting in something odd.
            for &to in ends.iter().filter(|&&to| to > from).take(12) {
                let _ = read(&format!("{}{}", &source[..from], &source[to..]), dialect);
                let _ = read(&format!("{}{}", &source[..to], &source[from..]), dialect);
            }
            for odd in [")", "end", "else", "function\n", "if", "\"", "$"] {
                let _ = read(&format!("{} {odd} {}", &source[..from], &source[from..]), dialect);
            }
        }
    }
}
