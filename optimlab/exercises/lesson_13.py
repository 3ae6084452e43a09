"""Exercises of lesson 13: what an update does to weights, and the way back through a CNN."""

import numpy as np

from .parts import exercise
from .trace import Seen


def _norm(x):
    return np.sqrt(np.sum(np.square(x)))


_VECTOR = np.array([1.0, -2.0, 0.5, 3.0])
_UPDATE = np.array([0.003, 0.001, -0.002, 0.0])
_MATRIX = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
_KERNEL = np.cos(np.arange(24.0)).reshape(2, 3, 2, 2)

# 13.1


@exercise(
    "13.1",
    "How large is the update, beside the weights?",
    returns="ratio",
    hints=(
        "Both arrays may have any shape, and the answer is one number. What is the size of an array?",
        "The size is the length over all entries. The ratio of the two lengths says how far this step moves "
        "the weights, in units of the weights themselves.",
        "The root of the sum of the squares of update, over the same of weights.",
        "The same shape in another story, how loud the noise is beside the music:\n"
        "    def loudness(signal):\n"
        "        return np.sqrt(np.sum(signal**2))\n"
        "    return float(loudness(noise) / loudness(music))",
    ),
    after="Worth keeping: near 0.001 a step is in its usual range; near 0.1 the layer is thrown about.",
)
def update_ratio(update, weights):
    """Return the length of an update relative to the length of the weights.

    update and weights are arrays of one shape, any shape; weights are those before
    the update, and not all zero. A length is the root of the sum of the squares of
    all entries. Return one number, at least 0. Both arrays stay as they are.

    >>> float(update_ratio(np.array([[0.03], [-0.04]]), np.array([[6.0], [8.0]])))
    0.005
    """
    length = np.sqrt(np.sum(update**2))
    return length / np.sqrt(np.sum(weights**2))


@update_ratio.probe("a vector, a matrix, the kernels of a layer, and a single number")
def _(ratio):
    yield Seen("a vector", "the ratio", ratio(_UPDATE, _VECTOR))
    yield Seen("a large update", "the ratio", ratio(np.array([2.0, -1.0, 4.0, 2.5]), _VECTOR))
    yield Seen("a matrix", "the ratio", ratio(-0.002 * _MATRIX[:, ::-1] + 0.001, _MATRIX))
    yield Seen("kernels", "the ratio", ratio(0.01 * np.sin(np.arange(24.0)).reshape(2, 3, 2, 2), _KERNEL))
    yield Seen("a single number", "the ratio", ratio(np.array(-0.02), np.array(-4.0)))


@update_ratio.probe("no update, and a weight of zero")
def _(ratio):
    yield Seen("no update", "the ratio", ratio(np.zeros(4), _VECTOR))
    yield Seen("a weight of zero", "the ratio", ratio(np.array([0.1, 0.2, -0.1]), np.array([1.0, 0.0, -2.0])))


@update_ratio.probe("float32, and whole numbers")
def _(ratio):
    yield Seen("float32", "the ratio", ratio(_UPDATE.astype(np.float32), _VECTOR.astype(np.float32)))
    yield Seen("whole numbers", "the ratio", ratio(np.array([1, 2, -2]), np.array([-6, 8, 0])))


@update_ratio.probe("tiny weights")
def _(ratio):
    yield Seen("", "the ratio", ratio(1e-3 * _UPDATE, 1e-5 * _VECTOR))


_EPS = ("1e-12", "1e-10", "1e-8", "1e-7", "1e-6")
for _eps in _EPS:
    update_ratio.convention(
        f"{_eps} is added to the length of the weights",
        text="That keeps weights of zero from doing harm; you see it only where the weights are tiny.",
    )(lambda update, weights, eps=float(_eps): _norm(update) / (_norm(weights) + eps))


def _over(top, bottom=None):
    bottom = bottom or top
    return lambda update, weights: top(update) / np.float64(bottom(weights))


def _l1(x):
    return np.sum(np.abs(x))


def _largest(x):
    return np.max(np.abs(x))


def _sq(x):
    return np.sum(np.square(x))


def _spectral(x):
    return np.linalg.norm(x, 2) if np.ndim(x) in (1, 2) else _norm(x)


