"""What every figure draws, at every corner of its controls: finite, packable, readable."""

import itertools
import json
from functools import cache

import numpy as np
import pytest

from optimlab import live
from optimlab.live.learners import Trouble
from optimlab.live.marks import Area, Arrow, Frame, Image, Line, Picture, Points, Rule, Text, leaving, number
from optimlab.live.parts import Panel

FIGURES = list(live.INTERACTIVES.values())


def corners(figure):
    """All combinations of the least and the greatest value of each control, and the defaults."""
    choices = []
    for control in figure.controls:
        if control.kind == "choice":
            choices.append([(control.name, choice) for choice in control.choices])
        elif control.kind == "toggle":
            choices.append([(control.name, True), (control.name, False)])
        elif control.kind == "numbers":
            lists = (control.default, (control.low, 0.0, control.high))
            choices.append([(control.name, value) for value in lists])
        elif figure.ticks and control.name == figure.play:
            choices.append([(control.name, 0), (control.name, 3)])
        else:
            ends = {control.low, control.high, control.default}
            choices.append([(control.name, control.clean(value)) for value in sorted(ends)])
    combinations = list(itertools.product(*choices))
    for combination in combinations[:: max(1, len(combinations) // 150)]:
        yield dict(combination)


@cache
def frames(figure):
    """What stands there at the corners; a learner's own rule that is not given is said in a sentence."""
    drawn = []
    for values in corners(figure):
        try:
            drawn.append(figure.frame(values))
        except Trouble as trouble:
            assert str(trouble).endswith(".")
    return drawn


def texts(mark):
    return getattr(mark, "text", "") or getattr(mark, "label", "")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_every_corner_draws(figure):
    for frame in frames(figure):
        assert set(frame.pictures) == {panel.name for panel in figure.panels}
        data, block = frame.pack()
        json.dumps(data, allow_nan=False)
        assert len(block) % 4 == 0 and len(block) < 200_000
        for text in (frame.readout, *(value for pair in frame.numbers for value in pair)):
            assert "nan" not in text and "inf" not in text and text
        assert frame.readout.endswith(".")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_titles_fit_on_one_line(figure):
    room = {panel.name: 52 * panel.span // 6 for panel in figure.panels}
    for frame in frames(figure):
        for name, picture in frame.pictures.items():
            assert 0 < len(picture.title) <= room[name], picture.title


def contrast(color):
    """Against white, as WCAG counts it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.05 + np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_contrast(figure):
    """Words 4.5:1, lines 3:1, on the white of the panels (the map's own marks stand on its colours)."""
    grounds = {panel.name for panel in figure.panels if panel.background}
    for frame in frames(figure):
        for name, picture in frame.pictures.items():
            for mark in picture.marks:
                if name not in grounds and not isinstance(mark, (Area, Image)):
                    assert contrast(mark.color) >= (4.5 if texts(mark) else 3.0), mark


def drawn_as(marks, color):
    """How else than by its colour a line can be told: its strokes, its markers, the words in its colour."""
    mine = [mark for mark in marks if getattr(mark, "color", None) == color]
    return (
        {(tuple(mark.dashes), mark.width) for mark in mine if isinstance(mark, Line)},
        {(mark.marker, mark.filled) for mark in mine if isinstance(mark, Points) and mark.size > 1},
        {texts(mark) for mark in mine} - {""},
    )


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_no_two_lines_differ_in_colour_alone(figure):
    for frame in frames(figure):
        for picture in frame.pictures.values():
            lines = [mark for mark in picture.marks if isinstance(mark, Line) and len(mark.x) > 1]
            for one, other in itertools.combinations(lines, 2):
                if one.color != other.color and (one.dashes, one.width) == (other.dashes, other.width):
                    assert drawn_as(picture.marks, one.color)[1:] != drawn_as(picture.marks, other.color)[1:]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_controls(figure):
    assert 1 <= sum(not control.more for control in figure.controls) <= 3
    assert figure.play in {control.name for control in figure.controls}
    for panel in figure.panels:
        for name in panel.drag or ():
            assert name in {control.name for control in figure.controls}
    for preset in figure.presets:
        figure.clean(preset.values)
    for task in figure.tasks:
        figure.clean(task.setup or {})


def test_packing_keeps_every_number():
    x, y = np.arange(5.0), np.array([1.0, np.nan, 3.5, -2.0, 1e30])
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    frame = Frame("A line.", {"p": Picture("t", [Line(x, y), Image(pixels, (0, 1), (0, 1)), Points(x, x)])})
    data, block = frame.pack()
    line, image, points = data["pictures"]["p"]["marks"]
    assert line["mark"] == "Line"
    read = lambda place: np.frombuffer(block, "<f4", place["n"], place["at"])  # noqa: E731
    np.testing.assert_array_equal(read(line["y"]), y.astype("f4"))
    np.testing.assert_array_equal(read(points["x"]), x.astype("f4"))
    assert image["pixels"]["shape"] == [2, 3, 4]
    assert np.frombuffer(block, np.uint8, 24, image["pixels"]["at"]).tolist() == list(range(24))


def test_where_a_path_leaves():
    panel = Panel("p", "t", (-1, 1), (-2, 2))
    assert leaving([0, 0.5], [0, 1], panel) is None
    step, arrow = leaving([0, 0.5, 1.5], [0, 0, 1], panel)
    assert (step, arrow.x, arrow.y) == (2, 1.0, 0.5)
    step, arrow = leaving([0, 0], [0, -8], panel)
    assert (step, arrow.x, arrow.y) == (1, 0.0, -2.0)
    step, arrow = leaving([0, np.nan], [1, np.nan], panel)
    assert (step, arrow.y) == (1, 2.0)
    assert leaving([5, 0], [0, 0], panel) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (0.0331, "0.0331"),
        (0.999999, "1"),
        (9999.6, "10⁴"),
        (12345, "1.23·10⁴"),
        (-2.5e-7, "−2.5·10⁻⁷"),
        (1e-6, "10⁻⁶"),
        (float("nan"), "not a number"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_as_a_person_writes_them(value, text):
    assert number(value) == text


def test_a_title_never_breaks_inside_an_equation():
    assert Picture("lr = 0.1, fine", []).title == "lr\u00a0=\u00a00.1, fine"


def test_every_mark_is_drawn_by_both_renderers():
    from pathlib import Path

    from optimlab.live import figure, still

    script = (Path(figure.__file__).parent / "figure.js").read_text(encoding="utf-8")
    for mark in (Line, Points, Area, Text, Rule, Arrow):
        assert mark in still.DRAW
        assert f"\n  {mark.__name__}(c, mark" in script
