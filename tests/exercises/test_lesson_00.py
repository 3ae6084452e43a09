"""Lesson 00: right answers in unusual style, theory, and arguments for the mutants."""

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    w = rng.normal(size=rng.integers(1, 5)) * 3
    lr = rng.uniform(0.01, 0.3)
    if id == "00.1":
        return w, rng.normal(size=w.shape), lr
    if id == "00.3":
        return (lambda w: np.sin(w) + 0.3 * np.roll(w, 1)), w, lr, int(rng.integers(0, 5))
    raise KeyError(id)


RIGHT, right = collector()


@right("00.1")
def numpy_functions(w, grad, lr):
    return np.subtract(w, np.multiply(grad, lr))


@right("00.1")
def a_list(w, grad, lr):
    return [float(wi) - lr * float(gi) for wi, gi in zip(w, grad, strict=True)]


@right("00.1")
def minus_plus(w, grad, lr):
    return w + (-lr) * grad


@right("00.1")
def on_a_float_copy(w, grad, lr):
    w = np.array(w, dtype=float)
    w -= lr * grad
    return w


@right("00.1")
def single_precision(w, grad, lr):
    return w.astype(np.float32) - np.float32(lr) * grad.astype(np.float32)


@right("00.3")
def with_a_step_function(grad_fn, w, lr, steps):
    path = np.empty((steps + 1, len(w)))
    path[0] = w
    for k in range(steps):
        path[k + 1] = REGISTRY["00.1"].reference(path[k], grad_fn(path[k]), lr)
    return path


@right("00.3")
def list_of_arrays(grad_fn, w, lr, steps):
    path = [w]
    while len(path) <= steps:
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return path


@right("00.2")
def small_letter():
    return "b"


@pytest.mark.parametrize("id, answer", RIGHT)
def test_right_answers_pass(id, answer):
    verdict = check(id, answer() if REGISTRY[id].is_value else answer)
    assert verdict.passed, verdict.text


def test_the_rule_that_climbs_is_the_only_one():
    """Run the four rules as the stub prints them on f(w) = w**2 / 2."""
    lines = [line[1:] for line in REGISTRY["00.2"].stub.splitlines() if line.startswith("#     ")]
    rules, letter = {}, ""
    for line in lines:
        letter = line.strip()[0] if line.strip()[0] in "ABCD" else letter
        rules.setdefault(letter, []).append(line.strip().removeprefix(letter).strip())
    assert list(rules) == ["A", "B", "C", "D"]
    climbing = []
    for letter, rule in rules.items():
        space = {"np": np, "w": 3.0, "v": 0.0, "lr": 0.01}
        for _ in range(20):
            space["grad"] = space["w"]
            exec("\n".join(rule), space)
        if abs(space["w"]) > 3:
            climbing.append(letter)
    assert climbing == [REGISTRY["00.2"].reference()]


def test_the_path_shrinks_by_the_factor_of_theory():
    h, w = np.array([0.5, 3.0]), np.array([2.0, -1.0])
    path = REGISTRY["00.3"].reference(lambda w: h * w, w, 0.1, 7)
    np.testing.assert_allclose(path, w * (1 - 0.1 * h) ** np.arange(8)[:, None], rtol=1e-12)


def test_what_goes_wrong_is_told_with_numbers():
    verdict = check("00.1", lambda w, grad, lr: w - 3 * lr * grad)
    assert verdict.text.startswith("00.1 wrong: w is the first to differ, run 1, step 1")
    assert "each move is 3 times the expected one" in verdict.text
