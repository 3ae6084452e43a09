"""Exercises of lesson 14: clipping gradients, and the way back through a recurrent network."""

import math

import numpy as np

from .parts import exercise
from .trace import AnswerStopped, Seen, Stop, Unusable, unpacked

# 14.1


@exercise(
    "14.1",
    "Clip all gradients by one length",
    returns=None,
    hints=(
        "All arrays of the list together are one long arrow. How long is it, and what may happen to its "
        "direction?",
        "One length for all, one factor for all. The factor is max_norm / length where the length is above "
        "max_norm, and 1 everywhere else: no gradient becomes longer.",
        "length = the root of the sum, over all arrays, of the sum of their squares. factor = max_norm / "
        "length if length > max_norm else 1.0. Return [g * factor for g in grads].",
        "The same shape in another story, luggage of several people that may weigh `limit` altogether:\n"
        "    weight = sum(np.sum(bag) for bag in bags)\n"
        "    share = limit / weight if weight > limit else 1.0\n"
        "    return [bag * share for bag in bags]",
    ),
    after="Worth keeping: one common factor shortens the step and keeps its direction.",
)
def clip_global_norm(grads, max_norm):
    """Scale gradients down so that together they are not longer than max_norm.

    grads is a list of float arrays of any shapes, one for each parameter; max_norm
    is above 0. The length is that of all entries of all arrays together. If it is
    larger than max_norm, all arrays are multiplied by one common factor that makes
    it max_norm; if not, they keep their values, also when all are zero. Return a
    list of new arrays in the same order; grads stays as it is.
    (Pascanu, Mikolov and Bengio, 2013)

    >>> clip_global_norm([np.array([3.0]), np.array([0.0, 4.0])], max_norm=1.0)
    [array([0.6]), array([0. , 0.8])]
    >>> clip_global_norm([np.array([0.5])], max_norm=1.0)
    [array([0.5])]
    """
    length = np.sqrt(sum(np.sum(g**2) for g in grads))
    factor = max_norm / length if length > max_norm else 1.0
    return [g * factor for g in grads]


_GRADS = [
    np.array([0.5, -1.5, 0.02]),
    np.array([[2.0, -0.3], [0.001, 1.0], [0.0, -4.0]]),
    np.array([2.75, 0.9]),
]
_SMALL = [np.array([0.3, -0.4]), np.array([[1.2]])]


def _clipped(clip, where, grads, max_norm):
    names = [f"array {i} of {len(grads)}" for i in range(len(grads))]
    try:
        clipped = unpacked(clip(grads, max_norm), names)
    except Unusable as unusable:
        raise AnswerStopped(Stop("returns", str(unusable))) from None
    for name, g in zip(names, clipped, strict=True):
        yield Seen(where, name, g)


@clip_global_norm.probe("gradients that are too long, and others that are not")
def _(clip):
    yield from _clipped(clip, "limit 1", _GRADS, 1.0)
    yield from _clipped(clip, "limit 3.5", _GRADS, 3.5)
    yield from _clipped(clip, "limit 4.8", _GRADS, 4.8)
    yield from _clipped(clip, "limit 20", _GRADS, 20.0)
    yield from _clipped(clip, "small ones, limit 0.5", [0.01 * g for g in _GRADS], 0.5)
    yield from _clipped(clip, "small ones, limit 0.01", [0.01 * g for g in _GRADS], 0.01)


@clip_global_norm.probe("lists of one array and of five")
def _(clip):
    yield from _clipped(clip, "one array", [np.array([6.0, -8.0, 0.0])], 2.0)
    five = [np.array([1.5, -2.0])] * 4 + [np.array([0.125])]
    yield from _clipped(clip, "five arrays", five, 2.5)


@clip_global_norm.probe("float32")
def _(clip):
    yield from _clipped(clip, "", [g.astype(np.float32) for g in _GRADS], 1.5)


@clip_global_norm.probe("exactly as long as allowed")
def _(clip):
    yield from _clipped(clip, "", [np.array([3.0]), np.array([0.0, -4.0])], 5.0)


@clip_global_norm.probe("gradients of zero")
def _(clip):
    yield from _clipped(clip, "", [np.zeros(2), np.zeros((1, 2))], 1.0)


def _length(grads):
    return math.sqrt(sum(float(np.sum(np.square(g, dtype=float))) for g in grads))


def _capped(length, max_norm, eps=0.0):
    """The factor of torch: no condition, a small number below, and at most 1."""
    return min(1.0, max_norm / (length + eps)) if length + eps > 0 else 1.0


def _scaled(length=None, factor=None, apply=None):
    """The reference with a part exchanged: the length, factor(length, max_norm), apply(g, factor)."""
    length = length or _length
    factor = factor or _capped
    apply = apply or (lambda g, f: g * f)

    def answer(grads, max_norm):
        common = factor(length(grads), max_norm)
        return [apply(g, common) for g in grads]

    return answer


_EPS_TEXT = "PyTorch adds such a number to the length; the gradients end up shorter by a hair."
for _eps in ("1e-6", "1e-7", "1e-8"):
    clip_global_norm.convention(f"{_eps} is added to the length", text=_EPS_TEXT)(
        _scaled(factor=lambda n, m, eps=float(_eps): _capped(n, m, eps))
    )
    clip_global_norm.convention(f"{_eps} is added to the length, where it is above max_norm", text=_EPS_TEXT)(
        _scaled(factor=lambda n, m, eps=float(_eps): m / (n + eps) if n > m else 1.0)
    )


def _one_by_one(grads, max_norm):
    return [g * _capped(_length([g]), max_norm) for g in grads]


def _so_far(grads, max_norm):
    """The length grows while the arrays are scaled already."""
    squares, out = 0.0, []
    for g in grads:
        squares += float(np.sum(g * g))
        out.append(g * _capped(math.sqrt(squares), max_norm))
    return out


def _only_long_ones(grads, max_norm):
    common = _capped(_length(grads), max_norm)
    return [g * common if _length([g]) > max_norm else g * 1.0 for g in grads]


