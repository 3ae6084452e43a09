"""SAM: the gradient from a little uphill, so that the step avoids sharp places."""

from optimlab.optim.blocks import square, totals, walk
from optimlab.optim.closures import look
from optimlab.optim.settings import single_of_all
from optimlab.optim.wrapper import Wrapper


class SAM(Wrapper):
    """Sharpness-aware minimization, around any optimizer:

        e = rho * g / (||g|| + 1e-12)                 with adaptive: rho * w**2 * g / (||w * g|| + 1e-12)
        g' = the gradient at w + e                    asked of the closure
        the optimizer inside takes its step from w with g'

    The norm is taken over all arrays together. While it looks uphill it keeps a copy of params, to return to
    them exactly.

    Args:
        optimizer: the optimizer inside, made with its params.
        rho: how far uphill to look, at least 0, in units of params (adaptive: relative to them).
        adaptive: measure the distance relative to the size of every weight (ASAM).

    Raises:
        TypeError: a step without a closure `() -> (loss, grads)`, or with one that returns something else.
        ValueError: a gradient that is not finite or of another shape. Nothing has changed then.

    >>> import numpy as np
    >>> from optimlab.optim import SGD
    >>> w = np.array([3.0, 4.0])
    >>> opt = SAM(SGD(w, lr=0.1), rho=5)
    >>> opt.step(w.copy(), closure=lambda: (w @ w / 2, w.copy()))      # 5 uphill from w is 2 * w
    >>> w
    array([2.4, 3.2])
    >>> opt
    SAM(optimizer=SGD(lr=0.1, momentum=0, dampening=0, weight_decay=0, nesterov=False), rho=5, adaptive=False)

    With arrays of settings, of rho or of the optimizer inside, every setting has its own norm.

    Sources: Foret, Kleiner, Mobahi and Neyshabur (2021); Kwon, Kim, Park and Choi (2021) for adaptive.
    """

    def __init__(self, optimizer, rho=0.05, adaptive=False):
        self.adaptive = adaptive
        super().__init__(optimizer, rho=rho)

    def step(self, grads, closure=None):
        """Look uphill, then let the optimizer inside take its step. grads: the gradient at params; see
        Optimizer."""
        grads = self._check_grads(grads)
        values = self._values()
        here = [p.copy() for p in self.params]
        try:
            for ps, gs, _, numbers in single_of_all(self.params, grads, [{}] * len(grads), values):
                self._climb(ps, gs, numbers["rho"])
            _, uphill = look(self, closure, copy=False)
        finally:
            for p, start in zip(self.params, here, strict=True):
                p[...] = start
        self.optimizer.step(uphill, closure)

    def _climb(self, params, grads, rho):
        def squared_length(p, g, state):
            return [square(p * g if self.adaptive else g)]

        squares = [totals(squared_length, p, g, {})[0] for p, g in zip(params, grads, strict=True)]
        length = sum(squares) ** 0.5 + 1e-12
        for whole in zip(params, grads, strict=True):
            for p, g, _, _ in walk(*whole, {}, {}):
                p += rho / length * (p * (p * g) if self.adaptive else g)
