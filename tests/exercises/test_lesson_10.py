"""Lesson 10: the references against theory, right answers in other styles, arguments for the mutants."""

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    shape = ((3,), (2, 2), ())[rng.integers(3)]
    a, b, c = (rng.normal(size=shape) for _ in range(3))
    if id == "10.1":
        return a, b, rng.choice([0.0, 0.5, 0.9])
    if id == "10.2":
        n = int(rng.integers(0, 4))
        return (a if n else np.zeros(shape)), b, n
    if id == "10.3":
        return a, b, c, int(rng.integers(1, 6)), rng.uniform(0.01, 1)
    raise KeyError(id)


def reference(id):
    return REGISTRY[id].reference


def test_a_fading_average_halves_the_past():
    avg = np.ones(2)
    for _ in range(69):
        avg = reference("10.1")(avg, np.zeros(2), 0.99)
    assert 0.495 < avg[0] < 0.505 and avg[0] == pytest.approx(0.99**69)


def test_averaging_cuts_the_variance_of_the_noise_floor():
    """x^2/2, unit noise, lr 0.4: iterates are AR(1) with a = 0.6; their EMA has (1-d)/(1+d) (1+ad)/(1-ad) of
    the variance, 1/50.7 at decay 0.99."""
    lr, d, a, rng = 0.4, 0.99, 0.6, np.random.default_rng(1)
    x, avg = np.zeros(1000), np.zeros(1000)
    for _ in range(1500):
        x = x - lr * (x + rng.normal(size=1000))
        avg = reference("10.1")(avg, x, d)
    theory = (1 + d) / (1 - d) * (1 - a * d) / (1 + a * d)
    assert theory == pytest.approx(50.7, abs=0.05)
    assert np.var(x) / np.var(avg) == pytest.approx(theory, rel=0.2)


def test_the_running_mean_is_the_mean():
    weights = np.random.default_rng(2).normal(size=(9, 3))
    avg = np.zeros(3)
    for n, w in enumerate(weights):
        avg = reference("10.2")(avg, w, n)
        np.testing.assert_allclose(avg, weights[: n + 1].mean(axis=0), rtol=1e-12, atol=1e-15)


def test_schedule_free_averages_its_z():
    rng, z = np.random.default_rng(3), np.ones(4)
    x, seen = z, []
    for t in range(1, 12):
        z, x = reference("10.3")(z, x, rng.normal(size=4), t, 0.2)
        seen.append(z)
        np.testing.assert_allclose(x, np.mean(seen, axis=0), rtol=1e-12, atol=1e-15)


RIGHT, right = collector()


@right("10.1")
def by_the_distance(avg, w, decay):
    return avg + (1 - decay) * (w - avg)


@right("10.1")
def by_np_average(avg, w, decay):
    return np.average(np.stack([avg, w]), axis=0, weights=[decay, 1 - decay]).astype(np.result_type(avg, 1.0))


@right("10.1")
def in_place_on_a_copy(avg, w, decay):
    new = np.array(avg, dtype=np.result_type(avg, np.float32 if avg.dtype == np.float32 else float))
    new *= decay
    new += (1 - decay) * w
    return new


@right("10.2")
def by_the_sum(avg, w, n):
    return (n * avg + w) / (n + 1)


@right("10.2")
def as_a_fading_average(avg, w, n):
    decay = n / (n + 1)
    return decay * avg + (1 - decay) * w


@right("10.2")
def with_a_case_for_the_first(avg, w, n):
    return w.copy() if n == 0 else avg * n / (n + 1) + w / (n + 1)


@right("10.3")
def by_the_distance_to_z(z, x, grad, t, lr):
    z = z - lr * grad
    return z, x + (z - x) / t


@right("10.3")
def by_the_sum_of_all(z, x, grad, t, lr):
    new = np.subtract(z, lr * grad)
    return [new, ((t - 1) * x + new) / t]


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text


def test_the_share_that_the_paper_prints_passes_with_its_name():
    def printed(z, x, grad, t, lr):
        z = z - lr * grad
        c = 1 / (t + 1)
        return z, x + c * (z - x)

    verdict = check("10.3", printed)
    first = "10.3 passed with another convention: the share of the new z is 1 / (t + 1)\n"
    assert verdict.text.startswith(first)
