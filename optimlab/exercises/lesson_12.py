"""Exercises of lesson 12: sharpness, the edge of stability, and a step that avoids sharp places."""

import numpy as np

from .parts import exercise
from .trace import Counted, Seen


def _slope(w):
    """Gradient of a curved function of any shape, whose Hessian changes from place to place."""
    w = np.asarray(w)
    rates = np.linspace(-1.0, 3.0, w.size).reshape(w.shape).astype(w.dtype if w.dtype.kind == "f" else float)
    return rates * w + 0.25 * np.sum(w) + np.sin(2 * w) + 0.25 * w**3


def _recorded(gradient, shape, asked):
    """`gradient` as a callback that keeps in `asked` where it was taken, and insists on the shape."""

    def grad_fn(point):
        if np.shape(point) != shape:
            raise ValueError(
                f"grad_fn takes an array of the shape of w, {shape}: it got one of {np.shape(point)}"
            )
        asked.append(np.array(point, float))
        return gradient(np.asarray(point))

    return Counted("grad_fn", grad_fn)


def _norm(x):
    return np.sqrt(np.sum(x * x))


_W = np.array([1.0, -2.0, 0.5, 1.5])
_V = np.array([0.5, 1.0, -2.0, 0.25])
_MATRIX = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
_MATRIX_V = np.array([[1.0, 0.5, -0.25], [-2.0, 1.0, 0.75]])

# 12.1


@exercise(
    "12.1",
    "Hessian times a vector, without the Hessian",
    returns="Hv",
    hints=(
        "You need no second derivative: the Hessian says how the gradient changes. In which direction do "
        "you look for the change here?",
        "Walk a little along v and a little against it, and compare the two gradients. The change divided "
        "by the whole distance walked, in units of v, is H v.",
        "Two calls of grad_fn, at w plus and at w minus a step h * v; their difference over the distance "
        "from one point to the other, which is 2 * h.",
        "The same shape in another story, how fast the wind turns as a balloon drifts along `course`:\n"
        "    before = wind(place - minute * course)\n"
        "    after = wind(place + minute * course)\n"
        "    turning = (after - before) / (2 * minute)",
    ),
    after="Worth keeping: two gradients buy one product with the Hessian, however many weights there are.",
)
def hessian_vector(grad_fn, w, v, h):
    """Return the Hessian at w times the vector v, by a central difference of gradients.

    grad_fn takes an array of the shape of w and returns the gradient of the loss
    there. w and v are arrays of one shape, any shape; h > 0 is how far to walk, in
    units of v: the two gradients are taken at w + h*v and at w - h*v, with v as
    long as it is. Return an array of the shape of w. w and v stay as they are.
    (Pearlmutter, 1994, does it exactly; LeCun, Simard and Pearlmutter, 1993)

    >>> grad_fn = lambda w: w**2                       # the Hessian is diag(2 w)
    >>> hessian_vector(grad_fn, np.array([1.0, 3.0]), np.array([1.0, -1.0]), h=0.5)
    array([ 2., -6.])
    """
    return (grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)


def _product(product, where, w, v, h, gradient=_slope):
    asked = []
    Hv = product(_recorded(gradient, w.shape, asked), w, v, h)
    along = sorted(asked, key=lambda point: float(np.sum((point - w) * v)))
    yield Seen(where, "the points where the gradient is taken", np.array(along), clue=True)
    yield Seen(where, "Hv", Hv)


@hessian_vector.probe("two directions, long and short steps")
def _(product):
    yield from _product(product, "h 0.5", _W, _V, 0.5)
    yield from _product(product, "h 0.1, another direction", _W, _V[::-1].copy(), 0.1)
    yield from _product(product, "h 0.1, a long v", _W, 10 * _V, 0.1)
    yield from _product(product, "h 0.001", _W, _V, 1e-3)


@hessian_vector.probe("a matrix, and a single number")
def _(product):
    yield from _product(product, "a matrix", _MATRIX, _MATRIX_V, 0.25)
    yield from _product(product, "one weight", np.array([1.5]), np.array([-2.0]), 0.25)
    yield from _product(product, "a single number", np.array(0.75), np.array(2.0), 0.25)


@hessian_vector.probe("a v of zeros")
def _(product):
    yield from _product(product, "", _W, np.zeros(4), 0.25)


@hessian_vector.probe("whole numbers, and float32")
def _(product):
    yield from _product(product, "whole numbers", np.array([1, -2, 0, 3]), np.array([1, 0, 2, -1]), 0.25)
    yield from _product(product, "float32", _W.astype(np.float32), _V.astype(np.float32), 0.5)


hessian_vector.convention(
    "h is the whole distance, half of it to each side",
    text="Your two points are h * v apart; in the exercise each of them is h * v away from w.",
)(lambda grad_fn, w, v, h: (grad_fn(w + h / 2 * v) - grad_fn(w - h / 2 * v)) / h)


@hessian_vector.convention(
    "h is measured along a v of length 1",
    text="You walk the distance h, however long v is, and multiply the length back.",
)
def _(grad_fn, w, v, h):
    size = _norm(v)
    if size == 0:
        return np.zeros(w.shape)
    return (grad_fn(w + h * v / size) - grad_fn(w - h * v / size)) / (2 * h) * size


@hessian_vector.convention(
    "four gradients instead of two",
    text="The difference over five points: twice the price, and an error that falls like h**4.",
)
def _(grad_fn, w, v, h):
    near = grad_fn(w + h * v) - grad_fn(w - h * v)
    far = grad_fn(w + 2 * h * v) - grad_fn(w - 2 * h * v)
    return (8 * near - far) / (12 * h)


def _two(ahead=None, behind=None, result=None):
    """The reference with a part exchanged: the two points, or what is made of the two gradients."""
    ahead = ahead or (lambda w, v, h: w + h * v)
    behind = behind or (lambda w, v, h: w - h * v)
    result = result or (lambda a, b, h: (a - b) / (2 * h))
    return lambda grad_fn, w, v, h: result(grad_fn(ahead(w, v, h)), grad_fn(behind(w, v, h)), h)


def _at_w(w, v, h):
    return w


def _unit(v):
    return v / _norm(v)


def _own_h(size):
    return lambda grad_fn, w, v, h: _two()(grad_fn, w, v, size)


def _one_by_one(grad_fn, w, h):
    """The Hessian, row by row, for flat weights."""
    rows = []
    for i in range(w.size):
        unit = np.zeros(w.size)
        unit[i] = h
        unit = unit.reshape(w.shape)
        rows.append((grad_fn(w + unit) - grad_fn(w - unit)).ravel() / (2 * h))
    return np.array(rows)


