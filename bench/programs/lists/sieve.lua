-- Sieve of Eratosthenes up to size.
local function run(size)
  local prime = {}
  for i = 1, size do prime[i] = true end
  prime[1] = false
  local i = 2
  while i * i <= size do
    if prime[i] then
      for j = i * i, size, i do
        prime[j] = false
      end
    end
    i = i + 1
  end
  local count = 0
  local total = 0
  for n = 2, size do
    if prime[n] then
      count = count + 1
      total = total + n
    end
  end
  return total + count
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 4000000)
