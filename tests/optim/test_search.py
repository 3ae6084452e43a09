"""Hypothesis searches settings, shapes and scales for a difference from PyTorch, where that is installed."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import references_required

import optimlab.optim as optim

share = st.floats(0, 0.999)
unit = st.floats(0, 1)
small = st.floats(1e-10, 1e-2)
betas = st.tuples(share, share)
flag = st.booleans()
SETTINGS = {
    "SGD": {"lr": unit, "momentum": share, "dampening": unit, "weight_decay": unit},
    "ASGD": {"lr": unit, "lambd": unit, "alpha": unit, "t0": st.integers(0, 9), "weight_decay": unit},
    "Rprop": {"lr": unit, "etas": st.tuples(st.floats(0.01, 0.99), st.floats(1.01, 3))},
    "Adagrad": {"lr": unit, "lr_decay": unit, "eps": small, "initial_accumulator_value": unit},
    "RMSprop": {"lr": unit, "alpha": share, "eps": small, "weight_decay": unit, "momentum": share},
    "Adadelta": {"lr": unit, "rho": share, "eps": small, "weight_decay": unit},
    "Adam": {"lr": unit, "betas": betas, "eps": small, "weight_decay": unit, "amsgrad": flag},
    "Adamax": {"lr": unit, "betas": betas, "eps": small, "weight_decay": unit},
    "NAdam": {
        "lr": unit,
        "betas": betas,
        "eps": small,
        "momentum_decay": unit,
        "decoupled_weight_decay": flag,
    },
    "RAdam": {"lr": unit, "betas": betas, "eps": small, "weight_decay": unit, "decoupled_weight_decay": flag},
    "AdamW": {"lr": unit, "betas": betas, "eps": small, "weight_decay": unit, "amsgrad": flag},
}
SHAPES = [(), (1,), (3,), (2, 3), (2, 1, 2), (0,), (5, 0), (4, 4)]


@pytest.mark.parametrize("name", SETTINGS)
@settings(max_examples=30, deadline=None, derandomize=True)
@given(data=st.data())
def test_no_setting_tells_us_from_pytorch(name, data):
    if importlib.util.find_spec("torch") is None:
        assert not references_required(), "OPTIMLAB_REQUIRE_REFERENCES is set and torch is not installed"
        pytest.skip("torch is not installed")
    import torch

    chosen = data.draw(st.fixed_dictionaries(SETTINGS[name]))
    shapes = data.draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    scale = 10.0 ** data.draw(st.integers(-6, 6))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    start = [np.array(rng.uniform(-1, 1, shape)) for shape in shapes]
    ours = getattr(optim, name)([p.copy() for p in start], **chosen)
    theirs = [torch.nn.Parameter(torch.from_numpy(p.copy())) for p in start]
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        reference = getattr(torch.optim, name)(theirs, **chosen)
        for _ in range(data.draw(st.integers(1, 12))):
            draws = [scale * rng.uniform(-1, 1, shape) * rng.choice([0, 1, 1, 1], shape) for shape in shapes]
            grads = [np.asarray(g) for g in draws]
            ours.step(grads)
            for p, g in zip(theirs, grads, strict=True):
                p.grad = torch.from_numpy(g.copy())
            reference.step()
    finally:
        torch.set_default_dtype(before)
    for p, q in zip(ours.params, theirs, strict=True):
        size = max(1.0, np.max(np.abs(p), initial=0))
        np.testing.assert_allclose(p, q.detach().numpy(), rtol=0, atol=1e-12 * size)
