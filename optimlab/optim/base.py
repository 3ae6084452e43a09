"""What every optimizer shares: it holds the params, resolves hyper-parameters, counts steps and applies the rule."""

import inspect

import numpy as np

from optimlab.optim import hyper

# Large arrays are walked in blocks of this many elements, so that a rule's temporaries stay in the cache.
BLOCK = 2**15


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
    """

    # True where each element of the step depends only on the same element of params, grads and state. Where it
    # is False (norms, matrices), arrays of hyper-parameters are taken one setting at a time.
    elementwise = True
    # False where an elementwise rule keeps a number besides its arrays, and so must see each array once a step.
    blocks = True
    # True where a rule needs all arrays at once: p, g and state are then lists, and so is what it returns.
    together = False

    def __init__(self, params, **hyper_parameters):
        self.params = _float_arrays(params)
        self._names = tuple(hyper_parameters)
        for name, value in hyper_parameters.items():
            setattr(self, name, value)
        self.t = 0
        values = self._resolve()
        self._check_broadcast(values)
        self._axes = self._setting_axes(values)
        self.state = [self._init(p, axes) for p, axes in zip(self.params, self._axes, strict=True)]

    def init(self, p):
        """The state of one array before the first step: a dict of arrays."""
        return {}

    def rule(self, p, g, state, t, **hyper_parameters):
        """What is subtracted from p at step t (counted from 1). Updates state in place, never p or g."""
        raise NotImplementedError

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_names", ()):
            value = hyper.check(name, value)
        super().__setattr__(name, value)

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
        values = self._resolve()
        self._check_broadcast(values)
        self._check_settings(values)
        self.t += 1
        if self.together:
            self._apply_together(self.params, grads, self.state, values)
            return
        for p, g, state in zip(self.params, grads, self.state, strict=True):
            self._apply(p, g, state, values)

    def now(self, name):
        """The value of a hyper-parameter in the next step, its schedule resolved."""
        return hyper.resolve(name, getattr(self, name), self.t)

    def _apply(self, p, g, state, values):
        if not self.elementwise:
            for index, numbers in _settings(p, values):
                self._subtract(_part(p, index), _part(g, index), _parts(state, index), numbers)
        elif p.size > BLOCK and self.blocks:
            for piece in _blocks(p, g, state, values):
                self._subtract(*piece)
        else:
            self._subtract(p, g, state, values)

    def _subtract(self, p, g, state, values):
        p -= self.rule(p, g, state, self.t, **values)

    def _apply_together(self, params, grads, states, values):
        for ps, gs, ss, numbers in _all_settings(params, grads, states, values):
            for p, step in zip(ps, self.rule(ps, gs, ss, self.t, **numbers), strict=True):
                p -= step

    def _init(self, p, axes):
        """The state of one array; for a rule that takes one setting at a time, theirs stacked along leading axes."""
        if not axes:
            return self.init(p)
        batch = tuple(p.shape[axis] for axis in axes)
        states = [self.init(_part(p, _index(p, axes, i))) for i in np.ndindex(batch)]
        return {key: np.array([s[key] for s in states]).reshape(batch + states[0][key].shape) for key in states[0]}

    def _setting_axes(self, values):
        if self.elementwise:
            return [()] * len(self.params)
        axes = [_axes(p, values) for p in self.params]
        if self.together and len(set(axes)) > 1:
            raise ValueError(f"{type(self).__name__}: the settings must lie along the same axes of every array of "
                             f"params, got {axes}")
        return axes

    def _check_settings(self, values):
        if self._setting_axes(values) != self._axes:
            raise ValueError(f"{type(self).__name__}: its state was made for settings along axes {self._axes}, the "
                             f"hyper-parameters now vary along {self._setting_axes(values)}; make a new one")

    def _resolve(self):
        return {name: self.now(name) for name in self._names}

    def _check_broadcast(self, values):
        for name, array in _arrays(values):
            for i, p in enumerate(self.params):
                if not _fits(array.shape, p.shape):
                    raise ValueError(f"{name}: an array of shape {array.shape} does not broadcast to params "
                                     f"{_at(i, self.params)}of shape {p.shape}")

    def _check_grads(self, grads):
        if isinstance(grads, (np.ndarray, np.floating)):
            grads = [grads]
        if not isinstance(grads, (list, tuple)):
            raise TypeError(f"grads: an array or a list of arrays is needed, got {type(grads).__name__}")
        if len(grads) != len(self.params):
            raise ValueError(f"grads: {len(self.params)} are needed, one for each array of params, got {len(grads)}")
        for i, (p, g) in enumerate(zip(self.params, grads, strict=True)):
            where = "grads" + _at(i, grads).rstrip()
            if not isinstance(g, (np.ndarray, np.floating)):
                raise TypeError(f"{where}: a NumPy array is needed, got {type(g).__name__}")
            if g.shape != p.shape:
                raise ValueError(f"{where}: shape {p.shape} is needed, that of params, got {g.shape}")
            if g.dtype != p.dtype:
                raise TypeError(f"{where}: dtype {p.dtype} is needed, that of params, got {g.dtype}")
            if not all_finite(g):
                index = tuple(int(k) for k in np.argwhere(~np.isfinite(g))[0])
                raise ValueError(f"{where}: finite numbers are needed, got {g[index]} at index {index} in step "
                                 f"{self.t + 1}; params and state are as they were")
        return grads

    def state_dict(self):
        """A copy of everything that a later run needs to go on: t, state, and the hyper-parameters that are numbers.

        Schedules are functions and cannot be saved: give them again when you make the optimizer.
        """
        return {
            "optimizer": type(self).__name__,
            "t": self.t,
            "hyper_parameters": {name: _copy(getattr(self, name)) for name in self._names
                                 if not _has_schedule(getattr(self, name))},
            "state": [{key: _copy(value) for key, value in state.items()} for state in self.state],
        }

    def load_state_dict(self, saved):
        """Go on from `state_dict()`. Raises ValueError for another optimizer's or another shape's, changing nothing."""
        if not isinstance(saved, dict) or not {"optimizer", "t", "hyper_parameters", "state"} <= set(saved):
            raise ValueError("saved: a dict made by state_dict() is needed")
        if saved["optimizer"] != type(self).__name__:
            raise ValueError(f"saved: the state of {type(self).__name__} is needed, got that of {saved['optimizer']}")
        if len(saved["state"]) != len(self.state):
            raise ValueError(f"saved: the state of {len(self.state)} arrays is needed, got that of {len(saved['state'])}")
        for i, (mine, theirs) in enumerate(zip(self.state, saved["state"], strict=True)):
            if _shapes(mine) != _shapes(theirs):
                raise ValueError(f"saved: state{_at(i, self.state)}needs {_shapes(mine)}, got {_shapes(theirs)}")
        for name, value in saved["hyper_parameters"].items():
            setattr(self, name, _copy(value))
        self.state = [{key: _copy(value) for key, value in state.items()} for state in saved["state"]]
        self.t = saved["t"]

    def __repr__(self):
        names = [name for name in inspect.signature(type(self)).parameters if name != "params"]
        return f"{type(self).__name__}({', '.join(f'{name}={_show(getattr(self, name))}' for name in names)})"


def all_finite(g):
    """Whether an array holds neither nan nor inf. One pass without temporaries, unless something is wrong."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.vdot(g, g))) or bool(np.isfinite(g).all())


