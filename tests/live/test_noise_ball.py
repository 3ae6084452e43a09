"""The noise ball, against closed forms: stationary scatter, its approach, decay, averages."""

import math

import numpy as np
import pytest

from optimlab import SGD, theory
from optimlab.live import noise_ball
from optimlab.live.noise_ball import PREDICTED, averaged_scatter, draws

H = np.array([0.25, 1.0])


def pooled(**values):
    """Scatter along both axes over 6 seeds, in the long run."""
    runs = [noise_ball.simulate(steps=1000, seed=seed, **values)["std"] for seed in range(6)]
    return np.sqrt(np.mean(np.square(runs), axis=0))


@pytest.mark.parametrize(
    ("lr", "batch", "std"), [(0.1, 1, 0.229), (0.1, 4, 0.115), (0.1, 16, 0.057), (0.4, 4, 0.25)]
)
def test_the_scatter_is_the_closed_form(lr, batch, std):
    formula = 1.0 * np.sqrt(lr / (batch * H * (2 - lr * H)))
    run = noise_ball.simulate(lr=lr, batch=batch)
    np.testing.assert_allclose(run["predicted"], formula, rtol=1e-12)
    assert run["predicted"][1] == pytest.approx(std, abs=6e-4)
    np.testing.assert_allclose(pooled(lr=lr, batch=batch), formula, rtol=0.02)


@pytest.mark.parametrize(("lr", "beta", "alone"), [(0.01, 0.9, 0.1), (0.001, 0.9, 0.01)])
def test_momentum_acts_like_ten_times_the_lr(lr, beta, alone):
    with_momentum, without = (theory.noise_std(*pair) for pair in ((lr, 1, 1, 1, beta), (alone,)))
    assert with_momentum == pytest.approx(without, rel=0.03)
    assert without == pytest.approx({0.1: 0.229, 0.01: 0.0709}[alone], abs=5e-4)
    if lr == 0.01:  # at 0.001 the runs are not yet at rest after 1000 steps
        np.testing.assert_allclose(pooled(lr=lr, beta=beta)[1], with_momentum, rtol=0.02)


@pytest.mark.parametrize(("beta", "decay_at"), [(0.0, 0), (0.0, 30), (0.9, 0), (0.9, 30)])
def test_the_runs_are_those_of_the_librarys_sgd_to_the_bit(beta, decay_at):
    run = noise_ball.simulate(lr=0.3, batch=4, beta=beta, steps=80, decay_at=decay_at, seed=5)
    w = np.tile([2.0, 1.3], (200, 1))
    optimizer = SGD(w, lr=0.3, momentum=beta)
    for step in range(80):
        if decay_at and step == decay_at:
            optimizer.lr = 0.03
        np.testing.assert_array_equal(run["params"][step], w)
        optimizer.step(H * w + draws(5)[step] / 2)
    np.testing.assert_array_equal(run["params"][80], w)


def lyapunov(lr, h, beta, sigma=1.0):
    """The standard deviation of x from the covariance of (x, v) that a step leaves as it is."""
    step, push = np.array([[1 - lr * h, -lr * beta], [h, beta]]), np.array([-lr, 1.0])
    equation = np.eye(4) - np.kron(step, step)
    return math.sqrt(np.linalg.solve(equation, sigma**2 * np.outer(push, push).ravel())[0])


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9, 0.95])
@pytest.mark.parametrize("lr", [0.001, 0.1, 1.0, 1.9])
def test_the_formula_solves_the_equation_of_the_covariance(lr, beta):
    for h in (0.25, 1.0):
        assert theory.noise_std(lr, 1, 2.0, h, beta) == pytest.approx(lyapunov(lr, h, beta, 2.0), rel=1e-6)


@pytest.mark.parametrize(("lr", "momentum"), [(2.0, 0), (0.0, 0), (-0.1, 0), (3.8, 0.9), (math.nan, 0)])
def test_where_nothing_comes_to_rest_there_is_no_answer(lr, momentum):
    with pytest.raises(ValueError, match="lr: a number between 0 and"):
        theory.noise_std(lr, momentum=momentum)


