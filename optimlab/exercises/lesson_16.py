"""Exercises of lesson 16: the training clinic. Each begins with the code of a case and asks for it mended.

A mended run is judged by the accuracy that it reaches and by the signs of its cause (see optimlab.clinic).
Known wrong mends are the case's own code with a few words exchanged.
"""

import functools
import inspect
import linecache

import numpy as np

from .. import clinic
from ..clinic import cases, signs
from ..clinic.run import begin, finish
from .parts import exercise
from .trace import Seen

# Words that a run with a good end may show; beside another one the accuracy says nothing more of the cause.
_HEALTHY = {
    "in range",
    "against its gradient",
    "mostly against its gradient",
    "another way",
    "of the mean loss",
    "of the summed loss",
    "mixed in every epoch",
    "mixed once, the same in every epoch",
    "some twice, others not at all",
    "nothing",
    "a part that fades",
    "cross-entropy of the scores",
    "in bounds",
    "alive",
    "none",
    "a little",
    "short",
    "all steps are short",
    "with every epoch",
    "smoothly, by a quarter in an epoch",
    "as if nothing had been",
}


def _look(made, case, **looks):
    """Add the probe of a case: it trains once, and then yields each sign in words, and the accuracy."""

    @made.probe("the whole run, 12 epochs of 15 batches")
    def _(train):
        model, x, y, rng = begin(case)
        train(model, x, y, rng)
        with np.errstate(all="ignore"):
            result = finish(case, model)
            if signs.moved(result) == "no" or signs.pairs(result) == "torn apart":
                yield Seen("", "the weights: do they move", signs.moved(result))
                yield Seen("", "the examples and their classes", signs.pairs(result))
                return
            yield Seen("", "the weights: do they move", "yes")
            yield Seen("", "the examples and their classes", "together")
            yield Seen("", "the number of batches", signs.batches(result))
            if signs.batches(result) != "as many as before":
                return
            words = {quantity.replace("_", " "): look(result) for quantity, look in looks.items()}
            for quantity, word in words.items():
                yield Seen("", quantity, word)
            if all(word in _HEALTHY for word in words.values()):
                reached = "reaches the target" if result.reached else "stays below it"
                yield Seen("", "the accuracy at the end", reached)


@functools.cache
def _source(case):
    return inspect.getsource(clinic.broken(case))


def _mend(case, *changes):
    """The code of a case with some of its words exchanged."""
    source = _source(case)
    for old, new in changes:
        if old not in source:
            raise ValueError(f"case {case}: there is no {old!r} in its code")
        source = source.replace(old, new)
    space, file = {"np": np}, f"<patient_{case} {changes}>"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file  # for inspect
    exec(compile(source, file, "exec"), space)
    return space[f"patient_{case}"]


def _range(limit):
    return lambda run: signs.largest_rate(run, limit)


_GO = "in range(12):"


def _common_mistakes(made, case, torn=True, still=True):
    """What can go wrong in every case, beside its own cause."""
    made.mistake(
        f"CLIN{case}-EPOCHS",
        name="the run was made longer",
        sees="There are more batches than before, and the fault is still in the code.",
        question="Does the curve still fall at its end? If not, what would more of the same do?",
    )(_mend(case, (_GO, "in range(24):")))
    made.mistake(
        f"CLIN{case}-FEWER",
        name="the run was made shorter",
        sees="There are fewer batches than before: it stops before it has learned.",
        question="Where in the code is the fault that the long run shows?",
    )(_mend(case, (_GO, "in range(3):")))
    if still:
        made.mistake(
            f"CLIN{case}-NOTHING",
            name="the weights do not move",
            sees="After the run the network is what it was before.",
            question="Which line changes model.params, and is it still there?",
        )(_mend(case, (_GO, "in range(0):")))
    if torn:
        made.mistake(
            f"CLIN{case}-TORN",
            name="examples and classes no longer belong together",
            sees="The rows of x come in one order and those of y in another.",
            question="In which row of y does the class of row 7 of x stand?",
        )(_mend(case, ("y[rows]", "y[rng.permutation(len(y))[:len(rows)]]")))


# 16.1


@exercise(
    "16.1",
    "A run that never settles",
    returns=None,
    hints=(
        "Look at the loss of the first ten batches. Does it fall, stay, or jump?",
        "The gradient is right and its batches are mixed. What is left of a step, besides its direction?",
        "Lower lr by factors of two or three until the loss falls in the first batches: about 0.5 is "
        "the right size here.",
        "The same in another story, a thermostat that overshoots:\n    heat = heat - 8.0 * too_warm  "
        "   # swings wider and wider\n    heat = heat - 0.5 * too_warm     # comes to rest",
    ),
    after="Worth keeping: a loss that jumps above its start within ten batches asks for a smaller "
    "lr, first of all.",
    start=cases.patient_1,
)
def patient_1(model, x, y, rng):
    """Plain gradient descent on digits, 12 epochs of 15 batches.

    >>> from optimlab import clinic
    >>> clinic.run(1, patient_1).reached
    True
    """
    lr = 0.5
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


