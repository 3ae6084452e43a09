"""Whatever is handed to a check, one sentence comes back: it never raises, hangs or changes anything."""

import asyncio
import functools
import sys
import time

import numpy as np
import pytest

from optimlab.exercises import REGISTRY, check, guard
from optimlab.exercises.verdict import Verdict

momentum_step = REGISTRY["04.1"].reference


def error_of(id, answer, *words):
    verdict = check(id, answer)
    assert isinstance(verdict, Verdict)
    assert verdict.status == "error", verdict.text
    first = verdict.text.split("\n")[0]
    for word in words:
        assert word in first, first
    return verdict


@pytest.mark.parametrize(
    "answer, words",
    [
        ("momentum_step", ["without quotes"]),
        (0.5, ["number", "without parentheses"]),
        (np.float64(1), ["number"]),
        (True, ["number"]),
        ((np.ones(2), np.ones(2)), ["tuple", "without parentheses"]),
        ([1, 2], ["list"]),
        ({}, ["dict"]),
        (np.ones(3), ["array"]),
        (None, ["None", "without calling it"]),
        (dict, ["class"]),
        (np, ["module"]),
        (check, ["arguments are (id, answer, edition)", "(w, grad, velocity, lr, momentum)"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_function_is_answered_in_one_sentence(answer, words):
    verdict = error_of("04.1", answer, *words)
    assert "\n" not in verdict.text


@pytest.mark.parametrize(
    "id, words",
    [
        ("04.9", ["04.9", "no such exercise", "04.1 to 04.6"]),
        ("4.1", ["no such exercise", "04.1 to 04.6"]),
        ("99.1", ["no such exercise", "02, ", "04"]),
        (4.1, ["in quotes"]),
        (None, ["in quotes"]),
        (["04.1"], ["in quotes"]),
        (momentum_step, ["id comes first"]),
        ("", ["no such exercise"]),
        ("x" * 10_000, ["no such exercise"]),
    ],
    ids=lambda value: str(value)[:12],
)
def test_an_unknown_id_is_answered_in_one_sentence(id, words):
    verdict = error_of(id, momentum_step, *words)
    assert len(verdict.text) < 300


def test_a_missing_answer_is_answered():
    assert "what shall be checked" in check("04.1").text


def test_the_function_of_another_exercise_is_recognised():
    error_of("04.2", momentum_step, "looks like the function of 04.1", "pass nesterov_step")
    error_of("02.1", momentum_step, "looks like the function of 04.1")

    def one_step(w, grad, velocity, lr, momentum):
        return w, velocity

    error_of("02.2", one_step, "looks like the function of 04.1")


def test_wrong_signatures_are_named():
    error_of("04.1", lambda w, grad: w, "(w, grad)", "(w, grad, velocity, lr, momentum)")
    error_of("04.1", lambda *, w, grad, velocity, lr, momentum: (w, velocity), "arguments are")
    error_of("04.1", lambda w, velocity, grad, lr, momentum: (w, velocity), "another order")


def test_other_names_and_more_defaults_are_fine():
    assert (
        check("04.1", lambda w, g, v, eta, beta: (w - eta * (beta * v + g), beta * v + g)).status == "passed"
    )
    assert (
        check("04.1", lambda w, g, v, lr=1, m=0, log=None: momentum_step(w, g, v, lr, m)).status == "passed"
    )
    assert check("04.1", lambda *args: momentum_step(*args)).status == "passed"
    assert check("04.1", functools.partial(momentum_step)).status == "passed"


def returning(value):
    def answer(w, grad, velocity, lr, momentum):
        value_now = value(w) if callable(value) else value
        return value_now

    return answer


@pytest.mark.parametrize(
    "value, words",
    [
        (lambda w: None, ["returns None", "return line missing"]),
        (lambda w: (w + 1, None), ["None for velocity"]),
        (lambda w: w + 1, ["array of shape (4,)", "(w, velocity)"]),
        (lambda w: (w, w, w), ["tuple of 3", "(w, velocity)"]),
        (lambda w: (), ["tuple of 0"]),
        (lambda w: 3.0, ["one number"]),
        (lambda w: "words", ["str"]),
        (lambda w: {"w": w}, ["dict"]),
        (lambda w: (x for x in w), ["generator"]),
        (lambda w: np.array(1.0), ["array of shape ()"]),
        (lambda w: ([[1, 2], [3]], w), ["w", "do not form one array"]),
        (lambda w: (object(), w), ["object for w"]),
        (lambda w: (momentum_step, w), ["function"]),
        (lambda w: ({1: 2}, w), ["dict for w"]),
    ],
)
def test_unusable_results_are_described(value, words):
    error_of("04.1", returning(value), *words)


def test_an_answer_that_stops_on_its_way_is_told_where():
    def cosine_lr(lr_max, lr_min, t, T):
        if t <= T:
            return lr_min + (lr_max - lr_min) * (1 + np.cos(np.pi * t / T)) / 2

    verdict = error_of("09.2", cosine_lr, "returns None")
    assert "\nThat is at: after the end, T = 6, t = 7. Up to there it agrees." in verdict.text
    assert "That is at" not in error_of("09.2", lambda lr_max, lr_min, t, T: print(t), "returns None").text


def test_a_wrong_shape_is_wrong_and_said():
    verdict = check("04.1", lambda w, g, v, lr, m: (w.reshape(-1, 1) - lr * (m * v + g), m * v + g))
    assert verdict.status == "wrong"
    assert "yours has shape (4, 4), expected (4,)" in verdict.text


def test_text_where_numbers_belong():
    assert check("04.1", lambda w, g, v, lr, m: ("w", "v")).status == "wrong"
    assert check("04.1", lambda w, g, v, lr, m: (w * 1j, v)).status == "wrong"


def test_a_function_that_is_not_called_is_described():
    verdict = error_of("02.1", lambda grad_fn, w, lr, steps: w - lr * grad_fn, "TypeError")
    assert "'float' and 'function'" in verdict.text


def test_writing_into_whole_numbers_is_described_as_writing():
    def gd_step(w, grad, lr):
        w -= lr * grad
        return w

    verdict = check("00.1", gd_step)
    assert verdict.mistake == "GD-INPLACE" and "cast" not in verdict.text


def test_who_writes_into_whole_numbers_is_judged_by_the_other_trials():
    def gd_step(w, grad, lr):
        w -= lr * grad
        return w if w.ndim == 1 else 5 * w

    verdict = check("00.1", gd_step)
    assert verdict.status == "wrong" and "w is the first to differ, other shapes" in verdict.text
    assert "After the call w had been changed." in verdict.text


def test_an_async_function_is_described():
    async def momentum_step(w, grad, velocity, lr, momentum):
        return w, velocity

    error_of("04.1", momentum_step, "coroutine")
    assert asyncio.iscoroutinefunction(momentum_step)


@pytest.mark.parametrize(
    "failure", [ValueError, KeyError, ZeroDivisionError, KeyboardInterrupt, SystemExit, GeneratorExit]
)
def test_an_answer_that_raises_is_quoted(failure):
    def answer(w, grad, velocity, lr, momentum):
        w = w + 1
        raise failure("the reason")

    verdict = error_of("04.1", answer, f"it raises {failure.__name__}")
    assert "the reason" in verdict.text
    assert "line 3 of answer: raise failure" in verdict.text


def test_the_learners_own_line_is_shown_not_numpys():
    def answer(w, grad, velocity, lr, momentum):
        new = np.linalg.inv(w)
        return new, velocity

    verdict = error_of("04.1", answer, "it raises LinAlgError")
    assert "line 2 of answer: new = np.linalg.inv(w)" in verdict.text


def test_stop_iteration_is_an_error_like_others():
    def answer(w, grad, velocity, lr, momentum):
        return next(iter([]))

    error_of("04.1", answer, "it raises StopIteration")


def test_an_exception_that_cannot_be_printed():
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError

    def answer(w, grad, velocity, lr, momentum):
        raise Odd

    error_of("04.1", answer, "it raises Odd")


def test_endless_recursion_is_an_error():
    def answer(w, grad, velocity, lr, momentum):
        return answer(w, grad, velocity, lr, momentum)

    started = time.perf_counter()
    error_of("04.1", answer, "it raises RecursionError")
    assert time.perf_counter() - started < guard.DEADLINE


def test_a_raised_recursion_limit_is_put_back():
    before = sys.getrecursionlimit()

    def answer(w, grad, velocity, lr, momentum):
        sys.setrecursionlimit(before + 500)
        return momentum_step(w, grad, velocity, lr, momentum)

    assert check("04.1", answer).status == "passed"
    assert sys.getrecursionlimit() == before


def test_input_exit_and_quit_are_refused():
    import builtins

    for call in ("input()", "exit()", "quit()"):
        answer = eval(f"lambda w, grad, velocity, lr, momentum: {call}")
        if hasattr(builtins, call[:-2]):
            assert "during a check" in error_of("04.1", answer, "it raises Refused").text
    error_of("04.1", lambda w, grad, velocity, lr, momentum: sys.exit(3), "it raises SystemExit")


def test_the_doors_are_open_again_afterwards():
    import builtins

    before = (builtins.input, sys.stdout, sys.stderr)
    check("04.1", momentum_step)
    assert (builtins.input, sys.stdout, sys.stderr) == before


def test_what_is_printed_is_kept_short_and_out_of_the_notebook(capsys):
    def answer(w, grad, velocity, lr, momentum):
        print("look here", w)
        print("x" * 1_000_000)
        return momentum_step(w, grad, velocity, lr, momentum)

    verdict = check("04.1", answer)
    assert verdict.status == "passed"
    assert "look here" in verdict.text
    assert len(verdict.text) < 3000
    assert capsys.readouterr().out == ""


def test_numpys_error_state_and_warnings_stay_as_they_were(recwarn):
    before = np.geterr()

    def answer(w, grad, velocity, lr, momentum):
        np.seterr(all="raise")
        return momentum_step(w, grad, velocity, lr, momentum)

    def noisy(w, grad, velocity, lr, momentum):
        np.zeros(1) / np.zeros(1)
        np.log(-np.ones(1))
        return momentum_step(w, grad, velocity, lr, momentum)

    assert check("04.1", answer).status == "passed"
    assert check("04.1", noisy).status == "passed"
    assert np.geterr() == before
    assert len(recwarn) == 0


def test_what_a_function_holds_on_to_is_not_ours():
    """An answer that keeps its arguments and writes into them later changes nothing for the check."""
    kept = []

    def answer(w, grad, velocity, lr, momentum):
        for array in kept:
            array[...] = 7
        kept[:] = [w, grad, velocity]
        return momentum_step(w.copy(), grad.copy(), velocity.copy(), lr, momentum)

    assert check("04.1", answer).status == "passed"
    assert check("04.1", momentum_step).status == "passed"


def test_a_changed_input_is_named_even_when_the_numbers_are_right():
    def answer(w, grad, velocity, lr, momentum):
        result = momentum_step(w, grad, velocity, lr, momentum)
        grad *= 0
        return result

    verdict = check("04.1", answer)
    assert (verdict.status, verdict.mistake) == ("mistake", "GD-INPLACE")
    assert "After the call grad had been changed." in verdict.text


def test_a_changed_input_is_told_beside_another_mistake():
    def answer(w, grad, velocity, lr, momentum):
        velocity = momentum * velocity + grad
        grad[...] = 0
        return w + lr * velocity, velocity

    verdict = check("04.1", answer)
    assert verdict.mistake == "GD-SIGN"
    assert "After the call grad had been changed." in verdict.text


def test_state_in_a_global_an_attribute_or_a_closure_is_named():
    def by_attribute(w, grad, velocity, lr, momentum):
        by_attribute.v = momentum * getattr(by_attribute, "v", np.zeros_like(grad)) + grad
        return w - lr * by_attribute.v, by_attribute.v.copy()

    memory = {}

    def by_closure(w, grad, velocity, lr, momentum):
        memory["v"] = momentum * memory.get("v", 0) + grad
        return w - lr * memory["v"], memory["v"].copy()

    def by_chance(w, grad, velocity, lr, momentum):
        return momentum_step(
            w + 1e-3 * np.random.default_rng().normal(size=w.shape), grad, velocity, lr, momentum
        )

    for answer in (by_attribute, by_closure, by_chance):
        for _ in range(2):
            verdict = check("04.1", answer)
            assert verdict.mistake == "MOM-CLASSVAR", verdict.text


def test_a_harmless_memory_passes():
    calls = []

    def answer(w, grad, velocity, lr, momentum):
        calls.append(lr)
        return momentum_step(w, grad, velocity, lr, momentum)

    assert check("04.1", answer).status == "passed"


def test_a_check_within_a_check_does_not_wait_for_itself():
    said = []

    def answer(w, grad, velocity, lr, momentum):
        said.append(check("04.1", momentum_step).text)
        return momentum_step(w, grad, velocity, lr, momentum)

    started = time.perf_counter()
    assert check("04.1", answer).status == "passed"
    assert time.perf_counter() - started < 2
    assert "inside a function that is being checked" in said[0]


def test_a_fault_of_ours_says_so_and_does_not_count(monkeypatch):
    from optimlab import progress
    from optimlab.exercises import checking

    def broken(exercise, answer):
        raise RuntimeError("a broken probe")

    monkeypatch.setattr(checking, "judge", broken)
    verdict = check("04.1", momentum_step)
    assert verdict.status == "error" and "our fault, not yours" in verdict.text
    assert progress.attempts("04.1") == 0


def test_an_object_that_lies_about_itself():
    class Odd:
        def __getattr__(self, name):
            raise RuntimeError(name)

        def __call__(self, *args):
            return momentum_step(*args)

        def __repr__(self):
            raise RuntimeError

    assert isinstance(check("04.1", Odd()), Verdict)


def test_in_place_arithmetic_is_named_before_what_it_does_to_whole_numbers():
    def momentum_step(w, grad, velocity, lr, momentum):
        velocity *= momentum
        velocity += grad
        w -= lr * velocity
        return w, velocity

    verdict = check("04.1", momentum_step)
    assert (verdict.status, verdict.mistake) == ("mistake", "GD-INPLACE")

    def momentum_step(w, grad, velocity, lr, momentum):
        w = w.copy()
        velocity = momentum * velocity + grad
        w -= lr * velocity
        return w, velocity

    verdict = check("04.1", momentum_step)
    assert (verdict.status, verdict.mistake) == ("mistake", "GD-INT")
