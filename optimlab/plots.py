"""From a landscape or a History to matplotlib's Axes. Nothing is computed here, only drawn.

Importing this module sets matplotlib's defaults to the style of the course.
"""

import base64
import html
import io

import matplotlib
import matplotlib.patheffects
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from PIL import Image

from optimlab.looks import GREY, LOOKS, look

matplotlib.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 11, "axes.titlesize": 11.5, "axes.titlelocation": "left",
    "axes.labelsize": 10.5, "xtick.labelsize": 10, "ytick.labelsize": 10, "legend.fontsize": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlepad": 9, "axes.edgecolor": "#333333",
    "figure.figsize": (6, 4), "figure.dpi": 100, "figure.constrained_layout.use": True,
    "figure.facecolor": "white", "lines.linewidth": 1.5, "lines.markersize": 5, "legend.frameon": False,
    "svg.hashsalt": "optimlab",
})

_END = "the end of a line"
_HALO = [matplotlib.patheffects.withStroke(linewidth=3.5, foreground="white")]


def panels(n=1, width=None, height=None, **kwargs):
    """A new figure and its Axes (one, or an array of n): 6 x 4 inches for one panel, 9 x 4 for two.

    >>> fig, (left, right) = panels(2)
    >>> fig.get_size_inches().tolist()
    [9.0, 4.0]
    >>> plt.close(fig)
    """
    fig, axes = plt.subplots(1, n, figsize=(width or (6 if n == 1 else 9), height or 4), **kwargs)
    return fig, axes


