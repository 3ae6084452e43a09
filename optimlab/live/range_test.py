"""The range test: a rate that rises from step to step, and where its loss says that a good one lies."""

import math
from functools import lru_cache
from itertools import islice

import numpy as np

from optimlab import data, nn, results
from optimlab.live.interactive import Interactive
from optimlab.live.marks import INK, THEORY, Area, Frame, Line, Picture, Points, Rule, Text, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, floating, integer, log_floating, seed
from optimlab.questions.question import Question

LOW, HIGH, BATCH, LONGEST = 1e-5, 10.0, 64, 400
PROBLEMS = {
    "clusters": lambda: data.clusters().train,
    "clusters, 5 % wrong": lambda: data.clusters(wrong=0.05).train,
    "digits": lambda: data.digits().train,
}
GOOD = 3.0  # times the lowest loss: near enough for a rule of thumb
BLUE, GREEN, VERMILLION, PURPLE = "#0072B2", "#007A5A", "#B34E00", "#7A3E77"
RULES = {  # name: (marker, colour)
    "steepest": ("v", VERMILLION),
    "lowest / 10": ("s", BLUE),
    "last stable / 3": ("^", PURPLE),
    "yours": ("D", GREEN),
}

TEST = Panel(
    "test",
    "The loss while the rate rises",
    (LOW, HIGH),
    (5e-4, 20.0),
    "learning rate of the step (log)",
    "loss of the batch (log)",
    xscale="log",
    yscale="log",
    yticks=(1e-3, 1e-2, 0.1, 1, 10),
    height=264,
    drag=("mark",),
    handle="your mark",
)
FINAL = Panel(
    "final",
    "The loss after 300 steps at one rate",
    (1e-2, 10.0),
    (1e-4, 20.0),
    "constant learning rate (log)",
    "loss after 300 steps (log)",
    xscale="log",
    yscale="log",
    yticks=(1e-4, 1e-3, 1e-2, 0.1, 1, 10),
    height=264,
)
CONTROLS = (
    choice("problem", "problem", "clusters", PROBLEMS),
    log_floating("mark", "your mark", 0.01, LOW, HIGH),
    floating("beta", "smoothing", 0.9, 0.0, 0.98, 0.02),
    integer("steps", "step of the test", 40, 1, LONGEST, more=True),
    seed(more=True),
)


def losses(problem, seed, steps=LONGEST):
    """The losses of the first steps of a test; it ends where one is no number or 4 times the first."""
    seen, test = _test(problem, seed)
    with np.errstate(all="ignore"):
        seen += islice(test, max(0, steps - len(seen)))
    return np.array(seen[:steps])


@lru_cache(maxsize=8)
def _test(problem, seed):
    """The losses seen so far, and the test that goes on from there, one step each time it is asked."""
    return [], _steps(problem, seed)


def _steps(problem, seed):
    x, y = _part(problem)
    net, rng, first = nn.MLP(64, 32, 10, rng=seed), np.random.default_rng(seed), None
    for lr in np.geomspace(LOW, HIGH, LONGEST):
        rows = rng.integers(0, len(x), size=BATCH)
        loss = float(net.loss(x[rows], y[rows]))
        first = loss if first is None else first
        if not loss <= 4 * first:
            return
        yield loss
        net.params -= lr * net.grads


@lru_cache(maxsize=3)
def _part(problem):
    return PROBLEMS[problem]()


def simulate(problem="clusters", mark=0.01, beta=0.9, steps=LONGEST, seed=0):
    """The first `steps` of a range test of 400, with rates from 1e-5 to 10, of MLP(64, 32, 10) under SGD.

    problem: "clusters", "clusters, 5 % wrong" (labels drawn anew) or "digits"; batches of 64. mark: a rate of
    the learner's own. beta: of the average that smooths the losses, with correction. seed: of the weights and
    the draws. The test stops where the loss is 4 times the first.
    -> dict: rates, losses and smooth, each (n,); done, whether the test is over, and stopped, whether by its
    loss; candidates, name -> rate:
    "steepest", "lowest / 10", "last stable / 3" once it is over, and "yours"; finals and bands, (13,) and
    (2, 13), median and range over five seeds of the loss after 300 steps at each of grid, (13,), inf where a
    run diverged; best, the rate with the lowest final; cost, name -> final loss there over the lowest.

    >>> run = simulate("digits")
    >>> run["done"], run["best"]
    (True, 1.0)
    """
    seen = losses(problem, seed, steps)
    rates = np.geomspace(LOW, HIGH, LONGEST)[: len(seen)]
    smooth = smoothed(seen, beta)
    stopped = len(seen) < steps
    done = stopped or steps == LONGEST
    candidates = {**(rules(rates, smooth) if done else {}), "yours": mark}
    grid, finals, bands = stored(problem)
    lowest = float(finals.min())
    return {
        "rates": rates,
        "losses": seen,
        "smooth": smooth,
        "done": done,
        "stopped": stopped,
        "candidates": candidates,
        "grid": grid,
        "finals": finals,
        "bands": bands,
        "best": float(grid[finals.argmin()]),
        "cost": {name: final(lr, grid, finals) / lowest for name, lr in candidates.items()},
    }


