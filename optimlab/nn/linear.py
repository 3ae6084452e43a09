"""Linear: a weighted sum of the inputs, and a bias."""

import math

import numpy as np

from optimlab.nn import init as start
from optimlab.nn.layer import Layer, whole


class Linear(Layer):
    """x @ weight.T + bias, PyTorch's Linear.

    Args:
        in_features, out_features: how many numbers come in and go out for each example.
        bias: whether there is a bias.
        init: how the weight starts, a name of optimlab.nn.init or a function (shape, rng) -> array. With
            anything but "default" the bias starts at zero.
        rng: None, a seed or a NumPy Generator.
        dtype: float32 or float64.

    Shapes: input (..., in_features), output (..., out_features); weight (out_features, in_features),
        bias (out_features,).

    Raises:
        TypeError, ValueError: see Layer.

    >>> layer = Linear(3, 2, rng=0, dtype=np.float64)
    >>> layer.weight = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    >>> layer.bias = np.array([0.0, 0.5])
    >>> layer.forward(np.array([[1.0, 2.0, 3.0]]))
    array([[1. , 4.5]])
    >>> layer.backward(np.array([[1.0, 1.0]]))
    array([[1., 2., 0.]])
    >>> layer.grad_views["weight"]
    array([[1., 2., 3.], [1., 2., 3.]])

    Source: Rumelhart, Hinton and Williams (1986).
    """

    def __init__(self, in_features, out_features, *, bias=True, init="default", rng=None, dtype=np.float32):
        self.in_features = whole("in_features", in_features)
        self.out_features = whole("out_features", out_features)
        self.init = init
        shapes = {"weight": (self.out_features, self.in_features)}
        if bias:
            shapes["bias"] = (self.out_features,)
        else:
            self.bias = None
        super().__init__(shapes, dtype)
        self.reset_parameters(rng)

    def reset_parameters(self, rng=None):
        start.fill(self, rng, 1 / math.sqrt(self.in_features))

    def forward(self, x):
        x = self._float_input(x)
        # A batch lies in memory with its examples last, as images do: the product is faster that way round.
        out = (self.weight @ x.T).T if x.ndim == 2 else x @ self.weight.T
        if self.bias is not None:
            out += self.bias
        return self._keep(out, _x=x)

    def backward(self, dout, input_grad=True):
        dout = self._gradient(dout)
        rows, x = dout, self._x
        if dout.ndim != 2:
            rows, x = rows.reshape(-1, self.out_features), x.reshape(-1, self.in_features)
        np.matmul(rows.T, x, out=self.grad_views["weight"])
        if self.bias is not None:
            np.dot(np.ones(len(rows), rows.dtype), rows, out=self.grad_views["bias"])
        if not input_grad:
            return None
        return self.weight.T.dot(dout.T).T if dout.ndim == 2 else dout @ self.weight

    def _fits(self, shape):
        return shape[-1:] == (self.in_features,)

    def _wanted(self):
        return f"(..., {self.in_features})"