@pytest.mark.parametrize("k", [1, 3, 10, 40, 200])
def test_it_comes_in_and_spreads_as_computed(k):
    """x_k = (1 − lr h)^k x_0 on average, with the share 1 − (1 − lr h)^2k of the variance at rest."""
    shrink = (1 - 0.1 * H) ** k
    expected = np.array([2.0, 1.3]) * shrink
    variance = np.array([theory.noise_std(0.1, curvature=h) ** 2 for h in H]) * (1 - shrink**2)
    seen = np.concatenate([noise_ball.simulate(steps=k, seed=seed)["params"][k] for seed in range(6)])
    error = 4 * np.sqrt(variance / len(seen))
    assert (np.abs(seen.mean(axis=0) - expected) < error).all()
    np.testing.assert_allclose(seen.var(axis=0), variance, rtol=4 * math.sqrt(2 / len(seen)))


@pytest.mark.parametrize("after", [20, 100, 400])
def test_decay_shrinks_the_cloud_within_its_time_scale(after):
    lr = 0.04
    old, new = (np.array([theory.noise_std(rate, curvature=h) ** 2 for h in H]) for rate in (0.4, lr))
    expected = new + (old - new) * (1 - lr * H) ** (2 * after)
    runs = [noise_ball.simulate(lr=0.4, steps=400 + after, decay_at=400, seed=seed) for seed in range(6)]
    seen = np.concatenate([run["params"][-1] for run in runs])
    np.testing.assert_allclose(seen.var(axis=0), expected, rtol=4 * math.sqrt(2 / len(seen)))
    assert runs[0]["lr"] == lr
    np.testing.assert_allclose(runs[0]["predicted"] ** 2, new, rtol=1e-12)


@pytest.mark.parametrize(("lr", "beta"), [(0.1, 0.0), (0.5, 0.0), (0.1, 0.9)])
def test_averages_scatter_as_computed(lr, beta):
    runs = [noise_ball.simulate(lr=lr, beta=beta, steps=1000, tail=True, seed=seed) for seed in range(6)]
    seen = np.concatenate([run["averages"] for run in runs])
    error = 4 / math.sqrt(2 * len(seen))
    np.testing.assert_allclose(runs[0]["averages_predicted"], seen.std(axis=0), rtol=error)
    # in the long run neither lr nor momentum matters: 1 / (h sqrt(n))
    np.testing.assert_allclose(averaged_scatter(lr, 4, beta, 20_000), 1 / (H * np.sqrt(80_000)), rtol=0.01)


def test_the_run_is_the_librarys():
    run, noise = noise_ball.simulate(lr=0.3, batch=4, beta=0.5, steps=30, seed=3), draws(3) / 2
    x = np.array([2.0, 1.3])
    optimizer = SGD(x, lr=0.3, momentum=0.5)
    for k in range(30):
        optimizer.step(H * x + noise[k, 7])
    np.testing.assert_allclose(run["params"][30, 7], x, rtol=1e-12)


def test_a_longer_run_begins_like_a_shorter_one():
    short, long = (noise_ball.simulate(steps=n, decay_at=25)["params"] for n in (40, 90))
    np.testing.assert_array_equal(short, long[:41])
    assert not np.array_equal(short, noise_ball.simulate(steps=40, decay_at=25, seed=1)["params"])


def test_a_learners_rule_in_place_of_sgd():
    def mine(w, grad, velocity, lr, momentum):
        velocity = momentum * velocity + grad
        return w - lr * velocity, velocity

    settings = {"steps": 60, "beta": 0.5, "decay_at": 40}
    ours, theirs = (noise_ball.simulate(**settings, **more) for more in ({}, {"own": mine}))
    np.testing.assert_allclose(theirs["params"], ours["params"], rtol=1e-12)
    assert theirs["trouble"] == ""


def test_what_goes_wrong_in_a_learners_rule_is_said_and_its_steps_are_kept():
    def tired(w, grad, lr, t):
        return w - lr * grad if t < 37 else 1 / 0

    run = noise_ball.simulate(steps=100, own=tired)
    assert len(run["params"]) == 37 and "stopped at step 37: ZeroDivisionError" in run["trouble"]
    frame = noise_ball.frame({**noise_ball.defaults(), "steps": 100, "tail": True}, {"own": tired})
    assert "after 36 steps" in frame.readout and frame.readout.endswith(run["trouble"])
    for own in (lambda w, grad: w * 1e6, lambda w, grad: 1, 7, SGD):
        frame = noise_ball.frame({**noise_ball.defaults(), "steps": 30}, {"own": own})
        assert "nan" not in frame.readout
        assert (own is SGD) == (noise_ball.simulate(steps=30, own=own)["trouble"] == "")


