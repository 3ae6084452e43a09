"""Landscapes: gradients and Hessians against differences, minima, batches, bad input."""

import numpy as np
import pytest

from optimlab import landscapes

ALL = [
    landscapes.Quadratic((1, 10)),
    landscapes.Quadratic((0.5, 3, 7), rotation=0.7, center=(1, -2, 0.5)),
    landscapes.Quadratic.from_matrix([[3.0, 1.0], [1.0, 2.0]], b=[1.0, -1.0]),
    landscapes.valley(100),
    landscapes.Rosenbrock(),
    landscapes.Beale(),
    landscapes.Himmelblau(),
    landscapes.Rastrigin(),
    landscapes.Rastrigin(n=5),
    landscapes.Saddle(),
    landscapes.TwoWell(),
    landscapes.TwoWell(tilt=-1.2),
    landscapes.Plateau(),
]
each = pytest.mark.parametrize("landscape", ALL, ids=lambda f: f"{f.name}-{f.n}")


def points(landscape, k=7):
    return np.random.default_rng(5).uniform(-1.5, 1.5, size=(k, landscape.n))


def along_axes(landscape, x, f, h):
    """Central differences of f along every coordinate, stacked on a new last axis."""
    steps = h * np.eye(landscape.n)
    return np.stack([(f(x + e) - f(x - e)) / (2 * h) for e in steps], axis=-1)


@each
def test_grad_is_the_slope_of_value(landscape):
    x = points(landscape)
    slope = along_axes(landscape, x, landscape.value, 1e-6)
    np.testing.assert_allclose(landscape.grad(x), slope, rtol=1e-6, atol=1e-6 * np.abs(slope).max())


@each
def test_hess_is_the_slope_of_grad(landscape):
    x = points(landscape)
    slope = along_axes(landscape, x, landscape.grad, 1e-6)
    np.testing.assert_allclose(landscape.hess(x), slope, rtol=1e-6, atol=1e-6 * np.abs(slope).max())


@each
def test_nothing_lies_below_the_minima(landscape):
    slopes = landscape.grad(landscape.minima)
    assert np.abs(slopes).max() < 1e-8 * np.abs(landscape.grad(points(landscape))).max()
    lowest = landscape.value(landscape.minima)
    assert np.ptp(lowest) < 1e-12
    grid = np.random.default_rng(0).uniform(-6, 6, size=(20_000, landscape.n))
    assert landscape.value(grid).min() >= lowest.max()


@each
def test_a_batch_equals_its_points_one_by_one(landscape):
    x = points(landscape, 6).reshape(2, 3, landscape.n)
    assert landscape.value(x).shape == (2, 3)
    assert landscape.hess(x).shape == (2, 3, landscape.n, landscape.n)
    for i in np.ndindex(2, 3):
        assert landscape.value(x)[i] == landscape.value(x[i]) == landscape(x[i])
        np.testing.assert_array_equal(landscape.grad(x)[i], landscape.grad(x[i]))


@each
def test_a_point_of_another_dimension_is_named(landscape):
    n = landscape.n
    with pytest.raises(ValueError, match=rf"x: .* {n} coordinates .* got shape \({n + 1},\)"):
        landscape.value(np.zeros(n + 1))


@pytest.mark.parametrize("call", ["value", "grad", "hess"])
def test_whole_numbers_are_read_as_points(call):
    bowl = landscapes.Quadratic((1, 10))
    np.testing.assert_array_equal(getattr(bowl, call)([1, 2]), getattr(bowl, call)(np.array([1.0, 2.0])))


def test_rotation_turns_the_axes_and_keeps_the_curvatures():
    bowl = landscapes.Quadratic((1, 10), rotation=np.pi / 6)
    np.testing.assert_allclose(np.linalg.eigvalsh(bowl.A), [1, 10])
    assert bowl.kappa == 10
    along = np.array([np.cos(np.pi / 6), np.sin(np.pi / 6)])
    np.testing.assert_allclose(bowl.grad(along), along)


def test_from_matrix_has_its_minimum_where_the_linear_system_is_solved():
    A, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -1.0])
    np.testing.assert_allclose(A @ landscapes.Quadratic.from_matrix(A, b).minima[0], b)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: landscapes.Quadratic([[1, 2]]), "curvatures: a list of finite numbers"),
    (lambda: landscapes.Quadratic((1, np.inf)), "curvatures: a list of finite numbers"),
    (lambda: landscapes.Quadratic((1, 2), center=(0, 0, 0)), r"center: shape \(2,\) is needed, got \(3,\)"),
    (lambda: landscapes.Quadratic((1,), rotation=1.0), "rotation: needs at least two"),
    (lambda: landscapes.Quadratic.from_matrix([[1.0, 2.0], [0.0, 1.0]]), "A: .* not symmetric"),
    (lambda: landscapes.Quadratic.from_matrix([[1.0, 2.0]]), r"A: .* got shape \(1, 2\)"),
    (lambda: landscapes.TwoWell(tilt=2.0), "tilt: a number between -1.5 and 1.5 .* got 2"),
])
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_float32_points_stay_float32():
    x = np.ones(2, np.float32)
    for landscape in ALL:
        if landscape.n == 2 and not isinstance(landscape, landscapes.Quadratic):
            assert landscape.grad(x).dtype == np.float32, landscape.name
