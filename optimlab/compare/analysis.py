"""What the runs of a study say, and how surely: best settings, tables, paired comparisons, warnings."""

import math
from dataclasses import asdict, dataclass

import numpy as np

from optimlab.compare.statistics import (
    TAU_MAX,
    interval,
    median,
    paired,
    performance_profile,
    profile_score,
)
from optimlab.compare.table import Table, number, setting_words


@dataclass(frozen=True)
class Best:
    """An optimizer's chosen setting on a problem.

    Attributes:
        setting: the dict; lr: its learning rate, nan where it has none.
        median, low, high: of the score over the seeds that chose it, with a 95 % bootstrap interval.
        edges: names of the settings that lie at an end of their grid: a better one may lie beyond.
        seeds: those without which another setting, not a neighbour of this one, would have been chosen.
    """

    setting: dict
    median: float
    low: float
    high: float
    edges: tuple = ()
    seeds: tuple = ()

    @property
    def lr(self):
        return self.setting.get("lr", math.nan)

    @property
    def at_edge(self):
        return bool(self.edges)


@dataclass(frozen=True)
class Sensitivity:
    """An optimizer's score over its learning rates, each the best over its other settings.

    Attributes: lrs, median, low, high (of the seeds: least and greatest), all of shape (learning rates,); inf
    where half the runs or more failed. window: the largest over the smallest learning rate of those around
    the best whose score is at most twice the best one's.
    """

    lrs: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    window: float


@dataclass(frozen=True)
class Paired:
    """Two optimizers at their chosen settings, seed by seed; a negative difference speaks for the first.

    Attributes: first, second; median, low, high of the difference in score, with a 95 % bootstrap interval;
    wins: on how many seeds the first was strictly better; n: how many seeds.
    """

    first: str
    second: str
    median: float
    low: float
    high: float
    wins: int
    n: int

    @property
    def sure(self):
        """Whether the interval leaves 0 out, and there are enough seeds (6) for it to mean 95 %."""
        return self.n >= 6 and (self.low > 0 or self.high < 0)

    def __str__(self):
        better = self.first if self.median < 0 else self.second
        verdict = f"{better} is better" if self.sure else \
            "fewer than 6 seeds show no difference at this level" if self.n < 6 else "no difference is shown"
        band = f"[{number(self.low)}, {number(self.high)}]"
        return (f"{self.first} - {self.second}: {number(self.median)} {band}, {self.first} better on "
                f"{self.wins} of {self.n} seeds; {verdict}")


