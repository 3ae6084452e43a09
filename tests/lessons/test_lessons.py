"""What holds for every lesson: it is what its source says, and nbval agrees with its exercises."""

import ast
import inspect
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat import v4

from optimlab import check
from optimlab.authoring import build, check_notebook, fill, rules, solve, stale
from optimlab.authoring.answers import assigned
from optimlab.authoring.build import kernel_environment, to_bytes
from optimlab.authoring.judge import SANITIZE
from optimlab.authoring.source import exercise_of
from optimlab.exercises import REGISTRY
from tests.exercises import learners

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "lessons"


def nbval(path, scratch):
    """Plain `pytest --nbval` with the settings of the repository."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    command += ["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), "--color=no", "-q", str(path)]
    if ROOT not in path.parents:  # for its own, the repository's conftest.py does this
        command.append(f"--nbval-sanitize-with={SANITIZE}")
    done = subprocess.run(command, cwd=ROOT, env=kernel_environment(scratch), capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def exercises_of(notebook):
    return [exercise_of(cell) for cell in notebook.cells if exercise_of(cell)]


def test_there_are_lessons():
    assert sorted(LESSONS.glob("*.ipynb")), "lessons/ has no notebook: python -m optimlab build"


def test_every_lesson_is_what_its_source_says():
    assert stale(LESSONS) == []


def test_every_exercise_of_a_lesson_is_in_it(lesson):
    number = lesson.metadata.optimlab.lesson
    assert sorted(exercises_of(lesson)) == sorted(id for id in REGISTRY if id.split(".")[0] == number)


def test_the_lesson_keeps_the_rules(lesson, path):
    assert list(rules.text_problems(lesson)) == []
    assert list(rules.output_problems(lesson)) == []
    assert path.stat().st_size < rules.MAX_BYTES


def test_outputs_are_stored(lesson):
    """nbval compares no cell without a count, so each has one, and each check says what it says at first."""
    counts = [cell.execution_count for cell in code_cells(lesson)]
    assert counts == list(range(1, len(counts) + 1))
    first_lines = {
        exercise_of(cell): cell.outputs[0].data["text/plain"] for cell in lesson.cells if exercise_of(cell)
    }
    assert first_lines == {id: f"{id} not attempted" for id in exercises_of(lesson)}


def test_questions_have_ids_of_their_own():
    notebooks = [nbformat.read(path, as_version=4) for path in sorted(LESSONS.glob("*.ipynb"))]
    ids = Counter(id for notebook in notebooks for _, _, id in rules.questions(notebook))
    assert [id for id, count in ids.items() if count > 1] == []


def test_the_untouched_lesson_passes_nbval(path, tmp_path):
    code, printed = nbval(path, tmp_path)
    assert code == 0, printed
    assert f"{len(code_cells(nbformat.read(path, as_version=4)))} passed" in printed


def test_the_solved_lesson_passes_nbval_and_says_passed(lesson, path, tmp_path):
    solved = solve(lesson)
    stored = [cell.outputs[0].data["text/plain"] for cell in solved.cells if exercise_of(cell)]
    assert stored == [f"{id} passed" for id in exercises_of(lesson)]
    copy = tmp_path / path.name
    copy.write_bytes(to_bytes(solved))
    code, printed = nbval(copy, tmp_path)
    assert code == 0, printed


def test_wrong_answers_that_were_saved_are_named(lesson, path, tmp_path, monkeypatch):
    """Every exercise holds a mistake at once, with the output that the learner saw; each is named."""
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(tmp_path / "progress.json"))
    mistakes = {id: known_mistake(REGISTRY[id]) for id in exercises_of(lesson)}
    wrong = fill(lesson, {id: source for id, (source, _) in mistakes.items()})
    for cell in wrong.cells:
        if id := exercise_of(cell):
            verdict = mistakes[id][1]
            bundle = {"text/plain": repr(verdict), "text/html": verdict._repr_html_()}
            cell.outputs = [v4.new_output("execute_result", bundle, execution_count=cell.execution_count)]
    copy = tmp_path / path.name
    copy.write_bytes(to_bytes(wrong))
    results = check_notebook(copy)
    expected = [(id, "mistake", str(verdict).split("\n")[0]) for id, (_, verdict) in sorted(mistakes.items())]
    assert [(result.exercise, result.status, result.line) for result in results] == expected


def known_mistake(exercise):
    """(source, verdict) of the first of an exercise's mistakes that stands on its own feet in a notebook."""
    known = [(id, learners.source(exercise, body)) for id, body in learners.WRONG.get(exercise.id, ())]
    known += [(mistake.id, bank_source(exercise, answer))
              for mistake in exercise.mistakes for answer in mistake.answers]
    for id, source in known:
        if source is None:
            continue
        namespace = {"np": np}
        exec(source, namespace)
        verdict = check(exercise.id, namespace[exercise.name])
        if verdict.mistake == id:
            return source, verdict
    raise AssertionError(f"no mistake of {exercise.id} can be written in a notebook")


def bank_source(exercise, answer):
    """An answer of the bank as a learner would have written it; None for a lambda, or part of a longer line."""
    if exercise.is_value:
        return assigned(exercise, answer())
    if answer.__name__ == "<lambda>":
        return None
    node = ast.parse(textwrap.dedent(inspect.getsource(answer))).body[0]
    if not isinstance(node, ast.FunctionDef):
        return None
    node.decorator_list, node.name = [], exercise.name
    source = ast.unparse(node)
    return f"import math\n\n{source}" if "math." in source else source


def test_building_twice_gives_the_same_bytes(tmp_path):
    """One lesson stands for all; that every run shows the same words is what nbval says of each."""
    path = sorted(LESSONS.glob("*.ipynb"))[0]
    source = tmp_path / "source" / f"{path.stem}.md"
    source.parent.mkdir()
    shutil.copy(LESSONS / "source" / source.name, source)
    first, second = (build(source)[0].read_bytes() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("id", REGISTRY)
def test_stubs_fit_in_a_cell(id):
    assert len(REGISTRY[id].stub.strip().splitlines()) + 2 <= rules.MAX_LINES
