"""Exercises of lesson 06: RMSprop, and Adadelta beside it."""

import numpy as np

from .parts import exercise
from .probing import GRADS, START, TINY, other_shapes, probe_cached_steps, run_of_steps
from .trace import Seen

# 06.1


@exercise(
    "06.1",
    "One step of RMSprop",
    returns=("w", "cache"),
    hints=(
        "Compare with 05.1: one line is the same. Which one has to change so that the past can fade?",
        "The cache is a moving average of squared gradients: it keeps a share alpha of itself and takes in "
        "the rest, 1 - alpha, of the new square. Then each weight is divided by its own root, as in Adagrad.",
        "cache = alpha * (what?) + (1 - alpha) * (what?); w = w - lr * grad / (root of the new cache + eps). "
        "There is no correction for the start at zero in this rule.",
        "The same shape in another story, a thermostat that trusts its smoothed reading:\n"
        "    typical = keep * typical + (1 - keep) * noise**2\n"
        "    valve = valve - gain * error / (typical**0.5 + least)\n"
        "    return valve, typical",
    ),
    after="Worth keeping: the first step is lr / sqrt(1 - alpha), which is 10 lr at alpha 0.99.",
)
def rmsprop_step(w, grad, cache, lr, alpha, eps):
    """Take one step of RMSprop (Hinton, 2012, lecture 6e), in PyTorch's form.

    w, grad and cache are arrays of one shape, any shape; cache starts as zeros.
    lr > 0, 0 < alpha < 1, eps > 0. The cache is a moving average of the squared
    gradients: alpha of the old one, 1 - alpha of the new square. Each weight moves
    against its gradient by lr, divided by the root of its new cache plus eps; eps
    stands outside the root. Return (w, cache), two new arrays; the arguments stay
    as they are.

    >>> one, four, none = np.array([1.0]), np.array([4.0]), np.array([0.0])
    >>> rmsprop_step(one, four, none, lr=0.5, alpha=0.75, eps=2.0)
    (array([0.5]), array([4.]))
    """
    cache = alpha * cache + (1 - alpha) * grad**2
    w = w - lr * grad / (np.sqrt(cache) + eps)
    return w, cache


probe_cached_steps(rmsprop_step, dict(lr=0.1, alpha=0.7, eps=0.05), dict(lr=0.03, alpha=0.96, eps=1e-8))


@rmsprop_step.convention(
    "eps inside the root",
    text="optax and Keras write sqrt(cache + eps). For a gradient of 1e-6 and eps 1e-8 it makes a step a "
    "hundred times shorter.",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / np.sqrt(cache + eps), cache


@rmsprop_step.mistake(
    "RMS-SUM",
    name="the squares are summed, as in Adagrad",
    sees="The cache only grows, and the steps shrink with time.",
    question="What was changed in Adagrad's rule so that it can forget?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-NO1MR",
    name="the new square enters whole: 1 - alpha is missing",
    sees="From a cache of zero the cache is 1 / (1 - alpha) times the expected one, and a first step "
    "is lr long.",
    question="The weights of an average add up to 1. What do yours add up to?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-FLIP",
    name="alpha and 1 - alpha have changed places",
    sees="At alpha 0.96 the cache forgets nearly everything after one step.",
    question="At alpha 0.99, how much of the old cache should be kept?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = (1 - alpha) * cache + alpha * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-NODECAY",
    name="the old cache does not fade",
    sees="The cache keeps all of itself and takes in a part of each square: it only grows.",
    question="What is left of a square after a hundred steps, and what should be?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-NOSQ",
    name="the gradients are averaged, not their squares",
    sees="Where a gradient is negative, the root of the cache is nan.",
    question="Two gradients, 1 and -1. What should the cache have seen after both?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-ABS",
    name="the cache averages sizes, not squares",
    sees="After a gradient g the cache holds a part of |g|.",
    question="A root stands in the divisor. What has to be in the cache, so that the root has the size "
    "of a gradient?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * np.abs(grad)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-ABS")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * np.abs(grad)
    return w - lr * grad / (cache + eps), cache


@rmsprop_step.mistake(
    "RMS-SQALL",
    name="1 - alpha has come under the square as well",
    sees="The cache takes in (1 - alpha) squared of the square, so it is too small.",
    question="What is squared in your line: the gradient, or the gradient with its factor?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + ((1 - alpha) * grad) ** 2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-SQALL")
def _(w, grad, cache, lr, alpha, eps):
    cache = (alpha * np.sqrt(cache) + (1 - alpha) * np.abs(grad)) ** 2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-AFTER",
    name="the step is taken before the gradient enters the cache",
    sees="From a cache of zero the first step is the gradient divided by eps, which is huge.",
    question="When you divide, has the gradient of this very step been counted yet?",
)
def _(w, grad, cache, lr, alpha, eps):
    return w - lr * grad / (np.sqrt(cache) + eps), alpha * cache + (1 - alpha) * grad**2


