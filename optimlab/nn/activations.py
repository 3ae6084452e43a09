"""Functions applied to every number alone: ReLU, Tanh, Sigmoid. GELU has its own file."""

import numpy as np

from optimlab.nn.layer import Layer


class Elementwise(Layer):
    """A layer without parameters that takes any shape. A subclass gives `value(x)`, and `slope()`, which has
    the output in `_out`."""

    def forward(self, x):
        x = self._float_input(x)
        out = self.value(x)
        return self._keep(out, _out=out)

    def backward(self, dout, input_grad=True):
        dout = self._gradient(dout)
        return dout * self.slope() if input_grad else None


class ReLU(Elementwise):
    """max(x, 0), of any shape. Its slope at 0 is taken as 0, as in PyTorch.

    Raises:
        TypeError, ValueError: see Layer.

    >>> layer = ReLU()
    >>> layer.forward(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 2.])
    >>> layer.backward(np.array([5.0, 5.0, 5.0]))
    array([0., 0., 5.])

    Source: Nair and Hinton (2010).
    """

    def value(self, x):
        # NumPy cuts at two numbers faster than it compares with one.
        return x.clip(0, np.inf)

    def slope(self):
        return self._out > 0


class Tanh(Elementwise):
    """tanh(x), of any shape.

    Raises:
        TypeError, ValueError: see Layer.

    >>> layer = Tanh()
    >>> layer.forward(np.array([0.0, 1.0])).round(4)
    array([0.    , 0.7616])
    >>> layer.backward(np.array([1.0, 1.0])).round(4)
    array([1.  , 0.42])

    Source: LeCun, Bottou, Orr and Mueller (1998).
    """

    def value(self, x):
        return np.tanh(x)

    def slope(self):
        return 1 - self._out * self._out


class Sigmoid(Elementwise):
    """1 / (1 + exp(-x)), of any shape; written with tanh, which never overflows.

    Raises:
        TypeError, ValueError: see Layer.

    >>> layer = Sigmoid()
    >>> layer.forward(np.array([0.0, -1000.0]))
    array([0.5, 0. ])
    >>> layer.backward(np.array([1.0, 1.0]))
    array([0.25, 0.  ])

    Source: Rumelhart, Hinton and Williams (1986).
    """

    def value(self, x):
        return sigmoid(x)

    def slope(self):
        return self._out * (1 - self._out)


def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow.

    >>> sigmoid(np.array([0.0]))
    array([0.5])
    """
    return (1 + np.tanh(x / 2)) / 2
