"""Gradient scale: what weight decay leaves of a weight whose gradients are nothing but noise."""

import math
from functools import cache, lru_cache

import numpy as np

from optimlab.live.interactive import Interactive
from optimlab.live.learners import walk
from optimlab.live.marks import INK, THEORY, Area, Frame, Line, Picture, Points, Rule, Text, notice, number
from optimlab.live.parts import Panel, Preset, Still, Task, integer, log_floating, seed
from optimlab.looks import LOOKS
from optimlab.questions.question import Question

PAIRS, STEPS, LONGEST = 50, 1000, 2000
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8
NAMES = ("Adam + L2", "AdamW", "yours")
COLORS = {"Adam + L2": "#B34E00", "AdamW": "#B34E00", "yours": "#007A5A"}  # as in looks, darker for words
STYLE = {"Adam + L2": LOOKS["adam"], "AdamW": LOOKS["adamw"], "yours": LOOKS["yours"]}

WEIGHT = Panel(
    "weight",
    "The weight, on average",
    (0, STEPS),
    (-0.4, 1.4),
    "step",
    "w, mean of 100 runs",
    yticks=(0, 0.5, 1),
    height=264,
)
SCALES = Panel(
    "scales",
    "What is left of the weight",
    (1e-3, 1e3),
    (-0.1, 1.3),
    "size s of the gradients (log)",
    "share of w left",
    xscale="log",
    xticks=(1e-3, 1e-2, 0.1, 1, 10, 100, 1e3),
    yticks=(0, 0.5, 1),
    height=264,
    drag=("scale",),
    handle="size of the gradients",
)
CONTROLS = (
    log_floating("scale", "size s of the gradients", 1.0, 1e-3, 1e3),
    log_floating("weight_decay", "weight decay wd", 0.1, 1e-3, 1.0),
    log_floating("lr", "learning rate lr", 0.01, 1e-4, 0.1),
    integer("steps", "steps", STEPS, 1, LONGEST, more=True),
    seed(more=True),
)


@lru_cache(maxsize=2)
def draws(seed):
    """Normal noise for every step and run, shape (2000, 100). Each run has a mirror image, whose noise is the
    same with the other sign, so that chance cancels in the mean."""
    half = np.random.default_rng(seed).standard_normal((LONGEST, PAIRS))
    return np.concatenate([half, -half], axis=1)


def simulate(scale=1.0, weight_decay=0.1, lr=0.01, steps=STEPS, seed=0, own=None):
    """100 runs from w = 1 with gradients that are noise of size `scale`, under Adam with L2 and under AdamW.

    weight_decay: in Adam added to the gradient, as weight_decay * w; in AdamW taken from the weight. lr:
    learning rate. steps: at most 2000. own: a learner's step function or optimizer class, as
    learners.own_optimizer takes it.
    -> dict: mean and std, each name -> (steps+1,), over the runs; left, name -> the last mean; decoupled,
    what AdamW leaves by formula, (1 - lr wd)^steps; time_scale, 1 / (lr wd); trouble, a sentence if the
    learner's rule failed, and then its steps up to there are in the arrays.

    >>> result = simulate(scale=100.0)
    >>> {name: round(left, 2) for name, left in result["left"].items()}
    {'Adam + L2': 0.99, 'AdamW': 0.37}
    """
    noise = scale * draws(seed)[:steps]
    walks, trouble = dict(zip(NAMES, both(noise, lr, weight_decay), strict=False)), ""
    if own is not None:
        walks["yours"], trouble = run_own(own, noise, lr, weight_decay)
    return {
        "mean": {name: walk.mean(axis=1) for name, walk in walks.items()},
        "std": {name: walk.std(axis=1) for name, walk in walks.items()},
        "left": {name: float(walk[-1].mean()) for name, walk in walks.items()},
        "decoupled": (1 - lr * weight_decay) ** steps,
        "time_scale": 1 / (lr * weight_decay),
        "trouble": trouble,
    }


