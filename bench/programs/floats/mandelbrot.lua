-- Escape counts of a size by size grid over the Mandelbrot set.
local function escape_count(cr, ci, limit)
  local zr, zi = 0, 0
  local count = 0
  while count < limit do
    local rr = zr * zr
    local ii = zi * zi
    if rr + ii > 4 then break end
    zi = 2 * zr * zi + ci
    zr = rr - ii + cr
    count = count + 1
  end
  return count
end

local function run(size)
  local total = 0
  local inside = 0
  local last = size - 1
  for row = 0, last do
    local ci = 2.0 * row / size - 1
    for column = 0, last do
      local count = escape_count(3.0 * column / size - 2, ci, 60)
      total = total + count
      if count == 60 then inside = inside + 1 end
    end
  end
  return total * 1000 + inside
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 900)
