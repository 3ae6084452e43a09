"""The sharpness of a network's loss: the curvature along its steepest direction, from gradients alone."""

import numpy as np

from optimlab.data import check_part
from optimlab.data.parts import check_level, check_whole

ROWS = 512      # examples whose gradient is taken at once


def hessian_vector(model, x, y, v):
    """The Hessian of the loss times a vector, from the gradients a little before and behind.

    Args:
        model: with params, grads and loss(x, y), as in optimlab.nn. It is measured as after eval() and left
        as it was. x, y: the examples whose mean loss is meant.
        v: shape of model.params.

    Returns:
        Shape of v, float64: (g(w + h v) - g(w - h v)) / 2h, with the h that loses least to rounding.

    Raises:
        ValueError: a v of another shape, or examples that cannot be trained on.

    >>> from optimlab.nn import MLP
    >>> from optimlab.data import two_moons
    >>> model = MLP(2, 8, 2, rng=0, dtype=np.float64)
    >>> x, y = two_moons(50).train
    >>> u, v = np.random.default_rng(0).normal(size=(2, model.params.size))
    >>> bool(np.isclose(u @ hessian_vector(model, x, y, v), v @ hessian_vector(model, x, y, u), rtol=1e-3))
    True

    Source: Pearlmutter (1994), Fast exact multiplication by the Hessian, on the difference that it replaces.
    """
    x, y = check_part((x, y), "data")
    v = np.asarray(v, dtype=float)
    if v.shape != model.params.shape:
        raise ValueError(f"v: shape {model.params.shape} is needed, that of model.params, got {v.shape}")
    return _steady(model, lambda: _product(model, x, y, v))


def sharpness(model, x, y, iters=100, tol=1e-3, rng=0):
    """The eigenvalue of the loss's Hessian that is largest in size, with its sign, by power iteration.

    Args:
        model: as in hessian_vector.
        x, y: the examples whose mean loss is meant.
        iters: products with the Hessian at most, at least 1.
        tol: stop once the estimate changes by less than this share of itself.
        rng: a seed or a Generator for the vector that it starts from.

    Raises:
        TypeError, ValueError: examples that cannot be trained on, iters or tol out of range.

    >>> from optimlab.nn import Linear, Sequential
    >>> from optimlab.losses import mse
    >>> model = Sequential(Linear(2, 1), criterion=mse, dtype=np.float64)
    >>> x = np.array([[1.0, 3.0], [-1.0, 3.0], [1.0, -3.0], [-1.0, -3.0]])
    >>> round(sharpness(model, x, np.zeros((4, 1))), 2)     # 2 * the mean of x2**2
    18.0

    Source: von Mises and Pollaczek-Geiringer (1929) for the iteration.
    """
    start = np.random.default_rng(rng).normal(size=model.params.shape)
    return top_eigenpair(model, x, y, start, iters, tol)[0]


def top_eigenpair(model, x, y, v, iters=100, tol=1e-3):
    """(sharpness, its direction): as sharpness, from a vector v of your own.

    Along a run, the direction of the last time is nearly right, and a few iterations are enough.

    Args, raises: as in sharpness; ValueError for a v of another shape than params, or of length 0.

    >>> from optimlab.nn import Linear, Sequential
    >>> from optimlab.losses import mse
    >>> model = Sequential(Linear(2, 1, bias=False), criterion=mse, dtype=np.float64)
    >>> x = np.array([[1.0, 3.0], [-1.0, 3.0], [1.0, -3.0], [-1.0, -3.0]])
    >>> value, direction = top_eigenpair(model, x, np.zeros((4, 1)), [0.6, 0.8])
    >>> round(value, 2), abs(direction).round(2) + 0.0
    (18.0, array([0., 1.]))
    """
    x, y = check_part((x, y), "data")
    check_whole("iters", iters, least=1)
    check_level("tol", tol)
    v = np.asarray(v, dtype=float)
    if v.shape != model.params.shape or not np.linalg.norm(v) > 0:
        raise ValueError(f"v: a vector of shape {model.params.shape} and of length above 0 is needed, got "
                         f"shape {v.shape}")

    def iterate():
        direction, estimate = v / np.linalg.norm(v), np.inf
        for _ in range(iters):
            product = _product(model, x, y, direction)
            before, estimate = estimate, float(direction @ product)
            length = np.linalg.norm(product)
            if not np.isfinite(length) or length == 0 or abs(estimate - before) <= tol * abs(estimate):
                break
            direction = product / length
        return estimate, direction

    return _steady(model, iterate)


def _product(model, x, y, v):
    """Central difference. h shifts the params by the cube root of their precision, relative to their
    length."""
    w = model.params.copy()
    length = np.linalg.norm(v)
    if length == 0:
        return np.zeros(v.shape)
    h = np.cbrt(np.finfo(w.dtype).eps) * (1 + np.linalg.norm(w.astype(float))) / length
    gradients = []
    for sign in (1, -1):
        model.params[...] = w + sign * h * v
        gradients.append(_mean_grad(model, x, y))
    model.params[...] = w
    return (gradients[0] - gradients[1]) / (2 * h)


def _mean_grad(model, x, y):
    """The gradient of the mean loss over all examples, float64."""
    total = np.zeros(model.params.shape)
    for i in range(0, len(x), ROWS):
        model.loss(x[i:i + ROWS], y[i:i + ROWS])
        total += model.grads * (len(x[i:i + ROWS]) / len(x))
    return total


def _steady(model, measure):
    """Measure as after eval(), and leave params, grads and the mode as they were."""
    params, grads, training = model.params.copy(), model.grads.copy(), getattr(model, "training", True)
    model.eval()
    try:
        return measure()
    finally:
        model.params[...], model.grads[...] = params, grads
        model.train(training)