def smoothed(values, beta):
    """The running average, corrected for its start at 0."""
    average, smooth = 0.0, []
    for k, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        smooth.append(average / (1 - beta**k))
    return np.array(smooth)


def rules(rates, smooth):
    """What three rules of thumb read from the curve of a whole test."""
    lowest = int(np.argmin(smooth))
    slope = np.gradient(smooth, np.log(rates))[: max(lowest, 1)] if len(rates) > 1 else np.zeros(1)
    return {
        "steepest": float(rates[np.argmin(slope)]),
        "lowest / 10": float(rates[lowest] / 10),
        "last stable / 3": float(rates[-1] / 3),
    }


@lru_cache(maxsize=3)
def stored(problem):
    """(grid, median, (lowest, highest)) of the loss after 300 steps, over five seeds."""
    kept = results.load("09_final_loss")
    ends = np.array(kept["losses"][problem], float)
    ends = np.where(np.isfinite(ends), ends, np.inf)
    return np.array(kept["rates"]), np.median(ends, axis=1), np.stack([ends.min(axis=1), ends.max(axis=1)])


def final(lr, grid, finals):
    """The final loss at any rate, between those of the grid on a straight line of the logarithms; beyond the
    grid's first rate that of the first."""
    with np.errstate(invalid="ignore"):
        value = float(np.exp(np.interp(np.log(lr), np.log(grid), np.log(finals))))
    return value if value == value else math.inf


def view(values, result):
    return Frame(
        readout(values, result),
        {
            "test": Picture(curve_title(result), curve_marks(result)),
            "final": Picture(final_title(result), final_marks(result)),
        },
        numbers(result),
    )


def first_look(values):
    return Frame(
        f"A network, {values['problem']}, and a learning rate that will rise from 0.00001 to 10.",
        {panel.name: Picture(panel.title, []) for panel in (TEST, FINAL)},
    )


def curve_marks(result):
    marks = [
        Line(result["rates"], result["losses"], "#8A8A8A", (), 0.7),
        Line(result["rates"], result["smooth"], INK, (), 2.0),
    ]
    for row, (name, lr) in enumerate(result["candidates"].items()):
        _, color = RULES[name]
        marks.append(Rule("", x=lr, color=color, dashes=() if name == "yours" else (4, 3), width=1.3))
        height, words = 0.1 / 3.3**row, f"{name}: {number(lr)}"
        marks.append(Text(1.6e-5, height, words, color, "left", size=9.5, box=True))
    return marks


def final_marks(result):
    grid, finals = result["grid"], result["finals"]
    top = FINAL.ylim[1]
    low, high = (np.clip(band, FINAL.ylim[0], top) for band in result["bands"])
    marks = [
        Area(grid, low, high, "#444444", 0.15),
        Line(grid, np.clip(finals, None, top), INK, (), 1.8),
        Rule("", y=GOOD * float(finals.min())),
        Text(9.0, GOOD * float(finals.min()), "3 times the lowest", THEORY, "right", dy=8, size=9, box=True),
    ]
    for name, lr in result["candidates"].items():
        shape, color = RULES[name]
        x = min(max(lr, FINAL.xlim[0]), FINAL.xlim[1])
        y = min(final(lr, grid, finals), top / 1.3)
        marks.append(Points(np.array([x]), np.array([y]), color, shape, 9))
    return marks


def curve_title(result):
    if not result["done"]:
        return f"The rate has come to {number(result['rates'][-1])}"
    if result["stopped"]:
        return f"At {number(result['rates'][-1])} the loss runs away"
    return "The loss never runs away"


def final_title(result):
    if result["cost"]["yours"] == math.inf:
        return "At your mark the run diverges"
    return f"Your mark: {times(result)} the lowest loss"


def times(result):
    """How many times the lowest loss your mark ends at; below the first rate of the grid it is more yet."""
    below = result["candidates"]["yours"] < result["grid"][0]
    return f"{'over ' if below else ''}{number(result['cost']['yours'], 2)} times"


def readout(values, result):
    words = f"{values['problem']}, seed {values['seed']}: your mark {number(values['mark'])}"
    diverges = result["cost"]["yours"] == math.inf
    ends = "diverges" if diverges else f"ends at {times(result)} the lowest loss"
    words = f"{words} {ends}, which is had at {number(result['best'])}"
    if not result["done"]:
        return f"{words}. The test is at rate {number(result['rates'][-1])}: press Play."
    candidates = {name: lr for name, lr in result["candidates"].items() if name != "yours"}
    found = ", ".join(f"{name} {number(lr, 2)}" for name, lr in candidates.items())
    return f"{words}. The rules say: {found}."


