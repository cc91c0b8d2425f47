// Closures with captured state: counters, an account, lazy sequences.
"use strict";

function makeCounter(step) {
  let count = 0;
  return () => {
    count += step;
    return count;
  };
}

function makeAccount(balance) {
  return {
    deposit(amount) {
      balance += amount;
      return balance;
    },
    withdraw(amount) {
      if (amount > balance) return -1;
      balance -= amount;
      return balance;
    },
    balance() {
      return balance;
    },
  };
}

// A sequence is a function that returns the next value, or null at the end.
function upTo(limit) {
  let current = 0;
  return () => {
    if (current >= limit) return null;
    current++;
    return current;
  };
}

function selecting(source, keep) {
  return () => {
    while (true) {
      const value = source();
      if (value === null) return null;
      if (keep(value)) return value;
    }
  };
}

function converting(source, convert) {
  return () => {
    const value = source();
    return value === null ? null : convert(value);
  };
}

function drained(source) {
  let total = 0;
  while (true) {
    const value = source();
    if (value === null) return total;
    total += value;
  }
}

function run(size) {
  const counters = [makeCounter(1), makeCounter(3), makeCounter(5)];
  let total = 0;
  for (let i = 1; i <= size; i++) {
    total += counters[i % 3]();
  }

  const account = makeAccount(100);
  let refused = 0;
  for (let i = 1; i <= size; i++) {
    if (i % 3 === 0) {
      account.deposit(i % 100);
    } else if (account.withdraw(i % 40) < 0) {
      refused++;
    }
  }
  total += account.balance() * 1000 + refused;

  const isOdd = (x) => x % 2 === 1;
  const square = (x) => (x * x) % 10007;
  return total + drained(converting(selecting(upTo(size), isOdd), square));
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1500000));
