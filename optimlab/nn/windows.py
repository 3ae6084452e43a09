"""Images inside the network: memory in the order (H, C, W, N), and windows that slide over it.

At the door of every layer an image batch has PyTorch's shape (N, C, H, W). Inside, the examples come last, so
that a slice of an array moves long unbroken rows of memory; and the rows of an image come first, so that
those which a window covers lie together. `to_hcwn` and `to_nchw` only turn the axes: the layers hand each
other NCHW views of HCWN memory, and nothing is copied between them.
"""

import numpy as np


def to_hcwn(x):
    """(N, C, H, W) -> (H, C, W, N), contiguous. Free for what `to_nchw` returned.

    >>> to_hcwn(np.zeros((5, 2, 3, 4))).shape
    (3, 2, 4, 5)
    """
    return np.ascontiguousarray(x.transpose(2, 1, 3, 0))


def to_nchw(x):
    """(H, C, W, N) -> (N, C, H, W), a view of the same memory.

    >>> to_nchw(np.zeros((3, 2, 4, 5))).shape
    (5, 2, 3, 4)
    """
    return x.transpose(3, 1, 0, 2)


def pad(x, padding, value=0.0):
    """Add `padding` = (rows, columns) of `value` on all four sides of (H, C, W, N).

    >>> pad(np.ones((1, 1, 1, 1)), (1, 0))[:, 0, 0, 0]
    array([0., 1., 0.])
    """
    if padding == (0, 0):
        return x
    (h, c, w, n), (ph, pw) = x.shape, padding
    out = np.full((h + 2 * ph, c, w + 2 * pw, n), value, x.dtype)
    crop(out, padding)[...] = x
    return out


def crop(x, padding):
    """Take `padding` off again: a view.

    >>> crop(np.zeros((5, 2, 4, 3)), (1, 0)).shape
    (3, 2, 4, 3)
    """
    ph, pw = padding
    return x[ph : x.shape[0] - ph, :, pw : x.shape[2] - pw]


def places(size, kernel, stride):
    """How many windows of `kernel` fit along an axis of `size`, `stride` apart.

    >>> places(7, 3, 2)
    3
    """
    return (size - kernel) // stride + 1


def slices(x, axis, kernel, stride):
    """For each place in a window along an axis: a view of what all windows see there.

    >>> [view.tolist() for view in slices(np.arange(5), 0, 2, 2)]
    [[0, 2], [1, 3]]
    """
    last = stride * (places(x.shape[axis], kernel, stride) - 1) + 1
    before = (slice(None),) * axis
    return [x[(*before, slice(k, k + last, stride))] for k in range(kernel)]


def stack(x, kernel, stride):
    """All windows along W: (H, C, W, N) -> (H, C, kernel, places, N), one slice a column of the window.

    >>> stack(np.arange(4.0).reshape(1, 1, 4, 1), 2, 2)[0, 0, :, :, 0]
    array([[0., 2.], [1., 3.]])
    """
    h, c, w, n = x.shape
    out = np.empty((h, c, kernel, places(w, kernel, stride), n), x.dtype)
    for k, view in enumerate(slices(x, 2, kernel, stride)):
        out[:, :, k] = view
    return out


def spread(windows, shape, stride):
    """The transpose of `stack`: add each window back where it came from, into zeros of `shape`.

    >>> spread(np.ones((1, 1, 2, 3, 1)), (1, 1, 4, 1), 1).ravel()
    array([1., 2., 2., 1.])
    """
    out = np.zeros(shape, windows.dtype)
    first, *others = slices(out, 2, windows.shape[2], stride)
    first[...] = windows[:, :, 0]
    for k, view in enumerate(others, start=1):
        view += windows[:, :, k]
    return out


def rows_seen(x, kernel, stride):
    """What each row of windows sees of (H, k, columns): a view (places, kernel * k, columns).

    The rows of a window lie together in memory, and what windows share is shared here too: do not write.

    >>> rows_seen(np.arange(3).reshape(3, 1, 1), 2, 1)[:, :, 0]
    array([[0, 1], [1, 2]])
    """
    h, k, columns = x.shape
    row, channel, number = x.strides
    shape = (places(h, kernel, stride), kernel * k, columns)
    return np.ndarray(shape, x.dtype, x, strides=(stride * row, channel, number))
