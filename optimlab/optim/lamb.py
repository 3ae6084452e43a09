"""LAMB: an Adam step whose length is scaled, array by array, to the length of the weights."""

import numpy as np

from optimlab.optim.base import Optimizer
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

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, eps_root=0, weight_decay=0,
                 form="optax"):
        self.form = option("form", form, *FORMS)
        super().__init__(params, lr=lr, betas=betas, eps=eps, eps_root=eps_root, weight_decay=weight_decay)

    def init(self, p):
        return {name: np.zeros(p.shape, p.dtype) for name in ("exp_avg", "exp_avg_sq")}

    def rule(self, p, g, state, t, lr, betas, eps, eps_root, weight_decay):
        m, v = state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        m_hat = m / (1 - beta1**t)
        if self.form == "pytorch_optimizer":
            decay = lr * weight_decay * p
            u = m / (np.sqrt(v + eps_root) + eps)
            length, size = min(norm(p - decay), 10), norm(u)
            ratio = length / (size + eps) if length > 0 and size > 0 else 1
            return decay + lr / (1 - beta1**t) * ratio * u
        v_hat = v / (1 - beta2**t)
        u = m_hat / (np.sqrt(v_hat + eps_root) + eps) + weight_decay * p
        ratio = norm(p) / norm(u) if norm(p) > 0 and norm(u) > 0 else 1
        return lr * ratio * u


def norm(x):
    """The length of an array, all its axes taken together, as a Python float."""
    return float(np.vdot(x, x)) ** 0.5
