//! Functions, by reference.

use crate::containers::reference;
use crate::convert::{FromValue, IntoArgs, IntoValue, Raw, View, via_raw, via_view};
use crate::error::Error;
use crate::handle::Handle;
use crate::scope::{AsScope, Scope};
use vm::heap::ValueExt;
use vm::heap::layout::Kind;

/// A function of a context: one of the script, of its language, or of the host.
///
/// ```
/// use quadriga::{Context, Engine, Function};
///
/// let mut cx = Context::new(&Engine::new())?;
/// cx.eval("miniscript", "double = function(x)\nreturn x * 2\nend function")?;
/// let double: Function = cx.get("double")?;
/// assert_eq!(double.call::<f64>(&mut cx, (21,))?, 42.0);
/// # Ok::<(), quadriga::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function(pub(crate) Handle);

impl Function {
    /// Calls it and converts the result. Missing arguments take their defaults.
    ///
    /// # Errors
    /// Another context, whatever stops the script, failed conversions of arguments and result.
    pub fn call<R: FromValue>(&self, cx: &mut impl AsScope, args: impl IntoArgs) -> Result<R, Error> {
        cx.scope().call_handle(&self.0, args)
    }

    /// Its name; empty if it has none.
    ///
    /// # Errors
    /// Another context.
    pub fn name(&self, cx: &mut impl AsScope) -> Result<String, Error> {
        let cx = cx.scope();
        let word = cx.word(&self.0)?;
        if let Some(function) = cx.vm.function_of(word) {
            return Ok(function.name.to_string());
        }
        Ok(cx.vm.native_info(word).map_or(String::new(), |info| info.name.to_string()))
    }
}

reference!(Function, "a function", Kind::Closure | Kind::Native);
