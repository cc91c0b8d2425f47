-- Quicksort by hand (median of three, insertion sort for short runs) on size numbers.
local floor = math.floor

local function insertion_sort(a, lo, hi)
  for i = lo + 1, hi do
    local x = a[i]
    local j = i - 1
    while j >= lo and a[j] > x do
      a[j + 1] = a[j]
      j = j - 1
    end
    a[j + 1] = x
  end
end

local function median_of_three(x, y, z)
  if x < y then
    if y < z then return y end
    if x < z then return z end
    return x
  end
  if x < z then return x end
  if y < z then return z end
  return y
end

local function quicksort(a, lo, hi)
  while hi - lo > 12 do
    local pivot = median_of_three(a[lo], a[floor((lo + hi) / 2)], a[hi])
    local i = lo
    local j = hi
    while i <= j do
      while a[i] < pivot do i = i + 1 end
      while a[j] > pivot do j = j - 1 end
      if i <= j then
        a[i], a[j] = a[j], a[i]
        i = i + 1
        j = j - 1
      end
    end
    if j - lo < hi - i then
      quicksort(a, lo, j)
      lo = i
    else
      quicksort(a, i, hi)
      hi = j
    end
  end
  insertion_sort(a, lo, hi)
end

local function run(size)
  local seed = 12345
  local a = {}
  for i = 1, size do
    seed = seed * 16807 % 2147483647
    a[i] = seed
  end
  quicksort(a, 1, size)
  local total = 0
  local previous = 0
  for i, x in ipairs(a) do
    if x < previous then return -1 end
    previous = x
    total = (total + x * ((i - 1) % 1000)) % 1000000007
  end
  return total
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 280000)
