-- Gray codes, population counts and an exclusive-or hash.
-- LuaJIT has a bit library, Lua 5.4 has operators that LuaJIT cannot parse.
local floor = math.floor
local band, bor, bxor
if bit then
  band, bor, bxor = bit.band, bit.bor, bit.bxor
else
  band = load("return function(a, b) return a & b end")()
  bor = load("return function(a, b) return a | b end")()
  bxor = load("return function(a, b) return a ~ b end")()
end

local function run(size)
  local ones = 0
  local mixed = 0
  local seen = 0
  local total = 0
  for i = 1, size do
    local gray = bxor(i, floor(i / 2))
    local rest = gray
    while rest ~= 0 do
      rest = band(rest, rest - 1)
      ones = ones + 1
    end
    mixed = bxor(mixed, gray * 421 % 16777216)
    seen = bor(seen, mixed)
    total = total + band(mixed, 65535) * 16
  end
  return total + ones + seen
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 2400000)