def both(noise, lr, weight_decay):
    """Adam with L2 and AdamW on the same noise, shape (steps, runs) -> (2, steps + 1, runs).

    One Adam for both rows: the first has its decay in the gradient, the second beside the step. Every array
    is made once and has the shape of both rows, as a slider waits for this.
    """
    steps, runs = noise.shape
    inside = np.repeat([[weight_decay], [0.0]], runs, axis=1)
    keep = 1 - lr * np.repeat([[0.0], [weight_decay]], runs, axis=1)
    path = np.empty((steps + 1, 2, runs))
    path[0] = w = np.ones((2, runs))
    moments, new = np.zeros((2, 2, runs)), np.empty((2, 2, runs))
    kept = np.repeat([BETA1, BETA2], 2 * runs).reshape(moments.shape)
    (part1, part2), (m, v), (g, squared) = 1 - kept, moments, new
    move, root = np.empty((2, runs)), np.empty((2, runs))
    for push, after, early, late, eps in zip(noise, path[1:], *corrections(), strict=False):
        np.multiply(inside, w, move)
        np.add(move, push, move)
        np.multiply(part1, move, g)
        np.multiply(part2, move, squared)
        np.multiply(squared, move, squared)
        np.multiply(moments, kept, moments)
        np.add(moments, new, moments)
        np.sqrt(v, root)
        np.add(root, eps, root)
        np.multiply(m, np.array(lr * late / early), move)
        np.divide(move, root, move)
        np.multiply(keep, w, after)
        np.subtract(after, move, after)
        w = after
    return path.swapaxes(0, 1)


@cache
def corrections():
    """Adam's corrections of every step, for m, for the root of v, and eps times the latter as arrays."""
    steps = range(1, LONGEST + 1)
    late = [math.sqrt(1 - BETA2**t) for t in steps]
    return [1 - BETA1**t for t in steps], late, [np.array(EPS * share) for share in late]


def run_own(own, noise, lr, weight_decay):
    """The same with a learner's rule, as far as it goes, and what went wrong."""
    settings = {"lr": lr, "weight_decay": weight_decay, "betas": (BETA1, BETA2), "eps": EPS}
    went = walk(own, lambda w, t: noise[t - 1], np.ones(noise.shape[1]), len(noise), **settings)
    return went.params[: went.diverged_at], went.trouble


def coupled(scale, weight_decay, lr, steps):
    """What Adam with L2 leaves by formula, (1 - lr wd / s)^steps, where noise outweighs the decay."""
    return (1 - lr * weight_decay / np.asarray(scale)) ** steps


def remember(values, result):
    """What a finished run leaves on the right: its settings, and (name, size, share left) for each rule."""
    settings = (values["lr"], values["weight_decay"], values["steps"])
    return [(settings, name, values["scale"], left) for name, left in result["left"].items()]


def view(values, result, runs=()):
    return Frame(
        readout(values, result),
        {
            "weight": Picture(weight_title(result), weight_marks(values, result), (0, span(values))),
            "scales": Picture(scales_title(values, result), scales_marks(values, result, runs)),
        },
        numbers(values, result),
    )


def span(values):
    return STEPS if values["steps"] <= STEPS else LONGEST


def first_look(values):
    return Frame(
        f"A weight that starts at 1, and gradients that are noise of size {number(values['scale'])}.",
        {
            "weight": Picture(WEIGHT.title, [Points(np.zeros(1), np.ones(1), INK, "o", 6)]),
            "scales": Picture(SCALES.title, []),
        },
    )


def weight_marks(values, result):
    marks = [Rule("", y=0.0, dashes=(), color="#8A8A8A")]
    ends = spread({name: mean[-1] for name, mean in result["mean"].items()}, WEIGHT)
    for name, mean in result["mean"].items():
        steps, color, style = np.arange(len(mean)), COLORS[name], STYLE[name]
        std = result["std"][name]
        marks.append(Area(steps, mean - std, mean + std, color, 0.10))
        marks.append(Line(steps, mean, color, style.dashes, style.width))
    steps = np.arange(values["steps"] + 1)
    exact = (1 - values["lr"] * values["weight_decay"]) ** steps
    marks.append(Line(steps, exact, THEORY, (2, 3), 1.0))
    for name, height in ends.items():
        x, anchor = float(len(result["mean"][name]) - 1), "right"
        if x < 0.4 * span(values):
            anchor = "left"
        marks.append(Text(x, height, name, COLORS[name], anchor, dx=-6 if anchor == "right" else 6, dy=9,
                          box=True))
    if result["trouble"]:
        marks += notice(result["trouble"], WEIGHT)
    return marks


