"""The command line: what it prints, what it returns, and one sentence for whatever it cannot do."""

import io
import json
import re
from pathlib import Path

import pytest

import optimlab
from optimlab import authoring, cli, progress, standing
from optimlab.authoring import CheckError, LessonError, Result
from optimlab.exercises import REGISTRY

RESULTS = {
    "02_descent.ipynb": [
        Result("02.1", "passed", "02.1 passed"),
        Result("02.2", "not attempted", "02.2 not attempted"),
    ],
    "04_momentum.ipynb": [
        Result("04.1", "passed with another convention", "04.1 passed with another convention: averaged"),
        Result("04.2", "mistake", "04.2 mistake: it walks uphill", "Question: which way is down?"),
    ],
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder, seen from its folder work/, in which checking gives RESULTS."""
    (tmp_path / "lessons" / "source").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    for name in RESULTS:
        (tmp_path / "work" / name).write_text("{}")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(authoring, "check_notebook", lambda path: RESULTS[path.name])
    return tmp_path


def run(capsys, *words):
    code = cli.main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_check_prints_a_line_an_exercise(course, capsys):
    assert run(capsys, "check") == (
        1,
        "02_descent.ipynb: 1 of 2 passed\n"
        "  02.1 passed\n"
        "  02.2 not attempted\n"
        "04_momentum.ipynb: 1 of 2 passed\n"
        "  04.1 passed with another convention: averaged\n"
        "  04.2 mistake: it walks uphill\n",
        "",
    )


def test_nothing_wrong_is_zero(course, capsys):
    assert run(capsys, "check", "02")[0] == 0


@pytest.mark.parametrize("which", ["04", "04_momentum.ipynb"])
def test_check_takes_a_number_or_a_path(course, capsys, which):
    code, out, _ = run(capsys, "check", which)
    assert code == 1
    assert out.startswith("04_momentum.ipynb: 1 of 2 passed\n") and "02" not in out.replace("04.2", "")


def test_check_as_json(course, capsys):
    code, out, err = run(capsys, "check", "--json", "04")
    assert (code, err) == (1, "")
    assert json.loads(out)[1] == {
        "notebook": str(course / "work" / "04_momentum.ipynb"),
        "exercise": "04.2",
        "status": "mistake",
        "line": "04.2 mistake: it walks uphill",
        "detail": "Question: which way is down?",
    }


def test_a_file_that_cannot_be_checked_does_not_hide_the_others(course, capsys, monkeypatch):
    def check_notebook(path):
        if path.name.startswith("02"):
            raise CheckError("02_descent.ipynb is empty.")
        return RESULTS[path.name]

    monkeypatch.setattr(authoring, "check_notebook", check_notebook)
    code, out, err = run(capsys, "check")
    assert (code, err) == (2, "02_descent.ipynb is empty.\n")
    assert "04.2 mistake" in out


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["check", "07"], "There is no lesson '07' in work/; there is 02, 04."),
        (["check", "none.ipynb"], "none.ipynb cannot be read: No such file or directory."),
        (["check", "4"], "4 is not a notebook: its name does not end in .ipynb."),
        (["build", "07"], "There is no source/NN_name.md in {lessons}."),
        (["build", "momentum"], "There is no source/NN_name.md in {lessons}."),
    ],
)
def test_one_sentence_for_what_is_not_there(course, capsys, monkeypatch, words, sentence):
    monkeypatch.undo()
    monkeypatch.chdir(course)
    code, out, err = run(capsys, *words)
    assert (code, out, err) == (2, "", sentence.format(lessons=course / "lessons") + "\n")


def test_outside_a_course_the_clone_is_used_or_one_sentence_said(course, capsys, monkeypatch):
    (course / "work").rename(course.parent / "elsewhere")
    monkeypatch.chdir(course.parent / "elsewhere")
    monkeypatch.setattr(standing, "__file__", str(course.parent / "elsewhere" / "optimlab" / "standing.py"))
    assert run(capsys, "check", "04")[::2] == (
        2, "There is no lessons/ folder here or above; run this in the folder of the course.\n"
    )


def test_build_names_what_it_wrote_and_goes_on_after_a_failure(course, capsys, monkeypatch):
    for name in ("02_descent", "04_momentum"):
        (course / "lessons" / "source" / f"{name}.md").write_text("# text")

    def build(source):
        if source.stem == "02_descent":
            raise LessonError("02_descent.md, line 3, cell 2: too long.")
        notebook = course / "lessons" / f"{source.stem}.ipynb"
        notebook.write_text("{}")
        return notebook, 2.04

    monkeypatch.setattr(authoring, "build", build)
    assert run(capsys, "build") == (
        1, "04_momentum.ipynb: 2.0 s, 2 bytes\n", "02_descent.md, line 3, cell 2: too long.\n"
    )
    assert run(capsys, "build", "04")[0] == 0
    assert run(capsys, "build", "05")[::2] == (2, "There is no lesson '05' in source/; there is 02, 04.\n")


def test_build_check_says_what_is_out_of_date(course, capsys, monkeypatch):
    monkeypatch.setattr(authoring, "stale", lambda lessons: ["04_momentum.ipynb is missing: build it"])
    assert run(capsys, "build", "--check") == (1, "04_momentum.ipynb is missing: build it\n", "")
    assert run(capsys, "build", "--check", "04")[0] == 1
    assert run(capsys, "build", "--check", "02")[0] == 0
    monkeypatch.setattr(authoring, "stale", lambda lessons: [])
    assert run(capsys, "build", "--check")[0] == 0


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"optimlab {optimlab.__version__}\n"


@pytest.mark.parametrize("words", [[], ["teach"], ["check", "--fast"]])
def test_usage(words, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert "usage: optimlab" in capsys.readouterr().err


# Progress, hints, solutions, a fresh copy


UPHILL = "04.1 mistake: it walks uphill"


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A course with two lessons, a learner's copy of one, and a progress file; seen from its folder."""
    source = tmp_path / "course" / "lessons" / "source"
    source.mkdir(parents=True)
    for name, title in [("02_descent", "Descent"), ("04_momentum", "Momentum")]:
        (source / f"{name}.md").write_text(f"---\na: b\n---\n\n# {title}\n")
        (source.parent / f"{name}.ipynb").write_text('{"cells": []}')
    work = tmp_path / "course" / "work"
    work.mkdir()
    (work / "04_momentum.ipynb").write_text("mine")
    monkeypatch.chdir(tmp_path / "course")
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(work / "progress.json"))
    monkeypatch.setattr(progress, "_in_memory", {})
    return tmp_path / "course"


