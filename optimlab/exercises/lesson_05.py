"""Exercises of lesson 05: Adagrad, a rate for every parameter."""

import numpy as np

from .parts import exercise, value_exercise
from .probing import GRADS, TINY, probe_cached_steps
from .trace import Seen

# 05.1


@exercise(
    "05.1",
    "One step of Adagrad",
    returns=("w", "cache"),
    hints=(
        "Two things come back, and one is needed to compute the other. Then look at where eps stands: under "
        "the root, or beside it?",
        "Every weight keeps its own sum of squared gradients and divides its step by the root of it. A "
        "weight that has seen much moves little. The sum takes in the new gradient first "
        "and is used after that.",
        "Two lines: cache = cache + (the square of grad); w = w - lr * grad / (root of which cache? + eps). "
        "The brackets belong around the whole divisor.",
        "The same shape in another story, shops that have a smaller discount the more they have sold:\n"
        "    sold = sold + orders**2\n"
        "    price = price - rate * orders / (sold**0.5 + floor)\n"
        "    return price, sold",
    ),
    after="Worth keeping: a first step is lr long, however large the gradient is; the tenth equal one is "
    "lr / sqrt(10).",
)
def adagrad_step(w, grad, cache, lr, eps):
    """Take one step of Adagrad (Duchi, Hazan and Singer, 2011).

    w, grad and cache are arrays of one shape, any shape; cache starts as zeros.
    lr > 0, eps > 0. The cache holds the sum of all squared gradients so far, this
    one included, for every weight its own. Each weight moves against its gradient
    by lr, divided by the root of its cache plus eps; eps stands outside the root.
    Return (w, cache), two new arrays; the arguments stay as they are.

    >>> one, two, none = np.array([1.0]), np.array([2.0]), np.array([0.0])
    >>> adagrad_step(one, two, none, lr=0.5, eps=2.0)
    (array([0.75]), array([4.]))
    """
    cache = cache + grad**2
    w = w - lr * grad / (np.sqrt(cache) + eps)
    return w, cache


probe_cached_steps(adagrad_step, dict(lr=0.1, eps=0.05), dict(lr=0.3, eps=1e-8))


