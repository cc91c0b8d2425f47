//! Structs and everything else that serde knows, both ways.

mod de;
mod ser;

use crate::convert::{FromValue, IntoValue, Raw, View, via_raw, via_view};
use crate::error::{Error, ErrorKind};
use crate::scope::{AsScope, Scope};
use crate::value::Value;
use serde::de::DeserializeOwned;
use serde::{Serialize, de as serde_de, ser as serde_ser};
use std::fmt::Display;

/// Containers within containers that a conversion follows; a cyclic list ends here.
const MAX_DEPTH: usize = 128;

/// Converts anything that can be serialised to a value of the context: structs and maps become maps,
/// sequences and tuples lists, unit variants of enums strings, other variants maps of one entry.
///
/// ```
/// use quadriga::{Context, Engine, from_value, to_value};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, PartialEq, Debug)]
/// struct Item { name: String, price: f64, tags: Vec<String> }
///
/// let mut cx = Context::new(&Engine::new())?;
/// let item = Item { name: "lamp".into(), price: 30.0, tags: vec!["home".into()] };
/// let value = to_value(&mut cx, &item)?;
/// cx.set("item", &value)?;
/// cx.eval("miniscript", "item.price = item.price * 1.5\nitem.tags.push \"sale\"")?;
/// let changed: Item = from_value(&mut cx, &value)?;
/// assert_eq!(changed, Item { name: "lamp".into(), price: 45.0, tags: vec!["home".into(), "sale".into()] });
/// # Ok::<(), quadriga::Error>(())
/// ```
///
/// # Errors
/// The memory limit, what the type's own serialisation reports, and more than 128 nested containers.
pub fn to_value<T: Serialize + ?Sized>(cx: &mut impl AsScope, value: &T) -> Result<Value, Error> {
    let mut cx = cx.scope();
    let word = serialize(&mut cx, value)?;
    Ok(cx.lift(word))
}

/// Converts a value of the context to anything that can be deserialised; the reverse of [`to_value`].
///
/// # Errors
/// [`ErrorKind::Conversion`] if the value has another form than the type; a value of another context; more
/// than 128 nested containers, which is what a cyclic one looks like.
pub fn from_value<T: DeserializeOwned>(cx: &mut impl AsScope, value: &Value) -> Result<T, Error> {
    let mut cx = cx.scope();
    let word = cx.lower(value)?;
    deserialize(View { scope: &mut cx, word })
}

fn serialize<T: Serialize + ?Sized>(cx: &mut Scope<'_>, value: &T) -> Result<crate::scope::Word, Error> {
    cx.rooted(|cx| value.serialize(ser::Serializer { scope: cx, depth: 0 }))
}

fn deserialize<T: DeserializeOwned>(view: View<'_, '_>) -> Result<T, Error> {
    view.scope.rooted(|scope| {
        scope.keep(view.word);
        T::deserialize(de::Deserializer { scope, word: view.word, depth: 0 })
    })
}

/// Lets host functions and [`crate::Context::call`], `get` and `set` take and return types that serde knows.
///
/// ```
/// use quadriga::{Context, Engine, Serde};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Point { x: f64, y: f64 }
///
/// let mut cx = Context::new(&Engine::new())?;
/// cx.function("mirror", |Serde(p): Serde<Point>| Serde(Point { x: p.y, y: p.x }))?;
/// assert_eq!(cx.eval("miniscript", "mirror({\"x\": 1, \"y\": 2}).x")?.as_i64(), Some(2));
/// # Ok::<(), quadriga::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serde<T>(pub T);

impl<T: DeserializeOwned> FromValue for Serde<T> {
    via_view!();

    fn from_view(view: View<'_, '_>) -> Result<Serde<T>, Error> {
        deserialize(view).map(Serde)
    }
}

impl<T: Serialize> IntoValue for Serde<T> {
    via_raw!();

    fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
        Ok(Raw::new(serialize(cx, &self.0)?))
    }
}

impl serde_de::Error for Error {
    fn custom<T: Display>(message: T) -> Error {
        Error::of(ErrorKind::Conversion, message.to_string())
    }
}

impl serde_ser::Error for Error {
    fn custom<T: Display>(message: T) -> Error {
        Error::of(ErrorKind::Conversion, message.to_string())
    }
}

#[cold]
fn too_deep() -> Error {
    Error::of(ErrorKind::Conversion, format!("more than {MAX_DEPTH} containers within each other"))
}
