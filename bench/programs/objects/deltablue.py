"""An incremental constraint solver in the manner of DeltaBlue: a hierarchy of constraint
classes, plans, and the classic chain and projection tests."""
import sys
import time

# Strengths, strongest first.
REQUIRED = 0
PREFERRED = 2
STRONG_DEFAULT = 3
NORMAL = 4
WEAKEST = 6

# Directions of a binary constraint.
NONE = 0
FORWARD = 1
BACKWARD = 2


class Variable:
    def __init__(self, value):
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walk_strength = WEAKEST
        self.stay = True

    def add_constraint(self, constraint):
        self.constraints.append(constraint)

    def remove_constraint(self, constraint):
        self.constraints = [other for other in self.constraints if other is not constraint]
        if self.determined_by is constraint:
            self.determined_by = None


class Constraint:
    is_input = False

    def __init__(self, strength):
        self.strength = strength

    def enter(self, planner):
        self.add_to_graph()
        planner.incremental_add(self)
        return self

    def leave(self, planner):
        if self.is_satisfied():
            planner.incremental_remove(self)
        else:
            self.remove_from_graph()

    def satisfy(self, mark, planner):
        """Tries to enforce this constraint; returns the one that it pushed aside, or None."""
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength == REQUIRED:
                raise RuntimeError("could not satisfy a required constraint")
            return None
        self.mark_inputs(mark)
        target = self.output()
        overridden = target.determined_by
        if overridden is not None:
            overridden.mark_unsatisfied()
        target.determined_by = self
        if not planner.add_propagate(self, mark):
            raise RuntimeError("cycle")
        target.mark = mark
        return overridden


class UnaryConstraint(Constraint):
    def __init__(self, target, strength):
        super().__init__(strength)
        self.target = target
        self.satisfied = False

    def add_to_graph(self):
        self.target.add_constraint(self)
        self.satisfied = False

    def remove_from_graph(self):
        self.target.remove_constraint(self)
        self.satisfied = False

    def choose_method(self, mark):
        target = self.target
        self.satisfied = target.mark != mark and self.strength < target.walk_strength

    def is_satisfied(self):
        return self.satisfied

    def mark_inputs(self, mark):
        pass

    def mark_unsatisfied(self):
        self.satisfied = False

    def inputs_known(self, mark):
        return True

    def output(self):
        return self.target

    def recalculate(self):
        target = self.target
        target.walk_strength = self.strength
        target.stay = not self.is_input
        if target.stay:
            self.execute()

    def execute(self):
        pass


class StayConstraint(UnaryConstraint):
    pass


class EditConstraint(UnaryConstraint):
    is_input = True


class BinaryConstraint(Constraint):
    def __init__(self, source, target, strength):
        super().__init__(strength)
        self.source = source
        self.target = target
        self.direction = NONE

    def add_to_graph(self):
        self.source.add_constraint(self)
        self.target.add_constraint(self)
        self.direction = NONE

    def remove_from_graph(self):
        self.source.remove_constraint(self)
        self.target.remove_constraint(self)
        self.direction = NONE

    def choose_method(self, mark):
        source = self.source
        target = self.target
        strength = self.strength
        self.direction = NONE
        if source.mark == mark:
            if target.mark != mark and strength < target.walk_strength:
                self.direction = FORWARD
        elif target.mark == mark:
            if strength < source.walk_strength:
                self.direction = BACKWARD
        elif source.walk_strength > target.walk_strength:
            if strength < source.walk_strength:
                self.direction = BACKWARD
        else:
            if strength < target.walk_strength:
                self.direction = FORWARD

    def is_satisfied(self):
        return self.direction != NONE

    def input(self):
        return self.source if self.direction == FORWARD else self.target

    def output(self):
        return self.target if self.direction == FORWARD else self.source

    def mark_inputs(self, mark):
        self.input().mark = mark

    def mark_unsatisfied(self):
        self.direction = NONE

    def inputs_known(self, mark):
        given = self.input()
        return given.mark == mark or given.stay or given.determined_by is None

    def recalculate(self):
        given = self.input()
        target = self.output()
        target.walk_strength = self.strength
        if given.walk_strength > self.strength:
            target.walk_strength = given.walk_strength
        target.stay = given.stay
        if target.stay:
            self.execute()


class EqualityConstraint(BinaryConstraint):
    def execute(self):
        self.output().value = self.input().value


class ScaleConstraint(BinaryConstraint):
    def __init__(self, source, scale, offset, target):
        super().__init__(source, target, REQUIRED)
        self.scale = scale
        self.offset = offset

    def add_to_graph(self):
        super().add_to_graph()
        self.scale.add_constraint(self)
        self.offset.add_constraint(self)

    def remove_from_graph(self):
        super().remove_from_graph()
        self.scale.remove_constraint(self)
        self.offset.remove_constraint(self)

    def mark_inputs(self, mark):
        super().mark_inputs(mark)
        self.scale.mark = mark
        self.offset.mark = mark

    def recalculate(self):
        given = self.input()
        target = self.output()
        target.walk_strength = self.strength
        if given.walk_strength > self.strength:
            target.walk_strength = given.walk_strength
        target.stay = given.stay and self.scale.stay and self.offset.stay
        if target.stay:
            self.execute()

    def execute(self):
        source = self.source
        target = self.target
        if self.direction == FORWARD:
            target.value = source.value * self.scale.value + self.offset.value
        else:
            source.value = (target.value - self.offset.value) // self.scale.value


