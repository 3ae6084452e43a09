"""What optimizers that wrap another share: the same interface, handed on to the one inside."""

import numpy as np

from optimlab.optim import hyper
from optimlab.optim.base import _arrays, _fits, _show


class Wrapper:
    """An optimizer around another. It has params, state, t, now(), step() and state_dict() as every optimizer has.

    Args:
        optimizer: the optimizer inside. Its hyper-parameters stay its own: opt.optimizer.lr.
        **hyper_parameters: those of the wrapper, each a number, a schedule or an array, as in Optimizer.
    """

    def __init__(self, optimizer, **hyper_parameters):
        if not all(hasattr(optimizer, name) for name in ("params", "state", "t", "step", "now")):
            raise TypeError(f"optimizer: an optimizer is needed, made with its params, got {optimizer!r}")
        self.optimizer = optimizer
        self._names = tuple(hyper_parameters)
        for name, value in hyper_parameters.items():
            setattr(self, name, value)
        self._values()

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_names", ()):
            value = hyper.check(name, value)
        super().__setattr__(name, value)

    @property
    def params(self):
        return self.optimizer.params

    @property
    def state(self):
        return self.optimizer.state

    @property
    def t(self):
        return self.optimizer.t

    @t.setter
    def t(self, t):
        self.optimizer.t = t

    @property
    def hyper_parameters(self):
        """The wrapper's hyper-parameters and those of the optimizer inside."""
        return {**self.optimizer.hyper_parameters, **{name: getattr(self, name) for name in self._names}}

    def now(self, name):
        """The value of a hyper-parameter in the next step, of the wrapper or of the optimizer inside."""
        if name in self._names:
            return hyper.resolve(name, getattr(self, name), self.t)
        return self.optimizer.now(name)

    def _values(self):
        values = {name: self.now(name) for name in self._names}
        for name, array in _arrays(values):
            for p in self.params:
                if not _fits(array.shape, p.shape):
                    raise ValueError(f"{name}: an array of shape {array.shape} does not broadcast to params of shape "
                                     f"{p.shape}")
        return {**self.optimizer._values(), **values}

    def _check_grads(self, grads):
        return self.optimizer._check_grads(grads)

    def state_dict(self):
        """A copy of everything that a later run needs to go on, the optimizer inside included; see Optimizer."""
        numbers = {name: getattr(self, name) for name in self._names if not callable(getattr(self, name))}
        return {"optimizer": type(self).__name__, "hyper_parameters": {k: _copy(v) for k, v in numbers.items()},
                "inside": self.optimizer.state_dict()}

    def load_state_dict(self, saved):
        """Go on from `state_dict()`. Raises ValueError for another optimizer's or another shape's, changing nothing."""
        if not isinstance(saved, dict) or not set(self.state_dict()) <= set(saved):
            raise ValueError(f"saved: a dict made by {type(self).__name__}.state_dict() is needed")
        if saved["optimizer"] != type(self).__name__:
            raise ValueError(f"saved: the state of {type(self).__name__} is needed, got that of {saved['optimizer']}")
        checked = {name: hyper.check(name, _copy(value)) for name, value in saved["hyper_parameters"].items()}
        self.optimizer.load_state_dict(saved["inside"])
        for name, value in checked.items():
            setattr(self, name, value)

    def _shown(self):
        return {name: getattr(self, name) for name in self._names}

    def __repr__(self):
        words = [repr(self.optimizer), *(f"{name}={_show(value)}" for name, value in self._shown().items())]
        return f"{type(self).__name__}({', '.join(words)})"


def _copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value
