"""AdaBelief: Adam whose denominator is how far the gradient strays from its own average."""

import numpy as np

from optimlab.optim.base import Optimizer


class AdaBelief(Optimizer):
    """AdaBelief, as published and as in optax: small steps where the gradient surprises.

        m = beta1 * m + (1 - beta1) * g                            m_hat = m / (1 - beta1**t)
        s = beta2 * s + (1 - beta2) * (g - m)**2 + eps_root        s_hat = s / (1 - beta2**t)
        w = w - lr * (m_hat / (sqrt(s_hat) + eps) + weight_decay * w)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the largest change of a parameter in one step.
        betas: (beta1, beta2), each in [0, 1): how much of m and of s a step keeps.
        eps: added to the root, outside it; at least 0, in units of the gradient.
        eps_root: added to s in every step, in units of the squared gradient. It stays in s and accumulates.
        weight_decay: decoupled decay, at least 0, with the w from before the step.

    State: exp_avg (m) and exp_avg_var (s), each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = AdaBelief(w, lr=0.1)
    >>> opt.step(np.array([1000.0, 0.001]))
    >>> w.round(4)
    array([0.8889, 0.8889])
    >>> opt
    AdaBelief(lr=0.1, betas=(0.9, 0.999), eps=1e-16, eps_root=1e-16, weight_decay=0)

    Names in optax: mu (m), nu (s); pytorch_optimizer has no eps of its own in the root, it adds eps there and
    outside, and its weight decay is decoupled too: set eps_root = eps. The first step is lr / beta1, not lr
    as in Adam, because g - m is beta1 * g.

    Source: Zhuang, Tang, Ding, Tatikonda, Dvornek, Papademetris and Duncan (2020).
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-16, eps_root=1e-16, weight_decay=0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, eps_root=eps_root, weight_decay=weight_decay)

    def init(self, p):
        return {name: np.zeros(p.shape, p.dtype) for name in ("exp_avg", "exp_avg_var")}

    def rule(self, p, g, state, t, lr, betas, eps, eps_root, weight_decay):
        m, s = state["exp_avg"], state["exp_avg_var"]
        beta1, beta2 = betas
        m *= beta1
        m += (1 - beta1) * g
        surprise = g - m
        s *= beta2
        s += (1 - beta2) * surprise * surprise
        s += eps_root
        m_hat = m / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        return lr * (m_hat / (np.sqrt(s_hat) + eps) + weight_decay * p)
