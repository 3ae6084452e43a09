"""Gradient clipping: keep one bad batch from throwing the weights away. Do it after backward and before step.

Grads are one float array or a list of them. The functions return new ones and leave theirs alone, but for the
two with PyTorch's names, which end in _ and change grads in place.
"""

import math
from numbers import Real

import numpy as np


def clip_by_value(grads, clip_value):
    """Every element between -clip_value and clip_value. Only large ones shrink, so the direction turns.

    Args:
        grads: a float array, or a list of them.
        clip_value: the largest size of an element, at least 0.

    Returns:
        the clipped gradients, an array or a list as given.

    Raises:
        TypeError, ValueError: grads that are no float arrays, a clip_value that is no number of at least 0.

    >>> clip_by_value(np.array([3.0, -0.5]), 1.0)
    array([ 1. , -0.5])

    Source: Mikolov (2012).
    """
    _check("clip_value", clip_value)
    return _same_kind(grads, [np.clip(g, -clip_value, clip_value) for g in _arrays(grads)])


def clip_by_norm(grads, max_norm, norm_type=2.0):
    """Each array by itself: scaled down to length max_norm if it is longer. Keeps each array's direction.

    Args:
        grads: a float array, or a list of them.
        max_norm: the largest length of an array, at least 0.
        norm_type: which length, above 0: 2 is Euclid's, math.inf the largest element.

    Returns:
        the clipped gradients, an array or a list as given.

    Raises:
        TypeError, ValueError: grads that are no float arrays, a max_norm or norm_type out of range.

    >>> clip_by_norm([np.array([3.0, 4.0]), np.array([1.0])], 1.0)
    [array([0.6, 0.8]), array([1.])]
    """
    _check("max_norm", max_norm)
    return _same_kind(grads, [g * _factor(global_norm(g, norm_type), max_norm) for g in _arrays(grads)])


def clip_global_norm(grads, max_norm, norm_type=2.0):
    """All arrays together: one common factor, so that their length is at most max_norm. Keeps the direction.

        g = g * min(1, max_norm / ||all grads||)

    Args:
        grads: a float array, or a list of them.
        max_norm: the largest length of all arrays together, at least 0.
        norm_type: which length, above 0: 2 is Euclid's, math.inf the largest element.

    Returns:
        the clipped gradients, an array or a list as given.

    Raises:
        TypeError, ValueError: grads that are no float arrays, a max_norm or norm_type out of range; a length
            that is not finite.

    >>> clip_global_norm([np.array([3.0]), np.array([4.0])], 1.0)
    [array([0.6]), array([0.8])]

    optax.clip_by_global_norm is the same. PyTorch divides by ||all grads|| + 1e-6: see clip_grad_norm_.

    Source: Pascanu, Mikolov and Bengio (2013).
    """
    _check("max_norm", max_norm)
    factor = _factor(global_norm(grads, norm_type), max_norm)
    return _same_kind(grads, [g * factor for g in _arrays(grads)])


def adaptive_grad_clip(grads, params, clipping=0.01, eps=1e-3, axis=None):
    """AGC, as in optax: the gradient of the weights into one output is at most a share of these weights.

        g = g * min(1, clipping * max(||w||, eps) / ||g||)           for each unit, w and g of one output

    Args:
        grads: a float array, or a list of them.
        params: the weights, of the same shapes.
        clipping: the largest ||g|| / ||w||, at least 0.
        eps: what ||w|| counts as at least, so that weights which start at 0 can move.
        axis: the axes that make up a unit. None is optax's choice, with outputs last: the whole of a vector,
            axis 0 of an array of 2 or 3 axes, all but the last of 4 or 5. Where outputs come first, as in
            PyTorch and in this library's layers, give axis=1 for matrices and axis=(1, 2, 3) for kernels.

    Returns:
        the clipped gradients, an array or a list as given.

    Raises:
        TypeError, ValueError: grads or params that are no float arrays, of different shapes, or of more than
            5 axes without an axis; clipping or eps out of range.

    >>> w = np.array([[3.0, 0.0], [4.0, 0.0]])            # columns of length 5 and 0
    >>> adaptive_grad_clip(np.array([[10.0, 0.01], [0.0, 0.0]]), w, clipping=0.1, eps=1e-3)
    array([[5.e-01, 1.e-04],
           [0.e+00, 0.e+00]])

    Source: Brock, De, Smith and Simonyan (2021).
    """
    _check("clipping", clipping)
    _check("eps", eps)
    gs, ws = _arrays(grads), _arrays(params, "params")
    if [g.shape for g in gs] != [w.shape for w in ws]:
        raise ValueError(f"params: the shapes of grads are needed, {[g.shape for g in gs]}, got "
                         f"{[w.shape for w in ws]}")
    clipped = []
    for g, w in zip(gs, ws, strict=True):
        allowed = clipping * np.maximum(_unit_norm(w, axis), eps)
        length = _unit_norm(g, axis)
        # optax keeps the division away from 0 where a gradient is 0.
        clipped.append(np.where(length < allowed, g, g * (allowed / np.maximum(length, 1e-6))))
    return _same_kind(grads, clipped)


