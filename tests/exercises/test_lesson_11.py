"""Lesson 11: the references against theory, right answers in other styles, arguments for the mutants."""

import numpy as np
import pytest

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    shape = ((3,), (2, 2), ())[rng.integers(3)]
    if id == "11.1":
        arrays = (rng.normal(size=shape) for _ in range(3))
        return *arrays, rng.uniform(0.01, 0.5), rng.uniform(0, 0.95), rng.uniform(0, 0.95), 0.3
    if id == "11.2":
        return rng.normal(size=((2, 3), (3, 2), (2, 2))[rng.integers(3)]), int(rng.integers(0, 4))
    if id == "11.3":
        G = rng.normal(size=((2, 3), (3, 2), (2, 2))[rng.integers(3)])
        return G, G @ G.T, G.T @ G, rng.uniform(0.01, 1)
    raise KeyError(id)


def test_lion_always_steps_lr():
    rng, step = np.random.default_rng(1), REGISTRY["11.1"].reference
    w, m = np.zeros(50), np.zeros(50)
    for _ in range(20):
        new, m = step(w, 10.0 ** rng.uniform(-6, 6, 50) * rng.normal(size=50), m, 0.25, 0.9, 0.99, 0.0)
        np.testing.assert_array_equal(np.abs(new - w), 0.25)
        w = new


def test_newton_schulz_moves_singular_values_and_keeps_the_vectors():
    G = np.random.default_rng(2).normal(size=(5, 3))
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    s = s / np.linalg.norm(s)
    for _ in range(5):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    np.testing.assert_allclose(REGISTRY["11.2"].reference(G, 5), U @ np.diag(s) @ Vt, atol=1e-12)


def test_shampoo_makes_one_gradient_orthogonal():
    G = np.random.default_rng(3).normal(size=(3, 3))
    U, _, Vt = np.linalg.svd(G)
    np.testing.assert_allclose(REGISTRY["11.3"].reference(G, G @ G.T, G.T @ G, 1e-14), U @ Vt, atol=1e-9)


def shrink_first(w, grad, m, lr, beta1, beta2, wd):
    w = w * (1 - lr * wd)
    w = w - lr * np.sign(m * beta1 + grad * (1 - beta1))
    return w, m + (1 - beta2) * (grad - m)


def by_comparison(w, grad, m, lr, beta1, beta2, wd):
    mix = beta1 * m + (1 - beta1) * grad
    step = np.where(mix > 0, 1.0, np.where(mix < 0, -1.0, 0.0))
    return [w - lr * step - lr * wd * w, (1 - beta2) * grad + beta2 * m]


@pytest.mark.parametrize("answer", [shrink_first, by_comparison])
def test_it_passes(answer):
    verdict = check("11.1", answer)
    assert verdict.status == "passed", verdict.text
