"""`check(...).compare()`: the learner's answer drawn over the reference, the first difference ringed.

A trace becomes a Strip, labelled values of one quantity; a Strip becomes a picture. What has no numbers in
it, such as a list of names, is laid out in slots.
"""

import re
import textwrap
from dataclasses import dataclass, replace

import numpy as np

from .. import plots
from ..looks import look
from .judge import RTOL
from .parts import scale_of
from .trace import Seen
from .verdict import Note, shown

SHOWN = 12
HIDDEN = 0.03  # a difference below this share of the picture is drawn on a scale of its own
FAR = 1e6  # beyond this many times the reference a number is not drawn, but named
ORDERED = ("step", "epoch", "row", "entry", "t", "rounds", "round")
RING = "#D55E00"


@dataclass(frozen=True)
class Strip:
    """One quantity as it went along: labels, expected and own numbers, and where they part (None: nowhere).

    `ticks` are places on an axis named `axis`, or None if the labels have no order; `length` is how many
    numbers of yours there were.
    """

    quantity: str
    labels: tuple
    yours: np.ndarray
    expected: np.ndarray
    parts: int | None
    axis: str = ""
    ticks: np.ndarray | None = None
    aside: str = ""
    joined: bool = True
    length: int = 1_000_000

    @property
    def is_ordered(self):
        return self.ticks is not None

    @property
    def is_by_index(self):
        """Whether the labels are indices into one array, such as "[0]"."""
        return self.labels[0].startswith("[")


@dataclass(frozen=True, repr=False)
class Picture:
    """A drawn comparison. `alt` is what a reader who cannot see it gets."""

    alt: str
    markup: str

    def __repr__(self):
        return self.alt

    def _repr_html_(self):
        return self.markup


def compare(verdict):
    """A Picture of a Verdict's answer over the reference; a Note where there is nothing to draw."""
    try:
        return _compared(verdict)
    except Exception as fault:
        return Note(
            f"{verdict.exercise}: the comparison itself failed; that is our fault, not yours\n"
            f"{type(fault).__name__}: {fault}"
        )


def _compared(verdict):
    if verdict.tried is None:
        return Note(f"{verdict.exercise}: {_nothing_ran(verdict)}")
    exercise, found = verdict.tried
    if exercise.is_value:
        nudge = "" if verdict.passed else f'\nA nudge instead: hint("{exercise.id}")'
        return Note(
            f"{exercise.id}: your answer is a value, not a function, so there is no run to draw.{nudge}"
        )
    strip = _strip_of(exercise, found)
    if strip is None:
        return Note(f"{exercise.id}: {_no_strip(found)}")
    if isinstance(strip, Slots):
        return _draw_slots(exercise, strip)
    return _draw(exercise, found, strip)


def _nothing_ran(verdict):
    if verdict.status == "not attempted":
        return "there is nothing to compare yet; write the function, then check it."
    return "there is nothing to compare: " + verdict.text.partition("\n")[0].partition(": ")[2] + "."


def _no_strip(found):
    difference = found.difference
    if difference is None:
        return "yours and the reference agree; there are no numbers in it to draw."
    if difference.stop is not None:
        line = f" ({difference.stop.line})" if difference.stop.line else ""
        return f"it stops before its first result, so nothing can be drawn: {difference.stop.message}{line}"
    got, expected = difference.got, difference.expected
    if got is None or expected is None:
        return "one of the two ends before the other, and up to there they agree."
    mine, wanted = shown(got.value, expected.value), shown(expected.value, got.value)
    return (
        f"this has no numbers to draw. {expected.quantity[0].upper()}{expected.quantity[1:]}:\n"
        f"    yours    {mine}\n    expected {wanted}"
    )


# From two traces to a strip


@dataclass(frozen=True)
class Slots:
    """Names in a row, yours above ours."""

    quantity: str
    place: str
    yours: tuple
    expected: tuple