def show(fig, alt, caption="", colors=None):
    """Display a figure as an image with alternative text, which readers without sight or kernel rely on.

    Args:
        fig: the figure; it is closed afterwards.
        alt: type of picture, axes, finding, in at most two sentences.
        caption: printed below the picture.
        colors: keep only so many, which makes a picture of dense lines a third as large; a lesson has 1 MB.

    Raises:
        ValueError: an alt that is empty.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("alt: say in a sentence what the figure shows, for readers who cannot see it")
    from IPython.display import HTML, display

    display(HTML(figure_html(fig, alt, caption, colors)))
    plt.close(fig)


def figure_html(fig, alt, caption="", colors=None):
    """The figure as one HTML element, its picture inside; the same bytes for the same figure."""
    _spread(fig)
    width = round(fig.get_figwidth() * 100)
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return (f'<figure style="margin:0"><img alt="{html.escape(alt)}" width="{width}" '
            'style="max-width:100%;height:auto;background:white" '
            f'src="data:image/png;base64,{png(fig, colors)}">{below}</figure>')


def png(fig, colors=None):
    """The figure as base64 text of a PNG at twice the size it is shown."""
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=150, metadata={"Software": None})
    if colors is not None:
        full = Image.open(buffer).convert("RGB")
        buffer = io.BytesIO()
        full.quantize(colors, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def contour(ax, landscape, view=None, levels=12):
    """Draw the level lines of a landscape over two coordinates, with equal scales on both axes.

    Args:
        view: ((low, high), (low, high)); the landscape's own if left out.
        levels: how many lines, spaced evenly in log(1 + f - lowest).
    """
    (low1, high1), (low2, high2) = view or landscape.view
    x1, x2 = np.meshgrid(np.linspace(low1, high1, 201), np.linspace(low2, high2, 201))
    height = np.log1p(landscape.value(np.stack([x1, x2], axis=-1)) - _floor(landscape))
    ax.contourf(x1, x2, height, levels=levels, cmap="Greys", alpha=0.16)
    ax.contour(x1, x2, height, levels=levels, colors="#8C8C8C", linewidths=0.6)
    ax.set(xlim=(low1, high1), ylim=(low2, high2), xlabel="$x_1$", ylabel="$x_2$")
    ax.set_aspect("equal")
    return ax


def _floor(landscape):
    return min(float(np.min(landscape.value(m))) for m in landscape.minima)


def path(ax, run, name, label=None):
    """Draw the path of a run over a contour: a History, or an array of points (steps + 1, 2).

    The start gets a large marker. A run that diverged says so, where it was last seen in the picture.
    """
    style = look(name)
    points = np.asarray(getattr(run, "params", run), dtype=float)
    points = points[np.isfinite(points).all(axis=-1)]
    ax.plot(*points.T, **_line(style), marker=style.marker, ms=4 + 2 * (style.marker == "*"), **fill(style),
            label=label or style.label, path_effects=_HALO, zorder=3)
    ax.plot(*points[0], marker="o", ms=9, mfc="white", mec=style.color, mew=2, zorder=4)
    left = int(getattr(run, "diverged_at", -1))
    if left >= 0:
        _say_diverged(ax, style, f"diverged at step {left}", points)
    return ax


def _say_diverged(ax, style, words, points):
    (low1, high1), (low2, high2) = ax.get_xlim(), ax.get_ylim()
    inside = (points[:, 0] > low1) & (points[:, 0] < high1) & (points[:, 1] > low2) & (points[:, 1] < high2)
    last = points[inside][-1] if inside.any() else points[0]
    ax.annotate(words, last, xytext=(8, 8), textcoords="offset points", color=style.color,
                path_effects=_HALO, zorder=5)


def lines(ax, x, series, end_labels=True):
    """Draw one line for each entry of {name of a look: values}, each in its look, labelled at its end.

    Args:
        x: shared by all lines.
        series: the dict, or a list of (name, values, label) where the look's own label does not fit.
    """
    ends = []
    for name, y, label in _labelled(series):
        style, y = look(name), np.asarray(y, dtype=float)
        xs = np.asarray(x, dtype=float)[:len(y)]
        ax.plot(xs, y, **_line(style), label=label)
        seen = np.isfinite(y)
        if seen.any():
            ends.append((xs[seen][-1], y[seen][-1], label, style.color))
    if end_labels:
        label_ends(ax, ends)
    return ax


def bands(ax, x, series, end_labels=True):
    """Draw runs that were repeated: the median as a line, on a band from the lowest to the highest.

    Args:
        x: shared by all lines.
        series: as for lines, each with values of shape (len(x), runs).

    >>> fig, ax = panels()
    >>> runs = np.array([[3.0, 4.0, 8.0], [1.0, 2.0, 6.0]])
    >>> bands(ax, [0, 1], {"adam": runs}).lines[0].get_ydata().tolist()
    [4.0, 2.0]
    >>> plt.close(fig)
    """
    entries = _labelled(series)
    for name, runs, _ in entries:
        ax.fill_between(x, np.min(runs, axis=1), np.max(runs, axis=1), color=look(name).color, alpha=0.12,
                        lw=0)
    return lines(ax, x, [(name, np.median(runs, axis=1), label) for name, runs, label in entries], end_labels)


def _labelled(series):
    entries = [(name, y, None) for name, y in series.items()] if isinstance(series, dict) else series
    return [(name, y, label or look(name).label) for name, y, label in entries]


def loss(ax, runs, by="loss"):
    """Draw the loss of {name of a look: History} against the step; with by="distance", that to the minimum.

    A run that diverged ends in a cross, with the step at which it left.

    Args:
        runs: the dict, or a list of (name, History, label).
    """
    runs = _labelled(runs)
    ax.set(yscale="log", xlabel="step", ylabel={"loss": "loss", "distance": "distance to the minimum"}[by])
    series = []
    for name, run, label in runs:
        y = getattr(run, by)
        if run.diverged:
            label = f"{label}: diverged at step {run.diverged_at}"
            ax.plot(run.diverged_at, y[run.diverged_at], marker="x", ms=9, mew=2, color=look(name).color)
        series.append((name, y, label))
    return lines(ax, np.arange(max(len(y) for _, y, _ in series)), series)


def plain_log(ax):
    """Make the y axis logarithmic, with plain numbers at its ticks: 0.5, 1, 2 where it spans less than 100.

    Call it when everything is drawn.

    >>> fig, ax = panels()
    >>> line = ax.plot([0.4, 3.0])
    >>> plain_log(ax)
    >>> [label.get_text() for label in ax.get_yticklabels() if 0.4 < label.get_position()[1] < 3]
    ['0.5', '1', '2']
    >>> plt.close(fig)
    """
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 100 else (1,)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def label_ends(ax, ends):
    """Write a text beside the end of each line, spread where they would overlap.

    Args:
        ends: [(x, y, text, colour)].
    """
    for x, y, text, color in ends:
        ax.annotate(text, (x, y), xytext=(6, 0), textcoords="offset points", va="center", color=color,
                    annotation_clip=False, path_effects=_HALO, zorder=5, gid=_END)
    _spread(ax.figure)


def _spread(fig):
    """Move the texts at the ends of lines apart: again before a figure is shown, as its scales and limits
    may have changed since."""
    ends = {ax: [text for text in ax.texts if text.get_gid() == _END] for ax in fig.axes}
    if not any(ends.values()):
        return
    fig.canvas.draw()
    points, height = 72 / fig.dpi, 13 * fig.dpi / 72
    for ax, texts in ends.items():
        lowest = -np.inf
        for where, text in sorted(((ax.transData.transform(text.xy)[1], text) for text in texts),
                                  key=lambda end: end[0]):
            lowest = max(where, lowest + height)
            text.set_position((6, (lowest - where) * points))


def threshold(ax, x=None, y=None, text="", at=None):
    """Draw a computed limit as a thin grey line across the panel, and name it.

    Args:
        x or y: where the line stands.
        at: where along the line its text stands, from 0 to 1. If left out, at the top of x, at the left of y.
    """
    style = LOOKS["theory"]
    line = {"color": style.color, "lw": style.width, "zorder": 1}
    words = {"textcoords": "offset points", "color": GREY, "path_effects": _HALO, "zorder": 4}
    if x is not None:
        ax.axvline(x, **line)
        ax.annotate(text, (x, 0.98 if at is None else at), xycoords=("data", "axes fraction"), xytext=(5, 0),
                    va="top", **words)
    if y is not None:
        at = 0.01 if at is None else at
        ax.axhline(y, **line)
        ax.annotate(text, (at, y), xycoords=("axes fraction", "data"), xytext=(0, 3), va="bottom",
                    ha="right" if at > 0.5 else "left", **words)
    return ax


def _line(style):
    dashes = {} if not style.dashes else {"dashes": [d / style.width for d in style.dashes]}
    return {"color": style.color, "lw": style.width, **dashes}


def fill(style):
    """Keyword arguments of a marker: its inside white where the look says so."""
    return {} if style.filled else {"mfc": "white"}
