"""The report card, beside theory and the numbers that the classics are known by."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest

import optimlab
from optimlab import compare
from optimlab.compare import card as cards
from optimlab.compare.rules import rule

STORED = cards.stored()
CLASSICS = {name: compare.Grades(**one) for name, one in STORED["grades"].items()}


def my_step(w, grad, lr):
    return w - lr * grad


def test_gradient_descent_takes_the_steps_of_theory():
    """In eigendirections, x_i(t) = (1 - lr h_i)^t x_i(0): the first t at which the sum is small enough."""
    A, start = cards.bowl(100, 0)
    h, Q = np.linalg.eigh(A)
    np.testing.assert_allclose([h[0], h[-1]], [0.01, 1])
    x = Q.T @ start
    for lr in (0.1, 1.0, 1.9):
        t = next(t for t in range(1, 200_000) if np.sum((x * (1 - lr * h) ** t) ** 2) <= 1e-12)
        assert cards.steps_to(rule("SGD"), A, start, lr, 200_000) == t
    assert cards.steps_to(rule("SGD"), A, start, 2.1, 10_000) == math.inf


@pytest.mark.parametrize("lr", [0.1, 0.5])
def test_the_noise_floor_of_sgd_is_that_of_theory(lr):
    assert cards.noise_floor(rule("SGD"), lr) == pytest.approx(lr / (2 - lr), rel=0.05)


def test_the_classics_are_as_they_are_known():
    assert set(CLASSICS) == set(cards.NAMES)
    assert CLASSICS["SGD"].slope == pytest.approx(1, abs=0.1)
    assert CLASSICS["momentum"].slope < 0.85
    assert CLASSICS["SGD"].rotation == pytest.approx(1, abs=1e-6)
    assert CLASSICS["momentum"].rotation == pytest.approx(1, abs=1e-2)
    assert CLASSICS["Adam"].rotation > 2 and CLASSICS["RMSprop"].angle_steps[1] == math.inf
    assert CLASSICS["Adam"].state == 8 and CLASSICS["momentum"].state == 4
    assert {"date", "numpy", "optimlab", "python"} <= set(STORED["about"]) and STORED["minutes"] > 0


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_the_stored_numbers_can_be_had_again(name):
    made, kept = rule(name), CLASSICS[name]
    with np.errstate(all="ignore"):
        floors = [cards.noise_floor(made, lr) for lr in cards.LRS[4:8]]
        steps = np.median([cards.tuned_steps(made, *cards.bowl(10, seed)) for seed in range(3)])
    assert floors == pytest.approx(kept.floors[4:8], rel=1e-6)
    assert steps == kept.kappa_steps[0]


@pytest.fixture(scope="module")
def card():
    return compare.report_card(my_step)


def test_the_learner_s_own_function_gets_the_card_of_what_it_is(card):
    """It is plain gradient descent, so all but the cost is SGD's."""
    own, sgd = card.grades, CLASSICS["SGD"]
    assert card.name == "my_step"
    assert own.kappa_steps == sgd.kappa_steps and own.angle_steps == sgd.angle_steps
    np.testing.assert_allclose(own.floors, sgd.floors, rtol=1e-9)
    np.testing.assert_allclose(own.net_scores, sgd.net_scores, rtol=1e-3)
    assert own.state == 0
    words = " ".join(card.words())
    assert "does not care how the axes lie" in words and "as for gradient descent" in words
    assert card.seconds < 60


def test_the_card_is_drawn_told_and_tabled(card):
    fig = card.figure()
    assert [len(ax.lines) for ax in fig.axes] == [5] * 4
    assert all(ax.get_title(loc="left") for ax in fig.axes)
    plt.close(fig)
    assert "my_step" in str(card.table()) and "<table>" in card._repr_html_()
    assert card.table().head == ["", "my_step", *cards.NAMES]


def test_what_cannot_take_a_step_is_said_at_once():
    def broken(w, grad, lr):
        return w[:1]

    with pytest.raises(ValueError, match="broken failed at its first step: .*shape"):
        compare.report_card(broken)
    with pytest.raises(ValueError, match="no optimizer called 'Adma'"):
        compare.report_card("Adma")


def test_an_optimizer_that_never_arrives_is_said_so(monkeypatch):
    monkeypatch.setattr(cards, "CAP", 50)
    monkeypatch.setattr(cards, "LRS", [0.1])
    monkeypatch.setattr(cards, "net", lambda optimizer: ([1.0] * len(cards.NET_LRS), 1.0, 1.0))
    grades = cards.measure(optimlab.Lion)
    assert grades.kappa_steps == [math.inf] * 3 and math.isnan(grades.slope) and math.isnan(grades.rotation)
    assert "did not come within" in " ".join(compare.Card("Lion", grades, CLASSICS, 0.0).words())