_HVP = {
    "EOS-HVP": (
        [_two(result=lambda a, b, h: a - b)],
        "the difference is not divided by the distance",
        "Every result is 2 h times the expected one; when h shrinks, the result shrinks too.",
        "If you walk half as far the gradient changes half as much. Does H v depend on how far you walk?",
    ),
    "HVP-HALF": (
        [_two(result=lambda a, b, h: (a - b) / h)],
        "the difference is divided by h, but the points are further apart",
        "Every result is exactly 2 times the expected one.",
        "How far is it from the one point to the other, in units of v?",
    ),
    "HVP-NOH": (
        [_two(result=lambda a, b, h: (a - b) / 2)],
        "the difference is halved, but h does not divide it",
        "Every result is h times the expected one.",
        "What happens to your result when h becomes 1000 times smaller?",
    ),
    "HVP-PRECEDENCE": (
        [_two(result=lambda a, b, h: (a - b) / 2 * h), _two(result=lambda a, b, h: (a - b) * 2 * h)],
        "h multiplies the difference instead of dividing it",
        "With a small h the result is nearly zero.",
        "In which order does Python compute a / 2 * h?",
    ),
    "HVP-BRACKET": (
        [_two(result=lambda a, b, h: a - b / (2 * h)), _two(result=lambda a, b, h: a - b / 2 * h)],
        "only the second gradient is divided",
        "With h = 0.5 nobody would notice, since 2 * h is 1; with a small h the result explodes.",
        "In a - b / c, what is divided by c?",
    ),
    "HVP-HSQUARED": (
        [
            _two(result=lambda a, b, h: (a - b) / (2 * h * h)),
            _two(result=lambda a, b, h: (a - b) / (h * h)),
        ],
        "h divides twice",
        "When h becomes 10 times smaller, the result becomes 10 times larger.",
        "You difference gradients, not losses. How often does h divide for one difference?",
    ),
    "HVP-SECOND": (
        [lambda g, w, v, h: (g(w + h * v) - 2 * g(w) + g(w - h * v)) / (h * h)],
        "it takes the second difference of the gradient",
        "On a quadratic bowl it gives zero: this is one derivative too many.",
        "The gradient is already a first derivative. How many more do you need?",
    ),
    "LOSS-ONESIDED": (
        [_two(behind=_at_w, result=lambda a, b, h: (a - b) / h)],
        "it is a forward difference",
        "Near, but not equal: the error falls like h, where a central difference has h squared.",
        "One of your two points is w itself. Where does the other side of w appear?",
    ),
    "HVP-BACKWARD": (
        [_two(ahead=_at_w, result=lambda a, b, h: (a - b) / h)],
        "it is a backward difference",
        "Near, but not equal: the error falls like h, where a central difference has h squared.",
        "One of your two points is w itself. Where does the other side of w appear?",
    ),
    "HVP-ONESIDED-HALF": (
        [_two(behind=_at_w)],
        "a forward difference is divided by the distance of a central one",
        "The result is about half of the expected one.",
        "How far are your two points from each other, in units of v?",
    ),
    "HVP-TURNED": (
        [_two(result=lambda a, b, h: (b - a) / (2 * h))],
        "the two gradients are subtracted the wrong way round",
        "Every result has its sign turned.",
        "In a valley the gradient grows as you walk uphill. Which of the two should be larger?",
    ),
    "HVP-SUM": (
        [_two(result=lambda a, b, h: (a + b) / (2 * h))],
        "the two gradients are added",
        "As h becomes smaller the result explodes.",
        "Which change do you want to measure, and which operation measures a change?",
    ),
    "HVP-MEAN": (
        [_two(result=lambda a, b, h: (a + b) / 2)],
        "it is the mean of the two gradients",
        "What comes back is about the gradient at w.",
        "Which change do you want to measure, and which operation measures a change?",
    ),
    "HVP-NOV": (
        [
            _two(ahead=lambda w, v, h: w + h, behind=lambda w, v, h: w - h),
            _two(ahead=lambda w, v, h: w + h * np.ones(w.shape), behind=lambda w, v, h: w - h),
        ],
        "it does not walk along v",
        "Every coordinate is moved by the same h, so another v gives the same result.",
        "Where does the argument v appear in your lines?",
    ),
    "HVP-ELEMENT": (
        [lambda g, w, v, h: (g(w + h) - g(w - h)) / (2 * h) * v],
        "it walks along (1, 1, ...) and multiplies by v afterwards",
        "Every coordinate is moved by the same h; the result is a sum of rows times v.",
        "A matrix times a vector mixes the coordinates. In which direction do you walk to get that mix?",
    ),
    "HVP-DIAGONAL": (
        [
            lambda g, w, v, h: (
                np.diag(_one_by_one(g, w, h)).reshape(w.shape) * v if w.size else np.zeros(w.shape)
            )
        ],
        "only the diagonal of the Hessian is used",
        "What one weight does to the gradient of another is missing.",
        "If you move the first weight, which entries of the gradient change?",
    ),
    "HVP-WHOLE": (
        [
            lambda g, w, v, h: (_one_by_one(g, w, h) @ v.ravel()).reshape(w.shape),
            lambda g, w, v, h: (_one_by_one(g, w, h).T @ v.ravel()).reshape(w.shape),
        ],
        "the whole Hessian is built, one axis at a time",
        "Near, but not equal: the gradient is taken along every axis, and never along v.",
        "How many gradients does that cost with a million weights? Which direction do you need?",
    ),
    "HVP-MATRIX": (
        [lambda g, w, v, h: _one_by_one(g, w, h)],
        "the Hessian itself comes back, and v is not used",
        "A row for each weight; that is what has no room once there are many of them.",
        "What is asked for is H times v. In which direction could you walk to get that at once?",
    ),
    "HVP-TIMESV": (
        [lambda g, w, v, h: _two()(g, w, v, h) * v],
        "the result is multiplied by v once more, entry by entry",
        "Every entry is v times the expected one.",
        "You have walked along v already. What is the change of the gradient, divided by how far you went?",
    ),
    "HVP-DIVV": (
        [
            lambda g, w, v, h: (g(w + h * v) - g(w - h * v)) / (2 * h * v),
            lambda g, w, v, h: (g(w + h * v) - g(w - h * v)) / (2 * h * _norm(v)),
            lambda g, w, v, h: (g(w + h * v) - g(w - h * v)) / (2 * h * np.sum(v * v)),
        ],
        "the difference is divided by v as well, or by its length",
        "The result does not grow with v as it should.",
        "What should happen to H v if v is doubled?",
    ),
    "HVP-DOT": (
        [
            lambda g, w, v, h: np.sum(v * _two()(g, w, v, h)),
            lambda g, w, v, h: np.sum(v * _two()(g, w, v, h)) / np.sum(v * v),
        ],
        "it returns one number, the curvature along v",
        "The shape is () where the shape of w is expected.",
        "H is a matrix and v a vector. What is their product?",
    ),
    "HVP-SLOPE": (
        [lambda g, w, v, h: np.sum(g(w) * v)],
        "it returns the slope along v, one number",
        "grad_fn is asked at w alone, so no change is measured, and the shape is ().",
        "A Hessian says how the gradient changes. From where to where do you go?",
    ),
    "HVP-UNIT": (
        [
            lambda g, w, v, h: _two()(g, w, _unit(v), h),
            lambda g, w, v, h: _two()(g, w, v / (_norm(v) + 1e-12), h),
        ],
        "v is brought to length 1, and its length is lost",
        "The result does not become twice as long when v does.",
        "What should happen to H v if v is doubled?",
    ),
    "HVP-UNIT-WALK": (
        [
            lambda g, w, v, h: (g(w + h * _unit(v)) - g(w - h * _unit(v))) / (2 * h) * _norm(v),
        ],
        "a v of zeros gives nan",
        "All agrees but one case: 0 / 0.",
        "What is the length of a v of zeros, and what is H times it?",
    ),
    "HVP-DOUBLESTEP": (
        [
            _two(ahead=lambda w, v, h: w + 2 * h * v, behind=lambda w, v, h: w - 2 * h * v),
            _two(
                ahead=lambda w, v, h: w + 2 * h * v,
                behind=lambda w, v, h: w - 2 * h * v,
                result=lambda a, b, h: (a - b) / (4 * h),
            ),
        ],
        "it walks twice as far as asked",
        "The two points are 2 h v away from w, each of them.",
        "Print the points where you ask for the gradient. How far are they from w?",
    ),
    "HVP-HALFSTEP": (
        [_two(ahead=lambda w, v, h: w + h / 2 * v, behind=lambda w, v, h: w - h / 2 * v)],
        "it walks half as far as it divides by",
        "The result is about half of the expected one.",
        "How far is it from the one point to the other, in units of v?",
    ),
    "HVP-AROUND-ZERO": (
        [_two(ahead=lambda w, v, h: h * v, behind=lambda w, v, h: -h * v)],
        "the walk starts from zero, not from w",
        "Another w gives the same result.",
        "Where does the argument w appear in your lines?",
    ),
    "HVP-AROUND-V": (
        [
            _two(ahead=lambda w, v, h: v + h * w, behind=lambda w, v, h: v - h * w),
            _two(ahead=lambda w, v, h: v + h, behind=lambda w, v, h: v - h),
        ],
        "it stands at v and walks along something else",
        "The points where the gradient is taken are near v.",
        "Which of the two is the place, and which is the direction?",
    ),
    "HVP-SCALEW": (
        [_two(ahead=lambda w, v, h: (w + v) * h, behind=lambda w, v, h: (w - v) * h)],
        "h multiplies w as well",
        "The points where the gradient is taken are near zero.",
        "What do your brackets hold together?",
    ),
    "HVP-NOSTEP": (
        [
            _two(ahead=lambda w, v, h: w + v, behind=lambda w, v, h: w - v),
            _two(
                ahead=lambda w, v, h: w + v,
                behind=lambda w, v, h: w - v,
                result=lambda a, b, h: (a - b) / 2,
            ),
        ],
        "the walk is as long as v; h does not shorten it",
        "The two points are as far away from w whatever h is.",
        "Where does h stand in the points at which you ask for the gradient?",
    ),
    "HVP-GRADIENT": (
        [
            lambda g, w, v, h: g(w) * v,
            lambda g, w, v, h: g(w) * np.sum(g(w) * v),
        ],
        "it multiplies the gradient by v; nothing is compared",
        "grad_fn is asked at w alone, so no change is measured.",
        "A Hessian says how the gradient changes. From where to where do you go?",
    ),
    "HVP-LINEAR": (
        [lambda g, w, v, h: g(v), lambda g, w, v, h: g(w + v) - g(w), lambda g, w, v, h: g(w + v)],
        "the gradient is taken for a linear function",
        "On a quadratic bowl it would be near; here h is not used at all.",
        "The Hessian belongs to the place w. How far from w may you walk?",
    ),
    "HVP-OWNH": (
        [_own_h(1e-3), _own_h(1e-4), _own_h(1e-5), _own_h(1e-6)],
        "it uses an h of its own",
        "The points where the gradient is taken do not depend on the argument h.",
        "Where does the argument h appear in your lines, and is it still the one that was given?",
    ),
    "HVP-TRANSPOSED": (
        [lambda g, w, v, h: _two()(g, w, v, h).T],
        "it turns a matrix on its side",
        "Vectors agree; for a matrix the shape is the transposed one.",
        "Which shape has w, and which your result?",
    ),
    "HVP-FLAT": (
        [lambda g, w, v, h: _two()(g, w, v, h).ravel()],
        "the result is laid flat",
        "Vectors agree; for a matrix all entries come back in one row.",
        "Which shape has w, and which your result?",
    ),
    "HVP-TURNED-HALF": (
        [_two(result=lambda a, b, h: (b - a) / h)],
        "the gradients are subtracted the wrong way round, and divided by too little",
        "Every result is -2 times the expected one.",
        "Which of the two gradients should be larger in a valley, and how far apart are the points?",
    ),
}
for _id, (_answers, _name, _sees, _question) in _HVP.items():
    for _answer in _answers:
        hessian_vector.mistake(_id, _name, _sees, _question)(_answer)


