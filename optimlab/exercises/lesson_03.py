"""Exercises of lesson 03: stochastic gradients, batch size, and a first fair test."""

import numpy as np

from .parts import exercise
from .trace import Seen

# 03.1 and 03.2 are judged by properties: any order is right that rng could have given.

SEEDS = (3, 14, 15, 92)
MANY = 80


def _examples(n, d=3, classes=None):
    """n examples whose rows and labels all differ, so that each can be told from its numbers.

    With `classes`, Y has that many columns, and else none.
    """
    ids = np.arange(n)
    X = 0.5 + 10.0 * ids[:, None] + np.arange(d)
    Y = 100 + ids if classes is None else 100 + 7 * ids[:, None] + np.arange(classes)
    return X, Y


def _ids(rows, known):
    """For each row its place in `known`, -1 if it is none of those."""
    if rows.shape[1:] != known.shape[1:]:
        return np.full(_rows_in(rows), -1)
    rows, known = (array.reshape(len(array), int(np.prod(array.shape[1:]))) for array in (rows, known))
    same = np.all(rows[:, None, :] == known[None, :, :], axis=2)
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


def _rows_in(array):
    return len(array) if array.ndim else 0


def _once(ids, n):
    if np.any(ids < 0):
        return "some rows are new"
    if len(set(ids.tolist())) == n == len(ids):
        return "every row once"
    return "some rows come twice" if len(set(ids.tolist())) < len(ids) else "some rows are missing"


def _order(runs):
    """One word for the orders of several runs with different rngs."""
    n = len(runs[0])
    if any(len(ids) != n for ids in runs):
        return "of several lengths"
    if all(np.array_equal(ids, np.arange(n)) for ids in runs):
        return "as before"
    if all(np.array_equal(ids, np.arange(n)[::-1]) for ids in runs):
        return "backwards"
    if all(np.all(np.diff(ids) % n == 1) for ids in runs):
        return "rolled on"
    if all(np.sum(ids != np.arange(n)) <= 2 for ids in runs):
        return "two rows exchanged"
    if all(np.array_equal(ids, runs[0]) for ids in runs):
        return "mixed, and the same for every rng"
    return "mixed"


def _type(values):
    return "whole numbers" if values.dtype.kind in "iu" else "fractions"


# 03.1


@exercise(
    "03.1",
    "Shuffle the examples",
    returns=("X", "Y"),
    hints=(
        "Row 5 of X and row 5 of Y belong together. Where is that written down, if not in their order?",
        "Draw one random order of the row numbers, and use it for both arrays. Two draws would give two "
        "orders.",
        "order = rng.permutation(number of rows); indexing an array with `order` gives a new array with its "
        "rows in that order.",
        "The same shape in another story, a deck of questions and its deck of answers:\n"
        "    seats = rng.permutation(len(questions))\n"
        "    return questions[seats], answers[seats]",
    ),
    after="Worth keeping: shuffle the numbers of the rows, never the arrays one by one.",
)
def shuffle_data(X, Y, rng):
    """Return the examples in a random order.

    X and Y have n rows each: X of shape (n, d), Y of shape (n,) or (n, k), and row
    i of Y belongs to row i of X. rng is a numpy.random.Generator; the order comes
    from it, and every order must be possible. Return (X, Y), two new arrays with
    the same rows, each row once, the pairs still together. X and Y stay as they
    are.

    >>> X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([10, 20, 30])
    >>> Xs, Ys = shuffle_data(X, Y, np.random.default_rng(0))
    >>> sorted(Ys.tolist()), bool(np.all(10 * Xs[:, 0] == Ys))
    ([10, 20, 30], True)
    """
    order = rng.permutation(len(X))
    return X[order], Y[order]


def _shape(value):
    return np.array(value.shape) if isinstance(value, np.ndarray) else "text"


def _shuffled(shuffle, where, X, Y, seeds=SEEDS):
    n, runs = len(X), []
    for seed in seeds:
        new_X, new_Y = shuffle(X, Y, np.random.default_rng(seed))
        fit = np.shape(new_X) == X.shape and np.shape(new_Y) == Y.shape
        if seed == seeds[0] or not fit:
            yield Seen(where, "the shape of X", _shape(new_X))
            yield Seen(where, "the shape of Y", _shape(new_Y))
        if not fit:
            return
        runs.append((new_X, new_Y))
    x_runs, y_runs = [_ids(new_X, X) for new_X, _ in runs], [_ids(new_Y, Y) for _, new_Y in runs]
    for name, ids in (("X", x_runs), ("Y", y_runs)):
        words = [_once(run, n) for run in ids]
        yield Seen(where, f"the set of rows of {name}", max(words, key=lambda word: word != "every row once"))
    if n > 5:
        yield Seen(where, "the order of X", _order(x_runs))
        yield Seen(where, "the order of Y", _order(y_runs))
    torn = any(not np.array_equal(a, b) for a, b in zip(x_runs, y_runs, strict=True))
    yield Seen(where, "the pairing", "torn apart" if torn else "together")
    yield Seen(where, "the type of the labels", _type(runs[0][1]))


@shuffle_data.probe("twenty examples, four rngs")
def _(shuffle):
    yield from _shuffled(shuffle, "labels in a row", *_examples(20))


@shuffle_data.probe("labels in a table")
def _(shuffle):
    yield from _shuffled(shuffle, "twenty examples", *_examples(20, d=2, classes=3))


@shuffle_data.probe("as many columns as rows")
def _(shuffle):
    yield from _shuffled(shuffle, "five rows, five columns", *_examples(5, d=5))


@shuffle_data.probe("every order of three examples")
def _(shuffle):
    X, Y = _examples(3)
    orders = set()
    for seed in range(MANY):
        new_X, _ = shuffle(X, Y, np.random.default_rng(seed))
        orders.add(tuple(_ids(new_X, X)) if np.shape(new_X) == X.shape else ())
    yield Seen("with many rngs", "the number of different orders", np.array(len(orders)))


@shuffle_data.probe("one example")
def _(shuffle):
    yield from _shuffled(shuffle, "one example", *_examples(1))


_DESYNC = dict(
    name="X and Y are shuffled each in its own order",
    sees="All rows are there, but the pairs are torn apart: labels belong to other examples.",
    question="How many random orders do you draw, and how many should there be?",
)
_ONLY_X = dict(
    name="only X is shuffled",
    sees="The rows of X are mixed, Y stands as before, and the pairs are torn apart.",
    question="Row 5 of X has moved. Where does its label stand now?",
)
_ONLY_Y = dict(
    name="only Y is shuffled",
    sees="The rows of Y are mixed, X stands as before, and the pairs are torn apart.",
    question="A label has moved. Where does its row of X stand now?",
)
_NO_SHUFFLE = dict(
    name="nothing is shuffled",
    sees="The rows come back in the order in which they were given.",
    question="Where is rng used in your lines, and is what it gives used too?",
)
_ONCE = dict(
    name="the order is the same for every rng",
    sees="The rows are mixed, but four different rngs give one and the same order.",
    question="Where do your random numbers come from: from rng, or from a generator with a fixed seed?",
)
_REPLACED = dict(
    name="rows are drawn with replacement",
    sees="Some rows come twice and others not at all: only about 63 % of the rows are seen.",
    question="Which function gives every number once, and which one rolls a die for each place?",
)
_NOT_FROM_RNG = dict(
    name="the order does not come from rng",
    sees="The same rng gives another order the second time, so nobody can repeat your run.",
    question="np.random.shuffle and a fresh default_rng() use random numbers of their own. Which argument "
    "should they come from?",
    habit="MOM-CLASSVAR",
)
_IN_PLACE = dict(
    name="it shuffles the caller's own arrays",
    sees="What comes back is right, but after the call the caller's X or Y is in another order.",
    question="rng.shuffle works in place. On whose array does yours work?",
    habit="GD-INPLACE",
)


@shuffle_data.mistake("MB-DESYNC", **_DESYNC)
def _(X, Y, rng):
    return X[rng.permutation(len(X))], Y[rng.permutation(len(Y))]


@shuffle_data.mistake("MB-DESYNC")
def _(X, Y, rng):
    rng.shuffle(X)
    rng.shuffle(Y)
    return X, Y


