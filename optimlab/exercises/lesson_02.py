"""Exercises of lesson 02: gradient descent and the learning rate."""

import math

import numpy as np

from .parts import exercise
from .trace import Counted, Seen

# 02.1


@exercise(
    "02.1",
    "Gradient descent, with its path",
    returns="path",
    hints=(
        "Count the rows first. With steps = 2 there are three places where w stands.",
        "A loop that runs `steps` times. In each round: ask for the gradient where w is now, move against "
        "it, and "
        "remember the new place.",
        "path = [w]; in the loop w = w - lr * grad_fn(w) and path.append(w); at the end np.array(path). "
        "`w -= ...` would change the array that is already in the path.",
        "The same shape in another story, a cup of coffee that cools:\n"
        "    log = [temperature]\n"
        "    for _ in range(minutes):\n"
        "        temperature = temperature - rate * (temperature - room)\n"
        "        log.append(temperature)\n"
        "    return np.array(log)",
    ),
    after="Worth keeping: the gradient is asked for anew at every place; that is the whole method.",
)
def gradient_descent(grad_fn, w, lr, steps):
    """Run gradient descent from w and return the whole path.

    grad_fn maps an array of shape (n,) to the gradient there, of the same shape.
    w is the start, shape (n,). lr > 0; steps is an integer, 0 or more. Return an
    array of shape (steps + 1, n): row 0 is the start, row k is w after k steps.
    w itself stays as it is.

    >>> gradient_descent(lambda w: 2 * w, np.array([8.0]), lr=0.25, steps=3).ravel()
    array([8., 4., 2., 1.])
    """
    path = [w]
    for _ in range(steps):
        w = w - lr * grad_fn(w)
        path.append(w)
    return np.array(path)


def _bent_valley(w):
    """A gradient that couples the coordinates and is not linear, so that stale and shuffled steps show."""
    w = np.asarray(w, float)
    return np.linspace(0.5, 4.0, w.size) * w + 0.3 * np.roll(w, 1) + 0.1 * w**3 + 0.2


def _recorded(size, asked, dtype=float):
    def grad_fn(w):
        if np.shape(w) != (size,):
            raise TypeError(f"grad_fn takes one array of shape ({size},)")
        asked.append(np.array(w, float))
        return _bent_valley(w).astype(dtype)

    return Counted("grad_fn", grad_fn)


def _walk(descend, where, w, lr, steps):
    asked = []
    path = descend(_recorded(w.size, asked, w.dtype if w.dtype.kind == "f" else float), w, lr, steps)
    asked = list(asked)
    yield Seen(where.rstrip(", "), "the shape of the path", np.array(path.shape))
    if path.shape != (steps + 1, w.size):
        yield Seen(where.rstrip(", "), "the path", path)
        return
    for step in range(steps + 1):
        here = "the start" if step == 0 else f"step {step}"
        if step and len(asked) == steps:
            yield Seen(f"{where}{here}", "the point where the gradient is taken", asked[step - 1], clue=True)
        yield Seen(f"{where}{here}", "w", path[step], start=path[step - 1] if step else None)


@gradient_descent.probe("two runs, of five steps and of four")
def _(descend):
    yield from _walk(descend, "run 1, ", np.array([1.0, -2.0, 0.5]), lr=0.1, steps=5)
    yield from _walk(descend, "run 2, ", np.array([1.0, -2.0, 0.5]), lr=0.05, steps=4)


@gradient_descent.probe("no step at all, one step, one weight")
def _(descend):
    yield from _walk(descend, "no step, ", np.array([1.0, -2.0, 0.5]), lr=0.1, steps=0)
    yield from _walk(descend, "one step, ", np.array([1.0, -2.0, 0.5]), lr=0.1, steps=1)
    yield from _walk(descend, "one weight, ", np.array([2.0]), lr=0.1, steps=3)


@gradient_descent.probe("whole numbers as a start")
def _(descend):
    yield from _walk(descend, "", np.array([1, -2, 3]), lr=0.1, steps=3)


@gradient_descent.probe("float32")
def _(descend):
    yield from _walk(descend, "", np.array([1.0, -2.0, 0.5], np.float32), lr=0.1, steps=3)


def _bottom(size):
    w = np.zeros(size)
    for _ in range(400):
        w = w - 0.1 * _bent_valley(w)
    return w


@gradient_descent.probe("a start where the gradient is tiny")
def _(descend):
    yield from _walk(descend, "", _bottom(3) + np.array([1e-7, -1e-7, 1e-7]), lr=0.1, steps=3)


@gradient_descent.mistake(
    "GD-EARLY",
    name="it stops before its steps are done",
    sees="Where the gradient is tiny the path has fewer points than asked for.",
    question="Which line ends your loop early, and who asked for it?",
)
def _(grad_fn, w, lr, steps):
    path = [w]
    for _ in range(steps):
        grad = grad_fn(path[-1])
        if np.linalg.norm(grad) < 1e-6:
            break
        path.append(path[-1] - lr * grad)
    return np.array(path)


