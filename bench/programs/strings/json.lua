-- A JSON parser and printer: a document of size records is read, printed, read and printed again.
local null = {}

local Parser = {}
Parser.__index = Parser

function Parser.make(text)
  return setmetatable({text = text, position = 1}, Parser)
end

function Parser:fail(message)
  error("json: " .. message .. " at " .. self.position)
end

function Parser:peek()
  return self.text:sub(self.position, self.position)
end

function Parser:skip_space()
  local text = self.text
  local i = self.position
  while text:sub(i, i) == " " do
    i = i + 1
  end
  self.position = i
end

function Parser:expect(wanted)
  if self:peek() ~= wanted then self:fail("expected " .. wanted) end
  self.position = self.position + 1
end

function Parser:value()
  self:skip_space()
  local c = self:peek()
  if c == "{" then return self:object() end
  if c == "[" then return self:array() end
  if c == '"' then return self:quoted() end
  if c == "t" then
    self.position = self.position + 4
    return 1
  end
  if c == "f" then
    self.position = self.position + 5
    return 0
  end
  if c == "n" then
    self.position = self.position + 4
    return null
  end
  return self:number()
end

function Parser:number()
  local text = self.text
  local start = self.position
  local i = start
  if text:sub(i, i) == "-" then i = i + 1 end
  local c = text:sub(i, i)
  while (c >= "0" and c <= "9") or c == "." do
    i = i + 1
    c = text:sub(i, i)
  end
  if i == start then self:fail("expected a value") end
  self.position = i
  return tonumber(text:sub(start, i - 1))
end

function Parser:quoted()
  local text = self.text
  local start = self.position + 1
  local i = start
  local parts = {}
  local c = text:sub(i, i)
  while c ~= '"' do
    if c == "\\" then
      parts[#parts + 1] = text:sub(start, i - 1)
      local escape = text:sub(i + 1, i + 1)
      if escape == "n" then
        parts[#parts + 1] = "\n"
      elseif escape == "t" then
        parts[#parts + 1] = "\t"
      else
        parts[#parts + 1] = escape
      end
      i = i + 2
      start = i
    else
      i = i + 1
    end
    c = text:sub(i, i)
  end
  parts[#parts + 1] = text:sub(start, i - 1)
  self.position = i + 1
  return table.concat(parts)
end

function Parser:array()
  local items = {}
  self:expect("[")
  self:skip_space()
  if self:peek() == "]" then
    self.position = self.position + 1
    return items
  end
  while true do
    items[#items + 1] = self:value()
    self:skip_space()
    if self:peek() ~= "," then break end
    self.position = self.position + 1
  end
  self:expect("]")
  return items
end

function Parser:object()
  local members = {}
  self:expect("{")
  self:skip_space()
  if self:peek() == "}" then
    self.position = self.position + 1
    return members
  end
  while true do
    self:skip_space()
    local key = self:quoted()
    self:skip_space()
    self:expect(":")
    members[key] = self:value()
    self:skip_space()
    if self:peek() ~= "," then break end
    self.position = self.position + 1
  end
  self:expect("}")
  return members
end

local function quote(text)
  text = text:gsub("\\", "\\\\")
  text = text:gsub('"', '\\"')
  text = text:gsub("\n", "\\n")
  text = text:gsub("\t", "\\t")
  return '"' .. text .. '"'
end

-- Appends the printed form of a value to the list of parts, members in key order.
local function write(value, parts)
  local kind = type(value)
  if kind == "string" then
    parts[#parts + 1] = quote(value)
  elseif kind == "number" then
    parts[#parts + 1] = string.format("%.14g", value)
  elseif value == null then
    parts[#parts + 1] = "null"
  elseif #value > 0 then
    parts[#parts + 1] = "["
    local separator = ""
    for _, item in ipairs(value) do
      parts[#parts + 1] = separator
      write(item, parts)
      separator = ","
    end
    parts[#parts + 1] = "]"
  else
    local keys = {}
    for key in pairs(value) do keys[#keys + 1] = key end
    table.sort(keys)
    parts[#parts + 1] = "{"
    local separator = ""
    for _, key in ipairs(keys) do
      parts[#parts + 1] = separator .. quote(key) .. ":"
      write(value[key], parts)
      separator = ","
    end
    parts[#parts + 1] = "}"
  end
end

local function printed(value)
  local parts = {}
  write(value, parts)
  return table.concat(parts)
end

local function parsed(text)
  return Parser.make(text):value()
end

local function make_document(size)
  local records = {}
  local seed = 11
  for i = 1, size do
    seed = seed * 16807 % 2147483647
    records[i] = '{"name": "user ' .. i .. '", "id": ' .. seed .. ', "score": -' .. seed % 1000 .. '.25, ' ..
      '"tags": ["a\\nb", "say \\"hi\\"", "back\\\\slash"], "active": true, "parent": null, ' ..
      '"place": {"x": ' .. i % 37 .. ', "y": [1, 2, [3, ' .. i % 5 .. ']], "empty": [0]}}'
  end
  return "[" .. table.concat(records, ", ") .. "]"
end

local function run(size)
  local document = make_document(size)
  local first = printed(parsed(document))
  local second = printed(parsed(first))
  if first ~= second then return -1 end
  local h = 7
  for i = 1, #first do
    h = (h * 31 + first:byte(i)) % 1000000007
  end
  return h * 1000 + #first % 1000
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 1250)
