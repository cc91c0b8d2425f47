-- Scanning text: a table is split into lines and fields, searched, and read by character.
local floor = math.floor

local function split(text, separator)
  local pieces = {}
  local start = 1
  local at = text:find(separator, 1, true)
  while at do
    pieces[#pieces + 1] = text:sub(start, at - 1)
    start = at + 1
    at = text:find(separator, start, true)
  end
  pieces[#pieces + 1] = text:sub(start)
  return pieces
end

local function make_table(size)
  local names = {"ada", "grace", "alan", "edsger", "barbara", "donald", "tony", "niklaus"}
  local lines = {}
  local seed = 5
  for i = 1, size do
    seed = seed * 16807 % 2147483647
    local first = names[seed % 8 + 1]
    local second = names[floor(seed / 8) % 8 + 1]
    lines[i] = i .. "," .. first .. " " .. second .. "," .. seed % 100000 .. ",key=" .. seed % 97 .. ";"
  end
  return table.concat(lines, "\n")
end

local function sum_fields(text)
  local total = 0
  for _, line in ipairs(split(text, "\n")) do
    local fields = split(line, ",")
    total = total + tonumber(fields[1]) + tonumber(fields[3]) * 3
    local words = split(fields[2], " ")
    if words[1] == words[2] then total = total + 1000 end
  end
  return total
end

-- Every number between "key=" and the next semicolon.
local function sum_keys(text)
  local total = 0
  local at = text:find("key=", 1, true)
  while at do
    local stop = text:find(";", at + 1, true)
    total = total + tonumber(text:sub(at + 4, stop - 1))
    at = text:find("key=", stop + 1, true)
  end
  return total
end

local function count_vowels(text)
  local count = 0
  for i = 1, #text do
    local c = text:sub(i, i)
    if c == "a" or c == "e" or c == "i" or c == "o" or c == "u" then count = count + 1 end
  end
  return count
end

-- Words that read the same in both directions, by two indices.
local function count_palindromes(text)
  local count = 0
  local start = 1
  local stop = #text
  while start <= stop do
    local finish = start
    while finish <= stop and text:sub(finish, finish) >= "a" and text:sub(finish, finish) <= "z" do
      finish = finish + 1
    end
    if finish - start > 2 then
      local i = start
      local j = finish - 1
      while i < j and text:sub(i, i) == text:sub(j, j) do
        i = i + 1
        j = j - 1
      end
      if i >= j then count = count + 1 end
    end
    start = finish + 1
  end
  return count
end

local function run(size)
  local text = make_table(size)
  return sum_fields(text) * 100 + sum_keys(text) * 10 + count_vowels(text) + count_palindromes(text)
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 30000)
