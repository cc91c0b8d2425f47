-- Sudoku by backtracking over the cell with the fewest candidates; size rounds over four puzzles.
local floor = math.floor

local function flags()
  local list = {}
  for i = 1, 90 do list[i] = false end
  return list
end

-- Rows, columns and boxes are flat lists of ten flags each.
local function mark(puzzle, cell, digit, used)
  local row = floor(cell / 9)
  local column = cell % 9
  local box = floor(row / 3) * 3 + floor(column / 3)
  puzzle.rows[row * 10 + digit] = used
  puzzle.columns[column * 10 + digit] = used
  puzzle.boxes[box * 10 + digit] = used
end

local function load_puzzle(text)
  local puzzle = {cells = {}, rows = flags(), columns = flags(), boxes = flags(), nodes = 0}
  for i = 0, 80 do
    local digit = tonumber(text:sub(i + 1, i + 1))
    puzzle.cells[i + 1] = digit
    if digit > 0 then mark(puzzle, i, digit, true) end
  end
  return puzzle
end

local function candidates(puzzle, cell)
  local row = floor(cell / 9)
  local column = cell % 9
  local box = floor(row / 3) * 3 + floor(column / 3)
  local rows, columns, boxes = puzzle.rows, puzzle.columns, puzzle.boxes
  local row_base, column_base, box_base = row * 10, column * 10, box * 10
  local found = {}
  for digit = 1, 9 do
    if not (rows[row_base + digit] or columns[column_base + digit] or boxes[box_base + digit]) then
      found[#found + 1] = digit
    end
  end
  return found
end

local function solve(puzzle)
  local cells = puzzle.cells
  local best = -1
  local best_candidates
  local fewest = 10
  for i = 0, 80 do
    if cells[i + 1] == 0 then
      local found = candidates(puzzle, i)
      if #found < fewest then
        fewest = #found
        best = i
        best_candidates = found
        if fewest < 2 then break end
      end
    end
  end
  if best < 0 then return true end
  for _, digit in ipairs(best_candidates) do
    puzzle.nodes = puzzle.nodes + 1
    cells[best + 1] = digit
    mark(puzzle, best, digit, true)
    if solve(puzzle) then return true end
    mark(puzzle, best, digit, false)
    cells[best + 1] = 0
  end
  return false
end

local function run(size)
  local texts = {
    "530070000600195000098000060800060003400803001700020006060000280000419005000080079",
    "400000805030000000000700000020000060000080400000010000000603070500200000104000000",
    "000000907000420180000705026100904000050000040000507009920108000034059000507000000",
    "100007090030020008009600500005300900010080002600004000300000010040000007007000300",
  }
  local total = 0
  for _ = 1, size do
    for _, text in ipairs(texts) do
      local puzzle = load_puzzle(text)
      if not solve(puzzle) then return -1 end
      local value = 0
      for _, digit in ipairs(puzzle.cells) do
        value = (value * 10 + digit) % 1000000007
      end
      total = total + value + puzzle.nodes
    end
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 10)
