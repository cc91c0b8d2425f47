-- Binary trees: one that lives through the run, many that are built, checked and dropped.
local function build(depth)
  if depth == 0 then return {left = nil, right = nil} end
  return {left = build(depth - 1), right = build(depth - 1)}
end

local function check(node)
  if node.left == nil then return 1 end
  return 1 + check(node.left) + check(node.right)
end

local function run(size)
  local lasting = build(size)
  local total = 0
  for depth = 4, size, 4 do
    local rounds = 2 ^ (size - depth)
    for _ = 1, rounds do
      total = total + check(build(depth))
    end
  end
  return total * 10 + check(lasting) % 10
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 16)
