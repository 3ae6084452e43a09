"""Layer norm: each example gets mean 0 and variance 1 over its numbers, then a learned scale and shift."""

import numpy as np

from optimlab.nn.layer import Layer, whole


class LayerNorm(Layer):
    """Normalise over the last axes, PyTorch's LayerNorm. Batch and training make no difference.

    Args:
        normalized_shape: a whole number or a tuple of them: the last axes of the input.
        eps: added to the variance, in squared units of the input.
        dtype: float32 or float64.

    Shapes: input and output (..., *normalized_shape); weight and bias normalized_shape.

    Raises:
        TypeError, ValueError: see Layer.

    >>> layer = LayerNorm(2, eps=0.0, dtype=np.float64)
    >>> layer.forward(np.array([[1.0, 3.0], [10.0, 50.0]]))
    array([[-1.,  1.], [-1.,  1.]])
    >>> layer.backward(np.array([[1.0, 0.0], [0.0, 0.0]])).round(6) + 0
    array([[0., 0.], [0., 0.]])

    Source: Ba, Kiros and Hinton (2016).
    """

    def __init__(self, normalized_shape, eps=1e-5, *, dtype=np.float32):
        sizes = normalized_shape if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
        self.normalized_shape = tuple(whole("normalized_shape", size) for size in sizes)
        self.eps = eps
        super().__init__({"weight": self.normalized_shape, "bias": self.normalized_shape}, dtype)
        self.reset_parameters()

    def reset_parameters(self, rng=None):
        self.weight, self.bias = np.ones(self.normalized_shape), np.zeros(self.normalized_shape)

    def forward(self, x):
        x = self._float_input(x)
        own = tuple(range(x.ndim - len(self.normalized_shape), x.ndim))
        mean, var = x.mean(axis=own, keepdims=True), x.var(axis=own, keepdims=True)
        inv = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean) * inv
        return self._keep(self.weight * x_hat + self.bias, _own=own, _inv=inv, _x_hat=x_hat)

    def backward(self, dout, input_grad=True):
        dout, x_hat = self._gradient(dout), self._x_hat
        others = tuple(range(dout.ndim - len(self._own)))
        np.sum(dout * x_hat, axis=others, out=self.grad_views["weight"])
        np.sum(dout, axis=others, out=self.grad_views["bias"])
        if not input_grad:
            return None
        dx_hat = dout * self.weight
        shift = dx_hat.mean(axis=self._own, keepdims=True)
        stretch = np.mean(dx_hat * x_hat, axis=self._own, keepdims=True)
        return (dx_hat - shift - x_hat * stretch) * self._inv

    def _fits(self, shape):
        return shape[-len(self.normalized_shape) :] == self.normalized_shape

    def _wanted(self):
        return f"(..., {', '.join(map(str, self.normalized_shape))})"
