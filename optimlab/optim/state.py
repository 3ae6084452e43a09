"""The state of one array: a dict of arrays that keep their names and shapes."""

import numpy as np

from optimlab.optim.hyper import Numbers


class State(dict):
    """The state of one array. What you set must have the name and shape of what is there; it is copied.

    >>> state = State({"exp_avg": np.zeros(2)})
    >>> state["exp_avg"] = [1, 2]
    >>> state
    {'exp_avg': array([1., 2.])}
    >>> state["exp_average"] = 0
    Traceback (most recent call last):
    ...
    ValueError: state: there is no 'exp_average', only 'exp_avg'
    """

    def __setitem__(self, key, value):
        if key not in self:
            raise ValueError(f"state: there is no {key!r}, only {', '.join(map(repr, self)) or 'nothing'}")
        old = self[key]
        if isinstance(old, np.ndarray) and not isinstance(old, Numbers):
            if np.shape(value) != old.shape:
                raise ValueError(f"state[{key!r}]: shape {old.shape} is needed, got {np.shape(value)}")
            value = np.array(value, dtype=old.dtype)
        super().__setitem__(key, value)

    def __reduce__(self):
        return State, (dict(self),)


def kinds(state):
    """What the arrays of a state look like, to be compared and shown."""
    def kind(value):
        if isinstance(value, (float, Numbers)):
            return "number"
        if isinstance(value, np.ndarray):
            return f"{value.dtype} of shape {value.shape}"
        return type(value).__name__

    return {key: kind(value) for key, value in state.items()}


def copied(value):
    return value.copy() if isinstance(value, np.ndarray) else value
