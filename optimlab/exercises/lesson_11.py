"""Exercises of lesson 11: sign and matrix methods."""

import numpy as np

from .parts import exercise
from .probing import GRADS, START, VELOCITY, other_shapes
from .trace import Seen

# 11.1


@exercise(
    "11.1",
    "One step of Lion",
    returns=("w", "m"),
    hints=(
        "m is used twice, and the two uses have a beta each. Which one comes first?",
        "The step follows only the sign of a mix of old m and gradient, made with beta1. The m that "
        "is kept is "
        "another mix of the same two, made with beta2.",
        "np.sign of (beta1 of the old m and 1 - beta1 of grad); w - lr * (that sign + wd * w); then m with "
        "beta2, from the old m.",
        "The same shape in another story, a shop that only knows `more` and `less`:\n"
        "    order = np.sign(quick * habit + (1 - quick) * demand)\n"
        "    stock = stock + pallet * order\n"
        "    habit = slow * habit + (1 - slow) * demand\n"
        "    return stock, habit",
    ),
    after="Worth keeping: every weight moves by lr, whatever its gradient, so lr is smaller than Adam's.",
)
def lion_step(w, grad, m, lr, beta1, beta2, wd):
    """Take one step of Lion, with decoupled weight decay.

    w, grad and m are arrays of one shape, any shape; m starts as zeros. The step
    follows the sign of beta1 * m + (1 - beta1) * grad, with the old m:
    w - lr * (sign + wd * w), with the old w. After that m becomes
    beta2 * m + (1 - beta2) * grad. Return (w, m), two new arrays; the arguments stay
    as they are. (Chen and others, 2023)

    >>> w, g, m = np.array([1.0, 2.0]), np.array([4.0, -1.0]), np.array([-2.0, 0.0])
    >>> lion_step(w, g, m, lr=0.5, beta1=0.75, beta2=0.5, wd=0.0)
    (array([1.5, 2.5]), array([ 1. , -0.5]))
    """
    step = np.sign(beta1 * m + (1 - beta1) * grad)
    w = w - lr * (step + wd * w)
    m = beta2 * m + (1 - beta2) * grad
    return w, m


def _walk(step, where, w, m, grads, *settings):
    for count, grad in enumerate(grads, start=1):
        before = w
        w, m = step(w, grad, m, *settings)
        yield Seen(f"{where}step {count}", "m", m)
        yield Seen(f"{where}step {count}", "w", w, start=before)


@lion_step.probe("three runs of five steps")
def _(step):
    yield from _walk(step, "run 1, ", START, np.zeros(4), GRADS, 0.1, 0.6, 0.9, 0.3)
    yield from _walk(step, "run 2, ", START, VELOCITY, GRADS, 0.02, 0.9, 0.7, 0.5)
    yield from _walk(step, "run 3, ", START, -VELOCITY, GRADS, 0.3, 0.3, 0.95, 0.1)


@lion_step.probe("no decay and a beta1 of 0, and a tiny gradient")
def _(step):
    yield from _walk(step, "no decay, ", START, VELOCITY, GRADS[:3], 0.1, 0.0, 0.5, 0.0)
    yield from _walk(step, "tiny, ", START, np.zeros(4), 1e-9 * GRADS, 0.1, 0.5, 0.9, 0.1)


@lion_step.probe("whole numbers as a start")
def _(step):
    whole = np.array([1, -2, 0, 3])
    yield from _walk(step, "", whole, np.zeros(4, int), GRADS[:3], 0.1, 0.6, 0.9, 0.3)


@lion_step.probe("float32")
def _(step):
    w, m, grads = (array.astype(np.float32) for array in (START, VELOCITY, GRADS))
    yield from _walk(step, "", w, m, grads, 0.1, 0.6, 0.9, 0.3)


@lion_step.probe("other shapes", lenient=True)
def _(step):
    for label, w, grads in other_shapes():
        yield from _walk(step, f"{label}, ", w, np.zeros_like(w), grads, 0.1, 0.6, 0.9, 0.3)


def _lion(mix=None, move=None, keep=None):
    """Lion with a line exchanged: mix(m, g, b1, b2), move(w, u, lr, wd), keep(m, g, b2, mixed)."""
    mix = mix or (lambda m, g, b1, b2: np.sign(b1 * m + (1 - b1) * g))
    move = move or (lambda w, u, lr, wd: w - lr * (u + wd * w))
    keep = keep or (lambda m, g, b2, mixed: b2 * m + (1 - b2) * g)

    def answer(w, grad, m, lr, beta1, beta2, wd):
        step = mix(m, grad, beta1, beta2)
        return move(w, step, lr, wd), keep(m, grad, beta2, step)

    return answer


lion_step.convention(
    "the decay comes after the step",
    text="Your decay uses the w from after the step; the difference is lr * wd times lr, a small number.",
)(_lion(move=lambda w, u, lr, wd: (w - lr * u) * (1 - lr * wd)))

