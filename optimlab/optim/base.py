"""What every optimizer shares: params, hyper-parameters and their schedules, counting and applying steps."""

import inspect

import numpy as np

from optimlab.optim import hyper
from optimlab.optim.blocks import all_finite, walk
from optimlab.optim.settings import (
    arrays_in,
    axes_of,
    dense,
    fits,
    index_of,
    part,
    parts,
    single,
    single_of_all,
)
from optimlab.optim.state import State, copied, kinds


class Optimizer:
    """State and a rule. A new optimizer is a subclass with `init` and `rule`.

    Args:
        params: a float array of any shape, or a list of them. They are changed in place.
        **hyper_parameters: each a number, a schedule `step -> number` (steps count from 0), or an array
            that broadcasts against every array of params, so that many settings are one run.

    Attributes:
        params: the list of arrays.
        state: one dict of arrays for each array of params, under PyTorch's names; settable between steps.
        t: how many steps have been taken.
        and each hyper-parameter under its own name; settable between steps.

    Raises:
        TypeError: params that are not float arrays, a hyper-parameter that is not a number.
        ValueError: a hyper-parameter out of its range, or an array that does not broadcast.

    >>> class SignSGD(Optimizer):
    ...     def __init__(self, params, lr=0.1):
    ...         super().__init__(params, lr=lr)
    ...     def rule(self, p, g, state, t, lr):
    ...         return lr * np.sign(g)
    >>> w = np.array([1.0, -2.0])
    >>> opt = SignSGD(w, lr=lambda step: 0.5 / (1 + step))
    >>> for _ in range(2):
    ...     opt.step(w.copy())
    >>> w, opt.t, opt.now("lr")
    (array([ 0.25, -1.25]), 2, 0.16666666666666666)
    """

    # True where each element of the step depends only on the same element of params, grads and state.
    # Where it is False (norms, matrices), arrays of hyper-parameters are taken one setting at a time.
    elementwise = True
    # Whether the rule may meet an array in parts; None: if it is elementwise. True besides where what it
    # needs to know of whole arrays comes from `once`.
    blocks = None
    # True where `once` needs all arrays together: p, g and state are then lists for it.
    together = False
    # Hyper-parameters that are several numbers, and how many.
    counts = hyper.COUNTS

    def __init__(self, params, **hyper_parameters):
        self.params = _float_arrays(params)
        self._names = tuple(hyper_parameters)
        for name, value in hyper_parameters.items():
            setattr(self, name, value)
        self.t = 0
        self._axes = self._setting_axes(self._values())
        self.state = [State(self._init(p, axes)) for p, axes in zip(self.params, self._axes, strict=True)]

    def init(self, p):
        """The state of one array before the first step: a dict of arrays."""
        return {}

    def once(self, p, g, state, t, **hyper_parameters):
        """What the rule must know of an array as a whole, such as its length: a dict of numbers.

        It is called before the rule and the rule gets them as further arguments. Sums over a large array are
        best made with `blocks.totals`. What an array has one of, such as a running product, changes here.
        """
        return {}

    def rule(self, p, g, state, t, **hyper_parameters):
        """What is subtracted from p at step t (counted from 1), in an array of its own.

        Updates state in place, never g, and of p no more than a decay of the weights, in an elementwise rule.
        """
        raise NotImplementedError

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_names", ()):
            value = hyper.check(name, value, self.counts)
            self.__dict__["_constant"] = None
        self.__dict__[name] = value

    def step(self, grads, closure=None):
        """Change params by one step of the rule.

        Args:
            grads: the gradient at params, of the same shape and dtype; a list if params is one. Not changed.
            closure: `() -> (loss, grads)` at the present params, for rules that look twice; others ignore it.

        Raises:
            TypeError, ValueError: grads of another count, shape or dtype, or not finite; a schedule that
                returns no number. Nothing has changed then.
        """
        grads = self._check_grads(grads)
        values = self._values()
        self.__dict__["t"] += 1
        if self.together:
            self._apply_together(self.params, grads, self.state, values)
            return
        for p, g, state in zip(self.params, grads, self.state, strict=True):
            self._apply(p, g, state, values)

    def now(self, name):
        """The value of a hyper-parameter in the next step, its schedule resolved."""
        return hyper.resolve(name, getattr(self, name), self.t, self.counts)

    @property
    def hyper_parameters(self):
        """Every hyper-parameter by name, as it was given: numbers, schedules and arrays."""
        return {name: getattr(self, name) for name in self._names}

    def _values(self):
        """The hyper-parameters of the next step. Without schedules they are resolved only once."""
        if self.__dict__.get("_constant") is None:
            values = {name: self.now(name) for name in self._names}
            self._check_broadcast(values)
            self._check_settings(values)
            if any(_has_schedule(value) for value in self.hyper_parameters.values()):
                return values
            self.__dict__["_constant"] = values
        return self._constant

    def _apply(self, p, g, state, values):
        if p.size == 0:
            return
        if self.elementwise:
            known = self.once(p, g, state, self.t, **values)
            self._take(p, g, state, {**values, **known} if known else values)
            return
        for index, numbers in single(p, values):
            ps, gs, ss = part(p, index), part(g, index), parts(state, index)
            self._take(ps, gs, ss, {**numbers, **self.once(ps, gs, ss, self.t, **numbers)})

    def _apply_together(self, params, grads, states, values):
        for ps, gs, ss, numbers in single_of_all(params, grads, states, values):
            numbers = {**numbers, **self.once(ps, gs, ss, self.t, **numbers)}
            for p, g, state in zip(ps, gs, ss, strict=True):
                self._take(p, g, state, numbers)

    def _take(self, p, g, state, values):
        """The step of one array."""
        if self.elementwise if self.blocks is None else self.blocks:
            for here, grad, kept, numbers in walk(p, g, state, values):
                here -= self.rule(here, grad, kept, self.t, **numbers)
        else:
            p -= self.rule(dense(p), dense(g), state, self.t, **values)

    def _init(self, p, axes):
        """The state of one array; where settings are taken one at a time, theirs, stacked."""
        if not axes:
            return self.init(p)
        batch = tuple(p.shape[axis] for axis in axes)
        states = [self.init(part(p, index_of(p, axes, i))) for i in np.ndindex(batch)]
        return {key: np.array([s[key] for s in states]).reshape(batch + states[0][key].shape)
                for key in states[0]}

    def _setting_axes(self, values):
        if self.elementwise:
            return [()] * len(self.params)
        axes = [axes_of(p, values) for p in self.params]
        if self.together and len(set(axes)) > 1:
            raise ValueError(f"{type(self).__name__}: the settings must lie along the same axes of every "
                             f"array of params, got {axes}")
        return axes

    def _check_broadcast(self, values):
        for name, array in arrays_in(values):
            for i, p in enumerate(self.params):
                if not fits(array.shape, p.shape):
                    raise ValueError(f"{name}: an array of shape {array.shape} does not broadcast to params "
                                     f"{_at(i, self.params)}of shape {p.shape}")

    def _check_settings(self, values):
        if not self.elementwise and "_axes" in self.__dict__ and self._setting_axes(values) != self._axes:
            raise ValueError(f"{type(self).__name__}: its state was made for settings along axes "
                             f"{self._axes}, the hyper-parameters now vary along "
                             f"{self._setting_axes(values)}; make a new one")

    def _check_grads(self, grads):
        """The gradients as a list of arrays, one for each of params."""
        if isinstance(grads, (np.ndarray, np.floating)):
            grads = [grads]
        if not isinstance(grads, (list, tuple)):
            raise TypeError(f"grads: an array or a list of arrays is needed, got {type(grads).__name__}")
        if len(grads) != len(self.params):
            raise ValueError(f"grads: {len(self.params)} are needed, one for each array of params, "
                             f"got {len(grads)}")
        for i, (p, g) in enumerate(zip(self.params, grads, strict=True)):
            if not isinstance(g, (np.ndarray, np.floating)) or g.shape != p.shape or g.dtype != p.dtype:
                raise _misfit(f"grads{_which(i, grads)}", g, p)
            if not all_finite(g):
                index = tuple(int(k) for k in np.argwhere(~np.isfinite(g))[0])
                raise ValueError(f"grads{_which(i, grads)}: finite numbers are needed, got {g[index]} at "
                                 f"index {index} in step {self.t + 1}; params and state are as they were")
        return grads

    def state_dict(self):
        """A copy of everything that a later run needs to go on: t, state, options and hyper-parameters.

        Schedules are functions and cannot be saved: give them again when you make the optimizer.
        """
        return {
            "optimizer": type(self).__name__,
            "t": self.t,
            "hyper_parameters": {name: copied(value) for name, value in self.hyper_parameters.items()
                                 if not _has_schedule(value)},
            "options": self._options(),
            "state": [{key: copied(value) for key, value in state.items()} for state in self.state],
        }

    def load_state_dict(self, saved):
        """Go on from `state_dict()`.

        Raises:
            TypeError, ValueError: what is none, or is that of another optimizer, form or shape. Nothing has
                changed then.
        """
        if not isinstance(saved, dict):
            raise TypeError(f"saved: a dict made by state_dict() is needed, got {type(saved).__name__}")
        missing = {"optimizer", "t", "hyper_parameters", "options", "state"} - set(saved)
        if missing:
            raise ValueError("saved: a dict made by state_dict() is needed, this one has no "
                             f"{sorted(missing)[0]!r}")
        if saved["optimizer"] != type(self).__name__:
            raise ValueError(f"saved: the state of {type(self).__name__} is needed, got that of "
                             f"{saved['optimizer']}")
        if saved["options"] != self._options():
            raise ValueError(f"saved: the options {self._options()} are needed, got {saved['options']}")
        if isinstance(saved["t"], bool) or not isinstance(saved["t"], (int, np.integer)) or saved["t"] < 0:
            raise ValueError(f"saved: t must be a whole number of at least 0, got {saved['t']!r}")
        unknown = set(saved["hyper_parameters"]) - set(self._names)
        if unknown:
            raise ValueError(f"saved: {type(self).__name__} has no hyper-parameter {sorted(unknown)[0]!r}")
        if len(saved["state"]) != len(self.state):
            raise ValueError(f"saved: the state of {len(self.state)} arrays is needed, got that of "
                             f"{len(saved['state'])}")
        for i, (mine, theirs) in enumerate(zip(self.state, saved["state"], strict=True)):
            if kinds(mine) != kinds(theirs):
                raise ValueError(f"saved: state{_at(i, self.state)}needs {kinds(mine)}, "
                                 f"got {kinds(theirs)}")
        checked = {name: hyper.check(name, copied(value), self.counts)
                   for name, value in saved["hyper_parameters"].items()}
        values = {**self._values(), **checked}
        self._check_broadcast(values)
        self._check_settings(values)
        for name, value in checked.items():
            setattr(self, name, value)
        self.state = [State({key: copied(value) for key, value in state.items()}) for state in saved["state"]]
        self.t = int(saved["t"])

    def _options(self):
        """The arguments that choose the rule, such as nesterov: neither params nor hyper-parameters."""
        return {name: getattr(self, name) for name in _arguments(type(self)) if name not in self._names}

    def __repr__(self):
        shown = [f"{name}={_show(getattr(self, name))}" for name in _arguments(type(self))]
        return f"{type(self).__name__}({', '.join(shown)})"


