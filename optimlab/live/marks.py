"""What a figure draws: marks in data coordinates, gathered into one picture per panel.

A mark is plain data. The browser's canvas and matplotlib both draw it, so a figure is written once.
"""

import textwrap
from dataclasses import dataclass, field, fields

import numpy as np

INK, THEORY = "#000000", "#595959"
PLAIN = {str, float, int, bool, type(None)}


@dataclass
class Line:
    """A line through the points (x, y), two arrays of shape (n,). `label` stands at its end."""

    x: np.ndarray
    y: np.ndarray
    color: str = INK
    dashes: tuple = ()
    width: float = 1.5
    label: str = ""
    halo: bool = False
    alpha: float = 1.0


@dataclass
class Points:
    """Markers at (x, y), arrays of shape (n,). marker: o, s, ^, v, *, D, + or x; size in points."""

    x: np.ndarray
    y: np.ndarray
    color: str = INK
    marker: str = "o"
    size: float = 5.0
    filled: bool = True
    label: str = ""


@dataclass
class Area:
    """The band between `low` and `high` over x, arrays of shape (n,)."""

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray
    color: str
    alpha: float = 0.12


@dataclass
class Image:
    """Pixels of shape (rows, columns, 4), uint8, the first row at the top, between the corners x and y."""

    pixels: np.ndarray
    x: tuple
    y: tuple


@dataclass
class Text:
    """Words at one point. anchor: left, center or right; dx, dy: an offset in points, dy upwards.

    box: on a white ground. within: (x, x), drawn only where they fit between these two.
    """

    x: float
    y: float
    text: str
    color: str = INK
    anchor: str = "center"
    dx: float = 0.0
    dy: float = 0.0
    size: float = 10.0
    bold: bool = False
    box: bool = False
    within: tuple | None = None


@dataclass
class Rule:
    """A named threshold: a vertical line at x or a horizontal one at y, across the whole panel.

    at: how far along the line its label stands, 0 to 1; side: where from the line, left or right
    (for a horizontal line: which end of the panel).
    """

    label: str
    x: float | None = None
    y: float | None = None
    at: float = 0.92
    side: str = "right"
    color: str = THEORY
    dashes: tuple = (4, 3)
    width: float = 1.0


@dataclass
class Arrow:
    """An arrow head at (x, y) on the way from (x0, y0): where something leaves the picture."""

    x0: float
    y0: float
    x: float
    y: float
    color: str = INK


@dataclass
class Picture:
    """One panel's marks under a title that states what they show. xlim, ylim: in place of the panel's."""

    title: str
    marks: list
    xlim: tuple | None = None
    ylim: tuple | None = None

    def __post_init__(self):
        self.title = self.title.replace(" = ", "\u00a0=\u00a0")  # a line never breaks inside an equation


@dataclass
class Frame:
    """Everything a figure shows for one set of values.

    readout: one sentence, the picture's text twin.
    pictures: panel name -> Picture.
    numbers: (name, value as text) pairs.
    sets: control name -> value, for controls that a formula has taken over.
    """

    readout: str
    pictures: dict
    numbers: list = field(default_factory=list)
    sets: dict = field(default_factory=dict)

    def pack(self):
        """-> (plain data for JSON, bytes): arrays become float32 (pixels uint8) in one block of bytes."""
        block = bytearray()

        def plain(value):
            if type(value) in PLAIN:
                return value
            if isinstance(value, np.ndarray):
                value = np.ascontiguousarray(value, np.uint8 if value.dtype == np.uint8 else "<f4")
                place = {
                    "at": len(block),
                    "n": value.size,
                    "shape": list(value.shape),
                    "kind": value.dtype.kind,
                }
                block.extend(value.tobytes())
                block.extend(b"\0" * (-len(block) % 4))
                return place
            if isinstance(value, (np.floating, np.integer)):
                return value.item()
            return list(value) if isinstance(value, tuple) else value

        pictures = {}
        for name, picture in self.pictures.items():
            marks = [
                {"mark": type(mark).__name__, **{f.name: plain(getattr(mark, f.name)) for f in fields(mark)}}
                for mark in picture.marks
            ]
            pictures[name] = {
                "title": picture.title,
                "xlim": plain(picture.xlim),
                "ylim": plain(picture.ylim),
                "marks": marks,
            }
        words = {"readout": self.readout, "numbers": [list(n) for n in self.numbers], "sets": self.sets}
        return {**words, "pictures": pictures}, bytes(block)


def leaving(x, y, panel):
    """Where the path (x, y) first leaves the panel: (step, Arrow) or None.

    The arrow head stands on the panel's border, and points along the step that crosses it. Steps that are no
    longer finite count as outside.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    (xlo, xhi), (ylo, yhi) = panel.xlim, panel.ylim
    inside = (x >= xlo) & (x <= xhi) & (y >= ylo) & (y <= yhi)
    if inside.all() or not inside[0]:
        return None
    step = int(np.argmin(inside))
    x0, y0 = x[step - 1], y[step - 1]
    dx, dy = x[step] - x0, y[step] - y0
    if not np.isfinite(dx) or not np.isfinite(dy):
        dx, dy = 0.0, yhi - y0
    ways = [
        (limit - start) / move
        for start, move, limits in ((x0, dx, (xlo, xhi)), (y0, dy, (ylo, yhi)))
        for limit in limits
        if move and (limit - start) / move >= 0
    ]
    t = min(ways, default=0.0)
    return step, Arrow(x0, y0, x0 + t * dx, y0 + t * dy)


def notice(text, panel, rows=4):
    """Words in the middle of a panel, on white ground: what stands where a curve would be.

    >>> from optimlab.live.parts import Panel
    >>> [line.text for line in notice("Yours stopped at step 37: ZeroDivisionError: division by zero",
    ...                               Panel("p", "t", (0, 1), (0, 1)))]
    ['Yours stopped at step 37: ZeroDivisionError:', 'division by zero']
    """
    lines = textwrap.wrap(text, 46 * panel.span // 6)[:rows]
    x = _between(panel.xlim, panel.xscale, 0.5)
    apart = 19 / panel.height
    middle = 0.5 + apart * (len(lines) - 1) / 2
    return [
        Text(x, _between(panel.ylim, panel.yscale, middle - apart * row), line, box=True)
        for row, line in enumerate(lines)
    ]


def _between(limits, scale, share):
    low, high = np.log10(limits) if scale == "log" else limits
    place = float(low + share * (high - low))
    return 10**place if scale == "log" else place


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value, digits=3):
    """A number as a person writes it.

    >>> [number(v) for v in (0.18181818, 69.0, 13780.6, 1e-6, -1.01, float("inf"))]
    ['0.182', '69', '1.38·10⁴', '10⁻⁶', '−1.01', '∞']
    """
    if value != value:
        return "not a number"
    sign = "−" if value < 0 else ""
    value = abs(float(value))
    if value == float("inf"):
        return sign + "∞"
    if value and not 1e-3 <= float(f"{value:.{digits}g}") < 1e4:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        ten = "10" + str(int(power)).translate(SUPERSCRIPTS)
        return sign + (ten if mantissa == "1" else f"{mantissa}·{ten}")
    text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{value:.0f}"
    return sign + text