def spread(heights, panel):
    """Heights for the names beside the lines: far enough apart to be read."""
    apart, placed = 27 / panel.height * (panel.ylim[1] - panel.ylim[0]), {}
    least = panel.ylim[0]
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        least = placed[name] = min(max(float(height), least), panel.ylim[1] - 2 * apart)
        least += apart
    return placed


def scales_marks(values, result, runs):
    lr, wd, steps = (values[name] for name in ("lr", "weight_decay", "steps"))
    sizes = np.geomspace(max(2 * wd, SCALES.xlim[0]), SCALES.xlim[1], 80)
    flat = result["decoupled"]
    marks = [
        Rule("", y=0.0, dashes=(), color="#8A8A8A"),
        Rule("", x=values["scale"]),
        Line(np.array(SCALES.xlim), np.full(2, flat), THEORY, (2, 3), 1.0),
        Text(1.3e-3, flat, f"AdamW by formula: {number(flat, 2)}", THEORY, "left", dy=9, size=9.5, box=True),
        Line(sizes, coupled(sizes, wd, lr, steps), THEORY, (2, 3), 1.0),
    ]
    now = remember(values, result)
    settings = now[0][0]
    for name in result["left"]:
        points = [(size, left) for its, who, size, left in [*runs, *now] if who == name and its == settings]
        x, y = np.array(points).T
        shape = STYLE[name]
        marks.append(Points(x, y, COLORS[name], shape.marker, 8, shape.filled))
    return marks


def weight_title(result):
    left = result["left"]
    return f"AdamW leaves {share(left['AdamW'])}, Adam + L2 {share(left['Adam + L2'])}"


def scales_title(values, result):
    ahead = result["left"]["Adam + L2"] - result["left"]["AdamW"]
    if abs(ahead) < 0.03:
        return "At this size both decay alike"
    if ahead > 0:
        return "Large gradients shield a weight from L2 in Adam"
    return "Small gradients leave a weight to L2 in Adam"


def share(value):
    """Two digits, and no minus in front of a zero."""
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def readout(values, result):
    left = result["left"]
    words = (
        f"Gradients of size {number(values['scale'])}, lr {number(values['lr'])}, wd "
        f"{number(values['weight_decay'])}: after {values['steps']} step"
        f"{'' if values['steps'] == 1 else 's'} AdamW leaves {share(left['AdamW'])} of the weight and Adam "
        f"with L2 {share(left['Adam + L2'])}"
    )
    if "yours" in left:
        words += f"; yours leaves {share(left['yours'])}"
    return f"{words}. {result['trouble']}".strip()


def numbers(values, result):
    left = result["left"]
    rows = [
        ("AdamW leaves", share(left["AdamW"])),
        ("(1 − lr·wd)ᵗ", number(result["decoupled"])),
        ("its time scale, 1/(lr·wd)", f"{number(result['time_scale'])} steps"),
        ("Adam + L2 leaves", share(left["Adam + L2"])),
    ]
    if values["scale"] >= 2 * values["weight_decay"]:
        slowed = values["scale"] * result["time_scale"]
        rows.append(("its time scale, s/(lr·wd)", f"{number(slowed)} steps"))
    else:
        rows.append(("its time scale", "the decay drives it to 0"))
    rows.append(("scatter of single runs, AdamW", number(float(result["std"]["AdamW"][-1]), 2)))
    if "yours" in left:
        rows.append(("yours leaves", share(left["yours"])))
    return rows


def check_alike(values, answer):
    result = simulate(**{**values, "steps": STEPS})
    left = result["left"]
    if not 0.1 < left["AdamW"] < 0.9:
        return False, "Leave lr at 0.01 and wd at 0.1, where AdamW leaves 0.37, and move the size alone."
    if abs(left["Adam + L2"] - left["AdamW"]) <= 0.05:
        return True, "Yes: at size 1 dividing by the size changes nothing, so both are alike."
    return False, f"Adam with L2 leaves {share(left['Adam + L2'])}, AdamW {share(left['AdamW'])}."


