"""A learner's own rule or landscape in a figure: run like ours, and quoted where it fails."""

import numpy as np
import pytest

from optimlab import SAM, SGD, Adam, AdamW, Optimizer, live
from optimlab.exercises.lesson_04 import momentum_step, nesterov_step
from optimlab.exercises.lesson_05 import adagrad_step
from optimlab.exercises.lesson_06 import rmsprop_step
from optimlab.exercises.lesson_07 import adam_step
from optimlab.exercises.lesson_08 import adamw_step
from optimlab.exercises.lesson_12 import sam_step
from optimlab.live.learners import OWN, OwnLandscape, Trouble, own_optimizer, walk
from optimlab.optim import Adagrad, RMSprop

CURVATURES = np.array([1.0, 7.0, 30.0])


def where(optimizer, steps=60):
    for _ in range(steps):
        optimizer.step(CURVATURES * optimizer.params[0])
    return optimizer.params[0]


RULES = [
    (momentum_step, SGD, {"lr": 0.02, "momentum": 0.8}),
    (nesterov_step, lambda p, **s: SGD(p, nesterov=True, **s), {"lr": 0.02, "momentum": 0.8}),
    (adagrad_step, Adagrad, {"lr": 0.3, "eps": 1e-10}),
    (rmsprop_step, RMSprop, {"lr": 0.01, "alpha": 0.95, "eps": 1e-8}),
    (adam_step, Adam, {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-8}),
    (adamw_step, AdamW, {"lr": 0.05, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.1}),
]


@pytest.mark.parametrize(("exercise", "kind", "settings"), RULES, ids=lambda x: getattr(x, "id", ""))
def test_the_step_functions_of_the_lessons_run_as_the_librarys_classes_do(exercise, kind, settings):
    start = np.array([1.0, -1.0, 0.5])
    ours = kind(start.copy(), **settings)
    np.testing.assert_allclose(
        where(own_optimizer(exercise.reference, start.copy(), **settings)), where(ours), rtol=1e-9
    )


@pytest.mark.parametrize("kind", [Adam, SGD, SAM])
def test_a_class_gets_what_it_takes_and_no_more(kind):
    made = (lambda params, lr: SAM(SGD(params, lr=lr), rho=0.1)) if kind is SAM else kind
    w = np.ones(3)
    optimizer = own_optimizer(made, w, lr=0.01, momentum=0.5, unheard_of=3)
    optimizer.step(CURVATURES * w, closure=lambda: (0.0, CURVATURES * w))
    assert not np.array_equal(w, np.ones(3))
    assert optimizer.params[0] is w


def sam(params, lr):
    return SAM(SGD(params, lr=lr), rho=0.05)


def uphill(w, grad_fn, lr):
    grad = grad_fn(w)
    length = np.linalg.norm(grad)
    return w - lr * grad_fn(w + 0.05 * grad / length if length else w)


def run_of(name, own):
    """What a figure keeps of a learner's rule, as arrays."""
    if name == "dashboard":
        return live.dashboard.simulate(steps=30, optimizer=OWN, own=own)["loss"]
    if name == "anatomy":
        return live.anatomy.simulate(stage=80, rule=OWN, own=own)["path"]
    if name == "fair_race":
        run = live.fair_race.simulate(own=own, noise=True, seeds=2, steps=40)
        return np.array([*run["losses"][OWN].ravel(), *run["curve"][OWN]])
    result = getattr(live, name).simulate(own=own)
    found = {
        "noise_ball": lambda: result["params"], "gradient_scale": lambda: result["mean"][OWN],
        "adam": lambda: result[OWN], "adagrad_clock": lambda: result["travelled"][OWN],
    }  # fmt: skip
    return found[name]() if name in found else result["own"].get("params", result["own"].get("after"))


@pytest.mark.parametrize(
    "name",
    [figure.name for figure in live.INTERACTIVES.values()
     if "own" in figure.extras and figure.name != "schedule_designer"],
)
def test_a_rule_that_looks_twice_walks_as_sam_does(name):
    """As a function of w and grad_fn, and as a class that asks its closure, wherever a rule is taken."""
    ours, theirs, once = (run_of(name, own) for own in (sam, uphill, lambda w, grad, lr: w - lr * grad))
    assert len(ours) == len(theirs) and np.isfinite(theirs[:5]).all()
    np.testing.assert_allclose(theirs, ours, rtol=1e-6, atol=1e-12)
    if name not in ("adam", "gradient_scale", "spectrum", "adagrad_clock"):  # there the point does not matter
        assert not np.allclose(theirs, once, rtol=1e-6)


def test_the_step_function_of_lesson_12_is_sam():
    def at(w):
        return CURVATURES * w

    start = np.array([1.0, -1.0, 0.5])
    ours, w = start.copy(), start.copy()
    mine, optimizer = own_optimizer(sam_step.reference, w, lr=0.02), SAM(SGD(ours, lr=0.02), rho=0.05)
    for _ in range(40):
        mine.step(at(w), closure=lambda: (0.0, at(w)))
        optimizer.step(at(ours), closure=lambda: (0.0, at(ours)))
    np.testing.assert_allclose(w, ours, rtol=1e-9)
    assert not np.allclose(w, where(own_optimizer(lambda w, grad, lr: w - lr * grad, start, lr=0.02), 40))


