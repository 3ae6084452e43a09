"""Adagrad's clock and RMSprop's window: the rate that each weight gets, step by step."""

from functools import lru_cache

import numpy as np

from optimlab.live import learners
from optimlab.live.interactive import Interactive
from optimlab.live.marks import Frame, Line, Picture, Points, Rule, Text, notice, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating
from optimlab.live.parts import floating as real
from optimlab.looks import LOOKS
from optimlab.questions.question import Question

METHODS = ("Adagrad", "RMSprop")
LOOK = {"Adagrad": LOOKS["adagrad"], "RMSprop": LOOKS["rmsprop"], "yours": LOOKS["yours"]}
INK = {"Adagrad": "#00704F", "RMSprop": "#9A4A78", "yours": "#00704F"}  # words need more contrast than lines
EPS = {"Adagrad": 1e-10, "RMSprop": 1e-8}
STEADY, TENTH, HUNDREDTH, BOWL = "1 in every step", "also a rare one, 1 in 10", "also a rare one, 1 in 100", (
    "of a bowl whose minimum moves"
)
EVERY = {STEADY: 1, TENTH: 10, HUNDREDTH: 100}
STEEP, FLAT, MOVED = 100.0, 1.0, 1.0  # curvatures before and after, and where the minimum goes to
NEAR = 0.01  # of how far the minimum moves

RATE = Panel(
    "rate",
    "The rate that each weight gets",
    (1, 10_000),
    (1e-6, 1000),
    "step (log)",
    "rate (log)",
    xscale="log",
    yscale="log",
    xticks=(1, 10, 100, 1000, 10_000),
    yticks=(1e-6, 1e-4, 1e-2, 1, 100),
    height=264,
)
WAY = Panel(
    "way",
    "How far they go",
    (1, 10_000),
    (1e-4, 1e6),
    "step (log)",
    "distance (log)",
    xscale="log",
    yscale="log",
    xticks=(1, 10, 100, 1000, 10_000),
    yticks=(1e-4, 1e-2, 1, 100, 1e4, 1e6),
    height=264,
)
CONTROLS = (
    choice("gradients", "gradients", STEADY, (*EVERY, BOWL)),
    real("alpha", "RMSprop's α", 0.99, 0.5, 0.999, 0.001, nudge=0.001),
    log_floating("lr", "learning rate lr", 1.0, 0.01, 10.0),
    integer("steps", "steps", 100, 1, 10_000, more=True),
    integer("shift", "the minimum moves after step", 500, 1, 5000, more=True),
)


def simulate(gradients=STEADY, alpha=0.99, lr=1.0, steps=100, shift=500, own=None):
    """Adagrad and RMSprop on a stream of gradients, or in a bowl that moves.

    gradients: a gradient of 1 in every step; beside it a second weight with one of 1 in step 1 and then every
    10 or 100 steps, else 0; or those of a bowl of curvature 100 around 0, from w = 1, which after step
    `shift` has curvature 1 around 1. alpha: RMSprop's. own: a learner's step function or optimizer class, as
    learners.own_optimizer takes it, run at the same lr and alpha.
    -> dict: rates, method -> (steps, n), what each gradient of weight n is multiplied by, nan where it is 0;
    travelled, method -> (steps, n), the sum of all steps so far; distance, method -> (steps,) to the minimum
    that is there, or None for a stream; arrived, method -> steps after the move until a hundredth of it is
    left, None if not in this run; own: None or the trouble of a learner's function, "" without.

    >>> result = simulate(steps=100)
    >>> float(result["rates"]["Adagrad"][-1, 0].round(3)), float(result["rates"]["RMSprop"][0, 0].round(3))
    (0.1, 10.0)
    """
    if gradients == BOWL:
        ran = {method: bowl(method, lr, alpha, shift, steps) for method in METHODS}
    else:
        ran = {method: stream(method, lr, alpha, EVERY[gradients], steps) for method in METHODS}
    trouble = None
    if own is not None:
        ran["yours"], trouble = run_own(own, gradients, alpha, lr, steps, shift)
    result = {"rates": {}, "travelled": {}, "distance": {}, "arrived": {}, "own": trouble}
    for method, (rates, moves, offsets) in ran.items():
        result["rates"][method] = rates
        result["travelled"][method] = np.cumsum(moves, axis=0)
        if gradients == BOWL:
            result["distance"][method] = np.abs(offsets)
            left = np.abs(offsets[shift:])
            there = np.flatnonzero(left <= NEAR * MOVED)
            result["arrived"][method] = int(there[0]) + 1 if len(there) else None
    if gradients != BOWL:
        result["distance"] = None
    return result


