//! Memory that helpers take outside the heap.

use quadriga_vm::{Context, Result};
use std::collections::HashMap;
use std::hash::Hash;

/// Tables up to this size are not counted: most are small, and gone at once.
const SMALL: usize = 1 << 10;

/// Memory that a helper takes beside the heap while it works: counted against the limit before it is taken,
/// and given back when the helper ends. Counting may collect.
pub(crate) struct Aside {
    counted: usize,
}

impl Aside {
    /// Runs `f`, and gives back what it counted.
    pub fn with<R>(cx: &mut Context, f: impl FnOnce(&mut Context, &mut Aside) -> Result<R>) -> Result<R> {
        let mut aside = Aside { counted: 0 };
        let result = f(cx, &mut aside);
        cx.heap.discharge_external(aside.counted);
        result
    }

    /// Counts `bytes` more.
    pub fn count(&mut self, cx: &mut Context, bytes: usize) -> Result<()> {
        cx.heap.charge_external(bytes)?;
        self.counted += bytes;
        Ok(())
    }

    /// An empty vector with counted room for `len` items.
    pub fn vec<T>(&mut self, cx: &mut Context, len: usize) -> Result<Vec<T>> {
        self.count(cx, len.saturating_mul(size_of::<T>()))?;
        Ok(Vec::with_capacity(len))
    }

    /// Appends an item.
    #[inline]
    pub fn push<T>(&mut self, cx: &mut Context, to: &mut Vec<T>, item: T) -> Result<()> {
        if to.len() == to.capacity() {
            self.grow(cx, to)?;
        }
        to.push(item);
        Ok(())
    }

    #[cold]
    fn grow<T>(&mut self, cx: &mut Context, table: &mut Vec<T>) -> Result<()> {
        let old = table.capacity() * size_of::<T>();
        let more = table.capacity().max(4);
        self.add_to_table(cx, old, more * size_of::<T>())?;
        table.reserve_exact(more);
        Ok(())
    }

    /// Enters something into a table.
    #[inline]
    pub fn insert<K: Eq + Hash, V>(
        &mut self,
        cx: &mut Context,
        table: &mut HashMap<K, V>,
        key: K,
        v: V,
    ) -> Result<()> {
        if table.len() == table.capacity() {
            // A byte for each place, an eighth of which stay empty.
            let place = (size_of::<(K, V)>() + 1) * 8 / 7 + 1;
            let more = table.capacity().max(7);
            self.add_to_table(cx, table.capacity() * place, more * place)?;
            table.reserve(more);
        }
        table.insert(key, v);
        Ok(())
    }

    /// Counts what a table of `old` bytes grows by; there must be room for both tables meanwhile.
    fn add_to_table(&mut self, cx: &mut Context, old: usize, more: usize) -> Result<()> {
        if old + more <= SMALL {
            return Ok(());
        }
        cx.heap.check_size(old + more)?;
        self.count(cx, more)
    }
}