@hessian_vector.mistake("HVP-ONESIDED-HALF")
def _(grad_fn, w, v, h):
    point = w + h * v
    up = grad_fn(point)
    point = point - h * v
    return (up - grad_fn(point)) / (2 * h)


@hessian_vector.mistake(
    "GD-INT",
    name="whole numbers stay whole, and fractions are cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of the result are lost.",
    question="What is the dtype of the array that your result is written into?",
)
def _(grad_fn, w, v, h):
    out = np.zeros_like(w)
    out[...] = _two()(grad_fn, w, v, h)
    return out


@hessian_vector.mistake("GD-INT")
def _(grad_fn, w, v, h):
    ahead, behind = np.array(w), np.array(w)
    ahead[...] = w + h * v
    behind[...] = w - h * v
    return (grad_fn(ahead) - grad_fn(behind)) / (2 * h)


@hessian_vector.mistake("GD-INPLACE")
def _(grad_fn, w, v, h):
    w += h * v
    up = grad_fn(w)
    w -= 2 * h * v
    return (up - grad_fn(w)) / (2 * h)


# 12.2


@exercise(
    "12.2",
    "Sharpness by power iteration",
    returns="sharpness",
    hints=(
        "Multiply a random vector by the Hessian again and again. Into which direction does it turn, and "
        "what has to be done so that it does not explode?",
        "Each round is one Hessian-vector product as in 12.1, then v is brought back to length 1. At the "
        "end v is an eigenvector, and v times H v tells its eigenvalue, sign included; the length of H v "
        "would lose the sign.",
        "v from rng, of the shape of w, brought to length 1. `iters` times: Hv by a central difference with "
        "a small h such as 1e-4; value = sum of v * Hv; v = Hv over its length. Return the value as a float.",
        "The same shape in another story, the share of every town after many years of moving:\n"
        "    people = people / np.linalg.norm(people)\n"
        "    for _ in range(years):\n"
        "        moved = move(people)\n"
        "        growth = np.sum(people * moved)\n"
        "        people = moved / np.linalg.norm(moved)\n"
        "    return growth",
    ),
    after="Worth keeping: compare this number with 2 / lr; above it, gradient descent cannot stay.",
)
def sharpness(grad_fn, w, iters, rng):
    """Return the eigenvalue of the Hessian at w that is largest in size, with its sign.

    grad_fn takes an array of the shape of w and returns the gradient of the loss
    there; w has any shape. Use power iteration: start from a random direction out of
    rng, a numpy.random.Generator, and make `iters` products with the Hessian, each
    by a central difference with a step of your own choice. If -8 and 5 are
    eigenvalues and none is larger, the answer is -8. It is judged to 1 %, with an
    iters that is enough for that. Return one number. w stays as it is.
    (Cohen and others, 2021, follow this number through a training)

    >>> grad_fn = lambda w: np.array([2.0, -5.0]) * w
    >>> value = sharpness(grad_fn, np.array([1.0, 1.0]), 50, np.random.default_rng(0))
    >>> round(value, 2)
    -5.0
    """
    h = 1e-4
    v = rng.normal(size=w.shape)
    v = v / np.sqrt(np.sum(v * v))
    for _ in range(iters):
        Hv = (grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)
        value = np.sum(v * Hv)
        v = Hv / np.sqrt(np.sum(Hv * Hv))
    return float(value)