@shuffle_data.mistake("SHUF-ONLYX", **_ONLY_X)
def _(X, Y, rng):
    return rng.permutation(X), Y.copy()


@shuffle_data.mistake("SHUF-ONLYY", **_ONLY_Y)
def _(X, Y, rng):
    return X.copy(), rng.permutation(Y)


@shuffle_data.mistake("MB-NOSHUF", **_NO_SHUFFLE)
def _(X, Y, rng):
    return X.copy(), Y.copy()


@shuffle_data.mistake("MB-NOSHUF")
def _(X, Y, rng):
    rng.permutation(len(X))
    return X, Y


@shuffle_data.mistake("MB-ONCE", **_ONCE)
def _(X, Y, rng):
    order = np.random.default_rng(0).permutation(len(X))
    return X[order], Y[order]


@shuffle_data.mistake("MB-REPL", **_REPLACED)
def _(X, Y, rng):
    order = rng.integers(0, len(X), size=len(X))
    return X[order], Y[order]


@shuffle_data.mistake("MB-REPL")
def _(X, Y, rng):
    order = rng.choice(len(X), len(X))
    return X[order], Y[order]


@shuffle_data.mistake(
    "SHUF-COLUMNS",
    name="the columns are shuffled, not the rows",
    sees="Each row of X holds its numbers in another order, so no row is what it was.",
    question="Which axis of X counts the examples?",
)
def _(X, Y, rng):
    return rng.permutation(X, axis=1), Y.copy()


@shuffle_data.mistake(
    "SHUF-ENTRIES",
    name="rows are broken up",
    sees="There are rows in X that were not there before: numbers of different examples stand in one row.",
    question="What is moved as a whole in your lines: an example, or a single number?",
)
def _(X, Y, rng):
    return rng.permuted(X, axis=0), rng.permuted(Y, axis=0)


@shuffle_data.mistake("SHUF-ENTRIES")
def _(X, Y, rng):
    return rng.permuted(X), rng.permuted(Y)


@shuffle_data.mistake("SHUF-ENTRIES")
def _(X, Y, rng):
    order = rng.permutation(len(X))
    return rng.permuted(X, axis=0), Y[order]


@shuffle_data.mistake(
    "MB-DROP",
    name="the last example is lost",
    sees="There is one row too few.",
    question="The numbers of n rows run from 0 to what?",
)
def _(X, Y, rng):
    order = rng.permutation(len(X) - 1)
    return X[order], Y[order]


@shuffle_data.mistake(
    "SHUF-ORDER",
    name="Y and X have changed places",
    sees="The first thing that comes back has the shape of Y.",
    question="In which order does the exercise ask for the two?",
)
def _(X, Y, rng):
    order = rng.permutation(len(X))
    return Y[order], X[order]


@shuffle_data.mistake(
    "SHUF-TWICEX",
    name="X comes back twice",
    sees="The second thing that comes back has the shape of X.",
    question="Which array do you index in the second place?",
)
def _(X, Y, rng):
    order = rng.permutation(len(X))
    return X[order], X[order]


@shuffle_data.mistake(
    "SHUF-ROLL",
    name="the rows are only rolled on",
    sees="Each row still stands behind the one that was before it.",
    question="How many orders can your function produce, and how many are there of three rows?",
)
def _(X, Y, rng):
    by = rng.integers(1, len(X)) if len(X) > 1 else 0
    return np.roll(X, by, axis=0), np.roll(Y, by, axis=0)


@shuffle_data.mistake(
    "SHUF-REVERSE",
    name="the rows are only turned around",
    sees="The last row comes first, every time.",
    question="What does rng decide in your lines?",
)
def _(X, Y, rng):
    return X[::-1].copy(), Y[::-1].copy()


@shuffle_data.mistake(
    "SHUF-SWAPONE",
    name="only two rows are exchanged",
    sees="All rows but two stand where they were.",
    question="How many rows should be able to move?",
)
def _(X, Y, rng):
    order = np.arange(len(X))
    if len(X) > 1:
        i, j = rng.choice(len(X), 2, replace=False)
        order[[i, j]] = order[[j, i]]
    return X[order], Y[order]


@shuffle_data.mistake(
    "SHUF-CYCLE",
    name="some orders can never come out",
    sees="With three rows and many rngs fewer than six orders occur.",
    question="In your exchanges, can a row also stay where it is?",
)
def _(X, Y, rng):
    order = np.arange(len(X))
    for i in range(len(X) - 1, 0, -1):
        j = rng.integers(0, i)
        order[[i, j]] = order[[j, i]]
    return X[order], Y[order]


@shuffle_data.mistake(
    "SHUF-FLOATS",
    name="the labels have become fractions",
    sees="The order is fine, but Y is no longer made of whole numbers, and so no longer of class numbers.",
    question="One array has one dtype. What happens to whole labels that are put beside X in one table?",
)
def _(X, Y, rng):
    order = rng.permutation(len(X))
    return X[order], Y[order].astype(float)


@shuffle_data.mistake("SHUF-GLOBALRNG", **_NOT_FROM_RNG)
def _(X, Y, rng):
    order = np.random.default_rng().permutation(len(X))
    return X[order], Y[order]


@shuffle_data.mistake("MB-INPLACE", **_IN_PLACE)
def _(X, Y, rng):
    order = rng.permutation(len(X))
    X[...], Y[...] = X[order], Y[order]
    return X.copy(), Y.copy()


# 03.2


@exercise(
    "03.2",
    "An epoch in mini-batches",
    returns=None,
    hints=(
        "Ten examples in batches of four: how many batches, and how long is each? What if there were twelve?",
        "Shuffle the row numbers once, then cut that order into pieces of batch_size. A slice that reaches "
        "over the end is shorter by itself, so the last batch needs no case of its own.",
        "order = rng.permutation(n); for start in range(0, n, batch_size): rows = order[start : start + "
        "batch_size]; append the pair (X[rows], Y[rows]) to a list.",
        "The same shape in another story, children and their coats in buses of fifty:\n"
        "    line = rng.permutation(len(children))\n"
        "    for first in range(0, len(children), seats):\n"
        "        riders = line[first : first + seats]\n"
        "        buses.append((children[riders], coats[riders]))",
    ),
    after="Worth keeping: one epoch is every example once, also those of the short last batch.",
)
def minibatches(X, Y, batch_size, rng):
    """Cut the examples into mini-batches in a random order: one epoch.

    X has the shape (n, d), Y has n rows, and row i of Y belongs to row i of X.
    batch_size is a whole number, 1 or more; rng, a numpy.random.Generator, gives
    the order, and every order of the examples must be possible. Return a list of
    pairs (Xb, Yb). Each has batch_size rows, only the last one has fewer if n is no
    multiple of it, and none is empty. Every example comes exactly once. X and Y
    stay as they are.

    >>> X, Y = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> batches = minibatches(X, Y, 2, np.random.default_rng(0))
    >>> [Xb.shape for Xb, Yb in batches]
    [(2, 2), (2, 2), (1, 2)]
    """
    order = rng.permutation(len(X))
    batches = []
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        batches.append((X[rows], Y[rows]))
    return batches


def _described(result):
    """What came back, in words; "a list of pairs" if it can be read as one."""
    if result is None:
        return "nothing"
    if hasattr(result, "__next__"):
        result.close() if hasattr(result, "close") else None
        return "a generator"
    if not isinstance(result, (list, tuple)):
        return "one array" if isinstance(result, np.ndarray) else "no list"
    if len(result) == 0:
        return "an empty list"
    if all(isinstance(pair, np.ndarray) for pair in result):
        return "one pair" if isinstance(result, tuple) else "single arrays, not pairs"
    pairs = all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in result)
    arrays = pairs and all(isinstance(part, np.ndarray) for pair in result for part in pair)
    if arrays:
        return "a list of pairs"
    if len(result) == 2 and all(isinstance(part, (list, tuple)) for part in result):
        return "two lists, not a list of pairs"
    return "something else than pairs of arrays"


