"""What holds for every interactive there is: each is walked through once, in one JupyterLab, light and dark.

About 8 seconds each. The pictures are kept in build/screenshots, to be looked at by a person.
"""

import re

import pytest

from optimlab import live

# Focuses a control -> what it is, and whether one can see that it has the focus.
FOCUS = """(node) => {
    if (!node.matches(':enabled') || !node.getClientRects().length) return { there: false };
    node.focus();
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    const outlined = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    return {
        there: true,
        outlined: outlined && document.activeElement === node,
        type: node.type,
        value: node.value,
        html: node.outerHTML,
    };
}"""
# Types into a box -> what is said about it.
TYPE = """(box, text) => {
    box.value = text;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    return document.getElementById(box.getAttribute('aria-describedby')).textContent;
}"""
WIDTH = "(card) => card.querySelector('canvas').clientWidth"
PLAIN = """from optimlab import live
from optimlab.live.interactive import Interactive
Interactive.still_html = lambda interactive, **values: ""  # half a second, for nothing here
"""
OPERABLE = ".ol-controls :is(input, select, button), .ol-handle"


@pytest.fixture(scope="module")
def room(browser, server):
    """One notebook for all figures."""
    from tests.browser.conftest import Lab

    lab = Lab(browser, server, "every-figure")
    page = lab.open([PLAIN])
    lab.run_all(page)
    yield lab
    lab.theme(page, "Light")
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
    here = page.evaluate("() => document.body.dataset.jpThemeName.split(' ').at(-1)")
    for theme in (here, "Light" if here == "Dark" else "Dark"):  # the next figure begins where this one ends
        room.theme(page, theme)
        assert room.violations(card) == []
        room.shoot(card, f"{name}-{theme.lower()}")
    narrow(room, figure, name)
    assert room.errors == []
    assert room.tracebacks(page) == []


def walk_controls(figure):
    """Each control by keyboard: it can be focused, shows it, and moves; a bad number is answered in words."""
    card, press = figure.card, figure.page.keyboard.press
    press("Tab")  # from here on the browser shows where the focus is
    for node in card.locator(OPERABLE).element_handles():
        found = node.evaluate(FOCUS)
        if not found["there"]:
            continue
        assert found["outlined"], found["html"]
        if found["type"] == "range":
            press("ArrowRight")
            if node.input_value() == found["value"]:
                press("ArrowLeft")
            assert node.input_value() != found["value"]
        elif found["type"] == "checkbox":
            press("Space")
        elif found["type"] == "select-one":
            press("ArrowDown")
            press("ArrowUp")
        elif found["type"] == "text":
            for bad in ("seven", "", "1e999", "-99999999"):
                assert "Write a" in node.evaluate(TYPE, bad)
            assert node.evaluate(TYPE, found["value"]) == ""
            press("Enter")
        elif "ol-handle" in found["html"]:
            press("ArrowLeft")
        figure.settle()
        assert not card.locator(".ol-trouble").is_visible(), card.locator(".ol-trouble").inner_text()
    assert card.locator(".ol-status").inner_text() == ""


def walk_buttons(figure, interactive):
    card, page = figure.card, figure.page
    for preset in interactive.presets:
        figure.button(preset.label).click()
        figure.settle()
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
        page.wait_for_timeout(300)
        if figure.button("Pause").count():
            figure.button("Pause").click()
        figure.settle()
        assert figure.button("Play").count() == 1


def narrow(room, figure, name):
    """A phone's width: everything still fits, one thing below the other."""
    page, card = figure.page, figure.card
    wide = page.viewport_size
    page.set_viewport_size({"width": 375, "height": 4200})
    page.wait_for_function(f"{WIDTH} < 375", arg=card.element_handle())
    figure.settle()
    assert card.evaluate("(c) => c.scrollWidth <= c.clientWidth + 1")
    room.shoot(card, f"{name}-phone")
    page.set_viewport_size(wide)
    page.wait_for_function(f"{WIDTH} > 375", arg=card.element_handle())
