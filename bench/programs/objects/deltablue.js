// An incremental constraint solver in the manner of DeltaBlue: a hierarchy of constraint
// classes, plans, and the classic chain and projection tests.
"use strict";

// Strengths, strongest first.
const REQUIRED = 0;
const PREFERRED = 2;
const STRONG_DEFAULT = 3;
const NORMAL = 4;
const WEAKEST = 6;

// Directions of a binary constraint.
const NONE = 0;
const FORWARD = 1;
const BACKWARD = 2;

class Variable {
  constructor(value) {
    this.value = value;
    this.constraints = [];
    this.determinedBy = null;
    this.mark = 0;
    this.walkStrength = WEAKEST;
    this.stay = true;
  }

  addConstraint(constraint) {
    this.constraints.push(constraint);
  }

  removeConstraint(constraint) {
    this.constraints = this.constraints.filter((other) => other !== constraint);
    if (this.determinedBy === constraint) this.determinedBy = null;
  }
}

class Constraint {
  constructor(strength) {
    this.strength = strength;
  }

  isInput() {
    return false;
  }

  enter(planner) {
    this.addToGraph();
    planner.incrementalAdd(this);
    return this;
  }

  leave(planner) {
    if (this.isSatisfied()) {
      planner.incrementalRemove(this);
    } else {
      this.removeFromGraph();
    }
  }

  // Tries to enforce this constraint; returns the one that it pushed aside, or null.
  satisfy(mark, planner) {
    this.chooseMethod(mark);
    if (!this.isSatisfied()) {
      if (this.strength === REQUIRED) throw new Error("could not satisfy a required constraint");
      return null;
    }
    this.markInputs(mark);
    const target = this.output();
    const overridden = target.determinedBy;
    if (overridden) overridden.markUnsatisfied();
    target.determinedBy = this;
    if (!planner.addPropagate(this, mark)) throw new Error("cycle");
    target.mark = mark;
    return overridden;
  }
}

class UnaryConstraint extends Constraint {
  constructor(target, strength) {
    super(strength);
    this.target = target;
    this.satisfied = false;
  }

  addToGraph() {
    this.target.addConstraint(this);
    this.satisfied = false;
  }

  removeFromGraph() {
    this.target.removeConstraint(this);
    this.satisfied = false;
  }

  chooseMethod(mark) {
    const target = this.target;
    this.satisfied = target.mark !== mark && this.strength < target.walkStrength;
  }

  isSatisfied() {
    return this.satisfied;
  }

  markInputs(mark) {}

  markUnsatisfied() {
    this.satisfied = false;
  }

  inputsKnown(mark) {
    return true;
  }

  output() {
    return this.target;
  }

  recalculate() {
    const target = this.target;
    target.walkStrength = this.strength;
    target.stay = !this.isInput();
    if (target.stay) this.execute();
  }

  execute() {}
}

class StayConstraint extends UnaryConstraint {}

class EditConstraint extends UnaryConstraint {
  isInput() {
    return true;
  }
}

class BinaryConstraint extends Constraint {
  constructor(source, target, strength) {
    super(strength);
    this.source = source;
    this.target = target;
    this.direction = NONE;
  }

  addToGraph() {
    this.source.addConstraint(this);
    this.target.addConstraint(this);
    this.direction = NONE;
  }

  removeFromGraph() {
    this.source.removeConstraint(this);
    this.target.removeConstraint(this);
    this.direction = NONE;
  }

  chooseMethod(mark) {
    const { source, target, strength } = this;
    this.direction = NONE;
    if (source.mark === mark) {
      if (target.mark !== mark && strength < target.walkStrength) this.direction = FORWARD;
    } else if (target.mark === mark) {
      if (strength < source.walkStrength) this.direction = BACKWARD;
    } else if (source.walkStrength > target.walkStrength) {
      if (strength < source.walkStrength) this.direction = BACKWARD;
    } else {
      if (strength < target.walkStrength) this.direction = FORWARD;
    }
  }

  isSatisfied() {
    return this.direction !== NONE;
  }

  input() {
    return this.direction === FORWARD ? this.source : this.target;
  }

  output() {
    return this.direction === FORWARD ? this.target : this.source;
  }

  markInputs(mark) {
    this.input().mark = mark;
  }

  markUnsatisfied() {
    this.direction = NONE;
  }

  inputsKnown(mark) {
    const given = this.input();
    return given.mark === mark || given.stay || given.determinedBy === null;
  }

  recalculate() {
    const given = this.input();
    const target = this.output();
    target.walkStrength = this.strength;
    if (given.walkStrength > this.strength) target.walkStrength = given.walkStrength;
    target.stay = given.stay;
    if (target.stay) this.execute();
  }
}

class EqualityConstraint extends BinaryConstraint {
  execute() {
    this.output().value = this.input().value;
  }
}

class ScaleConstraint extends BinaryConstraint {
  constructor(source, scale, offset, target) {
    super(source, target, REQUIRED);
    this.scale = scale;
    this.offset = offset;
  }

  addToGraph() {
    super.addToGraph();
    this.scale.addConstraint(this);
    this.offset.addConstraint(this);
  }

  removeFromGraph() {
    super.removeFromGraph();
    this.scale.removeConstraint(this);
    this.offset.removeConstraint(this);
  }

  markInputs(mark) {
    super.markInputs(mark);
    this.scale.mark = mark;
    this.offset.mark = mark;
  }

