"""The optimizers, each in a file of its own, in order of increasing complexity."""

from optimlab.optim.adam import Adam
from optimlab.optim.base import Optimizer
from optimlab.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
