//! Definite assignment: which reads of a local may come before its assignment.
//!
//! *Takes* one function with its locals declared. *Leaves* in it the reads that are unsure, and of those the
//! ones that the first-assignment rule turns into a run-time error; reports the ones that the rule forbids
//! (2.0). Tells every inner function which locals of this one are assigned for sure where it is created.
//! *Costs* one forward walk, with a copy of the set of assigned locals per branch: assignments only add to
//! the set, so loops need no second round.
//!
//! The rule: `x = ... x ...` is an error where `x` is not assigned for sure, because the read would mean
//! another variable. Inside a loop, an assignment that stands earlier in the same loop moves the error to run
//! time. The callee of a call with parentheses does not count (`x = x(1)`), as in the reference implementation.

use std::collections::HashSet;

use crate::syntax::ast::*;
use crate::syntax::{Dialect, Program};

use super::bits::Bits;
use super::fold;
use super::scope::{Kind, ScopeName, scope_member, scope_target};
use super::{Analysis, CompileOptions, diagnostic, identity};

/// Analyses function `index`.
pub(super) fn analyse(all: &mut Analysis<'_>, index: usize, program: &Program, options: CompileOptions) {
    let info = &all.functions[index];
    if info.kind == Kind::Program {
        return;
    }
    let mut state = Bits::default();
    for (i, var) in info.vars.iter().enumerate() {
        if var.param {
            state.add(i);
        }
    }
    let body = info.body;
    let mut walk = Walk {
        all,
        index,
        program,
        v1: options.dialect == Dialect::V1,
        state,
        loops: Vec::new(),
        unsure: HashSet::new(),
        must_assign: HashSet::new(),
        first: None,
        compound: false,
        line: 1,
    };
    walk.block(body);
    let (unsure, must_assign) = (walk.unsure, walk.must_assign);
    let info = &mut all.functions[index];
    info.unsure = unsure;
    info.must_assign = must_assign;
}

struct Loop {
    /// Where its body starts.
    start: u32,
    /// What all of its `break`s so far have assigned.
    breaks: Option<Bits>,
}

struct Walk<'w, 'a> {
    all: &'w mut Analysis<'a>,
    index: usize,
    program: &'w Program,
    v1: bool,
    state: Bits,
    loops: Vec<Loop>,
    unsure: HashSet<usize>,
    must_assign: HashSet<usize>,
    /// The local whose first assignment is being computed, and where that statement stands.
    first: Option<(usize, u32)>,
    /// The variable of a compound assignment is being read.
    compound: bool,
    line: u32,
}

impl Walk<'_, '_> {
    fn var(&self, name: &str) -> Option<usize> {
        self.all.functions[self.index].var_index.get(name).copied()
    }

    // -- statements

    fn block(&mut self, stmts: &[Stmt]) {
        for s in stmts {
            self.stmt(s);
        }
    }

    fn stmt(&mut self, s: &Stmt) {
        self.line = self.program.line(s.span);
        match &s.kind {
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Call { callee, args } => {
                self.callee(callee);
                self.exprs(args);
            }
            StmtKind::Assign { target, value } => {
                self.target(target);
                self.value(target, s.span.start, |w| w.expr(value));
            }
            StmtKind::CompoundAssign { target, value, .. } => {
                self.target(target);
                self.value(target, s.span.start, |w| {
                    w.compound = true;
                    match (&target.kind, scope_target(target)) {
                        (TargetKind::Name(name), _) => w.read(name, identity(target), target.span),
                        (_, Some((ScopeName::Locals, name))) => w.scope_read(name, identity(target)),
                        _ => {}
                    }
                    w.compound = false;
                    w.expr(value);
                });
            }
            StmtKind::If { arms, else_body } => self.arms(arms, else_body.as_ref()),
            StmtKind::While { cond, body } => {
                self.expr(cond);
                let before = self.state.clone();
                let breaks = self.body(body);
                self.state = before;
                if let Some(breaks) = breaks
                    && always_true(cond, self.v1)
                {
                    self.state.unite(&breaks);
                }
            }
            StmtKind::For { var, iterable, body } => {
                self.expr(iterable);
                let before = self.state.clone();
                if let Some(i) = self.var(&var.name) {
                    self.state.add(i);
                }
                self.body(body);
                self.state = before;
            }
            StmtKind::Break => {
                let state = &self.state;
                if let Some(l) = self.loops.last_mut() {
                    match &mut l.breaks {
                        Some(b) => b.intersect(state),
                        None => l.breaks = Some(state.clone()),
                    }
                }
            }
            StmtKind::Continue => {}
            StmtKind::Return(value) => {
                if let Some(e) = value {
                    self.expr(e);
                }
            }
        }
    }

    fn body(&mut self, body: &Block) -> Option<Bits> {
        self.loops.push(Loop { start: body.span.start, breaks: None });
        self.block(&body.stmts);
        self.loops.pop().and_then(|l| l.breaks)
    }

