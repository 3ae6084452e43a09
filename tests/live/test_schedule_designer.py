"""The schedule designer, against optimlab.schedules and a training made by hand."""

import re

import numpy as np
import pytest

from optimlab import SGD, data, nn, schedules
from optimlab.live import schedule_designer
from optimlab.live.learners import Trouble
from optimlab.live.schedule_designer import GOAL, SHAPES, code, make, median_val, spans

T = 300
SAME = {
    "constant": schedules.constant(0.4),
    "step": schedules.multi_step(0.4, [150], gamma=0.1),
    "linear": schedules.linear(0.4, 0.0, T),
    "cosine": schedules.cosine(0.4, T_max=T),
    "1-cycle": schedules.one_cycle(0.4, T),
    "1/sqrt": schedules.inverse_sqrt(0.4, timescale=30),
    "WSD": schedules.warmup_stable_decay(0.4, 0, 150, T),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_one_of_the_librarys_schedules(shape):
    rates = schedule_designer.simulate(shape, lr=0.4, decay_from=0.5, steps=1)["rates"]
    np.testing.assert_allclose(rates, [SAME[shape](k) for k in range(T)], rtol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("warm", [0.0, 0.02, 0.1, 0.5])
@pytest.mark.parametrize("decay_from", [0.0, 0.3, 0.98])
def test_every_combination_rises_to_the_highest_rate_and_stays_within(shape, warm, decay_from):
    run = schedule_designer.simulate(shape, 0.4, warm, decay_from, steps=1)
    rates = run["rates"]
    assert rates.max() <= 0.4 * (1 + 1e-12) and rates.min() >= 0
    assert rates.max() > 0.39
    if warm and shape != "1-cycle":
        rise = round(warm * T)
        np.testing.assert_allclose(rates[:rise], 0.4 * np.arange(1, rise + 1) / rise)
    assert run["area"] == pytest.approx(rates.mean() / 0.4)


def test_the_text_of_a_schedule_is_code_that_makes_it():
    for shape in SHAPES:
        again = eval(code(make(shape, 0.5, 0.1, 0.8)), {"schedules": schedules})
        assert [again(k) for k in range(0, T, 7)] == [make(shape, 0.5, 0.1, 0.8)(k) for k in range(0, T, 7)]


def test_the_training_is_sgd_under_the_schedule():
    (x, y), val = data.digits().train, data.digits().val
    run = schedule_designer.simulate("cosine", lr=0.3, warm=0.1, steps=80, seed=4)
    net, rng = nn.MLP(64, 32, 10, rng=4), np.random.default_rng(4)
    optimizer, seen = SGD(net.params, lr=run["schedule"]), []
    for _ in range(80):
        rows = rng.integers(0, len(x), size=16)
        seen.append(float(net.loss(x[rows], y[rows])))
        optimizer.step(net.grads)
    np.testing.assert_allclose(run["losses"], seen, rtol=1e-4)
    assert run["val"] == pytest.approx(float(net.evaluate(*val)), rel=1e-3)


def test_when_the_decay_begins_matters_more_than_its_shape():
    constant, cosine, late = (median_val(lr=0.56, **more) for more in (
        {}, {"shape": "cosine"}, {"shape": "WSD", "decay_from": 0.8}))
    assert late < GOAL < min(constant, cosine)
    shape, start = spans()
    assert start > 3 * shape


def test_a_learners_schedule_runs_in_place_of_a_shape():
    def mine(t):
        return 0.5 * (t + 1) / 300

    run = schedule_designer.simulate(own=mine, steps=5)
    assert (run["name"], run["rates"][299]) == ("yours", 0.5)
    frame = schedule_designer.frame(schedule_designer.defaults(), {"own": mine})
    assert frame.readout.startswith("yours, highest rate 0.5, seed 0: after 200 steps")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (lambda t: 1 / (t - 7), "Your schedule gives -0.142857 at step 0"),
        (lambda t: 1 / (7 - t), "stopped at step 7: ZeroDivisionError"),
        (lambda t: "fast", "stopped at step 0: ValueError"),
        (0.1, "A schedule is a function of the step, got 0.1."),
    ],
)
def test_what_is_wrong_with_a_schedule_is_said(own, words):
    with pytest.raises(Trouble, match=re.escape(words)):
        schedule_designer.simulate(own=own)


def test_a_run_that_diverges_says_so():
    values = {**schedule_designer.defaults(), "lr": 3.0, "steps": T}
    frame = schedule_designer.frame(values)
    assert "nan" not in frame.readout and "inf" not in frame.readout
    assert schedule_designer.simulate(lr=3.0)["val"] > 2


def test_finished_runs_are_ghosts():
    runs, values = [], {**schedule_designer.defaults(), "steps": T}
    for shape in ("constant", "WSD"):
        schedule_designer.frame({**values, "shape": shape}, runs=runs, finished=True)
    schedule_designer.frame({**values, "steps": 40}, runs=runs, finished=True)
    assert [name for name, _, _ in runs] == ["constant, 0.56", "WSD, 0.56"]
    frame = schedule_designer.frame({**values, "shape": "cosine"}, runs=runs)
    assert sum(type(mark).__name__ == "Line" for mark in frame.pictures["loss"].marks) == 3
    assert ("lowest so far: WSD, 0.56" in dict(frame.numbers))


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {"shape": "constant"}, None, False),
        (1, {"shape": "cosine"}, None, False),
        (1, {"shape": "WSD"}, None, True),
        (2, {}, "when the decay begins", True),
        (2, {}, "whether it is linear or a cosine", False),
        (3, {}, "10 %", False),
        (3, {}, "50 %", False),
        (3, {}, "none of these", True),
    ],
)
def test_tasks(task, values, answer, solved):
    settings = {**schedule_designer.defaults(), **values}
    verdict, text = schedule_designer.tasks[task - 1].check(settings, answer)
    assert verdict is solved, text
    assert text.endswith((".", "?")) and len(text) > 10


def test_the_reason():
    right = [choice for choice in schedule_designer.why.choices if schedule_designer.why.check({}, choice)[0]]
    assert right == ["Large steps first cover the way, small steps then calm the noise"]
