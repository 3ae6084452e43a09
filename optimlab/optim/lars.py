"""LARS: SGD with momentum where each array's step is a fixed share of that array's own length."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.blocks import square, totals
from optimlab.optim.hyper import option

FORMS = ("optax", "paper", "pytorch_optimizer")


class LARS(Optimizer):
    """Layer-wise adaptive rate scaling, in optax's form.

        g = g + weight_decay * w
        g = g * trust_coefficient * ||w|| / (||g|| + eps)        unchanged where ||w|| or ||g|| is 0
        v = momentum * v + lr * g
        w = w - v                                                with nesterov, w - (lr * g + momentum * v)

    Args:
        params: a float array, or better a list of them, one a layer: norms are taken of each array as a
            whole, biases included; changed in place.
        lr: learning rate, at least 0. A step is lr * trust_coefficient of the weights' length.
        weight_decay: strength of the L2 penalty weight_decay * ||w||^2 / 2, at least 0.
        trust_coefficient: the share of ||w|| that one step may move, at least 0.
        eps: added to the norm of the gradient, at least 0.
        momentum: how much of the velocity v a step keeps, at least 0.
        nesterov: take the step from where the velocity leads.
        form: "optax" as above. "paper" divides by ||g|| + weight_decay * ||w||, with the g from before the
            decay. "pytorch_optimizer" divides like the paper, leaves vectors and scalars alone (no ratio and
            no decay for arrays of fewer than two axes), and multiplies by lr after the momentum, not before.

    State: momentum_buffer, the velocity v, of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for an unknown form.

    >>> w = np.array([3.0, 4.0])
    >>> opt = LARS(w, lr=10, trust_coefficient=0.01)
    >>> opt.step(np.array([0.0, 1e-6]))
    >>> w
    array([3. , 3.5])
    >>> opt
    LARS(lr=10, weight_decay=0, trust_coefficient=0.01, eps=0, momentum=0.9, nesterov=False, form='optax')

    Source: You, Gitman and Ginsburg (2017).
    """

    elementwise = False
    blocks = True

    def __init__(self, params, lr=1e-3, weight_decay=0, trust_coefficient=1e-3, eps=0, momentum=0.9,
                 nesterov=False, form="optax"):
        self.nesterov = nesterov
        self.form = option("form", form, *FORMS)
        super().__init__(params, lr=lr, weight_decay=weight_decay, trust_coefficient=trust_coefficient,
                         eps=eps, momentum=momentum)

    def init(self, p):
        return {"momentum_buffer": np.zeros(p.shape, p.dtype)}

    def once(self, p, g, state, t, weight_decay, trust_coefficient, eps, **others):
        """The ratio by which the gradient is scaled, and whether this array's weights decay at all."""
        if self.form == "pytorch_optimizer" and p.ndim < 2:
            return {"ratio": 1.0, "weight_decay": 0.0}

        def squared_lengths(p, g, state):
            return square(p), square(g), square(g + weight_decay * p)

        of_p, of_g, of_decayed = (s**0.5 for s in totals(squared_lengths, p, g, state))
        if self.form == "optax":
            denominator = of_decayed + eps if of_decayed > 0 else 0
        else:
            denominator = of_g + weight_decay * of_p + eps
        return {"ratio": trust_coefficient * of_p / denominator if of_p > 0 and denominator > 0 else 1.0}

    def rule(self, p, g, state, t, lr, weight_decay, trust_coefficient, eps, momentum, ratio):
        v = state["momentum_buffer"]
        before, after = (1, lr) if self.form == "pytorch_optimizer" else (lr, 1)
        g = (g + weight_decay * p) * ratio
        v *= momentum
        v += before * g
        return after * (before * g + momentum * v if self.nesterov else v)
