"""Exercises of lesson 15: from the notebook to a real run."""

import numpy as np

from .parts import exercise
from .trace import Seen

# 15.1


@exercise(
    "15.1",
    "One gradient from unequal pieces",
    returns="grad",
    hints=(
        "Three examples in one piece and one in the other: how many of the four gradients does each of the "
        "two means stand for?",
        "The gradient of the whole batch is the mean over all its examples. Undo the mean of each piece, add "
        "up, and take the mean once, over all of them.",
        "total = total + size * grad for every piece; at the end total / sum(sizes). With equal sizes it is "
        "the plain mean.",
        "The same shape in another story, the average mark of a school from the averages of its classes:\n"
        "    points = sum(pupils * average for average, pupils in zip(averages, counts))\n"
        "    return points / sum(counts)",
    ),
    after="Worth keeping: a mean of means is the mean only if all pieces are of one size, and the last piece "
    "of an epoch seldom is.",
)
def accumulate(grads, sizes):
    """Put the gradients of micro-batches together to the gradient of the whole batch.

    grads is a list of arrays of one shape, any shape: grads[i] is the gradient of
    the MEAN loss over micro-batch i. sizes is a list of as many whole numbers, 1 or
    more: the examples in each micro-batch, and they may differ. Return the gradient
    of the mean loss over all examples of all micro-batches, a new array of the same
    shape. grads and its arrays stay as they are.

    >>> accumulate([np.array([1.0, 0.0]), np.array([5.0, 4.0])], [3, 1])
    array([2., 1.])

    Source: Goyal et al. (2017), on gradients averaged over workers.
    """
    total = 0.0
    for grad, size in zip(grads, sizes, strict=True):
        total = total + size * grad
    return total / sum(sizes)


def _pieces(sizes, shape=(3,), dtype=float):
    """Gradients of as many pieces, none a multiple of another."""
    count = int(np.prod(shape))
    return [
        (np.cos(1.0 + np.arange(count) + 2.3 * k) * (1 + 10.0 * (k % 2))).reshape(shape).astype(dtype)
        for k in range(len(sizes))
    ]


@accumulate.probe("unequal micro-batches")
def _(answer):
    for sizes in ([3, 1], [4, 2, 7], [8, 8, 8, 3], [1, 100], [5, 2, 2, 1, 9]):
        yield Seen(f"sizes {sizes}", "grad", answer(_pieces(sizes), sizes))


@accumulate.probe("equal micro-batches, and a single one")
def _(answer):
    for sizes in ([4, 4, 4], [1, 1], [6], [1]):
        yield Seen(f"sizes {sizes}", "grad", answer(_pieces(sizes), sizes))


@accumulate.probe("the gradient of a real batch, cut in three")
def _(answer):
    rng = np.random.default_rng(15)
    X, y, w = rng.normal(size=(12, 3)), rng.normal(size=12), np.array([0.5, -1.0, 2.0])
    each = 2 * (X @ w - y)[:, None] * X
    parts = [each[:7], each[7:9], each[9:]]
    yield Seen("12 examples", "grad", answer([part.mean(axis=0) for part in parts], [7, 2, 3]))


@accumulate.probe("a matrix of weights")
def _(answer):
    yield Seen("shape (2, 3)", "grad", answer(_pieces([2, 5], (2, 3)), [2, 5]))
    yield Seen("shape (2, 2)", "grad", answer(_pieces([2, 5], (2, 2)), [2, 5]))


@accumulate.probe("whole numbers as gradients")
def _(answer):
    yield Seen("", "grad", answer([np.array([1, -2]), np.array([4, 3]), np.array([0, 7])], [2, 3, 2]))


@accumulate.probe("float32")
def _(answer):
    yield Seen("", "grad", answer(_pieces([4, 2, 7], dtype=np.float32), [4, 2, 7]))


@accumulate.probe("other shapes", lenient=True)
def _(answer):
    for label, shape in (("a single number", ()), ("an empty array", (0,)), ("a cube", (2, 1, 3))):
        yield Seen(label, "grad", answer(_pieces([3, 1], shape), [3, 1]))


def _weighed(grads, weights):
    """The sum of the gradients, each times its weight."""
    return sum(weight * grad for grad, weight in zip(grads, weights, strict=True))


@accumulate.mistake(
    "ACC-MEAN",
    name="every micro-batch counts the same",
    sees="It agrees for equal sizes; otherwise an example in a small micro-batch counts more than one in a "
    "large one.",
    question="One piece has a hundred examples, the other one. What should the one weigh in the mean of all?",
)
def _(grads, sizes):
    return np.mean(grads, axis=0)


@accumulate.mistake("ACC-MEAN")
def _(grads, sizes):
    return sum(grad / len(grads) for grad in grads)


@accumulate.mistake(
    "ACC-SUM",
    name="the gradients are summed, not averaged",
    sees="With k micro-batches of one size the gradient is k times too large, as if lr were.",
    question="Four pieces with one and the same gradient: what is the gradient of the whole batch?",
)
def _(grads, sizes):
    return np.sum(grads, axis=0)


@accumulate.mistake(
    "ACC-NODIV",
    name="the sum over all examples is never divided",
    sees="The gradient is as many times too large as there are examples: that of a summed loss.",
    question="size * grad is a sum over examples. How does a sum become a mean?",
)
def _(grads, sizes):
    return _weighed(grads, sizes)


@accumulate.mistake(
    "ACC-DIVK",
    name="divided by the number of micro-batches",
    sees="The weights are right, and the whole is too large by the average size of a micro-batch.",
    question="After multiplying by the sizes, what have you summed over: pieces or examples?",
)
def _(grads, sizes):
    return _weighed(grads, sizes) / len(grads)


@accumulate.mistake(
    "ACC-DIVSIZE",
    name="divided by the size instead of multiplied",
    sees="The smaller a micro-batch, the more it counts.",
    question="grads[i] is a mean already. What makes a sum of it again?",
)
def _(grads, sizes):
    return _weighed(grads, 1 / np.array(sizes))


@accumulate.mistake("ACC-DIVSIZE")
def _(grads, sizes):
    return np.average(grads, axis=0, weights=1 / np.array(sizes))


@accumulate.mistake("ACC-DIVSIZE")
def _(grads, sizes):
    return _weighed(grads, 1 / np.array(sizes)) / len(grads)


@accumulate.mistake(
    "ACC-SUMOVERN",
    name="the plain sum is divided by the number of examples",
    sees="The gradient is far too small: each piece was divided by its size once more.",
    question="Was grads[i] a sum over its examples, or their mean?",
)
def _(grads, sizes):
    return np.sum(grads, axis=0) / np.sum(sizes)


@accumulate.mistake(
    "ACC-DIVLAST",
    name="divided by the size of the last micro-batch",
    sees="With several pieces the gradient is too large; with a single one it agrees.",
    question="Which size does the variable of your loop hold when the loop is over?",
)
def _(grads, sizes):
    return _weighed(grads, sizes) / sizes[-1]


@accumulate.mistake(
    "ACC-NOSUM",
    name="the micro-batches are weighed, but not put together",
    sees="One array comes back for each micro-batch.",
    question="How many gradients does the optimizer want for one step?",
)
def _(grads, sizes):
    return np.array([size * grad / sum(sizes) for grad, size in zip(grads, sizes, strict=True)])


@accumulate.mistake("ACC-NOSUM")
def _(grads, sizes):
    return np.array([size * grad for grad, size in zip(grads, sizes, strict=True)])


