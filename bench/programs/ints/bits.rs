//! Gray codes, population counts and an exclusive-or hash.

fn run(size: u64) -> u64 {
    let mut ones = 0;
    let mut mixed = 0;
    let mut seen = 0;
    let mut total = 0;
    for i in 1..=size {
        let gray = i ^ (i / 2);
        let mut rest = gray;
        while rest != 0 {
            rest &= rest - 1;
            ones += 1;
        }
        mixed ^= gray * 421 % 16777216;
        seen |= mixed;
        total += (mixed & 65535) * 16;
    }
    total + ones + seen
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(10);
    let size = args.get(1).copied().unwrap_or(2400000);
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
