//! Shorthand of the programs: what a person would rather not count.
//!
//! Takes a program, leaves text for the assembler. Beyond what that knows:
//!
//! * `unit` and the numbers of functions may be left out; function 0 is the top level.
//! * An operand may be a constant itself: `"text"` (a string), `$name` (a global), `=7`, `=2.5`, `=[1, 2]`.
//! * `&name` is the function of that name.
//! * `print r5` prints a value. (It writes `r2`.)
//! * Every instruction has the line of the file as its position.

use std::collections::HashMap;
use std::fmt::Write;

/// Words that begin a line which is no instruction.
const TABLES: &[&str] = &["const", "capture", "local", "handler", "alternate", "span", "note", "@"];

/// The text for the assembler.
pub fn expand(name: &str, program: &str) -> String {
    let functions = function_numbers(program);
    let mut out = String::new();
    if !program.lines().any(|line| line.starts_with("unit")) {
        writeln!(out, "unit \"{name}\" language \"test\" main 0").expect("a string");
    }
    let mut body = String::new();
    let mut consts: Vec<String> = Vec::new();
    let mut count = 0;
    for (i, line) in program.lines().enumerate() {
        let text = line.trim();
        let first = text.split(|c: char| c.is_whitespace() || c == ':').next().unwrap_or("");
        if text.is_empty() || text.starts_with(';') {
            continue;
        } else if first == "function" {
            flush(&mut out, &mut body, &mut consts);
            writeln!(out, "function {count} {}", text["function".len()..].trim()).expect("a string");
            count += 1;
        } else if first == "unit" {
            writeln!(out, "{text}").expect("a string");
        } else if TABLES.contains(&first) || text.ends_with(':') {
            writeln!(body, "{text}").expect("a string");
        } else {
            let insn = instruction(text, &functions, &mut consts);
            writeln!(body, "@ {} 0 0\n{insn}", i + 1).expect("a string");
        }
    }
    flush(&mut out, &mut body, &mut consts);
    out
}

fn flush(out: &mut String, body: &mut String, consts: &mut Vec<String>) {
    for (i, constant) in consts.drain(..).enumerate() {
        writeln!(out, "const {i} {constant}").expect("a string");
    }
    out.push_str(body);
    body.clear();
}

fn function_numbers(program: &str) -> HashMap<&str, usize> {
    let heads = program.lines().filter_map(|line| line.trim().strip_prefix("function \""));
    heads.enumerate().map(|(i, head)| (head.split('"').next().unwrap_or(""), i)).collect()
}

fn instruction(text: &str, functions: &HashMap<&str, usize>, consts: &mut Vec<String>) -> String {
    if let Some(register) = text.strip_prefix("print ") {
        return format!("special r2, {register}, {register}");
    }
    let Some((mnemonic, rest)) = text.split_once(' ') else { return text.to_string() };
    let mut operands = Vec::new();
    for operand in split(rest) {
        let (operand, alternate) = match operand.split_once(" else ") {
            Some((operand, label)) => (operand.trim(), format!(" else {label}")),
            None => (operand.trim(), String::new()),
        };
        let constant = if operand.starts_with('"') {
            Some(operand.to_string())
        } else if let Some(name) = operand.strip_prefix('$') {
            Some(format!("cell \"{name}\""))
        } else {
            operand.strip_prefix('=').map(str::to_string)
        };
        let expanded = match (constant, operand.strip_prefix('&')) {
            (Some(constant), _) => {
                let known = consts.iter().position(|c| *c == constant);
                let index = known.unwrap_or_else(|| {
                    consts.push(constant);
                    consts.len() - 1
                });
                format!("k{index}")
            }
            (None, Some(name)) => format!("f{}", functions[name]),
            (None, None) => operand.to_string(),
        };
        operands.push(expanded + &alternate);
    }
    format!("{mnemonic} {}", operands.join(", "))
}

/// The operands; commas in quotes and brackets do not part them, and a comment ends them.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0, false);
    let mut end = text.len();
    for (i, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            ';' => {
                end = i;
                break;
            }
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..end].trim());
    parts
}
