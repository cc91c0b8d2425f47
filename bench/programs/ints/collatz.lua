-- Collatz chains of 1 .. size: parity tests, halving, values past 2^31.
local function run(size)
  local total_steps = 0
  local longest = 0
  local peak = 0
  for start = 1, size do
    local n = start
    local steps = 0
    while n ~= 1 do
      if n % 2 == 0 then
        n = n / 2
      else
        n = n * 3 + 1
        if n > peak then peak = n end
      end
      steps = steps + 1
    end
    total_steps = total_steps + steps
    if steps > longest then longest = steps end
  end
  return total_steps * 1000 + longest + peak
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 90000)
