"""Answers as learners write them, wrong and right: no wrong one passes, no right one fails, names are true.

learners_wrong.txt and learners_right.txt hold bodies of functions; above each stands the exercise and, for a
wrong one, the mistake that it should be told, or "-" where none is known. They were written in the styles of
several courses, nearly all of them without a look at the banks.
"""

import numpy as np
import pytest
from learners import RIGHT, WRONG, source

from optimlab.exercises import REGISTRY
from optimlab.exercises.judge import judge


def built(exercise, body):
    space = {"np": np}
    exec(source(exercise, body), space)
    return space[exercise.name]


def test_there_are_many():
    wrong = [mistake for answers in WRONG.values() for mistake, _ in answers]
    assert len(wrong) > 400 and sum(mistake != "-" for mistake in wrong) > 0.85 * len(wrong)
    assert sum("+" in mistake for mistake in wrong) >= 8, "two mistakes at once are among them"
    assert sum(map(len, RIGHT.values())) > 75


@pytest.mark.parametrize("id", WRONG)
@pytest.mark.filterwarnings("ignore")
def test_wrong_answers_are_rejected_and_named(id):
    exercise = REGISTRY[id]
    for mistake, body in WRONG[id]:
        found = judge(exercise, built(exercise, body))
        assert not found.status.startswith("passed"), body
        if mistake != "-":
            assert (found.mistake and found.mistake.id) == mistake, body


@pytest.mark.parametrize("id", RIGHT)
@pytest.mark.filterwarnings("ignore")
def test_right_answers_in_another_style_pass(id):
    exercise = REGISTRY[id]
    for _, body in RIGHT[id]:
        found = judge(exercise, built(exercise, body))
        assert found.status.startswith("passed"), (body, found.difference)


FLOATS = ["00.1", "01.2", "02.2", "04.1", "05.1", "06.1", "07.2", "09.2", "10.1", "11.1"]


@pytest.mark.parametrize("id", FLOATS)
def test_float32_results_pass(id):
    exercise = REGISTRY[id]

    def rounded(*arguments):
        result = exercise.reference(*arguments)
        if isinstance(result, tuple):
            return tuple(np.asarray(part, np.float32) for part in result)
        return np.asarray(result, np.float32)

    assert judge(exercise, rounded).status == "passed"
