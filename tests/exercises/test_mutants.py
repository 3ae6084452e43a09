"""Break each reference mechanically, in every place: no mutant that behaves differently may pass.

Whether a mutant behaves differently is decided without the checker, on random arguments.
"""

import ast
import copy
import functools
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from optimlab.exercises import REGISTRY, guard
from optimlab.exercises.judge import judge
from optimlab.exercises.mutants import built, judged, mutants_of


def random_arguments(id, rng):
    """Arguments of the kind that the exercise's docstring promises."""
    vector = rng.normal(size=rng.integers(1, 5)) * 3
    lr, momentum = rng.uniform(0.01, 0.3), rng.uniform(0, 0.95)
    if id in ("04.1", "04.2"):
        return vector, rng.normal(size=vector.shape), rng.normal(size=vector.shape), lr, momentum
    if id == "02.1":
        return (lambda w: np.sin(w) + 0.3 * np.roll(w, 1)), vector, lr, int(rng.integers(0, 5))
    if id == "02.2":
        B = rng.normal(size=(3, 3))
        return (B @ B.T + 0.1 * np.eye(3),)
    if id == "02.3":
        return (1, 3, float(rng.uniform(1, 50)))[rng.integers(3)], float(
            rng.choice([0.5, 0.25, 1e-3, 1e-6, 0.1])
        )
    if id == "02.4":
        if rng.random() < 0.3:
            x = np.array([2.0 ** rng.integers(-1, 3)])
            return (
                (lambda x: float(x @ x) / 2),
                x,
                float(x @ x) / 2,
                x,
                -x,
                2.0 ** rng.integers(0, 3),
                0.5,
                0.5,
            )
        h = rng.uniform(0.5, 20, size=vector.shape)

        def f(x):
            return float(np.sum(h * x * x) / 2)

        g = h * vector
        d = -g * rng.uniform(0.1, 3, size=g.shape)
        return f, vector, f(vector), g, d, rng.uniform(0.5, 4), rng.uniform(0.3, 0.95), rng.uniform(0.01, 0.9)
    if id == "04.3":
        mu = rng.uniform(0.1, 3)
        return mu, mu * rng.choice([1.0, rng.uniform(1, 1000)])
    if id == "04.4":
        return lr, momentum * rng.integers(0, 2)
    if id == "04.5":
        params = [rng.normal(size=3), rng.normal(size=(2, 2))]

        def grad_fn(ps):
            a, b = ps
            return [np.sin(a) + 0.1 * np.sum(b), 2 * b + 0.1 * np.sum(a) + np.zeros((2, 2))]

        return grad_fn, params, lr, momentum, int(rng.integers(0, 4))
    if id == "04.6":
        tol = float(rng.choice([0.5, 0.25, 0.1]))
        runs = {}
        for name in ("b", "a", "d", "c"):
            values = rng.choice([4.0, 2.0, 1.0, 0.5, 0.25, np.nan, np.inf], size=rng.integers(1, 7))
            runs[name] = np.concatenate([[float(rng.choice([1.0, 2.0, 8.0]))], values])
        return runs, tol
    return arguments_of_lesson(id.split(".")[0]).random_arguments(id, rng)


@functools.cache
def arguments_of_lesson(lesson):
    """test_lesson_NN.py, whose random_arguments knows the exercises of that lesson."""
    path = Path(__file__).with_name(f"test_lesson_{lesson}.py")
    spec = importlib.util.spec_from_file_location(f"arguments_of_lesson_{lesson}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outcome(function, arguments):
    """What comes back, as something comparable, or the fact that it raises or does not end."""
    given = copy.deepcopy([a if not callable(a) else None for a in arguments])
    given = [a if a is not None else original for a, original in zip(given, arguments, strict=True)]

    def call():
        try:
            with np.errstate(all="ignore"):
                return function(*given)
        except Exception:
            return "raises"

    got = guard.run(call, seconds=0.5)
    result = "does not end" if got.timed_out else got.value
    untouched = all(equal(a, b) for a, b in zip(given, arguments, strict=True) if not callable(a))
    return result, untouched


def equal(a, b):
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, str) or isinstance(b, str) or a is None or b is None:
        return type(a) is type(b) and a == b
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    try:
        a, b = np.asarray(a), np.asarray(b)
        return a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
    except (TypeError, ValueError):
        return False


def plain_function(id, answer):
    """The answer, or what plain_function of test_lesson_NN.py makes of one whose results are functions."""
    lesson = id.split(".")[0]
    if not Path(__file__).with_name(f"test_lesson_{lesson}.py").exists():
        return answer
    made = getattr(arguments_of_lesson(lesson), "plain_function", None)
    return made(id, answer) if made else answer


def behaves_differently(id, function, reference):
    function, reference = plain_function(id, function), plain_function(id, reference)
    rng = np.random.default_rng(0)
    for _ in range(60):
        arguments = random_arguments(id, rng)
        if not equal(outcome(function, arguments), outcome(reference, arguments)):
            return True
    return False


@pytest.mark.parametrize(
    "exercise",
    [exercise for exercise in REGISTRY.values() if not exercise.is_value],
    ids=lambda exercise: exercise.id,
)
def test_no_mutant_passes(exercise):
    solution = built(ast.unparse(ast.parse(exercise.solution)), exercise.name)
    assert judge(exercise, solution).status == "passed"
    count, passed = 0, []
    # Where an answer trains a network, every fourth has to do.
    every = 1 if exercise.start is None else 4
    for told, mutant, found in judged(exercise, seconds=2, every=every):
        count += 1
        if found is not None and found.status.startswith("passed"):
            passed.append((told, mutant, found.convention.answer if found.convention else exercise.reference))
    assert count >= 10
    survivors = [
        told for told, mutant, right in passed if behaves_differently(exercise.id, mutant, right)
    ]
    assert survivors == []


def test_the_mutants_are_real():
    """Were every mutant equal to its reference, the test above could not fail."""
    exercise = REGISTRY["04.1"]
    mutants = list(mutants_of(exercise.solution))
    assert len(mutants) > 30
    mutant = built(mutants[-1][1], "momentum_step")
    assert behaves_differently("04.1", mutant, exercise.reference)
    assert not behaves_differently("04.1", exercise.reference, exercise.reference)
