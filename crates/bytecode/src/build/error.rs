//! What can go wrong in building.

use std::fmt;

use super::FuncId;
use super::frame::MAX_REGISTERS;

/// A function or unit cannot be encoded. Except for the limits (`TooMany…`, `TooLarge`), which large
/// sources reach, it is a mistake of the front end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BuildError {
    /// Name of the function, or of the unit for errors about functions as such.
    pub function: Box<str>,
    /// What is wrong.
    pub kind: BuildErrorKind,
}

/// See [`BuildError`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// A jump, handler or alternate goes to a label that was never bound.
    LabelUnbound,
    /// A label was bound a second time.
    LabelBoundTwice,
    /// A parameter was declared after another register.
    LateParameter,
    /// An instruction has two alternates.
    AlternateTwice,
    /// A jump spans more than its offset can say.
    TooLarge,
    /// More registers than a frame may have.
    TooManyRegisters,
    /// The index of a constant does not fit its operand.
    TooManyConstants,
    /// The index of a capture does not fit its operand.
    TooManyCaptures,
    /// The index of a function does not fit its operand.
    TooManyFunctions,
    /// A function was declared (or named as main) but not defined.
    FunctionUndefined(FuncId),
    /// A function was defined a second time.
    FunctionDefinedTwice(FuncId),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use BuildErrorKind::*;
        write!(f, "`{}`: ", self.function)?;
        match self.kind {
            LabelUnbound => write!(f, "a label is used but never bound"),
            LabelBoundTwice => write!(f, "a label is bound twice"),
            LateParameter => write!(f, "a parameter is declared after another register"),
            AlternateTwice => write!(f, "an instruction has two alternates"),
            TooLarge => write!(f, "too large: a jump spans too many instructions; split the function"),
            TooManyRegisters => write!(f, "needs more than {MAX_REGISTERS} registers; split the function"),
            TooManyConstants => write!(f, "names more than 65536 constants; split the function"),
            TooManyCaptures => write!(f, "captures more than 65536 variables; split the function"),
            TooManyFunctions => write!(f, "has more than 65536 functions; split the source"),
            FunctionUndefined(id) => write!(f, "function {} is declared but not defined", id.0),
            FunctionDefinedTwice(id) => write!(f, "function {} is defined twice", id.0),
        }
    }
}

impl std::error::Error for BuildError {}
