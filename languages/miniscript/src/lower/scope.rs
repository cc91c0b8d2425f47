//! Which functions there are, and what each of them does with names.
//!
//! *Takes* the tree. *Leaves* a [`FunctionInfo`] per function, the top level first, with its locals, its reads
//! of bare names, what it asks of its creator's scope, and the constants of its head (defaults, note). It
//! *costs* one walk.
//!
//! A name that a function assigns anywhere is a local of it. `locals.x`, `outer.x` and `globals.x` with a
//! constant name (also as `locals["x"]`) are variables like others; any other use of `locals` or `outer`
//! handles the scope as a value, and then all names of that scope live in a map.

use std::collections::HashMap;

use crate::syntax::ast::*;
use crate::syntax::{Diagnostic, Dialect, Program};

use super::bits::Bits;
use super::fold::{self, Constant};
use super::{Analysis, CompileOptions, Mode, diagnostic, identity};

/// What kind of function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// The top level of a program: its names are globals.
    Program,
    /// The top level of a module: its names are entries of the map that it returns.
    Module,
    /// A function literal.
    Function,
}

/// Where a local lives, unless its function keeps all of them in a map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Storage {
    /// In a register. Inner functions that read it capture its value, which is final by then.
    Register,
    /// In a box, which inner functions capture.
    Box,
}

/// One local of a function.
#[derive(Debug)]
pub(super) struct Var {
    pub name: Name,
    pub storage: Storage,
    /// The register of the value or the box.
    pub register: u16,
    /// It has a value from the start.
    pub param: bool,
    /// It may hold a function, which a read by name would invoke.
    pub function: bool,
    /// Some read may come before its assignment.
    pub empty: bool,
}

/// Where an assigned value comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    /// From an expression.
    Expr(&'a Expr),
    /// From an operation that never gives a function.
    Plain,
    /// From somewhere else.
    Unknown,
}

/// An assignment to a local.
#[derive(Debug)]
pub(super) struct Assignment<'a> {
    pub var: usize,
    /// Where it stands in the text.
    pub at: u32,
    pub in_loop: bool,
    pub value: Source<'a>,
}

/// What is known of one function.
#[derive(Debug)]
pub(super) struct FunctionInfo<'a> {
    pub kind: Kind,
    /// The function in whose body it stands.
    pub parent: Option<usize>,
    pub name: String,
    pub note: Option<Box<str>>,
    pub params: Vec<(Name, Constant)>,
    /// The body without its note.
    pub body: &'a [Stmt],
    pub span: Span,
    /// The line of the statement that contains it.
    pub line: u32,
    pub vars: Vec<Var>,
    pub var_index: HashMap<Name, usize>,
    pub assignments: Vec<Assignment<'a>>,
    /// Reads of bare names: the name and the identity of the place.
    pub reads: Vec<(Name, usize)>,
    /// Names read through `locals.x`.
    pub locals_reads: Vec<Name>,
    /// Names read and written through `outer.x`.
    pub outer_reads: Vec<Name>,
    pub outer_writes: Vec<Name>,
    /// It handles `locals` as a value.
    pub locals_value: bool,
    /// It handles `outer` as a value.
    pub outer_value: bool,
    /// It, or a function in it, mentions `self` or `super`.
    pub uses_self: bool,
    pub children: Vec<usize>,
    /// All its locals live in a map.
    pub scope_map: bool,
    /// The register of that map.
    pub map_register: u16,
    /// Reads that may come before the assignment.
    pub unsure: std::collections::HashSet<usize>,
    /// Those of them that are an error then, instead of reading an outer variable.
    pub must_assign: std::collections::HashSet<usize>,
    /// Locals of the creator that are assigned for sure wherever this function is created.
    pub assigned_before: Option<Bits>,
}

impl FunctionInfo<'_> {
    /// The local of a name.
    pub fn var(&self, name: &str) -> Option<&Var> {
        self.var_index.get(name).map(|&i| &self.vars[i])
    }

    /// Makes sure that `name` is a local.
    pub fn declare(&mut self, name: &Name) -> usize {
        if let Some(&i) = self.var_index.get(name) {
            return i;
        }
        let i = self.vars.len();
        self.vars.push(Var {
            name: name.clone(),
            storage: Storage::Register,
            register: 0,
            param: false,
            function: false,
            empty: false,
        });
        self.var_index.insert(name.clone(), i);
        i
    }
}

