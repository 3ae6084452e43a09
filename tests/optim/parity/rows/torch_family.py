"""The optimizers of torch.optim."""

from optimlab.optim import ASGD, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop
from parity import Case, Row
from parity.libraries import optax, torch_optim


def torch_cases(name, *settings):
    return tuple(Case(torch_optim(name), each) for each in settings)


def optax_case(name, settings, theirs):
    return Case(optax(name), settings, {"learning_rate": settings["lr"], **theirs})


ROWS = [
    Row(SGD, (
        *torch_cases(
            "SGD",
            {},
            {"lr": 0.1},
            {"lr": 0.05, "weight_decay": 0.1},
            {"lr": 0.05, "momentum": 0.9},
            {"lr": 0.05, "momentum": 0.9, "dampening": 0.4, "weight_decay": 0.1},
            {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01},
        ),
        optax_case("sgd", {"lr": 0.1, "momentum": 0.9}, {"momentum": 0.9}),
        optax_case("sgd", {"lr": 0.1, "momentum": 0.9, "nesterov": True},
                   {"momentum": 0.9, "nesterov": True}),
    )),
    Row(ASGD, torch_cases(
        "ASGD",
        {},
        {"lr": 0.1, "lambd": 0.01, "alpha": 0.5},
        {"lr": 0.1, "lambd": 0.1, "t0": 10},
        {"lr": 0.1, "lambd": 0, "t0": 0, "weight_decay": 0.1},
    ), samples={"t0": [0.0, 3.0, 1e6]}),
    Row(ASGD, tuple(
        Case(torch_optim("ASGD", read="ax"), settings, label=f"average, {settings}") for settings in (
            {"lr": 0.1, "t0": 10},
            {"lr": 0.1, "lambd": 0.1, "t0": 0, "weight_decay": 0.1},
        )
    ), name="ASGD-average", read=lambda optimizer: [state["ax"] for state in optimizer.state],
        samples={"t0": [0.0, 3.0, 1e6]}),
    Row(Rprop, (
        *torch_cases(
            "Rprop",
            {},
            {"lr": 0.1, "etas": (0.3, 1.5)},
            {"lr": 0.05, "step_sizes": (0.01, 0.2)},
        ),
    ), samples={"etas": [(0.5, 1.2), (0.3, 1.5), (0.9, 1.01)],
                "step_sizes": [(1e-6, 50), (0.01, 0.2), (0.0, 0.1)]}),
    Row(Adagrad, (
        *torch_cases(
            "Adagrad",
            {},
            {"lr": 0.5, "lr_decay": 0.1, "eps": 1e-3},
            {"lr": 0.3, "initial_accumulator_value": 0.1, "weight_decay": 0.1},
        ),
        optax_case("adagrad", {"lr": 0.3, "initial_accumulator_value": 0.1, "eps": 1e-3, "eps_in_sqrt": True},
                   {"initial_accumulator_value": 0.1, "eps": 1e-3}),
    )),
    Row(RMSprop, (
        *torch_cases(
            "RMSprop",
            {},
            {"lr": 0.05, "alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1},
            {"lr": 0.01, "momentum": 0.9},
            {"lr": 0.01, "alpha": 0.9, "centered": True, "eps": 1e-4},
            {"lr": 0.01, "alpha": 0.9, "centered": True, "momentum": 0.5, "weight_decay": 0.01},
        ),
        optax_case("rmsprop", {"lr": 0.05, "alpha": 0.9, "eps": 1e-3, "eps_in_sqrt": True},
                   {"decay": 0.9, "eps": 1e-3}),
        optax_case("rmsprop", {"lr": 0.05, "alpha": 0.9, "eps": 1e-3, "eps_in_sqrt": True, "centered": True,
                               "momentum": 0.7},
                   {"decay": 0.9, "eps": 1e-3, "centered": True, "momentum": 0.7}),
        optax_case("rmsprop", {"lr": 0.05, "alpha": 0.9, "eps": 1e-3},
                   {"decay": 0.9, "eps": 1e-3, "eps_in_sqrt": False}),
    )),
    Row(Adadelta, (
        *torch_cases(
            "Adadelta",
            {},
            {"lr": 0.5, "rho": 0.8, "eps": 1e-2},
            {"rho": 0.95, "weight_decay": 0.1},
        ),
        optax_case("adadelta", {"lr": 1.0, "rho": 0.8, "eps": 1e-3}, {"rho": 0.8, "eps": 1e-3}),
    )),
    Row(Adam, (
        *torch_cases(
            "Adam",
            {},
            {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3},
            {"lr": 0.05, "weight_decay": 0.1},
            {"lr": 0.05, "betas": (0.0, 0.5)},
            {"lr": 0.05, "amsgrad": True, "betas": (0.9, 0.9)},
        ),
        optax_case("adam", {"lr": 0.1, "betas": (0.8, 0.99)}, {"b1": 0.8, "b2": 0.99}),
        optax_case("amsgrad", {"lr": 0.1, "betas": (0.8, 0.9), "amsgrad": "corrected"},
                   {"b1": 0.8, "b2": 0.9}),
    )),
    Row(Adamax, (
        *torch_cases(
            "Adamax",
            {},
            {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-2},
            {"lr": 0.05, "weight_decay": 0.1},
        ),
        optax_case("adamax", {"lr": 0.1, "betas": (0.8, 0.9)}, {"b1": 0.8, "b2": 0.9}),
    )),
    Row(NAdam, (
        *torch_cases(
            "NAdam",
            {},
            {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, "momentum_decay": 1.0},
            {"lr": 0.05, "weight_decay": 0.1},
            {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True},
        ),
        optax_case("nadam", {"lr": 0.05, "betas": (0.8, 0.9), "momentum_decay": float("inf")},
                   {"b1": 0.8, "b2": 0.9}),
    ), samples={"momentum_decay": [4e-3, 1.0, float("inf")]}),
    Row(RAdam, (
        *torch_cases(
            "RAdam",
            {},
            {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3},
            {"lr": 0.05, "weight_decay": 0.1},
            {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True},
            {"lr": 0.05, "betas": (0.9, 0.5)},
        ),
        optax_case("radam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "eps_hat": False},
                   {"b1": 0.8, "b2": 0.9, "eps": 1e-3}),
    ), samples={"betas": [(0.9, 0.999), (0.5, 0.9), (0.9, 0.5)]}),
    Row(AdamW, (
        *torch_cases(
            "AdamW",
            {},
            {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.5},
            {"lr": 0.05, "weight_decay": 0.1, "amsgrad": True, "betas": (0.9, 0.9)},
        ),
        optax_case("adamw", {"lr": 0.1, "betas": (0.8, 0.99), "weight_decay": 0.1},
                   {"b1": 0.8, "b2": 0.99, "weight_decay": 0.1}),
        Case(torch_optim("AdamW"), {"lr": 0.01, "weight_decay": 0.02, "fixed_decay": True},
             {"lr": 0.01, "weight_decay": 2.0}),
    )),
]