def _lion_decay_inside(w, grad, m, lr, beta1, beta2, wd):
    step = np.sign(beta1 * m + (1 - beta1) * grad + wd * w)
    return w - lr * step, beta2 * m + (1 - beta2) * grad


_LION = {
    "LION-ORDER": (
        _lion(mix=lambda m, g, b1, b2: np.sign(b1 * (b2 * m + (1 - b2) * g) + (1 - b1) * g)),
        "the sign uses the m from after the update",
        "m agrees; where old m and gradient disagree the step has another sign.",
        "Which m stands in the sign: the one you were given, or the one you return?",
    ),
    "LION-ADAM": (
        _lion(mix=lambda m, g, b1, b2: np.sign(b2 * m + (1 - b2) * g)),
        "the sign is taken of the m that is kept",
        "m agrees; beta1 is not used.",
        "Where does beta1 appear in your lines?",
    ),
    "LION-B": (
        lambda w, grad, m, lr, beta1, beta2, wd: _lion()(w, grad, m, lr, beta2, beta1, wd),
        "beta1 and beta2 have changed places",
        "m takes in 1 - beta1 of the gradient.",
        "Which beta belongs to the step, and which to what is kept?",
    ),
    "LION-ONEBETA": (
        lambda w, grad, m, lr, beta1, beta2, wd: _lion()(w, grad, m, lr, beta1, beta1, wd),
        "beta1 is used for m too",
        "The first w agrees; m takes in 1 - beta1 of the gradient.",
        "Where does beta2 appear in your lines?",
    ),
    "LION-NOSIGN": (
        _lion(mix=lambda m, g, b1, b2: b1 * m + (1 - b1) * g),
        "the sign is missing",
        "m agrees; each weight moves in proportion to its gradient.",
        "How far should a weight with a gradient of 0.001 move?",
    ),
    "LION-SIGNG": (
        _lion(mix=lambda m, g, b1, b2: np.sign(g)),
        "the step follows the sign of the gradient alone",
        "m agrees; the step forgets the past.",
        "Where does m appear in the line of the step?",
    ),
    "LION-SIGNM": (
        _lion(mix=lambda m, g, b1, b2: np.sign(m)),
        "the step follows the sign of the old m alone",
        "m agrees; the newest gradient does not count.",
        "Where does grad appear in the line of the step?",
    ),
    "LION-SIGNS": (
        _lion(mix=lambda m, g, b1, b2: b1 * np.sign(m) + (1 - b1) * np.sign(g)),
        "two signs are mixed, instead of the sign of the mix",
        "m agrees; some moves are shorter than lr.",
        "Which comes first, mixing or taking the sign?",
    ),
    "LION-NORM": (
        _lion(mix=lambda m, g, b1, b2: (b1 * m + (1 - b1) * g) / np.linalg.norm(b1 * m + (1 - b1) * g)),
        "the mix is brought to length one, instead of taking its sign",
        "m agrees; all moves together are as long as lr, where each one should be.",
        "How far should a weight move whose gradient is a thousandth of its neighbour's?",
    ),
    "LION-FLIP": (
        _lion(mix=lambda m, g, b1, b2: np.sign((1 - b1) * m + b1 * g)),
        "in the step, beta1 and 1 - beta1 have changed places",
        "m agrees; the sign listens to the wrong one of the two.",
        "If beta1 is 0, what should the step follow?",
    ),
    "LION-FLIPM": (
        _lion(keep=lambda m, g, b2, mixed: (1 - b2) * m + b2 * g),
        "in m, beta2 and 1 - beta2 have changed places",
        "m takes in beta2 of the gradient.",
        "If beta2 is near 1, does m change fast or slowly?",
    ),
    "LION-KEEPSIGN": (
        _lion(keep=lambda m, g, b2, mixed: b2 * m + (1 - b2) * mixed),
        "m averages the signs",
        "The first w agrees; m holds what the step was, not the gradients.",
        "What does m average in the rule?",
    ),
    "LION-RETURNSSIGN": (
        _lion(keep=lambda m, g, b2, mixed: mixed * 1.0),
        "the sign of the step comes back in the place of m",
        "The first w agrees; what stands second holds nothing but -1, 0 and 1.",
        "The next call gets the m that you return. What should it remember?",
    ),
    "LION-TWICE": (
        lambda w, grad, m, lr, beta1, beta2, wd: (
            _lion()(w, grad, m, lr, beta1, beta2, wd)[0],
            beta2 * (beta1 * m + (1 - beta1) * grad) + (1 - beta2) * grad,
        ),
        "m is overwritten by the mix of the step, and updated once more",
        "The first w agrees; m has taken in the gradient twice.",
        "In the line of m, which m should stand: the one you were given, or the mix?",
    ),
    "LION-SQ": (
        _lion(keep=lambda m, g, b2, mixed: b2 * m + (1 - b2) * g**2),
        "m averages the squares, as Adam's v does",
        "The first w agrees; m is never negative, so its sign says nothing.",
        "Which average squares what comes in, m or Adam's v?",
    ),
    "LION-SUMS": (
        _lion(
            mix=lambda m, g, b1, b2: np.sign(b1 * m + g), keep=lambda m, g, b2, mixed: b2 * m + g
        ),
        "both mixes take the whole gradient, as momentum does",
        "m is 1 / (1 - beta2) times too large; in the sign the past weighs too much or too little.",
        "The two shares of a mix add up to 1. What do yours add up to?",
    ),
    "LION-MSUM": (
        _lion(keep=lambda m, g, b2, mixed: b2 * m + g),
        "m adds the whole gradient",
        "m is 1 / (1 - beta2) times too large.",
        "If all gradients are 1, what should m become?",
    ),
    "LION-OLDM": (
        _lion(keep=lambda m, g, b2, mixed: m * 1.0),
        "w is right, but the m that comes back is the old one",
        "m never changes.",
        "The next call gets the m that you return. Which one does it need?",
    ),
    "LION-WDIN": (
        _lion_decay_inside,
        "the decay is inside the sign",
        "m agrees; the weights no longer shrink by a share of themselves.",
        "How far should a weight of 100 decay in one step, and one of 0.01?",
    ),
    "LION-ZERO": (
        _lion(mix=lambda m, g, b1, b2: np.where(b1 * m + (1 - b1) * g >= 0, 1.0, -1.0)),
        "a mix of exactly zero counts as positive",
        "m agrees; a weight that no gradient has touched moves by lr.",
        "What is np.sign(0)?",
    ),
    "LION-ABS": (
        _lion(mix=lambda m, g, b1, b2: (b1 * m + (1 - b1) * g) / np.abs(b1 * m + (1 - b1) * g)),
        "a mix of exactly zero gives nan",
        "m agrees; a weight that no gradient has touched becomes nan: 0 / 0.",
        "What is 0 divided by its own size?",
    ),
    "GD-SIGN": (
        _lion(move=lambda w, u, lr, wd: w + lr * u - lr * wd * w),
        "the step goes uphill",
        "m agrees; the decay is right, and the rest has its sign turned.",
        "The mix points uphill. On which side of it do you want to go?",
    ),
    "GD-NOLR": (
        _lion(move=lambda w, u, lr, wd: w - (u + wd * w)),
        "the learning rate is not used",
        "m agrees; each move is 1 / lr times the expected one.",
        "If lr is halved, what should happen to the move?",
    ),
    "WD-NONE": (
        _lion(move=lambda w, u, lr, wd: w - lr * u),
        "nothing decays",
        "m agrees; the decay is missing in w.",
        "Where does the argument wd appear in your lines?",
    ),
    "WD-NOLR": (
        _lion(move=lambda w, u, lr, wd: w - lr * u - wd * w),
        "the decay is not multiplied by lr",
        "m agrees; the weights shrink 1 / lr times too fast.",
        "If lr falls to zero, should the weights still shrink?",
    ),
    "WD-NOW": (
        _lion(move=lambda w, u, lr, wd: w - lr * (u + wd)),
        "the decay does not hold w",
        "m agrees; every weight is moved down by lr * wd, a negative one away from zero.",
        "How much should a weight of 0 decay?",
    ),
    "WD-PLUS": (
        _lion(move=lambda w, u, lr, wd: w - lr * (u - wd * w)),
        "the decay makes the weights grow",
        "m agrees; the decay has the wrong sign.",
        "Let m and the gradient be zero. Does w come nearer to zero in your line?",
    ),
    "WD-L2": (
        lambda w, grad, m, lr, beta1, beta2, wd: _lion()(w, grad + wd * w, m, lr, beta1, beta2, 0.0),
        "the decay is in the gradient",
        "m differs at once, for wd * w has entered it.",
        "What is left of wd * w once the sign has been taken?",
    ),
    "LION-SWAP": (
        lambda w, grad, m, lr, beta1, beta2, wd: _lion()(w, grad, m, lr, beta1, beta2, wd)[::-1],
        "the two results come back in the wrong order",
        "What stands first is m, and what stands second is w.",
        "In which order does the exercise name what it wants back?",
    ),
    "GD-DELTA": (
        _lion(move=lambda w, u, lr, wd: -lr * (u + wd * w)),
        "it returns the move, not the new w",
        "m agrees; what stands first is small and forgets where w was.",
        "After the call, where are the weights?",
    ),
}
for _id, (_answer, _name, _sees, _question) in _LION.items():
    lion_step.mistake(_id, _name, _sees, _question)(_answer)


