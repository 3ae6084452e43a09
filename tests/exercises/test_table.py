"""docs/mistakes.md says what the exercises have. What takes minutes to count is counted in other tests."""

import re

import pytest
from make_table import PAGE, TEXT

from optimlab.exercises import REGISTRY, survey
from optimlab.exercises.mutants import mutants_of
from optimlab.standing import titles

LINES = re.findall(r"^\| (\d\d\.\d+) (.*?) \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
ROWS = {id: (title, [int(cell) for cell in cells.split("|")]) for id, title, cells in LINES}
AGAIN = "run `python tests/exercises/make_table.py` again"


def test_the_page_has_its_text_and_every_exercise_of_a_written_lesson():
    assert PAGE.read_text(encoding="utf-8").startswith(TEXT), AGAIN
    written = {id for id, exercise in REGISTRY.items() if exercise.lesson in titles()}
    assert written <= set(ROWS) <= set(REGISTRY), AGAIN


@pytest.mark.parametrize("id", ROWS)
def test_a_row_is_what_the_exercise_has(id):
    exercise, (title, cells) = REGISTRY[id], ROWS[id]
    mistakes, answers, rejected, named, made, killed, equal = cells
    assert title == exercise.title, AGAIN
    assert mistakes == len(exercise.mistakes), AGAIN
    assert answers == rejected == named == sum(len(mistake.answers) for mistake in exercise.mistakes), AGAIN
    expected = 0 if exercise.is_value else sum(1 for _ in mutants_of(exercise.solution))
    assert made == killed + equal == expected, AGAIN


def test_a_row_counts_what_passes_and_what_has_another_name(monkeypatch):
    exercise = REGISTRY["10.1"]
    before = survey.survey(exercise, run_mutants=False)
    assert before.rejected == before.named == before.answers
    right, known = exercise.reference, exercise.mistakes[0]
    monkeypatch.setattr(known, "answers", [*known.answers, right, exercise.mistakes[1].answers[0]])
    after = survey.survey(exercise, run_mutants=False)
    assert after.answers == before.answers + 2
    assert after.rejected == before.rejected + 1 and after.named == before.named


def test_the_sums_are_sums():
    rows = [survey.survey(REGISTRY[id], run_mutants=False) for id in ("10.1", "00.2")]
    whole = survey.total(rows)
    assert whole.mistakes == rows[0].mistakes + rows[1].mistakes and whole.mutants == rows[0].mutants
    assert survey.as_text(rows).splitlines()[-1].split()[:3] == ["all", "2", "exercises"]
    assert len(set(map(len, (line.split("|") for line in survey.as_markdown(rows).splitlines())))) == 1
