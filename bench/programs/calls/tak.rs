//! Takeuchi's function and a mutually recursive pair, size rounds.

fn tak(x: i64, y: i64, z: i64) -> i64 {
    if y >= x { z } else { tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)) }
}

// Hofstadter's female and male sequences.
fn female(n: i64) -> i64 {
    if n == 0 { 1 } else { n - male(female(n - 1)) }
}

fn male(n: i64) -> i64 {
    if n == 0 { 0 } else { n - female(male(n - 1)) }
}

fn run(size: u64) -> u64 {
    let mut total = 0;
    for i in 1..=size as i64 {
        total += tak(15 + i % 3, 10, 5) * 1000;
        total += female(20 + i % 5) + male(20);
    }
    total as u64
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(10);
    let size = args.get(1).copied().unwrap_or(650);
    let mut checksum = None;
    for k in 1..=iters {
        let started = std::time::Instant::now();
        let result = std::hint::black_box(run(std::hint::black_box(size)));
        let elapsed = started.elapsed().as_secs_f64();
        println!("iter {k} {elapsed:.6}");
        assert!(checksum.is_none_or(|checksum| checksum == result), "checksum changed to {result}");
        checksum = Some(result);
    }
    println!("checksum {}", checksum.unwrap_or(0));
}