@adagrad_step.convention(
    "eps inside the root",
    text="TensorFlow and optax write sqrt(cache + eps). With a tiny eps only tiny gradients can tell.",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / np.sqrt(cache + eps), cache


@adagrad_step.mistake(
    "ADG-AFTER",
    name="the step is taken before the gradient enters the cache",
    sees="From a cache of zero the first step is the gradient divided by eps, which is huge.",
    question="When you divide, has the gradient of this very step been counted yet?",
)
def _(w, grad, cache, lr, eps):
    return w - lr * grad / (np.sqrt(cache) + eps), cache + grad**2


@adagrad_step.mistake(
    "ADG-DECAY",
    name="the cache is an average that fades, not a sum",
    sees="The cache takes in a part of the square only, so steps do not shrink with time.",
    question="Adagrad never forgets. What does a sum do with a square that is a hundred steps old?",
)
def _(w, grad, cache, lr, eps):
    cache = 0.9 * cache + 0.1 * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-DECAY")
def _(w, grad, cache, lr, eps):
    cache = 0.99 * cache + 0.01 * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-DECAY")
def _(w, grad, cache, lr, eps):
    cache = 0.5 * cache + 0.5 * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-DECAY")
def _(w, grad, cache, lr, eps):
    cache = 0.9 * cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-NOSQRT",
    name="it divides by the cache itself: the root is missing",
    sees="The cache agrees; a first gradient of 0.1 gives a step of 10 lr, and one of 10 a step of lr / 10.",
    question="The cache holds squares. What brings a square back to the size of a gradient?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (cache + eps), cache


@adagrad_step.mistake(
    "ADG-NOSQ",
    name="the gradients are summed, not their squares",
    sees="Where a gradient is negative, the root of the cache is nan.",
    question="Two gradients, 1 and -1. What should the cache have counted after both?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-ABS",
    name="the cache adds up sizes, not squares",
    sees="After a first gradient g the cache is |g|, and the step is lr times the root of |g|.",
    question="The root stands in the divisor. What has to be in the cache so that a first step is lr long?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + np.abs(grad)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-ABS")
def _(w, grad, cache, lr, eps):
    cache = cache + np.abs(grad)
    return w - lr * grad / (cache + eps), cache


@adagrad_step.mistake(
    "ADG-GLOBAL",
    name="all weights share one divisor",
    sees="The moves of two weights stand in the same ratio as their gradients.",
    question="A rate for every parameter: how many different rates does your step have?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(np.sum(cache)) + eps), cache


@adagrad_step.mistake("ADG-GLOBAL")
def _(w, grad, cache, lr, eps):
    cache = cache + np.sum(grad**2)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-GLOBAL")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(np.mean(cache)) + eps), cache


@adagrad_step.mistake("ADG-GLOBAL")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.linalg.norm(grad) + eps), cache


@adagrad_step.mistake(
    "ADG-EPSADD",
    name="eps is added to the quotient, not to the divisor",
    sees="A weight whose gradient is zero moves by lr times eps, or is lost to 0 / 0.",
    question="Division comes before addition. Which bracket makes eps part of the divisor?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - (lr * grad / np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-EPSADD")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * (grad / np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-EPSADD")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / np.sqrt(cache) + eps, cache


@adagrad_step.mistake(
    "ADG-NOEPS",
    name="eps is missing",
    sees="A weight whose first gradient is zero becomes nan, because 0 / 0 is.",
    question="A weight has not seen any gradient yet. What do you divide by?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / np.sqrt(cache), cache


@adagrad_step.mistake(
    "ADG-EPSKEPT",
    name="eps is added to the cache that comes back",
    sees="The cache grows by eps at every call, even without a gradient.",
    question="What should the cache hold besides squared gradients?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2 + eps
    return w - lr * grad / np.sqrt(cache), cache


@adagrad_step.mistake("ADG-EPSKEPT")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2 + eps
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-PLUS",
    name="it walks uphill",
    sees="Every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w + lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-INIT",
    name="an empty cache is filled with something else than zero",
    sees="From a cache of zero the first step is shorter than lr, and the cache is too large for good.",
    question="Nothing has been seen yet. Which sum stands for nothing?",
)
def _(w, grad, cache, lr, eps):
    cache = cache if np.any(cache) else np.full(np.shape(w), 0.1)
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-INIT")
def _(w, grad, cache, lr, eps):
    cache = cache if np.any(cache) else np.ones(np.shape(w))
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-INIT")
def _(w, grad, cache, lr, eps):
    cache = cache if np.any(cache) else grad**2
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-IDX",
    name="each weight is divided by its neighbour's cache",
    sees="The cache agrees; the moves are right only where two neighbours have seen the same.",
    question="Weight i moves by gradient i. Whose sum does it divide by?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(np.roll(cache, 1)) + eps), cache


@adagrad_step.mistake("ADG-IDX")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache[..., ::-1]) + eps), cache


@adagrad_step.mistake(
    "ADG-MUL",
    name="it multiplies by the root of the cache",
    sees="The cache agrees; a weight that has seen much moves more, not less.",
    question="Which weight should be careful: one that has seen large gradients, or one that has not?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad * (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-MUL")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / np.sqrt(cache) * (1 + eps), cache


@adagrad_step.mistake("ADG-MUL")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad * np.sqrt(cache), cache


@adagrad_step.mistake(
    "ADG-RESET",
    name="the old cache is not used",
    sees="Every step is about lr long: each divides by its own gradient alone.",
    question="Does the cache that you were given appear on the right-hand side of any line?",
)
def _(w, grad, cache, lr, eps):
    cache = grad**2 * 1.0
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-OLDRETURN",
    name="w is right, but the cache that comes back is the old one",
    sees="The first w agrees; the cache is still what it was before the call.",
    question="The next call gets the cache that you return. Which one does it need?",
)
def _(w, grad, cache, lr, eps):
    new = cache + grad**2
    return w - lr * grad / (np.sqrt(new) + eps), cache.copy()


@adagrad_step.mistake(
    "ADG-FORGETS",
    name="the cache that comes back is zero",
    sees="Each w is right for the cache it got, but the next call is given zeros.",
    question="Between two calls nobody but you keeps the cache. What do you hand back?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache * 0.0


@adagrad_step.mistake(
    "ADG-ROOTKEPT",
    name="the root is what comes back as the cache",
    sees="w agrees at the first step; the cache that is returned is the root of the expected one.",
    question="The next call adds a square to what you return. What should it be the sum of?",
)
def _(w, grad, cache, lr, eps):
    cache = np.sqrt(cache + grad**2)
    return w - lr * grad / (cache + eps), cache


@adagrad_step.mistake(
    "ADG-LENGTHKEPT",
    name="the cache keeps the root of the sum, not the sum",
    sees="From a cache of zero every w agrees; the cache that comes back is the root of the expected one.",
    question="Your steps are right. What does the exercise say that the cache holds?",
)
def _(w, grad, cache, lr, eps):
    cache = np.sqrt(cache**2 + grad**2)
    return w - lr * grad / (cache + eps), cache


@adagrad_step.mistake(
    "ADG-COUNT",
    name="steps are counted, not squares summed",
    sees="Every entry of the cache grows by 1, and all rates fall alike, as lr / sqrt(t).",
    question="A weight has not seen any gradient yet. Should its rate have fallen?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + 1
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-OUTER",
    name="the cache is a matrix of all products, not one square for each weight",
    sees="For n weights it has n times n entries. The paper has that too; what is asked for is its diagonal.",
    question="How many sums does a step on four weights need?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + np.outer(grad, grad)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-SUMROOTS",
    name="the roots are added, not the squares under one root",
    sees="From a cache of zero the first step is right; later divisors are too large.",
    question="Is the root of a sum the same as the sum of the roots?",
)
def _(w, grad, cache, lr, eps):
    new = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + np.abs(grad) + eps), new


