//! Escape counts of a size by size grid over the Mandelbrot set.

fn escape_count(cr: f64, ci: f64, limit: u64) -> u64 {
    let (mut zr, mut zi) = (0.0, 0.0);
    let mut count = 0;
    while count < limit {
        let rr = zr * zr;
        let ii = zi * zi;
        if rr + ii > 4.0 {
            break;
        }
        zi = 2.0 * zr * zi + ci;
        zr = rr - ii + cr;
        count += 1;
    }
    count
}

fn run(size: u64) -> u64 {
    let mut total = 0;
    let mut inside = 0;
    for row in 0..size {
        let ci = 2.0 * row as f64 / size as f64 - 1.0;
        for column in 0..size {
            let count = escape_count(3.0 * column as f64 / size as f64 - 2.0, ci, 60);
            total += count;
            if count == 60 {
                inside += 1;
            }
        }
    }
    total * 1000 + inside
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(10);
    let size = args.get(1).copied().unwrap_or(900);
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
