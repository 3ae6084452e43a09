"""The cliff at 2/λ, against the closed form x_k = (1 − lr λ)^k x_0."""

import math

import numpy as np
import pytest

from optimlab import SGD, descend, landscapes
from optimlab.live import cliff


@pytest.mark.parametrize("lr", [0.001, 0.05, 0.1, 2 / 11, 0.199, 0.2, 0.21, 0.3])
@pytest.mark.parametrize("lambda2", [1.0, 10.0, 37.5])
def test_the_run_is_the_closed_form(lr, lambda2):
    run = cliff.simulate(lr=lr, lambda2=lambda2, steps=60, x1=1.3, x2=-0.7)
    factors = np.array([1 - lr, 1 - lr * lambda2])
    expected = np.array([1.3, -0.7]) * factors ** np.arange(61)[:, None]
    seen = np.isfinite(run["params"]).all(axis=1)
    assert seen.sum() == (61 if run["diverged_at"] is None else run["diverged_at"] + 1)
    np.testing.assert_allclose(run["params"][seen], expected[seen], rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(run["factors"], factors, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("lr", "distance"), [(0.199, 0.99**100), (0.2, 1.0), (0.201, 1.01**100), (0.21, 1.1**100)]
)
def test_what_there_is_to_discover(lr, distance):
    after = cliff.simulate(lr=lr, steps=100)["distance"][-1]
    assert after == pytest.approx(distance, rel=1e-8)
    assert f"{after:.2g}" == {0.199: "0.37", 0.2: "1", 0.201: "2.7", 0.21: "1.4e+04"}[lr]


def test_at_the_cliff_the_size_is_kept_exactly():
    run = cliff.simulate(lr=0.2, steps=200, x1=0.0)
    assert (np.abs(run["params"][:, 1]) == 1.0).all()
    assert run["regime"] == "neutral"


def test_the_best_lr_treats_both_axes_alike():
    run = cliff.simulate(lr=2 / 11)
    assert run["factors"] == pytest.approx([9 / 11, -9 / 11])
    rates = [cliff.simulate(lr=lr, lambda2=10.0)["rate"] for lr in np.linspace(0.01, 0.2, 400)]
    assert run["rate"] <= min(rates)


@pytest.mark.parametrize(
    ("lr", "word"),
    [(0.05, "monotone"), (0.1, "monotone"), (0.15, "alternating"), (0.2, "neutral"), (0.25, "divergent")],
)
def test_regimes(lr, word):
    assert cliff.simulate(lr=lr)["regime"] == word


@pytest.mark.parametrize("lr", [0.01, 0.05, 2 / 11, 0.19, 0.201, 0.21])
def test_half_life_by_formula_and_counted(lr):
    run = cliff.simulate(lr=lr, steps=200)
    rate = max(abs(1 - lr), abs(1 - 10 * lr))
    assert run["half_life"] == pytest.approx(math.log(0.5) / math.log(rate))
    assert run["counted"] == math.ceil(abs(run["half_life"]))


def test_the_half_life_of_the_axis_that_moves():
    run = cliff.simulate(lr=0.15, x1=0.0)
    assert run["rate"] == pytest.approx(0.5)
    assert run["half_life"] == pytest.approx(1.0)


def test_divergence_is_the_librarys():
    run = cliff.simulate(lr=0.3, steps=200)
    history = descend(landscapes.Quadratic((1, 10)), SGD(np.array([1.0, 1.0]), lr=0.3), 200)
    assert run["diverged_at"] == history.diverged_at
    np.testing.assert_array_equal(run["params"], history.params)


def test_divergence_is_said_and_shown():
    values = {**cliff.defaults(), "lr": 0.3, "steps": 200}
    marks = cliff.frame(values).pictures["curve"].marks
    step = cliff.simulate(**values)["diverged_at"]
    assert f"diverged at step {step}" in [getattr(mark, "text", "") for mark in marks]
    assert any(type(mark).__name__ == "Arrow" for mark in marks)


def test_the_readout_says_how_it_grows():
    assert cliff.frame({**cliff.defaults(), "lr": 0.201}).readout == (
        "lr 0.201 is above 2/λ₂ = 0.2: the error on the steep axis doubles every 69.7 steps."
    )
    assert math.log(2) / math.log(1.01) == pytest.approx(69.66, abs=0.01)


def test_the_thresholds_are_drawn_where_they_are():
    frame = cliff.frame({**cliff.defaults(), "lambda2": 25.0})
    rules = [mark.x for mark in frame.pictures["line"].marks if type(mark).__name__ == "Rule"]
    assert rules == pytest.approx([1 / 25, 2 / 26, 2 / 25])


def test_before_the_guess_no_threshold_and_no_run_is_shown():
    frame = cliff.first_look(cliff.defaults())
    kinds = {type(mark).__name__ for picture in frame.pictures.values() for mark in picture.marks}
    assert "Rule" not in kinds and "Text" not in kinds
    path = [mark for mark in frame.pictures["plane"].marks if getattr(mark, "marker", "") in ("o", "s")]
    assert sum(len(mark.x) for mark in path) == 1
    assert frame.numbers == []


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {}, 0.2, True),
        (1, {}, 0.1999, True),
        (1, {}, 0.19, False),
        (1, {}, 0.201, False),
        (1, {}, -1, False),
        (2, {"lr": 0.182}, None, True),
        (2, {"lr": 0.1818 * 1.02}, None, False),
        (2, {"lr": 0.1}, None, False),
        (2, {"lr": 0.1, "lambda2": 1.0}, None, False),
        (3, {"lr": 0.2}, None, True),
        (3, {"lr": 0.1, "lambda2": 20.0}, None, True),
        (3, {"lr": 0.199}, None, False),
        (3, {"lr": 0.201}, None, False),
        (4, {}, 0.1, True),
        (4, {}, 0.2, False),
        (4, {}, 0.4, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = cliff.tasks[task - 1].check({**cliff.defaults(), **values}, answer)
    assert verdict is solved
    assert text.endswith((".", "!")) and len(text) > 10


def test_the_reason():
    right = [choice for choice in cliff.why.choices if cliff.why.check({}, choice)[0]]
    assert right == ["Above 0.2 a step overshoots to more than the distance it came from"]
