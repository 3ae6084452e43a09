"""Momentum's phase map, against the eigenvalues of the step's matrix and against counted runs."""

import math

import numpy as np
import pytest

from optimlab.live import phase_map
from optimlab.live.phase_map import radius, region, roots

A = np.linspace(0.0, 4.0, 41)
BETA = np.linspace(0.0, 0.99, 34)


def eigenvalues(a, beta):
    """Of the matrix that takes (x, v) to the next (x, v), lambda = 1, lr = a."""
    return np.linalg.eigvals([[1 - a, -a * beta], [1.0, beta]])


def test_roots_and_radius_are_the_eigenvalues():
    for a in A:
        for beta in BETA:
            expected = np.abs(eigenvalues(a, beta))
            assert np.abs(roots(a, beta)) == pytest.approx(sorted(expected, reverse=True), abs=1e-6)
            assert radius(a, beta) == pytest.approx(expected.max(), abs=1e-6)


def test_the_roots_multiply_to_beta_and_add_to_one_plus_beta_minus_a():
    pair = roots(A[:, None], BETA)
    np.testing.assert_allclose(pair.prod(axis=-1), np.broadcast_to(BETA, (len(A), len(BETA))), atol=1e-12)
    np.testing.assert_allclose(pair.sum(axis=-1), 1 + BETA - A[:, None], atol=1e-12)


@pytest.mark.parametrize(
    ("a", "beta", "name"),
    [
        (0.001, 0.9, "monotone"),
        (0.0026, 0.9, "monotone"),
        (0.0027, 0.9, "spiralling"),
        (3.79, 0.9, "spiralling"),
        (3.798, 0.9, "alternating"),
        (3.8, 0.9, "neutral"),
        (3.81, 0.9, "divergent"),
        (0.04, 0.64, "critical"),
        (0.5, 0.0, "monotone"),
        (1.0, 0.0, "critical"),
        (1.5, 0.0, "alternating"),
        (2.0, 0.0, "neutral"),
        (2.1, 0.0, "divergent"),
        (0.0, 0.5, "neutral"),
    ],
)
def test_regions(a, beta, name):
    assert region(a, beta) == name


def test_regions_agree_with_the_roots():
    for a in A[1:]:
        for beta in BETA:
            pair, name = roots(a, beta), region(a, beta)
            if name == "spiralling":
                assert abs(pair[0].imag) > 0
                assert np.abs(pair) == pytest.approx([math.sqrt(beta)] * 2)
            elif name == "monotone":
                assert abs(pair[0].imag) < 1e-9 and pair[0].real > 0 and np.abs(pair).max() < 1
            elif name == "alternating":
                assert abs(pair[0].imag) < 1e-9 and pair[0].real < 0 and np.abs(pair).max() < 1
            elif name == "divergent":
                assert np.abs(pair).max() > 1


@pytest.mark.parametrize(
    ("a", "beta"), [(0.1, 0.9), (1.0, 0.9), (0.04, 0.64), (1.9, 0.0), (0.5, 0.2), (3.805, 0.9)]
)
def test_the_run_is_the_matrix_power(a, beta):
    run = phase_map.simulate(a=a, beta=beta, v0=0.5, steps=40)
    state, xs = np.array([1.0, -0.5 / math.sqrt(a)]), [1.0]
    for _ in range(40):
        state = np.array([[1 - a, -a * beta], [1.0, beta]]) @ state
        xs.append(state[0])
    np.testing.assert_allclose(run["x"], xs, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(run["velocity"][1:], np.diff(xs) / math.sqrt(a), rtol=1e-6, atol=1e-9)


def test_the_rate_stays_while_lr_grows_tenfold():
    for a in (0.1, 1.0):
        assert phase_map.simulate(a=a, beta=0.9)["radius"] == pytest.approx(math.sqrt(0.9), abs=1e-12)


def test_half_life():
    assert phase_map.simulate(a=0.1, beta=0.9)["half_life"] == pytest.approx(13.158, abs=1e-3)
    assert phase_map.simulate(a=2.0, beta=0.0)["half_life"] == math.inf
    assert phase_map.simulate(a=1.0, beta=0.0)["half_life"] == 0.0
    assert phase_map.simulate(a=4.0, beta=0.0)["half_life"] == pytest.approx(-math.log(2) / math.log(3))


def test_divergence_is_said():
    values = {**phase_map.defaults(), "a": 4.0, "beta": 0.5}
    words = [getattr(mark, "text", "") for mark in phase_map.frame(values).pictures["sequence"].marks]
    assert f"diverged at step {phase_map.simulate(**values)['diverged_at']}" in words


def test_the_map_has_five_labels_and_its_borders():
    labels = {
        mark.text
        for mark in phase_map.frame(phase_map.defaults()).pictures["map"].marks
        if hasattr(mark, "text")
    }
    assert labels == {"monotone", "critical", "spiralling", "alternating", "divergent"}


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {"a": 0.04, "beta": 0.64}, None, True),
        (1, {"a": 0.04, "beta": 0.7}, None, False),
        (1, {"a": 0.04, "beta": 0.5}, None, False),
        (1, {"a": 0.25, "beta": 0.25}, None, False),
        (2, {"a": 1.0, "beta": 0.9}, 0.949, True),
        (2, {"a": 1.0, "beta": 0.9}, 0.9, False),
        (2, {"a": 0.1, "beta": 0.9}, 0.949, False),
        (3, {"a": 1.0, "beta": 0.5}, None, True),
        (3, {"a": 0.04, "beta": 0.5}, None, False),
        (3, {"a": 1.0, "beta": 0.0}, None, False),
        (3, {"a": 4.0, "beta": 0.5}, None, False),
        (4, {}, 3.8, True),
        (4, {}, 3.7, False),
        (4, {}, -3, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = phase_map.tasks[task - 1].check({**phase_map.defaults(), **values}, answer)
    assert verdict is solved
    assert len(text) > 10


def test_before_the_guess_the_regions_are_not_named():
    frame = phase_map.first_look(phase_map.defaults())
    assert not any(hasattr(mark, "text") for mark in frame.pictures["map"].marks)