_GLOBAL = {
    "CLIP-NOOP": (
        [_scaled(factor=lambda n, m: 1.0)],
        "nothing is clipped",
        "The gradients come back as they were, however long they are.",
        "Is the clipped list the one that you return?",
    ),
    "CLIP-ELEM": (
        [lambda grads, max_norm: [np.clip(g, -max_norm, max_norm) for g in grads]],
        "each entry is clipped on its own",
        "Large entries are cut to max_norm, small ones stay: the direction turns.",
        "After clipping, do the entries still stand in the same ratio to each other?",
    ),
    "CLIP-ELEM-ABOVE": (
        [lambda grads, max_norm: [np.minimum(g, max_norm) for g in grads]],
        "each entry is clipped on its own, and only from above",
        "Large positive entries are cut, large negative ones stay.",
        "After clipping, do the entries still stand in the same ratio to each other?",
    ),
    "CLIP-LOCAL": (
        [_one_by_one],
        "each array is clipped by its own length",
        "Short arrays keep their length while long ones lose theirs: the direction of the whole turns.",
        "How many lengths do you compute, and how many should there be?",
    ),
    "CLIP-SHARE": (
        [lambda grads, max_norm: _one_by_one(grads, max_norm / math.sqrt(len(grads)))],
        "each array gets a share of max_norm of its own",
        "Each array is as long as its share allows: the direction of the whole turns.",
        "How many lengths do you compute, and how many should there be?",
    ),
    "CLIP-ALWAYS": (
        [
            _scaled(factor=lambda n, m: np.float64(m) / n),
            _scaled(factor=lambda n, m: m / (n + 1e-6)),
            _scaled(factor=lambda n, m: m / (n + 1e-8)),
            _scaled(factor=lambda n, m: m / n if n > 0 else 1.0),
        ],
        "short gradients are made longer",
        "Where nothing should happen, the gradients are stretched to max_norm.",
        "Which factor belongs to a length of 0.1 and a max_norm of 1?",
    ),
    "CLIP-REVERSED": (
        [
            _scaled(factor=lambda n, m: m / n if 0 < n < m else 1.0),
            _scaled(factor=lambda n, m: max(1.0, np.float64(m) / n) if n else 1.0),
        ],
        "it does the opposite: long gradients stay and short ones are stretched",
        "Gradients that are too long come back as they were.",
        "Read your condition, or your min and max, for a length of 10 and a max_norm of 1. What does it do?",
    ),
    "CLIP-INVERSE": (
        [
            _scaled(factor=lambda n, m: n / m if n > m else 1.0),
            _scaled(factor=lambda n, m: max(1.0, n / m)),
            _scaled(apply=lambda g, f: g / f),
        ],
        "the factor is upside down",
        "Gradients that are too long become longer still.",
        "For a length of 10 and a max_norm of 1, should the factor be 10 or 0.1?",
    ),
    "CLIP-SQ": (
        [
            _scaled(length=lambda grads: _length(grads) ** 2),
            _scaled(factor=lambda n, m: m / n**2 if n > m else 1.0),
        ],
        "the root is missing: the sum of the squares stands for the length",
        "Gradients that are too long become too short.",
        "How long is the arrow (3, 4)?",
    ),
    "CLIP-SQ-CONDITION": (
        [_scaled(factor=lambda n, m: m / n if n**2 > m else 1.0)],
        "the squared length is compared with max_norm",
        "The factor is right, but the condition asks about another number.",
        "Which two numbers does your condition compare?",
    ),
    "CLIP-SQRT-FACTOR": (
        [
            _scaled(factor=lambda n, m: math.sqrt(m / n) if n > m else 1.0),
            _scaled(factor=lambda n, m: m**2 / n**2 if n > m else 1.0),
        ],
        "the factor has a root or a square too many",
        "Gradients that are too long end at another length than max_norm.",
        "If all entries are multiplied by 1/2, what happens to the length?",
    ),
    "CLIP-L1": (
        [_scaled(length=lambda grads: sum(float(np.sum(np.abs(g))) for g in grads))],
        "the length is the sum of the absolute values",
        "Gradients that are too long become too short.",
        "How long is the arrow (3, 4)?",
    ),
    "CLIP-MAX": (
        [_scaled(length=lambda grads: max(float(np.max(np.abs(g))) for g in grads))],
        "the length is the largest entry",
        "Gradients that are too long stay too long.",
        "How long is the arrow (3, 4)?",
    ),
    "CLIP-SUMNORMS": (
        [_scaled(length=lambda grads: sum(_length([g]) for g in grads))],
        "the lengths of the arrays are added",
        "With one array all agrees; with several the gradients become too short.",
        "Two arrows of length 3 and 4 stand at right angles. How long are they together?",
    ),
    "CLIP-ROOTNORMS": (
        [_scaled(length=lambda grads: math.sqrt(sum(_length([g]) for g in grads)))],
        "the lengths of the arrays are added without being squared",
        "The root is taken, but of a sum of lengths.",
        "Two arrows of length 3 and 4 stand at right angles. How long are they together?",
    ),
    "CLIP-LONGEST": (
        [_scaled(length=lambda grads: max(_length([g]) for g in grads))],
        "only the longest array counts",
        "The gradients stay a little too long.",
        "Two arrows of length 3 and 4 stand at right angles. How long are they together?",
    ),
    "CLIP-MEANNORM": (
        [_scaled(length=lambda grads: float(np.mean([_length([g]) for g in grads])))],
        "the mean of the lengths stands for the length",
        "The gradients stay too long.",
        "Two arrows of length 3 and 4 stand at right angles. How long are they together?",
    ),
    "CLIP-RMS": (
        [
            _scaled(length=lambda grads: _length(grads) / math.sqrt(sum(np.size(g) for g in grads))),
            _scaled(length=lambda grads: math.sqrt(sum(float(np.mean(g * g)) for g in grads))),
            _scaled(length=lambda grads: _length(grads) / math.sqrt(len(grads))),
        ],
        "a mean stands where the sum of the squares should",
        "The gradients stay too long.",
        "How long is the arrow (3, 4)?",
    ),
    "CLIP-SIGNED": (
        [
            _scaled(length=lambda grads: abs(sum(float(np.sum(g)) for g in grads))),
            _scaled(length=lambda grads: math.sqrt(sum(float(np.sum(g)) ** 2 for g in grads))),
        ],
        "the entries are added before they are squared",
        "Positive and negative entries cancel in your length.",
        "How long is the arrow (1, -1)?",
    ),
    "CLIP-FIRST": (
        [_scaled(length=lambda grads: _length(grads[:1]))],
        "only the first array is measured",
        "The length of the other arrays does not count.",
        "After your loop, which arrays are in the length?",
    ),
    "CLIP-LAST": (
        [_scaled(length=lambda grads: _length(grads[-1:]))],
        "only the last array is measured",
        "Each array overwrites the length of the one before.",
        "After your loop, which arrays are in the length?",
    ),
    "CLIP-SOFAR": (
        [_so_far],
        "arrays are scaled before all of them are measured",
        "The first array is scaled by its own length, the last one by that of all.",
        "When is the common factor known: inside the loop over the arrays, or after it?",
    ),
    "CLIP-ONLYLONG": (
        [_only_long_ones],
        "only arrays that are too long themselves are scaled",
        "Short arrays keep their values while the others shrink: the direction of the whole turns.",
        "How many factors are at work in your list?",
    ),
    "CLIP-UNIT": (
        [
            _scaled(factor=lambda n, m: 1 / n if n > m else 1.0),
            _scaled(factor=lambda n, m: 1 / n if n > 0 else 1.0),
        ],
        "the gradients are brought to length 1, not to max_norm",
        "With max_norm 1 all agrees; with another one the length is wrong.",
        "Where does max_norm stand in your factor?",
    ),
    "CLIP-DIVMAX": (
        [
            _scaled(factor=lambda n, m: 1 / m if n > m else 1.0),
            _scaled(factor=lambda n, m: m if n > m else 1.0),
        ],
        "max_norm scales the gradients, their length does not",
        "Gradients that are too long end at a length that depends on where they began.",
        "Which length do the gradients have after your factor, if they had the length 10?",
    ),
    "CLIP-SOFT": (
        [_scaled(factor=lambda n, m: m / (m + n)), _scaled(factor=lambda n, m: m / (1 + n))],
        "every gradient is shortened, short ones too",
        "The length comes near max_norm and never reaches it.",
        "Which factor belongs to a length of 0.1 and a max_norm of 1?",
    ),
    "CLIP-ZEROED": (
        [_scaled(factor=lambda n, m: 0.0 if n > m else 1.0)],
        "gradients that are too long are thrown away",
        "Zeros come back.",
        "What should be left of the direction?",
    ),
    "CLIP-REST": (
        [_scaled(factor=lambda n, m: 1 - m / n if n > m else 1.0)],
        "what is cut off comes back",
        "The factor is 1 minus the right one.",
        "For a length of 10 and a max_norm of 1, what is your factor?",
    ),
    "CLIP-SIGN": (
        [_scaled(apply=lambda g, f: -g * f)],
        "the gradients are turned round",
        "Each entry has its sign turned.",
        "Is the step part of clipping?",
    ),
    "CLIP-ABS": (
        [_scaled(apply=lambda g, f: np.abs(g) * f)],
        "the signs are lost",
        "Each entry comes back as its absolute value.",
        "What should be left of the direction?",
    ),
    "CLIP-SPECTRAL": (
        [
            _scaled(
                length=lambda grads: math.sqrt(
                    sum(float(np.linalg.norm(g, 2)) ** 2 if np.ndim(g) else float(g) ** 2 for g in grads)
                )
            )
        ],
        "for a matrix, np.linalg.norm(g, 2) is the largest singular value",
        "Vectors agree; with a matrix in the list the gradients stay too long.",
        "Which norm of a matrix is made of all its entries?",
    ),
    "CLIP-PAIR": (
        [lambda grads, max_norm: (_scaled()(grads, max_norm), _length(grads))],
        "the length comes back too",
        "A pair of a list and a number is returned, where the list alone is expected.",
        "What does the docstring want back?",
    ),
    "CLIP-FLAT": (
        [
            lambda grads, max_norm: np.concatenate([np.ravel(g) for g in _scaled()(grads, max_norm)]),
        ],
        "one long array comes back instead of the list",
        "The values are right, and the shapes of the parameters are lost.",
        "Which shape does each parameter need its gradient in?",
    ),
    "CLIP-FLATTENED": (
        [lambda grads, max_norm: [np.ravel(g) for g in _scaled()(grads, max_norm)]],
        "the arrays are laid flat",
        "The values are right, and a matrix comes back as a row.",
        "Which shape does each parameter need its gradient in?",
    ),
    "CLIP-ZERO": (
        [
            lambda grads, max_norm: [g * min(1.0, max_norm / _length(grads)) for g in grads],
            _scaled(factor=lambda n, m: float(np.float64(m) / n) if n > m or n == 0 else 1.0),
        ],
        "gradients of zero are divided by their length",
        "All agrees but the last case, where it raises, or nan comes out of 0 / 0.",
        "What is the length of gradients of zero, and by what do you divide?",
    ),
}
for _id, (_answers, _name, _sees, _question) in _GLOBAL.items():
    for _answer in _answers:
        clip_global_norm.mistake(_id, _name, _sees, _question)(_answer)


