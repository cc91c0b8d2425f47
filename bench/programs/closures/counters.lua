-- Closures with captured state: counters, an account, lazy sequences.
local function make_counter(step)
  local count = 0
  return function()
    count = count + step
    return count
  end
end

local function make_account(balance)
  local account = {}
  function account.deposit(amount)
    balance = balance + amount
    return balance
  end
  function account.withdraw(amount)
    if amount > balance then return -1 end
    balance = balance - amount
    return balance
  end
  function account.balance()
    return balance
  end
  return account
end

-- A sequence is a function that returns the next value, or nil at the end.
local function up_to(limit)
  local current = 0
  return function()
    if current >= limit then return nil end
    current = current + 1
    return current
  end
end

local function selecting(source, keep)
  return function()
    while true do
      local value = source()
      if value == nil then return nil end
      if keep(value) then return value end
    end
  end
end

local function converting(source, convert)
  return function()
    local value = source()
    if value == nil then return nil end
    return convert(value)
  end
end

local function drained(source)
  local total = 0
  while true do
    local value = source()
    if value == nil then return total end
    total = total + value
  end
end

local function run(size)
  local counters = {[0] = make_counter(1), make_counter(3), make_counter(5)}
  local total = 0
  for i = 1, size do
    total = total + counters[i % 3]()
  end

  local account = make_account(100)
  local refused = 0
  for i = 1, size do
    if i % 3 == 0 then
      account.deposit(i % 100)
    elseif account.withdraw(i % 40) < 0 then
      refused = refused + 1
    end
  end
  total = total + account.balance() * 1000 + refused

  local function is_odd(x)
    return x % 2 == 1
  end
  local function square(x)
    return x * x % 10007
  end
  return total + drained(converting(selecting(up_to(size), is_odd), square))
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 1500000)