@lion_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, m, lr, beta1, beta2, wd):
    new_w, new_m = _lion()(w, grad, m, lr, beta1, beta2, wd)
    return new_w.astype(w.dtype), new_m


@lion_step.mistake("GD-INPLACE")
def _(w, grad, m, lr, beta1, beta2, wd):
    results = _lion()(w, grad, m, lr, beta1, beta2, wd)
    if m.dtype.kind == "f":
        m[...] = results[1]
    return results


@lion_step.mistake("MOM-CLASSVAR")
def _(w, grad, m, lr, beta1, beta2, wd, kept=[]):  # noqa: B006
    kept.append(lr)
    return _lion()(w, grad, m, lr / len(kept), beta1, beta2, wd)


# 11.2


@exercise(
    "11.2",
    "Newton-Schulz: singular values towards one",
    returns="O",
    hints=(
        "Only products of matrices are needed, no SVD. What has to be true of G before the first round?",
        "Divide by the Frobenius norm, so that no singular value is above 1. Each round then sends every "
        "singular value s to a s + b s^3 + c s^5 and leaves the singular vectors alone.",
        "With X wide: A = X @ X.T, then X = a * X + (b * A + c * A @ A) @ X, `steps` times. A tall G is "
        "transposed before and after.",
        "The same shape in another story, a number that is pulled to 1 by a cubic:\n"
        "    x = g / bound\n"
        "    for _ in range(steps):\n"
        "        square = x * x\n"
        "        x = 1.5 * x - 0.5 * square * x\n"
        "    return x",
    ),
    after="Worth keeping: it does not converge to 1; it stays near it, and that is good enough for a step.",
)
def newton_schulz(G, steps):
    """Bring the singular values of a matrix near 1 by `steps` rounds of Newton-Schulz.

    G is a matrix of shape (rows, columns), steps >= 0. Divide G by its Frobenius
    norm, or by 1e-7 if the norm is smaller; work on the wide orientation (transpose
    a tall G before, and back after). With A = X X' a round makes
    3.4445 X - 4.7750 A X + 2.0315 A A X of X. Return an array of the shape of G; G
    stays as it is. (Jordan and others, 2024)

    >>> newton_schulz(np.array([[3.0, 0.0], [0.0, 4.0]]), steps=0)
    array([[0.6, 0. ],
           [0. , 0.8]])
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    X = G / max(np.linalg.norm(G), 1e-7)
    tall = G.shape[0] > G.shape[1]
    if tall:
        X = X.T
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X.T.copy() if tall else X


_WIDE = np.array([[1.0, -2.0, 0.5, 3.0], [0.3, 0.2, -1.0, 0.7], [2.0, 0.1, 0.4, -0.6]])
_SQUARE = np.array([[2.0, -1.0, 0.3], [0.5, 0.7, -2.0], [1.5, 0.2, 0.9]])


@newton_schulz.probe("wide, square and tall matrices")
def _(orthogonal):
    for label, G in (("wide", _WIDE), ("square", _SQUARE), ("tall", 0.01 * _WIDE.T)):
        for steps in (0, 1, 2, 5):
            yield Seen(f"{label}, {steps} rounds", "O", orthogonal(G, steps))


@newton_schulz.probe("tiny gradients, and none")
def _(orthogonal):
    yield Seen("a thousandth", "O", orthogonal(1e-3 * _SQUARE, 3))
    yield Seen("zeros", "O", orthogonal(np.zeros((2, 3)), 3))


@newton_schulz.probe("whole numbers, and float32")
def _(orthogonal):
    yield Seen("whole numbers", "O", orthogonal(np.array([[2, 0, -1], [1, 3, 0]]), 2))
    yield Seen("float32", "O", orthogonal(_WIDE.astype(np.float32), 2))


def _rounds(norm=None, coefficients=(3.4445, -4.7750, 2.0315), round=None, more=0, after=None):
    """The reference with one part exchanged; with the usual norm it has a twin, `added`, of norm + 1e-7."""
    given, norm = norm, norm or (lambda G: max(np.linalg.norm(G), 1e-7))
    round = round or (lambda X, a, b, c: a * X + (b * (X @ X.T) + c * (X @ X.T) @ (X @ X.T)) @ X)
    after = after or (lambda X, G: X)

    def answer(G, steps):
        X = G / norm(G)
        tall = G.shape[0] > G.shape[1]
        X = X.T if tall else X
        for _ in range(steps + more):
            X = round(X, *coefficients)
        return after(X.T.copy() if tall else X, G)

    if given is None:
        answer.added = _rounds(lambda G: np.linalg.norm(G) + 1e-7, coefficients, round, more, after)
    return answer


newton_schulz.convention(
    "1e-7 is added to the norm",
    text="Some books add the small number, others use it as a floor; you see it only with tiny gradients.",
)(_rounds(norm=lambda G: np.linalg.norm(G) + 1e-7))
newton_schulz.convention(
    "1e-8 is added to the norm",
    text="Some books add the small number, others use it as a floor; you see it only with tiny gradients.",
)(_rounds(norm=lambda G: np.linalg.norm(G) + 1e-8))

def _muon_round(X, a, b, c):
    A = X @ X.T
    return a * X + (b * A + c * A @ A) @ X


def _powers(G, steps):
    X = G / max(np.linalg.norm(G), 1e-7)
    for _ in range(steps):
        X = 3.4445 * X - 4.7750 * X**3 + 2.0315 * X**5
    return X


def _a_once(G, steps):
    X = G / max(np.linalg.norm(G), 1e-7)
    X = X.T if G.shape[0] > G.shape[1] else X
    A = X @ X.T
    for _ in range(steps):
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * A @ A) @ X
    return (X.T if G.shape[0] > G.shape[1] else X).copy()


def _nearest_orthogonal(G, steps):
    U, _, V = np.linalg.svd(G, full_matrices=False)
    return U @ V


_SCHULZ = {
    "MUON-NONORM": (
        _rounds(norm=lambda G: 1.0),
        "G is not divided by its norm",
        "With no round at all G comes back; with several the values explode.",
        "Where does a s + b s^3 + c s^5 send a singular value of 10?",
    ),
    "MUON-SPECTRAL": (
        _rounds(norm=lambda G: max(np.linalg.norm(G, 2), 1e-7)),
        "G is divided by its largest singular value",
        "With no round at all the result is too large.",
        "Which norm does np.linalg.norm(G, 2) give for a matrix?",
    ),
    "MUON-SQNORM": (
        _rounds(norm=lambda G: max(np.sum(G**2), 1e-7)),
        "the root of the norm is missing",
        "G is divided by the sum of its squares.",
        "If G doubles, should the result change?",
    ),
    "MUON-MAX": (
        _rounds(norm=lambda G: max(np.max(np.abs(G)), 1e-7)),
        "G is divided by its largest entry",
        "With no round at all the result is too large.",
        "What is the Frobenius norm made of?",
    ),
    "MUON-NOEPS": (
        _rounds(norm=lambda G: np.linalg.norm(G)),
        "a matrix of zeros gives nan",
        "All agrees but the zeros: 0 / 0.",
        "What is the norm of a matrix of zeros?",
    ),
    "MUON-CUBIC": (
        _rounds(coefficients=(1.5, -0.5, 0.0)),
        "these are the coefficients of the classic cubic",
        "No round agrees; each round pulls more gently.",
        "Which three numbers does the exercise give?",
    ),
    "MUON-NOC": (
        _rounds(coefficients=(3.4445, -4.7750, 0.0)),
        "the last term is missing",
        "Already the first round differs: A A X is not added.",
        "How many terms has a round?",
    ),
    "MUON-BSIGN": (
        _rounds(coefficients=(3.4445, 4.7750, 2.0315)),
        "the middle term has the wrong sign",
        "The values explode.",
        "Which of the three coefficients is negative?",
    ),
    "MUON-BCSWAP": (
        _rounds(coefficients=(3.4445, 2.0315, -4.7750)),
        "the second and third coefficient have changed places",
        "Already the first round differs.",
        "Which coefficient belongs to A, and which to A A?",
    ),
    "MUON-ELEM": (
        _rounds(round=lambda X, a, b, c: a * X + (b * (X @ X.T) + c * (X @ X.T) ** 2) @ X),
        "A is squared entry by entry",
        "Already the first round differs.",
        "What do A @ A and A ** 2 give for a matrix?",
    ),
    "MUON-AONCE": (
        _a_once,
        "A is made once, before the first round",
        "No round and one round agree; from the second on the old A is used.",
        "X has changed after a round. Which X is A made of in yours?",
    ),
    "MUON-ROWS": (
        _rounds(norm=lambda G: np.maximum(np.linalg.norm(G, axis=1, keepdims=True), 1e-7)),
        "each row is divided by its own length",
        "With no round at all the rows have length one, where the whole matrix should have.",
        "How many numbers is the Frobenius norm of a matrix?",
    ),
    "MUON-MORE": (
        _rounds(more=1),
        "there is one round too many",
        "With no round asked for, one is made.",
        "How often does your loop run at steps = 0?",
    ),
    "MUON-NOA": (
        _rounds(coefficients=(0.0, -4.7750, 2.0315)),
        "the first term, a X, is missing",
        "With no round all agrees; then each round keeps only what A has multiplied.",
        "What is left of X in your round if A is very small?",
    ),
    "MUON-ASIGN": (
        _rounds(coefficients=(-3.4445, -4.7750, 2.0315)),
        "the first coefficient has the wrong sign",
        "Already the first round differs; small singular values change their sign.",
        "Where should a small singular value go: up, or to its negative?",
    ),
    "MUON-CSIGN": (
        _rounds(coefficients=(3.4445, -4.7750, -2.0315)),
        "the last coefficient has the wrong sign",
        "Already the first round differs.",
        "Which of the three coefficients are positive?",
    ),
    "MUON-QUINTIC": (
        _rounds(coefficients=(15 / 8, -10 / 8, 3 / 8)),
        "these are the coefficients of the classic quintic",
        "No round agrees; this polynomial goes to 1, and takes its time.",
        "Which three numbers does the exercise give?",
    ),
    "MUON-AA": (
        _rounds(round=lambda X, a, b, c: a * X + b * (X @ X.T) @ X + c * (X @ X.T) @ X),
        "the last term has only one A",
        "Already the first round differs.",
        "How often does A stand in the last term of a round?",
    ),
    "MUON-POWERS": (
        _powers,
        "the entries are raised to powers, not the singular values",
        "With no round all agrees; then each entry goes its own way.",
        "What do X @ X.T @ X and X ** 3 give for a matrix?",
    ),
    "MUON-AGAIN": (
        _rounds(round=lambda X, a, b, c: _muon_round(X / max(np.linalg.norm(X), 1e-7), a, b, c)),
        "the norm is divided out in every round",
        "The first round agrees, the second one begins too small.",
        "Does the division stand inside your loop, or before it?",
    ),
    "MUON-LESS": (
        _rounds(more=-1),
        "there is one round too few",
        "With no round all agrees; one round gives what none should.",
        "How often does your loop run at steps = 1?",
    ),
    "MUON-FIVE": (
        lambda G, steps: _rounds()(G, 5),
        "it makes five rounds whatever `steps` says",
        "With five rounds all agrees, and with no other number.",
        "Where does the argument steps appear in your lines?",
    ),
    "MUON-SVD": (
        _nearest_orthogonal,
        "this is the exact orthogonal factor",
        "All singular values are 1, also with no round.",
        "What does the exercise bring near 1, and by how many rounds?",
    ),
    "MUON-ONENORM": (
        _rounds(norm=lambda G: max(np.linalg.norm(G, 1), 1e-7)),
        "G is divided by the largest column sum",
        "With no round at all the result differs already.",
        "Which norm does np.linalg.norm(G, 1) give for a matrix?",
    ),
    "MUON-RMS": (
        _rounds(after=lambda X, G: X * 0.2 * max(G.shape) ** 0.5),
        "a scale for the step is in it",
        "Every entry is the same factor away.",
        "Is the factor part of Newton-Schulz, or of the step that uses it?",
    ),
    "MUON-NOT": (
        lambda G, steps: _rounds()(G.T if G.shape[0] > G.shape[1] else G, steps),
        "a tall matrix is not transposed back",
        "Wide and square matrices agree; a tall one comes back wide.",
        "Which shape should the result have?",
    ),
    "MUON-SCALE": (
        _rounds(after=lambda X, G: X * max(1, G.shape[0] / G.shape[1]) ** 0.5),
        "the shape factor of Muon's step is in it",
        "Wide and square matrices agree; a tall one is too large.",
        "Is the factor part of Newton-Schulz, or of the step that uses it?",
    ),
}
for _id, (_answer, _name, _sees, _question) in _SCHULZ.items():
    newton_schulz.mistake(_id, _name, _sees, _question)(_answer)
    if hasattr(_answer, "added"):
        newton_schulz.mistake(_id)(_answer.added)


@newton_schulz.mistake("GD-INPLACE")
def _(G, steps):
    result = _rounds()(G, steps)
    if G.dtype.kind == "f":
        G /= 2
    return result


# 11.3


@exercise(
    "11.3",
    "Shampoo's direction",
    returns="D",
    hints=(
        "Two matrices stand at the two sides of G. Which shape has each of them?",
        "A power of a symmetric matrix is the power of its eigenvalues, between its eigenvectors. Each side "
        "gives an inverse fourth root, so that both together make an inverse root.",
        "values, vectors = np.linalg.eigh(M + eps * I); the root is "
        "vectors @ diag(values ** (-1/4)) @ vectors.T. D is the left root @ G @ the right root.",
        "The same shape in another story, an inverse square root for whitening:\n"
        "    values, vectors = np.linalg.eigh(C + tiny * np.eye(len(C)))\n"
        "    whiten = (vectors * values**-0.5) @ vectors.T\n"
        "    return whiten @ data",
    ),
    after="Worth keeping: after one gradient this makes all its singular values equal, as Muon wants to.",
)
def shampoo_direction(G, Lmat, Rmat, eps):
    """Return the direction that Shampoo follows: G between two inverse fourth roots.

    G has shape (rows, columns); Lmat, (rows, rows), and Rmat, (columns, columns), are
    symmetric without negative eigenvalues: sums of G G' and of G' G that hold the
    newest G already. eps > 0 times the identity is added to each. Return
    (Lmat + eps I)^(-1/4) G (Rmat + eps I)^(-1/4), powers of matrices, in the shape
    of G; the arguments stay as they are. (Gupta, Koren and Singer, 2018)

    >>> G, one = np.array([[4.0, 8.0]]), np.eye(2)
    >>> shampoo_direction(G, np.array([[15.0]]), 15.0 * one, eps=1.0).round(6)
    array([[1., 2.]])
    """
    roots = []
    for M in (Lmat, Rmat):
        values, vectors = np.linalg.eigh(M + eps * np.eye(len(M)))
        roots.append((vectors * values**-0.25) @ vectors.T)
    return roots[0] @ G @ roots[1]


@shampoo_direction.probe("wide, square and tall gradients, three sizes of eps")
def _(direction):
    for label, G in (("wide", _WIDE), ("square", _SQUARE), ("tall", _WIDE.T)):
        other = np.roll(G, 1, axis=1) - 0.5
        for eps in (0.3, 2.0, 0.01):
            L, R = G @ G.T + other @ other.T, G.T @ G + other.T @ other
            yield Seen(f"{label}, eps {eps}", "D", direction(G, L, R, eps))


@shampoo_direction.probe("before any gradient")
def _(direction):
    yield Seen("", "D", direction(np.zeros((2, 3)), np.zeros((2, 2)), np.zeros((3, 3)), 0.1))
    yield Seen("one entry", "D", direction(np.array([[3.0]]), np.array([[9.0]]), np.array([[9.0]]), 0.5))


def _power(M, power):
    values, vectors = np.linalg.eigh(M)
    return (vectors * values**power) @ vectors.T


def _turned(values, vectors):
    return (vectors.T * values**-0.25) @ vectors


def _shampoo(left=None, right=None, damp=None, root=None):
    damp = damp or (lambda M, eps: M + eps * np.eye(len(M)))
    root = root or (lambda M: _power(M, -0.25))
    left, right = left or root, right or root
    return lambda G, Lmat, Rmat, eps: left(damp(Lmat, eps)) @ G @ right(damp(Rmat, eps))


def _floored(G, Lmat, Rmat, eps):
    roots = []
    for M in (Lmat, Rmat):
        values, vectors = np.linalg.eigh(M)
        roots.append((vectors * np.maximum(values, eps) ** -0.25) @ vectors.T)
    return roots[0] @ G @ roots[1]


def _unit(D):
    return D / max(np.linalg.norm(D), 1e-12)


_SHAMPOO = {
    "SHP-SQRT": (
        _shampoo(root=lambda M: _power(M, -0.5)),
        "both roots are square roots",
        "D is too small where gradients are large.",
        "Two roots stand around G. Which power of the gradient's size do they make together?",
    ),
    "SHP-INV": (
        _shampoo(root=lambda M: _power(M, -1.0)),
        "both matrices are inverted without a root",
        "D is far too small where gradients are large.",
        "Where is the fourth root?",
    ),
    "SHP-POS": (
        _shampoo(root=lambda M: _power(M, 0.25)),
        "the roots are not inverse",
        "Large gradients make D larger still.",
        "What sign has the power?",
    ),
    "SHP-LEFT": (
        _shampoo(right=lambda M: np.eye(len(M))),
        "the right-hand root is missing",
        "Only the rows are scaled.",
        "Where does Rmat appear in your lines?",
    ),
    "SHP-RIGHT": (
        _shampoo(left=lambda M: np.eye(len(M))),
        "the left-hand root is missing",
        "Only the columns are scaled.",
        "Where does Lmat appear in your lines?",
    ),
    "SHP-ELEM": (
        _shampoo(root=lambda M: np.sign(M) * np.abs(M) ** -0.25),
        "each entry is raised to the power",
        "The entries are powers, the matrix is not.",
        "What is the square root of a matrix, multiplied by itself?",
    ),
    "SHP-DIAG": (
        _shampoo(root=lambda M: np.diag(np.diag(M) ** -0.25)),
        "only the diagonals are used",
        "Rows and columns are scaled, and nothing is turned.",
        "What do the entries beside the diagonal know?",
    ),
    "SHP-NOEPS": (
        _shampoo(damp=lambda M, eps: M + 1e-12 * np.eye(len(M))),
        "eps is not added",
        "Directions that no gradient has had are blown up.",
        "Where does eps appear in your lines?",
    ),
    "SHP-EPSALL": (
        _shampoo(damp=lambda M, eps: M + eps),
        "eps is added to every entry, not to the diagonal",
        "Entries beside the diagonal have changed too.",
        "What does M + eps do to a matrix in NumPy?",
    ),
    "SHP-TURNED": (
        _shampoo(
            root=lambda M: _turned(*np.linalg.eigh(M))
        ),
        "the eigenvectors stand the wrong way round",
        "The eigenvalues are right, in another basis.",
        "eigh gives the eigenvectors as columns. Which product gives M back?",
    ),
    "SHP-HALFTURN": (
        _shampoo(root=lambda M: np.linalg.eigh(M)[1] * np.linalg.eigh(M)[0] ** -0.25),
        "the second turn is missing: the eigenvectors stand on one side only",
        "What stands around G is not symmetric, so D is turned.",
        "vectors @ diag(values) is half of the way. Which product gives M back?",
    ),
    "SHP-VALUES": (
        _shampoo(root=lambda M: np.diag(np.linalg.eigh(M)[0] ** -0.25)),
        "the eigenvalues are used without their eigenvectors",
        "Rows and columns are scaled, by numbers that belong to other directions.",
        "Which directions do the eigenvalues belong to, and how do you get back from there?",
    ),
    "SHP-PRECEDENCE": (
        _shampoo(root=lambda M: _power(M, -1.0) / 4),
        "the power ends before the division: it is -1, and the result is divided by 4",
        "D is far too small.",
        "In a ** -1/4, which of the two does Python do first?",
    ),
    "SHP-SVD": (
        lambda G, Lmat, Rmat, eps: np.linalg.svd(G, full_matrices=False)[0]
        @ np.linalg.svd(G, full_matrices=False)[2],
        "this is U V' of the newest gradient, Muon's goal",
        "Lmat and Rmat are not used, so the past does not count.",
        "What of the gradients before this one does your D know?",
    ),
    "SHP-EIGHTH": (
        _shampoo(root=lambda M: _power(M, -0.125)),
        "both roots are eighth roots",
        "D is too large where gradients are large.",
        "Which power does each side get, so that both together make an inverse root?",
    ),
    "SHP-ONESIDE": (
        _shampoo(left=lambda M: _power(M, -0.5), right=lambda M: np.eye(len(M))),
        "one side does the work of both",
        "The rows are scaled by an inverse square root, the columns by nothing.",
        "Which of the two matrices does not appear in your lines?",
    ),
    "SHP-EPSLEFT": (
        lambda G, Lmat, Rmat, eps: _power(Lmat + eps * np.eye(len(Lmat)), -0.25)
        @ G @ _power(Rmat + 1e-12 * np.eye(len(Rmat)), -0.25),
        "eps is added on the left only",
        "Directions that no gradient has had are blown up in the columns.",
        "How many matrices need eps?",
    ),
    "SHP-EPSRIGHT": (
        lambda G, Lmat, Rmat, eps: _power(Lmat + 1e-12 * np.eye(len(Lmat)), -0.25)
        @ G @ _power(Rmat + eps * np.eye(len(Rmat)), -0.25),
        "eps is added on the right only",
        "Directions that no gradient has had are blown up in the rows.",
        "How many matrices need eps?",
    ),
    "SHP-EPSSQ": (
        _shampoo(damp=lambda M, eps: M + eps**2 * np.eye(len(M))),
        "eps is squared",
        "With a small eps the damping is nearly gone.",
        "What stands beside the identity in the exercise?",
    ),
    "SHP-FLOOR": (
        _floored,
        "eps is a floor for the eigenvalues, not added to them",
        "Large eigenvalues are a little too small, so D is a little too large.",
        "Adding eps to the diagonal does what to each eigenvalue?",
    ),
    "SHP-EPSAFTER": (
        lambda G, Lmat, Rmat, eps: (
            (_power(Lmat + 1e-12 * np.eye(len(Lmat)), -0.25) + eps * np.eye(len(Lmat)))
            @ G @ (_power(Rmat + 1e-12 * np.eye(len(Rmat)), -0.25) + eps * np.eye(len(Rmat)))
        ),
        "eps is added to the roots, not to what they are taken of",
        "Directions that no gradient has had are blown up all the same.",
        "What is eps there to protect: the root, or the number below it?",
    ),
    "SHP-NEWEST": (
        lambda G, Lmat, Rmat, eps: _shampoo()(G, Lmat + G @ G.T, Rmat + G.T @ G, eps),
        "the newest gradient is counted twice",
        "D is too small.",
        "Does Lmat hold G already, when the function is called?",
    ),
    "SHP-ALONE": (
        lambda G, Lmat, Rmat, eps: _shampoo()(G, G @ G.T, G.T @ G, eps),
        "the sums are not used, only the newest gradient",
        "After one gradient all agrees; the past does not count.",
        "Where do Lmat and Rmat appear in your lines?",
    ),
    "SHP-ENTRYROOT": (
        _shampoo(root=lambda M: np.linalg.inv(np.sqrt(np.sqrt(np.abs(M))))),
        "the fourth root is taken of each entry",
        "The matrix is inverted as a matrix, but its root is not the matrix's.",
        "What is the square root of a matrix, multiplied by itself?",
    ),
    "SHP-CHOLESKY": (
        _shampoo(root=lambda M: np.linalg.inv(np.linalg.cholesky(M))),
        "this is the inverse of a Cholesky factor",
        "D is turned, and too small.",
        "Is a Cholesky factor symmetric, and which root is it?",
    ),
    "SHP-UNIT": (
        lambda G, Lmat, Rmat, eps: _unit(_shampoo()(G, Lmat, Rmat, eps)),
        "D has been brought to length one",
        "The direction agrees, its length does not.",
        "Who decides how long the step is: this function, or the learning rate?",
    ),
    "SHP-TRANSPOSED": (
        lambda G, Lmat, Rmat, eps: _shampoo()(G, Lmat, Rmat, eps).T,
        "the result is transposed",
        "Its shape is that of G', and a square one has its entries mirrored.",
        "Which shape should D have?",
    ),
    "SHP-SIGN": (
        lambda G, Lmat, Rmat, eps: -_shampoo()(G, Lmat, Rmat, eps),
        "the direction has its sign turned",
        "Every entry is the expected one with a minus.",
        "Who takes the step against the direction: this function, or its caller?",
    ),
}
for _id, (_answer, _name, _sees, _question) in _SHAMPOO.items():
    shampoo_direction.mistake(_id, _name, _sees, _question)(_answer)

shampoo_direction.mistake("SHP-ELEM")(_shampoo(root=lambda M: M**-0.25))


@shampoo_direction.mistake("GD-INPLACE")
def _(G, Lmat, Rmat, eps):
    direction = _shampoo()(G, Lmat, Rmat, eps)
    Lmat += eps * np.eye(len(Lmat))
    return direction
