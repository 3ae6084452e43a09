"""Exercises of lesson 17: choosing, tuning and comparing fairly."""

import math

import numpy as np

from .parts import exercise
from .trace import Seen

# 17.1


@exercise(
    "17.1",
    "The middle of several runs",
    returns=("median", "q25", "q75"),
    hints=(
        "Sort five final losses, one of them inf. Which place is the middle, and where do a quarter and "
        "three quarters of the way fall?",
        "A run that ended in inf or nan is the worst there can be, so it stands last in the order. From "
        "then on only the order matters, except between two neighbours, where you go a part of the way.",
        "place = q * (n - 1) in the sorted runs; between the runs below and above it, low + part * (high - "
        "low). When low and high are both inf that is inf - inf: ask first whether they are equal.",
        "The same shape in another story, the finishing times of a race that not everybody finishes:\n"
        "    order = sorted(inf if gave_up else time for time, gave_up in runners)\n"
        "    low, high = order[floor(place)], order[ceil(place)]\n"
        "    return low if low == high else low + (place - floor(place)) * (high - low)",
    ),
    after="Worth keeping: a diverged run is a result. Leaving it out flatters the method that diverges.",
)
def summarize(finals):
    """Return the median and the quartiles of the final losses of several runs.

    finals is an array or a list of n >= 1 final losses, one for each seed, in no
    order; smaller is better. inf is a run that diverged and counts as worst; so is
    nan. Return (median, q25, q75). Each is found on the sorted runs at the place
    q * (n - 1), counted from 0, with q = 0.5, 0.25, 0.75; between two runs, go
    straight from the one to the other (NumPy's "linear"). On the way to inf, and
    between two inf, all is inf; nan never comes back.

    >>> summarize([3.0, 1.0, 2.0, 8.0])
    (2.5, 1.75, 4.25)
    >>> summarize([2.0, float("nan"), 1.0])
    (2.0, 1.5, inf)

    Source: Agarwal et al. (2021) on few runs; Hyndman and Fan (1996) on quantiles.
    """
    ordered = sorted(math.inf if math.isnan(final) else float(final) for final in finals)

    def at(q):
        place = q * (len(ordered) - 1)
        low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
        return low if low == high else low + place % 1 * (high - low)

    return at(0.5), at(0.25), at(0.75)


def _summaries(summary, cases):
    for where, finals in cases.items():
        for name, value in zip(("median", "q25", "q75"), summary(finals), strict=True):
            single = isinstance(finals, np.ndarray) and finals.dtype == np.float32
            yield Seen(where, name, np.asarray(value, np.float32) if single else value)


_SIX = np.array([0.42, 0.11, 7.0, 0.19, 0.35, 1.6])


@summarize.probe("runs that all ended well")
def _(summary):
    cases = {
        "five runs": np.array([0.5, 0.1, 4.0, 0.3, 0.2]),
        "four runs": np.array([3.0, 1.0, 2.0, 8.0]),
        "six runs": _SIX,
        "seven runs": np.append(_SIX, 0.05),
        "nine runs": np.append(_SIX, [0.9, 30.0, 0.12]),
    }
    yield from _summaries(summary, cases)


@summarize.probe("some runs diverged")
def _(summary):
    cases = {
        "one of five is inf": np.array([0.5, np.inf, 4.0, 0.3, 0.2]),
        "one of four is inf": np.array([3.0, 1.0, np.inf, 2.0]),
        "two of six are inf": np.where(_SIX > 1, np.inf, _SIX),
        "one of six is inf": np.where(_SIX > 5, np.inf, _SIX),
    }
    yield from _summaries(summary, cases)


@summarize.probe("most runs diverged, or all")
def _(summary):
    cases = {
        "three of five are inf": np.array([np.inf, 0.2, np.inf, 0.3, np.inf]),
        "four of six are inf": np.where(_SIX > 0.3, np.inf, _SIX),
        "all three are inf": np.full(3, np.inf),
        "one of two is inf": np.array([np.inf, 0.25]),
    }
    yield from _summaries(summary, cases)


@summarize.probe("some runs ended in nan")
def _(summary):
    cases = {
        "one of five is nan": np.array([0.5, np.nan, 4.0, 0.3, 0.2]),
        "nan and inf": np.array([np.nan, 2.0, np.inf, 1.0, 0.5, 3.0]),
        "all are nan": np.full(4, np.nan),
    }
    yield from _summaries(summary, cases)


@summarize.probe("few runs, equal runs, losses below zero")
def _(summary):
    cases = {
        "one run": np.array([0.7]),
        "two runs": np.array([0.7, 0.1]),
        "three equal runs": np.array([0.7, 0.7, 0.7]),
        "losses below zero": np.array([-3.0, -1.0, -2.5, 0.0, -7.0]),
    }
    yield from _summaries(summary, cases)


@summarize.probe("a list, and whole numbers")
def _(summary):
    cases = {
        "a list": [3.5, 1.0, float("inf"), 2.0, 1.5],
        "a list of whole numbers": [3, 1, 2, 9],
        "whole numbers": np.array([3, 1, 2, 9, 4, 4]),
        "float32": _SIX.astype(np.float32),
    }
    yield from _summaries(summary, cases)


def _worst_last(finals):
    finals = np.array(finals, float)
    return np.sort(np.where(np.isnan(finals), np.inf, finals))


def _part_of_the_way(low, high, part):
    return low if low == high else low + part * (high - low)


def _half_of_the_way(low, high, part):
    return (low + high) / 2


def _found_at(place=lambda q, n: q * (n - 1), ordered=_worst_last, between=_part_of_the_way):
    """A summary whose quantile q of n runs is found at place(q, n), counted from 0.

    ordered(finals) are the runs in order; between(low, high, part) goes from a run to the next one.
    """

    def answer(finals):
        runs = ordered(finals)
        n = len(runs)
        found = []
        for q in (0.5, 0.25, 0.75):
            where = min(max(place(q, n), 0.0), n - 1.0)
            found.append(between(runs[math.floor(where)], runs[math.ceil(where)], where % 1))
        return tuple(found)

    return answer


