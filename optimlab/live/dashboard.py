"""The dashboard: a network in training, its loss, gradients, updates, and its sharpness against 2 / lr."""

import numpy as np

from optimlab import theory
from optimlab.live.interactive import Training
from optimlab.live.marks import INK, THEORY, Area, Frame, Line, Picture, Points, Rule, Text, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating, seed, toggle
from optimlab.live.training import BATCHES, BINS, CHEBYSHEV, CONV, MODELS, OPTIMIZERS, OWN, RECURRENT, Session
from optimlab.questions.question import Question

LAST = 20_000
CNN = {"model": CONV, "optimizer": "Adam", "batch": "32"}
RNN = {"model": RECURRENT, "optimizer": "SGD", "gain": 3.0, "length": 50}
BLUE, GREEN, VERMILLION = "#0072B2", "#007a59", "#B34E00"
LAYERS = ((INK, ()), (BLUE, (6, 3)), (VERMILLION, (2, 2)), (GREEN, (6, 3, 2, 3)))
MOMENTUM = {"SGD": 0.0, "momentum 0.9": 0.9}  # whose limit on a quadratic is known


def tall(name, title, ylabel, ylim, **more):
    return Panel(name, title, (0, 200), ylim, "step", ylabel, height=190, **more)


PANELS = (
    tall("loss", "The loss", "loss (log)", (1e-5, 10), yscale="log"),
    tall("norm", "The length of the gradient", "‖g‖ (log)", (1e-3, 100), yscale="log"),
    Panel(
        "spread",
        "How large the gradients are",
        (-10, 2),
        (0, 3),
        "log₁₀ |g|",
        yticks=(),
        xticks=(-10, -8, -6, -4, -2, 0, 2),
        height=190,
    ),
    tall("ratio", "Update / weight", "‖update‖ / ‖w‖", (1e-6, 1), yscale="log"),
    tall("sharpness", "Sharpness", "sharpness", (0, 30), span=12),
)
CONTROLS = (
    choice("model", "network", CHEBYSHEV, MODELS),
    choice("optimizer", "optimizer", "SGD", (*OPTIMIZERS, OWN)),
    log_floating("lr", "learning rate lr", 0.1, 1e-4, 3.0),
    integer("steps", "step", 0, 0, LAST, more=True),
    choice("batch", "batch", "all", BATCHES, more=True),
    toggle("clip", "clip the gradient", False, more=True),
    log_floating("max_norm", "clip at ‖g‖ =", 1.0, 0.1, 10.0, more=True),
    log_floating("gain", "weights start × gain", 1.0, 0.1, 10.0, more=True),
    integer("length", "RNN: inputs in a row", 20, 5, 50, more=True),
    seed(more=True),
)


def simulate(
    model=CHEBYSHEV,
    optimizer="SGD",
    lr=0.1,
    steps=0,
    batch="all",
    clip=False,
    max_norm=1.0,
    gain=1.0,
    length=20,
    seed=0,
    own=None,
    changes=None,
):
    """A training of `steps` steps, and what is measured on the way.

    model: "Chebyshev net" (673 parameters, half_mse), "MLP, digits", "CNN, digits" (two convolutions) or
    "RNN, sunspots". optimizer: "SGD", "momentum 0.9", "RMSprop", "Adam", "AdamW", or "yours" for `own`, a
    learner's step function or class. lr: its learning rate. batch: "all", "8", "32" or "128". clip, max_norm:
    whether, and at which length, all gradients are clipped together. gain: what the first weights are
    multiplied by. length: inputs in a row for the RNN. seed: of weights and minibatches.
    changes: {step: {"lr": 0.2, ...}}, what changes before which step; lr, clip, max_norm and batch can.
    -> dict of arrays: loss, norm (before clipping) and lr of every step; looks, the steps at which val_loss
    and ratios (||update|| / ||weight||, a column for each of `layers`) were taken; curved, the steps at which
    sharpness was; first, spread: layer -> (share of log10 |g| in each bin, share that is 0) at step 0 and
    lately; clipped, how many steps were; ups, how many raised the loss; reach, how much of the gradient at
    the RNN's last input arrives at its first; values, as they are now; step and diverged_at, a step or None.

    >>> run = simulate(lr=0.1, steps=1)
    >>> round(float(run["sharpness"][0]), 2), round(float(run["loss"][0]), 3)
    (5.43, 0.316)
    """
    values = {name: value for name, value in locals().items() if name not in ("own", "changes")}
    session = Session(values, own, changes)
    session.advance(steps)
    return session.result()