def numbers(result):
    rows = [("best of the grid", number(result["best"])), ("step of the test", str(len(result["rates"])))]
    for name, lr in result["candidates"].items():
        cost = result["cost"][name]
        loss = "diverges" if cost == math.inf else f"{number(cost, 2)}× the lowest"
        rows.append((f"{name}: {number(lr, 2)}", loss))
    return rows


def near(problem, lr):
    """How many times the lowest final loss this rate has."""
    grid, finals, _ = stored(problem)
    return final(lr, grid, finals) / float(finals.min())


def check_place(problem):
    def check(values, answer):
        cost = near(problem, values["mark"])
        if values["problem"] != problem:
            return False, f"Set the problem to {problem}."
        if cost <= GOOD:
            return True, f"Yes: {number(cost, 2)} times the lowest loss, at {number(values['mark'])}."
        if cost == math.inf:
            return False, "There the run diverges. Less."
        grid, finals, _ = stored(problem)
        way = "More" if values["mark"] < grid[finals.argmin()] else "Less"
        return False, f"{number(cost, 2)} times the lowest loss at {number(values['mark'])}. {way}."

    return check


def costs():
    """Each rule's median cost over seeds 0 to 4, for every problem: name -> [a number for each problem]."""
    found = {}
    for problem in PROBLEMS:
        runs = [rules(np.geomspace(LOW, HIGH, LONGEST)[: len(losses(problem, k))],
                      smoothed(losses(problem, k), 0.9)) for k in range(5)]
        for name in runs[0]:
            found.setdefault(name, []).append(float(np.median([near(problem, run[name]) for run in runs])))
    return found


NONE = "none of the three"


def check_all(values, answer):
    found = costs()
    good = [name for name, each in found.items() if max(each) <= GOOD]
    if answer == NONE:
        return not good, "Right: each is off on one of them." if not good else f"{good[0]} is."
    if answer in good:
        return True, "Yes, on all three."
    worst = int(np.argmax(found[answer]))
    cost = found[answer][worst]
    how = "diverges" if cost == math.inf else f"is at {number(cost, 2)} times the lowest loss"
    return False, f"On {list(PROBLEMS)[worst]} it {how}."


def check_why(values, answer):
    return answer == WHY[0], {
        WHY[0]: "Yes. A slope in the loss is large where there is loss to lose, not where a rate is best.",
        WHY[1]: "It moves the curve to the right, by a factor of about 1.5. Set it to 0 and look.",
        WHY[2]: "The final losses are those of the same network, from the same starts.",
    }[answer]


WHY = (
    "By then most of the loss is gone, so it cannot fall steeply any more",
    "The smoothing moves the curve to the left",
    "The test uses another network",
)
GUESSES = ("about 0.08", "about 0.5", "about 2", "about 10")

range_test = Interactive(
    "range_test",
    "A learning-rate range test, three rules that read it, and what each rate costs in the end.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(TEST, FINAL),
    controls=CONTROLS,
    question=Question(
        "live.range_test",
        "A network learns to tell ten clusters apart. In a test its learning rate rises at every step, "
        "from 0.00001 to 10, and the loss falls fastest at about 0.08. At which constant rate is the loss "
        "lowest after 300 steps?",
        GUESSES,
        answer=GUESSES[2],
        replies={
            GUESSES[0]: "That is what the steepest fall says. It is safe, and 300 steps end at nearly 50 "
            "times the lowest loss, which is had near 1.8.",
            GUESSES[1]: "Closer: 300 steps end at about 5 times the lowest loss, which is had near 1.8.",
            GUESSES[2]: "It is, near 1.8: more than twenty times the rate at which the test fell fastest.",
            GUESSES[3]: "At 10 all five seeds diverge. The lowest loss is had near 1.8.",
        },
    ),
    why=Task("Why is the steepest fall so far to the left on the clusters?", check_why, choices=WHY),
    tasks=(
        Task(
            "Put your mark where 300 steps on the clusters leave at most 3 times the lowest loss.",
            check_place("clusters"),
            setup={"problem": "clusters", "steps": LONGEST, "mark": 0.01},
        ),
        Task(
            "The same on the digits.",
            check_place("digits"),
            setup={"problem": "digits", "steps": LONGEST, "mark": 0.01},
        ),
        Task(
            "Which rule comes within 3 times the lowest loss on all three problems?",
            check_all,
            choices=("steepest", "lowest / 10", "last stable / 3", NONE),
            setup={"steps": LONGEST},
        ),
    ),
    presets=(Preset("whole test", {"steps": LONGEST}), Preset("no smoothing", {"beta": 0.0})),
    still=Still(
        tuple((name, {"problem": name, "steps": LONGEST}) for name in PROBLEMS),
        ("test", "final"),
        "Three columns, clusters, clusters with wrong labels and digits, each with the loss while the rate "
        "rises, marked by three rules, and below it the loss after 300 steps at each constant rate. On the "
        "clusters the steepest fall lies twenty times too far left, on the digits it is right.",
    ),
)
