"""Arrays of hyper-parameters, many settings in one run: how they fit params, and each setting on its own."""

import numpy as np

from optimlab.optim.hyper import Numbers


def arrays_in(values):
    """(name, array) of each hyper-parameter that is an array."""
    return [(name, v) for name, value in values.items()
            for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, Numbers)]


def change_arrays(values, change):
    """The same hyper-parameters with change() done to those that are arrays."""
    def one(v):
        return change(v) if isinstance(v, Numbers) else v
    return {name: tuple(map(one, v)) if isinstance(v, tuple) else one(v) for name, v in values.items()}


def fits(shape, target):
    """Whether an array of a shape broadcasts to another shape without changing that.

    >>> fits((3, 1), (3, 5)), fits((3, 5), (3, 1))
    (True, False)
    """
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def axes_of(p, values):
    """The axes of p along which a hyper-parameter varies."""
    shapes = [(1,) * (p.ndim - v.ndim) + v.shape for _, v in arrays_in(values)]
    return tuple(axis for axis in range(p.ndim) if any(shape[axis] > 1 for shape in shapes))


def index_of(p, axes, i):
    """What picks setting i out of p: numbers on the axes of settings, everything on the others."""
    index = [slice(None)] * p.ndim
    for axis, number in zip(axes, i, strict=True):
        index[axis] = number
    return tuple(index)


def single(p, values):
    """(index into p, hyper-parameters as plain numbers) of each single setting."""
    axes = axes_of(p, values)
    for i in np.ndindex(*(p.shape[axis] for axis in axes)):
        index = index_of(p, axes, i)
        first = tuple(0 if isinstance(k, slice) else k for k in index)
        yield index, change_arrays(values, lambda v, first=first: float(np.broadcast_to(v, p.shape)[first]))


def single_of_all(params, grads, states, values):
    """Views of all arrays and states, and plain hyper-parameters, of each single setting."""
    if not params:
        return
    if not axes_of(params[0], values):
        yield params, grads, states, next(single(params[0], values))[1]
        return
    for index, numbers in single(params[0], values):
        yield ([part(p, index) for p in params], [part(g, index) for g in grads],
               [parts(s, index) for s in states], numbers)


def part(p, index):
    """A view of one setting's share of an array, also where that share is a single number."""
    return p[(*index, ...)]


def parts(state, index):
    """The views of one setting's state, which is stacked along the leading axes."""
    i = tuple(k for k in index if not isinstance(k, slice))
    return {key: s[(*i, ...)] for key, s in state.items()}


def dense(x):
    """The same numbers without gaps in memory: dot products round differently with gaps."""
    return np.asarray(x, order="C")
