"""Exercises of lesson 00: what an optimizer is."""

import numpy as np

from .lesson_02 import gradient_descent
from .parts import exercise, value_exercise
from .probing import GRADS, START, other_shapes
from .trace import Seen

# 00.1


@exercise(
    "00.1",
    "One step downhill",
    returns="w",
    hints=(
        "Three things come in. Which of them is the place, which the slope, and which says how far to go?",
        "The gradient points to where the loss grows fastest. Go the other way, by the share lr of it, from "
        "where you are.",
        "One line: return w - (lr times something). Write it with `-`, which makes a new array; `-=` would "
        "write into the caller's.",
        "The same shape in another story, a thermostat that answers how much too warm it is:\n"
        "    return heating - rate * too_warm",
    ),
    after="Worth keeping: the gradient gives the direction, and lr is the only part of the step that is "
    "yours.",
)
def gd_step(w, grad, lr):
    """Take one step of gradient descent and return the new weights.

    w and grad are arrays of one shape, any shape: the weights, and the gradient of
    the loss there. lr > 0 is the learning rate. Move every weight against its own
    gradient, by lr times it. Return a new array of the same shape; w and grad stay
    as they are.

    >>> gd_step(np.array([1.0, -2.0]), np.array([4.0, -1.0]), lr=0.25)
    array([ 0.  , -1.75])
    """
    return w - lr * grad


def _steps(step, where, start, grads, lr):
    w = start
    for count, grad in enumerate(grads, start=1):
        before = w
        w = step(w, grad, lr)
        yield Seen(f"{where}step {count}", "w", w, start=before)


@gd_step.probe("two runs of five steps")
def _(step):
    yield from _steps(step, "run 1, ", START, GRADS, 0.1)
    yield from _steps(step, "run 2, ", START[::-1].copy(), GRADS, 0.025)


@gd_step.probe("a gradient of zero, and a large one")
def _(step):
    yield from _steps(step, "zero gradient, ", START, np.zeros((1, 4)), 0.1)
    yield from _steps(step, "large gradient, ", START, 1e6 * GRADS[:2], 0.5)


@gd_step.probe("whole numbers as a start")
def _(step):
    yield from _steps(step, "", np.array([1, -2, 0, 3]), GRADS[:3], 0.1)


@gd_step.probe("float32")
def _(step):
    yield from _steps(step, "", START.astype(np.float32), GRADS[:4].astype(np.float32), 0.1)


@gd_step.probe("other shapes", lenient=True)
def _(step):
    for label, start, grads in other_shapes():
        yield from _steps(step, f"{label}, ", start, grads, 0.1)


