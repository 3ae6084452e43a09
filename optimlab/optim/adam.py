"""Adam: a moving average of the gradient over the root of a moving average of its square."""

import numpy as np

from optimlab.optim.base import Optimizer


class Adam(Optimizer):
    """Adam, as published and as in PyTorch.

        m = beta1 * m + (1 - beta1) * g               m_hat = m / (1 - beta1**t)
        v = beta2 * v + (1 - beta2) * g**2            v_hat = v / (1 - beta2**t)
        w = w - lr * m_hat / (sqrt(v_hat) + eps)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the largest change of a parameter in one step.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        eps: added to the root, outside it; at least 0, in units of the gradient.
        weight_decay: strength of the L2 penalty, added to the gradient (AdamW decays the weights themselves).
        amsgrad: divide by the largest v so far, kept in max_exp_avg_sq. As in PyTorch the maximum is taken
            before the correction; the paper does not correct at all, optax takes it after.

    State: exp_avg (m), exp_avg_sq (v) and, with amsgrad, max_exp_avg_sq; each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = Adam(w, lr=0.1)
    >>> opt.step(np.array([1000.0, 0.001]))
    >>> w.round(4)
    array([0.9, 0.9])
    >>> opt
    Adam(lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False)

    Sources: Kingma and Ba (2015); Reddi, Kale and Kumar (2018) for amsgrad.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        self.amsgrad = amsgrad
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def init(self, p):
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * self.amsgrad
        return {name: np.zeros(p.shape, p.dtype) for name in names}

    def rule(self, p, g, state, t, lr, betas, eps, weight_decay):
        m, v = state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        if np.any(weight_decay):
            g = g + weight_decay * p
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        if self.amsgrad:
            v = np.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        return lr * m_hat / (np.sqrt(v_hat) + eps)
