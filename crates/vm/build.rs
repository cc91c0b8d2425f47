//! Chooses the dispatcher: tail calls only where optimised code was seen to turn them into jumps
//! (x86-64 and aarch64 at opt-level 1, 2, 3 and s); a loop over a match everywhere else.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(tail_dispatch)");
    println!("cargo::rerun-if-env-changed=QUADRIGA_DISPATCH");
    println!("cargo::rerun-if-changed=build.rs");
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let proven =
        matches!(level.as_str(), "1" | "2" | "3" | "s") && matches!(arch.as_str(), "x86_64" | "aarch64");
    let wanted = match std::env::var("QUADRIGA_DISPATCH").as_deref() {
        Ok("match") => false,
        Ok("tail") | Err(_) => true,
        Ok(other) => panic!("QUADRIGA_DISPATCH is `tail` or `match`, not `{other}`"),
    };
    if proven && wanted {
        println!("cargo::rustc-cfg=tail_dispatch");
    }
}
