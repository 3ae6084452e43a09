"""The rotated valley: paths against the library's optimizers, steps against closed forms."""

import math

import numpy as np
import pytest

from optimlab import SGD, Adagrad, Adam, descend, landscapes
from optimlab.live import rotated_valley
from optimlab.live.rotated_valley import ADAM, GUESSES, METHODS, best, line, turning_costs

MAKE = {
    "gradient descent": lambda x, lr: SGD(x, lr=lr),
    "momentum 0.9": lambda x, lr: SGD(x, lr=lr, momentum=0.9),
    "Adagrad": lambda x, lr: Adagrad(x, lr=lr),
    "Adam": lambda x, lr: Adam(x, lr=lr),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("degrees", "kappa"), [(0, "100"), (17, "10"), (45, "100")])
def test_the_path_is_the_librarys(method, degrees, kappa):
    run = rotated_valley.simulate(degrees=degrees, method=method, kappa=kappa, steps=50)
    valley = landscapes.Quadratic((1, float(kappa)), rotation=np.deg2rad(degrees))
    history = descend(valley, MAKE[method](np.array([1.0, 0.6]), run["lr"]), 1500)
    n = len(run["params"])
    np.testing.assert_allclose(run["params"], history.params[:n], rtol=1e-7, atol=1e-9)
    assert run["count"] == history.steps_to(1e-6)


@pytest.mark.parametrize("kappa", [10, 100, 1000])
def test_gradient_descent_does_not_notice_the_turn(kappa):
    steps = line("gradient descent", str(kappa))
    formula = math.log(1e-6) / math.log((kappa - 1) / (kappa + 1))
    np.testing.assert_allclose(steps, formula, rtol=0.04)


def test_momentum_does_not_notice_it_either():
    for kappa in ("10", "100", "1000"):
        steps = line("momentum 0.9", kappa)
        assert steps.max() / steps.min() < 1.02


def test_what_there_is_to_discover():
    adagrad, adam = line("Adagrad", "100"), line("Adam", "100")
    assert (adagrad[0], adagrad[-1]) == (5, 987) and (np.diff(adagrad) > 0).all()
    assert (adam[0], adam[-1]) == (230, 240)
    assert line("Adagrad", "1000")[-1] == 9910 and line("Adam", "1000")[-1] == 676
    one = line("Adam", "100", lr=0.0501187)
    assert (one[0], one[-1]) == (236, 1024)


def test_the_best_lr_of_the_nearest_measured_angle():
    assert best("Adagrad", "100", 44) == best("Adagrad", "100", 45) == (0.9333, 987)
    assert rotated_valley.simulate(degrees=45)["lr"] == 0.9333
    assert rotated_valley.simulate(degrees=45, tuned=False, lr=0.12)["lr"] == pytest.approx(0.1259, abs=1e-4)


def test_what_was_not_measured_is_said():
    values = {**rotated_valley.defaults(), "tuned": False, "lr": 0.001}
    assert np.isnan(rotated_valley.simulate(**values)["lines"]["Adagrad"]).all()
    assert "was measured from" in rotated_valley.frame(values).pictures["steps"].title


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {**ADAM, "lr": 0.05}, None, True),
        (1, {**ADAM, "lr": 1.0}, None, False),
        (1, {**ADAM, "lr": 0.05, "tuned": True}, None, False),
        (1, {**ADAM, "lr": 0.05, "method": "Adagrad"}, None, False),
        (2, {**ADAM, "lr": 0.5}, None, True),
        (2, {**ADAM, "lr": 0.05}, None, False),
        (3, {**ADAM, "degrees": 0, "lr": 1.0, "x1": 1.0, "x2": 1.0}, None, True),
        (3, {**ADAM, "degrees": 0, "lr": 1.0, "x1": 1.0, "x2": 0.6}, None, False),
        (3, {**ADAM, "degrees": 0, "lr": 1.0, "x1": 1.0, "x2": 1.0, "method": "Adagrad"}, None, True),
        (3, {**ADAM, "method": "gradient descent"}, None, False),
        (4, {}, 6908, True),
        (4, {}, 6730, True),
        (4, {}, 9910, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = rotated_valley.tasks[task - 1].check({**rotated_valley.defaults(), **values}, answer)
    assert verdict is solved
    assert len(text) > 10


def test_the_two_pictures_of_adam():
    assert turning_costs({**rotated_valley.defaults(), **ADAM, "lr": 0.05}) == pytest.approx(4.34, abs=0.01)
    assert turning_costs({**rotated_valley.defaults(), **ADAM, "lr": 0.5}) == pytest.approx(1.05, abs=0.01)


def adagrad_step(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


def test_a_learners_function_runs_beside_ours_and_is_remembered():
    run = rotated_valley.simulate(degrees=20, own=adagrad_step)
    assert run["own"]["count"] == pytest.approx(run["count"], abs=1) and run["own"]["trouble"] == ""
    runs = []
    values = {**rotated_valley.defaults(), "degrees": 20}
    rotated_valley.frame(values, {"own": adagrad_step}, runs, finished=True)
    assert [point[:3] for point in runs] == [("Adagrad", "100", 20), ("yours", "100", 20)]


def test_a_learners_function_that_fails_is_quoted():
    frame = rotated_valley.frame(rotated_valley.defaults(), {"own": lambda w, grad: 1 / 0})
    assert "stopped at step 1: ZeroDivisionError" in frame.readout
    assert "from this start Adagrad" in frame.readout


@pytest.mark.parametrize("guess", GUESSES)
def test_every_guess_is_answered(guess):
    assert "987" in rotated_valley.question.respond(guess)
