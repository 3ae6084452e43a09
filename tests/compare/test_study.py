"""A study: the same conditions for all, the right choice, and what goes wrong as a result with a reason."""

import functools
import json

import numpy as np
import pytest

import optimlab
from optimlab import compare, data, landscapes, nn, theory
from optimlab.compare.problem import Walk
from optimlab.compare.rules import StepFunction, rule
from optimlab.train import evaluate

VALLEY = dict(start=(1.0, 1.0), by="distance")


def ran(problem, optimizers, seeds=1, finals=0, **more):
    return compare.Study(problem, optimizers, seeds, finals=finals, **more).run(workers=1, progress=False)


def adam_step(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


class Mine:
    """A learner's class that knows nothing of this library."""

    def __init__(self, params, lr=0.1):
        self.params, self.lr = params, lr

    def step(self, grads):
        self.params -= self.lr * grads


def test_the_best_lr_on_a_quadratic_is_that_of_theory():
    """2 / (mu + L) leaves 9/11 of the distance in every step, and no other rate less."""
    lrs = [{"lr": factor * theory.gradient_descent(1, 10)["lr"]} for factor in (0.5, 0.9, 1, 1.05, 1.2)]
    result = ran(Walk(landscapes.valley(10), 69, **VALLEY), {"gd": lrs})
    assert result.best("gd").setting == lrs[2]
    assert result.best("gd").median == pytest.approx((9 / 11) ** 69, rel=1e-9)


def test_steps_to_target_are_those_that_descend_counts():
    problem = Walk(landscapes.valley(100), 200, target=1e-6, **VALLEY)
    result = ran(problem, {"heavy ball": ("SGD", [theory.heavy_ball(1, 100)]),
                           "Nesterov": ("SGD", [theory.nesterov(1, 100)])})
    assert result.steps_to_target("heavy ball").tolist() == [93]
    assert result.steps_to_target("Nesterov").tolist() == [154]
    assert result.order() == ["heavy ball", "Nesterov"]


def test_a_training_run_is_what_fit_gives():
    moons = data.two_moons()
    problem = compare.Training(lambda seed: nn.MLP(2, 8, 2, rng=seed), moons, epochs=4, name="moons")
    result = ran(problem, {"Adam": [{"lr": 0.02}]}, seeds=[3], finals=1)
    model = nn.MLP(2, 8, 2, rng=3)
    history = optimlab.fit(model, moons, optimlab.Adam(model.params, lr=0.02), 4, seed=3, progress=False)
    tuned, final = result.results
    assert tuned.scores == history.val_loss.tolist() and tuned.score == history.val_loss[-1]
    assert np.isnan(tuned.test) and final.seed == 1000
    model = nn.MLP(2, 8, 2, rng=1000)
    optimlab.fit(model, moons, optimlab.Adam(model.params, lr=0.02), 4, seed=1000, progress=False)
    assert final.test == evaluate(model, *moons.test)[0] and final.train == evaluate(model, *moons.train)[0]
    assert tuned.evaluations == history.steps and tuned.state_bytes == 2 * model.params.nbytes


def test_every_optimizer_meets_the_same_start_data_and_noise():
    problem = Walk(landscapes.valley(10), 30, noise=1.0)
    still = ran(problem, {"a": ("SGD", [{"lr": 0.0}]), "b": ("Adam", [{"lr": 0.0}])}, seeds=3)
    for seed in range(3):
        a, b = (one for one in still.results if one.seed == seed)
        assert a.scores == b.scores
    noise = ran(problem, {"a": ("SGD", [{"lr": 0.01}]), "b": (Mine, [{"lr": 0.01}])}, seeds=2)
    assert noise.scores("a").tolist() == noise.scores("b").tolist()
    assert len(set(noise.scores("a"))) == 2


@pytest.mark.parametrize("problem", ["moons mlp", "valley"])
def test_own_step_functions_and_classes_are_the_library_s(problem):
    problem = compare.named(problem, **({"epochs": 2} if "mlp" in problem else {"steps": 20}))
    lrs = compare.lrs(1e-3, 1e-2, 2)
    result = ran(problem, {"Adam": lrs, "step": (adam_step, lrs), "SGD": lrs, "class": (Mine, lrs)})
    for ours, theirs in (("Adam", "step"), ("SGD", "class")):
        np.testing.assert_allclose(result.sensitivity(theirs).median, result.sensitivity(ours).median,
                                   rtol=1e-4)


def test_a_partial_fixes_what_is_not_tried():
    result = ran(Walk(landscapes.valley(10), 30, **VALLEY),
                 {"momentum": compare.lrs(0.01, 0.02, 2),
                  "same": (functools.partial(optimlab.SGD, momentum=0.9), compare.lrs(0.01, 0.02, 2))})
    assert result.scores("momentum").tolist() == result.scores("same").tolist()


def test_a_run_that_diverges_or_raises_is_a_result_with_its_reason():
    def broken(w, grad, lr):
        raise RuntimeError("my mistake")

    result = ran(Walk(landscapes.valley(10), 400, **VALLEY),
                 {"SGD": [{"lr": 0.1}, {"lr": 0.3}], "broken": (broken, [{"lr": 0.1}, {"lr": 0.3}])})
    left, *raised = result.failures
    assert (left.fate, left.setting, left.score) == ("diverged", {"lr": 0.3}, np.inf)
    assert "the loss left at step" in left.reason
    assert [one.reason for one in raised] == ["RuntimeError: my mistake"] * 2
    assert result.best("SGD").setting == {"lr": 0.1}
    assert any("no setting of broken came to its end" in s and "my mistake" in s for s in result.warnings)
    assert "never" in str(result.table())


def test_a_best_setting_at_the_edge_is_warned_of():
    result = ran(Walk(landscapes.valley(10), 20, **VALLEY), {"SGD": compare.lrs(1e-4, 1e-2, 4)})
    assert result.best("SGD").at_edge
    assert "lies at the edge of its grid" in result.warnings[0]
    inside = ran(Walk(landscapes.valley(10), 20, **VALLEY), {"SGD": compare.lrs(0.02, 1.0, 8)})
    assert not inside.best("SGD").at_edge and not inside.warnings


def test_one_seed_that_decides_is_warned_of():
    """Seed 2 starts where the flat axis alone counts, and there a far larger lr is best."""
    start = [(0.0, 1.0), (0.0, 1.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0)]
    result = ran(Walk(landscapes.valley(10), 10, start=lambda seed: start[seed], by="distance"),
                 {"SGD": compare.grid(lr=[0.001, 0.1, 0.17, 0.18, 0.185, 0.19])}, seeds=5)
    assert result.best("SGD").setting == {"lr": 0.19}
    assert result.best("SGD").seeds == (2, 3, 4)
    assert any("one seed decides the setting of SGD" in s for s in result.warnings)


def test_the_same_study_gives_the_same_numbers():
    def once():
        return ran("moons mlp", {"Adam": compare.lrs(1e-3, 1e-1, 3), "SGD": compare.lrs(1e-2, 1, 3)}, seeds=2,
                   finals=2)

    first, second = once(), once()
    assert [one.numbers() for one in first.results] == [one.numbers() for one in second.results]
    assert str(first.table()) == str(second.table())


SEEN = []       # what a rule was given


def watched(w, grad, lr):
    SEEN.append(lr)
    return w


class Shaped(optimlab.Optimizer):
    elementwise = False

    def __init__(self, params, lr=0.1):
        super().__init__(params, lr=lr)
        SEEN.extend(p.shape for p in self.params)

    def rule(self, p, g, state, t, lr):
        return lr * g


def test_schedules_end_at_their_end():
    lr = []
    for schedule in ("constant", "cosine"):
        SEEN.clear()
        ran(Walk(landscapes.valley(10), 100, schedule=schedule, **VALLEY), {"w": (watched, [{"lr": 0.5}])})
        lr.append(SEEN.copy())
    assert set(lr[0]) == {0.5}
    np.testing.assert_allclose(lr[1], 0.25 * (1 + np.cos(np.pi * np.arange(100) / 100)))


def test_matrix_rules_get_matrices():
    SEEN.clear()
    ran(compare.named("moons mlp", epochs=1), {"shaped": (Shaped, [{"lr": 0.1}])})
    assert SEEN == [(16, 2), (16,), (16, 16), (16,), (2, 16), (2,)]


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "LAMB", "Shampoo", "Prodigy", "LBFGS", "Muon",
                                  "ScheduleFreeAdamW"])
