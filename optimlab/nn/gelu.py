"""GELU: x times the chance that a standard normal number is below x."""

import functools
import math

import numpy as np
from numpy.polynomial import Chebyshev

from optimlab.nn.activations import Elementwise


class GELU(Elementwise):
    """x * Phi(x), Phi the distribution function of the standard normal; of any shape.

    Args:
        approximate: "none", or "tanh" for x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))).

    Raises:
        TypeError, ValueError: see Layer; another word for approximate.

    >>> layer = GELU()
    >>> layer.forward(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1587,  0.    ,  0.8413])
    >>> layer.backward(np.array([1.0, 1.0, 1.0])).round(4)
    array([-0.0833,  0.5   ,  1.0833])

    Source: Hendrycks and Gimpel (2016).
    """

    def __init__(self, approximate="none"):
        if approximate not in ("none", "tanh"):
            raise ValueError(f"approximate: 'none' or 'tanh' is needed, got {approximate!r}")
        self.approximate = approximate
        super().__init__()

    def value(self, x):
        self._x = x
        if self.approximate == "tanh":
            self._phi = (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
        else:
            self._phi = normal_cdf(x)
        return x * self._phi

    def slope(self):
        x, phi = self._x, self._phi
        if self.approximate == "tanh":
            return phi + x * 2 * phi * (1 - phi) * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
        return phi + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def normal_cdf(x):
    """The standard normal distribution function, elementwise, right to the precision of x.

    >>> normal_cdf(np.array([-40.0, 0.0, 1.0])).round(6)
    array([0.      , 0.5     , 0.841345])
    """
    # Its tail is exp(-x*x/2) times a smooth function of 1 / (2 + |x|), which a short polynomial follows.
    size = np.minimum(np.abs(x), FAR)
    coefficients = tail_coefficients(10 if x.dtype == np.float32 else 24)
    u = (2 / (2 + size) - MIDDLE) / HALF
    tail = clenshaw(u, coefficients) * np.exp(-size * size / 2)
    return np.where(x < 0, tail, 1 - tail)


# Beyond 13 the tail is below 1e-38, the smallest float32. Then 2 / (2 + |x|) runs from 2/15 to 1.
FAR = 13.0
MIDDLE, HALF = (1 + 2 / (2 + FAR)) / 2, (1 - 2 / (2 + FAR)) / 2


@functools.cache
def tail_coefficients(degree):
    """Chebyshev coefficients of exp(x*x/2) * (1 - Phi(x)) for x from 0 to FAR, from the exact math.erfc."""

    def smooth(u):
        x = 2 / (MIDDLE + HALF * u) - 2
        return [math.erfc(v / math.sqrt(2)) / 2 * math.exp(v * v / 2) for v in x]

    return [float(c) for c in Chebyshev.interpolate(smooth, degree).coef]


def clenshaw(u, coefficients):
    """The Chebyshev series at u, in place of numpy's chebval, which would turn float32 into float64.

    >>> clenshaw(np.array([0.5]), [1.0, 2.0, 4.0])
    array([0.])

    Source: Clenshaw (1955).
    """
    before, now = np.zeros_like(u), np.zeros_like(u)
    for c in coefficients[:0:-1]:
        before, now = now, c + 2 * u * now - before
    return coefficients[0] + u * now - before