def test_next_begins_with_the_first_lesson(learner, capsys):
    assert run(capsys, "next") == (0, "Open lesson 02: Descent\n    python3 course.py lab 02\n", "")
    _, out, _ = run(capsys, "next", "--json")
    assert json.loads(out) == {
        "text": "Open lesson 02: Descent", "command": "python3 course.py lab 02", "id": "02"
    }


def test_next_mends_before_it_goes_on(learner, capsys):
    progress.record_check("04.2", "passed")
    assert "Write exercise 04.1" in run(capsys, "next")[1]
    progress.record_check("04.3", "mistake", "X", "04.3 mistake: lr and momentum swapped")
    out = run(capsys, "next")[1]
    assert "Mend exercise 04.3" in out and "mistake: lr and momentum swapped (1 try)" in out
    assert "optimlab hint 04.3" in out
    progress.record_hint("04.3", 4)
    assert "optimlab solution 04.3" in run(capsys, "next")[1]


def test_next_comes_to_an_end(learner, capsys):
    for id in REGISTRY:
        progress.record_check(id, "passed")
    assert run(capsys, "next")[1] == "Every exercise is passed.\n"


def test_progress_shows_every_lesson_and_skipped_predictions_as_skipped(learner, capsys):
    progress.record_prediction("04.kappa", None, skipped=True)
    progress.record_prediction("04.round", 3)
    progress.record_check("04.1", "passed")
    progress.record_check("04.2", "mistake", "GD-SIGN", UPHILL.replace("04.1", "04.2"))
    code, out, _ = run(capsys, "progress")
    line = next(line for line in out.splitlines() if line.startswith("04"))
    assert code == 0 and out.startswith(f"1 of {len(REGISTRY)} exercises passed\n")
    assert "Momentum" in line and "1 of 6" in line and "1 skipped" in line and "1 of 7 questions" in line
    out = run(capsys, "progress", "04")[1]
    assert "prediction 04.kappa" in out and re.search(r"04\.kappa +skipped", out)
    assert re.search(r"04\.2 .* mistake: it walks uphill \(1 try\)", out)
    lessons = json.loads(run(capsys, "progress", "--json")[1])
    four = next(lesson for lesson in lessons if lesson["number"] == "04")
    assert four["exercises"][0]["passed"] is True
    assert {"04.kappa": "skipped"}.items() <= {q["id"]: q["status"] for q in four["questions"]}.items()


