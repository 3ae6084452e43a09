"""ASGD: gradient descent that also keeps the average of its points."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import each, nonzero


class ASGD(Optimizer):
    """Averaged SGD: the points wander with the noise, their average ax does not.

        eta = lr / (1 + lambd * lr * (t - 1))**alpha
        w = (1 - lambd * eta) * w - eta * g
        ax = ax + (w - ax) / max(1, t - 1 - t0)

    Args:
        params: a float array of any shape, or a list of them; changed in place. These are the points w: the
            average is in the state.
        lr: learning rate, at least 0, in units of params per unit of gradient.
        lambd: how fast the learning rate falls and, in the same measure, the weights decay; at least 0.
        alpha: the power of the fall, from 0 to 1.
        t0: when averaging starts, at least 0: ax is the average of w from step t0 + 2 on, and w itself
            until then. PyTorch's default is a million steps, so set it to those that you want to leave out.
        weight_decay: strength of the L2 penalty, added to the gradient; at least 0.

    State: ax, the average, of the shape of the array. PyTorch keeps eta and mu = 1 / max(1, t - 1 - t0) too;
    here they follow from t.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0])
    >>> opt = ASGD(w, lr=0.5, lambd=0, t0=0)
    >>> for g in [1.0, -1.0, 1.0]:
    ...     opt.step(np.array([g]))
    >>> w, opt.state[0]["ax"].round(2)
    (array([0.5]), array([0.75]))
    >>> opt
    ASGD(lr=0.5, lambd=0, alpha=0.75, t0=0, weight_decay=0)

    Sources: Polyak and Juditsky (1992); Bottou (2010) for the fall of the learning rate.
    """

    def __init__(self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0):
        super().__init__(params, lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay)

    def init(self, p):
        return {"ax": np.copy(p)}

    def rule(self, p, g, state, t, lr, lambd, alpha, t0, weight_decay):
        ax = state["ax"]
        if nonzero(weight_decay):
            g = g + weight_decay * p
        eta = lr / (1 + lambd * lr * (t - 1)) ** alpha
        step = eta * g + lambd * eta * p
        w = p - step
        ax += (w - ax) * each(lambda t0: 1 / max(1, t - 1 - t0), t0)
        return step
