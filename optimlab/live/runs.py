"""Runs on a quadratic for a moving slider: the library's optimizer, without all that a History keeps."""

import inspect
from functools import cache

import numpy as np

from optimlab.train import DIVERGED


@cache
def rule_parameters(kind):
    """The names of the hyper-parameters that an optimizer's rule takes."""
    return tuple(inspect.signature(kind.rule).parameters)[5:]


def run(optimizer, curvatures, steps):
    """Let an optimizer walk down f = sum of curvatures x² / 2.

    optimizer: made with the start, shape (n,), or with many starts, shape (runs, n). curvatures: shape (n,).
    Its hyper-parameters are numbers, resolved once, and its rule is called as step() calls it, without the
    checks that a learner's own loop deserves: a picture has 40 ms.

    -> params (steps+1, *start.shape), nan after the run has diverged, and the step at which it did, or None.
    Diverged means what it means for descend(): the loss, summed over all runs, is 1e10 times that at the
    start.

    >>> from optimlab import SGD
    >>> params, diverged_at = run(SGD(np.array([1.0, 1.0]), lr=0.21), np.array([1.0, 10.0]), 200)
    >>> diverged_at, bool(np.isnan(params[diverged_at + 1]).all())
    (122, True)
    """
    (x,), (state,) = optimizer.params, optimizer.state
    curvatures = np.broadcast_to(np.asarray(curvatures, float), x.shape).copy()
    params = np.full((steps + 1, *x.shape), np.nan)
    params[0] = x
    slope = curvatures * x
    far = 2 * DIVERGED * max(float(np.vdot(slope, x)) / 2, 1.0)
    values = {name: optimizer.now(name) for name in rule_parameters(type(optimizer))}
    for step in range(1, steps + 1):
        x -= optimizer.rule(x, slope, state, step, **values)
        params[step] = x
        slope = curvatures * x
        if not float(np.vdot(slope, x)) <= far:
            return params, step
    return params, None
