"""Initialisers beside the formulas of their papers."""

import math

import numpy as np
import pytest

from optimlab import nn
from optimlab.nn import init

# fan_in = 30 * 4 = 120, fan_out = 40 * 4 = 160.
SHAPE = (40, 30, 2, 2)
STANDARD_DEVIATIONS = {
    "default": 1 / math.sqrt(3 * 120),
    "glorot_uniform": math.sqrt(2 / 280),
    "glorot_normal": math.sqrt(2 / 280),
    "he_uniform": math.sqrt(2 / 120),
    "he_normal": math.sqrt(2 / 120),
}


@pytest.mark.parametrize("name, sigma", STANDARD_DEVIATIONS.items())
def test_mean_and_standard_deviation(name, sigma):
    draws = init.named(name)(SHAPE, np.random.default_rng(0))
    n = draws.size
    assert draws.shape == SHAPE
    # Five standard errors of a mean, and of a standard deviation (at most that of the normal, 1 / sqrt(2 n)).
    assert abs(draws.mean()) < 5 * sigma / math.sqrt(n)
    assert abs(draws.std() / sigma - 1) < 5 / math.sqrt(2 * n)
    if name == "default" or "uniform" in name:
        assert 0.99 < np.abs(draws).max() / (math.sqrt(3) * sigma) <= 1


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (6, 2, 3), (1, 1)])
def test_orthogonal(shape):
    matrix = init.orthogonal(shape, np.random.default_rng(0), gain=2).reshape(shape[0], -1)
    small = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    assert np.allclose(small, 4 * np.eye(len(small)), atol=1e-12)


def test_orthogonal_matrices_have_no_preferred_sign():
    rng = np.random.default_rng(0)
    corner = np.array([init.orthogonal((3, 3), rng)[0, 0] for _ in range(1000)])
    # Of 1000 fair signs, the share of positive ones has standard deviation 0.016.
    assert abs((corner > 0).mean() - 0.5) < 5 * 0.016


@pytest.mark.parametrize("make", [
    lambda init: nn.Linear(30, 20, init=init, rng=0), lambda init: nn.Conv2d(3, 20, 3, init=init, rng=0),
    lambda init: nn.Conv1d(3, 20, 3, init=init, rng=0), lambda init: nn.GRU(3, 4, init=init, rng=0),
])  # fmt: skip
def test_layers_take_an_initialiser_by_name_or_as_a_function(make):
    for name in init.NAMED:
        layer = make(name)
        biases = [view for key, view in layer.views.items() if "bias" in key]
        assert biases and all((view == 0).all() for view in biases) == (name != "default")
        assert all(np.abs(view).max() > 0 for key, view in layer.views.items() if "weight" in key)
    assert all((view == 3).all() for key, view in make(lambda shape, rng: np.full(shape, 3.0)).views.items()
               if "weight" in key)  # fmt: skip


def test_defaults_are_pytorchs():
    for layer, bound in ((nn.Linear(49, 60, rng=0), 1 / 7), (nn.Conv2d(4, 50, 3, rng=0), 1 / 6),
                         (nn.LSTM(3, 64, rng=0), 1 / 8)):  # fmt: skip
        for view in layer.views.values():
            assert 0.8 * bound < np.abs(view).max() <= bound * (1 + 1e-6)
    assert nn.Embedding(100, 50, rng=0).weight.std() == pytest.approx(1, abs=0.05)
