"""Slides of a lesson, cut from its notebook: Reveal HTML, where live figures stand still.

What becomes what:

    the title cell                          the first slide
    a level-2 heading                       a slide to the right
    each further cell of text               a slide below it; long text is cut between paragraphs
    a figure                                a slide of its own, its code left out
    a question, printed numbers             on the slide of the text before them; long code is left out
    code that shows nothing                 left out
    an exercise                             a slide with its stub
    the table of contents                   left out
"""

import copy
import re
import shutil
from pathlib import Path

import nbformat

from optimlab.authoring.mathml import with_mathml
from optimlab.authoring.source import LessonError, exercise_of, headings

REVEAL = "https://unpkg.com/reveal.js@4.6.1"
WORDS = 100  # what fits on a slide and can be read while somebody talks
LINES = 8  # of code
TEMPLATES = Path(__file__).parent / "templates"


def slides(path, reveal=REVEAL) -> str:
    """The HTML of a lesson's slides.

    path: a built notebook. reveal: where the page finds reveal.js, an address or a folder beside the page.
    Raises LessonError if the notebook cannot be read.
    """
    from nbconvert import SlidesExporter

    exporter = SlidesExporter(
        template_name="slides", extra_template_basedirs=[str(TEMPLATES)], reveal_theme="simple",
        reveal_url_prefix=str(reveal).rstrip("/"), exclude_input_prompt=True, exclude_output_prompt=True,
    )
    lesson = read(path)
    return exporter.from_notebook_node(cut(lesson), {"metadata": {"name": title(lesson)}})[0]


def bring_reveal(folder, target) -> str:
    """Copy what a page needs of a folder of reveal.js beside it, and return the name to find it under.

    Raises LessonError if it is no such folder.
    """
    folder, place = Path(folder), Path(target) / "reveal.js"
    if not (folder / "dist" / "reveal.js").is_file():
        raise LessonError(f"{folder} is no folder of reveal.js: there is no dist/reveal.js in it.")
    for part in ("dist", "plugin"):
        if (folder / part).is_dir():
            shutil.copytree(folder / part, place / part, dirs_exist_ok=True)
    return place.name


def title(lesson) -> str:
    """The text of a lesson's first heading."""
    texts = (cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    return next((heading for text in texts for *_, heading in headings(text)), "Lesson")


def read(path):
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise LessonError(f"{Path(path).name} cannot be read as a notebook: {error}") from None


def cut(lesson):
    """A copy of a lesson's notebook as slides: one cell for each piece, with nbconvert's slide types."""
    deck = copy.deepcopy(lesson)
    deck.cells = [piece for cell in lesson.cells for piece in
                  (text_slides(cell) if cell.cell_type == "markdown" else code_slides(cell))]
    if deck.cells:
        deck.cells[0].metadata["slideshow"] = {"slide_type": "slide"}
    return deck


def text_slides(cell):
    for text in pieces(without_contents(cell.source)):
        level = min((level for _, level, _ in headings(text)), default=6)
        yield slide(nbformat.v4.new_markdown_cell(with_mathml(text)), "slide" if level <= 2 else "subslide")


def code_slides(cell):
    if exercise_of(cell):
        yield slide(nbformat.v4.new_code_cell(cell.source), "subslide")
        return
    outputs = [output for output in cell.outputs if shown(output)]
    if not outputs:
        return
    piece = nbformat.v4.new_code_cell(cell.source, outputs=outputs)
    if len(cell.source.splitlines()) > LINES or any(map(drawn, outputs)):
        hide_code(piece)
    yield slide(piece, "subslide" if any(map(pictured, outputs)) else "-")


def hide_code(cell):
    cell.metadata["transient"] = {"remove_source": True}


def slide(cell, kind):
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def shown(output) -> bool:
    return output.output_type in ("stream", "execute_result", "display_data")


def drawn(output) -> bool:
    """Whether an output is a figure or a question, which needs no code beside it."""
    return pictured(output) or "optimlab-still-question" in html_of(output)


def pictured(output) -> bool:
    return "image/png" in output.get("data", {}) or "<img" in html_of(output)


def html_of(output) -> str:
    return output.get("data", {}).get("text/html", "")


def without_contents(markdown: str) -> str:
    """Markdown without the list of links to its own headings."""
    return re.sub(r"(?m)^ *- \[.*\]\(#.*\)\n?", "", markdown).strip()


def pieces(markdown: str, words: int = WORDS) -> list[str]:
    """Text cut between paragraphs, before each heading and where a slide would be too full.

    >>> pieces("# One\\n\\na b c\\n\\nd e f", words=4)
    ['# One\\n\\na b c', 'd e f']
    """
    found = []
    for block in blocks(markdown):
        heading = bool(headings(block))
        full = not found or count(found[-1]) + count(block) > words and not is_heading_alone(found[-1])
        if heading or full:
            found.append(block)
        else:
            found[-1] += "\n\n" + block
    return found


def blocks(markdown: str) -> list[str]:
    """The paragraphs of a text; code in fences, lists and formulas stay whole."""
    found, fence = [], None
    for paragraph in re.split(r"\n\s*\n", markdown.strip()):
        if not paragraph.strip():
            continue
        whole = fence is not None or (found and re.match(r"( {4}|[-*] |\d+\. |\$\$|\|)", paragraph))
        if whole and found:
            found[-1] += "\n\n" + paragraph
        else:
            found.append(paragraph)
        for mark in re.findall(r"(?m)^(`{3,}|~{3,})", paragraph):
            fence = None if fence == mark else fence or mark
    return found


def is_heading_alone(text: str) -> bool:
    return bool(headings(text)) and len(blocks(text)) == 1


def count(text: str) -> int:
    return len(text.split())
