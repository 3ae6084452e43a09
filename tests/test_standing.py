"""The board in a notebook: a table that reads without colour, and survives whatever the file holds."""

import json
import re

import pytest

import optimlab
from optimlab import progress, standing
from optimlab.exercises import REGISTRY


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(path))
    monkeypatch.setattr(progress, "_in_memory", {})
    return path


def words_of(markup):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", markup))


def test_the_board_of_a_notebook_says_in_words_what_the_marks_show():
    progress.record_check("04.1", "passed", said="04.1 passed")
    progress.record_solution("04.1")
    progress.record_check("04.2", "mistake", "GD-SIGN", "04.2 mistake: <b>uphill</b>")
    progress.record_prediction("04.kappa", None, skipped=True)
    markup = optimlab.board()._repr_html_()
    assert "<caption" in markup and 'scope="row"' in markup and 'scope="col"' in markup
    assert "<b>uphill" not in markup
    words = words_of(markup)
    assert f"1 of {len(REGISTRY)} exercises passed" in words
    assert "passed, after reading the solution" in words
    assert "mistake: &lt;b&gt;uphill&lt;/b&gt; (1 try)" in words
    assert "prediction 04.kappa: skipped" in words and "1 skipped" in words
    assert "06.3 One step of Adadelta: not tried, optional" in words
    for mark in re.findall(r"<span ([^>]*)>[^\w<]</span>", markup):
        assert 'aria-hidden="true"' in mark


def test_one_lesson_in_full():
    sheet = standing.board(4)
    assert sheet.lesson.number == "04" and len(sheet.data()["exercises"]) == 6
    assert "<caption" in sheet._repr_html_()
    with pytest.raises(ValueError, match="lesson: there is no lesson 'x'"):
        standing.board("x")


def test_strange_entries_do_not_stop_the_board(file):
    broken = {"status": 7, "tries": "many", "hints": None, "said": []}
    strange = {"04.1": broken, "99.9": {"status": "passed"}}
    content = {"version": 1, "exercises": strange, "predictions": {"04.kappa": {}}, "quiz": {"x": {}}}
    file.write_text(json.dumps(content))
    assert optimlab.board().passed == 0
    assert optimlab.next_step().text
    file.write_text("{")
    assert "0 of" in repr(optimlab.board())


def test_optional_exercises_hold_nobody_up():
    for id, exercise in REGISTRY.items():
        if not exercise.optional:
            progress.record_check(id, "passed")
    lessons = {lesson.number: lesson for lesson in optimlab.board().lessons}
    assert lessons["07"].finished and lessons["07"].passed < len(lessons["07"].exercises)


def test_without_the_folder_of_the_course_there_is_still_a_board(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(standing, "__file__", str(tmp_path / "optimlab" / "standing.py"))
    assert standing.titles() == {} and "Lesson 04" in repr(optimlab.board())
    assert optimlab.next_step().command == "python3 course.py lab 00"
