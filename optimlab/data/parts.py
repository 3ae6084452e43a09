"""What every loader returns: examples in a training, a validation and a test part; and minibatches of "
"them."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np


class Part(NamedTuple):
    """Examples: x of shape (N, ...) and y of shape (N, ...), row by row."""

    x: np.ndarray
    y: np.ndarray

    def __repr__(self):
        return f"Part(x {self.x.shape}, y {self.y.shape})"


@dataclass(frozen=True)
class Dataset:
    """Examples in three parts: train on the first, choose by the second, report the third once.

    Attributes:
        name: what it is called.
        train, val, test: each a Part, which unpacks into x and y.
        classes: the names of the classes, in the order of the labels 0, 1, 2...; empty for a regression.
        features: the names of the columns of x, where they have names.
        about: what it is, from where, under which licence.

    >>> from optimlab import data
    >>> moons = data.two_moons(100)
    >>> x, y = moons.train
    >>> x.shape, y.shape, moons.classes
    ((100, 2), (100,), ('upper', 'lower'))
    """

    name: str
    train: Part
    val: Part
    test: Part
    classes: tuple = ()
    features: tuple = field(default=(), repr=False)
    about: str = field(default="", repr=False)


def cut(x, y, sizes):
    """Rows in their order as Parts of the given sizes."""
    stops = np.cumsum(sizes)
    return [Part(x[stop - size:stop], y[stop - size:stop]) for stop, size in zip(stops, sizes, strict=True)]


def standardize(dataset, targets=False):
    """The same data with mean 0 and standard deviation 1 in every column, judged by the training part alone.

    Args:
        dataset: a Dataset; it stays as it is.
        targets: do the same to y, for a regression.

    Returns:
        A new Dataset. A column that never varies becomes 0.

    Raises:
        TypeError: something that is no Dataset.
        ValueError: targets of a classification.

    >>> from optimlab import data
    >>> x, y = standardize(data.diabetes()).train
    >>> bool(abs(x.mean(axis=0)).max() < 1e-5), bool(abs(x.std(axis=0) - 1).max() < 1e-5)
    (True, True)
    """
    if not isinstance(dataset, Dataset):
        raise TypeError(f"dataset: a Dataset is needed, got {type(dataset).__name__}")
    if targets and dataset.classes:
        raise ValueError(f"targets: {dataset.name} has classes for targets, which stay as they are; "
                         "use targets=False")
    x, y = dataset.train
    scale_x, scale_y = _scaler(x), _scaler(y) if targets else lambda y: y
    return replace(dataset, **{name: Part(scale_x(part.x), scale_y(part.y)) for name, part in
                               (("train", dataset.train), ("val", dataset.val), ("test", dataset.test))})


def _scaler(a):
    mean, std = a.mean(axis=0, dtype=float), a.std(axis=0, dtype=float)
    std = np.where(std > 0, std, 1)
    return lambda b: ((b - mean) / std).astype(b.dtype)


def minibatches(X, Y, batch_size, rng=None):
    """Every row exactly once, in pieces of batch_size; pairs stay together and the last piece may be short.

    Args:
        X: array of shape (N, ...).
        Y: array of shape (N, ...).
        batch_size: rows in a piece, at least 1.
        rng: the np.random.Generator that shuffles; None keeps the order.

    Returns:
        An iterator of pairs (Xb, Yb), each a copy.

    Raises:
        TypeError, ValueError: no rows, X and Y of different lengths, a batch_size that is no whole number of
        at
            least 1, an rng that is no Generator.

    >>> X, Y = np.arange(5), np.arange(5) ** 2
    >>> for Xb, Yb in minibatches(X, Y, 2):
    ...     print(Xb, Yb)
    [0 1] [0 1]
    [2 3] [4 9]
    [4] [16]
    """
    X, Y = np.asarray(X), np.asarray(Y)
    if not X.ndim or not Y.ndim or len(X) != len(Y):
        raise ValueError("X and Y: one row of Y for each row of X is needed, "
                         f"got shapes {X.shape} and {Y.shape}")
    if not len(X):
        raise ValueError(f"X: at least one row is needed, got shape {X.shape}")
    check_whole("batch_size", batch_size, least=1)
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: a generator made by np.random.default_rng(seed) is needed, got {rng!r}")
    order = np.arange(len(X)) if rng is None else rng.permutation(len(X))
    pieces = (order[i:i + batch_size] for i in range(0, len(X), batch_size))
    return ((X[rows], Y[rows]) for rows in pieces)


def check_part(part, name, classes=0):
    """The (x, y) that was given as a Part, once it can be trained on.

    Args:
        part: a pair of arrays (x, y).
        name: what messages call it.
        classes: how many classes the labels may have; 0 where that is not known.

    Raises:
        TypeError, ValueError: no pair, no rows, different lengths, a nan or inf, a label out of range.

    >>> check_part((np.ones((2, 3)), np.array([0, 5])), "data", classes=3)
    Traceback (most recent call last):
    ValueError: data: labels from 0 to 2 are needed for 3 classes, got 5 at row 1
    """
    if not isinstance(part, (tuple, list)) or len(part) != 2:
        raise TypeError(f"{name}: a pair (x, y) of arrays is needed, got {type(part).__name__}")
    x, y = np.asarray(part[0]), np.asarray(part[1])
    if not x.ndim or not y.ndim or len(x) != len(y):
        raise ValueError(f"{name}: one row of y for each row of x is needed, "
                         f"got shapes {x.shape} and {y.shape}")
    if not len(x):
        raise ValueError(f"{name}: at least one example is needed, got x of shape {x.shape}")
    for letter, a in (("x", x), ("y", y)):
        if a.dtype.kind not in "biuf":
            raise TypeError(f"{name}: numbers are needed, got {letter} of dtype {a.dtype}")
        if a.dtype.kind == "f" and not np.isfinite(a).all():
            row = int(np.argwhere(~np.isfinite(a))[0][0])
            bad = a[row][~np.isfinite(a[row])][0] if a.ndim > 1 else a[row]
            raise ValueError(f"{name}: finite numbers are needed, got {bad} in {letter} at row {row}")
    if y.dtype.kind in "iu" and classes:
        wrong = np.argwhere((y < 0) | (y >= classes))
        if len(wrong):
            raise ValueError(f"{name}: labels from 0 to {classes - 1} are needed for {classes} classes, "
                             f"got {y[tuple(wrong[0])]} at row {wrong[0][0]}")
    return Part(x, y)


def check_whole(name, value, least):
    """Raise unless value is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name}: a whole number of at least {least} is needed, got {value!r}")
    if value < least:
        raise ValueError(f"{name}: a whole number of at least {least} is needed, got {value!r}")


def check_level(name, value):
    """Raise unless value is a finite number of at least 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name}: a number of at least 0 is needed, got {value!r}")
    if not 0 <= value < np.inf:
        raise ValueError(f"{name}: a number of at least 0 is needed, got {value!r}")