def _cut_into(cut, where, n, batch_size, seeds=SEEDS, tell_order=True):
    X, Y = _examples(n)
    x_runs, y_runs, batches = [], [], None
    for seed in seeds:
        result = cut(X, Y, batch_size, np.random.default_rng(seed))
        words = _described(result)
        if seed == seeds[0]:
            yield Seen(where, "what comes back", words)
        if words != "a list of pairs":
            return
        sizes = [_rows_in(Xb) for Xb, _ in result]
        if seed == seeds[0] or sizes != [_rows_in(Xb) for Xb, _ in batches]:
            yield Seen(where, "the number of batches", np.array(len(result)))
            yield Seen(where, "the size of each Xb", np.array(sizes))
            yield Seen(where, "the size of each Yb", np.array([_rows_in(Yb) for _, Yb in result]))
            fit = all(Xb.shape[1:] == X.shape[1:] and Yb.shape[1:] == Y.shape[1:] for Xb, Yb in result)
            yield Seen(where, "the shape of the rows in a batch", "fits" if fit else "does not fit")
            if not fit or seed != seeds[0]:
                return
        x_runs.append([_ids(Xb, X) for Xb, _ in result])
        y_runs.append([_ids(Yb, Y) for _, Yb in result])
        batches = result
    alike = len(batches) > 1 and all(
        all(np.array_equal(run[0], ids) for ids in run if len(ids) == len(run[0])) for run in x_runs
    )
    if batch_size > 1:
        yield Seen(where, "the second batch", "the same rows again" if alike else "other rows")
    flat_x = [np.concatenate(run) for run in x_runs]
    flat_y = [np.concatenate(run) for run in y_runs]
    for name, runs in (("X", flat_x), ("Y", flat_y)):
        words = [_once(run, n) for run in runs]
        yield Seen(where, f"the set of rows of {name}", max(words, key=lambda word: word != "every row once"))
    if tell_order:
        yield Seen(where, "the order of X", _batch_order(x_runs))
        yield Seen(where, "the order of Y", _batch_order(y_runs))
    torn = any(not np.array_equal(a, b) for a, b in zip(flat_x, flat_y, strict=True))
    yield Seen(where, "the pairing", "torn apart" if torn else "together")
    yield Seen(where, "the type of the labels", _type(batches[0][1]))


def _batch_order(runs):
    flat = [np.concatenate(run) for run in runs]
    word = _order(flat)
    if word != "mixed":
        return word
    neighbours = all(len(ids) and np.ptp(ids) == len(ids) - 1 for run in runs for ids in run)
    if not neighbours:
        return word
    if all(np.all(np.diff(ids) == 1) for run in runs for ids in run):
        return "whole batches change places"
    return "each batch is mixed within itself"


@minibatches.probe("twelve examples in batches of four, four rngs")
def _(cut):
    yield from _cut_into(cut, "12 in fours", 12, 4)


@minibatches.probe("a short last batch")
def _(cut):
    yield from _cut_into(cut, "10 in fours", 10, 4)
    yield from _cut_into(cut, "11 in fives", 11, 5)


@minibatches.probe("batches of one, one batch, and more room than examples")
def _(cut):
    yield from _cut_into(cut, "6 in ones", 6, 1)
    yield from _cut_into(cut, "6 in sixes", 6, 6)
    yield from _cut_into(cut, "6 in nines", 6, 9)
    yield from _cut_into(cut, "1 in twos", 1, 2, tell_order=False)


@minibatches.probe("every order of three examples")
def _(cut):
    X, Y = _examples(3)
    orders = set()
    for seed in range(MANY):
        result = cut(X, Y, 2, np.random.default_rng(seed))
        if _described(result) == "a list of pairs" and all(Xb.ndim == 2 for Xb, _ in result):
            orders.add(tuple(np.concatenate([_ids(Xb, X) for Xb, _ in result])))
    yield Seen("with many rngs", "the number of different orders", np.array(len(orders)))


def _pieces(X, Y, batch_size, order):
    return [
        (X[order[i : i + batch_size]], Y[order[i : i + batch_size]]) for i in range(0, len(order), batch_size)
    ]


