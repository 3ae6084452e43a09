"""Group: different rules for different arrays, stepped as one."""

import numpy as np
import pytest
from parity import Problem

from optimlab.optim import SAM, SGD, Adam, Group, RMSprop

SHAPES = ((4, 3), (2, 2), (3,))


def grouped(problem):
    first, second, third = (p.copy() for p in problem.start)
    return Group(Adam([first, second], lr=0.1), SGD(third, lr=0.05, momentum=0.9))


def walk(optimizer, problem, steps, first=1):
    for t in range(first, first + steps):
        optimizer.step(problem.grads(optimizer.params, t))


def copies(group):
    return [a.copy() for a in group.params] + [a.copy() for state in group.state for a in state.values()]


def test_each_array_follows_its_own_rule():
    problem = Problem(SHAPES)
    group = grouped(problem)
    adam = Adam([p.copy() for p in problem.start], lr=0.1)
    sgd = SGD([p.copy() for p in problem.start], lr=0.05, momentum=0.9)
    for optimizer in (group, adam, sgd):
        walk(optimizer, problem, 5)
    for mine, theirs in zip(group.params, (*adam.params[:2], sgd.params[2]), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert group.t == 5
    assert set(group.state[2]) == {"momentum_buffer"}


def test_groups_may_hold_groups_and_wrappers():
    problem = Problem(SHAPES, noise=0, zeros=0)
    first, second, third = (p.copy() for p in problem.start)
    group = Group(Group(SGD(first, lr=0.1), RMSprop(second)), SAM(SGD(third, lr=0.1), rho=0.1))
    alone = problem.start[2].copy()
    sam = SAM(SGD(alone, lr=0.1), rho=0.1)
    center, curvature = problem.center[2], problem.curvature[2]
    for _ in range(3):
        group.step(
            problem.grads(group.params, 1),
            closure=lambda: (problem.loss(group.params, 1), problem.grads(group.params, 1)),
        )
        sam.step(curvature * (alone - center), closure=lambda: (0.0, [curvature * (alone - center)]))
    np.testing.assert_array_equal(third, alone)
    assert [len(o.params) for o in group.optimizers] == [2, 1]


def test_resumes_to_the_bit():
    problem = Problem(SHAPES)
    whole = grouped(problem)
    walk(whole, problem, 4)
    later = Group(Adam([p.copy() for p in whole.params[:2]]), SGD(whole.params[2].copy()))
    later.load_state_dict(whole.state_dict())
    walk(whole, problem, 4, first=5)
    walk(later, problem, 4, first=5)
    for a, b in zip(copies(whole), copies(later), strict=True):
        np.testing.assert_array_equal(a, b)


def test_now_asks_the_first_that_has_it():
    group = Group(Adam(np.zeros(2), lr=lambda step: 1 / (step + 1)), SGD(np.zeros(2), lr=0.5, momentum=0.25))
    assert group.now("lr") == 1
    assert group.now("momentum") == 0.25
    group.step([np.ones(2), np.ones(2)])
    assert group.now("lr") == 0.5
    with pytest.raises(AttributeError, match="speed"):
        group.now("speed")


def test_what_one_refuses_changes_none():
    problem = Problem(SHAPES)
    group = grouped(problem)
    walk(group, problem, 2)
    before = copies(group)
    good = problem.grads(group.params, 3)
    bad = [*good[:2], np.full(3, np.nan)]
    for grads, error in (
        (bad, ValueError),
        (good[:2], ValueError),
        (good[0], TypeError),
        ([*good[:2], good[2][:2]], ValueError),
        ([*good[:2], good[2].astype("f4")], TypeError),
    ):
        with pytest.raises(error, match="^grads"):
            group.step(grads)
    group.optimizers[1].lr = lambda step: float("nan")
    with pytest.raises(ValueError, match="^lr"):
        group.step(good)
    for a, b in zip(copies(group), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert [optimizer.t for optimizer in group.optimizers] == [2, 2]


def test_a_foreign_state_dict_changes_nothing():
    problem = Problem(SHAPES)
    group = grouped(problem)
    walk(group, problem, 2)
    before = copies(group)
    good = group.state_dict()
    other = Group(Adam([np.zeros((4, 3)), np.zeros((2, 2))]), SGD(np.zeros(7))).state_dict()
    for saved in (other, {**good, "optimizers": good["optimizers"][:1]}, {**good, "optimizer": "Adam"}, {}):
        with pytest.raises(ValueError, match="^saved"):
            group.load_state_dict(saved)
    with pytest.raises(TypeError, match="^saved"):
        group.load_state_dict([])
    for a, b in zip(copies(group), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert group.optimizers[0].lr == 0.1


def test_bad_members_are_refused():
    w = np.zeros(4)
    with pytest.raises(ValueError, match="optimizers: at least one"):
        Group()
    with pytest.raises(TypeError, match="optimizers: .*SGD"):
        Group(SGD)
    with pytest.raises(TypeError, match="optimizers: .*0.1"):
        Group(SGD(w), 0.1)
    with pytest.raises(ValueError, match="optimizers: number 1"):
        Group(SGD(w), Adam(w[2:]))
