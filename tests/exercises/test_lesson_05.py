"""Lesson 05: arguments for mutants, right answers in another style, and what the references are true to."""

import numpy as np
import pytest

from optimlab import SGD
from optimlab.exercises import REGISTRY, check
from optimlab.exercises.lesson_05 import adagrad_steps, what_it_does


def random_arguments(id, rng):
    """Arguments of the kind that the exercise's docstring promises."""
    lr, eps = rng.uniform(0.01, 0.5), float(rng.choice([1e-8, 0.1, 0.5]))
    if id == "05.1":
        w = rng.normal(size=rng.integers(1, 5))
        grad = rng.normal(size=w.shape) * rng.integers(0, 2, size=w.shape)
        return w, grad, rng.uniform(0, 3, size=w.shape) * rng.integers(0, 2), lr, eps
    if id == "05.2":
        return rng.normal(size=(rng.integers(1, 5), rng.integers(1, 4))), lr, eps
    raise KeyError(id)


def loops(w, grad, cache, lr, eps):
    new_w, new_cache = np.zeros(w.shape, grad.dtype), np.zeros(w.shape, grad.dtype)
    for i in np.ndindex(w.shape):
        new_cache[i] = cache[i] + grad[i] * grad[i]
        new_w[i] = w[i] - lr / (new_cache[i] ** 0.5 + eps) * grad[i]
    return new_w, new_cache


def by_copies(w, grad, cache, lr, eps):
    w, cache = np.array(w, float), np.array(cache, float)
    cache += np.square(grad)
    w -= np.divide(lr * grad, np.sqrt(cache) + eps)
    return [w, cache]


def row_by_row(grads, lr, eps):
    rates, total = np.zeros(grads.shape), np.zeros(grads.shape[1])
    for t in range(len(grads)):
        total = total + grads[t] * grads[t]
        rates[t] = lr / (total**0.5 + eps)
    return rates


def by_a_triangle(grads, lr, eps):
    return lr / ((np.tri(len(grads)) @ np.abs(grads) ** 2) ** 0.5 + eps)


@pytest.mark.parametrize(
    "id, answer",
    [("05.1", loops), ("05.1", by_copies), ("05.2", row_by_row), ("05.2", by_a_triangle)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_other_styles_pass(id, answer):
    assert check(id, answer).status == "passed", check(id, answer).text


def test_the_rates_are_those_of_the_step():
    """One step of 05.1 moves w by the rate of 05.2 times the gradient."""
    rng = np.random.default_rng(3)
    grads, w, cache = rng.normal(size=(6, 3)), np.zeros(3), np.zeros(3)
    rates = REGISTRY["05.2"].reference(grads, 0.3, 0.01)
    for grad, rate in zip(grads, rates, strict=True):
        new, cache = REGISTRY["05.1"].reference(w, grad, cache, 0.3, 0.01)
        np.testing.assert_allclose(w - new, rate * grad, rtol=1e-12)
        w = new


def test_equal_gradients_give_steps_of_one_over_root_t():
    w, cache = np.zeros(2), np.zeros(2)
    for t in range(1, 30):
        new, cache = REGISTRY["05.1"].reference(w, np.array([1e-3, -50.0]), cache, 0.1, 1e-14)
        np.testing.assert_allclose(new - w, [-0.1 / t**0.5, 0.1 / t**0.5], rtol=1e-9)
        w = new


def rotation(degrees):
    a = np.deg2rad(degrees)
    return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])


@pytest.mark.parametrize("degrees", [5, 10, 30, 45, 60, 80, -45, 135, 225, np.rad2deg(45)])
def test_every_turn_that_breaks_adagrad_passes(degrees):
    verdict = check("05.3", (["adagrad"], rotation(degrees)))
    assert verdict.status == "passed", verdict.text


def test_the_prediction_may_be_written_in_several_ways():
    for methods in ("adagrad", " Adagrad ", ("adagrad",), ["adagrad", "adagrad"], np.array(["adagrad"])):
        assert check("05.3", (methods, rotation(45))).status == "passed"
    assert check("05.3", (["adagrad"], [[0.707, -0.707], [0.707, 0.707]])).status == "passed"


@pytest.mark.parametrize(
    "answer, mistake",
    [
        ((["adagrad"], rotation(180)), "ROT-NONE"),
        ((["adagrad"], [[1, 0], [0, -1]]), "ROT-NONE"),
        ((["adagrad"], [[0, 1], [1, 0]]), "ROT-QUARTER"),
        ((["adagrad"], rotation(0.5)), "ROT-SMALL"),
        ((["adagrad"], 3 * rotation(45)), "ROT-SCALED"),
        ((["adagrad"], [[0.8, 0.6], [0.6, 0.8]]), "ROT-SHEAR"),
        ((["adagrad"], 0.5), "ROT-ANGLE"),
        ((["adagrad"], [0.6, 0.8]), "ROT-VECTOR"),
        ((["gd"], np.eye(2)), "ROT-REVERSED"),
    ],
)
def test_what_does_not_break_it_is_named(answer, mistake):
    verdict = check("05.3", answer)
    assert verdict.mistake == mistake, verdict.text


@pytest.mark.parametrize(
    "answer",
    [
        ("adagrad", rotation(45), 1),
        ("adagrad",),
        rotation(45),
        7,
        ("adagrad", "R"),
        ("adam", rotation(45)),
        (["adagrad"], np.full((2, 2), np.nan)),
        (["adagrad"], np.zeros((2, 2))),
        (["adagrad"], np.eye(3)),
        (None, None),
        ([1, 2], rotation(45)),
        (3, rotation(45)),
        (["adagrad"], 1j * rotation(45)),
    ],
    ids=str,
)
def test_other_answers_are_refused(answer):
    verdict = check("05.3", answer)
    assert not verdict.passed and "our fault" not in verdict.text, verdict.text


def test_gradient_descent_and_momentum_do_not_notice_a_turn():
    """What 05.3 calls right, by running it: turned start, turned valley, turned path."""
    h, R = np.array([1.0, 1000.0]), rotation(45)
    for momentum in (0.0, 0.9):
        straight, turned = np.array([1.0, -0.5]), R.T @ np.array([1.0, -0.5])
        one, other = SGD(straight, lr=1e-3, momentum=momentum), SGD(turned, lr=1e-3, momentum=momentum)
        for _ in range(50):
            one.step(h * straight)
            other.step(R.T @ (h * (R @ turned)))
            np.testing.assert_allclose(R @ turned, straight, rtol=1e-9, atol=1e-12)


def test_adagrad_notices():
    assert adagrad_steps(np.eye(2)) == adagrad_steps(rotation(90)) == 7
    assert 100 < adagrad_steps(rotation(1)) <= 300 < adagrad_steps(rotation(45))


def test_words_for_a_matrix():
    assert what_it_does(rotation(20)) == "it turns the axes"
    assert what_it_does(rotation(20) @ np.diag([1, -1])) == "it mirrors the axes"
    assert what_it_does(np.ones((2, 2))) == "it bends the right angle between the axes"
