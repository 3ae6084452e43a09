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
    "yours": Look("yours", GREEN, (12, 2), 2.0, "D"),
    "theory": Look("theory", GREY, (), 0.9, ""),
}


def look(name):
    """The look of an optimizer.

    >>> look("momentum").color
    '#0072B2'
    >>> look("sdg")
    Traceback (most recent call last):
    ...
    ValueError: name: there is no look called 'sdg'; known are gd, sgd, momentum, nesterov, adagrad, \
rmsprop, adam, adamw, yours, theory
    """
    if name not in LOOKS:
        raise ValueError(f"name: there is no look called {name!r}; known are {', '.join(LOOKS)}")
    return LOOKS[name]
