"""Lookahead: every k steps of a fast optimizer, go back part of the way."""

from optimlab.optim.blocks import walk
from optimlab.optim.options import whole
from optimlab.optim.wrapper import Wrapper


class Lookahead(Wrapper):
    """Lookahead, around any optimizer. Every k of its steps:

        slow = slow + alpha * (w - slow)
        w = slow

    Args:
        optimizer: the optimizer inside, made with its params, which it moves; slow starts where they are.
        k: after how many steps w is pulled back, at least 1.
        alpha: how far slow goes towards w, from 0 to 1; a number, a schedule or an array.

    State: slow_params, of the shape of the array, besides what the optimizer inside keeps.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> import numpy as np
    >>> from optimlab.optim import SGD
    >>> w = np.array([1.0])
    >>> opt = Lookahead(SGD(w, lr=0.5), k=2, alpha=0.5)
    >>> for _ in range(2):
    ...     opt.step(w.copy())                            # 1 to 0.5 to 0.25, and half of the way back
    >>> w
    array([0.625])
    >>> opt
    Lookahead(optimizer=SGD(lr=0.5, momentum=0, dampening=0, weight_decay=0, nesterov=False), k=2, alpha=0.5)

    The state inside, such as momentum, is left as it is when w is pulled back, as in optax and by default in
    pytorch_optimizer; optax calls k sync_period and alpha slow_step_size.

    Source: Zhang, Lucas, Hinton and Ba (2019).
    """

    def __init__(self, optimizer, k=5, alpha=0.5):
        self.k = whole("k", k)
        super().__init__(optimizer, alpha=alpha)

    def init(self, p):
        return {"slow_params": p.copy()}

    def step(self, grads, closure=None):
        """One step of the optimizer inside, and every k steps the pull; see Optimizer."""
        alpha = self._values()["alpha"]
        self.optimizer.step(grads, closure)
        if self.t % self.k == 0:
            for p, state in zip(self.params, self._own_state, strict=True):
                for w, _, here, values in walk(p, p, state, {"alpha": alpha}):
                    slow = here["slow_params"]
                    slow += values["alpha"] * (w - slow)
                    w[...] = slow
