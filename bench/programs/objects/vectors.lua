-- Particles on springs: one class of vectors, every call site monomorphic.
local sqrt = math.sqrt

local Vec = {}
Vec.__index = Vec

function Vec.make(x, y, z)
  return setmetatable({x = x, y = y, z = z}, Vec)
end

function Vec:plus(other)
  return Vec.make(self.x + other.x, self.y + other.y, self.z + other.z)
end

function Vec:minus(other)
  return Vec.make(self.x - other.x, self.y - other.y, self.z - other.z)
end

function Vec:scaled(factor)
  return Vec.make(self.x * factor, self.y * factor, self.z * factor)
end

function Vec:dot(other)
  return self.x * other.x + self.y * other.y + self.z * other.z
end

function Vec:length()
  return sqrt(self:dot(self))
end

local Particle = {}
Particle.__index = Particle

function Particle.make(position, velocity)
  return setmetatable({position = position, velocity = velocity, bounces = 0}, Particle)
end

function Particle:step(anchor, dt)
  local spring = anchor:minus(self.position)
  local pull = spring:scaled(4 - 1 / (1 + spring:length()))
  self.velocity = self.velocity:plus(pull:scaled(dt))
  self.position = self.position:plus(self.velocity:scaled(dt))
  if self.position.y < 0 then
    self.position.y = -self.position.y
    self.velocity.y = -self.velocity.y
    self.bounces = self.bounces + 1
  end
end

function Particle:energy()
  return self.velocity:dot(self.velocity) / 2 + self.position:dot(self.position) * 2
end

local function run(size)
  local anchor = Vec.make(0, 0.5, 0)
  local particles = {}
  for i = 1, 20 do
    particles[i] = Particle.make(Vec.make(i / 20, 1 + i / 10, 0 - i / 40), Vec.make(0, i / 8, 1))
  end
  local steps = math.floor(size / 20)
  for _ = 1, steps do
    for _, p in ipairs(particles) do
      p:step(anchor, 0.001)
    end
  end
  local total = 0
  local bounces = 0
  for _, p in ipairs(particles) do
    total = total + p:energy()
    bounces = bounces + p.bounces
  end
  return math.floor(total * 1000000) * 1000 + bounces % 1000
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 400000)