_RATIO = {
    "UPD-INVERSE": (
        [lambda u, w: np.float64(_norm(w)) / _norm(u)],
        "it is upside down",
        "Large numbers come back, and no update at all gives a division by zero.",
        "If there is no update, what should come out?",
    ),
    "UPD-SQUARES": (
        [_over(_sq)],
        "the roots are missing",
        "Yours is the square of the expected ratio.",
        "If the update doubles, should the ratio double or become four times as large?",
    ),
    "UPD-SQBOTTOM": (
        [_over(_norm, _sq)],
        "the root is missing below",
        "The length of the update is divided by the sum of the squares of the weights.",
        "If all numbers are given in another unit, should the ratio change?",
    ),
    "UPD-SQTOP": (
        [_over(_sq, _norm)],
        "the root is missing above",
        "The sum of the squares of the update is divided by the length of the weights.",
        "If all numbers are given in another unit, should the ratio change?",
    ),
    "UPD-STD": (
        [_over(np.std), lambda u, w: np.std(u, ddof=1) / np.std(w, ddof=1) if u.size > 1 else np.nan],
        "standard deviations are compared, not lengths",
        "The mean of each array is taken away before it is measured.",
        "All weights are 2 and all updates 1. How long are the two arrays, and how much do they spread?",
    ),
    "UPD-VAR": (
        [_over(np.var)],
        "variances are compared, not lengths",
        "The mean is taken away, and the root is missing.",
        "All weights are 2 and all updates 1. How long are the two arrays, and how much do they spread?",
    ),
    "UPD-L1": (
        [
            _over(_l1),
            _over(lambda x: np.mean(np.abs(x))),
            lambda u, w: np.linalg.norm(u, 1) / np.linalg.norm(w, 1),
        ],
        "absolute values are added, not squares",
        "The ratio is near, but not that of the lengths.",
        "How long is the arrow (3, 4)?",
    ),
    "UPD-MAX": (
        [_over(_largest)],
        "the largest entries are compared",
        "The other entries do not count.",
        "How long is the arrow (3, 4)?",
    ),
    "UPD-SIGNED": (
        [_over(np.sum), _over(np.mean), lambda u, w: abs(np.sum(u) / np.sum(w))],
        "entries are added with their signs, and cancel",
        "The ratio may be negative, or huge.",
        "How long is the arrow (1, -1)?",
    ),
    "UPD-ELEMENT": (
        [lambda u, w: u / w, lambda u, w: np.abs(u) / np.abs(w), lambda u, w: np.abs(u) / _norm(w)],
        "there is a ratio for each entry",
        "An array comes back, where one number is expected.",
        "What do you compare: single weights, or the two arrays as a whole?",
    ),
    "UPD-MEANELEMENT": (
        [
            lambda u, w: np.mean(np.abs(u / w)),
            lambda u, w: np.mean(np.abs(u) / np.abs(w)),
            lambda u, w: np.mean(np.abs(u) / (np.abs(w) + 1e-8)),
            lambda u, w: np.mean(np.abs(u) / (np.abs(w) + 1e-12)),
            lambda u, w: np.mean(u / w),
        ],
        "the ratios of single entries are averaged",
        "A weight near zero makes the number huge.",
        "Which comes first, measuring the arrays or dividing them?",
    ),
    "UPD-NORMELEMENT": (
        [lambda u, w: _norm(u / w)],
        "the length is taken after dividing entry by entry",
        "A weight near zero makes the number huge.",
        "Which comes first, measuring the arrays or dividing them?",
    ),
    "UPD-MEDIAN": (
        [lambda u, w: np.median(np.abs(u)) / np.median(np.abs(w)), lambda u, w: np.median(np.abs(u / w))],
        "medians are compared, not lengths",
        "Most of the entries do not count.",
        "How long is the arrow (3, 4)?",
    ),
    "UPD-LOG": (
        [
            lambda u, w: np.log10(_norm(u) / _norm(w)),
            lambda u, w: np.log(_norm(u) / _norm(w)),
            lambda u, w: np.log10(np.std(u) / np.std(w)),
        ],
        "it is the logarithm of the ratio",
        "Around -3 comes back where 0.001 is expected.",
        "Who should take the logarithm, the function, or the one who draws the number?",
    ),
    "UPD-PERCENT": (
        [lambda u, w: 100 * _norm(u) / _norm(w)],
        "it is in percent",
        "The number is 100 times too large.",
        "If the update is as long as the weights, what should come out?",
    ),
    "UPD-AFTER": (
        [
            lambda u, w: _norm(u) / _norm(w + u),
            lambda u, w: _norm(u) / _norm(w - u),
        ],
        "it divides by the length of the weights after the update",
        "For small updates it is near, for large ones not.",
        "Which weights does the exercise ask for, those before or those after the update?",
    ),
    "UPD-NEWWEIGHTS": (
        [lambda u, w: _norm(u - w) / _norm(w), lambda u, w: _norm(w + u) / _norm(w)],
        "the update is taken for the new weights, or added to them",
        "About 1 comes back for a small update.",
        "What does the argument update hold: where the weights go, or how far?",
    ),
    "UPD-RELATIVE": (
        [lambda u, w: _norm(u) / (_norm(u) + _norm(w))],
        "it is the share of the update in the sum of both",
        "For small updates it is near, and it never exceeds 1.",
        "If the update is as long as the weights, what should come out?",
    ),
    "UPD-UPDATE": (
        [lambda u, w: _norm(u)],
        "it is the length of the update alone",
        "The weights do not matter.",
        "Where does the argument weights appear in your lines?",
    ),
    "UPD-SIZE": (
        [
            lambda u, w: _norm(u) / _norm(w) / np.size(w),
            lambda u, w: _norm(u) / _norm(w) / np.sqrt(np.size(w)),
            lambda u, w: np.sqrt(np.mean(u**2)) / _norm(w),
        ],
        "the number of entries is in it",
        "The ratio is too small, the more so the more weights there are.",
        "If every entry is there twice, does the ratio change?",
    ),
    "UPD-ROWS": (
        [
            lambda u, w: (
                np.sqrt(np.sum(u**2, axis=0)) / np.sqrt(np.sum(w**2, axis=0))
                if u.ndim > 1
                else _norm(u) / _norm(w)
            ),
            lambda u, w: (
                np.sqrt(np.sum(u**2, axis=-1)) / np.sqrt(np.sum(w**2, axis=-1))
                if u.ndim > 1
                else _norm(u) / _norm(w)
            ),
            lambda u, w: (
                np.mean(np.sqrt(np.sum(u**2, axis=0)) / np.sqrt(np.sum(w**2, axis=0)))
                if u.ndim > 1
                else _norm(u) / _norm(w)
            ),
            lambda u, w: (
                np.mean(np.sqrt(np.sum(u**2, axis=-1)) / np.sqrt(np.sum(w**2, axis=-1)))
                if u.ndim > 1
                else _norm(u) / _norm(w)
            ),
            lambda u, w: np.linalg.norm(u, axis=0) / np.linalg.norm(w, axis=0),
            lambda u, w: np.linalg.norm(u, axis=-1) / np.linalg.norm(w, axis=-1),
        ],
        "each row or column of a matrix is measured on its own",
        "Vectors agree; for a matrix several numbers come back, or their mean.",
        "How many lengths has one array of weights?",
    ),
    "UPD-SPECTRAL": (
        [
            _over(_spectral),
            lambda u, w: np.linalg.norm(u, 2) / np.linalg.norm(w, 2) if u.ndim else _norm(u) / _norm(w),
        ],
        "for a matrix, np.linalg.norm(x, 2) is the largest singular value",
        "Vectors agree; for a matrix the ratio is another one, and for kernels it may raise.",
        "Which norm of a matrix is made of all its entries?",
    ),
    "UPD-FRO": (
        [lambda u, w: np.linalg.norm(u, "fro") / np.linalg.norm(w, "fro")],
        'np.linalg.norm(x, "fro") takes matrices only',
        "For a vector it raises.",
        "What does np.linalg.norm do with an array of any shape, if you do not name a norm?",
    ),
    "UPD-DOT": (
        [
            lambda u, w: np.sum(u * w) / _sq(w),
            lambda u, w: abs(np.sum(u * w)) / _sq(w),
            lambda u, w: np.sum(u * w) / _norm(u) / _norm(w),
        ],
        "it measures the part of the update along the weights",
        "An update at right angles to the weights counts nothing.",
        "How far does an update move the weights, if it is at right angles to them?",
    ),
    "UPD-SIGN": (
        [lambda u, w: -_norm(u) / _norm(w)],
        "the sign is turned",
        "A length is never negative.",
        "Where does your minus come from?",
    ),
    "UPD-INT": (
        [
            lambda u, w: _norm(u) // _norm(w),
            lambda u, w: np.round(_norm(u) / _norm(w), 3),
            lambda u, w: np.round(_norm(u) / _norm(w), 4),
            lambda u, w: np.round(_norm(u) / _norm(w), 6),
        ],
        "the ratio is rounded, or cut to a whole number",
        "The first digits may agree.",
        "Who should round, the function, or the one who prints the number?",
    ),
}
for _id, (_answers, _name, _sees, _question) in _RATIO.items():
    for _answer in _answers:
        update_ratio.mistake(_id, _name, _sees, _question)(_answer)


@update_ratio.mistake("GD-INPLACE")
def _(update, weights):
    if update.dtype.kind != "f":
        return _norm(update) / _norm(weights)
    update *= update
    return np.sqrt(np.sum(update)) / _norm(weights)


# 13.2


@exercise(
    "13.2",
    "The effective rate of weights without a scale",
    returns="rate",
    hints=(
        "Batch norm makes the loss blind to the length of w. What happens to the gradient when w becomes "
        "twice as long, and what does a step then do to the direction of w?",
        "Twice as long a w has half as long a gradient, and turns half as far for the same step: two factors "
        "of the length. So the rate that counts for the direction is lr over the square of the length.",
        "lr divided by the sum of the squares of all entries of w.",
        "The same shape in another story, how bright a lamp is on a wall at `place`:\n"
        "    squared_distance = np.sum(place**2)\n"
        "    return power / squared_distance",
    ),
    after="Worth keeping: weights that grow lower their own rate, and weight decay raises it again.",
)
def effective_lr_scale_free(lr, w):
    """Return the rate at which the direction of scale-free weights learns.

    The loss does not change when w is multiplied by a positive number, as before a
    batch norm. w is an array of any shape, not all zero; lr is the rate of the step
    w - lr * gradient. The direction w / ||w|| then moves as if w had length 1 and
    the rate were lr / ||w||^2, with ||w|| the length over all entries. Return that
    one number. w stays as it is. (van Laarhoven, 2017)

    >>> float(effective_lr_scale_free(0.5, np.array([[3.0], [4.0]])))
    0.02
    """
    return lr / np.sum(w**2)


@effective_lr_scale_free.probe("a vector, a matrix, the kernels of a layer, and a single number")
def _(rate):
    yield Seen("a vector", "the rate", rate(0.1, _VECTOR))
    yield Seen("half of it", "the rate", rate(0.1, 0.5 * _VECTOR))
    yield Seen("a matrix", "the rate", rate(0.3, _MATRIX))
    yield Seen("kernels", "the rate", rate(0.02, _KERNEL))
    yield Seen("a single number", "the rate", rate(0.7, np.array(-1.5)))


