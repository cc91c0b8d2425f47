//! Sieve of Eratosthenes up to size.

fn run(size: u64) -> u64 {
    let size = size as usize;
    let mut prime = vec![true; size + 1];
    prime[0] = false;
    prime[1] = false;
    let mut i = 2;
    while i * i <= size {
        if prime[i] {
            for j in (i * i..=size).step_by(i) {
                prime[j] = false;
            }
        }
        i += 1;
    }
    let mut count = 0;
    let mut total = 0;
    for n in 2..=size {
        if prime[n] {
            count += 1;
            total += n as u64;
        }
    }
    total + count
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(10);
    let size = args.get(1).copied().unwrap_or(4000000);
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
