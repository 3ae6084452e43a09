"""What probes are made of: a start and gradients that tell wrong rules apart, and runs over them.

The gradients change their signs, differ in size by three thousand, and hold a zero in the first place of the
first step, because many wrong rules are right on a single ordinary gradient.
"""

import numpy as np

from .trace import Seen

START = np.array([1.0, -2.0, 0.5, 3.0])
GRADS = np.array(
    [
        [0.0, 0.5, -0.001, 3.0],
        [0.2, -1.0, 0.01, -2.0],
        [-0.4, 0.3, 0.0, 1.0],
        [1.5, -0.7, -0.02, 0.0],
        [-0.1, 2.0, 0.3, -0.5],
    ]
)
VELOCITY = np.array([0.5, -1.0, 0.25, 2.0])
CACHE = np.array([0.5, 2.0, 0.25, 4.0])
TINY = np.array(
    [
        [1e-6, -1e-6, 3e-7, 0.0],
        [-2e-6, 1e-8, 1e-3, 1e-9],
        [0.0, 0.0, 0.0, 0.0],
        [1e-9, 1e-6, -1e-6, 2e-8],
    ]
)


def run_of_steps(step, where, start, grads, state, names, **settings):
    """Walk: w, *state = step(w, grad, *state, *settings) for each gradient; yield the state, then w.

    `names` are the names of the state; settings are handed on by position, in the order given.
    """
    w, state = start, list(state)
    for count, grad in enumerate(grads, start=1):
        before = w
        w, *state = step(w, grad, *state, *settings.values())
        for name, value in zip(names, state, strict=True):
            yield Seen(f"{where}step {count}", name, value)
        yield Seen(f"{where}step {count}", "w", w, start=before)


def other_shapes(dtype=float):
    """(label, start, three gradients) for a single number, an empty array and a matrix."""
    shapes = {"a single number": (), "an empty array": (0,), "a matrix": (3, 2)}
    for label, shape in shapes.items():
        size = int(np.prod(shape))
        start = np.linspace(-1.0, 2.0, size).reshape(shape).astype(dtype)
        grads = [
            (np.cos(np.arange(size) + 2.0 * k) + 0.25 * k).reshape(shape).astype(dtype) for k in range(3)
        ]
        yield label, start, grads


def probe_cached_steps(exercise, coarse, fine):
    """Add probes for step(w, grad, cache, *settings) -> (w, cache) with the settings of two dicts.

    The eps of `coarse` is large, to show its place; that of `fine` is small, for gradients like it.
    """

    @exercise.probe("three runs with ordinary gradients")
    def _(step):
        zero = np.zeros(4)
        yield from run_of_steps(step, "run 1, ", START, GRADS, [zero], ["cache"], **coarse)
        yield from run_of_steps(step, "run 2, ", START, GRADS[::-1], [zero], ["cache"], **fine)
        yield from run_of_steps(step, "run 3, ", START, GRADS[1:], [CACHE], ["cache"], **coarse)

    @exercise.probe("tiny gradients, and none")
    def _(step):
        yield from run_of_steps(step, "", START, TINY, [np.zeros(4)], ["cache"], **fine)

    @exercise.probe("whole numbers as a start")
    def _(step):
        whole, zero = np.array([1, -2, 0, 3]), np.zeros(4, int)
        yield from run_of_steps(step, "", whole, GRADS[:3], [zero], ["cache"], **coarse)

    @exercise.probe("float32")
    def _(step):
        start, grads, cache = (array.astype(np.float32) for array in (START, GRADS[:4], CACHE))
        yield from run_of_steps(step, "", start, grads, [cache], ["cache"], **coarse)

    @exercise.probe("other shapes", lenient=True)
    def _(step):
        for label, start, grads in other_shapes():
            zero = np.zeros_like(start)
            yield from run_of_steps(step, f"{label}, ", start, grads, [zero], ["cache"], **coarse)