@clip_global_norm.mistake("GD-INPLACE")
def _(grads, max_norm):
    factor = _capped(_length(grads), max_norm)
    for g in grads:
        g *= factor
    return grads


@clip_global_norm.mistake(
    "GD-ALIAS",
    name="where nothing is clipped, the caller's own arrays come back",
    sees="The values are right; but when the caller changes a returned array, the gradient changes too.",
    question="In which of your branches are no new arrays made?",
    habit="GD-ALIAS",
)
def _(grads, max_norm):
    if _length(grads) <= max_norm:
        return grads
    return _scaled()(grads, max_norm)


# 14.2


@exercise(
    "14.2",
    "One step with a clipped gradient",
    returns="w",
    hints=(
        "Two things happen, one after the other. Which of them sees lr?",
        "First the gradient is brought to a length of at most max_norm, as in 14.1 with one array. Then it "
        "is an ordinary step.",
        "length = the root of the sum of the squares of grad; factor = max_norm / length where that is "
        "above max_norm, else 1; w - lr * factor * grad.",
        "The same shape in another story, a boat that drifts with a wind of at most `gale`:\n"
        "    force = np.linalg.norm(wind)\n"
        "    felt = wind * gale / force if force > gale else wind\n"
        "    return place + hours * felt",
    ),
    after="Worth keeping: no step is longer than lr * max_norm, and short gradients never notice.",
)
def clipped_step(w, grad, lr, max_norm):
    """Take one step of gradient descent with the gradient clipped by its norm.

    w and grad are arrays of one shape, any shape; max_norm is above 0. Where the
    length of grad, over all its entries, is larger than max_norm, grad is scaled
    down to that length; where it is not, also where it is zero, it stays. Then comes
    an ordinary step with the rate lr. Return the new w, a new array; w and grad stay
    as they are. (Pascanu, Mikolov and Bengio, 2013)

    >>> clipped_step(np.ones(2), np.array([30.0, -40.0]), lr=0.5, max_norm=5.0)
    array([-0.5,  3. ])
    """
    length = np.sqrt(np.sum(grad**2))
    factor = max_norm / length if length > max_norm else 1.0
    return w - lr * factor * grad


_W = np.array([1.0, -2.0, 0.5, 3.0])
_G = np.array([0.0, 0.5, -0.01, 3.0])
_M = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
_MG = np.array([[3.0, -1.0, 0.5], [0.1, 2.0, -2.5]])


def _moved(step, where, w, grad, lr, max_norm):
    yield Seen(where, "w", step(w, grad, lr, max_norm), start=w)


@clipped_step.probe("long gradients and short ones")
def _(step):
    yield from _moved(step, "limit 0.5", _W, _G, 0.1, 0.5)
    yield from _moved(step, "limit 2.5", _W, _G, 0.1, 2.5)
    yield from _moved(step, "limit 4", _W, _G, 0.1, 4.0)
    yield from _moved(step, "a short one", _W, 0.01 * _G[::-1], 0.3, 0.7)
    yield from _moved(step, "a hundred times too long", _W, 100 * _G, 0.02, 3.0)


@clipped_step.probe("a matrix, and a single number")
def _(step):
    yield from _moved(step, "a matrix", _M, _MG, 0.1, 1.5)
    yield from _moved(step, "a matrix that stays", _M, _MG, 0.1, 10.0)
    yield from _moved(step, "a single number", np.array(0.75), np.array(-6.0), 0.1, 2.0)


@clipped_step.probe("float32, and whole numbers")
def _(step):
    yield from _moved(step, "float32", _W.astype(np.float32), _G.astype(np.float32), 0.1, 1.0)
    yield from _moved(step, "whole numbers", np.array([1, -2, 0]), np.array([3, 0, -4]), 0.1, 2.0)


@clipped_step.probe("exactly as long as allowed")
def _(step):
    yield from _moved(step, "", np.ones(3), np.array([3.0, 0.0, -4.0]), 0.1, 5.0)


@clipped_step.probe("a gradient of zero")
def _(step):
    yield from _moved(step, "", _W, np.zeros(4), 0.1, 1.0)


def _one_step(length=None, factor=None, move=None):
    """The reference with a part exchanged: length(g), factor(n, m), move(w, g, f, lr)."""
    length = length or (lambda g: _length([g]))
    factor = factor or _capped
    move = move or (lambda w, g, f, lr: w - lr * f * g)
    return lambda w, grad, lr, max_norm: move(w, grad, factor(length(grad), max_norm), lr)


for _eps in ("1e-6", "1e-7"):
    clipped_step.convention(f"{_eps} is added to the length", text=_EPS_TEXT)(
        _one_step(factor=lambda n, m, eps=float(_eps): _capped(n, m, eps))
    )
    clipped_step.convention(f"{_eps} is added to the length, where it is above max_norm", text=_EPS_TEXT)(
        _one_step(factor=lambda n, m, eps=float(_eps): m / (n + eps) if n > m else 1.0)
    )


def _whole_move(clip):
    """Steps whose move lr * grad is clipped, by clip(move, max_norm)."""
    return lambda w, grad, lr, max_norm: w - clip(lr * grad, max_norm)


