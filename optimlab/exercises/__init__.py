"""Exercises that say which mistake it was.

`check`, `hint`, `solution` and `ready` are what a notebook calls; REGISTRY holds every Exercise by id.
"""

from .checking import check, hint, ready, solution
from .parts import Exercise
from .registry import REGISTRY
from .verdict import Verdict

__all__ = ["REGISTRY", "Exercise", "Verdict", "check", "hint", "ready", "solution"]
