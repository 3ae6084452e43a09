"""Exercises of lesson 07: Adam, AMSGrad, and a museum of bugs."""

import numpy as np

from . import museum
from .parts import exercise
from .probing import GRADS, START, TINY, other_shapes
from .trace import Call, Seen

# 07.1


@exercise(
    "07.1",
    "A moving average that starts right",
    returns="averages",
    hints=(
        "Look at the very first entry. After one value, what should the average of all values so far be?",
        "The plain average starts at zero, so at first it is too small. After t values their weights add up "
        "to 1 - beta**t and not to 1; dividing by that puts it right.",
        "Keep two things apart: avg = beta * avg + (1 - beta) * value goes on to the next round; what is "
        "written down is avg / (1 - beta**t), with t counted from 1.",
        "The same shape in another story, a jury that starts with an empty sheet:\n"
        "    score, trust = 0.0, 0.0\n"
        "    for vote in votes:\n"
        "        score = keep * score + (1 - keep) * vote\n"
        "        trust = keep * trust + (1 - keep)\n"
        "        shown.append(score / trust)",
    ),
    after="Worth keeping: the first entry is the first value itself, whatever beta is.",
)
def moving_average(data, beta):
    """Return the moving average of data, corrected for its start at zero.

    data has shape (T,), T may be 0; 0 <= beta < 1. The average keeps the share beta
    of itself at each step and takes in 1 - beta of the new value, from zero. Entry
    t of the result, counted from 1, is the average after t values, divided by
    1 - beta**t. Return an array of shape (T,); data stays as it is.

    >>> moving_average(np.array([4.0, 1.0, 1.0]), beta=0.5)
    array([4.        , 2.        , 1.42857143])
    """
    avg, corrected = 0.0, []
    for t, value in enumerate(data, start=1):
        avg = beta * avg + (1 - beta) * value
        corrected.append(avg / (1 - beta**t))
    return np.array(corrected)


_DATA = np.array([3.0, -1.0, 0.5, 0.0, 4.0, -2.5, 1.0])


@moving_average.probe("three averages")
def _(average):
    for beta in (0.9, 0.5, 0.98):
        averages = np.atleast_1d(average(_DATA, beta))
        yield Seen(f"beta {beta}", "the shape of the averages", np.array(averages.shape))
        for t, value in enumerate(averages, start=1):
            yield Seen(f"beta {beta}, entry {t}", "the average", np.array(value))


@moving_average.probe("beta 0, whole numbers, one value, float32")
def _(average):
    yield Seen("beta 0", "the averages", average(_DATA, 0.0))
    yield Seen("whole numbers", "the averages", average(np.array([4, 1, -2, 7]), 0.7))
    yield Seen("one value", "the averages", average(np.array([2.5]), 0.9))
    yield Seen("float32", "the averages", average(_DATA.astype(np.float32), 0.9))
    yield Seen("tiny values", "the averages", average(1e-9 * _DATA, 0.9))


@moving_average.probe("no value at all", lenient=True)
def _(average):
    yield Seen("no value", "the averages", average(np.zeros(0), 0.9))


def _averages(data, beta, take=None, show=None, start=0.0):
    """The reference's loop with two questions open: what an average takes in, and what is written down."""
    take = take or (lambda avg, value, t: beta * avg + (1 - beta) * value)
    show = show or (lambda avg, t: avg / (1 - beta**t))
    avg, shown = start, []
    for t, value in enumerate(data, start=1):
        avg = take(avg, value, t)
        shown.append(show(avg, t))
    return np.array(shown)


@moving_average.mistake(
    "ADM-NOBC",
    name="the start at zero is not corrected",
    sees="At beta 0.9 the first entry is a tenth of the first value.",
    question="After one value, what is the average of all values so far?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg)


@moving_average.mistake(
    "ADM-TM1",
    name="t is counted from 0",
    sees="The first entry divides by 1 - beta**0, which is zero, or the second one by 1 - beta.",
    question="How many values does the average hold when you write down its first entry?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta ** (t - 1)))


@moving_average.mistake("ADM-TM1")
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta ** max(t - 1, 1)))


@moving_average.mistake("ADM-TM1")
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: np.divide(avg, 1 - beta ** (t - 1)))


