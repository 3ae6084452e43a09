"""Adam: a moving average of the gradient over the root of a moving average of its square."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import nonzero, option


class Adam(Optimizer):
    """Adam, as published and as in PyTorch; with amsgrad, the AMSGrad of PyTorch, optax or the paper.

        m = beta1 * m + (1 - beta1) * g               m_hat = m / (1 - beta1**t)
        v = beta2 * v + (1 - beta2) * g**2            v_hat = v / (1 - beta2**t)
        w = w - lr * m_hat / (sqrt(v_hat) + eps)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the largest change of a parameter in one step.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        eps: added to the root, outside it; at least 0, in units of the gradient.
        weight_decay: strength of the L2 penalty, added to the gradient (AdamW decays the weights themselves).
        amsgrad: divide by the largest v so far. True takes the maximum of v and corrects it afterwards, as
            PyTorch does; "corrected" takes the maximum of v_hat, as optax does; "paper" corrects neither m
            nor v.
        eps_hat: add eps to the root of v before it is corrected, the paper's epsilon-hat; Keras does.

    State: exp_avg (m), exp_avg_sq (v) and, with amsgrad, max_exp_avg_sq; each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = Adam(w, lr=0.1)
    >>> opt.step(np.array([1000.0, 0.001]))
    >>> w.round(4)
    array([0.9, 0.9])
    >>> opt
    Adam(lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, eps_hat=False)

    Sources: Kingma and Ba (2015); Reddi, Kale and Kumar (2018) for amsgrad.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False,
                 eps_hat=False):
        self.amsgrad = option("amsgrad", amsgrad, False, True, "corrected", "paper")
        self.eps_hat = option("eps_hat", eps_hat, False, True)
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def init(self, p):
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * bool(self.amsgrad)
        return {name: np.zeros_like(p) for name in names}

    def rule(self, p, g, state, t, lr, betas, eps, weight_decay):
        m, v = state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        if nonzero(weight_decay):
            g = g + weight_decay * p
        # One temporary array in turn: fresh memory costs as much as the arithmetic.
        change = (1 - beta1) * g
        m *= beta1
        m += change
        square = np.square(g, out=change)
        square *= 1 - beta2
        v *= beta2
        v += square
        correction1, correction2 = 1 - beta1**t, 1 - beta2**t
        if self.amsgrad == "paper":
            correction1 = correction2 = 1.0
        if self.amsgrad:
            v_max = state["max_exp_avg_sq"]
            if self.amsgrad == "corrected":
                v, correction2 = v / correction2, 1.0
            v = np.maximum(v_max, v, out=v_max)
        # This is lr * m_hat / (sqrt(v_hat) + eps): two numbers are corrected instead of two arrays.
        lr = lr * correction2**0.5 / correction1
        if not self.eps_hat:
            eps = eps * correction2**0.5
        root = np.sqrt(v, out=square)
        root += eps
        step = np.divide(m, root, out=root)
        step *= lr
        return step
