"""AdamW: Adam that decays the weights themselves, not their gradients."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import option


class AdamW(Optimizer):
    """AdamW: the decay is added to the step, where Adam's division cannot reach it.

        m = beta1 * m + (1 - beta1) * g               m_hat = m / (1 - beta1**t)
        v = beta2 * v + (1 - beta2) * g**2            v_hat = v / (1 - beta2**t)
        w = w - lr * (m_hat / (sqrt(v_hat) + eps) + weight_decay * w)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the largest change of a parameter in one step.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        eps: added to the root, outside it; at least 0, in units of the gradient.
        weight_decay: share of a weight that is taken away in a step, per unit of lr; at least 0. PyTorch's
            default is 1e-2, optax's 1e-4.
        amsgrad: divide by the largest v so far. True takes the maximum of v and corrects it afterwards, as
            PyTorch does; "corrected" takes the maximum of v_hat.
        fixed_decay: take away weight_decay * w, not multiplied by lr, as in the paper. There both follow one
            schedule: give weight_decay the schedule that lr has.

    State: exp_avg (m), exp_avg_sq (v) and, with amsgrad, max_exp_avg_sq; each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = AdamW(w, lr=0.1, weight_decay=0.5)
    >>> opt.step(np.array([0.0, 1.0]))
    >>> w.round(4)
    array([0.95, 0.85])
    >>> opt
    AdamW(lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.5, amsgrad=False, fixed_decay=False)

    Sources: Loshchilov and Hutter (2019).
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False,
                 fixed_decay=False):
        self.amsgrad = option("amsgrad", amsgrad, False, True, "corrected")
        self.fixed_decay = option("fixed_decay", fixed_decay, False, True)
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def init(self, p):
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * bool(self.amsgrad)
        return {name: np.zeros_like(p) for name in names}

    def rule(self, p, g, state, t, lr, betas, eps, weight_decay):
        m, v = state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        # One temporary array in turn: fresh memory costs as much as the arithmetic.
        change = (1 - beta1) * g
        m *= beta1
        m += change
        square = np.square(g, out=change)
        square *= 1 - beta2
        v *= beta2
        v += square
        correction1, correction2 = 1 - beta1**t, 1 - beta2**t
        if self.amsgrad:
            v_max = state["max_exp_avg_sq"]
            if self.amsgrad == "corrected":
                v, correction2 = v / correction2, 1.0
            v = np.maximum(v_max, v, out=v_max)
        decay = weight_decay if self.fixed_decay else lr * weight_decay
        # lr * m_hat / (sqrt(v_hat) + eps), where two numbers are corrected instead of two arrays.
        lr, eps = lr * correction2**0.5 / correction1, eps * correction2**0.5
        root = np.sqrt(v, out=square)
        root += eps
        step = np.divide(m, root, out=root)
        step *= lr
        p *= 1 - decay
        return step
