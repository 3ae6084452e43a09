"""Every built lesson, opened in a real JupyterLab: it runs, its questions answer, its figures move."""

from pathlib import Path

import pytest

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_comes_alive(lab, lesson):
    page = lab.open(notebook=lesson)
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
