-- A process scheduler simulated by events: arrivals, time slices, input and output, three priorities.
-- Every event and every job is a fresh object; the pending events are a binary heap.
local floor = math.floor

local EventQueue = {}
EventQueue.__index = EventQueue

function EventQueue.make()
  return setmetatable({heap = {}, issued = 0}, EventQueue)
end

local function earlier(a, b)
  if a.time ~= b.time then return a.time < b.time end
  return a.order < b.order
end

function EventQueue:add(time, kind, job)
  self.issued = self.issued + 1
  local event = {time = time, order = self.issued, kind = kind, job = job}
  local heap = self.heap
  local i = #heap + 1
  while i > 1 do
    local up = floor(i / 2)
    if not earlier(event, heap[up]) then break end
    heap[i] = heap[up]
    i = up
  end
  heap[i] = event
end

function EventQueue:next()
  local heap = self.heap
  local first = heap[1]
  local last = table.remove(heap)
  local count = #heap
  if count == 0 then return first end
  local i = 1
  local child = 2
  while child <= count do
    if child < count and earlier(heap[child + 1], heap[child]) then child = child + 1 end
    if not earlier(heap[child], last) then break end
    heap[i] = heap[child]
    i = child
    child = 2 * i
  end
  heap[i] = last
  return first
end

local Job = {}
Job.__index = Job

function Job.make(id, work, now)
  return setmetatable({id = id, remaining = work, priority = id % 3, arrived = now, slices = 0}, Job)
end

local Scheduler = {}
Scheduler.__index = Scheduler

function Scheduler.make(job_count)
  return setmetatable({
    events = EventQueue.make(),
    ready = {{}, {}, {}},
    waiting = 0,
    busy = false,
    created = 0,
    job_count = job_count,
    finished = 0,
    turnaround = 0,
    seed = 31,
  }, Scheduler)
end

function Scheduler:random(limit)
  self.seed = self.seed * 16807 % 2147483647
  return self.seed % limit
end

function Scheduler:enqueue(job)
  table.insert(self.ready[job.priority + 1], job)
  self.waiting = self.waiting + 1
end

-- The processor takes the oldest job of the best priority.
function Scheduler:dispatch(now)
  if self.busy or self.waiting == 0 then return end
  for _, queue in ipairs(self.ready) do
    if #queue > 0 then
      local job = table.remove(queue, 1)
      self.waiting = self.waiting - 1
      self.busy = true
      local slice = 5 + job.priority * 5
      if job.remaining < slice then slice = job.remaining end
      job.remaining = job.remaining - slice
      job.slices = job.slices + 1
      self.events:add(now + slice, "slice", job)
      return
    end
  end
end

function Scheduler:arrive(now)
  self.created = self.created + 1
  self:enqueue(Job.make(self.created, 5 + self:random(30), now))
  if self.created < self.job_count then self.events:add(now + 10 + self:random(26), "arrival", nil) end
end

function Scheduler:slice_ended(job, now)
  self.busy = false
  if job.remaining == 0 then
    self.finished = self.finished + 1
    self.turnaround = self.turnaround + now - job.arrived + job.slices
  elseif self:random(4) == 0 then
    if job.priority > 0 then job.priority = job.priority - 1 end
    self.events:add(now + 20 + self:random(50), "io", job)
  else
    if job.priority < 2 then job.priority = job.priority + 1 end
    self:enqueue(job)
  end
end

local function run(size)
  local s = Scheduler.make(size)
  s.events:add(0, "arrival", nil)
  local now = 0
  while s.finished < size do
    local event = s.events:next()
    now = event.time
    if event.kind == "arrival" then
      s:arrive(now)
    elseif event.kind == "slice" then
      s:slice_ended(event.job, now)
    else
      s:enqueue(event.job)
    end
    s:dispatch(now)
  end
  return s.turnaround * 1000 + now % 1000
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 45000)
