"""What is tried: lists of settings, made by a log grid or by quasi-random points."""

import itertools
import math
from collections.abc import Sequence

import numpy as np

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)


class Space(Sequence):
    """Settings to be tried, each a dict of keyword arguments for the optimizer.

    Attributes:
        settings: the list of dicts.
        axes: {name: sorted values} of what was laid out as a grid; a best setting at the end of such an axis
            is warned of.

    >>> space = lrs(0.01, 1, 3) * {"momentum": [0.0, 0.9]}
    >>> len(space), space[0]
    (6, {'lr': 0.01, 'momentum': 0.0})
    """

    def __init__(self, settings, axes=None):
        self.settings = [dict(one) for one in settings]
        self.axes = {name: sorted(values) for name, values in (axes or {}).items()}
        if not self.settings:
            raise ValueError("space: at least one setting is needed, got none")

    def __getitem__(self, i):
        return self.settings[i]

    def __len__(self):
        return len(self.settings)

    def __mul__(self, other):
        """Every setting with every combination of the values in a dict of lists."""
        more = grid(**other)
        both = [{**one, **two} for one, two in itertools.product(self.settings, more.settings)]
        return Space(both, {**self.axes, **more.axes})

    def __repr__(self):
        return f"Space({len(self)} settings of {', '.join(self.settings[0]) or 'nothing'})"


def lrs(low, high, n):
    """n learning rates from low to high, each the same factor above the one before.

    Raises:
        TypeError, ValueError: bounds that are not 0 < low <= high, an n that is no whole number above 0.

    >>> [setting["lr"] for setting in lrs(0.001, 1, 4)]
    [0.001, 0.01, 0.1, 1.0]
    """
    _check_range("lrs", low, high)
    _check_n(n)
    values = rounded(np.geomspace(low, high, n))
    return Space([{"lr": lr} for lr in values], {"lr": values})


def grid(**values):
    """Every combination of lists of values.

    >>> list(grid(lr=[0.1, 0.2], momentum=[0.9]))
    [{'lr': 0.1, 'momentum': 0.9}, {'lr': 0.2, 'momentum': 0.9}]
    """
    lists = {name: list(v) if isinstance(v, (list, tuple, np.ndarray, range)) else [v]
             for name, v in values.items()}
    for name, v in lists.items():
        if not v:
            raise ValueError(f"{name}: at least one value to try is needed, got an empty list")
    settings = [dict(zip(lists, map(_plain, one), strict=True)) for one in itertools.product(*lists.values())]
    numbers = {name: v for name, v in lists.items() if len(v) > 1 and all(_is_number(one) for one in v)}
    return Space(settings, numbers)


def defaults(**setting):
    """The one setting that the optimizer itself brings, with the keyword arguments given here.

    >>> list(defaults())
    [{}]
    """
    return Space([setting])


def usual_optimizers(n=9):
    """Five optimizers for a Study, each with n learning rates over the four decades where networks want them.

    >>> list(usual_optimizers(9))
    ['SGD', 'momentum', 'Adagrad', 'RMSprop', 'Adam']
    >>> [setting["lr"] for setting in usual_optimizers(5)["Adam"]]
    [1e-05, 0.0001, 0.001, 0.01, 0.1]
    """
    return {"SGD": lrs(1e-3, 10, n), "momentum": ("SGD", lrs(1e-4, 1, n) * {"momentum": [0.9]}),
            "Adagrad": lrs(1e-4, 1, n), "RMSprop": lrs(1e-5, 0.1, n), "Adam": lrs(1e-5, 0.1, n)}


def quasi_random(n, seed=0, **ranges):
    """n settings spread evenly over ranges, however many ranges there are.

    A grid over three settings repeats every value of each many times; these points repeat none, so that n
    trials try n learning rates (Bergstra and Bengio 2012). They are Halton's: coordinate k of point i is i
    written in the k-th prime base, its digits mirrored behind the point, here shifted by a random amount.

    Args:
        n: how many.
        seed: decides the shift.
        **ranges: (low, high) for each name: even in the logarithm where high is ten times low or more, else
            even. A single number is held fixed.

    >>> space = quasi_random(8, lr=(1e-4, 1e-1), momentum=(0.8, 0.99))
    >>> len({setting["lr"] for setting in space})
    8

    Sources: Halton (1960); Cranley and Patterson (1976) for the shift.
    """
    _check_n(n)
    free = {name: r for name, r in ranges.items() if isinstance(r, (tuple, list))}
    if not free:
        raise ValueError("quasi_random: at least one range (low, high) is needed, as lr=(1e-4, 1)")
    if len(free) > len(PRIMES):
        raise ValueError(f"quasi_random: at most {len(PRIMES)} ranges are supported, got {len(free)}")
    for name, r in free.items():
        if len(r) != 2:
            raise ValueError(f"{name}: a range (low, high) is needed, got {r!r}")
        if not r[0] < r[1]:
            raise ValueError(f"{name}: a range with low < high is needed, got {r!r}")
    shift = np.random.default_rng(seed).random(len(free))
    columns = {name: _spread((mirrored(np.arange(1, n + 1), base) + move) % 1, *r)
               for (name, r), base, move in zip(free.items(), PRIMES, shift, strict=False)}
    fixed = {name: value for name, value in ranges.items() if name not in free}
    return Space([{**{name: column[i] for name, column in columns.items()}, **fixed} for i in range(n)])


def mirrored(i, base):
    """The digits of whole numbers i in a base, mirrored behind the point: van der Corput's numbers.

    >>> mirrored(np.array([1, 2, 3, 4]), 2)
    array([0.5  , 0.25 , 0.75 , 0.125])
    """
    i, result, place = np.array(i), np.zeros(len(i)), 1.0
    while i.any():
        place /= base
        result += place * (i % base)
        i //= base
    return result


def space_of(value, name):
    """A Space from what a user may give for one: a Space, a dict of lists, or a list of dicts."""
    if isinstance(value, Space):
        return value
    if isinstance(value, dict):
        return grid(**value)
    if isinstance(value, (list, tuple)) and all(isinstance(one, dict) for one in value):
        if not value:
            raise ValueError(f"optimizers: at least one setting to try is needed for {name!r}, got none")
        return Space(value)
    raise TypeError(f"optimizers: settings such as lrs(1e-3, 10, 12) are needed for {name!r}, got {value!r}")


def rounded(values):
    """Numbers to six significant digits, which is what a table can repeat."""
    return [float(f"{v:.6g}") for v in values]


def _spread(u, low, high):
    if low > 0 and high / low >= 10:
        return rounded(low * (high / low) ** u)
    return rounded(low + (high - low) * u)


def _check_range(name, low, high):
    for value in (low, high):
        if not _is_number(value):
            raise TypeError(f"{name}: numbers are needed as bounds, got {value!r}")
    if not 0 < low <= high < math.inf:
        raise ValueError(f"{name}: bounds with 0 < low <= high are needed, got {low!r} and {high!r}")


def _check_n(n):
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"n: a whole number of at least 1 is needed, got {n!r}; an empty grid tries nothing")


def _is_number(value):
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value
