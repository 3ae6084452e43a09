"""Schedules beside torch.optim.lr_scheduler and optax: live where installed, stored values everywhere.

`python tests/test_schedules.py` makes the stored values again.
"""

import importlib.util
import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimlab import schedules
from optimlab.optim import SGD, Adam

STORED = Path(__file__).parent / "references" / "schedules.json"
STEPS = 120
LOSSES = [
    5,
    4,
    4,
    4.0001,
    3.9999,
    3.9,
    3.9,
    3.9,
    3.9,
    3.9,
    3.8,
    3.8,
    3.8,
    3.8,
    3.8,
    3.8,
    3.8,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
]
PLATEAU = {"factor": 0.3, "patience": 2}


def torch_values(name, lr=1.0, what="lr", **settings):
    def values(steps):
        import torch

        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)
        scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **settings)
        path = []
        for _ in range(steps):
            path.append(optimizer.param_groups[0][what])
            optimizer.step()
            scheduler.step()
        return path

    return "torch", f"{name} {lr} {what} {settings}", values


def torch_warmup(warm, T_max, start_factor):
    def values(steps):
        import torch

        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2.0)
        rise = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor, 1.0, warm)
        fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max)
        scheduler = torch.optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], [warm])
        path = []
        for _ in range(steps):
            path.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return path

    return "torch", f"SequentialLR {warm} {T_max} {start_factor}", values


def torch_plateau(losses, **settings):
    def values(steps):
        import torch

        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **settings)
        path = []
        for loss in losses:
            scheduler.step(loss)
            path.append(optimizer.param_groups[0]["lr"])
        return path

    return "torch", f"ReduceLROnPlateau {losses} {settings}", values


def optax_values(name, **settings):
    def values(steps):
        import jax
        import optax

        jax.config.update("jax_enable_x64", True)
        schedule = getattr(optax, name)(**settings)
        return [float(schedule(t)) for t in range(steps)]

    return "optax", f"{name} {settings}", values


def plateau(losses, **settings):
    schedule = schedules.ReduceOnPlateau(1.0, **settings)
    path = []
    for loss in losses:
        schedule.update(loss)
        path.append(schedule(len(path)))
    return path


