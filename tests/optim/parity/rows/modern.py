"""Optimizers that PyTorch does not have, or has not had for long, and those that wrap another."""

import contextlib

import numpy as np

from optimlab.optim import (
    LAMB,
    LARS,
    LBFGS,
    SAM,
    SGD,
    SOAP,
    AdaBelief,
    Adafactor,
    AdamW,
    Lion,
    Lookahead,
    Muon,
    Prodigy,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
    Shampoo,
    Sophia,
    Yogi,
)
from parity import SQUARE, STEPS, Case, Reference, Row
from parity.libraries import optax, pytorch_optimizer, torch_optim, torch_run

MATRIX = {"matrix": ((7, 5),)}
MATRICES = {"square": ((6, 6),), "several": ((4, 7), (8, 3))}
NO_ZEROS = {"zeros": 0}
SMOOTH = {"zeros": 0, "noise": 0}


def pair(reference, settings, theirs=None, **others):
    return Case(reference, settings, settings if theirs is None else theirs, **others)


def optax_case(name, settings, theirs=None, **others):
    theirs = {key: value for key, value in settings.items() if key != "lr"} if theirs is None else theirs
    if "lr" in settings:
        theirs = {"learning_rate": settings["lr"], **theirs}
    return Case(optax(name), settings, theirs, **others)


def package(name, module, distribution, read=None):
    """An optimizer of a package of its own."""

    def run(problem, settings):
        import importlib

        return torch_run(getattr(importlib.import_module(module), name), problem, settings, read)

    return Reference(f"{module}.{name}", (distribution, "torch"), run)


@contextlib.contextmanager
def full_precision():
    """torch without its roundings to bfloat16 (Muon) and to float32 (SOAP's QR, SAM's norm)."""
    import torch

    before = torch.Tensor.bfloat16, torch.Tensor.float, torch.float32
    torch.Tensor.bfloat16, torch.Tensor.float = torch.Tensor.clone, torch.Tensor.double
    torch.float32 = torch.float64
    try:
        yield
    finally:
        torch.Tensor.bfloat16, torch.Tensor.float, torch.float32 = before


def unrounded(reference):
    def run(problem, settings):
        with full_precision():
            return reference.run(problem, settings)

    return Reference(f"{reference.name}, unrounded", reference.packages, run)


def wrapped(name, make):
    """A wrapper of pytorch_optimizer around an optimizer of torch: make(torch, pytorch_optimizer)(params)."""

    def run(problem, settings):
        import pytorch_optimizer
        import torch

        return torch_run(make(torch, pytorch_optimizer), problem, settings)

    return Reference(f"pytorch_optimizer.{name}", ("pytorch_optimizer", "torch"), run)


def torch_sam(base):
    def make(torch, pytorch_optimizer):
        return lambda params, **settings: pytorch_optimizer.SAM(
            params, base_optimizer=getattr(torch.optim, base), **settings
        )

    return unrounded(wrapped(f"SAM({base})", make))


def torch_lookahead(base):
    def make(torch, pytorch_optimizer):
        return lambda params, k, alpha, **settings: pytorch_optimizer.Lookahead(
            getattr(torch.optim, base)(params, **settings), k=k, alpha=alpha
        )

    return wrapped(f"Lookahead({base})", make)


def sam_sgd(params, rho=0.05, adaptive=False, **settings):
    return SAM(SGD(params, **settings), rho=rho, adaptive=adaptive)


def sam_adamw(params, rho=0.05, adaptive=False, **settings):
    return SAM(AdamW(params, **settings), rho=rho, adaptive=adaptive)


def lookahead_sgd(params, k=5, alpha=0.5, **settings):
    return Lookahead(SGD(params, **settings), k=k, alpha=alpha)


def lookahead_adamw(params, k=5, alpha=0.5, **settings):
    return Lookahead(AdamW(params, **settings), k=k, alpha=alpha)


