"""Slides and hand-outs of every lesson: what they show, what they leave out, what they load."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from optimlab.authoring import LessonError, bring_reveal, handout, slides
from optimlab.authoring.handout import paper
from optimlab.authoring.mathml import with_mathml
from optimlab.authoring.slides import cut, pieces
from optimlab.authoring.source import exercise_of, headings
from optimlab.exercises import REGISTRY

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
each = pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])


def kinds(deck):
    return [cell.metadata.slideshow.slide_type for cell in deck.cells]


@each
def test_every_heading_and_every_exercise_has_a_slide(path):
    lesson = nbformat.read(path, as_version=4)
    deck = cut(lesson)
    wanted = [h for cell in lesson.cells if cell.cell_type == "markdown" for h in headings(cell.source)]
    starts = [cell.source for cell, kind in zip(deck.cells, kinds(deck), strict=True) if kind == "slide"]
    assert len(starts) == sum(level <= 2 for _, level, _ in wanted)
    for _, level, text in wanted:
        assert level > 2 or any(f"# {text}" in source for source in starts), text
    stubs = [cell.source for cell in lesson.cells if exercise_of(cell)]
    assert stubs == [cell.source for cell in deck.cells if 'check("' in cell.source and cell.source in stubs]


@each
def test_no_slide_holds_more_than_fits(path):
    for cell in cut(nbformat.read(path, as_version=4)).cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"(?sm)<math.*?</math>|(`{3,}).*?\1|^\|[^\n]*$", "", cell.source)
            assert len(prose.split()) <= 260, cell.source


@each
def test_the_pages_need_no_network_but_for_reveal(path):
    for html in (slides(path, "reveal.js"), handout(path)):
        loaded = re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["'](?!data:)([^"']+)""", html)
        assert [address for address in loaded if not address.startswith("reveal.js/")] == []
        assert not re.search(r"(?<![\\$\w`])\$\$", re.sub(r"(?s)<(script|style|pre|code).*?</\1>", "", html))


@each
def test_a_handout_has_room_to_write_and_no_answers(path):
    lesson = nbformat.read(path, as_version=4)
    html = handout(path)
    exercises = [exercise_of(cell) for cell in lesson.cells if exercise_of(cell)]
    assert html.count('class="optimlab-lines"') == len(exercises)
    assert "<details" not in html and "not attempted" not in html
    assert "<math" in html or "$" not in "".join(c.source for c in lesson.cells if c.cell_type == "markdown")


def test_a_longer_solution_has_more_room():
    cells = [v4.new_code_cell(f'...\n\ncheck("{id}", f)', metadata={"optimlab": {"exercise": id}})
             for id in ("04.4", "04.5")]
    sheet = paper(v4.new_notebook(cells=cells))
    short, long = (cell.outputs[0].data["text/html"].count("<div></div>") for cell in sheet.cells)
    assert 5 <= short < long
    assert all("check(" not in cell.source for cell in sheet.cells)
    assert {"04.4", "04.5"} <= set(REGISTRY)


def test_code_and_prices_are_no_formulas():
    text = "`$a$` and\n\n```\n$$x$$\n```\n\nfor $5 or $6"
    assert with_mathml(text) == text
    assert with_mathml("so $x^2$.").count("<msup>") == 1
    assert 'display="block"' in with_mathml("$$\\frac{a}{b}$$")


def test_text_is_cut_between_paragraphs():
    text = "# One\n\na b c\n\n- d\n\n- e\n\nf g h"
    assert pieces(text, words=6) == ["# One\n\na b c\n\n- d\n\n- e", "f g h"]
    assert pieces("```\na\n\nb\n```", words=1) == ["```\na\n\nb\n```"]


def test_a_folder_that_is_no_reveal_is_refused(tmp_path):
    with pytest.raises(LessonError, match=r"there is no dist/reveal\.js in it"):
        bring_reveal(tmp_path, tmp_path)
    (tmp_path / "reveal" / "dist").mkdir(parents=True)
    (tmp_path / "reveal" / "dist" / "reveal.js").write_text("")
    assert bring_reveal(tmp_path / "reveal", tmp_path / "slides") == "reveal.js"
    assert (tmp_path / "slides" / "reveal.js" / "dist" / "reveal.js").is_file()


def test_what_is_no_notebook_is_said(tmp_path):
    (tmp_path / "04_x.ipynb").write_text("{")
    with pytest.raises(LessonError, match="04_x.ipynb cannot be read as a notebook"):
        slides(tmp_path / "04_x.ipynb")
