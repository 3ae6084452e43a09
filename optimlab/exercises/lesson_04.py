"""Exercises of lesson 04: momentum and Nesterov."""

import math

import numpy as np

from .parts import exercise
from .probing import GRADS, START, VELOCITY, other_shapes, run_of_steps
from .trace import Counted, Seen, Unusable

# 04.1 ------------------------------------------------------------------------------------------------------------


@exercise(
    "04.1",
    "One step with momentum",
    returns=("w", "velocity"),
    hints=(
        "Two things come back. Which of them has to be known before the other can be computed?",
        "The velocity is a running sum of gradients that fades: each step keeps a share `momentum` of it and adds "
        "the whole new gradient. The weights then follow the velocity, not the gradient.",
        "Two lines: velocity = (a share of velocity) + (the gradient); w = w - lr * (which velocity?). "
        "Make new arrays with `=`; `+=` would write into the caller's.",
        "The same shape in another story: a bank account that keeps a share of its balance each month.\n"
        "    balance = keep * balance + deposit\n"
        "    wealth = wealth + rate * balance\n"
        "    return wealth, balance",
    ),
    after="One gradient of 1 moves you by lr now, and by lr / (1 - momentum) in all if nothing follows.",
)
def momentum_step(w, grad, velocity, lr, momentum):
    """Take one step of gradient descent with momentum, in PyTorch's form.

    w, grad and velocity are arrays of one shape; velocity starts as zeros. lr > 0, 0 <= momentum < 1.
    The new velocity is momentum times the old one plus the gradient; w moves against the new velocity by lr.
    Return (w, velocity), two new arrays; the arguments stay as they are.

    >>> momentum_step(np.array([1.0]), np.array([2.0]), np.array([10.0]), lr=0.1, momentum=0.5)
    (array([0.3]), array([7.]))
    """
    velocity = momentum * velocity + grad
    w = w - lr * velocity
    return w, velocity


def _momentum_runs(step):
    zero = np.zeros(4)
    yield from run_of_steps(step, "run 1, ", START, GRADS, [zero], ["velocity"], lr=0.1, momentum=0.9)
    yield from run_of_steps(step, "run 2, ", START, GRADS, [VELOCITY], ["velocity"], lr=0.05, momentum=0.5)
    yield from run_of_steps(step, "momentum 0, ", START, GRADS[:2], [zero], ["velocity"], lr=0.1, momentum=0.0)


def _whole_numbers(step):
    whole = np.array([1, -2, 0, 3])
    yield from run_of_steps(step, "", whole, GRADS[:3], [np.zeros(4, int)], ["velocity"], lr=0.1, momentum=0.9)


def _float32(step):
    small = [array.astype(np.float32) for array in (START, GRADS[:4], VELOCITY)]
    yield from run_of_steps(step, "", *small[:2], [small[2]], ["velocity"], lr=0.1, momentum=0.9)


def _shapes(step):
    for label, start, grads in other_shapes():
        yield from run_of_steps(step, label + ", ", start, grads, [start * 0], ["velocity"], lr=0.1, momentum=0.9)


for _step_exercise in (momentum_step,):
    _step_exercise.probe("two runs of five steps, and momentum 0")(_momentum_runs)
    _step_exercise.probe("whole numbers as a start")(_whole_numbers)
    _step_exercise.probe("float32")(_float32)
    _step_exercise.probe("other shapes", lenient=True)(_shapes)


@momentum_step.mistake(
    "GD-SIGN",
    name="it walks uphill",
    sees="Every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w + lr * velocity, velocity


@momentum_step.mistake(
    "MOM-EMA",
    name="the gradient enters the velocity only in part, as in an average",
    sees="The velocity is (1 - momentum) times the expected one, so at 0.9 each move is a tenth.",
    question="This is the averaged form; other books use it. How much of the new gradient does this exercise add?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    return w - lr * velocity, velocity