/// One of the scopes that have a name of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ScopeName {
    Locals,
    Outer,
    Globals,
}

/// The scope that an expression names.
pub(super) fn scope_name(e: &Expr) -> Option<ScopeName> {
    match e.kind {
        ExprKind::Locals => Some(ScopeName::Locals),
        ExprKind::Outer => Some(ScopeName::Outer),
        ExprKind::Globals => Some(ScopeName::Globals),
        _ => None,
    }
}

/// `base` followed by `.name` or `["name"]` as a variable of a scope, unless that is called.
pub(super) fn scope_member<'a>(base: &Expr, ops: &'a [PostfixOp]) -> Option<(ScopeName, &'a Name)> {
    let scope = scope_name(base)?;
    if matches!(ops.get(1), Some(PostfixOp { kind: PostfixKind::Call(_), .. })) {
        return None;
    }
    match &ops.first()?.kind {
        PostfixKind::Member(name) => Some((scope, name)),
        PostfixKind::Index(index) => match &index.kind {
            ExprKind::String(name) => Some((scope, name)),
            _ => None,
        },
        _ => None,
    }
}

/// A target `locals.x`, `outer.x` or `globals.x`.
pub(super) fn scope_target(target: &Target) -> Option<(ScopeName, &Name)> {
    match &target.kind {
        TargetKind::Member { base, name } => Some((scope_name(base)?, &name.name)),
        TargetKind::Index { base, index } => match &index.kind {
            ExprKind::String(name) => Some((scope_name(base)?, name)),
            _ => None,
        },
        TargetKind::Name(_) => None,
    }
}

/// The name that `import("path")` binds: the last part of the path.
pub(super) fn import_name<'a>(callee: &Name, args: &'a [Expr]) -> Option<&'a str> {
    match args {
        [Expr { kind: ExprKind::String(path), .. }] if &**callee == "import" => {
            path.rsplit('/').next().filter(|name| !name.is_empty())
        }
        _ => None,
    }
}

/// Walks the tree.
pub(super) fn collect<'a>(program: &'a Program, source: &'a str, options: CompileOptions) -> Analysis<'a> {
    let kind = if options.mode == Mode::Module { Kind::Module } else { Kind::Program };
    let mut c = Collector {
        out: Analysis {
            functions: Vec::new(),
            by_tree: HashMap::new(),
            globals: std::collections::HashSet::new(),
            diagnostics: Vec::new(),
        },
        program,
        source,
        v1: options.dialect == Dialect::V1,
        current: 0,
        loops: 0,
        line: 1,
    };
    c.push_function(kind, None, "@main".into(), &program.body.stmts, program.body.span);
    c.block(&program.body.stmts);
    c.out
}

struct Collector<'a> {
    out: Analysis<'a>,
    program: &'a Program,
    source: &'a str,
    v1: bool,
    current: usize,
    /// Loops of the current function around the place.
    loops: usize,
    line: u32,
}

