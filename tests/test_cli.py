"""The command line: what it prints, what it returns, and one sentence for whatever it cannot do."""

import json

import pytest

import optimlab
from optimlab import authoring, cli
from optimlab.authoring import CheckError, LessonError, Result

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
    monkeypatch.setattr(cli, "__file__", str(course.parent / "elsewhere" / "optimlab" / "cli.py"))
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
