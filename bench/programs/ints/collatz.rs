//! Collatz chains of 1 .. size: parity tests, halving, values past 2^31.

fn run(size: u64) -> u64 {
    let mut total_steps = 0;
    let mut longest = 0;
    let mut peak = 0;
    for start in 1..=size {
        let mut n = start;
        let mut steps = 0;
        while n != 1 {
            if n % 2 == 0 {
                n /= 2;
            } else {
                n = n * 3 + 1;
                peak = peak.max(n);
            }
            steps += 1;
        }
        total_steps += steps;
        longest = longest.max(steps);
    }
    total_steps * 1000 + longest + peak
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(10);
    let size = args.get(1).copied().unwrap_or(90000);
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
