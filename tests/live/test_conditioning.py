"""Steps against kappa, recounted with descend() and with closed forms."""

import math

import numpy as np
import pytest

from optimlab import SGD, descend, landscapes
from optimlab.live import conditioning
from optimlab.live.conditioning import METHODS, count, remember, slope, tuned_by_formula

COUNTED = {
    "gradient descent": {10: 69, 100: 691, 1000: 6908},
    "heavy ball": {10: 27, 100: 93, 1000: 315},
    "Nesterov": {10: 42, 100: 154, 1000: 507},
}


def heavy_ball(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * velocity, velocity


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kappa", [10, 100, 1000])
def test_what_there_is_to_discover(method, kappa):
    assert conditioning.simulate(kappa=float(kappa), method=method)["count"] == COUNTED[method][kappa]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("kappa", "start"), [(3.0, (1.0, 1.0)), (40.0, (-0.7, 1.2)), (150.0, (1.0, 0.0))])
def test_the_count_is_descends(method, kappa, start):
    lr, beta = tuned_by_formula(method, kappa)
    optimizer = SGD(np.array(start), lr=lr, momentum=beta, nesterov=method == "Nesterov")
    history = descend(landscapes.valley(kappa), optimizer, 2500)
    assert count(method, kappa, lr, beta, start) == history.steps_to(1e-6)


@pytest.mark.parametrize("kappa", [4.0, 100.0])
def test_the_formulas_are_the_best(kappa):
    """No other pair on a fine grid has a smaller spectral radius over both curvatures."""

    def radius(lr, beta, nesterov):
        worst = 0.0
        for h in (1.0, kappa):
            shrink = 1 - lr * h
            step = [[beta, h], [-lr * beta, shrink]]
            if nesterov:
                step = [[beta, h], [-lr * beta**2, 1 - lr * h * (1 + beta)]]
            worst = max(worst, np.abs(np.linalg.eigvals(step)).max())
        return worst

    for method in ("gradient descent", "heavy ball"):
        lr, beta = tuned_by_formula(method, kappa)
        best = radius(lr, beta, False)
        betas = [0.0] if method == "gradient descent" else np.linspace(0, 0.98, 50)
        others = [radius(one, b, False) for one in np.linspace(0.1, 2, 60) * lr for b in betas]
        assert best <= min(others) + 1e-6
    lr, beta = tuned_by_formula("Nesterov", kappa)
    assert radius(lr, beta, True) == pytest.approx(1 - 1 / math.sqrt(kappa), abs=1e-6)


def test_kappa_one_gains_nothing():
    for method in METHODS:
        run = conditioning.simulate(kappa=1.0, method=method)
        assert run["count"] == run["gd_count"] == 1


def test_slopes():
    kappas = (10, 100, 1000)
    slopes = {m: slope([(k, COUNTED[m][k]) for k in kappas]) for m in METHODS}
    assert slopes["gradient descent"] == pytest.approx(1.0, abs=0.01)
    assert slopes["heavy ball"] == pytest.approx(0.5, abs=0.04)
    assert slopes["Nesterov"] == pytest.approx(0.5, abs=0.05)
    assert slope([(10, 69), (10, 69)]) is None
    assert slope([]) is None


def test_untuned_uses_the_sliders():
    run = conditioning.simulate(kappa=100.0, tuned=False, lr=0.02, beta=0.4)
    assert (run["lr"], run["beta"]) == (0.02, 0.4)
    assert conditioning.simulate(kappa=100.0, method="gradient descent", tuned=False, lr=0.01)["beta"] == 0.0


def test_a_formula_takes_over_its_controls():
    values = conditioning.defaults()
    frame = conditioning.frame(values)
    assert frame.sets == pytest.approx(
        dict(zip(("lr", "beta"), tuned_by_formula("heavy ball", 10.0), strict=True))
    )
    assert conditioning.frame({**values, "tuned": False}).sets == {}


def test_too_large_a_rate_is_said():
    values = {**conditioning.defaults(), "tuned": False, "lr": 1.0, "beta": 0.5}
    frame = conditioning.frame(values)
    assert conditioning.simulate(**values)["count"] is None
    assert any("diverged at step" in getattr(mark, "text", "") for mark in frame.pictures["plane"].marks)
    assert "not there" in frame.readout


