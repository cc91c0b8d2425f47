//! The syntax tree of one MiniScript source text.
//!
//! *Takes* nothing: these are plain data types, built by [`parse`](super::parse). *Leaves* a tree meant for a
//! lowering that visits every node once, in evaluation order, by ordinary recursion. *Costs*: nodes own their
//! children, names and string literals are shared `Rc<str>`s (one allocation for each distinct name).
//!
//! # Height
//!
//! Everything that can be long in real programs without being *nested* is a vector, never a left-deep tree:
//! sums and other left-associative operator chains ([`ExprKind::Binary`], [`ExprKind::Logical`],
//! [`ExprKind::Compare`], [`ExprKind::Isa`]), access chains ([`ExprKind::Postfix`]), `else if` chains
//! ([`StmtKind::If`]) and statement lists. What does nest is bounded by the parser
//! ([`MAX_EXPR_DEPTH`](super::MAX_EXPR_DEPTH), [`MAX_BLOCK_DEPTH`](super::MAX_BLOCK_DEPTH),
//! [`MAX_TREE_HEIGHT`](super::MAX_TREE_HEIGHT)), so a recursive visitor, including the drop of the tree, needs a
//! bounded native stack whatever the source is.

use std::rc::Rc;

/// A name or the text of a string literal.
pub type Name = Rc<str>;

/// A half-open range of byte offsets into the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest range covering `self` and `other`.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The source text of this range; empty if the range does not fit `source`.
    #[must_use]
    pub fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// Finds the line of a byte offset.
///
/// LF, CR and CR LF each end a line. Building it is one pass over the text, a query is a binary search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    /// Offset of the first byte of every line; the first entry is 0.
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `source`. Offsets beyond `u32::MAX` are not representable and are left out.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let bytes = source.as_bytes();
        let mut starts = vec![0];
        for (at, &byte) in bytes.iter().enumerate() {
            let ends_line = byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends_line && let Ok(next) = u32::try_from(at + 1) {
                starts.push(next);
            }
        }
        Self { starts }
    }

    /// The line of `offset`, counted from 1.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The line (from 1) and the byte column (from 1) of `offset`.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        (line, offset - self.line_start(line) + 1)
    }

    /// The offset of the first byte of `line` (from 1). A line outside the text gives the nearest one.
    #[must_use]
    pub fn line_start(&self, line: u32) -> u32 {
        let at = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts[at]
    }

    /// The number of lines, at least 1.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }
}

/// A parsed source text.
#[derive(Debug, Clone)]
pub struct Program {
    /// The statements of the top level.
    pub body: Block,
    /// Maps the offsets of this tree to lines.
    pub lines: LineIndex,
}

impl Program {
    /// The line (from 1) on which `span` starts.
    #[must_use]
    pub fn line(&self, span: Span) -> u32 {
        self.lines.line(span.start)
    }
}

/// A sequence of statements. MiniScript blocks do not open a scope.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The statements in order; empty statements leave nothing.
    pub stmts: Vec<Stmt>,
    /// From the first statement to behind the last; for an empty block, the place where it would stand.
    pub span: Span,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Its text, without the line end.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// An expression whose value is dropped. A function read by name or by dot is invoked as in any expression.
    Expr(Expr),
    /// A call without parentheses: `callee arg, arg`. There is at least one argument. The callee itself is not
    /// invoked first, even if it is reached by a bracket access.
    Call {
        /// What is called: any expression, most often a name or an access chain.
        callee: Expr,
        /// The arguments, at least one.
        args: Vec<Expr>,
    },
    /// `target = value`.
    Assign {
        /// Where the value goes.
        target: Target,
        /// The value.
        value: Expr,
    },
    /// `target op= value`.
    CompoundAssign {
        /// What is read and then written.
        target: Target,
        /// The operator before the `=`.
        op: BinaryOp,
        /// The operator token, `=` included.
        op_span: Span,
        /// The right operand.
        value: Expr,
    },
    /// `if`, block form or one-line form, with all its `else if`s.
    If {
        /// The conditions in order, at least one.
        arms: Vec<IfArm>,
        /// What runs if no condition holds.
        else_body: Option<Block>,
    },
    /// `while cond ... end while`.
    While {
        /// Evaluated before every iteration.
        cond: Expr,
        /// The loop body.
        body: Block,
    },
    /// `for var in iterable ... end for`.
    For {
        /// The loop variable, an ordinary variable of the enclosing function.
        var: Ident,
        /// Evaluated once.
        iterable: Expr,
        /// The loop body.
        body: Block,
    },
    /// `break`; always inside a loop of the same function.
    Break,
    /// `continue`; always inside a loop of the same function.
    Continue,
    /// `return` or `return value`.
    Return(Option<Expr>),
}

/// One `if cond then body` of an [`StmtKind::If`].
#[derive(Debug, Clone)]
pub struct IfArm {
    /// The condition.
    pub cond: Expr,
    /// What runs if it holds and no earlier one did.
    pub body: Block,
    /// From the `if` keyword to behind the body.
    pub span: Span,
}

/// A name together with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: Name,
    /// Where it stands.
    pub span: Span,
}

/// The left side of an assignment.
#[derive(Debug, Clone)]
pub struct Target {
    /// Which kind of place it is.
    pub kind: TargetKind,
    /// Its text.
    pub span: Span,
}

/// The kinds of places a value can be assigned to.
#[derive(Debug, Clone)]
pub enum TargetKind {
    /// A bare name: a local of the current function (at top level, a global). This may be `true`, `false` or
    /// `null`, which has no effect on reading them.
    Name(Name),
    /// `base.name`; `locals.x` is this with [`ExprKind::Locals`] as the base.
    Member {
        /// The container.
        base: Expr,
        /// The member.
        name: Ident,
    },
    /// `base[index]`.
    Index {
        /// The container.
        base: Expr,
        /// The key.
        index: Expr,
    },
}

