"""Study: which optimizers with which settings, on which problems, with which seeds. run() makes the runs."""

import datetime
import os
import platform
import sys
import warnings
from typing import NamedTuple

import numpy as np

import optimlab
from optimlab.compare import executor as executors
from optimlab.compare.analysis import Comparison, choose
from optimlab.compare.problems import as_problem
from optimlab.compare.progress import Progress
from optimlab.compare.result import Result, key
from optimlab.compare.rules import has_lr, rule, told
from optimlab.compare.run import pack
from optimlab.compare.space import Space, space_of
from optimlab.compare.store import Store
from optimlab.compare.table import setting_words
from optimlab.data.parts import check_whole

FRESH = 1000    # the seeds of the final runs begin here


class Candidate(NamedTuple):
    """An optimizer and the settings that are tried for it."""

    name: str
    rule: object
    space: Space


class Study:
    """A comparison of optimizers under one budget for all.

    Every setting of every optimizer is run with the same seeds: the same start, the same order of the data,
    the same number of steps. The validation score at the end chooses each optimizer's setting, by its median
    over the seeds. The chosen settings then run on fresh seeds, and only these final runs read the test part.

    Args:
        problem: a Walk, a Training, a landscape or the name of a problem; a list of them.
        optimizers: {name: settings}, settings as from lrs, grid, quasi_random or defaults. The name is that
            of an optimizer, or anything you like with {name: (optimizer, settings)}, where the optimizer is a
            name, a class (your own too), functools.partial of one, or a step function
            `(w, grad, *states, lr, ...) -> (w, *states)`.
        seeds: how many, or a list of whole numbers.
        finals: how many fresh seeds for the chosen settings; as many as seeds if left out, 0 for none.
        equal: whether every optimizer must have the same number of settings.
        name: what reports call it.

    Raises:
        TypeError, ValueError: an unknown optimizer or problem, nothing to try, unequal budgets, seeds that
            are no whole numbers.

    >>> from optimlab.compare import lrs
    >>> study = Study("noisy valley", {"SGD": lrs(1e-4, 1e-1, 4), "Adam": lrs(1e-3, 1, 4)}, seeds=3)
    >>> study
    Study(1 problem, 2 optimizers of 4 settings, 3 seeds: 24 runs and 6 final ones)
    >>> result = study.run(workers=1, progress=False)
    >>> result.best("SGD").setting
    {'lr': 0.01}

    Sources: Schneider, Balles and Hennig (2019, DeepOBS) for tuning on a grid and running the best again on
    other seeds; Schmidt, Schneider and Hennig (2021) for equal budgets.
    """

    def __init__(self, problem, optimizers, seeds=5, *, finals=None, equal=True, name="study"):
        self.name = name
        listed = problem if isinstance(problem, (list, tuple)) else [problem]
        self.problems = {}
        for one in map(as_problem, listed):
            if one.name in self.problems:
                raise ValueError(f"problem: two are called {one.name!r}; give one of them another name=")
            self.problems[one.name] = one
        if not self.problems:
            raise ValueError("problem: at least one is needed, got none")
        self.candidates = {one.name: one for one in candidates(optimizers)}
        sizes = {one.name: len(one.space) for one in self.candidates.values()}
        if equal and len(set(sizes.values())) > 1:
            words = ", ".join(f"{name} {size}" for name, size in sizes.items())
            raise ValueError(f"optimizers: an equal number of settings for each is needed, got {words}; say "
                             "equal=False if you mean it")
        self.seeds = seeds_of(seeds)
        if finals is None:
            finals = len(self.seeds)
        check_whole("finals", finals, least=0)
        self.finals = [FRESH + i for i in range(finals)]
        if set(self.finals) & set(self.seeds):
            raise ValueError(f"seeds: numbers below {FRESH} are needed, as the final runs' begin there")
        self._memory = None

    @property
    def identity(self):
        """What decides the numbers of this study, as plain words and numbers."""
        return {
            "optimlab": optimlab.__version__,
            "problems": {name: one.told() for name, one in self.problems.items()},
            "optimizers": {name: told(one.rule) for name, one in self.candidates.items()},
            "settings": {name: [_plain(setting) for setting in one.space]
                         for name, one in self.candidates.items()},
            "seeds": self.seeds, "final seeds": self.finals,
        }

    def run(self, store=None, *, executor=None, workers=None, progress=True):
        """Make all runs that are not yet made.

        Args:
            store: a file that keeps finished runs. Called again with it, in this process or another, the
                study goes on where it stopped. Without it the Study itself keeps them.
            executor: any concurrent.futures.Executor, such as `client.get_executor()` of a Dask client; None
                takes one process a core, each with one BLAS thread.
            workers: how many processes; 1 makes the runs in this one.
            progress: show a line with the time left.

        Returns:
            Comparison. A run that diverges, raises or takes its process down is a result with its reason.

        Raises:
            ValueError: the store of another study.
            KeyboardInterrupt: after Ctrl-C; what was finished is kept.
        """
        if workers is not None:
            check_whole("workers", workers, least=1)
        if executor is not None and not callable(getattr(executor, "submit", None)):
            raise TypeError(f"executor: a concurrent.futures.Executor is needed, got {executor!r}")
        kept = self._open(store)
        try:
            payloads = {(p.name, c.name): pack(p, rule(c.rule)) for p in self.problems.values()
                        for c in self.candidates.values()}
        except Exception as error:
            raise TypeError(f"study: a problem or an optimizer cannot be sent to another process ({error}); "
                            "make models and data inside functions") from error
        tuning = self._tuning()
        total = len(tuning) + len(self.problems) * len(self.candidates) * len(self.finals)
        bar = Progress(progress, total, sum(key(*cell) in kept.results for cell in tuning))
        try:
            self._make(tuning, payloads, kept, executor, workers, bar)
            final = self._chosen(list(kept.results.values()))
            self._make(final, payloads, kept, executor, workers, bar)
        except KeyboardInterrupt:
            bar.close(f"stopped: {len(kept.results)} of {total} runs are kept, run() goes on from there")
            raise
        finally:
            kept.close()
            if kept.trouble:
                warnings.warn(kept.trouble, stacklevel=2)
        bar.close()
        wanted = {key(*cell) for cell in [*tuning, *final]}
        return Comparison(self, [one for k, one in kept.results.items() if k in wanted], kept.about)

    def recall(self, stored):
        """The Comparison of runs that were made before; nothing is run.

        Args:
            stored: a dict with `runs`, as from Comparison.plain, and `about`, what made them: what
                results.load gives.

        Raises:
            ValueError: a run of this study that is not among them.

        >>> from optimlab.compare import lrs
        >>> study = Study("valley", {"SGD": lrs(1e-3, 0.1, 3)}, seeds=1)
        >>> result = study.run(workers=1, progress=False)
        >>> study.recall({"runs": result.plain(), "about": {}}).best("SGD").lr
        0.01
        """
        known = {result.key: result for result in (Result(**one) for one in stored["runs"])}
        cells = self._tuning()
        missing = [cell for cell in cells if key(*cell) not in known]
        if not missing:
            cells += self._chosen([known[key(*cell)] for cell in cells])
            missing = [cell for cell in cells if key(*cell) not in known]
        if missing:
            p, c, setting, seed, _ = missing[0]
            raise ValueError(f"stored: the run of {c} with {setting_words(setting)} and seed {seed} on {p} "
                             f"is not there; {len(missing)} of this study's runs are missing")
        return Comparison(self, [known[key(*cell)] for cell in cells], stored["about"])

    def _tuning(self):
        """The runs that choose: [(problem, optimizer, setting, seed, False)]."""
        return [(p, c, setting, seed, False) for p in self.problems for c in self.candidates
                for seed in self.seeds for setting in self.candidates[c].space]

    def _chosen(self, results):
        """The runs that judge, at the settings that results have chosen."""
        return [(p, c, choose(self, results, p, c).setting, seed, True) for p in self.problems
                for c in self.candidates for seed in self.finals]

    def _open(self, store):
        if store is not None:
            return Store(store, self.identity, about())
        if self._memory is None:
            self._memory = Store(None, {}, about())
        return self._memory

    def _make(self, cells, payloads, kept, executor, workers, bar):
        todo = [cell for cell in cells if key(*cell) not in kept.results]
        bar.found(len(cells) - len(todo))
        if not todo:
            return
        calls = [(payloads[p, c], c, setting, seed, final) for p, c, setting, seed, final in todo]
        for result in executors.results(calls, executor, workers):
            kept.add(result)
            bar.draw(result)

    def __repr__(self):
        sizes = sorted({len(one.space) for one in self.candidates.values()})
        settings = " or ".join(map(str, sizes))
        runs = sum(len(one.space) for one in self.candidates.values()) * len(self.seeds) * len(self.problems)
        finals = len(self.candidates) * len(self.finals) * len(self.problems)
        return (f"Study({_count(len(self.problems), 'problem')}, {_count(len(self.candidates), 'optimizer')} "
                f"of {settings} settings, {_count(len(self.seeds), 'seed')}: {runs} runs and {finals} final "
                "ones)")