def _float_arrays(params):
    arrays = [params] if isinstance(params, np.ndarray) else params
    if not isinstance(arrays, (list, tuple)):
        raise TypeError(f"params: a float array or a list of them is needed, got {type(params).__name__}")
    for i, p in enumerate(arrays):
        where = f"params{_which(i, arrays)}"
        if not isinstance(p, np.ndarray):
            raise TypeError(f"{where}: a NumPy array is needed, got {p!r}; write np.array(...) around your "
                            "numbers")
        if p.dtype.kind != "f":
            raise TypeError(f"{where}: a float array is needed, got {p.dtype}, which would cut every step to "
                            "whole numbers; use params.astype(float)")
        if not p.flags.writeable:
            raise ValueError(f"{where}: params are changed in place, this array is read-only; "
                             "use params.copy()")
        if any(np.shares_memory(p, q) for q in arrays[:i]):
            raise ValueError(f"{where}: shares its memory with an array before it, so it would be stepped "
                             "twice")
    return list(arrays)


def _misfit(where, g, p):
    """What is wrong with a gradient that is no array of the shape and dtype of p."""
    if not isinstance(g, (np.ndarray, np.floating)):
        return TypeError(f"{where}: a NumPy array is needed, got {type(g).__name__}")
    if g.shape != p.shape:
        return ValueError(f"{where}: shape {p.shape} is needed, that of params, got {g.shape}")
    return TypeError(f"{where}: dtype {p.dtype} is needed, that of params, got {g.dtype}")


def _which(i, arrays):
    return f"[{i}]" if len(arrays) > 1 else ""


def _at(i, arrays):
    return f"{_which(i, arrays)} "


def _has_schedule(value):
    return any(callable(v) for v in (value if isinstance(value, tuple) else (value,)))


def _arguments(cls):
    return [name for name in inspect.signature(cls).parameters if name != "params"]


def _show(value):
    if isinstance(value, tuple):
        return f"({', '.join(_show(v) for v in value)})"
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape}"
    if callable(value):
        return getattr(value, "__name__", repr(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return repr(int(value))
    return repr(value)
