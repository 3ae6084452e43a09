"""RMSprop: each gradient divided by the root of a moving average of its square."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import nonzero, option


class RMSprop(Optimizer):
    """RMSprop, plain, centered, with momentum, or all at once.

        v = alpha * v + (1 - alpha) * g**2
        a = alpha * a + (1 - alpha) * g                      with centered, else a = 0
        b = momentum * b + g / (sqrt(v - a**2) + eps)
        w = w - lr * b

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the size of a step where gradients keep their size.
        alpha: how much of v and a a step keeps, from 0 to 1. optax and Keras take 0.9.
        eps: added to the root, at least 0, in units of the gradient.
        weight_decay: strength of the L2 penalty, added to the gradient; at least 0.
        momentum: how much of b a step keeps, at least 0. Keras and optax multiply by lr before this, not
            after; that is the same while lr stays constant.
        centered: subtract the squared mean, so that the root is that of the variance.
        eps_in_sqrt: divide by sqrt(v - a**2 + eps) instead, as optax and Keras do by default.

    State: square_avg (v), momentum_buffer (b) and, with centered, grad_avg (a); each of the shape of the
    array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> w = np.array([1.0, 1.0])
    >>> opt = RMSprop(w, lr=0.1, alpha=0.75)
    >>> opt.step(np.array([100.0, 0.01]))
    >>> w.round(4)
    array([0.8, 0.8])
    >>> opt
    RMSprop(lr=0.1, alpha=0.75, eps=1e-08, weight_decay=0, momentum=0, centered=False, eps_in_sqrt=False)

    Sources: Tieleman and Hinton (2012), lecture 6.5; Graves (2013) for the centered form.
    """

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False,
                 eps_in_sqrt=False):
        self.centered = option("centered", centered, False, True)
        self.eps_in_sqrt = option("eps_in_sqrt", eps_in_sqrt, False, True)
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)

    def init(self, p):
        names = ["square_avg", "momentum_buffer"] + ["grad_avg"] * self.centered
        return {name: np.zeros(p.shape, p.dtype) for name in names}

    def rule(self, p, g, state, t, lr, alpha, eps, weight_decay, momentum):
        v = state["square_avg"]
        if nonzero(weight_decay):
            g = g + weight_decay * p
        # One temporary array in turn: fresh memory costs as much as the arithmetic.
        square = g**2
        square *= 1 - alpha
        v *= alpha
        v += square
        if self.centered:
            a = state["grad_avg"]
            a *= alpha
            a += (1 - alpha) * g
            v = np.maximum(v - a**2, 0)  # rounding may take it below
        if self.eps_in_sqrt:
            root = np.sqrt(v + eps)
        else:
            root = np.sqrt(v, out=square)
            root += eps
        step = np.divide(g, root, out=root)
        if nonzero(momentum):
            b = state["momentum_buffer"]
            b *= momentum
            b += step
            return lr * b
        step *= lr
        return step
