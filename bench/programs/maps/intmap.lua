-- Maps with sparse integer keys: a histogram, memoised Collatz lengths, removal and re-insertion.
local function collatz_length(start, known)
  local path = {}
  local n = start
  while not known[n] do
    path[#path + 1] = n
    if n % 2 == 0 then
      n = n / 2
    else
      n = n * 3 + 1
    end
  end
  local length = known[n]
  for i = #path, 1, -1 do
    length = length + 1
    known[path[i]] = length
  end
  return length
end

local function count_entries(map)
  local count = 0
  for _ in pairs(map) do count = count + 1 end
  return count
end

local function run(size)
  local seed = 3
  local histogram = {}
  for _ = 1, size do
    seed = seed * 16807 % 2147483647
    local bucket = seed % 5003 * 7919
    histogram[bucket] = (histogram[bucket] or 0) + 1
  end
  local total = 0
  for bucket, count in pairs(histogram) do
    total = total + count * (bucket % 1009)
  end

  local known = {[1] = 1}
  local limit = math.floor(size / 10) + 1
  for n = 2, limit + 1 do
    total = total + collatz_length(n, known)
  end
  total = total + count_entries(known) * 1000

  -- A sliding window of 1000 keys.
  local window = {}
  for i = 1, size do
    window[i * 31] = i
    if i > 1000 then
      local old = (i - 1000) * 31
      total = total + window[old] % 10
      window[old] = nil
    end
  end
  return total + count_entries(window)
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 45000)
