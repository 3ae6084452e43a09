"""What every optimizer shares: params, hyper-parameters and their schedules, counting and applying steps."""

import inspect
import math

import numpy as np

from optimlab.optim import hyper

# Arrays of more than WHOLE bytes are walked in blocks of BLOCK bytes, so that the block of params, its state
# and the rule's temporaries are in a core's cache together. Below that, cutting costs more than it saves.
WHOLE, BLOCK = 2**19, 2**17


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
    # False where an elementwise rule must see each array once a step, whole. See `once` for what is better.
    blocks = True
    # Hyper-parameters that are several numbers, and how many.
    counts = hyper.COUNTS
    # True where a rule needs all arrays at once: p, g and state are then lists, and so is what it returns.
    together = False

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

    def once(self, p, state, t, **hyper_parameters):
        """Update what an array has one of, such as a running product, before the rule meets its elements."""

    def rule(self, p, g, state, t, **hyper_parameters):
        """What is subtracted from p at step t (counted from 1). Updates state in place, never p or g."""
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
        if not self.elementwise:
            for index, numbers in _settings(p, values):
                part, grad = _part(p, index), _dense(_part(g, index))
                part -= self.rule(_dense(part), grad, _parts(state, index), self.t, **numbers)
            return
        self.once(p, state, self.t, **values)
        if p.nbytes > WHOLE and self.blocks:
            for piece in _blocks(p, g, state, values):
                self._subtract(*piece)
        else:
            self._subtract(p, g, state, values)

    def _subtract(self, p, g, state, values):
        p -= self.rule(p, g, state, self.t, **values)

    def _apply_together(self, params, grads, states, values):
        for ps, gs, ss, numbers in _all_settings(params, grads, states, values):
            dense, grads = [_dense(p) for p in ps], [_dense(g) for g in gs]
            for p, step in zip(ps, self.rule(dense, grads, ss, self.t, **numbers), strict=True):
                p -= step

    def _init(self, p, axes):
        """The state of one array; where settings are taken one at a time, theirs, stacked."""
        if not axes:
            return self.init(p)
        batch = tuple(p.shape[axis] for axis in axes)
        states = [self.init(_part(p, _index(p, axes, i))) for i in np.ndindex(batch)]
        return {key: np.array([s[key] for s in states]).reshape(batch + states[0][key].shape)
                for key in states[0]}

    def _setting_axes(self, values):
        if self.elementwise:
            return [()] * len(self.params)
        axes = [_axes(p, values) for p in self.params]
        if self.together and len(set(axes)) > 1:
            raise ValueError(f"{type(self).__name__}: the settings must lie along the same axes of every "
                             f"array of params, got {axes}")
        return axes

    def _check_broadcast(self, values):
        for name, array in _arrays(values):
            for i, p in enumerate(self.params):
                if not _fits(array.shape, p.shape):
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
            where = f"grads{_which(i, grads)}"
            if not isinstance(g, (np.ndarray, np.floating)):
                raise TypeError(f"{where}: a NumPy array is needed, got {type(g).__name__}")
            if g.shape != p.shape:
                raise ValueError(f"{where}: shape {p.shape} is needed, that of params, got {g.shape}")
            if g.dtype != p.dtype:
                raise TypeError(f"{where}: dtype {p.dtype} is needed, that of params, got {g.dtype}")
            if not all_finite(g):
                index = tuple(int(k) for k in np.argwhere(~np.isfinite(g))[0])
                raise ValueError(f"{where}: finite numbers are needed, got {g[index]} at index {index} in "
                                 f"step {self.t + 1}; params and state are as they were")
        return grads

    def state_dict(self):
        """A copy of everything that a later run needs to go on: t, state, options and hyper-parameters.

        Schedules are functions and cannot be saved: give them again when you make the optimizer.
        """
        return {
            "optimizer": type(self).__name__,
            "t": self.t,
            "hyper_parameters": {name: _copy(value) for name, value in self.hyper_parameters.items()
                                 if not _has_schedule(value)},
            "options": self._options(),
            "state": [{key: _copy(value) for key, value in state.items()} for state in self.state],
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
            if _kinds(mine) != _kinds(theirs):
                raise ValueError(f"saved: state{_at(i, self.state)}needs {_kinds(mine)}, "
                                 f"got {_kinds(theirs)}")
        checked = {name: hyper.check(name, _copy(value), self.counts)
                   for name, value in saved["hyper_parameters"].items()}
        values = {**self._values(), **checked}
        self._check_broadcast(values)
        self._check_settings(values)
        for name, value in checked.items():
            setattr(self, name, value)
        self.state = [State({key: _copy(value) for key, value in state.items()}) for state in saved["state"]]
        self.t = int(saved["t"])

    def _options(self):
        """The arguments that choose the rule, such as nesterov: neither params nor hyper-parameters."""
        return {name: getattr(self, name) for name in _arguments(type(self)) if name not in self._names}

    def __repr__(self):
        shown = [f"{name}={_show(getattr(self, name))}" for name in _arguments(type(self))]
        return f"{type(self).__name__}({', '.join(shown)})"


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
        if isinstance(old, np.ndarray) and not isinstance(old, hyper.Numbers):
            if np.shape(value) != old.shape:
                raise ValueError(f"state[{key!r}]: shape {old.shape} is needed, got {np.shape(value)}")
            value = np.array(value, dtype=old.dtype)
        super().__setitem__(key, value)

    def __reduce__(self):
        return State, (dict(self),)


def all_finite(g):
    """Whether an array holds neither nan nor inf. One pass without temporaries, unless something is wrong.

    >>> all_finite(np.array([1e308, -1e308])), all_finite(np.array([0, np.inf]))
    (True, False)
    """
    if g.nbytes <= WHOLE or g.flags.forc:
        g = g.ravel(order="K")
        # The square of a large finite number may overflow, so only a finite result is an answer.
        return math.isfinite(np.vdot(g, g)) or all(np.isfinite(g[k]).all() for k in _cuts(g))
    return all(all_finite(g[k]) for k in _cuts(g))


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


def _which(i, arrays):
    return f"[{i}]" if len(arrays) > 1 else ""


def _at(i, arrays):
    return f"{_which(i, arrays)} "


def _arrays(values):
    """(name, array) of each hyper-parameter that is an array."""
    return [(name, v) for name, value in values.items()
            for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, hyper.Numbers)]


