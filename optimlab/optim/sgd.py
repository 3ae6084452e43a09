"""SGD: gradient descent, with momentum and Nesterov's look-ahead."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import each, nonzero, option


class SGD(Optimizer):
    """Gradient descent, heavy-ball momentum, and Nesterov momentum in PyTorch's form.

        g = g + weight_decay * w
        v = momentum * v + (1 - dampening) * g        (v = g at the first step)
        w = w - lr * v                                 or, with nesterov, w - lr * (g + momentum * v)

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0, in units of params per unit of gradient.
        momentum: how much of the velocity v a step keeps, at least 0; 0 is plain gradient descent.
        dampening: the share of each new gradient that the velocity leaves out.
        weight_decay: strength of the L2 penalty weight_decay * ||w||^2 / 2, at least 0.
        nesterov: take the step from where the velocity leads. Needs momentum and no dampening.

    State: momentum_buffer, the velocity v, of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for nesterov without momentum or with dampening.

    >>> w = np.array([1.0, -2.0])
    >>> opt = SGD(w, lr=0.1, momentum=0.9)
    >>> opt.step(2 * w)
    >>> opt.step(2 * w)
    >>> w
    array([ 0.46, -0.92])
    >>> opt
    SGD(lr=0.1, momentum=0.9, dampening=0, weight_decay=0, nesterov=False)

    Sources: Robbins and Monro (1951); Polyak (1964) for momentum; Nesterov (1983), in the form of
    Sutskever, Martens, Dahl and Hinton (2013), rearranged so that params are where the gradient is taken.

    Keras puts lr inside the velocity; the two agree while lr stays constant.
    """

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        self.nesterov = option("nesterov", nesterov, False, True)
        super().__init__(params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay)
        if nesterov and (_is_zero(self.momentum) or not _is_zero(self.dampening)):
            raise ValueError(f"nesterov: needs a momentum above 0 and dampening 0, got momentum {momentum!r} "
                             f"and dampening {dampening!r}")

    def init(self, p):
        return {"momentum_buffer": np.zeros(p.shape, p.dtype)}

    def rule(self, p, g, state, t, lr, momentum, dampening, weight_decay):
        v = state["momentum_buffer"]
        if nonzero(weight_decay):
            g = g + weight_decay * p
        if not nonzero(momentum):
            return lr * g
        v *= momentum
        if nonzero(dampening) and t > 1:
            v += each(lambda momentum, dampening: 1 - dampening if momentum else 1.0, momentum, dampening) * g
        else:
            v += g
        return lr * (g + momentum * v) if self.nesterov else lr * v


def _is_zero(value):
    return not callable(value) and not np.any(value)