class Comparison:
    """A study's results and what they say.

    Attributes:
        study: the Study. results: the list of Results. about: date, versions and machine.

    Where a study has one problem, `problem` may be left out of every method.
    """

    def __init__(self, study, results, about):
        self.study, self.about = study, about
        order = {name: i for i, name in enumerate(study.candidates)}
        self.results = sorted(results, key=lambda r: (r.problem, order[r.optimizer], r.final, r.seed,
                                                      repr(r.setting)))

    @property
    def names(self):
        """The optimizers' names, in the study's order."""
        return list(self.study.candidates)

    def best(self, name, problem=None):
        """The chosen setting of an optimizer: a Best."""
        self._check(name)
        return choose(self.study, self.results, self._problem(problem), name)

    def runs(self, name, problem=None):
        """The Results that judge an optimizer: the final ones, or where there are none, those that chose."""
        self._check(name)
        problem = self._problem(problem)
        setting = self.best(name, problem).setting
        final = bool(self.study.finals)
        return [one for one in self.results if one.problem == problem and one.optimizer == name
                and one.final == final and one.setting == setting]

    def scores(self, name, problem=None):
        """The scores of those runs, seed by seed: shape (seeds,)."""
        return np.array([one.score for one in self.runs(name, problem)])

    def target(self, problem=None):
        """The score to be reached: the problem's own, or the median of the optimizers' median scores.

        The latter is what half of the optimizers reach when tuned.
        """
        problem = self._problem(problem)
        given = self.study.problems[problem].target
        if given is not None:
            return given
        return median([median(self.scores(name, problem)) for name in self.names])

    def steps_to_target(self, name, problem=None):
        """How many steps each run took to the target: shape (seeds,), inf where it was not reached."""
        target = self.target(problem)
        return np.array([one.steps_to(target) for one in self.runs(name, problem)])

    def seconds_to_target(self, name, problem=None):
        """How long each run took to the target, at its mean pace: shape (seeds,), inf where it never did.

        Times are fair only within one study on a quiet machine.
        """
        target = self.target(problem)
        return np.array([one.seconds_to(target) for one in self.runs(name, problem)])

    def sensitivity(self, name, problem=None):
        """The U-curve of an optimizer: a Sensitivity.

        Raises:
            ValueError: an optimizer whose settings hold no lr.
        """
        self._check(name)
        space = self.study.candidates[name].space
        if any("lr" not in setting for setting in space):
            raise ValueError(f"sensitivity: {name} was tried without a learning rate")
        tried = tuning(self.study, self.results, self._problem(problem), name)
        best = {}
        for setting, scores in tried:
            lr = setting["lr"]
            if lr not in best or _rank(scores) < _rank(best[lr]):
                best[lr] = scores
        lrs = np.array(sorted(best))
        medians = np.array([median(best[lr]) for lr in lrs])
        return Sensitivity(lrs, medians, np.array([min(best[lr]) for lr in lrs]),
                           np.array([max(best[lr]) for lr in lrs]), window(lrs, medians))

    def paired(self, first, second, problem=None):
        """Two optimizers seed by seed: a Paired."""
        a, b = self.scores(first, problem), self.scores(second, problem)
        middle, low, high = paired(a, b)
        return Paired(first, second, middle, low, high, int(np.sum(a < b)), len(a))

    def profile(self, taus):
        """The share of runs solved within tau times the fastest optimizer's steps: {name: shape (taus,)}.

        One run is one problem and one seed. Source: Dolan and More (2002).
        """
        times = self._times()
        return dict(zip(self.names, performance_profile(times, taus), strict=True))

    def profile_scores(self):
        """AlgoPerf's number for each optimizer: the mean height of its profile up to tau = 4, from 0 to 1."""
        return dict(zip(self.names, map(float, profile_score(self._times(), TAU_MAX)), strict=True))

    @property
    def failures(self):
        """The Results that did not come to their end, each with its reason."""
        return [one for one in self.results if not one.ok]

    @property
    def warnings(self):
        """Sentences on what makes this comparison less sure than it looks."""
        return [sentence for problem in self.study.problems for sentence in self._doubts(problem)]

    def table(self, problem=None, times=False):
        """Each optimizer's chosen setting, score and cost, the best first: a Table.

        Args:
            times: show seconds too, which differ from run to run.
        """
        problem = self._problem(problem)
        one = self.study.problems[problem]
        target = self.target(problem)
        head = ["optimizer", "setting", f"{one.measure} [95 %]", *(["train", "test"] if one.has_test else []),
                f"steps to {number(target)}", "gradients", "state", "failed",
                *(["s a run", "s to it", "µs a step"] if times else [])]
        return Table(head, [self._row(name, problem, times) for name in self.order(problem)],
                     caption=self._caption(problem))

    def order(self, problem=None):
        """The optimizers' names, the best first."""
        return sorted(self.names, key=lambda name: _rank(self.scores(name, problem)))

    def report(self, path):
        """Write one page with tables, pictures and words: HTML or, by the name's ending .md, Markdown.

        Raises:
            ValueError: a name with another ending.
        """
        from optimlab.compare.report import write

        return write(self, path)

    def plain(self):
        """The runs as plain dicts, to be stored; Study.recall makes a Comparison of them again.

        Only the runs that judge keep their curves.
        """
        judges = {id(one) for problem in self.study.problems for name in self.names
                  for one in self.runs(name, problem)}
        return [{name: _short(value) for name, value in asdict(one).items()
                 if id(one) in judges or name not in ("steps", "scores")} for one in self.results]

    def u_curves(self, problem=None, ax=None):
        """Draw score against learning rate for every optimizer: a figure."""
        from optimlab.compare import pictures

        return pictures.u_curves(self, self._problem(problem), ax)

    def curves(self, problem=None, ax=None):
        """Draw the score along the run, of the chosen settings: a figure."""
        from optimlab.compare import pictures

        return pictures.curves(self, self._problem(problem), ax)

    def profiles(self, ax=None):
        """Draw the performance profiles: a figure."""
        from optimlab.compare import pictures

        return pictures.profiles(self, ax)

    def _row(self, name, problem, times):
        runs, best = self.runs(name, problem), self.best(name, problem)
        scores = [one.score for one in runs]
        low, high = interval(scores)
        every = [one for one in self.results if one.problem == problem and one.optimizer == name]
        row = [name, setting_words(best.setting) + (" (edge)" if best.at_edge else ""),
               f"{number(median(scores))} [{number(low)}, {number(high)}]"]
        if self.study.problems[problem].has_test:
            row += [number(median([getattr(one, part) for one in runs])) if self.study.finals else "not read"
                    for part in ("train", "test")]
        row += [number(median(self.steps_to_target(name, problem))),
                number(median([one.evaluations for one in runs])),
                memory(median([one.state_bytes for one in runs])),
                f"{sum(not one.ok for one in every)} of {len(every)}"]
        if times:
            row += [number(median([one.seconds for one in runs])),
                    number(median(self.seconds_to_target(name, problem))),
                    number(median([1e6 * one.step_seconds / max(one.evaluations, 1) for one in runs]))]
        return row

    def _caption(self, problem):
        study = self.study
        trials = sorted({len(one.space) for one in study.candidates.values()})
        seeds = f"{len(study.finals)} fresh seeds" if study.finals else f"{len(study.seeds)} seeds"
        return (f"{study.problems[problem]!r}. Each optimizer had {' or '.join(map(str, trials))} settings x "
                f"{len(study.seeds)} seeds to choose from; medians over {seeds}.")

    def _doubts(self, problem):
        found = []
        for name in self.names:
            best = self.best(name, problem)
            if math.isinf(best.median):
                found.append(f"{problem}: no setting of {name} came to its end on most seeds; its first "
                             f"failure: {self._first_reason(name, problem)}")
                continue
            for edge in best.edges:
                found.append(f"{problem}: the best {edge} of {name}, {best.setting[edge]:g}, lies at the "
                             "edge of its grid; a better one may lie beyond")
            if best.seeds:
                found.append(f"{problem}: one seed decides the setting of {name}: without seed "
                             f"{' or '.join(map(str, best.seeds))} it would be another, far from "
                             f"{setting_words(best.setting)}")
        if len(self.names) > 1:
            found += self._shaky_order(problem)
        return found

    def _shaky_order(self, problem):
        first, second = self.order(problem)[:2]
        a, b = self.scores(first, problem), self.scores(second, problem)
        flips = [i for i in range(len(a)) if len(a) > 2 and median(np.delete(a, i)) > median(np.delete(b, i))]
        if flips:
            return [f"{problem}: one seed decides between {first} and {second}: without one of "
                    f"{_count(len(flips), 'seed')} their order is the other one"]
        return []

    def _first_reason(self, name, problem):
        return next(one.reason for one in self.results if one.problem == problem and one.optimizer == name
                    and not one.ok)

    def _times(self):
        return np.array([np.concatenate([self.steps_to_target(name, p) for p in self.study.problems])
                         for name in self.names])

    def _problem(self, problem):
        if problem is None and len(self.study.problems) == 1:
            return next(iter(self.study.problems))
        if problem not in self.study.problems:
            raise ValueError(f"problem: one of {', '.join(map(repr, self.study.problems))} is needed, "
                             f"got {problem!r}")
        return problem

    def _check(self, name):
        if name not in self.study.candidates:
            raise ValueError(f"name: there is no {name!r} in this study, only {', '.join(self.names)}")

    def __repr__(self):
        failed = len(self.failures)
        return f"Comparison({len(self.results)} runs{f', {failed} failed' if failed else ''})"

    def _repr_html_(self):
        return "".join(self.table(problem)._repr_html_() for problem in self.study.problems)