@effective_lr_scale_free.probe("a weight of zero, and a rate of zero")
def _(rate):
    yield Seen("a weight of zero", "the rate", rate(0.1, np.array([0.5, 0.0, -1.0])))
    yield Seen("a rate of zero", "the rate", rate(0.0, _VECTOR))


@effective_lr_scale_free.probe("float32, and whole numbers")
def _(rate):
    yield Seen("float32", "the rate", rate(0.1, _VECTOR.astype(np.float32)))
    yield Seen("whole numbers", "the rate", rate(1, np.array([2, -4, 0])))


@effective_lr_scale_free.probe("short weights")
def _(rate):
    yield Seen("", "the rate", rate(0.1, 1e-3 * _VECTOR))


for _eps in _EPS:
    effective_lr_scale_free.convention(
        f"{_eps} is added to the square of the length",
        text="That keeps weights of zero from doing harm; you see it only where the weights are short.",
    )(lambda lr, w, eps=float(_eps): lr / (_sq(w) + eps))
for _eps in _EPS[2:]:
    effective_lr_scale_free.convention(
        f"{_eps} is added to the length",
        text="That keeps weights of zero from doing harm; you see it only where the weights are short.",
    )(lambda lr, w, eps=float(_eps): lr / (_norm(w) + eps) ** 2)

