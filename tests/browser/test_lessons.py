"""Every built lesson, opened in a real JupyterLab: its questions answer, its figures move.

Run are the cells with questions and figures, and those that they need; that all cells run, and say what they
said, is what tests/lessons sees.
"""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
ALIVE = re.compile(r"(?<![.\w])(live\.(?!\w+\.simulate)|predict\(|quiz\()")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_comes_alive(lab, lesson, tmp_path):
    nbformat.write(pared(nbformat.read(lesson, 4)), tmp_path / lesson.name)
    page = lab.open(notebook=tmp_path / lesson.name)
    stills = page.locator("img[alt]").count()
    assert stills, "without a kernel there is a picture"
    lab.run_all(page, seconds=180)
    assert lab.tracebacks(page) == []
    page.locator(".ol-card").first.wait_for()
    drivers = lab.drivers(page)
    assert drivers
    moving = [driver for driver in drivers if driver.card.locator("canvas").count()]
    for question in (driver for driver in drivers if driver not in moving):
        answer(question)
    for figure in moving:
        drive(figure)
        lab.shoot(figure.card, f"{lesson.stem}-{moving.index(figure) + 1}")
    assert lab.tracebacks(page) == []
    assert lab.errors == []


def pared(book):
    """The notebook without the code that no question and no figure needs."""
    kept, needed = [], set()
    for cell in reversed(book.cells):
        if cell.cell_type == "code":
            made, used, imports = names(cell.source)
            if not (ALIVE.search(cell.source) or made & needed or imports):
                continue
            needed = (needed - made) | used
        kept.append(cell)
    book.cells = kept[::-1]
    return book


def names(source):
    """The names that a cell makes, those that it uses, and whether it is made of nothing but imports."""
    tree = ast.parse(TransformerManager().transform_cell(source))
    made, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, ast.alias):
            made.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
    return made, used, all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tree.body)


def answer(question):
    """The first choice, or 10: some reply comes."""
    card = question.card
    card.scroll_into_view_if_needed()
    box = card.locator("input[type=text]")
    if box.count():
        box.fill("10")
    else:
        card.locator("input[type=radio]").first.check()
    card.get_by_role("button").first.click()
    card.locator(".ol-reply:not(:empty)").wait_for()


def drive(figure):
    card = figure.card
    card.scroll_into_view_if_needed()
    card.locator(".ol-title").first.wait_for()
    figure.settle()
    assert figure.button("Play").is_disabled()
    if card.locator(".ol-question input[type=text]").count():
        figure.predict("10")
    else:
        figure.predict(card.locator(".ol-question .ol-choice label").first.inner_text())
    slider = card.locator("input[type=range]").first
    slider.focus()
    training = "in training" in card.get_attribute("aria-label")

    def move():
        for _ in range(3):
            figure.page.keyboard.press("ArrowRight")
        if training:  # what it shows is the step it stands at: another rate shows in the next one
            figure.button("Step 1").click()

    figure.changes(move)
    for handle in card.locator(".ol-handle").all()[:1]:
        before = handle.bounding_box()
        figure.changes(lambda: figure.drag((-40, 30)))
        after = handle.bounding_box()
        assert (before["x"], before["y"]) != (after["x"], after["y"])
    figure.changes(lambda: figure.button("Reset").click())
