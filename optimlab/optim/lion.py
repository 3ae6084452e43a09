"""Lion: every parameter moves by lr, in the direction that momentum and gradient agree on."""

import numpy as np

from optimlab.optim.base import Optimizer


class Lion(Optimizer):
    """Lion, "evolved sign momentum", as published and as in optax.

        u = sign(beta1 * m + (1 - beta1) * g)
        m = beta2 * m + (1 - beta2) * g
        w = w - lr * (u + weight_decay * w)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: exactly the change of a parameter in one step (0 where u is 0).
            Three to ten times smaller than Adam's.
        betas: (beta1, beta2), each in [0, 1): what the direction keeps of m, and what m itself keeps.
        weight_decay: decoupled decay, at least 0, with the w from before the step. optax's default, 1e-3.

    State: exp_avg (m), of the shape of the array: half of what Adam keeps.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0, 1.0])
    >>> opt = Lion(w, lr=0.1, weight_decay=0)
    >>> opt.step(np.array([1000.0, 0.001, 0.0]))
    >>> w
    array([0.9, 0.9, 1. ])
    >>> opt
    Lion(lr=0.1, betas=(0.9, 0.99), weight_decay=0)

    Source: Chen, Liang, Huang, Real, Wang, Liu, Pham, Dong, Luong, Hsieh, Lu and Le (2023).
    """

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=1e-3):
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay)

    def init(self, p):
        return {"exp_avg": np.zeros(p.shape, p.dtype)}

    def rule(self, p, g, state, t, lr, betas, weight_decay):
        m = state["exp_avg"]
        beta1, beta2 = betas
        u = np.sign(beta1 * m + (1 - beta1) * g)
        m *= beta2
        m += (1 - beta2) * g
        return lr * (u + weight_decay * p)