_EFFECTIVE = {
    "EFF-NORM": (
        [lambda lr, w: lr / _norm(w), lambda lr, w: lr / (_norm(w) + 1e-8)],
        "it divides by the length, not by its square",
        "Where w becomes half as long, your rate doubles, and the expected one becomes 4 times as large.",
        "A shorter w turns further for the same step. What happens to its gradient besides?",
    ),
    "EFF-TIMES": (
        [lambda lr, w: lr * _sq(w)],
        "it multiplies by the square of the length",
        "Longer weights get a larger rate.",
        "A longer w: does the same step turn it further, or less?",
    ),
    "EFF-TIMESNORM": (
        [lambda lr, w: lr * _norm(w)],
        "it multiplies by the length",
        "Longer weights get a larger rate.",
        "A longer w: does the same step turn it further, or less?",
    ),
    "EFF-FOURTH": (
        [lambda lr, w: lr / _sq(w) ** 2],
        "the square of the length is squared once more",
        "Where w becomes half as long, your rate becomes 16 times as large.",
        "Is np.sum(w**2) the length, or its square already?",
    ),
    "EFF-NORMSQUARES": (
        [lambda lr, w: lr / _norm(np.square(w)), lambda lr, w: lr / np.sum(np.square(w) ** 2)],
        "the weights are squared before their length is taken",
        "The fourth powers of the weights are added.",
        "What do you square: the length, or each weight before it is measured?",
    ),
    "EFF-CUBE": (
        [lambda lr, w: lr / _norm(w) ** 3],
        "it divides by the third power of the length",
        "Where w becomes half as long, your rate becomes 8 times as large.",
        "How many factors of the length are there: one from the gradient, one from what else?",
    ),
    "EFF-ROOT": (
        [lambda lr, w: lr / np.sqrt(_norm(w))],
        "it divides by the root of the length",
        "Where w becomes half as long, your rate grows by the root of 2.",
        "How many factors of the length are there: one from the gradient, one from what else?",
    ),
    "EFF-MEAN": (
        [
            lambda lr, w: lr / np.mean(w**2),
            lambda lr, w: lr * np.size(w) / _sq(w),
        ],
        "a mean stands where the sum of the squares should",
        "The rate is too large, by the number of weights.",
        "How long is the arrow (3, 4)?",
    ),
    "EFF-RMS": (
        [
            lambda lr, w: lr / np.sqrt(np.mean(np.square(w))),
            lambda lr, w: lr / (np.sqrt(np.mean(np.square(w))) + 1e-8),
        ],
        "it divides by the root of the mean square",
        "The number of weights drops out, and so does one factor of the length.",
        "How long is the arrow (3, 4), and how often does that length divide?",
    ),
    "EFF-VARIANCE": (
        [
            lambda lr, w: lr / np.var(w),
            lambda lr, w: lr / np.std(w),
            lambda lr, w: lr / np.float64(np.std(w)),
        ],
        "it divides by how much the weights spread, not by their length",
        "The mean of the weights is taken away before they are measured.",
        "All weights are 2. How long is the array, and how much does it spread?",
    ),
    "EFF-SUM": (
        [
            lambda lr, w: lr / np.sum(w) ** 2,
            lambda lr, w: lr / np.sum(w),
            lambda lr, w: lr / abs(np.sum(w)),
        ],
        "the weights are added before they are squared",
        "Positive and negative weights cancel.",
        "How long is the arrow (1, -1)?",
    ),
    "EFF-L1": (
        [lambda lr, w: lr / _l1(w) ** 2, lambda lr, w: lr / _l1(w)],
        "the length is the sum of the absolute values",
        "The rate is too small.",
        "How long is the arrow (3, 4)?",
    ),
    "EFF-MAX": (
        [lambda lr, w: lr / _largest(w) ** 2, lambda lr, w: lr / _largest(w)],
        "the length is the largest entry",
        "The rate is too large.",
        "How long is the arrow (3, 4)?",
    ),
    "EFF-ELEMENT": (
        [
            lambda lr, w: lr / w**2,
            lambda lr, w: lr / np.abs(w),
            lambda lr, w: lr * w / _sq(w),
            lambda lr, w: lr * w / _norm(w),
        ],
        "there is a rate for each weight",
        "An array comes back, where one number is expected.",
        "Which length is meant: that of single weights, or that of all of them?",
    ),
    "EFF-SUMELEMENT": (
        [lambda lr, w: np.sum(lr / w**2), lambda lr, w: np.mean(lr / w**2)],
        "it divides by each weight, and adds afterwards",
        "A weight near zero makes the number huge.",
        "Which comes first, measuring the array or dividing by it?",
    ),
    "EFF-SQLR": (
        [lambda lr, w: (lr / _norm(w)) ** 2],
        "lr is squared as well",
        "The rate is lr times the expected one.",
        "What do your brackets hold together?",
    ),
    "EFF-ROOTLR": (
        [lambda lr, w: np.sqrt(lr) / _norm(w), lambda lr, w: np.sqrt(lr / _norm(w))],
        "the root of the rate is taken",
        "Yours is the root of the expected number, or of something near it.",
        "If lr doubles, should the effective rate double?",
    ),
    "EFF-NOLR": (
        [lambda lr, w: 1 / _sq(w)],
        "lr is not used",
        "The rate does not depend on lr.",
        "Where does the argument lr appear in your line?",
    ),
    "EFF-INVERSE": (
        [lambda lr, w: _sq(w) / np.float64(lr), lambda lr, w: _norm(w) / np.float64(lr)],
        "it is upside down",
        "A smaller lr gives a larger rate.",
        "If lr is 0, what should come out?",
    ),
    "EFF-LR": (
        [lambda lr, w: lr, lambda lr, w: lr / _norm(w) * _norm(w)],
        "it is lr itself",
        "The length of w does not matter.",
        "In which order does Python compute lr / n * n?",
    ),
    "EFF-ONEPLUS": (
        [lambda lr, w: lr / (1 + _sq(w)), lambda lr, w: lr / (1 + _norm(w)) ** 2],
        "1 is added below",
        "For short weights the rate is too small.",
        "Where does the 1 come from, and what should happen as w becomes very short?",
    ),
    "EFF-HALF": (
        [lambda lr, w: lr / (2 * _sq(w)), lambda lr, w: 2 * lr / _sq(w)],
        "there is a 2 in it",
        "Each rate is half or twice the expected one.",
        "Where does your 2 come from?",
    ),
    "EFF-ROWS": (
        [
            lambda lr, w: lr / np.linalg.norm(w, axis=0) ** 2,
            lambda lr, w: lr / np.linalg.norm(w, axis=-1) ** 2,
            lambda lr, w: lr / np.sum(w**2, axis=0) if w.ndim > 1 else lr / _sq(w),
            lambda lr, w: lr / np.sum(w**2, axis=-1) if w.ndim > 1 else lr / _sq(w),
            lambda lr, w: lr / np.sum(w**2, axis=tuple(range(1, w.ndim))) if w.ndim > 1 else lr / _sq(w),
        ],
        "each row or column of a matrix has a rate of its own",
        "Vectors agree; for a matrix several numbers come back.",
        "Which length does the exercise ask for: that of each row, or that of all entries?",
    ),
    "EFF-SPECTRAL": (
        [
            lambda lr, w: lr / _spectral(w) ** 2,
            lambda lr, w: lr / np.linalg.norm(w, 2) ** 2 if w.ndim else lr / _sq(w),
        ],
        "for a matrix, np.linalg.norm(w, 2) is the largest singular value",
        "Vectors agree; for a matrix the rate is too large, and for kernels it may raise.",
        "Which norm of a matrix is made of all its entries?",
    ),
    "EFF-MATMUL": (
        [lambda lr, w: lr / (w @ w), lambda lr, w: lr / np.dot(w, w), lambda lr, w: lr / (w.T @ w)],
        "w @ w is the square of the length for a vector only",
        "Vectors agree; for a matrix it raises, or a matrix comes back.",
        "Which product adds up the squares of all entries, whatever the shape?",
    ),
    "EFF-SIGN": (
        [lambda lr, w: -lr / _sq(w)],
        "the sign is turned",
        "A rate is never negative.",
        "Where does your minus come from?",
    ),
    "EFF-INT": (
        [lambda lr, w: lr // _sq(w)] + [lambda lr, w, k=k: np.round(lr / _sq(w), k) for k in (2, 3, 4, 6)],
        "the rate is rounded, or cut to a whole number",
        "The first digits may agree.",
        "Who should round, the function, or the one who prints the number?",
    ),
}
for _id, (_answers, _name, _sees, _question) in _EFFECTIVE.items():
    for _answer in _answers:
        effective_lr_scale_free.mistake(_id, _name, _sees, _question)(_answer)


@effective_lr_scale_free.mistake("GD-INPLACE")
def _(lr, w):
    if w.dtype.kind != "f":
        return lr / _sq(w)
    w **= 2
    return lr / np.sum(w)


# 13.3


@exercise(
    "13.3",
    "Back through a convolution",
    returns=("dx", "dw", "db"),
    optional=True,
    hints=(
        "Take one number of the output. Which entries of x, and which of w, is it made of? Each of them "
        "gets its share of that number's dout.",
        "Walk over the places of the output as the forward pass did. At each place the window of x times "
        "dout belongs to dw, and w times dout belongs to the same window of dx. Windows may overlap and "
        "every place uses the same w, so everything is added.",
        "Pad x; make dpadded of zeros in that shape. For each place (i, j) of dout, the window starts at "
        "(i * stride, j * stride) and has the size of the kernel: dw += sum over n of dout times the window, "
        "dpadded[window] += sum over f of dout times w[f]. Cut the border off dpadded with its lengths, "
        "pad : pad + H, since -pad would fail at pad 0. db is dout added over all axes but the one of "
        "filters.",
        "The same shape in another story, in one dimension: rain gauges that each see `width` fields, and "
        "the water is given back:\n"
        "    for i in range(len(gauges)):\n"
        "        fields = slice(i * apart, i * apart + width)\n"
        "        per_gauge += gauges[i] * land[fields]\n"
        "        water[fields] += gauges[i] * opening",
    ),
    after="Worth keeping: whatever was used several times on the way forward adds up on the way back.",
)
def conv_backward(dout, x, w, stride, pad):
    """Return the gradients of a convolution layer, with loops as plain as you like.

    Forward: x of shape (N, C, H, W) is padded with `pad` zeros on all four sides of
    its last two axes. w of shape (F, C, HH, WW), HH and WW may differ, slides over it
    in steps of `stride`, as long as it fits inside; an output is the sum of window
    times filter (not turned round), plus a bias for each filter. dout, of shape
    (N, F, HO, WO) with HO = 1 + (H + 2 pad - HH) // stride and WO likewise, is the
    gradient of the loss in that output. pad >= 0 and stride >= 1; rows and columns
    that no window reaches get 0. Return (dx, dw, db) in the shapes of x, w and (F,),
    divided by nothing. The arguments stay as they are. (LeCun and others, 1998)

    >>> x, w = np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 20.0]]]])
    >>> dx, dw, db = conv_backward(np.array([[[[1.0, -1.0]]]]), x, w, stride=1, pad=0)
    >>> dx.ravel(), dw.ravel(), db
    (array([ 10.,  10., -20.]), array([-1., -1.]), array([0.]))
    """
    rows, columns = w.shape[2:]
    border = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    padded = np.pad(x, border)
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            here = dout[:, :, i, j]
            window = padded[:, :, top : top + rows, left : left + columns]
            dw += np.einsum("nf,nchw->fchw", here, window)
            dpadded[:, :, top : top + rows, left : left + columns] += np.einsum("nf,fchw->nchw", here, w)
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    return dx, dw, np.sum(dout, axis=(0, 2, 3))


def _images(N, C, H, W, F, HH, WW, stride, pad, seed):
    rng = np.random.default_rng(seed)
    HO, WO = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    shapes = ((N, F, HO, WO), (N, C, H, W), (F, C, HH, WW))
    return [rng.normal(size=shape) for shape in shapes] + [stride, pad]


def _layer(back, where, arguments):
    single = arguments[0].dtype == np.float32
    for name, value in zip(("dx", "dw", "db"), back(*arguments), strict=True):
        rounded = single and isinstance(value, np.ndarray) and value.dtype == np.float64
        yield Seen(where, name, value.astype(np.float32) if rounded else value)


@conv_backward.probe("two images of three channels, padded, and a square kernel")
def _(back):
    yield from _layer(back, "", _images(2, 3, 3, 4, 2, 3, 3, stride=1, pad=1, seed=1))


@conv_backward.probe("no padding, and a kernel that is not square")
def _(back):
    yield from _layer(back, "", _images(2, 2, 4, 5, 3, 2, 3, stride=1, pad=0, seed=2))


@conv_backward.probe("strides of 2 and 3")
def _(back):
    yield from _layer(back, "stride 2", _images(2, 2, 5, 4, 2, 3, 2, stride=2, pad=1, seed=3))
    yield from _layer(back, "windows side by side", _images(1, 2, 4, 6, 2, 2, 3, stride=2, pad=0, seed=4))
    yield from _layer(back, "stride 3, with gaps", _images(2, 1, 7, 8, 2, 2, 2, stride=3, pad=0, seed=5))


@conv_backward.probe("a stride that does not come out even")
def _(back):
    yield from _layer(back, "no padding", _images(2, 1, 6, 5, 2, 3, 2, stride=2, pad=0, seed=6))
    yield from _layer(back, "padding 2", _images(1, 2, 4, 3, 1, 3, 2, stride=2, pad=2, seed=7))


@conv_backward.probe("one image, one channel, one filter, a kernel of one")
def _(back):
    yield from _layer(back, "", _images(1, 1, 3, 2, 1, 1, 1, stride=1, pad=0, seed=8))


@conv_backward.probe("float32, and pixels of whole numbers")
def _(back):
    arguments = _images(2, 2, 4, 4, 2, 3, 2, stride=1, pad=1, seed=9)
    yield from _layer(back, "float32", [np.float32(a) if np.ndim(a) else a for a in arguments])
    dout, x, w, stride, pad = arguments
    yield from _layer(back, "whole numbers", [dout, np.round(4 * x).astype(int), w, stride, pad])


def _with_parts(
    pixels=None, kernel=None, add_x=None, add_w=None, place=None, size=None, crop=None, bias=None, finish=None
):
    """The reference with parts exchanged.

    pixels(x, pad) is what the windows are cut from; kernel(w) is what goes into dx; add_x and add_w collect;
    place(i, stride, length) is where a window begins, size(w) how large it is; crop(d, x, pad) makes dx;
    bias(dout); finish(dx, dw, db, dout) ends.
    """
    pixels = pixels or (lambda x, pad: np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    kernel = kernel or (lambda w: w)
    add_x = add_x or (lambda old, new: old + new)
    add_w = add_w or (lambda old, new: old + new)
    place = place or (lambda i, stride, length: i * stride)
    size = size or (lambda w: w.shape[2:])
    crop = crop or (lambda d, x, pad: d[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]])
    bias = bias or (lambda dout: dout.sum(axis=(0, 2, 3)))
    finish = finish or (lambda dx, dw, db, dout: (dx, dw, db))

    def answer(dout, x, w, stride, pad):
        (rows, columns), padded = size(w), pixels(x, pad)
        d, dw = np.zeros(padded.shape), np.zeros(w.shape)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                top, left = place(i, stride, rows), place(j, stride, columns)
                window = (slice(None), slice(None), slice(top, top + rows), slice(left, left + columns))
                here = dout[:, :, i, j]
                dw = add_w(dw, np.einsum("nf,nchw->fchw", here, padded[window]))
                d[window] = add_x(d[window], np.einsum("nf,fchw->nchw", here, kernel(w)))
        return finish(crop(d, x, pad), dw, bias(dout), dout)

    return answer


def _last_index(letter):
    """Answers in which each example, or each filter, overwrites what the one before it had added."""

    def answer(dout, x, w, stride, pad):
        dx, dw, db = _with_parts()(dout, x, w, stride, pad)
        if letter == "n":
            dw = _with_parts()(dout[-1:], x[-1:], w, stride, pad)[1]
        else:
            dx = _with_parts()(dout[:, -1:], x, w[-1:], stride, pad)[0]
        return dx, dw, db

    return answer


def _flipped(w):
    return w[:, :, ::-1, ::-1]


def _channels_mixed(dout, x, w, stride, pad):
    dx, dw, db = _with_parts()(dout, x, w, stride, pad)
    return dx, np.zeros(w.shape) + dw.sum(axis=1, keepdims=True), db


def _full_correlation(dout, x, w, stride, pad):
    """dx as a full convolution with a turned kernel, as if the stride were 1."""
    if stride == 1:
        return _with_parts()(dout, x, w, stride, pad)
    dx, dw, db = _with_parts()(dout, x, w, stride, pad)
    dense = _with_parts(place=lambda i, stride, length: i)(dout, x, w, stride, pad)[0]
    return dense, dw, db


_CONV = {
    "CONV-PADSLICE": (
        [
            _with_parts(crop=lambda d, x, pad: d[:, :, pad:-pad, pad:-pad]),
        ],
        "at pad 0 nothing is left of dx",
        "With padding all agrees; without it dx is empty.",
        "What does a[0:-0] give?",
    ),
    "CONV-PADDED": (
        [_with_parts(crop=lambda d, x, pad: d)],
        "dx still has its border",
        "dx has the shape of the padded x.",
        "Which shape should dx have, and what is in the border?",
    ),
    "CONV-CROP": (
        [
            _with_parts(crop=lambda d, x, pad: d[:, :, : x.shape[2], : x.shape[3]].copy()),
            _with_parts(crop=lambda d, x, pad: d[:, :, 2 * pad :, 2 * pad :].copy()),
        ],
        "the border is cut off on one side only",
        "dx has the right shape, and its values stand shifted by pad.",
        "Where in the padded array does the first pixel of x stand?",
    ),
    "CONV-ONESIDE": (
        [
            _with_parts(
                pixels=lambda x, pad: np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad))),
                crop=lambda d, x, pad: d[:, :, : x.shape[2], : x.shape[3]],
            ),
        ],
        "all of the padding stands at one side",
        "The windows start at the first pixel of x, not in the border.",
        "On how many sides does the padding go?",
    ),
    "CONV-EDGE": (
        [
            _with_parts(
                pixels=lambda x, pad: np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
            ),
            _with_parts(
                pixels=lambda x, pad: np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=1)
            ),
        ],
        "the padding is not zero",
        "dx agrees; dw counts what stands in the border.",
        "What does the border hold on the way forward?",
    ),
    "CONV-UNPADDED": (
        [
            _with_parts(pixels=lambda x, pad: x, crop=lambda d, x, pad: d),
            lambda dout, x, w, stride, pad: _unpadded(dout, x, w, stride, pad),
        ],
        "the windows are cut from x without its padding",
        "Where there is padding, it raises, or a window is too small.",
        "From which array did the forward pass cut its windows?",
    ),
    "CONV-FLIP": (
        [_with_parts(kernel=_flipped)],
        "the kernel is turned round in dx",
        "dw and db agree; dx does not.",
        "You add at the window that was read. Which entry of w did its first pixel meet on the way forward?",
    ),
    "CONV-FLIPW": (
        [_with_parts(finish=lambda dx, dw, db, dout: (dx, dw[:, :, ::-1, ::-1].copy(), db))],
        "dw is turned round",
        "dx and db agree; dw stands on its head.",
        "Which pixel of the window did the first entry of w meet on the way forward?",
    ),
    "CONV-ASSIGN": (
        [_with_parts(add_x=lambda old, new: new)],
        "overlapping windows overwrite each other in dx",
        "dw and db agree; in dx only the last window counts.",
        "A pixel in three windows: how many gradients reach it, and what happens to them?",
    ),
    "CONV-DWASSIGN": (
        [_with_parts(add_w=lambda old, new: new)],
        "each place overwrites dw",
        "dx and db agree; dw is that of the last window.",
        "At how many places is each weight of the filter used?",
    ),
    "CONV-BOTHASSIGN": (
        [_with_parts(add_x=lambda old, new: new, add_w=lambda old, new: new)],
        "each window overwrites both dx and dw",
        "Only the last window counts.",
        "A pixel and a weight are used at several places. What happens to their gradients?",
    ),
    "CONV-LASTIMAGE": (
        [_last_index("n")],
        "dw is that of the last image",
        "dx and db agree; dw of the other images is overwritten.",
        "All images meet the same filter. What happens to their gradients?",
    ),
    "CONV-LASTFILTER": (
        [_last_index("f")],
        "dx is that of the last filter",
        "dw and db agree; in dx each filter overwrites the one before.",
        "A pixel meets all filters. What happens to their gradients?",
    ),
    "CONV-NOSTRIDE": (
        [_with_parts(place=lambda i, stride, length: i)],
        "the windows move by one, whatever the stride",
        "With a stride of 1 all agrees.",
        "Where did the window of the output (1, 0) stand on the way forward?",
    ),
    "CONV-KSTRIDE": (
        [_with_parts(place=lambda i, stride, length: i * length)],
        "the windows move by the size of the kernel",
        "Windows are taken side by side; beyond the border it raises, or they are cut.",
        "By how much does a window move from one place of the output to the next?",
    ),
    "CONV-FULL": (
        [_full_correlation],
        "dx is right for a stride of 1 only",
        "dw and db agree; with a larger stride dx takes the windows next to each other.",
        "Where did the window of the output (1, 0) stand on the way forward?",
    ),
    "CONV-SQUARE": (
        [
            _with_parts(size=lambda w: (w.shape[2], w.shape[2])),
            _with_parts(size=lambda w: (w.shape[3], w.shape[3])),
            _with_parts(size=lambda w: (w.shape[3], w.shape[2])),
        ],
        "height and width of the kernel are mixed up",
        "Square kernels agree; for others it raises, or windows have the wrong size.",
        "Which axis of w says how many rows a window has, and which one how many columns?",
    ),
    "CONV-DBMEAN": (
        [
            _with_parts(bias=lambda dout: dout.mean(axis=(0, 2, 3))),
            _with_parts(bias=lambda dout: dout.sum(axis=(0, 2, 3)) / len(dout)),
            _with_parts(bias=lambda dout: dout.mean(axis=(2, 3)).sum(axis=0)),
        ],
        "db is divided by a number of images or places",
        "dx and dw agree; db is too small.",
        "Is there a mean in the loss that you were given?",
    ),
    "CONV-DBSHAPE": (
        [
            _with_parts(bias=lambda dout: dout.sum(axis=(2, 3))),
            _with_parts(bias=lambda dout: dout.sum(axis=0)),
            _with_parts(bias=lambda dout: dout.sum()),
            _with_parts(bias=lambda dout: dout.sum(axis=(0, 2, 3), keepdims=True)),
            _with_parts(bias=lambda dout: dout.sum(axis=(0, 2, 3))[:, None]),
            _with_parts(bias=lambda dout: dout.sum(axis=(1, 2, 3))),
        ],
        "db is not summed over all axes but that of the filters",
        "db has another shape than (F,), or other numbers.",
        "One bias serves all images and all places. Over which axes of dout does its gradient add up?",
    ),
    "CONV-DBPART": (
        [
            _with_parts(bias=lambda dout: dout[-1].sum(axis=(1, 2))),
            _with_parts(bias=lambda dout: dout[:, :, -1, -1].sum(axis=0)),
            _with_parts(bias=lambda dout: np.zeros(dout.shape[1]) + len(dout)),
            _with_parts(bias=lambda dout: np.ones(dout.shape[1])),
            _with_parts(bias=lambda dout: np.zeros(dout.shape[1])),
        ],
        "db holds only a part of dout, or none of it",
        "dx and dw agree; db is that of the last image, of the last place, or a count.",
        "One bias serves all images and all places. What happens to their gradients?",
    ),
    "CONV-DIVN": (
        [
            _with_parts(finish=lambda dx, dw, db, dout: (dx, dw / len(dout), db / len(dout))),
            _with_parts(finish=lambda dx, dw, db, dout: (dx, dw / len(dout), db)),
            _with_parts(finish=lambda dx, dw, db, dout: (dx / len(dout), dw / len(dout), db / len(dout))),
        ],
        "it divides by the number of images",
        "Gradients are N times too small.",
        "Is there a mean over the images in the loss that you were given?",
    ),
    "CONV-DIVPLACES": (
        [
            _with_parts(finish=lambda dx, dw, db, dout: (dx, dw / dout[0, 0].size, db / dout[0, 0].size)),
            _with_parts(finish=lambda dx, dw, db, dout: (dx, dw / dout[0, 0].size, db)),
        ],
        "it divides by the number of places",
        "dw is too small, by the size of the output.",
        "At each place the same filter works. Do its gradients add up, or are they averaged?",
    ),
    "CONV-NODOUT": (
        [
            lambda dout, x, w, stride, pad: _with_parts()(np.ones(dout.shape), x, w, stride, pad),
            lambda dout, x, w, stride, pad: (
                *_with_parts()(np.ones(dout.shape), x, w, stride, pad)[:2],
                dout.sum(axis=(0, 2, 3)),
            ),
        ],
        "dout is not used",
        "The gradients are those of the sum of all outputs.",
        "Where does dout appear in the lines for dx and dw?",
    ),
    "CONV-CHANNELS": (
        [_channels_mixed],
        "the channels of dw are added together",
        "dx and db agree; all channels of dw hold the same.",
        "Which channel of x does w[f, c] meet?",
    ),
    "CONV-SIGN": (
        [_with_parts(finish=lambda dx, dw, db, dout: (-dx, -dw, -db))],
        "every gradient has its sign turned",
        "Each result is -1 times the expected one.",
        "Gradients are asked for, not steps. Where does your minus come from?",
    ),
    "CONV-ORDER": (
        [
            _with_parts(finish=lambda dx, dw, db, dout: (dw, dx, db)),
            _with_parts(finish=lambda dx, dw, db, dout: (dx, db, dw)),
            _with_parts(finish=lambda dx, dw, db, dout: (dw, db, dx)),
        ],
        "the results come back in another order",
        "Each of them is right, at another place.",
        "In which order does the exercise name what it wants back?",
    ),
    "CONV-CORNER": (
        [lambda dout, x, w, stride, pad: _corner(dout, x, w, stride, pad)],
        "the last row and column of places are left out",
        "db agrees; dx and dw lack the windows at the lower and right edge.",
        "How many places has the output along its height, and how many does your loop visit?",
    ),
}


