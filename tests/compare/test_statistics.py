"""Medians, intervals and profiles, beside closed forms and brute force."""

import itertools

import numpy as np
import pytest

from optimlab.compare import interval, median, paired, performance_profile, profile_score


def test_the_median_counts_inf_as_worst():
    assert median([3, 1, 2]) == 2
    assert median([1, 2, np.inf]) == 2
    assert median([1, np.inf]) == np.inf
    assert median([1, np.inf, np.inf]) == np.inf


def test_the_interval_of_three_values_is_that_of_all_27_draws():
    """Draws with replacement of (0, 1, 2) have the median 0, 1, 2 in 7, 13, 7 cases of 27."""
    medians = [np.median(draw) for draw in itertools.product([0, 1, 2], repeat=3)]
    assert np.bincount(np.array(medians, int)).tolist() == [7, 13, 7]
    assert interval([0, 1, 2]) == (0, 2)
    assert interval([0, 1, 2], level=0.4) == (1, 1)


def test_the_interval_holds_the_true_median_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = [low <= 0 <= high for low, high in (interval(rng.normal(size=15), rng=i) for i in range(300))]
    assert 0.90 <= np.mean(hits) <= 0.99


def test_pairing_takes_out_what_the_seed_does():
    rng = np.random.default_rng(1)
    seed, noise = 10 * rng.normal(size=20), 0.1 * rng.normal(size=20)
    middle, low, high = paired(seed - 1 + noise, seed)
    assert -1.2 < low <= middle <= high < -0.8
    assert interval(seed - 1)[1] > interval(seed)[0]


def test_two_failures_are_equal_and_one_is_worst():
    assert paired([np.inf, np.inf], [np.inf, np.inf]) == (0, 0, 0)
    assert paired([np.inf] * 3, [1.0] * 3) == (np.inf, np.inf, np.inf)


def test_the_profile_of_a_small_example_worked_out_by_hand():
    times = [[10, 20, np.inf, np.inf], [20, 20, 5, np.inf]]
    share = performance_profile(times, [1, 2, 100])
    np.testing.assert_array_equal(share, [[0.5, 0.5, 0.5], [0.5, 0.75, 0.75]])


def test_the_score_is_the_mean_height_of_the_profile():
    rng = np.random.default_rng(2)
    times = rng.uniform(1, 6, size=(4, 7))
    times[0, 0] = np.inf
    taus = np.linspace(1, 4, 60001)
    np.testing.assert_allclose(profile_score(times), performance_profile(times, taus).mean(axis=1), atol=1e-4)


@pytest.mark.parametrize("values", [[1.0], [np.inf], [np.inf, 1.0]])
def test_few_values_give_an_interval_without_nan(values):
    assert not np.isnan(interval(values)).any()
