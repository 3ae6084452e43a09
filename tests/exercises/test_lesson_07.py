"""Lesson 07: arguments for mutants, right answers in another style, and what the references are true to."""

import numpy as np
import pytest

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the exercise's docstring promises."""
    w = rng.normal(size=rng.integers(1, 5))
    grad = rng.normal(size=w.shape) * rng.integers(0, 2, size=w.shape)
    m, v, vmax = rng.normal(size=w.shape), rng.uniform(0, 3, size=w.shape), rng.uniform(0, 3, size=w.shape)
    t, lr, eps = int(rng.integers(1, 9)), rng.uniform(0.01, 0.5), float(rng.choice([1e-8, 0.1, 0.5]))
    settings = lr, rng.uniform(0, 0.99), rng.uniform(0, 0.99), eps
    if id == "07.1":
        return w, float(rng.choice([0.0, 0.5, 0.9]))
    if id == "07.2":
        return w, grad, m, v, t, *settings
    if id == "07.3":
        return w, grad, m, v, vmax, t, *settings
    if id == "07.4":
        params = {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=3)}
        grads = [{k: rng.normal(size=p.shape) for k, p in params.items()} for _ in range(rng.integers(0, 5))]
        return params, grads, *settings, int(rng.integers(1, 4))
    if id == "07.5":
        return random_arguments("07.4", rng)[:2], (w, grad, m, v), t, settings
    raise KeyError(id)


def plain_function(id, answer):
    """For 07.5, whose results are functions, one that calls all three."""
    if id != "07.5":
        return answer

    def rooms(training, arrays, t, settings):
        room_1, room_2, room_3 = answer()
        return room_1(*training, *settings), room_2(*arrays, t, *settings), room_3(*arrays, t, *settings)

    return rooms


def by_weights(data, beta):
    """Every entry from its definition, as a weighted mean of all values so far."""
    means = np.zeros(len(data))
    for t in range(len(data)):
        weights = beta ** np.arange(t, -1, -1.0)
        means[t] = weights @ data[: t + 1] / weights.sum()
    return means


def by_trust(data, beta):
    score, trust, shown = 0, 0, []
    for value in data:
        score, trust = score + (1 - beta) * (value - score), trust + (1 - beta) * (1 - trust)
        shown += [score / trust]
    return shown


