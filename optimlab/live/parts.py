"""The parts a figure is described by: its panels, controls, presets and tasks. Plain data, no drawing."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST = 200  # of a list that is typed into a box


@dataclass(frozen=True)
class Panel:
    """One picture with fixed axes.

    span: width in twelfths of the figure; height: of the drawing area, in pixels.
    equal: one unit is as long on both axes.
    drag: the controls that a drag on the picture sets, as (x control, y control), or (x control,) for a
    handle that slides along the bottom; handle: its name.
    background: what stands still, drawn once by matplotlib, as a function of its Axes.
    """

    name: str
    title: str
    xlim: tuple
    ylim: tuple
    xlabel: str = ""
    ylabel: str = ""
    xscale: str = "linear"
    yscale: str = "linear"
    xticks: tuple | None = None
    yticks: tuple | None = None
    equal: bool = False
    span: int = 6
    height: int = 300
    drag: tuple | None = None
    handle: str = "start point"
    background: Callable | None = None


@dataclass(frozen=True)
class Control:
    """One thing a learner can set.

    kind: "float", "logfloat", "int", "seed", "choice", "toggle" or "numbers", a list to type.
    low, high, step: the range and the slider's step (of log10 for logfloat).
    nudge: what the fine − and + buttons add; None for no buttons.
    more: hidden until the learner asks for more.
    """

    name: str
    label: str
    kind: str
    default: object
    low: float | None = None
    high: float | None = None
    step: float | None = None
    nudge: float | None = None
    choices: tuple = ()
    more: bool = False

    def clean(self, value):
        """The value in this control's own type; ValueError, in one sentence, if it cannot be."""
        if self.kind == "choice":
            if value not in self.choices:
                raise ValueError(f"{self.name}={value!r}: choose one of {', '.join(map(repr, self.choices))}")
            return value
        if self.kind == "toggle":
            if value not in (True, False):
                raise ValueError(f"{self.name}={value!r}: give True or False")
            return bool(value)
        if self.kind == "numbers":
            return self._list(value)
        whole = self.kind in ("int", "seed")
        wanted = f"a {'whole ' if whole else ''}number from {self.low:g} to {self.high:g}"
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"{self.name}={value!r}: give {wanted}") from None
        if (
            not math.isfinite(number)
            or not self.low <= number <= self.high
            or (whole and number != int(number))
        ):
            raise ValueError(f"{self.name}={value!r}: give {wanted}")
        return int(number) if whole else number

    def _list(self, value):
        items = value.replace(",", " ").split() if isinstance(value, str) else value
        try:
            numbers = tuple(float(item) for item in items)
        except (TypeError, ValueError):
            numbers = ()
        if not 0 < len(numbers) <= LONGEST or not all(self.low <= x <= self.high for x in numbers):
            raise ValueError(
                f"{self.name}={value!r}: give 1 to {LONGEST} numbers from {self.low:g} to {self.high:g}, "
                "such as [1, -2, 0.5]"
            )
        return numbers


def floating(name, label, default, low, high, step, **more):
    return Control(name, label, "float", default, low, high, step, **more)


def log_floating(name, label, default, low, high, step=0.01, **more):
    return Control(name, label, "logfloat", default, low, high, step, **more)


def integer(name, label, default, low, high, **more):
    return Control(name, label, "int", default, low, high, 1, **more)


def seed(default=0, **more):
    return Control("seed", "seed", "seed", default, 0, 9999, 1, **more)


def choice(name, label, default, choices, **more):
    return Control(name, label, "choice", default, choices=tuple(choices), **more)


def numbers(name, label, default, low, high, **more):
    return Control(name, label, "numbers", tuple(default), low, high, **more)


def toggle(name, label, default, **more):
    return Control(name, label, "toggle", default, **more)


@dataclass(frozen=True)
class Preset:
    """A button that sets several controls at once.

    values: control name -> value. now: control name -> another control, whose present value it takes.
    """

    label: str
    values: dict
    now: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """Something to bring about with the controls, or to answer.

    check(values, answer) -> (solved, sentence): judged from numbers, never from pixels.
    asks: the label of a number box, if the learner types the answer; choices: if they pick it.
    setup: control values the task starts from.
    """

    text: str
    check: Callable
    asks: str = ""
    choices: tuple = ()
    setup: dict | None = None


@dataclass(frozen=True)
class Still:
    """The form without a kernel: some panels at the values that matter, side by side.

    boards: a (heading, control values) pair for each column; panels: the names of the panels in each column.
    alt: what the whole picture shows, at most two sentences. when: the control values with which a figure has
    to begin for this still to be its own; none for the still of all other beginnings. caption: what stands
    below, in place of the read-outs, whose digits differ between machines where a run is chaotic.
    """

    boards: tuple
    panels: tuple
    alt: str
    when: dict = field(default_factory=dict)
    caption: str = ""
