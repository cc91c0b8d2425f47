//! Scopes: where variables live, and how reads search.

use super::*;

const MAKE: &str = "make = function(step)
  n = 0
  return function
    outer.n = n + step
    return n
  end function
end function";

#[test]
fn shared_variables_live_in_boxes_and_final_ones_are_captured() {
    assert_code(
        &code(MAKE, "make"),
        "loadempty r4
         newbox r4, r4
         loadint r5, 0
         setbox r4, r5
         closure r5, f2
         ret r5",
    );
    assert_code(
        &code(MAKE, "@f2"),
        "getcaptureboxx r3, c0
         getcapture r4, c1
         getlocalx r4, r4
         add r3, r3, r4
         setcapturebox r3, c0
         getcaptureboxx r3, c0
         ret r3",
    );
}

#[test]
fn a_variable_that_changes_later_is_not_captured_by_value() {
    let source = |then: &str| {
        format!("f = function\nx = 1\ng = function\nreturn x\nend function\n{then}\nend function")
    };
    assert!(!code(&source("return g"), "f").contains("newbox"));
    assert!(code(&source("x = 2"), "f").contains("newbox"));
    assert!(code(&source("for x in [1]\nend for"), "f").contains("newbox"));
    // A function sees itself, which is assigned only when it is there already.
    let recursive = "f = function\ng = function(k)\nreturn g(k - 1)\nend function\nreturn g(1)\nend function";
    assert!(code(recursive, "f").contains("newbox"));
}

#[test]
fn reads_before_the_assignment_go_on_to_outer_scopes() {
    assert_code(
        &body("c", "if c then x = 1\nreturn x"),
        "loadempty r4
         jfalse r3, L1 else L3
         L0:
         loadint r4, 1
         L1:
         getlocal r5, r4 else L4
         L2:
         ret r5
         L3:
         getlocalx r5, r3
         jfalse r5, L1
         jump L0
         L4:
         getglobalx r5, k0 (cell \"x\")
         jump L2",
    );
}

#[test]
fn only_one_enclosing_level_is_visible() {
    let source = "f = function
  a = 1
  g = function
    h = function
      return a
    end function
    return h
  end function
end function";
    assert_code(&code(source, "h"), "getglobalx r3, k0 (cell \"a\")\nret r3");
}

#[test]
fn a_scope_that_is_a_value_is_a_map() {
    let source = "f = function(p)
  q = p
  g = function
    return q
  end function
  return locals
end function";
    assert_code(
        &code(source, "f"),
        "newmap r4, 3
         setfield r4, r3, k0 (\"p\")
         getown r5, r4, k0 else L1 (\"p\")
         getlocalx r5, r5
         L0:
         setfield r4, r5, k1 (\"q\")
         closure r5, f2
         setfield r4, r5, k2 (\"g\")
         move r5, r4
         ret r5
         L1:
         getglobalx r5, k3 (cell \"p\")
         jump L0",
    );
    assert_code(
        &code(source, "g"),
        "getcapture r3, c0
         getown r3, r3, k0 else L1 (\"q\")
         getlocalx r3, r3
         L0:
         ret r3
         L1:
         getglobalx r3, k1 (cell \"q\")
         jump L0",
    );
}

#[test]
fn scope_members_are_variables() {
    assert_code(
        &body("", "locals.x = 1\nlocals.x += 2\nreturn locals.x"),
        "loadempty r3
         loadint r3, 1
         addi r3, r3, 2
         ret r3",
    );
    // A name that the scope may not have is asked of a map.
    assert!(body("", "return locals.x").contains("newmap"));
    assert!(body("", "x = 1\nreturn locals.len").contains("newmap"));
}

#[test]
fn globals_are_cells() {
    assert_code(
        &body("", "globals.n = 1\nglobals.n += 1\nouter.k = 2"),
        "loadint r3, 1
         setglobal r3, k0 (cell \"n\")
         getglobalx r3, k0 else L1 (cell \"n\")
         L0:
         addi r3, r3, 1
         setglobal r3, k0 (cell \"n\")
         loadint r3, 2
         setglobal r3, k1 (cell \"k\")
         retnil
         L1:
         special.8 r3, r3, r3
         getfieldx r3, r3, k2 (\"n\")
         jump L0",
    );
    // A name that nobody assigns here is an entry of the map, not a built-in function.
    assert_code(
        &body("", "return globals.print"),
        "special.8 r3, r3, r3
         getfieldx r3, r3, k0 (\"print\")
         ret r3",
    );
}

#[test]
fn inner_functions_of_methods_know_self() {
    let source = "f = function
  g = function
    return self
  end function
end function
g = function
  return self
end function";
    let unit = compiled(source, Mode::Program);
    assert_eq!(unit.functions[2].captures.len(), 2);
    assert_code(
        &code(source, "g"),
        "jnotnil r1, L0
         getcapture r1, c0
         getcapture r2, c1
         L0:
         ret r1",
    );
    // Created at top level, there is nothing to know.
    assert!(unit.functions[3].captures.is_empty());
}

#[test]
fn modules_return_their_locals() {
    let unit = compiled("x = 1\nf = function\nreturn x\nend function\n", Mode::Module);
    assert_code(
        &code_of(&unit, "@main"),
        "newmap r3, 2
         loadint r4, 1
         setfield r3, r4, k0 (\"x\")
         closure r4, f1
         setfield r3, r4, k1 (\"f\")
         ret r3",
    );
    assert!(code_of(&unit, "f").starts_with("getcapture r3, c0\ngetown r3, r3, k0 else L1 (\"x\")\n"));
}

#[test]
fn import_binds_the_module_where_it_stands() {
    let main = code("import \"lib/util\"\nprint util", "@main");
    assert!(main.contains("special.10") && main.contains("setglobal r4, k2 (cell \"util\")"), "{main}");
    let local = body("", "import \"util\"\nreturn util");
    assert!(!local.contains("setglobal"), "{local}");
}