def _strip_of(exercise, found):
    difference = found.difference
    probe = difference.probe if difference else 0
    mine, reference = found.traces[probe].judged, exercise.known_traces(exercise.reference)[probe].judged
    pairs = list(zip(mine, reference, strict=False))
    if not pairs:
        return None
    first = difference.expected if difference and difference.got else None
    if first is None:
        runs = [_run(b.where) for _, b in pairs]
        first = max(pairs, key=lambda pair: (runs.count(_run(pair[1].where)), _numbers(pair[1])))[1]
        quantities = [b for _, b in pairs if _run(b.where) == _run(first.where)]
        first = quantities[-1]
    if first.quantity.startswith("the shape of") and difference is not None:
        return _despite_shape(first, mine, reference)
    if isinstance(first.value, str | tuple) or not isinstance(first.value, np.ndarray):
        return _slots(difference, pairs, first)
    same = [(a, b) for a, b in pairs if (a.where, a.quantity) == (b.where, b.quantity)]
    same = [(a, b) for a, b in same if b.quantity == first.quantity and _numbers(b) and _numbers(a)]
    if not same:
        return None
    run = [(a, b) for a, b in same if _run(b.where) == _run(first.where)]
    parted = first if difference and difference.got and difference.expected else None
    if parted is not None and _shape(difference.got) != _shape(parted):
        return _by_index(parted.quantity, difference.got, parted)
    ordered = _numbered_labels([b.where for _, b in run])
    shapes = {_shape(value) for pair in run for value in pair}
    if ordered and len(run) > 1 and len(shapes) == 1 and run[0][1].value.size:
        return _over_steps(run, parted, *ordered)
    if all(_shape(a) == _shape(b) == () for a, b in same):
        return _over_settings(same, parted)
    a, b = next(((a, b) for a, b in same if b is (parted or first)), same[0])
    return _by_index(b.quantity, a, b)


def _despite_shape(shape, mine, reference):
    """A path of the wrong length beside the right one, step by step; None if it has other columns too."""
    inside = f"{shape.where}, " if shape.where else ""
    steps = [b for b in reference if b.where.startswith(inside) and _numbers(b)]
    steps = [b for b in steps if re.fullmatch(r"the start|step \d+", b.where.removeprefix(inside))]
    after = [a for a in mine if a.where == shape.where and _numbers(a)]
    got, path = (after + [None, None])[:2]
    if not steps or path is None or path.value.ndim < 1 or path.value.shape[1:] != steps[0].value.shape:
        return None
    wanted = [b.value for b in steps if b.quantity == steps[0].quantity]
    length = len(path.value)
    missing = np.full(steps[0].value.shape, np.nan)
    run = []
    for step in range(max(length, len(wanted))):
        one = path.value[step] if step < length else missing
        other = wanted[step] if step < len(wanted) else missing
        run.append((Seen(f"{inside}step {step}", "w", one), Seen(f"{inside}step {step}", "w", other)))
    if not missing.size or len(run) < 2:
        return None
    parted = next((b for a, b in run if not _close(a, b)), None)
    strip = _over_steps(run, parted, "step", range(len(run)))
    told = f"In shape, yours is {_as_shape(got)}, expected {_as_shape(shape)}"
    return replace(strip, length=length, aside=f"{told}. {strip.aside}".rstrip(". "))


def _as_shape(entry):
    return "(" + ", ".join(f"{size:g}" for size in _flat(entry.value)) + ")"


def _slots(difference, pairs, first):
    got, expected = (difference.got, difference.expected) if difference else (None, None)
    if got is None or expected is None:
        got, expected = next(((a, b) for a, b in pairs if b is first), pairs[-1])
    if not (isinstance(got.value, tuple) and isinstance(expected.value, tuple)):
        return None
    return Slots(expected.quantity, expected.where, got.value, expected.value)


