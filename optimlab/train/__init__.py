"""Running an optimizer and keeping what happened: descend() on a landscape, fit() on a network."""

from optimlab.train.curvature import hessian_vector, sharpness, top_eigenpair
from optimlab.train.loop import Run, evaluate, fit
from optimlab.train.records import FitHistory, LayerHistory
from optimlab.train.walk import DIVERGED, History, descend

__all__ = [
    "DIVERGED", "FitHistory", "History", "LayerHistory", "Run", "descend", "evaluate", "fit",
    "hessian_vector", "sharpness", "top_eigenpair",
]