def _float_arrays(params):
    arrays = [params] if isinstance(params, np.ndarray) else params
    if not isinstance(arrays, (list, tuple)):
        raise TypeError(f"params: a float array or a list of them is needed, got {type(params).__name__}")
    for i, p in enumerate(arrays):
        where = "params" + _at(i, arrays).rstrip()
        if not isinstance(p, np.ndarray):
            raise TypeError(f"{where}: a NumPy array is needed, got {p!r}; write np.array(...) around your numbers")
        if p.dtype.kind != "f":
            raise TypeError(f"{where}: a float array is needed, got {p.dtype}, which would cut every step to whole "
                            "numbers; use params.astype(float)")
        if not p.flags.writeable:
            raise ValueError(f"{where}: params are changed in place, this array is read-only; use params.copy()")
        if any(np.shares_memory(p, q) for q in arrays[:i]):
            raise ValueError(f"{where}: shares its memory with an array before it, so it would be stepped twice")
    return list(arrays)


def _at(i, arrays):
    return f"[{i}] " if len(arrays) > 1 else " "


def _arrays(values):
    """(name, array) of each hyper-parameter that is an array."""
    for name, value in values.items():
        for v in value if isinstance(value, tuple) else (value,):
            if isinstance(v, hyper.Numbers):
                yield name, v


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
    """Views of everything, about BLOCK elements at a time along the first axis."""
    if not any(True for _ in _arrays(values)) and p.flags.c_contiguous and g.flags.c_contiguous:
        p, g, state = p.reshape(-1), g.reshape(-1), {key: s.reshape(-1) for key, s in state.items()}
    rows = max(1, BLOCK * len(p) // p.size)
    values = _each(values, lambda v: np.broadcast_to(v, p.shape, subok=True))
    for i in range(0, len(p), rows):
        k = slice(i, i + rows)
        yield p[k], g[k], {key: s[k] for key, s in state.items()}, _each(values, lambda v, k=k: v[k])


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
    if not _axes(params[0], values):
        yield params, grads, states, next(_settings(params[0], values))[1]
        return
    for index, numbers in _settings(params[0], values):
        yield ([_part(p, index) for p in params], [_part(g, index) for g in grads],
               [_parts(s, index) for s in states], numbers)


def _part(p, index):
    """A view of one setting's share of an array, also where that share is a single number."""
    return p[(*index, ...)]


def _parts(state, index):
    """The views of one setting's state, which is stacked along the leading axes."""
    i = tuple(k for k in index if not isinstance(k, slice))
    return {key: s[(*i, ...)] for key, s in state.items()}


def _copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value


def _has_schedule(value):
    return any(callable(v) for v in (value if isinstance(value, tuple) else (value,)))


def _shapes(state):
    return {key: np.shape(value) for key, value in state.items()}


def _show(value):
    if isinstance(value, tuple):
        return f"({', '.join(_show(v) for v in value)})"
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape}"
    if callable(value):
        return getattr(value, "__name__", repr(value))
    return f"{value:g}" if isinstance(value, float) else repr(value)
