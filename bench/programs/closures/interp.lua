-- An interpreter for a small language: scanner, parser, and a compiler to closures.
local floor = math.floor

local function is_word_character(c)
  return (c >= "a" and c <= "z") or (c >= "0" and c <= "9")
end

local function scan(text)
  local tokens = {}
  local i = 1
  local count = #text
  while i <= count do
    local c = text:sub(i, i)
    if c == " " then
      i = i + 1
    elseif is_word_character(c) then
      local start = i
      while is_word_character(text:sub(i, i)) do
        i = i + 1
      end
      tokens[#tokens + 1] = text:sub(start, i - 1)
    else
      tokens[#tokens + 1] = c
      i = i + 1
    end
  end
  tokens[#tokens + 1] = "end of text"
  return tokens
end

local Parser = {}
Parser.__index = Parser

function Parser.make(text)
  return setmetatable({
    tokens = scan(text .. " "),
    position = 1,
    slots = {},
    slot_count = 0,
  }, Parser)
end

function Parser:token()
  return self.tokens[self.position]
end

function Parser:advance()
  local token = self.tokens[self.position]
  self.position = self.position + 1
  return token
end

function Parser:expect(wanted)
  local token = self:advance()
  if token ~= wanted then error("expected " .. wanted .. ", got " .. token) end
end

function Parser:slot(name)
  if not self.slots[name] then
    self.slot_count = self.slot_count + 1
    self.slots[name] = self.slot_count
  end
  return self.slots[name]
end

function Parser:program()
  local statements = {}
  while self:token() ~= "end of text" do
    statements[#statements + 1] = self:statement()
  end
  return {kind = "block", statements = statements}
end

function Parser:block()
  self:expect("{")
  local statements = {}
  while self:token() ~= "}" do
    statements[#statements + 1] = self:statement()
  end
  self:expect("}")
  return {kind = "block", statements = statements}
end

function Parser:statement()
  local token = self:advance()
  if token == "while" then
    local test = self:comparison()
    return {kind = "while", test = test, body = self:block()}
  end
  if token == "if" then
    local test = self:comparison()
    local positive = self:block()
    local negative
    if self:token() == "else" then
      self:advance()
      negative = self:block()
    end
    return {kind = "if", test = test, positive = positive, negative = negative}
  end
  local target = self:slot(token)
  self:expect("=")
  local value = self:comparison()
  self:expect(";")
  return {kind = "assign", slot = target, value = value}
end

function Parser:comparison()
  local left = self:sum()
  while self:token() == "<" or self:token() == ">" or self:token() == "=" do
    local op = self:advance()
    left = {kind = "binary", op = op, left = left, right = self:sum()}
  end
  return left
end

function Parser:sum()
  local left = self:product()
  while self:token() == "+" or self:token() == "-" do
    local op = self:advance()
    left = {kind = "binary", op = op, left = left, right = self:product()}
  end
  return left
end

function Parser:product()
  local left = self:primary()
  while self:token() == "*" or self:token() == "/" or self:token() == "%" do
    local op = self:advance()
    left = {kind = "binary", op = op, left = left, right = self:primary()}
  end
  return left
end

function Parser:primary()
  local token = self:advance()
  if token == "(" then
    local inner = self:comparison()
    self:expect(")")
    return inner
  end
  local first = token:sub(1, 1)
  if first >= "0" and first <= "9" then return {kind = "number", value = tonumber(token)} end
  return {kind = "variable", slot = self:slot(token)}
end

-- Every compile function returns a closure that takes the list of variables.
local function compile_number(value)
  return function(env)
    return value
  end
end

local function compile_variable(slot)
  return function(env)
    return env[slot]
  end
end

local function compile_assign(slot, value)
  return function(env)
    env[slot] = value(env)
  end
end

local function compile_binary(op, left, right)
  if op == "+" then
    return function(env)
      return left(env) + right(env)
    end
  elseif op == "-" then
    return function(env)
      return left(env) - right(env)
    end
  elseif op == "*" then
    return function(env)
      return left(env) * right(env)
    end
  elseif op == "/" then
    return function(env)
      return floor(left(env) / right(env))
    end
  elseif op == "%" then
    return function(env)
      return left(env) % right(env)
    end
  elseif op == "<" then
    return function(env)
      return left(env) < right(env) and 1 or 0
    end
  elseif op == ">" then
    return function(env)
      return left(env) > right(env) and 1 or 0
    end
  end
  return function(env)
    return left(env) == right(env) and 1 or 0
  end
end

local function compile_while(test, body)
  return function(env)
    while test(env) ~= 0 do
      body(env)
    end
  end
end

local function compile_if(test, positive, negative)
  return function(env)
    if test(env) ~= 0 then
      positive(env)
    else
      negative(env)
    end
  end
end

local function compile_block(steps)
  return function(env)
    for i = 1, #steps do
      steps[i](env)
    end
  end
end

local function compile(node)
  local kind = node.kind
  if kind == "number" then return compile_number(node.value) end
  if kind == "variable" then return compile_variable(node.slot) end
  if kind == "assign" then return compile_assign(node.slot, compile(node.value)) end
  if kind == "binary" then return compile_binary(node.op, compile(node.left), compile(node.right)) end
  if kind == "while" then return compile_while(compile(node.test), compile(node.body)) end
  if kind == "if" then
    local negative = node.negative or {kind = "block", statements = {}}
    return compile_if(compile(node.test), compile(node.positive), compile(negative))
  end
  local steps = {}
  for i, statement in ipairs(node.statements) do
    steps[i] = compile(statement)
  end
  return compile_block(steps)
end

-- Sums of greatest common divisors, Collatz lengths and a prime count.
local function program_text(limit)
  local lines = {
    string.format("limit = %d; n = 1; divisors = 0; steps = 0; primes = 0;", limit),
    "while n < limit {",
    "  a = n; b = 360;",
    "  while b > 0 { t = a % b; a = b; b = t; }",
    "  divisors = divisors + a;",
    "  c = n; k = 0;",
    "  while (c > 1) * (k < 12) {",
    "    if c % 2 = 0 { c = c / 2; } else { c = c * 3 + 1; }",
    "    k = k + 1;",
    "  }",
    "  steps = steps + k * (c + 1) % 1009;",
    "  d = 2; prime = 1;",
    "  while (d * d < n + 1) * prime * (d < 20) {",
    "    if n % d = 0 { prime = 0; }",
    "    d = d + 1;",
    "  }",
    "  if prime { primes = primes + 1; }",
    "  n = n + 1;",
    "}",
    "result = divisors * 1000000 + steps * 10 + primes;",
  }
  return table.concat(lines, " ")
end

local function run(size)
  local parser = Parser.make(program_text(size))
  local execute = compile(parser:program())
  local env = {}
  for i = 1, parser.slot_count do env[i] = 0 end
  execute(env)
  return env[parser:slot("result")]
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
