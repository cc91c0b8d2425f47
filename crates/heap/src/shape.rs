//! Shapes: the keys, their order and the prototype that maps have in common.
//!
//! A shape is a node of a tree: its parent plus one key, and possibly a new prototype. So two maps that got
//! the same keys in the same order from the same start have the same shape, and one compare of shape ids
//! answers which keys a map has, where their values stand, and what it inherits from. The value of the
//! `n`th key stands in slot `n`.
//!
//! * [`ShapeTable::add`] finds or makes the child for a key: a pointer compare where there is one child, a
//!   hash look-up otherwise.
//! * [`ShapeTable::lookup`] finds the slot of a key: a scan of at most eight addresses, a hash look-up in
//!   longer shapes. The list of keys and its index are shared by all shapes along a chain without branches,
//!   so that the thousand shapes on the way to a map of a thousand keys cost as much as one.
//! * Ids are reused after a full collection has found no map of the shape (`Heap::shapes_generation` tells).
//!   A minor collection keeps all shapes; those made since the last collection are roots for it.
//!
//! At most [`MAX_SHAPES`] live, and they hold at most [`MAX_KEYS`] keys; when the table is full, maps become
//! dictionaries.

use crate::hash::AddressMap;
use crate::refs::{MapRef, StrRef};
use quadriga_value::Value;

/// Largest number of shapes alive at the same time.
pub const MAX_SHAPES: usize = 1 << 16;

/// Largest number of keys in all lists of keys.
pub const MAX_KEYS: usize = 1 << 20;

/// Keys up to this number are searched by a scan.
const SCAN: usize = 8;

/// A shape of a heap; [`ShapeId::NONE`] stands in dictionaries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct ShapeId(pub u32);

impl ShapeId {
    /// No shape: a dictionary.
    pub const NONE: ShapeId = ShapeId(0);
    /// The shape of the empty map without prototype.
    pub const EMPTY: ShapeId = ShapeId(1);

