-- Modular powers and decimal digits: products close to 2^53, division and modulo.
local floor = math.floor

local function pow_mod(base, exponent, modulus)
  local result = 1
  base = base % modulus
  while exponent > 0 do
    if exponent % 2 == 1 then result = result * base % modulus end
    base = base * base % modulus
    exponent = floor(exponent / 2)
  end
  return result
end

local function digit_sum(n)
  local total = 0
  while n > 0 do
    total = total + n % 10
    n = floor(n / 10)
  end
  return total
end

local function run(size)
  local seed = 42
  local powers = 0
  local digits = 0
  for i = 1, size do
    seed = seed * 16807 % 2147483647
    powers = powers + pow_mod(seed, i * 1009 + 7, 94906249)
    digits = digits + digit_sum(seed * 1000003)
  end
  return powers + digits
end

local function main(iters, size)
  local checksum
  for k = 1, iters do
    local started = os.clock()
    local result = run(size)
    local elapsed = os.clock() - started
    print(string.format("iter %d %.6f", k, elapsed))
    if checksum and result ~= checksum then
      error(string.format("checksum changed from %.0f to %.0f", checksum, result))
    end
    checksum = result
  end
  print(string.format("checksum %.0f", checksum))
end

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 130000)
