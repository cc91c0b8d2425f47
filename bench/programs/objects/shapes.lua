-- A drawing of six shape classes: polymorphic calls, inheritance, super.
local function class(parent)
  local c = setmetatable({}, parent)
  c.__index = c
  return c
end

local Shape = class()
Shape.scale = 1

function Shape:grow(amount)
  self.scale = (self.scale + amount) % 17 + 1
end

function Shape:area()
  return 0
end

function Shape:perimeter()
  return 0
end

function Shape:weight()
  return self:area() * 3 + self:perimeter()
end

local Rectangle = class(Shape)

function Rectangle:init(width, height)
  self.width = width
  self.height = height
  return self
end

function Rectangle:area()
  return self.width * self.height * self.scale
end

function Rectangle:perimeter()
  return 2 * (self.width + self.height) * self.scale
end

local Square = class(Rectangle)

function Square:init(side)
  Rectangle.init(self, side, side)
  return self
end

function Square:perimeter()
  return 4 * self.width * self.scale
end

local Triangle = class(Shape)

function Triangle:init(a, b, c)
  self.a = a
  self.b = b
  self.c = c
  return self
end

function Triangle:area()
  return self.a * self.b * self.scale / 2
end

function Triangle:perimeter()
  return (self.a + self.b + self.c) * self.scale
end

local Disc = class(Shape)

function Disc:init(radius)
  self.radius = radius
  return self
end

function Disc:area()
  return 22 * self.radius * self.radius * self.scale
end

function Disc:perimeter()
  return 44 * self.radius * self.scale
end

local Ring = class(Disc)

function Ring:init(radius, hole)
  Disc.init(self, radius)
  self.hole = hole
  return self
end

function Ring:area()
  return Disc.area(self) - 22 * self.hole * self.hole * self.scale
end

function Ring:weight()
  return Disc.weight(self) + 1
end

local Group = class(Shape)

function Group:init(first, second)
  self.first = first
  self.second = second
  return self
end

function Group:area()
  return self.first:area() + self.second:area()
end

function Group:perimeter()
  return self.first:perimeter() + self.second:perimeter()
end

local function new(c)
  return setmetatable({}, c)
end

local function make_shape(i)
  local kind = i % 5
  if kind == 0 then return new(Rectangle):init(i % 7 + 1, i % 11 + 2) end
  if kind == 1 then return new(Square):init(i % 9 + 1) end
  if kind == 2 then return new(Triangle):init(4, i % 6 + 2, 5) end
  if kind == 3 then return new(Disc):init(i % 5 + 1) end
  return new(Ring):init(i % 5 + 3, i % 3)
end

local function run(size)
  local shapes = {}
  for i = 0, 99 do
    if i % 10 == 9 then
      shapes[#shapes + 1] = new(Group):init(make_shape(i), make_shape(i * 7 + 1))
    else
      shapes[#shapes + 1] = make_shape(i)
    end
  end
  local rounds = math.floor(size / 100)
  local total = 0
  for step = 1, rounds do
    for _, shape in ipairs(shapes) do
      shape:grow(step % 3)
      total = total + shape:weight()
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 1100000)