@accumulate.mistake(
    "ACC-DOT",
    name="the product runs along a matrix's rows",
    sees="For vectors it agrees. For a matrix the sizes meet its rows, not the micro-batches, or it raises.",
    question="np.dot(sizes, grads) adds up along the last axis but one. Along which axis do the pieces lie?",
)
def _(grads, sizes):
    return np.dot(sizes, grads) / sum(sizes)


@accumulate.mistake(
    "ACC-TWICE",
    name="divided by the number of examples twice",
    sees="The gradient is the expected one divided by the number of examples.",
    question="Your weights already sum to one. What is left to divide?",
)
def _(grads, sizes):
    return _weighed(grads, sizes) / sum(sizes) ** 2


@accumulate.mistake(
    "ACC-TWICEK",
    name="the weighted mean is divided by the number of micro-batches",
    sees="The gradient is the expected one divided by the number of micro-batches.",
    question="Your weights already sum to one. What is left to divide?",
)
def _(grads, sizes):
    return _weighed(grads, sizes) / sum(sizes) / len(sizes)


@accumulate.mistake(
    "ACC-FIRSTSIZE",
    name="the first size is taken for all",
    sees="It agrees as long as all sizes are equal.",
    question="How many sizes does your line look at?",
)
def _(grads, sizes):
    return sum(sizes[0] * grad for grad in grads) / sum(sizes)


@accumulate.mistake("ACC-FIRSTSIZE")
def _(grads, sizes):
    return _weighed(grads, sizes) / (len(sizes) * sizes[0])


@accumulate.mistake(
    "ACC-MAXSIZE",
    name="divided by the largest size",
    sees="The weights add up to more than one.",
    question="By how many examples does the mean of all examples divide?",
)
def _(grads, sizes):
    return _weighed(grads, sizes) / max(sizes)


@accumulate.mistake("ACC-MAXSIZE")
def _(grads, sizes):
    return _weighed(grads, sizes) / max(sizes) / len(sizes)


@accumulate.mistake(
    "ACC-LAST",
    name="only the last micro-batch is left",
    sees="What comes back is the last gradient, whatever the others were.",
    question="Does each round of your loop add to the total, or take its place?",
)
def _(grads, sizes):
    return 1.0 * grads[-1]


@accumulate.mistake("ACC-LAST")
def _(grads, sizes):
    return sizes[-1] * grads[-1] / sum(sizes)


@accumulate.mistake(
    "ACC-FIRST",
    name="only the first micro-batch is used",
    sees="What comes back is the first gradient, whatever the others were.",
    question="When does your loop return?",
)
def _(grads, sizes):
    return 1.0 * grads[0]


@accumulate.mistake("ACC-FIRST")
def _(grads, sizes):
    return sizes[0] * grads[0] / sum(sizes)


@accumulate.mistake(
    "ACC-LOSTLAST",
    name="the last micro-batch is left out",
    sees="All pieces but the last one are there. With a single piece nothing is.",
    question="Over which numbers does range(len(sizes) - 1) run?",
)
def _(grads, sizes):
    total = np.zeros(np.shape(grads[0])) + _weighed(grads[:-1], sizes[:-1])
    return total / sum(sizes)


@accumulate.mistake("ACC-LOSTLAST")
def _(grads, sizes):
    total = np.zeros(np.shape(grads[0])) + _weighed(grads[:-1], sizes[:-1])
    return total / sum(sizes[:-1])


@accumulate.mistake(
    "ACC-LOSTFIRST",
    name="the first micro-batch is left out",
    sees="All pieces but the first one are there.",
    question="With which number does your loop begin, and what holds the total before it?",
)
def _(grads, sizes):
    total = np.zeros(np.shape(grads[0])) + _weighed(grads[1:], sizes[1:])
    return total / sum(sizes)


@accumulate.mistake(
    "ACC-DOUBLEFIRST",
    name="the first micro-batch is counted twice",
    sees="The first piece weighs twice what it should.",
    question="What is in the total before your loop begins, and where does the loop begin?",
)
def _(grads, sizes):
    return (sizes[0] * grads[0] + _weighed(grads, sizes)) / sum(sizes)


@accumulate.mistake("ACC-DOUBLEFIRST")
def _(grads, sizes):
    return (grads[0] + _weighed(grads, sizes)) / sum(sizes)


@accumulate.mistake(
    "ACC-HALVING",
    name="the running mean takes half of each new piece",
    sees="With two pieces of one size it agrees; with three the last one counts for half of all.",
    question="After three pieces, what share does your line give to the first one?",
)
def _(grads, sizes):
    mean = 1.0 * grads[0]
    for grad in grads[1:]:
        mean = (mean + grad) / 2
    return mean


@accumulate.mistake(
    "ACC-RUNNINGDIV",
    name="the division stands inside the loop",
    sees="Early pieces are divided again in every later round.",
    question="How often is the first piece divided by the time the loop ends?",
)
def _(grads, sizes):
    total = np.zeros(np.shape(grads[0]))
    for grad, size in zip(grads, sizes, strict=True):
        total = (total + size * grad) / sum(sizes)
    return total


@accumulate.mistake(
    "ACC-SQUARE",
    name="the sizes are squared",
    sees="A large micro-batch counts for too much.",
    question="How many times is each gradient multiplied by its size?",
)
def _(grads, sizes):
    return np.average(grads, axis=0, weights=np.array(sizes) ** 2)


@accumulate.mistake("ACC-SQUARE")
def _(grads, sizes):
    return _weighed(grads, np.array(sizes) ** 2) / sum(sizes)


@accumulate.mistake(
    "ACC-SQRT",
    name="the weights are the roots of the sizes",
    sees="Noise goes with the root of the size; the mean does not.",
    question="Ten examples or forty with the same gradient each: how do their sums compare?",
)
def _(grads, sizes):
    return np.average(grads, axis=0, weights=np.sqrt(sizes))


@accumulate.mistake(
    "ACC-REVERSED",
    name="the sizes belong to other micro-batches",
    sees="It agrees for equal sizes; otherwise each gradient has another piece's weight.",
    question="Is grads[i] weighed with sizes[i]?",
)
def _(grads, sizes):
    return _weighed(grads, sizes[::-1]) / sum(sizes)


@accumulate.mistake("ACC-REVERSED")
def _(grads, sizes):
    return _weighed(grads, sorted(sizes)) / sum(sizes)


@accumulate.mistake("ACC-REVERSED")
def _(grads, sizes):
    return _weighed(grads, np.roll(sizes, 1)) / sum(sizes)


@accumulate.mistake(
    "ACC-ONENUMBER",
    name="the coordinates are averaged too",
    sees="One number comes back where an array of the gradient's shape is asked for.",
    question="Over which axis do you average: that of the pieces, or all of them?",
)
def _(grads, sizes):
    return np.mean([np.mean(grad) * size for grad, size in zip(grads, sizes, strict=True)]) / np.mean(sizes)


@accumulate.mistake("ACC-ONENUMBER")
def _(grads, sizes):
    return np.mean(grads)


@accumulate.mistake("ACC-ONENUMBER")
def _(grads, sizes):
    return sum(size * np.sum(grad) for grad, size in zip(grads, sizes, strict=True)) / sum(sizes)


@accumulate.mistake(
    "ACC-WRONGAXIS",
    name="the sizes weigh the coordinates, not the pieces",
    sees="It works only where the number of pieces happens to fit the shape of a gradient.",
    question="np.array(grads) has the pieces along its first axis. Along which axis do your sizes lie?",
)
def _(grads, sizes):
    return (np.array(grads) * np.array(sizes)).sum(axis=0) / sum(sizes)


@accumulate.mistake("ACC-WRONGAXIS")
def _(grads, sizes):
    return np.average(grads, axis=1, weights=sizes)


