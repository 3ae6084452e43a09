"""The optimizers of torch.optim."""

from parity import Case, Row
from parity.libraries import torch_optim

from optimlab.optim import SGD, Adam


def against_torch(make, *settings, **others):
    reference = torch_optim(make.__name__)
    return Row(make, tuple(Case(reference, s) for s in settings), **others)


ROWS = [
    against_torch(
        SGD,
        {"lr": 0.1},
        {"lr": 0.05, "momentum": 0.9},
        {"lr": 0.05, "momentum": 0.9, "dampening": 0.4, "weight_decay": 0.1},
        {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01},
    ),
    against_torch(
        Adam,
        {},
        {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3},
        {"lr": 0.05, "weight_decay": 0.1},
        {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1},
    ),
]