def test_lr_changes_in_mid_run():
    class Mine(Optimizer):
        def __init__(self, params, lr=0.1):
            super().__init__(params, lr=lr)

        def rule(self, p, g, state, t, lr):
            return lr * g

    for own in (Mine, lambda w, grad, lr: w - lr * grad):
        w = np.ones(1)
        optimizer = own_optimizer(own, w, lr=0.5)
        optimizer.step(np.ones(1))
        optimizer.set(lr=0.25)
        optimizer.step(np.ones(1))
        assert w[0] == 0.25


def failing(w, grad, velocity, lr):
    if velocity[0] >= 36:
        raise RuntimeError("no more")
    return w, velocity + 1


class Elsewhere:
    def __init__(self, params, lr=0.1):
        self.params = params

    def step(self, grads):
        self.params = self.params - 0.1 * grads


class Broken:
    def __init__(self, params):
        raise KeyError("betas")


class Stepless:
    def __init__(self, params):
        pass


@pytest.mark.parametrize(
    ("own", "words", "steps"),
    [
        (failing, "failing stopped at step 37: RuntimeError: no more", 36),
        (lambda w, grad: None, "Your function returned None at step 1; w is needed, of shape (2,)", 0),
        (lambda w, grad, v, lr: w, "(w, v) is needed, each of shape (2,)", 0),
        (lambda w, grad: np.zeros((2, 2)), "returned an array of shape (2, 2) at step 1", 0),
        (lambda w, grad: w * np.nan, "Your function diverged at step 1", 1),
        (lambda w, grad: -40 * w, "diverged at step 7", 7),
        (lambda w: w, "takes 1 arguments; step(w, grad, ...) is needed", 0),
        (Elsewhere, "Elsewhere.step leaves params as they are: change them in place", 2),
        (Broken, "Broken could not be made: KeyError: 'betas'", 0),
        (Stepless, "Stepless has no step(grads)", 0),
        (lambda w, grad_fn: grad_fn(w[:1]), "asked grad_fn for a point of shape (1,) at step 1; (2,) is", 0),
        (lambda w, grad_fn: 1 / grad_fn(3 * w)[5], "stopped at step 1: IndexError", 0),
        (lambda grad_fn, w, lr: w, "takes grad_fn first; step(w, grad, ...) or step(w, grad_fn, ...)", 0),
        (3, "A step function or an optimizer class is needed, got 3", 0),
    ],
)
def test_what_fails_is_said_and_what_went_well_is_kept(own, words, steps):
    went = walk(own, lambda w, t: w, [1.0, 1.0], 50, lr=0.1)
    assert words in went.trouble
    assert len(went.params) == steps + 1


def test_a_rude_function_changes_nothing_of_ours():
    def rude(w, grad, lr):
        grad[:] = 0
        w += 100
        return w - 100

    def rude_elsewhere(w, grad_fn, lr):
        grad_fn(w)[:] = 5
        grad_fn(w + 1)[:] = 5
        return w - lr * grad_fn(w)

    start = np.ones(2)
    went = walk(rude_elsewhere, lambda w, t: w, start, 5, lr=0.1)
    np.testing.assert_allclose(went.params[:, 0], 0.9 ** np.arange(6))
    assert walk(rude, lambda w, t: w, start, 5, lr=0.1).params.tolist() == [[1.0, 1.0]] * 6


def test_a_slow_function_ends_when_its_time_is_up():
    import time

    def slow(w, grad):
        time.sleep(0.02)
        return w

    began = time.monotonic()
    went = walk(slow, lambda w, t: w, np.ones(1), 10_000, seconds=0.1)
    done = len(went.params) - 1
    assert 1 <= done < 30 and time.monotonic() - began < 1
    assert went.trouble == f"slow is too slow for this picture: {done} of 10000 steps in 0.1 s."
    assert walk(slow, lambda w, t: w, np.ones(1), 1, seconds=0.0).trouble == ""


def test_a_landscape_is_checked():
    points = np.random.default_rng(0).normal(size=(4, 5, 2))
    for own in (lambda x, y: x**2 * y, lambda p: p[..., 0] ** 2 * p[..., 1]):
        land = OwnLandscape(own)
        np.testing.assert_allclose(land.value(points), points[..., 0] ** 2 * points[..., 1])
        np.testing.assert_allclose(
            land.grad(points),
            np.stack([2 * points[..., 0] * points[..., 1], points[..., 0] ** 2], axis=-1),
            atol=1e-7,
        )
    for own, words in [
        (lambda x, y: np.log(x - 5) + y, "is not a number at (1, 2)"),
        (lambda p: p, "returned array([1., 2.]); shape () is needed"),
        (lambda p: 1 / 0, "stopped: ZeroDivisionError"),
        ("bowl", "A landscape is a function of a point"),
    ]:
        with pytest.raises(Trouble) as trouble:
            OwnLandscape(own).value(np.array([1.0, 2.0]))
        assert words in str(trouble.value)
