"""LAMB: an Adam step whose length is scaled, array by array, to the length of the weights."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.blocks import square, totals
from optimlab.optim.hyper import option

FORMS = ("optax", "pytorch_optimizer")


class LAMB(Optimizer):
    """LAMB, as published (with phi the identity) and as in optax.

        m = beta1 * m + (1 - beta1) * g               m_hat = m / (1 - beta1**t)
        v = beta2 * v + (1 - beta2) * g**2            v_hat = v / (1 - beta2**t)
        u = m_hat / (sqrt(v_hat + eps_root) + eps) + weight_decay * w
        w = w - lr * (||w|| / ||u||) * u              the ratio is 1 where ||w|| or ||u|| is 0

    Args:
        params: a float array, or better a list of them, one a layer: norms are taken of each array as a
            whole, biases included; changed in place.
        lr: learning rate, at least 0: the share of its length by which an array changes in one step.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        eps: added to the root, outside it; at least 0, in units of the gradient.
        eps_root: added inside the root, at least 0.
        weight_decay: decoupled decay, inside the ratio; at least 0.
        form: "optax" as above. "pytorch_optimizer" does not correct v, shrinks w by 1 - lr * weight_decay
            first, limits ||w|| to 10 and divides by ||u|| + eps. (Keras, not offered, leaves the decay out of
            u.)

    State: exp_avg (m) and exp_avg_sq (v), each of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for an unknown form.

    >>> w = np.array([3.0, 4.0])
    >>> opt = LAMB(w, lr=0.1)
    >>> opt.step(np.array([0.0, 1e-3]))
    >>> w
    array([3. , 3.5])
    >>> opt
    LAMB(lr=0.1, betas=(0.9, 0.999), eps=1e-06, eps_root=0, weight_decay=0, form='optax')

    Source: You, Li, Reddi, Hseu, Kumar, Bhojanapalli, Song, Demmel, Keutzer and Hsieh (2020).
    """

    elementwise = False
    blocks = True

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, eps_root=0, weight_decay=0,
                 form="optax"):
        self.form = option("form", form, *FORMS)
        super().__init__(params, lr=lr, betas=betas, eps=eps, eps_root=eps_root, weight_decay=weight_decay)

    def init(self, p):
        return {name: np.zeros(p.shape, p.dtype) for name in ("exp_avg", "exp_avg_sq")}

    def once(self, p, g, state, t, lr, betas, eps, eps_root, weight_decay):
        """Update m and v, and compare the lengths of w and u."""
        beta1, beta2 = betas

        def squared_lengths(p, g, state):
            m, v = state["exp_avg"], state["exp_avg_sq"]
            m *= beta1
            m += (1 - beta1) * g
            v *= beta2
            v += (1 - beta2) * g * g
            w = p if self.form == "optax" else p - lr * weight_decay * p
            return square(w), square(self._direction(p, state, t, betas, eps, eps_root, weight_decay))

        of_w, of_u = (s**0.5 for s in totals(squared_lengths, p, g, state))
        if self.form == "pytorch_optimizer":
            of_w, of_u = min(of_w, 10), of_u + eps if of_u > 0 else 0
        return {"ratio": of_w / of_u if of_w > 0 and of_u > 0 else 1.0}

    def rule(self, p, g, state, t, lr, betas, eps, eps_root, weight_decay, ratio):
        u = self._direction(p, state, t, betas, eps, eps_root, weight_decay)
        if self.form == "pytorch_optimizer":
            return lr * weight_decay * p + lr / (1 - betas[0] ** t) * ratio * u
        return lr * ratio * u

    def _direction(self, p, state, t, betas, eps, eps_root, weight_decay):
        m, v = state["exp_avg"], state["exp_avg_sq"]
        if self.form == "pytorch_optimizer":
            return m / (np.sqrt(v + eps_root) + eps)
        beta1, beta2 = betas
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return m_hat / (np.sqrt(v_hat + eps_root) + eps) + weight_decay * p