def averages(optimizer, params=None):
    """The x of a Schedule-Free optimizer, ours or theirs."""
    params = optimizer.params if params is None else params
    before = [p.detach().numpy().copy() if hasattr(p, "detach") else p.copy() for p in params]
    optimizer.eval()
    x = [p.detach().clone() if hasattr(p, "detach") else p.copy() for p in params]
    optimizer.train()
    for p, y in zip(params, before, strict=True):
        p.data.copy_(p.new_tensor(y)) if hasattr(p, "detach") else np.copyto(p, y)
    return x


def optax_sophia(problem, settings):
    """optax.contrib.sophia, told the loss whose Hessian it estimates."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    transformation = optax.contrib.sophia(**settings)

    def loss(params):
        parts = zip(params, problem.center, problem.curvature, strict=True)
        return sum(jax.numpy.sum(h * (p - c) ** 2 / 2) for p, c, h in parts)

    @jax.jit
    def step(grads, state, params):
        updates, state = transformation.update(grads, state, params, obj_fn=loss)
        return optax.apply_updates(params, updates), state

    params = [jax.numpy.asarray(p) for p in problem.start]
    state = transformation.init(params)
    path = []
    for t in range(1, STEPS + 1):
        grads = [jax.numpy.asarray(g) for g in problem.grads([np.asarray(p) for p in params], t)]
        params, state = step(grads, state, params)
        path.append([np.array(p) for p in params])
    return path


def torch_sophia(problem, settings):
    """pytorch_optimizer.SophiaH, given the Hessian's diagonal."""
    import pytorch_optimizer

    def make(params, **settings):
        import torch

        optimizer = pytorch_optimizer.SophiaH(params, **settings)
        take_step, calls = optimizer.step, iter(range(STEPS))

        def step(closure):
            due = next(calls) % settings["update_period"] == 0
            take_step(hessian=[torch.from_numpy(np.array(h)) for h in problem.curvature] if due else None)

        optimizer.step = step
        return optimizer

    return torch_run(make, problem, settings)


OPTAX_SOPHIA = Reference("optax.contrib.sophia", ("optax", "jax"), optax_sophia)
TORCH_SOPHIA = Reference("pytorch_optimizer.SophiaH", ("pytorch_optimizer", "torch"), torch_sophia)

PRODIGY = package("Prodigy", "prodigyopt", "prodigyopt")
FREE_SGD, FREE_ADAMW = (
    package(name, "schedulefree", "schedulefree") for name in ("SGDScheduleFree", "AdamWScheduleFree")
)
FREE_SGD_X, FREE_ADAMW_X = (
    package(name, "schedulefree", "schedulefree", averages)
    for name in ("SGDScheduleFree", "AdamWScheduleFree")
)
MUON, SOAP_REFERENCE = unrounded(torch_optim("Muon")), unrounded(pytorch_optimizer("SOAP"))

