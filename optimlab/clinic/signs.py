"""What a Run shows beside its curves, in words: the signs by which one cause can be told from another.

Each sign is a function Run -> word, the same for every run with the same cause.
"""

import numpy as np

from optimlab.clinic.run import BATCHES, BATCHES_AN_EPOCH, examples, network


def _moves(run):
    """(move, gradient) of every batch, as float64, as long as all is finite."""
    params = [entry["params"] for entry in run.log] + [run.params]
    for k, entry in enumerate(run.log):
        move, grad = (params[k + 1] - params[k]).astype(float), entry["grads"].astype(float)
        if not (np.isfinite(move).all() and np.isfinite(grad).all()):
            return
        yield move, grad


def _cosine(a, b):
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / size) if size > 0 else 0.0


def moved(run):
    return "yes" if run.log and not np.array_equal(run.log[0]["params"], run.params) else "no"


def batches(run):
    count = len(run.log)
    return "as many as before" if count == BATCHES else "more" if count > BATCHES else "fewer"


def pairs(run):
    return "together" if all(entry["paired"] for entry in run.log) else "torn apart"


def order(run):
    """In which order the examples came."""
    n = len(examples(run.case)[0])
    epochs, rows = [], []
    for entry in run.log:
        rows += entry["rows"]
        if len(rows) >= n:
            epochs.append(rows)
            rows = []
    if not epochs:
        return "not all of them"
    if any(sorted(epoch) != list(range(n)) for epoch in epochs):
        return "some twice, others not at all"
    if all(epoch == sorted(epoch) for epoch in epochs):
        return "class by class"
    if all(epoch == epochs[0] for epoch in epochs):
        return "mixed once, the same in every epoch"
    return "mixed by blocks" if _in_blocks(epochs) else "mixed in every epoch"


def _in_blocks(epochs):
    return np.mean([np.mean(np.diff(epoch) == 1) for epoch in epochs]) > 0.5


def direction(run):
    """Whether each step goes against the gradient of its own batch."""
    cosines = [-_cosine(move, grad) for move, grad in _moves(run) if np.any(move)]
    if not cosines:
        return "there is no step"
    middle, least = np.median(cosines), np.min(cosines)
    if least > 0.999:
        return "against its gradient"
    if middle > 0.999:
        return "mostly against its gradient"
    return "uphill" if middle < -0.5 else "another way"


def rates(run):
    """The length of each step over that of the gradient of the MEAN loss."""
    factors = [
        np.linalg.norm(entry["grads"]) / np.linalg.norm(entry["true"])
        for entry in run.log
        if "true" in entry and np.linalg.norm(entry["true"]) > 0
    ]
    factor = np.median(factors) if factors else 1.0
    found = [
        np.linalg.norm(move) / np.linalg.norm(grad) * factor
        for move, grad in _moves(run)
        if np.linalg.norm(grad) > 0
    ]
    return np.array(found) if found else np.array([0.0])


def largest_rate(run, limit):
    found = rates(run)
    largest = found.max()
    if largest <= limit:
        return "too small to learn" if largest < 0.04 else "in range"
    if found.min() > 0.98 * largest:
        return "above its range"
    steady = len(found) >= BATCHES and found[:BATCHES_AN_EPOCH].min() > 0.98 * largest
    falls = steady or np.all(found[1:] < 1.02 * found[:-1])
    return f"above its range {'at first' if falls else 'for short gradients'}"


def gradient(run):
    """What the gradient is one of, from the first batches."""
    seen = [entry for entry in run.log if "true" in entry]
    pairs = [(entry["grads"].astype(float), entry["true"].astype(float)) for entry in seen]
    if not pairs:
        return "unknown"
    cosines = [_cosine(a, b) for a, b in pairs]
    sizes = [np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs]
    if min(cosines) < 0.999:
        if max(cosines) < -0.999:
            return "of the mean loss with its sign turned"
        return f"of another loss{', and much shorter' if np.median(sizes) < 0.5 else ''}"
    if np.allclose(sizes, 1, rtol=1e-3):
        return "of the mean loss"
    size = len(run.log[0]["rows"])
    return "of the summed loss" if np.allclose(sizes, size, rtol=0.1) else "of the mean loss, in another size"


def _share(a, b, of):
    """The s of `of` = s a + t b, by least squares."""
    aa, ab, bb = a @ a, a @ b, b @ b
    rest = aa * bb - ab * ab
    return (bb * (a @ of) - ab * (b @ of)) / rest if rest > 0 else 0.0


def memory(run):
    """How much of the step before is in a step: the b of move = b * (move before) - lr * gradient."""
    moves = list(_moves(run))
    found = []
    for (before, _), (move, grad) in list(zip(moves, moves[1:], strict=False))[::3]:
        if np.any(before) and np.any(move):
            found.append(_share(before, grad, move))
    value = np.median(found) if found else 0.0
    return "nothing" if value < 0.05 else "a part that fades" if value < 0.96 else "all that came before"