def _basis():
    """An orthogonal matrix whose first two columns have no part of (1, 1, 1, 1, 1) nor of the first axis."""
    start = np.array(
        [
            [0.0, 1.0, -2.0, 1.0, 0.0],
            [0.0, 1.0, 0.0, -1.0, 0.0],
            [1.0, 1.0, 1.0, 1.0, 2.0],
            [2.0, 0.0, 1.0, 0.0, -1.0],
            [0.0, 0.0, 1.0, 0.0, 3.0],
        ]
    )
    Q, _ = np.linalg.qr(start.T)
    return Q


_Q = _basis()


class _Bowl:
    """The gradient of a loss whose Hessian at w has the eigenvalues given, and others elsewhere."""

    def __init__(self, values, w, bend=1.0):
        self.w, self.values, self.bend = w, np.array(values), bend
        Q = _Q if w.size == 5 else np.linalg.qr(np.vander(np.linspace(-1, 1, w.size)))[0]
        self.H = (Q * self.values) @ Q.T

    def __call__(self, point):
        away = (point - self.w).ravel()
        bend = 0.4 * (np.cos(away) - 1) * self.values[0] + 0.5 * away**3
        return (self.H @ away + self.bend * bend + 0.3).reshape(point.shape)


def _known(bowl, value):
    """`value` as the trace keeps it: a number that the Hessian explains if it is within 1 % of that.

    Other numbers are kept to about 1 % as well, since power iteration does not end exactly.
    """
    values = bowl.values
    biggest = values[np.argmax(np.abs(values))]
    known = [biggest, -biggest, values.max(), values.min(), values[np.argmin(np.abs(values))]]
    known += [2 * biggest, biggest / 2, biggest**2, 2 / biggest, 1 / biggest]
    for number in known:
        if abs(value - number) <= 0.01 * abs(number):
            return np.array(float(number))
    if value == 0 or np.isnan(value):
        return np.array(float(value))
    if abs(value) > 1e6 * abs(biggest):
        return np.array(np.inf)
    return np.asarray(np.sign(value) * np.exp(0.02 * np.round(np.log(abs(value)) / 0.02)))


def _described(value):
    if not isinstance(value, np.ndarray):
        return "text"
    if value.shape != ():
        return f"an array of shape {value.shape}"
    return "one number" if value.dtype.kind in "iuf" else f"a value of type {value.dtype}"


def _measured(measure, where, values, w, iters, seed=0, bend=1.0):
    bowl, asked = _Bowl(values, w, bend), []
    value = measure(_recorded(bowl, w.shape, asked), w, iters, np.random.default_rng(seed))
    yield Seen(where, "what comes back", _described(value))
    if _described(value) != "one number":
        return
    known = _known(bowl, value)
    if np.isnan(known) and any(np.any(np.abs(p) > 1e6) for p in asked):
        known = np.array(np.inf)
    yield Seen(where, "the sharpness", known)


_PLACE = np.array([0.5, -1.0, 2.0, 0.25, -0.5])


@sharpness.probe("a bowl, and a saddle that falls faster than it rises")
def _(measure):
    yield from _measured(measure, "the eigenvalues 8, 3, 2, 1, 0.5", [8.0, 3.0, 2.0, 1.0, 0.5], _PLACE, 40)
    yield from _measured(
        measure, "the eigenvalues -8, 4, 2, 1, 0.5", [-8.0, 4.0, 2.0, 1.0, 0.5], _PLACE, 40, seed=1
    )


@sharpness.probe("negative eigenvalues beside a large one, and a small scale")
def _(measure):
    values = [30.0, -15.0, -2.0, 1.0, 0.0]
    yield from _measured(measure, "the eigenvalues 30, -15, -2, 1, 0", values, _PLACE, 40, seed=2)
    values = [-0.04, -0.02, 0.01, 0.0, 0.0]
    yield from _measured(measure, "the eigenvalues -0.04, -0.02, 0.01, 0, 0", values, _PLACE, 40, seed=3)


@sharpness.probe("a matrix of weights")
def _(measure):
    w = np.array([[0.5, -1.0, 0.25], [1.0, 0.75, -0.5]])
    values = [-8.0, 4.0, 2.0, 1.0, 0.5, 0.25]
    yield from _measured(measure, "the eigenvalues -8 to 4", values, w, 40, seed=4)


@sharpness.probe("a steep direction that (1, 1, ...) has no part of")
def _(measure):
    values = [-8.0, 2.0, 1.0, 0.5, 0.25]
    yield from _measured(measure, "the eigenvalues -8, 2, 1, 0.5, 0.25", values, _PLACE, 12, 6, bend=0.0)


@sharpness.probe("a single weight")
def _(measure):
    yield from _measured(measure, "the eigenvalue -3", [-3.0], np.array([0.5]), 20, seed=5)


def _product_of(h=1e-4, over=None):
    """grad_fn, w, v -> H v by a central difference; `over` is what divides it."""
    return lambda g, w, v: (g(w + h * v) - g(w - h * v)) / (over(h) if over else 2 * h)


def _power(start=None, product=None, renew=None, result=None):
    """Power iteration with a part exchanged: result(v, Hv) is computed in each round, before v is renewed."""
    start = start or (lambda w, rng: rng.normal(size=w.shape))
    product = product or _product_of()
    renew = renew or (lambda v, Hv: Hv / _norm(Hv))
    result = result or (lambda v, Hv: np.sum(v * Hv))

    def answer(grad_fn, w, iters, rng):
        v = start(w, rng)
        v = v / _norm(v)
        for _ in range(iters):
            Hv = product(grad_fn, w, v)
            value = result(v, Hv)
            v = renew(v, Hv)
        return value

    return answer


def _never_shortened(result):
    def answer(grad_fn, w, iters, rng):
        v = rng.normal(size=w.shape)
        for _ in range(iters):
            v = _product_of()(grad_fn, w, v)
        return result(grad_fn, w, v)

    return answer


def _from_start(result):
    """Power iteration that ends with result(the v of the start, the last v, the last H v)."""

    def answer(grad_fn, w, iters, rng):
        v = rng.normal(size=w.shape)
        v = start = v / _norm(v)
        for _ in range(iters):
            last, Hv = v, _product_of()(grad_fn, w, v)
            v = Hv / _norm(Hv)
        return result(start, last, Hv)

    return answer


def _once(grad_fn, w, iters, rng):
    return _power()(grad_fn, w, 1, rng)


def _shifted(grad_fn, w, iters, rng):
    """The largest eigenvalue with its sign, by a shift that makes all of them positive."""
    shift = 2 * abs(_power()(grad_fn, w, iters, rng)) + 1
    product = _product_of()
    more = _power(product=lambda g, w, v: product(g, w, v) + shift * v)
    return more(grad_fn, w, 300 if w.size > 1 else 1, np.random.default_rng(9)) - shift


def _from_all(pick):
    """An answer out of the eigenvalues of the whole Hessian."""
    return lambda grad_fn, w, iters, rng: pick(np.linalg.eigvalsh(_symmetric(_one_by_one(grad_fn, w, 1e-4))))


def _symmetric(H):
    return (H + H.T) / 2


def _over_two_h(*sizes):
    return [_power(product=_product_of(h, over=lambda h: 1.0)) for h in sizes]