class Planner:
    def __init__(self):
        self.current_mark = 0

    def new_mark(self):
        self.current_mark += 1
        return self.current_mark

    def incremental_add(self, constraint):
        mark = self.new_mark()
        overridden = constraint.satisfy(mark, self)
        while overridden is not None:
            overridden = overridden.satisfy(mark, self)

    def incremental_remove(self, constraint):
        target = constraint.output()
        constraint.mark_unsatisfied()
        constraint.remove_from_graph()
        unsatisfied = self.remove_propagate_from(target)
        for strength in range(REQUIRED, WEAKEST):
            for other in unsatisfied:
                if other.strength == strength:
                    self.incremental_add(other)

    def remove_propagate_from(self, target):
        target.determined_by = None
        target.walk_strength = WEAKEST
        target.stay = True
        unsatisfied = []
        todo = [target]
        while todo:
            variable = todo.pop()
            determining = variable.determined_by
            for c in variable.constraints:
                if not c.is_satisfied():
                    unsatisfied.append(c)
                elif c is not determining:
                    c.recalculate()
                    todo.append(c.output())
        return unsatisfied

    def add_propagate(self, constraint, mark):
        todo = [constraint]
        while todo:
            c = todo.pop()
            target = c.output()
            if target.mark == mark:
                self.incremental_remove(constraint)
                return False
            c.recalculate()
            self.add_consumers(target, todo)
        return True

    def add_consumers(self, variable, todo):
        determining = variable.determined_by
        for c in variable.constraints:
            if c.is_satisfied() and c is not determining:
                todo.append(c)

    def make_plan(self, sources):
        mark = self.new_mark()
        plan = []
        todo = sources
        while todo:
            c = todo.pop()
            target = c.output()
            if target.mark != mark and c.inputs_known(mark):
                plan.append(c)
                target.mark = mark
                self.add_consumers(target, todo)
        return plan

    def extract_plan(self, constraints):
        return self.make_plan([c for c in constraints if c.is_input and c.is_satisfied()])


def execute_plan(plan):
    for c in plan:
        c.execute()


def chain_test(count):
    """A chain of equalities; an edit at one end must arrive at the other."""
    planner = Planner()
    first = Variable(0)
    last = first
    for _ in range(count):
        v = Variable(0)
        EqualityConstraint(last, v, REQUIRED).enter(planner)
        last = v
    StayConstraint(last, STRONG_DEFAULT).enter(planner)
    edit = EditConstraint(first, PREFERRED).enter(planner)
    plan = planner.extract_plan([edit])
    total = 0
    for i in range(1, 101):
        first.value = i
        execute_plan(plan)
        if last.value != i:
            raise RuntimeError("chain test failed")
        total += last.value
    edit.leave(planner)
    return total


def change(planner, variable, value):
    edit = EditConstraint(variable, PREFERRED).enter(planner)
    plan = planner.extract_plan([edit])
    for _ in range(10):
        variable.value = value
        execute_plan(plan)
    edit.leave(planner)


def projection_test(count):
    """Pairs of variables bound by a scale and an offset, edited from both sides."""
    planner = Planner()
    scale = Variable(10)
    offset = Variable(1000)
    source = target = None
    targets = []
    for i in range(1, count + 1):
        source = Variable(i)
        target = Variable(i)
        targets.append(target)
        StayConstraint(source, NORMAL).enter(planner)
        ScaleConstraint(source, scale, offset, target).enter(planner)
    change(planner, source, 17)
    if target.value != 1170:
        raise RuntimeError("projection 1 failed")
    change(planner, target, 1050)
    if source.value != 5:
        raise RuntimeError("projection 2 failed")
    change(planner, scale, 5)
    change(planner, offset, 2000)
    total = 0
    for i, v in enumerate(targets, 1):
        expected = 5 * 5 + 2000 if i == count else i * 5 + 2000
        if v.value != expected:
            raise RuntimeError("projection 3 failed")
        total += v.value
    return total


def run(size):
    return chain_test(size) * 1000 + projection_test(size)


def main(iters=10, size=4000):
    checksum = None
    for k in range(1, int(iters) + 1):
        started = time.perf_counter()
        result = run(int(size))
        elapsed = time.perf_counter() - started
        print(f"iter {k} {elapsed:.6f}")
        if checksum is not None and result != checksum:
            sys.exit(f"checksum changed from {checksum} to {result}")
        checksum = result
    print(f"checksum {checksum}")


main(*sys.argv[1:])
