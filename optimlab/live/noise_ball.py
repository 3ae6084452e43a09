"""The noise ball: SGD on a bowl, held at a distance from the minimum by the noise of its batches."""

import math
import time
from functools import lru_cache

import numpy as np

from optimlab import theory
from optimlab.live.interactive import Interactive
from optimlab.live.learners import FAR, PATIENCE, Trouble, own_optimizer, too_slow
from optimlab.live.marks import INK, THEORY, Frame, Line, Picture, Points, Rule, Text, notice, number
from optimlab.live.parts import Panel, Preset, Still, Task, integer, log_floating, seed, toggle
from optimlab.live.parts import floating as real
from optimlab.questions.question import Question

CURVATURES = np.array([0.25, 1.0])
SIGMA = 1.0  # of one example's gradient, along each axis
RUNS, STEPS = 200, 1000
DECAY = 10
PREDICTED, AVERAGED = "#5B3FB5", "#9C4A00"
YOURS = "#007A5A"  # the green of what is the learner's, dark enough for words

CLOUD = Panel(
    "cloud",
    "200 runs from one start",
    (-2.4, 2.4),
    (-1.8, 1.8),
    "x₁, curvature ¼",
    "x₂, curvature 1",
    xticks=(-2, -1, 0, 1, 2),
    yticks=(-1, 0, 1),
    equal=True,
    height=264,
    drag=("x1", "x2"),
)
CURVE = Panel(
    "curve",
    "Distance and loss, over all runs",
    (1, STEPS),
    (1e-4, 20.0),
    "step (log)",
    "distance and loss (log)",
    xscale="log",
    yscale="log",
    xticks=(1, 10, 100, 1000),
    yticks=(1e-4, 1e-3, 1e-2, 0.1, 1, 10),
    height=264,
)
CONTROLS = (
    log_floating("lr", "learning rate lr", 0.1, 1e-3, 1.0),
    integer("batch", "batch size B", 1, 1, 64),
    real("beta", "momentum β", 0.0, 0.0, 0.95, 0.05, nudge=0.05),
    integer("steps", "steps", 20, 1, STEPS, more=True),
    integer("decay_at", "lr/10 from step (0: never)", 0, 0, STEPS, more=True),
    toggle("tail", "average the last half of the steps", False, more=True),
    real("x1", "start x₁", 2.0, -2.4, 2.4, 0.1, more=True),
    real("x2", "start x₂", 1.3, -1.8, 1.8, 0.1, more=True),
    seed(more=True),
)


@lru_cache(maxsize=2)
def draws(seed):
    """Standard normal numbers for every step, run and axis: the same run for the same seed, at any length."""
    return np.random.default_rng(seed).standard_normal((STEPS, RUNS, 2))


@lru_cache(maxsize=2)
def noise_of(seed, batch):
    """What the draw of a batch adds to the true gradient at every step, in every run and along each axis."""
    return draws(seed) * (SIGMA / math.sqrt(batch))


