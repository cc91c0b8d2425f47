//! Binary trees: one that lives through the run, many that are built, checked and dropped.

struct Node {
    children: Option<(Box<Node>, Box<Node>)>,
}

fn build(depth: u64) -> Box<Node> {
    let children = (depth > 0).then(|| (build(depth - 1), build(depth - 1)));
    Box::new(Node { children })
}

fn check(node: &Node) -> u64 {
    match &node.children {
        None => 1,
        Some((left, right)) => 1 + check(left) + check(right),
    }
}

fn run(size: u64) -> u64 {
    let lasting = build(size);
    let mut total = 0;
    for depth in (4..=size).step_by(4) {
        for _ in 0..1u64 << (size - depth) {
            total += check(&build(depth));
        }
    }
    total * 10 + check(&lasting) % 10
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(10);
    let size = args.get(1).copied().unwrap_or(16);
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