_STEP = {
    "CLIP-NOOP": (
        [_one_step(factor=lambda n, m: 1.0)],
        "nothing is clipped",
        "The step is as long as the gradient makes it.",
        "Is the clipped gradient the one that moves w?",
    ),
    "CLIP-AFTER": (
        [
            _whole_move(lambda move, m: move * _capped(_length([move]), m)),
            _whole_move(lambda move, m: move * _capped(_length([move]), m, 1e-6)),
        ],
        "the whole move is clipped, lr included",
        "Moves are too long: the length that is compared has been shortened by lr before.",
        "Whose length is compared with max_norm: that of the gradient, or that of lr times it?",
    ),
    "CLIP-WEIGHTS": (
        [
            lambda w, g, lr, m: (w - lr * g) * _capped(_length([w - lr * g]), m),
            lambda w, g, lr, m: np.clip(w - lr * g, -m, m),
        ],
        "the new weights are clipped, not the gradient",
        "w itself is held below max_norm.",
        "What may explode, and what is to be kept short: the weights, or the gradient?",
    ),
    "CLIP-ELEM": (
        [
            lambda w, g, lr, m: w - lr * np.clip(g, -m, m),
        ],
        "each entry is clipped on its own",
        "Large entries are cut to max_norm, small ones stay: the direction turns.",
        "After clipping, do the entries still stand in the same ratio to each other?",
    ),
    "CLIP-ELEM-AFTER": (
        [_whole_move(lambda move, m: np.clip(move, -m, m))],
        "each entry of the move is clipped on its own, lr included",
        "The direction turns, and the limit is on lr times the gradient.",
        "Whose length is compared with max_norm, and do the entries keep their ratios?",
    ),
    "CLIP-ALWAYS": (
        [
            _one_step(factor=lambda n, m: np.float64(m) / n),
            _one_step(factor=lambda n, m: m / (n + 1e-6)),
            _one_step(factor=lambda n, m: m / (n + 1e-8)),
            _one_step(factor=lambda n, m: m / n if n > 0 else 1.0),
        ],
        "short gradients are made longer",
        "Every move has the length lr * max_norm.",
        "Which factor belongs to a length of 0.1 and a max_norm of 1?",
    ),
    "CLIP-ALWAYS-AFTER": (
        [_whole_move(lambda move, m: move * m / (_length([move]) or 1.0))],
        "every move has the length max_norm, whatever lr is",
        "lr cancels out of the step.",
        "Which factor belongs to a length of 0.1 and a max_norm of 1, and where does lr come in?",
    ),
    "CLIP-REVERSED": (
        [_one_step(factor=lambda n, m: m / n if 0 < n < m else 1.0)],
        "it does the opposite: long gradients stay and short ones are stretched",
        "A gradient that is too long is not clipped.",
        "Read your condition for a length of 10 and a max_norm of 1. What does it do?",
    ),
    "CLIP-INVERSE": (
        [_one_step(factor=lambda n, m: n / m if n > m else 1.0)],
        "the factor is upside down",
        "A gradient that is too long becomes longer still.",
        "For a length of 10 and a max_norm of 1, should the factor be 10 or 0.1?",
    ),
    "CLIP-SQ": (
        [
            _one_step(length=lambda g: float(np.sum(g * g))),
            _one_step(factor=lambda n, m: m / n**2 if n > m else 1.0),
        ],
        "the root is missing: the sum of the squares stands for the length",
        "Gradients that are too long become too short.",
        "How long is the arrow (3, 4)?",
    ),
    "CLIP-SQ-CONDITION": (
        [_one_step(factor=lambda n, m: m / n if n**2 > m else 1.0)],
        "the squared length is compared with max_norm",
        "The factor is right, but the condition asks about another number.",
        "Which two numbers does your condition compare?",
    ),
    "CLIP-L1": (
        [_one_step(length=lambda g: float(np.sum(np.abs(g))))],
        "the length is the sum of the absolute values",
        "Gradients that are too long become too short.",
        "How long is the arrow (3, 4)?",
    ),
    "CLIP-MAX": (
        [_one_step(length=lambda g: float(np.max(np.abs(g))))],
        "the length is the largest entry",
        "Gradients that are too long stay a little too long.",
        "How long is the arrow (3, 4)?",
    ),
    "CLIP-RMS": (
        [_one_step(length=lambda g: math.sqrt(float(np.mean(g * g))))],
        "a mean stands where the sum of the squares should",
        "Gradients that are too long stay too long.",
        "How long is the arrow (3, 4)?",
    ),
    "CLIP-SIGNED": (
        [_one_step(length=lambda g: abs(float(np.sum(g))))],
        "the entries are added as they are, and cancel",
        "Positive and negative entries cancel in your length.",
        "How long is the arrow (1, -1)?",
    ),
    "CLIP-WLENGTH": (
        [lambda w, g, lr, m: w - lr * g * _capped(_length([w]), m)],
        "the length of w is measured, not that of the gradient",
        "A long gradient passes whenever w is short.",
        "Whose length may explode?",
    ),
    "CLIP-UNIT": (
        [_one_step(factor=lambda n, m: 1 / n if n > m else 1.0)],
        "the gradient is brought to length 1, not to max_norm",
        "With a max_norm of 1 all would agree.",
        "Where does max_norm stand in your factor?",
    ),
    "CLIP-SOFT": (
        [_one_step(factor=lambda n, m: m / (m + n)), _one_step(factor=lambda n, m: m / (1 + n))],
        "every gradient is shortened, short ones too",
        "The length comes near max_norm and never reaches it.",
        "Which factor belongs to a length of 0.1 and a max_norm of 1?",
    ),
    "CLIP-ZEROED": (
        [_one_step(factor=lambda n, m: 0.0 if n > m else 1.0)],
        "a step with a long gradient is left out",
        "w stays where it is.",
        "What should be left of the direction?",
    ),
    "CLIP-COLUMNS": (
        [
            _one_step(
                length=lambda g: (
                    np.sqrt(np.sum(g * g, axis=0, keepdims=True)) if g.ndim > 1 else _length([g])
                ),
                factor=lambda n, m: np.minimum(1, m / np.maximum(n, 1e-300)),
            ),
            _one_step(
                length=lambda g: (
                    np.sqrt(np.sum(g * g, axis=-1, keepdims=True)) if g.ndim > 1 else _length([g])
                ),
                factor=lambda n, m: np.minimum(1, m / np.maximum(n, 1e-300)),
            ),
        ],
        "each row or column of a matrix is clipped on its own",
        "Vectors agree; in a matrix the direction turns.",
        "How many lengths has the gradient of one matrix?",
    ),
    "CLIP-SPECTRAL": (
        [
            _one_step(length=lambda g: float(np.linalg.norm(g, 2)) if g.ndim == 2 else _length([g])),
        ],
        "for a matrix, np.linalg.norm(g, 2) is the largest singular value",
        "Vectors agree; the gradient of a matrix stays too long.",
        "Which norm of a matrix is made of all its entries?",
    ),
    "GD-SIGN": (
        [_one_step(move=lambda w, g, f, lr: w + lr * f * g)],
        "the step goes uphill",
        "Each move is -1 times the expected one.",
        "The gradient points uphill. On which side of it do you want to go?",
    ),
    "GD-NOLR": (
        [_one_step(move=lambda w, g, f, lr: w - f * g)],
        "the learning rate is not used",
        "Each move is 1 / lr times the expected one.",
        "If lr is halved, what should happen to the move?",
    ),
    "GD-LR2": (
        [_one_step(move=lambda w, g, f, lr: w - lr * lr * f * g)],
        "lr multiplies twice",
        "Each move is lr times the expected one.",
        "If lr is halved, what should happen to the move?",
    ),
    "GD-DELTA": (
        [
            _one_step(move=lambda w, g, f, lr: -lr * f * g),
            _one_step(move=lambda w, g, f, lr: lr * f * g),
            _one_step(move=lambda w, g, f, lr: f * g),
        ],
        "the move or the gradient comes back, not the new w",
        "What comes back forgets where w was.",
        "After the call, where are the weights?",
    ),
    "CLIP-ZERO": (
        [lambda w, g, lr, m: w - lr * g * min(1.0, m / _length([g]))],
        "a gradient of zero is divided by its length",
        "All agrees but the last case, where it raises.",
        "What is the length of a gradient of zero, and by what do you divide?",
    ),
}
for _id, (_answers, _name, _sees, _question) in _STEP.items():
    for _answer in _answers:
        clipped_step.mistake(_id, _name, _sees, _question)(_answer)


@clipped_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and fractions are cut off",
    sees="When w starts with whole numbers, the fractions of the step are lost.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, lr, max_norm):
    out = np.zeros_like(w)
    out[...] = _one_step()(w, grad, lr, max_norm)
    return out


