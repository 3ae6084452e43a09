"""Exercises of lesson 10: averaging and Schedule-Free."""

import numpy as np

from .parts import exercise
from .probing import GRADS, START, VELOCITY, other_shapes
from .trace import Seen

WEIGHTS = START + np.cumsum(GRADS, axis=0)


def _probe_averages(exercise, label, settings, first):
    """Probes for new = update(avg, w, setting): runs, whole numbers, float32, other shapes.

    `settings(i)` is the setting of the step i, which counts from 0; `first` are extra pairs (title, setting).
    """

    def run(update, where, avg, weights, setting):
        for i, w in enumerate(weights):
            before = avg
            avg = update(avg, w, setting(i))
            yield Seen(f"{where}step {i + 1}", "avg", avg, start=before)

    @exercise.probe("runs of several steps")
    def _(update):
        for number, setting in enumerate(settings, start=1):
            yield from run(update, f"run {number}, ", VELOCITY, WEIGHTS, setting)

    @exercise.probe(label)
    def _(update):
        for where, setting in first:
            yield from run(update, f"{where}, ", np.zeros(4), WEIGHTS[:2], setting)

    @exercise.probe("whole numbers")
    def _(update):
        avg, w = np.array([2, -1, 0, 4]), np.array([1, 5, -3, 0])
        yield Seen("", "avg", update(avg, w, settings[0](1)))

    @exercise.probe("float32")
    def _(update):
        yield from run(
            update, "", VELOCITY.astype(np.float32), WEIGHTS[:3].astype(np.float32), settings[0]
        )

    @exercise.probe("other shapes", lenient=True)
    def _(update):
        for shape, avg, weights in other_shapes():
            yield from run(update, f"{shape}, ", avg, weights, settings[0])


# 10.1


@exercise(
    "10.1",
    "A fading average of the weights",
    returns="avg",
    hints=(
        "The new average lies between the old one and the new weights. Nearer to which of them?",
        "decay is close to 1, so most of the old average is kept. What is not kept is taken from w, so that "
        "the two shares add up to 1.",
        "avg times one share plus w times the other; the shares are decay and what is missing to 1. "
        "Make a new "
        "array with `=`; `avg *= decay` would write into the caller's.",
        "The same shape in another story, a pot of soup in which a ladle is replaced each day:\n"
        "    return keep * salt + (1 - keep) * salt_of_the_ladle",
    ),
    after="Worth keeping: training never sees this average; it is kept beside w, and used in the end.",
)
def ema_update(avg, w, decay):
    """Update a fading average of the weights by the newest weights.

    avg and w are arrays of one shape, any shape; 0 <= decay < 1. The new average is
    decay times the old one plus 1 - decay times w. Return it as a new array; the
    arguments stay as they are, and the result shares no memory with them.

    >>> ema_update(np.array([1.0, 0.0]), np.array([3.0, 4.0]), decay=0.75)
    array([1.5, 1. ])
    """
    return decay * avg + (1 - decay) * w


_probe_averages(
    ema_update,
    "decay 0, and an average that starts at zero",
    [lambda i: 0.9, lambda i: 0.6],
    [("decay 0", lambda i: 0.0), ("decay 0.99", lambda i: 0.99)],
)