ROWS = [
    Row(
        LBFGS,
        (
            # With a line search or 20 iterations a step, noise makes the path chaotic: rounding errors grow.
            Case(torch_optim("LBFGS"), {"lr": 0.1}, problem=SMOOTH),
            Case(torch_optim("LBFGS"), {"lr": 0.3, "max_iter": 4, "history_size": 3}, problem=NO_ZEROS),
            Case(torch_optim("LBFGS"), {"line_search_fn": "strong_wolfe"}, problem=SMOOTH),
            Case(
                torch_optim("LBFGS"),
                {"line_search_fn": "strong_wolfe", "lr": 5.0, "max_iter": 2, "max_eval": 9},
                problem=SMOOTH,
            ),
            Case(
                torch_optim("LBFGS"),
                {
                    "line_search_fn": "strong_wolfe",
                    "lr": 0.01,
                    "max_iter": 1,
                    "max_eval": 9,
                    "history_size": 2,
                },
                problem=SMOOTH,
            ),
        ),
    ),
    Row(
        LARS,
        (
            optax_case("lars", {"lr": 1.0, "trust_coefficient": 0.01}),
            optax_case(
                "lars",
                {
                    "lr": 2.0,
                    "weight_decay": 0.1,
                    "momentum": 0.5,
                    "nesterov": True,
                    "eps": 1e-3,
                    "trust_coefficient": 0.01,
                },
            ),
            Case(
                pytorch_optimizer("LARS"),
                {"lr": 1.0, "trust_coefficient": 0.01, "form": "pytorch_optimizer"},
                {"lr": 1.0, "trust_coefficient": 0.01},
            ),
            Case(
                pytorch_optimizer("LARS"),
                {
                    "lr": 0.5,
                    "weight_decay": 0.1,
                    "nesterov": True,
                    "trust_coefficient": 0.02,
                    "form": "pytorch_optimizer",
                },
                {"lr": 0.5, "weight_decay": 0.1, "nesterov": True, "trust_coefficient": 0.02},
            ),
            Case(
                pytorch_optimizer("LARS"),
                {"lr": 0.5, "weight_decay": 0.1, "trust_coefficient": 0.02, "form": "paper"},
                {"lr": 0.5, "weight_decay": 0.1, "trust_coefficient": 0.02},
                shapes=MATRIX,
            ),
        ),
    ),
    Row(
        Lion,
        (
            optax_case("lion", {}, {"learning_rate": 1e-4}),
            optax_case(
                "lion",
                {"lr": 0.01, "betas": (0.8, 0.9), "weight_decay": 0.1},
                {"b1": 0.8, "b2": 0.9, "weight_decay": 0.1},
            ),
            pair(pytorch_optimizer("Lion"), {"lr": 0.01, "weight_decay": 0.1}),
        ),
    ),
    Row(
        AdaBelief,
        (
            optax_case("adabelief", {"lr": 0.05}),
            optax_case(
                "adabelief",
                {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "eps_root": 1e-4},
                {"b1": 0.8, "b2": 0.9, "eps": 1e-3, "eps_root": 1e-4},
            ),
            Case(
                pytorch_optimizer("AdaBelief"),
                {"lr": 0.05, "eps": 1e-4, "eps_root": 1e-4, "weight_decay": 0.1},
                {"lr": 0.05, "eps": 1e-4, "weight_decay": 0.1},
            ),
        ),
    ),
    Row(
        Yogi,
        (
            optax_case("yogi", {"lr": 0.05}),
            optax_case(
                "yogi", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-2}, {"b1": 0.8, "b2": 0.9, "eps": 1e-2}
            ),
            Case(
                pytorch_optimizer("Yogi"),
                {"lr": 0.05, "initial_accumulator_value": 1e-2},
                {"lr": 0.05, "initial_accumulator": 1e-2},
            ),
        ),
    ),
    Row(
        LAMB,
        (
            optax_case("lamb", {"lr": 0.01}),
            optax_case(
                "lamb",
                {"lr": 0.02, "betas": (0.8, 0.9), "eps": 1e-3, "eps_root": 1e-4, "weight_decay": 0.1},
                {"b1": 0.8, "b2": 0.9, "eps": 1e-3, "eps_root": 1e-4, "weight_decay": 0.1},
            ),
            Case(pytorch_optimizer("Lamb"), {"lr": 0.01, "form": "pytorch_optimizer"}, {"lr": 0.01}),
            Case(
                pytorch_optimizer("Lamb"),
                {"lr": 0.02, "weight_decay": 0.1, "eps": 1e-3, "form": "pytorch_optimizer"},
                {"lr": 0.02, "weight_decay": 0.1, "eps": 1e-3},
            ),
        ),
    ),
    Row(
        Adafactor,
        (
            Case(torch_optim("Adafactor")),
            Case(
                torch_optim("Adafactor"),
                {"lr": 0.5, "beta2_decay": -0.5, "eps": (1e-4, 0.1), "d": 1.5, "weight_decay": 0.1},
            ),
            optax_case(
                "adafactor",
                {"lr": 0.05, "form": "optax"},
                {"min_dim_size_to_factor": 1},
                shapes=MATRIX,
                tolerance=1e-7,
                reason="optax computes beta2 in float32",
            ),
            optax_case(
                "adafactor",
                {
                    "lr": 0.05,
                    "form": "optax",
                    "min_dim_size_to_factor": 100,
                    "weight_decay": 0.01,
                    "eps": (1e-6, 1e-3),
                    "d": 0.7,
                },
                {"weight_decay_rate": 0.01, "eps": 1e-6, "clipping_threshold": 0.7},
                tolerance=1e-7,
                reason="optax computes beta2 in float32",
            ),
        ),
        samples={"beta2_decay": [-0.8, -0.6, -0.5], "eps": [(1e-10, 1e-3), (1e-4, 1e-2), (1e-3, 0.1)]},
    ),
    Row(
        Shampoo,
        (
            Case(pytorch_optimizer("Shampoo"), {"lr": 0.05, "matrix_eps": 1e-2}),
            Case(
                pytorch_optimizer("Shampoo"),
                {"lr": 0.05, "matrix_eps": 0.1, "weight_decay": 0.1, "preconditioning_compute_steps": 3},
            ),
            Case(
                pytorch_optimizer("Shampoo"),
                {"lr": 0.05, "matrix_eps": 0.1, "momentum": 0.5, "form": "pytorch_optimizer"},
                {"lr": 0.05, "matrix_eps": 0.1, "momentum": 0.5},
            ),
        ),
        samples={"matrix_eps": [0.1, 0.2, 0.5]},
    ),
    Row(
        SOAP,
        (
            Case(
                SOAP_REFERENCE,
                {"lr": 0.01},
                shapes={**SQUARE, "several": ((3,), (2, 3, 2), ())},
                problem=NO_ZEROS,
            ),
            Case(
                SOAP_REFERENCE,
                {
                    "lr": 0.05,
                    "betas": (0.8, 0.9),
                    "shampoo_beta": 0.7,
                    "eps": 1e-3,
                    "weight_decay": 0.1,
                    "precondition_frequency": 3,
                    "precondition_1d": False,
                    "correct_bias": False,
                },
                shapes=SQUARE,
                problem=NO_ZEROS,
            ),
            Case(
                pytorch_optimizer("SOAP"),
                {"lr": 0.01},
                shapes=SQUARE,
                problem=NO_ZEROS,
                label="as it is",
                tolerance=1e-5,
                reason="pytorch_optimizer refreshes its basis in float32",
            ),
        ),
        samples={"shampoo_beta": [0.95, 0.9, 0.8]},
    ),
    Row(
        Muon,
        (
            Case(MUON, {}, shapes=MATRICES),
            Case(
                MUON, {"lr": 0.05, "weight_decay": 0.5, "momentum": 0.8, "nesterov": False}, shapes=MATRICES
            ),
            Case(
                MUON,
                {"lr": 0.05, "adjust_lr_fn": "match_rms_adamw", "ns_steps": 3, "eps": 0.5},
                shapes=MATRICES,
            ),
            optax_case(
                "muon",
                {"lr": 0.05, "form": "optax", "eps": 1e-3, "weight_decay": 0.1},
                {"eps": 1e-3, "weight_decay": 0.1},
                shapes=MATRICES,
            ),
            optax_case(
                "muon",
                {
                    "lr": 0.05,
                    "form": "optax",
                    "nesterov": False,
                    "weight_decay": 0,
                    "adjust_lr_fn": "match_rms_adamw",
                    "eps": 1e-8,
                },
                {"nesterov": False, "consistent_rms": 0.2},
                shapes=MATRICES,
            ),
            Case(
                torch_optim("Muon"),
                {},
                shapes=MATRICES,
                label="as it is",
                tolerance=3e-3,
                reason="torch.optim.Muon runs Newton-Schulz in bfloat16, about three digits",
            ),
        ),
        least_axes=2,
    ),
    Row(
        Sophia,
        (
            Case(OPTAX_SOPHIA, {"lr": 0.005, "difference": 1.0}, {"learning_rate": 0.005}, problem=NO_ZEROS),
            Case(
                OPTAX_SOPHIA,
                {
                    "lr": 0.1,
                    "betas": (0.8, 0.9),
                    "gamma": 0.5,
                    "eps": 1e-2,
                    "clip_threshold": 0.7,
                    "update_interval": 3,
                    "weight_decay": 0.01,
                    "difference": 1.0,
                },
                {
                    "learning_rate": 0.1,
                    "b1": 0.8,
                    "b2": 0.9,
                    "gamma": 0.5,
                    "eps": 1e-2,
                    "clip_threshold": 0.7,
                    "update_interval": 3,
                    "weight_decay": 0.01,
                },
                problem=NO_ZEROS,
            ),
            Case(
                OPTAX_SOPHIA,
                {"lr": 0.05, "gamma": 0.5},
                {"learning_rate": 0.05, "gamma": 0.5},
                problem=NO_ZEROS,
            ),
            Case(
                TORCH_SOPHIA,
                {
                    "lr": 0.1,
                    "gamma": 1,
                    "clip_threshold": 0.5,
                    "eps": 1e-3,
                    "weight_decay": 0,
                    "update_interval": 4,
                    "form": "paper",
                    "difference": 1.0,
                },
                {"lr": 0.1, "betas": (0.965, 0.99), "p": 0.5, "eps": 1e-3, "update_period": 4},
                problem=NO_ZEROS,
            ),
        ),
    ),
    Row(
        Prodigy,
        (
            Case(PRODIGY),
            Case(PRODIGY, {"d0": 1e-3, "betas": (0.8, 0.9), "weight_decay": 0.1, "eps": 1e-4, "d_coef": 2.0}),
            Case(
                PRODIGY,
                {
                    "d0": 1e-2,
                    "use_bias_correction": True,
                    "safeguard_warmup": True,
                    "beta3": 0.8,
                    "growth_rate": 1.1,
                },
            ),
            optax_case("prodigy", {"lr": 1.0, "use_bias_correction": True}, {}),
            optax_case(
                "prodigy",
                {"lr": 0.5, "use_bias_correction": True, "weight_decay": 0.01, "d0": 1e-3},
                {"weight_decay": 0.01, "estim_lr0": 1e-3},
            ),
        ),
        samples={"growth_rate": [1.5, 2.0, float("inf")], "beta3": [0.9, 0.8, 0.7], "d0": [1e-2, 1e-3, 1e-6]},
    ),
    Row(
        ScheduleFreeSGD,
        (
            pair(FREE_SGD, {"lr": 0.1}),
            pair(FREE_SGD, {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.1, "r": 1.0}),
        ),
        samples={"momentum": [0.9, 0.8, 0.5]},
    ),
    Row(
        ScheduleFreeSGD,
        (pair(FREE_SGD_X, {"lr": 0.1, "momentum": 0.7}),),
        name="ScheduleFreeSGD-average",
        read=averages,
        samples={"momentum": [0.9, 0.8, 0.5]},
    ),
    Row(
        ScheduleFreeAdamW,
        (
            pair(FREE_ADAMW, {"lr": 0.05}),
            pair(FREE_ADAMW, {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1, "r": 0.5}),
        ),
    ),
    Row(
        ScheduleFreeAdamW,
        (pair(FREE_ADAMW_X, {"lr": 0.05, "betas": (0.8, 0.99)}),),
        name="ScheduleFreeAdamW-average",
        read=averages,
    ),
    Row(
        sam_sgd,
        (
            pair(torch_sam("SGD"), {"lr": 0.1, "rho": 0.5}),
            pair(torch_sam("SGD"), {"lr": 0.05, "momentum": 0.9, "rho": 0.1, "adaptive": True}),
        ),
        optimizer="SAM",
        name="SAM-SGD",
    ),
    Row(sam_adamw, (pair(torch_sam("AdamW"), {"lr": 0.05}),), optimizer="SAM", name="SAM-AdamW"),
    Row(
        lookahead_sgd,
        (pair(torch_lookahead("SGD"), {"lr": 0.1, "momentum": 0.9, "k": 5, "alpha": 0.5}),),
        optimizer="Lookahead",
        name="Lookahead-SGD",
    ),
    Row(
        lookahead_adamw,
        (pair(torch_lookahead("AdamW"), {"lr": 0.05, "k": 3, "alpha": 0.8}),),
        optimizer="Lookahead",
        name="Lookahead-AdamW",
    ),
]
