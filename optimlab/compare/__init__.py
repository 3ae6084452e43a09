"""Comparing optimizers so that the result can be believed: one budget for all, seeds, intervals, warnings.

>>> from optimlab import compare
>>> study = compare.Study("noisy valley", {"SGD": compare.lrs(1e-4, 1e-1, 4),
...                                        "Adam": compare.lrs(1e-3, 1, 4)}, seeds=3)
>>> result = study.run(workers=1, progress=False)
>>> result.best("Adam").lr
0.01
"""

from optimlab.compare.analysis import Best, Comparison, Paired, Sensitivity
from optimlab.compare.card import Card, Grades, report_card
from optimlab.compare.problem import Training, Walk
from optimlab.compare.problems import PROBLEMS, named
from optimlab.compare.result import Result
from optimlab.compare.space import Space, defaults, grid, lrs, quasi_random, usual_optimizers
from optimlab.compare.statistics import interval, median, paired, performance_profile, profile_score
from optimlab.compare.study import Study

__all__ = [
    "Best", "Card", "Comparison", "Grades", "PROBLEMS", "Paired", "Result", "Sensitivity", "Space", "Study",
    "Training", "Walk", "defaults", "grid", "interval", "lrs", "median", "named", "paired",
    "performance_profile", "profile_score", "quasi_random", "report_card", "usual_optimizers",
]