def with_lerp(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v = m + (1 - beta1) * (grad - m), v + (1 - beta2) * (grad * grad - v)
    divisor = (v / (1 - beta2**t)) ** 0.5 + eps
    return w - (lr / (1 - beta1**t)) * (m / divisor), m, v


def in_place_on_copies(w, grad, m, v, t, lr, beta1, beta2, eps):
    w, m, v = (np.array(a, np.result_type(a, grad)) for a in (w, m, v))
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * np.square(grad)
    w -= lr * m / (1 - beta1**t) / (np.sqrt(v) / np.sqrt(1 - beta2**t) + eps)
    return [w, m, v]


def with_where(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    vmax = np.where(v > vmax, v, vmax)
    return w - lr * m / (vmax**0.5 + eps), m, v, vmax


def epoch_by_epoch(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    """A loop over epochs with one clock outside of it."""
    params = {name: np.array(w) for name, w in params.items()}
    state, t = {}, 0
    for start in range(0, len(grads), steps_per_epoch):
        for grad in grads[start : start + steps_per_epoch]:
            t += 1
            for name in grad:
                m, v = state.get(name, (0.0, 0.0))
                params[name], *state[name] = with_lerp(
                    params[name], grad[name], m, v, t, lr, beta1, beta2, eps
                )
    return params


def clock_for_each(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    """A counter for every parameter is right too, if each advances once a step."""
    result = {}
    for name in params:
        w, m, v, t = params[name].copy(), 0.0, 0.0, 0
        for grad in grads:
            t += 1
            w, m, v = with_lerp(w, grad[name], m, v, t, lr, beta1, beta2, eps)
        result[name] = w
    return result


RIGHT = [
    ("07.1", by_weights),
    ("07.1", by_trust),
    ("07.2", with_lerp),
    ("07.2", in_place_on_copies),
    ("07.3", with_where),
    ("07.4", epoch_by_epoch),
    ("07.4", clock_for_each),
]


@pytest.mark.parametrize("id, answer", RIGHT, ids=lambda value: getattr(value, "__name__", value))
def test_other_styles_pass(id, answer):
    assert check(id, answer).status == "passed", check(id, answer).text


def test_a_museum_mended_in_another_style_passes():
    def mended():
        def room_1(params, grads, *settings):
            return clock_for_each(params, grads, *settings, 1)

        def room_2(w, grad, m, v, count, *settings):
            return *with_lerp(w, grad, m, v, count + 1, *settings), count + 1

        return [room_1, room_2, with_lerp]

    assert check("07.5", mended).status == "passed"


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda: (1, 2, 3), "mistake: there are not three functions"),
        (lambda: "rooms", "mistake: there are not three functions"),
        (lambda: (lambda *a: None, with_lerp, with_lerp), "error: it returns None"),
        (lambda: (lambda: None,) * 3, "error: it raises TypeError"),
        (lambda: 1 / 0, "error: it raises ZeroDivisionError"),
    ],
)
def test_other_museums_are_answered(answer, words):
    first = check("07.5", answer).text.split("\n")[0]
    assert words in first, first


def test_a_strange_count_is_not_our_fault():
    right = REGISTRY["07.5"].reference()
    for count in ("one", [1, 2], np.zeros((2, 2)), 1j):

        def room_2(*args, count=count):
            return *right[1](*args)[:3], count

        verdict = check("07.5", lambda room_2=room_2: (right[0], room_2, right[2]))
        assert not verdict.passed and "our fault" not in verdict.text, verdict.text


def test_the_first_step_is_lr_for_every_gradient():
    grad, zero = np.array([1e-3, -1.0, 1e3]), np.zeros(3)
    w, _, _ = REGISTRY["07.2"].reference(zero, grad, zero, zero, 1, 0.1, 0.9, 0.999, 1e-12)
    np.testing.assert_allclose(w, [-0.1, 0.1, -0.1], rtol=1e-8)


@pytest.mark.parametrize(
    "mistake, step, times",
    [("ADM-NOBC", 1, 3.162), ("ADM-NOBCM", 1, 0.1), ("ADM-NOBCV", 1, 31.62), ("ADM-TP1", 1, 0.744)]
    + [("ADM-TFROZEN", 2, 1.344), ("ADM-NOBC", 12, 6.57), ("ADM-NOBC", 1000, 1.26)],
)
def test_the_mistakes_are_those_of_the_literature(mistake, step, times):
    """Length of one step in lr, for gradients of 1 and betas of 0.9 and 0.999."""
    wrong = REGISTRY["07.2"].find_mistake(mistake).answers[0]
    w, m, v = np.zeros(1), np.zeros(1), np.zeros(1)
    for t in range(1, step + 1):
        before = w
        w, m, v = wrong(w, np.ones(1), m, v, t, 1.0, 0.9, 0.999, 1e-12)
    assert (before - w)[0] == pytest.approx(times, rel=2e-3)


def test_the_stopped_clock_of_the_museum_steps_too_far():
    """With betas 0.9 and 0.95, in the long run sqrt(0.05) / 0.1 times lr."""
    from optimlab.exercises import museum

    w, m, v, count = np.zeros(1), np.zeros(1), np.zeros(1), 0
    for _ in range(1000):
        before = w
        w, m, v, count = museum.room_2(w, np.ones(1), m, v, count, 1.0, 0.9, 0.95, 1e-12)
    assert (before - w)[0] == pytest.approx(0.05**0.5 / 0.1, rel=1e-6)


@pytest.mark.parametrize("id, end", [("07.2", 0.997), ("07.3", -1.0)])
def test_the_stream_on_which_adam_fails_and_amsgrad_does_not(id, end):
    """C = 3, beta1 0, beta2 0.1, lr 0.3 / sqrt t, clipped to [-1, 1], from 0, 10,000 steps (Reddi 2018)."""
    step = REGISTRY[id].reference
    w, state = np.float64(0), [np.float64(0)] * (2 if id == "07.2" else 3)
    for t in range(1, 10_001):
        grad = np.float64(3 if t % 3 == 1 else -1)
        w, *state = step(w, grad, *state, t, 0.3 / t**0.5, 0.0, 0.1, 1e-8)
        w = np.clip(w, -1, 1)
    assert float(w) == pytest.approx(end, abs=2e-3)
