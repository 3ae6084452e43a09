"""The schedule designer: a shape, a peak, a warm-up, and a small network that trains under it."""

import re
from functools import cache, lru_cache

import numpy as np

from optimlab import data, nn, schedules
from optimlab.live.interactive import Interactive
from optimlab.live.learners import Trouble
from optimlab.live.marks import INK, THEORY, Area, Frame, Line, Picture, Rule, Text, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating, seed
from optimlab.live.parts import floating as real
from optimlab.live.range_test import smoothed
from optimlab.questions.question import Question

STEPS, BATCH = 300, 16
SHAPES = ("constant", "step", "linear", "cosine", "1-cycle", "1/sqrt", "WSD")
BLUE, GREY = "#0072B2", "#767676"
GOAL = 0.17

RATE = Panel(
    "rate",
    "The learning rate",
    (0, STEPS),
    (0.0, 1.0),
    "step",
    "learning rate",
    height=264,
)
LOSS = Panel(
    "loss",
    "The training loss",
    (0, STEPS),
    (0.03, 4.0),
    "step",
    "loss, smoothed (log)",
    yscale="log",
    yticks=(0.03, 0.1, 0.3, 1, 3),
    height=264,
)
CONTROLS = (
    choice("shape", "shape", "constant", SHAPES),
    log_floating("lr", "highest rate", 0.56, 0.01, 3.0),
    real("warm", "warm-up, share of the steps", 0.0, 0.0, 0.5, 0.02),
    real("decay_from", "decay from (step, WSD)", 0.8, 0.0, 0.98, 0.02, more=True),
    integer("steps", "steps trained", 200, 1, STEPS, more=True),
    seed(more=True),
)


def simulate(shape="constant", lr=0.56, warm=0.0, decay_from=0.8, steps=STEPS, seed=0, own=None):
    """A network that tells digits apart, trained with SGD for `steps` of 300 under a schedule for 300.

    shape: "constant", "step" (a tenth from decay_from on), "linear", "cosine", "1-cycle", "1/sqrt" or "WSD"
    (level, then linear to 0 from decay_from on). lr: its highest value. warm: the share of the steps in which
    it rises there along a line; in "1-cycle" the rise is part of the shape, 30 % if warm is 0. decay_from: a
    share of the steps. seed: of MLP(64, 32, 10) and its batches of 16. own: a learner's schedule, a function
    from the step to the rate, in place of all these.
    -> dict: name, its shape or "yours"; schedule, of optimlab.schedules, for any optimizer; rates (300,);
    losses and smooth, each (n,), of the batches; val, the loss of the validation part after the last step;
    area, the mean of the rates over the highest; diverged_at, a step or None.

    >>> simulate("cosine", lr=0.5, warm=0.1, steps=1)["schedule"]
    warmup(cosine(0.5, T_max=270, eta_min=0), steps=30, start=None)
    """
    schedule = make(shape, lr, warm, decay_from) if own is None else own
    rates = checked(schedule)
    losses, val = training(tuple(rates), seed).until(steps)
    return {
        "name": shape if own is None else "yours",
        "schedule": schedule,
        "rates": rates,
        "losses": losses,
        "smooth": smoothed(losses, 0.9),
        "val": val,
        "area": float(rates.mean() / rates.max()) if rates.max() else 0.0,
        "diverged_at": None if len(losses) == steps else len(losses),
    }


def checked(schedule):
    """The 300 rates of a schedule; Trouble if they are none."""
    if not callable(schedule):
        raise Trouble(f"A schedule is a function of the step, got {schedule!r}.")
    rates = np.zeros(STEPS)
    for k in range(STEPS):
        try:
            rates[k] = schedule(k)
        except Exception as error:
            raise Trouble(f"Your schedule stopped at step {k}: {type(error).__name__}: {error}.") from error
        if not 0 <= rates[k] < np.inf:
            raise Trouble(f"Your schedule gives {rates[k]:g} at step {k}; a rate of at least 0 is needed.")
    return rates


def code(schedule):
    """The call that makes a schedule.

    >>> code(make("cosine", 0.5, 0.1, 0.8))
    'schedules.warmup(schedules.cosine(0.5, T_max=270, eta_min=0), steps=30, start=None)'
    """
    return re.sub(r"(\w+\()", r"schedules.\1", repr(schedule))


def make(shape, lr, warm, decay_from):
    """The schedule, from optimlab.schedules."""
    rise = round(warm * STEPS)
    rest = STEPS - rise
    last = max(round(decay_from * STEPS) - rise, 1)
    if shape == "1-cycle":
        return schedules.one_cycle(lr, STEPS, pct_start=warm or 0.3)
    after = {
        "constant": lambda: schedules.constant(lr),
        "step": lambda: schedules.multi_step(lr, [min(last, rest)], gamma=0.1),
        "linear": lambda: schedules.linear(lr, 0.0, rest),
        "cosine": lambda: schedules.cosine(lr, T_max=rest),
        "1/sqrt": lambda: schedules.inverse_sqrt(lr, timescale=30),
        "WSD": lambda: schedules.warmup_stable_decay(lr, 0, min(last, rest - 1), rest),
    }[shape]()
    return schedules.warmup(after, rise) if rise else after