_EMA = {
    "EMA-FLIP": (
        lambda a, w, d: (1 - d) * a + d * w,
        "decay and 1 - decay have changed places",
        "At decay 0.9 the average jumps nearly all the way to w.",
        "If decay is 0.99, how much of the old average is left after one step?",
    ),
    "EMA-SUM": (
        lambda a, w, d: d * a + w,
        "the whole of w is added",
        "The result grows to 1 / (1 - decay) times the weights.",
        "If avg and w are both 1, what should come out?",
    ),
    "EMA-NODECAY": (
        lambda a, w, d: a + (1 - d) * w,
        "the old average does not fade",
        "The result grows with every step.",
        "If avg and w are both 1, what should come out?",
    ),
    "EMA-BOTH": (
        lambda a, w, d: d * (a + w),
        "decay multiplies both, the average and w",
        "The two shares do not add up to 1.",
        "If avg and w are both 1, what should come out?",
    ),
    "EMA-BRACKET": (
        lambda a, w, d: d * a + 1 - d * w,
        "a bracket around 1 - decay is missing",
        "w is taken away, and 1 is added to every entry.",
        "In 1 - d * w, what is w multiplied by?",
    ),
    "EMA-SHARES": (
        lambda a, w, d: (d * a + w) / (d + 1),
        "w counts in full, and the sum is divided by both shares",
        "The shares do add up to 1, but w has more than half: it is a short memory.",
        "If decay is 0.99, how much of the old average is left after one step?",
    ),
    "EMA-ENTRIES": (
        lambda a, w, d: d * a + (1 - d) * np.mean(w),
        "it averages over the entries of w",
        "Every entry moves towards the same number.",
        "An average over time, or over the weights: which of the two is to be kept?",
    ),
    "EMA-PLAINSUM": (
        lambda a, w, d: a + w,
        "average and weights are added up",
        "The result grows with every step.",
        "Where does decay appear in your line?",
    ),
    "EMA-HALF": (
        lambda a, w, d: (a + w) / 2,
        "it is the middle of avg and w, whatever decay is",
        "Old and new count alike.",
        "Where does decay appear in your line?",
    ),
    "EMA-SIGN": (
        lambda a, w, d: d * a - (1 - d) * w,
        "w is taken away instead of added",
        "The average moves away from w.",
        "If avg and w are both 1, what should come out?",
    ),
    "EMA-AWAY": (
        lambda a, w, d: a - (1 - d) * (w - a),
        "the average moves away from w",
        "Each move is the expected one with its sign turned.",
        "Which way does w - avg point?",
    ),
    "EMA-EVALRAW": (
        lambda a, w, d: w * 1.0,
        "w comes back, without any averaging",
        "The result is the newest weights: an evaluation would see the raw weights.",
        "Where does the argument avg appear in your line?",
    ),
    "EMA-FROZEN": (
        lambda a, w, d: a * 1.0,
        "the old average comes back",
        "Nothing ever moves.",
        "Where does the argument w appear in your line?",
    ),
    "EMA-DELTA": (
        lambda a, w, d: (1 - d) * (w - a),
        "it returns the move, not the new average",
        "The result is what has to be added to avg.",
        "After the call, where is the average? Does your result say that?",
    ),
    "EMA-FADED": (
        lambda a, w, d: (1 - d) * w,
        "the old average is not used",
        "The result is a small share of w.",
        "Where does the argument avg appear in your line?",
    ),
    "EMA-DEBIAS": (
        lambda a, w, d: (d * a + (1 - d) * w) / (1 - d),
        "it is divided by 1 - decay",
        "Every result is 1 / (1 - decay) times the expected one.",
        "A correction depends on the number of steps. Does the exercise give it to you, or ask for one?",
    ),
    "EMA-SQ": (
        lambda a, w, d: d * a + (1 - d) * w**2,
        "it averages the squares of the weights",
        "Negative weights enter as positive ones.",
        "Which average squares what comes in, this one or Adam's v?",
    ),
    "EMA-INITW": (
        lambda a, w, d: d * a + (1 - d) * w if np.any(a) else w * 1.0,
        "an average of zeros is replaced by w",
        "From zeros the first result is w itself; all else agrees.",
        "What does the ordinary rule give for an average of zeros? Was a special case asked for?",
    ),
    "GD-INT": (
        lambda a, w, d: (d * a + (1 - d) * w).astype(a.dtype),
        "whole numbers stay whole, and the fractions are cut off",
        "When avg is given as whole numbers the result is whole, or the line raises.",
        "What is the dtype of the array that your result is written into?",
    ),
}
for _id, (_answer, _name, _sees, _question) in _EMA.items():
    ema_update.mistake(_id, _name, _sees, _question)(_answer)


@ema_update.mistake("GD-INT")
def _(avg, w, decay):
    new = avg.copy()
    new *= decay
    new += (1 - decay) * w
    return new


