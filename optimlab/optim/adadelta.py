"""Adadelta: steps in the units of the parameters, from the sizes of earlier steps."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import nonzero


class Adadelta(Optimizer):
    """Adadelta: RMSprop with a moving average of the squared steps in the place of a learning rate.

        v = rho * v + (1 - rho) * g**2
        dx = sqrt(u + eps) / sqrt(v + eps) * g
        u = rho * u + (1 - rho) * dx**2
        w = w - lr * dx

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: multiplies the step, at least 0; 1 is the paper's rule.
        rho: how much of v and of u a step keeps, at least 0.
        eps: inside both roots, at least 0; it also sets the size of the first steps, sqrt(eps).
        weight_decay: strength of the L2 penalty, added to the gradient; at least 0.

    State: square_avg (v) and acc_delta (u), each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = Adadelta(w, rho=0.75)
    >>> opt.step(np.array([100.0, 1.0]))
    >>> w.round(4)
    array([0.998, 0.998])
    >>> opt
    Adadelta(lr=1, rho=0.75, eps=1e-06, weight_decay=0)

    Sources: Zeiler (2012).
    """

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def init(self, p):
        return {"square_avg": np.zeros_like(p), "acc_delta": np.zeros_like(p)}

    def rule(self, p, g, state, t, lr, rho, eps, weight_decay):
        v, u = state["square_avg"], state["acc_delta"]
        if nonzero(weight_decay):
            g = g + weight_decay * p
        v *= rho
        v += (1 - rho) * g**2
        dx = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u *= rho
        u += (1 - rho) * dx**2
        return lr * dx