CYCLE = {"total_steps": 100, "pct_start": 0.25}
# (ours, theirs, how many steps to compare)
CASES = [
    (schedules.step(1.0, every=30), torch_values("StepLR", step_size=30), STEPS),
    (schedules.step(0.5, every=7, gamma=0.8), torch_values("StepLR", 0.5, step_size=7, gamma=0.8), STEPS),
    (schedules.multi_step(1.0, [5, 40, 41]), torch_values("MultiStepLR", milestones=[5, 40, 41]), STEPS),
    (schedules.exponential(1.0, 0.97), torch_values("ExponentialLR", gamma=0.97), STEPS),
    (
        schedules.polynomial(1.0, 80, power=2.5),
        torch_values("PolynomialLR", total_iters=80, power=2.5),
        STEPS,
    ),
    (
        schedules.linear(0.5, 1.5, 60),
        torch_values("LinearLR", 2.0, start_factor=0.25, end_factor=0.75, total_iters=60),
        STEPS,
    ),
    (schedules.cosine(1.0, 100), torch_values("CosineAnnealingLR", T_max=100), 101),
    (schedules.cosine(1.0, 100, 0.1), torch_values("CosineAnnealingLR", T_max=100, eta_min=0.1), 101),
    (schedules.cosine_restarts(1.0, 10), torch_values("CosineAnnealingWarmRestarts", T_0=10), STEPS),
    (
        schedules.cosine_restarts(1.0, 7, 2, 0.1),
        torch_values("CosineAnnealingWarmRestarts", T_0=7, T_mult=2, eta_min=0.1),
        STEPS,
    ),
    (schedules.warmup(schedules.cosine(2.0, 80), 20, start=0.5), torch_warmup(20, 80, 0.25), 101),
    (schedules.one_cycle(1.0, 100), torch_values("OneCycleLR", max_lr=1.0, total_steps=100), 100),
    (
        schedules.one_cycle(2.0, **CYCLE, anneal_strategy="linear", div_factor=10, final_div_factor=50),
        torch_values(
            "OneCycleLR", max_lr=2.0, **CYCLE, anneal_strategy="linear", div_factor=10, final_div_factor=50
        ),
        100,
    ),
    (
        schedules.one_cycle(1.0, **CYCLE, three_phase=True),
        torch_values("OneCycleLR", max_lr=1.0, **CYCLE, three_phase=True),
        100,
    ),
    (
        schedules.one_cycle_momentum(total_steps=100),
        torch_values("OneCycleLR", what="momentum", max_lr=1.0, total_steps=100),
        100,
    ),
    (
        schedules.one_cycle_momentum(
            0.99, base_momentum=0.5, **CYCLE, three_phase=True, anneal_strategy="linear"
        ),
        torch_values(
            "OneCycleLR",
            what="momentum",
            max_lr=1.0,
            max_momentum=0.99,
            base_momentum=0.5,
            **CYCLE,
            three_phase=True,
            anneal_strategy="linear",
        ),
        100,
    ),
    (schedules.constant(0.3), optax_values("constant_schedule", value=0.3), 10),
    (
        schedules.exponential(1.0, 0.5 ** (1 / 20)),
        optax_values("exponential_decay", init_value=1.0, transition_steps=20, decay_rate=0.5),
        STEPS,
    ),
    (
        schedules.step(1.0, 20, 0.5),
        optax_values(
            "exponential_decay", init_value=1.0, transition_steps=20, decay_rate=0.5, staircase=True
        ),
        STEPS,
    ),
    (
        schedules.polynomial(1.0, 80, power=0.5, end=0.2),
        optax_values("polynomial_schedule", init_value=1.0, end_value=0.2, power=0.5, transition_steps=80),
        STEPS,
    ),
    (
        schedules.linear(0.2, 1.0, 80),
        optax_values("linear_schedule", init_value=0.2, end_value=1.0, transition_steps=80),
        STEPS,
    ),
    (
        schedules.cosine(2.0, 80, 0.1),
        optax_values("cosine_decay_schedule", init_value=2.0, decay_steps=80, alpha=0.05),
        STEPS,
    ),
    (
        schedules.warmup(schedules.cosine(1.0, 90, 0.1), 20, start=0),
        optax_values(
            "warmup_cosine_decay_schedule",
            init_value=0.0,
            peak_value=1.0,
            warmup_steps=20,
            decay_steps=110,
            end_value=0.1,
        ),
        STEPS,
    ),
    (plateau(LOSSES, **PLATEAU), torch_plateau(LOSSES, **PLATEAU), len(LOSSES)),
    (
        plateau(LOSSES, **PLATEAU, cooldown=3, min_lr=0.2),
        torch_plateau(LOSSES, **PLATEAU, cooldown=3, min_lr=0.2),
        len(LOSSES),
    ),
    (
        plateau(LOSSES, **PLATEAU, threshold=0.5, threshold_mode="abs"),
        torch_plateau(LOSSES, **PLATEAU, threshold=0.5, threshold_mode="abs"),
        len(LOSSES),
    ),
    (
        plateau([-x for x in LOSSES], **PLATEAU, mode="max"),
        torch_plateau([-x for x in LOSSES], **PLATEAU, mode="max"),
        len(LOSSES),
    ),
    (
        plateau([math.nan, 3, math.inf, *LOSSES], factor=0.5, patience=0),
        torch_plateau([math.nan, 3, math.inf, *LOSSES], factor=0.5, patience=0),
        len(LOSSES) + 3,
    ),
]
LABELLED = [pytest.param(*case, id=case[1][1][:60]) for case in CASES]


def our_values(ours, steps):
    return ours if isinstance(ours, list) else [ours(t) for t in range(steps)]


@pytest.mark.parametrize("ours, theirs, steps", LABELLED)
def test_equals_the_stored_values(ours, theirs, steps):
    stored = json.loads(STORED.read_text())
    np.testing.assert_allclose(our_values(ours, steps), stored[theirs[1]], rtol=1e-12, atol=1e-14)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("ours, theirs, steps", LABELLED)