@ema_update.mistake("GD-INPLACE")
def _(avg, w, decay):
    if avg.dtype.kind == "i":
        avg = avg.astype(float)
    avg *= decay
    avg += (1 - decay) * w
    return avg


@ema_update.mistake(
    "EMA-ALIAS",
    name="the average shares its memory with w",
    sees="The numbers are right now. When training changes w in place, the average changes too.",
    question="Which line hands on an array instead of computing a new one?",
    habit="GD-ALIAS",
)
def _(avg, w, decay):
    return w if decay == 0 else decay * avg + (1 - decay) * w


@ema_update.mistake("MOM-CLASSVAR")
def _(avg, w, decay, kept=[]):  # noqa: B006
    kept.append(w)
    return decay * avg + (1 - decay) * w + 1e-3 * len(kept)


# 10.2


@exercise(
    "10.2",
    "The plain mean of the weights, one at a time",
    returns="avg",
    hints=(
        "avg is the mean of n weights. What was their sum?",
        "With w there are n + 1 of them. The mean moves towards w by one share among n + 1.",
        "Either (n * avg + w) over the new count, or avg plus the distance to w over the new count. At n = 0 "
        "the result is w.",
        "The same shape in another story, the mean age at a table where one more guest sits down:\n"
        "    return age + (age_of_the_guest - age) / (guests + 1)",
    ),
    after="Worth keeping: this is a fading average whose decay, n / (n + 1), grows by itself.",
)
def running_mean_update(avg, w, n):
    """Take one more array of weights into their mean.

    avg is the mean of the n arrays that are in it already, n >= 0; w is the next one,
    of the same shape. Return the mean of all n + 1 as a new array; the arguments stay
    as they are. At n = 0 avg is an array of zeros, and the result equals w.

    >>> running_mean_update(np.array([2.0, 0.0]), np.array([5.0, 3.0]), n=2)
    array([3., 1.])
    """
    return avg + (w - avg) / (n + 1)


_probe_averages(
    running_mean_update,
    "from the very first weights on",
    [lambda i: i + 2, lambda i: 10 * i + 5],
    [("from n = 0", lambda i: i), ("n = 1 first", lambda i: i + 1)],
)

