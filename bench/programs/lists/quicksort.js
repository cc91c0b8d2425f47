// Quicksort by hand (median of three, insertion sort for short runs) on size numbers.
"use strict";

function insertionSort(a, lo, hi) {
  for (let i = lo + 1; i <= hi; i++) {
    const x = a[i];
    let j = i - 1;
    while (j >= lo && a[j] > x) {
      a[j + 1] = a[j];
      j--;
    }
    a[j + 1] = x;
  }
}

function medianOfThree(x, y, z) {
  if (x < y) {
    if (y < z) return y;
    if (x < z) return z;
    return x;
  }
  if (x < z) return x;
  if (y < z) return z;
  return y;
}

function quicksort(a, lo, hi) {
  while (hi - lo > 12) {
    const pivot = medianOfThree(a[lo], a[Math.floor((lo + hi) / 2)], a[hi]);
    let i = lo;
    let j = hi;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) {
        const swapped = a[i];
        a[i] = a[j];
        a[j] = swapped;
        i++;
        j--;
      }
    }
    if (j - lo < hi - i) {
      quicksort(a, lo, j);
      lo = i;
    } else {
      quicksort(a, i, hi);
      hi = j;
    }
  }
  insertionSort(a, lo, hi);
}

function run(size) {
  let seed = 12345;
  const a = [];
  for (let i = 0; i < size; i++) {
    seed = (seed * 16807) % 2147483647;
    a.push(seed);
  }
  quicksort(a, 0, size - 1);
  let total = 0;
  let previous = 0;
  for (let i = 0; i < size; i++) {
    const x = a[i];
    if (x < previous) return -1;
    previous = x;
    total = (total + x * (i % 1000)) % 1000000007;
  }
  return total;
}

function main(iters, size) {
  let checksum = null;
  for (let k = 1; k <= iters; k++) {
    const started = performance.now();
    const result = run(size);
    const elapsed = (performance.now() - started) / 1000;
    console.log(`iter ${k} ${elapsed.toFixed(6)}`);
    if (checksum !== null && result !== checksum) {
      throw new Error(`checksum changed from ${checksum} to ${result}`);
    }
    checksum = result;
  }
  console.log(`checksum ${checksum}`);
}

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 280000));
