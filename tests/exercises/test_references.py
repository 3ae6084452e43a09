"""The references themselves, against theory and against runs that do not use them."""

import math

import numpy as np
import pytest

from optimlab.exercises import REGISTRY


def reference(id):
    return REGISTRY[id].reference


def steps_until(path, tol):
    distance = np.linalg.norm(path, axis=1)
    return int(np.argmax(distance <= tol * distance[0]))


@pytest.mark.parametrize("kappa, steps", [(10, 69), (100, 691), (1000, 6908)])
def test_gradient_descent_needs_the_steps_that_02_3_predicts(kappa, steps):
    h = np.array([1.0, kappa])
    path = reference("02.1")(lambda w: h * w, np.ones(2), 2 / (1 + kappa), steps + 5)
    assert steps_until(path, 1e-6) == steps == reference("02.3")(kappa, 1e-6)


def test_steps_needed_by_counting():
    for kappa in (1, 1.5, 2, 3, 7, 10, 40, 333):
        for tol in (0.5, 0.25, 0.1, 1e-3, 1e-6):
            n = next(n for n in range(1, 10_000) if ((kappa - 1) / (kappa + 1)) ** n <= tol)
            assert reference("02.3")(kappa, tol) == n


def test_the_largest_stable_lr_is_the_edge():
    rng = np.random.default_rng(5)
    B = rng.normal(size=(4, 4))
    A = B @ B.T + np.eye(4)
    edge = reference("02.2")(A)
    for factor, grows in ((0.99, False), (1.01, True)):
        path = reference("02.1")(lambda w: A @ w, rng.normal(size=4), factor * edge, 3000)
        assert (np.linalg.norm(path[-1]) > np.linalg.norm(path[0])) == grows


def test_armijo_takes_the_longest_step_of_its_ladder():
    rng = np.random.default_rng(6)
    for _ in range(50):
        h, x = rng.uniform(1, 30, 3), rng.normal(size=3)
        g = h * x
        d = -g * rng.uniform(0.5, 2, 3)
        alpha0, rho, c = rng.uniform(0.1, 3), rng.uniform(0.3, 0.9), rng.uniform(0.01, 0.9)

        def f(point, h=h):
            return float(h @ point**2) / 2

        ladder = [alpha0 * rho**k for k in range(200)]
        wanted = next(a for a in ladder if f(x + a * d) <= f(x) + c * a * float(g @ d))
        assert math.isclose(reference("02.4")(f, x, f(x), g, d, alpha0, rho, c), wanted, rel_tol=1e-12)


@pytest.mark.parametrize("kappa, steps", [(100, 93), (1000, 315)])
def test_the_best_heavy_ball_needs_the_steps_of_the_lesson(kappa, steps):
    lr, momentum = reference("04.3")(1.0, float(kappa))
    h, w, v = np.array([1.0, kappa]), np.ones(2), np.zeros(2)
    path = [w]
    for _ in range(steps + 5):
        w, v = reference("04.1")(w, h * w, v, lr, momentum)
        path.append(w)
    assert steps_until(np.array(path), 1e-6) == steps


def test_no_other_heavy_ball_shrinks_faster():
    """The spectral radius of one step, computed from its matrix, is lowest at the reference's numbers."""

    def radius(lr, momentum, mu=1.0, L=50.0):
        worst = 0.0
        for h in np.linspace(mu, L, 40):
            step = np.array([[1 - lr * h, -lr * momentum], [h, momentum]])
            worst = max(worst, np.max(np.abs(np.linalg.eigvals(step))))
        return worst

    lr, momentum = reference("04.3")(1.0, 50.0)
    best = radius(lr, momentum)
    assert math.isclose(best, math.sqrt(momentum), rel_tol=1e-6)
    for a in (0.8, 0.95, 1.05, 1.2):
        assert radius(a * lr, momentum) > best
        assert radius(lr, min(0.999, a * momentum)) > best


@pytest.mark.parametrize("kappa, steps", [(100, 154), (1000, 507)])
def test_nesterov_needs_the_steps_of_the_lesson(kappa, steps):
    h, w, v = np.array([1.0, kappa]), np.ones(2), np.zeros(2)
    momentum = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
    path = [w]
    for _ in range(steps + 5):
        w, v = reference("04.2")(w, h * w, v, 1 / kappa, momentum)
        path.append(w)
    assert steps_until(np.array(path), 1e-6) == steps


def test_both_averaged_and_summed_momentum_walk_the_same_path():
    rng, lr, momentum = np.random.default_rng(7), 0.03, 0.8
    averaged_lr = reference("04.4")(lr, momentum)
    w, v, u, a = np.ones(3), np.zeros(3), np.ones(3), np.zeros(3)
    for _ in range(20):
        g = rng.normal(size=3)
        w, v = reference("04.1")(w, g, v, lr, momentum)
        a = momentum * a + (1 - momentum) * g
        u = u - averaged_lr * a
        np.testing.assert_allclose(w, u, rtol=1e-12)


def test_the_two_forms_of_nesterov_are_one_method():
    """04.2 walks through the points where 04.5 looks."""
    rng, lr, momentum = np.random.default_rng(8), 0.1, 0.7
    looked = []

    def grad_fn(params):
        looked.append([p.copy() for p in params])
        return [np.sin(params[0]) + params[1].sum(), 0.5 * params[1] + params[0][0]]

    start = [rng.normal(size=3), rng.normal(size=(2, 2))]
    reference("04.5")(grad_fn, start, lr, momentum, 6)
    points = [p.copy() for p in start]
    velocities = [0 * p for p in start]
    for seen in [list(points) for points in looked]:
        for i in range(2):
            np.testing.assert_allclose(points[i], seen[i], rtol=1e-12)
        grads = [np.sin(points[0]) + points[1].sum(), 0.5 * points[1] + points[0][0]]
        for i in range(2):
            points[i], velocities[i] = reference("04.2")(points[i], grads[i], velocities[i], lr, momentum)


def test_the_order_of_the_methods_depends_on_the_ruler():
    """kappa 100, tol 1e-3: heavy ball first and 1/L last by distance; Nesterov and 2/(mu+L) by loss."""
    kappa, steps = 100, 1000
    h, root = np.array([1.0, kappa]), math.sqrt(kappa)
    methods = {
        "GD, 2/(mu+L)": (reference("04.1"), 2 / (1 + kappa), 0.0),
        "GD, 1/L": (reference("04.1"), 1 / kappa, 0.0),
        "heavy ball": (reference("04.1"), *reference("04.3")(1.0, float(kappa))),
        "Nesterov": (reference("04.2"), 1 / kappa, (root - 1) / (root + 1)),
    }
    distance, loss = {}, {}
    for name, (step, lr, momentum) in methods.items():
        w, v = np.ones(2), np.zeros(2)
        path = [w]
        for _ in range(steps):
            w, v = step(w, h * w, v, lr, momentum)
            path.append(w)
        path = np.array(path)
        distance[name] = np.linalg.norm(path, axis=1)
        loss[name] = (path**2 @ h) / 2
    rank = reference("04.6")
    assert rank(distance, 1e-3) == ["heavy ball", "Nesterov", "GD, 2/(mu+L)", "GD, 1/L"]
    assert rank(loss, 1e-3) == ["Nesterov", "heavy ball", "GD, 1/L", "GD, 2/(mu+L)"]

    def first(values):
        return int(np.argmax(values <= 1e-3 * values[0]))

    assert [first(distance[name]) for name in rank(distance, 1e-3)] == [56, 83, 346, 653]
    assert [first(loss[name]) for name in rank(loss, 1e-3)] == [22, 39, 115, 173]
