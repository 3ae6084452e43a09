"""Singular values before and after, against scalar iteration and against theory."""

import numpy as np
import pytest

from optimlab import Muon
from optimlab.live import spectrum
from optimlab.live.spectrum import CUBIC, FADING, GAUSSIAN, HIGH, LOW, MUON, NETWORK

COEFFICIENTS = {MUON: (3.4445, -4.7750, 2.0315), CUBIC: (1.5, -0.5, 0)}


@pytest.mark.parametrize("polynomial", COEFFICIENTS)
@pytest.mark.parametrize("matrix", [GAUSSIAN, FADING, NETWORK])
@pytest.mark.parametrize("rounds", [0, 1, 5, 12])
def test_every_singular_value_goes_through_the_polynomial(matrix, rounds, polynomial):
    run = spectrum.simulate(matrix=matrix, rounds=rounds, polynomial=polynomial, seed=3)
    s, (a, b, c) = run["before"], COEFFICIENTS[polynomial]
    assert np.sum(s**2) == pytest.approx(1)
    for _ in range(rounds):
        s = a * s + b * s**3 + c * s**5
    noise = 1e-15 * run["gain"]  # of the gradient's directions that are 0: rounding grows with the rest
    np.testing.assert_allclose(run["after"], np.sort(np.abs(s))[::-1], rtol=1e-7, atol=noise)


def test_the_numbers_of_the_plan():
    conditions = [spectrum.simulate(rounds=rounds)["condition"][1] for rounds in (0, 2, 5)]
    assert [round(c, 1) for c in conditions] == [205.2, 82.8, 2.1]


def test_conditions_of_random_matrices_are_edelmans():
    """P(condition < n x) is exp(-2/x - 2/x²) for large n (Edelman 1988): the median is 3.67 n."""
    median = np.median([spectrum.simulate(rounds=0, seed=s)["condition"][0] for s in range(400)])
    x = (2 + np.sqrt(4 + 8 * np.log(2))) / (2 * np.log(2))
    assert median == pytest.approx(64 * x, rel=0.15)


def test_it_stays_in_the_band_and_does_not_settle():
    s = np.linspace(LOW, HIGH, 10_001)
    after = COEFFICIENTS[MUON][0] * s + COEFFICIENTS[MUON][1] * s**3 + COEFFICIENTS[MUON][2] * s**5
    assert LOW <= after.min() and after.max() <= HIGH
    ends = [spectrum.simulate(rounds=rounds)["after"] for rounds in (28, 29, 30)]
    for values in ends:
        assert LOW <= values.min() < 0.7 and 1.1 < values.max() <= HIGH


def test_the_cubic_does_settle():
    np.testing.assert_allclose(spectrum.simulate(rounds=30, polynomial=CUBIC)["after"], 1, atol=1e-9)


def test_a_learners_function_and_a_class():
    def mine(G, steps):
        U, _, V = np.linalg.svd(G)
        return U @ V

    np.testing.assert_allclose(spectrum.simulate(own=mine)["own"]["after"], 1)
    own = spectrum.simulate(own=Muon)
    np.testing.assert_allclose(own["own"]["after"], own["after"], rtol=1e-9)


def test_a_step_function_takes_one_step():
    sign = spectrum.simulate(own=lambda w, grad, lr: w - lr * np.sign(grad))["own"]["after"]
    assert np.sum(sign**2) == pytest.approx(64 * 64)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (lambda G, steps: 1 / 0, "ZeroDivisionError"),
        (lambda G, steps: G[:2], "(64, 64) is needed"),
        (lambda G, steps: G * np.nan, "not finite"),
        (3, "A step function or an optimizer class is needed"),
    ],
)
def test_a_learners_function_that_fails_is_quoted(own, words):
    values = spectrum.defaults()
    frame = spectrum.frame(values, {"own": own})
    assert words in frame.readout
    assert "2.12 times apart" in frame.readout


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {}, 3.4445, True),
        (1, {}, 3.44, True),
        (1, {}, 484.9, False),
        (1, {}, 1, False),
        (2, {"rounds": 5}, None, True),
        (2, {"rounds": 4}, None, False),
        (2, {"rounds": 6}, None, False),
        (2, {"rounds": 5, "matrix": FADING}, None, False),
        (3, {"rounds": 14, "polynomial": CUBIC}, None, False),
        (3, {"rounds": 15, "polynomial": CUBIC}, None, True),
        (3, {"rounds": 16, "polynomial": CUBIC}, None, False),
        (3, {"rounds": 5}, None, False),
        (4, {"matrix": FADING, "decades": 2.5}, None, True),
        (4, {"matrix": FADING, "decades": 1.0}, None, False),
        (4, {"matrix": FADING, "decades": 4.0}, None, False),
        (4, {"matrix": FADING, "decades": 2.5, "rounds": 9}, None, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = spectrum.tasks[task - 1].check({**spectrum.defaults(), **values}, answer)
    assert verdict is solved, text
    assert len(text) > 10


def test_the_cubics_task_has_one_answer():
    values = {**spectrum.defaults(), "polynomial": CUBIC}
    solved = [r for r in range(31) if spectrum.tasks[2].check({**values, "rounds": r}, None)[0]]
    assert len(solved) == 1 and 12 < solved[0] < 30


def test_before_the_guess_no_polynomial_is_shown():
    assert spectrum.first_look(spectrum.defaults()).pictures["map"].marks == []


def test_each_point_of_the_map_lies_on_its_curve():
    picture = spectrum.frame({**spectrum.defaults(), "rounds": 3}).pictures["map"]
    (line,) = [mark for mark in picture.marks if type(mark).__name__ == "Line" and len(mark.x) > 2]
    (points,) = [mark for mark in picture.marks if type(mark).__name__ == "Points"]
    np.testing.assert_allclose(np.interp(points.x, line.x, line.y), points.y, rtol=0.01)
