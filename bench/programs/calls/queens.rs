//! Counts all placements of size queens on a size by size board, recursively.

struct Board {
    size: usize,
    columns: Vec<bool>,
    rising: Vec<bool>,
    falling: Vec<bool>,
    solutions: u64,
    nodes: u64,
}

fn place(board: &mut Board, row: usize) {
    let size = board.size;
    if row == size {
        board.solutions += 1;
        return;
    }
    for column in 0..size {
        if !(board.columns[column] || board.rising[row + column] || board.falling[row + size - column]) {
            board.nodes += 1;
            board.columns[column] = true;
            board.rising[row + column] = true;
            board.falling[row + size - column] = true;
            place(board, row + 1);
            board.columns[column] = false;
            board.rising[row + column] = false;
            board.falling[row + size - column] = false;
        }
    }
}

fn run(size: u64) -> u64 {
    let size = size as usize;
    let mut board = Board {
        size,
        columns: vec![false; size],
        rising: vec![false; 2 * size],
        falling: vec![false; 2 * size],
        solutions: 0,
        nodes: 0,
    };
    place(&mut board, 0);
    board.solutions * 10000000 + board.nodes
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().expect("a number")).collect();
    let iters = args.first().copied().unwrap_or(20);
    let size = args.get(1).copied().unwrap_or(11);
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
