-- Five bodies under gravity, symplectic steps. The checksum is the energy.
local sqrt = math.sqrt

local function make_body(x, y, z, vx, vy, vz, mass)
  return {x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass}
end

local function make_system()
  local solar_mass = 39.47841760435743
  local year = 365.24
  return {
    make_body(0, 0, 0, 0, 0, 0, solar_mass),
    make_body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694 * year, 0.00769901118419740425 * year, -0.0000690460016972063023 * year,
      0.000954791938424326609 * solar_mass),
    make_body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411004 * year, 0.00499852801234917238 * year, 0.0000230417297573763929 * year,
      0.000285885980666130812 * solar_mass),
    make_body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618 * year, 0.00237847173959480950 * year, -0.0000296589568540237556 * year,
      0.0000436624404335156298 * solar_mass),
    make_body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322 * year, 0.00162824170038242295 * year, -0.0000951592254519715870 * year,
      0.0000515138902046611451 * solar_mass),
  }
end

local function offset_momentum(bodies)
  local px, py, pz = 0, 0, 0
  for _, b in ipairs(bodies) do
    px = px + b.vx * b.mass
    py = py + b.vy * b.mass
    pz = pz + b.vz * b.mass
  end
  local sun = bodies[1]
  sun.vx = -px / sun.mass
  sun.vy = -py / sun.mass
  sun.vz = -pz / sun.mass
end

local function advance(bodies, dt)
  local count = #bodies
  for i = 1, count do
    local a = bodies[i]
    for j = i + 1, count do
      local b = bodies[j]
      local dx = a.x - b.x
      local dy = a.y - b.y
      local dz = a.z - b.z
      local squared = dx * dx + dy * dy + dz * dz
      local magnitude = dt / (squared * sqrt(squared))
      local pull = b.mass * magnitude
      a.vx = a.vx - dx * pull
      a.vy = a.vy - dy * pull
      a.vz = a.vz - dz * pull
      pull = a.mass * magnitude
      b.vx = b.vx + dx * pull
      b.vy = b.vy + dy * pull
      b.vz = b.vz + dz * pull
    end
  end
  for i = 1, count do
    local b = bodies[i]
    b.x = b.x + dt * b.vx
    b.y = b.y + dt * b.vy
    b.z = b.z + dt * b.vz
  end
end

local function energy(bodies)
  local e = 0
  local count = #bodies
  for i = 1, count do
    local a = bodies[i]
    e = e + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    for j = i + 1, count do
      local b = bodies[j]
      local dx = a.x - b.x
      local dy = a.y - b.y
      local dz = a.z - b.z
      e = e - a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return e
end

local function run(size)
  local bodies = make_system()
  offset_momentum(bodies)
  for _ = 1, size do
    advance(bodies, 0.01)
  end
  return math.floor(math.abs(energy(bodies)) * 1000000000000)
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 320000)