def clip_grad_value_(grads, clip_value):
    """clip_by_value in place, under PyTorch's name.

    >>> g = np.array([3.0, -0.5])
    >>> clip_grad_value_(g, 1.0)
    >>> g
    array([ 1. , -0.5])
    """
    _check("clip_value", clip_value)
    for g in _arrays(grads):
        np.clip(g, -clip_value, clip_value, out=g)


def clip_grad_norm_(grads, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """clip_global_norm in place, as PyTorch has it: the factor is max_norm / (norm + 1e-6), at most 1.

    Returns:
        the norm of all grads before, a float, for the log. Where it is not finite PyTorch goes on, and the
        grads become nan or 0; with error_if_nonfinite it is a ValueError and nothing has changed.

    >>> g = [np.array([3.0]), np.array([4.0])]
    >>> clip_grad_norm_(g, 1.0)
    5.0
    >>> g[0].round(4), g[1].round(4)
    (array([0.6]), array([0.8]))
    """
    _check("max_norm", max_norm)
    norm = global_norm(grads, norm_type)
    if error_if_nonfinite and not math.isfinite(norm):
        raise ValueError(f"grads: a finite norm is needed, got {norm}; nothing was clipped")
    factor = min(1.0, max_norm / (norm + 1e-6)) if not math.isnan(norm) else math.nan
    with np.errstate(invalid="ignore"):
        for g in _arrays(grads):
            g *= factor
    return norm


def global_norm(grads, norm_type=2.0):
    """The length of all arrays together, a float. torch's get_total_norm.

    >>> global_norm([np.array([3.0]), np.array([[0.0, 4.0]])])
    5.0
    >>> global_norm([np.array([3.0]), np.array([-4.0])], math.inf)
    4.0
    """
    if isinstance(norm_type, (bool, np.bool_)) or not isinstance(norm_type, Real) or not norm_type > 0:
        raise ValueError(f"norm_type: a number above 0 is needed, got {norm_type!r}")
    norms = [_norm(np.asarray(g, np.float64).ravel(), norm_type) for g in _arrays(grads)]
    return _norm(np.array(norms), norm_type)


def _norm(x, norm_type):
    return float(np.linalg.norm(x, norm_type)) if x.size else 0.0


def _unit_norm(x, axis):
    if axis is None:
        if x.ndim > 5:
            raise ValueError(f"axis: which axes make up a unit is needed for an array of {x.ndim} axes")
        # As in optax, axes of length 1 do not make a vector a matrix.
        axis = tuple(range(x.ndim if np.squeeze(x).ndim <= 1 else 1 if x.ndim <= 3 else x.ndim - 1))
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=True))


def _factor(norm, max_norm):
    if not math.isfinite(norm):
        raise ValueError(f"grads: a finite length is needed to scale them, got {norm}")
    return min(1.0, max_norm / norm) if norm > 0 else 1.0


def _arrays(grads, name="grads"):
    arrays = [grads] if isinstance(grads, (np.ndarray, np.floating)) else grads
    if not isinstance(arrays, (list, tuple)):
        raise TypeError(f"{name}: a float array or a list of them is needed, got {type(grads).__name__}")
    for i, g in enumerate(arrays):
        if not isinstance(g, (np.ndarray, np.floating)) or g.dtype.kind != "f":
            what = f"an array of {g.dtype}" if isinstance(g, np.ndarray) else repr(g)
            raise TypeError(f"{name}[{i}]: a float array is needed, got {what}")
    return arrays


def _same_kind(grads, arrays):
    arrays = [np.asarray(a) for a in arrays]
    return arrays[0] if isinstance(grads, (np.ndarray, np.floating)) else arrays


def _check(name, value):
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name}: a number is needed, got {value!r}")
    if not value >= 0:
        raise ValueError(f"{name}: a number of at least 0 is needed, got {value!r}")