_SHARP = {
    "EOS-PI": (
        [
            _power(result=lambda v, Hv: _norm(Hv)),
            _power(result=lambda v, Hv: abs(np.sum(v * Hv))),
            _from_all(lambda values: np.max(np.abs(values))),
        ],
        "the sign is lost",
        "Where the largest eigenvalue in size is negative, yours is the same number without its sign.",
        "A length is never negative. What does v times H v tell that the length of H v does not?",
    ),
    "EOS-LARGEST": (
        [_from_all(np.max), _from_all(lambda values: values[-1])],
        "it returns the largest eigenvalue, not the one that is largest in size",
        "On the saddle yours is a positive eigenvalue, smaller in size than the one that is asked for.",
        "Of -8 and 5, which one does power iteration find?",
    ),
    "EOS-LARGEST-SHIFT": (
        [_from_all(np.min)],
        "it returns the smallest eigenvalue",
        "On the bowl yours is the flattest direction.",
        "Which direction of the bowl is the one where a large step does harm?",
    ),
    "EOS-FLATTEST": (
        [
            _from_all(lambda values: values[np.argmin(np.abs(values))]),
            _from_all(lambda values: np.min(np.abs(values))),
        ],
        "it returns the eigenvalue nearest to zero",
        "What comes back belongs to the flattest direction.",
        "Does a product with H stretch that direction, or shrink it?",
    ),
    "EOS-TURNED": (
        [
            _power(result=lambda v, Hv: -np.sum(v * Hv)),
            _power(product=lambda g, w, v: (g(w - 1e-4 * v) - g(w + 1e-4 * v)) / 2e-4),
        ],
        "every sign is turned",
        "Each result is -1 times the expected one.",
        "In a valley the gradient grows as you walk uphill. Which of the two should be larger?",
    ),
    "HVP-HALF": (
        [_power(product=_product_of(over=lambda h: h))],
        "the difference is divided by h, but the points are further apart",
        "Each result is 2 times the expected one.",
        "How far is it from w - h v to w + h v, in units of v?",
    ),
    "HVP-ONESIDED-HALF": (
        [_power(product=lambda g, w, v: (g(w + 1e-4 * v) - g(w)) / 2e-4)],
        "a forward difference is divided by the distance of a central one",
        "Each result is half of the expected one.",
        "How far are your two points from each other, in units of v?",
    ),
    "EOS-HVP": (
        _over_two_h(1e-2, 1e-3, 1e-4, 1e-5, 1e-6),
        "the difference of the gradients is not divided by the distance",
        "Each result is 2 h times the expected one, a tiny number.",
        "If you halve your h, does the eigenvalue change?",
    ),
    "HVP-PRECEDENCE": (
        [_power(product=_product_of(h, over=lambda h: 2 / h)) for h in (1e-2, 1e-3, 1e-4, 1e-5)],
        "h multiplies the difference instead of dividing it",
        "Each result is h squared times the expected one.",
        "In which order does Python compute a / 2 * h?",
    ),
    "EOS-SQUARE": (
        [
            _power(result=lambda v, Hv: np.sum(Hv * Hv)),
            _from_all(lambda values: np.max(values**2)),
        ],
        "it returns the square of the eigenvalue",
        "64 comes back where 8 or -8 is expected.",
        "What is the length of H v, if v has length 1, and what is its square?",
    ),
    "EOS-RATE": (
        [lambda g, w, iters, rng: 2 / _power()(g, w, iters, rng)],
        "it returns the largest stable learning rate, 2 over the sharpness",
        "0.25 comes back where 8 is expected.",
        "Which of the two is asked for, the sharpness or the rate that it allows?",
    ),
    "EOS-1L": (
        [lambda g, w, iters, rng: 1 / _power()(g, w, iters, rng)],
        "it returns one over the sharpness",
        "0.125 comes back where 8 is expected.",
        "Which of the two is asked for, the curvature or the radius?",
    ),
    "EOS-VNORM": (
        [
            _power(renew=lambda v, Hv: Hv),
            _power(renew=lambda v, Hv: Hv, result=lambda v, Hv: _norm(Hv)),
            _never_shortened(lambda g, w, v: np.sum(v * _product_of()(g, w, v))),
            _never_shortened(lambda g, w, v: _norm(v)),
            _never_shortened(lambda g, w, v: np.sum(v * _product_of()(g, w, v)) / np.sum(v * v)),
        ],
        "v is not brought back to length 1",
        "v grows with each round, and the number with it, without end.",
        "By which factor does a product with H stretch v? After 40 rounds, how long is it?",
    ),
    "EOS-ONCE": (
        [
            _once,
            lambda g, w, iters, rng: _power(renew=lambda v, Hv: v)(g, w, iters, rng),
        ],
        "v is multiplied only once",
        "The number is a mixture of all eigenvalues, weighted by the random start.",
        "Which v goes into the second round?",
    ),
    "EOS-OLDV": (
        [_from_start(lambda start, v, Hv: np.sum(start * Hv))],
        "the first v is multiplied by the last H v",
        "The number is a mixture: both vectors have to be the same one.",
        "Which v was multiplied by H in your last round?",
    ),
    "EOS-ONES": (
        [
            _power(start=lambda w, rng: np.ones(w.shape)),
        ],
        "the start is (1, 1, ...) instead of a random direction",
        "Here the steepest direction is at right angles to (1, 1, ...), and another eigenvalue comes out.",
        "From a start without any part of the eigenvector, can a product with H ever find it?",
    ),
    "EOS-AXIS": (
        [_power(start=lambda w, rng: np.eye(1, w.size).reshape(w.shape))],
        "the start is the first axis instead of a random direction",
        "Here the steepest direction is at right angles to the first axis, and another eigenvalue comes out.",
        "From a start without any part of the eigenvector, can a product with H ever find it?",
    ),
    "EOS-AT-V": (
        [
            _power(product=lambda g, w, v: (g(v + 1e-4 * v) - g(v - 1e-4 * v)) / 2e-4),
            _power(product=lambda g, w, v: (g(v + 1e-4 * w) - g(v - 1e-4 * w)) / 2e-4),
        ],
        "the Hessian is taken at v, not at w",
        "The points where the gradient is taken are near v, where the loss has another Hessian.",
        "Which of the two is the place, and which the direction?",
    ),
    "EOS-AT-ZERO": (
        [_power(product=lambda g, w, v: (g(1e-4 * v) - g(-1e-4 * v)) / 2e-4)],
        "the Hessian is taken at zero, not at w",
        "The points where the gradient is taken are near zero, where the loss has another Hessian.",
        "Where does w stand in the two points?",
    ),
    "EOS-GRADIENT": (
        [_power(product=lambda g, w, v: g(v)), _power(product=lambda g, w, v: g(w + v) - g(w))],
        "the gradient at v stands for H v",
        "On a quadratic around zero it would be right; here it is no product with the Hessian at w.",
        "What has to be subtracted, and how near to w do the two points have to be?",
    ),
    "EOS-HBIG": (
        [
            _power(product=_product_of(1.0)),
            _power(product=_product_of(0.5)),
            _power(product=_product_of(0.1)),
        ],
        "the step of the difference is too large",
        "The numbers are off by some percent: along such a walk the Hessian changes.",
        "How does the result change if you divide your h by 10?",
    ),
    "EOS-HTINY": (
        [
            _power(product=_product_of(1e-17)),
            _power(product=_product_of(1e-20)),
            _power(product=_product_of(1e-17), renew=lambda v, Hv: Hv / (_norm(Hv) + 1e-12)),
        ],
        "the step of the difference is so small that nothing moves",
        "w + h v is w in sixteen digits, so both gradients are equal, and 0 or 0 / 0 comes out.",
        "What is 1 + 1e-17 on a computer?",
    ),
    "EOS-TRACE": (
        [_from_all(np.sum), lambda g, w, iters, rng: np.trace(_one_by_one(g, w, 1e-4))],
        "it returns the sum of the eigenvalues",
        "15.5 comes back where 8 is expected: the trace.",
        "Which of the five eigenvalues is asked for?",
    ),
    "EOS-MEAN": (
        [_from_all(np.mean)],
        "it returns the mean of the eigenvalues",
        "3.1 comes back where 8 is expected.",
        "Which of the five eigenvalues is asked for?",
    ),
    "EOS-FROBENIUS": (
        [_from_all(lambda values: np.sqrt(np.sum(values**2)))],
        "it returns the length of all eigenvalues together",
        "The number is a little too large, and never negative.",
        "Which norm of a matrix is its largest eigenvalue in size?",
    ),
    "EOS-SUMNORM": (
        [_power(renew=lambda v, Hv: Hv / np.sum(np.abs(Hv)))],
        "v is shortened by its sum, but the quotient takes it for a vector of length 1",
        "The number is too small, by v times v.",
        "What is v times v after your rounds?",
    ),
    "EOS-MAXNORM": (
        [_power(renew=lambda v, Hv: Hv / np.max(np.abs(Hv)))],
        "v is divided by its largest entry, but the quotient takes it for a vector of length 1",
        "The number is too large, by v times v.",
        "What is v times v after your rounds?",
    ),
    "EOS-VECTOR": (
        [
            lambda g, w, iters, rng: _power(result=lambda v, Hv: v)(g, w, iters, rng),
            lambda g, w, iters, rng: _power(result=lambda v, Hv: v * Hv)(g, w, iters, rng),
        ],
        "an array comes back, not one number",
        "The shape is that of w, where one number is expected.",
        "What is left when v and H v are multiplied entry by entry?",
    ),
    "EOS-PAIR": (
        [lambda g, w, iters, rng: (_power()(g, w, iters, rng), np.ones(w.shape))],
        "the eigenvector comes back too",
        "Two things are returned, where one number is expected.",
        "What does the docstring want back?",
    ),
    "EOS-MATRIX": (
        [
            _power(result=lambda v, Hv: v @ Hv),
            _power(result=lambda v, Hv: np.dot(v.T, Hv)),
            _power(result=lambda v, Hv: v.T @ Hv if v.ndim > 1 else v @ Hv),
        ],
        "for a matrix of weights, v @ Hv is a product of matrices",
        "Vectors agree; for weights in a matrix it raises, or an array comes back.",
        "Which numbers of v and H v belong together, whatever the shape?",
    ),
}
for _id, (_answers, _name, _sees, _question) in _SHARP.items():
    for _answer in _answers:
        sharpness.mistake(_id, _name, _sees, _question)(_answer)


