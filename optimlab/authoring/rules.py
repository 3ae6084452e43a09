"""What a lesson must keep to: each rule yields (cell, line offset, sentence) for whatever breaks it."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from optimlab.authoring.source import FENCE, headings

MAX_LINES = 20
MAX_WIDTH = 88  # what JupyterLab shows beside its file browser without scrolling
MAX_BYTES = 1_000_000
MAX_SECONDS = 60

Problem = tuple[int, int, str]


def text_problems(notebook) -> Iterator[Problem]:
    """What can be said before anything runs."""
    yield from heading_problems(notebook)
    yield from question_problems(notebook)
    kinds = [cell.cell_type for cell in notebook.cells]
    if kinds.count("markdown") <= kinds.count("code"):
        yield len(kinds) - 1, 0, (
            f"the lesson has {kinds.count('markdown')} Markdown cells and {kinds.count('code')} code cells; "
            "it needs more Markdown cells than code cells."
        )
    for index, cell in enumerate(notebook.cells):
        lines = cell.source.splitlines()
        if cell.cell_type == "code" and len(lines) > MAX_LINES:
            yield index, 0, f"the cell has {len(lines)} lines of code; {MAX_LINES} is the most."
        for offset, line in enumerate(lines if cell.cell_type == "code" else ()):
            if len(line) > MAX_WIDTH:
                yield index, offset, f"the line has {len(line)} characters; {MAX_WIDTH} is the most."
        if cell.cell_type == "markdown":
            for offset, line in enumerate(lines):
                if "![](" in line:
                    yield index, offset, "an image has no alt text: ![what it shows](...)."
                if FENCE.match(line) and "{" in line:
                    yield index, offset, f"{line.strip()!r} starts no cell, as ```{{code-cell}} would."


def heading_problems(notebook) -> Iterator[Problem]:
    found = [
        (index, offset, level, text)
        for index, cell in enumerate(notebook.cells) if cell.cell_type == "markdown"
        for offset, level, text in headings(cell.source)
    ]
    if not found:
        yield 0, 0, "the lesson has no level-1 heading."
    seen, last = set(), 0
    for index, offset, level, text in found:
        if level == 1 and seen:
            yield index, offset, f"{text!r} is one more level-1 heading; a lesson has one, at its top."
        elif level > last + 1:
            yield index, offset, f"{text!r} is a level-{level} heading where level {last + 1} comes next."
        if text in seen:
            yield index, offset, f"{text!r} is the heading of two sections, so links cannot tell them apart."
        if "$" in text:
            yield index, offset, f"{text!r} has a formula in its heading, which links cannot name."
        seen.add(text)
        last = level


def question_problems(notebook) -> Iterator[Problem]:
    seen = set()
    for index, offset, id in questions(notebook):
        if id in seen:
            yield index, offset, f"{id!r} is the id of two predictions or quizzes."
        seen.add(id)


def questions(notebook) -> Iterator[tuple[int, int, str]]:
    """(cell, line offset, id) of each predict(...) and quiz(...)."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            for name, call in calls(cell.source):
                if name in ("predict", "quiz"):
                    yield index, call.lineno - 1, call.args[0].value


def calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    """Each call whose first argument is a string, in order, with the bare name of what is called."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            if isinstance(node.args[0].value, str):
                yield name, node


def output_problems(notebook) -> Iterator[Problem]:
    """What can be said of stored outputs."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            for sentence in output_sentences(output):
                yield index, 0, sentence


def output_sentences(output) -> Iterator[str]:
    if output.output_type == "error":
        yield f"the cell raises {output.ename}: {output.evalue}"
        return
    if output.output_type == "stream":
        if output.name == "stderr":
            yield f"the cell writes a warning or to stderr: {output.text.strip().splitlines()[0]}"
            return
        texts = [output.text]
    else:
        for kind in output.data:
            if kind.startswith("image/"):
                yield f'the cell shows a raw {kind} without alt text; use plots.show(fig, alt="...").'
        html = output.data.get("text/html", "")
        if any(not alt for alt in image_alts(html)):
            yield 'the cell shows an <img> without alt text: give it alt="...".'
        texts = [output.data.get("text/plain", ""), html]
    for text in texts:
        if address := re.search(r"\bat 0x[0-9a-fA-F]+|ipykernel_\d+", text):
            yield f"the cell shows {address[0]!r}, which is different in every run."


class _Images(HTMLParser):
    def __init__(self):
        super().__init__()
        self.alts = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.alts.append((dict(attrs).get("alt") or "").strip())


def image_alts(html: str) -> list[str]:
    """The alt text of each <img>, empty where there is none."""
    parser = _Images()
    parser.feed(html)
    return parser.alts
