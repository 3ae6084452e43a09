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
