-- Map, filter, fold and a merge sort with a comparator over a list of size numbers.
local function mapped(items, f)
  local out = {}
  for i = 1, #items do
    out[i] = f(items[i])
  end
  return out
end

local function filtered(items, keep)
  local out = {}
  for i = 1, #items do
    local x = items[i]
    if keep(x) then out[#out + 1] = x end
  end
  return out
end

local function folded(items, start, combine)
  local result = start
  for i = 1, #items do
    result = combine(result, items[i])
  end
  return result
end

local function composed(f, g)
  return function(x)
    return f(g(x))
  end
end

local function adder(amount)
  return function(x)
    return x + amount
  end
end

local function multiplier(factor)
  return function(x)
    return x * factor % 1000003
  end
end

local function copied(items)
  local out = {}
  for i = 1, #items do out[i] = items[i] end
  return out
end

-- Bottom-up merge sort; before(a, b) tells whether a may stand before b.
local function merge_sorted(items, before)
  local count = #items
  local from = copied(items)
  local to = copied(items)
  local width = 1
  while width < count do
    local lo = 0
    while lo < count do
      local mid = lo + width
      if mid > count then mid = count end
      local hi = mid + width
      if hi > count then hi = count end
      local i = lo + 1
      local j = mid + 1
      for k = lo + 1, hi do
        if i <= mid and (j > hi or before(from[i], from[j])) then
          to[k] = from[i]
          i = i + 1
        else
          to[k] = from[j]
          j = j + 1
        end
      end
      lo = hi
    end
    from, to = to, from
    width = width * 2
  end
  return from
end

local function run(size)
  local numbers = {}
  local seed = 7
  for i = 1, size do
    seed = seed * 16807 % 2147483647
    numbers[i] = seed % 1000003
  end
  local transform = composed(adder(17), composed(multiplier(31), adder(5)))
  local divisor = 3
  local function is_wanted(x)
    return x % divisor ~= 0
  end
  local function plus(a, b)
    return a + b
  end
  local function by_last_digits(a, b)
    return a % 1000 <= b % 1000
  end

  local total = 0
  local items = filtered(mapped(numbers, transform), is_wanted)
  total = total + folded(items, 0, plus)
  divisor = 7
  items = filtered(mapped(items, transform), is_wanted)
  total = total + folded(items, 0, plus)
  local ordered = merge_sorted(items, by_last_digits)
  local weighted = folded(ordered, 0, function(sofar, x)
    return (sofar * 31 + x) % 1000000007
  end)
  return total + weighted
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 160000)
