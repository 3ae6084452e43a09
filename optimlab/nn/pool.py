"""Pooling: one number for each window, its largest or its mean.

Both work along one axis after the other: the largest number of a window is the largest of its rows' largest,
and the mean is the mean of its rows' means.
"""

import numpy as np

from optimlab.nn.layer import Layer, pair, whole
from optimlab.nn.windows import crop, pad, places, slices, to_hcwn, to_nchw


class Pool2d(Layer):
    """What the pooling layers share. A subclass gives `along` and `back_along`, for one axis."""

    # What the border is filled with.
    fill = 0.0

    def __init__(self, kernel_size, stride=None, padding=0):
        self._settings(kernel_size, stride, padding)
        for k, p in zip(self._kernel, self._padding, strict=True):
            if 2 * p > k:
                raise ValueError(
                    f"padding: at most half of kernel_size {kernel_size!r} is needed, got {padding!r}"
                )
        super().__init__()

    def _settings(self, kernel_size, stride, padding):
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self._kernel, self._padding = pair("kernel_size", kernel_size), pair("padding", padding, least=0)
        self._stride = self._kernel if stride is None else pair("stride", stride)

    def forward(self, x):
        out, steps = self._pool(self._float_input(x))
        return self._keep(out, _steps=steps)

    def backward(self, dout, input_grad=True):
        dout = self._gradient(dout)
        return self._pool_back(dout) if input_grad else None

    def _pool(self, x):
        x = pad(to_hcwn(x), self._padding, self.fill)
        steps = []
        # Columns first, then rows (axes 2 and 0 of HCWN).
        for axis, kernel, stride in (
            (2, self._kernel[1], self._stride[1]),
            (0, self._kernel[0], self._stride[0]),
        ):
            shape = x.shape
            x, memory = self.along(slices(x, axis, kernel, stride))
            steps.append((shape, axis, kernel, stride, memory))
        return to_nchw(x), steps

    def _pool_back(self, dout):
        dx = to_hcwn(dout)
        for shape, axis, kernel, stride, memory in reversed(self._steps):
            # Zeros are needed only for what no window sees.
            make = np.empty if stride == kernel and shape[axis] % kernel == 0 else np.zeros
            dout, dx = dx, make(shape, dx.dtype)
            views = slices(dx, axis, kernel, stride)
            if stride >= kernel:
                self.back_along(dout, memory, views)
                continue
            # Windows overlap: what they send to the same place adds up.
            parts = np.empty((kernel, *dout.shape), dout.dtype)
            self.back_along(dout, memory, parts)
            for view, part in zip(views, parts, strict=True):
                view += part
        return to_nchw(crop(dx, self._padding))

    def along(self, views):
        """views: one array for each place in the window. Returns the pooled one and what back_along needs."""
        raise NotImplementedError

    def back_along(self, dout, memory, views):
        """Write into views, one array for each place in the window, what dout sends there."""
        raise NotImplementedError

    def _fits(self, shape):
        return len(shape) == 4 and all(
            places(size + 2 * p, k, 1) > 0
            for size, p, k in zip(shape[2:], self._padding, self._kernel, strict=True)
        )

    def _wanted(self):
        least = [max(1, k - 2 * p) for k, p in zip(self._kernel, self._padding, strict=True)]
        return f"(N, C, H >= {least[0]}, W >= {least[1]})"


class Pool1d(Pool2d):
    """Pooling along a series (N, C, L): an image of height one."""

    def _settings(self, kernel_size, stride, padding):
        self.kernel_size, self.stride = whole("kernel_size", kernel_size), stride
        self.padding = whole("padding", padding, least=0)
        self._kernel, self._padding = (1, self.kernel_size), (0, self.padding)
        self._stride = self._kernel if stride is None else (1, whole("stride", stride))

    def _pool(self, x):
        out, steps = super()._pool(x[:, :, None, :])
        return out[:, :, 0, :], steps

    def _pool_back(self, dout):
        return super()._pool_back(dout[:, :, None, :])[:, :, 0, :]

    def _fits(self, shape):
        return len(shape) == 3 and super()._fits((*shape[:2], 1, shape[2]))

    def _wanted(self):
        return f"(N, C, L >= {max(1, self.kernel_size - 2 * self.padding)})"


class Largest:
    """Pooling by the largest number. Of equal ones the first takes the whole gradient, as in PyTorch."""

    fill = -np.inf

    def along(self, views):
        best, later = views[0], []
        for view in views[1:]:
            later.append(view > best)
            best = np.maximum(best, view)
        return best, later

    def back_along(self, dout, later, views):
        rest = dout
        for view, won in zip(views[:0:-1], reversed(later), strict=True):
            share = rest * won
            view[...] = share
            rest = rest - share
        views[0][...] = rest


class Mean:
    """Pooling by the mean; the border's zeros count, as in PyTorch."""

    def along(self, views):
        return sum(views[1:], start=views[0]) / len(views), None

    def back_along(self, dout, memory, views):
        share = dout / len(views)
        for view in views:
            view[...] = share


class MaxPool2d(Largest, Pool2d):
    """The largest number of each window, PyTorch's MaxPool2d.

    Args:
        kernel_size, padding: one whole number, or (rows, columns); at most half a kernel of padding.
        stride: the same; that of kernel_size if None, so that windows touch and do not overlap.

    Shapes: input (N, C, H, W); output (N, C, H_out, W_out) with
        H_out = (H + 2 * padding - kernel_size) // stride + 1, and W_out alike.

    Raises:
        TypeError, ValueError: see Layer; an image smaller than the kernel.

    >>> layer = MaxPool2d(2)
    >>> layer.forward(np.array([[[[1.0, 5.0, 3.0, 3.0], [2.0, 0.0, 3.0, 1.0]]]]))
    array([[[[5., 3.]]]])
    >>> layer.backward(np.array([[[[1.0, 2.0]]]]))
    array([[[[0., 1., 2., 0.], [0., 0., 0., 0.]]]])

    Source: Zhou and Chellappa (1988).
    """


class AvgPool2d(Mean, Pool2d):
    """The mean of each window, PyTorch's AvgPool2d. Args, shapes and raises as in MaxPool2d.

    >>> layer = AvgPool2d(2)
    >>> layer.forward(np.array([[[[1.0, 5.0, 3.0, 3.0], [2.0, 0.0, 3.0, 1.0]]]]))
    array([[[[2. , 2.5]]]])
    >>> layer.backward(np.array([[[[4.0, 8.0]]]]))
    array([[[[1., 1., 2., 2.], [1., 1., 2., 2.]]]])

    Source: LeCun et al. (1989).
    """


class MaxPool1d(Largest, Pool1d):
    """The largest number of each window of a series, PyTorch's MaxPool1d.

    Args:
        kernel_size, padding: whole numbers; at most half a kernel of padding.
        stride: a whole number; kernel_size if None.

    Shapes: input (N, C, L); output (N, C, (L + 2 * padding - kernel_size) // stride + 1).

    Raises:
        TypeError, ValueError: see Layer; a series shorter than the kernel.

    >>> MaxPool1d(2, stride=1).forward(np.array([[[1.0, 5.0, 3.0, 3.0]]]))
    array([[[5., 5., 3.]]])

    Source: Zhou and Chellappa (1988).
    """


class AvgPool1d(Mean, Pool1d):
    """The mean of each window of a series, PyTorch's AvgPool1d. Args, shapes and raises as in MaxPool1d.

    >>> AvgPool1d(2).forward(np.array([[[1.0, 5.0, 3.0, 3.0]]]))
    array([[[3., 3.]]])

    Source: LeCun et al. (1989).
    """
