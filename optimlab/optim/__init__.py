"""The optimizers, each in a file of its own."""

from optimlab.optim.adabelief import AdaBelief
from optimlab.optim.adadelta import Adadelta
from optimlab.optim.adafactor import Adafactor
from optimlab.optim.adagrad import Adagrad
from optimlab.optim.adam import Adam
from optimlab.optim.adamax import Adamax
from optimlab.optim.adamw import AdamW
from optimlab.optim.asgd import ASGD
from optimlab.optim.base import Optimizer
from optimlab.optim.group import Group
from optimlab.optim.lamb import LAMB
from optimlab.optim.lars import LARS
from optimlab.optim.lbfgs import LBFGS
from optimlab.optim.lion import Lion
from optimlab.optim.lookahead import Lookahead
from optimlab.optim.muon import Muon
from optimlab.optim.nadam import NAdam
from optimlab.optim.prodigy import Prodigy
from optimlab.optim.radam import RAdam
from optimlab.optim.rmsprop import RMSprop
from optimlab.optim.rprop import Rprop
from optimlab.optim.sam import SAM
from optimlab.optim.schedulefree import ScheduleFreeAdamW, ScheduleFreeSGD
from optimlab.optim.sgd import SGD
from optimlab.optim.shampoo import Shampoo
from optimlab.optim.soap import SOAP
from optimlab.optim.sophia import Sophia
from optimlab.optim.yogi import Yogi

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
    "AdaBelief",
    "Yogi",
    "Lion",
    "LARS",
    "LAMB",
    "Adafactor",
    "Shampoo",
    "SOAP",
    "Muon",
    "Sophia",
    "Prodigy",
    "ScheduleFreeSGD",
    "ScheduleFreeAdamW",
    "SAM",
    "Lookahead",
    "LBFGS",
    "Group",
]
