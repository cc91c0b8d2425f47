//! Tuples are lists of a fixed length.

use super::collections::wrong_length;
use super::{FromValue, IntoValue, Raw, View, via_raw, via_view};
use crate::error::Error;
use crate::scope::Scope;
use vm::heap::ValueExt;

macro_rules! tuple {
    ($n:literal: $($t:ident $i:tt),*) => {
        impl<$($t: FromValue),*> FromValue for ($($t,)*) {
            via_view!();

            fn from_view(mut view: View<'_, '_>) -> Result<Self, Error> {
                let Some(list) = view.word.as_list() else {
                    return Err(view.wrong(concat!("a list of ", $n)));
                };
                view.scope.rooted(|scope| {
                    scope.keep(list.value());
                    // A conversion may run code that changes the list.
                    Ok(($({
                        if list.len() != $n {
                            return Err(wrong_length($n, list.len()));
                        }
                        let word = list.get($i);
                        $t::from_view(View { scope, word }).map_err(|e| e.within(format_args!("element {}", $i)))?
                    },)*))
                })
            }
        }

        impl<$($t: IntoValue),*> IntoValue for ($($t,)*) {
            via_raw!();

            fn into_raw<'s>(self, cx: &'s mut Scope<'_>) -> Result<Raw<'s>, Error> {
                let list = cx.vm.heap.list_new($n).map_err(|e| cx.fail(e.into()))?;
                cx.rooted(|cx| {
                    cx.keep(list.value());
                    $({
                        let word = cx.rooted(|cx| self.$i.into_raw(cx).map(|raw| raw.0))?;
                        cx.vm.heap.list_push(list, word).map_err(|e| cx.fail(e.into()))?;
                    })*
                    Ok(Raw::new(list.value()))
                })
            }
        }
    };
}

tuple!(1: A 0);
tuple!(2: A 0, B 1);
tuple!(3: A 0, B 1, C 2);
tuple!(4: A 0, B 1, C 2, D 3);
tuple!(5: A 0, B 1, C 2, D 3, E 4);
tuple!(6: A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