def begin(own=None, changes=None, **values):
    return Session(values, own, changes)


def limit(values):
    """The curvature above which this optimizer runs away on a quadratic; None where none is known."""
    if values["optimizer"] not in MOMENTUM:
        return None
    return theory.largest_stable_lr(values["lr"], MOMENTUM[values["optimizer"]])


def view(values, result):
    values = {**values, **result["values"]}  # changes in mid-run have been made
    span = axis(result["step"])
    return Frame(
        readout(values, result),
        {
            "loss": Picture(loss_title(result), loss_marks(result, span), span, loss_limits(result)),
            "norm": Picture(
                norm_title(values, result), norm_marks(values, result), span, norm_limits(result)
            ),
            "spread": Picture(spread_title(result), spread_marks(result), None, (0, len(result["layers"]))),
            "ratio": Picture(ratio_title(result), ratio_marks(result, span), span),
            "sharpness": Picture(
                sharpness_title(values, result),
                sharpness_marks(values, result, span),
                span,
                sharpness_limits(values, result),
            ),
        },
        numbers(values, result),
    )


def first_look(values):
    about = f"{values['model']}, {values['optimizer']} at lr {number(values['lr'])}"
    return Frame(
        f"{about}, before its first step. Answer the question to let it train.",
        {panel.name: Picture(panel.title, []) for panel in PANELS},
    )