def test_floors_and_rest():
    run = noise_ball.simulate(steps=1000)
    variance = np.array([0.1 / (h * (2 - 0.1 * h)) for h in H])
    assert run["floor"] == pytest.approx(math.sqrt(variance.sum()))
    assert run["loss_floor"] == pytest.approx((H * variance).sum() / 2)
    assert run["settled"] and not noise_ball.simulate(steps=20)["settled"]
    assert run["loss"][-200:].mean() == pytest.approx(run["loss_floor"], rel=0.1)
    assert 0.45 < run["distance"][100] < 0.58 and 0.45 < run["distance"][1000] < 0.58
    assert not noise_ball.simulate(steps=3, x1=0.0, x2=0.0)["settled"]


def marks(kind, picture):
    return [mark for mark in picture.marks if type(mark).__name__ == kind]


def test_the_ellipse_stands_there_before_the_run_arrives():
    frame = noise_ball.frame({**noise_ball.defaults(), "steps": 1})
    x, y = next((m.x, m.y) for m in marks("Line", frame.pictures["cloud"]) if m.color == PREDICTED)
    assert (x.max(), y.max()) == pytest.approx((0.45, 0.2294), abs=1e-3)
    assert "not yet at rest" in frame.readout
    assert "Still on its way in" in frame.pictures["curve"].title
    first = noise_ball.first_look(noise_ball.defaults())
    assert not any(m.color == PREDICTED for m in marks("Line", first.pictures["cloud"]))
    assert first.numbers == [] and not first.pictures["curve"].marks


def test_floors_are_drawn_where_they_are():
    values = {**noise_ball.defaults(), "steps": 600, "decay_at": 300}
    rules = marks("Rule", noise_ball.frame(values).pictures["curve"])
    assert [rule.x for rule in rules if rule.label == "lr/10"] == [300]
    assert sorted(rule.y for rule in rules if rule.y) == pytest.approx(
        [noise_ball.simulate(**values)["loss_floor"], noise_ball.simulate(**values)["floor"]]
    )
    assert "from step 300 on 0.01" in noise_ball.frame(values).readout


def test_averages_under_a_changing_lr_have_no_formula():
    values = {**noise_ball.defaults(), "steps": 600, "tail": True}
    assert noise_ball.simulate(**values)["averages_predicted"] is not None
    assert noise_ball.simulate(**{**values, "decay_at": 200})["averages_predicted"] is not None
    assert noise_ball.simulate(**{**values, "decay_at": 400})["averages_predicted"] is None
    rows = dict(noise_ball.frame({**values, "decay_at": 400}).numbers)
    assert rows["the same, by formula"] == "none: lr changed"


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {}, 0.115, True),
        (1, {}, 0.057, False),
        (1, {}, 0.23, False),
        (2, {"batch": 4, "lr": 0.4}, None, True),
        (2, {"batch": 4, "lr": 0.35}, None, True),
        (2, {"batch": 4, "lr": 0.1}, None, False),
        (2, {"batch": 4, "lr": 0.2}, None, False),
        (2, {"batch": 1, "lr": 0.1}, None, False),
        (3, {"beta": 0.9, "lr": 0.01}, None, True),
        (3, {"beta": 0.9, "lr": 0.1}, None, False),
        (3, {"beta": 0.0, "lr": 0.1}, None, False),
        (4, {"decay_at": 0}, None, False),
        (4, {"decay_at": 2}, None, False),
        (4, {"decay_at": 100}, None, True),
        (4, {"decay_at": 400}, None, True),
        (4, {"decay_at": 800}, None, False),
        (4, {"decay_at": 100, "batch": 64}, None, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = noise_ball.tasks[task - 1].check({**noise_ball.defaults(), **values}, answer)
    assert verdict is solved, text
    assert text.endswith((".", "?")) and len(text) > 10


@pytest.mark.parametrize("seed", range(8))
def test_the_moment_for_decay_does_not_hang_on_the_seed(seed):
    check = noise_ball.tasks[3].check
    outcome = [
        check({**noise_ball.defaults(), "decay_at": at, "seed": seed}, None)[0] for at in (2, 100, 250, 800)
    ]
    assert outcome == [False, True, True, False]


def test_the_reason():
    right = [choice for choice in noise_ball.why.choices if noise_ball.why.check({}, choice)[0]]
    assert right == ["Noise pushes out as much as the slope pulls in"]
