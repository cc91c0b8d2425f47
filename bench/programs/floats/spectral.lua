-- Spectral norm of an infinite matrix cut to size by size, power method.
local function element(i, j)
  return 1 / ((i + j) * (i + j + 1) / 2 + i + 1)
end

local function multiply(v, out, size)
  for i = 1, size do
    local total = 0
    for j = 1, size do
      total = total + element(i - 1, j - 1) * v[j]
    end
    out[i] = total
  end
end

local function multiply_transposed(v, out, size)
  for i = 1, size do
    local total = 0
    for j = 1, size do
      total = total + element(j - 1, i - 1) * v[j]
    end
    out[i] = total
  end
end

local function run(size)
  local u, v, scratch = {}, {}, {}
  for i = 1, size do
    u[i], v[i], scratch[i] = 1, 0, 0
  end
  for _ = 1, 10 do
    multiply(u, scratch, size)
    multiply_transposed(scratch, v, size)
    multiply(v, scratch, size)
    multiply_transposed(scratch, u, size)
  end
  local uv, vv = 0, 0
  for i = 1, size do
    uv = uv + u[i] * v[i]
    vv = vv + v[i] * v[i]
  end
  return math.floor(math.sqrt(uv / vv) * 1000000000000)
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 850)
