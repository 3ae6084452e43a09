"""Dropout: in training, a random part of the numbers is set to zero."""

import numpy as np

from optimlab.nn.layer import Layer


class Dropout(Layer):
    """Each number is zero with probability p, and 1 / (1 - p) times as large otherwise; of any shape.

    After `eval()` the numbers pass unchanged.

    Args:
        p: probability of a zero, at least 0 and below 1.
        rng: None, a seed or a NumPy Generator.

    Raises:
        TypeError, ValueError: see Layer; p out of range.

    >>> layer = Dropout(0.5, rng=0)
    >>> layer.forward(np.ones(6))
    array([2., 2., 2., 0., 0., 0.])
    >>> layer.backward(np.ones(6))
    array([2., 2., 2., 0., 0., 0.])
    >>> layer.eval().forward(np.ones(6))
    array([1., 1., 1., 1., 1., 1.])

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014).
    """

    def __init__(self, p=0.5, *, rng=None):
        if not 0 <= p < 1:
            raise ValueError(f"p: a probability of at least 0 and below 1 is needed, got {p!r}")
        self.p = p
        super().__init__()
        self.reset_parameters(rng)

    def reset_parameters(self, rng=None):
        self.rng = np.random.default_rng(rng)

    def forward(self, x):
        x = self._float_input(x)
        if not self.training or self.p == 0:
            return self._keep(x, _mask=None)
        kept = self.rng.random(x.shape, np.float32) >= self.p
        mask = kept * x.dtype.type(1 / (1 - self.p))
        return self._keep(x * mask, _mask=mask)

    def backward(self, dout, input_grad=True):
        dout = self._gradient(dout)
        if not input_grad:
            return None
        return dout if self._mask is None else dout * self._mask
