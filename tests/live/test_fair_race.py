"""The fair race's numbers are those of optimlab.compare, and its tasks can be solved and failed."""

import json

import numpy as np
import pytest

from optimlab import compare
from optimlab.live import fair_race, race
from optimlab.live.fair_race import BEST, BUDGET, DEFAULTS, SAME, WHY
from optimlab.live.learners import Trouble

TEAM = ("SGD", "momentum", "RMSprop", "Adam")


def study(problem, start, noise, seeds, lrs=race.LRS, steps=60, names=TEAM):
    landscape = race.LANDSCAPES[problem]
    walk = compare.Walk(landscape, steps=steps, start=race.point(landscape, start), noise=noise)
    settings = [{"lr": lr} for lr in lrs]
    return compare.Study(walk, {name: settings for name in names}, seeds=seeds).run(workers=1, progress=False)


@pytest.mark.parametrize("problem", ["turned valley", "Rosenbrock"])
def test_a_race_is_a_study(problem):
    """Own best under noise: the same curves, choices and fresh scores as compare's, run by run."""
    start, lrs = (-0.5, 0.7), race.LRS[::4]
    result = study(problem, start, 1.0, 3, lrs)
    noisy = {"problem": problem, "steps": 60, "noise": True, "seeds": 3, "start1": -0.5, "start2": 0.7}
    run = fair_race.simulate(rates=BEST, **noisy)
    for name in TEAM:
        np.testing.assert_allclose(run["curve"][name][::4], result.sensitivity(name).median, rtol=1e-6)
    fixed = study(problem, start, 1.0, 3, [0.01])
    run = fair_race.simulate(lr=0.01, **noisy)
    for name in TEAM:
        np.testing.assert_allclose(run["losses"][name][:, -1], fixed.scores(name), rtol=1e-6)


def test_without_noise_it_is_what_the_library_does():
    run = fair_race.simulate(rates=BEST)
    result = study("turned valley", (-0.5, 0.7), 0.0, 1, steps=100)
    assert run["order"] == result.order()
    for name in TEAM:
        assert run["lrs"][run["at"][name]] == result.best(name).lr
        assert run["final"][name][0] == pytest.approx(result.scores(name)[0], rel=1e-6)
        assert run["window"][name] == pytest.approx(result.sensitivity(name).window)


def test_the_order_turns_with_the_learning_rates():
    same, best = fair_race.simulate(rates=SAME, lr=0.1), fair_race.simulate(rates=BEST)
    assert same["order"][:2] == ["RMSprop", "Adam"]
    assert np.isinf(same["final"]["SGD"][0]) and np.isinf(same["final"]["momentum"][0])
    assert 0.1 > 2 / race.LANDSCAPES["turned valley"].L  # theory: SGD must go
    assert best["order"] == ["momentum", "SGD", "Adam", "RMSprop"]


def test_the_winner_turns_with_start_and_horizon():
    winners = [fair_race.simulate(rates=BEST, steps=steps)["winners"] for steps in (20, 100)]
    for grid, most in zip(winners, (TEAM.index("SGD"), TEAM.index("momentum")), strict=True):
        counts = np.bincount(grid[grid >= 0], minlength=4)
        assert counts.argmax() == most and np.sum(counts > 0) >= 3


def test_a_cell_of_the_map_is_a_race_from_there():
    side = (2 * np.arange(race.SIDE) + 1) / race.SIDE - 1
    grid = fair_race.simulate(rates=BUDGET, trials=5)["winners"]
    for row, column in ((0, 1), (2, 5), (6, 1)):
        start1, start2 = float(side[column]), float(side[row])
        run = fair_race.simulate(rates=BUDGET, trials=5, start1=start1, start2=start2)
        assert run["order"][0] == TEAM[grid[row, column]]


def test_a_budget_tries_the_first_of_one_order():
    assert len(set(race.ORDER)) == len(race.LRS)
    run = fair_race.simulate(rates=BUDGET, trials=3)
    for name in TEAM:
        tried = list(race.ORDER[:3])
        assert run["at"][name] == tried[int(np.argmin(run["curve"][name][tried]))]
    full = fair_race.simulate(rates=BUDGET, trials=len(race.LRS))
    assert full["at"] == fair_race.simulate(rates=BEST)["at"]


def test_defaults_are_the_librarys():
    run = fair_race.simulate(rates=DEFAULTS)
    for name in TEAM:
        made = race.RUNNERS[name]
        lr = made(np.ones(2)).lr if isinstance(made, type) else 1e-3
        assert run["lrs"][run["at"][name]] == pytest.approx(lr)


def test_the_stored_nets():
    best = fair_race.simulate(problem="digits net", rates=BEST, steps=175)
    same = fair_race.simulate(problem="digits net", lr=0.01, steps=175)
    assert same["final"]["SGD"][0] > 8 * same["final"]["Adam"][0]
    assert best["final"]["SGD"][0] < 2 * best["final"]["Adam"][0]
    assert best["winners"] is None and best["path"] == {}
    assert best["losses"]["SGD"].shape == (5, len(best["x"]))


def my_step(w, grad, lr):
    return w - lr * grad