def test_every_kind_of_optimizer_trains_a_network(name):
    result = ran(compare.named("moons mlp", epochs=3), {name: [{"lr": 0.05}]})
    assert not result.failures, result.failures[0].reason


@pytest.mark.parametrize("make, error, words", [
    (lambda: compare.Study("vally", {"SGD": compare.lrs(1e-3, 1, 3)}), ValueError, "none called 'vally'"),
    (lambda: compare.Study("valley", {"SDG": compare.lrs(1e-3, 1, 3)}), ValueError, "called 'SDG'"),
    (lambda: compare.Study("valley", {"SGD": []}), ValueError, "'SGD', got none"),
    (lambda: compare.Study("valley", {"SGD": 0.1}), TypeError, "settings such as lrs"),
    (lambda: compare.Study("valley", {}), TypeError, "a dict"),
    (lambda: compare.Study([], {"SGD": [{}]}), ValueError, "at least one"),
    (lambda: compare.Study("valley", {"SGD": [{}], "Adam": [{}, {}]}), ValueError, "equal number"),
    (lambda: compare.Study("valley", {"SGD": [{}]}, seeds=0), ValueError, "seeds"),
    (lambda: compare.Study("valley", {"SGD": [{}]}, seeds=[1, 1]), ValueError, "each once"),
    (lambda: compare.Study("valley", {"SGD": [{}]}, seeds=[1000]), ValueError, "below 1000"),
    (lambda: compare.Training(nn.MLP(2, 2), data.two_moons), TypeError, "a function seed -> model"),
    (lambda: compare.Walk(landscapes.valley(10), schedule="cos"), ValueError, "cosine"),
    (lambda: compare.Study(3, {"SGD": [{}]}), TypeError, "got 3"),
])
def test_bad_input_is_one_sentence(make, error, words):
    with pytest.raises(error, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_step_function_s_faults_are_named():
    def short(w, grad, m, lr):
        return w

    with pytest.raises(ValueError, match="1 states are needed"):
        StepFunction(short, np.ones(2), lr=0.1).step(np.ones(2))
    with pytest.raises(TypeError, match="no argument 'betas'"):
        rule(short)(np.ones(2), betas=1)


def test_stored_runs_are_recalled_as_they_were():
    rates = {"SGD": compare.lrs(1e-3, 0.1, 3), "Adam": compare.lrs(1e-2, 1, 3)}
    study = compare.Study("valley", rates, seeds=2)
    result = study.run(workers=1, progress=False)
    stored = {"runs": json.loads(json.dumps(result.plain())), "about": {"date": "today"}}
    again = study.recall(stored)
    assert str(again.table()) == str(result.table()) and again.about == {"date": "today"}
    assert [len(one.steps) > 0 for one in again.results] == [one.final for one in again.results]
    with pytest.raises(ValueError, match="the run of SGD with lr .* and seed 2 on .* is not there; 6 of"):
        compare.Study("valley", rates, seeds=3).recall(stored)