def _over_steps(run, parted, word, ticks):
    """One component of an array, or a number, over the steps of one run."""
    at = next((index for index, (_, b) in enumerate(run) if b is parted), None)
    index, others = 0, 0
    shape = _shape(run[0][1])
    if at is not None:
        gaps = _gaps(*run[at])
        index, others = int(np.argmax(gaps)), int(np.count_nonzero(gaps > 0))
    elif shape:
        index = int(np.argmax(np.ptp([_flat(b.value) for _, b in run], axis=0)))
    yours = [_flat(a.value)[index] for a, _ in run]
    expected = [_flat(b.value)[index] for _, b in run]
    labels, ticks = [b.where for _, b in run], list(ticks)
    start = run[0][1].start
    if isinstance(start, np.ndarray) and start.shape == shape and ticks[0] == 1:
        begin = _flat(start)[index]
        yours, expected = [begin, *yours], [begin, *expected]
        labels, ticks = ["start", *labels], [0, *ticks]
        at = None if at is None else at + 1
    quantity = run[0][1].quantity
    aside = ""
    if len(_flat(run[0][1].value)) > 1:
        name = ", ".join(map(str, np.unravel_index(index, shape)))
        size = len(_flat(run[0][1].value))
        quantity = f"{quantity}[{name}]"
        if at is not None:
            aside = f"{others} of {size} entries differ there; this one differs most."
        else:
            aside = f"One of {size} entries; the others agree as well."
    run_name = _run(run[0][1].where)
    aside = ". ".join(part for part in (run_name, aside) if part)
    return Strip(quantity, tuple(labels), _array(yours), _array(expected), at, word, np.array(ticks), aside)


