"""Adamax: Adam with the largest recent gradient in the place of the root mean square."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import nonzero


class Adamax(Optimizer):
    """Adamax: the limit of Adam as the power of the gradients goes from 2 to infinity.

        m = beta1 * m + (1 - beta1) * g               m_hat = m / (1 - beta1**t)
        u = max(beta2 * u, |g| + eps)
        w = w - lr * m_hat / u

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: no parameter changes by much more in one step.
        betas: (beta1, beta2), each in [0, 1): how much of m and of u a step keeps.
        eps: added to the size of the gradient, at least 0, in its units; the paper has none.
        weight_decay: strength of the L2 penalty, added to the gradient; at least 0.

    State: exp_avg (m) and exp_inf (u), each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = Adamax(w, lr=0.1)
    >>> opt.step(np.array([1000.0, 0.001]))
    >>> w.round(4)
    array([0.9, 0.9])
    >>> opt
    Adamax(lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0)

    Sources: Kingma and Ba (2015), section 7.
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def init(self, p):
        return {"exp_avg": np.zeros_like(p), "exp_inf": np.zeros_like(p)}

    def rule(self, p, g, state, t, lr, betas, eps, weight_decay):
        m, u = state["exp_avg"], state["exp_inf"]
        beta1, beta2 = betas
        if nonzero(weight_decay):
            g = g + weight_decay * p
        m *= beta1
        m += (1 - beta1) * g
        u *= beta2
        np.maximum(u, np.abs(g) + eps, out=u)
        return lr / (1 - beta1**t) * m / u