def _unpadded(dout, x, w, stride, pad):
    """dx as it should be, dw from windows of x that are cut where they leave it."""
    dx, _, db = _with_parts()(dout, x, w, stride, pad)
    return dx, _with_parts(pixels=lambda x, pad: x, crop=lambda d, x, pad: d)(dout, x, w, stride, pad)[1], db


def _corner(dout, x, w, stride, pad):
    part = dout.copy()
    part[:, :, -1], part[:, :, :, -1] = 0, 0
    dx, dw, _ = _with_parts()(part, x, w, stride, pad)
    return dx, dw, dout.sum(axis=(0, 2, 3))


for _id, (_answers, _name, _sees, _question) in _CONV.items():
    for _answer in _answers:
        conv_backward.mistake(_id, _name, _sees, _question)(_answer)


_WHOLE = dict(
    name="whole numbers stay whole, and fractions are cut off",
    sees="Where x holds whole numbers, the fractions of dx are lost.",
    question="What is the dtype of the array that your gradient is written into?",
)


@conv_backward.mistake("GD-INT", **_WHOLE)
def _(dout, x, w, stride, pad):
    if x.dtype.kind == "f":
        return _with_parts()(dout, x, w, stride, pad)
    dx, dw, db = _with_parts(add_x=lambda old, new: np.trunc(old + new))(dout, x, w, stride, pad)
    return dx, dw, db


