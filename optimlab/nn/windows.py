"""Images inside the network: memory in the order (C, H, W, N), and windows that slide over it.

At the door of every layer an image batch has PyTorch's shape (N, C, H, W). Inside, the examples come last, so
that one slice of an array moves long unbroken rows of memory. `to_chwn` and `to_nchw` only turn the axes: the
layers hand each other NCHW views of CHWN memory, and nothing is copied between them.
"""

import numpy as np


def to_chwn(x):
    """(N, C, H, W) -> (C, H, W, N), contiguous. Free for what `to_nchw` returned.

    >>> to_chwn(np.zeros((5, 2, 3, 4))).shape
    (2, 3, 4, 5)
    """
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0))


def to_nchw(x):
    """(C, H, W, N) -> (N, C, H, W), a view of the same memory.

    >>> to_nchw(np.zeros((2, 3, 4, 5))).shape
    (5, 2, 3, 4)
    """
    return x.transpose(3, 0, 1, 2)


def pad(x, padding, value=0.0):
    """Add `padding` = (rows, columns) of `value` on all four sides of (C, H, W, N).

    >>> pad(np.ones((1, 1, 1, 1)), (1, 0))[0, :, 0, 0]
    array([0., 1., 0.])
    """
    if padding == (0, 0):
        return x
    (c, h, w, n), (ph, pw) = x.shape, padding
    out = np.full((c, h + 2 * ph, w + 2 * pw, n), value, x.dtype)
    out[:, ph : ph + h, pw : pw + w] = x
    return out


def crop(x, padding):
    """Take `padding` off again: a view.

    >>> crop(np.zeros((2, 5, 4, 3)), (1, 0)).shape
    (2, 3, 4, 3)
    """
    ph, pw = padding
    return x[:, ph : x.shape[1] - ph, pw : x.shape[2] - pw]


def places(size, kernel, stride):
    """How many windows of `kernel` fit along an axis of `size`, `stride` apart.

    >>> places(7, 3, 2)
    3
    """
    return (size - kernel) // stride + 1


def slices(shape, kernel, stride):
    """For each place (i, j) in the window: (i, j, index of what all windows see there).

    >>> x = np.arange(4).reshape(1, 1, 4, 1)
    >>> [x[index].ravel().tolist() for i, j, index in slices(x.shape, (1, 2), (1, 1))]
    [[0, 1, 2], [1, 2, 3]]
    """
    (kh, kw), (sh, sw) = kernel, stride
    rows, columns = places(shape[1], kh, sh), places(shape[2], kw, sw)
    for i in range(kh):
        for j in range(kw):
            yield i, j, np.s_[:, i : i + sh * (rows - 1) + 1 : sh, j : j + sw * (columns - 1) + 1 : sw]


def stack(x, kernel, stride):
    """All windows of (C, H, W, N) as (C, kh, kw, rows, columns, N), one slice a place in the window.

    >>> stack(np.arange(4.0).reshape(1, 1, 4, 1), (1, 2), (1, 2))[0, 0, :, 0, :, 0]
    array([[0., 2.], [1., 3.]])
    """
    (c, h, w, n), (kh, kw), (sh, sw) = x.shape, kernel, stride
    out = np.empty((c, kh, kw, places(h, kh, sh), places(w, kw, sw), n), x.dtype)
    for i, j, index in slices(x.shape, kernel, stride):
        out[:, i, j] = x[index]
    return out


def spread(windows, shape, stride):
    """The transpose of `stack`: add each window back where it came from, into zeros of `shape`.

    >>> spread(np.ones((1, 1, 2, 1, 3, 1)), (1, 1, 4, 1), (1, 1)).ravel()
    array([1., 2., 2., 1.])
    """
    out = np.zeros(shape, windows.dtype)
    for i, j, index in slices(shape, windows.shape[1:3], stride):
        out[index] += windows[:, i, j]
    return out
