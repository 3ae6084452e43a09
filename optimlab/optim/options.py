"""Options that are fixed when an optimizer is made: a whole number, or one plain number."""

import math
from numbers import Real

import numpy as np


def whole(name, value, lowest=1):
    """Return the value as an int if it is a whole number of at least lowest. Raises TypeError or ValueError.

    >>> whole("k", 5)
    5
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name}: a whole number is needed, got {value!r}")
    if value < lowest:
        raise ValueError(f"{name}: a whole number of at least {lowest} is needed, got {value}")
    return int(value)


def number(name, value, lowest=0.0, highest=math.inf):
    """Return the value as a float if it is one finite number between the two. Raises TypeError or ValueError.

    >>> number("eps", 1)
    1.0
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name}: a number is needed, got {value!r}")
    if not (math.isfinite(value) and lowest <= value <= highest):
        upper = f" up to {highest:g}" if highest < math.inf else ""
        raise ValueError(f"{name}: a finite number from {lowest:g}{upper} is needed, got {value:g}")
    return float(value)
