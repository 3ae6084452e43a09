"""The way back of every layer and model beside central differences of its own way there."""

import numpy as np
import pytest
from layer_parity import CASES, MODELS, RECURRENT, Numbers, parts, set_params, small_model

from optimlab import losses, nn

H = 1e-6
ONE_EACH = {case.name: case for case in reversed(CASES) if not case.levels and not case.truncate}


def slopes(f, x):
    """Central differences of the number f() by every element of x, which f reads."""
    found = np.empty_like(x)
    for index in np.ndindex(*x.shape):
        before = x[index]
        x[index] = before + H
        above = f()
        x[index] = before - H
        found[index] = (above - f()) / (2 * H)
        x[index] = before
    return found


def double(case):
    layer = getattr(nn, case.name)(*case.args, **case.settings)
    layer._cast(np.dtype(np.float64))
    return layer.train(case.training)


@pytest.mark.parametrize("case", ONE_EACH.values(), ids=lambda case: case.made_with())
def test_backward_is_the_slope_of_forward(case):
    layer, numbers = double(case), Numbers(case)
    for name, view in layer.views.items():
        view[...] = numbers.param(name, view.shape)
    x, first = numbers.x, None
    if case.name == "Dropout":
        layer = layer.eval()

    def total():
        out = layer.forward(x) if first is None else layer.forward(x, first)
        return np.vdot(weights, out[0] if case.name in RECURRENT else out)

    if case.name in RECURRENT:
        first = numbers.state(layer, "first")
        weights = numbers.dout(layer.forward(x, first)[0].shape)
        total()
        dx, dfirst = layer.backward(weights)
        for part, slope in zip(parts(first), parts(dfirst), strict=True):
            assert np.abs(slopes(total, part) - slope).max() < 1e-8
    else:
        weights = numbers.dout(layer.forward(x).shape)
        dx = layer.backward(weights)
    grads = layer.grads.copy()
    if not case.integers:
        assert np.abs(slopes(total, x) - dx).max() < 1e-8
    assert np.abs(slopes(total, layer.params) - grads).max(initial=0) < 1e-8


@pytest.mark.parametrize("name", MODELS)
def test_grads_are_the_slope_of_the_loss(name):
    model, x, y = small_model(name)
    set_params(model)
    model.loss(x, y)
    grads = model.grads.copy()
    assert np.abs(slopes(lambda: model.loss(x, y), model.params) - grads).max() < 1e-8


LOSSES = ["mse", "half_mse", "mae", "huber", "cross_entropy", "binary_cross_entropy", "hinge"]


@pytest.mark.parametrize("name", LOSSES)
def test_a_losses_gradient_is_its_slope(name):
    draw = np.random.default_rng(2)
    output = draw.normal(size=(5, 3))
    target = {
        "cross_entropy": draw.integers(0, 3, 5),
        "binary_cross_entropy": draw.uniform(size=(5, 3)),
        "hinge": draw.choice([-1.0, 1.0], (5, 3)),
    }.get(name, draw.normal(size=(5, 3)))
    loss = getattr(losses, name)
    gradient = loss(output, target)[1]
    assert np.abs(slopes(lambda: loss(output, target)[0], output) - gradient).max() < 1e-8


def test_the_differences_see_a_wrong_gradient():
    x = np.array([1.0, 2.0])
    assert np.abs(slopes(lambda: float((x**2).sum()), x) - 2.001 * x).max() > 1e-4