def _middle(ordered):
    n = len(ordered)
    low, high = ordered[(n - 1) // 2], ordered[n // 2]
    return low if low == high else (low + high) / 2


def _by_halves(shared):
    """Quartiles as the medians of the two halves; an odd run in the middle belongs to both if `shared`."""

    def answer(finals):
        ordered = _worst_last(finals)
        n = len(ordered)
        size = max(1, (n + 1) // 2 if shared else n // 2)
        return _middle(ordered), _middle(ordered[:size]), _middle(ordered[n - size :])

    return answer


_OTHER = "There are nine kinds of quartiles in use. NumPy's default is the one that the text describes."

summarize.convention("Hazen's quartiles", text=_OTHER)(_found_at(lambda q, n: q * n - 0.5))
summarize.convention("Weibull's quartiles, as in Minitab and SPSS", text=_OTHER)(
    _found_at(lambda q, n: q * (n + 1) - 1)
)
summarize.convention("median-unbiased quartiles", text=_OTHER)(
    _found_at(lambda q, n: q * (n + 1 / 3) + 1 / 3 - 1)
)
summarize.convention("quartiles as medians of the two halves, with the middle", text=_OTHER)(_by_halves(True))
summarize.convention("quartiles as medians of the two halves, without the middle", text=_OTHER)(
    _by_halves(False)
)


def _plain(finals, quantile=(0.5, 0.25, 0.75)):
    return tuple(np.quantile(np.array(finals, float), quantile))


def _filled(**numbers):
    """NumPy's quantiles, with these numbers in place of nan and inf."""
    return lambda finals: _plain(np.nan_to_num(np.array(finals, float), **numbers))


def _without(lost, summary, empty=None):
    """A summary of the runs that are not lost(finals), or three times `empty` where none is left."""

    def answer(finals):
        finals = np.array(finals, float)
        kept = finals[~lost(finals)]
        return summary(kept) if kept.size or empty is None else (empty,) * 3

    return answer


def _diverged(finals):
    return ~np.isfinite(finals)


@summarize.mistake(
    "SUM-INFNAN",
    name="between two inf there is nan",
    sees="Runs that ended well agree. Where two diverged runs are neighbours, nan comes out.",
    question="What is low + part * (high - low) when both are inf?",
)
def _(finals):
    ordered = _worst_last(finals)
    with np.errstate(all="ignore"):
        return _plain(ordered)


@summarize.mistake("SUM-INFNAN")
def _(finals):
    with np.errstate(all="ignore"):
        return tuple(_plain(finals))


summarize.mistake("SUM-INFNAN")(_found_at(between=lambda low, high, part: low + part * (high - low)))

summarize.mistake("SUM-INFNAN")(_found_at(between=lambda low, high, part: (1 - part) * low + part * high))


@summarize.mistake("SUM-INFNAN")
def _(finals):
    ordered = _worst_last(finals)
    with np.errstate(all="ignore"):
        return (_middle(ordered), *_plain(ordered)[1:])


summarize.mistake(
    "SUM-DROPPED",
    name="diverged runs are left out",
    sees="Runs that ended well agree. A method that often diverges looks as good as its best runs.",
    question="Nine of ten runs diverge and the tenth is perfect. What should the median say?",
)(_without(_diverged, _plain, np.inf))

summarize.mistake("SUM-DROPPED")(_without(_diverged, _plain, np.nan))

summarize.mistake("SUM-DROPPED")(_without(_diverged, _plain))

summarize.mistake(
    "SUM-NANDROPPED",
    name="runs that ended in nan are left out",
    sees="inf is counted as worst, and nan not at all.",
    question="nan often is inf - inf, one step later. Is such a run better than one that ended in inf?",
)(_without(np.isnan, summarize.reference, np.nan))

summarize.mistake("SUM-NANDROPPED")(_without(np.isnan, summarize.reference))

summarize.mistake("SUM-NANDROPPED")(_without(np.isnan, summarize.reference, np.inf))


@summarize.mistake(
    "SUM-NANSPREADS",
    name="one nan makes everything nan",
    sees="inf is counted as worst. As soon as one run ended in nan, nothing else is said.",
    question="What shall a nan count as, and where in your lines do you say so?",
)
def _(finals):
    finals = np.array(finals, float)
    return (np.nan,) * 3 if np.isnan(finals).any() else summarize.reference(finals)


summarize.mistake(
    "SUM-NANSORTED",
    name="nan has found a place in the order by chance",
    sees="inf is counted as worst. With a nan among the runs, the order is no order any more.",
    question="Is nan < 1 true? Is nan > 1? What does sorted() make of that?",
)(_found_at(ordered=lambda finals: sorted(map(float, finals))))

summarize.mistake("SUM-NANSORTED")(_found_at(ordered=lambda finals: np.sort(np.array(finals, float))))


@summarize.mistake(
    "SUM-BEST",
    name="a diverged run counts as best",
    sees="Runs that ended well agree. Each diverged run makes the summary smaller.",
    question="At which end of the sorted runs does yours stand, and is small good or bad?",
)
def _(finals):
    finals = np.array(finals, float)
    return _plain(np.where(np.isfinite(finals), finals, 0.0))


@summarize.mistake("SUM-BEST")
def _(finals):
    finals = np.array(finals, float)
    return summarize.reference(np.where(np.isfinite(finals), finals, -np.inf))


summarize.mistake("SUM-BEST")(_filled(nan=0.0, posinf=0.0))

summarize.mistake(
    "SUM-HUGE",
    name="a large number stands in for inf",
    sees="Runs that ended well agree. Where inf is asked for, some large number comes out.",
    question="Is 1e9 as bad as it gets? What should a reader of your table see?",
)(_filled(nan=1e9, posinf=1e9))

summarize.mistake("SUM-HUGE")(_filled(nan=1e10, posinf=1e10))

summarize.mistake("SUM-HUGE")(_filled(nan=np.finfo(float).max))

summarize.mistake("SUM-HUGE")(_filled(nan=1e6, posinf=1e6))

summarize.mistake("SUM-HUGE")(_filled(nan=100.0, posinf=100.0))

summarize.mistake("SUM-HUGE")(_filled())


@summarize.mistake(
    "SUM-WORSTFINITE",
    name="the worst finite run stands in for inf",
    sees="Runs that ended well agree. A diverged run looks as good as the worst of the others.",
    question="Which was worse: the run that ended at 4, or the one that ended at inf?",
)
def _(finals):
    finals = np.array(finals, float)
    fine = np.isfinite(finals)
    worst = finals[fine].max() if fine.any() else np.inf
    return summarize.reference(np.where(fine, finals, worst))


@summarize.mistake(
    "SUM-MEAN",
    name="the mean is taken for the median",
    sees="One bad run of five pulls the first number up, and one inf makes it inf.",
    question="Which average does not care how bad the worst run was?",
)
def _(finals):
    finals = np.array(finals, float)
    return (np.mean(finals), *_plain(finals)[1:])


@summarize.mistake("SUM-MEAN")
def _(finals):
    finals = np.array(finals, float)
    return (np.mean(finals), *summarize.reference(finals)[1:])


@summarize.mistake(
    "SUM-STD",
    name="mean and standard deviations, not quartiles",
    sees="The numbers lie at equal distances from each other; quartiles need not.",
    question="How far does one bad run move a standard deviation, and how far a quartile?",
)
def _(finals):
    finals = np.array(finals, float)
    return np.mean(finals), np.mean(finals) - np.std(finals), np.mean(finals) + np.std(finals)


@summarize.mistake("SUM-STD")
def _(finals):
    finals = np.array(finals, float)
    return np.median(finals), np.median(finals) - np.std(finals), np.median(finals) + np.std(finals)


@summarize.mistake(
    "SUM-ORDER",
    name="the three numbers come in another order",
    sees="The right numbers come back in other places.",
    question="In which order does the exercise ask for the median and the two quartiles?",
)
def _(finals):
    median, q25, q75 = summarize.reference(finals)
    return q25, median, q75


summarize.mistake("SUM-ORDER")(lambda finals: _plain(finals, (0.25, 0.5, 0.75)))


@summarize.mistake("SUM-ORDER")
def _(finals):
    median, q25, q75 = summarize.reference(finals)
    return median, q75, q25


@summarize.mistake(
    "SUM-IQR",
    name="the distance between the quartiles comes back",
    sees="The median agrees; the others are distances, not places.",
    question="Does the exercise ask for two numbers around the median, or for how far they are apart?",
)
def _(finals):
    median, q25, q75 = summarize.reference(finals)
    return median, median - q25, q75 - median


@summarize.mistake("SUM-IQR")
def _(finals):
    median, q25, q75 = summarize.reference(finals)
    return median, median - (q75 - q25) / 2, median + (q75 - q25) / 2


@summarize.mistake(
    "SUM-PERCENT",
    name="fractions were given where percents belong",
    sees="All three numbers lie at the lower end, near the best run.",
    question="np.percentile counts to 100 and np.quantile to 1. Which of them is 0.25 for?",
)
def _(finals):
    return tuple(np.percentile(np.array(finals, float), [0.5, 0.25, 0.75]))


@summarize.mistake(
    "SUM-RANGE",
    name="the best and the worst run are taken for the quartiles",
    sees="The median agrees; the others lie at the ends.",
    question="What share of the runs lies between the two quartiles?",
)
def _(finals):
    ordered = _worst_last(finals)
    return _middle(ordered), ordered[0], ordered[-1]


summarize.mistake(
    "SUM-DECILES",
    name="these are other quantiles",
    sees="The median agrees; the others lie farther out than a quarter of the runs.",
    question="q25 and q75: how many of the runs lie below each?",
)(lambda finals: _plain(finals, (0.5, 0.1, 0.9)))

summarize.mistake("SUM-DECILES")(lambda finals: _plain(finals, (0.5, 0.05, 0.95)))

summarize.mistake("SUM-DECILES")(lambda finals: _plain(finals, (0.5, 0.025, 0.975)))


@summarize.mistake(
    "SUM-UNSORTED",
    name="the runs were not sorted",
    sees="The numbers that come out depend on the order of the seeds.",
    question="The run in the middle of the list, or the run in the middle of the results?",
)
def _(finals):
    n = len(finals)
    return finals[n // 2], finals[n // 4], finals[3 * n // 4]


@summarize.mistake(
    "SUM-UPPER",
    name="between two runs the upper one is taken",
    sees="Where a place falls on a run it agrees; between two runs it does not go a part of the way.",
    question="What is the median of four runs?",
)
def _(finals):
    ordered = _worst_last(finals)
    n = len(ordered)
    return ordered[n // 2], ordered[n // 4], ordered[3 * n // 4]


summarize.mistake("SUM-UPPER")(_found_at(between=lambda low, high, part: high))

summarize.mistake(
    "SUM-LOWER",
    name="between two runs the lower one is taken",
    sees="Where a place falls on a run it agrees; between two runs it does not go a part of the way.",
    question="What is the median of four runs?",
)(_found_at(between=lambda low, high, part: low))


@summarize.mistake("SUM-LOWER")
def _(finals):
    ordered = _worst_last(finals)
    n = len(ordered)
    return _middle(ordered), ordered[int(0.25 * (n - 1))], ordered[int(0.75 * (n - 1))]


@summarize.mistake(
    "SUM-NEAREST",
    name="the nearest run is taken",
    sees="Between two runs one of the two comes back, where a number between them is asked for.",
    question="The place 1.25 lies a quarter of the way between two runs. Which number is that?",
)
def _(finals):
    ordered = _worst_last(finals)
    n = len(ordered)
    return _middle(ordered), ordered[n // 4], ordered[3 * n // 4]


@summarize.mistake("SUM-NEAREST")
def _(finals):
    ordered = _worst_last(finals)
    n = len(ordered)
    return _middle(ordered), ordered[round(0.25 * (n - 1))], ordered[round(0.75 * (n - 1))]


summarize.mistake("SUM-NEAREST")(
    lambda finals: tuple(np.quantile(_worst_last(finals), (0.5, 0.25, 0.75), method="nearest"))
)

summarize.mistake(
    "SUM-HALFWAY",
    name="between two runs it always goes half of the way",
    sees="The median agrees; a quartile between two runs lies in their middle.",
    question="The place 0.75 lies three quarters of the way from one run to the next. Which number is that?",
)(_found_at(between=_half_of_the_way))

summarize.mistake(
    "SUM-OFFBYONE",
    name="the place is one part too far",
    sees="All numbers are too large; they are found at q * n instead of q * (n - 1).",
    question="Five runs have the numbers 0 to 4. Which one is the middle?",
)(_found_at(lambda q, n: q * n))

summarize.mistake(
    "SUM-DESCENDING",
    name="the runs are sorted from worst to best",
    sees="The median agrees; the quartiles have changed places.",
    question="A quarter of the runs should be better than q25. Are they in yours?",
)(_found_at(ordered=lambda finals: _worst_last(finals)[::-1], between=_half_of_the_way))


@summarize.mistake("GD-INPLACE")
def _(finals):
    result = summarize.reference(finals)
    finals.sort()
    return result


@summarize.mistake("GD-INPLACE")
def _(finals):
    result = summarize.reference(finals)
    if isinstance(finals, np.ndarray) and finals.dtype.kind == "f":
        finals[np.isnan(finals)] = np.inf
    return result


# 17.2


@exercise(
    "17.2",
    "A performance profile",
    returns="shares",
    hints=(
        "One problem, three solvers, times 4, 8 and inf. What is the best time, and which solvers are "
        "within 2 times of it?",
        "Compare on each problem with the best time there, whoever had it. Then count, for each solver, on "
        "how many of the problems it was within tau times the best; problems that it did not solve never "
        "count for it, and stay in the number that you divide by.",
        "best = times.min(axis=0); for each solver s and each tau: the mean over problems of (times[s] <= "
        "tau * best) & np.isfinite(times[s]).",
        "The same shape in another story, pupils, exams, and marks within a share of the top one:\n"
        "    top = marks.max(axis=0)\n"
        "    [[np.mean((mine >= share * top) & present) for share in shares] for mine, present in ...]",
    ),
    after="Worth keeping: its left end shows speed, its right end how many problems are solved at all.",
)
def performance_profile(times, taus):
    """Return for each solver the share of problems on which it was near the best.

    times has the shape (solvers, problems): the time (or the number of steps) that
    each solver took, above 0, and inf where it did not solve the problem. taus has
    the shape (t,): numbers of 1 or more, in any order, maybe inf. Return an array of
    the shape (solvers, t): the share of ALL problems that the solver solved within
    (at most) tau times the best time that any solver took on that problem. inf never
    counts as solved, for no tau, also on a problem that nobody solves.

    >>> times = np.array([[1.0, 8.0, 3.0, np.inf], [2.0, 2.0, np.inf, np.inf]])
    >>> performance_profile(times, np.array([1.0, 2.0, 4.0]))
    array([[0.5 , 0.5 , 0.75],
           [0.25, 0.5 , 0.5 ]])

    Source: Dolan and Moré (2002).
    """
    times, taus = np.asarray(times), np.asarray(taus)
    best = times.min(axis=0)
    near = times[:, None, :] <= taus[:, None] * best
    return np.mean(near & np.isfinite(times)[:, None, :], axis=2)


_ALL_SOLVED = np.array(
    [[1.0, 8.0, 3.0, 10.0, 6.0], [2.0, 2.0, 9.0, 5.0, 6.5], [4.0, 16.0, 1.5, 80.0, 24.0]]
)
_SOME = np.array(
    [
        [1.0, 8.0, 3.0, np.inf, 5.0, 7.0],
        [2.0, 2.0, np.inf, np.inf, 5.0, 3.5],
        [np.inf, 4.0, 6.0, np.inf, 40.0, np.inf],
        [3.0, np.inf, 3.0, np.inf, np.inf, 70.0],
    ]
)
_TAUS = np.array([1.0, 1.5, 2.0, 4.0, 20.0])


@performance_profile.probe("three solvers that solve everything")
def _(profile):
    yield Seen("taus 1 to 20", "shares", profile(_ALL_SOLVED, _TAUS))
    yield Seen("taus 1.9 and 3", "shares", profile(_ALL_SOLVED, np.array([1.9, 3.0])))
    yield Seen("two problems", "shares", profile(_ALL_SOLVED[:, 3:], np.array([2.0, 4.0, 30.0])))


@performance_profile.probe("problems that some do not solve")
def _(profile):
    keep = np.isfinite(_SOME).any(axis=0)
    yield Seen("", "shares", profile(_SOME[:, keep], _TAUS))


@performance_profile.probe("a problem that nobody solves")
def _(profile):
    yield Seen("", "shares", profile(_SOME, _TAUS))
    yield Seen("nothing is solved", "shares", profile(np.full((2, 3), np.inf), _TAUS))


@performance_profile.probe("tau = inf: solved at all")
def _(profile):
    yield Seen("", "shares", profile(_SOME, np.array([1.0, np.inf])))


@performance_profile.probe("one solver, one problem, one tau, taus in any order")
def _(profile):
    yield Seen("one solver", "shares", profile(_SOME[:1], _TAUS))
    yield Seen("one problem", "shares", profile(_ALL_SOLVED[:, :1], _TAUS))
    yield Seen("one tau", "shares", profile(_ALL_SOLVED, np.array([2.0])))
    yield Seen("falling taus", "shares", profile(_ALL_SOLVED, _TAUS[::-1].copy()))


@performance_profile.probe("whole numbers, and lists")
def _(profile):
    yield Seen("whole numbers", "shares", profile(np.array([[1, 8, 3], [2, 2, 9]]), np.array([1, 2, 4])))
    yield Seen("float32", "shares", profile(_SOME.astype(np.float32), _TAUS.astype(np.float32)))


@performance_profile.probe("lists", lenient=True)
def _(profile):
    yield Seen("", "shares", profile(_SOME.tolist(), _TAUS.tolist()))


def _with(best=None, near=None, count=None, back=None):
    """A profile with one of its parts exchanged.

    best(times) is what is compared with, near(times, tau, best) says which times count, count(near, times) is
    the column of a tau, and back(shares) is what is returned.
    """
    best_of = best or (lambda times: times.min(axis=0))
    near_to = near or (lambda times, tau, best: (times <= tau * best) & np.isfinite(times))
    count = count or (lambda near, times: near.mean(axis=1))
    back = back or (lambda shares: shares)

    def answer(times, taus):
        times, taus = np.asarray(times, float), np.asarray(taus, float)
        best = best_of(times)
        with np.errstate(all="ignore"):
            return back(np.stack([count(near_to(times, tau, best), times) for tau in taus], axis=1))

    return answer


def _divided_by(number):
    """A profile that divides by number(times), not by the number of problems."""
    return _with(count=lambda near, times: near.sum(axis=1) / number(times))


def _by_all(count):
    """A profile of those problems alone that everybody solved."""
    return _with(count=lambda near, times: count(near[:, np.isfinite(times).all(axis=0)]))


@performance_profile.mistake(
    "PROF-INFCOUNTS",
    name="a problem that nobody solves counts for everybody",
    sees="On solvable problems it agrees. inf <= tau * inf is true, so all get a share for nothing.",
    question="The best time on a problem is inf. Who solved it?",
)
def _(times, taus):
    best = np.min(times, axis=0)
    return np.array([[np.mean(row <= tau * best) for tau in taus] for row in times])


performance_profile.mistake("PROF-INFCOUNTS")(_with(near=lambda times, tau, best: ~(times / best > tau)))

performance_profile.mistake(
    "PROF-TAUINF",
    name="at tau = inf the unsolved problems count",
    sees="For ordinary taus it agrees. At tau = inf everybody has solved almost everything.",
    question="Is inf <= inf true? And has a solver with a time of inf solved the problem?",
)(_with(near=lambda times, tau, best: times / best <= tau))

performance_profile.mistake("PROF-TAUINF")(
    _with(near=lambda times, tau, best: (times <= tau * best) & np.isfinite(best))
)

performance_profile.mistake(
    "PROF-STRICT",
    name="exactly tau times the best does not count",
    sees="At tau = 1 nobody has a share, not even the best.",
    question="Is the best solver within 1 times the best time?",
)(_with(near=lambda times, tau, best: (times < tau * best) & np.isfinite(times)))

performance_profile.mistake("PROF-STRICT")(_with(near=lambda times, tau, best: times / best < tau))

performance_profile.mistake(
    "PROF-OWNBEST",
    name="each solver is compared with its own best time",
    sees="Every solver has a share at tau = 1, even one that is never the best on any problem.",
    question="Is the minimum over the solvers of a problem, or over the problems of a solver?",
)(_with(best=lambda times: times.min(axis=1, keepdims=True)))

performance_profile.mistake(
    "PROF-ONEBEST",
    name="one best time stands for all problems",
    sees="Long problems count for nobody.",
    question="Is a hard problem on which the best took an hour compared with an hour, or with a second?",
)(_with(best=lambda times: times.min()))

performance_profile.mistake(
    "PROF-FIRST",
    name="everybody is compared with the first solver",
    sees="The first solver has every problem at tau = 1.",
    question="Who was the best on each problem, and is it always the same solver?",
)(_with(best=lambda times: times[0]))

performance_profile.mistake(
    "PROF-MEANBEST",
    name="the comparison is with the average time",
    sees="At tau = 1 about half of all count, not the best alone.",
    question="Within tau times what?",
)(_with(best=lambda times: times.mean(axis=0)))

performance_profile.mistake("PROF-MEANBEST")(_with(best=lambda times: np.median(times, axis=0)))

performance_profile.mistake(
    "PROF-WORST",
    name="everybody counts everywhere",
    sees="At tau = 1 all shares are 1: the comparison is with the slowest, or it is upside down.",
    question="Which is the larger one, a solver's time or the best, and which is at most tau times which?",
)(_with(best=lambda times: times.max(axis=0)))

performance_profile.mistake(
    "PROF-ABSOLUTE",
    name="tau is taken for a time",
    sees="A solver counts where its time is at most tau, however fast the others were.",
    question="Two times the best: where does the best stand in your comparison?",
)(_with(near=lambda times, tau, best: times <= tau))

performance_profile.mistake(
    "PROF-ADDED",
    name="tau is added to the best time",
    sees="On fast problems too many count, on slow ones too few.",
    question="Within twice the best, or within two seconds of it?",
)(_with(near=lambda times, tau, best: (times <= tau + best) & np.isfinite(times)))

performance_profile.mistake("PROF-ADDED")(_with(near=lambda times, tau, best: times - best <= tau))

performance_profile.mistake(
    "PROF-PLUSONE",
    name="tau is one too large",
    sees="At tau = 1 those within twice the best count.",
    question="Within 1.5 times the best: is that half more, or one and a half more?",
)(_with(near=lambda times, tau, best: (times - best <= tau * best) & np.isfinite(times)))

performance_profile.mistake(
    "PROF-LOG",
    name="tau is taken for an exponent",
    sees="At tau = 1 those within twice the best count, and so on in powers of two.",
    question="The axis of a plotted profile is often logarithmic. Are the taus?",
)(_with(near=lambda times, tau, best: np.log2(times / best) <= tau))

performance_profile.mistake("PROF-WORST")(_with(near=lambda times, tau, best: best <= tau * times))

performance_profile.mistake(
    "PROF-OUTSIDE",
    name="the share outside is counted",
    sees="The shares fall as tau grows.",
    question="With a larger tau, do more problems count or fewer?",
)(_with(near=lambda times, tau, best: times > tau * best))

performance_profile.mistake("PROF-OUTSIDE")(_with(back=lambda shares: 1 - shares))

performance_profile.mistake(
    "PROF-COUNTS",
    name="problems are counted, and not divided",
    sees="Whole numbers come out where shares from 0 to 1 are asked for.",
    question="Which share is 3 of 5?",
)(_with(count=lambda near, times: near.sum(axis=1)))

performance_profile.mistake(
    "PROF-PERCENT",
    name="these are percents",
    sees="Every number is 100 times the expected one.",
    question="What is the share of somebody who solves everything?",
)(_with(back=lambda shares: 100 * shares))

performance_profile.mistake(
    "PROF-TRANSPOSED",
    name="rows and columns have changed places",
    sees="A row belongs to a tau, where it should belong to a solver.",
    question="The result has the shape (solvers, taus). Which shape has yours?",
)(_with(back=np.transpose))

performance_profile.mistake(
    "PROF-SOLVERS",
    name="the average is over solvers, not over problems",
    sees="What comes out says how many solvers are near the best on each problem.",
    question="Over which axis of (solvers, problems) is a share of problems?",
)(_with(count=lambda near, times: near.mean(axis=0)))

performance_profile.mistake("PROF-SOLVERS")(_divided_by(len))

performance_profile.mistake(
    "PROF-ONEROW",
    name="all solvers are averaged into one row",
    sees="One row comes back, the average of what is asked for.",
    question="The result has a row for each solver. Over which axis may the mean run, and over which not?",
)(_with(back=lambda shares: shares.mean(axis=0)))

performance_profile.mistake(
    "PROF-OWNSOLVED",
    name="divided by the problems that the solver solved",
    sees="A solver that solves one problem fast gets the share 1.",
    question="A solver gives up on nine problems of ten. Of how many is its share?",
)(_divided_by(lambda times: np.maximum(np.isfinite(times).sum(axis=1), 1)))

performance_profile.mistake("PROF-OWNSOLVED")(_divided_by(lambda times: np.isfinite(times).sum(axis=1)))

performance_profile.mistake(
    "PROF-SOLVABLE",
    name="problems that nobody solves are left out",
    sees="It agrees until there is such a problem; then the shares are too large.",
    question="Of how many problems is the share, of all or of those that somebody solved?",
)(_divided_by(lambda times: max(np.isfinite(times).any(axis=0).sum(), 1)))

performance_profile.mistake("PROF-SOLVABLE")(_divided_by(lambda times: np.isfinite(times).any(axis=0).sum()))

performance_profile.mistake(
    "PROF-ALLSOLVED",
    name="problems that one solver fails on are left out for all",
    sees="Only those problems count that everybody solves, which are seldom the hard ones.",
    question="A solver fails where another one shines. Should that problem be forgotten?",
)(_by_all(lambda near: near.sum(axis=1) / max(near.shape[1], 1)))

performance_profile.mistake("PROF-ALLSOLVED")(_by_all(lambda near: near.mean(axis=1)))

performance_profile.mistake(
    "PROF-WINS",
    name="tau is not used",
    sees="All columns are the same: the share of problems on which a solver is the best.",
    question="Where does tau enter your comparison?",
)(_with(near=lambda times, tau, best: (times == best) & np.isfinite(times)))

performance_profile.mistake(
    "PROF-EACHTAU",
    name="only what comes new with each tau is counted",
    sees="The columns do not grow; their sums do.",
    question="A problem solved within 1.5 times the best: is it also solved within 2 times?",
)(_with(back=lambda shares: np.diff(shares, axis=1, prepend=0.0)))

performance_profile.mistake(
    "PROF-ONETAU",
    name="only one tau is answered",
    sees="One column comes back, or none, whatever the number of taus.",
    question="The result has a column for each tau. Where does your loop collect them?",
)(_with(back=lambda shares: shares[:, 0]))

performance_profile.mistake("PROF-ONETAU")(_with(back=lambda shares: shares[:, -1]))

performance_profile.mistake(
    "PROF-ONESOLVER",
    name="only one solver is answered",
    sees="One row comes back, whatever the number of solvers.",
    question="The result has a row for each solver. Where does your loop collect them?",
)(_with(back=lambda shares: shares[0]))

performance_profile.mistake(
    "PROF-SORTED",
    name="the taus have been sorted",
    sees="It agrees for growing taus; for others the columns stand in another order.",
    question="Column j belongs to taus[j]. Does it in yours?",
)(lambda times, taus: performance_profile.reference(times, np.sort(taus)))


@performance_profile.mistake("GD-INPLACE")
def _(times, taus):
    result = performance_profile.reference(times, taus)
    if isinstance(times, np.ndarray) and times.dtype.kind == "f":
        times /= times.min(axis=0)
    return result


# 17.3 is judged by what must hold for every order in which rng is asked.


@exercise(
    "17.3",
    "How sure is the difference?",
    returns=("lo", "hi"),
    hints=(
        "a[i] and b[i] come from one seed: same data order, same start. Which single number says how much "
        "the two methods differed on that seed?",
        "Pretend that your seeds are all there is, and draw as many seeds as you had, with replacement: a "
        "new experiment. Do that n times, and see how much the median difference wobbles.",
        "d = a - b; rows = rng.integers(0, len(d), size=(n, len(d))); the medians of d[rows] along axis 1; "
        "their 2.5th and 97.5th percentile.",
        "The same shape in another story, the average of a few weighings of sugar:\n"
        "    again = rng.choice(weights, size=(times, len(weights)))\n"
        "    means = again.mean(axis=1)\n"
        "    return np.quantile(means, [0.05, 0.95])",
    ),
    after="Worth keeping: if 0 lies between lo and hi, these seeds do not show which of the two is better.",
)
def bootstrap_interval(a, b, rng, n):
    """Return a 95 % bootstrap interval for the median of the paired differences a - b.

    a and b are arrays of one shape (k,), k >= 1, or lists: a[i] and b[i] are the
    finite final losses of two methods with the same seed i. rng is a
    numpy.random.Generator; n is the number of resamples, 1 or more. Draw k seeds
    with replacement (each draw takes a[i] and b[i] together), take the median of
    their differences a[i] - b[i], and do that n times. Return (lo, hi), the 2.5th
    and the 97.5th percentile of the n medians. All random numbers come from rng; in
    which order you ask for them is up to you.

    >>> bootstrap_interval([3, 5, 9], [1, 3, 7], np.random.default_rng(0), 100)
    (2.0, 2.0)

    Source: Efron (1979); Efron and Tibshirani (1993), the percentile interval.
    """
    differences = np.subtract(a, b)
    k = len(differences)
    medians = np.median(differences[rng.integers(0, k, (n, k))], axis=1)
    lo, hi = np.percentile(medians, [2.5, 97.5])
    return float(lo), float(hi)


# With d sorted, the median of k draws is at most d[j - 1] with the chance that more than half of k draws are
# among j of k. For k = 7 that is 1.0 % at j = 1; for k = 9 0.14 % and 3.7 % at j = 1 and 2. So 2.5 % falls on
# j = 2 both times, a limit of 0.5 % on j = 1 for k = 7, and one of 5 % on j = 3 for k = 9.
_SEVEN = np.array([-1.0, 0.5, 1.0, 2.0, 4.0, 9.0, 20.0])
_NINE = np.array([-6.0, -2.5, -1.5, -0.5, 1.0, 3.0, 7.0, 12.0, 30.0])
_MANY = np.sinh(np.linspace(-2.0, 3.0, 25))
_HUNDREDS = np.sinh(np.linspace(-2.0, 3.0, 400))


def _paired(differences):
    """(a, b) with these differences in no order, and seeds that matter more than the methods."""
    k = len(differences)
    order = np.random.default_rng(k).permutation(k)
    b = 40.0 + 1.5 * (np.arange(k) * 5 % k)
    return b + differences[order], b


def _place(value, differences):
    """Where a value stands among the sorted differences, in words."""
    if not isinstance(value, np.ndarray) or value.ndim or not np.isfinite(value):
        return "no finite number"
    near = np.isclose(differences, value, rtol=1e-9, atol=1e-9)
    if near.any():
        return f"difference {int(np.argmax(near)) + 1} of {len(differences)}"
    below = int(np.sum(differences < value))
    if below in (0, len(differences)):
        return f"{'below' if below == 0 else 'above'} all differences"
    return f"between differences {below} and {below + 1}"


def _kind(values, a, b):
    """Where all of these numbers come from."""
    sources = {
        "a difference of a pair": a - b,
        "a difference of a and b once they are sorted": np.sort(a) - np.sort(b),
        "a difference across pairs": (a[:, None] - b).ravel(),
    }
    for word, source in sources.items():
        if all(np.isclose(source, value, rtol=1e-9, atol=1e-9).any() for value in values):
            return word
    return "no difference of any a and b"


@bootstrap_interval.probe("the same difference for every seed, and a single seed")
def _(interval):
    rng = np.random.default_rng
    many = np.array([10.0, 500.0, 3.0, 80.0, 41.0])
    for where, a, b in (
        ("a is always 2 more", many + 2.0, many),
        ("one seed", np.array([7.0]), np.array([4.0])),
    ):
        lo, hi = interval(a, b, rng(1), 40)
        yield Seen(where, "lo and hi", "the same" if np.array_equal(lo, hi) else "two numbers")
        yield Seen(where, "lo, among the differences", _place(lo, np.array([float(a[0] - b[0])])))


@bootstrap_interval.probe("one resample, and two")
def _(interval):
    # First the calls with hundreds of possible medians: a result that is not made by rng alone differs in
    # them the second time.
    a, b = _paired(_HUNDREDS)
    found = {float(interval(a, b, np.random.default_rng(seed), 2)[0].ravel()[0]) for seed in range(12)}
    if len(found) > 1:
        word = "several numbers"
    else:
        always = "the median of all" if np.isclose(found.pop(), np.median(_HUNDREDS)) else "the same"
        word = f"always {always}"
    a, b = _paired(_SEVEN)
    pairs = [interval(a, b, np.random.default_rng(seed), 1) for seed in range(8)]
    narrow = all(np.array_equal(lo, hi) for lo, hi in pairs)
    yield Seen("n = 1", "lo and hi", "the same" if narrow else "two numbers")
    yield Seen("n = 1", "the median", _kind([lo for lo, _ in pairs], a, b))
    yield Seen("n = 2, many rngs", "lo", word)


@bootstrap_interval.probe("many seeds")
def _(interval):
    a, b = _paired(_MANY)
    for name, value in zip(("lo", "hi"), interval(a, b, np.random.default_rng(25), 300), strict=True):
        rank = int(np.sum(_MANY <= value + 1e-9)) if value.ndim == 0 else -1
        word = "outermost" if not 2 < rank < 24 else "half-way out"
        if 11 < rank < 15:
            at_one = _place(value, _MANY).startswith("difference")
            word = f"in the middle, {'at one of them' if at_one else 'between two'}"
        yield Seen("k = 25, n = 300", f"{name}, among the differences", word)


@bootstrap_interval.probe("nine seeds")
def _(interval):
    a, b = _paired(_NINE)
    lo, hi = interval(a, b, np.random.default_rng(9), 3000)
    yield Seen("k = 9, n = 3000", "lo", _place(lo, _NINE))
    yield Seen("k = 9, n = 3000", "hi", _place(hi, _NINE))


@bootstrap_interval.probe("seven seeds, in lists")
def _(interval):
    a, b = _paired(_SEVEN)
    lo, hi = interval(a.tolist(), b.tolist(), np.random.default_rng(7), 2000)
    yield Seen("k = 7, n = 2000", "lo", _place(lo, _SEVEN))
    yield Seen("k = 7, n = 2000", "hi", _place(hi, _SEVEN))


def _drawn(values, rng, n):
    """n resamples of the values, one in each row."""
    return values[rng.integers(0, len(values), (n, len(values)))]


def _medians(values, rng, n):
    return np.median(_drawn(values, rng, n), axis=1)


def _ends(values, limits=(2.5, 97.5)):
    return tuple(np.percentile(values, limits))


def _boot(draw=None, statistic=None, limits=(2.5, 97.5)):
    """An interval with one of its parts exchanged.

    draw(a, b, rng, n) gives n differences; without it, statistic(a, b) makes one of each drawn row of pairs;
    limits are the percentiles.
    """
    statistic = statistic or (lambda a, b: np.median(a - b, axis=1))

    def answer(a, b, rng, n):
        a, b = np.asarray(a, float), np.asarray(b, float)
        if draw is not None:
            return _ends(draw(a, b, rng, n), limits)
        rows = _drawn(np.arange(len(a)), rng, n)
        return _ends(statistic(a[rows], b[rows]), limits)

    return answer


@bootstrap_interval.convention(
    "the basic interval: the percentiles mirrored at the median",
    text="Both are bootstrap intervals; this one is also called the reverse percentile interval.",
)
def _(a, b, rng, n):
    middle = np.median(np.subtract(a, b))
    lo, hi = bootstrap_interval.reference(a, b, rng, n)
    return 2 * middle - hi, 2 * middle - lo


bootstrap_interval.mistake(
    "BOOT-UNPAIRED",
    name="a and b are drawn apart",
    sees="a is always 2 more than b, and yet the interval is wide: seeds of a meet other seeds of b.",
    question="What do a[i] and b[i] have in common, and is it still so after your draw?",
)(_boot(lambda a, b, rng, n: np.median(_drawn(a, rng, n) - _drawn(b, rng, n), axis=1)))

bootstrap_interval.mistake("BOOT-UNPAIRED")(
    _boot(lambda a, b, rng, n: _medians(a, rng, n) - _medians(b, rng, n))
)

bootstrap_interval.mistake("BOOT-UNPAIRED")(
    _boot(lambda a, b, rng, n: np.median(_drawn(a, rng, n) - b, axis=1))
)

bootstrap_interval.mistake("BOOT-UNPAIRED")(_boot(lambda a, b, rng, n: _medians(a, rng, n) - np.median(b)))

bootstrap_interval.mistake(
    "BOOT-DIFFOFMED",
    name="the difference of the medians is taken",
    sees="Numbers come out that are the difference of no pair: the two medians are of two seeds.",
    question="Whose seed is the median of a, and whose the median of b?",
)(_boot(statistic=lambda a, b: np.median(a, axis=1) - np.median(b, axis=1)))

bootstrap_interval.mistake(
    "BOOT-MEAN",
    name="the mean of the differences is taken",
    sees="Numbers between the differences come out, and one bad seed moves the whole interval.",
    question="Which middle does the exercise ask for?",
)(_boot(statistic=lambda a, b: np.mean(a - b, axis=1)))


@bootstrap_interval.mistake(
    "BOOT-SIGN",
    name="b - a is taken",
    sees="a is always 2 more than b, and -2 comes out.",
    question="If a is the larger one, which sign should the difference have?",
)
def _(a, b, rng, n):
    return bootstrap_interval.reference(b, a, rng, n)


@bootstrap_interval.mistake(
    "BOOT-ORDER",
    name="hi comes before lo",
    sees="The right numbers come back in the wrong order.",
    question="Which of the two percentiles is the lower end?",
)
def _(a, b, rng, n):
    return bootstrap_interval.reference(a, b, rng, n)[::-1]


bootstrap_interval.mistake(
    "BOOT-NINETY",
    name="this is a 90 % interval",
    sees="The interval is too narrow: a twentieth is cut off at each end.",
    question="95 % inside leaves 5 % outside. How much of it at each end?",
)(_boot(limits=(5, 95)))

bootstrap_interval.mistake(
    "BOOT-NINETYNINE",
    name="this is a 99 % interval",
    sees="The interval is too wide.",
    question="How much should lie outside at each end?",
)(_boot(limits=(0.5, 99.5)))

bootstrap_interval.mistake(
    "BOOT-ONESIDE",
    name="5 % are cut off at one end only",
    sees="One end is too far in, or the two ends are cut at different shares.",
    question="95 % in the middle: how much is left at each side?",
)(_boot(limits=(2.5, 95)))

bootstrap_interval.mistake("BOOT-ONESIDE")(_boot(limits=(5, 97.5)))

bootstrap_interval.mistake("BOOT-ONESIDE")(_boot(limits=(0, 95)))

bootstrap_interval.mistake("BOOT-ONESIDE")(_boot(limits=(5, 100)))

bootstrap_interval.mistake(
    "BOOT-FRACTIONS",
    name="fractions were given where percents belong",
    sees="Both ends lie at the lower end of all medians.",
    question="np.percentile counts to 100 and np.quantile to 1. Which one do you call with 0.025?",
)(_boot(limits=(0.025, 0.975)))

bootstrap_interval.mistake(
    "BOOT-QUARTILES",
    name="these are the quartiles",
    sees="The interval is far too narrow: half of the medians lie outside.",
    question="Which share of the n medians should lie between lo and hi?",
)(_boot(limits=(25, 75)))

bootstrap_interval.mistake(
    "BOOT-RANGE",
    name="the smallest and the largest median come back",
    sees="The interval is too wide, and grows with n.",
    question="With ten times as many resamples, should the interval become wider?",
)(_boot(limits=(0, 100)))

bootstrap_interval.mistake(
    "BOOT-NOREPLACE",
    name="the seeds are drawn without replacement",
    sees="The interval has no width: every resample holds all seeds once, in another order.",
    question="k seeds drawn from k without putting any back: which ones have you drawn?",
)(_boot(lambda a, b, rng, n: np.median(rng.permuted(np.tile(a - b, (n, 1)), axis=1), axis=1)))


@bootstrap_interval.mistake(
    "BOOT-SIZEN",
    name="each resample has n seeds, not k",
    sees="The interval is far too narrow, as if you had run thousands of seeds.",
    question="How many seeds did your experiment have? And the pretended one?",
)
def _(a, b, rng, n):
    d = np.subtract(a, b)
    return _ends(np.median(d[rng.integers(0, len(d), (min(n, 300), n))], axis=1))


bootstrap_interval.mistake(
    "BOOT-AXIS",
    name="the medians run over the resamples, not over the seeds",
    sees="As many medians come out as there are seeds, each of n draws, and they lie too close together.",
    question="A row holds one pretended experiment. Along which axis is its median?",
)(_boot(lambda a, b, rng, n: np.median(_drawn(a - b, rng, n), axis=0)))

bootstrap_interval.mistake(
    "BOOT-ONCE",
    name="only one resample is drawn",
    sees="lo and hi are always one and the same number.",
    question="How many medians do you have, and where are the others to take percentiles of?",
)(_boot(lambda a, b, rng, n: np.median(rng.choice(a - b, len(a)))))

bootstrap_interval.mistake(
    "BOOT-ONEDRAW",
    name="single differences are drawn, not their medians",
    sees="The interval reaches to the outermost seeds: it says where a seed lies, not the median.",
    question="How many seeds has one pretended experiment, and what do you compute of them?",
)(_boot(lambda a, b, rng, n: rng.choice(a - b, n)))


@bootstrap_interval.mistake(
    "BOOT-NOBOOT",
    name="nothing is resampled",
    sees="The interval is made of the differences themselves, and rng is not used.",
    question="Where is rng used in your lines?",
)
def _(a, b, rng, n):
    return _ends(np.subtract(a, b))


@bootstrap_interval.mistake("BOOT-NOBOOT")
def _(a, b, rng, n):
    d = np.subtract(a, b)
    return float(d.min()), float(d.max())


@bootstrap_interval.mistake("BOOT-NOBOOT")
def _(a, b, rng, n):
    d = np.subtract(a, b)
    half = 1.96 * np.std(d) / np.sqrt(len(d))
    return np.mean(d) - half, np.mean(d) + half


@bootstrap_interval.mistake("BOOT-NOBOOT")
def _(a, b, rng, n):
    d = np.subtract(a, b)
    half = 1.96 * np.std(d, ddof=1) / np.sqrt(len(d)) if len(d) > 1 else np.nan
    return np.mean(d) - half, np.mean(d) + half


@bootstrap_interval.mistake(
    "BOOT-NORMAL",
    name="a normal curve is laid over it",
    sees="The interval lies evenly around its middle, and its ends are no medians that ever came up.",
    question="Are your medians spread evenly to both sides? What would their percentiles say?",
)
def _(a, b, rng, n):
    medians = _medians(np.subtract(a, b), rng, n)
    half = 1.96 * np.std(medians)
    return np.mean(medians) - half, np.mean(medians) + half


@bootstrap_interval.mistake(
    "BOOT-STDERR",
    name="the spread is divided by the root of n",
    sees="The interval becomes narrower with every further resample, although no seed was added.",
    question="n is up to you, and costs nothing. May it make you more certain?",
)
def _(a, b, rng, n):
    medians = _medians(np.subtract(a, b), rng, n)
    half = 1.96 * np.std(medians) / np.sqrt(n)
    return np.mean(medians) - half, np.mean(medians) + half


@bootstrap_interval.mistake(
    "BOOT-NFIXED",
    name="n is not used",
    sees="With n = 1 there should be one median and so no width, but there are two numbers.",
    question="How often does your loop run, and who decided that?",
)
def _(a, b, rng, n):
    return bootstrap_interval.reference(a, b, rng, 1000)


@bootstrap_interval.mistake(
    "BOOT-FIXEDSEED",
    name="the resamples are the same for every rng",
    sees="Many different rngs give one and the same answer.",
    question="From which generator do your random numbers come?",
)
def _(a, b, rng, n):
    return bootstrap_interval.reference(a, b, np.random.default_rng(0), n)


@bootstrap_interval.mistake("BOOT-FIXEDSEED")
def _(a, b, rng, n):
    d, state = np.subtract(a, b), np.random.RandomState(42)
    return _ends(np.median(d[state.randint(0, len(d), (n, len(d)))], axis=1))


@bootstrap_interval.mistake(
    "BOOT-NOTFROMRNG",
    name="the random numbers do not come from rng",
    sees="The same rng gives another answer the second time, so nobody can repeat it.",
    question="np.random.choice and a fresh default_rng() use numbers of their own. Which argument should "
    "they come from?",
    habit="MOM-CLASSVAR",
)
def _(a, b, rng, n):
    return bootstrap_interval.reference(a, b, np.random.default_rng(), n)


bootstrap_interval.mistake(
    "BOOT-SIGNFLIP",
    name="the signs of the differences are drawn",
    sees="The interval lies around 0 whatever the methods do: that is a test of no difference.",
    question="What does a pretended experiment keep of the real one: the differences, or only their sizes?",
)(_boot(lambda a, b, rng, n: np.median((a - b) * rng.choice([-1, 1], (n, len(a))), axis=1)))

bootstrap_interval.mistake(
    "BOOT-ABS",
    name="the sizes of the differences are taken",
    sees="Differences below zero are counted as if they were above it.",
    question="If b wins on a seed, should that count for a?",
)(_boot(statistic=lambda a, b: np.median(np.abs(a - b), axis=1)))

bootstrap_interval.mistake(
    "BOOT-RATIO",
    name="the ratio is taken, not the difference",
    sees="a is always 2 more than b, and numbers near 1 come out.",
    question="By how much, or by how many times? Which one is a - b?",
)(_boot(statistic=lambda a, b: np.median(a / b, axis=1)))

bootstrap_interval.mistake("BOOT-RATIO")(_boot(statistic=lambda a, b: np.median((a - b) / b, axis=1)))


@bootstrap_interval.mistake(
    "BOOT-SORTED",
    name="a and b are sorted before they are paired",
    sees="The best seed of a meets the best seed of b, and the differences are others.",
    question="After sorting, is a[i] still of the same seed as b[i]?",
)
def _(a, b, rng, n):
    return bootstrap_interval.reference(np.sort(a), np.sort(b), rng, n)


@bootstrap_interval.mistake(
    "BOOT-LASTSEED",
    name="one seed is never drawn",
    sees="The interval does not reach as far as it should, and with a single seed it raises.",
    question="rng.integers(0, k) stops before k. Which seeds can yours draw?",
)
def _(a, b, rng, n):
    d = np.subtract(a, b)
    return _ends(np.median(d[rng.integers(0, len(d) - 1, (n, len(d)))], axis=1))


@bootstrap_interval.mistake("GD-INPLACE")
def _(a, b, rng, n):
    result = bootstrap_interval.reference(a, b, rng, n)
    if isinstance(a, np.ndarray):
        a -= b
    return result


# 17.4 accepts every optimizer: it is judged by what it does.


@exercise(
    "17.4",
    "Your own optimizer",
    returns=None,
    hints=(
        "Which optimizer of this course did you like best, and which one thing would you change about it?",
        "State and rule. The state is a dict that is empty before the first step, so read it with a value "
        "for the first time: state.get('m', 0.0). What you return as state comes in again at the next step.",
        "Three to five lines: read the old state, make the new one with the gradient, move w against it by "
        "lr, return (w, new state). New arrays and a new dict, nothing written into the old ones.",
        "The same shape in another story, a diary that keeps a running average of the weather:\n"
        "    warmth = 0.7 * diary.get('warmth', 0.0) + 0.3 * today\n"
        "    return plan(warmth), {'warmth': warmth}",
    ),
    after="It is an optimizer. Its report card says what kind: how much lr matters to it, what narrow "
    "valleys cost, where noise stops it, and whether a rotation does.",
)
def my_step(w, grad, state, lr):
    """Take one step of an optimizer of your own, and return (w, state).

    w and grad are float arrays of one shape, any shape; with a larger lr > 0 the step
    moves farther. state is a dict: empty before the first step, then what you
    returned last. Return both new: w, grad, state and what is in it stay as they are.
    Any rule passes that is an optimizer: with some lr it comes down to a hundredth of
    the first loss in 100 steps, in a round bowl and in valleys along and across the
    axes, to a tenth with noise; is finite where grad is 0; depends on nothing else.

    >>> my_step(np.array([1.0, -2.0]), np.array([2.0, -4.0]), {}, lr=0.1)[0]
    array([ 0.8, -1.6])

    Source: you. This one is Polyak's (1964).
    """
    m = 0.9 * state.get("m", 0.0) + grad
    return w - lr * m, {"m": m}


def _turned(curvatures, angle):
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    return turn @ np.diag(curvatures) @ turn.T


_PLACES = {
    "a round bowl, straight down": (np.eye(2), np.array([1.5, 1.5]), 0.0, 0.01),
    "a round bowl": (np.eye(2), np.array([-1.0, 2.0]), 0.0, 0.01),
    "a valley along the axes": (np.diag([1.0, 10.0]), np.array([-1.0, 1.0]), 0.0, 0.01),
    "a valley across the axes": (_turned([1.0, 10.0], 0.6), np.array([-1.0, 1.0]), 0.0, 0.01),
    "noisy gradients": (np.diag([1.0, 3.0]), np.array([-1.0, 1.0]), 0.2, 0.1),
}
_BOTTOM = np.array([3.0, -2.0])
_FROM = np.array([2.0, -3.0])
_NOISE = np.random.default_rng(17).normal(size=(100, 2))
_RATES = (0.1, 0.03, 0.3, 1.0, 0.01, 3.0, 0.003)
_STEPS = 100


def _words_for(result, w):
    """What came back from a step, in words; "a new w and a state" if all is well."""
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        return "not the pair (w, state)"
    new, state = result
    if isinstance(new, dict) and not isinstance(state, dict):
        return "the state before w"
    if not isinstance(state, dict):
        return "a state that is no dict"
    try:
        new = np.asarray(new, float)
    except (TypeError, ValueError):
        return "a w that is no array of numbers"
    if new.shape != np.shape(w):
        return "a w of another shape"
    if not np.all(np.isfinite(new)):
        return "a w with nan or inf"
    return "a new w and a state"


def _walk(step, name, rate, steps):
    """The last loss over the first one, inf if it is lost; None if something else than (w, state) came."""
    hessian, away, noise, _ = _PLACES[name]
    w, state = _BOTTOM + away, {}
    first = away @ hessian @ away
    for count in range(steps):
        grad = hessian @ (w - _BOTTOM) + noise * _NOISE[count]
        result = step(w, grad, state, rate)
        words = _words_for(result, w)
        if words == "a w with nan or inf":
            return np.inf
        if words != "a new w and a state":
            return None
        w, state = np.asarray(result[0], float), result[1]
        if np.max(np.abs(w)) > 1e4:
            return np.inf
    return float((w - _BOTTOM) @ hessian @ (w - _BOTTOM) / first)


def _first_move(step, grad, lr):
    """The first move from _FROM, or None if no (w, state) came back."""
    result = step(_FROM, grad, {}, lr)
    if _words_for(result, _FROM) != "a new w and a state":
        return None
    return np.asarray(result[0], float) - _FROM


@my_step.probe("what comes back")
def _(step):
    state = {}
    for count, grad in enumerate(np.array([[2.0, -4.0], [1.0, 0.5], [-0.5, 3.0]]), start=1):
        result = step(_FROM, grad, state, 0.1)
        words = _words_for(result, _FROM)
        yield Seen(f"step {count}", "what comes back", words)
        if words != "a new w and a state":
            return
        state = result[1]


@my_step.probe("a gradient of zero, and a tiny one")
def _(step):
    grads = {"zero": np.zeros(2), "one zero": np.array([0.0, 1.0]), "tiny": np.full(2, 1e-12)}
    for where, grad in grads.items():
        yield Seen(where, "what comes back", _words_for(step(_FROM, grad, {}, 0.1), _FROM))


@my_step.probe("which way, and how far")
def _(step):
    grad = np.array([1.0, -2.0])
    moves = [_first_move(step, *args) for args in ((grad, 1e-6), (grad, 1e-3), (grad, 1e-2), (-grad, 1e-2))]
    if any(move is None for move in moves):
        return
    tiny, near, far = (float(np.abs(move).max()) for move in moves[:3])
    yield Seen("with a tiny lr", "the first step is", "short" if tiny < 1 else "long")
    word = "farther" if far > near else "as far" if far == near else "less far"
    yield Seen("with a larger lr", "the first step goes", word if far > 0 else "nowhere")
    word = "alike" if np.ptp(moves[2]) == 0 else "each by itself"
    yield Seen("with slopes of 1 and -2", "the two coordinates move", word)
    alike = np.allclose(moves[2], moves[3], rtol=1e-9, atol=0)
    yield Seen("with the gradient turned", "the first step goes", "the same way" if alike else "another way")
    for name in ("a round bowl, straight down", "a valley across the axes"):
        shares = [_walk(step, name, lr, 12) for lr in (1e-5, 1e-3)]
        falls = any(share is not None and share < 1 for share in shares)
        yield Seen(f"{name}, small steps", "the loss", "falls" if falls else "does not fall")


@my_step.probe("five places")
def _(step):
    for name, (*_, wanted) in _PLACES.items():
        arrives = False
        for rate in _RATES:
            share = _walk(step, name, rate, _STEPS)
            if share is None:
                yield Seen(name, "what comes back", "changes during a run")
                return
            arrives = share <= wanted
            if arrives:
                break
        yield Seen(name, "with its best lr", "it arrives" if arrives else "it does not arrive")
        if not arrives:
            return


@my_step.probe("a matrix, a single number")
def _(step):
    for where, w in (("a matrix", np.ones((2, 3))), ("a single number", np.array(2.0))):
        yield Seen(where, "what comes back", _words_for(step(w, 0.5 * w, {}, 0.1), w))


@my_step.mistake(
    "OWN-UPHILL",
    name="it goes uphill",
    sees="With small steps the loss grows from the start.",
    question="The gradient points uphill. Which sign has it when it reaches w?",
)
def _(w, grad, state, lr):
    return w + lr * grad, {}


@my_step.mistake(
    "OWN-NOLR",
    name="lr does not change the step",
    sees="With ten times the lr the first step is as long.",
    question="Where does lr stand in your rule?",
)
def _(w, grad, state, lr):
    m = 0.9 * state.get("m", 0.0) + grad
    return w - 0.01 * m, {"m": m}


@my_step.mistake(
    "OWN-LRDIV",
    name="a larger lr makes shorter steps",
    sees="With ten times the lr the first step is less far.",
    question="Do you multiply by lr, or divide?",
)
def _(w, grad, state, lr):
    return w - 0.001 * grad / lr, {}


@my_step.mistake(
    "OWN-NOGRAD",
    name="the gradient is not used",
    sees="With the gradient turned around the first step is the same.",
    question="What tells your rule where downhill is? (The bottom is seldom at zero.)",
)
def _(w, grad, state, lr):
    return w - lr * w, {}


@my_step.mistake(
    "OWN-NOTMOVED",
    name="w does not move",
    sees="Whatever lr is, the first step goes nowhere.",
    question="Which line makes the new w, and is it the one that you return?",
)
def _(w, grad, state, lr):
    m = 0.9 * state.get("m", 0.0) + grad
    return w.copy(), {"m": m}


@my_step.mistake(
    "OWN-LATE",
    name="the first step goes nowhere",
    sees="The state that is used is still the old one, and at first there is none.",
    question="Do you move by the state before this gradient, or by the state with it?",
)
def _(w, grad, state, lr):
    m = state.get("m", np.zeros_like(w))
    return w - lr * m, {"m": 0.9 * m + grad}


@my_step.mistake(
    "OWN-DELTA",
    name="the move comes back, not the place",
    sees="With a small lr w falls to almost nothing at once.",
    question="After a step, where is w? Is that the same as how far it went?",
)
def _(w, grad, state, lr):
    m = 0.9 * state.get("m", 0.0) + grad
    return lr * m, {"m": m}


@my_step.mistake("OWN-DELTA")
def _(w, grad, state, lr):
    return -lr * grad, {}


@my_step.mistake(
    "OWN-ONLYW",
    name="w comes back without a state",
    sees="One array comes back, where a pair is asked for.",
    question="A rule without memory has a state too. What is an empty one?",
)
def _(w, grad, state, lr):
    return w - lr * grad


@my_step.mistake("OWN-ONLYW")
def _(w, grad, state, lr):
    return w - lr * grad, 0.9 * grad, {}


@my_step.mistake(
    "OWN-SWAPPED",
    name="the state comes before w",
    sees="The first thing that comes back is the dict.",
    question="In which order does the exercise ask for the two?",
)
def _(w, grad, state, lr):
    return {}, w - lr * grad


@my_step.mistake(
    "OWN-STATETYPE",
    name="the state is no dict",
    sees="What comes back as the state has another type than what came in.",
    question="The state that you return comes in again. Could your first line read it?",
)
def _(w, grad, state, lr):
    return w - lr * grad, grad


@my_step.mistake("OWN-STATETYPE")
def _(w, grad, state, lr):
    return w - lr * grad, None


@my_step.mistake(
    "OWN-FIRSTSTATE",
    name="the first state is empty, and it looks for something in it",
    sees="The very first step raises a KeyError.",
    question="Before the first step nothing has been remembered. What does your first line do then?",
)
def _(w, grad, state, lr):
    m = 0.9 * state["m"] + grad
    return w - lr * m, {"m": m}


@my_step.mistake(
    "OWN-ZERODIV",
    name="a gradient of zero makes nan",
    sees="It works until a gradient is zero; then there is nan.",
    question="What do you divide by, and when is it zero?",
)
def _(w, grad, state, lr):
    return w - lr * grad / np.linalg.norm(grad), {}


@my_step.mistake("OWN-ZERODIV")
def _(w, grad, state, lr):
    v = 0.9 * state.get("v", 0.0) + 0.1 * grad**2
    return w - lr * grad / np.sqrt(v), {"v": v}


@my_step.mistake("OWN-ZERODIV")
def _(w, grad, state, lr):
    return w - lr * grad / np.abs(grad), {}


@my_step.mistake(
    "OWN-NOSTOP",
    name="it does not arrive",
    sees="It sets off downhill, and in one of the places it does not come to rest at the bottom, at no lr.",
    question="What makes your steps shorter near the bottom, and are they not over before it?",
)
def _(w, grad, state, lr):
    m = state.get("m", 0.0) + grad
    return w - lr * m, {"m": m}


@my_step.mistake("OWN-NOSTOP")
def _(w, grad, state, lr):
    m = 1.5 * state.get("m", 0.0) + grad
    return w - lr * m, {"m": m}


@my_step.mistake("OWN-NOSTOP")
def _(w, grad, state, lr):
    t = state.get("t", 0) + 1
    return w - lr * grad if t == 1 else w - 0.0 * grad, {"t": t}


@my_step.mistake(
    "OWN-MEAN",
    name="all coordinates move alike",
    sees="One number of the gradient moves everything, so most bottoms cannot be reached.",
    question="How many numbers has the gradient, and how many do you use?",
)
def _(w, grad, state, lr):
    return w - lr * np.mean(grad), {}


@my_step.mistake("OWN-MEAN")
def _(w, grad, state, lr):
    return w - lr * np.sum(grad), {}


@my_step.mistake(
    "OWN-SHAPE",
    name="it works for one shape only",
    sees="It arrives everywhere, and a matrix or a single number comes back in another shape.",
    question="Which of your lines counts on w being a vector?",
)
def _(w, grad, state, lr):
    return np.ravel(w - lr * grad), {}


@my_step.mistake(
    "OWN-INPLACESTATE",
    name="it writes into what it was given",
    sees="It works, and after the call the caller's w, gradient or state is different.",
    question="Do you make a new dict and new arrays, or change the old ones? (`state[..] =` and `+=` do.)",
    habit="GD-INPLACE",
)
def _(w, grad, state, lr):
    state["m"] = 0.9 * state.get("m", 0.0) + grad
    return w - lr * state["m"], state


@my_step.mistake("OWN-INPLACESTATE")
def _(w, grad, state, lr):
    w -= lr * grad
    return w, state


@my_step.mistake("MOM-CLASSVAR")
def _(w, grad, state, lr, memory={}):  # noqa: B006
    memory["m"] = 0.9 * memory.get("m", np.zeros(1)).sum() + grad
    return w - lr * memory["m"], {}
