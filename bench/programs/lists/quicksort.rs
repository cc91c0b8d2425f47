//! Quicksort by hand (median of three, insertion sort for short runs) on size numbers.

fn insertion_sort(a: &mut [u64]) {
    for i in 1..a.len() {
        let x = a[i];
        let mut j = i;
        while j > 0 && a[j - 1] > x {
            a[j] = a[j - 1];
            j -= 1;
        }
        a[j] = x;
    }
}

fn median_of_three(x: u64, y: u64, z: u64) -> u64 {
    x.min(y).max(x.max(y).min(z))
}

fn quicksort(mut a: &mut [u64]) {
    while a.len() > 13 {
        let last = a.len() - 1;
        let pivot = median_of_three(a[0], a[last / 2], a[last]);
        let mut i = 0;
        let mut j = last as isize;
        while i as isize <= j {
            while a[i] < pivot {
                i += 1;
            }
            while a[j as usize] > pivot {
                j -= 1;
            }
            if i as isize <= j {
                a.swap(i, j as usize);
                i += 1;
                j -= 1;
            }
        }
        let (front, back) = a.split_at_mut(i);
        let front = &mut front[..(j + 1) as usize];
        if front.len() < back.len() {
            quicksort(front);
            a = back;
        } else {
            quicksort(back);
            a = front;
        }
    }
    insertion_sort(a);
}

fn run(size: u64) -> u64 {
    let mut seed = 12345;
    let mut a = Vec::new();
    for _ in 0..size {
        seed = seed * 16807 % 2147483647;
        a.push(seed);
    }
    quicksort(&mut a);
    let mut total = 0;
    let mut previous = 0;
    for (i, x) in a.iter().enumerate() {
        assert!(*x >= previous, "not sorted");
        previous = *x;
        total = (total + x * (i as u64 % 1000)) % 1000000007;
    }
    total
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(10);
    let size = args.get(1).copied().unwrap_or(280000);
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
