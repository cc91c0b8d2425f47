//! Tokens and the language version that decides how they are cut.
//!
//! *Takes* nothing: plain data. *Leaves* a 16-byte token without text of its own; its text is its [`Span`] in the
//! source, so tokenizing allocates nothing.

use super::ast::{BinaryOp, Span};

/// A version of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// MiniScript 1.x.
    V1,
    /// MiniScript 2.0.
    #[default]
    V2,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "keywords and punctuation are named after their spelling")]
pub enum TokenKind {
    /// The end of the source.
    EndOfInput,
    /// A line end or `;`.
    Eol,
    /// A numeric literal.
    Number,
    /// A string literal.
    String,
    /// A string literal that 1.x rejects because its closing quote is missing.
    UnclosedString,
    /// A name.
    Identifier,
    /// A character that means nothing.
    Unknown,
    // Keywords.
    And,
    Break,
    Continue,
    Else,
    End,
    For,
    Function,
    Globals,
    If,
    In,
    Isa,
    Locals,
    New,
    Not,
    Or,
    Outer,
    Return,
    SelfValue,
    Super,
    Then,
    While,
    /// `true`, a keyword in 1.x only.
    True,
    /// `false`, a keyword in 1.x only.
    False,
    /// `null`, a keyword in 1.x only.
    Null,
    /// `repeat`, reserved in 1.x only.
    Repeat,
    // Punctuation.
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Comma,
    Colon,
    Dot,
    At,
    Assign,
    PlusAssign,
    MinusAssign,
    StarAssign,
    SlashAssign,
    PercentAssign,
    CaretAssign,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Whether white space stands directly before it.
    pub after_space: bool,
    /// Whether white space, a line end or the end of the source stands directly behind it.
    pub before_space: bool,
    /// Where it is.
    pub span: Span,
}

impl TokenKind {
    /// The keyword that `text` is in `dialect`.
    #[must_use]
    pub fn keyword(text: &str, dialect: Dialect) -> Option<TokenKind> {
        Some(match text {
            "and" => Self::And,
            "break" => Self::Break,
            "continue" => Self::Continue,
            "else" => Self::Else,
            "end" => Self::End,
            "for" => Self::For,
            "function" => Self::Function,
            "if" => Self::If,
            "in" => Self::In,
            "isa" => Self::Isa,
            "new" => Self::New,
            "not" => Self::Not,
            "or" => Self::Or,
            "return" => Self::Return,
            "then" => Self::Then,
            "while" => Self::While,
            "globals" if dialect == Dialect::V2 => Self::Globals,
            "locals" if dialect == Dialect::V2 => Self::Locals,
            "outer" if dialect == Dialect::V2 => Self::Outer,
            "self" if dialect == Dialect::V2 => Self::SelfValue,
            "super" if dialect == Dialect::V2 => Self::Super,
            "true" if dialect == Dialect::V1 => Self::True,
            "false" if dialect == Dialect::V1 => Self::False,
            "null" if dialect == Dialect::V1 => Self::Null,
            "repeat" if dialect == Dialect::V1 => Self::Repeat,
            _ => return None,
        })
    }

    /// Whether a line end directly behind this token is skipped.
    #[must_use]
    pub fn continues_line(self, dialect: Dialect) -> bool {
        match self {
            Self::Comma
            | Self::Colon
            | Self::LeftParen
            | Self::LeftBracket
            | Self::LeftBrace
            | Self::Plus
            | Self::Minus
            | Self::Star
            | Self::Slash
            | Self::Percent
            | Self::Caret
            | Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual
            | Self::And
            | Self::Or
            | Self::Isa => true,
            Self::Not | Self::New | Self::At => dialect == Dialect::V1,
            _ => dialect == Dialect::V2 && (self == Self::Assign || self.compound_op().is_some()),
        }
    }

    /// Whether an expression can begin with this token.
    #[must_use]
    pub fn starts_expression(self) -> bool {
        matches!(
            self,
            Self::Number
                | Self::String
                | Self::UnclosedString
                | Self::Identifier
                | Self::LeftParen
                | Self::LeftBracket
                | Self::LeftBrace
                | Self::Minus
                | Self::At
                | Self::Not
                | Self::New
                | Self::SelfValue
                | Self::Super
                | Self::Locals
                | Self::Outer
                | Self::Globals
                | Self::Function
                | Self::True
                | Self::False
                | Self::Null
        )
    }

    /// The operator of a compound assignment token.
    #[must_use]
    pub fn compound_op(self) -> Option<BinaryOp> {
        Some(match self {
            Self::PlusAssign => BinaryOp::Add,
            Self::MinusAssign => BinaryOp::Subtract,
            Self::StarAssign => BinaryOp::Multiply,
            Self::SlashAssign => BinaryOp::Divide,
            Self::PercentAssign => BinaryOp::Modulo,
            Self::CaretAssign => BinaryOp::Power,
            _ => return None,
        })
    }

    /// Whether this is `=` or a compound assignment.
    #[must_use]
    pub fn is_assignment(self) -> bool {
        self == Self::Assign || self.compound_op().is_some()
    }

    /// Whether the 2.0 messages call this token `Keyword(...)`. The words that denote a value (`self`, `locals`,
    /// ...) are called by their bare text there.
    #[must_use]
    pub fn is_control_keyword(self) -> bool {
        matches!(
            self,
            Self::And
                | Self::Break
                | Self::Continue
                | Self::Else
                | Self::End
                | Self::For
                | Self::Function
                | Self::If
                | Self::In
                | Self::Isa
                | Self::New
                | Self::Not
                | Self::Or
                | Self::Return
                | Self::Then
                | Self::While
                | Self::Repeat
        )
    }

    /// The name of this kind of token in the messages of 1.x. `None` for the kinds shown with their text.
    #[must_use]
    pub(crate) fn v1_name(self) -> Option<&'static str> {
        Some(match self {
            Self::EndOfInput | Self::Eol => "EOL",
            Self::Plus => "OpPlus",
            Self::Minus => "OpMinus",
            Self::Star => "OpTimes",
            Self::Slash => "OpDivide",
            Self::Percent => "OpMod",
            Self::Caret => "OpPower",
            Self::LeftParen => "LParen",
            Self::RightParen => "RParen",
            Self::LeftBracket => "LSquare",
            Self::RightBracket => "RSquare",
            Self::LeftBrace => "LCurly",
            Self::RightBrace => "RCurly",
            Self::Comma => "Comma",
            Self::Colon => "Colon",
            Self::Dot => "Dot",
            Self::At => "AddressOf",
            Self::Assign => "OpAssign",
            Self::PlusAssign => "OpAssignPlus",
            Self::MinusAssign => "OpAssignMinus",
            Self::StarAssign => "OpAssignTimes",
            Self::SlashAssign => "OpAssignDivide",
            Self::PercentAssign => "OpAssignMod",
            Self::CaretAssign => "OpAssignPower",
            Self::Equal => "OpEqual",
            Self::NotEqual => "OpNotEqual",
            Self::Less => "OpLesser",
            Self::LessEqual => "OpLessEqual",
            Self::Greater => "OpGreater",
            Self::GreaterEqual => "OpGreatEqual",
            _ => return None,
        })
    }
}