def simulate(lr=0.1, batch=1, beta=0.0, steps=20, decay_at=0, tail=False, x1=2.0, x2=1.3, seed=0, own=None):
    """200 runs of SGD, side by side, on f = (x1²/4 + x2²) / 2 with noisy gradients.

    The gradient of one example is the true one plus normal noise of standard deviation 1 along each axis, so
    that of a batch has 1/√batch. beta: momentum. decay_at: the step from which on lr is a tenth; 0, never.
    tail: whether to average the last half of the steps too. x1, x2: the start. steps: at most 1000. own: a
    learner's step function or optimizer class, as learners.own_optimizer takes it, run in place of SGD.
    -> dict: params (steps+1, 200, 2); distance (steps+1,), the root of its mean square over all runs; loss
    (steps+1,), the mean; lr, the last one in force; std (2,), the scatter over the runs in the last half of
    the steps since the lr changed; predicted (2,), the scatter after very many steps; before (2,), that at
    the first lr; floor and loss_floor, the same for distance and loss; settled: whether the distance is
    within 15 % of its floor; averages (200, 2) and averages_std (2,), or None without tail;
    averages_predicted (2,), None also where lr changed among the averaged steps; trouble, a sentence if the
    learner's rule failed, and then its steps up to there are in the arrays.

    >>> result = simulate(lr=0.1, batch=4, steps=1000)
    >>> round(float(result["std"][1]), 3), round(float(result["predicted"][1]), 3)
    (0.115, 0.115)
    """
    starts = np.tile([float(x1), float(x2)], (RUNS, 1))
    noise = noise_of(seed, batch)[:steps]
    change = decay_at if 0 < decay_at < steps else steps
    last = lr / DECAY if change < steps else lr
    predicted, before = (scatter(rate, batch, beta) for rate in (last, lr))
    if own is None:
        params, trouble = run_sgd(starts, noise, change, lr, beta), ""
    else:
        params, trouble = run_own(own, starts, noise, change, lr, beta)
    steps = len(params) - 1
    by_run = params.view(complex)[..., 0].T.copy().view(float).reshape(RUNS, -1, 2)  # quicker to sum over
    squares = (by_run**2).mean(axis=0)
    since = change if change < steps else 0
    late = by_run[:, min(since + (steps - since) // 2 + 1, steps) :]
    floor = math.sqrt(float(np.sum(predicted**2)))
    distance = np.sqrt(squares.sum(axis=1))
    averages, half = None, steps // 2
    if tail:
        averages = params[min(half + 1, steps) :].mean(axis=0)
    same = since <= half
    return {
        "params": params,
        "distance": distance,
        "loss": squares @ CURVATURES / 2,
        "lr": last,
        "std": np.sqrt(late.var(axis=0).mean(axis=0)),
        "predicted": predicted,
        "before": before,
        "floor": floor,
        "loss_floor": float(predicted**2 @ CURVATURES) / 2,
        "settled": abs(float(distance[-1]) / floor - 1) < 0.15,
        "averages": averages,
        "averages_std": averages.std(axis=0) if tail else None,
        "averages_predicted": averaged_scatter(last, batch, beta, steps - half) if tail and same else None,
        "sgd": own is None,
        "trouble": trouble,
    }


def run_sgd(starts, noise, change, lr, beta):
    """SGD with momentum, all runs at once and number for number what optim.SGD does, at a slider's pace.

    -> params (steps+1, runs, 2). change: the step at which lr becomes a tenth.
    """
    params = np.empty((len(noise) + 1, *starts.shape))
    params[0] = w = starts
    curvatures = np.broadcast_to(CURVATURES, starts.shape).copy()
    velocity, grad = np.zeros(starts.shape), np.empty(starts.shape)
    for step, (push, after) in enumerate(zip(noise, params[1:], strict=True)):
        if step == change:
            lr = lr / DECAY
        np.multiply(curvatures, w, out=grad)
        grad += push
        if beta:
            velocity *= beta
            velocity += grad
            grad[...] = velocity
        grad *= lr
        np.subtract(w, grad, out=after)
        w = after
    return params


def run_own(rule, starts, noise, change, lr, beta):
    """The same with a learner's rule, as far as it goes, and what went wrong."""
    params, trouble, stop = [starts.copy()], "", time.monotonic() + PATIENCE
    try:
        optimizer = own_optimizer(rule, starts, lr=lr, momentum=beta)
        for step, push in enumerate(noise):
            if step == change:
                optimizer.set(lr=lr / DECAY)
            optimizer.step(CURVATURES * starts + push,
                           closure=lambda push=push: (0.0, CURVATURES * starts + push))
            if not np.abs(starts).max() <= FAR:
                raise Trouble(f"{optimizer.name} diverged at step {step + 1}.")
            params.append(starts.copy())
            if step + 1 < len(noise) and time.monotonic() > stop:
                trouble = too_slow(rule, step + 1, len(noise), PATIENCE)
                break
    except Trouble as error:
        trouble = str(error)
    return np.array(params), trouble


def scatter(lr, batch, beta):
    """The standard deviation along both axes after very many steps, by formula."""
    return np.array([theory.noise_std(lr, batch, SIGMA, curvature, beta) for curvature in CURVATURES])


def averaged_scatter(lr, batch, beta, n):
    """The standard deviation of the mean of n iterates in a row, after very many steps, along both axes.

    By the autocovariances of the autoregression that momentum makes; for large n it is 1 / (curvature √(batch
    n)), whatever lr and momentum.

    >>> averaged_scatter(0.5, 1, 0.0, 1) == scatter(0.5, 1, 0.0)
    array([ True,  True])
    """
    first = 1 + beta - lr * CURVATURES
    now = scatter(lr, batch, beta) ** 2
    after = first / (1 + beta) * now
    total = n * now
    for lag in range(1, n):
        total += 2 * (n - lag) * after
        now, after = after, first * after - beta * now
    return np.sqrt(total) / n


def view(values, result):
    return Frame(
        readout(values, result),
        {
            "cloud": Picture(cloud_title(values, result), cloud_marks(values, result)),
            "curve": Picture(curve_title(values, result), curve_marks(values, result)),
        },
        numbers(values, result),
    )


def first_look(values):
    start = np.array([[values["x1"], values["x2"]]])
    return Frame(
        f"A bowl, four times as steep along x₂ as along x₁, and a start at ({number(values['x1'])}, "
        f"{number(values['x2'])}).",
        {
            "cloud": Picture(CLOUD.title, [*contours(), *dots(start)]),
            "curve": Picture(CURVE.title, []),
        },
    )


def contours():
    """Ellipses of equal height, on equal steps of log1p(f)."""
    heights = np.expm1(np.linspace(0, np.log1p(2.4), 8)[1:])
    rings = [ellipse(np.sqrt(2 * height / CURVATURES)) for height in heights]
    return [Line(x, y, "#8A8A8A", width=0.6) for x, y in rings] + [
        Points(np.zeros(1), np.zeros(1), INK, "+", 8)
    ]


def ellipse(radii):
    angle = np.linspace(0, 2 * np.pi, 91)
    return radii[0] * np.cos(angle), radii[1] * np.sin(angle)


def dots(points, color=INK, marker="o", size=2.5):
    return [Points(points[:, 0], points[:, 1], color, marker, size)]


def cloud_marks(values, result):
    params = result["params"]
    inside = params[-1][(np.abs(params[-1]) <= (CLOUD.xlim[1], CLOUD.ylim[1])).all(axis=1)]
    one = params[-40:, 0]
    path = Line(one[:, 0], one[:, 1], "#444444", width=0.7)
    marks = [*contours(), path, *dots(inside, color(result))]
    if not result["sgd"]:
        marks.append(Text(-2.3, 1.34, "your rule", YOURS, "left", size=9.5, box=True))
    if result["averages"] is not None:
        marks += dots(result["averages"], AVERAGED, "D", 3)
        marks.append(Text(-2.3, -1.62, "each run's average", AVERAGED, "left", size=9.5, box=True))
    if result["lr"] != values["lr"]:
        marks.append(Line(*ellipse(result["before"]), THEORY, (2, 2), 1.2, halo=True))
    marks.append(Line(*ellipse(result["predicted"]), PREDICTED, (), 2.2, halo=True))
    marks.append(Text(-2.3, 1.62, "predicted: one std", PREDICTED, "left", size=9.5, box=True))
    if result["trouble"]:
        marks += notice(result["trouble"], CLOUD)
    outside = RUNS - len(inside)
    if outside:
        marks.append(Text(2.3, 1.62, f"{outside} of {RUNS} outside", INK, "right", size=9.5, box=True))
    return marks


def curve_marks(values, result):
    steps = np.arange(1, len(result["distance"]))
    marks = [
        *floor_marks(result["floor"]),
        *floor_marks(result["loss_floor"]),
    ]
    if result["lr"] != values["lr"]:
        marks.append(Rule("lr/10", x=float(values["decay_at"]), at=0.06, side="left"))
    return [
        *marks,
        Line(steps, result["distance"][1:], color(result), (), 1.8, label="distance"),
        Line(steps, result["loss"][1:], color(result), (5, 3), 1.5, label="loss"),
    ]


def color(result):
    return INK if result["sgd"] else YOURS


def floor_marks(height):
    """A predicted floor and its name, below it, where no run has come down yet."""
    return [Rule("", y=height), Text(1.15, height / 1.5, f"floor {number(height)}", THEORY, "left", size=9)]


def cloud_title(values, result):
    measured, predicted = number(result["std"][1]), number(result["predicted"][1])
    return f"Scatter along x₂: {measured} (at rest {predicted})"


def curve_title(values, result):
    if result["settled"]:
        return "At rest: noise pushes out what the slope pulls in"
    if result["distance"][-1] > result["floor"]:
        return "Still on its way in: the slope is stronger"
    return "Still spreading: the noise is stronger"


def readout(values, result):
    steps = len(result["distance"]) - 1
    distance, floor = number(result["distance"][-1]), number(result["floor"])
    rate = f"lr {number(values['lr'])}"
    if result["lr"] != values["lr"]:
        rate += f", from step {values['decay_at']} on {number(result['lr'])}"
    with_beta = f", β {number(values['beta'])}" if values["beta"] else ""
    where = "where the noise holds them" if result["settled"] else "and not yet at rest"
    words = (
        f"{rate}, B {values['batch']}{with_beta}: after {steps} step{'' if steps == 1 else 's'} the runs are "
        f"{distance} from the minimum, {where}; the formula for the long run says {floor}"
    )
    if result["trouble"]:
        return f"{words}. {result['trouble']}"
    if result["averages"] is None:
        return words + "."
    return f"{words}. Their averages are {number(rms(result['averages']))} away."


def rms(points):
    return math.sqrt(float((points**2).sum(axis=1).mean()))


def numbers(values, result):
    rows = [
        ("scatter along x₂, measured", number(result["std"][1])),
        ("at rest: σ√(lr / (B·h·(2 − lr·h)))", number(result["predicted"][1])),
        ("scatter along x₁, measured", number(result["std"][0])),
        ("the formula, h = ¼", number(result["predicted"][0])),
        ("loss of the last step", number(result["loss"][-1])),
        ("floor of the loss", number(result["loss_floor"])),
        ("time scale along x₁", f"{number(time_scale(values, result))} steps"),
    ]
    if values["beta"]:
        rows[1] = ("at rest, with momentum", rows[1][1])
    if result["averages"] is not None:
        predicted = result["averages_predicted"]
        rows.append(("their averages along x₂", number(result["averages_std"][1])))
        said = "none: lr changed" if predicted is None else number(predicted[1])
        rows.append(("the same, by formula", said))
    return rows


def time_scale(values, result):
    """Steps in which the distance along the flat axis falls to 1/e, for a small lr."""
    return (1 - values["beta"]) / (result["lr"] * CURVATURES[0])


def check_four(values, answer):
    alone, four = (theory.noise_std(0.1, batch) for batch in (1, 4))
    if abs(answer / four - 1) <= 0.03:
        return True, f"Yes, {number(four)}: the variance of a mean falls as 1/B, so the scatter as 1/√B."
    if abs(answer / (alone / 4) - 1) <= 0.03:
        return False, "A quarter is what becomes of the variance. The scatter is its root."
    return False, f"B = 1 has {number(alone)}. What does a mean of four draws do to a standard deviation?"


def check_same(values, answer):
    if values["batch"] != 4 or values["beta"]:
        return False, "B is 4 here, and β is 0: only lr is yours to move."
    wanted, here = theory.noise_std(0.1, 1), theory.noise_std(values["lr"], 4)
    if abs(here / wanted - 1) <= 0.10:
        return True, (
            f"Yes: {number(here)} where lr = 0.1 with B = 1 has {number(wanted)}. Four times the batch bears "
            "almost four times the lr."
        )
    return False, f"The formula says {number(here)} here, and {number(wanted)} is wanted."


def check_momentum(values, answer):
    if abs(values["beta"] - 0.9) > 1e-9 or values["batch"] != 1:
        return False, "β is 0.9 here and B is 1: only lr is yours to move."
    wanted, here = theory.noise_std(0.1, 1), theory.noise_std(values["lr"], 1, momentum=0.9)
    if abs(here / wanted - 1) <= 0.05:
        return True, (
            f"Yes: lr = {number(values['lr'])} with β = 0.9 has {number(here)}, where lr = 0.1 alone has "
            f"{number(wanted)}. Momentum 0.9 acts like ten times the lr."
        )
    return False, f"The formula says {number(here)} here, and {number(wanted)} is wanted."


def check_decay(values, answer):
    if values["batch"] != 1 or values["beta"] or abs(values["lr"] - 0.1) > 1e-9:
        return False, "Start with lr = 0.1, B = 1 and no momentum; the decay is yours to place."
    if not 0 < values["decay_at"] < STEPS:
        return False, "Nothing has decayed yet. Press Play, and “decay now” when you think it is time."
    distance = simulate(**{**values, "steps": STEPS, "tail": False})["distance"][-1]
    if distance < 0.2:
        return True, f"Yes: {number(distance)} at step {STEPS}. First far in large steps, then near in small."
    late, early = "there were too few small steps to calm down", "the small steps began while it was far away"
    why = late if values["decay_at"] > 200 else early
    return False, f"It is {number(distance)} away at step {STEPS}: {why}."


def check_why(values, answer):
    return answer == WHY[2], {
        WHY[0]: "This bowl has one minimum and no other. A flat loss curve is no sign of a second one.",
        WHY[1]: "The true gradient is zero at the minimum only, and the runs are not there.",
        WHY[2]: "Yes. Close in, the slope is weak and the noise is as strong as ever.",
    }[answer]


AWAY = (
    "about 0.5 away after 100 steps, and after 1000. Press Play, and watch the cloud fill the ellipse that "
    "the formula predicts."
)
GUESSES = (
    "at the minimum, or as good as",
    "about as far away as after 100 steps",
    "further away, pushed out by the noise",
    "stuck in a local minimum",
)
WHY = (
    "The runs sit in local minima",
    "The gradient has become zero",
    "Noise pushes out as much as the slope pulls in",
)

noise_ball = Interactive(
    "noise_ball",
    "How far noise holds SGD from a minimum: learning rate, batch size, momentum, decay and averaging.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(CLOUD, CURVE),
    controls=CONTROLS,
    extras=("own",),
    question=Question(
        "live.noise_ball",
        "A bowl with one minimum. Each step uses the gradient of one random example: right on average, and "
        "noisy. The learning rate stays at 0.1, well below its limit. Where is the run after 1000 steps?",
        GUESSES,
        answer=GUESSES[1],
        replies={
            GUESSES[0]: f"That is what exact gradients do. With these it is {AWAY}",
            GUESSES[1]: f"It is: {AWAY}",
            GUESSES[2]: f"The slope holds against the noise: {AWAY}",
            GUESSES[3]: f"There is no other minimum here, and still it is {AWAY}",
        },
    ),
    why=Task("Why does the loss stop falling?", check_why, choices=WHY),
    tasks=(
        Task(
            "At lr 0.1 and B = 1 the scatter along x₂ is 0.229. What will it be with B = 4?",
            check_four,
            asks="scatter along x₂",
            setup={"lr": 0.1, "batch": 1, "beta": 0.0, "decay_at": 0},
        ),
        Task(
            "Now B is 4. Find an lr that scatters as widely along x₂ as lr 0.1 did with B = 1, to 10 %.",
            check_same,
            setup={"lr": 0.1, "batch": 4, "beta": 0.0, "decay_at": 0, "steps": 1000},
        ),
        Task(
            "β is 0.9. Find an lr that scatters as widely along x₂ as lr 0.1 did without momentum, to 5 %.",
            check_momentum,
            setup={"lr": 0.1, "batch": 1, "beta": 0.9, "decay_at": 0, "steps": 1000},
        ),
        Task(
            "Press Play, and “decay now” at the right moment: the distance has to be below 0.2 at step 1000.",
            check_decay,
            setup={"lr": 0.1, "batch": 1, "beta": 0.0, "decay_at": 0, "steps": 1},
        ),
    ),
    presets=(
        Preset("decay now", {}, now={"decay_at": "steps"}),
        Preset("no decay", {"decay_at": 0}),
        Preset("far start", {"x1": 2.0, "x2": 1.3}),
        Preset("start at 0", {"x1": 0.0, "x2": 0.0}),
    ),
    still=Still(
        (
            ("lr = 0.1, B = 1", {"steps": 1000}),
            ("lr = 0.1, B = 16", {"steps": 1000, "batch": 16}),
            ("lr/10 from step 200", {"steps": 1000, "decay_at": 200}),
        ),
        ("cloud", "curve"),
        "Three columns: lr 0.1 with batch size 1, with 16, and with lr divided by ten from step 200 on, each "
        "with a cloud of 200 runs that fills the predicted ellipse, and below it distance and loss against "
        "step on log scales. All level off at the predicted floor; a batch of 16 or the decay lowers it.",
    ),
)