@rmsprop_step.mistake(
    "RMS-BC",
    name="the start at zero is corrected, which RMSprop does not do",
    sees="From a cache of zero the first step is lr long; the rule without correction gives lr / "
    "sqrt(1 - alpha).",
    question="That correction comes with the next lesson. Which line of the rule asks for it here?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache / (1 - alpha)) + eps), cache


@rmsprop_step.mistake("RMS-BC")
def _(w, grad, cache, lr, alpha, eps):
    first = not np.any(cache)
    cache = alpha * cache + (1 - alpha) * grad**2
    seen = cache / (1 - alpha) if first else cache
    return w - lr * grad / (np.sqrt(seen) + eps), cache


@rmsprop_step.mistake("RMS-BC")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    cache = cache / (1 - alpha)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-BC")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * np.sqrt(1 - alpha) * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-INITG2",
    name="an empty cache is filled with the first square",
    sees="From a cache of zero the first step is lr long, and the cache is the whole square.",
    question="Nothing has been seen yet, and the cache you are given says so. What does the rule make of it?",
)
def _(w, grad, cache, lr, alpha, eps):
    if not np.any(cache):
        cache = grad**2
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-INITG2")
def _(w, grad, cache, lr, alpha, eps):
    first = not np.any(cache)
    cache = grad**2 * 1.0 if first else alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-INIT1",
    name="an empty cache is filled with ones",
    sees="From a cache of zero the first cache is alpha too large, and small gradients hardly move w.",
    question="Nothing has been seen yet. Which average stands for nothing in this exercise?",
)
def _(w, grad, cache, lr, alpha, eps):
    if not np.any(cache):
        cache = np.ones(np.shape(w))
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-CENTRED",
    name="a mean has been taken away before squaring",
    sees="What is left is a variance; a gradient that is the same everywhere leaves nothing to divide by.",
    question="A steady gradient of 1: is its mean square 1 or 0?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * (grad - np.mean(grad)) ** 2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-CENTRED")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(np.abs(cache - ((1 - alpha) * grad) ** 2)) + eps), cache


@rmsprop_step.mistake("RMS-CENTRED")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache - ((1 - alpha) * grad) ** 2) + eps), cache


@rmsprop_step.mistake(
    "RMS-GLOBAL",
    name="all weights share one divisor",
    sees="The moves of two weights stand in the same ratio as their gradients.",
    question="How many different divisors should a step on four weights have?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(np.mean(cache)) + eps), cache


@rmsprop_step.mistake("RMS-GLOBAL")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * np.mean(grad**2)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-GLOBAL")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * np.sum(grad**2)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-GLOBAL")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(np.sum(cache)) + eps), cache


@rmsprop_step.mistake(
    "RMS-RESET",
    name="the old cache is not used",
    sees="Every step is about equally long: each divides by its own gradient alone.",
    question="Does the cache that you were given appear on the right-hand side of any line?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-RESET")
def _(w, grad, cache, lr, alpha, eps):
    cache = grad**2 * 1.0
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-OLDRETURN",
    name="w is right, but the cache that comes back is the old one",
    sees="The first w agrees; the cache is still what it was before the call.",
    question="The next call gets the cache that you return. Which one does it need?",
)
def _(w, grad, cache, lr, alpha, eps):
    new = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(new) + eps), cache.copy()


