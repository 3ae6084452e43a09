"""What holds for every interactive there is: each is walked through once, in one JupyterLab, light and dark.

About 16 seconds each. The pictures are kept in build/screenshots, to be looked at by a person.
"""

import re

import pytest

from optimlab import live

ON_FOCUS = """(node) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    return document.activeElement === node && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
}"""
OPERABLE = ".ol-controls :is(input, select, button):enabled, .ol-handle:enabled"


@pytest.fixture(scope="module")
def room(browser, server):
    """One notebook for all figures."""
    from tests.browser.conftest import Lab

    lab = Lab(browser, server, "every-figure")
    page = lab.open(["from optimlab import live"])
    lab.run_all(page)
    yield lab
    lab.close()


@pytest.mark.parametrize("name", live.INTERACTIVES)
def test_a_walk_through(room, name):
    page = room.page
    room.errors.clear()
    page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    figure = room.add(page, f"fig = live.{name}()\nfig")
    card = figure.card
    card.scroll_into_view_if_needed()
    figure.settle()
    assert room.violations(card) == []
    assert figure.button("Reset").is_disabled()

    if card.locator(".ol-question input[type=text]").count():
        figure.predict("10")
    else:
        figure.predict(card.locator(".ol-question .ol-choice label").first.inner_text())
    for more in card.get_by_role("button", name="More", exact=True).all():
        more.click()
    height = card.bounding_box()["height"]
    walk_controls(figure)
    walk_buttons(figure, live.INTERACTIVES[name])
    assert abs(card.bounding_box()["height"] - height) <= 24  # nothing jumps
    assert len(figure.readout()) > 10
    assert card.locator(".ol-readout").get_attribute("aria-live") == "polite"
    for theme in ("Dark", "Light"):
        room.theme(page, theme)
        assert room.violations(card) == []
        room.shoot(card, f"{name}-{theme.lower()}")
    narrow(room, figure, name)
    assert room.errors == []
    assert room.tracebacks(page) == []


def walk_controls(figure):
    """Each control by keyboard: it can be focused, shows it, and moves; a bad number is answered in words."""
    card, page = figure.card, figure.page
    for node in card.locator(OPERABLE).all():
        if not node.is_visible() or not node.is_enabled():
            continue
        page.keyboard.press("Tab")  # from here on the browser shows where the focus is
        node.focus()
        assert node.evaluate(ON_FOCUS), node.evaluate("(n) => n.outerHTML")
        kind = node.evaluate("(n) => n.type")
        if kind == "range":
            value = node.input_value()
            page.keyboard.press("ArrowRight")
            if node.input_value() == value:
                page.keyboard.press("ArrowLeft")
            assert node.input_value() != value
        elif kind == "checkbox":
            page.keyboard.press("Space")
        elif kind == "select-one":
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowUp")
        elif kind == "text" and node.is_editable():
            good = node.input_value()
            for bad in ("seven", "", "1e999", "-99999999"):
                node.fill(bad)
                assert "Write a" in card.locator(".ol-error:not(:empty)").first.inner_text()
            node.fill(good)
            assert card.locator(".ol-error:not(:empty)").count() == 0
            page.keyboard.press("Enter")
        elif "ol-handle" in (node.get_attribute("class") or ""):
            page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(100)
        assert not card.locator(".ol-trouble").is_visible(), card.locator(".ol-trouble").inner_text()
    figure.settle()
    assert card.locator(".ol-status").inner_text() == ""


def walk_buttons(figure, interactive):
    card, page = figure.card, figure.page
    for preset in interactive.presets:
        figure.button(preset.label).click()
        page.wait_for_timeout(100)
    figure.button("Reset").click()
    figure.settle()
    figure.button("Copy as code").click()
    card.locator(".ol-code code").wait_for()
    code = card.locator(".ol-code code").inner_text()
    assert re.fullmatch(rf"live\.{interactive.name}\(.*\)", code)
    if interactive.play in {control.name for control in interactive.controls}:
        figure.changes(lambda: figure.button("Step 10").click())
        figure.button("Step 1").click()
        figure.settle()
        figure.button("Play").click()
        page.wait_for_timeout(700)
        if figure.button("Pause").count():
            figure.button("Pause").click()
        figure.settle()
        assert figure.button("Play").count() == 1


def narrow(room, figure, name):
    """A phone's width: everything still fits, one thing below the other."""
    page, card = figure.page, figure.card
    wide = page.viewport_size
    page.set_viewport_size({"width": 375, "height": 4200})
    page.wait_for_timeout(400)
    figure.settle()
    assert card.evaluate("(c) => c.scrollWidth <= c.clientWidth + 1")
    room.shoot(card, f"{name}-phone")
    page.set_viewport_size(wide)
    page.wait_for_timeout(300)
