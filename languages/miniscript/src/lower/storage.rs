//! Where locals live, and what they can hold.
//!
//! *Takes* the collected functions. *Leaves* them with definite assignment done and with a home for each
//! local:
//!
//! * a **register**, if no inner function reads it, or if every inner function that does is created after its
//!   one and only assignment: then it captures the value;
//! * a **box**, which the function and its direct inner functions share;
//! * an entry of the **scope map**, for all locals of a function whose scope is handled as a value.
//!
//! *Costs* a few passes over the lists of names, after one walk per function for definite assignment.

use crate::syntax::Program;
use crate::syntax::ast::*;

use super::scope::{FunctionInfo, Kind, Source, Storage, collect};
use super::{Analysis, CompileOptions, assigned};

/// First register that is not the closure, self or home.
const FIRST: u16 = quadriga_bytecode::FunctionBuilder::HOME.0 + 1;

/// All that is known before code is written. Stops early, with diagnostics, if the program is wrong.
pub(super) fn analyse<'a>(program: &'a Program, source: &'a str, options: CompileOptions) -> Analysis<'a> {
    let mut all = collect(program, source, options);
    declare_outer_names(&mut all);
    for i in 0..all.functions.len() {
        assigned::analyse(&mut all, i, program, options);
    }
    if !all.diagnostics.is_empty() {
        all.diagnostics.sort_by_key(|d| d.span.start);
        return all;
    }
    choose_scope_maps(&mut all);
    choose_boxes(&mut all);
    for f in &mut all.functions {
        what_locals_hold(f);
        assign_registers(f);
    }
    all
}

/// `outer.x = ...` in an inner function makes `x` a local of its creator.
fn declare_outer_names(all: &mut Analysis<'_>) {
    for i in 0..all.functions.len() {
        let Some(parent) = all.functions[i].parent else { continue };
        let names = all.functions[i].outer_writes.clone();
        for name in &names {
            all.functions[parent].declare(name);
        }
    }
}

/// A scope that is handled as a value is a map. So is one that is asked for a name which it may not have,
/// since the answer then is that of a map.
fn choose_scope_maps(all: &mut Analysis<'_>) {
    for i in 0..all.functions.len() {
        let f = &all.functions[i];
        let strange = |f: &FunctionInfo<'_>, names: &[Name]| names.iter().any(|n| f.var(n).is_none());
        let own = f.kind == Kind::Function && (f.locals_value || strange(f, &f.locals_reads));
        let outer = f.parent.filter(|&p| {
            let parent = &all.functions[p];
            parent.kind == Kind::Function && (f.outer_value || strange(parent, &f.outer_reads))
        });
        if own {
            all.functions[i].scope_map = true;
        }
        if let Some(p) = outer {
            all.functions[p].scope_map = true;
        }
    }
}

/// Locals that inner functions see live in boxes, unless their value is final when it is captured.
fn choose_boxes(all: &mut Analysis<'_>) {
    for i in 0..all.functions.len() {
        let f = &all.functions[i];
        let Some(p) = f.parent else { continue };
        let parent = &all.functions[p];
        if parent.kind != Kind::Function || parent.scope_map {
            continue;
        }
        // Reads that go on to the outer scope: all of them if names can be injected into this one.
        let passed_on = f
            .reads
            .iter()
            .filter(|(name, place)| f.scope_map || f.var(name).is_none() || f.unsure.contains(place));
        let mut boxed = Vec::new();
        for name in passed_on.map(|(name, _)| name).chain(&f.outer_reads) {
            if let Some(&v) = parent.var_index.get(name)
                && !is_final(parent, f, v)
            {
                boxed.push(v);
            }
        }
        boxed.extend(f.outer_writes.iter().map(|name| parent.var_index[name]));
        for v in boxed {
            all.functions[p].vars[v].storage = Storage::Box;
        }
    }
}

/// Whether local `v` of `parent` never changes again once `inner` has been created.
fn is_final(parent: &FunctionInfo<'_>, inner: &FunctionInfo<'_>, v: usize) -> bool {
    let mut assignments = parent.assignments.iter().filter(|a| a.var == v);
    match (assignments.next(), assignments.next()) {
        (None, _) => parent.vars[v].param,
        (Some(only), None) => {
            !parent.vars[v].param
                && !only.in_loop
                && inner.assigned_before.as_ref().is_some_and(|before| before.has(v))
        }
        _ => false,
    }
}

/// Which locals in registers can hold functions or nothing.
fn what_locals_hold(f: &mut FunctionInfo<'_>) {
    for (name, place) in &f.reads {
        if f.unsure.contains(place)
            && let Some(&v) = f.var_index.get(name)
        {
            f.vars[v].empty = true;
        }
    }
    // `locals.x`, which is not in the list of reads, is rare: whoever uses it pays.
    for name in &f.locals_reads {
        if let Some(&v) = f.var_index.get(name) {
            f.vars[v].empty |= !f.vars[v].param;
        }
    }
    // Optimistic at first; a local that may get a function can pass it on to others.
    loop {
        let mut changed = false;
        for a in &f.assignments {
            if !f.vars[a.var].function && may_be_function(f, a.value) {
                f.vars[a.var].function = true;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

fn may_be_function(f: &FunctionInfo<'_>, source: Source<'_>) -> bool {
    match source {
        Source::Plain => false,
        Source::Unknown => true,
        Source::Expr(e) => expr_may_be_function(f, e),
    }
}

fn expr_may_be_function(f: &FunctionInfo<'_>, e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::True
        | ExprKind::False
        | ExprKind::Null
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Compare { .. }
        | ExprKind::Isa { .. }
        | ExprKind::New(_)
        | ExprKind::Locals
        | ExprKind::Outer
        | ExprKind::Globals => false,
        ExprKind::Group(inner) => expr_may_be_function(f, inner),
        // `or` hands its right operand on if the left one is an error value.
        ExprKind::Logical { op: LogicalOp::And, .. } => false,
        ExprKind::Logical { operands, .. } => {
            operands[1..].iter().any(|operand| expr_may_be_function(f, operand))
        }
        // Reading a local that holds no function gives no function.
        ExprKind::Name(name) => {
            f.var(name).is_none_or(|var| var.function) || f.unsure.contains(&super::identity(e))
        }
        ExprKind::Postfix { ops, .. } => {
            !matches!(ops.last(), Some(PostfixOp { kind: PostfixKind::Slice { .. }, .. }))
        }
        _ => true,
    }
}

/// Registers: parameters first, as calls leave them, then the other locals, then the scope map.
fn assign_registers(f: &mut FunctionInfo<'_>) {
    let mut next = FIRST as usize;
    for (name, _) in &f.params {
        let v = f.var_index[name];
        f.vars[v].register = clamp(next);
        next += 1;
    }
    if f.scope_map {
        f.map_register = clamp(next);
        return;
    }
    for var in f.vars.iter_mut().filter(|v| !v.param) {
        var.register = clamp(next);
        next += 1;
    }
}

/// A function with that many locals does not compile; the builder reports it.
fn clamp(register: usize) -> u16 {
    u16::try_from(register).unwrap_or(u16::MAX)
}