@gradient_descent.mistake(
    "GD-SIGN",
    name="it walks uphill",
    sees="Every move goes along the gradient, and the path runs away.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w + lr * grad_fn(w))


def _descent(w, steps, move):
    path = [w]
    for t in range(steps):
        w = move(w, t)
        path.append(w)
    return np.array(path)


@gradient_descent.mistake(
    "GD-NOLR",
    name="the learning rate is not used",
    sees="Each first move is the whole gradient, whatever lr is.",
    question="If lr is halved, what should happen to the first move, and what happens in your lines?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - grad_fn(w))


@gradient_descent.mistake(
    "GD-LR2",
    name="the learning rate is squared",
    sees="Halving lr makes the first move four times shorter, not two.",
    question="How many times does lr stand in the line that moves w?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * lr * grad_fn(w))


@gradient_descent.mistake(
    "GD-LRDIV",
    name="divided by the learning rate",
    sees="A smaller lr makes the first move longer.",
    question="What should a small learning rate do to a step?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - grad_fn(w) / lr)


@gradient_descent.mistake(
    "GD-LRDECAY",
    name="the learning rate shrinks from step to step",
    sees="The first step agrees; the second is half as long as it should be, the third a third.",
    question="Does the rule of this exercise know which step it is in?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr / (t + 1) * grad_fn(w))


@gradient_descent.mistake(
    "GD-NORM",
    name="the gradient is brought to length one first",
    sees="Every move is lr long, on a steep slope and on a flat one.",
    question="Near the bottom the gradient gets small. What should the step do there?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * grad_fn(w) / np.linalg.norm(grad_fn(w)))


@gradient_descent.mistake(
    "GD-SIGNSTEP",
    name="only the sign of the gradient is used",
    sees="Every coordinate moves by lr in each step, however steep it is.",
    question="Two slopes, one ten times steeper. How should their steps compare?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * np.sign(grad_fn(w)))


@gradient_descent.mistake(
    "GD-MEAN",
    name="the gradient is averaged over its coordinates",
    sees="All coordinates move by the same amount.",
    question="w has several coordinates. How many numbers does its gradient have, and how many do you use?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * np.mean(grad_fn(w)))


@gradient_descent.mistake(
    "GD-DIVN",
    name="the gradient is divided by the number of coordinates",
    sees="Each first move is 1 / n times the expected one, for n weights.",
    question="An average belongs to the examples of a data set. Is there a data set in this exercise?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * grad_fn(w) / len(w))


@gradient_descent.mistake(
    "GD-STALE",
    name="the gradient is taken once, before the loop",
    sees="The first step agrees; after it every move is the same as the first.",
    question="How often is grad_fn asked in five steps, and where does w stand each time?",
)
def _(grad_fn, w, lr, steps):
    grad = grad_fn(w)
    return _descent(w, steps, lambda w, t: w - lr * grad)


@gradient_descent.mistake(
    "GD-LATE",
    name="each step uses the gradient of the place before",
    sees="The first two moves are equal; the path then runs one gradient behind.",
    question="In your loop, what comes first: asking for the gradient, or moving? Which w is asked?",
)
def _(grad_fn, w, lr, steps):
    path, grad = [w], grad_fn(w)
    for _ in range(steps):
        new = w - lr * grad
        grad = grad_fn(w)
        w = new
        path.append(w)
    return np.array(path)


@gradient_descent.mistake(
    "GD-FROMSTART",
    name="every step starts from the first place again",
    sees="The first step agrees; after it the rows hover around one step from the start.",
    question="From where does the third step leave: from the start, or from where the second one ended?",
)
def _(grad_fn, w, lr, steps):
    path = [w]
    for _ in range(steps):
        path.append(w - lr * grad_fn(path[-1]))
    return np.array(path)


@gradient_descent.mistake(
    "GD-NOTMOVED",
    name="w itself never moves",
    sees="The first step agrees; every later row repeats it.",
    question="After the first round of the loop, what is in w?",
)
def _(grad_fn, w, lr, steps):
    return np.array([w] + [w - lr * grad_fn(w) for _ in range(steps)])


@gradient_descent.mistake(
    "GD-SEQ",
    name="the first weight moves before the gradient of the second is taken",
    sees="In the first step coordinate 1 agrees and the others do not.",
    question="How often is grad_fn asked in one step, and where does the first weight stand each time?",
)
def _(grad_fn, w, lr, steps):
    path, w = [w], np.array(w, float)
    for _ in range(steps):
        for i in range(len(w)):
            w[i] = w[i] - lr * grad_fn(w)[i]
        path.append(w.copy())
    return np.array(path)


@gradient_descent.mistake(
    "GD-ACCUM",
    name="the gradients add up from step to step",
    sees="The first step agrees; after it each move carries all earlier gradients.",
    question="When a new step begins, what is left in your gradient from the step before?",
)
def _(grad_fn, w, lr, steps):
    path, total = [w], np.zeros(w.shape)
    for _ in range(steps):
        total = total + grad_fn(w)
        w = w - lr * total
        path.append(w)
    return np.array(path)


@gradient_descent.mistake(
    "GD-SHRINK",
    name="w is multiplied by lr",
    sees="After one step w is almost only the gradient, with its sign turned.",
    question="lr shortens the move. Should it shorten w too?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: lr * (w - grad_fn(w)))


@gradient_descent.mistake("GD-SHRINK")
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: lr * w - grad_fn(w))


@gradient_descent.mistake(
    "GD-DELTA",
    name="w is replaced by the move",
    sees="After one step w is small and has forgotten where it was.",
    question="After a step, where is the ball? Is that the same as how far it went?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: -lr * grad_fn(w))


@gradient_descent.mistake("GD-DELTA")
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: lr * grad_fn(w))


@gradient_descent.mistake(
    "GD-OFF1",
    name="the start is missing from the path",
    sees="There are `steps` rows, and the first of them is already one step old.",
    question="Where was w before the first step? Which row says so?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * grad_fn(w))[1:]


@gradient_descent.mistake(
    "GD-SHORT",
    name="the last step is missing from the path",
    sees="There are `steps` rows: the start, and one step too few.",
    question="A fence with five fields has how many posts?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps - 1, lambda w, t: w - lr * grad_fn(w))


@gradient_descent.mistake(
    "GD-FIRSTROUND",
    name="it comes back in the first round of the loop",
    sees="There are two rows, however many steps are asked for.",
    question="How far is your return line indented, and after how many rounds is it reached?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, 1, lambda w, t: w - lr * grad_fn(w)) if steps else None


@gradient_descent.mistake(
    "GD-LONG",
    name="it takes one step too many",
    sees="There are steps + 2 rows.",
    question="How many times does your loop run for steps = 1?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps + 1, lambda w, t: w - lr * grad_fn(w))


@gradient_descent.mistake(
    "GD-TWICE",
    name="the start is in the path twice",
    sees="Row 1 repeats row 0, and the last step is missing.",
    question="In the loop, what comes first: moving, or remembering?",
)
def _(grad_fn, w, lr, steps):
    path = _descent(w, steps, lambda w, t: w - lr * grad_fn(w))
    return np.concatenate([path[:1], path])[: steps + 1]


@gradient_descent.mistake("GD-TWICE")
def _(grad_fn, w, lr, steps):
    path = _descent(w, steps, lambda w, t: w - lr * grad_fn(w))
    return np.concatenate([path[:1], path])


@gradient_descent.mistake(
    "GD-ROWZERO",
    name="row 0 was never filled with the start",
    sees="Row 0 is zero; the other rows agree.",
    question="After np.zeros, which rows does your loop write into?",
)
def _(grad_fn, w, lr, steps):
    path = _descent(w, steps, lambda w, t: w - lr * grad_fn(w)) * 1.0
    path[0] = 0.0
    return path


@gradient_descent.mistake(
    "GD-LASTROW",
    name="the last row was never filled",
    sees="The last row is zero; the other rows agree.",
    question="Which is the largest index that your loop writes to, and which is the last row?",
)
def _(grad_fn, w, lr, steps):
    path = _descent(w, steps, lambda w, t: w - lr * grad_fn(w)) * 1.0
    path[-1] = 0.0
    return path


@gradient_descent.mistake(
    "GD-PATHALIAS",
    name="all rows of the path are one and the same array",
    sees="Every row equals the last one, the start included.",
    question="`w -= ...` changes the array itself. How many different arrays have you put into the path?",
)
def _(grad_fn, w, lr, steps):
    w = np.array(w, float)
    path = [w]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w)
    return np.array(path)


@gradient_descent.mistake("GD-PATHALIAS")
def _(grad_fn, w, lr, steps):
    path = [w]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w)
    return np.array(path)


@gradient_descent.mistake(
    "GD-STARTALIAS",
    name="row 0 has moved along with w",
    sees="Row 0 repeats row 1 or the last row; the others agree.",
    question="Row 0 was put into the path before the loop. Was it a copy, or the array that `w -= ...` "
    "changes?",
)
def _(grad_fn, w, lr, steps):
    path = _descent(w, steps, lambda w, t: w - lr * grad_fn(w))
    path[0] = path[-1]
    return path


@gradient_descent.mistake("GD-STARTALIAS")
def _(grad_fn, w, lr, steps):
    path = _descent(w, steps, lambda w, t: w - lr * grad_fn(w))
    path[0] = path[min(1, steps)]
    return path


@gradient_descent.mistake(
    "GD-TRANSPOSED",
    name="rows and columns have changed places",
    sees="The shape is (n, steps + 1).",
    question="Each row should be one place. How many rows is that?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * grad_fn(w)).T


@gradient_descent.mistake(
    "GD-FLAT",
    name="the places have been joined into one long row",
    sees="The shape is ((steps + 1) * n,).",
    question="What does the function that you use do with arrays: put them end to end, or one below the "
    "other?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * grad_fn(w)).ravel()


@gradient_descent.mistake(
    "GD-LASTONLY",
    name="only the final w comes back, not the path",
    sees="The shape is (n,).",
    question="What has happened to the places where w stood on the way?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * grad_fn(w))[-1].copy()


@gradient_descent.mistake(
    "GD-REVERSED",
    name="the path runs backwards",
    sees="The start is the last row.",
    question="Which row should hold the start?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * grad_fn(w))[::-1]


@gradient_descent.mistake(
    "GD-GRADPATH",
    name="the path holds gradients, not places",
    sees="After the start, the rows are the gradients.",
    question="Which of the two arrays in your loop do you append?",
)
def _(grad_fn, w, lr, steps):
    path = [w]
    for _ in range(steps):
        grad = grad_fn(w)
        w = w - lr * grad
        path.append(grad)
    return np.array(path)


@gradient_descent.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the steps are cut off",
    sees="When w starts as [1, -2, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(grad_fn, w, lr, steps):
    path = np.zeros((steps + 1, len(w)), dtype=w.dtype)
    path[0] = w
    for k in range(steps):
        path[k + 1] = path[k] - lr * grad_fn(path[k])
    return path


@gradient_descent.mistake("GD-INT")
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w - lr * grad_fn(w)).astype(w.dtype)


@gradient_descent.mistake("GD-INT")
def _(grad_fn, w, lr, steps):
    w = w.copy()
    path = [w.copy()]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w.copy())
    return np.array(path)


@gradient_descent.mistake("GD-INPLACE")
def _(grad_fn, w, lr, steps):
    path = [w.copy()]
    for _ in range(steps):
        w[...] = path[-1] - lr * grad_fn(path[-1])
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.array(path)


@gradient_descent.mistake("GD-ALIAS")
def _(grad_fn, w, lr, steps):
    return w[None] if steps == 0 else _descent(w, steps, lambda w, t: w - lr * grad_fn(w))


@gradient_descent.mistake("MOM-CLASSVAR")
def _(grad_fn, w, lr, steps, path=[]):  # noqa: B006
    path.append(w * 1.0)
    for _ in range(steps):
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.array(path)


@gradient_descent.mistake(
    "GD-SIGN+GD-OFF1",
    name="it walks uphill, and the start is missing from the path",
    sees="There are `steps` rows, and they run away.",
    question="Two things at once. First: which way is downhill? Then: which row holds the start?",
)
def _(grad_fn, w, lr, steps):
    return _descent(w, steps, lambda w, t: w + lr * grad_fn(w))[1:]


# 02.2


@exercise(
    "02.2",
    "The largest stable learning rate",
    returns="lr",
    hints=(
        "Which direction of the bowl overshoots first: the flattest or the steepest?",
        "Along an eigenvector of A with eigenvalue h, one step multiplies the coordinate by 1 - lr h. Ask "
        "when that "
        "factor reaches -1, and for which h it happens first.",
        "One number: 2 divided by an eigenvalue. np.linalg.eigvalsh gives the eigenvalues of a symmetric "
        "matrix in "
        "rising order.",
        "The same shape in another story: a row of springs, and the longest time step that no spring turns "
        "into "
        "an explosion.\n"
        "    stiffest = np.linalg.eigvalsh(K)[-1]\n"
        "    return 2 / math.sqrt(stiffest)",
    ),
    after="Worth keeping: one steep direction sets the speed limit for all the others.",
)
def largest_stable_lr(A):
    """Return the lr beyond which gradient descent on f(x) = x'Ax / 2 diverges.

    A is a symmetric positive definite float array of shape (n, n). Return one
    number, the limit itself: below it every start converges, above it almost
    every start runs away.

    >>> float(largest_stable_lr(np.array([[1.0, 0.0], [0.0, 4.0]])))
    0.5
    """
    return 2 / np.linalg.eigvalsh(A)[-1]


def _bowl(curvatures, seed):
    """A symmetric matrix with these eigenvalues, turned by a random rotation."""
    n = len(curvatures)
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))
    A = turn @ np.diag(curvatures) @ turn.T
    return (A + A.T) / 2


_BOWLS = {
    "a turned valley": _bowl([1.0, 10.0], 1),
    "three curvatures": _bowl([0.2, 3.0, 5.0], 2),
    "five curvatures": _bowl([0.5, 1.0, 2.0, 7.0, 40.0], 3),
    "a flat bowl": _bowl([0.01, 0.03, 0.04], 4),
    "along the axes": np.diag([2.0, 9.0, 0.5]),
}


@largest_stable_lr.probe("five bowls")
def _(limit):
    for label, A in _BOWLS.items():
        yield Seen(label, "lr", limit(A))


@largest_stable_lr.probe("one weight")
def _(limit):
    yield Seen("one weight", "lr", limit(np.array([[8.0]])))


@largest_stable_lr.probe("float32")
def _(limit):
    yield Seen("float32", "lr", limit(np.diag([2.0, 9.0, 0.5]).astype(np.float32)))


@largest_stable_lr.mistake(
    "EOS-1L",
    name="the limit is taken to be 1 / L",
    sees="The answer is half the expected one: no overshoot at all, but not yet the edge.",
    question="At lr = 1 / L the steepest direction lands in the middle. How much further may it overshoot?",
)
def _(A):
    return 1 / np.linalg.eigvalsh(A)[-1]


@largest_stable_lr.mistake(
    "LIMIT-FLATTEST",
    name="the flattest direction was asked, not the steepest",
    sees="The answer is too large by the condition number.",
    question="At this lr, what is 1 - lr h along the steepest direction?",
)
def _(A):
    return 2 / np.linalg.eigvalsh(A)[0]


@largest_stable_lr.mistake(
    "LIMIT-BEST",
    name="this is the best learning rate, not the largest",
    sees="The answer is 2 / (mu + L), a little below the limit.",
    question="The best rate shrinks every direction. Which rate is the first that fails to shrink one?",
)
def _(A):
    h = np.linalg.eigvalsh(A)
    return 2 / (h[0] + h[-1])


@largest_stable_lr.mistake(
    "LIMIT-TRACE",
    name="the sum of the curvatures was used",
    sees="The answer is too small: all curvatures are counted together.",
    question="Does a step along one eigenvector feel the curvature of the others?",
)
def _(A):
    return 2 / np.trace(A)


@largest_stable_lr.mistake(
    "LIMIT-MEAN",
    name="the mean curvature was used",
    sees="The answer is too large: the steepest direction is steeper than the mean.",
    question="Which direction runs away first: the average one?",
)
def _(A):
    return 2 / np.mean(np.linalg.eigvalsh(A))


@largest_stable_lr.mistake(
    "LIMIT-DIAGONAL",
    name="the largest diagonal entry was used",
    sees="When the bowl lies along the axes the answer agrees; when it is turned it is too large.",
    question="The diagonal holds the curvatures along the axes. Is the steepest direction always an axis?",
)
def _(A):
    return 2 / np.max(np.diag(A))


@largest_stable_lr.mistake(
    "LIMIT-ENTRY",
    name="the largest entry of the matrix was used",
    sees="When the bowl lies along the axes the answer agrees; when it is turned it does not.",
    question="Which numbers tell you the curvature along the steepest direction, and are they entries of A?",
)
def _(A):
    return 2 / np.max(np.abs(A[np.triu_indices(len(A), 1)])) if len(A) > 1 else 2 / A[0, 0]


@largest_stable_lr.mistake(
    "LIMIT-INVERTED",
    name="the fraction is upside down",
    sees="The steeper the bowl, the larger the answer.",
    question="In a bowl that is twice as steep, may a step be longer, or must it be shorter?",
)
def _(A):
    return np.linalg.eigvalsh(A).max() / 2


@largest_stable_lr.mistake(
    "LIMIT-FROBENIUS",
    name="the Frobenius norm was used",
    sees="The answer is too small: it adds up the squares of all curvatures.",
    question="np.linalg.norm(A) of a matrix is not its largest stretch. What is it?",
)
def _(A):
    return 2 / np.linalg.norm(A)


@largest_stable_lr.mistake(
    "LIMIT-ROWSUM",
    name="the largest row sum was used",
    sees="The answer is safe, but too small when the bowl is turned.",
    question="A row sum is a bound on every eigenvalue. Is it one of them?",
)
def _(A):
    return 2 / np.linalg.norm(A, 1)


@largest_stable_lr.mistake(
    "LIMIT-SQUARED",
    name="the curvature has been squared",
    sees="The answer is 2 / L^2.",
    question="f = x'Ax / 2 has the gradient Ax. How often is A applied in one step?",
)
def _(A):
    return 2 / np.linalg.eigvalsh(A.T @ A)[-1]


@largest_stable_lr.mistake(
    "LIMIT-ROOT",
    name="a root of the curvature was taken",
    sees="The answer is 2 / sqrt(L), the limit of a spring, not of gradient descent.",
    question="Singular values of A, or roots of its eigenvalues: which is the curvature?",
)
def _(A):
    return 2 / np.sqrt(np.linalg.eigvalsh(A)[-1])


@largest_stable_lr.mistake(
    "LIMIT-DOUBLE",
    name="the half in f was forgotten, the other way round",
    sees="The answer is twice the expected one, as if f had curvature L / 2.",
    question="What is the gradient of x'Ax / 2: Ax, or Ax / 2?",
)
def _(A):
    return 4 / np.linalg.eigvalsh(A)[-1]


@largest_stable_lr.mistake(
    "LIMIT-CURVATURE",
    name="this is the curvature, not the learning rate",
    sees="The answer grows when the bowl gets steeper.",
    question="Should a steeper bowl allow a longer step, or a shorter one?",
)
def _(A):
    return np.linalg.eigvalsh(A)[-1]


@largest_stable_lr.mistake(
    "LIMIT-CONDITION",
    name="the condition number was used",
    sees="The answer does not change when the whole bowl gets steeper.",
    question="Multiply A by 10. What happens to the condition number, and what should happen to the limit?",
)
def _(A):
    return 2 / np.linalg.cond(A)


@largest_stable_lr.mistake(
    "LIMIT-UNSORTED",
    name="the last eigenvalue was taken, but they are not in order",
    sees="Some bowls agree: np.linalg.eig does not sort what it finds.",
    question="In which order do your eigenvalues come, and which one do you take?",
)
def _(A):
    return 2 / np.linalg.eig(A)[0][-1].real


@largest_stable_lr.mistake("LIMIT-UNSORTED")
def _(A):
    return 2 / np.linalg.eig(A)[0][0].real


@largest_stable_lr.mistake(
    "LIMIT-DETERMINANT",
    name="the determinant was used",
    sees="The answer uses the product of all curvatures.",
    question="Does a step along one eigenvector feel the curvature of the others?",
)
def _(A):
    return 2 / np.linalg.det(A)


@largest_stable_lr.mistake(
    "LIMIT-MARGIN",
    name="a safety margin was taken off",
    sees="The answer is a little below the limit.",
    question="In practice a margin is wise. What does this exercise ask for?",
)
def _(A):
    return 0.99 * 2 / np.linalg.eigvalsh(A)[-1]


@largest_stable_lr.mistake("LIMIT-MARGIN")
def _(A):
    return 0.9 * 2 / np.linalg.eigvalsh(A)[-1]


@largest_stable_lr.mistake("LIMIT-MARGIN")
def _(A):
    return 1.9 / np.linalg.eigvalsh(A)[-1]


@largest_stable_lr.mistake("LIMIT-MARGIN")
def _(A):
    return 1.99 / np.linalg.eigvalsh(A)[-1]


@largest_stable_lr.mistake(
    "LIMIT-ALL",
    name="there is one limit for each direction, not one for all",
    sees="What comes back is an array.",
    question="The same lr is used in every direction. Which of your numbers is the first to be broken?",
)
def _(A):
    return 2 / np.linalg.eigvalsh(A)


# 02.3


@exercise(
    "02.3",
    "How many steps a condition number costs",
    returns="n",
    hints=(
        "Each step multiplies the error by one fixed number. Write that number down first.",
        "You want the first n with rate**n <= tol. Taking logarithms turns the power into a product, and "
        "both "
        "logarithms are negative.",
        "n = log(tol) / log(rate), rounded up to a whole number. At kappa = 1 the rate is 0, which has no "
        "logarithm: "
        "answer that case first.",
        "The same shape in another story: a ball that keeps a share of its height at each bounce.\n"
        "    if share == 0:\n"
        "        return 1\n"
        "    return math.ceil(math.log(height / start) / math.log(share))",
    ),
    after="Worth keeping: for a large kappa this is about kappa / 2 times log(1 / tol), so steps grow with "
    "kappa.",
)
def steps_needed(kappa, tol):
    """Return how many steps gradient descent at its best learning rate needs.

    Each step multiplies the error by (kappa - 1) / (kappa + 1), kappa >= 1 being
    the condition number. Return the smallest whole number n for which that factor
    to the power n is at most tol, 0 < tol < 1. At kappa = 1 one step is enough.

    >>> steps_needed(10, 1e-6), steps_needed(1, 1e-6)
    (69, 1)
    """
    rate = (kappa - 1) / (kappa + 1)
    if rate == 0:
        return 1
    return int(np.ceil(np.log(tol) / np.log(rate)))


@steps_needed.probe("six valleys")
def _(count):
    for kappa, tol in ((10, 1e-6), (100, 1e-6), (1000, 1e-3), (2, 1e-2), (30, 0.5), (4.5, 1e-4)):
        trial = f"kappa = {kappa}" if isinstance(kappa, int) else "kappa = four and a half"
        yield Seen(trial, "n", count(kappa, tol))
    yield Seen("kappa = 10000", "n", count(10000, 1e-6))


@steps_needed.probe("a round bowl, kappa = 1")
def _(count):
    yield Seen("kappa = 1", "n", count(1, 1e-6))
    yield Seen("kappa = 1", "n again", count(1.0, 0.5))


@steps_needed.probe("a power that meets tol exactly")
def _(count):
    yield Seen("kappa = 3, one step", "n", count(3, 0.5))
    yield Seen("kappa = 3, two steps", "n", count(3, 0.25))


@steps_needed.mistake(
    "STEPS-FLOOR",
    name="rounded down instead of up",
    sees="The answer is one step short.",
    question="After your n steps, is the error at most tol, or still a little above?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.floor(math.log(tol) / math.log(rate)) if rate else 1


@steps_needed.mistake(
    "STEPS-ROUND",
    name="rounded to the nearest whole number",
    sees="Some answers agree; the others are one step short.",
    question="68.6 steps and 68.4 steps: how many whole steps does each need to be there?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return round(math.log(tol) / math.log(rate)) if rate else 1


@steps_needed.mistake(
    "STEPS-FRACTION",
    name="the number of steps is not a whole number",
    sees="The answer has a fraction.",
    question="Can gradient descent take half a step? Which whole number is the first that is enough?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.log(tol) / math.log(rate) if rate else 1


@steps_needed.mistake(
    "STEPS-ONEMORE",
    name="always one step more",
    sees="The answer is one too large: the step before was enough.",
    question="Try your n - 1 in rate**n <= tol. Is it true already?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.ceil(math.log(tol) / math.log(rate)) + 1 if rate else 1


@steps_needed.mistake(
    "STEPS-STRICT",
    name="meeting tol exactly does not count",
    sees="Only where rate**n equals tol is the answer one too large.",
    question="Is an error of exactly tol small enough? Look at the sign in the exercise.",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.floor(math.log(tol) / math.log(rate)) + 1 if rate else 1


@steps_needed.mistake(
    "STEPS-1L",
    name="this is the rate at lr = 1 / L",
    sees="About twice as many steps as expected: the factor is 1 - 1 / kappa.",
    question="Which learning rate gives (kappa - 1) / (kappa + 1), and which gives 1 - 1 / kappa?",
)
def _(kappa, tol):
    rate = 1 - 1 / kappa
    return math.ceil(math.log(tol) / math.log(rate)) if rate else 1


@steps_needed.mistake(
    "STEPS-LOSS",
    name="the factor has been squared, as for the loss",
    sees="Half as many steps as expected.",
    question="The loss goes with the square of the distance. Which of the two does the exercise measure?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.ceil(math.log(tol) / (2 * math.log(rate))) if rate else 1


@steps_needed.mistake(
    "STEPS-MOMENTUM",
    name="this is the rate with momentum",
    sees="Far fewer steps than expected: the root of kappa was used.",
    question="For which method of the course does kappa enter as a root?",
)
def _(kappa, tol):
    root = math.sqrt(kappa)
    rate = (root - 1) / (root + 1)
    return math.ceil(math.log(tol) / math.log(rate)) if rate else 1


@steps_needed.mistake(
    "STEPS-APPROX",
    name="this is the estimate for large kappa",
    sees="For a large kappa the answer agrees or nearly so; for a small one it does not.",
    question="kappa / 2 times log(1 / tol) is a good estimate. How good is it at kappa = 2?",
)
def _(kappa, tol):
    return math.ceil(kappa / 2 * math.log(1 / tol))


@steps_needed.mistake(
    "STEPS-APPROX1L",
    name="this is the estimate at lr = 1 / L",
    sees="About twice as many steps as expected.",
    question="kappa times log(1 / tol) belongs to which learning rate?",
)
def _(kappa, tol):
    return math.ceil(kappa * math.log(1 / tol))


@steps_needed.mistake(
    "STEPS-NEGATIVE",
    name="one of the two logarithms has lost its sign",
    sees="The answer is negative.",
    question="Both tol and the rate are below 1. What signs do their logarithms have?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.ceil(math.log(1 / tol) / math.log(rate)) if rate else 1


@steps_needed.mistake("STEPS-NEGATIVE")
def _(kappa, tol):
    rate = (kappa + 1) / (kappa - 1)
    return math.ceil(math.log(tol) / math.log(rate))


@steps_needed.mistake(
    "STEPS-UPSIDE",
    name="the two logarithms have changed places",
    sees="The answer is 1 almost everywhere.",
    question="rate**n = tol. When you take logarithms, which one is n multiplied with?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.ceil(math.log(rate) / math.log(tol)) if rate else 1


@steps_needed.mistake(
    "STEPS-QUOTIENT",
    name="divided first, then one logarithm",
    sees="The logarithm of a quotient is a difference, and the answer is far too small.",
    question="log(a) / log(b) and log(a / b): which of them solves rate**n = tol?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.ceil(abs(math.log(tol / rate))) if rate else 1


@steps_needed.mistake(
    "STEPS-ROUNDBOWL",
    name="the round bowl, kappa = 1, was not thought of",
    sees="At kappa = 1 the rate is 0, and its logarithm does not exist; elsewhere all agree.",
    question="A round bowl at the best learning rate: how many steps does it take?",
)
def _(kappa, tol):
    return math.ceil(math.log(tol) / math.log((kappa - 1) / (kappa + 1)))


@steps_needed.mistake("STEPS-ROUNDBOWL")
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.ceil(math.log(tol) / math.log(rate)) if rate else 0


@steps_needed.mistake("STEPS-ROUNDBOWL")
def _(kappa, tol):
    return int(np.ceil(np.log(tol) / np.log((kappa - 1) / (kappa + 1))))


@steps_needed.mistake("STEPS-ROUNDBOWL")
def _(kappa, tol):
    return np.ceil(np.log(tol) / np.log(np.float64(kappa - 1) / (kappa + 1)))


@steps_needed.mistake(
    "STEPS-TEN",
    name="two kinds of logarithm are mixed",
    sees="The answer is too small by the factor log(10).",
    question="Any base will do. Is it the same one above and below the fraction line?",
)
def _(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return math.ceil(math.log10(tol) / math.log(rate)) if rate else 1


@steps_needed.mistake(
    "STEPS-PLUS",
    name="the factor lacks its + 1",
    sees="The factor was (kappa - 1) / kappa or the like, which is not the best learning rate's.",
    question="What is the error multiplied by along the flattest direction, at lr = 2 / (mu + L)?",
)
def _(kappa, tol):
    rate = kappa / (kappa + 1)
    return math.ceil(math.log(tol) / math.log(rate))


# 02.4


@exercise(
    "02.4",
    "Backtracking until the step pays (Armijo)",
    returns="alpha",
    hints=(
        "The loop asks one question again and again. Write down the sentence that must be true to stop.",
        "A step along d should lower f by at least the share c of what the slope promises. The promise is "
        "alpha * g.d, a negative number when d goes downhill. As long as f is above that line, shrink alpha.",
        "alpha = alpha0; while f(x + alpha * d) > fx + c * alpha * (g @ d): shrink alpha by rho; return "
        "alpha. "
        "f is asked again in every round, and the right-hand side changes with alpha too.",
        "The same shape in another story, an offer that is lowered until somebody buys:\n"
        "    price = first_price\n"
        "    while not buyer_accepts(price, margin * price):\n"
        "        price = keep * price\n"
        "    return price",
    ),
    after="Worth keeping: it cannot diverge, and it pays for that with extra calls of f.",
)
def armijo(f, x, fx, g, d, alpha0, rho, c):
    """Return a step length along d that lowers f enough (Armijo, 1966).

    f maps an array of shape (n,) to a number; fx is f(x) and g its gradient at x,
    shape (n,). d, shape (n,), points downhill: g.d < 0. Start with alpha0 > 0 and
    multiply by rho, 0 < rho < 1, until f(x + alpha*d) <= fx + c*alpha*(g.d) is
    true; 0 < c < 1. Return that alpha, one number; x stays as it is.

    >>> x = np.array([1.0])
    >>> f, fx, g = lambda x: float(x @ x), 1.0, 2 * x
    >>> armijo(f, x, fx, g, -g, alpha0=1.0, rho=0.5, c=0.1)
    0.5
    """
    alpha = alpha0
    slope = g @ d
    while f(x + alpha * d) > fx + c * alpha * slope:
        alpha = rho * alpha
    return alpha


def _valley(x):
    return float(0.5 * (x[0] ** 2 + 10 * x[1] ** 2) + 0.3 * x[0] * x[1] + 0.1 * x[0] ** 4)


def _valley_gradient(x):
    return np.array([x[0] + 0.3 * x[1] + 0.4 * x[0] ** 3, 10 * x[1] + 0.3 * x[0]])


def _search(find, where, f, x, g, d, alpha0, rho, c):
    asked = []

    def value(point):
        if np.shape(point) != np.shape(x):
            raise TypeError(f"f takes one array of shape {np.shape(x)}")
        point = np.asarray(point, float)
        asked.append(point.copy())
        return f(point)

    alpha = find(Counted("f", value, allowed=300), x, f(x), g, d, alpha0, rho, c)
    if asked:
        yield Seen(where, "the first point where f is taken", asked[0], clue=True)
    yield Seen(where, "alpha", alpha)


@armijo.probe("seven searches")
def _(find):
    x = np.array([1.0, -2.0])
    g = _valley_gradient(x)
    newton = np.array([-0.5, 1.9])
    yield from _search(find, "search 1", _valley, x, g, -g, 2.0, 0.95, 0.02)
    yield from _search(find, "search 2", _valley, x, g, -g, 2.0, 0.8, 0.3)
    yield from _search(find, "search 3", _valley, x, g, newton, 3.0, 0.5, 0.1)
    yield from _search(find, "search 4", _valley, x, g, newton, 4.0, 0.7, 0.6)
    yield from _search(find, "search 5", _valley, x, g, 0.01 * newton, 1.0, 0.5, 0.9)
    far, steep = np.array([-3.0, 0.25]), np.array([1.0, 0.0])
    yield from _search(find, "search 6", _valley, far, _valley_gradient(far), steep, 8.0, 0.9, 0.7)
    yield from _search(find, "search 7", _valley, far, _valley_gradient(far), 0.125 * steep, 100.0, 0.6, 0.05)


@armijo.probe("a step exactly on the line")
def _(find):
    x, g, d = np.array([1.0]), np.array([1.0]), np.array([-1.0])
    yield from _search(find, "exactly enough at once", lambda x: float(x @ x) / 2, x, g, d, 1.0, 0.5, 0.5)
    yield from _search(find, "exactly enough after one", lambda x: float(x @ x) / 2, x, g, d, 2.0, 0.5, 0.5)


@armijo.probe("four weights that slope alike")
def _(find):
    x = np.ones(4)
    yield from _search(find, "", lambda x: float(x @ x) / 2, x, x, -x, 1.5, 0.9, 0.6)


def _backtrack(alpha0, rho, enough):
    """Shrink until enough(alpha); the reference's loop with the question left open."""
    alpha = alpha0
    for _ in range(200):
        if enough(alpha):
            break
        alpha = rho * alpha
    else:
        raise _Endless
    return alpha


class _Endless(BaseException):
    """Stands for a loop that would not end."""


@armijo.mistake(
    "ARM-NOCHECK",
    name="alpha is never shrunk",
    sees="The answer is alpha0, whatever f does.",
    question="How often is f asked in your function? At which points?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return alpha0


@armijo.mistake(
    "ARM-NOC",
    name="any decrease is enough: c is missing",
    sees="The answer is too large where f falls by less than the line demands.",
    question="What would c = 0 mean, and where does your condition use c?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(alpha0, rho, lambda alpha: f(x + alpha * d) <= fx)


@armijo.mistake(
    "ARM-FULLSLOPE",
    name="the whole slope is demanded: c is missing from the line",
    sees="A curved f lies above its tangent everywhere, so the loop hardly ever ends.",
    question="f curves upward, so it never falls as much as its slope promises. Which factor makes the "
    "demand fair?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    while f(x + alpha0 * d) > fx + alpha0 * (g @ d):
        alpha0 = rho * alpha0
    return alpha0


@armijo.mistake(
    "ARM-CSIGN",
    name="the demand has the wrong sign",
    sees="f may even rise: the line goes up along d.",
    question="g.d is negative. Should fx + c alpha g.d lie above fx or below it?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(alpha0, rho, lambda alpha: f(x + alpha * d) <= fx - c * alpha * (g @ d))


@armijo.mistake(
    "ARM-NOALPHA",
    name="alpha is missing on the right-hand side",
    sees="Short steps are asked to fall as far as long ones.",
    question="Half the step: how much of the decrease can you demand?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x + alpha * d) > fx + c * (g @ d):
        alpha = rho * alpha
    return alpha


@armijo.mistake(
    "ARM-ALPHA0",
    name="the right-hand side keeps the first alpha",
    sees="However short the step becomes, it is asked for the decrease of the longest one.",
    question="Which side of your condition changes when alpha shrinks?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha, line = alpha0, fx + c * alpha0 * (g @ d)
    while f(x + alpha * d) > line:
        alpha = rho * alpha
    return alpha


@armijo.mistake(
    "ARM-GG",
    name="the slope is taken as g.g, not as g.d",
    sees="The demand goes up instead of down, and for another direction it has the wrong size too.",
    question="How steep is f along d? Which two vectors tell you?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(alpha0, rho, lambda alpha: f(x + alpha * d) <= fx + c * alpha * (g @ g))


@armijo.mistake(
    "ARM-MINUSGG",
    name="the slope is taken as -g.g, as if d were always -g",
    sees="Along -g the answer agrees; along another direction it does not.",
    question="d is an argument. What if it is not -g?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x + alpha * d) > fx - c * alpha * (g @ g):
        alpha = rho * alpha
    return alpha


@armijo.mistake(
    "ARM-ALONGG",
    name="the step goes along -g, not along d",
    sees="Along -g the answer agrees; along another direction f is asked at the wrong points.",
    question="At which point does your loop ask f? Is d in it?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x - alpha * g) > fx + c * alpha * (g @ d):
        alpha = rho * alpha
    return alpha


@armijo.mistake(
    "ARM-ONLYG",
    name="d is not used at all",
    sees="Along -g the answer agrees; along another direction step and slope are those of -g.",
    question="d is an argument. What if it is not -g?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(alpha0, rho, lambda alpha: f(x - alpha * g) <= fx - c * alpha * (g @ g))


@armijo.mistake(
    "ARM-BACK",
    name="the step goes backwards",
    sees="f is asked at x - alpha d, where it rises.",
    question="d already points downhill. With which sign do you follow it?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x - alpha * d) > fx + c * alpha * (g @ d):
        alpha = rho * alpha
    return alpha


@armijo.mistake(
    "ARM-REVERSED",
    name="it shrinks as long as the step is good",
    sees="A good alpha0 is shrunk on and on, and a bad one is returned at once.",
    question="`while` goes on as long as its condition is true. When should this loop go on?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x + alpha * d) <= fx + c * alpha * (g @ d):
        alpha = rho * alpha
    return alpha


@armijo.mistake("ARM-REVERSED")
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x + alpha * d) < fx + c * alpha * (g @ d):
        alpha = rho * alpha
    return alpha


@armijo.mistake(
    "ARM-STRICT",
    name="exactly on the line does not count",
    sees="Where f(x + alpha d) equals the line, alpha is shrunk once too often.",
    question="Is a step that falls exactly as far as demanded good enough? Look at the sign in the exercise.",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(alpha0, rho, lambda alpha: f(x + alpha * d) < fx + c * alpha * (g @ d))


@armijo.mistake(
    "ARM-ONETOOMANY",
    name="alpha is shrunk once more after it was good",
    sees="Every answer is rho times the expected one.",
    question="When your test says yes, which alpha was it about, and which one do you return?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return rho * _backtrack(alpha0, rho, lambda alpha: f(x + alpha * d) <= fx + c * alpha * (g @ d))


@armijo.mistake(
    "ARM-ONETOOFEW",
    name="it returns the alpha before the good one",
    sees="Every answer is 1 / rho times the expected one, except where alpha0 was good at once.",
    question="When your test says yes, which alpha was it about, and which one do you return?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = before = alpha0
    while f(x + alpha * d) > fx + c * alpha * (g @ d):
        before, alpha = alpha, rho * alpha
    return before


@armijo.mistake(
    "ARM-SKIPSFIRST",
    name="alpha0 itself is never tried",
    sees="Where alpha0 was good at once the answer is rho times too small; elsewhere it agrees.",
    question="Which is the first alpha that your loop asks f about?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(rho * alpha0, rho, lambda alpha: f(x + alpha * d) <= fx + c * alpha * (g @ d))


@armijo.mistake(
    "ARM-ONCE",
    name="alpha is shrunk at most once",
    sees="Where one shrinking is enough the answer agrees; elsewhere it is too large.",
    question="`if` asks once. How often may the question have to be asked?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return rho * alpha0 if f(x + alpha0 * d) > fx + c * alpha0 * (g @ d) else alpha0


@armijo.mistake(
    "ARM-GROWS",
    name="alpha grows instead of shrinking",
    sees="A step that was too long becomes longer; the loop ends by accident or never.",
    question="rho is below 1. Multiply or divide: which one makes alpha smaller?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x + alpha * d) > fx + c * alpha * (g @ d):
        alpha = alpha / rho
    return alpha


@armijo.mistake(
    "ARM-STALE",
    name="f is asked only once, before the loop",
    sees="The loop tests an old value, so it ends never or when the line happens to pass it.",
    question="When alpha has changed, has the value of f that you compare with changed too?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha, value = alpha0, f(x + alpha0 * d)
    return _backtrack(alpha, rho, lambda alpha: value <= fx + c * alpha * (g @ d))


@armijo.mistake(
    "ARM-SUBTRACTS",
    name="rho is subtracted",
    sees="alpha goes alpha0, alpha0 - rho, ... and may become negative.",
    question="rho is a factor. What does shrinking by the factor 0.5 do to 1, and to the result of that?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x + alpha * d) > fx + c * alpha * (g @ d):
        alpha = alpha - rho
    return alpha


@armijo.mistake(
    "ARM-SQUARED",
    name="the factor changes along with alpha",
    sees="alpha goes alpha0, rho alpha0, rho^3 alpha0, ...: it shrinks faster and faster.",
    question="After three rounds, how many times should rho have been multiplied in?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha, power = alpha0, 1
    while f(x + alpha * d) > fx + c * alpha * (g @ d):
        alpha, power = rho**power * alpha, power + 1
    return alpha


@armijo.mistake(
    "ARM-RESTART",
    name="the powers of rho start again from 1, not from alpha0",
    sees="The answer is one of 1, rho, rho^2, ...; where alpha0 is 1 it agrees.",
    question="Which is the first length to be tried? Is it in your formula?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(1.0, rho, lambda alpha: f(x + alpha * d) <= fx + c * alpha * (g @ d))


@armijo.mistake(
    "ARM-SWAPPED",
    name="rho and c have changed places",
    sees="alpha shrinks by c, and the share that is demanded is rho.",
    question="Two numbers below 1: which one shortens the step, and which one sets the demand?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(alpha0, c, lambda alpha: f(x + alpha * d) <= fx + rho * alpha * (g @ d))


@armijo.mistake(
    "ARM-MOVESX",
    name="x moves while alpha is being sought",
    sees="Each round starts from where the last try ended, not from x.",
    question="A try that failed should leave no trace. From where does your second try start?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha, here = alpha0, x + alpha0 * d
    while f(here) > fx + c * alpha * (g @ d):
        alpha = rho * alpha
        here = here + alpha * d
    return alpha


@armijo.mistake(
    "ARM-POINT",
    name="it returns the new point, not the step length",
    sees="What comes back has the shape of x.",
    question="Which of the two does the exercise ask for: how far, or where to?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return x + _backtrack(alpha0, rho, lambda alpha: f(x + alpha * d) <= fx + c * alpha * (g @ d)) * d


@armijo.mistake(
    "ARM-ELEMENTWISE",
    name="g * d was not summed",
    sees="The right-hand side is an array, and Python cannot say whether an array is true.",
    question="The slope along d is one number. What does g * d give, and what is still to be done with it?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while f(x + alpha * d) > fx + c * alpha * (g * d):
        alpha = rho * alpha
    return alpha


@armijo.mistake(
    "ARM-ANY",
    name="the demand is made of each weight by itself, not of their sum",
    sees="Where several weights slope alike, too long a step is good enough.",
    question="The slope along d is one number. What does g * d give, and what is still to be done with it?",
)
def _(f, x, fx, g, d, alpha0, rho, c):
    return _backtrack(alpha0, rho, lambda alpha: not np.any(f(x + alpha * d) > fx + c * alpha * g * d))


@armijo.mistake("GD-INPLACE")
def _(f, x, fx, g, d, alpha0, rho, c):
    alpha = _backtrack(alpha0, rho, lambda alpha: f(x + alpha * d) <= fx + c * alpha * (g @ d))
    x += alpha * d
    return alpha
