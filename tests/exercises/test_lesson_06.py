"""Lesson 06: arguments for mutants, right answers in another style, and what the references are true to."""

import math

import numpy as np
import pytest

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the exercise's docstring promises."""
    w = rng.normal(size=rng.integers(1, 5))
    grad = rng.normal(size=w.shape) * rng.integers(0, 2, size=w.shape)
    first, second = (rng.uniform(0, 3, size=w.shape) * rng.integers(0, 2) for _ in range(2))
    alpha, eps = rng.uniform(0.05, 0.99), float(rng.choice([1e-8, 0.1, 0.5]))
    if id == "06.1":
        return w, grad, first, rng.uniform(0.01, 0.5), alpha, eps
    if id == "06.2":
        return (alpha,)
    if id == "06.3":
        return w, grad, first, second, alpha, eps
    raise KeyError(id)


def towards_the_square(w, grad, cache, lr, alpha, eps):
    cache = cache + (1 - alpha) * (grad * grad - cache)
    return w - grad * (lr / (cache**0.5 + eps)), cache


def in_copies(w, grad, cache, lr, alpha, eps):
    cache = cache.astype(float)
    cache *= alpha
    cache += (1 - alpha) * np.square(grad)
    denominator = np.sqrt(cache)
    denominator += eps
    return np.subtract(w, lr * grad / denominator), cache


def base_two(alpha):
    return -1 / math.log2(alpha)


def by_change_of_base(alpha):
    return math.log(0.5, alpha)


def root_of_the_quotient(w, grad, sq_avg, delta_avg, rho, eps):
    sq = (1 - rho) * grad**2 + rho * sq_avg
    step = grad * ((delta_avg + eps) / (sq + eps)) ** 0.5
    return w - step, sq, delta_avg + (1 - rho) * (step * step - delta_avg)


@pytest.mark.parametrize(
    "id, answer",
    [
        ("06.1", towards_the_square),
        ("06.1", in_copies),
        ("06.2", base_two),
        ("06.2", by_change_of_base),
        ("06.3", root_of_the_quotient),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_other_styles_pass(id, answer):
    assert check(id, answer).status == "passed", check(id, answer).text


@pytest.mark.parametrize("alpha, times", [(0.9, 3.1623), (0.99, 10.0)])
def test_the_first_step_is_lr_over_root_of_one_minus_alpha(alpha, times):
    grad, zero = np.array([1.0, -1e3, 1e-3]), np.zeros(3)
    w, _ = REGISTRY["06.1"].reference(zero, grad, zero, 0.1, alpha, 1e-12)
    np.testing.assert_allclose(w, 0.1 * times * np.array([-1, 1, -1]), rtol=1e-4)


def test_a_tiny_gradient_tells_where_eps_stands():
    """A gradient of 1e-6 for ever, eps 1e-8: 0.99 lr outside the root, 0.01 lr inside."""
    inside = REGISTRY["06.1"].conventions[0].answer
    for step, expected in ((REGISTRY["06.1"].reference, 0.99), (inside, 0.01)):
        w, cache = np.zeros(1), np.full(1, 1e-12)
        new, _ = step(w, np.array([1e-6]), cache, 1.0, 0.9, 1e-8)
        assert abs(w - new)[0] == pytest.approx(expected, rel=0.01)


def test_memory_by_counting_weights():
    """At alpha = 2 ** (-1 / n) the weight has halved after n steps, by multiplying."""
    for n in (1, 2, 7, 100):
        alpha, weight = 0.5 ** (1 / n), 1.0
        for _ in range(n):
            weight *= alpha
        assert weight == pytest.approx(0.5)
        assert REGISTRY["06.2"].reference(alpha) == pytest.approx(n)


def test_adadelta_does_not_notice_the_units_of_the_gradient():
    rng = np.random.default_rng(1)
    grads = rng.normal(size=(20, 3))
    ends = []
    for scale in (1.0, 1e3):
        w, sq, delta = np.zeros(3), np.zeros(3), np.zeros(3)
        for grad in grads:
            w, sq, delta = REGISTRY["06.3"].reference(w, scale * grad, sq, delta, 0.9, 1e-12)
        ends.append(w)
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-6)