@conv_backward.mistake("GD-INT", **_WHOLE)
def _(dout, x, w, stride, pad):
    dx, dw, db = _with_parts()(dout, x, w, stride, pad)
    return dx.astype(x.dtype), dw, db


@conv_backward.mistake("GD-INPLACE")
def _(dout, x, w, stride, pad):
    results = _with_parts()(dout, x, w, stride, pad)
    dout *= 0
    return results


# 13.4


@exercise(
    "13.4",
    "Back through max pooling",
    returns="dx",
    optional=True,
    hints=(
        "Which entries of a window had any influence on its largest value?",
        "Only the largest entry of each window gets something: all of that window's dout. Where windows "
        "overlap, one pixel may be the largest of several, and then its gradients add up.",
        "For each image, channel and place (i, j): the window x[n, c, i*stride : i*stride + ph, "
        "j*stride : j*stride + pw], the row and column of its largest entry, and dx there += "
        "dout[n, c, i, j]. The row counts from the top of the window, not of the image.",
        "The same shape in another story, prizes for the tallest in groups that share members:\n"
        "    for group in range(len(prizes)):\n"
        "        first = group * apart\n"
        "        tallest = first + np.argmax(heights[first : first + size])\n"
        "        won[tallest] += prizes[group]",
    ),
    after="Worth keeping: max pooling is a switch; the gradient goes where the value came from.",
)
def maxpool_backward(dout, x, ph, pw, stride):
    """Return the gradient of a max-pooling layer with respect to its input.

    Forward: a window of ph rows and pw columns slides in steps of `stride` over each
    channel of x, of shape (N, C, H, W), as long as it fits inside; the output is the
    largest value of each window. Windows may overlap, leave gaps, and need not be
    square. dout, of shape (N, C, 1 + (H - ph) // stride, 1 + (W - pw) // stride), is
    the gradient of the loss with respect to that output. No window holds its largest
    value twice, so you need not think about ties. Return dx, an array of the shape of
    x. The arguments stay as they are. (Ranzato and others, 2007)

    >>> x = np.array([[[[1.0, 5.0, 2.0, 3.0]]]])
    >>> maxpool_backward(np.array([[[[10.0, 1.0, 7.0]]]]), x, ph=1, pw=2, stride=1)
    array([[[[ 0., 11.,  0.,  7.]]]])
    """
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + ph, left : left + pw]
        row, column = np.unravel_index(np.argmax(window), window.shape)
        dx[n, c, top + row, left + column] += dout[n, c, i, j]
    return dx