    #[inline(always)]
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What leads from a shape to a child: the address of the key, and that of the prototype it brings (0: the
/// same as before; 1: none any more).
type Step = (usize, usize);

enum Children {
    None,
    One(Step, ShapeId),
    Many(AddressMap<Step, ShapeId>),
}

struct Shape {
    parent: ShapeId,
    /// The shape on the way here that brought the prototype; it keeps the hint.
    origin: ShapeId,
    /// Number of keys.
    count: u32,
    /// On an origin: the largest number of slots that a map below it needed.
    hint: u32,
    /// Last key; absent in roots.
    key: Option<StrRef>,
    proto: Option<MapRef>,
    step: Step,
    children: Children,
    /// Index of the list of keys, of which the first `count` are those of the shape.
    keys: u32,
    live: bool,
    marked: bool,
}

/// Keys of a chain of shapes, with an index when they are many.
#[derive(Default)]
struct KeyList {
    keys: Vec<StrRef>,
    /// Address of a key to its slot; filled when there are more than [`SCAN`].
    index: AddressMap<usize, u32>,
    /// Shapes that use the list.
    users: u32,
}

impl KeyList {
    fn push(&mut self, key: StrRef) {
        self.keys.push(key);
        if self.keys.len() == SCAN + 1 {
            for (slot, key) in self.keys.iter().enumerate() {
                self.index.insert(key.address(), slot as u32);
            }
        } else if self.keys.len() > SCAN {
            self.index.insert(key.address(), self.keys.len() as u32 - 1);
        }
    }
}

/// All shapes of a heap.
pub struct ShapeTable {
    shapes: Vec<Shape>,
    free: Vec<ShapeId>,
    lists: Vec<KeyList>,
    free_lists: Vec<u32>,
    /// Shapes without keys, by the address of their prototype.
    roots: AddressMap<usize, ShapeId>,
    young: Vec<ShapeId>,
    live: usize,
    /// Keys in all lists.
    keys_held: usize,
}

impl Default for ShapeTable {
    fn default() -> ShapeTable {
        ShapeTable::new()
    }
}

impl ShapeTable {
    /// A table with the empty shape only.
    pub fn new() -> ShapeTable {
        let mut table = ShapeTable {
            shapes: Vec::new(),
            free: Vec::new(),
            lists: Vec::new(),
            free_lists: Vec::new(),
            roots: AddressMap::default(),
            young: Vec::new(),
            live: 0,
            keys_held: 0,
        };
        for id in [ShapeId::NONE, ShapeId::EMPTY] {
            let keys = table.new_list(&[]);
            table.shapes.push(Shape {
                parent: ShapeId::NONE,
                origin: id,
                count: 0,
                hint: 0,
                key: None,
                proto: None,
                step: (0, 0),
                children: Children::None,
                keys,
                live: true,
                marked: false,
            });
        }
        table
    }

    /// Number of shapes alive.
    pub fn len(&self) -> usize {
        self.live + 1
    }

    /// Never: the empty shape always exists.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The shape without keys for maps that inherit from `proto`. `None` if the table is full.
    pub fn root(&mut self, proto: Option<MapRef>) -> Option<ShapeId> {
        let Some(proto) = proto else { return Some(ShapeId::EMPTY) };
        if let Some(&id) = self.roots.get(&proto.address()) {
            return Some(id);
        }
        let id = self.make(ShapeId::NONE, None, (0, 0), Some(proto))?;
        self.roots.insert(proto.address(), id);
        Some(id)
    }

    /// The shape with `key` (interned, not in `shape` yet) behind the keys of `shape`. `brings` is
    /// `Some(proto)` if the key decides the prototype. `None` if the table is full.
    ///
    /// The caller stores the id into a map before its next allocation in the heap.
    #[inline]
    pub fn add(&mut self, shape: ShapeId, key: StrRef, brings: Option<Option<MapRef>>) -> Option<ShapeId> {
        let step = step(key, brings);
        match &self.shapes[shape.index()].children {
            Children::One(known, id) if *known == step => Some(*id),
            Children::Many(known) if known.contains_key(&step) => known.get(&step).copied(),
            _ => self.add_new(shape, key, step, brings),
        }
    }

    /// The child of `shape` for `key` if it exists already.
    #[inline]
    pub fn transition(&self, shape: ShapeId, key: StrRef) -> Option<ShapeId> {
        let step = step(key, None);
        match &self.shapes[shape.index()].children {
            Children::One(known, id) if *known == step => Some(*id),
            Children::Many(known) => known.get(&step).copied(),
            _ => None,
        }
    }

    #[inline(never)]
    fn add_new(
        &mut self,
        shape: ShapeId,
        key: StrRef,
        step: Step,
        brings: Option<Option<MapRef>>,
    ) -> Option<ShapeId> {
        debug_assert!(key.is_interned(), "a key of a shape is an interned string");
        debug_assert!(self.lookup(shape, key).is_none(), "the shape has the key already");
        let proto = brings.unwrap_or(self.shapes[shape.index()].proto);
        let id = self.make(shape, Some(key), step, proto)?;
        let children = &mut self.shapes[shape.index()].children;
        match children {
            Children::None => *children = Children::One(step, id),
            Children::One(first_step, first) => {
                *children = Children::Many([(*first_step, *first), (step, id)].into_iter().collect());
            }
            Children::Many(known) => {
                known.insert(step, id);
            }
        }
        Some(id)
    }

    fn make(
        &mut self,
        parent: ShapeId,
        key: Option<StrRef>,
        step: Step,
        proto: Option<MapRef>,
    ) -> Option<ShapeId> {
        if self.live >= MAX_SHAPES || self.keys_held >= MAX_KEYS {
            return None;
        }
        let (count, keys) = match key {
            None => (0, self.new_list(&[])),
            Some(key) => {
                let above = &self.shapes[parent.index()];
                (above.count + 1, self.extended_list(above.keys, above.count, key))
            }
        };
        let id = self.free.pop().unwrap_or(ShapeId(self.shapes.len() as u32));
        let origin = if key.is_none() || step.1 != 0 { id } else { self.shapes[parent.index()].origin };
        let shape = Shape {
            parent,
            origin,
            count,
            hint: 0,
            key,
            proto,
            step,
            children: Children::None,
            keys,
            live: true,
            marked: false,
        };
        if id.index() == self.shapes.len() {
            self.shapes.push(shape);
        } else {
            self.shapes[id.index()] = shape;
        }
        self.live += 1;
        self.young.push(id);
        Some(id)
    }

    fn new_list(&mut self, keys: &[StrRef]) -> u32 {
        let mut list = KeyList { users: 1, ..KeyList::default() };
        self.keys_held += keys.len();
        keys.iter().for_each(|&key| list.push(key));
        match self.free_lists.pop() {
            Some(i) => {
                self.lists[i as usize] = list;
                i
            }
            None => {
                self.lists.push(list);
                self.lists.len() as u32 - 1
            }
        }
    }

    /// A list of the first `count` keys of list `of` and `key`: the same list if it ends there.
    fn extended_list(&mut self, of: u32, count: u32, key: StrRef) -> u32 {
        let list = &mut self.lists[of as usize];
        if list.keys.len() == count as usize {
            list.push(key);
            list.users += 1;
            self.keys_held += 1;
            return of;
        }
        let mut keys = list.keys[..count as usize].to_vec();
        keys.push(key);
        self.new_list(&keys)
    }

    /// The slot of `key` (interned) in maps of `shape`.
    #[inline]
    pub fn lookup(&self, shape: ShapeId, key: StrRef) -> Option<usize> {
        let shape = &self.shapes[shape.index()];
        let list = &self.lists[shape.keys as usize];
        let count = shape.count as usize;
        if count <= SCAN {
            list.keys[..count].iter().position(|&k| k == key)
        } else {
            list.index.get(&key.address()).map(|&slot| slot as usize).filter(|&slot| slot < count)
        }
    }

    /// The keys of `shape` in order: key `n` has its value in slot `n`.
    #[inline]
    pub fn keys(&self, shape: ShapeId) -> &[StrRef] {
        let shape = &self.shapes[shape.index()];
        &self.lists[shape.keys as usize].keys[..shape.count as usize]
    }

    /// Number of keys.
    #[inline]
    pub fn count(&self, shape: ShapeId) -> usize {
        self.shapes[shape.index()].count as usize
    }

    /// The prototype of maps of `shape`.
    #[inline]
    pub fn proto(&self, shape: ShapeId) -> Option<MapRef> {
        self.shapes[shape.index()].proto
    }

    /// The shape without the last key; [`ShapeId::NONE`] for a shape without keys.
    #[inline]
    pub fn parent(&self, shape: ShapeId) -> ShapeId {
        self.shapes[shape.index()].parent
    }

    /// The last key.
    #[inline]
    pub fn last_key(&self, shape: ShapeId) -> Option<StrRef> {
        self.shapes[shape.index()].key
    }

    /// The shape with the keys of `shape` where `key`, one of them, brings the prototype `proto` instead of
    /// what it brought. `None` if the table is full.
    pub fn with_proto(&mut self, shape: ShapeId, key: StrRef, proto: Option<MapRef>) -> Option<ShapeId> {
        let mut root = shape;
        while self.parent(root) != ShapeId::NONE {
            root = self.parent(root);
        }
        let keys = self.keys(shape).to_vec();
        let mut derived = root;
        for k in keys {
            derived = self.add(derived, k, (k == key).then_some(proto))?;
        }
        Some(derived)
    }

    /// The number of slots that maps which inherit as those of `shape` do have needed so far.
    #[inline]
    pub fn slots_hint(&self, shape: ShapeId) -> usize {
        let origin = self.shapes[shape.index()].origin;
        self.shapes[origin.index()].hint as usize
    }

    /// Remembers that a map of `shape` needed `slots` slots.
    pub fn note_slots(&mut self, shape: ShapeId, slots: usize) {
        let origin = self.shapes[shape.index()].origin;
        let hint = &mut self.shapes[origin.index()].hint;
        *hint = (*hint).max(slots as u32);
    }

    /// Whether the id stands for a shape now.
    pub fn is_live(&self, shape: ShapeId) -> bool {
        self.shapes.get(shape.index()).is_some_and(|shape| shape.live)
    }

    /// Start of a full collection: forget all marks.
    pub(crate) fn clear_marks(&mut self) {
        self.shapes.iter_mut().for_each(|shape| shape.marked = false);
    }

    /// Full collection met a map of shape `id`: marks it and its ancestors; reports the keys and prototypes
    /// of those that were not marked yet. Called once per map, so the marked case is quick.
    #[inline]
    pub(crate) fn mark(&mut self, id: u32, visit: &mut dyn FnMut(Value)) {
        let mut id = ShapeId(id);
        while !self.shapes[id.index()].marked {
            let shape = &mut self.shapes[id.index()];
            shape.marked = true;
            report(shape, visit);
            id = shape.parent;
        }
    }

    /// Minor collection: reports keys and prototypes of all shapes made since the last collection (all
    /// shapes survive a minor collection).
    pub(crate) fn trace_young(&mut self, visit: &mut dyn FnMut(Value)) {
        for id in self.young.drain(..) {
            report(&self.shapes[id.index()], visit);
        }
    }

    /// End of a full collection: frees unmarked shapes and answers how many were freed.
    pub(crate) fn sweep(&mut self) -> usize {
        self.young.clear();
        let mut freed = 0;
        for i in 2..self.shapes.len() {
            if self.shapes[i].live && !self.shapes[i].marked {
                self.release(ShapeId(i as u32));
                freed += 1;
            }
        }
        self.live -= freed;
        freed
    }

    fn release(&mut self, id: ShapeId) {
        let shape = &mut self.shapes[id.index()];
        shape.live = false;
        shape.children = Children::None;
        let (parent, step, list, proto) = (shape.parent, shape.step, shape.keys, shape.proto);
        shape.key = None;
        shape.proto = None;
        match &mut self.shapes[parent.index()].children {
            Children::One(_, child) if *child == id => self.shapes[parent.index()].children = Children::None,
            Children::Many(known) if known.get(&step) == Some(&id) => {
                known.remove(&step);
            }
            _ => {}
        }
        if parent == ShapeId::NONE
            && let Some(proto) = proto
        {
            self.roots.remove(&proto.address());
        }
        let keys = &mut self.lists[list as usize];
        keys.users -= 1;
        if keys.users == 0 {
            self.keys_held -= keys.keys.len();
            *keys = KeyList::default();
            self.free_lists.push(list);
        }
        self.free.push(id);
    }
}

fn report(shape: &Shape, visit: &mut dyn FnMut(Value)) {
    if let Some(key) = shape.key {
        visit(key.value());
    }
    if let Some(proto) = shape.proto {
        visit(proto.value());
    }
}

#[inline(always)]
fn step(key: StrRef, brings: Option<Option<MapRef>>) -> Step {
    let proto = match brings {
        None => 0,
        Some(None) => 1,
        Some(Some(proto)) => proto.address(),
    };
    (key.address(), proto)
}
