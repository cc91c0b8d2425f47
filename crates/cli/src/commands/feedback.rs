//! Feedback as comments of a listing: one line for what was seen at an instruction.

use quadriga_vm::feedback::{Access, FieldEntry, Receiver, Site};
use quadriga_vm::heap::layout::{Kind, ListKind};

/// Keys of a shape that are shown.
const KEYS: usize = 6;

/// What was seen; `None` if that is nothing.
pub fn text(site: &Site) -> Option<String> {
    let text = match site {
        Site::Operands { int, double, mixed, other } => seen(&[
            (*int, "int"),
            (*double, "double"),
            (*mixed, "int and double"),
            (*other, "other operands"),
        ]),
        Site::Elements { lists, out_of_range, other } => {
            let mut all: Vec<&str> = lists.iter().map(list_name).collect();
            all.extend(out_of_range.then_some("out of range"));
            all.extend(other.then_some("other containers"));
            all.join(" | ")
        }
        Site::Field { entries, megamorphic } => {
            let mut all: Vec<String> = entries.iter().map(entry_text).collect();
            all.extend(megamorphic.then(|| "and more (megamorphic)".to_string()));
            all.join(" | ")
        }
        Site::Call { target, count, others } => {
            let name = if target.is_empty() { "(anonymous)" } else { target };
            match others {
                0 => format!("calls {name} {count}x"),
                others => format!("calls {name} {count}x, others {others}x"),
            }
        }
        Site::Loop { turns } => format!("{turns} turn{}", if *turns == 1 { "" } else { "s" }),
    };
    (!text.is_empty()).then_some(text)
}

fn seen(kinds: &[(bool, &str)]) -> String {
    let names: Vec<&str> = kinds.iter().filter(|(seen, _)| *seen).map(|(_, name)| *name).collect();
    names.join(" | ")
}

fn list_name(kind: &ListKind) -> &'static str {
    match kind {
        ListKind::Any => "list",
        ListKind::Int => "int list",
        ListKind::Double => "double list",
        ListKind::Fresh => "empty list",
        ListKind::Range | ListKind::IntRange => "range",
    }
}

fn entry_text(entry: &FieldEntry) -> String {
    let receiver = match &entry.receiver {
        Receiver::Shape { id, keys } => {
            let mut shown = keys.iter().take(KEYS).map(|k| &**k).collect::<Vec<_>>().join(", ");
            if keys.len() > KEYS {
                shown += &format!(", {} more", keys.len() - KEYS);
            }
            format!("shape {id} {{{shown}}}")
        }
        Receiver::Kind(kind) => kind_name(*kind).to_string(),
        Receiver::Number => "number".to_string(),
    };
    match entry.access {
        Access::Own { slot } => format!("{receiver} slot {slot}"),
        Access::Holder { slot, valid: true } => format!("{receiver} inherited slot {slot}"),
        Access::Holder { slot, valid: false } => format!("{receiver} inherited slot {slot} (outdated)"),
        Access::Add { slot, shape } => format!("{receiver} adds slot {slot}, becomes shape {shape}"),
    }
}

fn kind_name(kind: u8) -> &'static str {
    const NAMES: [(Kind, &str); 8] = [
        (Kind::Str, "string"),
        (Kind::List, "list"),
        (Kind::Map, "map"),
        (Kind::Closure, "function"),
        (Kind::Native, "built-in function"),
        (Kind::Record, "record"),
        (Kind::Host, "host object"),
        (Kind::Generator, "generator"),
    ];
    NAMES.iter().find(|(known, _)| *known as u8 == kind).map_or("object", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_read_well() {
        let operands = Site::Operands { int: true, double: false, mixed: true, other: false };
        assert_eq!(text(&operands).as_deref(), Some("int | int and double"));
        let keys = vec!["x".into(), "y".into()];
        let own = FieldEntry { receiver: Receiver::Shape { id: 7, keys }, access: Access::Own { slot: 1 } };
        let site = Site::Field { entries: vec![own], megamorphic: true };
        assert_eq!(text(&site).as_deref(), Some("shape 7 {x, y} slot 1 | and more (megamorphic)"));
        assert_eq!(text(&Site::Loop { turns: 1 }).as_deref(), Some("1 turn"));
        let nothing = Site::Elements { lists: vec![], out_of_range: false, other: false };
        assert_eq!(text(&nothing), None);
    }
}
