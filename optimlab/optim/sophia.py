"""Sophia: momentum over an estimate of the curvature, clipped element by element."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.closures import look
from optimlab.optim.hyper import option
from optimlab.optim.options import number, whole
from optimlab.optim.settings import axes_of


class Sophia(Optimizer):
    """Sophia-H, in optax's form.

        m = beta1 * m + (1 - beta1) * g               m_hat = m / (1 - beta1**t)
        u = clip(m_hat / max(gamma * h, eps), -clip_threshold, clip_threshold)
        w = w - lr * (u + weight_decay * w)
        h = beta2 * h + (1 - beta2) * z * Hz          only every update_interval steps, the first among them;
                                                      H and g from before the step

    z * Hz estimates the diagonal of the Hessian H (Hutchinson): z is a vector of random signs, and

        Hz = (gradient at w + difference * z  -  gradient at w - difference * z) / (2 * difference)

    comes from two calls of the closure, so `step(grads, closure)` needs one, `() -> (loss, grads)` at the
    present params. Where H is diagonal the estimate is exact; where the loss is quadratic, difference may
    have any size.

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: times clip_threshold, the largest change of a parameter in one step.
        betas: (beta1, beta2), each in [0, 1): how much m and h keep.
        eps: the least curvature that is divided by, at least 0; 0 / 0 counts as 0.
        weight_decay: decoupled decay, at least 0, with the w from before the step.
        gamma: a factor on the curvature: the smaller, the more is clipped.
        clip_threshold: the largest |u|.
        update_interval: estimate h every so many steps, at least 1.
        form: "optax" as above: the first step has no h yet and is clipped everywhere. "paper" estimates h
            before it takes the step, and does not correct m.
        difference: how far from w the two gradients are taken, above 0, in units of params.
        seed: what z is drawn from, with t: the same seed gives the same run, also one that is resumed.

    State: exp_avg (m) and hessian (h), each of the shape of the array. A step that estimates needs memory for
    a copy of params, the signs, both gradients and the estimate besides.

    Raises:
        TypeError, ValueError: see Optimizer; TypeError without a closure in a step that needs it, or with one
            that returns something else. Nothing has changed then.

    >>> w = np.array([1.0, 1.0])
    >>> opt = Sophia(w, lr=0.1, gamma=1, weight_decay=0, update_interval=1, betas=(0, 0), form="paper")
    >>> def closure():
    ...     return 50 * w[0] ** 2 + w[1] ** 2 / 200, np.array([100 * w[0], w[1] / 100])
    >>> opt.step(closure()[1], closure)                   # Newton's step is -w in both, whatever h is
    >>> w
    array([0.9, 0.9])

    With a batch of settings every one meets the same z as it does alone.

    Source: Liu, Li, Hall, Liang and Ma (2023).
    """

    def __init__(self, params, lr=1e-3, betas=(0.965, 0.99), eps=1e-8, weight_decay=1e-4, gamma=0.01,
                 clip_threshold=1.0, update_interval=10, form="optax", difference=1e-4, seed=0):
        self.update_interval = whole("update_interval", update_interval)
        self.form = option("form", form, "optax", "paper")
        self.difference = number("difference", difference)
        if self.difference == 0:
            raise ValueError("difference: a number above 0 is needed, got 0")
        self.seed = whole("seed", seed, lowest=0)
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, gamma=gamma,
                         clip_threshold=clip_threshold)

    def init(self, p):
        return {name: np.zeros(p.shape, p.dtype) for name in ("exp_avg", "hessian")}

    def step(self, grads, closure=None):
        grads = self._check_grads(grads)
        values = self._values()
        if self.t % self.update_interval:
            super().step(grads)
            return
        estimates = self._estimate(closure, values)
        if self.form == "optax":
            super().step(grads)
        for state, estimate in zip(self.state, estimates, strict=True):
            beta2 = values["betas"][1]
            h = state["hessian"]
            h *= beta2
            h += (1 - beta2) * estimate
        if self.form == "paper":
            super().step(grads)

    def rule(self, p, g, state, t, lr, betas, eps, weight_decay, gamma, clip_threshold):
        m, h = state["exp_avg"], state["hessian"]
        beta1 = betas[0]
        m *= beta1
        m += (1 - beta1) * g
        m_hat = m / (1 - beta1**t) if self.form == "optax" else m
        floor = np.maximum(gamma * h, eps)
        with np.errstate(divide="ignore", invalid="ignore"):
            u = np.where(m_hat == 0, 0, m_hat / floor)
        return lr * (np.clip(u, -clip_threshold, clip_threshold) + weight_decay * p)

    def _estimate(self, closure, values):
        """z * Hz for every array, with params as they were."""
        signs = [self._signs(i, p, values) for i, p in enumerate(self.params)]
        here = [p.copy() for p in self.params]
        try:
            gradients = []
            for side in (self.difference, -self.difference):
                for p, start, z in zip(self.params, here, signs, strict=True):
                    p[...] = start + side * z
                gradients.append(look(self, closure)[1])
        finally:
            for p, start in zip(self.params, here, strict=True):
                p[...] = start
        return [z * (above - below) / (2 * self.difference)
                for z, above, below in zip(signs, *gradients, strict=True)]

    def _signs(self, i, p, values):
        """Random signs of the shape of p, the same for every setting of a batch."""
        axes = axes_of(p, values)
        shape = [n for axis, n in enumerate(p.shape) if axis not in axes]
        z = np.random.default_rng([self.seed, self.t, i]).integers(0, 2, shape) * 2 - 1
        return np.broadcast_to(np.expand_dims(z, axes), p.shape).astype(p.dtype)
