"""One look for each optimizer, the same in every figure of the course.

Colours are Okabe and Ito's colour-blind-safe set, less the two that are too pale on white paper.
A colour is never the only difference: each role has its own dash and its own marker too.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """How one optimizer is drawn, in terms that matplotlib and a browser's canvas both understand.

    label: the name beside the line.
    color: hex, at least 3:1 on white.
    dashes: lengths in points of ink, gap, ink, gap...; () is a solid line.
    width: line width in points.
    marker: matplotlib's letter: o, s, ^, v, *, D.
    filled: whether the marker is filled.
    """

    label: str
    color: str
    dashes: tuple = ()
    width: float = 1.5
    marker: str = "o"
    filled: bool = True


BLACK, BLUE, GREEN = "#000000", "#0072B2", "#009E73"
PURPLE, VERMILLION, GREY = "#CC79A7", "#D55E00", "#595959"

LOOKS = {
    "gd": Look("gradient descent", BLACK, (), 1.5, "o"),
    "sgd": Look("SGD", BLACK, (), 1.5, "o"),
    "momentum": Look("momentum", BLUE, (8, 3), 1.5, "s"),
    "nesterov": Look("Nesterov", BLUE, (8, 3, 2, 3), 1.5, "s", False),
    "adagrad": Look("Adagrad", GREEN, (2, 2), 1.5, "^"),
    "rmsprop": Look("RMSprop", PURPLE, (8, 3, 2, 3, 2, 3), 1.5, "v"),
    "adam": Look("Adam", VERMILLION, (), 2.5, "*"),
    "adamw": Look("AdamW", VERMILLION, (8, 3), 2.5, "*", False),
    "lion": Look("Lion", BLUE, (2, 2), 2.0, "D"),
    "shampoo": Look("Shampoo", GREEN, (8, 3, 2, 3), 2.0, "^", False),
    "soap": Look("SOAP", VERMILLION, (3, 2), 2.0, "s", False),
    "muon": Look("Muon", PURPLE, (), 2.5, "D", False),
    "yours": Look("yours", GREEN, (12, 2), 2.0, "D"),
    "theory": Look("theory", GREY, (), 0.9, ""),
}


def look(name):
    """The look of an optimizer, by its name; a Look is itself.

    >>> look("momentum").color
    '#0072B2'
    >>> look("sdg")
    Traceback (most recent call last):
    ...
    ValueError: name: there is no look called 'sdg'; known are gd, sgd, momentum, nesterov, adagrad, \
rmsprop, adam, adamw, lion, shampoo, soap, muon, yours, theory
    """
    if isinstance(name, Look):
        return name
    if name not in LOOKS:
        raise ValueError(f"name: there is no look called {name!r}; known are {', '.join(LOOKS)}")
    return LOOKS[name]


SPARE = [
    Look("", GREEN, (12, 2), 2.0, "D"), Look("", PURPLE, (), 2.5, "D", False), Look("", BLUE, (), 2.5, "^"),
    Look("", BLACK, (3, 3), 1.5, "s"), Look("", VERMILLION, (3, 2), 1.5, "v", False),
    Look("", GREEN, (), 1.5, "o", False), Look("", PURPLE, (2, 2), 2.0, "s"),
    Look("", BLUE, (2, 2), 2.0, "v"),
]


def looks_for(names):
    """{name: Look} for names in any spelling: the look of the course where there is one, else a spare one.

    >>> looks_for(["Adam", "my own"])["Adam"].color, looks_for(["Adam", "my own"])["my own"].marker
    ('#D55E00', 'D')
    """
    others = [name for name in names if name.lower() not in LOOKS]
    spare = {name: SPARE[i % len(SPARE)] for i, name in enumerate(others)}
    return {name: spare.get(name) or LOOKS[name.lower()] for name in names}
