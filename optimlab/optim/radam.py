"""RAdam: Adam that waits with the division until the root can be trusted."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import each, nonzero, option


class RAdam(Optimizer):
    """RAdam: in the first steps momentum alone, then Adam times a factor r that grows to 1.

        m = beta1 * m + (1 - beta1) * g               m_hat = m / (1 - beta1**t)
        v = beta2 * v + (1 - beta2) * g**2            v_hat = v / (1 - beta2**t)
        rho_inf = 2 / (1 - beta2) - 1                 rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
        r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
        w = w - lr * m_hat * r / sqrt(v_hat)          where rho > 5, else  w = w - lr * m_hat

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0; in the first steps in units of params per unit of gradient.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        eps: added to the root, at least 0, in units of the gradient; the paper has none.
        weight_decay: strength of the L2 penalty, added to the gradient; at least 0.
        decoupled_weight_decay: take lr * weight_decay * w from the weights instead, as AdamW does.
        eps_hat: add eps to the root of v before it is corrected, as PyTorch does; False adds it after, as
            optax does.

    State: exp_avg (m) and exp_avg_sq (v), each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = RAdam(w, lr=0.1)
    >>> for _ in range(6):
    ...     opt.step(np.array([1.0, 0.01]))
    ...     print(w.round(4))
    [0.9   0.999]
    [0.8   0.998]
    [0.7   0.997]
    [0.6   0.996]
    [0.5   0.995]
    [0.4974 0.9924]
    >>> opt  # doctest: +NORMALIZE_WHITESPACE
    RAdam(lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, decoupled_weight_decay=False,
          eps_hat=True)

    Sources: Liu, Jiang, He, Chen, Liu, Gao and Han (2020). The paper divides from rho > 4 on.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0,
                 decoupled_weight_decay=False, eps_hat=True):
        self.decoupled_weight_decay = option("decoupled_weight_decay", decoupled_weight_decay, False, True)
        self.eps_hat = option("eps_hat", eps_hat, False, True)
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def init(self, p):
        return {"exp_avg": np.zeros_like(p), "exp_avg_sq": np.zeros_like(p)}

    def rule(self, p, g, state, t, lr, betas, eps, weight_decay):
        m, v = state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        if nonzero(weight_decay) and not self.decoupled_weight_decay:
            g = g + weight_decay * p
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g**2
        step = lr / (1 - beta1**t) * m
        r = each(rectification, beta2, t)
        if np.any(r > 0):
            root2 = (1 - beta2**t) ** 0.5
            if not self.eps_hat:
                eps = eps * root2
            step *= np.where(r > 0, r * root2 / (np.sqrt(v) + eps), 1)
        if nonzero(weight_decay) and self.decoupled_weight_decay:
            step += lr * weight_decay * p
        return step


def rectification(beta2, t):
    """r at step t, or 0 while v is not to be trusted."""
    rho_inf = 2 / (1 - beta2) - 1
    rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
    if rho <= 5:
        return 0.0
    return ((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5
