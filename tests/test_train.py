"""descend and History: closed forms, divergence, batches, rulers, bad input."""

import warnings

import numpy as np
import pytest

from optimlab import SGD, Adam, descend, landscapes

VALLEY = landscapes.valley(2)


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_the_path_is_the_closed_form_and_begins_at_the_start():
    curvatures, start, lr = np.array([0.2, 4.0]), np.array([-5.0, -2.0]), 0.49
    history = descend(landscapes.Quadratic(curvatures), SGD(start.copy(), lr=lr), 20)
    k = np.arange(21)[:, None]
    path = (1 - lr * curvatures) ** k * start
    np.testing.assert_allclose(history.params, path, rtol=1e-12)
    np.testing.assert_allclose(history.loss, np.sum(curvatures * path**2, axis=1) / 2, rtol=1e-12)
    np.testing.assert_allclose(history.grad_norm, np.linalg.norm(curvatures * path, axis=1), rtol=1e-12)
    assert history.steps == 20
    assert not history.diverged


@pytest.mark.parametrize(("lr", "loss"), [(0.40, 0.089), (0.49, 1.6), (0.51, 38), (0.60, 5.6e6)])
def test_the_four_losses_of_the_second_lesson(lr, loss):
    history = descend(landscapes.Quadratic((0.2, 4)), SGD(np.array([-5.0, -2.0]), lr=lr), 20)
    assert float(f"{history.loss[-1]:.2g}") == loss


@pytest.mark.parametrize(("kappa", "gd", "ball", "nag"), [
    (10, 69, 27, 42), (100, 691, 93, 154), (1000, 6908, 315, 507),
])
def test_steps_to_a_millionth(kappa, gd, ball, nag):
    root = np.sqrt(kappa)
    settings = [
        {"lr": 2 / (1 + kappa)},
        {"lr": 4 / (root + 1) ** 2, "momentum": ((root - 1) / (root + 1)) ** 2},
        {"lr": 1 / kappa, "momentum": (root - 1) / (root + 1), "nesterov": True},
    ]
    runs = [descend(landscapes.valley(kappa), SGD(np.ones(2), **s), 8 * kappa) for s in settings]
    assert [run.steps_to(1e-6) for run in runs] == [gd, ball, nag]
    assert gd == np.ceil(np.log(1e-6) / np.log((kappa - 1) / (kappa + 1)))


def test_a_diverging_run_ends_with_the_step_at_which_it_left():
    lr, L = 0.21, 10.0
    start = np.array([1.0, 1.0])
    history = descend(landscapes.valley(L), SGD(start, lr=lr), 400)
    growth = abs(1 - lr * L) ** (2 * np.arange(401))
    expected = int(np.argmax((L * growth + (1 - lr) ** (2 * np.arange(401))) / 2 > 1e10 * 5.5))
    assert history.diverged
    assert history.diverged_at == expected == 122
    assert np.isfinite(history.loss[:123]).all()
    assert np.isnan(history.loss[123:]).all()
    assert np.isnan(history.params[123:]).all()
    np.testing.assert_array_equal(start, history.params[122])
    assert "diverged at step 122" in repr(history)


def test_a_run_at_a_huge_rate_leaves_without_overflow():
    history = descend(landscapes.Rosenbrock(), SGD(np.array([-1.0, 2.0]), lr=1e6), 50)
    assert history.diverged_at == 1


def test_a_batch_equals_its_separate_runs_to_the_bit_even_where_some_diverge():
    lrs = np.geomspace(0.01, 0.5, 40)
    together = descend(landscapes.valley(10), SGD(np.ones((40, 2)), lr=lrs[:, None], momentum=0.5), 200)
    assert 0 < together.diverged.sum() < 40
    for i, lr in enumerate(lrs):
        alone = descend(landscapes.valley(10), SGD(np.ones(2), lr=lr, momentum=0.5), 200)
        np.testing.assert_array_equal(together.params[:, i], alone.params)
        np.testing.assert_array_equal(together.loss[:, i], alone.loss)
        assert together.diverged_at[i] == alone.diverged_at
        assert together.steps_to(1e-6)[i] == alone.steps_to(1e-6)


def test_distance_is_to_the_nearest_minimum():
    history = descend(landscapes.Himmelblau(), SGD(np.array([3.5, -1.0]), lr=0.01), 300)
    assert history.distance[-1] < 1e-6
    np.testing.assert_allclose(history.params[-1], landscapes.Himmelblau().minima[3], atol=1e-6)


def test_steps_to_counts_by_either_ruler_and_says_minus_one_where_it_was_not_reached():
    history = descend(landscapes.valley(10), SGD(np.ones(2), lr=2 / 11), 100)
    assert history.steps_to(1e-6) == 69
    assert history.steps_to(1e-6, by="loss") == np.ceil(np.log(1e-6) / np.log(9 / 11) / 2)
    assert history.steps_to(1e-30) == -1
    assert history.steps_to(1.0) == 0
    with pytest.raises(ValueError, match="by: 'distance' or 'loss' is needed, got 'time'"):
        history.steps_to(1e-6, by="time")


def test_a_schedule_is_recorded_as_it_was_used():
    history = descend(landscapes.valley(10), SGD(np.ones(2), lr=lambda step: 0.1 / (1 + step)), 4)
    np.testing.assert_allclose(history.lr, [0.1, 0.05, 0.1 / 3, 0.025])


def test_a_gradient_function_is_enough():
    history = descend(lambda x: 2 * x, SGD(np.array([1.0, -1.0]), lr=0.25), 10)
    np.testing.assert_allclose(history.params[:, 0], 0.5 ** np.arange(11))
    assert np.isnan(history.loss).all()
    with pytest.raises(ValueError, match="distance needs a landscape"):
        history.steps_to(1e-6)
    assert descend(lambda x: 2 * x, SGD(np.ones(1), lr=3.0), 100).diverged


def test_a_gradient_function_that_changes_its_input_changes_nothing():
    def rude(x):
        x *= 2
        return x

    history = descend(rude, SGD(np.ones(2), lr=0.25), 3)
    np.testing.assert_allclose(history.params[:, 0], 0.5 ** np.arange(4))


def test_no_step_is_the_start_alone():
    history = descend(landscapes.valley(10), Adam(np.ones(2)), 0)
    assert history.steps == 0
    np.testing.assert_array_equal(history.params, [[1.0, 1.0]])


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: descend(3, SGD(np.ones(2)), 5),
     TypeError, "landscape: a Landscape or a gradient function is needed, got 3"),
    (lambda: descend(VALLEY, SGD([np.ones(2), np.ones(2)]), 5), ValueError, "optimizer: one array"),
    (lambda: descend(VALLEY, SGD(np.ones(2)), -1), ValueError, "steps: a whole number .* got -1"),
    (lambda: descend(VALLEY, SGD(np.ones(2)), 1.5), ValueError, "steps: a whole number .* got 1.5"),
    (lambda: descend(lambda x: x[:1], SGD(np.ones(2)), 5),
     ValueError, r"step 0 needs shape \(2,\).* got \(1,\)"),
    (lambda: descend(lambda x: x * np.nan, SGD(np.ones(2)), 5),
     ValueError, r"loss or gradient is nan at step 0, at the point \[1. 1.\]"),
    (lambda: descend(VALLEY, SGD(np.ones(3)), 5), ValueError, "2 coordinates"),
])
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
