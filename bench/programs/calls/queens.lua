-- Counts all placements of size queens on a size by size board, recursively.
local function place(board, row)
  local size = board.size
  if row == size then
    board.solutions = board.solutions + 1
    return
  end
  local columns = board.columns
  local rising = board.rising
  local falling = board.falling
  for column = 0, size - 1 do
    if not (columns[column + 1] or rising[row + column + 1] or falling[row - column + size + 1]) then
      board.nodes = board.nodes + 1
      columns[column + 1] = true
      rising[row + column + 1] = true
      falling[row - column + size + 1] = true
      place(board, row + 1)
      columns[column + 1] = false
      rising[row + column + 1] = false
      falling[row - column + size + 1] = false
    end
  end
end

local function filled(count, value)
  local list = {}
  for i = 1, count do list[i] = value end
  return list
end

local function run(size)
  local board = {
    size = size,
    columns = filled(size, false),
    rising = filled(2 * size, false),
    falling = filled(2 * size, false),
    solutions = 0,
    nodes = 0,
  }
  place(board, 0)
  return board.solutions * 10000000 + board.nodes
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

main(tonumber(arg[1]) or 20, tonumber(arg[2]) or 11)
