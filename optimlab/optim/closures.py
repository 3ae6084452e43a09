"""Asking a closure for the loss and the gradients at the present params, and checking what it says."""

import numpy as np

from optimlab.optim.blocks import all_finite


def look(optimizer, closure, finite=True, copy=True):
    """(loss, list of copied gradients) from a closure. Who looks only once, and then moves params, needs no
    copy of those that have memory of their own: copy=False.

    Raises TypeError if there is no closure or it returns something else, ValueError for gradients of another
    shape, or, where finite is True, that are not finite.
    """
    if closure is None:
        raise TypeError(f"closure: {type(optimizer).__name__} looks more than once and needs a function "
                        "() -> (loss, grads), got None")
    if not callable(closure):
        raise TypeError(f"closure: a function () -> (loss, grads) is needed, got {closure!r}")
    answer = closure()
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        raise TypeError(f"closure: (loss, grads) is needed, it returned {_short(answer)}")
    loss, grads = answer
    if np.asarray(loss).dtype.kind not in "fiu":
        raise TypeError(f"closure: (loss, grads) is needed, its loss was {_short(loss)}")
    grads = [grads] if isinstance(grads, (np.ndarray, np.floating)) else grads
    if not isinstance(grads, (list, tuple)) or len(grads) != len(optimizer.params):
        raise TypeError(f"closure: {len(optimizer.params)} gradients are needed, it returned {_short(grads)}")
    for p, g in zip(optimizer.params, grads, strict=True):
        if not isinstance(g, (np.ndarray, np.floating)) or g.dtype != p.dtype:
            raise TypeError(f"closure: gradients of {p.dtype} are needed, as params, it returned {_short(g)}")
        if g.shape != p.shape:
            raise ValueError(f"closure: a gradient of shape {p.shape} is needed, it returned {g.shape}")
        if finite and not all_finite(np.asarray(g)):
            raise ValueError(f"closure: finite gradients are needed, it returned {_short(g)}")
    def kept(g):
        return np.array(g) if copy or any(np.may_share_memory(g, p) for p in optimizer.params) else g

    return loss, [kept(g) for g in grads]


def _short(value):
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{type(value).__name__} {text[:57]}..."