/// One expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Its text.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A numeric literal.
    Number(f64),
    /// A string literal, with doubled quotes already reduced.
    String(Name),
    /// `true`, the number 1.
    True,
    /// `false`, the number 0.
    False,
    /// `null`.
    Null,
    /// A bare name that is read (and invoked, if it holds a function and is not the callee of a call or the
    /// operand of `@`).
    Name(Name),
    /// `self`.
    SelfValue,
    /// `super`.
    Super,
    /// `locals`.
    Locals,
    /// `outer`.
    Outer,
    /// `globals`.
    Globals,
    /// `( inner )`. Kept, because `(f)(x)` invokes `f` and then calls the result.
    Group(Box<Expr>),
    /// `[ elements ]`.
    List(Vec<Expr>),
    /// `{ key: value, ... }`.
    Map(Vec<MapEntry>),
    /// `function ... end function`.
    Function(Box<Function>),
    /// A base followed by at least one access, applied from left to right.
    Postfix {
        /// The primary expression; never itself a `Postfix`.
        base: Box<Expr>,
        /// The accesses, at least one.
        ops: Vec<PostfixOp>,
    },
    /// `@ operand`: the operand's value without invoking it. The operand is a whole access chain; only its last
    /// access is left alone.
    AddressOf(Box<Expr>),
    /// `new operand`.
    New(Box<Expr>),
    /// `- operand` or `not operand`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `first op x op y ...`, to be combined from left to right. All operators are of one precedence level. The
    /// right-associative `^` of 2.0 is expressed by nesting: `a ^ b ^ c` is `a ^ (b ^ c)` without the group.
    Binary {
        /// The leftmost operand.
        first: Box<Expr>,
        /// The operators with their right operands, at least one.
        rest: Vec<BinaryTail>,
    },
    /// `a and b and c` or `a or b or c`, to be combined from left to right.
    Logical {
        /// The operator, the same between all operands.
        op: LogicalOp,
        /// The operands, at least two.
        operands: Vec<Expr>,
    },
    /// `first op x op y ...`: every operand is evaluated once, all comparisons of neighbours are performed, and
    /// the result is their product.
    Compare {
        /// The leftmost operand.
        first: Box<Expr>,
        /// The comparisons with their right operands, at least one.
        rest: Vec<CompareTail>,
    },
    /// `a isa b isa c`, to be combined from left to right.
    Isa {
        /// The operands, at least two.
        operands: Vec<Expr>,
    },
    /// Stands where an expression was erroneous. Never part of a tree whose diagnostics are empty.
    Error,
}

/// One `key: value` of a map literal.
#[derive(Debug, Clone)]
pub struct MapEntry {
    /// The key, evaluated before the value.
    pub key: Expr,
    /// The value.
    pub value: Expr,
}

/// An operator with its right operand.
#[derive(Debug, Clone)]
pub struct BinaryTail {
    /// The operator.
    pub op: BinaryOp,
    /// The operator token.
    pub op_span: Span,
    /// The right operand.
    pub operand: Expr,
}

/// A comparison with its right operand.
#[derive(Debug, Clone)]
pub struct CompareTail {
    /// The comparison.
    pub op: CompareOp,
    /// The operator token.
    pub op_span: Span,
    /// The right operand.
    pub operand: Expr,
}

/// One step of an access chain.
#[derive(Debug, Clone)]
pub struct PostfixOp {
    /// The step.
    pub kind: PostfixKind,
    /// Its own text, from the `.`, `[` or `(` on.
    pub span: Span,
}

/// The kinds of steps of an access chain.
#[derive(Debug, Clone)]
pub enum PostfixKind {
    /// `.name`; a function found this way is invoked unless the next step is a call.
    Member(Name),
    /// `[index]`; never invokes.
    Index(Box<Expr>),
    /// `[start:end]`, each bound optional.
    Slice {
        /// The first position.
        start: Option<Box<Expr>>,
        /// The position behind the last.
        end: Option<Box<Expr>>,
    },
    /// `(args)`.
    Call(Vec<Expr>),
}

/// A function literal.
#[derive(Debug, Clone)]
pub struct Function {
    /// The parameters in order. A name may occur twice; the last one wins.
    pub params: Vec<Param>,
    /// The body.
    pub body: Block,
    /// From `function` to behind `end function`.
    pub span: Span,
}

/// A parameter of a function literal.
#[derive(Debug, Clone)]
pub struct Param {
    /// The name.
    pub name: Ident,
    /// The default as written; whether it is constant is for the lowering to decide.
    pub default: Option<Expr>,
}

/// Prefix operators with one value operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `^`
    Power,
}

impl BinaryOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "^",
        }
    }
}

/// `and` and `or`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogicalOp {
    /// `and`
    And,
    /// `or`
    Or,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl CompareOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_lf_cr_or_both() {
        let index = LineIndex::new("a\nb\rc\r\nd\n\re");
        let lines: Vec<u32> = (0..12).map(|offset| index.line(offset)).collect();
        // a LF | b CR | c CR LF | d LF | CR | e
        assert_eq!(lines, [1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 6]);
        assert_eq!(index.line_count(), 6);
        assert_eq!(index.line_column(5), (3, 2));
        assert_eq!(index.line_start(4), 7);
        assert_eq!(LineIndex::new("").line(0), 1);
    }

    #[test]
    fn spans_join_and_read_their_text() {
        let span = Span::new(4, 6).to(Span::new(1, 3));
        assert_eq!(span, Span::new(1, 6));
        assert_eq!(span.text("abcdefg"), "bcdef");
        assert_eq!(Span::new(9, 12).text("abc"), "");
    }
}
