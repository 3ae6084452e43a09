"""One update taken apart, against the chain rule by central differences and the rules by hand."""

import re

import numpy as np
import pytest

from optimlab.live import anatomy
from optimlab.live.learners import OWN

STARTS = [(0.5, -0.5), (1.0, 2.0), (-1.3, 0.4)]


def loss(w1, w2):
    return (w2 * np.tanh(w1 * 1.5) - 1.0) ** 2


@pytest.mark.parametrize(("w1", "w2"), STARTS)
def test_the_slopes_are_the_central_differences(w1, w2):
    values = anatomy.simulate(stage=9, w1=w1, w2=w2)["values"]
    h = 1e-5
    assert values["loss"] == pytest.approx(loss(w1, w2), rel=1e-14)
    assert values["dw1"] == pytest.approx((loss(w1 + h, w2) - loss(w1 - h, w2)) / (2 * h), rel=1e-8)
    assert values["dw2"] == pytest.approx((loss(w1, w2 + h) - loss(w1, w2 - h)) / (2 * h), rel=1e-8)
    p, a = w2 * np.tanh(w1 * 1.5), w1 * 1.5
    assert values["dp"] == pytest.approx(2 * (p - 1))
    assert values["da"] == pytest.approx(2 * (p - 1) * w2 / np.cosh(a) ** 2)


def test_the_numbers_that_the_texts_name():
    result = anatomy.simulate(stage=10)
    seen = {name: round(value, 3) for name, value in result["values"].items()}
    assert (seen["p"], seen["loss"], seen["dw1"], seen["dw2"]) == (-0.318, 1.736, 1.179, -1.674)
    assert result["path"][1].round(3).tolist() == [0.264, -0.165]
    assert result["losses"][1] == pytest.approx(1.13, abs=0.005)