@sharpness.mistake("EOS-ONCE")
def _(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    Hv = _product_of()(grad_fn, w, v)
    return np.sum(v * Hv) / np.sum(v * v)


@sharpness.mistake(
    "EOS-OTHER-RNG",
    name="the start does not come from rng",
    sees="The same rng gives another number the second time, in the last digits, so nobody can repeat it.",
    question="np.random.randn and a fresh default_rng() have random numbers of their own. Which argument "
    "should they come from?",
    habit="MOM-CLASSVAR",
)
def _(grad_fn, w, iters, rng):
    return _power(start=lambda w, rng: np.random.default_rng().normal(size=w.shape))(grad_fn, w, 7, rng)


@sharpness.mistake("GD-INPLACE")
def _(grad_fn, w, iters, rng):
    value = _power()(grad_fn, w, iters, rng)
    w += 1e-4
    return value


# 12.3


@exercise(
    "12.3",
    "One step of SAM",
    returns="w",
    hints=(
        "There are two gradients in one step. At which two points, and which of them moves w?",
        "First climb: from w a distance rho along the gradient, to the worst place nearby. Take the gradient "
        "there. Then forget the climb: the step starts from w.",
        "g at w, its length over all entries; the point w + rho * g / length (w itself if the length is 0); "
        "the gradient at that point, times lr, is subtracted from w.",
        "The same shape in another story, a hiker who asks how steep it would be if the path were muddy:\n"
        "    wind = storm(here)\n"
        "    worse = here + reach * wind / np.linalg.norm(wind)\n"
        "    return here - pace * storm(worse)",
    ),
    after="Worth keeping: the climb asks, the step answers. One step of SAM costs two gradients.",
)
def sam_step(w, grad_fn, lr, rho):
    """Take one step of sharpness-aware minimization.

    w is an array of any shape; grad_fn takes such an array and returns the gradient
    of the loss there, an array of the same shape. Climb from w a distance of rho
    along the gradient (its length is taken over all entries together), take the
    gradient up there, and use it for a step of gradient descent with the rate lr
    from w. Where the gradient at w is zero there is no climb. Return the new w, a
    new array. w stays as it is. (Foret and others, 2021)

    >>> grad_fn = lambda w: np.array([1.0, 10.0]) * w
    >>> sam_step(np.array([0.0, 2.0]), grad_fn, lr=0.125, rho=1.0)
    array([ 0.  , -1.75])
    """
    grad = grad_fn(w)
    length = np.sqrt(np.sum(grad**2))
    climb = rho * grad / length if length > 0 else 0.0
    return w - lr * grad_fn(w + climb)


def _sam_walk(step, where, w, lr, rho, steps, gradient=_slope):
    for count in range(1, steps + 1):
        before, asked = w, []
        w = step(w, _recorded(gradient, np.shape(w), asked), lr, rho)
        if len(asked) == 2:
            second = "the second point where the gradient is taken"
            yield Seen(f"{where}step {count}", second, asked[1], clue=True)
        yield Seen(f"{where}step {count}", "w", w, start=before)
        if np.shape(w) != before.shape or not isinstance(w, np.ndarray):
            return


@sam_step.probe("two runs of three steps")
def _(step):
    yield from _sam_walk(step, "run 1, ", _W, 0.1, 0.5, 3)
    yield from _sam_walk(step, "run 2, ", _W[::-1].copy(), 0.02, 0.05, 3)


@sam_step.probe("a matrix, and a single number")
def _(step):
    yield from _sam_walk(step, "a matrix, ", _MATRIX, 0.05, 0.7, 2)
    yield from _sam_walk(step, "a single number, ", np.array(0.75), 0.1, 0.3, 2)


@sam_step.probe("no climb at rho 0, and a zero in the gradient")
def _(step):
    yield from _sam_walk(step, "rho 0, ", _W, 0.1, 0.0, 2)
    yield from _sam_walk(step, "a zero, ", _W, 0.1, 0.5, 2, gradient=_partly_flat)


def _partly_flat(w):
    return np.array([0.0, 1.0, 2.0, -1.0]) * (w + 0.5 * w**2)


def _steep(w):
    """A gradient a million times smaller than the Hessian around it would let one expect."""
    return 2.0 * (w - _W) + 1e-6 * np.arange(1.0, 5.0) + 0.5 * (w - _W) ** 2


def _flat(w):
    return 3.0 * (w - _W)


@sam_step.probe("whole numbers, and float32")
def _(step):
    yield from _sam_walk(step, "whole numbers, ", np.array([1, -2, 0, 3]), 0.1, 0.5, 2)
    yield from _sam_walk(step, "float32, ", _W.astype(np.float32), 0.1, 0.5, 2)


@sam_step.probe("a tiny gradient")
def _(step):
    yield from _sam_walk(step, "", _W, 0.1, 0.5, 1, gradient=_steep)


@sam_step.probe("a gradient of zero")
def _(step):
    yield from _sam_walk(step, "", _W, 0.1, 0.5, 1, gradient=_flat)


def _sam(climb=None, move=None, length=None):
    """SAM with a part exchanged: climb(w, g, n, lr, rho) is where it asks, move(w, up, g, peak, lr)."""
    length = length or _norm
    climb = climb or (lambda w, g, n, lr, rho: w + rho * g / n)
    move = move or (lambda w, up, g, peak, lr: w - lr * up)

    def answer(w, grad_fn, lr, rho):
        g = grad_fn(w)
        n = length(g)
        peak = climb(w, g, n, lr, rho) if np.any(g) else w + 0.0
        return move(w, grad_fn(peak), g, peak, lr)

    return answer


def _climb_added(w, grad_fn, lr, rho):
    g = grad_fn(w)
    return w - lr * (g + rho * g / _norm(g) if np.any(g) else g)


def _added(eps):
    return _sam(climb=lambda w, g, n, lr, rho: w + rho * g / (n + eps))


for _eps in ("1e-12", "1e-10", "1e-8", "1e-6"):
    sam_step.convention(
        f"{_eps} is added to the length",
        text="Much code adds a small number so that a gradient of zero does no harm; you see it only where "
        "the gradient is tiny.",
    )(_added(float(_eps)))

_SAM = {
    "SAM-NOCLIMB": (
        [lambda w, grad_fn, lr, rho: w - lr * grad_fn(w), _sam(move=lambda w, up, g, peak, lr: w - lr * g)],
        "the step uses the gradient at w, so the climb changes nothing",
        "This is gradient descent: w does not depend on rho.",
        "You have two gradients, or could have. Which of them should move w?",
    ),
    "SAM-STAYS": (
        [_sam(move=lambda w, up, g, peak, lr: peak - lr * up)],
        "the step starts from the top of the climb",
        "Each w is off by the climb, by a distance of rho.",
        "The climb was made to look around. From where does the step start?",
    ),
    "SAM-DOWN": (
        [_sam(climb=lambda w, g, n, lr, rho: w - rho * g / n)],
        "it climbs down instead of up",
        "The second gradient is taken on the other side of w, at the better place nearby.",
        "SAM looks for the worst place nearby. Does the gradient point to it, or away from it?",
    ),
    "SAM-NONORM": (
        [_sam(climb=lambda w, g, n, lr, rho: w + rho * g)],
        "the climb is not brought to the length rho",
        "A large gradient climbs far, a small one hardly at all.",
        "How long is your climb, for a gradient of length 100?",
    ),
    "SAM-SQNORM": (
        [
            _sam(climb=lambda w, g, n, lr, rho: w + rho * g / n**2),
            _sam(length=lambda g: np.sum(g * g)),
        ],
        "the climb is divided by the square of the length",
        "A large gradient hardly climbs at all, a small one far.",
        "How long is your climb, for a gradient of length 100?",
    ),
    "SAM-UNIT": (
        [_sam(climb=lambda w, g, n, lr, rho: w + g / n)],
        "the climb has the length 1, not rho",
        "w does not depend on rho.",
        "Where does the argument rho appear in your lines?",
    ),
    "SAM-ATMOST": (
        [
            _sam(climb=lambda w, g, n, lr, rho: w + rho * g / max(n, 1.0)),
            _sam(climb=lambda w, g, n, lr, rho: w + g * min(1.0, rho / n)),
        ],
        "the climb is clipped, not brought to the length rho",
        "Long gradients climb as they should, short ones climb less.",
        "How long is your climb, for a gradient of length 0.01?",
    ),
    "SAM-TWOSIDED": (
        [lambda w, grad_fn, lr, rho: w - lr * (_up(grad_fn, w, rho) + _up(grad_fn, w, -rho)) / 2],
        "the gradients above and below w are averaged",
        "The two climbs nearly cancel, and little more than gradient descent is left.",
        "SAM asks about the worst place nearby. Which of your two points is that?",
    ),
    "SAM-ADDS": (
        [_climb_added],
        "the climb is added to the gradient, and no second gradient is taken",
        "grad_fn is asked at w alone; the step is a little longer, in the same direction.",
        "What do you know of the slope at the top of the climb?",
    ),
    "SAM-SHIFT": (
        [lambda w, grad_fn, lr, rho: w - lr * grad_fn(w + rho)],
        "every weight is raised by rho, whichever way is uphill",
        "The gradient is taken at w + rho; the one at w is not asked for.",
        "In which direction does the loss rise fastest?",
    ),
    "SAM-SIGN": (
        [_sam(climb=lambda w, g, n, lr, rho: w + rho * np.sign(g))],
        "each coordinate climbs by rho on its own",
        "The climb follows the signs of the gradient, and it is longer than rho.",
        "By how much does your climb move w altogether, as one length over all entries?",
    ),
    "SAM-L1": (
        [_sam(length=lambda g: np.sum(np.abs(g)))],
        "the length is the sum of the absolute values",
        "The climb is too short.",
        "How long is the vector (3, 4)?",
    ),
    "SAM-MAX": (
        [_sam(length=lambda g: np.max(np.abs(g)))],
        "the length is the largest entry",
        "The climb is too long.",
        "How long is the vector (3, 4)?",
    ),
    "SAM-RMS": (
        [_sam(length=lambda g: np.sqrt(np.mean(g * g)))],
        "the length is a mean over the entries, not a sum",
        "The climb is too long, by the root of the number of weights.",
        "How long is the vector (3, 4)?",
    ),
    "SAM-WLENGTH": (
        [lambda w, g, lr, rho: w - lr * g(w + rho * g(w) / _norm(w))],
        "the climb is divided by the length of w",
        "A large gradient still climbs far.",
        "Which of the two arrays has to be brought to length 1?",
    ),
    "SAM-ALONGW": (
        [lambda w, g, lr, rho: w - lr * g(w + rho * w / _norm(w))],
        "the climb goes along w, not along the gradient",
        "The second gradient is taken further away from zero, which need not be uphill.",
        "In which direction does the loss rise fastest?",
    ),
    "SAM-LRCLIMB": (
        [
            _sam(climb=lambda w, g, n, lr, rho: w + lr * rho * g / n),
            _sam(climb=lambda w, g, n, lr, rho: w + lr * g),
            _sam(climb=lambda w, g, n, lr, rho: w + lr * g / n),
        ],
        "lr stands in the climb",
        "The second gradient is taken too near to w, at a distance that depends on lr.",
        "If lr is halved, should the place that you ask about come nearer?",
    ),
    "SAM-ADAPTIVE": (
        [
            _sam(climb=lambda w, g, n, lr, rho: w + rho * w**2 * g / _norm(np.abs(w) * g)),
            _sam(climb=lambda w, g, n, lr, rho: w + rho * np.abs(w) * g / n),
        ],
        "the climb is scaled by the weights: the adaptive SAM",
        "Large weights climb further than small ones.",
        "That is a later method of another paper. How does this one share out the climb?",
    ),
    "SAM-BOTH": (
        [_sam(move=lambda w, up, g, peak, lr: w - lr * (g + up))],
        "both gradients are used, one after the other",
        "Each move is about twice the expected one.",
        "Which of the two gradients only serves to find the place?",
    ),
    "SAM-MEAN": (
        [_sam(move=lambda w, up, g, peak, lr: w - lr * (g + up) / 2)],
        "the mean of both gradients is used",
        "Each move lies half-way between gradient descent and SAM.",
        "Which of the two gradients only serves to find the place?",
    ),
    "SAM-DIFFERENCE": (
        [_sam(move=lambda w, up, g, peak, lr: w - lr * (up - g))],
        "the change of the gradient is used, not the gradient",
        "With rho 0 nothing moves.",
        "With rho 0, which well-known step should be left?",
    ),
    "SAM-UNITSTEP": (
        [_sam(move=lambda w, up, g, peak, lr: w - lr * up / _norm(up))],
        "the step has length lr as well: the second gradient is normalised",
        "Each move is as long as lr, however steep it is.",
        "Which of the two moves has a fixed length, the climb or the step?",
    ),
    "SAM-OLDLENGTH": (
        [_sam(move=lambda w, up, g, peak, lr: w - lr * up / _norm(g))],
        "the step is divided by the length of the first gradient",
        "The moves are right in direction, and do not grow with the gradient.",
        "Which of the two moves has a fixed length, the climb or the step?",
    ),
    "SAM-SWAP": (
        [lambda w, grad_fn, lr, rho: _sam()(w, grad_fn, rho, lr)],
        "lr and rho have changed places",
        "The climb is lr long, and the step is made with rho.",
        "Which of the two says how far to look, and which how far to go?",
    ),
    "SAM-RHOSTEP": (
        [
            lambda w, grad_fn, lr, rho: _sam(move=lambda w, up, g, peak, lr: w - lr * rho * up)(
                w, grad_fn, lr, rho
            ),
            lambda w, grad_fn, lr, rho: _sam(move=lambda w, up, g, peak, lr: w - rho * up)(
                w, grad_fn, lr, rho
            ),
        ],
        "rho stands in the step",
        "With rho 0 nothing moves.",
        "With rho 0, which well-known step should be left?",
    ),
    "SAM-TWICE": (
        [
            lambda w, g, lr, rho: _sam()(_sam()(w, g, lr, rho), g, lr, rho),
            lambda w, g, lr, rho: (
                w
                - lr
                * _sam(move=lambda w, up, g, peak, lr: up)(w + rho * g(w) / (_norm(g(w)) or 1.0), g, lr, rho)
            ),
        ],
        "it does something twice: two climbs, or two steps",
        "grad_fn is asked four times, or more.",
        "How many gradients does one step of SAM need?",
    ),
    "SAM-LOOKSTEP": (
        [lambda w, g, lr, rho: _descend_first(w, g, lr, rho)],
        "it steps first, and climbs from there",
        "The climb starts from a w that has moved already.",
        "From which w does the climb start?",
    ),
    "GD-SIGN": (
        [_sam(move=lambda w, up, g, peak, lr: w + lr * up)],
        "the step goes uphill",
        "Each move is -1 times the expected one.",
        "The climb went up. In which direction should w go in the end?",
    ),
    "SAM-BOTHSIGNS": (
        [
            _sam(
                climb=lambda w, g, n, lr, rho: w - rho * g / n, move=lambda w, up, g, peak, lr: peak - lr * up
            )
        ],
        "it goes down by rho, and then steps from there",
        "Two steps downhill, and no climb.",
        "SAM looks for the worst place nearby, and returns to w. Which of your two lines does that?",
    ),
    "SAM-NONORM-STAYS": (
        [_sam(climb=lambda w, g, n, lr, rho: w + rho * g, move=lambda w, up, g, peak, lr: peak - lr * up)],
        "the climb is not brought to the length rho, and the step starts from its top",
        "Each w is off by the climb, and the climb is as long as the gradient makes it.",
        "How long should the climb be, and from where does the step start?",
    ),
    "GD-NOLR": (
        [_sam(move=lambda w, up, g, peak, lr: w - up)],
        "the learning rate is not used",
        "Each move is 1 / lr times the expected one.",
        "If lr is halved, what should happen to the move?",
    ),
    "GD-DELTA": (
        [
            _sam(move=lambda w, up, g, peak, lr: -lr * up),
            _sam(move=lambda w, up, g, peak, lr: lr * up),
            _sam(move=lambda w, up, g, peak, lr: up),
            _sam(move=lambda w, up, g, peak, lr: peak),
        ],
        "something else than the new w is returned",
        "What comes back is the move, the gradient or the top of the climb.",
        "After the call, where are the weights?",
    ),
    "SAM-COLUMNS": (
        [
            _sam(length=lambda g: np.sqrt(np.sum(g * g, axis=0)) if g.ndim > 1 else _norm(g)),
            _sam(length=lambda g: np.linalg.norm(g, axis=0)),
            _sam(length=lambda g: np.sqrt(np.sum(g * g, axis=-1, keepdims=True)) if g.ndim > 1 else _norm(g)),
        ],
        "each row or column of a matrix has a length of its own",
        "Vectors agree; in a matrix each part climbs by rho.",
        "How long is the climb of the whole matrix, as one length over all entries?",
    ),
    "SAM-SPECTRAL": (
        [_sam(length=lambda g: np.linalg.norm(g, 2) if g.ndim == 2 else _norm(g))],
        "for a matrix, np.linalg.norm(g, 2) is the largest singular value",
        "Vectors agree; a matrix climbs too far.",
        "Which norm of a matrix is made of all its entries?",
    ),
    "SAM-NAN": (
        [lambda w, grad_fn, lr, rho: w - lr * grad_fn(w + rho * grad_fn(w) / _norm(grad_fn(w)))],
        "a gradient of zero gives nan",
        "All agrees but the last case: 0 / 0, and nan is everywhere from then on.",
        "What is the length of a gradient of zero, and where should the climb lead then?",
    ),
}


def _up(grad_fn, w, rho):
    g = grad_fn(w)
    return grad_fn(w + rho * g / (_norm(g) or 1.0))


def _descend_first(w, grad_fn, lr, rho):
    g = grad_fn(w)
    w = w - lr * g
    return w - lr * grad_fn(w + rho * g / (_norm(g) or 1.0))


for _id, (_answers, _name, _sees, _question) in _SAM.items():
    for _answer in _answers:
        sam_step.mistake(_id, _name, _sees, _question)(_answer)


@sam_step.mistake("SAM-SPECTRAL")
def _(w, grad_fn, lr, rho):
    g = grad_fn(w)
    if g.ndim != 2:
        return _sam()(w, grad_fn, lr, rho)
    return w - lr * grad_fn(w + rho * g / np.linalg.norm(g, 1))


@sam_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and fractions are cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad_fn, lr, rho):
    out = np.zeros_like(w)
    out[...] = _sam()(w, grad_fn, lr, rho)
    return out


@sam_step.mistake("GD-INT")
def _(w, grad_fn, lr, rho):
    g = grad_fn(w)
    peak = w.copy()
    peak[...] = w + rho * g / (_norm(g) or 1.0)
    return w - lr * grad_fn(peak)


@sam_step.mistake("GD-INPLACE")
def _(w, grad_fn, lr, rho):
    g = grad_fn(w)
    climb = rho * g / (_norm(g) or 1.0)
    w += climb
    up = grad_fn(w)
    w -= climb
    w -= lr * up
    return w


@sam_step.mistake("MOM-CLASSVAR")
def _(w, grad_fn, lr, rho, kept=[]):  # noqa: B006
    kept.append(lr)
    return _sam()(w, grad_fn, lr / len(kept), rho)
