"""Flatten: one row of numbers for each example."""

import math

import numpy as np

from optimlab.nn.layer import Layer


class Flatten(Layer):
    """(N, ...) -> (N, product of the rest), in C order, PyTorch's Flatten.

    Raises:
        TypeError, ValueError: see Layer.

    >>> layer = Flatten()
    >>> layer.forward(np.zeros((5, 2, 3, 4))).shape
    (5, 24)
    >>> layer.backward(np.zeros((5, 24))).shape
    (5, 2, 3, 4)
    """

    def forward(self, x):
        x = self._float_input(x)
        if x.ndim == 4 and not x.flags.c_contiguous:
            # Examples come last in the network's own memory; reshape alone would move every number.
            out = np.ascontiguousarray(x.transpose(1, 2, 3, 0)).reshape(-1, len(x)).T
        else:
            out = x if x.ndim == 2 else x.reshape(len(x), math.prod(x.shape[1:]))
        return self._keep(out, _x_shape=x.shape)

    def backward(self, dout, input_grad=True):
        dout = self._gradient(dout)
        if not input_grad:
            return None
        return dout.reshape(self._x_shape)

    def _fits(self, shape):
        return len(shape) >= 2

    def _wanted(self):
        return "(N, ...)"