@clipped_step.mistake("GD-INT")
def _(w, grad, lr, max_norm):
    clipped = grad.copy()
    clipped[...] = grad * _capped(_length([grad]), max_norm)
    return w - lr * clipped


@clipped_step.mistake("GD-INPLACE")
def _(w, grad, lr, max_norm):
    if _length([grad]) > max_norm:
        grad *= max_norm / _length([grad])
    return w - lr * grad


@clipped_step.mistake("GD-INPLACE")
def _(w, grad, lr, max_norm):
    w -= lr * grad * _capped(_length([grad]), max_norm)
    return w


# 14.3


@exercise(
    "14.3",
    "How often does clipping happen?",
    returns="fraction",
    hints=(
        "When does clipping change a gradient? Count those steps.",
        "A step is clipped when its norm is larger than max_norm; a norm of exactly max_norm stays as it "
        "is. The share is the count over the number of steps.",
        "Make an array of norms, compare it with max_norm, and take the mean of the comparison: True "
        "counts as 1, False as 0.",
        "The same shape in another story, the share of days on which the river was too high:\n"
        "    levels = np.asarray(levels)\n"
        "    return float(np.mean(levels > bank))",
    ),
    after="Worth keeping: if this is near 1, max_norm has become your learning rate; near 0, it is a seat "
    "belt.",
)
def clip_fraction(norms, max_norm):
    """Return the share of steps whose gradient was clipped, a number from 0 to 1.

    norms holds the length of the gradient of every step before clipping, at least
    one; it is a list or an array with one axis. A step was clipped if its norm is
    larger than max_norm; at exactly max_norm the factor is 1 and nothing happened.
    norms stays as it is.

    >>> clip_fraction([0.5, 3.0, 1.0, 7.0], max_norm=1.0)
    0.5
    """
    norms = np.asarray(norms)
    clipped = np.sum(norms > max_norm)
    return float(clipped / len(norms))


_NORMS = np.array([3.0, 1.7, 0.2, 0.9, 12.0, 0.05, 0.6])


@clip_fraction.probe("an array of norms, three limits")
def _(fraction):
    for limit in (1.0, 0.5, 4.0):
        yield Seen(f"limit {limit}", "the fraction", fraction(_NORMS, limit))


@clip_fraction.probe("none, all, and a single step")
def _(fraction):
    yield Seen("none", "the fraction", fraction(_NORMS, 50.0))
    yield Seen("all", "the fraction", fraction(_NORMS + 1, 1.0))
    yield Seen("a single step", "the fraction", fraction(np.array([4.0]), 5.0))
    yield Seen("a single long step", "the fraction", fraction(np.array([4.0]), 3.0))


@clip_fraction.probe("norms of exactly max_norm")
def _(fraction):
    yield Seen("", "the fraction", fraction(np.array([1.0, 0.5, 2.0, 1.0, 4.0]), 1.0))


@clip_fraction.probe("float32, whole numbers, a norm that is infinite, and three thousand steps")
def _(fraction):
    yield Seen("float32", "the fraction", fraction(_NORMS.astype(np.float32), 0.7))
    yield Seen("whole numbers", "the fraction", fraction(np.array([3, 1, 7, 0, 2, 5]), 2))
    yield Seen("inf", "the fraction", fraction(np.array([1.0, np.inf, 0.5]), 1.5))
    yield Seen("many", "the fraction", fraction(np.arange(3000) * 0.001, 2.0))


@clip_fraction.probe("a list")
def _(fraction):
    yield Seen("", "the fraction", fraction([0.2, 3.0, 0.9, 12.0, 0.05], 1.0))


def _share(condition=None, result=None):
    condition = condition or (lambda n, m: n > m)
    result = result or (lambda over, n: np.mean(over))

    def answer(norms, max_norm):
        norms = np.asarray(norms)
        return result(condition(norms, max_norm), norms)

    return answer


