"""Lesson 08: the references against theory, right answers in other styles, arguments for the mutants."""

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    shape = ((3,), (2, 2), ())[rng.integers(3)]
    w, grad, m = (rng.normal(size=shape) for _ in range(3))
    if id == "08.1":
        return rng.uniform(0, 3), grad, w, rng.choice([0.0, 0.1, 1.5])
    if id == "08.2":
        v, t = rng.uniform(0.1, 2, size=shape), int(rng.integers(1, 9))
        return w, grad, m, v, t, 0.1, rng.uniform(0, 0.95), rng.uniform(0.1, 0.99), 0.05, 0.3
    if id == "08.3":
        shapes = [tuple(int(n) for n in rng.integers(1, 4, size=rng.integers(0, 4))) for _ in range(5)]
        return ({f"tensor {i}": shape for i, shape in enumerate(shapes)},)
    raise KeyError(id)


def test_the_penalty_and_its_slope_fit_each_other():
    penalise, rng = REGISTRY["08.1"].reference, np.random.default_rng(1)
    w, dw, h = rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), 1e-6
    slope = penalise(0.0, dw, w, 0.7)[1] - dw
    for place in np.ndindex(w.shape):
        bump = np.zeros_like(w)
        bump[place] = h
        up, down = (penalise(0.0, dw, w + s * bump, 0.7)[0] for s in (1, -1))
        assert (up - down) / (2 * h) == pytest.approx(slope[place], rel=1e-6)


@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_adamw_decays_by_the_same_share_at_any_gradient_scale(scale):
    """1000 steps of pure noise at lr 0.01 and decay 0.1: the mean over many runs is (1 - lr wd)^1000."""
    step, rng = REGISTRY["08.2"].reference, np.random.default_rng(2)
    w, m, v = np.ones(1000), np.zeros(1000), np.zeros(1000)
    for t in range(1, 1001):
        w, m, v = step(w, scale * rng.normal(size=1000), m, v, t, 0.01, 0.9, 0.999, 1e-8, 0.1)
    assert abs(np.mean(w) - (1 - 0.001) ** 1000) < 0.05


def test_without_gradient_adamw_only_decays():
    step, w = REGISTRY["08.2"].reference, np.array([2.0, -3.0])
    zero = np.zeros(2)
    for t in range(1, 6):
        w, _, _ = step(w, zero, zero, zero, t, 0.1, 0.9, 0.99, 1e-8, 0.5)
    np.testing.assert_allclose(w, np.array([2.0, -3.0]) * 0.95**5, rtol=1e-12)


def test_our_class_takes_the_same_steps():
    from optimlab.optim import AdamW

    rng, step = np.random.default_rng(3), REGISTRY["08.2"].reference
    w = rng.normal(size=(3, 2))
    params, m, v = w.copy(), np.zeros_like(w), np.zeros_like(w)
    optimizer = AdamW(params, lr=0.03, betas=(0.8, 0.97), eps=0.01, weight_decay=0.4)
    for t in range(1, 8):
        grad = rng.normal(size=w.shape)
        optimizer.step(grad)
        w, m, v = step(w, grad, m, v, t, 0.03, 0.8, 0.97, 0.01, 0.4)
        np.testing.assert_allclose(params, w, rtol=1e-12)


RIGHT, right = collector()


@right("08.1")
def by_the_norm(loss, dw, w, reg):
    return loss + 0.5 * reg * np.linalg.norm(np.ravel(w)) ** 2, np.add(dw, np.multiply(reg, w))


@right("08.1")
def by_the_flat_product(loss, dw, w, reg):
    flat = np.ravel(w)
    return loss + reg * (flat @ flat) / 2, reg * w + dw


@right("08.2")
def shrink_first(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    w = (1 - lr * wd) * w
    m = m + (1 - beta1) * (grad - m)
    v = v + (1 - beta2) * (grad * grad - v)
    bias1, bias2 = 1 - beta1**t, 1 - beta2**t
    return w - (lr / bias1) * m / (np.sqrt(v) / np.sqrt(bias2) + eps), m, v


@right("08.2")
def in_place_on_copies(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    w, m, v = (np.array(a, dtype=np.result_type(a, grad)) for a in (w, m, v))
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * np.square(grad)
    w -= lr * (m / (1 - beta1**t) / ((v / (1 - beta2**t)) ** 0.5 + eps) + wd * w)
    return [w, m, v]


@right("08.3")
def by_comprehension(shapes):
    decay = [name for name in shapes if np.zeros(shapes[name]).ndim > 1]
    return tuple(decay), tuple(name for name in shapes if name not in decay)


@right("08.3")
def by_the_second_axis(shapes):
    groups = [], []
    for name, shape in shapes.items():
        groups[not shape[1:]].append(name)
    return groups


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text
