"""Flatten: one row of numbers for each example."""

import math

from optimlab.nn.layer import Layer
from optimlab.nn.windows import to_chwn, to_nchw


class Flatten(Layer):
    """(N, ...) -> (N, product of the rest), in C order, PyTorch's Flatten.

    Raises:
        TypeError, ValueError: see Layer.

    >>> import numpy as np
    >>> layer = Flatten()
    >>> layer.forward(np.zeros((5, 2, 3, 4))).shape
    (5, 24)
    >>> layer.backward(np.zeros((5, 24))).shape
    (5, 2, 3, 4)
    """

    def forward(self, x):
        x = self._float_input(x, lambda shape: len(shape) >= 2, "(N, ...)")
        self._x_shape = x.shape
        if x.ndim == 4 and not x.flags.c_contiguous:
            # The network's own memory order: a view, where reshape would copy.
            return self._keep_shape(to_chwn(x).reshape(-1, len(x)).T)
        return self._keep_shape(x.reshape(len(x), math.prod(x.shape[1:])))

    def backward(self, dout, input_grad=True):
        dout = self._gradient(dout)
        if not input_grad:
            return None
        if dout.T.flags.c_contiguous and len(self._x_shape) == 4:
            n, c, h, w = self._x_shape
            return to_nchw(dout.T.reshape(c, h, w, n))
        return dout.reshape(self._x_shape)