_look(
    patient_1,
    1,
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_1.mistake(
    "CLIN1-HALF",
    name="the learning rate is still too high",
    sees="The loss jumps as before, a little less far.",
    question="By how much must lr fall for the loss to fall in the first ten batches? Try factors, "
    "not percents.",
)(_mend(1, ("8.0", "4.0")))

patient_1.mistake("CLIN1-HALF")(_mend(1, ("8.0", "2.0")))

patient_1.mistake(
    "CLIN1-SMALL",
    name="the learning rate is now too low",
    sees="The curve is calm and still steep at its end: the target is not reached in the same number "
    "of batches.",
    question="Between the lr that jumps and this one lie several powers of ten. Where is the largest "
    "that is calm?",
)(_mend(1, ("8.0", "0.01")))

patient_1.mistake("CLIN1-SMALL")(_mend(1, ("8.0", "0.001")))

patient_1.mistake("CLIN1-SMALL")(_mend(1, ("8.0", "0.05")))

patient_1.mistake(
    "CLIN1-CLIP",
    name="long gradients are made shorter, and near the bottom lr is as high as before",
    sees="Steps are bounded while the gradient is long; for short gradients they are as before, or longer.",
    question="Is the gradient of this run too long? Look at its curve: it is near 1.",
)(_mend(1, ("lr * model.grads", "lr * model.grads * min(1.0, 0.5 / np.linalg.norm(model.grads))")))

patient_1.mistake("CLIN1-CLIP")(
    _mend(1, ("8.0", "0.5"), ("lr * model.grads", "lr * model.grads / np.linalg.norm(model.grads)"))
)

patient_1.mistake("CLIN1-CLIP")(_mend(1, ("lr * model.grads", "lr * np.clip(model.grads, -0.05, 0.05)")))

patient_1.mistake("CLIN1-CLIP")(_mend(1, ("lr * model.grads", "lr * np.clip(model.grads, -1.0, 1.0)")))

patient_1.mistake(
    "CLIN1-SIGN",
    name="it goes uphill",
    sees="The loss grows from the first batch on.",
    question="Which sign has the gradient in your line?",
)(_mend(1, ("8.0", "0.5"), ("-=", "+=")))

patient_1.mistake("CLIN1-SIGN")(_mend(1, ("-=", "+=")))

patient_1.mistake(
    "CLIN1-DECAY",
    name="the rate falls, but it starts as high as before",
    sees="The first batches throw the network so far that the later ones cannot bring it back.",
    question="What does lr have to be in the first ten batches?",
)(
    _mend(
        1,
        (
            "            model.params -= lr * model.grads",
            "            model.params -= lr * model.grads\n        lr = 0.7 * lr",
        ),
    )
)

_common_mistakes(patient_1, 1)


# 16.2


@exercise(
    "16.2",
    "A rate that suited everybody else",
    returns=None,
    hints=(
        "lr is 0.5 and suits case 1. Compare the length of the gradient here with the one there.",
        "The slope of what is handed back: of the mean loss of the batch, or of the sum over its examples?",
        "p - onehot is the slope for each example. For the mean divide it by the number of rows: "
        "model.backward(p / len(rows)).",
        "The same in another story, a class that reports its marks as a sum:\n    plan = plan - rate "
        "* sum(errors)                  # thirty times as strong in a class of thirty\n    plan = "
        "plan - rate * sum(errors) / len(errors)",
    ),
    after="Worth keeping: a summed loss at batch 30 is lr times 30, and it changes whenever the batch does.",
    start=cases.patient_2,
)
def patient_2(model, x, y, rng):
    """Digits. `backward` takes the slope of the loss at the scores to the network.

    >>> from optimlab import clinic
    >>> clinic.run(2, patient_2).reached
    True
    """
    lr = 0.5
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            scores = model.forward(x[rows])
            p = np.exp(scores - scores.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            p[np.arange(len(rows)), y[rows]] -= 1
            model.backward(p / len(rows))
            model.params -= lr * model.grads


_look(
    patient_2,
    2,
    the_gradient=signs.gradient,
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_2.convention(
    "the loss stays a sum, and lr is divided by the size of the batch",
    text="The same steps. It has to be done again whenever the batch changes.",
)(_mend(2, ("lr = 0.5", "lr = 0.5 / 30")))

patient_2.mistake(
    "CLIN2-CLIP",
    name="the summed gradient is clipped",
    sees="Steps are bounded, and their size is no longer that of the mean loss.",
    question="What would lr mean if the batch were twice as large?",
)(_mend(2, ("lr * model.grads", "lr * model.grads * min(1.0, 1.0 / np.linalg.norm(model.grads))")))

patient_2.mistake(
    "CLIN2-DIVCLASSES",
    name="divided by the number of classes",
    sees="The gradient is smaller, and still grows with the batch.",
    question="A mean over what? How many examples are in the batch, and how many classes are there?",
)(_mend(2, ("backward(p)", "backward(p / 10)")))

patient_2.mistake("CLIN2-DIVCLASSES")(_mend(2, ("backward(p)", "backward(p / p.shape[1])")))

patient_2.mistake(
    "CLIN2-DIVALL",
    name="divided by all examples, or by more than the batch",
    sees="The gradient is far too small: the curve hardly falls.",
    question="Over how many examples was this sum taken?",
)(_mend(2, ("backward(p)", "backward(p / len(x))")))

patient_2.mistake("CLIN2-DIVALL")(_mend(2, ("backward(p)", "backward(p / p.size)")))

patient_2.mistake("CLIN2-DIVALL")(_mend(2, ("backward(p)", "backward(p / len(rows) ** 2)")))

patient_2.mistake(
    "CLIN2-DIVTWICE",
    name="divided by the batch twice",
    sees="The gradient is far too small, and lr seems not to work any more.",
    question="Which of your lines divide by len(rows)? One is enough.",
)(_mend(2, ("backward(p)", "backward(p / len(rows))"), ("lr = 0.5", "lr = 0.5 / 30")))

patient_2.mistake(
    "CLIN2-SMALLLR",
    name="the learning rate is lower, and not by the size of the batch",
    sees="The loss is still a sum; lr only hides a part of it.",
    question="By which number does a sum over the batch differ from its mean?",
)(_mend(2, ("lr = 0.5", "lr = 0.1")))

patient_2.mistake("CLIN2-SMALLLR")(_mend(2, ("lr = 0.5", "lr = 0.25")))

patient_2.mistake(
    "CLIN2-SIGN",
    name="the slope has its sign turned",
    sees="The loss grows from the first batch on.",
    question="p minus the right answers, or the other way round?",
)(_mend(2, ("backward(p)", "backward(-p / len(rows))")))

patient_2.mistake(
    "CLIN2-NOSOFTMAX",
    name="the probabilities no longer sum to one",
    sees="The gradient is that of another loss.",
    question="What is the sum of a row of p before the right classes are taken off?",
)(
    _mend(
        2, ("            p /= p.sum(axis=1, keepdims=True)\n", ""), ("backward(p)", "backward(p / len(rows))")
    )
)

_common_mistakes(patient_2, 2, torn=False)


# 16.3


@exercise(
    "16.3",
    "Good, then bad, then good again",
    returns=None,
    hints=(
        "The loss of the batches rises and falls with a period. How many batches long is it?",
        "One period is one epoch. What is the same in every epoch, and what does a batch of it hold?",
        "The file is sorted by class, so a batch holds one or two classes. Draw a new order in every "
        "epoch: rng.permutation(len(x)).",
        "The same in another story, learning words letter by letter:\n    for word in dictionary:    "
        "                  # only words with a for a whole day\n    for word in "
        "rng.permutation(dictionary):",
    ),
    after="Worth keeping: a loss with the period of an epoch says that the order of the examples is "
    "not mixed.",
    start=cases.patient_3,
)
def patient_3(model, x, y, rng):
    """Digits, from a file in which all zeros come first, then all ones, and so on.

    >>> from optimlab import clinic
    >>> clinic.run(3, patient_3).reached
    True
    """
    lr = 0.3
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


_look(
    patient_3,
    3,
    the_order_of_the_examples=signs.order,
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_3.convention(
    "the order is mixed once, before the training",
    text="It helps here. A new order in each epoch is better still: no two batches meet again.",
)(
    _mend(
        3,
        ("    lr = 0.3\n", "    lr, order = 0.3, rng.permutation(len(x))\n"),
        ("np.arange(len(x))", "order"),
    )
)

patient_3.convention(
    "examples are drawn with replacement",
    text="Each epoch sees about 63 % of the examples. It works; a new order without replacement sees "
    "them all.",
)(_mend(3, ("np.arange(len(x))", "rng.integers(0, len(x), len(x))")))

patient_3.mistake(
    "CLIN3-LOWLR",
    name="the learning rate is lower, and the order is as before",
    sees="The swing is smaller. Each batch still holds one or two classes.",
    question="Look into y[rows] of a single batch. What stands there?",
)(_mend(3, ("0.3", "0.1")))

patient_3.mistake("CLIN3-LOWLR")(_mend(3, ("0.3", "0.03")))

patient_3.mistake(
    "CLIN3-BLOCKS",
    name="whole batches change places, and each stays of one class",
    sees="Each batch still holds one or two classes.",
    question="What must be mixed: the batches, or the examples in them?",
)(
    _mend(
        3,
        (
            "for rows in np.array_split(np.arange(len(x)), 15)",
            "for rows in [np.arange(30 * i, 30 * i + 30) for i in rng.permutation(15)]",
        ),
    )
)

patient_3.mistake(
    "CLIN3-WITHIN",
    name="examples are mixed within their batch only",
    sees="Each batch still holds one or two classes: the order inside a batch does not matter to its mean.",
    question="Does the gradient of a batch depend on the order of its rows?",
)(_mend(3, ("            model.loss", "            rows = rng.permutation(rows)\n            model.loss")))

patient_3.mistake(
    "CLIN3-REVERSED",
    name="the order is turned around, not mixed",
    sees="The last class comes first now.",
    question="How many classes has the first batch?",
)(_mend(3, ("np.arange(len(x))", "np.arange(len(x))[::-1]")))

_common_mistakes(patient_3, 3)


# 16.4


@exercise(
    "16.4",
    "Steps that grow longer and longer",
    returns=None,
    hints=(
        "Compare the length of the steps with the length of the gradient. Which of the two grows?",
        "grads is made once, before the loop. After ten batches, what does it hold?",
        "Empty it before each batch adds its own: grads[...] = 0 (in PyTorch optimizer.zero_grad()), "
        "before the line with +=.",
        "The same in another story, a shop that never empties its basket:\n    basket = []           "
        "           # once, in the morning\n    basket += wishes(customer)       # every customer "
        "pays for all before",
    ),
    after="Worth keeping: .grad adds up. Zero, backward, step, in this order, once for each batch.",
    start=cases.patient_4,
)
def patient_4(model, x, y, rng):
    """Digits. Like PyTorch's .grad, `grads` is an array that every batch adds to.

    >>> from optimlab import clinic
    >>> clinic.run(4, patient_4).reached
    True
    """
    lr, grads = 0.3, np.zeros_like(model.params)
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            grads[...] = 0
            grads += model.grads
            model.params -= lr * grads


_look(
    patient_4,
    4,
    what_of_the_step_before_is_in_a_step=signs.memory,
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_4.convention(
    "the old gradients fade: that is momentum",
    text="It works, and it is another optimizer: with 0.9 a step is in the long run ten times as long.",
)(
    _mend(
        4,
        ("0.3, np", "0.05, np"),
        ("            grads += model.grads", "            grads[...] = 0.9 * grads + model.grads"),
    )
)

patient_4.mistake(
    "CLIN4-LATE",
    name="the gradients are emptied between adding and stepping",
    sees="The step is made with zeros.",
    question="In which order do emptying, adding and stepping have to come?",
)(_mend(4, ("            model.params -=", "            grads[...] = 0\n            model.params -=")))

patient_4.mistake(
    "CLIN4-KEPT",
    name="old gradients still add up",
    sees="The run may be calmer. Each step is made of the gradients of many batches.",
    question="How often is there a new gradient, and how often is the array emptied?",
)(_mend(4, ("0.3", "0.03")))

patient_4.mistake("CLIN4-KEPT")(
    _mend(4, ("        for rows in np", "        grads[...] = 0\n        for rows in np"))
)

patient_4.mistake("CLIN4-KEPT")(_mend(4, ("0.3", "0.01")))

patient_4.mistake("CLIN4-KEPT")(_mend(4, ("0.3", "0.3 / 15")))

patient_4.mistake("CLIN4-KEPT")(
    _mend(4, ("lr * grads", "lr * grads * min(1.0, 1.0 / np.linalg.norm(grads))"))
)

patient_4.mistake("CLIN4-KEPT")(
    _mend(
        4,
        ("        for rows in np", "        n = len(model.log)\n        for rows in np"),
        (
            "            grads += model.grads",
            "            n += 1\n            grads += (model.grads - grads) / n",
        ),
    )
)

patient_4.mistake(
    "CLIN4-SIGN",
    name="it goes uphill",
    sees="The loss grows from the first batch on.",
    question="Which sign has the gradient in your line?",
)(_mend(4, ("grads += model.grads", "grads[...] = -model.grads")))

_common_mistakes(patient_4, 4, still=False)


# 16.5


@exercise(
    "16.5",
    "A loss with a floor",
    returns=None,
    hints=(
        "The first batch and the network are those of case 1. Compare the two gradients there: how "
        "much shorter is this one?",
        "Follow the scores through `criterion`. How often is a softmax taken of them, counting the "
        "one in cross_entropy?",
        "cross_entropy takes scores and does the softmax itself. Hand it the scores; no other "
        "criterion is needed.",
        "The same in another story, a price that has its tax added by the shop and by the till:\n    "
        "price = with_tax(price)\n    pay(with_tax(price))       # once is enough",
    ),
    after="Worth keeping: with ten classes a second softmax cannot go below ln(1 + 9/e) = 1.46, "
    "whatever is trained.",
    start=cases.patient_5,
)
def patient_5(model, x, y, rng):
    """Digits. `criterion(scores, y)` gives the loss and its slope at the scores.

    >>> from optimlab import clinic
    >>> clinic.run(5, patient_5).reached
    True
    """
    lr = 0.5
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


_look(
    patient_5,
    5,
    the_loss_that_is_shown=signs.loss_shown,
    the_gradient=signs.gradient,
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_5.mistake(
    "CLIN5-HIGHLR",
    name="the learning rate is higher, and the floor is still there",
    sees="The loss comes down faster, to the same floor.",
    question="Which is the smallest loss that a perfect network could have here?",
)(_mend(5, ("= 0.5, criterion", "= 5.0, criterion")))

patient_5.mistake("CLIN5-HIGHLR")(_mend(5, ("= 0.5, criterion", "= 2.0, criterion")))

patient_5.mistake("CLIN5-HIGHLR")(_mend(5, ("= 0.5, criterion", "= 20.0, criterion")))

patient_5.mistake(
    "CLIN5-SLOPE",
    name="the loss still has its floor, and the slope is no longer its own",
    sees="A part of the first softmax is gone on one of the two ways; the loss cannot fall below 1.46 yet.",
    question="cross_entropy takes scores. What does your code hand it?",
)(_mend(5, ("p * (slope - (p * slope).sum(axis=1, keepdims=True))", "slope")))

patient_5.mistake(
    "CLIN5-SHARP",
    name="the probabilities are stretched before the second softmax",
    sees="The floor is lower, and still there.",
    question="What does cross_entropy take: scores or probabilities?",
)(_mend(5, ("cross_entropy(p, y)", "cross_entropy(20 * p, y)")))

patient_5.mistake("CLIN5-SHARP")(_mend(5, ("cross_entropy(p, y)", "cross_entropy(5 * p, y)")))

patient_5.mistake(
    "CLIN5-LOGP",
    name="the slope of the softmax is taken off twice",
    sees="log(p) as scores is right on the way there; on the way back the softmax stands in it once more.",
    question="After log, which slope undoes what?",
)(_mend(5, ("cross_entropy(p, y)", "cross_entropy(np.log(p + 1e-9), y)")))

patient_5.mistake(
    "CLIN5-SQUARED",
    name="squared error instead",
    sees="The floor is gone and the gradient is that of another loss, small where the network is "
    "wrong and sure.",
    question="What does lesson 01 say of a squared error behind a softmax?",
)(
    _mend(
        5,
        (
            "loss, slope = cross_entropy(p, y)",
            "slope = (p - np.eye(p.shape[1], dtype=p.dtype)[y]) / len(y)\n"
            "        loss = (slope**2).sum() * len(y) / 2",
        ),
    )
)

_common_mistakes(patient_5, 5)


# 16.6


@exercise(
    "16.6",
    "Sudden jumps in a recurrent network",
    returns=None,
    hints=(
        "Find the batch at which the accuracy is lost. What does the gradient do in that batch?",
        "Most gradients are about 1 long, and a few are ten times as long. Their direction is still "
        "right; what is wrong with the step?",
        "Bound the length: norm = np.linalg.norm(model.grads), and multiply the step by min(1, "
        "max_norm / norm) with a max_norm of about 0.5, before the step is made.",
        "The same in another story, a letter scale with a stop:\n    push = measured * min(1.0, most "
        "/ abs(measured))    # same sign, never harder than `most`",
    ),
    after="Worth keeping: gradients that are too long are cut to a length, and keep their direction. "
    "Log how often it happens.",
    start=cases.patient_6,
)
def patient_6(model, x, y, rng):
    """A recurrent network reads 20 numbers: was the first one above zero?

    >>> from optimlab import clinic
    >>> clinic.run(6, patient_6).reached
    True
    """
    lr = 0.2
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            norm = np.linalg.norm(model.grads)
            model.params -= lr * model.grads * min(1.0, 0.5 / norm)


_look(
    patient_6,
    6,
    the_longest_step=lambda run: signs.longest_step(run, 0.5),
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_6.convention(
    "each element of the gradient is clipped by itself",
    text="It keeps the steps short, and turns them: the long elements are cut, the short ones are not.",
)(_mend(6, ("lr * model.grads", "lr * np.clip(model.grads, -0.05, 0.05)")))

patient_6.mistake(
    "CLIN6-LOWLR",
    name="the learning rate is lower, and long gradients still make long steps",
    sees="Between the jumps the network learns too slowly, and the jumps are still there.",
    question="A gradient that is ten times too long: how much would lr have to fall for it?",
)(_mend(6, ("0.2", "0.1")))

patient_6.mistake("CLIN6-LOWLR")(_mend(6, ("0.2", "0.05")))

patient_6.mistake(
    "CLIN6-CRAWL",
    name="the learning rate is so low that nothing is learned",
    sees="No step is too long any more, and none is long enough.",
    question="Which steps were too long: all of them, or a few?",
)(_mend(6, ("0.2", "0.001")))

patient_6.mistake("CLIN6-CRAWL")(_mend(6, ("0.2", "0.0005")))

patient_6.mistake(
    "CLIN6-LOOSE",
    name="the bound is too far up",
    sees="The longest gradients are cut, to a length that still throws the network.",
    question="How long is the gradient of an ordinary batch? Look at its curve.",
)(_mend(6, ("lr * model.grads", "lr * model.grads * min(1.0, 5.0 / np.linalg.norm(model.grads))")))

patient_6.mistake("CLIN6-LOOSE")(
    _mend(6, ("lr * model.grads", "lr * model.grads * min(1.0, 10.0 / np.linalg.norm(model.grads))"))
)

patient_6.mistake("CLIN6-LOOSE")(_mend(6, ("lr * model.grads", "lr * np.clip(model.grads, -1.0, 1.0)")))

patient_6.mistake(
    "CLIN6-UNIT",
    name="every gradient is brought to one length, short ones too",
    sees="Long gradients are bounded, and short ones are stretched: near its goal the run steps as far as at "
    "the start.",
    question="Which factor should a gradient get that is short already?",
)(_mend(6, ("lr * model.grads", "lr * model.grads / np.linalg.norm(model.grads)")))

patient_6.mistake(
    "CLIN6-AFTER",
    name="no step is any shorter than before",
    sees="Each step is lr times its gradient, the longest too: the clipping comes after the step, or its "
    "bound is never reached.",
    question="Does the clipping stand before the step, and is the bound below the longest gradient?",
)(
    _mend(
        6,
        (
            "model.params -= lr * model.grads",
            "model.params -= lr * model.grads\n"
            "            model.grads *= min(1.0, 0.5 / np.linalg.norm(model.grads))",
        ),
    )
)

patient_6.mistake("CLIN6-AFTER")(
    _mend(6, ("lr * model.grads", "lr * model.grads * min(1.0, 20.0 / np.linalg.norm(model.grads))"))
)

patient_6.mistake(
    "CLIN6-SIGN",
    name="it goes uphill",
    sees="The steps are short and go the wrong way.",
    question="Which sign has the gradient in your line?",
)(_mend(6, ("-= lr * model.grads", "+= lr * model.grads * min(1.0, 0.5 / np.linalg.norm(model.grads))")))

_common_mistakes(patient_6, 6)


# 16.7


@exercise(
    "16.7",
    "A network that says nothing",
    returns=None,
    hints=(
        "The gradient of the first layer is 0 from the first batch on. Which units can pass one back?",
        "A ReLU that is below zero for every example has no slope. Look at what is set before the "
        "first batch.",
        "Start the hidden biases at 0, or leave them as the network drew them.",
        "The same in another story, pupils that are only asked when they put up a hand:\n    courage "
        "= -4.0      # nobody ever does, so nobody learns that it is worth it\n    courage = 0.0",
    ),
    after="Worth keeping: a gradient of exactly 0 in a layer is no small gradient. Count the units "
    "that answer to nothing.",
    start=cases.patient_7,
    optional=True,
)
def patient_7(model, x, y, rng):
    """Digits. The hidden units are ReLUs, and the biases get a start of their own.

    >>> from optimlab import clinic
    >>> clinic.run(7, patient_7).reached
    True
    """
    lr = 0.3
    model.views["1.bias"][...] = 0.0
    model.views["3.bias"][...] = 0.0
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


_look(
    patient_7,
    7,
    the_start_of_the_hidden_units=signs.units_at_start,
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_7.mistake(
    "CLIN7-HIGHLR",
    name="the learning rate is higher, and the units are still dead",
    sees="A gradient of 0 times any lr is 0.",
    question="What is the slope of a ReLU below zero?",
)(_mend(7, ("lr = 0.3", "lr = 1.0")))

patient_7.mistake("CLIN7-HIGHLR")(_mend(7, ("lr = 0.3", "lr = 3.0")))

patient_7.mistake(
    "CLIN7-LESS",
    name="the units start less far down, and most are dead still",
    sees="Some units answer now. The others never get a gradient.",
    question="For which bias does a unit answer to about half of the examples?",
)(_mend(7, ("-4.0", "-3.0")))

patient_7.mistake("CLIN7-LESS")(_mend(7, ("-4.0", "-2.5")))

patient_7.mistake(
    "CLIN7-ABOVE",
    name="the hidden units start as far above zero as they stood below",
    sees="Every unit answers to every example, so no ReLU bends anything, and the run stays too low.",
    question="For which bias does a unit answer to about half of the examples?",
)(_mend(7, ("-4.0", "4.0")))

patient_7.mistake(
    "CLIN7-OUTPUT",
    name="the other bias was changed",
    sees="The output's bias has no ReLU behind it.",
    question="Which layer is followed by a ReLU?",
)(_mend(7, ('["3.bias"][...] = 0.0', '["3.bias"][...] = 4.0')))

patient_7.mistake("CLIN7-OUTPUT")(_mend(7, ('["3.bias"][...] = 0.0', '["3.bias"][...] = 0.1')))

patient_7.mistake(
    "CLIN7-LATER",
    name="the bias is mended when the training is over",
    sees="The units are dead through the whole run.",
    question="When do the units have to be alive?",
)(
    _mend(
        7,
        (
            "            model.params -= lr * model.grads",
            "            model.params -= lr * model.grads\n    model.views['1.bias'][...] = 0.0",
        ),
    )
)

patient_7.mistake(
    "CLIN7-DECAY",
    name="weight decay is to bring the biases back",
    sees="It shrinks the bias far too slowly, and the other weights with it.",
    question="How many batches would it take, and why not start at 0?",
)(_mend(7, ("lr * model.grads", "lr * (model.grads + 0.001 * model.params)")))

patient_7.mistake(
    "CLIN7-ZEROWEIGHT",
    name="the weights of the first layer start at 0",
    sees="All units are the same unit, and ReLU's slope at 0 counts as 0.",
    question="How would two units that start alike ever become different?",
)(_mend(7, ("[...] = -4.0", "[...] = 0.0\n    model.views['1.weight'][...] = 0.0")))

_common_mistakes(patient_7, 7)


# 16.8


@exercise(
    "16.8",
    "The weights melt away",
    returns=None,
    hints=(
        "The gradient becomes short, and yet the network knows nothing. What has become of the "
        "length of the weights?",
        "A step has two parts: the gradient's, and one that pulls every weight to 0. Compare their sizes.",
        "weight_decay is usually about 0.0005 for a rate like this, a thousand times less than here.",
        "The same in another story, savings with a fee:\n    money = money + income - 0.5 * money    "
        "   # never more than two incomes\n    money = money + income - 0.0005 * money",
    ),
    after="Worth keeping: lr times decay is the share that each step takes off. Its inverse is a "
    "memory in steps.",
    start=cases.patient_8,
    optional=True,
)
def patient_8(model, x, y, rng):
    """Digits, with weight decay.

    >>> from optimlab import clinic
    >>> clinic.run(8, patient_8).reached
    True
    """
    lr, weight_decay = 0.3, 0.0005
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * (model.grads + weight_decay * model.params)


_look(
    patient_8,
    8,
    the_weight_decay=signs.decay,
    the_learning_rate=_range(1.5),
)

patient_8.convention(
    "the weight decay is taken out",
    text="It reaches its target here. On new examples a little decay often helps.",
)(_mend(8, ("0.3, 0.5", "0.3, 0.0")))

patient_8.mistake(
    "CLIN8-HALF",
    name="the decay is still far too strong",
    sees="The weights still melt faster than the gradient can build them.",
    question="lr times decay is the share that one step takes off. How many steps until half is gone?",
)(_mend(8, ("0.5", "0.2")))

patient_8.mistake("CLIN8-HALF")(_mend(8, ("0.5", "0.1")))

patient_8.mistake(
    "CLIN8-GROW",
    name="the decay makes the weights grow",
    sees="The weights run away from 0.",
    question="In which direction does decay pull, and which sign does that need?",
)(_mend(8, ("+ weight_decay", "- 0.01 *  weight_decay")))

patient_8.mistake(
    "CLIN8-HIGHLR",
    name="the learning rate is higher, and so is the pull",
    sees="lr stands in front of both parts, so their balance is what it was.",
    question="Which of the two parts of the step does lr change?",
)(_mend(8, ("0.3, 0.5", "1.0, 0.5")))

patient_8.mistake(
    "CLIN8-LOWLR",
    name="the learning rate is lower, and so is the pull",
    sees="lr stands in front of both parts, so their balance is what it was.",
    question="Which of the two parts of the step does lr change?",
)(_mend(8, ("0.3, 0.5", "0.03, 0.5")))

patient_8.mistake("CLIN8-LOWLR")(_mend(8, ("0.3, 0.5", "0.1, 0.5")))

patient_8.mistake("CLIN8-LOWLR")(_mend(8, ("0.3, 0.5", "0.003, 0.5")))

patient_8.mistake(
    "CLIN8-BOTHLOW",
    name="the learning rate is lower beside the decay",
    sees="The decay is right, and the steps are now too short for the run.",
    question="Which of the two was wrong?",
)(_mend(8, ("0.3, 0.5", "0.003, 0.0005")))

_common_mistakes(patient_8, 8)


# 16.9


@exercise(
    "16.9",
    "Lost in the first ten steps",
    returns=None,
    hints=(
        "When does the loss jump: at the start, in the middle, or at the end? What does the schedule "
        "do then?",
        "At the start Adam's steps are all of full length, and its averages know one or two "
        "gradients. The rate is highest right there.",
        "Let the rate grow in the first steps: multiply lr by min(1, (step + 1) / 60), and let it "
        "fall as before.",
        "The same in another story, a car on ice:\n    speed = 30 * min(1.0, (second + 1) / 60)",
    ),
    after="Worth keeping: a run that is lost within its first steps, and fine at a lower rate, asks "
    "for a warm-up.",
    start=cases.patient_9,
    optional=True,
)
def patient_9(model, x, y, rng):
    """Digits, four layers, Adam; the learning rate falls in a straight line.

    >>> from optimlab import clinic
    >>> clinic.run(9, patient_9).reached
    True
    """
    m, v, step = np.zeros_like(model.params), np.zeros_like(model.params), 0
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            lr = 0.1 * (1 - step / 180) * min(1, (step + 1) / 60)
            model.loss(x[rows], y[rows])
            step += 1
            m = 0.9 * m + 0.1 * model.grads
            v = 0.999 * v + 0.001 * model.grads**2
            m_hat, v_hat = m / (1 - 0.9**step), v / (1 - 0.999**step)
            model.params -= lr * m_hat / (np.sqrt(v_hat) + 1e-8)


_look(
    patient_9,
    9,
    the_first_steps=signs.beginning,
)

patient_9.convention(
    "a lower rate in place of a warm-up",
    text="It reaches its target. With a warm-up the higher rate can be used for most of the run.",
)(_mend(9, ("0.1 * (1", "0.02 * (1")))

patient_9.mistake(
    "CLIN9-SHORTWARM",
    name="the warm-up is over too soon",
    sees="After two or three steps the rate is at its full height.",
    question="How many gradients should Adam's averages have seen? 1 / (1 - 0.9) is ten, and the "
    "other is slower.",
)(_mend(9, ("(1 - step / 180)", "(1 - step / 180) * min(1, (step + 1) / 2)")))

patient_9.mistake("CLIN9-SHORTWARM")(
    _mend(9, ("(1 - step / 180)", "(1 - step / 180) * (0.5 if step == 0 else 1)"))
)

patient_9.mistake(
    "CLIN9-LONGWARM",
    name="the warm-up never ends",
    sees="The rate is still rising when the run is over.",
    question="When does the rate reach the height that the run needs?",
)(_mend(9, ("0.1 * (1 - step / 180)", "0.1 * step / 18000")))

patient_9.mistake(
    "CLIN9-NOFALL",
    name="the start is calm, and the rate does not fall any more",
    sees="In the last epochs the steps are as long as in the middle, or longer, and the accuracy stays below "
    "its target.",
    question="What did the schedule do at the end, before you changed it?",
)(_mend(9, ("0.1 * (1 - step / 180)", "0.1 * min(1, (step + 1) / 60)")))

patient_9.mistake("CLIN9-NOFALL")(_mend(9, ("0.1 * (1 - step / 180)", "0.1 * (step + 1) / 180")))

patient_9.mistake(
    "CLIN9-CONST",
    name="the rate is as high as before at the start",
    sees="The first steps are at full length. Clipping changes nothing: Adam divides by its size.",
    question="In which steps was the rate too high?",
)(_mend(9, ("0.1 * (1 - step / 180)", "0.1")))

patient_9.mistake("CLIN9-CONST")(
    _mend(
        9,
        (
            "            m = 0.9",
            "            model.grads *= min(1.0, 1.0 / np.linalg.norm(model.grads))\n            m = 0.9",
        ),
    )
)

patient_9.mistake(
    "CLIN9-NOBC",
    name="Adam's correction was taken out",
    sees="The first steps become longer, not shorter: v starts at 0 and is divided by.",
    question="Which of the two averages is too small at the start, and which side of the fraction is it on?",
)(_mend(9, ("m / (1 - 0.9**step), v / (1 - 0.999**step)", "m, v")))

_common_mistakes(patient_9, 9)


# 16.10


@exercise(
    "16.10",
    "Half a network learns",
    returns=None,
    hints=(
        "The loss falls and stops far too high. Which layers have changed between the first batch "
        "and the last?",
        "The optimizer moves what it has been given. Print model.views.keys() beside the names in the code.",
        "Give it all arrays: {name: model.views[name] for name in model.views}.",
        "The same in another story, a mailing list:\n    for name in ('C. Hall', 'C. Inn'):      # "
        "two of four\n    for name in members:",
    ),
    after="Worth keeping: count the parameters that the optimizer has, and those that the model has.",
    start=cases.patient_10,
    optional=True,
)
def patient_10(model, x, y, rng):
    """Digits. `views` maps the names of the network's arrays to the arrays.

    >>> from optimlab import clinic
    >>> clinic.run(10, patient_10).reached
    True
    """
    lr, params = 0.3, {name: model.views[name] for name in model.views}
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            for name, w in params.items():
                w -= lr * model.grad_views[name]


_look(
    patient_10,
    10,
    the_list_of_arrays_that_never_changed=signs.frozen,
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_10.mistake(
    "CLIN10-OTHERLAYER",
    name="now the other layer is left out",
    sees="The first layer learns, and the last one does not.",
    question="How many arrays has the network?",
)(_mend(10, ('("3.weight", "3.bias")', '("1.weight", "1.bias")')))

patient_10.mistake(
    "CLIN10-NOBIAS",
    name="the biases are left out",
    sees="The weights learn, and the biases stay where they were.",
    question="Which names end in bias, and who moves them?",
)(_mend(10, ('("3.weight", "3.bias")', '("1.weight", "3.weight")')))

patient_10.mistake(
    "CLIN10-ONEBIAS",
    name="one array is still missing",
    sees="All arrays learn but one.",
    question="Which name in model.views is not among yours?",
)(_mend(10, ('("3.weight", "3.bias")', '("1.weight", "3.weight", "3.bias")')))

patient_10.mistake(
    "CLIN10-ONEBIAS3",
    name="the output's bias is missing",
    sees="All arrays learn but one.",
    question="Which name in model.views is not among yours?",
)(_mend(10, ('("3.weight", "3.bias")', '("1.weight", "1.bias", "3.weight")')))

patient_10.mistake(
    "CLIN10-COPY",
    name="copies are moved, not the network's own arrays",
    sees="The weights that are moved are not those of the network.",
    question="Is model.views[name] the network's array, and what does .copy() make of it?",
)(
    _mend(
        10,
        (
            'model.views[name] for name in ("3.weight", "3.bias")',
            "model.views[name].copy() for name in model.views",
        ),
    )
)

patient_10.mistake(
    "CLIN10-HIGHLR",
    name="the learning rate is higher, and the first layer stands still",
    sees="The last layer learns faster, from features that never change.",
    question="Which arrays changed?",
)(_mend(10, ("lr, params = 0.3", "lr, params = 1.0")))

patient_10.mistake("CLIN10-HIGHLR")(_mend(10, ("lr, params = 0.3", "lr, params = 2.0")))

patient_10.mistake("CLIN10-HIGHLR")(_mend(10, ("lr, params = 0.3", "lr, params = 3.0")))

patient_10.mistake(
    "CLIN10-TWICE",
    name="each step is made twice",
    sees="All arrays move, and they move once more with the flat vector.",
    question="model.params is all of the views at once. How many of your lines move it?",
)(
    _mend(
        10,
        ('for name in ("3.weight", "3.bias")', "for name in model.views"),
        ("            for name, w", "            model.params -= 2 * model.grads\n            for name, w"),
    )
)

_common_mistakes(patient_10, 10, still=False)


# 16.11


@exercise(
    "16.11",
    "It starts well and falls asleep",
    returns=None,
    hints=(
        "The gradient is as long at the end as it was at the start, and nothing moves. What is left "
        "of a step?",
        "Three quarters in every batch: after fifteen batches 1 % of the rate is left. How often was "
        "it meant to fall?",
        "The line that lowers lr belongs to the loop over epochs: two levels of indentation, not three.",
        "The same in another story, a holiday fund:\n    for month in year:\n        for day in "
        "month:\n            spend(fund)\n        fund = 0.75 * fund       # at the end of a month, "
        "not of a day",
    ),
    after="Worth keeping: print lr beside the loss. A schedule per epoch that is called per batch is "
    "over in one epoch.",
    start=cases.patient_11,
    optional=True,
)
def patient_11(model, x, y, rng):
    """Digits. A schedule takes a quarter off the learning rate after each epoch.

    >>> from optimlab import clinic
    >>> clinic.run(11, patient_11).reached
    True
    """
    lr = 0.5
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads
        lr = 0.75 * lr


_look(
    patient_11,
    11,
    when_the_rate_falls=signs.schedule,
    the_direction_of_the_steps=signs.direction,
    the_learning_rate=_range(1.5),
)

patient_11.convention(
    "the rate falls a little with every batch, by a quarter in an epoch",
    text="Fifteen such steps make the same quarter.",
)(_mend(11, ("0.75 * lr", "0.75 ** (1 / 15) * lr")))

patient_11.mistake(
    "CLIN11-HIGHLR",
    name="the rate starts higher, and falls as fast",
    sees="The first steps are longer; after an epoch nothing is left of any rate.",
    question="How much of lr is left after fifteen batches?",
)(_mend(11, ("lr = 0.5", "lr = 1.4")))

patient_11.mistake("CLIN11-HIGHLR")(_mend(11, ("lr = 0.5", "lr = 1.0")))

patient_11.mistake(
    "CLIN11-TOOHIGH",
    name="the rate starts far too high",
    sees="The first batches throw the network, and then the rate is gone.",
    question="How much of lr is left after fifteen batches, and was its start wrong?",
)(_mend(11, ("lr = 0.5", "lr = 5.0")))

patient_11.mistake("CLIN11-TOOHIGH")(_mend(11, ("lr = 0.5", "lr = 8.0")))

patient_11.mistake(
    "CLIN11-GONE",
    name="the schedule was taken out",
    sees="The rate never falls. The text of the case asks for a quarter less after each epoch.",
    question="Was the schedule wrong, or the place from which it is called?",
)(_mend(11, ("            lr = 0.75 * lr\n", "")))

patient_11.mistake(
    "CLIN11-SLOWER",
    name="the rate still falls with every batch",
    sees="It falls less, or begins anew in each epoch, but from batch to batch it falls.",
    question="How often shall the rate fall, and by how much?",
)(_mend(11, ("0.75 * lr", "0.95 * lr")))

patient_11.mistake("CLIN11-SLOWER")(_mend(11, ("        for rows", "        lr = 0.5\n        for rows")))

patient_11.mistake(
    "CLIN11-GROWS",
    name="the rate grows",
    sees="It becomes larger with every epoch, until the run is lost.",
    question="Multiply or divide by 0.75?",
)(_mend(11, ("            lr = 0.75 * lr", "        lr = lr / 0.75")))

_common_mistakes(patient_11, 11)


# 16.12


@exercise(
    "16.12",
    "The day after",
    returns=None,
    hints=(
        "At the batch at which the run went on, the loss jumps. What did the optimizer know before, "
        "and what does it know then?",
        "A run is more than its weights: there is the velocity, and the count that the schedule goes "
        "by. What is in `saved`?",
        'saved = {"params": model.params.copy(), "v": v.copy(), "step": step}.',
        "The same in another story, a book that is put down:\n    saved = {'page': page}             "
        "                 # and who was the murderer's aunt?\n    saved = {'page': page, 'notes': "
        "list(notes)}",
    ),
    after="Worth keeping: save the optimizer's state and the schedule's count with the weights, and "
    "the rng's too.",
    start=cases.patient_12,
    optional=True,
)
def patient_12(model, x, y, rng):
    """Digits, momentum, a falling rate. Saved after ten epochs, and taken up again.

    >>> from optimlab import clinic
    >>> clinic.run(12, patient_12).reached
    True
    """
    v, step = np.zeros_like(model.params), 0
    for epoch in range(12):
        if epoch == 10:
            saved = {"params": model.params.copy(), "v": v.copy(), "step": step}
            model.params[...] = saved["params"]
            v = saved.get("v", np.zeros_like(v))
            step = saved.get("step", 0)
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            v = 0.9 * v + model.grads
            model.params -= 0.5 * 0.97**step * v
            step += 1


_look(
    patient_12,
    12,
    when_it_goes_on=signs.resumed,
)

patient_12.mistake(
    "CLIN12-NOV",
    name="the velocity is lost",
    sees="The rate goes on where it was; the velocity starts at 0.",
    question="Which array does the optimizer keep from step to step, and is it in `saved`?",
)(_mend(12, ('{"params": model.params.copy()}', '{"params": model.params.copy(), "step": step}')))

patient_12.mistake(
    "CLIN12-NOSTEP",
    name="the schedule starts anew",
    sees="The velocity is there; the rate is what it was at the very beginning.",
    question="By which number does the schedule go, and is it in `saved`?",
)(_mend(12, ('{"params": model.params.copy()}', '{"params": model.params.copy(), "v": v.copy()}')))

patient_12.mistake("CLIN12-NOSTEP")(
    _mend(
        12, ('{"params": model.params.copy()}', '{"params": model.params.copy(), "v": v.copy(), "step": 0}')
    )
)

patient_12.mistake(
    "CLIN12-LOWLR",
    name="the rate is lower, and nothing more is saved",
    sees="The jump is smaller. It is still there.",
    question="What is different at that batch from the one before it?",
)(_mend(12, ("0.5 *", "0.1 *")))

patient_12.mistake("CLIN12-LOWLR")(_mend(12, ("0.5 *", "0.2 *")))

patient_12.mistake(
    "CLIN12-OTHERKEY",
    name="it is saved under one name and read under another",
    sees="The run goes on as if nothing had been saved.",
    question="Which names do the last lines of the `if` ask for?",
)(
    _mend(
        12,
        (
            '{"params": model.params.copy()}',
            '{"params": model.params.copy(), "velocity": v.copy(), "t": step}',
        ),
    )
)

_common_mistakes(patient_12, 12)
