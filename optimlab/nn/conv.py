"""Convolution: the same small weighted sum at every place of an image or a series."""

import math

import numpy as np

from optimlab.nn import init as start
from optimlab.nn.layer import Layer, pair, whole
from optimlab.nn.windows import crop, pad, places, rows_seen, slices, spread, stack, to_hcwn, to_nchw


class Conv2d(Layer):
    """Each output channel is a weighted sum over a window of all input channels, PyTorch's Conv2d.

    Args:
        in_channels, out_channels: how many channels come in and go out.
        kernel_size, stride, padding: one whole number, or (rows, columns). The padding is of zeros.
        bias, init, rng, dtype: as in Linear.

    Shapes: input (N, in_channels, H, W); output (N, out_channels, H_out, W_out) with
        H_out = (H + 2 * padding - kernel_size) // stride + 1, and W_out alike;
        weight (out_channels, in_channels, rows, columns), bias (out_channels,).

    Raises:
        TypeError, ValueError: see Layer; an image smaller than the kernel.

    >>> layer = Conv2d(1, 1, 2, dtype=np.float64)
    >>> layer.weight = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    >>> layer.bias = np.array([0.5])
    >>> x = np.array([[[[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]]]])
    >>> layer.forward(x)
    array([[[[-14.5, -29.5]]]])
    >>> layer.backward(np.array([[[[1.0, 0.0]]]]))
    array([[[[ 1.,  0.,  0.], [ 0., -1.,  0.]]]])

    Source: LeCun et al. (1989).
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        *,
        bias=True,
        init="default",
        rng=None,
        dtype=np.float32,
    ):
        self.in_channels, self.out_channels = (
            whole("in_channels", in_channels),
            whole("out_channels", out_channels),
        )
        self._settings(kernel_size, stride, padding)
        self.init = init
        shapes = {"weight": (self.out_channels, self.in_channels, *self._weight_window)}
        if bias:
            shapes["bias"] = (self.out_channels,)
        else:
            self.bias = None
        super().__init__(shapes, dtype)
        self.reset_parameters(rng)

    def _settings(self, kernel_size, stride, padding):
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self._kernel = self._weight_window = pair("kernel_size", kernel_size)
        self._stride, self._padding = pair("stride", stride), pair("padding", padding, least=0)

    def reset_parameters(self, rng=None):
        start.fill(self, rng, 1 / math.sqrt(math.prod(self.views["weight"].shape[1:])))

    def forward(self, x):
        out, needed = self._convolve(self._float_input(x))
        return self._keep(out, **needed)

    def backward(self, dout, input_grad=True):
        return self._convolve_back(self._gradient(dout), input_grad)

    def _convolve(self, x):
        x = pad(to_hcwn(x), self._padding)
        windows = stack(x, self._kernel[1], self._stride[1])
        height, _, _, width, n = windows.shape
        # For each row of the output a matrix, with a column for each place and example: no copy, a view.
        seen = rows_seen(windows.reshape(height, -1, width * n), self._kernel[0], self._stride[0])
        filters = self._matrix(self.weight)
        out = filters @ seen
        if self.bias is not None:
            out += self.bias[:, None]
        needed = {"_seen": seen, "_filters": filters, "_x_shape": x.shape, "_windows_shape": windows.shape}
        return to_nchw(out.reshape(*out.shape[:2], width, n)), needed

    def _convolve_back(self, dout, input_grad):
        dout = to_hcwn(dout)
        dout = dout.reshape(*dout.shape[:2], -1)
        self._fill((dout @ self._seen.transpose(0, 2, 1)).sum(axis=0))
        if self.bias is not None:
            self.grad_views["bias"][...] = (dout @ np.ones(dout.shape[2], dout.dtype)).sum(axis=0)
        if not input_grad:
            return None
        height, _, _, width, n = self._windows_shape
        dwindows = np.zeros((height, self._seen.shape[1] // self._kernel[0], width * n), dout.dtype)
        weight, size = self._filters.T, dwindows.shape[1]
        first, *others = slices(dwindows, 0, self._kernel[0], self._stride[0])
        np.matmul(weight[:size], dout, out=first)
        for i, view in enumerate(others, start=1):
            view += weight[i * size : (i + 1) * size] @ dout
        dx = spread(dwindows.reshape(self._windows_shape), self._x_shape, self._stride[1])
        return to_nchw(crop(dx, self._padding))

    def _matrix(self, weight):
        """(out, in, rows, columns) -> (out, rows * in * columns), the order of the windows."""
        weight = weight.reshape(self.out_channels, self.in_channels, *self._kernel)
        return weight.transpose(0, 2, 1, 3).reshape(self.out_channels, -1)

    def _fill(self, dweight):
        rows, columns = self._kernel
        dweight = dweight.reshape(self.out_channels, rows, self.in_channels, columns).transpose(0, 2, 1, 3)
        grad = self.grad_views["weight"]
        grad[...] = dweight.reshape(grad.shape)

    def _fits(self, shape):
        return (
            len(shape) == 4
            and shape[1] == self.in_channels
            and all(
                places(size + 2 * p, k, 1) > 0
                for size, p, k in zip(shape[2:], self._padding, self._kernel, strict=True)
            )
        )

    def _wanted(self):
        least = [max(1, k - 2 * p) for k, p in zip(self._kernel, self._padding, strict=True)]
        return f"(N, {self.in_channels}, H >= {least[0]}, W >= {least[1]})"


class Conv1d(Conv2d):
    """Convolution along a series, PyTorch's Conv1d: an image of height one.

    Args:
        in_channels, out_channels: how many channels come in and go out.
        kernel_size, stride, padding: whole numbers, along the series. The padding is of zeros.
        bias, init, rng, dtype: as in Linear.

    Shapes: input (N, in_channels, L); output (N, out_channels, L_out) with
        L_out = (L + 2 * padding - kernel_size) // stride + 1;
        weight (out_channels, in_channels, kernel_size), bias (out_channels,).

    Raises:
        TypeError, ValueError: see Layer; a series shorter than the kernel.

    >>> layer = Conv1d(1, 1, 2, bias=False, dtype=np.float64)
    >>> layer.weight = np.array([[[-1.0, 1.0]]])
    >>> layer.forward(np.array([[[1.0, 4.0, 9.0]]]))
    array([[[3., 5.]]])
    >>> layer.backward(np.array([[[1.0, 1.0]]]))
    array([[[-1.,  0.,  1.]]])

    Source: Waibel et al. (1989).
    """

    def _settings(self, kernel_size, stride, padding):
        self.kernel_size, self.stride = whole("kernel_size", kernel_size), whole("stride", stride)
        self.padding = whole("padding", padding, least=0)
        self._weight_window = (self.kernel_size,)
        self._kernel, self._stride, self._padding = (1, self.kernel_size), (1, self.stride), (0, self.padding)

    def _convolve(self, x):
        out, needed = super()._convolve(x[:, :, None, :])
        return out[:, :, 0, :], needed

    def _convolve_back(self, dout, input_grad):
        dx = super()._convolve_back(dout[:, :, None, :], input_grad)
        return dx[:, :, 0, :] if input_grad else None

    def _fits(self, shape):
        return len(shape) == 3 and super()._fits((*shape[:2], 1, shape[2]))

    def _wanted(self):
        return f"(N, {self.in_channels}, L >= {max(1, self.kernel_size - 2 * self.padding)})"