def _pooled(N, C, H, W, ph, pw, stride, seed, shift=0.0, whole=False):
    rng = np.random.default_rng(seed)
    x = rng.permutation(N * C * H * W).reshape(N, C, H, W) - N * C * H * W // 2
    x = x if whole else 0.1 * x + shift + 0.05
    dout = rng.normal(size=(N, C, 1 + (H - ph) // stride, 1 + (W - pw) // stride))
    return dout, x, ph, pw, stride


@maxpool_backward.probe("windows side by side, overlapping, and not square")
def _(back):
    yield Seen("side by side", "dx", back(*_pooled(2, 3, 4, 4, 2, 2, 2, seed=1)))
    yield Seen("overlapping", "dx", back(*_pooled(2, 2, 4, 5, 3, 3, 1, seed=2)))
    yield Seen("2 by 3, overlapping", "dx", back(*_pooled(1, 2, 5, 6, 2, 3, 2, seed=3)))


@maxpool_backward.probe("windows in one column, and gaps between windows")
def _(back):
    yield Seen("3 by 1", "dx", back(*_pooled(2, 1, 4, 3, 3, 1, 1, seed=4)))
    yield Seen("gaps", "dx", back(*_pooled(1, 2, 7, 8, 2, 1, 3, seed=5)))


@maxpool_backward.probe("a stride that does not come out even")
def _(back):
    yield Seen("", "dx", back(*_pooled(2, 2, 5, 7, 2, 2, 2, seed=6)))


@maxpool_backward.probe("negative pixels only, and positive pixels only")
def _(back):
    yield Seen("negative", "dx", back(*_pooled(1, 2, 4, 4, 2, 2, 2, seed=7, shift=-50.0)))
    yield Seen("positive", "dx", back(*_pooled(1, 2, 4, 4, 2, 2, 1, seed=8, shift=50.0)))


@maxpool_backward.probe("one window that is the whole image, and windows of one pixel")
def _(back):
    yield Seen("the whole image", "dx", back(*_pooled(2, 1, 3, 2, 3, 2, 1, seed=9)))
    yield Seen("one pixel", "dx", back(*_pooled(1, 1, 2, 3, 1, 1, 1, seed=10)))


@maxpool_backward.probe("float32, and pixels of whole numbers")
def _(back):
    dout, x, *others = _pooled(2, 2, 4, 4, 2, 2, 2, seed=11)
    yield Seen("float32", "dx", back(dout.astype(np.float32), x.astype(np.float32), *others))
    yield Seen("whole numbers", "dx", back(*_pooled(2, 1, 4, 4, 2, 2, 2, seed=12, whole=True)))


def _largest_of(window):
    return np.unravel_index(np.argmax(window), window.shape)


def _pool(pick=None, add=None, place=None, size=None, target=None, share=None):
    """The reference with a part exchanged; share(window, d) instead of one pick fills a whole window."""
    pick = pick or _largest_of
    add = add or (lambda old, new: old + new)
    place = place or (lambda i, stride, ph, pw: i * stride)
    size = size or (lambda ph, pw: (ph, pw))
    target = target or (lambda top, row: top + row)

    def answer(dout, x, ph, pw, stride):
        dx, (rows, columns) = np.zeros(x.shape), size(ph, pw)
        for n, c, i, j in np.ndindex(dout.shape):
            top, left = place(i, stride, ph, pw), place(j, stride, pw, ph)
            window = x[n, c, top : top + rows, left : left + columns]
            if share:
                dx[n, c, top : top + rows, left : left + columns] += share(window, dout[n, c, i, j])
                continue
            row, column = pick(window)
            at = (n, c, target(top, row), target(left, column))
            dx[at] = add(dx[at], dout[n, c, i, j])
        return dx

    return answer


def _assigned_windows(dout, x, ph, pw, stride):
    """Whole windows are assigned, so that an overlap wipes out what stood there, zeros included."""
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = (n, c, slice(i * stride, i * stride + ph), slice(j * stride, j * stride + pw))
        dx[window] = (x[window] == np.max(x[window])) * dout[n, c, i, j]
    return dx


def _same_for_all_channels(dout, x, ph, pw, stride):
    return _pool()(dout, np.zeros(x.shape) + x[:, :1], ph, pw, stride)


def _over_channels(dout, x, ph, pw, stride):
    """The largest value is taken over all channels of a window."""
    dx = np.zeros(x.shape)
    N, C, HO, WO = dout.shape
    for n, c, i, j in np.ndindex(N, C, HO, WO):
        rows, columns = slice(i * stride, i * stride + ph), slice(j * stride, j * stride + pw)
        largest = np.max(x[n, :, rows, columns])
        dx[n, c, rows, columns] += (x[n, c, rows, columns] == largest) * dout[n, c, i, j]
    return dx


def _over_images(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        rows, columns = slice(i * stride, i * stride + ph), slice(j * stride, j * stride + pw)
        largest = np.max(x[:, c, rows, columns])
        dx[n, c, rows, columns] += (x[n, c, rows, columns] == largest) * dout[n, c, i, j]
    return dx


def _above_zero(window, d):
    return (window == max(0.0, np.max(window))) * d


_POOL = {
    "POOL-ASSIGN": (
        [_pool(add=lambda old, new: new), _assigned_windows],
        "overlapping windows overwrite each other",
        "Windows side by side agree; a pixel that is the largest of several keeps only the last gradient.",
        "A pixel is the largest of three windows. How many gradients reach it, and what happens to them?",
    ),
    "POOL-EVENLY": (
        [
            _pool(share=lambda window, d: d / window.size + 0 * window),
        ],
        "the gradient is shared evenly: this is average pooling",
        "Every pixel of a window gets something.",
        "If a pixel that is not the largest changes a little, does the output change?",
    ),
    "POOL-EVERY": (
        [_pool(share=lambda window, d: d + 0 * window)],
        "every pixel of a window gets the whole gradient",
        "Pixels that are not the largest get something.",
        "If a pixel that is not the largest changes a little, does the output change?",
    ),
    "POOL-MIN": (
        [_pool(pick=lambda window: np.unravel_index(np.argmin(window), window.shape))],
        "the smallest pixel gets the gradient",
        "The gradient stands at another place of each window.",
        "Which pixel of a window made the output?",
    ),
    "POOL-ABS": (
        [_pool(pick=lambda window: np.unravel_index(np.argmax(np.abs(window)), window.shape))],
        "the pixel that is largest in size gets the gradient",
        "Where a window holds a large negative pixel, the gradient stands there.",
        "Is -5 larger than 2?",
    ),
    "POOL-ZERO": (
        [
            _pool(share=_above_zero),
            _pool(share=lambda window, d: (window == np.max(window)) * (window > 0) * d),
        ],
        "a window without positive pixels gets nothing",
        "Where all pixels of a window are negative, dx is zero.",
        "What is the largest of -3, -1 and -2?",
    ),
    "POOL-LOCAL": (
        [_pool(target=lambda top, row: row)],
        "the place is counted from the corner of the window, and used in the image",
        "All gradients stand in the upper left corner of dx.",
        "Row 0 of a window that begins at row 2: which row of the image is that?",
    ),
    "POOL-CORNER": (
        [_pool(target=lambda top, row: top), _pool(pick=lambda window: (0, 0))],
        "the first pixel of each window gets the gradient",
        "The gradient stands at the corner of each window, whatever is largest.",
        "Where in your lines does the place of the largest pixel come in?",
    ),
    "POOL-LAST": (
        [_pool(pick=lambda window: (window.shape[0] - 1, window.shape[1] - 1))],
        "the last pixel of each window gets the gradient",
        "The gradient stands at the far corner of each window, whatever is largest.",
        "Where in your lines does the place of the largest pixel come in?",
    ),
    "POOL-NOSTRIDE": (
        [_pool(place=lambda i, stride, ph, pw: i)],
        "the windows move by one, whatever the stride",
        "With a stride of 1 all would agree.",
        "Where did the window of the output (1, 0) stand on the way forward?",
    ),
    "POOL-SIZESTRIDE": (
        [
            lambda dout, x, ph, pw, stride: _side_by_side(dout, x, ph, pw),
        ],
        "the windows move by their own size",
        "Windows side by side agree; for others it raises, or windows lie outside.",
        "By how much does a window move from one place of the output to the next?",
    ),
    "POOL-SQUARE": (
        [_pool(size=lambda ph, pw: (ph, ph)), _pool(size=lambda ph, pw: (pw, pw))],
        "the window is taken for square",
        "Square windows agree; others have the wrong size.",
        "Which two arguments say how large a window is?",
    ),
    "POOL-SWAPPED": (
        [_pool(size=lambda ph, pw: (pw, ph))],
        "height and width of the window have changed places",
        "Square windows agree; others lie on their side.",
        "Which of ph and pw belongs to the rows?",
    ),
    "POOL-DIVMOD": (
        [_pool(pick=lambda window: divmod(np.argmax(window), window.shape[0]))],
        "the place in the window is counted in columns of ph instead of rows of pw",
        "Square windows agree; in others the gradient lands beside the largest pixel.",
        "argmax counts the pixels of the window row by row. How many are there in a row?",
    ),
    "POOL-TRANSPOSED": (
        [_pool(pick=lambda window: _largest_of(window)[::-1])],
        "row and column of the largest pixel have changed places",
        "The gradient stands mirrored within its window; for windows that are not square it may raise.",
        "In which order does np.unravel_index give row and column?",
    ),
    "POOL-COLUMNMAJOR": (
        [_pool(pick=lambda window: (np.argmax(window) % len(window), np.argmax(window) // len(window)))],
        "the flat place of the largest pixel is taken apart by the wrong length",
        "The gradient stands at another place of each window.",
        "In a window of 2 rows and 3 columns, which row and column has the flat place 4?",
    ),
    "POOL-ROWS": (
        [_pool(share=lambda window, d: (window == window.max(axis=1, keepdims=True)) * d)],
        "each row of a window has a largest pixel of its own",
        "Several pixels of a window get the whole gradient.",
        "How many numbers does a window give to the output?",
    ),
    "POOL-COLUMNS": (
        [_pool(share=lambda window, d: (window == window.max(axis=0, keepdims=True)) * d)],
        "each column of a window has a largest pixel of its own",
        "Several pixels of a window get the whole gradient.",
        "How many numbers does a window give to the output?",
    ),
    "POOL-CHANNELS": (
        [_over_channels],
        "the largest pixel is sought over all channels",
        "Channels whose window does not hold the largest get nothing.",
        "For which part of x is the largest value taken: one channel, or all of them?",
    ),
    "POOL-IMAGES": (
        [_over_images],
        "the largest pixel is sought over all images",
        "Images whose window does not hold the largest get nothing.",
        "For which part of x is the largest value taken: one image, or all of them?",
    ),
    "POOL-FIRSTCHANNEL": (
        [_same_for_all_channels],
        "all channels use the places of the first",
        "The first channel agrees; in the others the gradient stands at the wrong pixels.",
        "In which channel did you look for the largest pixel?",
    ),
    "POOL-ALLX": (
        [
            lambda dout, x, ph, pw, stride: _pool(share=lambda window, d: (window == np.max(x)) * d)(
                dout, x, ph, pw, stride
            )
        ],
        "a window is compared with the largest pixel of all",
        "Nearly everywhere dx is zero.",
        "For which part of x is the largest value taken: one window, or all of x?",
    ),
    "POOL-NODOUT": (
        [
            _pool(share=lambda window, d: 1.0 * (window == np.max(window))),
            _pool(add=lambda old, new: 1.0),
        ],
        "dout is not used: the mask itself comes back",
        "dx counts how often a pixel was the largest.",
        "Where does dout appear in your lines?",
    ),
    "POOL-VALUE": (
        [
            _pool(share=lambda window, d: (window == np.max(window)) * d * window),
            _pool(share=lambda window, d: (window == np.max(window)) * window),
        ],
        "the gradient is multiplied by the pixel, or replaced by it",
        "Large pixels get large gradients.",
        "If the largest pixel grows by 1, by how much does the output grow?",
    ),
    "POOL-DIVN": (
        [
            lambda dout, x, ph, pw, stride: _pool()(dout, x, ph, pw, stride) / len(x),
            lambda dout, x, ph, pw, stride: _pool()(dout, x, ph, pw, stride) / (ph * pw),
        ],
        "it divides by the number of images or of pixels in a window",
        "dx is too small by one factor.",
        "If the largest pixel grows by 1, by how much does the output grow?",
    ),
    "POOL-LASTIMAGE": (
        [lambda dout, x, ph, pw, stride: _only(dout, x, ph, pw, stride, image=-1)],
        "only the last image gets a gradient",
        "dx of the other images is zero.",
        "Is dx made anew in each round of your loop over the images?",
    ),
    "POOL-FIRSTIMAGE": (
        [
            lambda dout, x, ph, pw, stride: _only(dout, x, ph, pw, stride, image=0),
        ],
        "only the first image gets a gradient",
        "dx of the other images is zero.",
        "Which images does your loop visit before it returns?",
    ),
    "POOL-SIGN": (
        [lambda dout, x, ph, pw, stride: -_pool()(dout, x, ph, pw, stride)],
        "the sign is turned",
        "Each entry is -1 times the expected one.",
        "A gradient is asked for, not a step. Where does your minus come from?",
    ),
}


def _side_by_side(dout, x, ph, pw):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * ph, j * pw
        row, column = _largest_of(x[n, c, top : top + ph, left : left + pw])
        dx[n, c, top + row, left + column] += dout[n, c, i, j]
    return dx


def _only(dout, x, ph, pw, stride, image):
    dx = _pool()(dout, x, ph, pw, stride)
    kept = np.zeros(x.shape)
    kept[image] = dx[image]
    return kept


for _id, (_answers, _name, _sees, _question) in _POOL.items():
    for _answer in _answers:
        maxpool_backward.mistake(_id, _name, _sees, _question)(_answer)


@maxpool_backward.mistake("GD-INT", **_WHOLE)
def _(dout, x, ph, pw, stride):
    dx = np.zeros_like(x)
    dx[...] = _pool()(dout, x, ph, pw, stride)
    return dx


@maxpool_backward.mistake("GD-INPLACE")
def _(dout, x, ph, pw, stride):
    dx = _pool()(dout, x, ph, pw, stride)
    x[...] = 0
    return dx
