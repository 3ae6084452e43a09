"""A rule that can be walked in blocks needs at most 4 MiB besides its states, whatever the size."""

import tracemalloc

import numpy as np
import pytest

import optimlab.optim as optim

ELEMENTWISE = [
    name
    for name in optim.__all__
    if getattr(getattr(optim, name), "elementwise", False) and name != "Optimizer"
]
WITH_SUMS = ["LARS", "LAMB", "Adafactor", "Prodigy"]
LAYOUTS = {
    "one row": lambda x: x.reshape(-1),
    "C order": lambda x: x,
    "Fortran order": lambda x: x.T,
    "a view": lambda x: x[:, ::2],
    "a few long rows": lambda x: x.reshape(2, -1)[:, 1:],
}


def test_there_are_rules_that_treat_every_element_alone():
    assert {"SGD", "RMSprop", "Adam", "AdamW", "Lion"} <= set(ELEMENTWISE)


def scratch(call):
    """The largest number of bytes that a call holds at once, beyond what was held before."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name, layout",
    [
        *((name, "C order") for name in ELEMENTWISE),
        *(("Adam", layout) for layout in LAYOUTS if layout != "C order"),
        *((name, layout) for name in WITH_SUMS for layout in LAYOUTS),
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
    assert scratch(lambda: optimizer.step(grads, closure=closure)) <= 4 * 2**20


def test_lookahead_and_averages_move_in_blocks():
    p, grads = np.ones((2000, 600)), np.ones((2000, 600))
    lookahead = optim.Lookahead(optim.SGD(p), k=1)
    assert scratch(lambda: lookahead.step(grads)) <= 4 * 2**20
    free = optim.ScheduleFreeSGD(p)
    free.step(grads)
    assert scratch(free.eval) <= 4 * 2**20
    assert scratch(free.train) <= 4 * 2**20


def test_sam_keeps_one_copy_of_params():
    p, grads = np.ones((2000, 600)), np.ones((2000, 600))
    sam = optim.SAM(optim.SGD(p), rho=0.1)
    assert scratch(lambda: sam.step(grads, closure=lambda: (0.0, grads))) <= p.nbytes + 4 * 2**20
