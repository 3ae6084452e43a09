"""Finds every exercise: each file `lesson_NN.py` in this folder, and each Exercise in it."""

import importlib
import pkgutil

from .parts import Exercise


def collect():
    """All exercises by id, in order.

    >>> collect()["04.1"].name
    'momentum_step'
    """
    found = {}
    package = __package__
    path = importlib.import_module(package).__path__
    for module in pkgutil.iter_modules(path):
        if not module.name.startswith("lesson_"):
            continue
        for value in vars(importlib.import_module(f"{package}.{module.name}")).values():
            if isinstance(value, Exercise):
                if found.get(value.id, value) is not value:
                    raise ValueError(f"two exercises have the id {value.id}: {found[value.id]} and {value}")
                found[value.id] = value
    return dict(sorted(found.items(), key=lambda item: [int(part) for part in item[0].split(".")]))


REGISTRY = collect()
