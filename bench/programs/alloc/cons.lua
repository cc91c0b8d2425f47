-- Linked lists that are never changed: build, reverse, map, filter, append and merge sort by new cells.
local function cons(head, tail)
  return {head = head, tail = tail}
end

local function reversed(cells)
  local out
  while cells do
    out = cons(cells.head, out)
    cells = cells.tail
  end
  return out
end

local function tripled(cells)
  local out
  while cells do
    out = cons(cells.head * 3 % 1000003, out)
    cells = cells.tail
  end
  return reversed(out)
end

local function odd_only(cells)
  local out
  while cells do
    if cells.head % 2 == 1 then out = cons(cells.head, out) end
    cells = cells.tail
  end
  return reversed(out)
end

local function appended(front, back)
  local out = back
  local cells = reversed(front)
  while cells do
    out = cons(cells.head, out)
    cells = cells.tail
  end
  return out
end

local function merged(a, b)
  local out
  while a and b do
    if a.head <= b.head then
      out = cons(a.head, out)
      a = a.tail
    else
      out = cons(b.head, out)
      b = b.tail
    end
  end
  if not a then a = b end
  while a do
    out = cons(a.head, out)
    a = a.tail
  end
  return reversed(out)
end

local function sorted(cells, count)
  if count == 0 then return nil end
  if count == 1 then return cons(cells.head, nil) end
  local half = math.floor(count / 2)
  local rest = cells
  for _ = 1, half do
    rest = rest.tail
  end
  return merged(sorted(cells, half), sorted(rest, count - half))
end

local function run(size)
  local numbers
  local seed = 23
  for _ = 1, size do
    seed = seed * 16807 % 2147483647
    numbers = cons(seed % 1000003, numbers)
  end
  local odd = odd_only(numbers)
  local both = appended(tripled(odd), reversed(numbers))
  local count = 0
  local cells = both
  while cells do
    count = count + 1
    cells = cells.tail
  end
  cells = sorted(both, count)
  local total = 0
  local place = 0
  while cells do
    place = place + 1
    total = (total + cells.head * (place % 100)) % 1000000007
    cells = cells.tail
  end
  return total * 1000 + count % 1000
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 15000)
