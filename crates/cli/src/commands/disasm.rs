//! `quadriga disasm`: the bytecode of a program, alone or with what a run has taught.

use super::feedback;
use crate::args::{DisasmArgs, When};
use crate::commands::run::{failed, finish_output, setup, target};
use crate::exit;
use crate::interrupt;
use crate::output::{Output, complain};
use crate::report::Reporter;
use crate::session::{Session, print_stats};
use crate::source::Refusal;
use quadriga::{Engine, Script};
use quadriga_vm::FunctionInstance;
use quadriga_vm::bytecode::{Unit, disasm};
use std::sync::Arc;

/// The command. The listing goes to standard output, what the program prints to standard error.
pub fn run(args: DisasmArgs, color: When) -> Result<i32, Refusal> {
    let engine = Engine::new();
    let target = target(&engine, args.code, args.rest, &args.language)?;
    let listing = Output::stdout();
    let script_output = Arc::new(Output::stderr());
    let reporter = Reporter::new(&args.errors, color, script_output.clone());
    let script = match engine.compile_source(&target.program.source()) {
        Ok(script) => script,
        Err(error) => {
            reporter.compile_error(&error, false);
            return Ok(exit::SYNTAX);
        }
    };
    let functions = wanted_functions(script.unit(), args.function.as_deref())?;
    let mut code = exit::OK;
    if args.feedback {
        interrupt::install(script_output.clone());
        let setup = setup(engine, target, args.engine, script_output.clone());
        let mut session = match Session::new(&setup) {
            Ok(session) => session,
            Err(error) => return Ok(failed(&error, &reporter, false)),
        };
        // What was learned up to an error is worth showing too.
        if let Err(error) = session.run(&script) {
            code = failed(&error, &reporter, false);
        }
        script_output.flush();
        print_stats(&session, &setup.args);
        session.cx.with_vm(|cx| {
            let instances: Vec<&FunctionInstance> =
                cx.functions().filter(|f| Arc::ptr_eq(f.verified(), script.unit())).collect();
            for &index in &functions {
                let instance = instances.iter().find(|f| f.index as usize == index);
                let note = |pc: usize| feedback::text(&quadriga_vm::feedback::site(cx, instance?, pc)?);
                list(&listing, &script, index, &note);
                if instance.is_none() {
                    listing.line("  ; never called");
                }
            }
        });
    } else if args.function.is_none() {
        listing.write(&script.disassemble());
    } else {
        functions.iter().for_each(|&index| list(&listing, &script, index, &|_| None));
    }
    Ok(finish_output(&listing, code))
}

fn list(listing: &Output, script: &Script, index: usize, note: &dyn Fn(usize) -> Option<String>) {
    listing.write(&disasm::print_function(script.unit(), index, note));
    listing.write("\n");
}

/// The functions that a name or number means; all if there is none.
fn wanted_functions(unit: &Unit, wanted: Option<&str>) -> Result<Vec<usize>, Refusal> {
    let all = 0..unit.functions.len();
    let Some(wanted) = wanted else { return Ok(all.collect()) };
    if let Some(index) = wanted.parse().ok().filter(|i| all.contains(i)) {
        return Ok(vec![index]);
    }
    let named: Vec<usize> = all.filter(|&i| &*unit.functions[i].name == wanted).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    complain("functions of this program:\n");
    for (i, f) in unit.functions.iter().enumerate() {
        complain(&format!("  {i:3} {}\n", f.name));
    }
    Err(Refusal::usage(format!("no function `{wanted}`")))
}
