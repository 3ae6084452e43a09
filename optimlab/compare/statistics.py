"""Saying how sure one may be: medians, bootstrap intervals, paired differences, performance profiles."""

import numpy as np

DRAWS = 2000
TAU_MAX = 4.0       # AlgoPerf's end of the performance profile


def median(values):
    """The median in which inf counts as worst; inf where half or more of the values are."""
    return float(medians(np.asarray(values, dtype=float))) if len(values) else np.nan


def medians(values, axis=0):
    """The same along one axis of an array.

    >>> medians(np.array([[1.0, 2.0], [3.0, np.inf]])).tolist()
    [2.0, inf]
    """
    values = np.moveaxis(np.sort(values, axis=axis), axis, 0)
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    return np.where(np.isinf(high), high, (low + np.where(np.isinf(high), 0, high)) / 2)


def interval(values, level=0.95, rng=0):
    """A bootstrap interval of the median: (low, high).

    The values are drawn anew with replacement, and the middle `level` of the medians kept. With fewer than
    six values even the widest interval, from the least to the greatest, holds the true median less often than
    95 times in 100 (n values: 1 - 2 / 2**n); treat it as a picture of the spread.

    >>> interval([1.0, 2.0, 3.0, 4.0, 100.0])
    (1.0, 100.0)

    Source: Efron (1979).
    """
    values = np.asarray(values, dtype=float)
    if not len(values):
        return np.nan, np.nan
    drawn = np.sort(medians(values[_draws(len(values), rng)], axis=1))
    edge = (1 - level) / 2
    first, last = int(edge * (DRAWS - 1)), int(np.ceil((1 - edge) * (DRAWS - 1)))
    return float(drawn[first]), float(drawn[last])


def paired(a, b, rng=0):
    """(median of a - b, low, high): pairs that share a seed, so that what the seed does cancels.

    Two runs that both failed are equal; a failed one beside one that is done is inf or -inf.

    >>> paired([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    (-1.0, -1.0, -1.0)
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    with np.errstate(invalid="ignore"):
        difference = np.where(np.isinf(a) & np.isinf(b), 0.0, a - b)
    low, high = interval(difference, rng=rng)
    return _middle(difference), low, high


def performance_profile(times, taus):
    """The share of problems that each solver solves within tau times the fastest solver's time.

    Args:
        times: shape (solvers, problems); inf where the target was not reached.
        taus: factors of at least 1.

    Returns:
        Shape (solvers, len(taus)). A problem that nobody solves counts for nobody.

    >>> performance_profile([[1.0, 4.0], [2.0, 2.0]], [1, 2])
    array([[0.5, 1. ],
           [0.5, 1. ]])

    Source: Dolan and More (2002).
    """
    ratio = _ratios(times)
    return (ratio[:, :, None] <= np.asarray(taus, dtype=float)).mean(axis=1)


def profile_score(times, tau_max=4.0):
    """The mean height of each solver's profile from tau = 1 to tau_max, a number from 0 to 1.

    AlgoPerf (Dahl and others 2023) ranks by this with tau_max 4.

    >>> profile_score([[1.0, 1.0], [2.5, np.inf]]).round(3)
    array([1.  , 0.25])
    """
    ratio = _ratios(times)
    return (np.clip(tau_max - ratio, 0, None) / (tau_max - 1)).mean(axis=1)


def _ratios(times):
    """Each time over the best on its problem; inf where the target was not reached."""
    times = np.asarray(times, dtype=float)
    best = np.where(np.isfinite(times), times, np.inf).min(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(~np.isfinite(times), np.inf, np.where(times == best, 1.0, times / best))


def _middle(values):
    values = np.sort(values)
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    return float(low if low == high else (low + high) / 2)


def _draws(n, rng):
    return np.random.default_rng(rng).integers(n, size=(DRAWS, n))