@pytest.mark.parametrize("stage", range(81))
def test_every_stage_shows_one_number_more(stage):
    result = anatomy.simulate(stage=stage)
    part = stage % 10 or (10 if stage else 0)
    assert len(result["done"]) == part
    assert len(result["path"]) == stage // 10 + 1
    assert result["update"] == max(1, -(-stage // 10))
    frame = anatomy.frame({**anatomy.defaults(), "stage": stage})
    known = [value for _, value in frame.numbers[:11] if value != "·"]
    assert len(known) == part + (part == 10)


@pytest.mark.parametrize(("rule", "momentum"), [("gradient descent", 0.0), ("momentum 0.9", 0.9)])
def test_the_updates_are_the_rule(rule, momentum):
    result = anatomy.simulate(stage=80, lr=0.1, rule=rule)
    w, v, h = np.array([0.5, -0.5]), np.zeros(2), 1e-6
    for row in result["path"]:
        assert row == pytest.approx(w, abs=1e-7)
        g = [(loss(w[0] + h, w[1]) - loss(w[0] - h, w[1])) / (2 * h),
             (loss(w[0], w[1] + h) - loss(w[0], w[1] - h)) / (2 * h)]  # fmt: skip
        v = momentum * v + np.array(g)
        w = w - 0.1 * v
    assert list(result["state"]) == (["v"] if momentum else [])


def test_a_learners_rule_walks():
    ours = anatomy.simulate(stage=80)
    theirs = anatomy.simulate(stage=80, rule=OWN, own=lambda w, g, lr: w - lr * g)
    np.testing.assert_allclose(ours["path"], theirs["path"], rtol=1e-14)


def broken(w, grad, lr):
    return 1 / 0


def short(w, grad, lr):
    return w[0]


@pytest.mark.parametrize(
    ("own", "words"), [(broken, "ZeroDivisionError"), (short, r"shape \(2,\)"), (3, "needed")]
)
def test_trouble_with_a_learners_rule_is_said_at_its_turn(own, words):
    before, after = anatomy.simulate(stage=9), anatomy.simulate(stage=35, rule=OWN, own=own)
    assert re.search(words, after["trouble"])
    assert (after["done"], after["update"], len(after["path"])) == (before["done"], 1, 1)
    frame = anatomy.frame({**anatomy.defaults(), "rule": OWN, "stage": 35}, {"own": own})
    assert frame.readout == after["trouble"]


def test_a_learners_state_is_shown():
    def momentum_step(w, grad, velocity, lr, momentum):
        velocity = momentum * velocity + grad
        return w - lr * velocity, velocity

    theirs = anatomy.simulate(stage=50, rule=OWN, own=momentum_step)
    ours = anatomy.simulate(stage=50, rule="momentum 0.9")
    np.testing.assert_allclose(theirs["path"], ours["path"], rtol=1e-14)
    np.testing.assert_allclose(theirs["state"]["velocity"], ours["state"]["v"], rtol=1e-14)


def test_a_rule_of_ones_own_is_a_choice_like_the_others():
    def nowhere(w, grad, lr):
        return w

    figure = anatomy(own=nowhere, stage=10)
    assert figure.values["rule"] == OWN  # who brings it wants to see it
    assert anatomy(own=nowhere, rule="momentum 0.9").values["rule"] == "momentum 0.9"
    assert anatomy().values["rule"] == "gradient descent"
    for rule, moves in ((OWN, False), ("gradient descent", True), ("momentum 0.9", True)):
        before, after = anatomy.simulate(stage=10, rule=rule, own=nowhere)["path"]
        assert np.array_equal(before, after) is not moves
    missing = anatomy.frame({**anatomy.defaults(), "rule": OWN, "stage": 10}).readout
    assert missing == "Give your step function or optimizer class: live.anatomy(own=my_step)."
    for task in anatomy.tasks[1:3]:
        values = {**anatomy.defaults(), **task.setup, "lr": 1.0, "rule": OWN}
        assert task.check(values, None) == (False, "For this one, set the rule to gradient descent.")


def test_before_the_guess_nothing_is_computed():
    frame = anatomy.first_look({**anatomy.defaults(), "stage": 40})
    assert frame.numbers == []
    words = [mark.text for mark in frame.pictures["graph"].marks if type(mark).__name__ == "Text"]
    assert not any(word.startswith(("a =", "loss =", "dw1 =")) for word in words)


def test_a_loss_that_leaves_the_picture_is_said():
    marks = anatomy.frame({**anatomy.defaults(), "lr": 2.0, "stage": 40}).pictures["curve"].marks
    assert "above 4 at update 1" in [getattr(mark, "text", "") for mark in marks]


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {}, 2 * (np.tanh(1.5) - 1) * np.tanh(1.5), True),
        (1, {}, 0.172, False),
        (1, {}, 0.9, False),
        (2, {"w1": 1.0, "w2": 2.0, "lr": 0.43}, None, True),
        (2, {"w1": 1.0, "w2": 2.0, "lr": 0.2}, None, False),
        (2, {"w1": 1.0, "w2": 2.0, "lr": 0.6}, None, False),
        (2, {"lr": 0.43}, None, False),
        (3, {"lr": 1.0}, None, True),
        (3, {"lr": 0.2}, None, False),
        (4, {"w1": 1.0, "w2": 0.0}, None, True),
        (4, {"w1": 0.0, "w2": 0.0}, None, False),
        (4, {"w1": 1.0, "w2": 0.5}, None, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = anatomy.tasks[task - 1].check({**anatomy.defaults(), **values}, answer)
    assert verdict is solved, text
    assert text.endswith((".", "?")) and len(text) > 10


def test_the_guess_and_the_reason():
    w1 = anatomy.simulate(stage=10)["path"][:, 0]
    assert w1[1] < w1[0] and anatomy.question.answer == "down"
    right = [choice for choice in anatomy.why.choices if anatomy.why.check({}, choice)[0]]
    assert right == ["Its path to p leads through w2, which is negative"]