@minibatches.mistake(
    "MB-DROP",
    name="the short last batch is lost",
    sees="There are n // batch_size batches, so some examples are never seen.",
    question="Ten examples in batches of four: where are examples nine and ten?",
)
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    return _pieces(X, Y, batch_size, order[: len(X) // batch_size * batch_size])


@minibatches.mistake("MB-DROP")
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    return [batch for batch in _pieces(X, Y, batch_size, order) if len(batch[0]) == batch_size]


@minibatches.mistake(
    "MB-DUP",
    name="batches overlap",
    sees="Some examples come twice in one epoch.",
    question="Where does one batch end, where does the next one start, and is the end counted?",
)
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    starts = range(0, len(X), batch_size)
    return [(X[order[i : i + batch_size + 1]], Y[order[i : i + batch_size + 1]]) for i in starts]


@minibatches.mistake("MB-DUP")
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    return [(X[order[i : i + batch_size]], Y[order[i : i + batch_size]]) for i in range(len(X))]


@minibatches.mistake("MB-DUP")
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    starts = range(0, len(X), max(1, batch_size - 1))
    return [(X[order[i : i + batch_size]], Y[order[i : i + batch_size]]) for i in starts]


@minibatches.mistake(
    "MB-GROWING",
    name="each batch starts at the first example again",
    sees="The batches get longer and longer.",
    question="In order[: end], where does the slice begin?",
)
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    starts = range(0, len(X), batch_size)
    return [(X[order[: i + batch_size]], Y[order[: i + batch_size]]) for i in starts]


@minibatches.mistake("MB-DESYNC", **_DESYNC)
def _(X, Y, batch_size, rng):
    rows, labels = rng.permutation(len(X)), rng.permutation(len(Y))
    return [
        (X[rows[i : i + batch_size]], Y[labels[i : i + batch_size]]) for i in range(0, len(X), batch_size)
    ]


@minibatches.mistake("SHUF-ONLYX", **_ONLY_X)
def _(X, Y, batch_size, rng):
    return _pieces(rng.permutation(X), Y, batch_size, np.arange(len(X)))


@minibatches.mistake("SHUF-ONLYY", **_ONLY_Y)
def _(X, Y, batch_size, rng):
    return _pieces(X, rng.permutation(Y), batch_size, np.arange(len(X)))


@minibatches.mistake("MB-NOSHUF", **_NO_SHUFFLE)
def _(X, Y, batch_size, rng):
    return _pieces(X, Y, batch_size, np.arange(len(X)))


@minibatches.mistake("MB-ONCE", **_ONCE)
def _(X, Y, batch_size, rng):
    return _pieces(X, Y, batch_size, np.random.default_rng(0).permutation(len(X)))


@minibatches.mistake("MB-REPL", **_REPLACED)
def _(X, Y, batch_size, rng):
    return _pieces(X, Y, batch_size, rng.integers(0, len(X), size=len(X)))


@minibatches.mistake("MB-REPL")
def _(X, Y, batch_size, rng):
    batches = []
    for start in range(0, len(X), batch_size):
        rows = rng.choice(len(X), min(batch_size, len(X) - start), replace=False)
        batches.append((X[rows], Y[rows]))
    return batches


@minibatches.mistake(
    "MB-SEED",
    name="the same rows in every batch",
    sees="The generator starts again with the same seed in each round, or the slice never moves on.",
    question="What changes from one round of your loop to the next?",
)
def _(X, Y, batch_size, rng):
    batches = []
    for start in range(0, len(X), batch_size):
        rows = np.random.default_rng(0).permutation(len(X))[: min(batch_size, len(X) - start)]
        batches.append((X[rows], Y[rows]))
    return batches


@minibatches.mistake("MB-SEED")
def _(X, Y, batch_size, rng):
    rows = rng.permutation(len(X))[:batch_size]
    return [(X[rows], Y[rows]) for _ in range(0, len(X), batch_size)]


@minibatches.mistake("MB-REPL")
def _(X, Y, batch_size, rng):
    batches = []
    for start in range(0, len(X), batch_size):
        rows = rng.permutation(len(X))[start : start + batch_size]
        batches.append((X[rows], Y[rows]))
    return batches


@minibatches.mistake(
    "MB-BATCHORDER",
    name="whole batches change places, examples do not",
    sees="Each batch holds neighbours in their old order: the same examples always meet.",
    question="What is mixed in your lines, examples or batches? With sorted classes, what is in a batch?",
)
def _(X, Y, batch_size, rng):
    batches = _pieces(X, Y, batch_size, np.arange(len(X)))
    return [batches[i] for i in rng.permutation(len(batches))]


@minibatches.mistake(
    "MB-WITHIN",
    name="each batch is mixed only within itself",
    sees="The first batch always holds the first examples, in another order.",
    question="Can the last example ever come into the first batch?",
)
def _(X, Y, batch_size, rng):
    order = np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rng.shuffle(order[start : start + batch_size])
    return _pieces(X, Y, batch_size, order)


@minibatches.mistake(
    "MB-EMPTY",
    name="there is an empty batch at the end",
    sees="If n is a multiple of batch_size, one more batch without rows comes back; its mean loss is nan.",
    question="Twelve examples in batches of four: how many batches do you make?",
)
def _(X, Y, batch_size, rng):
    order, n = rng.permutation(len(X)), len(X)
    starts = [batch_size * i for i in range(n // batch_size + 1)]
    return [(X[order[i : i + batch_size]], Y[order[i : i + batch_size]]) for i in starts]


@minibatches.mistake(
    "MB-SHORTFIRST",
    name="the short batch comes first",
    sees="The sizes are right, but the short batch is not the last one.",
    question="Which batch may be short?",
)
def _(X, Y, batch_size, rng):
    n = len(X)
    order, rest = rng.permutation(n), n % batch_size
    first = [(X[order[:rest]], Y[order[:rest]])] if rest else []
    return first + _pieces(X, Y, batch_size, order[rest:])


@minibatches.mistake(
    "MB-EVEN",
    name="the examples are dealt out evenly",
    sees="Instead of full batches and one short one there are several that are a little short.",
    question="What does np.array_split do when the numbers do not divide?",
)
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    return [(X[rows], Y[rows]) for rows in np.array_split(order, -(-len(X) // batch_size))]


@minibatches.mistake(
    "MB-FILLED",
    name="the last batch is filled up with examples that were there already",
    sees="All batches are full, and some examples come twice.",
    question="How many examples are left for the last batch?",
)
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    missing = -len(X) % batch_size
    return _pieces(X, Y, batch_size, np.concatenate([order, np.resize(order, missing)]))


@minibatches.mistake(
    "MB-MERGED",
    name="the rest is put into the last full batch",
    sees="The last batch has more than batch_size rows.",
    question="How many rows may a batch have at most?",
)
def _(X, Y, batch_size, rng):
    n = len(X)
    order, full = rng.permutation(n), max(1, n // batch_size)
    ends = [batch_size * (i + 1) for i in range(full - 1)]
    return [(X[rows], Y[rows]) for rows in np.split(order, ends)]


@minibatches.mistake(
    "MB-COUNT",
    name="batch_size is taken as the number of batches",
    sees="With batch_size 4 there are four batches.",
    question="Does batch_size say how many batches there are, or how many examples are in each?",
)
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    return [(X[rows], Y[rows]) for rows in np.array_split(order, batch_size)]


@minibatches.mistake(
    "MB-FIRSTONLY",
    name="only the first batch comes back",
    sees="There is one batch, or one pair of arrays.",
    question="In which round of your loop does the function return?",
)
def _(X, Y, batch_size, rng):
    return _pieces(X, Y, batch_size, rng.permutation(len(X)))[:1]


@minibatches.mistake("MB-FIRSTONLY")
def _(X, Y, batch_size, rng):
    return _pieces(X, Y, batch_size, rng.permutation(len(X)))[0]


@minibatches.mistake(
    "MB-TWOLISTS",
    name="two lists come back, not a list of pairs",
    sees="All Xb are in one list and all Yb in another.",
    question="`for Xb, Yb in batches` should work. What is the first thing that your list holds?",
)
def _(X, Y, batch_size, rng):
    batches = _pieces(X, Y, batch_size, rng.permutation(len(X)))
    return [Xb for Xb, _ in batches], [Yb for _, Yb in batches]


@minibatches.mistake(
    "MB-ONLYXB",
    name="single arrays are in the list, not pairs",
    sees="Rows or row numbers come back without their labels.",
    question="What does a training step need of a batch?",
)
def _(X, Y, batch_size, rng):
    return [Xb for Xb, _ in _pieces(X, Y, batch_size, rng.permutation(len(X)))]


@minibatches.mistake(
    "MB-GENERATOR",
    name="a generator comes back, not a list",
    sees="yield gives the batches one by one, once; len() and a second loop do not work.",
    question="How do you turn what yields into a list?",
)
def _(X, Y, batch_size, rng):
    yield from _pieces(X, Y, batch_size, rng.permutation(len(X)))


@minibatches.mistake(
    "MB-NORETURN",
    name="nothing comes back",
    sees="The function ends without return, so its result is None.",
    question="What is the last line of your function?",
)
def _(X, Y, batch_size, rng):
    _pieces(X, Y, batch_size, rng.permutation(len(X)))


@minibatches.mistake(
    "MB-PAIRORDER",
    name="the pairs are (Yb, Xb)",
    sees="The first array of a pair holds labels.",
    question="`for Xb, Yb in batches`: which one comes first?",
)
def _(X, Y, batch_size, rng):
    return [(Yb, Xb) for Xb, Yb in _pieces(X, Y, batch_size, rng.permutation(len(X)))]


@minibatches.mistake(
    "MB-FLOATS",
    name="the labels have become fractions",
    sees="The rows are right, but Yb is no longer made of whole numbers, so no longer of class numbers.",
    question="One array has one dtype. What happens to whole labels that are put beside X in one table?",
)
def _(X, Y, batch_size, rng):
    return [(Xb, Yb.astype(float)) for Xb, Yb in _pieces(X, Y, batch_size, rng.permutation(len(X)))]


@minibatches.mistake("SHUF-GLOBALRNG", **_NOT_FROM_RNG)
def _(X, Y, batch_size, rng):
    return _pieces(X, Y, batch_size, np.random.default_rng().permutation(len(X)))


@minibatches.mistake("MB-INPLACE", **_IN_PLACE)
def _(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    X[...], Y[...] = X[order], Y[order]
    return _pieces(X, Y, batch_size, np.arange(len(X)))


# 03.3


@exercise(
    "03.3",
    "How far the noise throws you about",
    returns="std",
    hints=(
        "At the bottom the noise pushes and the slope pulls back. Write one step as x times something, plus "
        "noise, and ask how the variance of x changes.",
        "x becomes (1 - lr h) x - lr noise. When the variance V no longer changes, V = (1 - lr h)^2 V + lr^2 "
        "s^2, where s^2 is the variance of the gradient of one batch. Which variance has a mean of B draws?",
        "Solve for V: 1 - (1 - lr h)^2 is lr h (2 - lr h), so V = lr s^2 / (h (2 - lr h)) with s^2 = sigma^2 "
        "/ B. One line with np.sqrt, because a standard deviation is asked for.",
        "The same shape in another story, a sum that keeps half of itself and gets a kick of variance q each "
        "day:\n"
        "    V = 0.25 * V + q, so V = q / (1 - 0.25)\n"
        "    return np.sqrt(q / 0.75)",
    ),
    after="Worth keeping: to halve the distance at which the noise holds you, take four times the batch or "
    "about a quarter of the learning rate.",
)
def noise_std(lr, batch_size, sigma, curvature):
    """Return how widely noise scatters gradient descent about the minimum.

    The loss is curvature * x**2 / 2. The gradient of one example is the true one
    plus noise of standard deviation sigma, and a step uses the mean of batch_size
    such gradients, independent of each other. 0 < lr < 2 / curvature. Return the
    standard deviation of x after very many steps, one number.

    >>> std = noise_std(lr=0.1, batch_size=1, sigma=1.0, curvature=1.0)
    >>> round(float(std) ** 2, 4)
    0.0526
    """
    return sigma * np.sqrt(lr / (batch_size * curvature * (2 - lr * curvature)))


_NOISE = (
    (0.1, 1, 1.0, 1.0),
    (0.1, 64, 1.0, 1.0),
    (0.05, 8, 3.0, 4.0),
    (0.5, 3, 0.2, 2.5),
    (1.5, 10, 2.0, 0.25),
)


@noise_std.probe("five settings")
def _(std):
    for lr, batch_size, sigma, curvature in _NOISE[2:] + _NOISE[:2]:
        where = f"lr {lr}, batch {batch_size}, sigma {sigma}, curvature {curvature}"
        yield Seen(where, "std", std(lr, batch_size, sigma, curvature))


@noise_std.probe("no noise")
def _(std):
    yield Seen("sigma 0", "std", std(0.1, 4, 0.0, 2.0))


@noise_std.mistake(
    "MB-VAR",
    name="the standard deviation is divided by B, not by its root",
    sees="For a batch of B the answer is sqrt(B) too small.",
    question="The variance of a mean of B draws falls as 1 / B. How does its root fall?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma / batch_size * np.sqrt(lr / (curvature * (2 - lr * curvature)))


@noise_std.mistake(
    "NOISE-VARIANCE",
    name="this is the variance, not the standard deviation",
    sees="The answer is the square of the expected one.",
    question="In which unit is x, and in which is your answer?",
)
def _(lr, batch_size, sigma, curvature):
    return lr * sigma**2 / (batch_size * curvature * (2 - lr * curvature))


@noise_std.mistake(
    "NOISE-SMALLLR",
    name="the law for small learning rates",
    sees="Where lr times the curvature is small it nearly agrees; elsewhere the answer is too small.",
    question="Which term did you drop from 1 - (1 - lr h)^2?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr / (2 * batch_size * curvature))


@noise_std.mistake(
    "NOISE-NOBATCH",
    name="the batch size is not used",
    sees="A batch of 64 scatters as widely as a batch of 1.",
    question="Where does batch_size stand in your line?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr / (curvature * (2 - lr * curvature)))


@noise_std.mistake(
    "NOISE-TIMESBATCH",
    name="larger batches make it noisier",
    sees="The batch size is on the wrong side of the fraction.",
    question="Is the mean of many draws more or less noisy than one draw?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr * batch_size / (curvature * (2 - lr * curvature)))


@noise_std.mistake(
    "NOISE-NOCURVATURE",
    name="the curvature is missing in front of the bracket",
    sees="At curvature 1 it agrees; elsewhere it is off by the root of the curvature.",
    question="A steeper valley pulls back harder. Where does your formula say so?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr / (batch_size * (2 - lr * curvature)))


@noise_std.mistake(
    "NOISE-FLATBRACKET",
    name="the curvature is missing in the bracket",
    sees="At curvature 1 it agrees; elsewhere the limit of stability is in the wrong place.",
    question="At which lr does the valley stop holding x? Does your formula become infinite there?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr / (batch_size * curvature * (2 - lr)))


@noise_std.mistake(
    "NOISE-CURVATURE1",
    name="the curvature is taken to be 1",
    sees="At curvature 1 it agrees; the answer does not change with the curvature.",
    question="Where does curvature stand in your line?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr / (batch_size * (2 - lr)))


@noise_std.mistake(
    "NOISE-CURVATUREUP",
    name="the curvature is on the wrong side",
    sees="A steeper valley scatters more widely by your formula.",
    question="In a steep valley and a flat one, with the same noise: where is x held closer?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr * curvature / (batch_size * (2 - lr * curvature)))


@noise_std.mistake(
    "NOISE-PLUS",
    name="a plus in the bracket",
    sees="A large lr looks harmless: the answer stays finite at 2 / curvature.",
    question="What happens to x when lr comes close to 2 / curvature?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr / (batch_size * curvature * (2 + lr * curvature)))


@noise_std.mistake(
    "NOISE-ONEINBRACKET",
    name="1 in the bracket where 2 should be",
    sees="The answer is too large, and there is none for lr beyond 1 / curvature.",
    question="1 - (1 - a)^2: multiply it out. What is the factor of a?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma * np.sqrt(lr / (batch_size * curvature * (1 - lr * curvature)))


@noise_std.mistake(
    "NOISE-NEGATIVE",
    name="the root is taken of a negative number",
    sees="The answer is nan.",
    question="For a small learning rate, is 2 - lr h above zero or below it? And the bracket in your line?",
)
def _(lr, batch_size, sigma, curvature):
    return np.sqrt(lr * sigma**2 / (batch_size * curvature * (lr * curvature - 2)))


@noise_std.mistake(
    "NOISE-ONESTEP",
    name="the noise of one step only",
    sees="The answer is lr sigma / sqrt(B): what a single step adds.",
    question="After a thousand steps, is only the last kick left? How much of the one before is still there?",
)
def _(lr, batch_size, sigma, curvature):
    return lr * sigma / np.sqrt(batch_size)


@noise_std.mistake(
    "NOISE-GRADIENT",
    name="the noise of the gradient, not of x",
    sees="The answer does not change with lr.",
    question="sigma / sqrt(B) is how far one gradient is off. How far does it move x?",
)
def _(lr, batch_size, sigma, curvature):
    return sigma / np.sqrt(batch_size)


@noise_std.mistake(
    "NOISE-LROUTSIDE",
    name="lr stands outside the root",
    sees="A quarter of lr gives a quarter of the answer, where it should give about half.",
    question="In the variance, how many factors lr are left after one has cancelled?",
)
def _(lr, batch_size, sigma, curvature):
    return lr * sigma / np.sqrt(batch_size * curvature * (2 - lr * curvature))


@noise_std.mistake(
    "NOISE-SIGMAINSIDE",
    name="sigma stands unsquared under the root",
    sees="At sigma 1 it agrees; twice the noise gives only 1.41 times the answer.",
    question="Twice the noise: how much further is x thrown? Try it with the step itself.",
)
def _(lr, batch_size, sigma, curvature):
    return np.sqrt(lr * sigma / (batch_size * curvature * (2 - lr * curvature)))


# 03.4


@exercise(
    "03.4",
    "The noise scale: a batch size that pays",
    returns="B",
    hints=(
        "A measured squared norm is made of two parts. Which one shrinks when the batch grows?",
        "sq = |G|^2 + trace / b, where G is the true gradient and trace the summed variance of one example's "
        "gradient. Two batch sizes give two equations with two unknowns; B is trace / |G|^2.",
        "Take the difference sq_small - sq_big to get rid of |G|^2, and b_big sq_big - b_small sq_small to "
        "get rid of the trace. Each is divided by what is left in front of the unknown.",
        "The same shape in another story, a fee and a price from two bills:\n"
        "    price = (bill_many - bill_few) / (many - few)\n"
        "    fee = bill_few - few * price\n"
        "    return fee / price",
    ),
    after="Worth keeping: far below B doubling the batch nearly halves the steps; far above it the steps "
    "hardly fall.",
)
def noise_scale(sq_small, sq_big, b_small, b_big):
    """Estimate the noise scale from two batch sizes (McCandlish and others, 2018).

    sq_small and sq_big are the squared norms of the mean gradient of a batch of
    b_small and of b_big examples, each averaged over many draws; b_small < b_big.
    On average such a square is |G|**2 + trace / b: G is the true gradient, trace
    the sum of the variances of one example's gradient. Return trace / |G|**2, one
    number.

    >>> noise_scale(sq_small=104.0, sq_big=14.0, b_small=1, b_big=10)
    25.0
    """
    true_sq = (b_big * sq_big - b_small * sq_small) / (b_big - b_small)
    trace = (sq_small - sq_big) / (1 / b_small - 1 / b_big)
    return trace / true_sq


_MEASURED = (
    (104.0, 14.0, 1, 10),
    (3.5, 0.75, 2, 64),
    (8.0, 7.0, 4, 12),
    (1e-4, 2.5e-5, 8, 64),
    (2.0, 2.0, 3, 5),
)


@noise_scale.probe("five pairs of measurements")
def _(scale):
    for sq_small, sq_big, b_small, b_big in _MEASURED:
        where = f"{sq_small} at {b_small}, {sq_big} at {b_big}"
        yield Seen(where, "B", scale(sq_small, sq_big, b_small, b_big))


def _parts(sq_small, sq_big, b_small, b_big):
    true_sq = (b_big * sq_big - b_small * sq_small) / (b_big - b_small)
    return true_sq, (sq_small - sq_big) / (1 / b_small - 1 / b_big)


@noise_scale.mistake(
    "SCALE-INVERTED",
    name="the fraction is upside down",
    sees="The answer is 1 / B.",
    question="Should a noisier gradient ask for a larger or a smaller batch?",
)
def _(sq_small, sq_big, b_small, b_big):
    true_sq, trace = _parts(sq_small, sq_big, b_small, b_big)
    return np.divide(true_sq, trace)


@noise_scale.mistake("SCALE-INVERTED")
def _(sq_small, sq_big, b_small, b_big):
    true_sq, trace = _parts(sq_small, sq_big, b_small, b_big)
    return true_sq / trace


@noise_scale.mistake(
    "SCALE-TRACE",
    name="this is the trace alone",
    sees="The answer is not yet compared with the size of the gradient.",
    question="If all gradients were ten times as large, should the batch size change?",
)
def _(sq_small, sq_big, b_small, b_big):
    return _parts(sq_small, sq_big, b_small, b_big)[1]


@noise_scale.mistake(
    "SCALE-GRADIENT",
    name="this is the squared gradient alone",
    sees="The answer is |G|**2, which knows nothing of noise.",
    question="Which second number do the two measurements give you?",
)
def _(sq_small, sq_big, b_small, b_big):
    return _parts(sq_small, sq_big, b_small, b_big)[0]


@noise_scale.mistake(
    "SCALE-BIGISTRUE",
    name="the big batch is taken for the true gradient",
    sees="sq_big still holds trace / b_big, so |G|**2 is too large and B too small.",
    question="How large must b_big be before its noise is gone? Is it here?",
)
def _(sq_small, sq_big, b_small, b_big):
    return _parts(sq_small, sq_big, b_small, b_big)[1] / sq_big


@noise_scale.mistake(
    "SCALE-SMALLISTRUE",
    name="the small batch is taken for the true gradient",
    sees="sq_small is mostly noise, so B is far too small.",
    question="Which of the two measurements is further from |G|**2?",
)
def _(sq_small, sq_big, b_small, b_big):
    return _parts(sq_small, sq_big, b_small, b_big)[1] / sq_small


@noise_scale.mistake(
    "SCALE-DIFFERENCE",
    name="the difference of the squares is taken for the trace",
    sees="sq_small - sq_big is the trace times 1 / b_small - 1 / b_big, not the trace.",
    question="In the difference of the two equations, what stands in front of the trace?",
)
def _(sq_small, sq_big, b_small, b_big):
    return (sq_small - sq_big) / _parts(sq_small, sq_big, b_small, b_big)[0]


@noise_scale.mistake(
    "SCALE-TIMES",
    name="multiplied by 1 / b_small - 1 / b_big where it should be divided",
    sees="The trace comes out too small.",
    question="a = trace * c. How do you get the trace from a?",
)
def _(sq_small, sq_big, b_small, b_big):
    true_sq, _ = _parts(sq_small, sq_big, b_small, b_big)
    return (sq_small - sq_big) * (1 / b_small - 1 / b_big) / true_sq


@noise_scale.mistake(
    "SCALE-BATCHDIFFERENCE",
    name="the trace is divided by b_big - b_small",
    sees="The difference of the batch sizes is used where that of their inverses belongs.",
    question="sq falls as trace / b. Is it b or 1 / b that the trace is multiplied by?",
)
def _(sq_small, sq_big, b_small, b_big):
    true_sq, _ = _parts(sq_small, sq_big, b_small, b_big)
    return (sq_small - sq_big) / (b_big - b_small) / true_sq


@noise_scale.mistake(
    "SCALE-WEIGHTS",
    name="each square is weighted with the other batch size",
    sees="The noise does not cancel from |G|**2.",
    question="sq_big holds trace / b_big. What must it be multiplied by so that the trace stands alone?",
)
def _(sq_small, sq_big, b_small, b_big):
    _, trace = _parts(sq_small, sq_big, b_small, b_big)
    return trace / ((b_big * sq_small - b_small * sq_big) / (b_big - b_small))


@noise_scale.mistake(
    "SCALE-NOTDIVIDED",
    name="b_big sq_big - b_small sq_small is not divided",
    sees="|G|**2 is too large by b_big - b_small, and B too small by the same factor.",
    question="In b_big sq_big - b_small sq_small, what stands in front of |G|**2?",
)
def _(sq_small, sq_big, b_small, b_big):
    _, trace = _parts(sq_small, sq_big, b_small, b_big)
    return trace / (b_big * sq_big - b_small * sq_small)


@noise_scale.mistake(
    "SCALE-SIGN",
    name="one difference is the wrong way round",
    sees="B is negative.",
    question="1 / b_small or 1 / b_big: which one is larger? And which of the two squares?",
)
def _(sq_small, sq_big, b_small, b_big):
    true_sq, trace = _parts(sq_small, sq_big, b_small, b_big)
    return -trace / true_sq


@noise_scale.mistake("SCALE-SIGN")
def _(sq_small, sq_big, b_small, b_big):
    trace = (sq_small - sq_big) / (1 / b_big - 1 / b_small)
    return trace / (sq_big - trace / b_big)


@noise_scale.mistake("SCALE-SIGN")
def _(sq_small, sq_big, b_small, b_big):
    trace = (sq_small - sq_big) / (1 / b_big - 1 / b_small)
    return trace / (sq_small - trace / b_small)


@noise_scale.mistake(
    "SCALE-SQUARED",
    name="the squares are squared once more",
    sees="sq_small and sq_big are squared norms already.",
    question="What do the names of the first two arguments begin with?",
)
def _(sq_small, sq_big, b_small, b_big):
    true_sq, trace = _parts(sq_small**2, sq_big**2, b_small, b_big)
    return trace / true_sq


@noise_scale.mistake(
    "SCALE-ROOT",
    name="a root has been taken",
    sees="The answer is the root of the expected one.",
    question="trace and |G|**2 are both squares. Is a root asked for?",
)
def _(sq_small, sq_big, b_small, b_big):
    true_sq, trace = _parts(sq_small, sq_big, b_small, b_big)
    return np.sqrt(trace / true_sq)


@noise_scale.mistake(
    "SCALE-RATIO",
    name="the ratio of the two measurements",
    sees="The answer does not change with the batch sizes.",
    question="Where do b_small and b_big stand in your line?",
)
def _(sq_small, sq_big, b_small, b_big):
    return sq_small / sq_big


# 03.5


@exercise(
    "03.5",
    "A grid for learning rates",
    returns="lrs",
    hints=(
        "From 0.001 to 0.01 and from 0.01 to 0.1: should one of the two stretches get more points?",
        "Neighbours should have the same ratio, not the same difference. In logarithms that is a grid of "
        "equal steps.",
        "Either lo times a ratio to the power 0, 1, ..., n - 1, where the last power has to arrive at hi; or "
        "equal steps between the logarithms, and then back. n points have n - 1 gaps.",
        "The same shape in another story, the frequencies of a scale that goes up an octave in m notes:\n"
        "    notes = np.arange(m)\n"
        "    return low * 2 ** (notes / (m - 1))",
    ),
    after="Worth keeping: learning rates are compared by ratio. If the best one is at an end of the grid, "
    "the grid is too short.",
)
def log_grid(lo, hi, n):
    """Return n learning rates from lo to hi, with one factor between neighbours.

    0 < lo < hi; n is an integer, 2 or more. Return an array of shape (n,), rising:
    the first is lo, the last is hi.

    >>> log_grid(0.001, 1.0, 4)
    array([0.001, 0.01 , 0.1  , 1.   ])
    """
    return lo * (hi / lo) ** (np.arange(n) / (n - 1))


@log_grid.probe("five grids")
def _(grid):
    for lo, hi, n in ((0.02, 3.0, 5), (1e-4, 1.0, 9), (0.001, 1.0, 4), (0.5, 0.7, 3), (0.1, 30.0, 2)):
        yield Seen(f"{n} from {lo} to {hi}", "lrs", grid(lo, hi, n))


@log_grid.probe("whole numbers as ends")
def _(grid):
    yield Seen("4 from 1 to 10", "lrs", grid(1, 10, 4))


@log_grid.mistake(
    "CMP-LINGRID",
    name="equal steps, not equal factors",
    sees="Nearly all points lie in the last tenth of the way, counted in powers of ten.",
    question="How many of your points lie below 0.01 when the grid goes from 0.0001 to 1?",
)
def _(lo, hi, n):
    return np.linspace(lo, hi, n)


@log_grid.mistake("CMP-LINGRID")
def _(lo, hi, n):
    return lo + (hi - lo) * np.arange(n) / n


@log_grid.mistake(
    "GRID-LOGS",
    name="these are the logarithms of the rates",
    sees="There are negative numbers in the grid.",
    question="You have equal steps between the logarithms. What is the way back from a logarithm?",
)
def _(lo, hi, n):
    return np.linspace(np.log10(lo), np.log10(hi), n)


@log_grid.mistake("GRID-LOGS")
def _(lo, hi, n):
    return np.linspace(np.log(lo), np.log(hi), n)


@log_grid.mistake(
    "GRID-LOGSPACE",
    name="lo and hi are used as exponents",
    sees="The first rate is 10 to the power lo.",
    question="What does np.logspace take for its ends: rates, or their logarithms?",
)
def _(lo, hi, n):
    return np.logspace(lo, hi, n)


@log_grid.mistake(
    "GRID-TWOBASES",
    name="there with one logarithm, back with another",
    sees="The ends of the grid are wrong.",
    question="np.log and 10 ** do not belong together. Which two do?",
)
def _(lo, hi, n):
    return 10 ** np.linspace(np.log(lo), np.log(hi), n)


@log_grid.mistake("GRID-TWOBASES")
def _(lo, hi, n):
    return np.exp(np.linspace(np.log10(lo), np.log10(hi), n))


@log_grid.mistake(
    "GRID-NOEND",
    name="hi is never reached",
    sees="The grid has n points, and the last lies one factor below hi.",
    question="How many gaps lie between n points?",
)
def _(lo, hi, n):
    return lo * (hi / lo) ** (np.arange(n) / n)


@log_grid.mistake(
    "GRID-NOSTART",
    name="lo is not in the grid",
    sees="The first point lies one factor above lo.",
    question="Which power gives lo itself, and does your count begin there?",
)
def _(lo, hi, n):
    return lo * (hi / lo) ** (np.arange(1, n + 1) / n)


@log_grid.mistake("GRID-NOSTART")
def _(lo, hi, n):
    return np.geomspace(lo, hi, n + 1)[1:]


@log_grid.mistake(
    "GRID-EXTRA",
    name="there is one point too many",
    sees="The grid has n + 1 points.",
    question="Is n the number of points or the number of gaps?",
)
def _(lo, hi, n):
    return np.geomspace(lo, hi, n + 1)


@log_grid.mistake(
    "GRID-FEW",
    name="there is one point too few",
    sees="The grid has n - 1 points.",
    question="Is n the number of points or the number of gaps?",
)
def _(lo, hi, n):
    return np.geomspace(lo, hi, n)[:-1]


@log_grid.mistake("GRID-FEW")
def _(lo, hi, n):
    return np.geomspace(lo, hi, n - 1)


@log_grid.mistake(
    "GRID-WHILE",
    name="the last point is lost to rounding",
    sees="Multiplied step by step the last rate comes out a hair above hi, and the loop is over before it.",
    question="A loop that counts n points cannot miss one. What does yours ask before each point?",
)
def _(lo, hi, n):
    rates, rate = [], lo
    while rate <= hi:
        rates.append(rate)
        rate *= (hi / lo) ** (1 / (n - 1))
    return np.array(rates)


@log_grid.mistake(
    "GRID-REVERSED",
    name="the grid falls instead of rising",
    sees="hi comes first.",
    question="Which end does the exercise want first?",
)
def _(lo, hi, n):
    return np.geomspace(hi, lo, n)


@log_grid.mistake(
    "GRID-FACTOR10",
    name="always a factor of ten",
    sees="Where hi is no power of ten above lo, the grid ends somewhere else.",
    question="From lo to hi in n - 1 equal factors: how large is one of them?",
)
def _(lo, hi, n):
    return lo * 10.0 ** np.arange(n)


@log_grid.mistake(
    "GRID-FACTOR2",
    name="always a factor of two",
    sees="The grid begins at lo and ends where the doublings end.",
    question="From lo to hi in n - 1 equal factors: how large is one of them?",
)
def _(lo, hi, n):
    return lo * 2.0 ** np.arange(n)


@log_grid.mistake(
    "GRID-WHOLERATIO",
    name="each point is hi / lo times the one before",
    sees="The second point is already at hi, and the rest lie far above.",
    question="hi / lo is the factor of the whole way. What is the factor of one of n - 1 equal parts?",
)
def _(lo, hi, n):
    return lo * (hi / lo) ** np.arange(n)


@log_grid.mistake(
    "GRID-DIVIDEDRATIO",
    name="the whole factor is divided by n - 1, where a root is needed",
    sees="The grid does not end at hi.",
    question="r * r * r = 1000. Is r a third of 1000?",
)
def _(lo, hi, n):
    return lo * (hi / lo / (n - 1)) ** np.arange(n)


@log_grid.mistake(
    "GRID-SQUARES",
    name="squares between the roots, not factors",
    sees="The ends agree; between them the factors are not equal.",
    question="Divide each point by the one before. Is it always the same number?",
)
def _(lo, hi, n):
    return np.linspace(np.sqrt(lo), np.sqrt(hi), n) ** 2


@log_grid.mistake(
    "GRID-ROUNDED",
    name="the rates are rounded",
    sees="The smallest rates have lost their digits, or are all zero.",
    question="What is 0.0003 with three digits after the point?",
)
def _(lo, hi, n):
    return np.round(np.geomspace(lo, hi, n), 3)


@log_grid.mistake("GRID-ROUNDED")
def _(lo, hi, n):
    return np.round(np.geomspace(lo, hi, n), 2)


@log_grid.mistake("GRID-ROUNDED")
def _(lo, hi, n):
    return np.geomspace(lo, hi, n).astype(int)


@log_grid.mistake(
    "GRID-RANDOM",
    name="the rates are drawn at random",
    sees="The same arguments give another grid the second time.",
    question="Random search is a good method. Is it a grid?",
    habit="MOM-CLASSVAR",
)
def _(lo, hi, n):
    return np.sort(np.exp(np.random.default_rng().uniform(np.log(lo), np.log(hi), n)))


# 03.6


@exercise(
    "03.6",
    "Pick a learning rate, and mistrust the edge",
    returns=("lr", "at_edge"),
    hints=(
        "What does np.argmin say when there is a nan in the array? Try it.",
        "A run that ended in nan or inf has lost, so give it a loss that can never win. The place of the "
        "smallest loss then answers both questions.",
        "np.where(np.isfinite(finals), finals, np.inf) keeps every loss at its place, np.argmin gives the "
        "place i of the best; the rate is lrs[i], and i is at the edge if it is 0 or the last index.",
        "The same shape in another story, the best seat of a row, where broken seats are marked nan:\n"
        "    usable = np.where(np.isnan(view), -np.inf, view)\n"
        "    seat = np.argmax(usable)\n"
        "    return number[seat], seat == 0",
    ),
    after="Worth keeping: a best rate at the edge is no result. Widen the grid and run again.",
)
def best_lr(lrs, finals):
    """Return the learning rate with the lowest loss, and whether it is at an end.

    lrs is a rising array of shape (n,); finals has the final loss of the run with
    each of them, shape (n,). nan and inf are runs that diverged: they never win,
    and at least one loss is finite. If two losses are equal the smaller rate wins.
    Return (lr, at_edge): the rate, and True if it is the first or the last of lrs,
    else False.

    >>> lrs, finals = np.array([0.1, 0.2, 0.4]), np.array([3.0, 1.0, np.nan])
    >>> lr, at_edge = best_lr(lrs, finals)
    >>> float(lr), bool(at_edge)
    (0.2, False)
    """
    usable = np.where(np.isfinite(finals), finals, np.inf)
    best = np.argmin(usable)
    return lrs[best], best in (0, len(lrs) - 1)


_RATES = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
_NAN, _INF = np.nan, np.inf


def _picked(pick, where, finals, lrs=None):
    lr, at_edge = pick(_RATES[: len(finals)] if lrs is None else lrs, np.array(finals))
    yield Seen(where, "lr", lr)
    yield Seen(where, "at_edge", at_edge)


@best_lr.probe("six grids in which every run ends")
def _(pick):
    yield from _picked(pick, "the best in the middle", [2.0, 1.5, 0.5, 0.25, 4.0, 9.0])
    yield from _picked(pick, "the best at the start", [0.25, 0.5, 1.0, 2.0, 4.0, 5.0])
    yield from _picked(pick, "the best at the end", [5.0, 4.0, 2.0, 1.0, 0.5, 0.25])
    yield from _picked(pick, "the best beside the start", [2.0, 0.5, 1.0, 3.0, 4.0, 6.0])
    yield from _picked(pick, "the best beside the end", [5.0, 4.0, 2.0, 1.0, 0.5, 3.0])
    yield from _picked(pick, "two valleys", [2.0, 0.75, 1.0, 3.0, 0.5, 6.0])


@best_lr.probe("runs that end in inf")
def _(pick):
    yield from _picked(pick, "inf at the end", [2.0, 1.0, 0.5, 0.75, _INF, _INF])
    yield from _picked(pick, "the best before inf", [2.0, 1.0, 0.5, _INF, _INF, _INF])


@best_lr.probe("runs that end in nan")
def _(pick):
    yield from _picked(pick, "losses below zero", [-1.0, -2.0, -0.5, _NAN, _INF, 3.0])
    yield from _picked(pick, "nan at the end", [2.0, 1.0, 0.5, 0.75, _INF, _NAN])
    yield from _picked(pick, "the best before nan", [2.0, 1.0, 0.5, _NAN, _NAN, _NAN])
    yield from _picked(pick, "nan at the start", [_NAN, _NAN, 1.0, 0.5, 0.75, 3.0])
    yield from _picked(pick, "nan before the best", [2.0, _NAN, 1.0, 0.5, _NAN, _INF])
    yield from _picked(pick, "one that ends", [_NAN, _NAN, _INF, 7.0, _NAN, _INF])


@best_lr.probe("two equal losses")
def _(pick):
    yield from _picked(pick, "two equal", [3.0, 0.5, 2.0, 0.5, 1.0, 4.0])


@best_lr.probe("one rate, and two")
def _(pick):
    yield from _picked(pick, "one rate", [2.0])
    yield from _picked(pick, "two rates", [2.0, 1.0])


def _usable(finals):
    return np.where(np.isfinite(finals), finals, np.inf)


def _at_edge(i, n):
    return bool(i in (0, n - 1))


@best_lr.mistake(
    "BEST-NAN",
    name="nan wins",
    sees="np.argmin stops at the first nan, so a run that blew up is chosen.",
    question="What is the smallest of 1, 2 and nan, by np.argmin? What should it be here?",
)
def _(lrs, finals):
    best = np.argmin(finals)
    return lrs[best], best in (0, len(lrs) - 1)


@best_lr.mistake(
    "BEST-NANZERO",
    name="runs that blew up are given a loss of zero",
    sees="np.nan_to_num turns nan into 0, which beats every positive loss.",
    question="Which loss can never win?",
)
def _(lrs, finals):
    i = np.argmin(np.nan_to_num(finals))
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake("BEST-NANZERO")
def _(lrs, finals):
    i = np.argmin(np.where(np.isfinite(finals), finals, 0.0))
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-SHIFTED",
    name="the bad runs are left out, and the places have shifted",
    sees="With a nan before the best, another rate than that of the best run comes back.",
    question="After finals[good], place 2 is the third good run. Which array must be filtered too?",
)
def _(lrs, finals):
    i = np.argmin(finals[np.isfinite(finals)])
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-EDGEOFFINITE",
    name="the edge of the runs that ended, not of the grid",
    sees="The last rate before the runs blow up is called an edge, though the grid goes on.",
    question="To the right of this rate the grid has tried more. Could a wider grid teach you anything?",
)
def _(lrs, finals):
    good = np.isfinite(finals)
    i = np.argmin(finals[good])
    return lrs[good][i], _at_edge(i, int(good.sum()))


@best_lr.mistake(
    "BEST-LARGESTLOSS",
    name="the largest loss wins",
    sees="The rate of the worst run comes back.",
    question="Which end of the losses do you want: the high one or the low one?",
)
def _(lrs, finals):
    i = np.argmax(np.where(np.isfinite(finals), finals, -np.inf))
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake("BEST-LARGESTLOSS")
def _(lrs, finals):
    i = np.argmax(finals)
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-PLACE",
    name="this is the place in the grid, not the rate",
    sees="A whole number comes back.",
    question="What stands in lrs at that place?",
)
def _(lrs, finals):
    i = np.argmin(_usable(finals))
    return i, _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-LOSS",
    name="this is the loss of the best run, not its rate",
    sees="The number that comes back stands in finals, not in lrs.",
    question="Which of the two arrays holds the answer, and which one tells you where?",
)
def _(lrs, finals):
    i = np.argmin(_usable(finals))
    return finals[i], _at_edge(i, len(lrs))


@best_lr.mistake(
    "CMP-GRIDEDGE",
    name="the edge is never reported",
    sees="The rate agrees; at_edge is False also where the best rate is the last one tried.",
    question="If the loss still falls at the end of the grid, do you know the best rate?",
)
def _(lrs, finals):
    return lrs[np.argmin(_usable(finals))], False


@best_lr.mistake(
    "BEST-UPPERONLY",
    name="only the upper end counts as an edge",
    sees="The rate agrees; at the first rate of the grid at_edge is False.",
    question="How many ends does a grid have?",
)
def _(lrs, finals):
    i = np.argmin(_usable(finals))
    return lrs[i], bool(i == len(lrs) - 1)


@best_lr.mistake(
    "BEST-LOWERONLY",
    name="only the lower end counts as an edge",
    sees="The rate agrees; at the last rate of the grid at_edge is False.",
    question="Which index has the last of n rates?",
)
def _(lrs, finals):
    i = np.argmin(_usable(finals))
    return lrs[i], bool(i == 0)


@best_lr.mistake("BEST-LOWERONLY")
def _(lrs, finals):
    i = np.argmin(_usable(finals))
    return lrs[i], bool(i == 0 or i == len(lrs))


@best_lr.mistake(
    "BEST-WIDEEDGE",
    name="the neighbours of the ends count as edges too",
    sees="at_edge is True where one more rate was tried on that side.",
    question="If both neighbours of the best rate were tried, is it at the edge?",
)
def _(lrs, finals):
    i = np.argmin(_usable(finals))
    return lrs[i], bool(i <= 1 or i >= len(lrs) - 2)


@best_lr.mistake(
    "BEST-INSIDE",
    name="True and False have changed places",
    sees="at_edge is True in the middle and False at the ends.",
    question="Does your test ask whether the rate is inside, or whether it is at the edge?",
)
def _(lrs, finals):
    i = np.argmin(_usable(finals))
    return lrs[i], not _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-FIRSTVALLEY",
    name="it stops at the first rise",
    sees="Where the losses have two valleys the first one is taken, though the second is deeper.",
    question="Have you looked at all losses when you decide?",
)
def _(lrs, finals):
    usable, i = _usable(finals), 0
    while i + 1 < len(lrs) and usable[i + 1] < usable[i]:
        i += 1
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-LARGESTSTABLE",
    name="the largest rate whose run ends, not the best",
    sees="The loss of the runs is not compared.",
    question="Two runs end. Which one would you take, the faster car or the one that arrives lower?",
)
def _(lrs, finals):
    i = np.flatnonzero(np.isfinite(finals))[-1]
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-LASTOFEQUAL",
    name="of two equal losses the larger rate wins",
    sees="Where two losses are equal the rate further right comes back.",
    question="`<=` and `<`: which one keeps the first of two equals?",
)
def _(lrs, finals):
    usable = _usable(finals)
    i = len(lrs) - 1 - np.argmin(usable[::-1])
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-SIZE",
    name="the loss closest to zero wins",
    sees="Where losses are below zero the lowest is not chosen.",
    question="Which is lower: -2 or -0.5?",
)
def _(lrs, finals):
    i = np.argmin(np.abs(_usable(finals)))
    return lrs[i], _at_edge(i, len(lrs))


@best_lr.mistake(
    "BEST-ORDER",
    name="rate and edge have changed places",
    sees="The first thing that comes back is True or False.",
    question="In which order does the exercise ask for the two?",
)
def _(lrs, finals):
    i = np.argmin(_usable(finals))
    return _at_edge(i, len(lrs)), lrs[i]


@best_lr.mistake("GD-INPLACE")
def _(lrs, finals):
    finals[~np.isfinite(finals)] = np.inf
    i = np.argmin(finals)
    return lrs[i], _at_edge(i, len(lrs))