impl<'a> Collector<'a> {
    fn info(&mut self) -> &mut FunctionInfo<'a> {
        &mut self.out.functions[self.current]
    }

    fn error(&mut self, message: String, span: Span) {
        let d: Diagnostic = diagnostic(message, span, self.line);
        self.out.diagnostics.push(d);
    }

    fn push_function(
        &mut self,
        kind: Kind,
        parent: Option<usize>,
        name: String,
        body: &'a [Stmt],
        span: Span,
    ) -> usize {
        self.out.functions.push(FunctionInfo {
            kind,
            parent,
            name,
            note: None,
            params: Vec::new(),
            body,
            span,
            line: self.line,
            vars: Vec::new(),
            var_index: HashMap::new(),
            assignments: Vec::new(),
            reads: Vec::new(),
            locals_reads: Vec::new(),
            outer_reads: Vec::new(),
            outer_writes: Vec::new(),
            locals_value: false,
            outer_value: false,
            uses_self: false,
            children: Vec::new(),
            scope_map: kind == Kind::Module,
            map_register: 0,
            unsure: std::collections::HashSet::new(),
            must_assign: std::collections::HashSet::new(),
            assigned_before: None,
        });
        self.out.functions.len() - 1
    }

    // -- statements

    fn block(&mut self, stmts: &'a [Stmt]) {
        for s in stmts {
            self.stmt(s);
        }
    }

    fn stmt(&mut self, s: &'a Stmt) {
        self.line = self.program.line(s.span);
        match &s.kind {
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Call { callee, args } => self.call_statement(callee, args),
            StmtKind::Assign { target, value } => {
                self.target(target);
                match &value.kind {
                    ExprKind::Function(f) => {
                        let name = self.function_name(target);
                        self.function(f, name);
                    }
                    _ => self.expr(value),
                }
                self.assign(target, Source::Expr(value));
            }
            StmtKind::CompoundAssign { target, value, .. } => {
                match (&target.kind, scope_target(target)) {
                    (TargetKind::Name(name), _) => self.read(name, identity(target)),
                    (_, Some((scope, name))) => self.scope_read(scope, name),
                    _ => {}
                }
                self.target(target);
                self.expr(value);
                self.assign(target, Source::Plain);
            }
            StmtKind::If { arms, else_body } => {
                for arm in arms {
                    self.line = self.program.line(arm.span);
                    self.expr(&arm.cond);
                    self.block(&arm.body.stmts);
                }
                if let Some(body) = else_body {
                    self.block(&body.stmts);
                }
            }
            StmtKind::While { cond, body } => {
                self.loops += 1;
                self.expr(cond);
                self.block(&body.stmts);
                self.loops -= 1;
            }
            StmtKind::For { var, iterable, body } => {
                self.expr(iterable);
                self.loops += 1;
                self.assign_name(&var.name, var.span.start, Source::Unknown);
                self.block(&body.stmts);
                self.loops -= 1;
            }
            StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Return(value) => {
                if let Some(e) = value {
                    self.expr(e);
                }
            }
        }
    }

    /// The expressions inside a target.
    fn target(&mut self, target: &'a Target) {
        if scope_target(target).is_some() {
            return;
        }
        match &target.kind {
            TargetKind::Name(_) => {}
            TargetKind::Member { base, .. } => self.expr(base),
            TargetKind::Index { base, index } => {
                self.expr(base);
                self.expr(index);
            }
        }
    }

    fn assign(&mut self, target: &'a Target, value: Source<'a>) {
        let at = target.span.start;
        match (&target.kind, scope_target(target)) {
            (TargetKind::Name(name), _) | (_, Some((ScopeName::Locals, name))) => {
                self.assign_name(name, at, value);
            }
            (_, Some((ScopeName::Outer, name))) => match self.parent_scope() {
                Some(_) => self.info().outer_writes.push(name.clone()),
                None => _ = self.out.globals.insert(name.clone()),
            },
            (_, Some((ScopeName::Globals, name))) => _ = self.out.globals.insert(name.clone()),
            _ => {}
        }
    }

    fn assign_name(&mut self, name: &Name, at: u32, value: Source<'a>) {
        if self.info().kind == Kind::Program {
            self.out.globals.insert(name.clone());
            return;
        }
        let in_loop = self.loops > 0;
        let info = self.info();
        let var = info.declare(name);
        info.assignments.push(Assignment { var, at, in_loop, value });
    }

    /// The function whose locals are `outer` here, if it is not the program.
    fn parent_scope(&mut self) -> Option<usize> {
        let parent = self.info().parent?;
        (self.out.functions[parent].kind != Kind::Program).then_some(parent)
    }

    fn read(&mut self, name: &Name, place: usize) {
        self.info().reads.push((name.clone(), place));
    }

    fn scope_read(&mut self, scope: ScopeName, name: &Name) {
        match scope {
            ScopeName::Locals => self.info().locals_reads.push(name.clone()),
            ScopeName::Outer => self.info().outer_reads.push(name.clone()),
            ScopeName::Globals => {}
        }
    }

    // -- expressions

    fn exprs(&mut self, list: &'a [Expr]) {
        for e in list {
            self.expr(e);
        }
    }

    fn expr(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::True
            | ExprKind::False
            | ExprKind::Null
            | ExprKind::Globals
            | ExprKind::Error => {}
            ExprKind::Name(name) => self.read(name, identity(e)),
            ExprKind::SelfValue | ExprKind::Super => self.info().uses_self = true,
            ExprKind::Locals => self.info().locals_value = true,
            ExprKind::Outer => self.info().outer_value = true,
            ExprKind::Group(inner)
            | ExprKind::AddressOf(inner)
            | ExprKind::New(inner)
            | ExprKind::Unary { operand: inner, .. } => self.expr(inner),
            ExprKind::List(elements) => self.exprs(elements),
            ExprKind::Map(entries) => {
                for entry in entries {
                    self.expr(&entry.key);
                    self.expr(&entry.value);
                }
            }
            ExprKind::Function(f) => {
                let name = format!("@f{}", self.out.functions.len());
                self.function(f, name);
            }
            ExprKind::Postfix { base, ops } => self.postfix(base, ops),
            ExprKind::Binary { first, rest } => {
                self.expr(first);
                for tail in rest {
                    self.expr(&tail.operand);
                }
            }
            ExprKind::Compare { first, rest } => {
                self.expr(first);
                for tail in rest {
                    self.expr(&tail.operand);
                }
            }
            ExprKind::Logical { operands, .. } | ExprKind::Isa { operands } => self.exprs(operands),
        }
    }

    fn postfix(&mut self, base: &'a Expr, ops: &'a [PostfixOp]) {
        match scope_member(base, ops) {
            Some((scope, name)) => self.scope_read(scope, name),
            None => {
                self.expr(base);
                if let (ExprKind::Name(callee), PostfixKind::Call(args)) = (&base.kind, &ops[0].kind) {
                    self.import(callee, args, base.span);
                }
            }
        }
        for op in ops {
            match &op.kind {
                PostfixKind::Member(_) => {}
                PostfixKind::Index(index) => self.expr(index),
                PostfixKind::Slice { start, end } => {
                    for bound in [start, end].into_iter().flatten() {
                        self.expr(bound);
                    }
                }
                PostfixKind::Call(args) => self.exprs(args),
            }
        }
    }

    fn call_statement(&mut self, callee: &'a Expr, args: &'a [Expr]) {
        match &callee.kind {
            // A scope whose member is called is a value.
            ExprKind::Postfix { base, ops } if ops.len() == 1 && scope_name(base).is_some() => {
                self.expr(base);
                if let PostfixKind::Index(index) = &ops[0].kind {
                    self.expr(index);
                }
            }
            ExprKind::Name(name) => {
                self.expr(callee);
                self.import(name, args, callee.span);
            }
            _ => self.expr(callee),
        }
        self.exprs(args);
    }

    fn import(&mut self, callee: &Name, args: &[Expr], span: Span) {
        if let Some(name) = import_name(callee, args) {
            self.assign_name(&Name::from(name), span.start, Source::Plain);
        }
    }

    // -- functions

    /// The name of a function that is assigned to `target`: the target's text.
    fn function_name(&self, target: &Target) -> String {
        match &target.kind {
            TargetKind::Index { .. } => format!("@f{}", self.out.functions.len()),
            _ => target.span.text(self.source).split_whitespace().collect(),
        }
    }

    fn function(&mut self, f: &'a Function, name: String) {
        let parent = self.current;
        let (note, body) = split_note(&f.body.stmts, self.v1);
        let index = self.push_function(Kind::Function, Some(parent), name, body, f.span);
        self.out.by_tree.insert(identity(f), index);
        self.info().children.push(index);

        let (loops, line) = (std::mem::take(&mut self.loops), self.line);
        self.current = index;
        self.info().note = note;
        self.params(&f.params);
        self.block(body);
        self.current = parent;
        self.loops = loops;
        self.line = line;
        if self.out.functions[index].uses_self {
            self.info().uses_self = true;
        }
    }

    fn params(&mut self, params: &'a [Param]) {
        for (i, p) in params.iter().enumerate() {
            // In 1.x, a first parameter called `self` is the receiver.
            if self.v1 && i == 0 && &*p.name.name == "self" {
                continue;
            }
            let default = match &p.default {
                None => Constant::Null,
                Some(e) => fold::default_value(e, self.v1).unwrap_or_else(|| {
                    let what = if self.v1 {
                        "parameter default value must be a literal value".to_string()
                    } else {
                        format!("Default value for parameter '{}' must be a constant", p.name.name)
                    };
                    self.error(what, e.span);
                    Constant::Null
                }),
            };
            let name = p.name.name.clone();
            let info = self.info();
            let var = info.declare(&name);
            info.vars[var].param = true;
            info.vars[var].function = true;
            info.params.push((name, default));
        }
    }
}

/// Splits a body into its note (2.0: a constant string as the first statement) and the rest.
fn split_note(body: &[Stmt], v1: bool) -> (Option<Box<str>>, &[Stmt]) {
    if let Some((Stmt { kind: StmtKind::Expr(e), .. }, rest)) = body.split_first()
        && !v1
        && let Some(Constant::Str(s)) = fold::constant(e, v1)
    {
        return (Some((&*s).into()), rest);
    }
    (None, body)
}
