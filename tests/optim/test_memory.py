"""A rule that treats every element alone needs at most 4 MiB besides its states, whatever the size."""

import tracemalloc

import numpy as np
import pytest

import optimlab.optim as optim

ELEMENTWISE = [
    name
    for name in optim.__all__
    if getattr(getattr(optim, name), "elementwise", False) and name != "Optimizer"
]
LAYOUTS = {
    "one row": lambda x: x.reshape(-1),
    "C order": lambda x: x,
    "Fortran order": lambda x: x.T,
    "a view": lambda x: x[:, ::2],
    "a few long rows": lambda x: x.reshape(2, -1)[:, 1:],
}


def test_there_are_rules_that_treat_every_element_alone():
    assert {"SGD", "RMSprop", "Adam", "AdamW", "Lion"} <= set(ELEMENTWISE)


@pytest.mark.parametrize(
    "name, layout",
    [
        *((name, "C order") for name in ELEMENTWISE),
        *(("Adam", layout) for layout in LAYOUTS if layout != "C order"),
    ],
)
def test_scratch_is_small(name, layout):
    ones = np.ones((2000, 600), np.float64)
    p, grads = LAYOUTS[layout](ones.copy()), LAYOUTS[layout](ones)
    optimizer = getattr(optim, name)(p)
    optimizer.t = 6  # RAdam divides from its sixth step on

    def closure():
        return 0.0, [grads]

    optimizer.step(grads, closure=closure)
    tracemalloc.start()
    try:
        optimizer.step(grads, closure=closure)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 4 * 2**20
