-- An incremental constraint solver in the manner of DeltaBlue: a hierarchy of constraint
-- classes, plans, and the classic chain and projection tests.

-- Strengths, strongest first.
local REQUIRED = 0
local PREFERRED = 2
local STRONG_DEFAULT = 3
local NORMAL = 4
local WEAKEST = 6

-- Directions of a binary constraint.
local NONE = 0
local FORWARD = 1
local BACKWARD = 2

local function class(parent)
  local c = setmetatable({}, parent)
  c.__index = c
  return c
end

local function new(c)
  return setmetatable({}, c)
end

local Variable = class()

function Variable.make(value)
  local v = new(Variable)
  v.value = value
  v.constraints = {}
  v.determined_by = nil
  v.mark = 0
  v.walk_strength = WEAKEST
  v.stay = true
  return v
end

function Variable:add_constraint(constraint)
  self.constraints[#self.constraints + 1] = constraint
end

function Variable:remove_constraint(constraint)
  local kept = {}
  for _, other in ipairs(self.constraints) do
    if other ~= constraint then kept[#kept + 1] = other end
  end
  self.constraints = kept
  if self.determined_by == constraint then self.determined_by = nil end
end

local Constraint = class()
Constraint.strength = 0
Constraint.is_input = false

function Constraint:enter(planner)
  self:add_to_graph()
  planner:incremental_add(self)
end

function Constraint:leave(planner)
  if self:is_satisfied() then
    planner:incremental_remove(self)
  else
    self:remove_from_graph()
  end
end

-- Tries to enforce this constraint; returns the one that it pushed aside, or nil.
function Constraint:satisfy(mark, planner)
  self:choose_method(mark)
  if not self:is_satisfied() then
    if self.strength == REQUIRED then error("could not satisfy a required constraint") end
    return nil
  end
  self:mark_inputs(mark)
  local target = self:output()
  local overridden = target.determined_by
  if overridden then overridden:mark_unsatisfied() end
  target.determined_by = self
  if not planner:add_propagate(self, mark) then error("cycle") end
  target.mark = mark
  return overridden
end

local UnaryConstraint = class(Constraint)

function UnaryConstraint:init(target, strength, planner)
  self.target = target
  self.strength = strength
  self.satisfied = false
  self:enter(planner)
  return self
end

function UnaryConstraint:add_to_graph()
  self.target:add_constraint(self)
  self.satisfied = false
end

function UnaryConstraint:remove_from_graph()
  self.target:remove_constraint(self)
  self.satisfied = false
end

function UnaryConstraint:choose_method(mark)
  local target = self.target
  self.satisfied = target.mark ~= mark and self.strength < target.walk_strength
end

function UnaryConstraint:is_satisfied()
  return self.satisfied
end

function UnaryConstraint:mark_inputs(mark)
end

function UnaryConstraint:mark_unsatisfied()
  self.satisfied = false
end

function UnaryConstraint:inputs_known(mark)
  return true
end

function UnaryConstraint:output()
  return self.target
end

function UnaryConstraint:recalculate()
  local target = self.target
  target.walk_strength = self.strength
  target.stay = not self.is_input
  if target.stay then self:execute() end
end

function UnaryConstraint:execute()
end

local StayConstraint = class(UnaryConstraint)

local EditConstraint = class(UnaryConstraint)
EditConstraint.is_input = true

local BinaryConstraint = class(Constraint)

function BinaryConstraint:init(source, target, strength, planner)
  self.source = source
  self.target = target
  self.strength = strength
  self.direction = NONE
  self:enter(planner)
  return self
end

function BinaryConstraint:add_to_graph()
  self.source:add_constraint(self)
  self.target:add_constraint(self)
  self.direction = NONE
end

function BinaryConstraint:remove_from_graph()
  self.source:remove_constraint(self)
  self.target:remove_constraint(self)
  self.direction = NONE
end

function BinaryConstraint:choose_method(mark)
  local source = self.source
  local target = self.target
  local strength = self.strength
  self.direction = NONE
  if source.mark == mark then
    if target.mark ~= mark and strength < target.walk_strength then self.direction = FORWARD end
  elseif target.mark == mark then
    if strength < source.walk_strength then self.direction = BACKWARD end
  elseif source.walk_strength > target.walk_strength then
    if strength < source.walk_strength then self.direction = BACKWARD end
  else
    if strength < target.walk_strength then self.direction = FORWARD end
  end
end

function BinaryConstraint:is_satisfied()
  return self.direction ~= NONE
end

function BinaryConstraint:input()
  if self.direction == FORWARD then return self.source end
  return self.target
end

function BinaryConstraint:output()
  if self.direction == FORWARD then return self.target end
  return self.source
end

function BinaryConstraint:mark_inputs(mark)
  self:input().mark = mark
end

function BinaryConstraint:mark_unsatisfied()
  self.direction = NONE
end

function BinaryConstraint:inputs_known(mark)
  local given = self:input()
  return given.mark == mark or given.stay or given.determined_by == nil
end

function BinaryConstraint:recalculate()
  local given = self:input()
  local target = self:output()
  target.walk_strength = self.strength
  if given.walk_strength > self.strength then target.walk_strength = given.walk_strength end
  target.stay = given.stay
  if target.stay then self:execute() end
end

local EqualityConstraint = class(BinaryConstraint)

function EqualityConstraint:execute()
  self:output().value = self:input().value
end

local ScaleConstraint = class(BinaryConstraint)

function ScaleConstraint:init_scale(source, scale, offset, target, planner)
  self.scale = scale
  self.offset = offset
  return self:init(source, target, REQUIRED, planner)
end

function ScaleConstraint:add_to_graph()
  BinaryConstraint.add_to_graph(self)
  self.scale:add_constraint(self)
  self.offset:add_constraint(self)
end

function ScaleConstraint:remove_from_graph()
  BinaryConstraint.remove_from_graph(self)
  self.scale:remove_constraint(self)
  self.offset:remove_constraint(self)
end

function ScaleConstraint:mark_inputs(mark)
  BinaryConstraint.mark_inputs(self, mark)
  self.scale.mark = mark
  self.offset.mark = mark
end

function ScaleConstraint:recalculate()
  local given = self:input()
  local target = self:output()
  target.walk_strength = self.strength
  if given.walk_strength > self.strength then target.walk_strength = given.walk_strength end
  target.stay = given.stay and self.scale.stay and self.offset.stay
  if target.stay then self:execute() end
end

function ScaleConstraint:execute()
  local source = self.source
  local target = self.target
  if self.direction == FORWARD then
    target.value = source.value * self.scale.value + self.offset.value
  else
    source.value = (target.value - self.offset.value) / self.scale.value
  end
end

local Planner = class()

function Planner.make()
  local p = new(Planner)
  p.current_mark = 0
  return p
end

function Planner:new_mark()
  self.current_mark = self.current_mark + 1
  return self.current_mark
end

function Planner:incremental_add(constraint)
  local mark = self:new_mark()
  local overridden = constraint:satisfy(mark, self)
  while overridden do
    overridden = overridden:satisfy(mark, self)
  end
end

function Planner:incremental_remove(constraint)
  local target = constraint:output()
  constraint:mark_unsatisfied()
  constraint:remove_from_graph()
  local unsatisfied = self:remove_propagate_from(target)
  for strength = REQUIRED, WEAKEST - 1 do
    for _, other in ipairs(unsatisfied) do
      if other.strength == strength then self:incremental_add(other) end
    end
  end
end

function Planner:remove_propagate_from(target)
  target.determined_by = nil
  target.walk_strength = WEAKEST
  target.stay = true
  local unsatisfied = {}
  local todo = {target}
  while #todo > 0 do
    local variable = table.remove(todo)
    local determining = variable.determined_by
    for _, c in ipairs(variable.constraints) do
      if not c:is_satisfied() then
        unsatisfied[#unsatisfied + 1] = c
      elseif c ~= determining then
        c:recalculate()
        todo[#todo + 1] = c:output()
      end
    end
  end
  return unsatisfied
end

function Planner:add_propagate(constraint, mark)
  local todo = {constraint}
  while #todo > 0 do
    local c = table.remove(todo)
    local target = c:output()
    if target.mark == mark then
      self:incremental_remove(constraint)
      return false
    end
    c:recalculate()
    self:add_consumers(target, todo)
  end
  return true
end

function Planner:add_consumers(variable, todo)
  local determining = variable.determined_by
  for _, c in ipairs(variable.constraints) do
    if c:is_satisfied() and c ~= determining then todo[#todo + 1] = c end
  end
end

function Planner:make_plan(sources)
  local mark = self:new_mark()
  local plan = {}
  local todo = sources
  while #todo > 0 do
    local c = table.remove(todo)
    local target = c:output()
    if target.mark ~= mark and c:inputs_known(mark) then
      plan[#plan + 1] = c
      target.mark = mark
      self:add_consumers(target, todo)
    end
  end
  return plan
end

function Planner:extract_plan(constraints)
  local sources = {}
  for _, c in ipairs(constraints) do
    if c.is_input and c:is_satisfied() then sources[#sources + 1] = c end
  end
  return self:make_plan(sources)
end

local function execute_plan(plan)
  for _, c in ipairs(plan) do
    c:execute()
  end
end

-- A chain of equalities; an edit at one end must arrive at the other.
local function chain_test(count)
  local planner = Planner.make()
  local first = Variable.make(0)
  local last = first
  for _ = 1, count do
    local v = Variable.make(0)
    new(EqualityConstraint):init(last, v, REQUIRED, planner)
    last = v
  end
  new(StayConstraint):init(last, STRONG_DEFAULT, planner)
  local edit = new(EditConstraint):init(first, PREFERRED, planner)
  local plan = planner:extract_plan({edit})
  local total = 0
  for i = 1, 100 do
    first.value = i
    execute_plan(plan)
    if last.value ~= i then error("chain test failed") end
    total = total + last.value
  end
  edit:leave(planner)
  return total
end

local function change(planner, variable, value)
  local edit = new(EditConstraint):init(variable, PREFERRED, planner)
  local plan = planner:extract_plan({edit})
  for _ = 1, 10 do
    variable.value = value
    execute_plan(plan)
  end
  edit:leave(planner)
end

-- Pairs of variables bound by a scale and an offset, edited from both sides.
local function projection_test(count)
  local planner = Planner.make()
  local scale = Variable.make(10)
  local offset = Variable.make(1000)
  local source, target
  local targets = {}
  for i = 1, count do
    source = Variable.make(i)
    target = Variable.make(i)
    targets[i] = target
    new(StayConstraint):init(source, NORMAL, planner)
    new(ScaleConstraint):init_scale(source, scale, offset, target, planner)
  end
  change(planner, source, 17)
  if target.value ~= 1170 then error("projection 1 failed") end
  change(planner, target, 1050)
  if source.value ~= 5 then error("projection 2 failed") end
  change(planner, scale, 5)
  change(planner, offset, 2000)
  local total = 0
  for i = 1, count do
    local expected = i * 5 + 2000
    if i == count then expected = 5 * 5 + 2000 end
    local v = targets[i]
    if v.value ~= expected then error("projection 3 failed") end
    total = total + v.value
  end
  return total
end

local function run(size)
  return chain_test(size) * 1000 + projection_test(size)
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

main(tonumber(arg[1]) or 10, tonumber(arg[2]) or 4000)
