"""Two time series that come with the package, and windows on a series."""

from dataclasses import dataclass, field

import numpy as np

from optimlab.data.files import lines
from optimlab.data.parts import Part, check_whole


@dataclass(frozen=True)
class Series:
    """A time series, cut in the order of time.

    Attributes:
        name: what it is called.
        time: shape (N,), in years.
        values: shape (N,), float32.
        train, val, test: each the values of its years; the first 70 %, the next 15 %, the rest.
        about: what it is, from where, under which licence.

    >>> series = Series("squares", np.arange(10.0), np.arange(10.0) ** 2)
    >>> series.train, series.val, series.test
    (array([ 0.,  1.,  4.,  9., 16., 25., 36.]), array([49.]), array([64., 81.]))
    """

    name: str
    time: np.ndarray
    values: np.ndarray
    about: str = field(default="", repr=False)

    @property
    def train(self):
        return self.values[:self._stops()[0]]

    @property
    def val(self):
        return self.values[slice(*self._stops())]

    @property
    def test(self):
        return self.values[self._stops()[1]:]

    def _stops(self):
        n = len(self.values)
        return n * 70 // 100, n * 85 // 100

    def __repr__(self):
        return f"Series({self.name!r}, {len(self.values)} values from {self.time[0]:g} to {self.time[-1]:g})"


def sunspots():
    """How many spots the sun had, a mean for each year from 1700 to 2008.

    >>> sunspots()
    Series('sunspots', 309 values from 1700 to 2008)

    Source: National Geophysical Data Center, yearly mean sunspot numbers (version 1); by way of statsmodels.
    """
    return _series("sunspots", "sunspots.csv", "Yearly mean sunspot numbers 1700 to 2008, National "
                   "Geophysical Data Center, public domain.")


def airline():
    """How many thousands flew on international airlines, for each month from January 1949 to December 1960.

    >>> series = airline()
    >>> series.values[:3]
    array([112., 118., 132.], dtype=float32)

    Source: Brown (1962), Smoothing, forecasting and prediction; Box and Jenkins (1970), Time series analysis,
    series G.
    """
    return _series("airline passengers", "airline.csv", "International airline passengers, thousands a "
                   "month, 1949 to 1960, series G of Box and Jenkins (1970); 144 counts, which are facts.")


def _series(name, file, about):
    time, values = np.array([line.split(",") for line in lines(file)], dtype=float).T
    return Series(name, time, values.astype(np.float32), about)


def windows(values, length, ahead=1):
    """Every stretch of a series with the value that follows it, for a network that reads a sequence.

    Args:
        values: shape (T,).
        length: how many values a stretch has, at least 1.
        ahead: how many steps after the stretch the target is, at least 1.

    Returns:
        Part: x (N, length, 1) and y (N, 1), with N = T - length - ahead + 1; both copies.

    Raises:
        TypeError, ValueError: values of another shape or too few, a length or ahead that is no whole number
            of at least 1.

    >>> x, y = windows(np.arange(5.0), 3)
    >>> x[:, :, 0].tolist(), y[:, 0].tolist()
    ([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]], [3.0, 4.0])
    """
    values = np.asarray(values)
    if values.ndim != 1:
        raise ValueError(f"values: shape (T,) is needed, got {values.shape}")
    check_whole("length", length, least=1)
    check_whole("ahead", ahead, least=1)
    n = len(values) - length - ahead + 1
    if n < 1:
        raise ValueError(f"values: at least {length + ahead} are needed for length {length} and ahead "
                         f"{ahead}, got {len(values)}")
    x = np.lib.stride_tricks.sliding_window_view(values, length)[:n]
    return Part(x[:, :, None].copy(), values[length + ahead - 1:][:, None].copy())