class Training:
    """A network under 300 rates. It goes on from where it was asked last: Play trains no step twice.

    300 steps take some 25 ms, more than a frame has, and a new highest rate or shape wants them all anew.
    """

    def __init__(self, rates, seed):
        self.rates, self.seed = rates, seed
        self.start()

    def start(self):
        self.net, self.losses, self.diverged = nn.MLP(64, 32, 10, rng=self.seed), [], False

    def until(self, step):
        """(the loss of every batch, the validation loss at this step); the losses end where it diverged."""
        if step < len(self.losses):
            self.start()
        with np.errstate(all="ignore"):
            while len(self.losses) < step and not self.diverged:
                self.train(*batches(self.seed)[len(self.losses)])
            val = np.inf if self.diverged else float(self.net.evaluate(*digits().val))
        return np.array(self.losses), val

    def train(self, x, y):
        loss = float(self.net.loss(x, y))
        self.diverged = not loss < 1e6
        if not self.diverged:
            self.net.params -= self.rates[len(self.losses)] * self.net.grads
            self.losses.append(loss)


training = lru_cache(maxsize=64)(Training)


@lru_cache(maxsize=8)
def batches(seed):
    """The 300 batches of 16 that a seed draws."""
    x, y = digits().train
    rng = np.random.default_rng(seed)
    draws = [rng.integers(0, len(x), size=BATCH) for _ in range(STEPS)]
    return [(x[rows], y[rows]) for rows in draws]


digits = cache(data.digits)


def median_val(**values):
    """The validation loss after all 300 steps, the median of seeds 0 to 4."""
    return float(np.median([simulate(**{**values, "steps": STEPS, "seed": k})["val"] for k in range(5)]))


def remember(values, result):
    """A finished run as (its settings, its validation loss, its smooth losses), for the ghosts."""
    if values["steps"] < STEPS:
        return []
    name = f"{result['name']}, {number(float(result['rates'].max()))}"
    return [(name, result["val"], tuple(result["smooth"]))]


def view(values, result, runs=()):
    top = 1.25 * float(result["rates"].max()) or 1.0
    return Frame(
        readout(values, result),
        {
            "rate": Picture(rate_title(result), rate_marks(values, result), ylim=(0.0, top)),
            "loss": Picture(loss_title(values, result, runs), loss_marks(values, result, runs)),
        },
        numbers(values, result, runs),
    )


def first_look(values):
    return Frame(
        "A network that learns digits in 300 steps of 16 pictures, and a learning rate that you may shape.",
        {panel.name: Picture(panel.title, []) for panel in (RATE, LOSS)},
    )


def rate_marks(values, result):
    steps = np.arange(STEPS)
    rates = result["rates"]
    marks = [Area(steps, np.zeros(STEPS), rates, BLUE, 0.12), Line(steps, rates, BLUE, (), 2.0)]
    if values["steps"] < STEPS:
        marks.append(Rule("here", x=float(values["steps"])))
    return marks


def loss_marks(values, result, runs):
    marks = []
    for _name, _, smooth in runs[-4:]:
        y = np.array(smooth)
        marks.append(Line(np.arange(len(y)), y, GREY, (4, 3), 1.0))
    smooth = result["smooth"]
    marks.append(Line(np.arange(len(smooth)), smooth, INK, (), 2.0))
    if result["diverged_at"] is not None:
        words = f"diverged at step {result['diverged_at']}"
        marks.append(Text(STEPS / 2, 0.4, words, INK, bold=True, box=True))
    elif runs:
        marks.append(Text(6, 0.037, "dashed: runs before this one", THEORY, "left", size=9.5, box=True))
    return marks


def rate_title(result):
    share = f"{100 * result['area']:.0f} %"
    return f"{result['name']}: {share} of the area at the highest rate"


def loss_title(values, result, runs):
    if result["diverged_at"] is not None:
        return "This run diverged"
    if values["steps"] < STEPS:
        return f"After {values['steps']} steps: validation loss {number(result['val'])}"
    before = [val for _, val, _ in runs]
    record = ", the lowest so far" if before and result["val"] <= min(before) else ""
    return f"Validation loss {number(result['val'])}{record}"


def readout(values, result):
    words = f"{result['name']}, highest rate {number(float(result['rates'].max()))}"
    if result["name"] != "yours":
        words += f", warm-up {100 * values['warm']:.0f} %"
    words += f", seed {values['seed']}"
    if result["diverged_at"] is not None:
        return f"{words}: diverged at step {result['diverged_at']}."
    ends = f"after {values['steps']} steps validation loss {number(result['val'])}"
    made = "" if result["name"] == "yours" else f" As code: {code(result['schedule'])}."
    return f"{words}: {ends}.{made}"


def numbers(values, result, runs):
    last = result["rates"][min(values["steps"], STEPS) - 1]
    val = "diverged" if result["diverged_at"] is not None else number(result["val"])
    rows = [
        ("validation loss", val),
        ("rate of the last step", number(last)),
        ("area under the rate", f"{100 * result['area']:.0f} %"),
    ]
    if runs:
        best = min(runs, key=lambda run: run[1])
        rows.append((f"lowest so far: {best[0]}", number(best[1])))
    return rows