def tuning(study, results, problem, name):
    """[(setting, scores seed by seed)] of the runs that choose."""
    space = study.candidates[name].space
    by_setting = {repr(sorted(setting.items())): {} for setting in space}
    for one in results:
        if one.problem == problem and one.optimizer == name and not one.final:
            by_setting[repr(sorted(one.setting.items()))][one.seed] = one.score
    return [(setting, [by_setting[repr(sorted(setting.items()))].get(seed, math.inf) for seed in study.seeds])
            for setting in space]


def choose(study, results, problem, name):
    """The Best setting of an optimizer on a problem: the least median score over the seeds."""
    space, tried = study.candidates[name].space, tuning(study, results, problem, name)
    place = _least([scores for _, scores in tried])
    setting, scores = tried[place]
    edges = tuple(axis for axis, values in space.axes.items()
                  if len(values) > 2 and setting[axis] in (values[0], values[-1]))
    seeds = ()
    if len(scores) > 2:
        without = [_least([np.delete(s, i) for _, s in tried]) for i in range(len(scores))]
        seeds = tuple(seed for seed, other in zip(study.seeds, without, strict=True)
                      if not _near(space, setting, tried[other][0]))
    return Best(setting, median(scores), *interval(scores), edges, seeds)


def _least(scores):
    return min(range(len(scores)), key=lambda i: (*_rank(scores[i]), i))


def _rank(scores):
    """By the median; where that is equal, by the share that failed, then by the worst."""
    scores = np.asarray(scores, dtype=float)
    return median(scores), float(np.mean(np.isinf(scores))), float(np.max(scores, initial=-math.inf))


def _near(space, one, other):
    """Whether two settings are neighbours on the grid; off a grid, whether they are the same."""
    for name, value in one.items():
        if name in space.axes:
            values = space.axes[name]
            if abs(values.index(value) - values.index(other[name])) > 1:
                return False
        elif other.get(name) != value:
            return False
    return True


def window(lrs, medians):
    if not np.isfinite(medians).any():
        return math.nan
    i = int(np.argmin(medians))
    low = high = i
    while low > 0 and medians[low - 1] <= 2 * medians[i]:
        low -= 1
    while high < len(lrs) - 1 and medians[high + 1] <= 2 * medians[i]:
        high += 1
    return float(lrs[high] / lrs[low])


def memory(n):
    """Bytes in words.

    >>> memory(0), memory(1500), memory(3_000_000)
    ('0', '1.5 kB', '3 MB')
    """
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if n >= size:
            return f"{n / size:.3g} {unit}"
    return f"{n:.0f} B" if n else "0"


def _short(value):
    """A number to six significant digits, alone or in a list."""
    if isinstance(value, list):
        return [_short(one) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _count(n, word):
    return f"{n} {word}{'s' * (n != 1)}"
