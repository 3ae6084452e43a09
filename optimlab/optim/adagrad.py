"""Adagrad: each parameter divided by the root of the sum of its squared gradients."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import nonzero, option


class Adagrad(Optimizer):
    """Adagrad: a learning rate for each parameter that only ever falls.

        s = s + g**2
        w = w - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the size of the first step of each parameter.
        lr_decay: how fast lr falls besides, at least 0.
        weight_decay: strength of the L2 penalty, added to the gradient; at least 0.
        initial_accumulator_value: what s starts from, at least 0. optax and Keras start from 0.1.
        eps: added to the root, at least 0, in units of the gradient.
        eps_in_sqrt: divide by sqrt(s + eps) instead, as optax and Keras do (their eps is 1e-7).

    State: sum (s), of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = Adagrad(w, lr=0.1)
    >>> for _ in range(4):
    ...     opt.step(np.array([100.0, 0.01]))
    >>> w.round(3)
    array([0.722, 0.722])
    >>> opt
    Adagrad(lr=0.1, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, eps_in_sqrt=False)

    Sources: Duchi, Hazan and Singer (2011).
    """

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10,
                 eps_in_sqrt=False):
        self.eps_in_sqrt = option("eps_in_sqrt", eps_in_sqrt, False, True)
        super().__init__(params, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
                         initial_accumulator_value=initial_accumulator_value, eps=eps)

    def init(self, p):
        s = np.empty_like(p)
        s[...] = self.now("initial_accumulator_value")
        return {"sum": s}

    def rule(self, p, g, state, t, lr, lr_decay, weight_decay, initial_accumulator_value, eps):
        s = state["sum"]
        lr = lr / (1 + (t - 1) * lr_decay)
        if nonzero(weight_decay):
            g = g + weight_decay * p
        # One temporary array in turn: fresh memory costs as much as the arithmetic.
        square = g**2
        s += square
        if self.eps_in_sqrt:
            root = np.sqrt(s + eps)
        else:
            root = np.sqrt(s, out=square)
            root += eps
        step = np.divide(g, root, out=root)
        step *= lr
        return step
