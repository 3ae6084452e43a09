"""The optimizers, each in a file of its own."""

from optimlab.optim.adadelta import Adadelta
from optimlab.optim.adagrad import Adagrad
from optimlab.optim.adam import Adam
from optimlab.optim.adamax import Adamax
from optimlab.optim.adamw import AdamW
from optimlab.optim.asgd import ASGD
from optimlab.optim.base import Optimizer
from optimlab.optim.nadam import NAdam
from optimlab.optim.radam import RAdam
from optimlab.optim.rmsprop import RMSprop
from optimlab.optim.rprop import Rprop
from optimlab.optim.sgd import SGD

# In order of increasing complexity.
__all__ = [
    "Optimizer",
    "SGD",
    "ASGD",
    "Rprop",
    "Adagrad",
    "RMSprop",
    "Adadelta",
    "Adam",
    "Adamax",
    "NAdam",
    "RAdam",
    "AdamW",
]
