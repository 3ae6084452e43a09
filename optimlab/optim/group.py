"""Different rules for different arrays, stepped as one."""

import numpy as np


class Group:
    """Several optimizers as one, each with arrays of its own.

    Args:
        *optimizers: one or more, wrappers and Groups included, that share no array.

    Attributes:
        optimizers: the tuple of them, for their hyper-parameters: group.optimizers[0].lr = 0.01.
        params: all their arrays in one list, in order; step takes grads in the same order.
        state: all their states, in the same order.
        t: how many steps have been taken.

    Raises:
        TypeError: something that is no optimizer.
        ValueError: none at all, or optimizers that share memory, so that an array would be stepped twice.

    >>> from optimlab.optim import SGD, Adam
    >>> weights, bias = np.ones((2, 2)), np.ones(2)
    >>> group = Group(Adam(weights, lr=0.1), SGD(bias, lr=0.5))
    >>> group.step([np.full((2, 2), 100.0), np.full(2, 1.0)])
    >>> weights[0], bias
    (array([0.9, 0.9]), array([0.5, 0.5]))
    >>> group  # doctest: +NORMALIZE_WHITESPACE
    Group(Adam(lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, eps_hat=False),
          SGD(lr=0.5, momentum=0, dampening=0, weight_decay=0, nesterov=False))

    Sources: the parameter groups of Chainer and PyTorch, and tinygrad's OptimizerGroup.
    """

    def __init__(self, *optimizers):
        if not optimizers:
            raise ValueError("optimizers: at least one is needed, got none")
        for optimizer in optimizers:
            made = not isinstance(optimizer, type)
            if not made or not all(hasattr(optimizer, name) for name in ("params", "step", "now")):
                raise TypeError(f"optimizers: those made with their params are needed, got {optimizer!r}")
        self.optimizers = optimizers
        for i, optimizer in enumerate(optimizers):
            others = [q for other in optimizers[:i] for q in other.params]
            if any(np.shares_memory(p, q) for p in optimizer.params for q in others):
                raise ValueError(f"optimizers: number {i}, {optimizer!r}, shares an array with one before "
                                 "it, which would be stepped twice")

    @property
    def params(self):
        return [p for optimizer in self.optimizers for p in optimizer.params]

    @property
    def state(self):
        return [state for optimizer in self.optimizers for state in optimizer.state]

    @property
    def t(self):
        return self.optimizers[0].t

    def step(self, grads, closure=None):
        """Let each optimizer take its step, in order.

        Args:
            grads: the gradients at params, a list in the order of params. Not changed.
            closure: `() -> (loss, grads)` at the present params, with grads in the order of params, for rules
                that look twice. A later optimizer looks after the earlier ones have stepped.

        Raises:
            TypeError, ValueError: grads or schedules that one of the optimizers refuses. Nothing has changed
                then.
        """
        shares = self._check_grads(grads)
        self._values()
        for i, (optimizer, share) in enumerate(zip(self.optimizers, shares, strict=True)):
            optimizer.step(share, closure and (lambda i=i: self._look(closure, i)))

    def _look(self, closure, i):
        loss, grads = closure()
        return loss, self._split(grads)[i]

    def _check_grads(self, grads):
        shares = self._split(grads)
        for optimizer, share in zip(self.optimizers, shares, strict=True):
            optimizer._check_grads(share)
        return shares

    def _split(self, grads):
        """The gradients of each optimizer."""
        if not isinstance(grads, (list, tuple)):
            raise TypeError("grads: a list of arrays is needed, in the order of params, "
                            f"got {type(grads).__name__}")
        counts = [len(optimizer.params) for optimizer in self.optimizers]
        if len(grads) != sum(counts):
            raise ValueError(f"grads: {sum(counts)} are needed, one for each array of params, "
                             f"got {len(grads)}")
        starts = np.cumsum([0, *counts])
        return [list(grads[start:start + count]) for start, count in zip(starts[:-1], counts, strict=True)]

    def _values(self):
        return [optimizer._values() for optimizer in self.optimizers]

    def now(self, name):
        """The value of a hyper-parameter in the next step, of the first optimizer that has it."""
        for optimizer in self.optimizers:
            if not isinstance(optimizer, Group) and name not in optimizer.hyper_parameters:
                continue
            return optimizer.now(name)
        raise AttributeError(f"{name}: none of the optimizers has it")

    def state_dict(self):
        """A copy of everything that a later run needs to go on; see Optimizer."""
        return {"optimizer": "Group", "optimizers": [optimizer.state_dict() for optimizer in self.optimizers]}

    def load_state_dict(self, saved):
        """Go on from `state_dict()`; see Optimizer."""
        if not isinstance(saved, dict):
            raise TypeError(f"saved: a dict made by state_dict() is needed, got {type(saved).__name__}")
        theirs = saved.get("optimizers", [])
        if saved.get("optimizer") != "Group" or len(theirs) != len(self.optimizers):
            raise ValueError(f"saved: the state of a Group of {len(self.optimizers)} optimizers is needed, "
                             f"got that of {saved.get('optimizer')} with {len(theirs)}")
        before = self.state_dict()["optimizers"]
        try:
            for optimizer, state in zip(self.optimizers, theirs, strict=True):
                optimizer.load_state_dict(state)
        except (TypeError, ValueError):
            for optimizer, state in zip(self.optimizers, before, strict=True):
                optimizer.load_state_dict(state)
            raise

    def __repr__(self):
        return f"Group({', '.join(map(repr, self.optimizers))})"
