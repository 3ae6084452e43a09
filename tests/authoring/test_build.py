"""Building runs the cells, keeps what is the same in every run, and writes nothing if a rule is broken."""

import json

import nbformat
import pytest
from nbformat import v4

from optimlab.authoring import LessonError, build, rules, stale
from optimlab.authoring.build import tidy


def edit(source, old, new):
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def built_once(tmp_path_factory, lesson_text):
    source = tmp_path_factory.mktemp("built") / "source" / "98_ball.md"
    source.parent.mkdir()
    source.write_text(lesson_text, encoding="utf-8")
    path, seconds = build(source, {})
    assert path == source.parent.parent / "98_ball.ipynb"
    assert 0 < seconds < 60
    return path.read_bytes()


@pytest.fixture
def built(source, built_once):
    path = source.parent.parent / "98_ball.ipynb"
    path.write_bytes(built_once)
    return path


def test_outputs_are_stored_in_their_still_form(built):
    notebook = nbformat.read(built, as_version=4)
    nbformat.validate(notebook)
    assert notebook.nbformat_minor >= 5
    question, figure = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert [question.execution_count, figure.execution_count] == [1, 2]
    assert set(question.outputs[0].data) == {"text/html", "text/plain"}
    assert "How far?" in question.outputs[0].data["text/html"]
    assert "it rises by one a step" in rules.image_alts(figure.outputs[0].data["text/html"])[0]
    assert set(notebook.metadata) == {"kernelspec", "language_info", "optimlab"}


def test_building_again_gives_the_same_bytes(built, source):
    first = built.read_bytes()
    built.unlink()
    build(source, {})
    assert built.read_bytes() == first
    assert first.endswith(b"}\n") and b"\r" not in first
    assert json.loads(first)


def test_what_was_printed_is_one_output_however_it_arrived():
    def stream(text, name="stdout"):
        return v4.new_output("stream", name=name, text=text)

    figure = v4.new_output("display_data", {"text/plain": "figure"})
    cell = v4.new_code_cell("x", outputs=[stream("a\n"), stream("b\n"), figure, stream("c\n")])
    tidy(cell)
    assert cell.outputs == [stream("a\nb\n"), figure, stream("c\n")]


def test_building_writes_the_notebook_and_nothing_else(source, course):
    answered = 'from optimlab import progress\nprogress.record_prediction("98.p1", 3)\n'
    edit(source, 'predict(Question', answered + 'predict(Question')
    before = {path for path in course.rglob("*")}
    build(source, {})
    assert {path.name for path in course.rglob("*")} - {path.name for path in before} == {"98_ball.ipynb"}


def test_a_cell_that_raises_is_shown(source):
    edit(source, "fig, ax = plt.subplots(figsize=(3, 2))", "fig = 1 / 0")
    with pytest.raises(LessonError) as error:
        build(source, {})
    first, empty, *cell = str(error.value).splitlines()
    assert first == "98_ball.md, line 27, cell 5: the cell raises ZeroDivisionError: division by zero"
    assert (empty, cell[0]) == ("", "fig = 1 / 0")
    assert not (source.parent.parent / "98_ball.ipynb").exists()


def test_what_a_run_must_not_show(source):
    edit(source, "fig, ax =", "import warnings\nwarnings.warn('careful')\nfig, ax =")
    edit(source, "plots.show(", "print(object())\ndisplay(fig)\nplots.show(")
    with pytest.raises(LessonError) as error:
        build(source, {})
    sentences = sorted(str(error.value).splitlines())
    assert [sentence.split("the cell ")[0] for sentence in sentences] == ["98_ball.md, line 27, cell 5: "] * 3
    address, picture, warning = (sentence.split("the cell ")[1] for sentence in sentences)
    assert "at 0x" in address and address.endswith("which is different in every run.")
    assert picture.startswith("shows a raw image/png without alt text")
    assert "UserWarning: careful" in warning


def test_a_lesson_that_takes_too_long(source, monkeypatch):
    monkeypatch.setattr(rules, "MAX_SECONDS", 4)
    edit(source, "fig, ax =", "import time\ntime.sleep(30)\nfig, ax =")
    with pytest.raises(LessonError, match="line 27, cell 5: the lesson passed 4 s in this cell"):
        build(source, {})


def test_a_notebook_that_is_too_large(source, monkeypatch):
    monkeypatch.setattr(rules, "MAX_BYTES", 9_000)
    with pytest.raises(LessonError, match=r"line 27, cell 5: the notebook has [\d,]+ bytes, 9,000 is"):
        build(source, {})


@pytest.mark.parametrize(
    "html, alts",
    [
        ('<img alt="a dot" src="x">', ["a dot"]),
        ("<p>no picture</p>", []),
        ('<img src="x"><IMG ALT=" " src="x"/>', ["", ""]),
        ("<img alt src='x'>", [""]),
    ],
)
def test_alt_texts(html, alts):
    assert rules.image_alts(html) == alts
    output = v4.new_output("display_data", {"text/html": html})
    cell = v4.new_code_cell("x", outputs=[output])
    assert len(list(rules.output_problems(v4.new_notebook(cells=[cell])))) == ("" in alts)


def test_nothing_is_stale_after_building(built, course):
    assert stale(course / "lessons", {}) == []


def test_an_edited_source_makes_its_notebook_stale(built, source, course):
    edit(source, "Something rolls", "Something falls")
    assert stale(course / "lessons", {}) == [
        "98_ball.ipynb was built from another text than 98_ball.md: python -m optimlab build 98"
    ]


def test_an_edited_notebook_is_stale(built, course):
    built.write_text(built.read_text(encoding="utf-8").replace("Something rolls", "Something falls"))
    assert stale(course / "lessons", {}) == [
        "98_ball.ipynb has other cells than 98_ball.md expands to: python -m optimlab build 98"
    ]


def test_a_damaged_notebook_is_stale(built, course):
    built.write_text("<<<<<<< HEAD\n")
    assert stale(course / "lessons", {}) == ["98_ball.ipynb is damaged: python -m optimlab build 98"]


def test_notebooks_without_source_and_sources_without_notebook(built, course):
    built.rename(built.with_name("97_cone.ipynb"))
    assert stale(course / "lessons", {}) == [
        "98_ball.ipynb is missing: python -m optimlab build 98",
        "97_cone.ipynb has no source/97_cone.md: restore it or delete this",
    ]
