"""NAdam: Adam that looks ahead by one step of its momentum."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import nonzero, option


class NAdam(Optimizer):
    """NAdam: Adam with Nesterov momentum, whose share mu grows with the steps.

        mu(t) = beta1 * (1 - 0.96**(t * momentum_decay) / 2)
        m = beta1 * m + (1 - beta1) * g               M = mu(1) * mu(2) * ... * mu(t)
        v = beta2 * v + (1 - beta2) * g**2            v_hat = v / (1 - beta2**t)
        m_hat = mu(t + 1) * m / (1 - M * mu(t + 1)) + (1 - mu(t)) * g / (1 - M)
        w = w - lr * m_hat / (sqrt(v_hat) + eps)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the largest change of a parameter in one step.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        eps: added to the root, outside it; at least 0, in units of the gradient.
        weight_decay: strength of the L2 penalty, added to the gradient; at least 0.
        momentum_decay: how fast mu goes from beta1 / 2 to beta1; at least 0. With inf it is beta1 from the
            start, which is optax's form; Keras has 1.
        decoupled_weight_decay: take lr * weight_decay * w from the weights instead, as AdamW does.

    State: exp_avg (m), exp_avg_sq (v), each of the shape of the array, and mu_product (M), a number, or an
    array where betas or momentum_decay are. PyTorch keeps M in its default dtype, here it is float64.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = NAdam(w, lr=0.1, momentum_decay=np.inf)
    >>> opt.step(np.array([1000.0, 0.001]))
    >>> w.round(4)
    array([0.8526, 0.8526])
    >>> opt  # doctest: +NORMALIZE_WHITESPACE
    NAdam(lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, momentum_decay=inf,
          decoupled_weight_decay=False)

    Sources: Dozat (2016).
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
                 decoupled_weight_decay=False):
        self.decoupled_weight_decay = option("decoupled_weight_decay", decoupled_weight_decay, False, True)
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                         momentum_decay=momentum_decay)

    def init(self, p):
        return {"exp_avg": np.zeros_like(p), "exp_avg_sq": np.zeros_like(p), "mu_product": 1.0}

    def once(self, p, g, state, t, betas, momentum_decay, **others):
        state["mu_product"] = state["mu_product"] * mu(t, betas[0], momentum_decay)
        return {}

    def rule(self, p, g, state, t, lr, betas, eps, weight_decay, momentum_decay):
        m, v, M = state["exp_avg"], state["exp_avg_sq"], state["mu_product"]
        beta1, beta2 = betas
        mu_now, mu_next = mu(t, beta1, momentum_decay), mu(t + 1, beta1, momentum_decay)
        if nonzero(weight_decay) and not self.decoupled_weight_decay:
            g = g + weight_decay * p
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g**2
        m_hat = mu_next / (1 - M * mu_next) * m + (1 - mu_now) / (1 - M) * g
        v_hat = v / (1 - beta2**t)
        step = lr * m_hat / (np.sqrt(v_hat) + eps)
        if nonzero(weight_decay) and self.decoupled_weight_decay:
            step += lr * weight_decay * p
        return step


def mu(t, beta1, momentum_decay):
    return beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
