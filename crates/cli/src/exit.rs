//! Exit codes: what a caller learns without reading any text.

use quadriga::ErrorKind;

/// All went well.
pub const OK: i32 = 0;
/// The script stopped with an error that it did not handle.
pub const SCRIPT_ERROR: i32 = 1;
/// The command line makes no sense.
pub const USAGE: i32 = 2;
/// The source does not compile.
pub const SYNTAX: i32 = 3;
/// A file cannot be read or written, or is not UTF-8.
pub const FILE: i32 = 4;
/// `--time-limit` was reached.
pub const TIME_LIMIT: i32 = 5;
/// `--memory-limit` was reached.
pub const MEMORY_LIMIT: i32 = 6;
/// `--fuel` is used up.
pub const FUEL: i32 = 7;
/// Too many nested calls.
pub const DEPTH_LIMIT: i32 = 8;
/// Ctrl-C.
pub const CANCELLED: i32 = 130;
/// Nobody reads standard output any more; the code of a process that `SIGPIPE` ends.
pub const BROKEN_PIPE: i32 = 141;

/// The table as `--help` shows it.
pub const HELP: &str = "\
Exit codes:
    0  success
    1  the script stopped with an uncaught error
    2  wrong usage of the command
    3  the source does not compile
    4  a file cannot be read or written, or is not UTF-8
    5  the time limit was reached
    6  the memory limit was reached
    7  the fuel is used up
    8  too many nested calls
  130  interrupted with Ctrl-C
  141  standard output was closed by its reader
    n  the script called exit(n)";

/// The code for an error that stopped a script.
pub fn code_of(kind: ErrorKind) -> i32 {
    match kind {
        ErrorKind::Exit(code) => code,
        ErrorKind::Compile => SYNTAX,
        ErrorKind::Time => TIME_LIMIT,
        ErrorKind::Memory => MEMORY_LIMIT,
        ErrorKind::Fuel => FUEL,
        ErrorKind::Depth => DEPTH_LIMIT,
        ErrorKind::Cancelled => CANCELLED,
        _ => SCRIPT_ERROR,
    }
}

/// The name of a kind in JSON.
pub fn kind_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Runtime => "runtime",
        ErrorKind::Thrown => "thrown",
        ErrorKind::Depth => "depth",
        ErrorKind::Memory => "memory",
        ErrorKind::TooLarge => "too_large",
        ErrorKind::Time => "time",
        ErrorKind::Fuel => "fuel",
        ErrorKind::Cancelled => "cancelled",
        ErrorKind::Exit(_) => "exit",
        ErrorKind::Host => "host",
        ErrorKind::Panic => "panic",
        ErrorKind::Compile => "syntax",
        _ => "engine",
    }
}