    /// The arms of an `if`, from the first of `arms` on. Leaves what is assigned behind it.
    fn arms(&mut self, arms: &[IfArm], else_body: Option<&Block>) {
        // What the arms that fall through have in common.
        let mut joined: Option<Bits> = None;
        let mut join = |state: &Bits, block: &Block| {
            if !ends_abruptly(&block.stmts) {
                match &mut joined {
                    Some(j) => j.intersect(state),
                    None => joined = Some(state.clone()),
                }
            }
        };
        for arm in arms {
            self.line = self.program.line(arm.span);
            self.expr(&arm.cond);
            let before = self.state.clone();
            self.block(&arm.body.stmts);
            join(&self.state, &arm.body);
            self.state = before;
        }
        match else_body {
            Some(body) if !body.stmts.is_empty() => {
                let before = self.state.clone();
                self.block(&body.stmts);
                join(&self.state, body);
                self.state = joined.unwrap_or(before);
            }
            // Without an else nothing is gained.
            _ => {}
        }
    }

    /// The expressions inside a target.
    fn target(&mut self, target: &Target) {
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

    /// The value of an assignment, and what it assigns.
    fn value(&mut self, target: &Target, at: u32, value: impl FnOnce(&mut Self)) {
        let assigned = match (&target.kind, scope_target(target)) {
            (TargetKind::Name(name), _) => {
                let var = self.var(name);
                self.first = var.filter(|&v| !self.state.has(v)).map(|v| (v, at));
                var
            }
            (_, Some((ScopeName::Locals, name))) => self.var(name),
            _ => None,
        };
        value(self);
        self.first = None;
        if let Some(v) = assigned {
            self.state.add(v);
        }
    }

    // -- expressions

    fn exprs(&mut self, list: &[Expr]) {
        for e in list {
            self.expr(e);
        }
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Name(name) => self.read(name, identity(e), e.span),
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
            ExprKind::Function(f) => self.created(identity(&**f)),
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
            _ => {}
        }
    }

    fn postfix(&mut self, base: &Expr, ops: &[PostfixOp]) {
        match scope_member(base, ops) {
            Some((ScopeName::Locals, name)) => self.scope_read(name, identity(base)),
            Some(_) => {}
            None if matches!(ops[0].kind, PostfixKind::Call(_)) => self.callee(base),
            None => self.expr(base),
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

    /// Something that is called with arguments: a name there is no read in the sense of the rule.
    fn callee(&mut self, e: &Expr) {
        let first = match e.kind {
            ExprKind::Name(_) => self.first.take(),
            _ => None,
        };
        self.expr(e);
        self.first = self.first.or(first);
    }

    /// `locals.x` is read.
    fn scope_read(&mut self, name: &str, place: usize) {
        if let Some(v) = self.var(name)
            && !self.state.has(v)
        {
            self.unsure.insert(place);
        }
    }

    fn read(&mut self, name: &Name, place: usize, span: Span) {
        let Some(v) = self.var(name) else { return };
        if self.state.has(v) {
            return;
        }
        self.unsure.insert(place);
        if self.v1 {
            // 1.x warns, but for compound assignments, which are about the local alone.
            if self.compound {
                self.must_assign.insert(place);
            }
            return;
        }
        let Some((first, at)) = self.first else { return };
        if first != v {
            return;
        }
        let assignments = &self.all.functions[self.index].assignments;
        let earlier = |l: &Loop| assignments.iter().any(|a| a.var == v && (l.start..at).contains(&a.at));
        if self.loops.iter().any(earlier) {
            self.must_assign.insert(place);
        } else {
            let message = format!("illegal assignment to unqualified local '{name}' based on nonlocal");
            let d = diagnostic(message, span, self.line);
            self.all.diagnostics.push(d);
        }
    }

    /// An inner function is created here.
    fn created(&mut self, tree: usize) {
        let Some(&inner) = self.all.by_tree.get(&tree) else { return };
        let state = &self.state;
        match &mut self.all.functions[inner].assigned_before {
            Some(before) => before.intersect(state),
            slot => *slot = Some(state.clone()),
        }
    }
}

/// Whether control never gets behind these statements.
fn ends_abruptly(stmts: &[Stmt]) -> bool {
    match stmts.last().map(|s| &s.kind) {
        Some(StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue) => true,
        Some(StmtKind::If { arms, else_body: Some(body) }) => {
            ends_abruptly(&body.stmts) && arms.iter().all(|arm| ends_abruptly(&arm.body.stmts))
        }
        _ => false,
    }
}

/// Whether a condition is a literal that holds.
fn always_true(cond: &Expr, v1: bool) -> bool {
    match &cond.kind {
        ExprKind::List(elements) => !elements.is_empty(),
        ExprKind::Map(entries) => !entries.is_empty(),
        _ => fold::constant(cond, v1).is_some_and(|c| c.truth()),
    }
}
