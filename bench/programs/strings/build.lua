-- Strings built by concatenation, replication, joining, replacing and reversing.
local byte, char = string.byte, string.char

local function pad(text, width)
  local missing = width - #text
  if missing <= 0 then return text end
  return (" "):rep(missing) .. text
end

local function reversed(text)
  local out = ""
  for i = #text, 1, -1 do
    out = out .. text:sub(i, i)
  end
  return out
end

local function shifted(text, distance)
  local out = {}
  for i = 1, #text do
    local n = byte(text, i)
    if n >= 97 and n <= 122 then
      out[i] = char((n - 97 + distance) % 26 + 97)
    else
      out[i] = text:sub(i, i)
    end
  end
  return table.concat(out)
end

local function text_hash(text)
  local h = 7
  for i = 1, #text do
    h = (h * 31 + byte(text, i)) % 1000000007
  end
  return h
end

local function run(size)
  local lines = {}
  local seed = 99
  for i = 1, size do
    seed = seed * 16807 % 2147483647
    local name = "item" .. i % 100
    local line = pad(name, 10) .. ":" .. pad("" .. seed % 10000, 6) .. ";"
    if i % 4 == 0 then line = line:gsub("item", "thing") end
    if i % 5 == 0 then line = reversed(line) end
    if i % 7 == 0 then line = line:upper() end
    if i % 9 == 0 then line = shifted(line, i % 26) end
    lines[i] = line .. ("-"):rep(i % 5)
  end
  local text = table.concat(lines, "/")
  return text_hash(text) * 1000 + #text % 1000
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
