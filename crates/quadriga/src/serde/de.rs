//! Script to Rust. No script runs meanwhile, so nothing that is reachable from the root can disappear.

use super::{MAX_DEPTH, too_deep};
use crate::convert::{View, word_as_i64, word_as_u64};
use crate::error::Error;
use crate::scope::{Scope, Word};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};
use std::fmt::Display;
use vm::heap::{ListRef, MapRef, ValueExt};

pub(super) struct Deserializer<'a, 'cx> {
    pub(super) scope: &'a mut Scope<'cx>,
    pub(super) word: Word,
    pub(super) depth: usize,
}

impl<'a, 'cx> Deserializer<'a, 'cx> {
    #[cold]
    fn wrong(self, wanted: impl Display) -> Error {
        View { scope: self.scope, word: self.word }.wrong(wanted)
    }

    fn enter(&self) -> Result<usize, Error> {
        if self.depth >= MAX_DEPTH { Err(too_deep()) } else { Ok(self.depth + 1) }
    }

    fn list(self, list: ListRef) -> Result<Elements<'a, 'cx>, Error> {
        let depth = self.enter()?;
        Ok(Elements { scope: self.scope, list, next: 0, depth })
    }

    fn map(self, map: MapRef) -> Result<Entries<'a, 'cx>, Error> {
        let depth = self.enter()?;
        Ok(Entries { scope: self.scope, map, cursor: 0, value: Word::NIL, depth })
    }
}

macro_rules! integers {
    ($($name:ident),*) => {
        $(
            fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                match word_as_i64(self.word) {
                    Some(i) => visitor.visit_i64(i),
                    None => Err(self.wrong("an integer")),
                }
            }
        )*
    };
}

impl<'de, 'a, 'cx> de::Deserializer<'de> for Deserializer<'a, 'cx> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let word = self.word;
        if word.is_nil() {
            return visitor.visit_unit();
        }
        if let Some(b) = word.as_bool() {
            return visitor.visit_bool(b);
        }
        if let Some(i) = word_as_i64(self.scope.canonical(word)) {
            return visitor.visit_i64(i);
        }
        if let Some(d) = word.as_double() {
            return visitor.visit_f64(d);
        }
        if let Some(s) = word.as_str() {
            return visitor.visit_str(&s.to_text());
        }
        if let Some(list) = word.as_list() {
            return visitor.visit_seq(self.list(list)?);
        }
        if let Some(map) = word.as_map() {
            return visitor.visit_map(self.map(map)?);
        }
        Err(self.wrong("data"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.word.as_bool(), word_as_i64(self.word)) {
            (Some(b), _) => visitor.visit_bool(b),
            (None, Some(i @ (0 | 1))) => visitor.visit_bool(i == 1),
            _ => Err(self.wrong("a boolean")),
        }
    }

    integers! {
        deserialize_i8, deserialize_i16, deserialize_i32, deserialize_i64, deserialize_u8, deserialize_u16,
        deserialize_u32
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // The upper half of the range arrives as a double.
        match (word_as_i64(self.word), word_as_u64(self.word)) {
            (Some(i), _) => visitor.visit_i64(i),
            (None, Some(u)) => visitor.visit_u64(u),
            (None, None) => Err(self.wrong("an integer")),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.word.as_number(), self.word.as_boxed_int()) {
            (Some(d), _) => visitor.visit_f64(d),
            (None, Some(i)) => visitor.visit_f64(i.get() as f64),
            (None, None) => Err(self.wrong("a number")),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.word.as_str() {
            Some(s) => visitor.visit_str(&s.to_text()),
            None => Err(self.wrong("a string")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(s) = self.word.as_str() {
            return visitor.visit_bytes(s.to_text().as_bytes());
        }
        let Some(list) = self.word.as_list() else { return Err(self.wrong("bytes")) };
        let byte = |i| word_as_i64(list.get(i)).and_then(|b| u8::try_from(b).ok());
        match (0..list.len()).map(byte).collect() {
            Some(bytes) => visitor.visit_byte_buf(bytes),
            None => Err(self.wrong("a list of integers from 0 to 255")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.word.is_nil() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.word.is_nil() { visitor.visit_unit() } else { Err(self.wrong("null")) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.word.as_list() {
            Some(list) => visitor.visit_seq(self.list(list)?),
            None => Err(self.wrong("a list")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        match self.word.as_list() {
            Some(list) if list.len() == len => visitor.visit_seq(self.list(list)?),
            Some(list) => Err(de::Error::invalid_length(list.len(), &visitor)),
            None => Err(self.wrong(format_args!("a list of {len}"))),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.word.as_map() {
            Some(map) => visitor.visit_map(self.map(map)?),
            None => Err(self.wrong("a map")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (self.word.as_map(), self.word.as_list()) {
            (Some(map), _) => visitor.visit_map(self.map(map)?),
            (None, Some(list)) => visitor.visit_seq(self.list(list)?),
            (None, None) => Err(self.wrong("a map")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(s) = self.word.as_str() {
            return visitor.visit_enum((*s.to_text()).into_deserializer());
        }
        let only = self.word.as_map().filter(|map| map.len() == 1);
        let Some((name, content)) = only.and_then(|map| self.scope.vm.heap.map_first(map)) else {
            return Err(self.wrong("a string, or a map of one entry"));
        };
        let depth = self.enter()?;
        visitor.visit_enum(Variant { scope: self.scope, name, content, depth })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

struct Elements<'a, 'cx> {
    scope: &'a mut Scope<'cx>,
    list: ListRef,
    next: usize,
    depth: usize,
}

impl<'de> de::SeqAccess<'de> for Elements<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.next >= self.list.len() {
            return Ok(None);
        }
        let (i, word) = (self.next, self.list.get(self.next));
        self.next += 1;
        let item = seed.deserialize(Deserializer { scope: self.scope, word, depth: self.depth });
        item.map(Some).map_err(|e| e.within(format_args!("element {i}")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.list.len() - self.next)
    }
}

struct Entries<'a, 'cx> {
    scope: &'a mut Scope<'cx>,
    map: MapRef,
    cursor: usize,
    value: Word,
    depth: usize,
}

impl<'de> de::MapAccess<'de> for Entries<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((word, value)) = self.scope.vm.heap.map_next(self.map, &mut self.cursor) else {
            return Ok(None);
        };
        self.value = value;
        seed.deserialize(Deserializer { scope: self.scope, word, depth: self.depth }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let word = std::mem::replace(&mut self.value, Word::NIL);
        seed.deserialize(Deserializer { scope: self.scope, word, depth: self.depth })
    }
}

struct Variant<'a, 'cx> {
    scope: &'a mut Scope<'cx>,
    name: Word,
    content: Word,
    depth: usize,
}

impl<'de, 'a, 'cx> de::EnumAccess<'de> for Variant<'a, 'cx> {
    type Error = Error;
    type Variant = Deserializer<'a, 'cx>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Deserializer<'a, 'cx>), Error> {
        let Variant { scope, name, content, depth } = self;
        let variant = seed.deserialize(Deserializer { scope: &mut *scope, word: name, depth })?;
        Ok((variant, Deserializer { scope, word: content, depth }))
    }
}

impl<'de> de::VariantAccess<'de> for Deserializer<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        if self.word.is_nil() { Ok(()) } else { Err(self.wrong("null as the content of the variant")) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        de::Deserializer::deserialize_tuple(self, len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        de::Deserializer::deserialize_struct(self, "", fields, visitor)
    }
}