def loss_shown(run):
    """Whether the loss that the run shows is cross-entropy of the scores, and whether it has a floor."""
    with np.errstate(all="ignore"):
        seen = [entry for entry in run.log if "true" in entry]
        right = [np.isclose(entry["loss"], entry["true loss"], rtol=1e-3) for entry in seen]
    if right and all(right):
        return "cross-entropy of the scores"
    if np.nanmin(run.losses, initial=np.inf) > 1.46:
        return "it never falls below 1.46"
    return "it starts near 2.3" if 1.8 < run.losses[0] < 3 else "another one"


def longest_step(run, limit):
    lengths = [np.linalg.norm(move) for move, _ in _moves(run)]
    complete = len(lengths) == len(run.log)
    if complete and max(lengths, default=0.0) <= limit:
        return "in bounds"
    found = rates(run)
    if found.min() < 0.95 * found.max():
        return "too long, though cut"
    return "far too long" if found.max() > 0.19 else "far too long, at a lower rate"


def units_at_start(run):
    """Whether hidden units answer to any example before the first step."""
    model, (x, _) = network(run.case), examples(run.case)
    model.params[...] = run.log[0]["params"] if run.log else run.params
    hidden = x @ model.views["1.weight"].T + model.views["1.bias"]
    share = np.mean((hidden > 0).any(axis=0))
    if share > 0.8:
        return "alive"
    word = "mostly dead" if share < 0.3 else "partly dead"
    if not model.views["1.weight"].any():
        return f"{word}, with weights of 0"
    if model.views["1.bias"].mean() > -3.9:
        return f"{word}, starting less far down"
    if model.views["3.bias"].any():
        return f"{word}, with another bias at the output"
    return f"{word}, at a higher rate" if np.median(rates(run)[:3]) > 0.35 else word


def decay(run):
    """The weight decay that explains the steps: move = -lr (grad + decay w), by least squares."""
    found = []
    for entry, (move, grad) in zip(run.log, _moves(run), strict=False):
        w = entry["params"].astype(float)
        a, b = _share(grad, w, move), _share(w, grad, move)
        if abs(a) > 1e-9:
            found.append(b / a)
    value = np.median(found) if found else 0.0
    if value < -1e-5:
        return "makes the weights grow"
    if value <= 0.02:
        return "none" if value < 1e-6 else "a little"
    return "as much as before" if value > 0.45 else "too much, if less"


def beginning(run):
    """How long the first steps are beside the later ones, in the largest coordinate."""
    sizes = np.array([np.abs(move).max() for move, _ in _moves(run)])
    if len(sizes) < BATCHES:
        return "lost in nan"
    largest = sizes[3:].max()
    if max(largest, sizes[0]) < 0.065:
        return "all steps are short"
    if sizes[0] > 0.2:
        return "longer than lr"
    return "short" if sizes[0] < 0.04 else "hardly shorter" if sizes[0] < 0.09 else "at full length"


def frozen(run):
    """The names of the arrays that never changed."""
    model = network(run.case)
    if not run.log:
        return "all of them"
    model.params[...] = run.log[0]["params"]
    before = {name: view.copy() for name, view in model.views.items()}
    model.params[...] = run.params
    names = [name for name, view in model.views.items() if np.array_equal(before[name], view)]
    return "none" if not names else "all of them" if len(names) == len(before) else ", ".join(names)


def schedule(run):
    """When the rate falls."""
    found = rates(run)
    if len(found) < BATCHES:
        return "lost in nan"
    epochs = found[: len(found) // BATCHES_AN_EPOCH * BATCHES_AN_EPOCH].reshape(-1, BATCHES_AN_EPOCH)
    with np.errstate(all="ignore"):
        within = np.median(epochs[0][1:] / epochs[0][:-1])
        between = np.median(epochs[1:6, 0] / epochs[:5, 0])
    if within < 0.995:
        return "smoothly, by a quarter in an epoch" if 0.65 < within**15 < 0.85 else "with every batch"
    if within > 1.01 or between > 1.01:
        return "it grows"
    return "with every epoch" if between < 0.97 else "never"


def resumed(run):
    """Whether the eleventh epoch goes on where the tenth stopped."""
    moves = [move for move, _ in _moves(run)]
    at = 10 * BATCHES_AN_EPOCH
    if len(moves) <= at + 3:
        return "lost in nan"
    before = np.mean([np.linalg.norm(move) for move in moves[at - 3 : at]])
    after = np.linalg.norm(moves[at + 2])
    remembers = _cosine(moves[at], moves[at - 1]) > 0.7
    longer = after > 2.5 * before
    if longer:
        lower = np.median(rates(run)[:1]) < 0.45
        words = "with longer steps" + ("" if remembers else ", and without a velocity")
        return words + (", at a lower rate" if lower else "")
    return "as if nothing had been" if remembers else "without a velocity"
