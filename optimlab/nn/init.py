"""How weights start: functions (shape, rng) -> array, and their names for a layer's `init`."""

import math

import numpy as np


def fans(shape):
    """(fan_in, fan_out): how many numbers one output hears, and how many outputs one input reaches.

    A weight of a Linear has shape (out, in), that of a convolution (out, in, *kernel).

    >>> fans((16, 8, 3, 3))
    (72, 144)
    """
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def default(shape, rng):
    """Uniform within 1 / sqrt(fan_in), what PyTorch gives a Linear or a convolution.

    >>> float(np.abs(default((50, 100), np.random.default_rng(0))).max()) <= 0.1
    True

    Source: LeCun, Bottou, Orr and Mueller (1998).
    """
    bound = 1 / math.sqrt(fans(shape)[0])
    return rng.uniform(-bound, bound, shape)


def glorot_uniform(shape, rng, gain=1.0):
    """Uniform within gain * sqrt(6 / (fan_in + fan_out)), for tanh and sigmoid.

    >>> float(np.abs(glorot_uniform((30, 30), np.random.default_rng(0))).max().round(2))
    0.32

    Source: Glorot and Bengio (2010).
    """
    bound = gain * math.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-bound, bound, shape)


def glorot_normal(shape, rng, gain=1.0):
    """Normal with standard deviation gain * sqrt(2 / (fan_in + fan_out)).

    >>> float(glorot_normal((100, 100), np.random.default_rng(0)).std().round(2))
    0.1

    Source: Glorot and Bengio (2010).
    """
    return gain * math.sqrt(2 / sum(fans(shape))) * rng.standard_normal(shape)


def he_uniform(shape, rng, gain=2**0.5):
    """Uniform within gain * sqrt(3 / fan_in), for ReLU.

    >>> float(np.abs(he_uniform((50, 60), np.random.default_rng(0))).max().round(2))
    0.32

    Source: He, Zhang, Ren and Sun (2015).
    """
    bound = gain * math.sqrt(3 / fans(shape)[0])
    return rng.uniform(-bound, bound, shape)


def he_normal(shape, rng, gain=2**0.5):
    """Normal with standard deviation gain / sqrt(fan_in), for ReLU.

    >>> float(he_normal((100, 200), np.random.default_rng(0)).std().round(2))
    0.1

    Source: He, Zhang, Ren and Sun (2015).
    """
    return gain / math.sqrt(fans(shape)[0]) * rng.standard_normal(shape)


def orthogonal(shape, rng, gain=1.0):
    """A matrix whose rows (or columns, if there are more rows) are orthogonal and of length gain.

    All axes but the first are taken as one.

    >>> W = orthogonal((3, 5), np.random.default_rng(0))
    >>> (W @ W.T).round(6) + 0
    array([[1., 0., 0.], [0., 1., 0.], [0., 0., 1.]])

    Source: Saxe, McClelland and Ganguli (2014).
    """
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))
    return gain * (q if rows >= columns else q.T).reshape(shape)


NAMED = {
    function.__name__: function
    for function in (default, glorot_uniform, glorot_normal, he_uniform, he_normal, orthogonal)
}


def named(init):
    """The function of a name, or the function itself.

    Raises:
        ValueError: an unknown name.
        TypeError: neither a name nor a function (shape, rng) -> array.

    >>> named("orthogonal") is orthogonal
    True
    """
    if callable(init):
        return init
    if not isinstance(init, str):
        raise TypeError(f"init: a name or a function (shape, rng) -> array is needed, got {init!r}")
    if init not in NAMED:
        raise ValueError(f"init: one of {', '.join(NAMED)} is needed, got {init!r}")
    return NAMED[init]


def fill(layer, rng, bias_bound):
    """Draw a layer's parameters: weights by its init; biases uniform within bias_bound by default, else 0."""
    rng = np.random.default_rng(rng)
    draw = named(layer.init)
    for name, view in layer.views.items():
        if name.startswith("weight"):
            view[...] = draw(view.shape, rng)
        else:
            view[...] = rng.uniform(-bias_bound, bias_bound, view.shape) if draw is default else 0