@accumulate.mistake(
    "ACC-MEDIAN",
    name="the median of the pieces is taken",
    sees="With two pieces of one size it agrees, with more it does not.",
    question="Which average makes the gradient of a sum the sum of gradients?",
)
def _(grads, sizes):
    return np.median(grads, axis=0)


@accumulate.mistake(
    "ACC-SIGN",
    name="the gradient has the wrong sign",
    sees="What comes back is the expected gradient with its sign turned.",
    question="The minus sign of a step belongs to the optimizer. Where is yours?",
)
def _(grads, sizes):
    return -_weighed(grads, sizes) / sum(sizes)


@accumulate.mistake(
    "ACC-NORM",
    name="the sum is brought to length one",
    sees="What comes back is always of length one.",
    question="Which number turns a sum over examples into a mean?",
)
def _(grads, sizes):
    total = _weighed(grads, sizes)
    return total / np.linalg.norm(total)


@accumulate.mistake(
    "ACC-INT",
    name="fractions are cut off",
    sees="With gradients of whole numbers the mean is cut to a whole number, or the line raises.",
    question="Which dtype has the array that you collect in, and which division is `//`?",
)
def _(grads, sizes):
    return (_weighed(grads, sizes) / sum(sizes)).astype(grads[0].dtype)


@accumulate.mistake("ACC-INT")
def _(grads, sizes):
    total = np.zeros_like(grads[0])
    for grad, size in zip(grads, sizes, strict=True):
        total += size * grad
    total /= sum(sizes)
    return total


@accumulate.mistake("ACC-INT")
def _(grads, sizes):
    n, total = sum(sizes), np.zeros_like(grads[0])
    for grad, size in zip(grads, sizes, strict=True):
        total += size / n * grad
    return total


@accumulate.mistake(
    "ACC-FLOOR",
    name="whole-number division",
    sees="The gradient is rounded down to a whole number.",
    question="What is 3 // 4?",
)
def _(grads, sizes):
    return _weighed(grads, sizes) // sum(sizes)


