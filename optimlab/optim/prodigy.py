"""Prodigy: Adam that finds its own learning rate from how far it has come."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.blocks import totals


class Prodigy(Optimizer):
    """Prodigy, as in its authors' package. d estimates the distance from the start w0 to a solution:

        a = d * lr                                            with use_bias_correction
                                                              d * lr * sqrt(1 - beta2**t) / (1 - beta1**t)
        m = beta1 * m + (1 - beta1) * d * g
        v = beta2 * v + (1 - beta2) * d**2 * g**2
        q = beta3 * q + (d / d0) * a * <g, w0 - w>            one number for all arrays
        s = beta3 * s + (d / d0) * a * g                      with safeguard_warmup: (d / d0) * d * g
        d' = max(d, d_coef * q / ||s||_1)                     at most growth_rate * d, but for the first rise
        w = w - a * weight_decay * w - a * m / (sqrt(v) + d' * eps)

    Args:
        params: a float array of any shape, or a list of them that share one d; changed in place.
        lr: a factor on the step it finds, at least 0; leave it 1, or give it a schedule.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        beta3: how much of q and s a step keeps, in [0, 1); None is sqrt(beta2).
        eps: added to the root, outside it and in units of the gradient; at least 0.
        weight_decay: decoupled decay, at least 0, with the w from before the step.
        d0: the first d, above 0 and smaller than the distance could be.
        d_coef: a factor on the estimate.
        growth_rate: how many times larger d may become in one step; at least 1.
        use_bias_correction: Adam's correction on the step, as optax always does.
        safeguard_warmup: keep lr out of s, for a schedule that warms up.

    State: exp_avg (m), exp_avg_sq (v), s and p0 (w0), of the shape of the array; and the same in all of them,
    arrays without axes: d, d_max (the largest estimate so far) and d_numerator (q). A step at lr 0 changes
    none.

    optax calls d0 estim_lr0 and d_coef estim_lr_coef, and always corrects the bias.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for d0 of 0.

    >>> w = np.array([100.0])
    >>> opt = Prodigy(w, d0=0.1)
    >>> for _ in range(100):
    ...     opt.step(w.copy())                            # the gradient of w**2 / 2
    >>> abs(float(w[0])) < 5, float(opt.state[0]["d"]) > 1
    (True, True)

    With a batch of settings each has its own d.

    Source: Mishchenko and Defazio (2023).
    """

    elementwise = False
    blocks = True
    together = True

    def __init__(self, params, lr=1.0, betas=(0.9, 0.999), beta3=None, eps=1e-8, weight_decay=0, d0=1e-6,
                 d_coef=1.0, growth_rate=float("inf"), use_bias_correction=False, safeguard_warmup=False):
        self.use_bias_correction = use_bias_correction
        self.safeguard_warmup = safeguard_warmup
        super().__init__(params, lr=lr, betas=betas, beta3=beta3, eps=eps, weight_decay=weight_decay, d0=d0,
                         d_coef=d_coef, growth_rate=growth_rate)
        if not callable(self.d0) and np.any(np.asarray(self.d0) == 0):
            raise ValueError("d0: a number above 0 is needed, got 0, from which d could not grow")

    def init(self, p):
        state = {name: np.zeros(p.shape, p.dtype) for name in ("exp_avg", "exp_avg_sq", "s")}
        return {**state, "p0": p.copy(), **{name: np.zeros(()) for name in ("d", "d_max", "d_numerator")}}

    def once(self, p, g, state, t, lr, betas, beta3, eps, weight_decay, d0, d_coef, growth_rate):
        """Update m, v and s of all arrays and d; return the a of this step and the new d."""
        beta1, beta2 = betas
        beta3 = beta2**0.5 if beta3 is None else beta3
        d, d_max, q = (float(state[0][name]) for name in ("d", "d_max", "d_numerator"))
        d, d_max = d or d0, d_max or d0
        a = d * lr
        if self.use_bias_correction:
            a *= (1 - beta2**t) ** 0.5 / (1 - beta1**t)
        if lr == 0:
            return {"a": 0.0, "d": d}

        def sums(w, g, state):
            m, v, s = state["exp_avg"], state["exp_avg_sq"], state["s"]
            m *= beta1
            m += (1 - beta1) * d * g
            v *= beta2
            v += (1 - beta2) * d * d * g * g
            s *= beta3
            s += d / d0 * (d if self.safeguard_warmup else a) * g
            return float(np.vdot(g, state["p0"] - w)), float(np.abs(s).sum())

        of_arrays = [totals(sums, *array) for array in zip(p, g, state, strict=True)]
        product, length = (sum(column) for column in zip(*of_arrays, strict=True))
        q = beta3 * q + d / d0 * a * product
        if length == 0:
            return {"a": 0.0, "d": d}
        estimate = d_coef * q / length
        if d == d0:
            d = max(d, estimate)
        d_max = max(d_max, estimate)
        d = min(d_max, d * growth_rate)
        for of in state:
            of["d"][...], of["d_max"][...], of["d_numerator"][...] = d, d_max, q
        return {"a": a, "d": d}

    def rule(self, p, g, state, t, eps, weight_decay, a, d, **others):
        if a == 0:
            return np.zeros_like(p)
        return a * weight_decay * p + a * state["exp_avg"] / (np.sqrt(state["exp_avg_sq"]) + d * eps)
