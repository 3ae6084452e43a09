"""Runs on a quadratic for a moving slider: the library's optimizer, without all that a History keeps."""

import numpy as np

from optimlab.train import DIVERGED


def run(optimizer, curvatures, steps):
    """Let an optimizer walk down f = sum of curvatures x² / 2.

    optimizer: made with the start, shape (n,). curvatures: shape (n,).
    -> params (steps+1, n), nan after the run has diverged, and the step at which it did, or None. Diverged
    means what it means for descend(): the loss is 1e10 times that at the start.

    >>> from optimlab import SGD
    >>> params, diverged_at = run(SGD(np.array([1.0, 1.0]), lr=0.21), np.array([1.0, 10.0]), 200)
    >>> diverged_at, bool(np.isnan(params[diverged_at + 1]).all())
    (122, True)
    """
    (x,) = optimizer.params
    curvatures = np.asarray(curvatures, float)
    params = np.full((steps + 1, *x.shape), np.nan)
    params[0] = x
    far = 2 * DIVERGED * max(float(curvatures @ (x * x)) / 2, 1.0)
    for step in range(1, steps + 1):
        optimizer.step(curvatures * x)
        params[step] = x
        if not float(curvatures @ (x * x)) <= far:
            return params, step
    return params, None