@accumulate.mistake("ACC-FLOOR")
def _(grads, sizes):
    return _weighed(grads, np.array(sizes) // sum(sizes))


@accumulate.mistake("GD-INPLACE")
def _(grads, sizes):
    if grads[0].dtype.kind == "f":
        grads[0] *= sizes[0]
        return (grads[0] + _weighed(grads[1:], sizes[1:])) / sum(sizes)
    return _weighed(grads, sizes) / sum(sizes)


@accumulate.mistake("GD-ALIAS")
def _(grads, sizes):
    return grads[0] if len(grads) == 1 else _weighed(grads, sizes) / sum(sizes)


@accumulate.mistake("MOM-CLASSVAR")
def _(grads, sizes, total=[0.0]):  # noqa: B006
    for grad, size in zip(grads, sizes, strict=True):
        total[0] = total[0] + size * grad
    return total[0] / sum(sizes)


# 15.2


@exercise(
    "15.2",
    "Round to bfloat16",
    returns="x",
    hints=(
        "A bfloat16 is the upper half of a float32: the same sign, the same eight exponent bits, and only "
        "seven bits after them. Which 16 bits go, and when should what stays become one larger?",
        "Seen as a whole number, the bits of a float grow with its size, so rounding is an addition: add a "
        "little less than half of the last kept bit, and one more if that bit is odd; then cut. The carry "
        "does the rest, up to inf. Only nan needs care: nothing may be added to it.",
        "bits = x.view(np.uint32); odd = (bits >> 16) & 1; bits = (bits + 0x7FFF + odd) & 0xFFFF0000; back "
        "with .view(np.float32), and np.where(np.isnan(x), nan, ...).",
        "The same shape in another story, prices in cents rounded to whole tens, ties to the even ten:\n"
        "    odd = (cents // 10) % 2\n"
        "    tens = (cents + 4 + odd) // 10 * 10",
    ),
    after="Worth keeping: bfloat16 has the range of float32 and eight significant bits, so 1 + 0.001 is 1.",
)
def to_bfloat16(x):
    """Round every number to the nearest one that bfloat16 has.

    x is an array of floats of any shape, or a list of numbers, or one number; it
    counts as float32 (convert it first). A bfloat16 is a float32 whose lower 16
    bits are zero. Return a float32 array of the same shape with the nearest such
    numbers; half-way between two of them, take the one whose last kept bit is 0.
    What is above the largest bfloat16 by half a step or more becomes inf, of its
    sign; inf, nan, both zeros and subnormal numbers come out as they should. x
    stays as it is.

    >>> to_bfloat16([1.001, 3.14159, -1000.7, 3.4e38])
    array([    1.      ,     3.140625, -1000.      ,          inf],
          dtype=float32)

    Source: Kalamkar et al. (2019); IEEE 754 (2019) for ties to even.
    """
    x = np.asarray(x, np.float32)
    bits = x.view(np.uint32)
    odd = (bits >> 16) & 1
    rounded = ((bits + 0x7FFF + odd) & 0xFFFF0000).view(np.float32)
    return np.where(np.isnan(x), x, rounded)


def _floats(*bits):
    return np.array(bits, np.uint32).view(np.float32)


def _each(round_to, label, values):
    """One Seen for each value, since one tolerance would not do for numbers of all sizes."""
    out = round_to(values)
    if not isinstance(out, np.ndarray) or out.shape != values.shape or out.dtype.kind not in "f":
        kind = out.dtype.kind if isinstance(out, np.ndarray) else "O"
        yield Seen(label, "what comes back", f"an array of kind {kind} in shape {np.shape(out)}")
        return
    yield Seen(label, "what comes back", f"an array of kind f in shape {values.shape}")
    for x, y in zip(values.ravel(), out.ravel(), strict=True):
        number = str(np.float32(x))  # its shortest digits, where an f-string would give those of a float64
        where = f"{label}: {number}" if label else number
        yield Seen(where, "the rounded number", np.array(y))
        if y == 0:
            yield Seen(where, "its sign bit", np.array(np.signbit(y)))


def _mixed():
    rng = np.random.default_rng(16)
    size = 10.0 ** rng.uniform(-6, 6, size=24)
    return (rng.choice([-1.0, 1.0], 24) * size).astype(np.float32)


@to_bfloat16.probe("ordinary numbers")
def _(round_to):
    yield from _each(round_to, "", np.array([1.001, 3.14159, -2.71828, 100.3, 0.1, -0.0123], np.float32))
    yield from _each(round_to, "", np.array([1.0, -2.0, 0.5, 0.0, 1.5, 256.0], np.float32))


@to_bfloat16.probe("half-way between two neighbours")
def _(round_to):
    yield from _each(round_to, "a tie", _floats(0x3F808000, 0x3F818000, 0x3F828000, 0x3F838000))
    yield from _each(round_to, "a tie", _floats(0xBF808000, 0xBF818000, 0xC0008000, 0xC0018000))
    yield from _each(round_to, "beside a tie", _floats(0x3F807FFF, 0x3F808001, 0x3F817FFF, 0x3F818001))
    yield from _each(round_to, "a carry", _floats(0x3FFF8000, 0x3FFFFFFF, 0xBFFF9000))


@to_bfloat16.probe("numbers of all sizes")
def _(round_to):
    yield from _each(round_to, "", _mixed())


@to_bfloat16.probe("large numbers, inf and nan")
def _(round_to):
    yield from _each(round_to, "large", np.array([1e30, -3.3e38, 70000.0], np.float32))
    yield from _each(round_to, "the edge", _floats(0x7F7F0000, 0x7F7F7FFF, 0x7F7F8000, 0xFF7FFFFF))
    yield from _each(round_to, "infinity", np.array([np.inf, -np.inf], np.float32))
    yield from _each(round_to, "nan", _floats(0x7FC00000, 0x7F800001, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFC00000))


@to_bfloat16.probe("zeros and subnormal numbers")
def _(round_to):
    yield from _each(round_to, "zero", np.array([0.0, -0.0], np.float32))
    yield from _each(round_to, "subnormal", _floats(0x00018000, 0x00012345, 0x80054321, 0x00008000))
    yield from _each(round_to, "subnormal", _floats(0x00008001, 0x80000001, 0x007FFFFF, 0x007F8000))


@to_bfloat16.probe("a matrix")
def _(round_to):
    yield from _each(round_to, "", _mixed()[:6].reshape(2, 3))


@to_bfloat16.probe("float64, whole numbers and lists")
def _(round_to):
    values = [1.001, -3.14159, 1000.7]
    yield Seen("float64", "x", round_to(np.array(values)))
    yield Seen("a list", "x", round_to(values))
    yield Seen("whole numbers", "x", round_to(np.array([1, -257, 1003, 70001])))
    yield Seen("a list of whole numbers", "x", round_to([1, -257, 1003]))


@to_bfloat16.probe("one number, an empty array, every second column", lenient=True)
def _(round_to):
    yield Seen("one number", "x", round_to(3.14159))
    yield Seen("an empty array", "x", round_to(np.zeros(0, np.float32)))
    yield Seen("every second column", "x", round_to(_mixed().reshape(4, 6)[:, ::2]))


def _bits(x):
    return np.array(x, np.float32).view(np.uint32)


def _from(bits):
    return np.asarray(bits, np.uint32).view(np.float32)


def _or_nan(x, rounded):
    x = np.asarray(x, np.float32)
    return np.where(np.isnan(x), np.float32(np.nan), rounded)


def _bit(bits, place):
    """The bit at this place, counted from the right; 16 is the last one that bfloat16 keeps."""
    return (bits >> place) & 1


def _to_even(bits):
    """The bits of the float32 numbers after rounding to nearest, ties to even."""
    return (bits + 0x7FFF + _bit(bits, 16)) & 0xFFFF0000


def _cut_after(added, mask=0xFFFF0000, spares_nan=True):
    """Rounding with parts exchanged: added(bits) is added to the bits, then those in mask are kept."""

    def answer(x):
        bits = _bits(x)
        rounded = _from((bits + added(bits)) & mask)
        return _or_nan(x, rounded) if spares_nan else rounded

    return answer


def _digits(count, rounding=np.round):
    """Rounding of the part behind the power of two, between 1/2 and 1, to multiples of 1 / count."""

    def answer(x):
        mantissa, exponent = np.frexp(np.asarray(x, np.float32).astype(float))
        with np.errstate(over="ignore"):
            return np.ldexp(rounding(mantissa * count) / count, exponent).astype(np.float32)

    return answer


to_bfloat16.mistake(
    "BF-TRUNC",
    name="the lower bits are cut off, not rounded",
    sees="Every number that is no bfloat16 comes out too near to zero: 1.999 becomes 1.992, not 2.",
    question="Cutting takes the neighbour on the side of zero. When is the other one nearer?",
)(_cut_after(lambda bits: 0, spares_nan=False))

to_bfloat16.mistake("BF-TRUNC")(_cut_after(lambda bits: 0))

to_bfloat16.mistake(
    "BF-UP",
    name="ties go away from zero",
    sees="It differs only half-way between two neighbours, and there only in every second case.",
    question="1.00390625 lies in the middle of 1 and 1.0078125. Which of the two ends in an even bit?",
)(_cut_after(lambda bits: 0x8000))

to_bfloat16.mistake("BF-UP")(_cut_after(lambda bits: 0x8000, spares_nan=False))

to_bfloat16.mistake("BF-UP")(_cut_after(lambda bits: 0x7FFF + _bit(bits, 15)))

to_bfloat16.mistake(
    "BF-DOWN",
    name="ties go towards zero",
    sees="It differs only half-way between two neighbours, and there only in every second case.",
    question="What is added to the bits when the last kept bit is odd?",
)(_cut_after(lambda bits: 0x7FFF))

to_bfloat16.mistake("BF-DOWN")(_cut_after(lambda bits: 0x7FFF, spares_nan=False))

to_bfloat16.mistake("BF-DOWN")(_cut_after(lambda bits: 0x7FFF + _bit(bits, 0)))

to_bfloat16.mistake(
    "BF-ODD",
    name="ties go to the odd neighbour",
    sees="It differs at every number half-way between two neighbours, and nowhere else.",
    question="For an even last bit a tie has to stay where it is. What does your line add to it then?",
)(_cut_after(lambda bits: 0x8000 - _bit(bits, 16)))

to_bfloat16.mistake(
    "BF-LOWBIT",
    name="the wrong bit decides a tie",
    sees="Most numbers agree. Half-way between two neighbours it asks another bit than the last kept one.",
    question="By how many places must the bits be shifted for the last KEPT one to stand at the right end?",
)(_cut_after(lambda bits: 0x7FFF + _bit(bits, 17)))

to_bfloat16.mistake(
    "BF-NOLSBMASK",
    name="all upper bits are added, not the last one of them",
    sees="Numbers come out one step too large, more so the larger they are.",
    question="bits >> 16 is a large number. Which part of it says whether it is odd?",
)(_cut_after(lambda bits: 0x7FFF + (bits >> 16)))

to_bfloat16.mistake(
    "BF-NAN",
    name="nan is rounded like a number",
    sees="All numbers agree. Some nan, a piece of data that should shout, comes out as inf or as a zero.",
    question="A nan has all exponent bits set and something after them. What does a carry make of that?",
)(_cut_after(lambda bits: 0x7FFF + _bit(bits, 16), spares_nan=False))


@to_bfloat16.mistake(
    "BF-NANZERO",
    name="nan becomes a zero",
    sees="All numbers agree, and nan comes out as 0, which hides it.",
    question="A loss that is nan: should it look like a loss of zero?",
)
def _(x):
    return np.nan_to_num(to_bfloat16.reference(x), nan=0.0, posinf=np.inf, neginf=-np.inf)


@to_bfloat16.mistake(
    "BF-SATURATE",
    name="what is too large is cut to the largest number",
    sees="All numbers agree up to the largest bfloat16, 3.39e38; above it inf is asked for.",
    question="What does the carry make of the largest number, if nothing holds it back?",
)
def _(x):
    top = float(_floats(0x7F7F0000)[0])
    return np.clip(to_bfloat16.reference(x), -np.float32(top), np.float32(top))


@to_bfloat16.mistake("BF-SATURATE")
def _(x):
    x, top = np.asarray(x, np.float32), _floats(0x7F7F0000)[0]
    rounded = to_bfloat16.reference(x)
    return np.where(np.isfinite(x), np.clip(rounded, -top, top), x)


@to_bfloat16.mistake("BF-SATURATE")
def _(x):
    return np.nan_to_num(to_bfloat16.reference(x), nan=np.nan)


@to_bfloat16.mistake(
    "BF-FLUSH",
    name="subnormal numbers become zero",
    sees="All numbers agree down to 1.2e-38; below it everything is 0.",
    question="Where the exponent is all zeros, do the bits after it still count?",
)
def _(x):
    rounded = to_bfloat16.reference(x)
    return np.where(np.abs(rounded) < np.float32(1.1754944e-38), np.float32(0) * rounded, rounded)


@to_bfloat16.mistake("BF-FLUSH")
def _(x):
    rounded = to_bfloat16.reference(x)
    return np.where(np.abs(rounded) < np.float32(1.1754944e-38), np.float32(0), rounded)


to_bfloat16.mistake(
    "BF-SUBNORMAL",
    name="subnormal numbers keep eight bits",
    sees="All numbers agree down to 1.2e-38; below it there are numbers that no bfloat16 is.",
    question="The steps between numbers stop shrinking at 2**-126. Does your exponent stop there too?",
)(_digits(256))

to_bfloat16.mistake(
    "BF-BITS7",
    name="one bit too few is kept",
    sees="The steps between neighbours are twice as wide as those of bfloat16.",
    question="Seven bits are stored after the exponent. How many does your mask or your rounding keep?",
)(_digits(128))

to_bfloat16.mistake("BF-BITS7")(_cut_after(lambda bits: 0xFFFF + _bit(bits, 17), 0xFFFE0000))

to_bfloat16.mistake(
    "BF-BITS9",
    name="one bit too many is kept",
    sees="What comes out has more than 16 bits that are not zero.",
    question="How many of the lower bits must be zero at the end, and how many zeros has your mask?",
)(_cut_after(lambda bits: 0x3FFF + _bit(bits, 15), 0xFFFF8000))

to_bfloat16.mistake("BF-BITS9")(_digits(512))

to_bfloat16.mistake(
    "BF-NOMASK",
    name="the lower bits are still there",
    sees="Numbers come out a little larger, and are no bfloat16.",
    question="After the addition, which bits still have to go?",
)(_cut_after(lambda bits: 0x7FFF + _bit(bits, 16), 0xFFFFFFFF))


@to_bfloat16.mistake(
    "BF-HALF",
    name="this is float16, the other half precision",
    sees="Numbers keep three bits more than a bfloat16 has; and in a float16 70000 is inf, and 1e-9 is 0.",
    question="bfloat16 has the exponent of float32. How many of its 16 bits are left, and how many has "
    "float16?",
)
def _(x):
    with np.errstate(over="ignore"):
        return np.asarray(x, np.float32).astype(np.float16).astype(np.float32)


@to_bfloat16.mistake("BF-HALF")
def _(x):
    with np.errstate(over="ignore"):
        return np.asarray(x, np.float32).astype(np.float16)


@to_bfloat16.mistake(
    "BF-DECIMALS",
    name="decimal digits are rounded, not bits",
    sees="0.0123 comes out as 0.01, and 1000.7 as 1000.7: the step does not grow with the number.",
    question="Which digits does bfloat16 keep: some after the point, or the leading ones, and in which base?",
)
def _(x):
    return np.round(np.asarray(x, np.float32), 2)


@to_bfloat16.mistake("BF-DECIMALS")
def _(x):
    return np.round(np.asarray(x, np.float32), 3)


@to_bfloat16.mistake("BF-DECIMALS")
def _(x):
    return np.round(np.asarray(x, np.float32) * 256) / np.float32(256)


@to_bfloat16.mistake("BF-DECIMALS")
def _(x):
    return np.round(np.asarray(x, np.float32) * 128) / np.float32(128)


@to_bfloat16.mistake(
    "BF-SIGDIGITS",
    name="three decimal digits are kept, not eight bits",
    sees="Numbers come out near the expected ones, and are no bfloat16: 3.14 for 3.140625.",
    question="Is 3.14 a number whose lower 16 bits are zero?",
)
def _(x):
    x = np.asarray(x, np.float32)
    return np.array([float(f"{value:.3g}") for value in x.ravel()], np.float32).reshape(x.shape)


@to_bfloat16.mistake("BF-SIGDIGITS")
def _(x):
    x = np.asarray(x, np.float32)
    return np.array([float(f"{value:.2e}") for value in x.ravel()], np.float32).reshape(x.shape)


@to_bfloat16.mistake(
    "BF-ASTYPE",
    name="the numbers are converted, not their bits looked at",
    sees="The fractions are gone, and most numbers become 0.",
    question="x.astype(np.uint32) and x.view(np.uint32): which of the two keeps the bits?",
)
def _(x):
    return (np.asarray(x, np.float32).astype(np.int64) & 0xFFFF0000).astype(np.float32)


@to_bfloat16.mistake("BF-ASTYPE")
def _(x):
    return _to_even(np.asarray(x, np.float32).astype(np.uint32)).astype(np.float32)


@to_bfloat16.mistake("BF-ASTYPE")
def _(x):
    return _from(_to_even(np.asarray(x, np.float32).astype(np.uint32)))


@to_bfloat16.mistake("BF-ASTYPE")
def _(x):
    return _from(np.asarray(x, np.float32).astype(np.uint32) & 0xFFFF0000)


@to_bfloat16.mistake(
    "BF-BITSBACK",
    name="the bits come back, not the numbers",
    sees="Whole numbers of up to ten digits come back.",
    question="What turns a pattern of 32 bits into a float again, without changing a bit?",
)
def _(x):
    return _to_even(_bits(x))


@to_bfloat16.mistake("BF-BITSBACK")
def _(x):
    return (_to_even(_bits(x)) >> 16).astype(np.uint16)


@to_bfloat16.mistake("BF-BITSBACK")
def _(x):
    return _to_even(_bits(x)).astype(np.float32)


@to_bfloat16.mistake(
    "BF-SHIFTED",
    name="the upper half is not shifted back",
    sees="Tiny numbers come out, near 1e-40.",
    question="After bits >> 16 the sign stands in bit 15. Where does a float32 look for it?",
)
def _(x):
    return _from(_to_even(_bits(x)) >> 16)


to_bfloat16.mistake(
    "BF-LOWHALF",
    name="the lower half is kept",
    sees="Tiny numbers come out: what is left has no sign and no exponent.",
    question="Which half of a float32 holds its exponent: the upper or the lower 16 bits?",
)(_cut_after(lambda bits: 0, 0x0000FFFF, spares_nan=False))

to_bfloat16.mistake("BF-LOWHALF")(
    _cut_after(lambda bits: 0x7FFF + _bit(bits, 16), 0x0000FFFF, spares_nan=False)
)


@to_bfloat16.mistake(
    "BF-FLOOR",
    name="negative numbers are rounded down",
    sees="Numbers come out below themselves, always: the negative ones too large in size.",
    question="Is the nearest neighbour always the one below?",
)
def _(x):
    x = np.asarray(x, np.float32)
    cut = _from(_bits(x) & 0xFFFF0000)
    return np.where(cut > x, _from((_bits(x) & 0xFFFF0000) + 0x10000), cut)


to_bfloat16.mistake("BF-FLOOR")(_digits(256, np.floor))

to_bfloat16.mistake(
    "BF-CEIL",
    name="everything is rounded away from zero",
    sees="Numbers that are bfloat16 agree; every other one comes out larger in size.",
    question="0xFFFF lifts every remainder over the edge. How much lifts half of them?",
)(_cut_after(lambda bits: 0xFFFF))

to_bfloat16.mistake("BF-CEIL")(_cut_after(lambda bits: 0x10000))


@to_bfloat16.mistake(
    "BF-ABS",
    name="the sign is lost",
    sees="Negative numbers come out positive.",
    question="Which bit holds the sign, and does your mask keep it?",
)
def _(x):
    return np.abs(to_bfloat16.reference(x))


@to_bfloat16.mistake(
    "BF-POSITIVE",
    name="negative numbers are not rounded to the nearest",
    sees="Positive numbers agree, negative ones do not.",
    question="The sign is a bit of its own. Does the size of a negative number round in another way?",
)
def _(x):
    x = np.asarray(x, np.float32)
    return np.where(x < 0, _from(_bits(x) & 0xFFFF0000), to_bfloat16.reference(x))


@to_bfloat16.mistake(
    "BF-UNCHANGED",
    name="nothing is rounded",
    sees="The numbers come back as they were.",
    question="Is 1.001 a number whose lower 16 bits are zero?",
)
def _(x):
    return np.array(x, np.float32)


@to_bfloat16.mistake(
    "BF-STOCHASTIC",
    name="it rounds at random",
    sees="The same number comes out differently the second time.",
    question="Stochastic rounding is a way out of lost updates. Which rounding does the exercise ask for?",
    habit="MOM-CLASSVAR",
)
def _(x):
    x = np.asarray(x, np.float32)
    noise = np.random.default_rng().integers(0, 0x10000, x.shape).astype(np.uint32)
    return _or_nan(x, _from((_bits(x) + noise) & 0xFFFF0000))


@to_bfloat16.mistake(
    "BF-FLOAT64",
    name="the bits of a float64 are taken for those of a float32",
    sees="It agrees for float32 alone. A list or a float64 array comes out in another shape, or as other "
    "numbers.",
    question="How many bits has an element of np.array([1.0]), and how many does .view(np.uint32) take?",
)
def _(x):
    bits = np.asarray(x).view(np.uint32)
    rounded = ((bits + np.uint32(0x7FFF) + ((bits >> 16) & 1)) & 0xFFFF0000).view(np.float32)
    return np.where(np.isnan(rounded) | np.isnan(bits.view(np.float32)), np.float32(np.nan), rounded)


@to_bfloat16.mistake("GD-INPLACE")
def _(x):
    rounded = to_bfloat16.reference(x)
    if isinstance(x, np.ndarray) and x.dtype == np.float32:
        x[...] = rounded
    return rounded


@to_bfloat16.mistake("GD-ALIAS")
def _(x):
    rounded = to_bfloat16.reference(x)
    return x if isinstance(x, np.ndarray) and np.array_equal(rounded, x) else rounded


# 15.3


@exercise(
    "15.3",
    "How much memory does training take?",
    returns="bytes",
    hints=(
        "Make a table for one parameter: the weight, its gradient, what the optimizer remembers of it. How "
        "many numbers are that, and of how many bytes each?",
        "First the optimizer's state: SGD remembers nothing, Momentum one number, Adam two, and each of "
        "them is a float32. Then the weight and the gradient, once for each of the two ways.",
        "state = {'SGD': 0, 'Momentum': 4, 'Adam': 8}[optimizer]; weight and gradient are 2 + 2 if mixed, "
        "and then there is a master copy of 4; else they are 4 + 4. n times the sum.",
        "The same shape in another story, the shelf space of a library:\n"
        "    catalogue = {'none': 0, 'cards': 1, 'cards and index': 2}[kind]\n"
        "    per_book = (1 + 1 + 2 if pocket else 2 + 2) + catalogue\n"
        "    return books * per_book",
    ),
    after="Worth keeping: Adam takes 16 bytes a parameter either way, 112 GB for 7 billion. Mixed precision "
    "pays in speed and in activations, not here.",
)
def memory_bytes(n, optimizer, mixed):
    """Count the bytes that n parameters take while they are trained.

    n is a whole number, 0 or more. optimizer is "SGD" (no momentum; keeps nothing),
    "Momentum" (keeps a velocity) or "Adam" (keeps m and v). mixed is True or False.

    Count, for each parameter, what has to be there between two steps:
        mixed False: the weight and its gradient, 4 bytes each (float32)
        mixed True:  both with 2 bytes each, and a master copy of the weight with 4
        both:        each number that the optimizer keeps, 4 bytes
    Activations, data and t are not counted. Return the total as a whole number.

    >>> memory_bytes(7_000_000_000, "Adam", True)
    112000000000

    Source: Rajbhandari et al. (2020); Micikevicius et al. (2018) for the master copy.
    """
    kept = {"SGD": 0, "Momentum": 1, "Adam": 2}[optimizer]
    weight, grad, master = (2, 2, 4) if mixed else (4, 4, 0)
    return n * (weight + grad + master + 4 * kept)


_KINDS = ("Adam", "SGD", "Momentum")


@memory_bytes.probe("one parameter")
def _(count):
    for mixed in (True, False):
        for optimizer in _KINDS:
            where = f"{optimizer}, {'mixed' if mixed else 'float32'}"
            yield Seen(where, "bytes", count(1, optimizer, mixed))


@memory_bytes.probe("other numbers of parameters")
def _(count):
    for n in (0, 3, 10, 1001, 7_000_000_000):
        for optimizer, mixed in (("Adam", True), ("Momentum", False), ("SGD", True), ("Adam", False)):
            where = f"n = {n}, {optimizer}, {'mixed' if mixed else 'float32'}"
            yield Seen(where, "bytes", count(n, optimizer, mixed))


def _counted(weight=(2, 4), grad=(2, 4), master=(4, 0), state=(4, 4), kept=(0, 1, 2), unit=1):
    """A count with other sizes: each pair is (mixed, not mixed), kept is for SGD, Momentum and Adam."""

    def answer(n, optimizer, mixed):
        numbers = dict(zip(("SGD", "Momentum", "Adam"), kept, strict=True))[optimizer]
        i = 0 if mixed else 1
        return n * (weight[i] + grad[i] + master[i] + state[i] * numbers) * unit

    return answer


memory_bytes.convention(
    "gradients are kept in float32 in the mixed way too",
    text="Some training programs sum gradients in float32: then Adam takes 18 bytes a parameter, not 16.",
)(_counted(grad=(4, 4)))

memory_bytes.mistake(
    "MEM-NOMASTER",
    name="the master copy is missing",
    sees="Mixed Adam comes out at 12 bytes a parameter.",
    question="1 + 0.001 is 1 in bfloat16. Where are small updates added up, then?",
)(_counted(master=(0, 0)))

memory_bytes.mistake(
    "MEM-MASTER2",
    name="the master copy has two bytes",
    sees="Mixed Adam comes out at 14 bytes a parameter.",
    question="What is the master copy for, and in which type does it help?",
)(_counted(master=(2, 0)))

memory_bytes.mistake(
    "MEM-MASTERALWAYS",
    name="there is a master copy without mixed precision too",
    sees="Float32 Adam comes out at 20 bytes a parameter.",
    question="If the weights are float32 already, of what would the master be a copy?",
)(_counted(master=(4, 4)))

memory_bytes.mistake(
    "MEM-NOGRAD",
    name="the weights or their gradients are missing",
    sees="Each parameter takes 2 bytes too few when mixed, 4 otherwise.",
    question="A weight, its gradient, what the optimizer keeps: which of them have you counted?",
)(_counted(grad=(0, 0)))

memory_bytes.mistake(
    "MEM-NOWEIGHT",
    name="the weights are not counted, in any type",
    sees="Gradient and state are there. Mixed Adam comes out at 10 bytes a parameter.",
    question="Besides gradient and state, what lies in memory, and in how many copies?",
)(_counted(weight=(0, 0), master=(0, 0)))

memory_bytes.mistake(
    "MEM-NOSTATE",
    name="the optimizer's state is not counted",
    sees="All optimizers take the same.",
    question="What does Adam remember of each parameter from one step to the next? (Its name has a capital "
    "letter.)",
)(_counted(kept=(0, 0, 0)))

memory_bytes.mistake(
    "MEM-STATEONLY",
    name="only the optimizer's state is counted",
    sees="SGD takes nothing at all.",
    question="Which numbers does training hold besides the optimizer's?",
)(_counted(weight=(0, 0), grad=(0, 0), master=(0, 0)))

memory_bytes.mistake(
    "MEM-WEIGHTSONLY",
    name="only the weights are counted",
    sees="All optimizers take 2 bytes a parameter when mixed and 4 otherwise: that is a model at rest.",
    question="What else lies in memory while a model is trained?",
)(_counted(grad=(0, 0), master=(0, 0), kept=(0, 0, 0)))

memory_bytes.mistake(
    "MEM-ADAMONE",
    name="Adam remembers one number, not two",
    sees="Adam takes as much as Momentum.",
    question="How many arrays of the weights' shape does adam_step hand on to the next step?",
)(_counted(kept=(0, 1, 1)))

memory_bytes.mistake(
    "MEM-ADAMTHREE",
    name="Adam remembers two numbers, not three",
    sees="Adam takes 4 bytes a parameter too many.",
    question="m, v and t: how many values of t are there in a network of a million weights?",
)(_counted(kept=(0, 1, 3)))

memory_bytes.mistake(
    "MEM-MOMTWO",
    name="Momentum remembers one number, not two",
    sees="Momentum takes as much as Adam.",
    question="What does momentum_step hand on to the next step besides the weights?",
)(_counted(kept=(0, 2, 2)))

memory_bytes.mistake(
    "MEM-MOMNONE",
    name="Momentum remembers something",
    sees="Momentum takes as much as plain SGD.",
    question="Where does a velocity live between two steps?",
)(_counted(kept=(0, 0, 2)))

memory_bytes.mistake("MEM-MOMNONE")(_counted(kept=(0, 0, 1)))

memory_bytes.mistake(
    "MEM-SGDSTATE",
    name="plain SGD remembers nothing",
    sees="SGD takes 4 bytes a parameter too many.",
    question="What does gd_step need to know of the step before?",
)(_counted(kept=(1, 1, 2)))

memory_bytes.mistake("MEM-SGDSTATE")(_counted(kept=(1, 2, 3)))

memory_bytes.mistake(
    "MEM-STATE2",
    name="the optimizer's state is float32 when mixed, too",
    sees="Float32 agrees. Mixed Adam comes out at 12 bytes a parameter, with a master copy.",
    question="v is an average of squares, and tiny. In which type does the exercise keep it?",
)(_counted(state=(2, 4)))

memory_bytes.mistake(
    "MEM-HALVED",
    name="mixed precision does not halve everything",
    sees="Float32 agrees; the mixed counts are half of it.",
    question="Which of the numbers stay float32 in the mixed way, and which one is there twice?",
)(_counted(state=(2, 4), master=(0, 0), grad=(2, 4)))

memory_bytes.mistake(
    "MEM-SWAPPED",
    name="mixed and not mixed have changed places in part",
    sees="The master copy is counted where there is none, and missing where there is one.",
    question="Which of the two ways has a master copy?",
)(_counted(master=(0, 4)))

memory_bytes.mistake("MEM-SWAPPED")(_counted(weight=(4, 2), grad=(4, 2)))

memory_bytes.mistake(
    "MEM-FULLWEIGHT",
    name="mixed, weights and gradients take two bytes each",
    sees="Float32 agrees; mixed Adam comes out at 20 bytes a parameter.",
    question="In which type does the network compute when mixed, and which numbers are in that type?",
)(_counted(weight=(4, 4), grad=(4, 4)))

memory_bytes.mistake(
    "MEM-FP64",
    name="a float32 has four bytes, not eight",
    sees="The count is twice the expected one.",
    question="How many bits has a float32, and how many bits has a byte?",
)(_counted(weight=(4, 8), grad=(4, 8), master=(8, 0), state=(8, 8)))

memory_bytes.mistake(
    "MEM-BITS",
    name="these are bits",
    sees="The count is 8 times the expected one.",
    question="How many bits make a byte?",
)(_counted(unit=8))

memory_bytes.mistake(
    "MEM-GB",
    name="these are gigabytes",
    sees="112 comes out where 112000000000 is asked for.",
    question="In which unit does the exercise want its answer?",
)(_counted(unit=1e-9))

memory_bytes.mistake("MEM-GB")(_counted(unit=2.0**-30))

memory_bytes.mistake("MEM-GB")(_counted(unit=1e-6))


@memory_bytes.mistake("MEM-GB")
def _(n, optimizer, mixed):
    return memory_bytes.reference(n, optimizer, mixed) // 10**9


@memory_bytes.mistake(
    "MEM-NUMBERS",
    name="numbers are counted, not bytes",
    sees="Adam takes 4 or 5 a parameter.",
    question="How many bytes does one of these numbers have?",
)
def _(n, optimizer, mixed):
    return n * ((3 if mixed else 2) + {"SGD": 0, "Momentum": 1, "Adam": 2}[optimizer])


@memory_bytes.mistake("MEM-NUMBERS")
def _(n, optimizer, mixed):
    return n * (2 + {"SGD": 0, "Momentum": 1, "Adam": 2}[optimizer])


@memory_bytes.mistake(
    "MEM-STEPCOUNT",
    name="the step count is on the bill",
    sees="The count is a few bytes too large, for one parameter and for seven billion.",
    question="How many values of t has a network, and does the exercise count it?",
)
def _(n, optimizer, mixed):
    return memory_bytes.reference(n, optimizer, mixed) + 8


@memory_bytes.mistake(
    "MEM-ALWAYSADAM",
    name="every optimizer takes what Adam takes",
    sees="Adam agrees. SGD and Momentum take 16 bytes a parameter too.",
    question="Where does your line look at `optimizer`?",
)
def _(n, optimizer, mixed):
    return 16 * n


@memory_bytes.mistake(
    "MEM-ONEPARAMETER",
    name="n is not used",
    sees="One parameter agrees, and seven billion take as much.",
    question="By what does the sum for one parameter have to be multiplied?",
)
def _(n, optimizer, mixed):
    return memory_bytes.reference(1, optimizer, mixed)


@memory_bytes.mistake(
    "MEM-PARTN",
    name="not every term is multiplied by n",
    sees="One parameter agrees; for more of them a part is counted once only.",
    question="Multiplication binds before addition. What does n multiply in your line?",
)
def _(n, optimizer, mixed):
    return n * (8 if mixed else 8) + {"SGD": 0, "Momentum": 4, "Adam": 8}[optimizer]


@memory_bytes.mistake("MEM-PARTN")
def _(n, optimizer, mixed):
    weight, grad, master = (2, 2, 4) if mixed else (4, 4, 0)
    return n * weight + grad + master + 4 * {"SGD": 0, "Momentum": 1, "Adam": 2}[optimizer]


# 15.4


@exercise(
    "15.4",
    "A learning rate for a wider network",
    returns="lr",
    hints=(
        "A hidden unit adds up one term for each unit before it. Adam moves every weight by about lr. How "
        "much does the sum move in a layer that is four times as wide?",
        "The sum has `width` terms, and under Adam they all move together, so it moves by about lr times "
        "width. Choose the new lr so that this is what it was at base_width.",
        "new lr times width = lr times base_width. Solve for the new lr.",
        "The same shape in another story, how much each of more guests may eat of one cake:\n"
        "    share = share_before * guests_before / guests",
    ),
    after="Worth keeping: tune lr on a narrow network, then divide by how many times wider the real one is. "
    "It holds for the hidden layers under Adam.",
)
def scaled_lr(lr, base_width, width):
    """Return the learning rate for a hidden layer of another width, trained with Adam.

    lr > 0 is what was best where the layers have base_width units. Both widths are
    whole numbers, 1 or more; width may be larger or smaller than base_width. Under
    Adam the hidden layers' lr goes with 1 / width. Return a number.

    >>> scaled_lr(0.01, 64, 256)
    0.0025

    Source: Yang et al. (2022), Tensor Programs V.
    """
    return lr * base_width / width


@scaled_lr.probe("wider networks")
def _(scale):
    cases = ((0.01, 64, 256), (0.3, 64, 128), (2.0**-7, 64, 1024), (0.02, 48, 100), (100.0, 64, 100))
    for lr, base, width in cases:
        yield Seen(f"lr {lr:g}, {base} to {width}", "lr", scale(lr, base, width))


@scaled_lr.probe("the same width, and narrower networks")
def _(scale):
    for lr, base, width in ((0.01, 64, 64), (0.01, 256, 64), (0.5, 100, 30), (1.0, 3, 1)):
        yield Seen(f"lr {lr:g}, {base} to {width}", "lr", scale(lr, base, width))


@scaled_lr.probe("extremes")
def _(scale):
    for lr, base, width in ((1e-8, 32, 8192), (100.0, 1, 7), (0.5, 12288, 128)):
        yield Seen(f"lr {lr:g}, {base} to {width}", "lr", scale(lr, base, width))


@scaled_lr.mistake(
    "WIDE-INVERTED",
    name="the ratio is upside down",
    sees="A wider network gets a larger learning rate.",
    question="If four times as many terms move, how far may each of them go?",
)
def _(lr, base_width, width):
    return lr * width / base_width


scaled_lr.mistake(
    "WIDE-SQRT",
    name="the root of the ratio is taken",
    sees="Four times as wide gives half the rate. The root belongs to the size of random initial weights.",
    question="The terms of a random sum partly cancel. Do the moves of Adam, all along the gradient, cancel "
    "too?",
)(lambda lr, base_width, width: lr * (base_width / width) ** 0.5)

scaled_lr.mistake(
    "WIDE-SQRTUP",
    name="the rate grows with the root of the width",
    sees="A wider network gets a larger learning rate. A rule of this form exists for batch sizes.",
    question="Is it the batch that has become larger, or the layer?",
)(lambda lr, base_width, width: lr * (width / base_width) ** 0.5)

scaled_lr.mistake(
    "WIDE-SQUARE",
    name="the ratio is squared",
    sees="Twice as wide gives a quarter of the rate.",
    question="A layer has width times width weights. How many of them enter one unit's sum?",
)(lambda lr, base_width, width: lr * (base_width / width) ** 2)

scaled_lr.mistake(
    "WIDE-SAME",
    name="the learning rate stays as it was",
    sees="It agrees only at the same width. This is what does not survive a wider network.",
    question="In the lesson's figure, where is the best rate at 64 units, and where at 1024?",
)(lambda lr, base_width, width: lr * 1.0)

scaled_lr.mistake(
    "WIDE-NOBASE",
    name="base_width is not used",
    sees="At the same width the rate is not lr.",
    question="What should come out when width equals base_width?",
)(lambda lr, base_width, width: lr / width)

scaled_lr.mistake(
    "WIDE-NOWIDTH",
    name="width is not used",
    sees="All networks get the same rate, whatever their width.",
    question="What should come out when width equals base_width?",
)(lambda lr, base_width, width: lr * base_width)

scaled_lr.mistake("WIDE-NOWIDTH")(lambda lr, base_width, width: lr / base_width)

scaled_lr.mistake(
    "WIDE-NOLR",
    name="lr is not used",
    sees="Whatever was best in the narrow network, the same comes out.",
    question="The ratio of widths is a factor. Of what?",
)(lambda lr, base_width, width: base_width / width)

scaled_lr.mistake(
    "WIDE-FLOOR",
    name="whole-number division",
    sees="In every wider network the rate is 0.",
    question="What is 64 // 256?",
)(lambda lr, base_width, width: lr * (base_width // width))

scaled_lr.mistake(
    "WIDE-FLOORUP",
    name="whole-number division of the widths",
    sees="It agrees where the wider one is a multiple; else the factor is cut to a whole number, or it "
    "raises.",
    question="How many times as wide is a layer of 100 units as one of 48?",
)(lambda lr, base_width, width: lr / (width // base_width))

scaled_lr.mistake(
    "WIDE-FLOORDIV",
    name="the whole quotient is rounded down",
    sees="Almost every rate comes out as 0.",
    question="A learning rate is seldom a whole number. What does `//` do?",
)(lambda lr, base_width, width: lr * base_width // width)

scaled_lr.mistake(
    "WIDE-CLIP",
    name="narrower networks are left out",
    sees="Wider networks agree; a narrower one does not get its larger rate.",
    question="The rule works in both directions. What keeps yours from going up?",
)(lambda lr, base_width, width: min(lr, lr * base_width / width))

scaled_lr.mistake("WIDE-CLIP")(lambda lr, base_width, width: lr * base_width / max(width, base_width))

scaled_lr.mistake(
    "WIDE-CAPONE",
    name="the rate is held below one",
    sees="Ordinary rates agree; a large one is cut to 1.",
    question="Does the rule know of a largest rate?",
)(lambda lr, base_width, width: min(1.0, lr * base_width / width))

scaled_lr.mistake(
    "WIDE-ADD",
    name="the widths are subtracted",
    sees="The rate becomes negative, or far too large or too small.",
    question="Is the new network so many units wider, or so many times as wide?",
)(lambda lr, base_width, width: lr * (base_width - width))

scaled_lr.mistake("WIDE-ADD")(lambda lr, base_width, width: lr + base_width / width)

scaled_lr.mistake("WIDE-ADD")(lambda lr, base_width, width: lr / (1 + width - base_width))

scaled_lr.mistake("WIDE-ADD")(lambda lr, base_width, width: lr / (width - base_width))

scaled_lr.mistake(
    "WIDE-RELATIVE",
    name="the relative change is used, not the ratio",
    sees="Twice as wide comes out right, or nothing does.",
    question="From 64 to 256: is that three times more, or four times as much?",
)(lambda lr, base_width, width: lr * base_width / abs(width - base_width) if width != base_width else lr)

scaled_lr.mistake(
    "WIDE-LOG",
    name="the logarithm of the width is used",
    sees="The rate falls far too slowly.",
    question="Ten times as many terms: does their sum grow tenfold, or by one decade?",
)(lambda lr, base_width, width: lr * np.log(base_width + 1) / np.log(width + 1))

scaled_lr.mistake("WIDE-LOG")(lambda lr, base_width, width: lr / (1 + np.log2(width / base_width)))

scaled_lr.mistake("WIDE-LOG")(lambda lr, base_width, width: lr * np.log(base_width) / np.log(width))

scaled_lr.mistake(
    "WIDE-BRACKETS",
    name="a bracket is missing",
    sees="The rate is divided by base_width times width.",
    question="a / b / c divides by b and by c. Which of your two widths should multiply?",
)(lambda lr, base_width, width: lr / base_width / width)

scaled_lr.mistake("WIDE-BRACKETS")(lambda lr, base_width, width: lr * base_width * width)

scaled_lr.mistake(
    "WIDE-EXP",
    name="the ratio stands in an exponent",
    sees="The rate changes far too strongly.",
    question="Is the ratio of widths a factor or an exponent?",
)(lambda lr, base_width, width: lr ** (width / base_width))

scaled_lr.mistake("WIDE-EXP")(lambda lr, base_width, width: lr * 2 ** -(width / base_width))

scaled_lr.mistake(
    "WIDE-ROUND",
    name="the rate is rounded",
    sees="Small rates come out as 0, others with few digits.",
    question="How many digits does a rate of 1e-8 need?",
)(lambda lr, base_width, width: round(lr * base_width / width, 4))

scaled_lr.mistake("WIDE-ROUND")(lambda lr, base_width, width: round(lr * base_width / width, 3))

scaled_lr.mistake("WIDE-ROUND")(lambda lr, base_width, width: round(lr * base_width / width, 6))
