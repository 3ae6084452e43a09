"""Yogi: Adam whose second moment moves by a fixed amount, so that it cannot collapse or jump."""

import numpy as np

from optimlab.optim.base import Optimizer


class Yogi(Optimizer):
    """Yogi, as in optax: v moves towards g**2 by at most (1 - beta2) * g**2, whatever the distance.

        m = beta1 * m + (1 - beta1) * g                            m_hat = m / (1 - beta1**t)
        v = v - (1 - beta2) * sign(v - g**2) * g**2                v_hat = v / (1 - beta2**t)
        w = w - lr * m_hat / (sqrt(v_hat) + eps)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the largest change of a parameter in one step.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        eps: added to the root, outside it; at least 0, in units of the gradient.
        initial_accumulator_value: what m and v hold before the first step, at least 0; a number, used once.
        bias_correction: divide by 1 - beta**t, as optax and pytorch_optimizer do. The paper's algorithm does
            not: it starts v at a gradient squared instead; set state[i]["exp_avg_sq"] before the first step
            for that.

    State: exp_avg (m) and exp_avg_sq (v), each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = Yogi(w, lr=0.1)
    >>> opt.step(np.array([1000.0, 1.0]))
    >>> w.round(4)
    array([0.9   , 0.9001])
    >>> opt
    Yogi(lr=0.1, betas=(0.9, 0.999), eps=0.001, initial_accumulator_value=1e-06, bias_correction=True)

    Source: Zaheer, Reddi, Sachan, Kale and Kumar (2018).
    """

    def __init__(self, params, lr=1e-2, betas=(0.9, 0.999), eps=1e-3, initial_accumulator_value=1e-6,
                 bias_correction=True):
        self.bias_correction = bias_correction
        super().__init__(params, lr=lr, betas=betas, eps=eps,
                         initial_accumulator_value=initial_accumulator_value)

    def init(self, p):
        state = {name: np.zeros(p.shape, p.dtype) for name in ("exp_avg", "exp_avg_sq")}
        for s in state.values():
            s += self.now("initial_accumulator_value")
        return state

    def rule(self, p, g, state, t, lr, betas, eps, initial_accumulator_value):
        m, v = state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        m *= beta1
        m += (1 - beta1) * g
        g2 = g * g
        v -= (1 - beta2) * np.sign(v - g2) * g2
        if not self.bias_correction:
            return lr * m / (np.sqrt(v) + eps)
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        return lr * m_hat / (np.sqrt(v_hat) + eps)
