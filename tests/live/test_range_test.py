"""The range test, against runs made by hand and the stored losses of constant rates."""

import math

import numpy as np
import pytest

from optimlab import data, nn, results
from optimlab.live import range_test
from optimlab.live.range_test import (
    GOOD,
    NONE,
    PROBLEMS,
    costs,
    final,
    near,
    rules,
    simulate,
    smoothed,
    stored,
    view,
)


def test_the_test_is_sgd_with_a_rate_that_rises():
    x, y = data.digits().train
    net, rng, seen = nn.MLP(64, 32, 10, rng=3), np.random.default_rng(3), []
    for lr in np.geomspace(1e-5, 10, 400)[:60]:
        rows = rng.integers(0, len(x), size=64)
        seen.append(float(net.loss(x[rows], y[rows])))
        net.params -= lr * net.grads
    run = range_test.simulate("digits", steps=60, seed=3)
    np.testing.assert_allclose(run["losses"], seen, rtol=1e-6)
    assert not run["done"] and list(run["candidates"]) == ["yours"]


def test_it_stops_at_four_times_the_first_loss():
    run = range_test.simulate("clusters, 5 % wrong")
    assert run["done"] and run["stopped"] and 300 < len(run["losses"]) < 400
    assert run["losses"].max() <= 4 * run["losses"][0]
    assert not range_test.simulate("clusters")["stopped"]


def test_the_three_rules_on_a_curve_that_is_known():
    """Loss 1 − tanh falls fastest at log rate −3, is lowest where the rise begins, and ends at 1."""
    logs = np.linspace(-8, 0, 401)
    curve = 2 - np.tanh(logs + 3) + np.where(logs > -1, 5 * (logs + 1) ** 2, 0)
    found = rules(np.exp(logs), curve)
    assert math.log(found["steepest"]) == pytest.approx(-3, abs=0.03)
    assert math.log(10 * found["lowest / 10"]) == pytest.approx(logs[curve.argmin()], abs=1e-9)
    assert found["last stable / 3"] == pytest.approx(1 / 3)


def test_smoothing_is_exercise_09_5():
    from optimlab.exercises.lesson_09 import smooth_losses

    values = np.random.default_rng(0).normal(size=50)
    np.testing.assert_allclose(smoothed(values, 0.9), smooth_losses.reference(values, 0.9), rtol=1e-12)


@pytest.mark.parametrize(
    ("problem", "best"), [("clusters", 1.78), ("clusters, 5 % wrong", 1.0), ("digits", 1.0)]
)
def test_the_best_rates(problem, best):
    assert range_test.simulate(problem, steps=1)["best"] == pytest.approx(best, rel=0.01)


def test_one_stored_loss_can_be_had_again():
    x, y = data.clusters().train
    net, rng = nn.MLP(64, 32, 10, rng=2), np.random.default_rng(2)
    for _ in range(300):
        rows = rng.integers(0, len(x), size=64)
        net.loss(x[rows], y[rows])
        net.params -= 0.1 * net.grads
    kept = results.load("09_final_loss")
    row = [f"{lr:.3g}" for lr in kept["rates"]].index("0.1")
    assert kept["losses"]["clusters"][row][2] == pytest.approx(float(net.evaluate(x, y)), rel=0.02)


def test_steepest_is_far_too_small_on_the_clusters_and_right_on_the_digits():
    found = dict(zip(PROBLEMS, zip(*costs().values(), strict=True), strict=True))
    steepest, tenth, third = found["clusters"]
    assert steepest > 20 and tenth < GOOD and third > GOOD
    assert found["digits"][0] < GOOD < found["digits"][1]
    assert all(max(each) > GOOD for each in costs().values())


def test_between_the_stored_rates_the_loss_lies_on_a_line_of_the_logarithms():
    grid, finals = np.array([0.1, 1.0, 10.0]), np.array([1.0, 0.01, np.inf])
    assert final(0.1**0.5, grid, finals) == pytest.approx(0.1)
    assert final(1e-4, grid, finals) == 1.0 and final(3.0, grid, finals) == math.inf
    assert near("digits", float(stored("digits")[0][stored("digits")[1].argmin()])) == pytest.approx(1)


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {"mark": 0.01}, None, False),
        (1, {"mark": 0.08}, None, False),
        (1, {"mark": 1.5}, None, True),
        (1, {"mark": 8.0}, None, False),
        (1, {"mark": 1.5, "problem": "digits"}, None, False),
        (2, {"mark": 0.08, "problem": "digits"}, None, False),
        (2, {"mark": 0.7, "problem": "digits"}, None, True),
        (2, {"mark": 3.0, "problem": "digits"}, None, False),
        (3, {}, "steepest", False),
        (3, {}, "lowest / 10", False),
        (3, {}, "last stable / 3", False),
        (3, {}, NONE, True),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = range_test.tasks[task - 1].check({**range_test.defaults(), **values}, answer)
    assert verdict is solved, text
    assert text.endswith((".", "?")) and len(text) > 10


def test_a_mark_left_of_the_stored_rates_says_that_it_is_worse_yet():
    values = {**range_test.defaults(), "mark": 1e-3}
    frame = view(values, simulate(mark=1e-3))
    assert "over 1373 times the lowest loss" in frame.readout and "over" in frame.pictures["final"].title
    assert "over" not in view({**values, "mark": 0.01}, simulate(mark=0.01)).readout


def test_the_reason():
    right = [choice for choice in range_test.why.choices if range_test.why.check({}, choice)[0]]
    assert right == ["By then most of the loss is gone, so it cannot fall steeply any more"]
