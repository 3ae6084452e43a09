"""Rprop: a step size for each parameter, which grows until the gradient turns and then shrinks."""

import numpy as np

from optimlab.optim.base import Optimizer


class Rprop(Optimizer):
    """Rprop: only the signs of the gradient count, so it wants the full gradient, not that of a small batch.

        s = s * etaplus      where g * g_prev > 0        (at most the largest of step_sizes)
        s = s * etaminus     where g * g_prev < 0        (at least the smallest); and g = 0 there
        w = w - sign(g) * s

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: the step size that every parameter starts from, at least 0, in units of params. Later values of
            a schedule do nothing.
        etas: (etaminus, etaplus), the first in [0, 1), the second at least 1.
        step_sizes: the smallest and the largest step size, at least 0, in units of params.

    State: prev (the last gradient, 0 where the sign turned) and step_size (s), each of the shape of the
    array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0])
    >>> opt = Rprop(w, lr=0.25, etas=(0.5, 2.0))
    >>> for _ in range(3):
    ...     opt.step(w.copy())
    ...     print(w)
    [0.75]
    [0.25]
    [-0.75]
    >>> opt
    Rprop(lr=0.25, etas=(0.5, 2), step_sizes=(1e-06, 50))

    Sources: Riedmiller and Braun (1993), in the form called iRprop- by Igel and Hüsken (2000): after a turn
    the step is left out, not taken back.
    """

    def __init__(self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
        super().__init__(params, lr=lr, etas=etas, step_sizes=step_sizes)

    def init(self, p):
        s = np.empty_like(p)
        s[...] = self.now("lr")
        return {"prev": np.zeros_like(p), "step_size": s}

    def rule(self, p, g, state, t, lr, etas, step_sizes):
        prev, s = state["prev"], state["step_size"]
        etaminus, etaplus = etas
        smallest, largest = step_sizes
        agreement = np.sign(g) * np.sign(prev)
        turned = agreement < 0
        np.multiply(s, etaplus, out=s, where=agreement > 0)
        np.multiply(s, etaminus, out=s, where=turned)
        np.maximum(s, smallest, out=s)
        np.minimum(s, largest, out=s)
        prev[...] = np.where(turned, 0, g)
        return np.sign(prev) * s
