//! Name spaces: global variables, and the built-ins that show through where a name is not assigned.
//!
//! Code refers to a global by a cell, which is a constant of its function. That is the variable's own cell if
//! it is assigned; otherwise the one cell of the built-in of that name, if the dialect has such; otherwise
//! the variable's own, empty one. Assigning a variable for the first time points the code of that name space
//! to the variable. Removing one leaves its cell empty; the slow path of the next read asks again.

use crate::context::Context;
use crate::error::Result;
use quadriga_heap::layout::flags;
use quadriga_heap::{MapRef, StrRef, ValueExt};
use quadriga_value::Value;

impl Context {
    /// The map of the globals; its values are cells.
    pub fn globals(&self) -> MapRef {
        self.globals.as_map().expect("the globals are a map")
    }

    /// The cell that code of `dialect` for global `name` of `globals` refers to now.
    pub(crate) fn resolve_cell(&mut self, globals: MapRef, name: StrRef, dialect: u32) -> Result<Value> {
        let cell = self.heap.cell(globals, name)?;
        if !cell.get().is_empty() {
            return Ok(cell.value());
        }
        if let Some(&builtin) = self.builtin_cells[dialect as usize].get(name.text()) {
            return Ok(builtin);
        }
        let speaker = self.dialects[dialect as usize].clone();
        if let Some(v) = speaker.builtin(self, name) {
            let builtin = self.heap.new_box(v)?;
            // Assigning the name makes a variable: no store may take the fast path.
            builtin.set_flag(flags::IMMUTABLE);
            self.builtin_cells[dialect as usize].insert(name.text().into(), builtin.value());
            return Ok(builtin.value());
        }
        Ok(cell.value())
    }

    /// Gives a global its first value: enters it into the map and points code that used a built-in of the
    /// name to the variable.
    fn define_global(&mut self, globals: MapRef, name: StrRef, value: Value) -> Result<()> {
        self.heap.cell_define(globals, name, value)?;
        let cell = self.heap.cell(globals, name)?.value();
        for (dialect, cells) in self.builtin_cells.iter().enumerate() {
            let Some(&builtin) = cells.get(name.text()) else { continue };
            let affected = |unit: &&mut crate::instance::UnitInstance| {
                unit.dialect as usize == dialect && unit.globals == globals.value()
            };
            for unit in self.units.iter_mut().filter(affected) {
                unit.functions.iter_mut().flatten().for_each(|f| f.replace_constant(builtin, cell));
            }
        }
        Ok(())
    }

    /// Removes a global; code finds the built-in of the name again, if there is one.
    pub fn remove_global(&mut self, globals: MapRef, name: Value) -> Result<Option<Value>> {
        Ok(self.heap.map_remove(globals, name)?)
    }

    /// Value of a global, if assigned.
    pub fn global(&mut self, name: &str) -> Result<Option<Value>> {
        let key = self.heap.intern(name)?;
        let globals = self.globals();
        Ok(self.heap.map_get(globals, key.value()))
    }

    /// Assigns a global.
    pub fn set_global(&mut self, name: &str, value: Value) -> Result<()> {
        let key = self.heap.intern(name)?;
        let globals = self.globals();
        self.store_global(globals, key, value)
    }

    /// Assigns a variable of a name space.
    pub fn store_global(&mut self, globals: MapRef, name: StrRef, value: Value) -> Result<()> {
        let name = self.heap.intern_str(name)?;
        let cell = self.heap.cell(globals, name)?;
        if value.is_empty() {
            self.heap.map_remove(globals, name.value())?;
        } else if cell.get().is_empty() {
            self.define_global(globals, name, value)?;
        } else {
            self.heap.box_set(cell, value);
        }
        Ok(())
    }

    /// The name space of the running function (the context's globals if none runs).
    pub fn running_globals(&self) -> MapRef {
        let unit = self.instance().map(|i| i.unit as usize);
        unit.and_then(|u| self.units[u].globals.as_map()).unwrap_or_else(|| self.globals())
    }
}
