-- A graph of named nodes in maps with string keys: breadth-first search and connected components.
local function add_edge(graph, a, b)
  if not graph[a] then graph[a] = {} end
  if not graph[b] then graph[b] = {} end
  table.insert(graph[a], b)
  table.insert(graph[b], a)
end

local function make_graph(size)
  local graph = {}
  local seed = 17
  for _ = 1, size do
    seed = seed * 16807 % 2147483647
    local a = "node" .. seed % size
    seed = seed * 16807 % 2147483647
    add_edge(graph, a, "node" .. seed % size)
  end
  return graph
end

local function distances(graph, start)
  local distance = {}
  distance[start] = 0
  local queue = {start}
  for _, name in ipairs(queue) do
    local next = distance[name] + 1
    for _, neighbour in ipairs(graph[name]) do
      if not distance[neighbour] then
        distance[neighbour] = next
        queue[#queue + 1] = neighbour
      end
    end
  end
  return distance
end

local function root(parent, name)
  while parent[name] ~= name do
    local up = parent[name]
    parent[name] = parent[up]
    name = up
  end
  return name
end

local function count_components(graph)
  local parent = {}
  local components = 0
  for name in pairs(graph) do
    parent[name] = name
    components = components + 1
  end
  for name, neighbours in pairs(graph) do
    for _, neighbour in ipairs(neighbours) do
      local a = root(parent, name)
      local b = root(parent, neighbour)
      if a ~= b then
        parent[a] = b
        components = components - 1
      end
    end
  end
  return components
end

local function run(size)
  local graph = make_graph(size)
  local total = count_components(graph) * 1000003
  for i = 0, 4 do
    local start = "node" .. i
    if graph[start] then
      local distance = distances(graph, start)
      local reached = 0
      for _, d in pairs(distance) do
        total = total + d * (i + 1)
        reached = reached + 1
      end
      total = total + reached
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 25000)