def _each(values, change):
    """The same hyper-parameters with change() done to those that are arrays."""
    def one(v):
        return change(v) if isinstance(v, hyper.Numbers) else v
    return {name: tuple(map(one, v)) if isinstance(v, tuple) else one(v) for name, v in values.items()}


def _fits(shape, target):
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def _blocks(p, g, state, values):
    """Views of everything, about BLOCK bytes of each array at a time."""
    full = {key: s for key, s in state.items() if np.shape(s) == p.shape and not isinstance(s, hyper.Numbers)}
    rest = {key: s for key, s in state.items() if key not in full}
    varying = bool(_arrays(values) or _arrays(rest))
    if not varying:
        arrays = (p, g, *full.values())
        if all(a.flags.c_contiguous for a in arrays) or all(a.flags.f_contiguous for a in arrays):
            p, g, full = p.ravel("K"), g.ravel("K"), {key: s.ravel("K") for key, s in full.items()}
    for k in _cuts(p):
        def share(v, k=k):
            return _share(v, k, p.ndim)

        here = {key: s[k] for key, s in full.items()}
        if varying:
            yield p[k], g[k], {**here, **_each(rest, share)}, _each(values, share)
        else:
            yield p[k], g[k], {**here, **rest}, values


def _cuts(p):
    """Indices that cut an array into parts of at most BLOCK bytes, along its first axes."""
    size, axis, inner = max(1, BLOCK // p.itemsize), 0, p.size
    if p.size == 0 or p.ndim == 0:
        yield ...
        return
    while True:
        inner //= p.shape[axis]
        if inner <= size:
            break
        axis += 1
    rows = max(1, size // inner)
    for head in np.ndindex(p.shape[:axis]):
        for i in range(0, p.shape[axis], rows):
            yield (*head, slice(i, i + rows))


def _share(numbers, k, ndim):
    """The part of an array of hyper-parameters that goes with p[k]."""
    if k is ...:
        return numbers
    shape = (1,) * (ndim - numbers.ndim) + numbers.shape
    return numbers.reshape(shape)[tuple(
        i if n > 1 else slice(None) if isinstance(i, slice) else 0 for i, n in zip(k, shape, strict=False)
    )]


def _axes(p, values):
    """The axes of p along which a hyper-parameter varies."""
    shapes = [(1,) * (p.ndim - v.ndim) + v.shape for _, v in _arrays(values)]
    return tuple(axis for axis in range(p.ndim) if any(shape[axis] > 1 for shape in shapes))


def _index(p, axes, i):
    """What picks setting i out of p: numbers on the axes of settings, everything on the others."""
    index = [slice(None)] * p.ndim
    for axis, number in zip(axes, i, strict=True):
        index[axis] = number
    return tuple(index)


def _settings(p, values):
    """(index into p, hyper-parameters as plain numbers) of each single setting."""
    axes = _axes(p, values)
    for i in np.ndindex(*(p.shape[axis] for axis in axes)):
        index = _index(p, axes, i)
        first = tuple(0 if isinstance(k, slice) else k for k in index)
        yield index, _each(values, lambda v, first=first: float(np.broadcast_to(v, p.shape)[first]))


def _all_settings(params, grads, states, values):
    """Views of all arrays and states, and plain hyper-parameters, of each single setting."""
    if not params:
        return
    if not _axes(params[0], values):
        yield params, grads, states, next(_settings(params[0], values))[1]
        return
    for index, numbers in _settings(params[0], values):
        yield ([_part(p, index) for p in params], [_part(g, index) for g in grads],
               [_parts(s, index) for s in states], numbers)


def _part(p, index):
    """A view of one setting's share of an array, also where that share is a single number."""
    return p[(*index, ...)]


def _dense(x):
    """The same numbers without gaps in memory: dot products round differently with gaps."""
    return np.asarray(x, order="C")


def _parts(state, index):
    """The views of one setting's state, which is stacked along the leading axes."""
    i = tuple(k for k in index if not isinstance(k, slice))
    return {key: s[(*i, ...)] for key, s in state.items()}


def _copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value


def _has_schedule(value):
    return any(callable(v) for v in (value if isinstance(value, tuple) else (value,)))


def _kinds(state):
    """What the arrays of a state look like, to be compared and shown."""
    def kind(value):
        if isinstance(value, (float, hyper.Numbers)):
            return "number"
        if isinstance(value, np.ndarray):
            return f"{value.dtype} of shape {value.shape}"
        return type(value).__name__

    return {key: kind(value) for key, value in state.items()}


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
