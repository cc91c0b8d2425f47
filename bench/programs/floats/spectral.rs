//! Spectral norm of an infinite matrix cut to size by size, power method.

fn element(i: usize, j: usize) -> f64 {
    1.0 / ((i + j) * (i + j + 1) / 2 + i + 1) as f64
}

fn multiply(v: &[f64], out: &mut [f64]) {
    for (i, place) in out.iter_mut().enumerate() {
        *place = v.iter().enumerate().fold(0.0, |total, (j, x)| total + element(i, j) * x);
    }
}

fn multiply_transposed(v: &[f64], out: &mut [f64]) {
    for (i, place) in out.iter_mut().enumerate() {
        *place = v.iter().enumerate().fold(0.0, |total, (j, x)| total + element(j, i) * x);
    }
}

fn run(size: u64) -> u64 {
    let size = size as usize;
    let mut u = vec![1.0; size];
    let mut v = vec![0.0; size];
    let mut scratch = vec![0.0; size];
    for _ in 0..10 {
        multiply(&u, &mut scratch);
        multiply_transposed(&scratch, &mut v);
        multiply(&v, &mut scratch);
        multiply_transposed(&scratch, &mut u);
    }
    let (mut uv, mut vv) = (0.0f64, 0.0);
    for (a, b) in u.iter().zip(&v) {
        uv += a * b;
        vv += b * b;
    }
    ((uv / vv).sqrt() * 1000000000000.0).floor() as u64
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(10);
    let size = args.get(1).copied().unwrap_or(850);
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