def test_progress_keeps_to_the_letters_of_the_terminal(learner, monkeypatch):
    progress.record_check("04.1", "passed")
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(cli.sys, "stdout", terminal)
    assert cli.main(["progress"]) == 0
    assert b"04  Momentum" in terminal.buffer.getvalue() and b"+....." in terminal.buffer.getvalue()


def test_progress_goes_and_comes_back(learner, capsys, tmp_path):
    progress.record_check("04.1", "passed")
    line = run(capsys, "progress", "--export")[1].strip()
    file = str(tmp_path / "p.txt")
    assert run(capsys, "progress", "--export", file)[1] == f"Written to {file}.\n"
    (learner / "work" / "progress.json").unlink()
    assert run(capsys, "progress", "--restore", line) == (
        0, "Restored: 0 predictions, 1 exercises, 0 quiz.\n", ""
    )
    assert progress.passed("04.1")
    (learner / "work" / "progress.json").unlink()
    assert run(capsys, "progress", "--restore", str(tmp_path / "p.txt"))[0] == 0
    assert progress.passed("04.1")


def test_the_progress_file_of_work_is_found_from_above(learner, capsys, monkeypatch):
    monkeypatch.setenv("OPTIMLAB_PROGRESS", "")
    monkeypatch.setattr(progress, "where", lambda: None)
    run(capsys, "next")
    assert cli.os.environ["OPTIMLAB_PROGRESS"] == str(learner / "work" / "progress.json")


def test_hints_come_one_by_one(learner, capsys):
    assert run(capsys, "hint", "04.1")[1].startswith("Hint 1 of 4 for 04.1\n")
    assert json.loads(run(capsys, "hint", "04.1", "--json")[1])["text"].startswith("Hint 2 of 4")
    assert run(capsys, "hint", "04.1", "1")[1].startswith("Hint 1 of 4")
    assert run(capsys, "hint", "04.1", "4")[0] == 1


def test_the_solution_is_closed_then_asks_then_opens(learner, capsys, monkeypatch):
    code, out, _ = run(capsys, "solution", "04.1")
    assert code == 1 and "3 more tries" in out and "optimlab hint 04.1" in out
    for _ in range(3):
        progress.record_check("04.1", "wrong")
    code, out, _ = run(capsys, "solution", "04.1")
    assert code == 1 and "optimlab solution 04.1 --yes" in out
    monkeypatch.setattr(cli.sys.stdin, "isatty", lambda: True, raising=False)
    for answer, code in [("", 1), ("no", 1), ("y", 0)]:
        monkeypatch.setattr("builtins.input", lambda question, answer=answer: answer)
        assert run(capsys, "solution", "04.1")[0] == code
    assert "opened" in progress.everything()["exercises"]["04.1"]
    data = json.loads(run(capsys, "solution", "04.1", "--yes", "--json")[1])
    assert data["open"] is True and "velocity = momentum * velocity + grad" in data["code"]


