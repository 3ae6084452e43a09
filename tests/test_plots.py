"""Plots: what is drawn equals what was computed; every picture has its words; one look for each optimizer."""

import base64
import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from optimlab import SGD, descend, landscapes, looks, plots

matplotlib.use("Agg")


@pytest.fixture
def ax():
    fig, ax = plots.panels()
    yield ax
    plt.close(fig)


@pytest.fixture
def run():
    return descend(landscapes.valley(10), SGD(np.ones(2), lr=0.15), 30)


@pytest.fixture
def runaway():
    return descend(landscapes.valley(10), SGD(np.ones(2), lr=0.5), 60)


def test_a_path_is_the_runs_points_in_its_own_look(ax, run):
    plots.path(ax, run, "momentum")
    line, start = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), run.params)
    np.testing.assert_array_equal(start.get_xydata(), run.params[:1])
    look = looks.LOOKS["momentum"]
    drawn = (line.get_color(), line.get_marker(), line.get_linewidth())
    assert drawn == (look.color, look.marker, look.width)


def test_a_loss_curve_is_the_runs_loss_on_a_log_axis_labelled_at_its_end(ax, run):
    plots.loss(ax, {"gd": run})
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), run.loss)
    assert ax.get_yscale() == "log"
    assert [text.get_text() for text in ax.texts] == ["gradient descent"]


def test_a_diverging_run_says_at_which_step_it_left(ax, runaway):
    assert runaway.diverged
    words = f"diverged at step {runaway.diverged_at}"
    plots.loss(ax, [("gd", runaway, "lr 0.5")])
    assert [text.get_text() for text in ax.texts] == [f"lr 0.5: {words}"]
    cross = ax.lines[0]
    assert cross.get_xydata().tolist() == [[runaway.diverged_at, runaway.loss[runaway.diverged_at]]]


def test_a_diverging_path_says_so_where_it_leaves_the_picture(ax, runaway):
    plots.contour(ax, landscapes.valley(10))
    plots.path(ax, runaway, "gd")
    assert [text.get_text() for text in ax.texts] == [f"diverged at step {runaway.diverged_at}"]


def test_labels_that_would_overlap_are_spread(ax):
    x = np.arange(10)
    plots.lines(ax, x, [("gd", x * 1.0, "one"), ("adam", x * 1.001, "two"), ("adagrad", x * 1.002, "three")])
    ax.figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 2 for low, high in zip(boxes, boxes[1:], strict=False))


def test_a_label_stands_at_its_line_when_the_scale_is_set_afterwards(ax):
    plots.lines(ax, [0, 1], {"gd": [9, 0.25], "momentum": [9, 0.0037], "adam": [9, 0.0005]})
    ax.set(yscale="log", ylim=(1e-4, 20))
    plots.figure_html(ax.figure, "three lines")
    assert [text.get_position()[1] for text in ax.texts] == pytest.approx([0, 0, 0], abs=1e-9)


def test_contours_keep_equal_scales_and_the_landscapes_view(ax):
    plots.contour(ax, landscapes.Rosenbrock())
    assert ax.get_aspect() == 1
    assert (ax.get_xlim(), ax.get_ylim()) == landscapes.Rosenbrock().view


def test_figure_html_carries_the_words_escaped_and_the_picture():
    fig, ax = plots.panels()
    ax.plot([1, 2])
    page = plots.figure_html(fig, 'a "line" < 3', caption="median & range")
    plt.close(fig)
    assert 'alt="a &quot;line&quot; &lt; 3"' in page
    assert "<figcaption>median &amp; range</figcaption>" in page
    picture = base64.b64decode(re.search(r"base64,([^\"]+)", page)[1])
    assert picture.startswith(b"\x89PNG")


def test_the_same_figure_gives_the_same_bytes():
    pictures = []
    for _ in range(2):
        fig, ax = plots.panels()
        plots.contour(ax, landscapes.Himmelblau())
        pictures.append(plots.png(fig))
        plt.close(fig)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("alt", ["", "   ", None])
def test_a_picture_without_words_is_refused(ax, alt):
    with pytest.raises(ValueError, match="alt: say in a sentence"):
        plots.show(ax.figure, alt=alt)


def luminance(color):
    channels = np.array([int(color[i:i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_every_look_is_seen_on_white_and_no_two_are_alike():
    for name, look in looks.LOOKS.items():
        assert 1.05 / (luminance(look.color) + 0.05) >= 3, name
    shapes = {name: (look.color, look.dashes, look.marker, look.filled) for name, look in looks.LOOKS.items()}
    shapes.pop("sgd")  # SGD and gradient descent are one method, and look alike on purpose
    assert len(set(shapes.values())) == len(shapes)


def test_an_unknown_look_is_named():
    with pytest.raises(ValueError, match="name: there is no look called 'sdg'"):
        looks.look("sdg")
