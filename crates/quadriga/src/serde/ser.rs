//! Rust to script. Containers under construction are temporaries of the heap until the whole value stands:
//! where the type's own code keeps the serialisers meanwhile does not matter.

use super::{MAX_DEPTH, too_deep};
use crate::convert::IntoValue;
use crate::error::{Error, ErrorKind};
use crate::scope::{Scope, Word};
use serde::ser::{self, Serialize};
use vm::heap::{KeyOrigin, ListRef, MapRef};

pub(super) struct Serializer<'a, 'cx> {
    pub(super) scope: &'a mut Scope<'cx>,
    pub(super) depth: usize,
}

/// A list that grows, maybe as the content of a variant.
pub(super) struct Elements<'a, 'cx> {
    scope: &'a mut Scope<'cx>,
    depth: usize,
    list: ListRef,
    result: Word,
}

/// A map that grows, maybe as the content of a variant.
pub(super) struct Entries<'a, 'cx> {
    scope: &'a mut Scope<'cx>,
    depth: usize,
    map: MapRef,
    result: Word,
    key: Option<Word>,
}

impl<'a, 'cx> Serializer<'a, 'cx> {
    fn scalar(self, value: impl IntoValue) -> Result<Word, Error> {
        Ok(value.into_raw(self.scope)?.0)
    }

    fn enter(&self) -> Result<usize, Error> {
        if self.depth >= MAX_DEPTH { Err(too_deep()) } else { Ok(self.depth + 1) }
    }

    fn new_list(&mut self, len: Option<usize>) -> Result<ListRef, Error> {
        let list = self.scope.vm.heap.list_new(len.unwrap_or(0).min(1 << 20));
        let list = list.map_err(|e| self.scope.fail(e.into()))?;
        self.scope.keep(list.value());
        Ok(list)
    }

    fn new_map(&mut self, len: usize) -> Result<MapRef, Error> {
        let map = self.scope.vm.heap.map_new(None, len.min(1 << 16));
        let map = map.map_err(|e| self.scope.fail(e.into()))?;
        self.scope.keep(map.value());
        Ok(map)
    }

    fn elements(mut self, len: Option<usize>) -> Result<Elements<'a, 'cx>, Error> {
        let depth = self.enter()?;
        let list = self.new_list(len)?;
        Ok(Elements { depth, list, result: list.value(), scope: self.scope })
    }

    fn entries(mut self, len: Option<usize>) -> Result<Entries<'a, 'cx>, Error> {
        let depth = self.enter()?;
        let map = self.new_map(len.unwrap_or(0))?;
        Ok(Entries { depth, map, result: map.value(), key: None, scope: self.scope })
    }

    /// `{"Variant": content}`.
    fn variant(&mut self, name: &str, content: Word) -> Result<Word, Error> {
        let map = self.new_map(1)?;
        set_field(self.scope, map, name, content)?;
        Ok(map.value())
    }
}

fn set_field(scope: &mut Scope<'_>, map: MapRef, name: &str, value: Word) -> Result<(), Error> {
    let name = scope.vm.heap.intern(name).map_err(|e| scope.fail(e.into()))?;
    scope.vm.map_set_field(map, name, value).map_err(|e| scope.fail(e))
}

macro_rules! scalars {
    ($($name:ident $t:ty),*) => {
        $(
            fn $name(self, v: $t) -> Result<Word, Error> {
                self.scalar(v)
            }
        )*
    };
}

impl<'a, 'cx> ser::Serializer for Serializer<'a, 'cx> {
    type Ok = Word;
    type Error = Error;
    type SerializeSeq = Elements<'a, 'cx>;
    type SerializeTuple = Elements<'a, 'cx>;
    type SerializeTupleStruct = Elements<'a, 'cx>;
    type SerializeTupleVariant = Elements<'a, 'cx>;
    type SerializeMap = Entries<'a, 'cx>;
    type SerializeStruct = Entries<'a, 'cx>;
    type SerializeStructVariant = Entries<'a, 'cx>;

    scalars! {
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_f32 f32,
        serialize_f64 f64, serialize_char char, serialize_str &str
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<Word, Error> {
        self.scalar(v)
    }

    fn serialize_none(self) -> Result<Word, Error> {
        Ok(Word::NIL)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Word, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Word, Error> {
        Ok(Word::NIL)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Word, Error> {
        Ok(Word::NIL)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Word, Error> {
        self.scalar(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Word, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Word, Error> {
        let depth = self.enter()?;
        let content = value.serialize(Serializer { scope: self.scope, depth })?;
        self.scope.keep(content);
        self.variant(variant, content)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Elements<'a, 'cx>, Error> {
        self.elements(len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Elements<'a, 'cx>, Error> {
        self.elements(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Elements<'a, 'cx>, Error> {
        self.elements(Some(len))
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Elements<'a, 'cx>, Error> {
        let depth = self.enter()?;
        let list = self.new_list(Some(len))?;
        let result = self.variant(variant, list.value())?;
        Ok(Elements { depth, list, result, scope: self.scope })
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Entries<'a, 'cx>, Error> {
        self.entries(len)
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Entries<'a, 'cx>, Error> {
        self.entries(Some(len))
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Entries<'a, 'cx>, Error> {
        let depth = self.enter()?;
        let map = self.new_map(len)?;
        let result = self.variant(variant, map.value())?;
        Ok(Entries { depth, map, result, key: None, scope: self.scope })
    }
}

impl Elements<'_, '_> {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let depth = self.depth;
        let (list, scope) = (self.list, &mut *self.scope);
        let word = scope.rooted(|scope| value.serialize(Serializer { scope, depth }))?;
        scope.vm.heap.list_push(list, word).map_err(|e| scope.fail(e.into()))
    }
}

impl Entries<'_, '_> {
    fn add_field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        let (map, depth) = (self.map, self.depth);
        self.scope.rooted(|scope| {
            let word = value.serialize(Serializer { scope, depth })?;
            scope.keep(word);
            set_field(scope, map, name, word)
        })
    }
}

macro_rules! elements {
    ($($trait:ident $name:ident),*) => {
        $(
            impl ser::$trait for Elements<'_, '_> {
                type Ok = Word;
                type Error = Error;

                fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                    self.add(value)
                }

                fn end(self) -> Result<Word, Error> {
                    Ok(self.result)
                }
            }
        )*
    };
}

elements! {
    SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
}

macro_rules! fields {
    ($($trait:ident),*) => {
        $(
            impl ser::$trait for Entries<'_, '_> {
                type Ok = Word;
                type Error = Error;

                fn serialize_field<T: Serialize + ?Sized>(
                    &mut self,
                    name: &'static str,
                    value: &T,
                ) -> Result<(), Error> {
                    self.add_field(name, value)
                }

                fn end(self) -> Result<Word, Error> {
                    Ok(self.result)
                }
            }
        )*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Entries<'_, '_> {
    type Ok = Word;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let depth = self.depth;
        let key = key.serialize(Serializer { scope: self.scope, depth })?;
        // Ends with the whole value.
        self.scope.keep(key);
        self.key = Some(key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let Some(key) = self.key.take() else {
            return Err(Error::of(ErrorKind::Conversion, "a map's value was serialised before its key"));
        };
        let (map, depth) = (self.map, self.depth);
        self.scope.rooted(|scope| {
            let word = value.serialize(Serializer { scope, depth })?;
            scope.vm.heap.map_set(map, key, word, KeyOrigin::Computed).map_err(|e| scope.fail(e.into()))
        })
    }

    fn end(self) -> Result<Word, Error> {
        Ok(self.result)
    }
}