def check_time(values, answer):
    if not 0 < answer < 1000:
        return False, "A number above 0 is wanted, and one that leaves something of the weight."
    left = (1 - 0.001 * answer) ** STEPS
    if abs(left - 0.368) <= 0.02:
        return True, "Yes: lr · wd · 1000 = 1. A tenth of the lr needs ten times the decay."
    return False, f"(1 − 0.001·{answer:g})¹⁰⁰⁰ = {number(left)}. The share is decided by lr·wd alone."


def check_retune(values, answer):
    if not 0 < answer <= 1000:
        return False, "A number from 0 to 1000 is wanted."
    left = simulate(scale=100.0, weight_decay=answer)["left"]["Adam + L2"]
    if abs(left - 0.368) <= 0.06:
        return True, (
            f"Yes, it leaves {share(left)}. And a weight with gradients of size 1 would now be gone after "
            "some 100 steps: one number cannot serve both."
        )
    return False, f"Adam with L2 leaves {share(left)} then. Its time scale is s/(lr·wd)."


def check_why(values, answer):
    return answer == WHY[1], {
        WHY[0]: "Both have the same noise and the same lr. What is different is where the decay enters.",
        WHY[1]: "Yes. wd·w is added to the gradient, so √v̂, the size of the gradients, divides it too.",
        WHY[2]: "Adam adds the whole of wd·w, at every step. Follow it through the division.",
    }[answer]


GUESSES = (
    "0.37 as well: the decay is the same",
    "about 0.99: it hardly decays",
    "about 0: the decay is stronger",
)
WHY = (
    "Large gradients push the weight up",
    "The decay is divided by the size of the gradients",
    "Adam adds only a part of the decay",
)

gradient_scale = Interactive(
    "gradient_scale",
    "What weight decay leaves of a weight under AdamW and under Adam with L2, for gradients of any size.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(WEIGHT, SCALES),
    controls=CONTROLS,
    extras=("own",),
    question=Question(
        "live.gradient_scale",
        "A weight starts at 1. Its gradients are noise of size 100, so nothing but the decay pulls it "
        "anywhere. lr is 0.01 and the decay 0.1: AdamW leaves 0.37 of it after 1000 steps, on average. Adam "
        "with the same decay in the gradient leaves",
        GUESSES,
        answer=GUESSES[1],
        replies={
            GUESSES[0]: "The decay is the same, and at size 1 the result is too. At size 100 Adam leaves "
            "0.99: try it.",
            GUESSES[1]: "It does leave 0.99. Move the size of the gradients and see where the two agree.",
            GUESSES[2]: "That is what happens at size 0.01. At size 100 it leaves 0.99: try both.",
        },
    ),
    why=Task("Why does Adam with L2 hardly decay a weight with large gradients?", check_why, choices=WHY),
    tasks=(
        Task(
            "Find the size of the gradients at which both leave the same.",
            check_alike,
            setup={"scale": 100.0, "weight_decay": 0.1, "lr": 0.01, "steps": STEPS},
        ),
        Task(
            "lr falls to 0.001. Which wd makes AdamW leave 0.37 after 1000 steps?",
            check_time,
            asks="weight decay",
            setup={"scale": 1.0, "weight_decay": 0.1, "lr": 0.001, "steps": STEPS},
        ),
        Task(
            "The size is 100 and lr 0.01. Which wd makes Adam with L2 leave 0.37 after 1000 steps?",
            check_retune,
            asks="weight decay",
            setup={"scale": 100.0, "weight_decay": 0.1, "lr": 0.01, "steps": STEPS},
        ),
    ),
    presets=(
        Preset("size 0.01", {"scale": 0.01}),
        Preset("size 1", {"scale": 1.0}),
        Preset("size 100", {"scale": 100.0}),
    ),
    still=Still(
        (("size 0.01", {"scale": 0.01}), ("size 1", {"scale": 1.0}), ("size 100", {"scale": 100.0})),
        ("weight", "scales"),
        "Three columns, gradients of size 0.01, 1 and 100, each with the mean of a weight over 1000 steps "
        "under AdamW and under Adam with L2, and below it what is left against the size on a log axis. AdamW "
        "leaves 0.37 each time, Adam with L2 0.00, 0.37 and 0.99.",
    ),
    remember=remember,
)