def candidates(optimizers):
    """Candidates from {name: settings} or {name: (optimizer, settings)}."""
    if not isinstance(optimizers, dict) or not optimizers:
        raise TypeError('optimizers: a dict {name: settings} is needed, as {"Adam": lrs(1e-4, 1, 12)}, '
                        f"got {optimizers!r}")
    found = []
    for name, given in optimizers.items():
        if isinstance(given, tuple) and len(given) == 2 and not isinstance(given[0], dict):
            named, settings = given
        else:
            named, settings = name, given
        rule(named)  # refuses what is no optimizer
        space = space_of(settings, name)
        if "lr" in space[0] and not has_lr(named):
            raise ValueError(f"optimizers: {name!r} has no setting called lr")
        found.append(Candidate(str(name), named, space))
    return found


def seeds_of(seeds):
    """A list of seeds from a number of them or the list itself."""
    if isinstance(seeds, (int, np.integer)) and not isinstance(seeds, bool):
        check_whole("seeds", seeds, least=1)
        return list(range(seeds))
    listed = list(seeds) if isinstance(seeds, (list, tuple, range, np.ndarray)) else None
    if not listed:
        raise ValueError(f"seeds: how many, or a list of whole numbers is needed, got {seeds!r}")
    for one in listed:
        check_whole("seeds", one, least=0)
    if len(set(listed)) < len(listed):
        raise ValueError(f"seeds: each once is needed, got {listed!r}")
    return [int(one) for one in listed]


def about():
    """Where and when, for the record: it decides no number that is compared."""
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "python": platform.python_version(), "numpy": np.__version__, "optimlab": optimlab.__version__,
        "system": platform.platform(terse=True), "machine": platform.machine(),
        "cores": os.cpu_count() or 1, "interpreter": sys.implementation.name,
    }


def _plain(setting):
    return {name: value if isinstance(value, (int, float, str, bool, tuple, list, type(None)))
            else getattr(value, "__qualname__", repr(value)) for name, value in setting.items()}


def _count(n, word):
    return f"{n} {word}{'s' * (n != 1)}"


__all__ = ["Candidate", "Result", "Study"]