@moving_average.mistake(
    "ADM-TP1",
    name="t is counted from 2",
    sees="The first entry divides by 1 - beta**2 and comes out too small.",
    question="How many values does the average hold when you write down its first entry?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta ** (t + 1)))


@moving_average.mistake(
    "ADM-TFROZEN",
    name="t stays 1 for every entry",
    sees="The first entry agrees; later ones are divided by 1 - beta still, and grow too large.",
    question="After a hundred values, what do the weights add up to?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta))


@moving_average.mistake("ADM-TFROZEN")
def _(data, beta):
    return _averages(data, beta, take=lambda avg, value, t: beta * avg + value, show=lambda avg, t: avg)


@moving_average.mistake(
    "ADM-BCONCE",
    name="all entries are corrected as if they were the last",
    sees="Only the last entry agrees; the first one is far too small.",
    question="How many values does the first entry know? Is that len(data)?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta ** len(data)))


@moving_average.mistake(
    "ADM-BCFIRST",
    name="only the first entry is corrected",
    sees="The first entry agrees; from the second on it is the plain average, which is still too small.",
    question="After two values the weights add up to 1 - beta**2. Is that 1?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta) if t == 1 else avg)


@moving_average.mistake(
    "ADM-BCTIMES",
    name="beta is multiplied by t, not raised to it",
    sees="The first entry agrees; 1 - beta * t soon becomes negative.",
    question="After two steps, is a weight beta + beta or beta * beta of what it was?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta * t))


@moving_average.mistake(
    "ADM-BCSQ",
    name="beta is squared, whatever t is",
    sees="Only the second entry agrees.",
    question="The exponent counts values. Does your exponent change?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta**2))


@moving_average.mistake(
    "ADM-BCPOWER",
    name="the power is taken of 1 - beta, not of beta",
    sees="The first entry agrees; later ones are divided by (1 - beta)**t.",
    question="Of which share is left after t steps: beta, or 1 - beta?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - beta) ** t)


@moving_average.mistake("ADM-BCPOWER")
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 - (1 - beta) ** t))


@moving_average.mistake(
    "ADM-BCMUL",
    name="it multiplies by 1 - beta**t",
    sees="Every entry is too small, and the first one by (1 - beta) squared.",
    question="The plain average is too small at first. Should you divide by a number below 1, or multiply?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg * (1 - beta**t))


@moving_average.mistake(
    "ADM-BCPLUS",
    name="it divides by 1 + beta**t",
    sees="The first entry is too small, where it should be the first value itself.",
    question="What do the weights of one value add up to: 1 - beta, or 1 + beta?",
)
def _(data, beta):
    return _averages(data, beta, show=lambda avg, t: avg / (1 + beta**t))


@moving_average.mistake(
    "ADM-STOREHAT",
    name="the corrected average goes on into the next round",
    sees="The first entry agrees; after it each correction is corrected once more.",
    question="Which of the two do you carry on: what you keep, or what you show?",
)
def _(data, beta):
    avg, shown = 0.0, []
    for t, value in enumerate(data, start=1):
        avg = (beta * avg + (1 - beta) * value) / (1 - beta**t)
        shown.append(avg)
    return np.array(shown)


@moving_average.mistake(
    "EMA-FLIP",
    name="beta and 1 - beta have changed places",
    sees="At beta 0.9 the average follows the newest value almost at once.",
    question="At beta 0.9, how much of the old average should be kept?",
)
def _(data, beta):
    return _averages(data, beta, take=lambda avg, value, t: (1 - beta) * avg + beta * value)


@moving_average.mistake(
    "EMA-INITFIRST",
    name="the average starts at the first value",
    sees="The first entry agrees if nothing else is done; later ones carry too much of the first value.",
    question="That is another way to start. Which start does the exercise name?",
)
def _(data, beta):
    return _averages(data, beta, start=data[0] if len(data) else 0.0, show=lambda avg, t: avg)


@moving_average.mistake("EMA-INITFIRST")
def _(data, beta):
    return _averages(data, beta, start=data[0] if len(data) else 0.0)


@moving_average.mistake(
    "EMA-NODECAY",
    name="the old average does not fade",
    sees="The entries grow as a sum does.",
    question="What is beta for, and where is it used?",
)
def _(data, beta):
    return _averages(data, beta, take=lambda avg, value, t: avg + (1 - beta) * value)


@moving_average.mistake(
    "EMA-NO1MB",
    name="the new value enters whole, and it is corrected as well",
    sees="At beta 0.9 every entry is ten times the expected one.",
    question="The weights of an average add up to 1. What do yours add up to?",
)
def _(data, beta):
    return _averages(data, beta, take=lambda avg, value, t: beta * avg + value)


@moving_average.mistake(
    "EMA-MEAN",
    name="this is the plain mean of all values so far",
    sees="The first entry agrees; after it every value has the same weight.",
    question="Which values should count most, the new ones or all alike?",
)
def _(data, beta):
    return np.cumsum(data) / np.arange(1, len(data) + 1)


@moving_average.mistake(
    "EMA-OLDEST",
    name="the oldest value weighs most, the newest least",
    sees="The first entry agrees; after it the weights run the wrong way.",
    question="A value that came t steps ago counts beta**t of what it did. Which value came 0 steps ago?",
)
def _(data, beta):
    t = np.arange(len(data))
    return np.cumsum((1 - beta) * beta**t * data) / (1 - beta ** (t + 1))


@moving_average.mistake("EMA-OLDEST")
def _(data, beta):
    return np.cumsum((1 - beta) * beta ** np.arange(len(data)) * data)


@moving_average.mistake(
    "EMA-EARLY",
    name="it returns after the first value",
    sees="One entry comes back, and it agrees.",
    question="How far is your return line indented? How often does the loop run before it is reached?",
)
def _(data, beta):
    return _averages(data[:1], beta)


@moving_average.mistake(
    "EMA-LASTONLY",
    name="only the last average comes back",
    sees="One number came where an array of shape (T,) is asked for.",
    question="What has become of the averages on the way?",
)
def _(data, beta):
    shown = _averages(data, beta)
    return shown[-1] if len(shown) else 0.0


@moving_average.mistake(
    "EMA-LATE",
    name="each entry is written down before its value is taken in",
    sees="The first entry is zero or nan, and every later one is a step late.",
    question="In your loop, what comes first: taking in the value, or writing down the average?",
)
def _(data, beta):
    avg, shown = 0.0, []
    for t, value in enumerate(data, start=1):
        shown.append(avg / (1 - beta**t))
        avg = beta * avg + (1 - beta) * value
    return np.array(shown)


@moving_average.mistake(
    "GD-OFF1",
    name="there is one entry too many",
    sees="The result starts with the average of no values at all.",
    question="How many values are there, and how many entries?",
)
def _(data, beta):
    return np.concatenate([[0.0], _averages(data, beta)])


@moving_average.mistake(
    "GD-INT",
    name="whole numbers stay whole",
    sees="For data of whole numbers the fractions of the averages are cut off.",
    question="What is the dtype of the array that your averages are written into?",
)
def _(data, beta):
    shown = np.zeros_like(data)
    shown[:] = _averages(data, beta)
    return shown


@moving_average.mistake("GD-INPLACE")
def _(data, beta):
    shown = _averages(data, beta)
    data[...] = shown
    return shown


# 07.2


@exercise(
    "07.2",
    "One step of Adam",
    returns=("w", "m", "v"),
    hints=(
        "Three things come back. m and v are moving averages without any correction; where is the correction "
        "made, and who keeps it?",
        "m averages gradients, v averages their squares. Both start at zero, so both are too small at first; "
        "the step uses m_hat = m / (1 - beta1**t) and v_hat = v / (1 - beta2**t), which nobody stores.",
        "Five lines: new m, new v, m_hat, v_hat, and w - lr * m_hat / (root of v_hat + eps). Return the "
        "m and v that have no hat.",
        "The same shape in another story, a buyer who weighs the usual price change against its usual size:\n"
        "    trend = a * trend + (1 - a) * change\n"
        "    rough = b * rough + (1 - b) * change**2\n"
        "    fair_trend, fair_rough = trend / (1 - a**day), rough / (1 - b**day)\n"
        "    offer = offer - stake * fair_trend / (fair_rough**0.5 + least)\n"
        "    return offer, trend, rough",
    ),
    after="Worth keeping: the first step is lr long for a gradient of 0.001 and for one of 1000.",
)
def adam_step(w, grad, m, v, t, lr, beta1, beta2, eps):
    """Take step t of Adam (Kingma and Ba, 2015), in PyTorch's form.

    w, grad, m and v are arrays of one shape, any shape; m and v start as zeros, and
    t counts steps from 1. lr > 0, 0 <= beta1 < 1, 0 <= beta2 < 1, eps > 0. m is a
    moving average of the gradients with beta1, v one of their squares with beta2.
    For the step both are corrected: m_hat = m / (1 - beta1**t), and v_hat alike.
    w moves by -lr * m_hat / (root of v_hat + eps), eps outside the root. Return
    (w, m, v), three new arrays, m and v without correction; the arguments stay as
    they are.

    >>> one, four, none = np.array([1.0]), np.array([4.0]), np.array([0.0])
    >>> adam_step(one, four, none, none, 1, lr=0.5, beta1=0.5, beta2=0.75, eps=4.0)
    (array([0.75]), array([2.]), array([4.]))
    """
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w, m, v


M_BEFORE = np.array([0.3, -0.5, 0.1, 1.0])
V_BEFORE = np.array([0.5, 2.0, 0.25, 4.0])
COARSE = dict(lr=0.1, beta1=0.7, beta2=0.9, eps=0.05)
FINE = dict(lr=0.03, beta1=0.9, beta2=0.995, eps=1e-8)


def _run(step, where, start, grads, state, names, settings, first=1):
    """Walk with step(w, grad, *state, t, *settings); yield the state, then w."""
    w, state = start, list(state)
    for t, grad in enumerate(grads, start=first):
        before = w
        w, *state = step(w, grad, *state, t, *settings.values())
        for name, value in zip(names, state, strict=True):
            yield Seen(f"{where}step {t}", name, value)
        yield Seen(f"{where}step {t}", "w", w, start=before)


def _probe_steps(exercise, names):
    before = dict(zip(("m", "v", "vmax"), (M_BEFORE, V_BEFORE, 1.5 * V_BEFORE[::-1]), strict=True))

    def zeros(like, dtype=float):
        return [np.zeros(np.shape(like), dtype) for _ in names]

    @exercise.probe("three runs with ordinary gradients")
    def _(step):
        yield from _run(step, "run 1, ", START, GRADS, zeros(START), names, COARSE)
        yield from _run(step, "run 2, ", START, GRADS[::-1], zeros(START), names, FINE)
        state = [before[name] for name in names]
        yield from _run(step, "run 3, ", START, GRADS[1:], state, names, COARSE, first=7)

    @exercise.probe("tiny gradients, and none")
    def _(step):
        yield from _run(step, "", START, TINY, zeros(START), names, FINE)
        nothing = np.zeros((2, 4))
        yield from _run(step, "all zero, ", START, nothing, zeros(START), names, FINE)

    @exercise.probe("beta1 0, then beta2 0")
    def _(step):
        for label, changed in (("beta1 0, ", dict(beta1=0.0)), ("beta2 0, ", dict(beta2=0.0))):
            yield from _run(step, label, START, GRADS[:3], zeros(START), names, COARSE | changed)

    @exercise.probe("whole numbers as a start")
    def _(step):
        whole = np.array([1, -2, 0, 3])
        yield from _run(step, "", whole, GRADS[:3], zeros(whole, int), names, COARSE)

    @exercise.probe("float32")
    def _(step):
        start, grads = START.astype(np.float32), GRADS[:4].astype(np.float32)
        yield from _run(step, "", start, grads, zeros(start, np.float32), names, COARSE)

    @exercise.probe("other shapes", lenient=True)
    def _(step):
        for label, start, grads in other_shapes():
            yield from _run(step, f"{label}, ", start, grads, zeros(start), names, COARSE)


_probe_steps(adam_step, ["m", "v"])


@adam_step.convention(
    "eps inside the root",
    text="Some write sqrt(v_hat + eps). With a tiny eps only tiny gradients can tell.",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / np.sqrt(v_hat + eps), m, v


@adam_step.convention(
    "eps-hat, added to the root of the uncorrected v",
    text="The end of the paper's section 2, Keras and old PyTorch write it so: their eps is the other one, "
    "times sqrt(1 - beta2**t).",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps), m, v


def _moments(grad, m, v, t, beta1, beta2):
    """New m and v, and both corrected."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return m, v, m / (1 - beta1**t), v / (1 - beta2**t)


@adam_step.mistake(
    "ADM-NOBC",
    name="the start at zero is not corrected",
    sees="m and v agree. With betas 0.9 and 0.999 a first step would be 3.16 lr long, where lr is expected.",
    question="After one gradient, what is m? And what should it be?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m / (np.sqrt(v) + eps), m, v


@adam_step.mistake(
    "ADM-NOBCM",
    name="m is not corrected",
    sees="m and v agree. A first step is 1 - beta1 times the expected one.",
    question="Both averages start at zero. Which of them have you corrected?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-NOBCV",
    name="v is not corrected",
    sees="m and v agree. A first step is 1 / sqrt(1 - beta2) times the expected one.",
    question="Both averages start at zero. Which of them have you corrected?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v) + eps), m, v


@adam_step.mistake(
    "ADM-TM1",
    name="the correction uses t - 1",
    sees="At t = 1 it divides by 1 - beta**0, which is zero.",
    question="t counts from 1 here. Is there anything to subtract?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = (a / np.float64(1 - b ** (t - 1)) for a, b in ((m, beta1), (v, beta2)))
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-TM1")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1 ** (t - 1)), v / (1 - beta2 ** (t - 1))
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-TM1")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    t = max(t - 1, 1)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-TP1",
    name="the correction uses t + 1",
    sees="m and v agree. With betas 0.9 and 0.999 a first step would be 0.74 lr long.",
    question="t counts from 1 here. Is there anything to add?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-TP1")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    t = t + 1
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-TFROZEN",
    name="the correction is that of the first step, for ever",
    sees="The first step agrees; at the second, equal gradients would give 1.34 lr.",
    question="Which argument says how many gradients the averages hold?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1), v / (1 - beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BCTIMES",
    name="beta is multiplied by t, not raised to it",
    sees="The first step agrees; soon 1 - beta * t is negative.",
    question="After two steps, is a weight beta + beta or beta * beta of what it was?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1 * t), v / (1 - beta2 * t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BCSQ",
    name="beta is squared, whatever t is",
    sees="Only the second step agrees from the same place.",
    question="The formula has a small 2 at beta and a small t above. Which one is the exponent?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**2), v / (1 - beta2**2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-BCSQ")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1), v / (1 - beta2**2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BCPOWER",
    name="the power is taken of 1 - beta, not of beta",
    sees="From zero the first step agrees; later ones are divided by (1 - beta)**t.",
    question="Of which share is left after t steps: beta, or 1 - beta?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1) ** t, v / (1 - beta2) ** t
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BCBRACKET",
    name="the brackets around 1 - beta**t are missing",
    sees="m and v agree. m / 1 - beta1**t is m minus beta1**t, and the root of v minus beta2**t may be nan.",
    question="Python divides before it subtracts. What do you divide by, as it is written?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * (m / 1 - beta1**t) / (np.sqrt(v / 1 - beta2**t) + eps), m, v


@adam_step.mistake(
    "ADM-BCSWAP",
    name="the two corrections have changed places",
    sees="m and v agree. m is divided by 1 - beta2**t and v by 1 - beta1**t.",
    question="Which beta made m fade? Which one has to correct it?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m / (1 - beta2**t), v / (1 - beta1**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BC1",
    name="both averages are corrected with beta1",
    sees="m and v agree. v is divided by 1 - beta1**t, which is far too large for it at first.",
    question="Which beta made v fade? Which one has to correct it?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v / (1 - beta1**t)) + eps), m, v


@adam_step.mistake(
    "ADM-BC2",
    name="both averages are corrected with beta2",
    sees="m and v agree. m is divided by 1 - beta2**t, which is far too small for it at first.",
    question="Which beta made m fade? Which one has to correct it?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m / (1 - beta2**t) / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BCMUL",
    name="it multiplies by the corrections",
    sees="m and v agree. At the first step m is made smaller still, and so is v.",
    question="The averages are too small at first. Should you divide by a number below 1, or multiply?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m * (1 - beta1**t), v * (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BCTWICE",
    name="the correction is made twice",
    sees="m and v agree. Once it is in the averages, and once more in the learning rate or in the hats.",
    question="Follow m to w: how often is it divided by 1 - beta1**t?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    lr = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-BCTWICE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat, v_hat = m_hat / (1 - beta1**t), v_hat / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-STOREHAT",
    name="the corrected averages come back, and go into the next step",
    sees="w agrees at the first step; m or v is larger than expected, and it compounds.",
    question="Which of the two does the next call need: m, or m_hat?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m_hat, v_hat


@adam_step.mistake("ADM-STOREHAT")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m_hat, v


@adam_step.mistake("ADM-STOREHAT")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v_hat


@adam_step.mistake(
    "ADM-PREC",
    name="eps is added to the quotient, not to the divisor",
    sees="A weight whose gradient is zero moves by lr times eps, or is lost to 0 / 0.",
    question="Division comes before addition. Which bracket makes eps part of the divisor?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * (m_hat / np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-PREC")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - (lr * m_hat / np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-PREC")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / np.sqrt(v_hat) + eps, m, v


@adam_step.mistake(
    "ADM-NOEPS",
    name="eps is missing",
    sees="A weight whose first gradient is zero becomes nan, because 0 / 0 is.",
    question="A weight has not seen any gradient yet. What do you divide by?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / np.sqrt(v_hat), m, v


@adam_step.mistake(
    "ADM-EPSSCALE",
    name="eps is scaled along with something else",
    sees="m and v agree, and with a tiny eps w does too. With eps 0.05 the steps differ.",
    question="What stands beside eps in your brackets? Is eps multiplied by it?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps * np.sqrt(1 - beta2**t)), m, v


@adam_step.mistake("ADM-EPSSCALE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + lr * eps), m, v


@adam_step.mistake("ADM-EPSSCALE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / np.sqrt((v + eps) / (1 - beta2**t)), m, v


@adam_step.mistake("ADM-EPSSCALE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps / (1 - beta2**t)), m, v


@adam_step.mistake(
    "ADM-EPSKEPT",
    name="eps is added to the v that comes back",
    sees="v grows by eps at every call, even without a gradient.",
    question="What should v hold besides squared gradients?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2 + eps
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / np.sqrt(v_hat), m, v


@adam_step.mistake("ADM-EPSKEPT")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2 + eps
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-NOSQRT",
    name="it divides by v_hat itself: the root is missing",
    sees="m and v agree; small gradients give huge steps, and large ones small steps.",
    question="v holds squares. What brings a square back to the size of a gradient?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (v_hat + eps), m, v


@adam_step.mistake(
    "ADM-SQRTFIRST",
    name="the root is taken first, and its result is corrected",
    sees="m and v agree. The root is divided by 1 - beta2**t, so a first step is too short.",
    question="The correction belongs to v. Is the root of a quotient the same as a root, divided?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v) / (1 - beta2**t) + eps), m, v


@adam_step.mistake(
    "ADM-MUL",
    name="it multiplies by the root of v_hat",
    sees="m and v agree; a weight that sees large gradients moves more, not less.",
    question="Which weight should be careful: one that sees large gradients, or one that does not?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat * (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-MUL")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat * np.sqrt(v_hat), m, v


@adam_step.mistake("ADM-MUL")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / np.sqrt(v_hat) * (1 + eps), m, v


@adam_step.mistake(
    "ADM-NOLR",
    name="the learning rate is not used",
    sees="m and v agree; each move is 1 / lr times the expected one.",
    question="If lr is halved, what should happen to the move, and what happens in your lines?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "GD-LR2",
    name="the learning rate is used twice",
    sees="Each move is lr times the expected one, or lr has got into m.",
    question="If lr is halved, the move should be halved. What does yours do?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("GD-LR2")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * lr * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-LRSQRT",
    name="the learning rate falls with the root of t",
    sees="m and v agree, and so does the first step; step t is the root of t times too short.",
    question="The paper's proof lets lr fall, its rule does not. Is there a t beside lr in this exercise?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr / np.sqrt(t) * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BSWAP",
    name="beta1 and beta2 have changed places",
    sees="m fades with beta2 and v with beta1.",
    question="Which of the two averages should remember longer? Which beta is larger in practice?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta2, beta1)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-BSWAP")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta2 * m + (1 - beta2) * grad
    v = beta1 * v + (1 - beta1) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-FLIPM",
    name="beta1 and 1 - beta1 have changed places in m",
    sees="m takes in beta1 of the gradient, and forgets nearly all it knew.",
    question="At beta1 0.9, how much of the old m should be kept?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = (1 - beta1) * m + beta1 * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-FLIPV",
    name="beta2 and 1 - beta2 have changed places in v",
    sees="v takes in beta2 of the square, and forgets nearly all it knew.",
    question="At beta2 0.999, how much of the old v should be kept?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = (1 - beta2) * v + beta2 * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-FLIPBOTH",
    name="beta and 1 - beta have changed places in both averages",
    sees="Both averages forget nearly all they knew.",
    question="At beta1 0.9, how much of the old m should be kept?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = (1 - beta1) * m + beta1 * grad
    v = (1 - beta2) * v + beta2 * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-NOM",
    name="the gradient itself stands above the line, not m_hat",
    sees="m and v agree; the first step is right, and later ones do not know the past.",
    question="Which array has been computed for the place above the line?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * grad / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-NOM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * (grad / (1 - beta1**t)) / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-NADAM",
    name="the gradient is counted once more above the line, as in NAdam",
    sees="m and v agree; the steps look one gradient ahead, which is Nesterov's idea and another method.",
    question="The new m holds this gradient already. How often does it come in on the way to m_hat?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat = (beta1 * m + (1 - beta1) * grad) / (1 - beta1**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-NADAM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    m_hat = beta1 * m_hat + (1 - beta1) * grad / (1 - beta1**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-MSUM",
    name="the gradient enters m whole: 1 - beta1 is missing",
    sees="m is 1 / (1 - beta1) times the expected one.",
    question="The weights of an average add up to 1. What do yours add up to?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-MSUM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m, v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-VSUM",
    name="the square enters v whole: 1 - beta2 is missing",
    sees="v is 1 / (1 - beta2) times the expected one.",
    question="The weights of an average add up to 1. What do yours add up to?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VSUM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + grad**2
    m_hat, v_hat = m / (1 - beta1**t), v
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-MVSUM",
    name="both enter whole: 1 - beta is missing twice",
    sees="m and v are both too large from the first step on.",
    question="The weights of an average add up to 1. What do yours add up to?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + grad, beta2 * v + grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-MVSUM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + grad, beta2 * v + grad**2
    return w - lr * m / (np.sqrt(v) + eps), m, v


@adam_step.mistake(
    "ADM-VADAGRAD",
    name="v is a sum, as in Adagrad",
    sees="v only grows, and the steps shrink with time.",
    question="What makes v forget in this rule?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = v + grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VADAGRAD")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = v + grad**2
    m_hat, v_hat = m / (1 - beta1**t), v
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VADAGRAD")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-MNODECAY",
    name="the old m does not fade",
    sees="m keeps all of itself and takes in a part of each gradient.",
    question="What is left of a gradient after a hundred steps, and what should be?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-MNODECAY")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = m + grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-VG",
    name="v averages the gradients, not their squares",
    sees="Where a gradient is negative, the root of v_hat is nan.",
    question="Two gradients, 1 and -1. What should v have seen after both?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-VABS",
    name="v averages sizes, not squares",
    sees="After a gradient g, v has taken in a part of |g|.",
    question="A root stands in the divisor. What has to be in v, so that the root has the size of a "
    "gradient?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * np.abs(grad)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VABS")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * np.abs(grad)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat + eps), m, v


@adam_step.mistake(
    "ADM-VNORM",
    name="all weights share one v",
    sees="The moves of two weights stand in the same ratio as their m.",
    question="How many different divisors should a step on four weights have?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * np.sum(grad**2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VNORM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * np.mean(grad**2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VNORM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(np.mean(v_hat)) + eps), m, v


@adam_step.mistake("ADM-VNORM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.linalg.norm(np.sqrt(v_hat)) + eps), m, v


@adam_step.mistake(
    "ADM-VMAX",
    name="v keeps the largest, where it should average",
    sees="After a large gradient and a small one v is too large. AMSGrad and Adamax are made with a maximum.",
    question="Two lines of this rule are averages. In which of yours does something else stand?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    old = v
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    v = np.maximum(old, v)
    return w - lr * m_hat / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake("ADM-VMAX")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * grad, np.maximum(beta2 * v, np.abs(grad))
    return w - lr / (1 - beta1**t) * m / (v + eps), m, v


@adam_step.mistake("ADM-VMAX")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * grad, np.maximum(beta2 * v, grad**2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-VCENTRED",
    name="v averages the squared distance from m",
    sees="v is too small, and zero at the first step if m is the gradient. Another method, "
    "AdaBelief, is made so.",
    question="What is squared in Adam: the gradient, or how far it is from m?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * (grad - m) ** 2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VCENTRED")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    v = beta2 * v + (1 - beta2) * (grad - m) ** 2
    m = beta1 * m + (1 - beta1) * grad
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VCENTRED")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(np.abs(v_hat - m_hat**2)) + eps), m, v


@adam_step.mistake(
    "ADM-VM",
    name="v averages the square of m or m_hat, not of the gradient",
    sees="v knows only the smoothed gradients: where signs change it is too small.",
    question="What does v take in: the square of the gradient, or that of its average?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * m**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-VM")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    m_hat = m / (1 - beta1**t)
    v = beta2 * v + (1 - beta2) * m_hat**2
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-VAFTER",
    name="the step uses the v from before this gradient",
    sees="From zero the first step is m_hat divided by eps, which is huge.",
    question="When you divide, has this gradient reached v yet?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    old = v
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(old) + eps), m, v


@adam_step.mistake("ADM-VAFTER")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    old = v
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(old / (1 - beta2**t)) + eps), m, v


@adam_step.mistake(
    "ADM-MAFTER",
    name="the step uses the m from before this gradient",
    sees="From zero the first step does not move at all.",
    question="When you move, has this gradient reached m yet?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    old = m
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * old / (1 - beta1**t) / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-MAFTER")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    old = m
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * old / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-BOTHAFTER",
    name="the step uses the m and the v from before this gradient",
    sees="From zero the first step does not move, and every later one is a step late.",
    question="When you move, has this gradient reached m and v yet?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w, m, v


@adam_step.mistake(
    "ADM-SIGN",
    name="it walks uphill",
    sees="m and v agree; every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w + lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-SIGNSTEP",
    name="only the sign of m is left in the step",
    sees="m and v agree; each weight moves as if its m had the size one, or equally far.",
    question="What stands above the line in the rule: m_hat, or its direction?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * np.sign(m_hat) / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-SIGNSTEP")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * np.sign(m_hat), m, v


@adam_step.mistake(
    "ADM-RESET",
    name="the old averages are not used",
    sees="From zero the first step agrees; later ones know only their own gradient.",
    question="Do the m and v that you were given appear on the right-hand side of any line?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v = (1 - beta1) * grad, (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-RESET")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v = (1 - beta1) * grad, (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1), v / (1 - beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-RESET")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-RESET")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-OLDRETURN",
    name="w is right, but m or v comes back as it was",
    sees="The first w agrees; what is returned is still what it was before the call.",
    question="The next call gets the m and v that you return. Which ones does it need?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    old_m, old_v = m * 1.0, v * 1.0
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), old_m, old_v


@adam_step.mistake("ADM-OLDRETURN")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    old_m = m * 1.0
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), old_m, v


@adam_step.mistake("ADM-OLDRETURN")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    old_v = v * 1.0
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, old_v


@adam_step.mistake(
    "ADM-FORGETS",
    name="the averages that come back are zero",
    sees="Each w is right for the averages it got, but the next call is given zeros.",
    question="Between two calls nobody but you keeps them. What do you hand back?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), 0.0 * m, 0.0 * v


@adam_step.mistake(
    "ADM-RETURNSDELTA",
    name="it returns the move, not the new w",
    sees="m and v agree; what stands first is small and forgets where w was.",
    question="After the call, where does w stand? Does your first result say that?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return -lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-RETURNSDELTA")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "ADM-GRADASSIGN",
    name="the gradient is moved, not w",
    sees="What stands first is the gradient minus the step.",
    question="Which variable stands on both sides of your last line? Which one should?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return grad - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("ADM-GRADASSIGN")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w * 1.0, m, v


@adam_step.mistake(
    "ADM-NOUSE",
    name="m and v are kept, but w follows the gradient",
    sees="m and v agree; w makes plain gradient steps.",
    question="Which arrays on the right-hand side of w's line were computed for this line?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * grad, m, v


@adam_step.mistake(
    "ADM-NOV",
    name="v is kept, but the step does not divide by it",
    sees="m and v agree; w makes momentum's steps.",
    question="What is v for, and where is it used?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat, m, v


@adam_step.mistake("ADM-NOV")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m, m, v


@adam_step.mistake(
    "ADM-SWAP",
    name="the three results come back in another order",
    sees="What stands first, second or third is not what the exercise names there.",
    question="In which order does the exercise name what it wants back?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), v, m


@adam_step.mistake("ADM-SWAP")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return m, v, w - lr * m_hat / (np.sqrt(v_hat) + eps)


@adam_step.mistake(
    "ADM-VARGS",
    name="lr and eps have changed places",
    sees="m and v agree; the step is eps long at first.",
    question="Of the two numbers you were given, which one says how long a first step is?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - eps * m_hat / (np.sqrt(v_hat) + lr), m, v


@adam_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return (w - lr * m_hat / (np.sqrt(v_hat) + eps)).astype(w.dtype), m, v


@adam_step.mistake("GD-INT")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    new = w.copy()
    new -= lr * m_hat / (np.sqrt(v_hat) + eps)
    return new, m, v


@adam_step.mistake("GD-INT")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    new = m.copy()
    new *= beta1
    new += (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = new / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), new, v


@adam_step.mistake("GD-INPLACE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    if w.dtype.kind == "i":
        w = w.astype(float)
    w -= lr * m_hat / (np.sqrt(v_hat) + eps)
    return w.copy(), m, v


@adam_step.mistake("GD-INPLACE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    if m.dtype.kind == "i":
        m = m.astype(float)
    m *= beta1
    m += (1 - beta1) * grad
    m = m.copy()
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("GD-ALIAS")
def _(w, grad, m, v, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    if not np.any(m):
        return w, m, v
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("MOM-CLASSVAR")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, kept={}):  # noqa: B006
    kept["m"], kept["v"], m_hat, v_hat = _moments(
        grad, kept.get("m", np.zeros_like(grad)), kept.get("v", np.zeros_like(grad)), t, beta1, beta2
    )
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), kept["m"] * 1.0, kept["v"] * 1.0


@adam_step.mistake("MOM-CLASSVAR")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, kept={}):  # noqa: B006
    kept["t"] = kept.get("t", 0) + 1
    t = kept["t"]
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# 07.3


@exercise(
    "07.3",
    "One step of AMSGrad, as its paper has it",
    returns=("w", "m", "v", "vmax"),
    optional=True,
    hints=(
        "One line is new beside m and v. Which two arrays does it compare, and who keeps the result?",
        "Adam's divisor can shrink again when large gradients are rare. AMSGrad keeps the largest v that was "
        "ever seen, coordinate by coordinate, and divides by the root of that. It corrects nothing.",
        "m and v as in 07.2; vmax = np.maximum(the old vmax, the new v); w = w - lr * m / (root of vmax + "
        "eps). No hats, so t is not used.",
        "The same shape in another story, a bridge that is built for the worst mean load so far:\n"
        "    load = keep * load + (1 - keep) * trucks**2\n"
        "    worst = np.maximum(worst, load)\n"
        "    traffic = flow / (worst**0.5 + least)\n"
        "    return traffic, load, worst",
    ),
    after="Worth keeping: the effective step lr / root of vmax can never grow again.",
)
def amsgrad_step(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    """Take one step of AMSGrad (Reddi, Kale and Kumar, 2018), without correction.

    w, grad, m, v and vmax are arrays of one shape, any shape; m, v and vmax start
    as zeros. m and v are Adam's moving averages. vmax is the largest v so far, of
    every coordinate by itself, the new v included. w moves by
    -lr * m / (root of vmax + eps), eps outside the root. Nothing is corrected for
    its start at zero, so t is not used. Return (w, m, v, vmax), four new arrays;
    the arguments stay as they are.

    >>> one, four, none, nine = (np.array([x]) for x in (1.0, 4.0, 0.0, 9.0))
    >>> settings = dict(lr=0.5, beta1=0.5, beta2=0.75, eps=1.0)
    >>> amsgrad_step(one, four, none, none, nine, 1, **settings)
    (array([0.75]), array([2.]), array([4.]), array([9.]))
    """
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    w = w - lr * m / (np.sqrt(vmax) + eps)
    return w, m, v, vmax


_probe_steps(amsgrad_step, ["m", "v", "vmax"])


@amsgrad_step.mistake(
    "AMS-MAXV",
    name="the step is corrected, as PyTorch does it",
    sees="m, v and vmax agree; w differs by the two corrections of Adam.",
    question="That is right in PyTorch. Which form does this exercise ask for, and is t in it?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(vmax / (1 - beta2**t)) + eps), m, v, vmax


@amsgrad_step.mistake("AMS-MAXV")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-MAXVHAT",
    name="the largest corrected v is kept, as optax does it",
    sees="m and v agree; vmax is the expected one divided by 1 - beta2**t or more.",
    question="That is right in optax. Of which v does the paper keep the largest?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    vmax = np.maximum(vmax, v_hat)
    return w - lr * m_hat / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("AMS-MAXVHAT")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    vmax = np.maximum(vmax, v_hat)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-HALFBC",
    name="only one of the averages is corrected",
    sees="m, v and vmax agree; a first step is off by one correction.",
    question="How many hats are in the paper's AMSGrad?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (1 - beta1**t) / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("AMS-HALFBC")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax / (1 - beta2**t)) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-MAXM",
    name="the largest m is kept, not the largest v",
    sees="vmax holds a moving average of gradients.",
    question="Which average must never shrink: the one above the line, or the one below it?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, m)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("AMS-MAXM")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, np.abs(m))
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("AMS-MAXM")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, m)
    return w - lr * vmax / (np.sqrt(v) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-MAXG",
    name="the largest squared gradient is kept, not the largest v",
    sees="vmax jumps to the whole square at once.",
    question="What is compared with the old vmax: the new square, or the average that has taken it in?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, grad**2)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-NOSTORE",
    name="the largest v is used, but not handed on",
    sees="w agrees at the first step; the vmax that comes back is v, zero or the old one, so the "
    "step can grow again.",
    question="The next call gets the vmax that you return. Which one does it need?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    largest = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(largest) + eps), m, v, vmax * 1.0


@amsgrad_step.mistake("AMS-NOSTORE")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    largest = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(largest) + eps), m, v, v * 1.0


@amsgrad_step.mistake("AMS-NOSTORE")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    largest = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(largest) + eps), m, v, vmax * 0.0


@amsgrad_step.mistake(
    "AMS-ADAM",
    name="no largest v is kept: this is Adam, and vmax comes back as it went in",
    sees="m and v agree; vmax stays what it was, whatever v does.",
    question="Which line should make the new vmax, and of which two arrays?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    w, m, v = adam_step.reference(w, grad, m, v, t, lr, beta1, beta2, eps)
    return w, m, v, vmax * 1.0


@amsgrad_step.mistake("AMS-ADAM")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    return w - lr * m / (np.sqrt(v) + eps), m, v, vmax * 1.0


@amsgrad_step.mistake(
    "AMS-ROOTKEPT",
    name="vmax keeps the largest root of v, not the largest v",
    sees="m and v agree, and where vmax starts at zero so does w; the vmax that comes back is a root.",
    question="Of what is the root taken in the last line: of vmax, or of v before vmax is made?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, np.sqrt(v))
    return w - lr * m / (vmax + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-NOUSE",
    name="the largest v is kept, but the step uses v",
    sees="m, v and vmax agree; where v has fallen, w moves too far.",
    question="What is vmax for, and where is it used?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(v) + eps), m, v, vmax


@amsgrad_step.mistake("AMS-NOUSE")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m, v, m_hat, v_hat = _moments(grad, m, v, t, beta1, beta2)
    vmax = np.maximum(vmax, v)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-VISMAX",
    name="v itself is replaced by the largest v",
    sees="Where a square is small, v should fall, and here it cannot.",
    question="Two arrays are kept. Which of them may fall?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = np.maximum(v, beta2 * v + (1 - beta2) * grad**2)
    vmax = v * 1.0
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("AMS-VISMAX")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, vmax * 1.0, vmax


@amsgrad_step.mistake("AMS-VISMAX")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * vmax + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-MAXLATE",
    name="the largest v is that from before this gradient",
    sees="m and v agree; vmax is one step late.",
    question="When you compare, has this gradient reached v yet?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    vmax = np.maximum(vmax, v)
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("AMS-MAXLATE")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    old = vmax
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(old) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-MIN",
    name="the smallest v is kept, not the largest",
    sees="From zero vmax stays at zero, and the divisor is eps.",
    question="Should the divisor be allowed to grow, or to shrink?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.minimum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-GLOBAL",
    name="one largest value is taken over all coordinates",
    sees="All entries of vmax are equal.",
    question="np.max and np.maximum: which of them compares two arrays entry by entry?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.full(np.shape(v), max(np.max(vmax, initial=0), np.max(v, initial=0)))
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-EPSIN",
    name="eps stands inside the root",
    sees="m, v and vmax agree; where vmax is small the steps differ.",
    question="This exercise asks for one form. On which side of the root has eps to stand?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / np.sqrt(vmax + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-EPSKEPT",
    name="eps gets into what is kept",
    sees="vmax or v is too large by eps.",
    question="What should vmax hold besides the largest v?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v) + eps
    return w - lr * m / np.sqrt(vmax), m, v, vmax


@amsgrad_step.mistake("AMS-EPSKEPT")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v + eps)
    return w - lr * m / np.sqrt(vmax), m, v, vmax


@amsgrad_step.mistake(
    "ADM-NOEPS",
    name="eps is missing",
    sees="A weight whose first gradient is zero becomes nan, because 0 / 0 is.",
    question="A weight has not seen any gradient yet. What do you divide by?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / np.sqrt(vmax), m, v, vmax


@amsgrad_step.mistake(
    "ADM-PREC",
    name="eps is added to the quotient, not to the divisor",
    sees="A weight whose gradient is zero moves by lr times eps, or is lost to 0 / 0.",
    question="Division comes before addition. Which bracket makes eps part of the divisor?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * (m / np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("ADM-PREC")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - (lr * m / np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("ADM-PREC")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / np.sqrt(vmax) + eps, m, v, vmax


@amsgrad_step.mistake(
    "ADM-NOLR",
    name="the learning rate is not used",
    sees="The averages agree; each move is 1 / lr times the expected one.",
    question="If lr is halved, what should happen to the move, and what happens in your lines?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-SIGN",
    name="it walks uphill",
    sees="The averages agree; every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w + lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-FLIPM",
    name="beta1 and 1 - beta1 have changed places in m",
    sees="m takes in beta1 of the gradient, and forgets nearly all it knew.",
    question="At beta1 0.9, how much of the old m should be kept?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = (1 - beta1) * m + beta1 * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-FLIPV",
    name="beta2 and 1 - beta2 have changed places in v",
    sees="v takes in beta2 of the square, and forgets nearly all it knew.",
    question="At beta2 0.999, how much of the old v should be kept?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = (1 - beta2) * v + beta2 * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-BSWAP",
    name="beta1 and beta2 have changed places",
    sees="m fades with beta2 and v with beta1.",
    question="Which of the two averages should remember longer? Which beta is larger in practice?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta2 * m + (1 - beta2) * grad
    v = beta1 * v + (1 - beta1) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-MSUM",
    name="the gradient enters m whole: 1 - beta1 is missing",
    sees="m is 1 / (1 - beta1) times the expected one.",
    question="The weights of an average add up to 1. What do yours add up to?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-VSUM",
    name="the square enters v whole: 1 - beta2 is missing",
    sees="v is 1 / (1 - beta2) times the expected one.",
    question="The weights of an average add up to 1. What do yours add up to?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-VG",
    name="v averages the gradients, not their squares",
    sees="v falls below zero where gradients are negative.",
    question="Two gradients, 1 and -1. What should v have seen after both?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-RESET",
    name="the old averages are not used",
    sees="From zero the first step agrees; later ones know only their own gradient.",
    question="Do the m and v that you were given appear on the right-hand side of any line?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m, v = (1 - beta1) * grad, (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("ADM-RESET")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("ADM-RESET")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "AMS-NOM",
    name="the gradient stands above the line, not m",
    sees="The averages agree; from zero a first step is 1 / (1 - beta1) times the expected one.",
    question="Which array has been computed for the place above the line?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * grad / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-NOSQRT",
    name="it divides by vmax itself: the root is missing",
    sees="The averages agree; small gradients give huge steps.",
    question="vmax holds squares. What brings a square back to the size of a gradient?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (vmax + eps), m, v, vmax


@amsgrad_step.mistake(
    "ADM-SWAP",
    name="the three results come back in another order",
    sees="What stands first, second or third is not what the exercise names there.",
    question="In which order does the exercise name what it wants back?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, vmax, v


@amsgrad_step.mistake(
    "ADM-RETURNSDELTA",
    name="it returns the move, not the new w",
    sees="The averages agree; what stands first is small and forgets where w was.",
    question="After the call, where does w stand? Does your first result say that?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return -lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("ADM-RETURNSDELTA")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = np.maximum(vmax, v)
    return (w - lr * m / (np.sqrt(vmax) + eps)).astype(w.dtype), m, v, vmax


@amsgrad_step.mistake("GD-INT")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    largest = vmax.copy()
    np.copyto(largest, np.maximum(vmax, v), casting="unsafe")
    vmax = largest
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("GD-INPLACE")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    if vmax.dtype.kind == "i":
        vmax = vmax.astype(float)
    np.maximum(vmax, v, out=vmax)
    vmax = vmax.copy()
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("GD-ALIAS")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    vmax = vmax if np.all(v <= vmax) else np.maximum(vmax, v)
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


@amsgrad_step.mistake("MOM-CLASSVAR")
def _(w, grad, m, v, vmax, t, lr, beta1, beta2, eps, kept={}):  # noqa: B006
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    kept["vmax"] = np.maximum(kept.get("vmax", np.zeros_like(v)), v)
    vmax = kept["vmax"] * 1.0
    return w - lr * m / (np.sqrt(vmax) + eps), m, v, vmax


# 07.4


@exercise(
    "07.4",
    "Adam for a whole training",
    returns={"W": "W", "b": "b"},
    hints=(
        "There are two loops here, over steps and over parameters. In which of them does t advance?",
        "t counts the steps of the whole training. It knows nothing of epochs and is the same for all "
        "parameters; every parameter has its own m and v, which live as long as the training does.",
        "for t, grad in enumerate(grads, start=1), and in it a loop over the names: the five lines of 07.2 "
        "with m[name] and v[name]. Begin with a new dict of copies, so that the caller's stays.",
        "The same shape in another story, a bus line with one clock and a purse for each driver:\n"
        "    purses = {driver: 0.0 for driver in drivers}\n"
        "    for hour, fares in enumerate(day, start=1):\n"
        "        for driver in drivers:\n"
        "            purses[driver] = keep * purses[driver] + fares[driver] / hour",
    ),
    after="steps_per_epoch was there to tempt you: Adam's clock does not care about epochs.",
)
def adam_train(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    """Run Adam over all gradients of a training and return the final parameters.

    params is a dict of arrays of different shapes, with the keys "W" and "b".
    grads is a list with one dict of gradients for each step, of the same keys and
    shapes; it may be empty. steps_per_epoch is an integer, 1 or more: so many
    steps make one epoch, and the last epoch may be short. The step is that of
    07.2; m and v start as zeros before the first epoch, and t counts on through
    all epochs. Return a new dict of new arrays; params and grads stay as they are.

    >>> params = {"W": np.array([[2.0]]), "b": np.array([1.0])}
    >>> grad = {"W": np.array([[4.0]]), "b": np.array([-0.01])}
    >>> settings = dict(lr=0.5, beta1=0.9, beta2=0.99, eps=1e-10, steps_per_epoch=1)
    >>> trained = adam_train(params, [grad, grad], **settings)
    >>> trained["W"].round(6), trained["b"].round(6)
    (array([[1.]]), array([2.]))
    """
    params = {name: w.copy() for name, w in params.items()}
    m = {name: np.zeros(w.shape) for name, w in params.items()}
    v = {name: np.zeros(w.shape) for name, w in params.items()}
    for t, grad in enumerate(grads, start=1):
        for name in params:
            m[name] = beta1 * m[name] + (1 - beta1) * grad[name]
            v[name] = beta2 * v[name] + (1 - beta2) * grad[name] ** 2
            m_hat = m[name] / (1 - beta1**t)
            v_hat = v[name] / (1 - beta2**t)
            params[name] = params[name] - lr * m_hat / (np.sqrt(v_hat) + eps)
    return params


def _training(count, seed=0):
    """Parameters and gradients of two shapes; both parameters see equal numbers in their first places."""
    k = np.arange(count)[:, None, None] + seed
    grads = np.sin(1.7 * k + np.arange(6).reshape(3, 2) * 0.9) * 10.0 ** -(k % 3)
    grads[:, 1, 1] *= k[:, 0, 0] % 2
    params = {"W": np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.2]]), "b": np.array([1.0, -2.0])}
    return params, [{"W": grad, "b": grad[0].copy()} for grad in grads]


def _yield_params(where, got, start):
    for name in ("W", "b"):
        yield Seen(where, name, got[name], start=start[name])


@adam_train.probe("five steps in epochs of two, then seven in epochs of three")
def _(train):
    params, grads = _training(5)
    for count in range(1, 6):
        got = train(params, grads[:count], *COARSE.values(), 2)
        yield from _yield_params(f"epochs of two, after step {count}", got, params)
    params, grads = _training(7, seed=2)
    for count in (1, 2, 3, 4, 7):
        got = train(params, grads[:count], *FINE.values(), 3)
        yield from _yield_params(f"epochs of three, after step {count}", got, params)


@adam_train.probe("epochs of one step, and one long epoch")
def _(train):
    params, grads = _training(3)
    for length in (1, 50):
        got = train(params, grads, *FINE.values(), length)
        yield from _yield_params(f"epochs of {length}", got, params)


@adam_train.probe("the parameters in another order")
def _(train):
    params, grads = _training(4, seed=1)
    turned = {name: params[name] for name in ("b", "W")}
    yield from _yield_params("b first", train(turned, grads, *COARSE.values(), 2), params)


@adam_train.probe("no step at all")
def _(train):
    params, _ = _training(1)
    yield from _yield_params("no step", train(params, [], *COARSE.values(), 2), params)


@adam_train.probe("float32, and single numbers", lenient=True)
def _(train):
    params, grads = _training(3)
    params = {name: w.astype(np.float32) for name, w in params.items()}
    grads = [{name: g.astype(np.float32) for name, g in grad.items()} for grad in grads]
    yield from _yield_params("float32", train(params, grads, *COARSE.values(), 2), params)
    params = {"W": np.array([1.0, 2.0]), "b": np.array(0.5)}
    grads = [{"W": np.array([0.1, -1.0]) * k, "b": np.array(0.3 - k)} for k in range(3)]
    yield from _yield_params("single numbers", train(params, grads, *COARSE.values(), 2), params)


def _train(params, grads, settings, clock=None, step=None, fresh=None, skip=()):
    """The reference's loops with its questions open.

    clock(i, k) is the t of step i, counted from 0, for parameter k; fresh(i) says whether m and v start
    again before step i; parameters whose number is in skip stay as they are.
    """
    clock, fresh = clock or (lambda i, k: i + 1), fresh or (lambda i: False)
    step = step or adam_step.reference
    params, state = {name: w.copy() for name, w in params.items()}, {}
    for i, grad in enumerate(grads):
        for k, name in enumerate(params):
            if k in skip:
                continue
            zeros = [np.zeros(params[name].shape)] * 2
            m, v = zeros if fresh(i) else state.get(name, zeros)
            params[name], *state[name] = step(params[name], grad[name], m, v, clock(i, k), *settings)
    return params


def _as_training(step):
    def train(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
        return _train(params, grads, (lr, beta1, beta2, eps), step=step)

    return train


for _convention in adam_step.conventions:
    adam_train.convention(_convention.name, _convention.text)(_as_training(_convention.answer))


@adam_train.mistake(
    "ADM-SAMEDICT",
    name="m and v are one and the same dict",
    sees="What is written into v has replaced m, and the next m is made of it.",
    question="m = v = {...} makes one dict with two names. What does v[name] = ... do to m[name]?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    def step(w, grad, m, v, t, lr, beta1, beta2, eps):
        m = beta1 * v + (1 - beta1) * grad
        v = beta2 * m + (1 - beta2) * grad**2
        return w - lr * v / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), v, v

    return _train(params, grads, (lr, beta1, beta2, eps), step=step)


@adam_train.mistake(
    "ADM-LOCALW",
    name="the parameters that come back are those that went in",
    sees="No step has reached them.",
    question="In a loop over params.items(), w = ... names another array w. Does the dict hear of it?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    return {name: w.copy() for name, w in params.items()}


@adam_train.mistake(
    "ADM-EARLY",
    name="it returns after the first step",
    sees="The first step agrees; after it nothing changes any more, however many gradients there are.",
    question="How far is your return line indented? How often does the loop run before it is reached?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    return _train(params, grads[:1], (lr, beta1, beta2, eps))


@adam_train.mistake(
    "ADM-EPOCHGRADS",
    name="every epoch begins again with the first gradient",
    sees="The first epoch agrees; the second one uses the gradients of the first, or none is left for it.",
    question="The gradients of the whole training are in one list. At which place of it does epoch 2 begin?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    again = [grads[i % steps_per_epoch] for i in range(len(grads))]
    return _train(params, again, (lr, beta1, beta2, eps))


@adam_train.mistake("ADM-EPOCHGRADS")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    whole = len(grads) // steps_per_epoch * steps_per_epoch
    again = [grads[i % steps_per_epoch] for i in range(whole)]
    return _train(params, again, (lr, beta1, beta2, eps))


@adam_train.mistake(
    "ADM-EPOCHUSED",
    name="steps_per_epoch gets into the steps",
    sees="The result depends on how many steps are called an epoch.",
    question="Cut the same gradients into longer epochs. Should Adam end at another place?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    return _train(params, grads, (lr, beta1, beta2, eps), clock=lambda i, k: steps_per_epoch)


@adam_train.mistake("ADM-EPOCHUSED")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    scaled = [{name: g / steps_per_epoch for name, g in grad.items()} for grad in grads]
    return _train(params, scaled, (lr, beta1, beta2, eps))


@adam_train.mistake("ADM-EPOCHUSED")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    def step(w, grad, m, v, t, *settings):
        moved, m, v = adam_step.reference(w, grad, m, v, t, *settings)
        return w + (moved - w) / ((t - 1) // steps_per_epoch + 1), m, v

    return _train(params, grads, (lr, beta1, beta2, eps), step=step)


@adam_train.mistake(
    "ADM-TPERPARAM",
    name="t advances once for each parameter, not once for each step",
    sees="The first parameter agrees after one step; the second, with an equal gradient, does not.",
    question="In which of your two loops does t advance, and how often is that in one step?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: 2 * i + k + 1)


@adam_train.mistake("ADM-TPERPARAM")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: 2 * i + 2)


@adam_train.mistake(
    "ADM-TEPOCH",
    name="t starts again with every epoch",
    sees="The first epoch agrees; at its first step after that, the correction is that of step 1.",
    question="m and v have seen many gradients when the second epoch begins. What does t = 1 tell the "
    "correction?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: i % steps_per_epoch + 1)


@adam_train.mistake("ADM-TEPOCH")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    params = {name: w.copy() for name, w in params.items()}
    m = {name: np.zeros(w.shape) for name, w in params.items()}
    v = {name: np.zeros(w.shape) for name, w in params.items()}
    for first in range(0, len(grads), steps_per_epoch):
        for t, grad in enumerate(grads[first : first + steps_per_epoch], start=1):
            for name in params:
                m[name] = beta1 * m[name] + (1 - beta1) * grad[name]
                v[name] = beta2 * v[name] + (1 - beta2) * grad[name] ** 2
                m_hat = m[name] / (1 - beta1**t)
                v_hat = v[name] / (1 - beta2**t)
                params[name] = params[name] - lr * m_hat / (np.sqrt(v_hat) + eps)
    return params


@adam_train.mistake(
    "ADM-EPOCHSTATE",
    name="m and v start again with every epoch",
    sees="The first epoch agrees; after it the averages have lost what they knew.",
    question="Which lines make zeros, and how often do they run?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, fresh=lambda i: i % steps_per_epoch == 0)


@adam_train.mistake("ADM-EPOCHSTATE")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(
        params,
        grads,
        settings,
        clock=lambda i, k: i % steps_per_epoch + 1,
        fresh=lambda i: i % steps_per_epoch == 0,
    )


@adam_train.mistake(
    "ADM-TCOUNTEPOCHS",
    name="t counts epochs, not steps",
    sees="All steps of the first epoch are corrected as if they were the first step.",
    question="How many gradients have m and v seen at the end of the first epoch?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: i // steps_per_epoch + 1)


@adam_train.mistake(
    "ADM-TFROZEN",
    name="t stays 1",
    sees="The first step agrees; later ones are corrected as if they were the first. Without any "
    "correction, and without 1 - beta in both averages, the numbers are the same.",
    question="Which line of your loop makes t larger? Where is t used?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: 1)


@adam_train.mistake("ADM-TFROZEN")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, step=adam_step.find_mistake("ADM-MVSUM").answers[1])


@adam_train.mistake(
    "ADM-TM1",
    name="t starts at 0",
    sees="At the first step it divides by 1 - beta**0, which is zero.",
    question="What does enumerate count from, if you do not tell it?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(
        params,
        grads,
        settings,
        clock=lambda i, k: i,
        step=lambda w, g, m, v, t, *s: adam_step.reference(w, g, m, v, np.float64(t), *s),
    )


@adam_train.mistake("ADM-TM1")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: max(i, 1))


@adam_train.mistake(
    "ADM-TP1",
    name="t starts at 2",
    sees="Already the first step is too short: it is corrected as if it were the second.",
    question="Is t made larger before the loop and in it as well?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: i + 2)


@adam_train.mistake(
    "ADM-TLASTEPOCH",
    name="t jumps at the end of an epoch",
    sees="The first epoch agrees; between two epochs t advances by more than one.",
    question="How much larger is t at the first step of the second epoch than at the last step of the first?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: i + i // steps_per_epoch + 1)


@adam_train.mistake(
    "MOM-SHARED",
    name="all parameters share one m and one v",
    sees="The first parameter has the second one's averages, or their shapes do not fit.",
    question="How many m are there for two parameters of different shape?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    params, m, v = {name: w.copy() for name, w in params.items()}, 0.0, 0.0
    for t, grad in enumerate(grads, start=1):
        for name in params:
            w = params[name]
            params[name], m, v = adam_step.reference(w, grad[name], m, v, t, lr, beta1, beta2, eps)
    return params


@adam_train.mistake(
    "GD-BIASSKIP",
    name="only one of the parameters is trained",
    sees="One of W and b agrees, and the other is still where it began.",
    question="Over which names does your inner loop run?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train({"W": params["W"], "b": params["b"]}, grads, settings, skip=(1,))


@adam_train.mistake("GD-BIASSKIP")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train({"W": params["W"], "b": params["b"]}, grads, settings, skip=(0,))


@adam_train.mistake(
    "ADM-ONEEPOCH",
    name="only the first epoch is trained",
    sees="The first epoch agrees; after it nothing changes any more.",
    question="How many steps does your loop run for five gradients and epochs of two?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads[:steps_per_epoch], settings)


@adam_train.mistake(
    "MB-DROP",
    name="a short last epoch is left out",
    sees="With five gradients and epochs of two, the fifth is never used.",
    question="How many full epochs are there, and what is left over?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    whole = len(grads) // steps_per_epoch * steps_per_epoch
    return _train(params, grads[:whole], settings)


@adam_train.mistake(
    "ADM-ONESTEP",
    name="each epoch makes one step only",
    sees="Where an epoch has several gradients, most of them have no effect, or they are added up first.",
    question="How many steps do five gradients make?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads[::steps_per_epoch], settings)


@adam_train.mistake("ADM-ONESTEP")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    sums = []
    for i in range(0, len(grads), steps_per_epoch):
        part = grads[i : i + steps_per_epoch]
        sums.append({name: sum(grad[name] for grad in part) for name in params})
    return _train(params, sums, settings)


@adam_train.mistake("ADM-ONESTEP")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    sums = []
    for i in range(0, len(grads), steps_per_epoch):
        part = grads[i : i + steps_per_epoch]
        sums.append({name: sum(grad[name] for grad in part) / len(part) for name in params})
    return _train(params, sums, settings)


@adam_train.mistake(
    "GD-STALE",
    name="every step uses the first gradient",
    sees="The first step agrees; after it the same gradient comes again and again.",
    question="Which index of grads does your loop use in step t?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads[:1] * len(grads), settings)


@adam_train.mistake(
    "GD-ACCUM",
    name="the gradients add up from step to step",
    sees="The first step agrees; after it each gradient carries all earlier ones.",
    question="When a new step begins, what is left of the gradient before it?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    total, sums = {name: 0.0 for name in params}, []
    for grad in grads:
        total = {name: total[name] + grad[name] for name in params}
        sums.append(total)
    return _train(params, sums, settings)


@adam_train.mistake(
    "GD-SHORT",
    name="the last gradient is not used",
    sees="Every result is one step behind.",
    question="How many gradients are there, and how many steps does your loop make?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads[:-1], settings)


@adam_train.mistake(
    "ADM-RESET",
    name="m and v are made anew at every step",
    sees="The first step agrees; later ones know only their own gradient.",
    question="Which lines make zeros, and how often do they run?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, fresh=lambda i: True)


@adam_train.mistake("ADM-RESET")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings, clock=lambda i, k: 1, fresh=lambda i: True)


@adam_train.mistake(
    "GD-FROMSTART",
    name="every step starts from the first parameters again",
    sees="The first step agrees; after it the results hover around one step from the start.",
    question="From where does the second step leave?",
)
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    start, state = params, {name: (np.zeros(w.shape), np.zeros(w.shape)) for name, w in params.items()}
    params = {name: w.copy() for name, w in params.items()}
    for t, grad in enumerate(grads, start=1):
        for name in params:
            params[name], *state[name] = adam_step.reference(
                start[name], grad[name], *state[name], t, *settings
            )
    return params


_SEEN_IN_TRAINING = {
    "ADM-NOBC": "The first step has the wrong length already: it should be lr for every gradient but zero.",
    "ADM-NOBCM": "A first step is 1 - beta1 times the expected one.",
    "ADM-NOBCV": "A first step is 1 / sqrt(1 - beta2) times the expected one.",
    "ADM-BCTIMES": "The first step agrees; soon 1 - beta * t is negative.",
    "ADM-BCSWAP": "The first step has the wrong length: each average is divided by the other's correction.",
    "ADM-STOREHAT": "The first step agrees; after it the corrections compound.",
    "ADM-PREC": "A weight whose gradient is zero moves by lr times eps, or is lost to 0 / 0.",
    "ADM-NOEPS": "A weight whose first gradient is zero becomes nan, because 0 / 0 is.",
    "ADM-NOSQRT": "Small gradients give huge steps, and large ones small steps.",
    "ADM-NOLR": "Each move is 1 / lr times the expected one.",
    "ADM-BSWAP": "The first step agrees; after it m remembers as long as v should.",
    "ADM-FLIPBOTH": "Both averages forget nearly all they knew.",
    "ADM-MVSUM": "Both averages are too large from the first step on.",
    "ADM-VADAGRAD": "v only grows, and the steps shrink with time.",
    "ADM-NOM": "The first step agrees; later ones do not know the past.",
    "ADM-VAFTER": "The first step is m_hat divided by eps, which is huge.",
    "ADM-MAFTER": "The first step does not move at all.",
    "ADM-BOTHAFTER": "The first step does not move, and every later one is a step late.",
    "ADM-SIGN": "Every move is the expected one with its sign turned.",
    "ADM-RETURNSDELTA": "The parameters forget where they were.",
}
for _id, _sees in _SEEN_IN_TRAINING.items():
    _wrong = adam_step.find_mistake(_id)
    for _answer in _wrong.answers[: 1 if _id == "ADM-MVSUM" else None]:
        adam_train.mistake(_id, _wrong.name, _sees, _wrong.question)(_as_training(_answer))


@adam_train.mistake("GD-INPLACE")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    trained = _train(params, grads, settings)
    params.update(trained)
    return {name: w.copy() for name, w in trained.items()}


@adam_train.mistake("GD-INPLACE")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    trained = _train(params, grads, settings)
    for name in params:
        params[name][...] = trained[name]
    return trained


@adam_train.mistake("GD-ALIAS")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch):
    settings = lr, beta1, beta2, eps
    return _train(params, grads, settings) if grads else dict(params)


@adam_train.mistake("MOM-CLASSVAR")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch, kept={}):  # noqa: B006
    params = {name: w.copy() for name, w in params.items()}
    for t, grad in enumerate(grads, start=1):
        for name, w in params.items():
            m, v = kept.get((name, w.shape), (np.zeros(w.shape), np.zeros(w.shape)))
            params[name], m, v = adam_step.reference(w, grad[name], m, v, t, lr, beta1, beta2, eps)
            kept[name, w.shape] = m, v
    return params


@adam_train.mistake("MOM-CLASSVAR")
def _(params, grads, lr, beta1, beta2, eps, steps_per_epoch, kept={}):  # noqa: B006
    params, state = {name: w.copy() for name, w in params.items()}, {}
    for grad in grads:
        kept["t"] = kept.get("t", 0) + 1
        for name, w in params.items():
            m, v = state.get(name, (np.zeros(w.shape), np.zeros(w.shape)))
            params[name], *state[name] = adam_step.reference(
                w, grad[name], m, v, kept["t"], lr, beta1, beta2, eps
            )
    return params


# 07.5


@exercise(
    "07.5",
    "The bug museum: mend three optimizers",
    returns=None,
    optional=True,
    hints=(
        "Room 1 and room 2 have one bug each, and both are about time. Room 3 has two, and one of them hides "
        "in the first step.",
        "Run each room on gradients of 1: Adam's every step is lr long then. Write down t beside the step, "
        "and see which correction a step got and which one it should have got.",
        "Room 1: how often does t advance in one step? Room 2: which count does the next call get? Room 3: "
        "what does m hold after its first gradient, and how often is m divided by 1 - beta1**t?",
        "The same shape in another story, a stamp clock that two workers share:\n"
        "    for worker in workers:\n"
        "        day = day + 1          # mended: this line belongs before the loop\n"
        "        stamp(worker, day)",
    ),
    after="All three had shipped. A wrong optimizer still goes downhill, so a falling loss proves little.",
)
def mended():
    """Mend the three optimizers of museum.room_1, room_2 and room_3.

    Each is Adam as somebody once shipped it, rebuilt here; their source and their
    stories stand above. Define the three functions with the same arguments and the
    same results, but right, as in 07.2, and return them: (room_1, room_2, room_3).
    Their arguments stay as they are.

    >>> room_1, room_2, room_3 = mended()
    >>> one, none = np.array([1.0]), np.array([0.0])
    >>> room_2(one, one, none, none, 0, lr=0.5, beta1=0.5, beta2=0.75, eps=1.0)
    (array([0.75]), array([0.5]), array([0.25]), 1)
    """

    def room_1(params, grads, lr, beta1, beta2, eps):
        params = {name: w.copy() for name, w in params.items()}
        m = {name: np.zeros(w.shape) for name, w in params.items()}
        v = {name: np.zeros(w.shape) for name, w in params.items()}
        t = 0
        for grad in grads:
            t = t + 1
            for name in params:
                m[name] = beta1 * m[name] + (1 - beta1) * grad[name]
                v[name] = beta2 * v[name] + (1 - beta2) * grad[name] ** 2
                m_hat = m[name] / (1 - beta1**t)
                v_hat = v[name] / (1 - beta2**t)
                params[name] = params[name] - lr * m_hat / (np.sqrt(v_hat) + eps)
        return params

    def room_2(w, grad, m, v, count, lr, beta1, beta2, eps):
        count = count + 1
        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        m_hat = m / (1 - beta1**count)
        v_hat = v / (1 - beta2**count)
        return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, count

    def room_3(w, grad, m, v, t, lr, beta1, beta2, eps):
        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v

    return room_1, room_2, room_3


def _room(answer, number, names, returns):
    """The room's function as a Call, or words for what came in place of three functions."""
    rooms = answer()
    if not isinstance(rooms, (tuple, list)) or len(rooms) != 3 or not all(map(callable, rooms)):
        return "no three functions"
    return Call(rooms[number - 1], names, returns)


def _habits(call):
    call.replay()
    yield Seen("", "the arguments that it changed", tuple(sorted(call.habits.changed)))
    yield Seen("", "the arguments that it handed back", tuple(sorted(call.habits.shared)))
    yield Seen("", "what it remembers from call to call", "something" if call.habits.remembers else "nothing")


_SETTINGS = ["lr", "beta1", "beta2", "eps"]


@mended.probe("room 1")
def _(answer):
    train = _room(answer, 1, ["params", "grads", *_SETTINGS], {"W": "W", "b": "b"})
    yield Seen("", "what comes back", train if isinstance(train, str) else "three functions")
    if isinstance(train, str):
        return
    params, grads = _training(5)
    for settings in (COARSE, FINE):
        for count in (1, 2, 3, 5):
            got = train(params, grads[:count], *settings.values())
            where = f"room 1, eps {settings['eps']}, after step {count}"
            yield from _yield_params(where, got, params)
    yield from _yield_params("room 1, no step", train(params, [], *COARSE.values()), params)
    yield from _habits(train)


@mended.probe("room 2")
def _(answer):
    names = ["w", "grad", "m", "v", "count", *_SETTINGS]
    step = _room(answer, 2, names, ("w", "m", "v", "count"))
    if isinstance(step, str):
        return
    for label, grads, settings in (("run 1", GRADS, COARSE), ("run 2", TINY, FINE)):
        w, m, v, count = START, np.zeros(4), np.zeros(4), 0
        for t, grad in enumerate(grads, start=1):
            before = w
            w, m, v, count = step(w, grad, m, v, count, *settings.values())
            where = f"{label}, step {t}"
            yield Seen(where, "m", m)
            yield Seen(where, "v", v)
            yield Seen(where, "w", w, start=before)
            yield Seen(where, "count", count)
            if not isinstance(count, np.ndarray) or count.dtype.kind not in "iuf" or count.ndim:
                return
            count = count[()]
    yield from _habits(step)


@mended.probe("room 3")
def _(answer):
    step = _room(answer, 3, ["w", "grad", "m", "v", "t", *_SETTINGS], ("w", "m", "v"))
    if isinstance(step, str):
        return
    zeros = [np.zeros(4), np.zeros(4)]
    yield from _run(step, "run 1, ", START, GRADS, zeros, ["m", "v"], COARSE)
    yield from _run(step, "run 2, ", START, TINY, zeros, ["m", "v"], FINE)
    yield from _run(step, "run 3, ", START, GRADS, [M_BEFORE, V_BEFORE], ["m", "v"], COARSE, first=7)
    yield from _habits(step)


def _rooms(first=None, second=None, third=None):
    """The mended rooms with some of them replaced; a first room is given by the clock of _train."""
    right = mended.reference()
    return first or right[0], second or right[1], third or right[2]


def _first_room(**changes):
    return lambda params, grads, *settings: _train(params, grads, settings, **changes)


def _second_room(advance, use, step=adam_step.reference):
    """A room 2 that uses use(count) as t and hands back advance(count)."""

    def room_2(w, grad, m, v, count, *settings):
        return *step(w, grad, m, v, use(count), *settings), advance(count)

    return room_2


def _third_room(first_whole=(False, False), in_hats=True, in_lr=False):
    """A room 3 with some of its bugs: what is filled whole at t = 1, and where the correction is made."""

    def room_3(w, grad, m, v, t, lr, beta1, beta2, eps):
        whole_m, whole_v = first_whole
        m = grad * 1.0 if whole_m and t == 1 else beta1 * m + (1 - beta1) * grad
        v = grad**2 if whole_v and t == 1 else beta2 * v + (1 - beta2) * grad**2
        c1, c2 = 1 - beta1**t, 1 - beta2**t
        m_hat, v_hat = (m / c1, v / c2) if in_hats else (m, v)
        rate = lr * np.sqrt(c2) / c1 if in_lr else lr
        return w - rate * m_hat / (np.sqrt(v_hat) + eps), m, v

    return room_3


@mended.convention(
    "in room 3 the correction is left in the learning rate",
    text="That is the eps-hat form: the same Adam with another eps.",
)
def _():
    return _rooms(third=_third_room(in_hats=False, in_lr=True))


@mended.mistake(
    "ADM-TPERPARAM",
    name="room 1: t still advances once for each parameter",
    sees="In room 1 W agrees after one step, and b does not: it is corrected as if this were step 2.",
    question="Put print(t) into the inner loop. What does it show in the first step?",
)
def _():
    return _rooms(museum.room_1)


@mended.mistake("ADM-TPERPARAM")
def _():
    return _rooms(_first_room(clock=lambda i, k: 2 * i + 2))


@mended.mistake("ADM-TPERPARAM")
def _():
    from optimlab.exercises import museum

    return museum.room_1, museum.room_2, museum.room_3


@mended.mistake(
    "MUSEUM-TZERO",
    name="room 1: at the first step t is still 0",
    sees="In room 1 the first step divides by 1 - beta**0, which is zero.",
    question="Where does t advance: before the parameters are moved, or after?",
)
def _():
    return _rooms(_first_room(clock=lambda i, k: np.float64(i)))


@mended.mistake("MUSEUM-TZERO")
def _():
    return _rooms(_first_room(clock=lambda i, k: i))


@mended.mistake(
    "MUSEUM-TONE",
    name="room 1: t never advances",
    sees="In room 1 the first step agrees, and later ones are corrected as if they were the first.",
    question="Which line makes t larger, and how often does it run?",
)
def _():
    return _rooms(_first_room(clock=lambda i, k: 1))


@mended.mistake(
    "MUSEUM-TSTEP2",
    name="room 1: t is one too large",
    sees="In room 1 already the first step is too short.",
    question="With which t does the first step of all compute its corrections?",
)
def _():
    return _rooms(_first_room(clock=lambda i, k: i + 2))


@mended.mistake(
    "MUSEUM-SHAREDSTATE",
    name="room 1: both parameters have the same m and v",
    sees="In room 1 the averages of one parameter are carried over to the other.",
    question="How many m are there for two parameters?",
)
def _():
    def room_1(params, grads, lr, beta1, beta2, eps):
        params, m, v = {name: w.copy() for name, w in params.items()}, 0.0, 0.0
        for t, grad in enumerate(grads, start=1):
            for name, w in params.items():
                params[name], m, v = adam_step.reference(w, grad[name], m, v, t, lr, beta1, beta2, eps)
        return params

    return _rooms(room_1)


@mended.mistake(
    "MUSEUM-NOBC1",
    name="room 1: the correction has been taken out",
    sees="In room 1 the first step is no longer lr long.",
    question="The clock was wrong. Was the correction wrong too?",
)
def _():
    return _rooms(_first_room(step=adam_step.find_mistake("ADM-NOBC").answers[0]))


@mended.mistake(
    "MUSEUM-CHANGES1",
    name="room 1: the caller's parameters are changed",
    sees="The numbers are right, and after the call the params that were passed in are different.",
    question="Which line makes the copies that the loop may change?",
)
def _():
    def room_1(params, grads, *settings):
        trained = _train(params, grads, settings)
        params.update(trained)
        return {name: w.copy() for name, w in trained.items()}

    return _rooms(room_1)


@mended.mistake("MUSEUM-CHANGES1")
def _():
    def room_1(params, grads, *settings):
        trained = _train(params, grads, settings)
        for name in params:
            params[name][...] = trained[name]
        return trained

    return _rooms(room_1)


@mended.mistake(
    "ADM-TFROZEN",
    name="room 2: the count that comes back is still the old one",
    sees="In room 2 the first w agrees; every later step is corrected as if it were the first.",
    question="The next call gets the count that you return. Which one is it?",
)
def _():
    return _rooms(second=museum.room_2)


@mended.mistake(
    "MUSEUM-COUNTLATE",
    name="room 2: the count advances after it was used",
    sees="In room 2 the first step divides by 1 - beta**0, which is zero.",
    question="What is count when the first corrections are computed?",
)
def _():
    return _rooms(second=_second_room(lambda count: count + 1, lambda count: np.float64(count)))


@mended.mistake("MUSEUM-COUNTLATE")
def _():
    return _rooms(second=_second_room(lambda count: count + 1, lambda count: count))


@mended.mistake(
    "MUSEUM-COUNTTWICE",
    name="room 2: the count advances twice",
    sees="In room 2 the first w agrees or is too short; the count that comes back is 2.",
    question="How many lines add 1 to the count on its way from the argument to the result?",
)
def _():
    return _rooms(second=_second_room(lambda count: count + 2, lambda count: count + 1))


@mended.mistake("MUSEUM-COUNTTWICE")
def _():
    return _rooms(second=_second_room(lambda count: count + 2, lambda count: count + 2))


@mended.mistake(
    "MUSEUM-COUNTAHEAD",
    name="room 2: the corrections use a count that is one too large",
    sees="In room 2 the count that comes back is right, and already the first step is too short.",
    question="With which t does the first step of all compute its corrections?",
)
def _():
    return _rooms(second=_second_room(lambda count: count + 1, lambda count: count + 2))


@mended.mistake(
    "MUSEUM-COUNTONE",
    name="room 2: the count comes back as 1 each time",
    sees="In room 2 two steps agree at most; after them the clock stands still again.",
    question="Is the new count made of the old one?",
)
def _():
    return _rooms(second=_second_room(lambda count: 1, lambda count: count + 1))


@mended.mistake("MUSEUM-COUNTONE")
def _():
    return _rooms(second=_second_room(lambda count: 1, lambda count: 1))


@mended.mistake(
    "MUSEUM-NOBC2",
    name="room 2: the correction has been taken out",
    sees="In room 2 the first step is no longer lr long.",
    question="The clock stood still. Was the correction wrong too?",
)
def _():
    return _rooms(
        second=_second_room(
            lambda count: count + 1, lambda count: count + 1, adam_step.find_mistake("ADM-NOBC").answers[0]
        )
    )


@mended.mistake(
    "MUSEUM-ROOM3",
    name="room 3: nothing has been mended yet",
    sees="In room 3 m is the whole gradient after step 1.",
    question="What does 07.2 make of a zero m and a gradient of 1?",
)
def _():
    return _rooms(third=museum.room_3)


@mended.mistake(
    "ADM-BCTWICE",
    name="room 3: it is still corrected twice",
    sees="In room 3 m and v agree; the first move has the wrong length.",
    question="Follow m to w. How often is it divided by 1 - beta1**t?",
)
def _():
    return _rooms(third=_third_room(in_lr=True))


@mended.mistake(
    "MUSEUM-FIRSTWHOLE",
    name="room 3: the first gradient still enters whole",
    sees="In room 3 m is the whole gradient after step 1, or v the whole square, and the correction "
    "does the same once more.",
    question="What does 07.2 make of a zero m and a gradient of 1?",
)
def _():
    return _rooms(third=_third_room((True, True)))


@mended.mistake("MUSEUM-FIRSTWHOLE")
def _():
    return _rooms(third=_third_room((True, False)))


@mended.mistake("MUSEUM-FIRSTWHOLE")
def _():
    return _rooms(third=_third_room((False, True)))


@mended.mistake("MUSEUM-FIRSTWHOLE")
def _():
    return _rooms(third=_third_room((True, True), in_hats=False))


@mended.mistake("MUSEUM-FIRSTWHOLE")
def _():
    return _rooms(third=_third_room((True, True), in_hats=False, in_lr=True))


@mended.mistake(
    "MUSEUM-NOBC3",
    name="room 3: both corrections have been taken out",
    sees="In room 3 m and v agree; a first move is no longer lr long.",
    question="Twice is once too often. Is never right?",
)
def _():
    return _rooms(third=_third_room(in_hats=False))


@mended.mistake(
    "MUSEUM-ORDER",
    name="the rooms come back in another order",
    sees="A function was called with the arguments of another room.",
    question="In which order does the exercise name the rooms?",
)
def _():
    rooms = _rooms()
    return rooms[1], rooms[0], rooms[2]


@mended.mistake("MUSEUM-ORDER")
def _():
    rooms = _rooms()
    return rooms[2], rooms[1], rooms[0]


@mended.mistake("MUSEUM-ORDER")
def _():
    rooms = _rooms()
    return rooms[0], rooms[2], rooms[1]


@mended.mistake(
    "MUSEUM-THREE",
    name="there are not three functions",
    sees="What comes back is something else than (room_1, room_2, room_3).",
    question="Do you return the functions themselves, without calling them?",
)
def _():
    return _rooms()[:2]


@mended.mistake("MUSEUM-THREE")
def _():
    return _rooms()[0]


@mended.mistake("MUSEUM-THREE")
def _():
    return 1.0