  recalculate() {
    const given = this.input();
    const target = this.output();
    target.walkStrength = this.strength;
    if (given.walkStrength > this.strength) target.walkStrength = given.walkStrength;
    target.stay = given.stay && this.scale.stay && this.offset.stay;
    if (target.stay) this.execute();
  }

  execute() {
    const { source, target } = this;
    if (this.direction === FORWARD) {
      target.value = source.value * this.scale.value + this.offset.value;
    } else {
      source.value = (target.value - this.offset.value) / this.scale.value;
    }
  }
}

class Planner {
  constructor() {
    this.currentMark = 0;
  }

  newMark() {
    this.currentMark++;
    return this.currentMark;
  }

  incrementalAdd(constraint) {
    const mark = this.newMark();
    let overridden = constraint.satisfy(mark, this);
    while (overridden) {
      overridden = overridden.satisfy(mark, this);
    }
  }

  incrementalRemove(constraint) {
    const target = constraint.output();
    constraint.markUnsatisfied();
    constraint.removeFromGraph();
    const unsatisfied = this.removePropagateFrom(target);
    for (let strength = REQUIRED; strength < WEAKEST; strength++) {
      for (const other of unsatisfied) {
        if (other.strength === strength) this.incrementalAdd(other);
      }
    }
  }

  removePropagateFrom(target) {
    target.determinedBy = null;
    target.walkStrength = WEAKEST;
    target.stay = true;
    const unsatisfied = [];
    const todo = [target];
    while (todo.length > 0) {
      const variable = todo.pop();
      const determining = variable.determinedBy;
      for (const c of variable.constraints) {
        if (!c.isSatisfied()) {
          unsatisfied.push(c);
        } else if (c !== determining) {
          c.recalculate();
          todo.push(c.output());
        }
      }
    }
    return unsatisfied;
  }

  addPropagate(constraint, mark) {
    const todo = [constraint];
    while (todo.length > 0) {
      const c = todo.pop();
      const target = c.output();
      if (target.mark === mark) {
        this.incrementalRemove(constraint);
        return false;
      }
      c.recalculate();
      this.addConsumers(target, todo);
    }
    return true;
  }

  addConsumers(variable, todo) {
    const determining = variable.determinedBy;
    for (const c of variable.constraints) {
      if (c.isSatisfied() && c !== determining) todo.push(c);
    }
  }

  makePlan(sources) {
    const mark = this.newMark();
    const plan = [];
    const todo = sources;
    while (todo.length > 0) {
      const c = todo.pop();
      const target = c.output();
      if (target.mark !== mark && c.inputsKnown(mark)) {
        plan.push(c);
        target.mark = mark;
        this.addConsumers(target, todo);
      }
    }
    return plan;
  }

  extractPlan(constraints) {
    return this.makePlan(constraints.filter((c) => c.isInput() && c.isSatisfied()));
  }
}

function executePlan(plan) {
  for (const c of plan) {
    c.execute();
  }
}

// A chain of equalities; an edit at one end must arrive at the other.
function chainTest(count) {
  const planner = new Planner();
  const first = new Variable(0);
  let last = first;
  for (let i = 0; i < count; i++) {
    const v = new Variable(0);
    new EqualityConstraint(last, v, REQUIRED).enter(planner);
    last = v;
  }
  new StayConstraint(last, STRONG_DEFAULT).enter(planner);
  const edit = new EditConstraint(first, PREFERRED).enter(planner);
  const plan = planner.extractPlan([edit]);
  let total = 0;
  for (let i = 1; i <= 100; i++) {
    first.value = i;
    executePlan(plan);
    if (last.value !== i) throw new Error("chain test failed");
    total += last.value;
  }
  edit.leave(planner);
  return total;
}

function change(planner, variable, value) {
  const edit = new EditConstraint(variable, PREFERRED).enter(planner);
  const plan = planner.extractPlan([edit]);
  for (let i = 0; i < 10; i++) {
    variable.value = value;
    executePlan(plan);
  }
  edit.leave(planner);
}

// Pairs of variables bound by a scale and an offset, edited from both sides.
function projectionTest(count) {
  const planner = new Planner();
  const scale = new Variable(10);
  const offset = new Variable(1000);
  let source = null;
  let target = null;
  const targets = [];
  for (let i = 1; i <= count; i++) {
    source = new Variable(i);
    target = new Variable(i);
    targets.push(target);
    new StayConstraint(source, NORMAL).enter(planner);
    new ScaleConstraint(source, scale, offset, target).enter(planner);
  }
  change(planner, source, 17);
  if (target.value !== 1170) throw new Error("projection 1 failed");
  change(planner, target, 1050);
  if (source.value !== 5) throw new Error("projection 2 failed");
  change(planner, scale, 5);
  change(planner, offset, 2000);
  let total = 0;
  for (let i = 1; i <= count; i++) {
    const expected = i === count ? 5 * 5 + 2000 : i * 5 + 2000;
    const v = targets[i - 1];
    if (v.value !== expected) throw new Error("projection 3 failed");
    total += v.value;
  }
  return total;
}

function run(size) {
  return chainTest(size) * 1000 + projectionTest(size);
}

function main(iters, size) {
  let checksum = null;
  for (let k = 1; k <= iters; k++) {
    const started = performance.now();
    const result = run(size);
    const elapsed = (performance.now() - started) / 1000;
    console.log(`iter ${k} ${elapsed.toFixed(6)}`);
    if (checksum !== null && result !== checksum) {
      throw new Error(`checksum changed from ${checksum} to ${result}`);
    }
    checksum = result;
  }
  console.log(`checksum ${checksum}`);
}

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 4000));