def check_beat(values, answer):
    picked = {name: values[name] for name in ("shape", "lr", "warm", "decay_from")}
    mine = median_val(**picked)
    if picked["shape"] == "constant":
        return False, f"That is a constant rate: {number(mine)}. Choose a shape that comes down."
    if mine <= GOAL:
        return True, f"Yes: {number(mine)} in the median of five seeds, with the same 300 steps."
    return False, f"The median of seeds 0 to 4 is {number(mine)}, and {GOAL} is the goal."


def spans():
    """(how much the shape of a decay over all steps changes the result, how much its start does)."""
    shapes = [median_val(shape=shape, lr=0.56) for shape in ("linear", "cosine")]
    starts = [median_val(shape="WSD", lr=0.56, decay_from=start) for start in (0.0, 0.8)]
    return abs(shapes[0] - shapes[1]), abs(starts[0] - starts[1])


def check_timing(values, answer):
    shape, start = spans()
    bigger = TIMING[0] if start > shape else TIMING[1]
    words = (
        f"Linear or cosine: {number(shape, 2)} apart. A straight fall from the start or from 80 % on: "
        f"{number(start, 2)} apart."
    )
    return answer == bigger, words


def check_rescue(values, answer):
    found = [median_val(shape="constant", lr=3.0, warm=warm) for warm in (0.1, 0.3, 0.5)]
    saved = [words for words, val in zip(RESCUE, found, strict=False) if val < 1.0]
    right = saved[0] if saved else RESCUE[3]
    listed = ", ".join(number(val) if val < np.inf else "diverged" for val in found)
    return answer == right, f"With 10, 30 and 50 %: {listed}, where guessing has 2.3."


def check_why(values, answer):
    return answer == WHY[1], {
        WHY[0]: "Small rates alone would be slow: set the highest rate to 0.05 and look.",
        WHY[1]: "Yes. Large steps cover the way, and small ones let the noise die down at its end.",
        WHY[2]: "Constant at half the rate has the same area as a cosine, and does not do what it does.",
    }[answer]


WHY = (
    "Small rates are better than large ones",
    "Large steps first cover the way, small steps then calm the noise",
    "It is the area under the rate that counts",
)
TIMING = ("when the decay begins", "whether it is linear or a cosine")
RESCUE = ("10 %", "30 %", "50 %", "none of these")
GUESSES = ("constant, all the way", "falling from the first step on", "level, and falling in the last fifth")

schedule_designer = Interactive(
    "schedule_designer",
    "A learning-rate schedule of your making, and a small network that trains under it.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(RATE, LOSS),
    controls=CONTROLS,
    question=Question(
        "live.schedule_designer",
        "A small network learns digits in 300 steps, with batches of 16. Three schedules have the same "
        "highest rate, 0.56. Which one has the lowest validation loss at the end?",
        GUESSES,
        answer=GUESSES[2],
        replies={
            GUESSES[0]: "The longest way at full speed, and no time to calm down: 0.18, the median of five "
            "seeds. The one that falls in the last fifth has 0.16.",
            GUESSES[1]: "It calms the noise, and gives up half of its way for that: 0.19, where a constant "
            "rate has 0.18. The one that falls in the last fifth has 0.16.",
            GUESSES[2]: "It does, with 0.16 in the median of five seeds; constant has 0.18, and a cosine "
            "from the first step on 0.19. Try when the fall should begin.",
        },
    ),
    why=Task("Why does a rate that comes down at the end win?", check_why, choices=WHY),
    tasks=(
        Task(
            f"With 300 steps, bring the median validation loss of seeds 0 to 4 to {GOAL} or below.",
            check_beat,
            setup={"shape": "constant", "lr": 0.56, "warm": 0.0, "steps": STEPS},
        ),
        Task(
            "At a highest rate of 0.56: what changes the result more?",
            check_timing,
            choices=TIMING,
            setup={"shape": "WSD", "lr": 0.56, "warm": 0.0, "steps": STEPS},
        ),
        Task(
            "At a constant rate of 3 the network learns nothing. Which warm-up saves it?",
            check_rescue,
            choices=RESCUE,
            setup={"shape": "constant", "lr": 3.0, "warm": 0.1, "steps": STEPS},
        ),
    ),
    presets=(
        Preset("cosine", {"shape": "cosine"}),
        Preset("WSD from 80 %", {"shape": "WSD", "decay_from": 0.8}),
        Preset("all 300 steps", {"steps": STEPS}),
    ),
    still=Still(
        (
            ("constant", {"steps": STEPS}),
            ("cosine", {"shape": "cosine", "steps": STEPS}),
            ("WSD from 80 %", {"shape": "WSD", "steps": STEPS}),
        ),
        ("rate", "loss"),
        "Three columns, a constant rate of 0.56, a cosine from it to 0, and a level rate that falls in the "
        "last fifth, each with the rate and below it the training loss on a log axis. The one that falls at "
        "the end has the lowest validation loss.",
    ),
    extras=("own",),
    remember=remember,
)