_RUN = {
    "RUN-N": (
        lambda a, w, n: a + (w - a) / np.float64(n),
        "n is taken for the count that includes w",
        "Each move is too long: a share of 1 / n where 1 / (n + 1) belongs.",
        "With w, how many weights are in the mean?",
    ),
    "RUN-NP2": (
        lambda a, w, n: a + (w - a) / (n + 2),
        "the distance is divided by n + 2",
        "At n = 0 the result is half of w.",
        "With w, how many weights are in the mean?",
    ),
    "RUN-NM1": (
        lambda a, w, n: a + (w - a) / np.float64(n - 1),
        "the distance is divided by n - 1",
        "Each move is too long; at n = 1 it is infinite.",
        "With w, how many weights are in the mean?",
    ),
    "RUN-BRACKET": (
        lambda a, w, n: n * a + w / (n + 1),
        "only w is divided",
        "The old sum is kept as a sum, so the result grows with n.",
        "In a + b / c, what is divided by c?",
    ),
    "RUN-SUMN": (
        lambda a, w, n: (n * a + w) / np.float64(n),
        "the sum is right, and it is divided by the old count",
        "Each result is (n + 1) / n times the expected one.",
        "How many weights are in the sum that you divide?",
    ),
    "RUN-NOTIMES": (
        lambda a, w, n: (a + w) / (n + 1),
        "the old mean counts like a single weight",
        "The more weights there are, the smaller the result.",
        "How many weights does avg stand for?",
    ),
    "RUN-FLIP": (
        lambda a, w, n: (a + n * w) / (n + 1),
        "the new weights count n times, and the old mean once",
        "The result jumps nearly all the way to w.",
        "Which of the two stands for n weights?",
    ),
    "RUN-NODIV": (
        lambda a, w, n: n * a + w,
        "it is the sum, not the mean",
        "Each result is n + 1 times the expected one.",
        "If all weights are 1, what should their mean be?",
    ),
    "RUN-TOTAL": (
        lambda a, w, n: a + w / (n + 1),
        "the old mean is kept in full",
        "The result grows with every step.",
        "If all weights are 1, what should their mean be?",
    ),
    "RUN-HALF": (
        lambda a, w, n: (a + w) / 2,
        "it is the middle of avg and w, whatever n is",
        "At n = 1 it is right; elsewhere the newest weights count too much.",
        "Where does n appear in your line?",
    ),
    "RUN-SIGN": (
        lambda a, w, n: a - (w - a) / (n + 1),
        "the mean moves away from w",
        "Each move is the expected one with its sign turned.",
        "Which way does w - avg point?",
    ),
    "EMA-EVALRAW": (
        lambda a, w, n: w * 1.0,
        "w comes back, without any averaging",
        "The result is the newest weights.",
        "Where does the argument avg appear in your line?",
    ),
    "EMA-FROZEN": (
        lambda a, w, n: a * 1.0,
        "the old mean comes back",
        "Nothing ever moves.",
        "Where does the argument w appear in your line?",
    ),
    "RUN-EMA": (
        lambda a, w, n: 0.9 * a + 0.1 * w,
        "it is a fading average with a fixed share",
        "Old weights fade, whatever n is.",
        "In a mean of n + 1 weights, which share has each of them?",
    ),
    "RUN-DELTA": (
        lambda a, w, n: (w - a) / (n + 1),
        "it returns the move, not the new mean",
        "The result is what has to be added to avg.",
        "After the call, where is the mean? Does your result say that?",
    ),
    "RUN-INTDIV": (
        lambda a, w, n: (n * a + w) // (n + 1),
        "the division cuts off the fractions",
        "The results are whole numbers.",
        "What is 7 // 2?",
    ),
    "RUN-PRECEDENCE": (
        lambda a, w, n: a + (w - a) / np.float64(n) + 1,
        "the division ends before the + 1",
        "Every entry is too large by about 1.",
        "In which order does Python work through a / n + 1?",
    ),
    "GD-INT": (
        lambda a, w, n: (a + (w - a) / (n + 1)).astype(a.dtype),
        "whole numbers stay whole, and the fractions are cut off",
        "When avg is given as whole numbers the result is whole, or the line raises.",
        "What is the dtype of the array that your result is written into?",
    ),
}
for _id, (_answer, _name, _sees, _question) in _RUN.items():
    running_mean_update.mistake(_id, _name, _sees, _question)(_answer)

running_mean_update.mistake("RUN-EMA")(lambda a, w, n: 0.99 * a + 0.01 * w)
running_mean_update.mistake("RUN-N")(lambda a, w, n: ((n - 1) * a + w) / n if n > 0 else w * 1.0)


@running_mean_update.mistake("GD-INT")
def _(avg, w, n):
    new = avg.copy()
    new += (w - avg) / (n + 1)
    return new


@running_mean_update.mistake("GD-INPLACE")
def _(avg, w, n):
    if avg.dtype.kind == "i":
        avg = avg.astype(float)
    avg += (w - avg) / (n + 1)
    return avg


@running_mean_update.mistake(
    "EMA-ALIAS",
    name="the mean shares its memory with w",
    sees="The numbers are right now. When training changes w in place, the mean changes too.",
    question="What do you hand back at n = 0: a new array, or w itself?",
    habit="GD-ALIAS",
)
def _(avg, w, n):
    return w if n == 0 else avg + (w - avg) / (n + 1)


@running_mean_update.mistake("MOM-CLASSVAR")
def _(avg, w, n, kept=[]):  # noqa: B006
    kept.append(w)
    return avg + (w - avg) / (len(kept) + 1)


# 10.3


