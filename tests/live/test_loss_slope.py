"""Loss and slope, against the formulas written out, and the slopes against central differences."""

import math

import numpy as np
import pytest

from optimlab.live import loss_slope

ONE, YES = "a number", "yes or no"
FORMULAS = {
    (ONE, "squared"): lambda z: z**2,
    (ONE, "absolute"): abs,
    (ONE, "Huber"): lambda z: z**2 / 2 if abs(z) <= 1 else abs(z) - 0.5,
    (YES, "cross-entropy"): lambda z: math.log1p(math.exp(-z)),
    (YES, "squared"): lambda z: (1 / (1 + math.exp(-z)) - 1) ** 2,
    (YES, "hinge"): lambda z: max(0.0, 1 - z),
}


@pytest.mark.parametrize(("kind", "name"), FORMULAS)
@pytest.mark.parametrize("z", [-9.2, -3.0, -0.4, 0.7, 2.5, 8.0])
def test_losses_and_slopes(kind, name, z):
    f, h = FORMULAS[kind, name], 1e-5
    result = loss_slope.simulate(output=z, kind=kind)
    assert result["losses"][name] == pytest.approx(f(z), rel=1e-12)
    assert result["slopes"][name] == pytest.approx((f(z + h) - f(z - h)) / (2 * h), rel=1e-5, abs=1e-9)


def test_squared_error_on_a_saturated_sigmoid_has_two_parts_in_ten_thousand():
    p = 1e-4
    slopes = loss_slope.simulate(output=math.log(p / (1 - p)))["slopes"]
    assert slopes["squared"] / slopes["cross-entropy"] == pytest.approx(2 * p * (1 - p), rel=1e-10)


def test_the_paths_are_gradient_descent():
    result = loss_slope.simulate(output=-3.0, kind=YES, lr=0.5, steps=30)
    z = -3.0
    for value in result["paths"]["cross-entropy"]:
        assert value == pytest.approx(z, rel=1e-12)
        z += 0.5 / (1 + math.exp(z))
    closed = loss_slope.simulate(output=4.0, kind=ONE, lr=0.1, steps=30)["paths"]["squared"]
    np.testing.assert_allclose(closed, 4.0 * 0.8 ** np.arange(31), rtol=1e-12)


def test_a_run_that_leaves_is_said():
    values = {**loss_slope.defaults(), "kind": ONE, "output": 4.0, "lr": 2.0}
    title = loss_slope.frame(values).pictures["walk"].title
    assert title.startswith("Squared runs away after ")


def test_the_curves_are_the_points():
    for kind in (ONE, YES):
        frame = loss_slope.frame({**loss_slope.defaults(), "kind": kind, "output": -3.0})
        lines = [mark for mark in frame.pictures["loss"].marks if type(mark).__name__ == "Line"][:3]
        points = [mark for mark in frame.pictures["loss"].marks if type(mark).__name__ == "Points"]
        for line, point in zip(lines, points, strict=True):
            assert np.interp(-3.0, line.x, line.y) == pytest.approx(point.y[0])


def test_before_the_guess_no_curve_is_shown():
    frame = loss_slope.first_look(loss_slope.defaults())
    kinds = {type(mark).__name__ for picture in frame.pictures.values() for mark in picture.marks}
    assert kinds <= {"Rule"} and frame.numbers == []


def test_where_squared_error_pushes_hardest():
    z = np.linspace(-5, 5, 10_001)
    p = 1 / (1 + np.exp(-z))
    slope = 2 * (1 - p) * p * (1 - p)
    assert z[slope.argmax()] == pytest.approx(-math.log(2), abs=1e-3)
    assert slope.max() == pytest.approx(8 / 27, rel=1e-6)


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {"output": -0.7}, None, True),
        (1, {"output": -3.0}, None, False),
        (1, {"output": 0.5}, None, False),
        (1, {"output": -0.7, "kind": ONE}, None, False),
        (2, {}, 10, True),
        (2, {}, 9, False),
        (3, {}, 1, True),
        (3, {}, 0.5, False),
        (3, {}, 3, False),
        (4, {"kind": ONE, "output": 0.5}, None, True),
        (4, {"kind": ONE, "output": -0.5}, None, True),
        (4, {"kind": ONE, "output": 1.0}, None, False),
        (4, {"output": 0.5}, None, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = loss_slope.tasks[task - 1].check({**loss_slope.defaults(), **values}, answer)
    assert verdict is solved, text
    assert text.endswith((".", "?")) and len(text) > 10


def test_the_reason():
    right = [choice for choice in loss_slope.why.choices if loss_slope.why.check({}, choice)[0]]
    assert right == ["The chain rule multiplies by the slope of the sigmoid, which is almost flat there"]