@gd_step.mistake(
    "GD-SIGN",
    name="it walks uphill",
    sees="Every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, lr):
    return w + lr * grad


@gd_step.mistake(
    "GD-NOLR",
    name="the learning rate is not used",
    sees="Every move is the whole gradient, whatever lr is.",
    question="If lr is halved, what should happen to the move, and what happens in your line?",
)
def _(w, grad, lr):
    return w - grad


@gd_step.mistake(
    "GD-LRFIXED",
    name="a number stands where lr belongs",
    sees="Every move is the same multiple of the gradient, whatever lr is.",
    question="Your function is given lr. In which place of your line does it appear?",
)
def _(w, grad, lr):
    return w - 0.1 * grad


@gd_step.mistake("GD-LRFIXED")
def _(w, grad, lr):
    return w - 0.2 * grad


@gd_step.mistake("GD-LRFIXED")
def _(w, grad, lr):
    return w - 0.5 * grad


@gd_step.mistake("GD-LRFIXED")
def _(w, grad, lr):
    return w - 0.01 * grad


@gd_step.mistake(
    "GD-LR2",
    name="the learning rate is squared",
    sees="Halving lr makes the move four times shorter, not two.",
    question="How many times does lr stand in your line?",
)
def _(w, grad, lr):
    return w - lr * lr * grad


@gd_step.mistake(
    "GD-LRDIV",
    name="divided by the learning rate",
    sees="A smaller lr makes the move longer.",
    question="What should a small learning rate do to a step?",
)
def _(w, grad, lr):
    return w - grad / lr


@gd_step.mistake(
    "GD-NORM",
    name="the gradient is brought to length one first",
    sees="Every move is lr long, on a steep slope and on a flat one.",
    question="Near the bottom the gradient gets small. What should the step do there?",
)
def _(w, grad, lr):
    return w - lr * grad / np.linalg.norm(grad)


@gd_step.mistake("GD-NORM")
def _(w, grad, lr):
    length = np.linalg.norm(grad)
    return w - lr * grad / length if length > 0 else w * 1.0


@gd_step.mistake(
    "GD-SIGNSTEP",
    name="only the sign of the gradient is used",
    sees="Every coordinate moves by lr, however steep it is.",
    question="Two slopes, one ten times steeper. How should their steps compare?",
)
def _(w, grad, lr):
    return w - lr * np.sign(grad)


@gd_step.mistake(
    "GD-ABS",
    name="the size of the gradient is used, without its sign",
    sees="Every weight goes down, also where the gradient is negative and going up would help.",
    question="Where the gradient is negative, on which side is downhill?",
)
def _(w, grad, lr):
    return w - lr * np.abs(grad)


@gd_step.mistake(
    "GD-MEAN",
    name="the gradient is averaged over its coordinates",
    sees="All coordinates move by the same amount.",
    question="w has several coordinates. How many numbers does its gradient have, and how many do you use?",
)
def _(w, grad, lr):
    return w - lr * np.mean(grad)


@gd_step.mistake(
    "GD-TOTAL",
    name="the gradient is summed over its coordinates",
    sees="All coordinates move by the same amount, and by a lot.",
    question="Should the slope along one weight move the others?",
)
def _(w, grad, lr):
    return w - lr * np.sum(grad)


@gd_step.mistake(
    "GD-DIVN",
    name="the move is divided by the number of coordinates",
    sees="With n weights every move is 1 / n times the expected one.",
    question="An average belongs to the examples of a data set. Is there a data set in this exercise?",
)
def _(w, grad, lr):
    return w - lr * grad / w.size


@gd_step.mistake(
    "GD-HALF",
    name="the move is half as long as it should be",
    sees="Every move is 0.5 times the expected one.",
    question="Halves and twos come from squares. Is there a square in this exercise?",
)
def _(w, grad, lr):
    return w - lr * grad / 2


@gd_step.mistake(
    "GD-DOUBLE",
    name="the move is twice as long as it should be",
    sees="Every move is 2 times the expected one.",
    question="Is the gradient that you are given already the whole slope?",
)
def _(w, grad, lr):
    return w - 2 * lr * grad


@gd_step.mistake(
    "GD-SHRINK",
    name="w is multiplied by lr",
    sees="After one step w is almost only the gradient, with its sign turned, or almost nothing.",
    question="lr shortens the move. Should it shorten w too?",
)
def _(w, grad, lr):
    return lr * (w - grad)


@gd_step.mistake("GD-SHRINK")
def _(w, grad, lr):
    return lr * w - grad


@gd_step.mistake("GD-SHRINK")
def _(w, grad, lr):
    return (w - lr) * grad


@gd_step.mistake(
    "GD-RELATIVE",
    name="each weight moves by a share of itself",
    sees="A weight of zero would never move, and large weights move far.",
    question="Does the length of a step depend on how large the weight is, or on how steep the loss is?",
)
def _(w, grad, lr):
    return w * (1 - lr * grad)


@gd_step.mistake(
    "GD-DELTA",
    name="w is replaced by the move",
    sees="After one step w is small and has forgotten where it was.",
    question="After a step, where is the ball? Is that the same as how far it went?",
)
def _(w, grad, lr):
    return -lr * grad


@gd_step.mistake("GD-DELTA")
def _(w, grad, lr):
    return lr * grad


@gd_step.mistake(
    "GD-TURNED",
    name="the difference is the wrong way round",
    sees="The new w is the expected one with its sign turned.",
    question="From what do you subtract what: the place from the move, or the move from the place?",
)
def _(w, grad, lr):
    return lr * grad - w


@gd_step.mistake(
    "GD-SWAPPED",
    name="w and the gradient have changed places",
    sees="The result is the gradient, moved a little by w.",
    question="Which of the two is the place that you start from?",
)
def _(w, grad, lr):
    return grad - lr * w


@gd_step.mistake(
    "GD-ONEWEIGHT",
    name="only the first weight moves",
    sees="Coordinate 1 agrees; all others stay where they were.",
    question="How many of the weights does your line change?",
)
def _(w, grad, lr):
    new = np.array(w, float)
    new[0] = new[0] - lr * grad[0]
    return new


@gd_step.mistake("GD-ONEWEIGHT")
def _(w, grad, lr):
    new = w.copy()
    new[0] = new[0] - lr * grad[0]
    return new


@gd_step.mistake(
    "GD-NOTMOVED",
    name="w comes back as it was",
    sees="Nothing has moved.",
    question="Which line of yours changes w, and is it the changed one that you return?",
)
def _(w, grad, lr):
    return w.copy()


@gd_step.mistake("GD-NOTMOVED")
def _(w, grad, lr):
    return w


@gd_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the steps are cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, lr):
    new = np.zeros_like(w)
    new[...] = w - lr * grad
    return new


@gd_step.mistake("GD-INT")
def _(w, grad, lr):
    w = w.copy()
    w -= lr * grad
    return w


@gd_step.mistake("GD-INPLACE")
def _(w, grad, lr):
    new = w - lr * grad
    if w.dtype.kind == "f":
        w[...] = new
    return new


@gd_step.mistake("GD-INPLACE")
def _(w, grad, lr):
    grad *= lr
    return w - grad


@gd_step.mistake("GD-ALIAS")
def _(w, grad, lr):
    return w - lr * grad if np.any(grad) else w