def test_a_learners_function_runs_beside_ours():
    run = conditioning.simulate(kappa=100.0, own=heavy_ball)
    assert run["own"]["count"] == run["count"] == 93
    assert run["own"]["trouble"] == ""
    np.testing.assert_allclose(run["own"]["params"], run["params"], rtol=1e-12)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (lambda w, grad, velocity, lr, momentum: None, "returned None"),
        (lambda w, grad, velocity, lr, momentum: w, "returned array"),
        (lambda w, grad, velocity, lr, momentum: (w, 1.0), "(w, velocity) is needed"),
        (lambda w, grad, velocity, lr, momentum: ("a", "b"), "(w, velocity) is needed"),
        (lambda w, grad, velocity, lr, momentum: 1 / 0, "ZeroDivisionError"),
        (lambda w: w, "step(w, grad, ...) is needed"),
        (lambda w, grad, velocity, lr, momentum: (w * np.nan, velocity), "diverged at step 1"),
        (lambda w, grad, velocity, lr, momentum: (w * 10, velocity), "diverged at step"),
    ],
)
def test_a_learners_function_that_fails_is_quoted_and_the_rest_goes_on(own, words):
    values = {**conditioning.defaults(), "kappa": 100.0}
    frame = conditioning.frame(values, {"own": own})
    shown = " ".join(mark.text for mark in frame.pictures["plane"].marks if type(mark).__name__ == "Text")
    assert words in shown
    assert "heavy ball" in frame.readout and "93 steps" in frame.readout


def test_a_learners_function_cannot_spoil_ours():
    def rude(w, grad, velocity, lr, momentum):
        w[:], grad[:], velocity[:] = 7, 7, 7
        return heavy_ball(w, grad, velocity, lr, momentum)

    run = conditioning.simulate(kappa=10.0, own=rude)
    assert run["count"] == 27


def test_a_learners_function_that_never_arrives_is_stopped():
    run = conditioning.simulate(own=lambda w, grad, velocity, lr, momentum: (w, velocity))
    assert run["own"]["count"] is None


def test_finished_runs_are_remembered_once():
    runs = []
    for kappa in (10.0, 100.0, 100.0):
        conditioning.frame({**conditioning.defaults(), "kappa": kappa}, runs=runs, finished=True)
    conditioning.frame({**conditioning.defaults(), "kappa": 50.0}, runs=runs)
    assert runs == [("heavy ball", 10.0, 27), ("heavy ball", 100.0, 93)]
    frame = conditioning.frame({**conditioning.defaults(), "kappa": 1000.0}, runs=runs)
    points = [(10, 27), (100, 93), (1000, 315)]
    assert ("slope, heavy ball", f"{slope(points):.2g}") in frame.numbers


def test_a_run_that_never_arrives_leaves_no_point():
    values = {**conditioning.defaults(), "tuned": False, "lr": 1.0}
    assert remember(values, conditioning.simulate(**values)) == []


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {}, 6908, True),
        (1, {}, 6910, True),
        (1, {}, 3455, False),
        (2, {"kappa": 100.0, "tuned": False, "lr": 4 / 121, "beta": 0.67}, None, True),
        (2, {"kappa": 100.0, "tuned": False, "lr": 4 / 121, "beta": 0.3}, None, False),
        (2, {"kappa": 100.0, "tuned": False, "lr": 4 / 121, "beta": 0.9}, None, False),
        (2, {"kappa": 100.0, "tuned": False, "lr": 0.02, "beta": 0.75}, None, False),
        (2, {"kappa": 100.0}, None, False),
        (2, {"kappa": 10.0, "tuned": False, "lr": 0.0331, "beta": 0.67}, None, False),
        (3, {"kappa": 1.0}, None, True),
        (3, {"kappa": 2.0}, None, False),
        (3, {"kappa": 1.0, "method": "gradient descent"}, None, False),
        (3, {"kappa": 1.0, "tuned": False, "lr": 0.1, "beta": 0.5}, None, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = conditioning.tasks[task - 1].check({**conditioning.defaults(), **values}, answer)
    assert verdict is solved
    assert len(text) > 10


@pytest.mark.parametrize(("guess", "words"), [(93, "close"), (270, "√10"), (85, "close"), (5, "√κ")])
def test_the_reply_answers_the_guess(guess, words):
    assert words in conditioning.question.respond(guess)


def test_before_the_guess_no_curve_is_shown():
    assert conditioning.first_look(conditioning.defaults()).pictures["steps"].marks == []


@pytest.mark.parametrize("kappa", [1.0, 1000.0])
def test_nesterovs_rate_bounds_its_count(kappa):
    steps = conditioning.simulate(kappa=kappa, method="Nesterov")["count"]
    assert steps <= 1 + math.sqrt(kappa) * math.log(1e6) * 1.3
