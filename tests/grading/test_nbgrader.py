"""nbgrader itself takes our notebooks, and gives the points that we give."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from optimlab import cli
from optimlab.authoring import LessonError, nbgrader
from optimlab.exercises import REGISTRY
from optimlab.exercises.editions import edition
from optimlab.grading import grade_file
from tests.grading.handins import COUNTED, notebook

MOST = 3
CLASS = edition("class-7")
LESSONS = sorted(Path("lessons").resolve().glob("[0-9][0-9]_*.ipynb"))


def run(course, *words):
    """nbgrader in a course folder, with this Python's tools first."""
    tools = os.path.dirname(sys.executable)
    environment = os.environ | {"PATH": os.pathsep.join([tools, os.environ.get("PATH", "")]),
                                "OPTIMLAB_PROGRESS": str(course / "progress.json"),
                                "JUPYTER_CONFIG_DIR": str(course), "PYTHONPATH": str(LESSONS[0].parents[1])}
    command = [sys.executable, "-m", "nbgrader", *words, "--assignment=04"]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]


def named(name, kind):
    """The exercise of a grade_id: "04.1" for points-04-1."""
    return name.removeprefix(f"{kind}-").replace("-", ".")


def filled(released, answers):
    """A released notebook with answers in its exercise cells."""
    for cell in released.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if (id := named(name, "exercise")) in answers:
            cell.source = answers[id]
    return released


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(our Graded, nbgrader's points by exercise, the notebook as students get it)."""
    course = tmp_path_factory.mktemp("course")
    lesson = course / "04_momentum.ipynb"
    nbformat.write(notebook({}), lesson)
    nbgrader.export([lesson], course, CLASS, MOST)
    run(course, "generate_assignment")
    released = nbformat.read(course / "release" / "04" / lesson.name, as_version=4)
    answers = {id: CLASS.registry[id].solution for id in COUNTED[2:]}
    right = CLASS.registry["04.1"].solution
    answers["04.1"] = right.replace("w - lr", "w + lr")
    assert answers["04.1"] != right
    place = course / "submitted" / "ada" / "04" / lesson.name
    place.parent.mkdir(parents=True)
    nbformat.write(filled(nbformat.from_dict(dict(released)), answers), place)
    run(course, "autograde")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        theirs = book.find_submission_notebook("04_momentum", "04", "ada")
        points = {named(grade.name, "points"): grade.score for grade in theirs.grades}
        most = {named(grade.name, "points"): grade.max_score for grade in theirs.grades}
    assert most == dict.fromkeys(COUNTED, MOST)
    ours = grade_file(place, "ada", edition="class-7", most=MOST)
    return ours, points, nbformat.read(course / "release" / "04" / lesson.name, as_version=4)


def test_nbgrader_and_we_give_the_same_points(graded):
    ours, points, _ = graded
    assert {mark.exercise: mark.points for mark in ours.marks} == points
    assert points["04.1"] == MOST / 2, "one known mistake"
    assert points["04.2"] == 0, "nothing written"
    assert {points[id] for id in COUNTED[2:]} == {MOST}
    assert ours.tampering == []


def test_what_nbgrader_hands_out_holds_no_solution(graded):
    *_, released = graded
    cells = {cell.metadata["nbgrader"]["grade_id"].replace("-", "."): cell for cell in released.cells
             if "nbgrader" in cell.metadata}
    for id in COUNTED:
        source = cells[f"exercise.{id}"].source
        assert CLASS.registry[id].solution.strip().splitlines()[-1].strip() not in source
        assert "raise NotImplementedError()" in source and source.startswith("def ")
        assert cells[f"points.{id}"].metadata["nbgrader"]["locked"]
        assert 'edition="class-7"' in cells[f"points.{id}"].source


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_every_lesson_has_valid_metadata_and_counts_what_counts(path):
    made = nbgrader.for_nbgrader(nbgrader.editions.read(path), most=2)
    MetadataValidatorV3().validate_nb(made)
    nbformat.validate(made)
    marked = [cell.metadata["nbgrader"] for cell in made.cells if "nbgrader" in cell.metadata]
    assert all(one["schema_version"] == 3 for one in marked)
    wanted = {one.id for one in REGISTRY.values() if one.lesson == path.name[:2] and not one.optional}
    assert {named(one["grade_id"], "points") for one in marked if one["grade"]} == wanted
    assert sum(one.get("points", 0) for one in marked) == 2 * len(wanted)


@pytest.mark.parametrize("id", ["00.2", "04.1", "05.3", "16.1"])
def test_the_cell_with_the_solution_between_its_marks_is_the_answer(id):
    source = nbgrader.solved(REGISTRY[id])
    begin, end = source.index(nbgrader.BEGIN), source.index(nbgrader.END)
    assert source.count(nbgrader.BEGIN) == source.count(nbgrader.END) == 1 and begin < end
    space = {"np": np}
    exec(source, space)
    assert REGISTRY[id].name in space


def test_nothing_is_written_over(tmp_path):
    nbgrader.export(LESSONS[:1], tmp_path)
    with pytest.raises(LessonError, match="nothing was written over"):
        nbgrader.export(LESSONS[:1], tmp_path)


def test_the_command_says_what_comes_next(tmp_path, capsys):
    assert cli.main(["release", "04", "--nbgrader", "--to", str(tmp_path / "course")]) == 0
    assert "nbgrader generate_assignment 04" in capsys.readouterr().out
    assert (tmp_path / "course" / "source" / "04" / "04_momentum.ipynb").exists()
