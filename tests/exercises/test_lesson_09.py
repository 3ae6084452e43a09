"""Lesson 09: the references against theory, right answers in other styles, arguments for the mutants."""

import math

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    lr, t = rng.uniform(0.01, 2), int(rng.integers(0, 15))
    warm = int(rng.integers(0, 4))
    decay_from = warm + int(rng.integers(0, 4))
    T = decay_from + int(rng.integers(1, 6))
    if id == "09.1":
        return lr, t, rng.choice([0.1, 0.5, 1.0]), int(rng.integers(1, 5))
    if id == "09.2":
        return lr, lr * rng.choice([0.0, 0.3, 1.0]), t, int(rng.integers(1, 9))
    if id == "09.3":
        return lr, t, warm, T
    if id == "09.4":
        return lr, lr * rng.uniform(1.1, 1000), int(rng.integers(2, 8))
    if id == "09.5":
        return rng.normal(size=rng.integers(0, 6)), rng.choice([0.0, 0.5, 0.9])
    if id == "09.6":
        return lr, t, warm, decay_from, T
    raise KeyError(id)


def reference(id):
    return REGISTRY[id].reference


def test_step_decay_by_counting():
    rate = 0.7
    for epoch in range(40):
        if epoch and epoch % 6 == 0:
            rate = rate * 0.3
        assert reference("09.1")(0.7, epoch, 0.3, 6) == pytest.approx(rate, rel=1e-12)


def test_the_cosine_is_symmetric_about_its_middle():
    rates = [reference("09.2")(0.5, 0.1, t, 20) for t in range(21)]
    np.testing.assert_allclose(np.array(rates) + rates[::-1], 0.6, rtol=1e-12)
    assert rates[0] == 0.5 and rates[-1] == 0.1 and np.all(np.diff(rates) < 0)


def test_warm_up_and_cosine_meet_without_a_jump():
    rates = np.array([reference("09.3")(1.0, t, 50, 500) for t in range(520)])
    assert np.argmax(rates) == 49 and np.max(np.abs(np.diff(rates))) < 0.0201
    assert rates[49] == rates[50] == 1 and np.all(rates[500:] == 0)
    assert rates.sum() == pytest.approx(25.5 + 0.5 + 225)


def test_the_range_has_one_factor():
    rates = reference("09.4")(1e-5, 3.0, 30)
    np.testing.assert_allclose(rates[1:] / rates[:-1], 3e5 ** (1 / 29), rtol=1e-12)
    assert rates[0] == 1e-5 and rates[-1] == pytest.approx(3.0)


def test_smoothing_is_a_weighted_mean_of_the_past():
    losses, beta = np.random.default_rng(1).normal(size=12), 0.8
    smooth = reference("09.5")(losses, beta)
    for k in range(1, 13):
        weights = beta ** np.arange(k)[::-1]
        assert smooth[k - 1] == pytest.approx(np.average(losses[:k], weights=weights), rel=1e-12)


def test_the_stable_schedule_does_not_know_its_end():
    for t in range(30):
        assert reference("09.6")(0.3, t, 5, 30, 40) == reference("09.6")(0.3, t, 5, 30, 4000)
    fall = [reference("09.6")(0.3, t, 5, 30, 40) for t in range(30, 41)]
    np.testing.assert_allclose(fall, np.linspace(0.3, 0, 11), atol=1e-15)


RIGHT, right = collector()


@right("09.1")
def by_a_loop(lr0, epoch, drop, every):
    while epoch >= every:
        lr0, epoch = lr0 * drop, epoch - every
    return lr0


@right("09.1")
def by_floor(lr0, epoch, drop, every):
    return lr0 * np.power(drop, np.floor(epoch / every))


@right("09.2")
def by_a_square(lr_max, lr_min, t, T):
    return lr_min + (lr_max - lr_min) * math.cos(math.pi * min(t / T, 1) / 2) ** 2


@right("09.2")
def by_cases(lr_max, lr_min, t, T):
    if t >= T:
        return lr_min
    return np.array(0.5 * (lr_max + lr_min) + 0.5 * (lr_max - lr_min) * np.cos(np.pi * t / T))


@right("09.3")
def by_three_cases(lr_max, t, warm, T):
    if t > T:
        return 0
    if t < warm:
        return (1 + t) * (lr_max / warm)
    return 0.5 * lr_max * (1.0 + math.cos((t - warm) * math.pi / (T - warm)))


@right("09.3")
def by_np_where(lr_max, t, warm, T):
    share = np.clip((t - warm) / (T - warm), 0, 1)
    return np.where(t < warm, lr_max * (t + 1) / max(warm, 1), lr_max / 2 * (1 + np.cos(np.pi * share)))


@right("09.4")
def by_geomspace(lr_min, lr_max, n):
    return np.geomspace(lr_min, lr_max, n)


@right("09.4")
def by_logspace(lr_min, lr_max, n):
    return np.logspace(np.log10(lr_min), np.log10(lr_max), num=n)


@right("09.4")
def by_a_list(lr_min, lr_max, n):
    factor = (lr_max / lr_min) ** (1 / (n - 1))
    return [lr_min * factor**i for i in range(n)]


@right("09.5")
def by_two_sums(losses, beta):
    top, bottom, smooth = 0.0, 0.0, np.zeros(len(losses))
    for i in range(len(losses)):
        top, bottom = beta * top + losses[i], beta * bottom + 1
        smooth[i] = top / bottom
    return smooth


@right("09.5")
def by_a_matrix(losses, beta):
    n = len(losses)
    back = np.arange(n)[:, None] - np.arange(n)
    weights = np.where(back >= 0, float(beta) ** np.maximum(back, 0), 0)
    return weights @ losses / weights.sum(axis=1)


@right("09.6")
def by_interpolation(lr_max, t, warm, decay_from, T):
    if t < warm:
        return lr_max / warm * (t + 1)
    return np.interp(t, [decay_from, T], [lr_max, 0])


@right("09.6")
def by_the_lower_of_two(lr_max, t, warm, decay_from, T):
    up = (t + 1) / warm if t < warm else 1.0
    return lr_max * max(0.0, min(up, (T - t) / (T - decay_from), 1.0))


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text


@pytest.mark.parametrize("id, more", [("09.3", ()), ("09.6", (7,))])
def test_a_warm_up_from_zero_passes_with_its_name(id, more):
    ours = reference(id)

    def from_zero(lr_max, t, warm, *rest):
        return lr_max * t / warm if t < warm else ours(lr_max, t, warm, *rest)

    if id == "09.3":
        answer = lambda lr_max, t, warm, T: from_zero(lr_max, t, warm, T)  # noqa: E731
    else:
        answer = lambda lr_max, t, warm, decay_from, T: from_zero(lr_max, t, warm, decay_from, T)  # noqa: E731
    verdict = check(id, answer)
    assert verdict.text.startswith(f"{id} passed with another convention: the warm-up starts from 0\n")