@adagrad_step.mistake(
    "ADG-SIGN",
    name="only the sign of the gradient is left in the step",
    sees="The cache agrees; a gradient of one size and one ten times as large move w equally far.",
    question="What stands above the line in the rule: the gradient, or its direction?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * np.sign(grad) / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-SIGN")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-GSQUARED",
    name="the squared gradient stands in the step",
    sees="The cache agrees; every weight moves down, whatever the sign of its gradient.",
    question="The square belongs to the cache. What belongs above the line?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad**2 / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-NOSIGN",
    name="the size of the gradient stands in the step, and its sign is lost",
    sees="The cache agrees; every weight moves down, whatever the sign of its gradient.",
    question="Sizes belong to the cache. Which array knows the direction?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * np.abs(grad) / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-SPLIT",
    name="the gradient is multiplied by eps alone",
    sees="The cache agrees; lr / root stands by itself, and is infinite where the cache is zero.",
    question="Multiplication comes before addition. Which part of your line does grad belong to?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr / np.sqrt(cache) + eps * grad, cache


@adagrad_step.mistake("ADG-SPLIT")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - (lr / np.sqrt(cache) + eps * grad), cache


@adagrad_step.mistake(
    "ADG-NOUSE",
    name="the cache is kept, but the step does not use it",
    sees="The cache agrees; w makes plain gradient steps.",
    question="Which array on the right-hand side of w's line was computed for this line?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * grad, cache


@adagrad_step.mistake(
    "GD-NOLR",
    name="the learning rate is not used",
    sees="The cache agrees; a first step is one long, whatever lr is.",
    question="If lr is halved, what should happen to the move, and what happens in your lines?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "GD-LR2",
    name="the learning rate is used twice",
    sees="The cache agrees; each move is lr times the expected one.",
    question="If lr is halved, the move should be halved. What does yours do?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - lr * lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-LRIN",
    name="the learning rate is inside the cache",
    sees="The cache is a multiple of the expected one, and lr drops out of the step.",
    question="The cache counts gradients. Does a gradient change when you choose another lr?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + (lr * grad) ** 2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("ADG-LRIN")
def _(w, grad, cache, lr, eps):
    cache = cache + lr * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "GD-DELTA",
    name="it returns the move, not the new w",
    sees="What stands first is small and forgets where w was.",
    question="After the call, where does w stand? Does your first result say that?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return -lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("GD-DELTA")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake(
    "ADG-SWAP",
    name="the two results come back in the wrong order",
    sees="What stands first is the cache, and what stands second is w.",
    question="In which order does the exercise name what it wants back?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return cache, w - lr * grad / (np.sqrt(cache) + eps)


@adagrad_step.mistake(
    "ADG-ARGS",
    name="lr and eps have changed places",
    sees="The cache agrees; the step is eps long at first, and lr is added to the divisor.",
    question="Of the two numbers you were given, which one says how long a first step is?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return w - eps * grad / (np.sqrt(cache) + lr), cache


@adagrad_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    return (w - lr * grad / (np.sqrt(cache) + eps)).astype(w.dtype), cache


@adagrad_step.mistake("GD-INT")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    new = w.copy()
    new -= lr * grad / (np.sqrt(cache) + eps)
    return new, cache


@adagrad_step.mistake("GD-INT")
def _(w, grad, cache, lr, eps):
    new = cache.copy()
    new += grad**2
    return w - lr * grad / (np.sqrt(new) + eps), new


@adagrad_step.mistake("GD-INPLACE")
def _(w, grad, cache, lr, eps):
    if cache.dtype.kind == "i":
        cache = cache.astype(float)
    cache += grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache.copy()


@adagrad_step.mistake("GD-INPLACE")
def _(w, grad, cache, lr, eps):
    cache = cache + grad**2
    if w.dtype.kind == "i":
        w = w.astype(float)
    w -= lr * grad / (np.sqrt(cache) + eps)
    return w.copy(), cache


@adagrad_step.mistake("GD-ALIAS")
def _(w, grad, cache, lr, eps):
    if not np.any(grad):
        return w, cache
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@adagrad_step.mistake("MOM-CLASSVAR")
def _(w, grad, cache, lr, eps, kept={}):  # noqa: B006
    kept["cache"] = kept.get("cache", np.zeros_like(grad)) + grad**2
    return w - lr * grad / (np.sqrt(kept["cache"]) + eps), kept["cache"] * 1.0


# 05.2


@exercise(
    "05.2",
    "The rate that each parameter really gets",
    returns="rates",
    hints=(
        "Each column is one parameter. How many gradients does row 0 know about, and how many does row 3?",
        "The rate is what 05.1 multiplies the gradient by: lr over the root of the running sum of squares. "
        "The sum runs down the rows, and row t counts its own gradient too.",
        "np.cumsum(..., axis=?) gives every running sum at once. Then the root, then eps, then lr divided by "
        "all of it.",
        "The same shape in another story, machines in columns, days in rows, and a speed that wear lowers:\n"
        "    wear = np.cumsum(hours**2, axis=0)\n"
        "    return speed / (wear**0.5 + friction)",
    ),
    after="Worth keeping: in a column that is nearly always zero the rate stays high; that is what sparse "
    "data gains.",
)
def effective_lr(grads, lr, eps):
    """Return the rate that Adagrad gives to each parameter at each step.

    grads has shape (T, n): row t is the gradient of step t, with a column for each
    parameter. Return an array of shape (T, n); row t is lr / (root of the sum of
    the squared gradients of rows 0 to t, plus eps), eps outside the root. lr > 0,
    eps > 0; T may be 0. grads stays as it is.

    >>> effective_lr(np.array([[3.0, 0.0], [4.0, 1.0]]), lr=6.0, eps=1.0)
    array([[1.5, 6. ],
           [1. , 3. ]])
    """
    return lr / (np.sqrt(np.cumsum(grads**2, axis=0)) + eps)


@effective_lr.probe("two runs of gradients")
def _(rates):
    for label, grads, lr, eps in (("run 1", GRADS, 0.1, 0.05), ("run 2", GRADS[::-1, :3], 0.3, 1e-3)):
        got = rates(grads, lr, eps)
        yield Seen(label, "the shape of the rates", np.array(got.shape))
        if got.shape != grads.shape:
            yield Seen(label, "the rates", got)
            return
        for t, row in enumerate(got):
            yield Seen(f"{label}, row {t}", "the rates", row)


@effective_lr.probe("tiny gradients")
def _(rates):
    for t, row in enumerate(np.atleast_1d(rates(TINY, 1.0, 1e-8))):
        yield Seen(f"row {t}", "the rates", row)


@effective_lr.probe("whole numbers, one row, one parameter, float32")
def _(rates):
    yield Seen("whole numbers", "the rates", rates(np.array([[3, 0], [-4, 1], [0, 2]]), 0.5, 0.25))
    yield Seen("one row", "the rates", rates(np.array([[0.5, -2.0]]), 0.5, 0.25))
    yield Seen("one parameter", "the rates", rates(np.array([[0.5], [-2.0], [0.0]]), 0.5, 0.25))
    yield Seen("float32", "the rates", rates(GRADS.astype(np.float32), 0.5, 0.25))


@effective_lr.probe("no step at all", lenient=True)
def _(rates):
    yield Seen("no rows", "the rates", rates(np.zeros((0, 3)), 0.5, 0.25))


@effective_lr.convention("eps inside the root", text="TensorFlow and optax write sqrt(sum + eps).")
def _(grads, lr, eps):
    return lr / np.sqrt(np.cumsum(grads**2, axis=0) + eps)


def _late(squares):
    """Running sums without the row itself."""
    return np.cumsum(squares, axis=0) - squares


@effective_lr.mistake(
    "ADG-AFTER",
    name="row t does not count its own gradient",
    sees="Row 0 knows no gradient at all, and each later row is what the row before should be.",
    question="05.1 takes the gradient into the cache and then divides. Which sum does row 0 divide by?",
)
def _(grads, lr, eps):
    return lr / (np.sqrt(_late(grads**2)) + eps)


@effective_lr.mistake("ADG-AFTER")
def _(grads, lr, eps):
    rates = lr / (np.sqrt(_late(grads**2)) + eps)
    rates[:1] = 0
    return rates


@effective_lr.mistake(
    "ADG-NOSQRT",
    name="the root is missing",
    sees="A gradient of 0.1 gives a rate of about 100 lr where 10 lr is expected.",
    question="The sum holds squares. What brings it back to the size of a gradient?",
)
def _(grads, lr, eps):
    return lr / (np.cumsum(grads**2, axis=0) + eps)


@effective_lr.mistake(
    "ADG-NOSQ",
    name="the gradients are summed, not their squares",
    sees="Where the sum is negative, its root is nan.",
    question="Two gradients, 1 and -1. What should have been counted after both?",
)
def _(grads, lr, eps):
    return lr / (np.sqrt(np.cumsum(grads, axis=0)) + eps)


@effective_lr.mistake(
    "ADG-ABS",
    name="sizes are added up, not squares",
    sees="Row 0 agrees if no root was taken; later rows are too small, because |a| + |b| is more than the "
    "root of a^2 + b^2.",
    question="The rule has a square and a root. In which order, and what is between them?",
)
def _(grads, lr, eps):
    return lr / (np.cumsum(np.abs(grads), axis=0) + eps)


@effective_lr.mistake("ADG-ABS")
def _(grads, lr, eps):
    return lr / (np.sqrt(np.cumsum(np.abs(grads), axis=0)) + eps)


@effective_lr.mistake(
    "ADG-NOSUM",
    name="each row uses its own gradient alone",
    sees="Row 0 agrees; after it the rate goes up again where a gradient is small.",
    question="Adagrad never forgets. Can a rate ever rise?",
)
def _(grads, lr, eps):
    return lr / (np.abs(grads) + eps)


@effective_lr.mistake(
    "ADG-ROWS",
    name="the sum runs along the rows, over the parameters",
    sees="Column 0 of row 0 agrees; the other columns have counted their neighbours.",
    question="Which index of grads is the time? Along which axis should the sum run?",
)
def _(grads, lr, eps):
    return lr / (np.sqrt(np.cumsum(grads**2, axis=1)) + eps)


@effective_lr.mistake(
    "ADG-FLAT",
    name="the rows have been joined into one long row",
    sees="Without an axis the running sum goes through the whole table and comes back flat.",
    question="What does np.cumsum do with a table when it is not told an axis?",
)
def _(grads, lr, eps):
    return lr / (np.sqrt(np.cumsum(grads**2)) + eps)


@effective_lr.mistake("ADG-FLAT")
def _(grads, lr, eps):
    return (lr / (np.sqrt(np.cumsum(grads**2)) + eps)).reshape(grads.shape)


@effective_lr.mistake(
    "ADG-TOTAL",
    name="every row has counted all gradients, later ones too",
    sees="All rows are equal; only the last one agrees.",
    question="At step 0, which gradients has the optimizer seen?",
)
def _(grads, lr, eps):
    return lr / (np.sqrt(np.sum(grads**2, axis=0)) + eps) + np.zeros(grads.shape)


@effective_lr.mistake(
    "ADG-LASTONLY",
    name="only the last row comes back",
    sees="The result has the shape (n,): one rate for each parameter, for the end of the run.",
    question="How many rows should the result have when there are T steps?",
)
def _(grads, lr, eps):
    return lr / (np.sqrt(np.sum(grads**2, axis=0)) + eps)


@effective_lr.mistake(
    "ADG-REVERSED",
    name="the sum runs from the last row up",
    sees="The rates rise from row to row; they should fall or stay.",
    question="Which row has seen the most gradients, the first or the last?",
)
def _(grads, lr, eps):
    return lr / (np.sqrt(np.cumsum(grads[::-1] ** 2, axis=0))[::-1] + eps)


@effective_lr.mistake(
    "ADG-GLOBAL",
    name="all parameters share one rate",
    sees="In each row all columns are equal.",
    question="A rate for every parameter: how many different numbers should stand in a row?",
)
def _(grads, lr, eps):
    total = np.cumsum(np.sum(grads**2, axis=1, keepdims=True), axis=0)
    return lr / (np.sqrt(total) + eps) + np.zeros(grads.shape)


@effective_lr.mistake("ADG-GLOBAL")
def _(grads, lr, eps):
    return (lr / (np.sqrt(np.cumsum(np.sum(grads**2, axis=1, keepdims=True), axis=0)) + eps)) * 1.0


@effective_lr.mistake(
    "ADG-MEAN",
    name="the squares are averaged, not summed",
    sees="Row 0 agrees; row t is the root of t + 1 times too large, so the rate does not fall with time.",
    question="Equal gradients, ten times: by what factor should the rate have fallen?",
)
def _(grads, lr, eps):
    count = np.arange(1, len(grads) + 1)[:, None]
    return lr / (np.sqrt(np.cumsum(grads**2, axis=0) / count) + eps)


@effective_lr.mistake(
    "ADG-DECAY",
    name="the sum fades",
    sees="Rates rise again where gradients become small.",
    question="Adagrad never forgets. What does a sum do with a square that is a hundred steps old?",
)
def _(grads, lr, eps):
    rows, cache = [], 0 * grads[:1].sum(axis=0)
    for grad in grads:
        cache = 0.9 * cache + 0.1 * grad**2
        rows.append(lr / (np.sqrt(cache) + eps))
    return np.array(rows).reshape(grads.shape)


@effective_lr.mistake(
    "ADG-MAX",
    name="the largest gradient so far is used, not the sum",
    sees="Row 0 agrees; later rates stay where they are unless a larger gradient comes.",
    question="Ten equal gradients: should the rate fall, and does yours?",
)
def _(grads, lr, eps):
    return lr / (np.maximum.accumulate(np.abs(grads), axis=0) + eps)


@effective_lr.mistake(
    "ADG-SUMROOTS",
    name="the sum was squared, not what is summed",
    sees="Row 0 agrees; later rows let gradients of opposite signs cancel.",
    question="In which order does the rule say it: sum of squares, or square of the sum?",
)
def _(grads, lr, eps):
    return lr / (np.sqrt(np.cumsum(grads, axis=0) ** 2) + eps)


@effective_lr.mistake(
    "ADG-NOEPS",
    name="eps is missing",
    sees="A column that has only seen zeros gets an infinite rate.",
    question="A parameter has not seen any gradient yet. What do you divide by?",
)
def _(grads, lr, eps):
    return lr / np.sqrt(np.cumsum(grads**2, axis=0))


@effective_lr.mistake(
    "ADG-EPSADD",
    name="eps is added to the quotient, not to the divisor",
    sees="A column that has only seen zeros gets an infinite rate; the others are too large by eps.",
    question="Division comes before addition. Which bracket makes eps part of the divisor?",
)
def _(grads, lr, eps):
    return lr / np.sqrt(np.cumsum(grads**2, axis=0)) + eps


@effective_lr.mistake(
    "ADG-EPSSUMMED",
    name="eps is added to every square, so it piles up",
    sees="The rate falls from row to row even where all gradients are zero.",
    question="How often does eps stand in the divisor of the last row: once, or T times?",
)
def _(grads, lr, eps):
    return lr / np.sqrt(np.cumsum(grads**2 + eps, axis=0))


@effective_lr.mistake(
    "GD-NOLR",
    name="the learning rate is not used",
    sees="Every rate is 1 / lr times the expected one.",
    question="If lr is halved, what should happen to all rates?",
)
def _(grads, lr, eps):
    return 1 / (np.sqrt(np.cumsum(grads**2, axis=0)) + eps)


@effective_lr.mistake(
    "ADG-STEP",
    name="these are the steps, not the rates",
    sees="Every entry is multiplied by its gradient, so a zero gradient has the rate zero.",
    question="The rate is what the gradient gets multiplied by. Is the gradient itself part of it?",
)
def _(grads, lr, eps):
    return lr * grads / (np.sqrt(np.cumsum(grads**2, axis=0)) + eps)


@effective_lr.mistake("ADG-STEP")
def _(grads, lr, eps):
    return -lr * grads / (np.sqrt(np.cumsum(grads**2, axis=0)) + eps)


@effective_lr.mistake(
    "ADG-DIVISOR",
    name="this is the divisor, not the rate",
    sees="The numbers rise from row to row.",
    question="A rate that falls is wanted. What is still to be done with the root?",
)
def _(grads, lr, eps):
    return np.sqrt(np.cumsum(grads**2, axis=0)) + eps


@effective_lr.mistake("ADG-DIVISOR")
def _(grads, lr, eps):
    return lr * (np.sqrt(np.cumsum(grads**2, axis=0)) + eps)


@effective_lr.mistake(
    "GD-OFF1",
    name="there is one row too many",
    sees="The result has T + 1 rows: one for the time before any gradient.",
    question="Row t belongs to step t. How many steps are there?",
)
def _(grads, lr, eps):
    padded = np.concatenate([np.zeros((1, grads.shape[1])), grads])
    return lr / (np.sqrt(np.cumsum(padded**2, axis=0)) + eps)


@effective_lr.mistake(
    "GD-TRANSPOSED",
    name="rows and columns have changed places",
    sees="The shape is (n, T).",
    question="Each row should be one step. How many rows is that?",
)
def _(grads, lr, eps):
    return (lr / (np.sqrt(np.cumsum(grads**2, axis=0)) + eps)).T


@effective_lr.mistake("GD-INPLACE")
def _(grads, lr, eps):
    grads *= grads
    return lr / (np.sqrt(np.cumsum(grads, axis=0)) + eps)


# 05.3

METHODS = ("gd", "momentum", "adagrad")
CURVATURES = np.array([1.0, 1000.0])
STARTS = np.array([[1.0, 1.0], [1.0, -0.5], [-0.3, 1.0], [0.8, 0.6], [-0.6, 0.8]])
RATES = np.geomspace(0.01, 30, 45)
PATIENCE = 300


def adagrad_steps(R):
    """Steps to 1e-6 on the valley turned by R: median over five starts, at the best of 45 rates.

    The valley is f(x) = (R x)' diag(1, 1000) (R x) / 2; 301 means that 300 steps were not enough.

    >>> print(adagrad_steps(np.eye(2)))
    7
    """
    A = R.T @ (CURVATURES[:, None] * R)
    x = np.tile(STARTS, (len(RATES), 1, 1))
    cache, target = np.zeros_like(x), 1e-6 * np.linalg.norm(STARTS, axis=1)
    steps = np.full(x.shape[:2], PATIENCE + 1)
    for t in range(1, PATIENCE + 1):
        x, cache = adagrad_step.reference(x, x @ A, cache, RATES[:, None, None], 1e-10)
        arrived = (np.linalg.norm(x, axis=-1) <= target) & (steps > PATIENCE)
        steps[arrived] = t
    return int(np.median(steps, axis=1).min())


@value_exercise(
    "05.3",
    "Predict, then break it by rotating",
    returns=("methods", "R"),
    exact=False,
    hints=(
        "Adagrad treats every coordinate by itself. In which valleys is one coordinate one direction of the "
        "valley?",
        "Gradient descent and momentum add and scale whole vectors, so a turned valley gives them a turned "
        "path with the same steps. A rule that squares and divides coordinate by coordinate has no such "
        "luck.",
        "A turn by the angle a is [[cos a, -sin a], [sin a, cos a]], with a in radians. Nothing happens at 0 "
        "or at a quarter turn. Where between them are you farthest from both?",
        "The same shape in another story, a stick of length 1 that leans by 30 degrees:\n"
        "    lean = np.deg2rad(30)\n"
        "    stick = np.array([np.sin(lean), np.cos(lean)])",
    ),
    after="The valley did not change, the axes did: a method that works on coordinates cares how you chose "
    "them.",
)
def broken():
    """Which methods notice that a valley has been turned? Then break Adagrad.

    The valley is f(x) = (R x)' diag(1, 1000) (R x) / 2. With R = np.eye(2) Adagrad,
    at the best of 45 learning rates, needs 7 steps until a millionth of the way is
    left.

    Write a pair (methods, R). methods: a list with those of "gd", "momentum" and
    "adagrad" whose number of steps changes when the valley is turned and the start
    is turned with it, each at its best learning rate. R: a rotation, an array of
    shape (2, 2), with which Adagrad needs more than 300 steps at each of the rates.
    """
    a = np.deg2rad(45)
    R = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return ["adagrad"], R


def what_it_does(R):
    """Words for a matrix of shape (2, 2); an entry typed with three digits is good enough."""
    if not np.all(np.isfinite(R)) or not np.any(R):
        return "it is no turn at all"
    lengths, lean = np.linalg.norm(R, axis=0), abs(R[:, 0] @ R[:, 1])
    if lean > 0.01 * lengths.prod() or lengths.min() < 1e-6:
        return "it bends the right angle between the axes"
    if abs(lengths[0] - lengths[1]) > 0.01 * lengths.max():
        return "it stretches the axes unequally"
    if abs(lengths[0] - 1) > 0.01:
        return "it changes lengths"
    if np.abs(R).min() < 1e-3:
        return "each axis stays" if abs(R[0, 0]) > 0.5 else "the axes change places"
    return "it turns the axes" if np.linalg.det(R) > 0 else "it mirrors the axes"


def kind_of(methods):
    """Words for what stands in the place of the list of methods."""
    if isinstance(methods, tuple):
        return "a list of names"
    return "yes and no" if methods.dtype.kind == "b" else f"numbers in an array of shape {methods.shape}"


@broken.probe("the prediction")
def _(answer):
    methods = answer()[0]
    methods = (methods,) if isinstance(methods, str) else methods
    if isinstance(methods, np.ndarray) and methods.size == 0:
        methods = ()
    yield Seen("", "what stands first", kind_of(methods))
    if not isinstance(methods, tuple):
        return
    named = tuple(sorted({method.strip().lower() for method in methods}))
    yield Seen("", "the list of methods", named, secret=True)


@broken.probe("Adagrad on the turned valley")
def _(answer):
    R = answer()[1]
    if isinstance(R, (str, tuple)):
        yield Seen("", "the shape of R", "none, it is text")
        return
    if not isinstance(R, np.ndarray) or R.dtype.kind not in "biuf" or R.shape != (2, 2):
        yield Seen("", "the shape of R", np.array(np.shape(R)))
        return
    yield Seen("", "the shape of R", np.array(R.shape))
    does = what_it_does(R.astype(float))
    yield Seen("", "what R does to the axes", does)
    if does in ("it turns the axes", "it mirrors the axes"):
        steps = adagrad_steps(R.astype(float))
        yield Seen("", "Adagrad's steps", np.array(steps), clue=True)
        yield Seen("", "Adagrad needs more than 300 steps", np.array(steps > PATIENCE))


def _turned(degrees):
    a = np.deg2rad(degrees)
    return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])


@broken.convention(
    "a mirror in place of a turn",
    text="It turns the axes as well, and for Adagrad only that counts.",
)
def _():
    return ["adagrad"], _turned(45) @ np.diag([1.0, -1.0])


@broken.mistake(
    "CONC-ROT",
    name="no method is said to notice the turn",
    sees="Adagrad divides each coordinate by its own sum, and after a turn the coordinates are others.",
    question="In a turned valley, is one coordinate still one direction of the valley?",
)
def _():
    return [], _turned(45)


@broken.mistake(
    "ROT-ALL",
    name="every method is said to notice the turn",
    sees="Turn valley and start together: w - lr * grad turns along as a whole, and so does a velocity.",
    question="If both w and its gradient are turned by R, what happens to w - lr * grad?",
)
def _():
    return ["gd", "momentum", "adagrad"], _turned(45)


@broken.mistake(
    "ROT-REVERSED",
    name="the methods that do not notice are listed",
    sees="gd and momentum only add and scale whole vectors; a turn passes through that.",
    question="Which of the rules computes something coordinate by coordinate?",
)
def _():
    return ["gd", "momentum"], _turned(45)


@broken.mistake("ROT-REVERSED")
def _():
    return ["gd"], _turned(45)


@broken.mistake("ROT-REVERSED")
def _():
    return ["momentum"], _turned(45)


@broken.mistake(
    "ROT-TOOMANY",
    name="a method is listed that turns along with the valley",
    sees="Adagrad is there rightly. The other one adds and scales whole vectors only.",
    question="If w, gradient and velocity are all turned by R, which step of its rule breaks the picture?",
)
def _():
    return ["gd", "adagrad"], _turned(45)


@broken.mistake("ROT-TOOMANY")
def _():
    return ["momentum", "adagrad"], _turned(45)


@broken.mistake(
    "ROT-ORDER",
    name="the pair is the other way round",
    sees="A matrix stands where the list of methods should.",
    question="In which order does the exercise name its two parts?",
)
def _():
    return _turned(45), ["adagrad"]


@broken.mistake(
    "ROT-ONLYR",
    name="only the matrix comes back",
    sees="Its first row was taken for the list, and its second for the matrix.",
    question="Two things are asked for, a list and a matrix. How do you write a pair?",
)
def _():
    return _turned(45)


@broken.mistake(
    "ROT-YESNO",
    name="the list says yes and no, and no names",
    sees="Which method each of them belongs to is not in the answer.",
    question="The list holds those names that notice. What is left out of it?",
)
def _():
    return [False, False, True], _turned(45)


@broken.mistake(
    "ROT-TEXT",
    name="R is described in words",
    sees="Text came where an array of shape (2, 2) is asked for.",
    question="Which four numbers does your turn have? The third hint has the form.",
)
def _():
    return ["adagrad"], "a turn by 45 degrees"


@broken.mistake(
    "ROT-NONE",
    name="R leaves each axis where it was",
    sees="Adagrad still needs a handful of steps: the valley lies along the axes, as before.",
    question="By which angle does your R turn? Is it the identity, or half a turn?",
)
def _():
    return ["adagrad"], np.eye(2)


@broken.mistake(
    "ROT-QUARTER",
    name="R only lets the axes change places",
    sees="The steep direction is now the other coordinate, and Adagrad has a rate for each.",
    question="After a quarter turn, does the valley lie along an axis again?",
)
def _():
    return ["adagrad"], _turned(90)


@broken.mistake(
    "ROT-SMALL",
    name="R turns too little",
    sees="Adagrad needs more steps than before, but fewer than 301 at its best rate.",
    question="0 degrees and 90 degrees change nothing. Which angle is farthest from both?",
)
def _():
    return ["adagrad"], _turned(1.0)


@broken.mistake("ROT-SMALL")
def _():
    return ["adagrad"], _turned(89.2)


@broken.mistake(
    "ROT-SCALED",
    name="R makes lengths longer or shorter as well",
    sees="The columns of R are not one long, so it is a turn and a scaling.",
    question="How long is the vector (1, 1)? What has it to be divided by?",
)
def _():
    return ["adagrad"], np.array([[1.0, -1.0], [1.0, 1.0]])


@broken.mistake(
    "ROT-STRETCH",
    name="R stretches one axis more than the other",
    sees="The columns of R are at a right angle, but not equally long: that changes the valley itself.",
    question="A turn keeps every length. Does yours keep both columns at length one?",
)
def _():
    return ["adagrad"], np.diag([1.0, 1000.0])


@broken.mistake(
    "ROT-SHEAR",
    name="R does not keep the right angle between the axes",
    sees="The columns of R are not at a right angle, so it is no turn; perhaps a minus sign is missing.",
    question="In a rotation one of the two sines has a minus. Multiply the columns: do you get 0?",
)
def _():
    return ["adagrad"], np.abs(_turned(45))


@broken.mistake("ROT-SHEAR")
def _():
    return ["adagrad"], np.array([[1.0, 0.5], [0.0, 1.0]])


@broken.mistake(
    "ROT-ANGLE",
    name="R is an angle, not a matrix",
    sees="One number came where an array of shape (2, 2) is asked for.",
    question="Which four numbers does the angle give? The third hint has the form.",
)
def _():
    return ["adagrad"], 45


@broken.mistake(
    "ROT-VECTOR",
    name="R is a single direction, not a matrix",
    sees="One vector came where an array of shape (2, 2) is asked for.",
    question="That is where one axis goes. Where does the other one go?",
)
def _():
    return ["adagrad"], np.array([1.0, 1.0]) / np.sqrt(2)