def test_a_rule_of_the_learners_runs_along():
    run = fair_race.simulate(rates=BEST, own=my_step)
    assert run["names"] == ["SGD", "momentum", "yours", "Adam"]
    assert run["at"]["yours"] == run["at"]["SGD"]
    assert run["final"]["yours"][0] == pytest.approx(run["final"]["SGD"][0], rel=1e-9)
    np.testing.assert_allclose(run["path"]["yours"], run["path"]["SGD"], rtol=1e-9, atol=1e-12)
    frame = fair_race.frame({**fair_race.defaults(), "rates": BEST}, {"own": my_step})
    assert "yours" in frame.readout
    noisy = fair_race.simulate(rates=SAME, lr=0.01, own=my_step, noise=True, seeds=2)
    np.testing.assert_allclose(noisy["losses"]["yours"], noisy["losses"]["SGD"], rtol=1e-9)


def fails_at_37(w, grad, t, lr):
    return w - lr * grad if t < 37 else 1 / 0


def test_a_rule_that_fails_is_quoted_and_the_rest_goes_on():
    frame = fair_race.frame({**fair_race.defaults(), "rates": BEST}, {"own": fails_at_37})
    shown = " ".join(getattr(mark, "text", "") for mark in frame.pictures["plane"].marks)
    assert "step 37: ZeroDivisionError" in shown and "step 37" in frame.readout
    assert "momentum (lr 0.0316)" in frame.readout


TASKS = [
    (0, {"rates": BEST, "problem": "valley"}, True),
    (0, {"rates": BEST, "problem": "digits net", "steps": 175}, False),
    (0, {"rates": SAME, "problem": "valley"}, False),
    (1, {"rates": BEST, "problem": "digits net", "steps": 175}, True),
    (1, {"rates": BEST, "problem": "saddle"}, False),
    (2, {"problem": "digits net", "lr": 0.316, "steps": 175}, True),
    (2, {"problem": "digits net", "lr": 0.01, "steps": 175}, False),
    (2, {"problem": "moons net"}, False),
]


@pytest.mark.parametrize(("task", "values", "solved"), TASKS)
def test_tasks(task, values, solved):
    right, words = fair_race.tasks[task].check({**fair_race.defaults(), **values}, None)
    assert right is solved and words.endswith(".")


def test_no_task_is_solved_as_it_is_set():
    for task in fair_race.tasks:
        assert not task.check({**fair_race.defaults(), **task.setup}, None)[0]


def test_why():
    assert [fair_race.why.check({}, choice)[0] for choice in WHY] == [False, True, False]


def bumpy(x, y):
    return (x**2 + 3 * y**2) / 2 + np.sin(3 * x) * y


def test_a_landscape_of_ones_own_is_raced_on():
    figure = fair_race(landscape=bumpy)
    assert figure.values["problem"] == race.OWN_LANDSCAPE
    assert fair_race(landscape=bumpy, problem="Beale").values["problem"] == "Beale"
    ours = fair_race.simulate(problem="Rosenbrock", noise=True, seeds=2)
    theirs = fair_race.simulate(
        problem=race.OWN_LANDSCAPE, landscape=race.LANDSCAPES["Rosenbrock"], noise=True, seeds=2
    )
    for name in TEAM:
        np.testing.assert_array_equal(ours["losses"][name], theirs["losses"][name])
        np.testing.assert_array_equal(ours["path"][name], theirs["path"][name])
    np.testing.assert_array_equal(ours["winners"], theirs["winners"])

    run = fair_race.simulate(problem=race.OWN_LANDSCAPE, landscape=bumpy, lr=0.01, steps=50)
    w = race.point(run["landscape"], (-0.5, 0.7))
    assert w.tolist() == [-1.0, 1.4]
    path = [w]
    for _ in range(50):  # SGD by hand, with the slopes of bumpy
        x, y = w
        w = w - 0.01 * np.array([x + 3 * np.cos(3 * x) * y, 3 * y + np.sin(3 * x)])
        path.append(w)
    lr = run["lrs"][run["at"]["SGD"]]
    assert lr == pytest.approx(0.01)
    np.testing.assert_allclose(run["path"]["SGD"], path, atol=1e-6)
    frame = fair_race.frame(figure.values, figure.extras)
    assert frame.pictures["plane"].title == "Your landscape, start (−1, 1.4)"
    assert frame.readout.startswith("Your landscape, one lr for all, 100 steps.")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (None, "Give a function of x and y: live.fair_race(landscape=my_function)."),
        (lambda x, y: np.sqrt(x), "Your function is not a number at (-1.98, -1.98)."),
        (lambda x, y: np.zeros(3), "Your function returned array([0., 0., 0.]); shape (96, 96) is needed"),
        (lambda x, y: 1 / 0, "Your function stopped: ZeroDivisionError"),
        (lambda x, y: x + y if x > 0 else y, "Your function stopped: ValueError"),
        (lambda x, y: np.where(x > 0, np.inf, y), "Your function is infinite in places"),
        (7, "A landscape is a function of a point, got 7."),
    ],
)
def test_a_landscape_that_is_none_is_said(own, words):
    with pytest.raises(Trouble) as trouble:
        fair_race.simulate(problem=race.OWN_LANDSCAPE, landscape=own)
    assert words in str(trouble.value)


@pytest.mark.parametrize("own", [lambda x, y: np.where(x**2 + y**2 > 100, np.nan, x**2 + y**2),
                                 lambda x, y: np.exp(np.abs(x) + np.abs(y)), lambda x, y: 0 * x])
def test_who_leaves_a_landscape_is_lost_and_the_race_goes_on(own):
    frame = fair_race.frame({**fair_race.defaults(), "problem": race.OWN_LANDSCAPE, "lr": 10.0},
                            {"landscape": own, "own": lambda w, grad, lr: w - lr * grad})
    data, _ = frame.pack()
    json.dumps(data, allow_nan=False)
