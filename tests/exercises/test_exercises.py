"""What holds for every exercise: its reference passes, its stub is not attempted, each mistake is named."""

import doctest
import re

import numpy as np
import pytest

from optimlab.exercises import REGISTRY, check
from optimlab.exercises.parts import HABITS

EVERY = list(REGISTRY.values())
MISTAKES = [
    pytest.param(exercise, mistake, answer, id=f"{exercise.id}-{mistake.id}-{number}")
    for exercise in EVERY
    for mistake in exercise.mistakes
    for number, answer in enumerate(mistake.answers)
]
NOT_IN_PROSE = ("!", "simply", "obviously", "just ", "easy", "powerful", "let's", "simple ")

every = pytest.mark.parametrize("exercise", EVERY, ids=list(REGISTRY))


functions = pytest.mark.parametrize(
    "exercise", [exercise for exercise in EVERY if not exercise.is_value], ids=lambda exercise: exercise.id
)


def handed_in(exercise, answer):
    """What a learner passes to `check`: the function, or for an exercise with a value what it returns."""
    return answer() if exercise.is_value else answer


def written(source, name):
    """The function that `source` defines, as a notebook cell would define it."""
    space = {"np": np, "math": __import__("math")}
    exec(source, space)
    return space[name]


def first_line(verdict):
    return verdict.text.split("\n")[0]


def test_the_lessons_have_their_exercises():
    ids = list(REGISTRY)
    assert [id for id in ids if id.startswith("02")] == ["02.1", "02.2", "02.3", "02.4"]
    assert [id for id in ids if id.startswith("04")] == ["04.1", "04.2", "04.3", "04.4", "04.5", "04.6"]
    assert all(REGISTRY[id].id == id for id in ids)


@every
def test_the_reference_passes(exercise):
    verdict = check(exercise.id, handed_in(exercise, exercise.reference))
    assert (verdict.status, first_line(verdict)) == ("passed", f"{exercise.id} passed")


@every
def test_the_solution_passes_as_text(exercise):
    assert check(exercise.id, handed_in(exercise, written(exercise.solution, exercise.name))).passed
    assert "mistake" not in exercise.solution and "@" not in exercise.solution.split("def ")[0]


@every
def test_the_stub_is_not_attempted(exercise):
    if exercise.start is None:
        assert exercise.stub.endswith(f"{exercise.name} = ...\n" if exercise.is_value else "    ...\n")
    verdict = check(exercise.id, written(exercise.stub, exercise.name))
    assert (verdict.status, verdict.text) == ("not attempted", f"{exercise.id} not attempted")


@pytest.mark.parametrize(
    "body",
    [
        "...",
        "pass",
        "return",
        "return None",
        "raise NotImplementedError",
        "raise NotImplementedError('later')",
        "#",
    ],
)
@functions
def test_an_empty_body_is_not_attempted(exercise, body):
    arguments = ", ".join(exercise.parameters)
    comment_only = f'"""Nothing yet."""\n    # {body}'
    for text in (body if body != "#" else comment_only, f'"""Words."""\n    {body}'):
        function = written(f"def {exercise.name}({arguments}):\n    {text}\n", exercise.name)
        assert check(exercise.id, function).status == "not attempted", text


@pytest.mark.parametrize("body", ["x = 1", "return 5", "return 'words'", "print()", "raise ValueError"])
def test_a_written_body_is_attempted(body):
    function = written(f"def momentum_step(w, grad, velocity, lr, momentum):\n    {body}\n", "momentum_step")
    assert check("04.1", function).status == "error"


@pytest.mark.parametrize("exercise, mistake, answer", MISTAKES)
def test_each_mistake_is_named(exercise, mistake, answer):
    answer = handed_in(exercise, answer)
    verdict = check(exercise.id, answer)
    assert (verdict.status, verdict.mistake) == ("mistake", mistake.id), verdict.text
    assert first_line(verdict) == f"{exercise.id} mistake: {mistake.name}"
    assert not re.search(r"\d\.\d", mistake.name), "a first line has words, not floats"
    again = check(exercise.id, answer)
    assert first_line(again) == first_line(verdict)


CONVENTIONS = [
    pytest.param(exercise, convention, id=f"{exercise.id}-{convention.name}")
    for exercise in EVERY
    for convention in exercise.conventions
]


@pytest.mark.parametrize("exercise, convention", CONVENTIONS)
def test_each_convention_passes_under_its_name(exercise, convention):
    verdict = check(exercise.id, handed_in(exercise, convention.answer))
    assert (verdict.status, verdict.convention) == ("passed with another convention", convention.name)
    assert first_line(verdict) == f"{exercise.id} passed with another convention: {convention.name}"


@every
def test_a_mistake_says_what_is_seen_and_asks_a_question(exercise):
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)
    for mistake in exercise.mistakes:
        assert (
            mistake.name
            and mistake.sees.endswith(".")
            and mistake.question.rstrip(")").endswith((".", "?", "do."))
        )
        assert "?" in mistake.question
        prose = " ".join((mistake.name, mistake.sees, mistake.question)).lower()
        assert not [word for word in NOT_IN_PROSE if word in prose], prose


@every
def test_there_are_enough_mistakes_and_four_hints(exercise):
    assert len(exercise.mistakes) >= 5
    assert len(set(exercise.hints)) == 4
    prose = " ".join(exercise.hints).lower()
    assert not [word for word in NOT_IN_PROSE if word in prose and word != "!"]


@functions
def test_the_example_in_the_docstring_is_true(exercise):
    space = {"np": np, exercise.name: exercise.reference}
    examples = doctest.DocTestParser().get_doctest(exercise.reference.__doc__, space, exercise.id, None, 0)
    assert examples.examples or exercise.is_value
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(examples).failed == 0


def test_habits_speak_like_mistakes():
    for habit in HABITS.values():
        assert habit.name and habit.sees and "?" in habit.question
