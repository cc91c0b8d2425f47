//! Lowering: from the syntax tree to bytecode.
//!
//! *Takes* a source text (or its tree), *leaves* a [`Unit`] that the verifier accepts, or diagnostics in the
//! language's own words. It *costs* three walks over the tree: names, definite assignment, code. Recursion is
//! bounded by the parser's limits on nesting.
//!
//! The order of work, one file each:
//!
//! 1. [`scope`] finds the functions and the names that each of them assigns, reads and passes on.
//! 2. [`assigned`] finds the reads of locals that may come before their assignment, and reports the
//!    first-assignment rule.
//! 3. [`storage`] gives every local its home: a register, a box that inner functions share, or an entry of a
//!    map if the program handles its scope as a value.
//! 4. [`function`] writes one function after the other. [`node`] and [`emit`] are about expressions without
//!    effects, which keep their variables in place; [`expr`], [`chain`], [`logic`] about all others;
//!    [`cond`] and [`branch`] about conditions; [`stmt`] and [`assign`] about statements; [`vars`] about reading and writing
//!    names.
//!
//! # Fast code and alternates
//!
//! Reading a name invokes the function that it may hold, and may have to search outer scopes. Nearly always a
//! local holds a plain value. So instructions use the registers of locals directly, and where a local could
//! hold a function or nothing, the instruction has an *alternate* out of line, which computes the whole
//! expression again with careful reads. That is sound because only expressions without effects are treated
//! so: up to the instruction that finds the function, nothing has happened.

mod assign;
mod assigned;
mod bits;
mod branch;
mod chain;
mod cond;
mod emit;
mod expr;
mod fold;
mod function;
mod logic;
mod node;
mod scope;
mod stmt;
mod storage;
#[cfg(test)]
mod tests;
mod vars;

use std::sync::Arc;

use quadriga_bytecode::{BuildError, FuncId, Unit, UnitBuilder};

use crate::syntax::{Diagnostic, DiagnosticKind, Dialect, ParseOptions, Program, Span, parse};
use scope::FunctionInfo;
use std::collections::{HashMap, HashSet};

/// What the top level is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// A program: its names are globals.
    #[default]
    Program,
    /// A line at the prompt: a program whose expression statements show their values.
    Repl,
    /// A program whose last statement, if it is an expression, is its result.
    Evaluate,
    /// An imported module: its names are locals, and it returns the map of them.
    Module,
}

/// How to compile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CompileOptions {
    /// The language version.
    pub dialect: Dialect,
    /// What the top level is.
    pub mode: Mode,
}

/// Compiles a source text. `name` is its file name, or empty.
///
/// The first diagnostic is the one that the language reports.
pub fn compile(source: &str, name: &str, options: &CompileOptions) -> Result<Unit, Vec<Diagnostic>> {
    let parsed = parse(source, ParseOptions { dialect: options.dialect });
    if !parsed.diagnostics.is_empty() {
        return Err(parsed.diagnostics);
    }
    lower(&parsed.program, source, name, options)
}

/// Lowers a tree without errors.
pub fn lower(
    program: &Program,
    source: &str,
    name: &str,
    options: &CompileOptions,
) -> Result<Unit, Vec<Diagnostic>> {
    let analysis = storage::analyse(program, source, *options);
    if !analysis.diagnostics.is_empty() {
        return Err(analysis.diagnostics);
    }
    let language = match options.dialect {
        Dialect::V1 => "miniscript1",
        Dialect::V2 => "miniscript",
    };
    let mut unit = UnitBuilder::new(name, Arc::from(source), language);
    let ids: Vec<FuncId> = analysis.functions.iter().map(|_| unit.declare()).collect();
    let shared = Shared { analysis, ids, options: *options, program };
    for (i, &id) in shared.ids.iter().enumerate() {
        let line = shared.analysis.functions[i].line;
        let function = function::lower(&shared, i).map_err(|e| vec![too_large(&e, line)])?;
        unit.define(id, function);
    }
    unit.finish(shared.ids[0]).map_err(|e| vec![too_large(&e, 1)])
}

/// What all functions of a unit refer to while they are written.
struct Shared<'a> {
    analysis: Analysis<'a>,
    ids: Vec<FuncId>,
    options: CompileOptions,
    program: &'a Program,
}

/// What is known before any code is written.
struct Analysis<'a> {
    /// The functions in the order of their `function` keywords; the first one is the top level.
    functions: Vec<FunctionInfo<'a>>,
    /// Functions by the address of their tree.
    by_tree: HashMap<usize, usize>,
    /// Names that this unit assigns as globals.
    globals: HashSet<crate::syntax::ast::Name>,
    diagnostics: Vec<Diagnostic>,
}

/// The address of a node of the tree, as its identity.
fn identity<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}

fn diagnostic(message: String, span: Span, line: u32) -> Diagnostic {
    Diagnostic { kind: DiagnosticKind::Compiler, message, span, line, help: None }
}

fn too_large(error: &BuildError, line: u32) -> Diagnostic {
    diagnostic(error.to_string(), Span::default(), line)
}
