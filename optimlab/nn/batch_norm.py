"""Batch norm: each channel gets mean 0 and variance 1 over the batch, then a learned scale and shift."""

import numpy as np

from optimlab.nn.layer import Layer, whole


class BatchNorm(Layer):
    """What BatchNorm1d and BatchNorm2d share; see there."""

    axes = ()
    shape_words = ""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, *, dtype=np.float32):
        self.num_features = whole("num_features", num_features)
        self.eps, self.momentum = eps, momentum
        super().__init__({"weight": (self.num_features,), "bias": (self.num_features,)}, dtype)
        self.buffers = {
            name: np.zeros(self.num_features, self.dtype) for name in ("running_mean", "running_var")
        }
        self.reset_parameters()

    def reset_parameters(self, rng=None):
        self.weight, self.bias = np.ones(self.num_features), np.zeros(self.num_features)
        self.running_mean, self.running_var = np.zeros(self.num_features), np.ones(self.num_features)

    def forward(self, x):
        x = self._float_input(x)
        rows = to_rows(x)
        if self.training:
            mean, var = self._batch_statistics(rows, x.shape)
        else:
            mean, var = self.running_mean, self.running_var
        inv = 1 / np.sqrt(var + self.eps)
        x_hat = (rows - mean[:, None]) * inv[:, None]
        out = from_rows(self.weight[:, None] * x_hat + self.bias[:, None], x.shape)
        return self._keep(out, _inv=inv, _x_hat=x_hat, _batch=self.training)

    def _batch_statistics(self, rows, shape):
        count = rows.shape[1]
        if count < 2:
            raise ValueError(
                f"{self._who()}: at least two numbers for each channel are needed in training, "
                f"got input of shape {shape}"
            )
        mean, var = rows.mean(axis=1), rows.var(axis=1)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (var * (count / (count - 1)) - self.running_var)
        return mean, var

    def backward(self, dout, input_grad=True):
        shape = self._out_shape
        dout, x_hat = to_rows(self._gradient(dout)), self._x_hat
        np.sum(dout * x_hat, axis=1, out=self.grad_views["weight"])
        np.sum(dout, axis=1, out=self.grad_views["bias"])
        if not input_grad:
            return None
        scale = (self.weight * self._inv)[:, None]
        if not self._batch:
            return from_rows(dout * scale, shape)
        # A shift or a stretch of the whole channel changes nothing, so those two parts are taken out.
        shift = dout.mean(axis=1, keepdims=True)
        stretch = np.mean(dout * x_hat, axis=1, keepdims=True)
        return from_rows((dout - shift - x_hat * stretch) * scale, shape)

    def _fits(self, shape):
        return len(shape) in self.axes and shape[1] == self.num_features

    def _wanted(self):
        return self.shape_words.format(self.num_features)


class BatchNorm1d(BatchNorm):
    """Batch norm of vectors or series, PyTorch's BatchNorm1d.

    Args:
        num_features: how many channels.
        eps: added to the variance, in squared units of the input.
        momentum: the share of the new batch in running_mean and running_var, which `eval()` uses.
        dtype: float32 or float64.

    Shapes: input and output (N, num_features) or (N, num_features, L); weight, bias, running_mean and
        running_var (num_features,).

    Raises:
        TypeError, ValueError: see Layer; a single number for each channel in training.

    >>> layer = BatchNorm1d(1, eps=0.0, dtype=np.float64)
    >>> layer.forward(np.array([[1.0], [3.0]]))
    array([[-1.], [ 1.]])
    >>> layer.backward(np.array([[1.0], [0.0]])).round(6) + 0
    array([[0.], [0.]])
    >>> layer.running_mean, layer.running_var
    (array([0.2]), array([1.1]))

    Source: Ioffe and Szegedy (2015).
    """

    axes = (2, 3)
    shape_words = "(N, {0}) or (N, {0}, L)"


class BatchNorm2d(BatchNorm):
    """Batch norm of images, PyTorch's BatchNorm2d: each channel over the batch and all places.

    Args and raises as in BatchNorm1d. Shapes: input and output (N, num_features, H, W).

    >>> layer = BatchNorm2d(1, eps=0.0, dtype=np.float64)
    >>> layer.forward(np.array([[[[1.0, 3.0]]]]))
    array([[[[-1.,  1.]]]])

    Source: Ioffe and Szegedy (2015).
    """

    axes = (4,)
    shape_words = "(N, {}, H, W)"


def to_rows(x):
    """(N, C, ...) -> (C, rest * N): one row for each channel, in the network's memory order.

    >>> to_rows(np.array([[[1, 2]], [[3, 4]]]))
    array([[1, 3, 2, 4]])
    """
    return np.moveaxis(x, 0, -1).reshape(x.shape[1], -1)


def from_rows(rows, shape):
    """The way back of to_rows, as a view.

    >>> from_rows(np.array([[1, 3, 2, 4]]), (2, 1, 2)).tolist()
    [[[1, 2]], [[3, 4]]]
    """
    return np.moveaxis(rows.reshape(*shape[1:], shape[0]), -1, 0)