_FRACTION = {
    "CLIP-EQUAL": (
        [_share(condition=lambda n, m: n >= m)],
        "a norm of exactly max_norm is counted",
        "All agrees until a norm is exactly max_norm.",
        "If the norm is max_norm, what is the factor of clipping, and what does it change?",
    ),
    "CLIP-OTHERS": (
        [
            _share(condition=lambda n, m: n <= m),
            _share(condition=lambda n, m: n < m),
        ],
        "it is the share of the steps that were not clipped",
        "Yours and the expected number add up to 1.",
        "Is a norm below max_norm clipped?",
    ),
    "CLIP-COUNT": (
        [_share(result=lambda over, n: np.sum(over))],
        "it is a count, not a share",
        "The number is as many times too large as there are steps.",
        "Twice as many steps of the same kind: should the result double?",
    ),
    "CLIP-PERCENT": (
        [_share(result=lambda over, n: 100 * np.mean(over))],
        "it is in percent",
        "The number is 100 times too large.",
        "Between which two numbers should a share lie?",
    ),
    "CLIP-ODDS": (
        [_share(result=lambda over, n: np.sum(over) / np.sum(~over))],
        "clipped steps are divided by those that were not",
        "Where all steps are clipped it is a division by zero.",
        "If half of the steps are clipped, what is the share?",
    ),
    "CLIP-NMINUS1": (
        [_share(result=lambda over, n: np.sum(over) / np.float64(len(n) - 1))],
        "it divides by one step less than there are",
        "The number is a little too large, and for a single step it is 0 / 0.",
        "How many steps do your norms belong to?",
    ),
    "CLIP-NPLUS1": (
        [
            _share(result=lambda over, n: np.sum(over) / (len(n) + 1)),
            _share(result=lambda over, n: np.sum(over) / (len(n) + 1e-8)),
            _share(result=lambda over, n: np.sum(over) / (len(n) + 1e-6)),
        ],
        "something is added to the number of steps",
        "The number is too small, also where all steps are clipped.",
        "If all steps are clipped, what should come out?",
    ),
    "CLIP-INTDIV": (
        [
            _share(result=lambda over, n: np.sum(over) // len(n)),
            _share(result=lambda over, n: float(np.all(over))),
        ],
        "it is 1 if all steps were clipped, and else 0",
        "0 comes back unless every single step was clipped.",
        "What is 3 // 7? And what is the share, if one step of a thousand was clipped?",
    ),
    "CLIP-ROUND": (
        [_share(result=lambda over, n, k=k: np.round(np.mean(over), k)) for k in (1, 2, 3, 4)],
        "the share is rounded",
        "The first digits agree.",
        "Who should round, the function, or the one who prints the number?",
    ),
    "CLIP-ANY": (
        [_share(result=lambda over, n: float(np.any(over)))],
        "it says whether any step was clipped",
        "1 comes back as soon as one step is clipped.",
        "One step of a thousand was clipped. What is the share?",
    ),
    "CLIP-MASK": (
        [
            _share(result=lambda over, n: over),
            _share(result=lambda over, n: over.astype(float)),
            _share(result=lambda over, n: n[over]),
        ],
        "an array comes back, one entry a step",
        "The shape is that of norms, where one number is expected.",
        "Which single number says how many of the entries are True?",
    ),
    "CLIP-WEIGHTED": (
        [_share(result=lambda over, n: np.sum(n[over]) / np.sum(n))],
        "the norms themselves are added, not the steps",
        "A long gradient counts more than a short one.",
        "Does a gradient of length 1000 count as one clipped step, or as more?",
    ),
    "CLIP-LEFT": (
        [_share(condition=lambda n, m: np.minimum(1.0, m / n))],
        "it is the mean of the factors",
        "The more is clipped, the smaller your number becomes.",
        "What do you count: how strongly steps are clipped, or how many?",
    ),
    "CLIP-CUTOFF": (
        [
            _share(condition=lambda n, m: 1 - np.minimum(1.0, m / n)),
            _share(condition=lambda n, m: np.maximum(0.0, n - m)),
            _share(condition=lambda n, m: np.maximum(0.0, n - m) / n),
        ],
        "it measures how much is cut off",
        "Steps that are clipped strongly count more.",
        "What do you count: how strongly steps are clipped, or how many?",
    ),
    "CLIP-SQ": (
        [_share(condition=lambda n, m: n**2 > m)],
        "the squares of the norms are compared",
        "With a max_norm of 1 all agrees; with another one the count is off.",
        "Which two numbers does your condition compare?",
    ),
    "CLIP-MEANNORM": (
        [
            _share(result=lambda over, n: np.mean(n[over]) if np.any(over) else 0.0),
            lambda norms, max_norm: float(np.mean(np.minimum(norms, max_norm))),
            lambda norms, max_norm: float(np.mean(norms)) / max_norm,
            lambda norms, max_norm: float(np.mean(norms) > max_norm),
        ],
        "the mean of norms is not a share of steps",
        "The number depends on how long the gradients are, not only on which are too long.",
        "If the longest norm doubles, should the share change?",
    ),
    "CLIP-MEDIANISH": (
        [
            lambda norms, max_norm: float(np.searchsorted(norms, max_norm)) / len(norms),
            lambda norms, max_norm: 1 - np.searchsorted(norms, max_norm, side="right") / len(norms),
        ],
        "the norms are searched as if they were sorted",
        "Where the norms rise with the steps all would agree.",
        "In which order do the norms stand?",
    ),
    "CLIP-STREAK": (
        [
            lambda norms, max_norm: (
                next((i for i, n in enumerate(norms) if not n > max_norm), len(norms)) / len(norms)
            )
        ],
        "counting stops at the first step that was not clipped",
        "Later steps do not count.",
        "What happens in your loop after the first short gradient?",
    ),
    "CLIP-FIRST": (
        [
            lambda norms, max_norm: float(norms[0] > max_norm) / len(norms),
        ],
        "only the first step is looked at",
        "Later steps do not count.",
        "Where does the return line stand, inside the loop or after it?",
    ),
    "CLIP-LIST": (
        [lambda norms, max_norm: float(np.mean(norms > max_norm))],
        "a list is compared with a number",
        "Arrays agree; for a list the comparison raises TypeError.",
        "What does [1, 2] > 1 do in Python, and what does it do for an array?",
    ),
}
for _id, (_answers, _name, _sees, _question) in _FRACTION.items():
    for _answer in _answers:
        clip_fraction.mistake(_id, _name, _sees, _question)(_answer)


@clip_fraction.mistake("CLIP-LIST")
def _(norms, max_norm):
    return (norms > max_norm).mean()


@clip_fraction.mistake("CLIP-LIST")
def _(norms, max_norm):
    return (norms > max_norm).sum() / norms.size


@clip_fraction.mistake("GD-INPLACE")
def _(norms, max_norm):
    share = _share()(norms, max_norm)
    norms[0] = 0
    return share


# 14.4


@exercise(
    "14.4",
    "Back through time",
    returns=("dx", "dh0", "dWx", "dWh", "db"),
    optional=True,
    hints=(
        "Each h has two ways to reach the loss. Which two, and what does that do to its gradient?",
        "Run forward and keep every h. Then walk back from the last step: the gradient of an h is dh from "
        "outside plus what the step after it hands back. The same weights work in every step, so their "
        "gradients are added up.",
        "From t = T - 1 down to 0: da = (dh[:, t] + carried) * (1 - h_t ** 2); dx[:, t] = da @ Wx.T; "
        "dWx += x[:, t].T @ da; dWh += (the h before).T @ da; db += the sum of da over the examples; "
        "carried = da @ Wh.T. What is carried at the end is dh0.",
        "The same shape in another story, a debt that halves each year on top of each year's own bill:\n"
        "    owed = 0.0\n"
        "    for year in reversed(range(years)):\n"
        "        total = bills[year] + owed\n"
        "        paid_rate += total * saved[year]\n"
        "        owed = 0.5 * total",
    ),
    after="Worth keeping: each step back multiplies by Wh.T once more; that is what explodes or vanishes.",
)
def rnn_bptt(x, h0, Wx, Wh, b, dh):
    """Return the gradients of a recurrent network, by backpropagation through time.

    Forward: h_t = tanh(x_t Wx + h_(t-1) Wh + b), from h0 on. x has the shape
    (N, T, D), N examples of T >= 1 steps; h0 (N, H), Wx (D, H), Wh (H, H), b (H,).
    dh, of shape (N, T, H), is the gradient of the loss with respect to every h_t as
    it arrives from outside, without the way through later steps. The loss is not
    divided by anything here. Return (dx, dh0, dWx, dWh, db) in the shapes of
    x, h0, Wx, Wh, b; the arguments stay as they are.
    (Werbos, 1990)

    >>> one = np.ones((1, 1))
    >>> x, dh = np.zeros((1, 2, 1)), np.array([[[0.0], [1.0]]])
    >>> dx, dh0, dWx, dWh, db = rnn_bptt(x, 0 * one, one, 2 * one, np.zeros(1), dh)
    >>> dx.ravel(), dh0, db
    (array([2., 1.]), array([[4.]]), array([3.]))
    """
    steps = x.shape[1]
    states = [h0]
    for t in range(steps):
        states.append(np.tanh(x[:, t] @ Wx + states[-1] @ Wh + b))
    dx, dWx, dWh, db = (np.zeros(array.shape) for array in (x, Wx, Wh, b))
    carried = np.zeros(h0.shape)
    for t in reversed(range(steps)):
        da = (dh[:, t] + carried) * (1 - states[t + 1] ** 2)
        dx[:, t] = da @ Wx.T
        dWx += x[:, t].T @ da
        dWh += states[t].T @ da
        db += np.sum(da, axis=0)
        carried = da @ Wh.T
    return dx, carried, dWx, dWh, db


def _recurrent(N, T, D, H, seed):
    rng = np.random.default_rng(seed)
    shapes = [(N, T, D), (N, H), (D, H), (H, H), (H,), (N, T, H)]
    return [0.7 * rng.normal(size=shape) for shape in shapes]


def _went_back(back, where, arguments):
    single = arguments[0].dtype == np.float32
    for name, value in zip(("dx", "dh0", "dWx", "dWh", "db"), back(*arguments), strict=True):
        rounded = single and isinstance(value, np.ndarray) and value.dtype == np.float64
        yield Seen(where, name, value.astype(np.float32) if rounded else value)


@rnn_bptt.probe("two examples of four steps")
def _(back):
    yield from _went_back(back, "", _recurrent(2, 4, 3, 2, seed=1))


@rnn_bptt.probe("one step")
def _(back):
    yield from _went_back(back, "", _recurrent(3, 1, 2, 3, seed=2))


@rnn_bptt.probe("as many inputs as states, and a single example")
def _(back):
    yield from _went_back(back, "D = H = N", _recurrent(3, 3, 3, 3, seed=3))
    yield from _went_back(back, "one example", _recurrent(1, 5, 2, 3, seed=4))


@rnn_bptt.probe("a gradient that arrives at one step only")
def _(back):
    for label, step in (("at the last step", 3), ("at the first step", 0)):
        x, h0, Wx, Wh, b, dh = _recurrent(2, 4, 2, 3, seed=5)
        only = np.zeros(dh.shape)
        only[:, step] = dh[:, step]
        yield from _went_back(back, label, (x, h0, Wx, Wh, b, only))


@rnn_bptt.probe("float32, and inputs of whole numbers")
def _(back):
    yield from _went_back(back, "float32", [a.astype(np.float32) for a in _recurrent(2, 3, 2, 2, seed=6)])
    x, h0, *others = _recurrent(2, 3, 2, 2, seed=7)
    yield from _went_back(
        back, "whole numbers", (np.round(2 * x).astype(int), np.round(h0).astype(int), *others)
    )


def _bptt(
    forward=None,
    own=None,
    slope=None,
    carry=None,
    before=None,
    order=reversed,
    add=None,
    into_x=None,
    bias=None,
    start=None,
    finish=None,
):
    """The reference with a part exchanged.

    own(dh, t, carried) is the gradient of h_t, slope(h, earlier) its tanh's; carry(da, total, Wh) is handed
    on; before(states, t) is the h that dWh uses; add(total, new) collects; finish(results, T, N) ends.
    """
    forward = forward or (lambda x, h, Wx, Wh, b: np.tanh(x @ Wx + h @ Wh + b))
    own = own or (lambda dh, t, carried: dh[:, t] + carried)
    slope = slope or (lambda h, earlier: 1 - h**2)
    carry = carry or (lambda da, total, Wh, carried: da @ Wh.T)
    before = before or (lambda states, t: states[t])
    add = add or (lambda total, new: total + new)
    into_x = into_x or (lambda da, Wx: da @ Wx.T)
    bias = bias or (lambda da: np.sum(da, axis=0))
    start = start or (lambda h0: h0)
    finish = finish or (lambda results, T, N: results)

    def answer(x, h0, Wx, Wh, b, dh):
        N, T, _ = x.shape
        states = [start(h0)]
        for t in range(T):
            states.append(forward(x[:, t], states[-1], Wx, Wh, b))
        dx = np.zeros(x.shape)
        dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
        carried = np.zeros(h0.shape)
        for t in order(range(T)):
            total = own(dh, t, carried)
            da = total * slope(states[t + 1], states[t])
            dx[:, t] = into_x(da, Wx)
            dWx = add(dWx, x[:, t].T @ da)
            dWh = add(dWh, before(states, t).T @ da)
            db = add(db, bias(da))
            carried = carry(da, total, Wh, carried)
        return finish((dx, carried, dWx, dWh, db), T, N)

    return answer


def _with(index, change):
    """finish that changes one of the five results."""

    def finish(results, T, N):
        results = list(results)
        results[index] = change(results[index], T, N)
        return tuple(results)

    return finish


def _no_way_back(**parts):
    return _bptt(own=lambda dh, t, carried: dh[:, t], **parts)


def _last_only(dh, t, carried):
    return (dh[:, t] if t == dh.shape[1] - 1 else 0.0) + carried


_BPTT = {
    "RNN-TRUNC": (
        [_no_way_back()],
        "nothing comes back from later steps",
        "Each step sees only its own dh; where the gradient arrives at the last step alone, earlier steps "
        "get nothing.",
        "h_1 moves h_2 as well. In your line for h_1, where does that way to the loss appear?",
    ),
    "RNN-LASTDH": (
        [_bptt(own=_last_only)],
        "only the dh of the last step is used",
        "The dh of earlier steps does not count.",
        "At which steps does a gradient arrive from outside?",
    ),
    "RNN-NOTANH": (
        [_bptt(slope=lambda h, earlier: 1.0)],
        "the slope of tanh is missing",
        "Every gradient is too large, as if the network were linear.",
        "What does tanh do to a small change, where h is near 1?",
    ),
    "RNN-TANHTWICE": (
        [_bptt(slope=lambda h, earlier: 1 - np.tanh(h) ** 2)],
        "tanh is applied to h once more before its slope is taken",
        "h has gone through tanh already; the slopes are too large.",
        "The slope of tanh at a is 1 minus what squared? Which of your variables is that?",
    ),
    "RNN-TANHLINEAR": (
        [_bptt(slope=lambda h, earlier: 1 - h)],
        "the square is missing in the slope of tanh",
        "The slope depends on the sign of h, and can be above 1.",
        "What is the slope of tanh at zero, at 3 and at -3?",
    ),
    "RNN-SIGMOID": (
        [_bptt(slope=lambda h, earlier: h * (1 - h))],
        "this is the slope of the sigmoid",
        "The slopes are far too small, some of them negative.",
        "Which function does this network use, and what is its slope at zero?",
    ),
    "RNN-TANHBEFORE": (
        [_bptt(slope=lambda h, earlier: 1 - earlier**2)],
        "the slope is taken at the h before",
        "Each step uses the slope of the step before it.",
        "Which h did the tanh of this step make?",
    ),
    "RNN-SKIPTANH": (
        [_bptt(carry=lambda da, total, Wh, carried: total @ Wh.T)],
        "what is handed back has not gone through the slope of tanh",
        "The last step agrees; what the steps before it get is too large.",
        "On the way from h_2 back to h_1, in which order do you meet tanh and Wh?",
    ),
    "RNN-SAMEH": (
        [_bptt(before=lambda states, t: states[t + 1])],
        "dWh uses the h of its own step",
        "dx and dWx agree; dWh does not.",
        "Which h did Wh multiply in the step that made h_t?",
    ),
    "RNN-NOH0": (
        [_bptt(start=lambda h0: 0 * h0)],
        "h0 is taken for zero",
        "The forward run starts from nothing, so all slopes are others.",
        "Where does the argument h0 appear in your forward loop?",
    ),
    "RNN-WHPLAIN": (
        [_bptt(carry=lambda da, total, Wh, carried: da @ Wh)],
        "Wh is not transposed on the way back",
        "The last step agrees; the shapes fit, and the numbers do not.",
        "Forward, h[i] meets row i of Wh. Which row or column does it meet on the way back?",
    ),
    "RNN-NOWH": (
        [_bptt(carry=lambda da, total, Wh, carried: da)],
        "what is handed back has not gone through Wh",
        "The last step agrees; the steps before it see the gradient of what tanh was given.",
        "On the way from h_2 back to h_1, what do you meet besides tanh?",
    ),
    "RNN-CARRYSUM": (
        [_bptt(carry=lambda da, total, Wh, carried: carried + da @ Wh.T)],
        "what is handed back piles up",
        "The last two steps agree; earlier ones get the gradient of several steps at once.",
        "da holds already what came from later steps. What happens if you add that again?",
    ),
    "RNN-CARRYDH": (
        [_bptt(carry=lambda da, total, Wh, carried: da @ Wh.T + total)],
        "the gradient of h is handed back besides its way through Wh",
        "The last step agrees; the steps before it get too much.",
        "Through which operations does h_1 reach h_2?",
    ),
    "RNN-FORWARD": (
        [_bptt(order=iter)],
        "the loop over the steps runs forwards",
        "The first step gets only its own dh, and what comes later is carried to the wrong side.",
        "Which step has to be finished before you can know the gradient of h_1?",
    ),
    "RNN-NOFIRST": (
        [_bptt(order=lambda steps: reversed(list(steps)[1:]))],
        "the loop stops before the first step",
        "dx of the first step is zero, and its part is missing in dWx, dWh and db.",
        "Which steps does range(T - 1, 0, -1) visit, and which one is left out?",
    ),
    "RNN-DBTOTAL": (
        [_bptt(bias=lambda da: np.sum(da))],
        "db is summed over the states too",
        "All entries of db are the same number.",
        "Each state has a bias of its own. Over which axis of da do you add?",
    ),
    "RNN-ASSIGN": (
        [_bptt(add=lambda total, new: new)],
        "each step overwrites the gradients of the weights",
        "dx agrees; dWx, dWh and db are those of one step.",
        "The same weights work in all steps. What happens to their gradients?",
    ),
    "RNN-DIVT": (
        [
            _bptt(finish=lambda r, T, N: (r[0], r[1], r[2] / T, r[3] / T, r[4] / T)),
            _bptt(finish=lambda r, T, N: tuple(part / T for part in r)),
        ],
        "it divides by the number of steps",
        "The gradients are T times too small.",
        "Is there a mean over the steps in the loss that you were given?",
    ),
    "RNN-DIVN": (
        [
            _bptt(finish=lambda r, T, N: (r[0], r[1], r[2] / N, r[3] / N, r[4] / N)),
            _bptt(finish=lambda r, T, N: tuple(part / N for part in r)),
            _bptt(bias=lambda da: np.mean(da, axis=0)),
        ],
        "it divides by the number of examples",
        "The gradients are N times too small.",
        "Is there a mean over the examples in the loss that you were given?",
    ),
    "RNN-DIVNT": (
        [_bptt(finish=lambda r, T, N: (r[0], r[1], r[2] / N / T, r[3] / N / T, r[4] / N / T))],
        "it divides by the number of examples and of steps",
        "The gradients are N * T times too small.",
        "Is there a mean in the loss that you were given?",
    ),
    "RNN-DH0ZERO": (
        [
            _bptt(finish=_with(1, lambda dh0, T, N: 0 * dh0)),
        ],
        "nothing reaches h0",
        "dx agrees; dh0 is zero.",
        "h0 moves h_1 through Wh. What is its gradient?",
    ),
    "RNN-DH0EARLY": (
        [lambda x, h0, Wx, Wh, b, dh: _stop_before_h0(x, h0, Wx, Wh, b, dh)],
        "dh0 is what h_1 got, one step too early",
        "dx agrees; dh0 has not gone through tanh and Wh of the first step.",
        "How many times does the gradient pass Wh between h_1 and h0?",
    ),
    "RNN-XREVERSED": (
        [_bptt(finish=_with(0, lambda dx, T, N: dx[:, ::-1].copy()))],
        "dx stands in reversed order of time",
        "The values are right, but the first step has that of the last.",
        "Your loop runs backwards. In which order does it fill dx?",
    ),
    "RNN-WXPLAIN": (
        [_bptt(into_x=lambda da, Wx: da @ Wx)],
        "Wx is not transposed on the way back",
        "It raises, unless D and H are equal.",
        "Which shape has da, and which should dx of one step have?",
    ),
    "RNN-DBKEPT": (
        [
            lambda x, h0, Wx, Wh, b, dh: _bptt(
                bias=lambda da: da, finish=lambda r, T, N: r, add=lambda total, new: total + new
            )(x, h0, Wx, Wh, np.zeros(h0.shape) + b, dh)
        ],
        "db is not summed over the examples",
        "db has the shape (N, H), where (H,) is expected.",
        "One bias serves all examples. How many gradients does it get?",
    ),
    "RNN-NOBIAS": (
        [_bptt(forward=lambda x, h, Wx, Wh, b: np.tanh(x @ Wx + h @ Wh))],
        "b is missing in the forward run",
        "All slopes are others.",
        "Where does the argument b appear in your lines?",
    ),
    "RNN-LINEAR": (
        [
            _bptt(forward=lambda x, h, Wx, Wh, b: x @ Wx + h @ Wh + b),
            _bptt(forward=lambda x, h, Wx, Wh, b: x @ Wx + h @ Wh + b, slope=lambda h, earlier: 1.0),
        ],
        "tanh is missing in the forward run",
        "The states are others, and grow.",
        "What does h go through before the next step sees it?",
    ),
    "RNN-HSTATE": (
        [
            lambda x, h0, Wx, Wh, b, dh: _bptt(forward=lambda x, h, Wx, Wh, b: np.tanh(x @ Wx + h0 @ Wh + b))(
                x, h0, Wx, Wh, b, dh
            )
        ],
        "every step of the forward run starts from h0",
        "The first step agrees; the states after it do not know what came before.",
        "In your forward loop, which h does the second step get?",
    ),
    "RNN-SIGN": (
        [_bptt(finish=lambda r, T, N: tuple(-part for part in r))],
        "every gradient has its sign turned",
        "Each result is -1 times the expected one.",
        "Gradients are asked for, not steps. Where does your minus come from?",
    ),
    "RNN-ORDER": (
        [
            _bptt(finish=lambda r, T, N: (r[0], r[2], r[3], r[4], r[1])),
            _bptt(finish=lambda r, T, N: (r[0], r[1], r[3], r[2], r[4])),
            _bptt(finish=lambda r, T, N: (r[2], r[3], r[4], r[0], r[1])),
            _bptt(finish=lambda r, T, N: (r[1], r[0], r[2], r[3], r[4])),
        ],
        "the results come back in another order",
        "Each of them is right, at another place.",
        "In which order does the exercise name what it wants back?",
    ),
    "RNN-TRUNC-NOTANH": (
        [_no_way_back(slope=lambda h, earlier: 1.0)],
        "nothing comes back from later steps, and the slope of tanh is missing",
        "Each step sees only its own dh, as if the network were linear.",
        "Which two things lie on the way from h_2 back to h_1?",
    ),
    "RNN-TRUNC-ONE": (
        [lambda x, h0, Wx, Wh, b, dh: _one_step_back(x, h0, Wx, Wh, b, dh)],
        "a gradient travels back one step only",
        "The last two steps agree; what should travel further is lost.",
        "What you hand back: does it hold what was handed to you?",
    ),
}


def _stop_before_h0(x, h0, Wx, Wh, b, dh):
    dx, _, dWx, dWh, db = _bptt()(x, h0, Wx, Wh, b, dh)
    last = []
    _bptt(own=lambda dh, t, carried: last.append(dh[:, t] + carried) or last[-1])(x, h0, Wx, Wh, b, dh)
    return dx, last[-1], dWx, dWh, db


def _one_step_back(x, h0, Wx, Wh, b, dh):
    seen = []

    def carry(da, total, Wh, carried):
        h = seen.pop()
        return (total - carried) * (1 - h**2) @ Wh.T

    def slope(h, earlier):
        seen.append(h)
        return 1 - h**2

    return _bptt(slope=slope, carry=carry)(x, h0, Wx, Wh, b, dh)


for _id, (_answers, _name, _sees, _question) in _BPTT.items():
    for _answer in _answers:
        rnn_bptt.mistake(_id, _name, _sees, _question)(_answer)


@rnn_bptt.mistake(
    "GD-INT",
    name="whole numbers stay whole, and fractions are cut off",
    sees="Where x holds whole numbers, the fractions of dx or dh0 are lost.",
    question="What is the dtype of the array that your gradient is written into?",
)
def _(x, h0, Wx, Wh, b, dh):
    dx, *others = _bptt()(x, h0, Wx, Wh, b, dh)
    whole = np.zeros_like(x)
    whole[...] = dx
    return whole, *others


@rnn_bptt.mistake(
    "GD-INPLACE",
    name="it adds to the caller's dh",
    sees="The gradients are right, but after the call dh holds what came back from later steps too.",
    question="Which line writes into an argument instead of making a new array?",
    habit="GD-INPLACE",
)
def _(x, h0, Wx, Wh, b, dh):
    def own(dh, t, carried):
        dh[:, t] += carried
        return dh[:, t]

    return _bptt(own=own)(x, h0, Wx, Wh, b, dh)


@rnn_bptt.mistake(
    "RNN-TIMEFIRST",
    name="the steps of time are taken from the first axis",
    sees="It raises: x[0] holds one example with all its steps, not one step of all examples.",
    question="In which order does the docstring give the axes of x and dh?",
)
def _(x, h0, Wx, Wh, b, dh):
    h = [h0]
    for t in range(x.shape[0]):
        h.append(np.tanh(x[t] @ Wx + h[-1] @ Wh + b))
    dx, dWx, dWh, db = (np.zeros(array.shape) for array in (x, Wx, Wh, b))
    back = np.zeros(h0.shape)
    for t in reversed(range(x.shape[0])):
        da = (dh[t] + back) * (1 - h[t + 1] ** 2)
        dx[t] = da @ Wx.T
        dWx += x[t].T @ da
        dWh += h[t].T @ da
        db += np.sum(da, axis=0)
        back = da @ Wh.T
    return dx, back, dWx, dWh, db