def stream(method, lr, alpha, every, steps):
    """-> (rates, moves), both (steps, n), and None: closed forms of both rules for gradients of 0 and 1."""
    t = np.arange(1, steps + 1)
    periods = [1] if every == 1 else [1, every]
    caches = []
    for period in periods:
        seen, since = (t - 1) // period + 1, (t - 1) % period
        if method == "Adagrad":
            caches.append(seen.astype(float))
        else:
            fade = alpha**period
            caches.append((1 - alpha) * alpha**since * (1 - fade**seen) / (1 - fade))
    active = np.stack([(t - 1) % period == 0 for period in periods], axis=1)
    rates = lr / (np.sqrt(np.stack(caches, axis=1)) + EPS[method])
    return np.where(active, rates, np.nan), np.where(active, rates, 0.0), None


@lru_cache(maxsize=64)
def bowl(method, lr, alpha, shift, steps):
    """-> rates, moves, (steps, 1), and offsets from the minimum that is there (steps,).

    The rules in plain floats, quicker for one number. Counted from the minimum, a point can come as near to
    it as it likes; near 1 it would be stopped by the sixteenth digit.
    """
    keep, take = (1.0, 1.0) if method == "Adagrad" else (alpha, 1 - alpha)
    offset, cache, eps, curvature = 1.0, 0.0, EPS[method], STEEP
    rates, moves, offsets = [], [], []
    for t in range(1, steps + 1):
        if t == shift + 1:
            offset, curvature = offset - MOVED, FLAT
        g = curvature * offset
        cache = keep * cache + take * g * g
        rate = lr / (cache**0.5 + eps)
        offset -= rate * g
        rates.append(rate)
        moves.append(abs(rate * g))
        offsets.append(offset)
    return np.array(rates)[:, None], np.array(moves)[:, None], np.array(offsets)