@exercise(
    "10.3",
    "One step of Schedule-Free",
    returns=("z", "x"),
    hints=(
        "Two points come back: one that steps, and one that only averages. Which of them uses the gradient?",
        "z takes a plain gradient step. x is the mean of all z so far, so the new z comes in with the share "
        "1 / t.",
        "z first, then x from the new z: (1 - 1/t) of the old x plus 1/t of z. At t = 1 x becomes z.",
        "The same shape in another story, a scout who runs ahead and a camp that follows the mean of where "
        "the scout has been:\n"
        "    scout = scout - pace * slope\n"
        "    camp = (1 - 1 / day) * camp + scout / day\n"
        "    return scout, camp",
    ),
    after="Worth keeping: nobody had to say in advance how many steps there will be.",
)
def schedule_free_step(z, x, grad, t, lr):
    """Take one step of Schedule-Free gradient descent.

    z, x and grad are arrays of one shape, any shape; t counts from 1, lr > 0. z makes
    a step against grad by lr; then x becomes (1 - 1/t) times the old x plus 1/t times
    the new z. (grad was taken between the two points; that is the caller's part.)
    Return (z, x), two new arrays; the arguments stay as they are. (Defazio and
    others, 2024)

    >>> z, x, g = np.array([1.0]), np.array([3.0]), np.array([2.0])
    >>> schedule_free_step(z, x, g, t=4, lr=0.5)
    (array([0.]), array([2.25]))
    """
    z = z - lr * grad
    x = (1 - 1 / t) * x + z / t
    return z, x


def _run_free(step, where, z, x, grads, lr, first=1):
    for t, grad in enumerate(grads, start=first):
        before = z, x
        z, x = step(z, x, grad, t, lr)
        yield Seen(f"{where}step {t}", "z", z, start=before[0])
        yield Seen(f"{where}step {t}", "x", x, start=before[1])


@schedule_free_step.probe("three runs of five steps")
def _(step):
    yield from _run_free(step, "run 1, ", START, START, GRADS, 0.1)
    yield from _run_free(step, "run 2, ", START, VELOCITY, GRADS, 0.5)
    yield from _run_free(step, "run 3, ", START, VELOCITY, GRADS, 0.3, first=6)


@schedule_free_step.probe("a gradient of zero")
def _(step):
    yield from _run_free(step, "", START, VELOCITY, np.zeros((2, 4)), 0.1, first=3)


@schedule_free_step.probe("whole numbers as a start")
def _(step):
    whole = np.array([1, -2, 0, 3])
    yield from _run_free(step, "", whole, whole[::-1].copy(), GRADS[:3], 0.1, first=2)


@schedule_free_step.probe("float32")
def _(step):
    z, x, grads = (array.astype(np.float32) for array in (START, VELOCITY, GRADS))
    yield from _run_free(step, "", z, x, grads, 0.1)


@schedule_free_step.probe("other shapes", lenient=True)
def _(step):
    for label, start, grads in other_shapes():
        yield from _run_free(step, f"{label}, ", start, 0.5 * start, grads, 0.1)


@schedule_free_step.convention(
    "the share of the new z is 1 / (t + 1)",
    text="The paper prints this one. It counts the start as one more point of the mean; with 1 / t the start "
    "drops out at the first step.",
)
def _(z, x, grad, t, lr):
    z = z - lr * grad
    return z, (1 - 1 / (t + 1)) * x + z / (t + 1)


