"""The ladder of rho and T, against powers and the library's own recurrent layers."""

import numpy as np
import pytest

from optimlab import nn
from optimlab.live import rho_ladder
from optimlab.live.rho_ladder import tanh_network


@pytest.mark.parametrize(
    ("rho", "T", "left"), [(0.9, 50, 0.00515378), (1.1, 50, 117.391), (1.1, 100, 13780.6)]
)
def test_the_numbers_of_the_lesson(rho, T, left):
    assert rho_ladder.simulate(rho=rho, T=T)["linear"][-1] == pytest.approx(left, rel=1e-5)


@pytest.mark.parametrize("rho", [0.5, 0.9, 1.1, 1.5])
def test_without_inputs_the_network_is_linear(rho):
    lengths, slope = tanh_network(rho, 60, 0.0, seed=3)
    np.testing.assert_allclose(lengths, rho ** np.arange(61), rtol=1e-12)
    assert slope == 1


def test_with_inputs_it_stays_below_the_power():
    run = rho_ladder.simulate(rho=1.1, T=80, drive=0.2)
    assert (run["network"][1:] < run["linear"][1:]).all() and run["slope"] < 1


def test_the_networks_gradient_is_that_of_the_librarys_layer():
    """The same weights and inputs through nn.RNN: the gradient of the first state, by its backward."""
    rho, T, drive, seed = 1.2, 12, 0.7, 5
    rng = np.random.default_rng(seed)
    Wh = rho * np.linalg.qr(rng.normal(size=(16, 16)))[0]
    x = drive * rng.normal(size=(T, 16))
    last = rng.normal(size=16)
    layer = nn.RNN(16, 16, batch_first=True, dtype=np.float64)
    for name, view in layer.views.items():
        view[...] = np.eye(16) if "weight_ih" in name else Wh.T if "weight_hh" in name else 0
    layer.forward(x[None], np.zeros((1, 1, 16)))
    _, dh0 = layer.backward(None, (last / np.linalg.norm(last))[None, None])
    lengths, _ = tanh_network(rho, T, drive, seed)
    assert np.linalg.norm(dh0) == pytest.approx(lengths[-1], rel=1e-9)


def test_the_window_leaves_a_tenth_to_ten():
    low, high = rho_ladder.simulate(T=50)["window"]
    assert low**50 == pytest.approx(0.1) and high**50 == pytest.approx(10)


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {"rho": 0.986}, None, True),
        (1, {"rho": 0.99}, None, False),
        (1, {"rho": 0.986, "T": 20}, None, False),
        (2, {}, 13780, True),
        (2, {}, 235, False),
        (2, {}, 5000, False),
        (3, {}, 66, True),
        (3, {}, 65, False),
        (3, {}, 80, False),
        (4, {"T": 100, "forget": 0.977}, None, True),
        (4, {"T": 100, "forget": 0.95}, None, False),
        (4, {"T": 50, "forget": 0.977}, None, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = rho_ladder.tasks[task - 1].check({**rho_ladder.defaults(), **values}, answer)
    assert verdict is solved
    assert len(text) > 10


def test_before_the_guess_nothing_is_shown():
    frame = rho_ladder.first_look(rho_ladder.defaults())
    assert all(picture.marks == [] for picture in frame.pictures.values())
