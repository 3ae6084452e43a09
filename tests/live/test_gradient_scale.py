"""Gradient scale, against the library's Adam and AdamW and against (1 − lr wd)^t."""

import numpy as np
import pytest

from optimlab import Adam, AdamW
from optimlab.live import gradient_scale
from optimlab.live.gradient_scale import coupled, draws, remember


@pytest.mark.parametrize(("scale", "left"), [(0.01, 0.00), (1.0, 0.37), (100.0, 0.99)])
def test_what_is_left_for_gradients_of_three_sizes(scale, left):
    run = gradient_scale.simulate(scale=scale)
    assert run["left"]["Adam + L2"] == pytest.approx(left, abs=5e-3)
    assert run["left"]["AdamW"] == pytest.approx(0.999**1000, abs=1e-4)


@pytest.mark.parametrize(("name", "make"), [("Adam + L2", Adam), ("AdamW", AdamW)])
@pytest.mark.parametrize("settings", [(0.1, 0.03, 0.02), (1.0, 0.5, 0.1), (300.0, 1.0, 0.001)])
def test_the_runs_are_the_librarys(name, make, settings):
    scale, weight_decay, lr = settings
    run = gradient_scale.simulate(scale, weight_decay, lr, steps=60, seed=3)
    w = np.ones(100)
    optimizer = make(w, lr=lr, weight_decay=weight_decay)
    for push in scale * draws(3)[:60]:
        optimizer.step(push)
    assert run["left"][name] == pytest.approx(w.mean(), rel=1e-10)
    assert run["std"][name][-1] == pytest.approx(w.std(), rel=1e-9)


@pytest.mark.parametrize("weight_decay", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("lr", [0.001, 0.02])
def test_adamw_leaves_the_formula_at_every_size(lr, weight_decay):
    for scale in (1e-3, 0.2, 50.0, 1e3):
        run = gradient_scale.simulate(scale, weight_decay, lr)
        steps = np.arange(1001)
        np.testing.assert_allclose(run["mean"]["AdamW"], (1 - lr * weight_decay) ** steps, atol=1e-9)
        assert run["decoupled"] == pytest.approx(run["left"]["AdamW"], abs=1e-9)
        assert run["time_scale"] == pytest.approx(1 / (lr * weight_decay))


@pytest.mark.parametrize("scale", [1.0, 3.0, 10.0, 1000.0])
def test_the_formula_for_adam_with_l2_holds_where_noise_outweighs_the_decay(scale):
    left = np.mean([gradient_scale.simulate(scale, seed=seed)["left"]["Adam + L2"] for seed in range(4)])
    assert left == pytest.approx(float(coupled(scale, 0.1, 0.01, 1000)), abs=0.015)


def test_every_run_has_a_mirror_image():
    noise = draws(0)
    np.testing.assert_array_equal(noise[:, :50], -noise[:, 50:])
    assert not np.array_equal(noise, draws(1))


def test_a_decay_that_serves_large_gradients_ends_the_others():
    """What task 3 says: with wd 10 a weight with gradients of size 1 is gone after some 100 steps."""
    run = gradient_scale.simulate(scale=100.0, weight_decay=10.0)
    assert run["left"]["Adam + L2"] == pytest.approx(0.37, abs=0.02)
    small = gradient_scale.simulate(scale=1.0, weight_decay=10.0)["mean"]["Adam + L2"]
    assert 60 < int(np.argmax(small < 0.1)) < 140


def test_a_learners_rule_runs_beside_them():
    def adamw_step(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        return w - lr * (step + wd * w), m, v

    run = gradient_scale.simulate(scale=7.0, own=adamw_step)
    np.testing.assert_allclose(run["mean"]["yours"], run["mean"]["AdamW"], rtol=1e-9)
    frame = gradient_scale.frame(gradient_scale.defaults(), {"own": adamw_step})
    assert "yours leaves 0.37" in frame.readout and run["trouble"] == ""


@pytest.mark.parametrize("own", [lambda w, grad: w * 1e6, lambda w, grad: 1, 7])
def test_what_goes_wrong_in_a_learners_rule_is_said(own):
    frame = gradient_scale.frame({**gradient_scale.defaults(), "steps": 30}, {"own": own})
    assert frame.readout.endswith(gradient_scale.simulate(steps=30, own=own)["trouble"])
    assert "nan" not in frame.readout and "AdamW leaves" in frame.readout


def test_runs_are_remembered_and_drawn_where_their_settings_are_the_same():
    values, runs = gradient_scale.defaults(), []
    for scale in (0.01, 1.0, 100.0):
        gradient_scale.frame({**values, "scale": scale}, runs=runs, finished=True)
    assert sorted({(scale, round(left, 2)) for _, name, scale, left in runs if name == "AdamW"}) == [
        (0.01, 0.37), (1.0, 0.37), (100.0, 0.37),
    ]
    drawn = lambda **more: sum(  # noqa: E731
        len(mark.x) for mark in gradient_scale.frame({**values, **more}, runs=runs).pictures["scales"].marks
        if type(mark).__name__ == "Points"
    )
    assert (drawn(), drawn(lr=0.02)) == (8, 2)
    assert remember(values, gradient_scale.simulate())[0][0] == (0.01, 0.1, 1000)


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {"scale": 100.0}, None, False),
        (1, {"scale": 0.3}, None, False),
        (1, {"scale": 1.0}, None, True),
        (1, {"scale": 1.1}, None, True),
        (1, {"scale": 100.0, "weight_decay": 0.001}, None, False),
        (2, {"lr": 0.001}, 1.0, True),
        (2, {"lr": 0.001}, 0.1, False),
        (2, {"lr": 0.001}, -1.0, False),
        (3, {"scale": 100.0}, 10.0, True),
        (3, {"scale": 100.0}, 0.1, False),
        (3, {"scale": 100.0}, 1e9, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = gradient_scale.tasks[task - 1].check({**gradient_scale.defaults(), **values}, answer)
    assert verdict is solved, text
    assert text.endswith((".", "?")) and len(text) > 10


def test_the_reason():
    right = [choice for choice in gradient_scale.why.choices if gradient_scale.why.check({}, choice)[0]]
    assert right == ["The decay is divided by the size of the gradients"]