_FREE = {
    "GD-SIGN": (
        lambda z, x, g, t, lr: (z + lr * g, (1 - 1 / t) * x + (z + lr * g) / t),
        "z walks uphill",
        "Every move of z is the expected one with its sign turned.",
        "The gradient points uphill. On which side of it do you want to go?",
    ),
    "GD-NOLR": (
        lambda z, x, g, t, lr: (z - g, (1 - 1 / t) * x + (z - g) / t),
        "the learning rate is not used",
        "Every move of z is 1 / lr times the expected one.",
        "If lr is halved, what should happen to the move of z?",
    ),
    "GD-LR2": (
        lambda z, x, g, t, lr: (z - lr * lr * g, (1 - 1 / t) * x + (z - lr * lr * g) / t),
        "the learning rate is squared",
        "Every move of z is lr times the expected one.",
        "If lr is halved, what should happen to the move of z?",
    ),
    "SF-OLDZ": (
        lambda z, x, g, t, lr: (z - lr * g, (1 - 1 / t) * x + z / t),
        "x takes in the z from before the step",
        "z agrees; x is one step late.",
        "When x is computed, has z moved yet?",
    ),
    "SF-FLIP": (
        lambda z, x, g, t, lr: (z - lr * g, x / t + (1 - 1 / t) * (z - lr * g)),
        "the two shares have changed places",
        "z agrees; at t = 1 x stays where it was, and later it runs after z.",
        "After a hundred steps, how much should one more z count in the mean?",
    ),
    "SF-FROMX": (
        lambda z, x, g, t, lr: (x - lr * g, (1 - 1 / t) * x + (x - lr * g) / t),
        "z steps from x",
        "Where z and x are different points, z starts from the wrong one.",
        "Two points: which one steps, and which one averages?",
    ),
    "SF-XSTEPS": (
        lambda z, x, g, t, lr: (z - lr * g, x - lr * g),
        "x makes a gradient step of its own",
        "z agrees; x is no mean of anything.",
        "Where does t appear in your lines?",
    ),
    "SF-NOAVG": (
        lambda z, x, g, t, lr: (z - lr * g, (z - lr * g) * 1.0),
        "x is the new z",
        "z agrees; at t = 1 x agrees too, and after it nothing is averaged.",
        "What is x made of at t = 2?",
    ),
    "SF-FROZEN": (
        lambda z, x, g, t, lr: (z - lr * g, x * 1.0),
        "x stays where it was",
        "z agrees; x never moves.",
        "Where does x stand on the left-hand side of a line?",
    ),
    "SF-ZSTAYS": (
        lambda z, x, g, t, lr: (z * 1.0, (1 - 1 / t) * (x - lr * g) + z / t),
        "the gradient moves x, and z stays where it was",
        "z never moves; x makes a step of its own and is pulled back to z.",
        "Two points: which one steps, and which one averages?",
    ),
    "SF-BRACKET": (
        lambda z, x, g, t, lr: (z - lr * g, 1 - 1 / t * x + (z - lr * g) / t),
        "a bracket around 1 - 1/t is missing",
        "z agrees; x is taken away, and 1 is added to every entry.",
        "In 1 - 1 / t * x, what is x multiplied by?",
    ),
    "SF-Y": (
        lambda z, x, g, t, lr: (z - lr * g, 0.9 * ((1 - 1 / t) * x + (z - lr * g) / t) + 0.1 * (z - lr * g)),
        "what stands second is y, the place for the next gradient",
        "z agrees; at t = 1 x agrees, and later it lies a tenth of the way towards z.",
        "Of the three points, which two come back, and who makes the third?",
    ),
    "SF-MOMENTUM": (
        lambda z, x, g, t, lr: (0.9 * z + g, x - lr * (0.9 * z + g)),
        "this is momentum: z is treated as a velocity",
        "z adds up gradients, and x makes the steps.",
        "z is a place here, not a speed. What does it do with the gradient?",
    ),
    "SF-SUM": (
        lambda z, x, g, t, lr: (z - lr * g, x + (z - lr * g) / t),
        "the old x is kept in full",
        "z agrees; the two shares add up to more than 1.",
        "If x and z are both 1, where should x be after the average?",
    ),
    "SF-WHOLE": (
        lambda z, x, g, t, lr: (z - lr * g, (1 - 1 / t) * x + (z - lr * g)),
        "the whole of z is added to x",
        "z agrees; the two shares add up to more than 1.",
        "If x and z are both 1, where should x be after the average?",
    ),
    "SF-HALF": (
        lambda z, x, g, t, lr: (z - lr * g, (x + z - lr * g) / 2),
        "x is the middle of x and z, whatever t is",
        "z agrees; x agrees at t = 2 only.",
        "Where does t appear in your lines?",
    ),
    "SF-EMA": (
        lambda z, x, g, t, lr: (z - lr * g, 0.9 * x + 0.1 * (z - lr * g)),
        "x is a fading average with a fixed share",
        "z agrees; x moves a tenth of the way at every step.",
        "Where does t appear in your lines?",
    ),
    "SF-TM1": (
        lambda z, x, g, t, lr: (
            z - lr * g,
            (1 - 1 / np.float64(t - 1)) * x + (z - lr * g) / np.float64(t - 1),
        ),
        "the share is 1 / (t - 1)",
        "z agrees; at t = 1 x divides by zero.",
        "t counts from 1. How many z are in the mean after the first step?",
    ),
    "SF-MIXED": (
        lambda z, x, g, t, lr: (z - lr * g, (1 - 1 / (t + 1)) * x + (z - lr * g) / t),
        "one share counts from t and the other from t + 1",
        "z agrees; the two shares do not add up to 1.",
        "What is the sum of your two shares at t = 1?",
    ),
    "SF-LRT": (
        lambda z, x, g, t, lr: (z - lr / t * g, (1 - 1 / t) * x + (z - lr / t * g) / t),
        "the learning rate falls with t",
        "The first move of z agrees; later ones are t times too short.",
        "The average replaces the schedule. What happens to lr in this method?",
    ),
    "SF-AWAY": (
        lambda z, x, g, t, lr: (z - lr * g, x - (z - lr * g - x) / t),
        "x moves away from z",
        "z agrees; each move of x has its sign turned.",
        "Which way does z - x point?",
    ),
    "SF-OLDRETURN": (
        lambda z, x, g, t, lr: (z * 1.0, (1 - 1 / t) * x + (z - lr * g) / t),
        "x is right, but the z that comes back is the old one",
        "z never moves.",
        "The next call gets the z that you return. Which one does it need?",
    ),
    "SF-SWAP": (
        lambda z, x, g, t, lr: ((1 - 1 / t) * x + (z - lr * g) / t, z - lr * g),
        "the two results come back in the wrong order",
        "What stands first is x, and what stands second is z.",
        "In which order does the exercise name what it wants back?",
    ),
    "SF-INTDIV": (
        lambda z, x, g, t, lr: (z - lr * g, (1 - 1 // t) * x + (1 // t) * (z - lr * g)),
        "the share is a whole number",
        "z agrees; from t = 2 on x stays where it is.",
        "What is 1 // 2?",
    ),
    "GD-DELTA": (
        lambda z, x, g, t, lr: (-lr * g, (1 - 1 / t) * x + (z - lr * g) / t),
        "it returns the move of z, not the new z",
        "What stands first is small and forgets where z was.",
        "After the call, where is z? Does your first result say that?",
    ),
    "GD-INT": (
        lambda z, x, g, t, lr: (
            (z - lr * g).astype(z.dtype),
            ((1 - 1 / t) * x + (z - lr * g) / t).astype(x.dtype),
        ),
        "whole numbers stay whole, and the step is cut off",
        "When z and x start as whole numbers the fractions are lost, or the line raises.",
        "What is the dtype of the array that your result is written into?",
    ),
}
for _id, (_answer, _name, _sees, _question) in _FREE.items():
    schedule_free_step.mistake(_id, _name, _sees, _question)(_answer)


@schedule_free_step.mistake("GD-INT")
def _(z, x, grad, t, lr):
    new_z, new_x = z.copy(), x.copy()
    new_z -= lr * grad
    new_x += (new_z - x) / t
    return new_z, new_x


@schedule_free_step.mistake("GD-INPLACE")
def _(z, x, grad, t, lr):
    new = z - lr * grad
    mean = (1 - 1 / t) * x + new / t
    if x.dtype.kind == "f":
        x[...] = mean
    return new, mean


@schedule_free_step.mistake("GD-INPLACE")
def _(z, x, grad, t, lr):
    if z.dtype.kind == "i":
        z = z.astype(float)
    z -= lr * grad
    return z, (1 - 1 / t) * x + z / t


@schedule_free_step.mistake("GD-ALIAS")
def _(z, x, grad, t, lr):
    z = z - lr * grad if np.any(grad) else z
    return z, (1 - 1 / t) * x + z / t


@schedule_free_step.mistake("MOM-CLASSVAR")
def _(z, x, grad, t, lr, kept=[]):  # noqa: B006
    kept.append(t)
    z = z - lr * grad
    return z, (1 - 1 / (len(kept) + 1)) * x + z / (len(kept) + 1)