def test_reset_gives_a_fresh_copy_and_loses_nothing(learner, capsys):
    progress.record_check("04.1", "passed")
    progress.record_check("02.1", "passed")
    work = learner / "work"
    code, out, err = run(capsys, "reset", "04")
    assert (code, err) == (0, "")
    assert (work / "04_momentum.ipynb").read_text() == '{"cells": []}'
    assert (work / "backups" / "04_momentum-1.ipynb").read_text() == "mine"
    assert not progress.passed("04.1") and progress.passed("02.1")
    assert '"passed": true' in (work / "progress.json.bak-1").read_text()
    for path in ("04_momentum.ipynb", "backups/04_momentum-1.ipynb", "progress.json.bak-1"):
        assert str(work / path) in out
    data = json.loads(run(capsys, "reset", "04", "--json")[1])
    assert data["kept"].endswith("04_momentum-2.ipynb")
    assert (work / "backups" / "04_momentum-1.ipynb").read_text() == "mine"
    assert json.loads(run(capsys, "reset", "02", "--json")[1])["kept"] is None


def test_mistakes_are_counted(learner, capsys):
    code, out, _ = run(capsys, "mistakes", "11", "--quick")
    assert code == 0 and out.split()[0] == "exercise" and "11.2 Newton-Schulz" in out
    rows = json.loads(run(capsys, "mistakes", "10", "--quick", "--json")[1])
    assert [row["exercise"] for row in rows] == ["10.1", "10.2", "10.3"]
    for row in rows:
        assert row["answers"] == row["rejected"] == row["named"] > row["mistakes"] - 1 > 10
        assert row["mutants"] > 10 and row["killed"] is None


def test_mutants_are_run_and_killed(learner, capsys):
    row = json.loads(run(capsys, "mistakes", "11", "--json")[1])[0]
    assert row["killed"] + 3 >= row["mutants"] >= row["killed"] > 30


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["hint", "04.9"], "04.9: there is no such exercise; lesson 04 has 04.1 to 04.6."),
        (["solution", "x"], "x: there is no such exercise; there are some in the lessons 00"),
        (["progress", "77"], "lesson: there is no lesson '77'; there are 00"),
        (["progress", "--restore", "nothing"], "'nothing' is neither the line that export() gives"),
        (["progress", "--export", "no/such/folder/p"], "No such file or directory"),
        (["reset", "4"], "'4' is no lesson: write two digits, as 04."),
        (["reset", "07"], "There is no lesson '07' in lessons/; there is 02, 04."),
        (["mistakes", "77"], "There is no exercise in lesson '77'; there are some in 00"),
    ],
)
def test_wrong_use_gets_one_sentence(learner, capsys, words, sentence):
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "") and sentence in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["hint"], ["hint", "04.1", "two"], ["reset"], ["progress", "--export", "--restore", "x"]]
)
def test_missing_or_foreign_words_show_the_usage(words, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2 and "usage: optimlab" in capsys.readouterr().err


def test_every_command_has_a_help_text(capsys):
    for command in ("next", "progress", "check", "hint", "solution", "reset", "mistakes", "build"):
        with pytest.raises(SystemExit) as end:
            cli.main([command, "--help"])
        out = capsys.readouterr().out
        assert end.value.code == 0 and out.startswith(f"usage: optimlab {command}")


def test_slides_and_handouts_are_written_where_asked(tmp_path, capsys):
    assert cli.main(["slides", "02", "--to", str(tmp_path)]) == 0
    assert cli.main(["handout", "04", "--html", "--to", str(tmp_path / "new")]) == 0
    made = capsys.readouterr().out.split()
    assert made == [str(tmp_path / "02_gradient_descent.html"), str(tmp_path / "new" / "04_momentum.html")]
    assert "Reveal.initialize" in Path(made[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments, sentence", [
    (["slides", "99"], "There is no lesson '99'"),
    (["slides", "02", "--reveal", "nowhere"], "nowhere is no folder of reveal.js"),
    (["handout", "04", "--to", "file/below"], "--to: file/below cannot be made"),
])
def test_slides_and_handouts_that_cannot_be_made(arguments, sentence, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert cli.main(arguments) == 2
    assert sentence in capsys.readouterr().err