@rmsprop_step.mistake(
    "RMS-FORGETS",
    name="the cache that comes back is zero",
    sees="Each w is right for the cache it got, but the next call is given zeros.",
    question="Between two calls nobody but you keeps the cache. What do you hand back?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache * 0.0


@rmsprop_step.mistake(
    "RMS-ROOTKEPT",
    name="the root is what comes back as the cache",
    sees="w agrees at the first step; the cache that is returned is the root of the expected one.",
    question="The next call mixes a square into what you return. What should it be an average of?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = np.sqrt(alpha * cache + (1 - alpha) * grad**2)
    return w - lr * grad / (cache + eps), cache


@rmsprop_step.mistake(
    "RMS-LENGTHKEPT",
    name="the cache keeps the root of the mean, not the mean",
    sees="From a cache of zero every w agrees; the cache that comes back is the root of the expected one.",
    question="Your steps are right. What does the exercise say that the cache holds?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = np.sqrt(alpha * cache**2 + (1 - alpha) * grad**2)
    return w - lr * grad / (cache + eps), cache


@rmsprop_step.mistake(
    "RMS-MAX",
    name="the larger of the two is kept, where an average is asked for",
    sees="A new square that is larger than the old cache enters whole.",
    question="Two shares add up to 1 in this rule. Which share has the new square in your line?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = np.maximum(alpha * cache, grad**2)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-MAX")
def _(w, grad, cache, lr, alpha, eps):
    cache = np.maximum(cache, alpha * cache + (1 - alpha) * grad**2)
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-FIXED",
    name="alpha is not used: the memory is a number of your own",
    sees="The cache takes in the same share of the square, whatever alpha is.",
    question="Which argument says how much of the old cache is kept? Where is it in your line?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = 0.9 * cache + 0.1 * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-FIXED")
def _(w, grad, cache, lr, alpha, eps):
    cache = 0.99 * cache + 0.01 * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-MOMENTUM",
    name="this is momentum: gradients are averaged, and nothing is divided",
    sees="The cache holds gradients with their signs, and w moves by lr times that.",
    question="Momentum remembers a direction. What is the cache to remember, and what is it for?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad
    return w - lr * cache, cache


@rmsprop_step.mistake("RMS-MOMENTUM")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + grad
    return w - lr * cache, cache


@rmsprop_step.mistake(
    "RMS-NOSQRT",
    name="it divides by the cache itself: the root is missing",
    sees="The cache agrees; small gradients give huge steps, and large ones small steps.",
    question="The cache holds squares. What brings a square back to the size of a gradient?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (cache + eps), cache


@rmsprop_step.mistake(
    "RMS-NOEPS",
    name="eps is missing",
    sees="A weight whose first gradient is zero becomes nan, because 0 / 0 is.",
    question="A weight has not seen any gradient yet. What do you divide by?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / np.sqrt(cache), cache


@rmsprop_step.mistake(
    "RMS-PREC",
    name="eps is added to the quotient, not to the divisor",
    sees="A weight whose gradient is zero moves by lr times eps, or is lost to 0 / 0.",
    question="Division comes before addition. Which bracket makes eps part of the divisor?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * (grad / np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-PREC")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - (lr * grad / np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-PREC")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / np.sqrt(cache) + eps, cache


@rmsprop_step.mistake(
    "RMS-EPSKEPT",
    name="eps is added to the cache that comes back",
    sees="The cache grows by eps at every call, even without a gradient.",
    question="What should the cache hold besides squared gradients?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2 + eps
    return w - lr * grad / np.sqrt(cache), cache


@rmsprop_step.mistake("RMS-EPSKEPT")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2 + eps
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-MUL",
    name="it multiplies by the root of the cache",
    sees="The cache agrees; a weight that sees large gradients moves more, not less.",
    question="Which weight should be careful: one that sees large gradients, or one that does not?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad * (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-MUL")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad * np.sqrt(cache), cache


@rmsprop_step.mistake("RMS-MUL")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / np.sqrt(cache) * (1 + eps), cache


@rmsprop_step.mistake(
    "RMS-SIGN",
    name="it walks uphill",
    sees="Every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w + lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-VNUM",
    name="the cache stands above the line, where the gradient belongs",
    sees="Every weight moves down, whatever the sign of its gradient.",
    question="Which array knows the direction: the gradient, or the mean of its squares?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * cache / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-VNUM")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * np.sqrt(cache) / (np.abs(grad) + eps), cache


@rmsprop_step.mistake("RMS-VNUM")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad**2 / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-SIGNSTEP",
    name="only the sign of the gradient is left in the step",
    sees="The cache agrees; the size of the gradient does not reach the step.",
    question="What stands above the line in the rule: the gradient, or its direction?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * np.sign(grad) / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-SIGNSTEP")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-NOUSE",
    name="the cache is kept, but the step does not use it",
    sees="The cache agrees; w makes plain gradient steps.",
    question="Which array on the right-hand side of w's line was computed for this line?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad, cache


@rmsprop_step.mistake(
    "RMS-IDX",
    name="each weight is divided by its neighbour's cache",
    sees="The cache agrees; the moves are right only where two neighbours have seen the same.",
    question="Weight i moves by gradient i. Whose average does it divide by?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(np.roll(cache, 1)) + eps), cache


@rmsprop_step.mistake(
    "GD-NOLR",
    name="the learning rate is not used",
    sees="The cache agrees; each move is 1 / lr times the expected one.",
    question="If lr is halved, what should happen to the move, and what happens in your lines?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "GD-LR2",
    name="the learning rate is used twice",
    sees="The cache agrees; each move is lr times the expected one.",
    question="If lr is halved, the move should be halved. What does yours do?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - lr * lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "GD-DELTA",
    name="it returns the move, not the new w",
    sees="What stands first is small and forgets where w was.",
    question="After the call, where does w stand? Does your first result say that?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return -lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("GD-DELTA")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake(
    "RMS-SWAP",
    name="the two results come back in the wrong order",
    sees="What stands first is the cache, and what stands second is w.",
    question="In which order does the exercise name what it wants back?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return cache, w - lr * grad / (np.sqrt(cache) + eps)


@rmsprop_step.mistake(
    "RMS-ARGS",
    name="two of the three numbers have changed places",
    sees="Step length, memory and floor of the divisor are mixed up.",
    question="Which of lr, alpha and eps is the memory, and which one is the smallest?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = lr * cache + (1 - lr) * grad**2
    return w - alpha * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("RMS-ARGS")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return w - eps * grad / (np.sqrt(cache) + lr), cache


@rmsprop_step.mistake("RMS-ARGS")
def _(w, grad, cache, lr, alpha, eps):
    cache = eps * cache + (1 - eps) * grad**2
    return w - lr * grad / (np.sqrt(cache) + alpha), cache


@rmsprop_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    return (w - lr * grad / (np.sqrt(cache) + eps)).astype(w.dtype), cache


@rmsprop_step.mistake("GD-INT")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    new = w.copy()
    new -= lr * grad / (np.sqrt(cache) + eps)
    return new, cache


@rmsprop_step.mistake("GD-INT")
def _(w, grad, cache, lr, alpha, eps):
    new = cache.copy()
    new *= alpha
    new += (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(new) + eps), new


@rmsprop_step.mistake("GD-INPLACE")
def _(w, grad, cache, lr, alpha, eps):
    if cache.dtype.kind == "i":
        cache = cache.astype(float)
    cache *= alpha
    cache += (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(cache) + eps), cache.copy()


@rmsprop_step.mistake("GD-INPLACE")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    if w.dtype.kind == "i":
        w = w.astype(float)
    w -= lr * grad / (np.sqrt(cache) + eps)
    return w.copy(), cache


@rmsprop_step.mistake("GD-ALIAS")
def _(w, grad, cache, lr, alpha, eps):
    cache = alpha * cache + (1 - alpha) * grad**2
    if not np.any(grad):
        return w, cache
    return w - lr * grad / (np.sqrt(cache) + eps), cache


@rmsprop_step.mistake("MOM-CLASSVAR")
def _(w, grad, cache, lr, alpha, eps, kept={}):  # noqa: B006
    kept["cache"] = alpha * kept.get("cache", np.zeros_like(grad)) + (1 - alpha) * grad**2
    return w - lr * grad / (np.sqrt(kept["cache"]) + eps), kept["cache"] * 1.0


# 06.2


@exercise(
    "06.2",
    "How long a moving average remembers",
    returns="steps",
    hints=(
        "What is the weight of a gradient at the moment it enters, and what is it n steps later?",
        "Every step multiplies the weight by alpha. After n steps it is alpha to the power n of what it was, "
        "and you look for the n at which that is one half.",
        "alpha**n = 1/2. A logarithm on both sides brings n down from the exponent. n need not be whole.",
        "The same shape in another story, a ball that keeps the share k of its height at each bounce; a "
        "tenth is left after\n"
        "    bounces = np.log(1 / 10) / np.log(k)",
    ),
    after="Worth keeping: 0.9 remembers for about 7 steps, 0.99 for 69, 0.999 for 693.",
)
def memory(alpha):
    """Return the number of steps after which a gradient's weight has halved.

    The weight is that in a moving average, which keeps the share alpha of itself at
    each step, 0 < alpha < 1. The answer is one number and need not be whole.

    >>> print(round(float(memory(0.9)), 2), memory(0.5))
    6.58 1.0
    """
    return np.log(1 / 2) / np.log(alpha)


@memory.probe("eight averages")
def _(steps):
    for alpha in (0.9, 0.99, 0.5, 0.95, 0.7, 0.1, 0.999, 0.9999):
        yield Seen(f"alpha = {alpha}", "the number of steps", steps(alpha))


@memory.mistake(
    "MEM-RATE",
    name="this is 1 / (1 - alpha), the usual rule of thumb",
    sees="At 0.9 it says 10 where 6.6 is expected: by then the weight has fallen to about a third.",
    question="After how many steps is 0.9, multiplied by itself, one half?",
)
def _(alpha):
    return 1 / (1 - alpha)


@memory.mistake(
    "MEM-EFOLD",
    name="this is the time until a share 1/e is left",
    sees="Every answer is 1.44 times the expected one.",
    question="Which share is asked for: 0.37, or one half?",
)
def _(alpha):
    return -1 / np.log(alpha)


@memory.mistake(
    "MEM-APPROX",
    name="this is log(2) / (1 - alpha), which is only nearly right",
    sees="At 0.999 it is off by a few parts in ten thousand, at 0.5 by more than a third.",
    question="For which alpha is log(alpha) close to alpha - 1? Is 0.5 one of them?",
)
def _(alpha):
    return np.log(2) / (1 - alpha)


@memory.mistake(
    "MEM-SIGN",
    name="the number of steps is negative",
    sees="Every answer is the expected one with its sign turned.",
    question="log(alpha) is negative. What has to stand above the line so that n is positive?",
)
def _(alpha):
    return np.log(2) / np.log(alpha)


@memory.mistake(
    "MEM-INVERSE",
    name="above and below the line have changed places",
    sees="Every answer is 1 over the expected one, so more memory gives a smaller number.",
    question="n times log(alpha) equals log(1/2). What do you divide by what?",
)
def _(alpha):
    return np.log(alpha) / np.log(1 / 2)


@memory.mistake("MEM-INVERSE")
def _(alpha):
    return np.log2(alpha)


@memory.mistake("MEM-INVERSE")
def _(alpha):
    return -np.log2(alpha)


@memory.mistake("MEM-INVERSE")
def _(alpha):
    return np.log(alpha) / np.log(2)


@memory.mistake(
    "MEM-WHOLE",
    name="it is rounded to whole steps",
    sees="At 0.9 it says 7 or 6 where 6.58 is expected.",
    question="Does the exercise ask for a whole number?",
)
def _(alpha):
    return np.ceil(np.log(1 / 2) / np.log(alpha))


@memory.mistake("MEM-WHOLE")
def _(alpha):
    return np.floor(np.log(1 / 2) / np.log(alpha))


@memory.mistake("MEM-WHOLE")
def _(alpha):
    return np.round(np.log(1 / 2) / np.log(alpha))


@memory.mistake("MEM-WHOLE")
def _(alpha):
    n = 0
    while alpha**n > 0.5 and n < 10_000:
        n += 1
    return n


@memory.mistake(
    "MEM-MIXED",
    name="two logarithms of different bases are mixed",
    sees="Every answer is a fixed multiple of the expected one.",
    question="In a quotient of logarithms the base does not matter, as long as it is what?",
)
def _(alpha):
    return np.log10(1 / 2) / np.log(alpha)


@memory.mistake("MEM-MIXED")
def _(alpha):
    return np.log(1 / 2) / np.log10(alpha)


@memory.mistake("MEM-MIXED")
def _(alpha):
    return np.log(1 / 2) / np.log2(alpha)


@memory.mistake(
    "MEM-NEW",
    name="it is asked how fast 1 - alpha fades, not alpha",
    sees="At 0.9 the answer is below one step.",
    question="Which share does the average keep of itself at each step?",
)
def _(alpha):
    return np.log(1 / 2) / np.log(1 - alpha)


@memory.mistake(
    "MEM-ROOT",
    name="the root of the average is followed, not the weight itself",
    sees="Every answer is twice the expected one.",
    question="When does the weight halve, and when does its root?",
)
def _(alpha):
    return 2 * np.log(1 / 2) / np.log(alpha)


@memory.mistake(
    "MEM-SQUARE",
    name="the weight is squared",
    sees="Every answer is half the expected one.",
    question="alpha is the weight's own factor. Is there a square between them?",
)
def _(alpha):
    return np.log(1 / 2) / np.log(alpha**2)


@memory.mistake(
    "MEM-NOLOG",
    name="there is no logarithm in it",
    sees="The answer is alpha's size, or one half of something; it does not grow beyond all bounds "
    "as alpha comes near 1.",
    question="n stands in the exponent. Which function brings it down?",
)
def _(alpha):
    return 0.5 / alpha


@memory.mistake("MEM-NOLOG")
def _(alpha):
    return 0.5 * alpha


@memory.mistake("MEM-NOLOG")
def _(alpha):
    return alpha**0.5


@memory.mistake("MEM-NOLOG")
def _(alpha):
    return 0.5**alpha


@memory.mistake("MEM-NOLOG")
def _(alpha):
    return 1 / alpha


@memory.mistake(
    "MEM-HALFRATE",
    name="this is half of 1 / (1 - alpha)",
    sees="At 0.9 it says 5 where 6.6 is expected.",
    question="Does the weight fall along a straight line, so that half the time is half the weight?",
)
def _(alpha):
    return 0.5 / (1 - alpha)


@memory.mistake(
    "MEM-OFF1",
    name="it is one step off",
    sees="Every answer is one more or one less than the expected one.",
    question="Which weight is halved: the one at the moment of entering, or the one before?",
)
def _(alpha):
    return np.log(1 / 2) / np.log(alpha) + 1


@memory.mistake("MEM-OFF1")
def _(alpha):
    return np.log(1 / 2) / np.log(alpha) - 1


@memory.mistake(
    "MEM-ENTER",
    name="the weight is compared with 1, not with what it was when it entered",
    sees="A gradient enters with the weight 1 - alpha, which is below one half already.",
    question="The weight has halved: half of 1, or half of 1 - alpha?",
)
def _(alpha):
    return np.log(0.5 / (1 - alpha)) / np.log(alpha)


# 06.3


@exercise(
    "06.3",
    "One step of Adadelta",
    returns=("w", "sq_avg", "delta_avg"),
    optional=True,
    hints=(
        "There are two averages. Which one is needed before the step, and which one can only be made after "
        "it?",
        "RMSprop divides by the typical gradient. Adadelta also multiplies by the typical step so far, and "
        "so needs no learning rate. The step that comes out is then averaged for the next time.",
        "sq_avg as in RMSprop; delta = root(delta_avg + eps) / root(sq_avg + eps) * grad with the new sq_avg "
        "and the old delta_avg; delta_avg averages delta**2; w = w - delta.",
        "The same shape in another story, a helmsman who never turns harder than is his habit:\n"
        "    rough = keep * rough + (1 - keep) * wave**2\n"
        "    turn = (habit + least) ** 0.5 / (rough + least) ** 0.5 * wave\n"
        "    habit = keep * habit + (1 - keep) * turn**2\n"
        "    return course - turn, rough, habit",
    ),
    after="Worth keeping: gradients a thousand times larger give the same steps, and eps alone gets it "
    "started.",
)
def adadelta_step(w, grad, sq_avg, delta_avg, rho, eps):
    """Take one step of Adadelta (Zeiler, 2012), with its learning rate of 1.

    w, grad, sq_avg and delta_avg are arrays of one shape, any shape; both averages
    start as zeros. 0 < rho < 1, eps > 0. sq_avg is a moving average of the squared
    gradients, rho of the old one and 1 - rho of the new square. The step is the
    root of delta_avg + eps over the root of the new sq_avg + eps, times the
    gradient; eps is inside both roots. delta_avg averages the squared steps in the
    same way, and w moves against the step. Return (w, sq_avg, delta_avg), three new
    arrays; the arguments stay as they are.

    >>> one, two, none = np.array([1.0]), np.array([2.0]), np.array([0.0])
    >>> adadelta_step(one, two, none, none, rho=0.5, eps=2.0)
    (array([-0.41421356]), array([2.]), array([1.]))
    """
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    delta_avg = rho * delta_avg + (1 - rho) * delta**2
    return w - delta, sq_avg, delta_avg


_AVERAGES = ["sq_avg", "delta_avg"]


@adadelta_step.probe("three runs with ordinary gradients")
def _(step):
    zeros, some = [np.zeros(4), np.zeros(4)], [np.array([0.5, 2, 0.25, 4]), np.array([0.1, 0, 0.3, 0.02])]
    yield from run_of_steps(step, "run 1, ", START, GRADS, zeros, _AVERAGES, rho=0.7, eps=0.05)
    yield from run_of_steps(step, "run 2, ", START, GRADS[::-1], zeros, _AVERAGES, rho=0.96, eps=1e-6)
    yield from run_of_steps(step, "run 3, ", START, GRADS[1:], some, _AVERAGES, rho=0.7, eps=0.05)


@adadelta_step.probe("tiny gradients, and none")
def _(step):
    yield from run_of_steps(step, "", START, TINY, [np.zeros(4), np.zeros(4)], _AVERAGES, rho=0.9, eps=1e-8)


@adadelta_step.probe("whole numbers as a start")
def _(step):
    whole, zeros = np.array([1, -2, 0, 3]), [np.zeros(4, int), np.zeros(4, int)]
    yield from run_of_steps(step, "", whole, GRADS[:3], zeros, _AVERAGES, rho=0.7, eps=0.05)


@adadelta_step.probe("float32")
def _(step):
    start, grads, zero = (array.astype(np.float32) for array in (START, GRADS[:4], np.zeros(4)))
    yield from run_of_steps(step, "", start, grads, [zero, zero], _AVERAGES, rho=0.7, eps=0.05)


@adadelta_step.probe("other shapes", lenient=True)
def _(step):
    for label, start, grads in other_shapes():
        zeros = [np.zeros_like(start), np.zeros_like(start)]
        yield from run_of_steps(step, f"{label}, ", start, grads, zeros, _AVERAGES, rho=0.7, eps=0.05)


@adadelta_step.convention(
    "eps outside both roots",
    text="The paper has it inside. Outside, the first step is shorter still, and it starts more slowly.",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = (np.sqrt(delta_avg) + eps) / (np.sqrt(sq_avg) + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-ORDER",
    name="the step uses delta_avg after its update",
    sees="The step is computed twice, or with an average that already knows it.",
    question="The average of the steps: can it know the step that you are about to compute?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    delta_avg = rho * delta_avg + (1 - rho) * delta**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, delta_avg


@adadelta_step.mistake("ADD-ORDER")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta_avg = rho * delta_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, delta_avg


@adadelta_step.mistake(
    "ADD-AFTER",
    name="the step is taken before the gradient enters sq_avg",
    sees="From zero the first step is the gradient itself: both roots are the root of eps.",
    question="When you divide, has the gradient of this very step been counted yet?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-INVERTED",
    name="the two roots have changed places",
    sees="Where gradients have been large, the step is large too.",
    question="Which typical size should shrink the step: that of the gradients, or that of the steps?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(sq_avg + eps) / np.sqrt(delta_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-NOSQRT",
    name="a root is missing",
    sees="The average holds squares, and squares is what you divide by or multiply with.",
    question="What brings the mean of squares back to the size of one step, or of one gradient?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = (delta_avg + eps) / (sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("ADD-NOSQRT")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / (sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("ADD-NOSQRT")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = (delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-EPSONE",
    name="eps is inside one of the roots only",
    sees="Without eps above the line nothing ever starts to move; without it below, a zero gradient "
    "gives nan.",
    question="Both averages start at zero. Which of the two roots can do without eps?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("ADD-EPSONE")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("ADD-EPSONE")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg) / (np.sqrt(sq_avg) + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-EPSMIXED",
    name="eps is inside one root and outside the other",
    sees="The first step is too short or too long, and later ones are nearly right.",
    question="Where does the exercise put eps, above the line and below it?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / (np.sqrt(sq_avg) + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("ADD-EPSMIXED")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = (np.sqrt(delta_avg) + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-NOEPS",
    name="eps is missing",
    sees="From zero, 0 / root is 0, and nothing ever moves; a zero gradient gives nan.",
    question="Both averages start at zero. What gets the first step started?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg) / np.sqrt(sq_avg) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-RMSPROP",
    name="the typical step is left out: this is RMSprop with a learning rate of 1",
    sees="From zero the first step is about 1 / sqrt(1 - rho) long, where a tiny one is expected.",
    question="What takes the place of the learning rate in this rule?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = grad / np.sqrt(sq_avg + eps)
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("ADD-RMSPROP")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = grad / (np.sqrt(sq_avg) + eps)
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-DELTAGRAD",
    name="delta_avg averages the gradients once more, not the steps",
    sees="w agrees at the first step; both averages are equal.",
    question="The second average should know how long your steps are. What do you square there?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * grad**2


@adadelta_step.mistake("ADD-DELTAGRAD")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, sq_avg * 1.0


@adadelta_step.mistake(
    "ADD-DELTAOLD",
    name="delta_avg comes back as it was",
    sees="w agrees at the first step; delta_avg never leaves zero, so steps stay tiny.",
    question="The next call gets the delta_avg that you return. Does it know the new step?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, delta_avg.copy()


@adadelta_step.mistake(
    "ADD-SQOLD",
    name="sq_avg comes back as it was",
    sees="w agrees at the first step; sq_avg is still what it was before the call.",
    question="The next call gets the sq_avg that you return. Does it know the new gradient?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    new = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(new + eps) * grad
    return w - delta, sq_avg.copy(), rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-NOSQDELTA",
    name="the steps are averaged, not their squares",
    sees="Where a step is negative, the root of delta_avg may be nan.",
    question="A root is taken of delta_avg in the next call. What has to be in it?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta


@adadelta_step.mistake("ADD-NOSQDELTA")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * np.abs(delta)


@adadelta_step.mistake(
    "ADD-NOSQ",
    name="the gradients are averaged, not their squares",
    sees="Where a gradient is negative, the root of sq_avg may be nan.",
    question="Two gradients, 1 and -1. What should sq_avg have seen after both?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("ADD-NOSQ")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * np.abs(grad)
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "RMS-FLIP",
    name="rho and 1 - rho have changed places",
    sees="At rho 0.96 the averages forget nearly everything after one step.",
    question="At rho 0.9, how much of the old average should be kept?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = (1 - rho) * sq_avg + rho * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, (1 - rho) * delta_avg + rho * delta**2


@adadelta_step.mistake("RMS-FLIP")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = (1 - rho) * sq_avg + rho * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("RMS-FLIP")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, (1 - rho) * delta_avg + rho * delta**2


@adadelta_step.mistake(
    "RMS-NO1MR",
    name="a new square enters whole: 1 - rho is missing",
    sees="From zero one of the averages is 1 / (1 - rho) times the expected one.",
    question="The weights of an average add up to 1. What do yours add up to?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + delta**2


@adadelta_step.mistake("RMS-NO1MR")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("RMS-NO1MR")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + delta**2


@adadelta_step.mistake(
    "RMS-SUM",
    name="the squares are summed, so nothing is forgotten",
    sees="The averages only grow.",
    question="What makes an average fade in this rule?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = sq_avg + grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, delta_avg + delta**2


@adadelta_step.mistake("RMS-SUM")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = sq_avg + grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("RMS-SUM")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, delta_avg + delta**2


@adadelta_step.mistake(
    "RMS-RESET",
    name="the old sq_avg is not used",
    sees="From zero the first step agrees; later ones know only their own gradient.",
    question="Does the sq_avg that you were given appear on the right-hand side of any line?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "RMS-GLOBAL",
    name="all weights share one average",
    sees="The moves of two weights stand in the same ratio as their gradients.",
    question="How many typical gradients should a step on four weights know?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * np.mean(grad**2)
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("RMS-GLOBAL")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(np.mean(sq_avg) + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "GD-SIGN",
    name="it walks uphill",
    sees="Every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w + delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "GD-DELTA",
    name="it returns the move, not the new w",
    sees="What stands first is small and forgets where w was.",
    question="After the call, where does w stand? Does your first result say that?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("GD-DELTA")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return -delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-NOGRAD",
    name="the gradient is missing in the step",
    sees="Every weight moves the same way, whatever the sign of its gradient.",
    question="Two roots make a length. Where does the direction come from?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps)
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("ADD-NOGRAD")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * np.sign(grad)
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake(
    "ADD-SWAP",
    name="the three results come back in another order",
    sees="What stands second or first is not what the exercise names there.",
    question="In which order does the exercise name what it wants back?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, rho * delta_avg + (1 - rho) * delta**2, sq_avg


@adadelta_step.mistake("ADD-SWAP")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return sq_avg, rho * delta_avg + (1 - rho) * delta**2, w - delta


@adadelta_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return (w - delta).astype(w.dtype), sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("GD-INT")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    new = w.copy()
    new -= delta
    return new, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("GD-INPLACE")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    if w.dtype.kind == "i":
        w = w.astype(float)
    w -= delta
    return w.copy(), sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("GD-ALIAS")
def _(w, grad, sq_avg, delta_avg, rho, eps):
    if not np.any(grad):
        return w, rho * sq_avg, rho * delta_avg
    sq_avg = rho * sq_avg + (1 - rho) * grad**2
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2


@adadelta_step.mistake("MOM-CLASSVAR")
def _(w, grad, sq_avg, delta_avg, rho, eps, kept={}):  # noqa: B006
    kept["sq"] = rho * kept.get("sq", np.zeros_like(grad)) + (1 - rho) * grad**2
    sq_avg = kept["sq"] * 1.0
    delta = np.sqrt(delta_avg + eps) / np.sqrt(sq_avg + eps) * grad
    return w - delta, sq_avg, rho * delta_avg + (1 - rho) * delta**2
