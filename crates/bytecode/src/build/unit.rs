//! Building a unit: functions and their indices.

use std::sync::Arc;

use super::{BuildError, BuildErrorKind};
use crate::unit::{Function, Unit};

/// A function of a unit under construction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct FuncId(pub u16);

/// Collects the functions of a unit.
pub struct UnitBuilder {
    name: Arc<str>,
    source: Arc<str>,
    language: Box<str>,
    functions: Vec<Option<Function>>,
    error: Option<BuildErrorKind>,
}

impl UnitBuilder {
    /// A unit called `name` for the text `source`, of the language registered as `language`.
    pub fn new(name: &str, source: Arc<str>, language: &str) -> UnitBuilder {
        UnitBuilder {
            name: name.into(),
            source,
            language: language.into(),
            functions: Vec::new(),
            error: None,
        }
    }

    /// Reserves an index for a function whose body comes later.
    pub fn declare(&mut self) -> FuncId {
        self.push(None)
    }

    /// Gives a declared function its body.
    pub fn define(&mut self, id: FuncId, function: Function) {
        match self.functions.get_mut(id.0 as usize) {
            Some(slot @ None) => *slot = Some(function),
            Some(Some(_)) => self.fail(BuildErrorKind::FunctionDefinedTwice(id)),
            None => self.fail(BuildErrorKind::FunctionUndefined(id)),
        }
    }

    /// Adds a function.
    pub fn add(&mut self, function: Function) -> FuncId {
        self.push(Some(function))
    }

    /// The unit, with `main` as its top level.
    pub fn finish(self, main: FuncId) -> Result<Unit, BuildError> {
        let fail = |kind| BuildError { function: self.name[..].into(), kind };
        if let Some(kind) = self.error {
            return Err(fail(kind));
        }
        if main.0 as usize >= self.functions.len() {
            return Err(fail(BuildErrorKind::FunctionUndefined(main)));
        }
        let mut functions = Vec::with_capacity(self.functions.len());
        for (i, f) in self.functions.into_iter().enumerate() {
            functions.push(f.ok_or_else(|| fail(BuildErrorKind::FunctionUndefined(FuncId(i as u16))))?);
        }
        Ok(Unit {
            name: self.name,
            source: self.source,
            language: self.language,
            functions: functions.into(),
            main: main.0 as u32,
        })
    }

    fn push(&mut self, function: Option<Function>) -> FuncId {
        let Ok(index) = u16::try_from(self.functions.len()) else {
            self.fail(BuildErrorKind::TooManyFunctions);
            return FuncId(u16::MAX);
        };
        self.functions.push(function);
        FuncId(index)
    }

    fn fail(&mut self, kind: BuildErrorKind) {
        self.error.get_or_insert(kind);
    }
}