def run_own(own, gradients, alpha, lr, steps, shift):
    """A learner's rule on the same gradients -> ((rates, moves, offsets), trouble)."""
    period = EVERY.get(gradients)

    def slope(w, t):
        if period is None:
            return STEEP * w if t <= shift else FLAT * (w - MOVED)
        return np.array([1.0, (t - 1) % period == 0], float)[: len(w)]

    start = [1.0] if period in (None, 1) else [0.0, 0.0]
    went = learners.walk(own, slope, start, steps, lr=lr, alpha=alpha)
    params = went.params
    given = np.array([slope(w, t) for t, w in enumerate(params[:-1], 1)]).reshape(-1, len(start))
    moves = np.abs(np.diff(params, axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.where(given != 0, moves / np.abs(given), np.nan)
    offsets = params[1:, 0] - np.where(np.arange(1, len(params)) <= shift, 0.0, MOVED)
    return (rates, moves, offsets), went.trouble


def view(values, result):
    moving = values["gradients"] == BOWL
    return Frame(
        readout(values, result),
        {
            "rate": Picture(rate_title(values, result), rate_marks(values, result)),
            "way": Picture(
                bowl_title(result) if moving else travel_title(result),
                (distance_marks if moving else travel_marks)(values, result),
            ),
        },
        numbers(values, result),
    )


def first_look(values):
    return Frame(
        "Two rules get the same gradients. Answer the question to see which rates they make of them.",
        {"rate": Picture(RATE.title, []), "way": Picture(WAY.title, [])},
    )


def curve(y, method, dots=False):
    """One weight's line, where it has a gradient; with dots, one at each of a rare weight's gradients."""
    look, chosen = LOOK[method], np.flatnonzero(np.isfinite(y))
    chosen = chosen[thinned(len(chosen), 60 if dots else 1500)]
    x, y = chosen + 1.0, np.maximum(y[chosen], 1e-12)
    marks = [Line(x, y, look.color, () if dots else look.dashes, 1.0 if dots else look.width)]
    return [*marks, Points(x, y, look.color, look.marker, 5, False)] if dots else marks


def thinned(n, most):
    """At most `most` of n indices: all of them where there is room, else evenly on a log axis."""
    return np.arange(n) if n <= most else np.unique(np.geomspace(1, n, most).round().astype(int)) - 1


def key(result, panel, top):
    """The names of the lines, below each other from the height `top` on."""
    marks, (low, high) = [], np.log10(panel.ylim)
    for row, method in enumerate(result["rates"]):
        y = 10 ** (low + (high - low) * (top - 0.1 * row))
        look = LOOK[method]
        marks.append(Line(np.array([1.3, 2.8]), np.array([y, y]), look.color, look.dashes, look.width))
        rare = result["rates"][method].shape[1] > 1 and panel is RATE
        if rare:
            marks.append(Points(np.array([100.0]), np.array([y]), look.color, look.marker, 5, False))
            marks.append(Text(140, y, "the rare weight", INK[method], "left", size=9.5))
        marks.append(Text(3.4, y, method, INK[method], "left", size=9.5))
    return marks


def rate_marks(values, result):
    marks = [Rule("lr", y=values["lr"], side="right")]
    if values["gradients"] == BOWL:
        marks.append(Rule("", x=float(values["shift"])))
    for method, rates in result["rates"].items():
        for weight in range(rates.shape[1]):
            marks += curve(rates[:, weight], method, dots=weight > 0)
    below = values["lr"] >= 0.2  # where no line comes
    return marks + key(result, RATE, 0.28 if below else 0.93) + trouble_marks(result, RATE)


def trouble_marks(result, panel):
    return notice(result["own"], panel) if result["own"] else []


def travel_marks(values, result):
    marks = key(result, WAY, 0.93)
    for method, travelled in result["travelled"].items():
        marks += curve(travelled[:, 0], method)
    return marks


def distance_marks(values, result):
    shift = float(values["shift"])
    marks = [
        *key(result, WAY, 0.93),
        Rule("it moves", x=shift, at=0.93, side="right" if shift < 1500 else "left"),
        Rule("lr/2", y=values["lr"] / 2, side="left"),
    ]
    for method, distance in result["distance"].items():
        marks += curve(distance, method)
    return marks


def rate_title(values, result):
    adagrad, rmsprop = (result["rates"][method] for method in METHODS)
    if adagrad.shape[1] > 1:
        return f"Adagrad gives the rare weight {number(advantage(adagrad))} × the rate"
    return f"Adagrad's rate is {number(adagrad[-1, 0])}, RMSprop's {number(rmsprop[-1, 0])}"


def advantage(rates):
    """The rare weight's rate at its last gradient, over the steady weight's in that step."""
    last = np.flatnonzero(np.isfinite(rates[:, 1]))[-1]
    return float(rates[last, 1] / rates[last, 0])


def travel_title(result):
    adagrad, rmsprop = (number(result["travelled"][method][-1, 0]) for method in METHODS)
    return f"Adagrad has come {adagrad} far, RMSprop {rmsprop}"


def bowl_title(result):
    adagrad, rmsprop = (result["arrived"][method] for method in METHODS)
    if adagrad is None and rmsprop is None:
        return "Neither has followed the minimum yet"
    words = [f"{method} {'not yet' if n is None else n}"
             for method, n in zip(METHODS, (adagrad, rmsprop), strict=True)]
    return f"Steps to follow: {words[0]}, {words[1]}"


def readout(values, result):
    steps, lr, alpha = values["steps"], number(values["lr"]), number(values["alpha"])
    adagrad, rmsprop = (result["rates"][method] for method in METHODS)
    if values["gradients"] == BOWL:
        late = [
            "not within 1 % in this run" if n is None else f"within 1 % after {counted(n)}"
            for n in (result["arrived"][method] for method in METHODS)
        ]
        words = (
            f"lr {lr}: after step {values['shift']} the minimum moves, and the curvature falls from 100 to "
            f"1. Adagrad is {late[0]}, RMSprop with α {alpha} {late[1]}"
        )
    elif adagrad.shape[1] > 1:
        words = (
            f"lr {lr}, {counted(steps)}: where the rare weight has a gradient, Adagrad's rate for it is "
            f"{number(advantage(adagrad))} times that of the steady one, RMSprop's with α {alpha} "
            f"{number(advantage(rmsprop))} times"
        )
    else:
        words = (
            f"lr {lr}, every gradient is 1: in step {steps} Adagrad's rate is {number(adagrad[-1, 0])}, "
            f"RMSprop's with α {alpha} is {number(rmsprop[-1, 0])}"
        )
    return f"{words}. {result['own']}" if result["own"] else f"{words}."


def counted(n):
    return f"{n} step{'' if n == 1 else 's'}"


def numbers(values, result):
    rows = []
    for method in result["rates"]:
        rates, travelled = result["rates"][method], result["travelled"][method]
        if not len(rates):
            continue
        if rates.shape[1] > 1 and np.isfinite(rates[:, 1]).any():
            rows.append((f"{method}: rare over steady", number(advantage(rates))))
        rows.append((f"{method}: rate, last step", number(rates[-1, 0])))
        if result["distance"] is None:
            rows.append((f"{method}: way so far", number(travelled[-1, 0])))
        else:
            rows.append((f"{method}: distance now", number(result["distance"][method][-1])))
    if values["gradients"] == STEADY:
        rows.append(("lr / √t, by formula", number(values["lr"] / values["steps"] ** 0.5)))
    rows.append(("lr / √(1 − α), a first step", number(values["lr"] / (1 - values["alpha"]) ** 0.5)))
    return rows


def check_hundredth(values, answer):
    if abs(answer / 10_000 - 1) < 0.01:
        return True, "Yes: the rate is lr / √t, and √10,000 is 100."
    if abs(answer - 100) < 2:
        return False, f"In step 100 the sum is 100, and its root is 10: the rate is {number(0.1)}."
    return False, "The sum of t ones is t. Of which t is the root 100?"


def check_rare(values, answer):
    if abs(answer / 10 - 1) < 0.05:
        return True, "Yes: √100. Its sum grows a hundred times more slowly, and the rate feels the root."
    if abs(answer / 100 - 1) < 0.05:
        return False, "Its sum is a hundred times smaller. What does the root make of that?"
    return False, "Compare the two sums after 10,000 steps: 10,000 and 100. Then take roots."


def check_window(values, answer):
    if values["gradients"] != BOWL or abs(values["lr"] - 0.5) > 1e-9 or values["shift"] != 500:
        return False, "Go back to the moving bowl, lr 0.5, the move after step 500: only α is yours here."
    n = simulate(**{**values, "steps": 3000})["arrived"]["RMSprop"]
    if n is not None and n <= 60:
        return True, f"Yes, {counted(n)}: with α {number(values['alpha'])} the steep days are soon forgotten."
    return False, f"With α {number(values['alpha'])} it takes {n or 'more than 2500'} steps. Forget faster."


def check_settle(values, answer):
    if values["gradients"] != BOWL or values["shift"] != 500:
        return False, "Go back to the moving bowl, with the move after step 500."
    late = simulate(**{**values, "steps": 3000})["distance"]["RMSprop"][-200:]
    if late.max() <= 0.01:
        return True, f"Yes: within {number(late.max())}. Steps that stay lr long end lr/2 away."
    return False, f"In the last 200 of 3000 steps it is up to {number(late.max())} away: steps of lr."


def check_why(values, answer):
    return answer == WHY[0], {
        WHY[0]: "Yes. Every square that ever came in still divides, however long ago it was.",
        WHY[1]: "It was large enough to arrive the first time, from just as far away.",
        WHY[2]: "RMSprop is in the same flat bowl, and is there in a tenth of the steps.",
    }[answer]


GUESSES = ("1", "0.1", "0.01", "0, it has stopped")
WHY = (
    "The squares of the steep bowl stay in its sum for ever",
    "Its learning rate was too small from the start",
    "In a flat bowl every method is slow",
)
MOVING = {"gradients": BOWL, "lr": 0.5, "alpha": 0.99, "steps": 2500, "shift": 500}

adagrad_clock = Interactive(
    "adagrad_clock",
    "The rates that Adagrad and RMSprop make of the same gradients: one never forgets, one does.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(RATE, WAY),
    controls=CONTROLS,
    extras=("own",),
    question=Question(
        "live.adagrad_clock",
        "Adagrad divides each step by the root of the sum of all squared gradients so far. Every gradient is "
        "1 and lr is 1, so the first step is 1 long. How long is step 100?",
        GUESSES,
        answer=GUESSES[1],
        replies={
            GUESSES[0]: "That is RMSprop, which averages where Adagrad adds up. The sum is 100 by then, its "
            "root 10, and the step 0.1.",
            GUESSES[1]: "The sum is 100 by then, and its root 10. The next tenth takes until step 10,000.",
            GUESSES[2]: "The sum is 100 by then, and the step would be 0.01 without the root. With it, 0.1.",
            GUESSES[3]: "It never stops, it only slows down: the sum is 100, its root 10, the step 0.1.",
        },
        reply="The sum is 100, its root 10, and the step 0.1.",
    ),
    why=Task("The minimum moves into a flatter bowl. Why is Adagrad late there?", check_why, choices=WHY),
    tasks=(
        Task(
            "Every gradient is 1. In which step has Adagrad's rate fallen to a hundredth of lr?",
            check_hundredth,
            asks="step",
            setup={"gradients": STEADY, "lr": 1.0},
        ),
        Task(
            "One weight has a gradient in every step, another in 1 of 100. How many times as large is "
            "Adagrad's rate for the rare one, after many steps?",
            check_rare,
            asks="times",
            setup={"gradients": HUNDREDTH, "lr": 1.0, "steps": 201},
        ),
        Task(
            "The minimum moves. Find an α with which RMSprop is there within 60 steps.",
            check_window,
            setup=MOVING,
        ),
        Task(
            "Now make RMSprop stay within 0.01 of the minimum at the end of 3000 steps.",
            check_settle,
            setup=MOVING,
        ),
    ),
    presets=(
        Preset("every gradient 1", {"gradients": STEADY, "lr": 1.0, "steps": 10_000}),
        Preset("a rare weight", {"gradients": HUNDREDTH, "lr": 1.0, "steps": 10_000}),
        Preset("the minimum moves", MOVING),
    ),
    still=Still(
        (
            ("every gradient is 1", {"steps": 10_000}),
            ("a second weight, 1 in 100", {"gradients": HUNDREDTH, "steps": 10_000}),
            ("the minimum moves", MOVING),
        ),
        ("rate", "way"),
        "Rates over steps on log scales and, below, distances. With gradients of 1 Adagrad's rate falls to "
        "0.01 at step 10,000, and a weight seen once in 100 steps keeps ten times that, while RMSprop's "
        "stays near lr; after the minimum has moved, Adagrad takes 1077 steps to follow and RMSprop 149.",
    ),
)
