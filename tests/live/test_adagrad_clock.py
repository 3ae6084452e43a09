"""Rates and distances of the clock, against the library's optimizers and closed forms."""

import numpy as np
import pytest

from optimlab import Adagrad, RMSprop
from optimlab.live import adagrad_clock
from optimlab.live.adagrad_clock import BOWL, HUNDREDTH, METHODS, MOVING, STEADY, TENTH, advantage
from optimlab.live.marks import Line, Text

OPTIMIZERS = {"Adagrad": Adagrad, "RMSprop": RMSprop}


def make(method, w, lr, alpha):
    return Adagrad(w, lr=lr) if method == "Adagrad" else RMSprop(w, lr=lr, alpha=alpha)


@pytest.mark.parametrize("method", OPTIMIZERS)
@pytest.mark.parametrize(("gradients", "every"), [(STEADY, 1), (TENTH, 10), (HUNDREDTH, 100)])
@pytest.mark.parametrize("alpha", [0.5, 0.9, 0.999])
def test_a_stream_is_what_the_librarys_optimizer_does(method, gradients, every, alpha):
    run = adagrad_clock.simulate(gradients=gradients, alpha=alpha, lr=0.3, steps=350)
    w = np.zeros(2)
    opt, moved = make(method, w, 0.3, alpha), np.zeros(2)
    for t in range(350):
        before = w.copy()
        grad = np.array([1.0, float(t % every == 0)])
        opt.step(grad)
        step = np.abs(w - before)
        moved += step
        for weight in range(run["rates"][method].shape[1]):
            rate = run["rates"][method][t, weight]
            if grad[weight]:
                assert rate == pytest.approx(step[weight], rel=1e-9)
            else:
                assert np.isnan(rate)
    n = run["travelled"][method].shape[1]
    np.testing.assert_allclose(run["travelled"][method][-1], moved[:n], rtol=1e-9)


@pytest.mark.parametrize("method", OPTIMIZERS)
def test_the_bowl_is_what_the_librarys_optimizer_does(method):
    run = adagrad_clock.simulate(gradients=BOWL, alpha=0.9, lr=0.5, steps=400, shift=150)
    offset, curvature = np.ones(1), 100
    opt = make(method, offset, 0.5, 0.9)
    for t in range(1, 401):
        if t == 151:
            offset -= 1
            curvature = 1
        opt.step(curvature * offset)
        assert run["distance"][method][t - 1] == pytest.approx(abs(offset[0]), rel=1e-6, abs=1e-300)


@pytest.mark.parametrize("t", [1, 100, 10_000])
def test_adagrads_rate_falls_as_the_root(t):
    run = adagrad_clock.simulate(steps=t)
    assert run["rates"]["Adagrad"][-1, 0] == pytest.approx(t**-0.5)


@pytest.mark.parametrize("alpha", [0.9, 0.99])
def test_rmsprop_starts_long_and_comes_to_lr(alpha):
    rates = adagrad_clock.simulate(alpha=alpha, steps=5000)["rates"]["RMSprop"][:, 0]
    assert rates[0] == pytest.approx({0.9: 3.1623, 0.99: 10.0}[alpha], rel=1e-4)
    assert rates[-1] == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(("gradients", "every"), [(TENTH, 10), (HUNDREDTH, 100)])
def test_a_rare_weight_keeps_a_large_rate(gradients, every):
    rates = adagrad_clock.simulate(gradients=gradients, steps=10_000 - every + 1, alpha=0.9)["rates"]
    assert advantage(rates["Adagrad"]) == pytest.approx(every**0.5, rel=0.01)
    assert advantage(rates["RMSprop"]) <= 0.1**-0.5  # what a window of this alpha allows at most


def test_after_the_move_one_follows_soon_and_the_other_late():
    run = adagrad_clock.simulate(**MOVING)
    assert run["arrived"] == {"Adagrad": 1077, "RMSprop": 149}
    assert adagrad_clock.simulate(**{**MOVING, "steps": 600})["arrived"]["Adagrad"] is None


@pytest.mark.parametrize("lr", [0.02, 0.5, 2.0])
def test_rmsprop_jumps_to_and_fro_over_the_minimum(lr):
    run = adagrad_clock.simulate(gradients=BOWL, alpha=0.9, lr=lr, steps=10_000)
    np.testing.assert_allclose(run["distance"]["RMSprop"][-100:], lr / 2, rtol=1e-3)


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {}, 10_000, True),
        (1, {}, 100, False),
        (1, {}, 5000, False),
        (2, {}, 10, True),
        (2, {}, 100, False),
        (2, {}, 3, False),
        (3, {**MOVING, "alpha": 0.9}, None, True),
        (3, MOVING, None, False),
        (3, {**MOVING, "alpha": 0.9, "lr": 1.0}, None, False),
        (3, {"alpha": 0.9}, None, False),
        (4, {**MOVING, "lr": 0.015, "alpha": 0.9}, None, True),
        (4, {**MOVING, "alpha": 0.9}, None, False),
        (4, MOVING, None, False),
        (4, {"lr": 0.015}, None, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = adagrad_clock.tasks[task - 1].check({**adagrad_clock.defaults(), **values}, answer)
    assert verdict is solved
    assert len(text) > 10


def adagrad_step(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@pytest.mark.parametrize("gradients", [STEADY, TENTH, BOWL])
def test_a_learners_function_gets_the_same_gradients(gradients):
    run = adagrad_clock.simulate(gradients=gradients, lr=0.5, steps=300, shift=100, own=adagrad_step)
    assert run["own"] == ""
    np.testing.assert_allclose(run["rates"]["yours"], run["rates"]["Adagrad"], rtol=1e-4)
    assert [name for name, _ in adagrad_clock.frame(
        {**adagrad_clock.defaults(), "gradients": gradients}, {"own": adagrad_step}
    ).numbers if name.startswith("yours")]


def test_a_learners_function_that_fails_is_quoted_and_the_rest_goes_on():
    def stops(w, grad, cache, lr):
        cache = cache + 1
        return (w - lr * grad, cache) if cache[0] < 5 else 1 / 0

    frame = adagrad_clock.frame(adagrad_clock.defaults(), {"own": stops})
    shown = " ".join(getattr(mark, "text", "") for mark in frame.pictures["rate"].marks)
    assert "stopped at step 5" in shown and "stopped at step 5" in frame.readout
    assert "Adagrad's rate is 0.1" in frame.readout
    first = adagrad_clock.frame(adagrad_clock.defaults(), {"own": lambda w, grad: 1 / 0})
    assert "stopped at step 1" in first.readout


def test_before_the_guess_nothing_is_shown():
    frame = adagrad_clock.first_look(adagrad_clock.defaults())
    assert all(picture.marks == [] for picture in frame.pictures.values())


@pytest.mark.parametrize("gradients", [STEADY, HUNDREDTH, BOWL])
@pytest.mark.parametrize("lr", [0.01, 0.1, 0.2, 10.0])
def test_the_key_of_the_rates_stands_off_the_lines(gradients, lr):
    values = {**adagrad_clock.defaults(), "gradients": gradients, "lr": lr, "steps": 2500}
    marks = adagrad_clock.frame(values).pictures["rate"].marks
    names = [mark.y for mark in marks if isinstance(mark, Text) and mark.text in METHODS]
    assert len(names) == 2
    for curve in (mark for mark in marks if isinstance(mark, Line) and len(mark.x) > 2):
        beside = np.asarray(curve.y)[np.asarray(curve.x) < 15]
        assert all(np.abs(np.log10(beside / y)).min() > 0.25 for y in names)
