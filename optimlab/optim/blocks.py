"""Walking large arrays in blocks, so that no temporary is as large as an array."""

import math

import numpy as np

from optimlab.optim import hyper
from optimlab.optim.settings import arrays_in, change_arrays, dense

# Arrays of more than WHOLE bytes are walked in blocks of at most BLOCK bytes, so that the block of params,
# its state and the rule's temporaries are in a core's cache together. Below that, cutting costs more than it
# saves.
WHOLE, BLOCK = 2**19, 2**18


def walk(p, g, state, values):
    """Views of everything a rule is given, at most BLOCK bytes of p at a time; a small array is one block.

    What of state and values is an array but not of p's shape is cut along the axes that it has in common
    with p.

    >>> w, slow = np.zeros(10**6), np.ones(10**6)
    >>> for w_block, _, state, _ in walk(w, w, {"slow": slow}, {}):
    ...     w_block += state["slow"]
    >>> w.sum()
    np.float64(1000000.0)
    """
    if p.ndim == 0:  # NumPy's results without axes are scalars, which a rule could not change in place
        p, g = p.reshape(1), np.reshape(g, 1)
        state = {key: s.reshape(1) if type(s) is np.ndarray else s for key, s in state.items()}
    if p.nbytes <= WHOLE:
        yield p, g, state, values
        return
    full = {key: s for key, s in state.items() if np.shape(s) == p.shape and not isinstance(s, hyper.Numbers)}
    rest = {key: s for key, s in state.items() if key not in full}
    if not arrays_in(values) and not any(np.ndim(s) for s in rest.values()):
        arrays = (p, g, *full.values())
        one_layout = all(a.flags.c_contiguous for a in arrays) or all(a.flags.f_contiguous for a in arrays)
        if p.ndim > 1 and one_layout:
            p, g, full = p.ravel("K"), g.ravel("K"), {key: s.ravel("K") for key, s in full.items()}
        for k in cuts(p):
            yield p[k], g[k], {**{key: s[k] for key, s in full.items()}, **rest}, values
        return
    for k in cuts(p):
        here = {key: s[k] for key, s in full.items()}
        yield p[k], g[k], {**here, **_share(rest, k, p.ndim)}, change_arrays(values, _cutter(k, p.ndim))


def totals(function, p, g, state):
    """The numbers that function(p, g, state) returns, added up over the blocks of whole arrays.

    Every setting of a batch is cut in the same way as it is alone, and what the function is given of p and g
    has no gaps in memory: so its sums have the same bits.

    >>> totals(lambda p, g, state: (square(p), square(g)), np.ones(10**6), np.full(10**6, 2.0), {})
    [1000000.0, 4000000.0]
    """
    sums = None
    for k in cuts(p) if p.nbytes > WHOLE else [...]:
        numbers = function(dense(p[k]), dense(g[k]), _share(state, k, p.ndim))
        sums = [a + b for a, b in zip(sums, numbers, strict=True)] if sums else list(numbers)
    return sums


def square(x):
    """The squared length of an array, all its axes taken together, as a Python float.

    >>> square(np.array([[3.0], [4.0]]))
    25.0
    """
    return float(np.vdot(x, x))


def all_finite(g):
    """Whether an array holds neither nan nor inf. One pass without temporaries, unless something is wrong.

    >>> all_finite(np.array([1e308, -1e308])), all_finite(np.array([0, np.inf]))
    (True, False)
    """
    if g.nbytes <= WHOLE or g.flags.forc:
        g = g.ravel(order="K")
        # The square of a large finite number may overflow, so only a finite result is an answer.
        return math.isfinite(np.vdot(g, g)) or all(np.isfinite(g[k]).all() for k in cuts(g))
    return all(all_finite(g[k]) for k in cuts(g))


def cuts(p):
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
    parts = -(-p.shape[axis] // rows)
    rows = -(-p.shape[axis] // parts)  # about equal parts, so that none is hardly worth a call
    for head in np.ndindex(p.shape[:axis]):
        first = [slice(i, i + 1) for i in head]
        for i in range(0, p.shape[axis], rows):
            yield (*first, slice(i, i + rows))


def _share(state, k, ndim):
    """The part of a state that goes with p[k]."""
    cut = _cutter(k, ndim)
    return {key: cut(s) if isinstance(s, np.ndarray) and s.ndim else s for key, s in state.items()}


def _cutter(k, ndim):
    """What takes the part that goes with p[k] out of an array that broadcasts to p."""
    def cut(array):
        if k is ...:
            return array
        shape = (1,) * (ndim - array.ndim) + array.shape
        index = tuple(i if n > 1 else slice(None) for i, n in zip(k, shape, strict=False))
        return array.reshape(shape)[index]

    return cut
