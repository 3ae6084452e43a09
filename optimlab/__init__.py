"""optimlab: deep-learning optimizers from scratch in NumPy, and the course around them.

>>> import numpy as np
>>> from optimlab import SGD, descend, landscapes
>>> history = descend(landscapes.valley(10), SGD(np.array([1.0, 1.0]), lr=2 / 11), steps=69)
>>> history.steps_to(1e-6)
69
"""

import importlib

from optimlab.tracebacks import shorten

__version__ = "0.1.0"

_OPTIMIZERS = [
    "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "AdaBelief", "Group", "LAMB",
    "LARS", "LBFGS", "Lion", "Lookahead", "Muon", "NAdam", "Optimizer", "Prodigy", "RAdam", "RMSprop",
    "Rprop", "SAM", "SGD", "SOAP", "ScheduleFreeAdamW", "ScheduleFreeSGD", "Shampoo", "Sophia", "Yogi",
]
_AVERAGES = ["EMA", "PolyakRuppert", "SWA"]

# Where each public name lives. They are imported when first used, so that
# `import optimlab` needs NumPy alone and the drawing libraries load only where something is drawn.
_HOMES = {
    "FitHistory": "train",
    "History": "train",
    "board": "standing",
    "check": "exercises",
    "descend": "train",
    "fit": "train",
    "hint": "exercises",
    "next_step": "standing",
    "predict": "live",
    "quiz": "live",
    "ready": "exercises",
    "show": "plots",
    "solution": "exercises",
    **dict.fromkeys(_OPTIMIZERS, "optim"),
    **dict.fromkeys(_AVERAGES, "averaging"),
}
_ROOMS = [
    "averaging", "clipping", "compare", "data", "exercises", "landscapes", "live", "looks", "losses", "nn",
    "optim", "plots", "progress", "questions", "results",
    "schedules", "theory", "train",
]

__all__ = sorted([*_HOMES, *_ROOMS])


def __getattr__(name):
    if name in _HOMES:
        value = getattr(importlib.import_module(f"optimlab.{_HOMES[name]}"), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"optimlab.{name}")
    else:
        raise AttributeError(f"optimlab has no {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__():
    return __all__


shorten()