@gd_step.mistake("MOM-CLASSVAR")
def _(w, grad, lr, moves=[]):  # noqa: B006
    moves.append(lr * grad)
    return w - sum(move.sum() for move in moves)


# 00.2


@value_exercise(
    "00.2",
    "Which rule climbs?",
    hints=(
        "Take one weight, a gradient of 1 and lr 0.1, and work out with pencil where each rule puts it.",
        "Only the sign of the first move matters. Two of the rules keep a velocity v that starts at 0; "
        "there, find the sign of v first, and then what the last line does with it.",
        "For each rule: new w minus old w, at grad = 1. Downhill means that it is negative. Two minus signs "
        "make a plus.",
        "The same question in another story. You owe 10 and pay back 1. Which of these notes is wrong?\n"
        "    debt = debt - 1\n"
        "    change = -1; debt = debt + change\n"
        "    change = -1; debt = debt - change\n"
        "The third: it takes away a loss, so the debt grows.",
    ),
    after="Worth keeping: a velocity that already points downhill is added, not subtracted. This bug has "
    "been in tutorials for years.",
)
def climbs():
    """Which of these four rules climbs: which one makes the loss grow?

    grad is the gradient at w, lr > 0 is small, and v starts at 0.

        A    w = w - lr * grad
        B    v = 0.9 * v - grad
             w = w - lr * v
        C    v = 0.9 * v - lr * grad
             w = w + v
        D    w = w - lr * grad / np.abs(grad)

    Write its letter, in quotes.
    """
    return "B"


@climbs.mistake(
    "CLIMB-A",
    name="A goes downhill",
    sees="At grad = 1 and lr = 0.1, w falls by 0.1. This is plain gradient descent.",
    question="The gradient points uphill. What does the minus sign do with it?",
)
def _():
    return "A"


@climbs.mistake(
    "CLIMB-C",
    name="C goes downhill",
    sees="At grad = 1 and lr = 0.1, v becomes -0.1, and w falls by 0.1. The plus is right: v already points "
    "downhill.",
    question="What is the sign of v after its first line, here and in the other rule that has a v?",
)
def _():
    return "C"


@climbs.mistake(
    "CLIMB-D",
    name="D goes downhill",
    sees="grad / np.abs(grad) is 1 or -1, the sign of the gradient. At grad = 1 and lr = 0.1, w falls by "
    "0.1.",
    question="Dividing by a positive number changes the length of a move. Does it change its direction?",
)
def _():
    return "D"


@climbs.mistake(
    "CLIMB-BOTH",
    name="only one of the two rules with a velocity climbs",
    sees="B and C both put minus the gradient into v. They differ in what the last line does with it.",
    question="At grad = 1, what is v in each of the two, and which way does w go then?",
)
def _():
    return "B", "C"


@climbs.mistake("CLIMB-BOTH")
def _():
    return "BC"


@climbs.mistake("CLIMB-BOTH")
def _():
    return "B, C"


@climbs.mistake("CLIMB-BOTH")
def _():
    return "B and C"


@climbs.mistake(
    "CLIMB-NONE",
    name="one of them does climb",
    sees="A minus sign in every rule looks safe. In one rule there are two that undo each other.",
    question="Which rule has a minus in front of the gradient, and one more in front of what came out?",
)
def _():
    return "none"


# 00.3


@exercise(
    "00.3",
    "From one step to a whole path",
    returns="path",
    hints=(
        "Count the rows first. After two steps there are three places where w has been.",
        "An optimizer is a loop around one step. In each round: ask for the gradient where w is now, take "
        "the step of 00.1, remember the new place.",
        "path = [w]; in the loop w = w - lr * grad_fn(w) and path.append(w); at the end np.array(path). "
        "`w -= ...` would change the array that is already in the path.",
        "The same shape in another story, a debt that is paid back by a share each month:\n"
        "    log = [debt]\n"
        "    for _ in range(months):\n"
        "        debt = debt - share * interest(debt)\n"
        "        log.append(debt)\n"
        "    return np.array(log)",
    ),
    after="Worth keeping: state, rule, loop. Every optimizer of this course is this function with another "
    "line in the middle.",
)
def minimize(grad_fn, w, lr, steps):
    """Walk downhill from w and return every place on the way.

    grad_fn maps an array of shape (n,) to the gradient there, of the same shape.
    w is the start, shape (n,). lr > 0; steps is an integer, 0 or more. In each step
    ask for the gradient where w is now, and move by -lr times it. Return an array
    of shape (steps + 1, n): the start first, then w after each step. w itself stays
    as it is.

    >>> minimize(lambda w: w, np.array([8.0, -4.0]), lr=0.5, steps=2)
    array([[ 8., -4.],
           [ 4., -2.],
           [ 2., -1.]])
    """
    path = [w]
    for _ in range(steps):
        w = w - lr * grad_fn(w)
        path.append(w)
    return np.array(path)


# 02.1 asks for the same function again, so what can go wrong there can go wrong here.
minimize.probes.extend(gradient_descent.probes)
minimize.mistakes.extend(gradient_descent.mistakes)