def test_equals_the_live_values(ours, theirs, steps):
    library, _, values = theirs
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} not installed: the stored values were compared instead")
    np.testing.assert_allclose(our_values(ours, steps), values(steps), rtol=1e-12, atol=1e-14)


# The functions that the lessons ask for, written out.


@given(st.integers(0, 300), st.integers(1, 50))
def test_step_decay_of_lesson_09(epoch, every):
    assert schedules.step(0.3, every, 0.7)(epoch) == 0.3 * 0.7 ** (epoch // every)


@given(st.integers(0, 300), st.integers(1, 200))
def test_cosine_of_lesson_09(t, T):
    expected = 0.1 + (2.0 - 0.1) * (1 + math.cos(math.pi * min(t, T) / T)) / 2
    assert schedules.cosine(2.0, T, 0.1)(t) == pytest.approx(expected, abs=1e-15)


@given(st.integers(0, 300), st.integers(1, 50), st.integers(60, 200))
def test_warmup_cosine_of_lesson_09(t, warm, T):
    if t < warm:
        expected = (t + 1) / warm
    else:
        expected = (1 + math.cos(math.pi * min(1, (t - warm) / (T - warm)))) / 2
    assert schedules.warmup(schedules.cosine(1.0, T - warm), warm)(t) == pytest.approx(expected, abs=1e-15)


@given(st.integers(0, 300), st.integers(0, 50), st.integers(50, 100), st.integers(101, 200))
def test_wsd_of_lesson_09(t, warm, decay_from, T):
    expected = (t + 1) / warm if t < warm else 1 if t < decay_from else max(0, (T - t) / (T - decay_from))
    assert schedules.warmup_stable_decay(1.0, warm, decay_from, T)(t) == pytest.approx(expected, abs=1e-15)


@given(st.integers(0, 10**6))
def test_closed_forms(t):
    assert schedules.inverse_time(0.4, 0.4)(t) == 0.4 / (1 + 0.4 * t)
    assert schedules.inverse_sqrt(0.3)(t) == pytest.approx(0.3 / math.sqrt(t + 1), rel=1e-15)


@given(st.integers(1, 10**5), st.integers(1, 1000), st.floats(1, 1000))
def test_the_transformers_schedule(t, warm, width):
    """Vaswani and others (2017), with their step t from 1: width**-0.5 * min(t**-0.5, t * warm**-1.5)."""
    expected = width**-0.5 * min(t**-0.5, t * warm**-1.5)
    peak = width**-0.5 * warm**-0.5
    schedule = schedules.warmup(
        schedules.inverse_sqrt(peak, timescale=warm), steps=warm - 1, start=peak / warm
    )
    ours = schedule(t - 1) if t <= warm else schedules.warmup(schedules.inverse_sqrt(peak, warm), warm)(t)
    assert ours == pytest.approx(expected, rel=1e-12)


# What every schedule promises.

EVERY = [
    schedules.constant(0.5),
    schedules.step(1.0, 10),
    schedules.multi_step(1.0, [3, 9]),
    schedules.exponential(1.0, 0.9),
    schedules.inverse_time(1.0, 0.5),
    schedules.inverse_sqrt(1.0, 10),
    schedules.polynomial(1.0, 20, power=2, end=0.1),
    schedules.linear(1.0, 0.5, 20),
    schedules.cosine(1.0, 20, eta_min=0.1),
    schedules.cosine_restarts(1.0, 5, T_mult=2),
    schedules.warmup(schedules.cosine(1.0, 20), steps=5),
    schedules.warmup(1.0, steps=5, start=0.1),
    schedules.warmup(schedules.warmup(schedules.step(1.0, 3), 2), 0),
    schedules.one_cycle(1.0, 20),
    schedules.one_cycle(1.0, 20, anneal_strategy="linear", three_phase=True),
    schedules.one_cycle_momentum(total_steps=20),
    schedules.warmup_stable_decay(1.0, 3, 10, 20),
    schedules.warmup_stable_decay(1.0, 3, 10, 20, shape="sqrt"),
    schedules.warmup_stable_decay(1.0, 0, 0, 0, shape="cosine"),
    schedules.ReduceOnPlateau(1.0),
]
NAMED = [pytest.param(schedule, id=repr(schedule)) for schedule in EVERY]


@pytest.mark.parametrize("schedule", NAMED)
def test_repr_makes_it_again(schedule):
    again = eval(repr(schedule), {**vars(schedules), "inf": math.inf})
    assert repr(again) == repr(schedule)
    assert [again(t) for t in range(60)] == [schedule(t) for t in range(60)]


@pytest.mark.parametrize("schedule", NAMED)
def test_pure_and_finite_and_between_its_ends(schedule):
    forwards = [schedule(t) for t in range(200)]
    assert [schedule(t) for t in reversed(range(200))] == forwards[::-1]
    assert all(isinstance(value, float) and 0 <= value <= 1 for value in forwards)


@pytest.mark.parametrize(
    "schedule, end, last",
    [
        (schedules.polynomial(1.0, 20, power=2, end=0.1), 20, 0.1),
        (schedules.polynomial(1.0, 20, power=0.1), 20, 0.0),
        (schedules.linear(0.3, 0.1, 20), 20, 0.1),
        (schedules.cosine(0.7, 20, eta_min=0.1), 20, 0.1),
        (schedules.warmup(schedules.cosine(1.0, 20), steps=7), 27, 0.0),
        (schedules.one_cycle(1.0, 20, div_factor=10, final_div_factor=10), 19, 0.01),
        (schedules.one_cycle_momentum(total_steps=20), 19, 0.95),
        (schedules.warmup_stable_decay(1.0, 2, 10, 20, end=0.3), 20, 0.3),
    ],
)
def test_the_end_is_exact_and_stays(schedule, end, last):
    assert schedule(end - 1) != last
    assert [schedule(t) for t in (end, end + 1, end + 1000, 10**9)] == [last] * 4


def test_the_start_and_the_corners_are_exact():
    assert schedules.cosine(0.7, 20, eta_min=0.1)(0) == 0.7
    assert schedules.linear(0.7, 0.1, 20)(0) == 0.7
    assert schedules.polynomial(0.7, 20, power=3, end=0.1)(0) == 0.7
    assert schedules.warmup(0.7, steps=3)(2) == schedules.warmup(0.7, steps=3)(3) == 0.7
    assert schedules.warmup(0.7, steps=3, start=0.1)(3) == 0.7
    assert schedules.one_cycle(0.7, 21, pct_start=1 / 3)(6) == 0.7


@given(st.integers(1, 500), st.floats(1e-6, 1e3))
def test_warmup_never_starts_at_0_unless_asked(steps, lr):
    assert schedules.warmup(lr, steps)(0) > 0
    assert schedules.warmup(lr, steps, start=0)(0) == 0


def test_an_array_of_rates_is_as_many_schedules():
    rates = np.array([[0.1], [0.2], [0.4]])
    for make in (
        lambda lr: schedules.cosine(lr, 10, 0.01),
        lambda lr: schedules.warmup(schedules.step(lr, 3), 2),
        lambda lr: schedules.one_cycle(lr, 10),
        lambda lr: schedules.warmup_stable_decay(lr, 2, 4, 8),
    ):
        together = np.ones((3, 2))
        opt = Adam(together, lr=make(rates))
        for _ in range(12):
            opt.step(together.copy())
        for row, rate in zip(together, [0.1, 0.2, 0.4], strict=True):
            alone = np.ones(2)
            opt = Adam(alone, lr=make(rate))
            for _ in range(12):
                opt.step(alone.copy())
            np.testing.assert_array_equal(row, alone)


def test_an_optimizer_takes_one_value_a_step_from_0():
    w = np.zeros(1)
    opt = SGD(w, lr=schedules.linear(1.0, 0.0, 4))
    seen = []
    for _ in range(5):
        before = w.copy()
        opt.step(np.ones(1))
        seen.append(float((before - w)[0]))
    assert seen == [1.0, 0.75, 0.5, 0.25, 0.0]
    assert "lr=linear(1, end=0, total_iters=4)" in repr(opt)


def test_a_plateau_drops_the_rate_of_an_optimizer_and_resumes():
    schedule = schedules.ReduceOnPlateau(1.0, factor=0.5, patience=1)
    opt = SGD(np.zeros(1), lr=schedule)
    for loss in (1, 1, 1):
        schedule.update(loss)
    assert opt.now("lr") == 0.5
    later = schedules.ReduceOnPlateau(1.0, factor=0.5, patience=1)
    later.load_state_dict(pickle.loads(pickle.dumps(schedule.state_dict())))
    for one in (schedule, later):
        for loss in (1, 1, 0.5, 1, 1, 1):
            one.update(loss)
    assert (
        later.state_dict()
        == schedule.state_dict()
        == {"lr": 0.125, "best": 0.5, "num_bad_epochs": 1, "cooldown_counter": 0}
    )
    with pytest.raises(ValueError, match="saved"):
        later.load_state_dict({"lr": 1.0})


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: schedules.step(1.0, every=0), ValueError, "every: .*0"),
        (lambda: schedules.step(1.0, every=2.5), TypeError, "every: .*2.5"),
        (lambda: schedules.step("fast", every=2), TypeError, "lr: .*'fast'"),
        (lambda: schedules.step(math.nan, every=2), ValueError, "lr: .*nan"),
        (lambda: schedules.multi_step(1.0, [5, 3]), ValueError, "milestones: .*5, 3"),
        (lambda: schedules.multi_step(1.0, [5, "x"]), TypeError, r"milestones\[1\]: .*'x'"),
        (lambda: schedules.exponential(1.0, None), TypeError, "gamma: .*None"),
        (lambda: schedules.inverse_sqrt(1.0, 0), ValueError, "timescale: .*0"),
        (lambda: schedules.cosine(1.0, -3), ValueError, "T_max: .*-3"),
        (lambda: schedules.cosine_restarts(1.0, 3, 0.5), TypeError, "T_mult: .*0.5"),
        (lambda: schedules.warmup(1.0, steps=-1), ValueError, "steps: .*-1"),
        (lambda: schedules.warmup("x", steps=1), TypeError, "lr: .*'x'"),
        (lambda: schedules.one_cycle(1.0, 10, pct_start=1.5), ValueError, "pct_start: .*1.5"),
        (
            lambda: schedules.one_cycle(1.0, 10, anneal_strategy="cosine"),
            ValueError,
            "anneal_strategy: .*'cosine'",
        ),
        (lambda: schedules.one_cycle_momentum(), TypeError, "total_steps: .*None"),
        (lambda: schedules.warmup_stable_decay(1.0, 5, 3, 9), ValueError, "decay_from: .*3"),
        (lambda: schedules.warmup_stable_decay(1.0, 1, 3, 9, shape="exp"), ValueError, "shape: .*'exp'"),
        (lambda: schedules.ReduceOnPlateau(1.0, factor=1.0), ValueError, "factor: .*1.0"),
        (lambda: schedules.ReduceOnPlateau(1.0, mode="low"), ValueError, "mode: .*'low'"),
        (lambda: schedules.ReduceOnPlateau(1.0, patience=-1), ValueError, "patience: .*-1"),
        (lambda: schedules.ReduceOnPlateau(1.0).update("low"), TypeError, "loss: .*'low'"),
        (lambda: schedules.ReduceOnPlateau(1.0).update(np.zeros(2)), TypeError, "loss: "),
    ],
)
def test_bad_arguments_are_named(make, error, words):
    with pytest.raises(error, match=f"^{words}") as caught:
        make()
    assert "\n" not in str(caught.value)


if __name__ == "__main__":
    STORED.parent.mkdir(exist_ok=True)
    lines = [
        f"{json.dumps(label)}: {json.dumps(list(map(float, values(steps))))}"
        for _, (_, label, values), steps in CASES
    ]
    STORED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
