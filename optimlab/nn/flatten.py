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
        x = self._float_input(x, lambda shape: len(shape) >= 2, lambda: "(N, ...)")
        self._x_shape = x.shape
        if x.ndim == 4 and not x.flags.c_contiguous:
            # Examples come last in the network's own memory; reshape alone would move every number.
            return self._keep_shape(np.ascontiguousarray(x.transpose(1, 2, 3, 0)).reshape(-1, len(x)).T)
        return self._keep_shape(x.reshape(len(x), math.prod(x.shape[1:])))

    def backward(self, dout, input_grad=True):
        dout = self._gradient(dout)
        if not input_grad:
            return None
        return dout.reshape(self._x_shape)