def axis(step):
    """0 to the next of 200, 500, 1000, 2000...: the picture is not squeezed anew at every tick."""
    top = 200
    while top < step:
        top = {2: top * 5 // 2, 5: top * 2, 1: top * 2}[int(str(top)[0])]
    return 0, top


def thin(x, y, most=240):
    """At most so many points, with the lowest and the highest of each stretch, so that no spike is lost.

    >>> x, y = thin(np.arange(1000), np.where(np.arange(1000) == 500, 9, 1), most=20)
    >>> len(x) <= 20, int(y.max())
    (True, 9)
    """
    if len(x) <= most:
        return x, y
    size = -(-2 * len(x) // most)
    starts = range(0, len(x), size)
    rows = [i + k for i in starts for k in sorted({y[i : i + size].argmin(), y[i : i + size].argmax()})]
    return x[rows], y[rows]


def decade(low, high, least, most):
    """Whole powers of ten around two numbers, within two others."""
    low, high = max(low, least), min(max(high, least * 10), most)
    return float(10 ** np.floor(np.log10(low))), float(10 ** np.ceil(np.log10(high * 1.01)))


def loss_limits(result):
    seen = result["loss"][np.isfinite(result["loss"]) & (result["loss"] > 0)]
    return decade(min(1e-2, seen.min()), max(1, seen.max()), 1e-8, 1e6) if len(seen) else (1e-2, 1)


def norm_limits(result):
    seen = result["norm"][np.isfinite(result["norm"]) & (result["norm"] > 0)]
    return decade(min(1e-1, seen.min()), max(10, seen.max()), 1e-8, 1e8) if len(seen) else (1e-1, 10)


def loss_marks(result, span):
    steps, loss = thin(np.arange(len(result["loss"])), result["loss"])
    marks = [
        Line(steps, loss, INK, (), 1.2, label="training" if len(loss) else ""),
        Line(
            result["looks"],
            result["val_loss"],
            BLUE,
            (6, 3),
            1.5,
            label="validation" if len(result["looks"]) > 1 else "",
        ),
    ]
    return marks + ended(result, span, loss_limits(result))


def ended(result, span, limits):
    if result["diverged_at"] is None:
        return []
    middle = float(np.sqrt(limits[0] * limits[1]))
    return [Text(span[1] / 2, middle, f"diverged at step {result['diverged_at']}", bold=True, box=True)]


def norm_marks(values, result):
    steps, norm = thin(np.arange(len(result["norm"])), result["norm"])
    marks = [Line(steps, norm, INK, (), 1.0)]
    if values["clip"]:
        marks.append(Rule(f"clip at {number(values['max_norm'])}", y=values["max_norm"], color=VERMILLION))
    return marks


def spread_marks(result):
    """A row for each layer: the gradients now, filled, and dashed those of step 0."""
    marks, rows = [], len(result["layers"])
    for row, name in enumerate(result["layers"]):
        base, (color, _) = rows - 1 - row, LAYERS[row]
        marks.append(Rule("", y=float(base), dashes=(), color="#8A8A8A"))
        for seen, dashes in ((result["spread"], ()), (result["first"], (3, 2))):
            if seen is None:
                continue
            share, zero = seen[name]
            x = np.repeat(BINS, 2)[1:-1]
            y = base + 0.85 * np.repeat(share, 2) / max(share.max(), 1e-9)
            if not dashes:
                marks.append(Area(x, np.full(len(x), float(base)), y, color, 0.25))
            marks.append(Line(x, y, THEORY if dashes else color, dashes, 1.0 if dashes else 1.3))
        words = name
        if result["spread"] is not None and result["spread"][name][1] > 0.005:
            words += f", {100 * result['spread'][name][1]:.0f} % are 0"
        marks.append(Text(BINS[0], base + 0.72, words, color, "left", dx=4, size=9.5))
    return marks


def ratio_marks(result, span):
    marks = [
        Rule("", y=1e-3),
        Text(span[0], 2e-6, "dashed: 1/1000, the usual guide", THEORY, "left", dx=4, size=9.5),
    ]
    for i, name in enumerate(result["layers"]):
        color, dashes = LAYERS[i]
        steps, ratios = thin(result["looks"], result["ratios"][:, i])
        marks.append(Line(steps, ratios, color, dashes, 1.3, label=name if len(steps) else ""))
    return marks


def sharpness_marks(values, result, span):
    marks, now = [], limit(values)
    if now is not None:
        top = now / (2 / values["lr"])
        lr = np.append(result["lr"], values["lr"])
        changes = np.flatnonzero(np.diff(lr)) + 1
        starts = np.concatenate([[0], changes, [span[1]]])
        levels = 2 * top / lr[np.concatenate([[0], changes])]
        x, y = np.repeat(starts, 2)[1:-1], np.repeat(levels, 2)
        marks.append(Line(x, y, THEORY, (4, 3), 1.4))
        name = "2/lr" if values["optimizer"] == "SGD" else "2(1 + β)/lr"
        marks.append(Text(span[1], now, f"{name} = {number(now)}", THEORY, "right", dx=-4, dy=8, size=9.5))
    marks.append(Line(result["curved"], result["sharpness"], BLUE, (), 1.6))
    marks.append(Points(result["curved"][-1:], result["sharpness"][-1:], BLUE, "D", 6))
    return marks


def sharpness_limits(values, result):
    """Round numbers around the limits and the sharpness, but for what is far above both."""
    lr, now, seen = result["lr"], limit(values), result["sharpness"]
    levels = [1.0] if now is None else [now, *(2 / lr[[0, -1]] if len(lr) else [])]
    last = abs(float(seen[-1])) if len(seen) else 0.0
    most = min(max([*levels, *np.abs(seen)]), 5 * max(levels[0], last))
    power = 10 ** np.floor(np.log10(1.15 * most))
    top = float(next(k * power for k in (1, 1.5, 2, 3, 4, 5, 7.5, 10) if k * power >= 1.15 * most))
    return (-top if len(seen) and seen.min() < 0 else 0.0), top


def loss_title(result):
    if result["diverged_at"] is not None:
        return f"It diverged at step {result['diverged_at']}"
    if len(result["loss"]) < 2:
        return "The loss, before the first step"
    share = 100 * result["ups"] / (len(result["loss"]) - 1)
    return f"Loss {number(result['loss'][-1])}; {share:.0f} % of the steps raised it"


def norm_title(values, result):
    if not len(result["norm"]):
        return "The length of the gradient"
    now = f"Gradient of length {number(result['norm'][-1])}"
    if result["clipped"]:
        return f"{now}; {100 * result['clipped'] / len(result['norm']):.0f} % of the steps clipped"
    return now


def spread_title(result):
    return "Gradients by layer; dashed: at step 0"


def ratio_title(result):
    if not len(result["ratios"]):
        return "How far a step moves the weights"
    last = result["ratios"][-1]
    if not np.isfinite(last).any():
        return "A step moves the weights out of all numbers"
    low, high = (number(v, 1) for v in (np.nanmin(last), np.nanmax(last)))
    return f"A step moves the weights by {low if low == high else f'{low} to {high}'}"


def sharpness_title(values, result):
    now = limit(values)
    if not len(result["sharpness"]):
        return "Sharpness, before the first step"
    sharp = result["sharpness"][-1]
    if sharp < 0:
        return f"The largest curvature is negative, {number(sharp)}: a ridge, no valley"
    if values["optimizer"] == OWN:
        return f"Sharpness {number(sharp)}; of a rule of your own no limit is known here"
    if now is None:
        return (
            f"Sharpness {number(sharp)}; {values['optimizer']} rescales each weight, so 2/lr is not its limit"
        )
    if result["diverged_at"] is not None:
        return (
            f"Sharpness was {number(result['sharpness'][0])} at the start, above a limit of {number(now)}"
            if result["sharpness"][0] > now
            else f"It diverged with a limit of {number(now)}"
        )
    if abs(sharp / now - 1) < 0.06:
        return f"Sharpness {number(sharp)}: at the edge, {number(now)}"
    side = "below" if sharp < now else "above"
    return f"Sharpness {number(sharp)}, {side} the limit of {number(now)}"


def readout(values, result):
    where = f"{values['model']}, {values['optimizer']} at lr {number(values['lr'])}"
    if result["diverged_at"] is not None:
        return f"{where}: the loss diverged at step {result['diverged_at']}. Change something, then Reset."
    if not result["step"]:
        return f"{where}: before the first step. Press Play."
    words = (
        f"{where}, step {result['step']}: loss {number(result['loss'][-1])}, sharpness "
        f"{number(result['sharpness'][-1])}"
    )
    now = limit(values)
    words += f", its limit {number(now)}" if now is not None else ""
    return f"{words}; gradient of length {number(result['norm'][-1])}."


def numbers(values, result):
    def last(name, digits=3):
        return number(result[name][-1], digits) if len(result[name]) else "–"

    now = limit(values)
    rows = [
        ("step", str(result["step"])),
        ("training loss", last("loss")),
        ("validation loss", last("val_loss")),
        ("steps that raised the loss", str(result["ups"])),
        ("sharpness", last("sharpness", 4)),
        ("its limit on a quadratic", "–" if now is None else number(now, 4)),
    ]
    if result["reach"] is not None:
        rows.append(("gradient, first / last input", number(result["reach"], 2)))
    return rows


def check_edge(values, answer):
    if abs(answer - 20) <= 1:
        return True, "Yes: 20 = 2/0.1. It climbs there by itself, and then hovers around it."
    if abs(answer - 0.1) < 0.05:
        return False, "That is lr. Read the number called “sharpness”."
    return (
        False,
        f"{number(answer)} is not where it settles. Train at lr 0.1 to step 4000 or so, then read it.",
    )


def check_catapult(values, answer):
    if abs(values["lr"] - 0.15) > 1e-9 or values["model"] != CHEBYSHEV:
        return False, "Take the Chebyshev net to step 3000 at lr 0.1, and then set lr to 0.15."
    if 8.5 <= answer <= 12:
        return True, "Yes. The loss jumped, and threw the weights to a place that is flat enough for lr 0.15."
    return False, "Go on by 50 to 100 steps after the change, not more: later it climbs, to 2/0.15 = 13.3."


def check_largest(values, answer):
    if values["model"] != CHEBYSHEV or values["optimizer"] != "SGD":
        return False, "Set the network to the Chebyshev net and the optimizer to SGD."
    here = {**values, "steps": 300, "gain": 1.0, "seed": 0, "batch": "all", "clip": False}
    if simulate(**here)["diverged_at"] is not None:
        return False, f"At lr {number(values['lr'])} it diverges within 300 steps."
    if simulate(**{**here, "lr": 1.25 * values["lr"]})["diverged_at"] is None:
        return False, f"At {number(1.25 * values['lr'])}, a quarter more, it still survives. Go higher."
    return (
        True,
        f"Yes: 2/{number(values['lr'])} = {number(2 / values['lr'])} is below the sharpness of 5.43 "
        "at the start. It gets away with that, but not with a quarter more.",
    )


def check_clip(values, answer):
    if values["model"] != RECURRENT or values["gain"] < 2.5:
        return False, "Keep the RNN, and gain at 3 or so: the exploding gradient is the point."
    if not values["clip"]:
        return False, "It diverges within 20 steps. Tick “clip the gradient”."
    run = simulate(**{**values, "steps": 200})
    if run["diverged_at"] is not None or not np.mean(run["loss"][-20:]) < 0.6:
        return False, "Clipped, but still not learning. Try another length to clip at."
    return (
        True,
        f"Yes: {100 * run['clipped'] / run['step']:.0f} % of the steps are clipped, and the loss falls "
        f"to {number(np.mean(run['loss'][-20:]))}.",
    )


def check_why(values, answer):
    return answer == WHY[1], {
        WHY[0]: "It does make the steps large: for many steps the loss goes up. Yet over all it falls.",
        WHY[1]: "Yes. A swing along the steepest direction moves the weights to where that direction is "
        "flatter; on a quadratic there is no such place.",
        WHY[2]: "Here is no noise: all examples are in every step.",
    }[answer]


GUESSES = (
    "it stays near 5",
    "it climbs to 20 and stays there",
    "it climbs past 20, and the training diverges",
    "it falls, towards a flat minimum",
)
WHY = (
    "The network's steps are too small to notice 2/lr",
    "The network's curvature is not fixed: swinging leads to flatter places",
    "The noise of the minibatches averages it out",
)

dashboard = Training(
    "dashboard",
    "A network in training: loss, gradients, updates, and the sharpness of its loss against the limit 2/lr.",
    begin=begin,
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=PANELS,
    controls=CONTROLS,
    extras=("own", "changes"),
    question=Question(
        "live.dashboard",
        "A small network, gradient descent on all examples, lr = 0.1. Its sharpness, the largest curvature "
        "of the loss, is 5.4 at the start; on a quadratic, lr = 0.1 would be stable up to 2/lr = 20. What "
        "happens to the sharpness in 6000 steps?",
        GUESSES,
        answer=GUESSES[1],
        replies={
            GUESSES[0]: "On a quadratic it would have to: there the curvature is one number. A network's is "
            "not; it climbs to 20 and stays there.",
            GUESSES[1]: "It does: to 2/lr, whatever lr is, and there it hovers. Cohen and others (2021) "
            "called that the edge of stability.",
            GUESSES[2]: "It does climb. But beyond 20 the swings that begin lead it back to flatter places: "
            "it hovers around 20.",
            GUESSES[3]: "In the long run flatter is where the swings push. First it climbs, up to 20, and "
            "there it stays.",
        },
    ),
    why=Task("A quadratic dies beyond 2/lr. Why does this network not?", check_why, choices=WHY),
    tasks=(
        Task(
            "Train the Chebyshev net at lr 0.1. Around which number does the sharpness settle?",
            check_edge,
            asks="sharpness",
            setup={"model": CHEBYSHEV, "optimizer": "SGD", "lr": 0.1, "gain": 1.0, "seed": 0, "steps": 4000},
        ),
        Task(
            "At step 3000 the sharpness is 20. Set lr to 0.15, where 2/lr is 13.3, and train 50 to 100 steps "
            "more. What is the sharpness now?",
            check_catapult,
            asks="sharpness",
            setup={"model": CHEBYSHEV, "optimizer": "SGD", "lr": 0.1, "gain": 1.0, "seed": 0, "steps": 3000},
        ),
        Task(
            "At lr 0.6 it blows up from the start. Find an lr that survives 300 steps, when a quarter more "
            "would not.",
            check_largest,
            setup={"model": CHEBYSHEV, "optimizer": "SGD", "lr": 0.6, "gain": 1.0, "seed": 0, "steps": 0},
        ),
        Task(
            "The RNN's weights start three times as large, and its gradient explodes. Save the run, without "
            "touching gain or lr.",
            check_clip,
            setup={
                "model": RECURRENT,
                "optimizer": "SGD",
                "lr": 0.3,
                "gain": 3.0,
                "length": 50,
                "clip": False,
                "seed": 0,
                "steps": 0,
            },
        ),
    ),
    presets=(
        Preset(
            "edge of stability", {"model": CHEBYSHEV, "optimizer": "SGD", "lr": 0.3, "gain": 1.0, "steps": 0}
        ),
        Preset(
            "exploding RNN",
            {"model": RECURRENT, "optimizer": "SGD", "lr": 0.3, "gain": 3.0, "length": 50, "steps": 0},
        ),
        Preset("dead start", {"model": MODELS[1], "optimizer": "SGD", "gain": 0.1, "lr": 0.1, "steps": 0}),
    ),
    still=Still(
        (
            ("lr = 0.1", {"lr": 0.1, "steps": 2000}),
            ("lr = 0.3", {"lr": 0.3, "steps": 800}),
            ("lr = 0.6", {"lr": 0.6, "steps": 200}),
        ),
        ("loss", "sharpness"),
        "Three columns, lr 0.1, 0.3 and 0.6, each with the loss of a small network on a log scale and its "
        "sharpness against the step. At 0.1 the sharpness climbs from 5.4 to 2/lr = 20, at 0.3 it hovers "
        "around 6.7, and at 0.6, where it starts above the limit, the loss diverges.",
        caption="A network of 673 weights, gradient descent on all 20 points: at lr 0.1 the sharpness has "
        "come up to 2/lr = 20 by step 2000, at lr 0.3 it stays near 6.67 while the loss falls, and lr 0.6 is "
        "lost.",
    ),
    more_stills=(
        Still(
            (
                ("lr = 0.003", {**CNN, "lr": 0.003, "steps": 60}),
                ("lr = 0.03", {**CNN, "lr": 0.03, "steps": 60}),
                ("lr = 0.3", {**CNN, "lr": 0.3, "steps": 40}),
            ),
            ("loss", "ratio"),
            "Three columns, Adam at lr 0.003, 0.03 and 0.3, each with the loss of a small CNN on a log scale "
            "and the update ratio of its layers against the step. At 0.003 and 0.03 the ratios come to about "
            "a hundredth; at 0.3 they begin near 1 and the loss jumps to 46.",
            when={"model": CONV},
        ),
        Still(
            (
                ("lr = 0.3", {**RNN, "lr": 0.3, "steps": 100}),
                ("lr = 0.03", {**RNN, "lr": 0.03, "steps": 100}),
                ("lr = 0.3, clipped at 1", {**RNN, "lr": 0.3, "clip": True, "steps": 100}),
            ),
            ("loss", "norm"),
            "Three columns, SGD at lr 0.3, at 0.03, and at 0.3 clipped, each with the loss of a recurrent "
            "network on a log scale and the length of its gradient against the step. At 0.3 both explode "
            "within 20 steps, and clipped at 1 the same rate survives.",
            when={"model": RECURRENT},
            caption="Recurrent weights that start three times as large, SGD on all examples: lr 0.3 is lost, "
            "lr 0.03 survives, and so does lr 0.3 where gradients are clipped at 1.",
        ),
    ),
    play="steps",
)
