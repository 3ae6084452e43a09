"""The still form of a figure: matplotlib draws the same frames that the browser draws, without a kernel."""

import base64
import html
import io
import textwrap

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from PIL import Image

from optimlab.live import marks

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.edgecolor": "#444444",
}
HALO = [withStroke(linewidth=3, foreground="white")]


def storyboard(panels, headings, frames):
    """A heading for each frame over its panels -> PNG bytes, the same for the same frames.

    The frames stand side by side, one column each; one below the other where every panel is as wide as the
    figure.
    """
    wide = all(panel.span == 12 for panel in panels)
    with _style():
        heights = [panel.height for panel in panels] * (len(frames) if wide else 1)
        height = 0.3 + sum(heights) / 100 * 0.74 + 0.85 * len(heights)
        figure = Figure(figsize=(9, height), dpi=100, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.08, h_pad=0.06, wspace=0.03)
        columns = 1 if wide else len(frames)
        axes = figure.subplots(len(heights), columns, squeeze=False, height_ratios=heights)
        axes = axes.reshape(len(frames), len(panels)) if wide else axes.T
        for i, frame in enumerate(frames):
            for ax, panel in zip(axes[i], panels, strict=True):
                draw(ax, panel, frame.pictures[panel.name], first=wide or i == 0, wrap=90 // columns)
            axes[i, 0].annotate(
                headings[i],
                (0, 1),
                (0, 26 if wide else 44),
                xycoords="axes fraction",
                textcoords="offset points",
                weight="bold",
            )
        return _small(_png(figure))


def background(panel):
    """What stands still on a panel -> PNG bytes that fill its drawing area exactly."""
    with _style():
        figure = Figure(figsize=(6, 6 * panel.height / (75 * panel.span)), dpi=150)
        ax = figure.add_axes((0, 0, 1, 1))
        _frame(ax, panel, panel.xlim, panel.ylim)
        ax.axis("off")
        panel.background(ax)
        return _png(figure)


CARD = "margin:0;max-width:900px;background:#fff;color:#111;padding:8px"


def figure_html(png, alt, caption=""):
    """An HTML figure: the picture, what it shows in words, and a caption."""
    source = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return (
        f'<figure class="optimlab-still" style="{CARD}">'
        f'<img alt="{html.escape(alt)}" src="{source}" style="width:100%;height:auto">'
        f"{below}</figure>"
    )


def draw(ax, panel, picture, first=True, wrap=60):
    """One picture of one panel on matplotlib's Axes."""
    xlim, ylim = picture.xlim or panel.xlim, picture.ylim or panel.ylim
    _frame(ax, panel, xlim, ylim)
    if panel.background:
        panel.background(ax)
        ax.set(xlim=xlim, ylim=ylim)
    if panel.equal:
        ax.set_aspect("equal")
    ax.set_title("\n".join(textwrap.wrap(picture.title, wrap)), loc="left")
    ax.set_xlabel(panel.xlabel)
    if first and panel.ylabel:
        ax.set_ylabel(panel.ylabel)
    ax.spines[["top", "right"]].set_visible(panel.equal)
    ax.spines["left"].set_visible(panel.equal or panel.yticks != ())
    ax.spines["bottom"].set_visible(panel.equal or panel.xticks != ())
    ends = []
    if ax.figure.canvas is None or not hasattr(ax.figure.canvas, "get_renderer"):
        FigureCanvasAgg(ax.figure)
    for mark in picture.marks:
        DRAW[type(mark)](ax, mark, xlim, ylim, ends)
    _label_ends(ax, ends)
    for artist in (*ax.lines, *ax.texts, *ax.collections):
        artist.set_in_layout(False)


def _style():
    return matplotlib.rc_context(
        {**matplotlib.rcParamsDefault, **STYLE, "backend": matplotlib.rcParams["backend"]}
    )


def _png(figure):
    FigureCanvasAgg(figure)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _small(png):
    """The same picture in 192 colours, a third of the size: it is stored in every notebook."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(192, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


def _frame(ax, panel, xlim, ylim):
    ax.set(xscale=panel.xscale, yscale=panel.yscale, xlim=xlim, ylim=ylim)
    ax.minorticks_off()
    for axis, ticks, scale, limits in (
        (ax.xaxis, panel.xticks, panel.xscale, xlim),
        (ax.yaxis, panel.yticks, panel.yscale, ylim),
    ):
        if ticks is None and scale == "log":
            ticks = decades(*limits)
        if ticks is None:
            axis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
        else:
            axis.set_ticks(list(ticks), labels=tick_labels(ticks))


def tick_labels(ticks):
    """All as powers of ten where one of them has to be, else plain numbers.

    >>> tick_labels((0.01, 0.1, 1)), tick_labels((0.01, 1, 1e4))
    (['0.01', '0.1', '1'], ['10⁻²', '1', '10⁴'])
    """
    words = [marks.number(tick) for tick in ticks]
    if any(word.startswith("10") and word[2:3] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹" for word in words if len(word) > 2):
        words = [
            "1" if tick == 1 else "10" + f"{np.log10(tick):.0f}".translate(marks.SUPERSCRIPTS)
            for tick in ticks
        ]
    return words


def decades(low, high, most=6):
    """Powers of ten from low to high, thinned to at most `most`."""
    powers = np.arange(np.ceil(np.log10(low) - 1e-9), np.floor(np.log10(high) + 1e-9) + 1)
    powers = powers[:: int(np.ceil(len(powers) / most))]
    return tuple(10.0**powers)


def _line(ax, mark, xlim, ylim, ends):
    (line,) = ax.plot(mark.x, mark.y, color=mark.color, lw=mark.width, alpha=mark.alpha)
    if mark.dashes:
        line.set_dashes([length / mark.width for length in mark.dashes])
    if mark.halo:
        line.set_path_effects([withStroke(linewidth=mark.width + 2.5, foreground="white")])
    _remember_end(mark, xlim, ylim, ends)


def _points(ax, mark, xlim, ylim, ends):
    face = mark.color if mark.filled else "white"
    x, y = np.asarray(mark.x, float), np.asarray(mark.y, float)
    near = _inside(x, y, xlim, ylim)
    style = {"ls": "", "marker": mark.marker, "ms": mark.size, "color": mark.color, "mfc": face, "mew": 1.2}
    ax.plot(x[near], y[near], clip_on=False, **style)
    _remember_end(mark, xlim, ylim, ends)


def _area(ax, mark, xlim, ylim, ends):
    ax.fill_between(mark.x, mark.low, mark.high, color=mark.color, alpha=mark.alpha, lw=0)


def _image(ax, mark, xlim, ylim, ends):
    shape = {"extent": (*mark.x, *mark.y), "aspect": ax.get_aspect()}
    ax.imshow(mark.pixels, interpolation="nearest", zorder=0, **shape)


def _text(ax, mark, xlim, ylim, ends):
    words = ax.annotate(
        mark.text,
        (mark.x, mark.y),
        (mark.dx, mark.dy),
        textcoords="offset points",
        ha=mark.anchor,
        va="center",
        color=mark.color,
        fontsize=max(9, mark.size),
        weight="bold" if mark.bold else "normal",
        path_effects=None if mark.box else HALO,
        bbox={"fc": "white", "ec": "none", "alpha": 0.85, "boxstyle": "round,pad=0.2"} if mark.box else None,
        annotation_clip=False,
    )
    if mark.within:
        room = np.ptp(ax.transData.transform([(mark.within[0], mark.y), (mark.within[1], mark.y)])[:, 0])
        words.set_visible(words.get_window_extent(ax.figure.canvas.get_renderer()).width <= room - 4)


def _rule(ax, mark, xlim, ylim, ends):
    style = {"color": mark.color, "lw": mark.width, "zorder": 1.5}
    if mark.dashes:
        style["dashes"] = [length / mark.width for length in mark.dashes]
    offset = 3 if mark.side == "right" else -3
    words = {"color": mark.color, "fontsize": 9, "path_effects": HALO, "textcoords": "offset points"}
    if mark.x is not None:
        if not xlim[0] <= mark.x <= xlim[1]:
            return
        ax.axvline(mark.x, **style)
        align = "left" if mark.side == "right" else "right"
        words |= {"xycoords": ("data", "axes fraction"), "ha": align, "va": "center"}
        ax.annotate(mark.label, (mark.x, mark.at), (offset, 0), **words)
    else:
        if not ylim[0] <= mark.y <= ylim[1]:
            return
        ax.axhline(mark.y, **style)
        words |= {"xycoords": ("axes fraction", "data"), "ha": mark.side, "va": "bottom"}
        ax.annotate(mark.label, (1 if mark.side == "right" else 0, mark.y), (-offset, 2), **words)


def _arrow(ax, mark, xlim, ylim, ends):
    ax.annotate(
        "",
        (mark.x, mark.y),
        (mark.x0, mark.y0),
        arrowprops={
            "arrowstyle": "-|>,head_width=0.35,head_length=0.7",
            "color": mark.color,
            "lw": 1.5,
            "shrinkB": 0,
        },
        annotation_clip=False,
    )


DRAW = {
    marks.Line: _line,
    marks.Points: _points,
    marks.Area: _area,
    marks.Image: _image,
    marks.Text: _text,
    marks.Rule: _rule,
    marks.Arrow: _arrow,
}


def _remember_end(mark, xlim, ylim, ends):
    if mark.label:
        x, y = np.asarray(mark.x, float), np.asarray(mark.y, float)
        inside = np.flatnonzero(_inside(x, y, xlim, ylim))
        if len(inside):
            ends.append([float(x[inside[-1]]), float(y[inside[-1]]), mark])


def _inside(x, y, xlim, ylim):
    return (x >= xlim[0]) & (x <= xlim[1]) & (y >= ylim[0]) & (y <= ylim[1])


def _label_ends(ax, ends, apart=12):
    """Labels at the ends of their lines, pushed apart where they would touch."""
    places = sorted(
        [[*ax.transData.transform((x, y)), mark] for x, y, mark in ends],
        key=lambda place: place[1],
    )
    box = ax.get_window_extent()
    for lower, upper in zip(places, places[1:], strict=False):
        upper[1] = max(upper[1], lower[1] + apart * 100 / 72)
    for x, y, mark in places:
        late = x > box.x0 + 0.75 * box.width
        ax.annotate(
            mark.label,
            ax.transData.inverted().transform((x, y)),
            (-4 if late else 6, 8 if late else 0),
            textcoords="offset points",
            ha="right" if late else "left",
            va="center",
            color=mark.color,
            fontsize=9.5,
            path_effects=HALO,
            annotation_clip=False,
        )