def _over_settings(same, parted):
    """One number for each setting that was tried."""
    at = next((index for index, (_, b) in enumerate(same) if b is parted), None)
    begin = max(0, min((at or 0) - SHOWN // 2, len(same) - SHOWN))
    same, at = same[begin : begin + SHOWN], None if at is None else at - begin
    labels = tuple(b.where or b.quantity for _, b in same)
    yours, expected = (_array([_flat(pair[side].value)[0] for pair in same]) for side in (0, 1))
    return Strip(same[0][1].quantity, labels, yours, expected, at)


def _by_index(quantity, got, expected):
    """The entries of one array, from the first to the last; None if the two cannot stand side by side."""
    one, other = np.asarray(got.value), np.asarray(expected.value)
    if one.ndim != other.ndim or one.ndim == 0 or one.shape[1:] != other.shape[1:] or not other.size:
        return None
    yours, wanted = _array(_flat(one)), _array(_flat(other))
    length = min(len(yours), len(wanted))
    apart = np.flatnonzero(_apart(yours[:length], wanted[:length], _tolerance(got, expected)))
    at = int(apart[0]) if apart.size else None if len(yours) == len(wanted) else length - 1
    size, count = max(len(yours), len(wanted)), len(yours)
    yours, wanted = (np.pad(v, (0, size - len(v)), constant_values=np.nan) for v in (yours, wanted))
    longest = other.shape if len(_flat(other)) == size else one.shape
    labels = tuple(f"[{', '.join(map(str, np.unravel_index(k, longest)))}]" for k in range(size))
    word = "entry" if other.ndim == 1 else "entry, row after row"
    aside = [expected.where] if expected.where else []
    if one.shape != other.shape:
        aside.append(f"yours has shape {one.shape}, expected {other.shape}")
    joined = other.ndim == 1 and size > 4
    return Strip(quantity, labels, yours, wanted, at, word, np.arange(size), "; ".join(aside), joined, count)


def _numbered_labels(labels):
    """(word, numbers) of labels such as "run 1, step 3", if the numbers grow; else None."""
    found = []
    for label in labels:
        last = label.rpartition(", ")[2]
        match = re.fullmatch(r"(?:after )?([a-zA-Z]+)(?: =)? (\d+)|(\d+) ([a-z]+)", last)
        if match is None:
            return None
        found.append((match[1] or match[4], int(match[2] or match[3])))
        if found[-1][0] not in ORDERED:
            return None
    words, numbers = zip(*found, strict=True) if found else ((), ())
    if len(set(words)) != 1 or any(b <= a for a, b in zip(numbers, numbers[1:], strict=False)):
        return None
    return words[0], numbers


def _run(where):
    return where.rpartition(", ")[0]


def _numbers(entry):
    return isinstance(entry.value, np.ndarray) and entry.value.dtype.kind in "biuf"


def _shape(entry):
    return getattr(entry.value, "shape", None)


def _flat(value):
    return np.ravel(np.asarray(value, dtype=float))


def _array(values):
    return np.asarray(values, dtype=float)


def _tolerance(got, expected):
    types = (str(getattr(entry.value, "dtype", "")) for entry in (got, expected))
    return max(RTOL.get(name, 1e-9) for name in types) * (scale_of(expected.value, expected.start) or 1.0)


def _apart(one, other, tolerance):
    with np.errstate(all="ignore"):
        return ~((one == other) | (np.abs(one - other) <= tolerance) | (np.isnan(one) & np.isnan(other)))


def _gaps(got, expected):
    """How far each entry is off, 0 where it is close enough, and inf where one of the two is not finite."""
    one, other = _flat(got.value), _flat(expected.value)
    with np.errstate(all="ignore"):
        gaps = np.where(np.isfinite(one - other), np.abs(one - other), np.inf)
    return np.where(_apart(one, other, _tolerance(got, expected)), gaps, 0.0)


def _close(got: Seen, expected: Seen):
    if not _numbers(got) or _shape(got) != _shape(expected):
        return False
    return not _apart(_flat(got.value), _flat(expected.value), _tolerance(got, expected)).any()


# From a strip to a picture


def _draw(exercise, found, strip):
    strip = _within_sight(strip)
    with np.errstate(invalid="ignore"):  # inf - inf, where both diverged
        gap = strip.yours - strip.expected
    apart = strip.parts is not None and _is_hidden(strip, gap)
    fig, axes = plots.panels(2 if apart else 1, height=_height(strip), width=None if apart else 7)
    left = axes[0] if apart else axes
    finding = _finding(exercise, found, strip)
    fig.suptitle(textwrap.fill(finding, 88 if apart else 68), x=0.01, ha="left", fontsize=11.5)
    (_draw_lines if strip.is_ordered else _draw_dots)(left, strip, strip.yours, strip.expected)
    if apart:
        _draw_gap(axes[1], strip, gap)
    numbers = "" if strip.parts is None else _numbers_there(strip)
    kind = "Line chart" if strip.is_ordered else "Dot chart"
    across = f" over the {strip.axis}" if strip.axis else ""
    alt = f"{kind}, {strip.quantity}{across}, yours over the reference. {finding}.{numbers}"
    caption = ". ".join(part for part in (strip.aside.rstrip("."), numbers.strip().rstrip(".")) if part)
    markup = plots.figure_html(fig, alt, f"{caption}." if caption else "")
    plots.plt.close(fig)
    return Picture(alt, markup)


def _within_sight(strip):
    """The strip with what no axis can hold made infinite: it is not drawn, but named."""
    wanted = np.abs(strip.expected[np.isfinite(strip.expected)])
    limit = FAR * max(wanted.max(initial=0.0), 1.0)
    far = np.isfinite(strip.yours) & (np.abs(strip.yours) > limit)
    return replace(strip, yours=np.where(far, np.copysign(np.inf, strip.yours), strip.yours))


def _height(strip):
    return 4 if strip.is_ordered else max(2.4, 1.5 + 0.32 * len(strip.labels))


def _finding(exercise, found, strip):
    if strip.parts is None:
        if found.difference is not None and found.difference.stop is not None:
            return f"{exercise.name} agrees up to where it stops: {found.difference.stop.message}"
        count = len(strip.labels) - (strip.labels[0] == "start")
        what = strip.axis or "value"
        what = {"entry": "entries", "t": "steps", "rounds": "rounds"}.get(what.split(",")[0], f"{what}s")
        return f"{exercise.name}: yours and the reference agree in all {count} {what}"
    where = _place(strip)
    name = f": {found.mistake.name}" if found.mistake else ""
    if found.convention:
        name = f", for it is another convention: {found.convention.name}"
    if strip.is_by_index:
        return f"{strip.quantity}{where} differs from the reference{name}"
    if strip.is_ordered:
        return f"{strip.quantity} leaves the reference {where}{name}"
    return f"{strip.quantity} differs from the reference, {where}{name}"


def _place(strip):
    """The label where the two part, as it stands in a sentence."""
    label = strip.labels[strip.parts]
    if strip.is_by_index or not strip.is_ordered:
        return label
    last = label.rpartition(", ")[2]
    return last if last.startswith("after") else f"at {last}"


def _numbers_there(strip):
    one, other = (np.array(values[strip.parts]) for values in (strip.yours, strip.expected))
    if strip.parts >= strip.length:
        return f" Yours ends after {strip.length} of {len(strip.labels)}."
    place = _place(strip)
    place = f"{strip.quantity}{place}" if strip.is_by_index else place
    return f" In numbers, {place}: yours is {shown(one, other)}, expected {shown(other, one)}."


def _is_hidden(strip, gap):
    """True if the two lie on each other for the eye."""
    every = np.concatenate([strip.yours, strip.expected])
    every, gap = every[np.isfinite(every)], gap[np.isfinite(gap)]
    if not every.size or not gap.size or not np.isfinite([strip.yours[strip.parts]]).all():
        return False
    return np.max(np.abs(gap)) < HIDDEN * max(np.ptp(every), 1e-300)


def _scale(axis, strip):
    """"log" for positive numbers that span a factor of a hundred, "symlog" for an explosion, else None."""
    every = np.concatenate([strip.yours, strip.expected])
    every, wanted = every[np.isfinite(every)], strip.expected[np.isfinite(strip.expected)]
    if not every.size or not wanted.size:
        return
    set_scale = axis.set_yscale if strip.is_ordered else axis.set_xscale
    largest = np.abs(wanted).max()
    if every.min() > 0 and every.max() > 100 * every.min():
        set_scale("log")
    elif wanted.min() > 0 and largest > 100 * wanted.min():
        set_scale("symlog", linthresh=_decade(wanted.min()))
    elif np.abs(every).max() > 100 * largest > 0:
        set_scale("symlog", linthresh=_decade(largest))


def _decade(number):
    return 10.0 ** np.ceil(np.log10(number))


def _draw_lines(ax, strip, yours, expected):
    ax.set(xlabel=strip.axis, ylabel=strip.quantity)
    _scale(ax, strip)
    style = look("yours")
    marker = {"marker": style.marker, "ms": 5, "ls": "none", "color": style.color}
    band = {"color": "#B4B4B4", "lw": 6, "solid_capstyle": "round", "zorder": 1, "marker": "o", "ms": 9}
    if not strip.joined:
        band["ls"], style = "none", replace(style, width=0)
    ax.plot(strip.ticks, expected, **band, label="the reference")
    ax.plot(strip.ticks, yours, color=style.color, lw=style.width, zorder=3)
    ax.plot(strip.ticks, yours, **marker, zorder=3)
    ax.margins(x=0.08, y=0.15)
    _whole_ticks(ax, strip)
    handles = [
        plots.plt.Line2D([], [], color=style.color, lw=style.width, marker=style.marker, ms=5, label="yours"),
        plots.plt.Line2D([], [], **{**band, "zorder": 2}, label="the reference"),
    ]
    ax.legend(handles=handles, loc="best")
    if strip.parts is not None:
        ended = strip.parts >= strip.length
        _ring(ax, strip.ticks[strip.parts], yours[strip.parts], expected[strip.parts], ended)


def _whole_ticks(ax, strip):
    if len(strip.ticks) <= SHOWN and np.ptp(strip.ticks) < 2 * SHOWN:
        labels = strip.labels if strip.is_by_index else [f"{tick:g}" for tick in strip.ticks]
        if strip.is_by_index and strip.axis == "entry":
            labels = [label.strip("[]") for label in labels]
        ax.set_xticks(strip.ticks, labels)
    elif strip.is_by_index:
        ax.locator_params(axis="x", integer=True)


def _ring(ax, x, yours, expected, ended=False):
    """Around your point; around ours, with a word, where yours is no finite number."""
    missing = not np.isfinite(yours)
    y = expected if missing else yours
    if not np.isfinite(y):
        return
    ax.plot([x], [y], marker="o", ms=19, mfc="none", mec=RING, mew=2.2, ls="none", zorder=5, clip_on=False)
    if missing:
        word = "yours ends before" if ended else _word(yours)
        ax.annotate(word, (x, y), xytext=(0, 15), textcoords="offset points", ha="center", color=RING)


def _word(number):
    if np.isnan(number):
        return "yours is nan"
    return "yours is far above" if number > 0 else "yours is far below"


def _draw_gap(ax, strip, gap):
    if strip.is_ordered:
        ax.axhline(0, color="#B4B4B4", lw=3, zorder=1)
        ax.plot(strip.ticks, gap, color=look("yours").color, marker="D", ms=5, lw=2)
        ax.set(xlabel=strip.axis, ylabel=f"yours - reference, {strip.quantity}")
        _whole_ticks(ax, strip)
        _ring(ax, strip.ticks[strip.parts], gap[strip.parts], 0.0)
    else:
        rows = np.arange(len(gap))
        ax.axvline(0, color="#B4B4B4", lw=3, zorder=1)
        ax.plot(gap, rows, color=look("yours").color, marker="D", ms=6, ls="none")
        ax.set(xlabel=f"yours - reference, {strip.quantity}", yticks=rows, yticklabels=[""] * len(rows))
        ax.invert_yaxis()
        _ring(ax, gap[strip.parts], strip.parts, strip.parts)
    ax.margins(x=0.08, y=0.15)


def _draw_dots(ax, strip, yours, expected):
    rows = np.arange(len(strip.labels))
    _scale(ax, strip)
    style = look("yours")
    ax.plot(expected, rows, marker="o", ms=12, color="#B4B4B4", ls="none", zorder=1, label="the reference")
    ax.plot(yours, rows, marker=style.marker, ms=6, color=style.color, ls="none", zorder=3, label="yours")
    for row, one, other in zip(rows, yours, expected, strict=True):
        if np.isfinite([one, other]).all():
            ax.plot([one, other], [row, row], color="#B4B4B4", lw=1, zorder=1)
    ax.set(xlabel=strip.quantity)
    ax.set_yticks(rows, [textwrap.shorten(label, 46) for label in strip.labels])
    ax.set_ylim(len(rows) - 0.4, -0.7)
    ax.margins(x=0.12)
    ax.legend(loc="best")
    if strip.parts is not None:
        x = yours[strip.parts] if np.isfinite(yours[strip.parts]) else expected[strip.parts]
        ax.plot([x], [strip.parts], marker="o", ms=19, mfc="none", mec=RING, mew=2.2, ls="none", zorder=5)
        if not np.isfinite(yours[strip.parts]):
            ax.annotate(_word(yours[strip.parts]), (x, strip.parts), xytext=(14, 0), va="center",
                        textcoords="offset points", color=RING)


def _draw_slots(exercise, slots):
    length = max(len(slots.yours), len(slots.expected), 1)
    pairs = zip(slots.yours, slots.expected, strict=False)
    shorter = min(len(slots.yours), len(slots.expected))
    at = next((index for index, (one, other) in enumerate(pairs) if one != other), shorter)
    agree = slots.yours == slots.expected
    where = f", {slots.place}" if slots.place else ""
    finding = f"{exercise.name}: {slots.quantity} agrees{where}" if agree else (
        f"{slots.quantity}{where}: place {at + 1} is the first to differ"
    )
    longest = max((len(name) for name in (*slots.yours, *slots.expected)), default=4)
    width = float(np.clip(1.6 + length * (0.35 + 0.1 * longest), 5, 12))
    fig, ax = plots.panels(1, width=width, height=2.1)
    fig.suptitle(textwrap.fill(finding, int(11 * width)), x=0.01, ha="left", fontsize=11.5)
    for row, names in enumerate((slots.yours, slots.expected)):
        for place in range(length):
            text = names[place] if place < len(names) else "(nothing)"
            color = "#000000" if place < len(names) else "#595959"
            ax.text(place, row, textwrap.shorten(text, 24), ha="center", va="center", color=color)
    if not agree:
        box = {"fill": False, "ec": RING, "lw": 2.2}
        ax.add_patch(plots.plt.Rectangle((at - 0.46, -0.36), 0.92, 0.72, **box))
    ax.set(xlim=(-0.55, length - 0.45), ylim=(1.5, -0.5))
    ax.set_yticks([0, 1], ["yours", "expected"])
    ax.set_xticks(range(length), [str(place + 1) for place in range(length)])
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    alt = (
        f"Two rows of names. {finding}. Yours: {', '.join(slots.yours) or 'none'}; "
        f"expected: {', '.join(slots.expected) or 'none'}."
    )
    markup = plots.figure_html(fig, alt)
    plots.plt.close(fig)
    return Picture(alt, markup)
