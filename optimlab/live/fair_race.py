"""The fair race: four optimizers, and who wins by the learning rates they get, the start and the horizon."""

import numpy as np

from optimlab.compare.analysis import window
from optimlab.compare.statistics import medians
from optimlab.live import race
from optimlab.live.interactive import Interactive
from optimlab.live.marks import (
    INK,
    Area,
    Frame,
    Image,
    Line,
    Picture,
    Points,
    Rule,
    Text,
    notice,
    number,
)
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating, toggle
from optimlab.live.parts import floating as real
from optimlab.live.race import LEAST, LRS, NETS, OWN, PROBLEMS, SIDE, STEPS
from optimlab.looks import LOOKS
from optimlab.questions.question import Question

SAME, DEFAULTS = "one lr for all", "the library's defaults"
BEST, BUDGET = "each its own best", "an equal budget"
MODES = (SAME, DEFAULTS, BEST, BUDGET)
USUAL = "SGD, momentum, RMSprop, Adam"
TEAMS = {
    USUAL: ("SGD", "momentum", "RMSprop", "Adam"),
    "SGD, Nesterov, Adagrad, Adam": ("SGD", "Nesterov", "Adagrad", "Adam"),
    "SGD, Adam": ("SGD", "Adam"),
}
# Words need a stronger contrast than lines: the looks' colours, darkened where they are too pale for words.
WORDS = {"Adagrad": "#007a59", "RMSprop": "#A3508A", "Adam": "#B34E00", OWN: "#007a59"}
LOST = "diverged"

PLANE = Panel(
    "plane", "From above", (-1, 1), (-1, 1), xticks=(), yticks=(), equal=True, height=264,
    drag=("start1", "start2"),
)
RACE = Panel(
    "race", "Loss", (0, STEPS), (1e-12, 1e2), "gradient evaluations", "loss above the lowest (log)",
    yscale="log", height=264,
)
CURVES = Panel(
    "curves", "Loss at the end by learning rate", (LRS[0], LRS[-1]), (1e-12, 1e2), "learning rate lr (log)",
    "loss at the end (log)", xscale="log", yscale="log", xticks=(1e-4, 1e-3, 1e-2, 0.1, 1, 10), height=264,
)
MAP = Panel(
    "map", "Who wins from where", (-1, 1), (-1, 1), xticks=(), yticks=(), equal=True,
    height=264, drag=("start1", "start2"), handle="start point on the map",
)
CONTROLS = (
    choice("problem", "problem", "turned valley", PROBLEMS),
    choice("rates", "learning rates", SAME, MODES),
    log_floating("lr", "lr, if one for all", 0.1, LRS[0], LRS[-1], step=0.25),
    integer("steps", "steps, the horizon", 100, 5, STEPS, more=True),
    choice("runners", "runners", USUAL, TEAMS, more=True),
    integer("trials", "tries each, if an equal budget", 3, 1, len(LRS), more=True),
    toggle("noise", "noisy gradients", False, more=True),
    integer("seeds", "seeds, where there is noise", 5, 1, 10, more=True),
    real("start1", "start, from left to right", -0.5, -1.0, 1.0, 0.02, more=True),
    real("start2", "start, from below to above", 0.7, -1.0, 1.0, 0.02, more=True),
)


def simulate(
    problem="turned valley",
    rates=SAME,
    lr=0.1,
    steps=100,
    runners=USUAL,
    trials=3,
    noise=False,
    seeds=5,
    start1=-0.5,
    start2=0.7,
    own=None,
    landscape=None,
):
    """Up to four optimizers on one problem, each at the learning rate that the rule `rates` gives it.

    problem: a landscape; "moons net" or "digits net", whose runs are stored
    (experiments/17_fair_race.py); or "your landscape", for `landscape`, as learners.OwnLandscape takes
    it. rates: "one lr for all" (`lr`, the nearest of the grid), "the library's defaults", "each its own
    best" of the 21 learning rates, or "an equal budget", the best of the first `trials` of them in an
    order that spreads over the grid. steps: the horizon. noise: whether gradients carry noise of standard
    deviation 1, other for each of the `seeds`. start1, start2: the start, as shares of the square that is
    drawn. own: a learner's step function or class, which runs in place of the third. The choice is made
    by the median over seeds 0, 1, ... and judged on as many fresh seeds.
    -> dict: landscape, None for a net; names; lrs; x, the measured steps up to the horizon; and by name:
    curve (21,), the median at the horizon; at, the index of its learning rate; losses (seeds, len(x));
    final, (median, least, greatest) at the horizon; window, the factor that lr may span within twice the
    best; path (steps + 1, 2) of the first fresh seed. order: names, the best first; troubles: {name:
    sentence}; winners (7, 7): the index of the winner from each start of a lattice (from below), -1 where
    several arrive, None for a net; voters: who is on that map.

    >>> result = simulate(rates="each its own best", problem="turned valley")
    >>> result["order"][0]
    'momentum'
    """
    names = list(TEAMS[runners])
    if own is not None:
        names = [*names[:2], OWN, *names[3:]] if len(names) > 2 else [*names, OWN]
    net, landscape = problem in NETS, race.landscape_of(problem, landscape)
    if net:
        names = [name for name in names if name != OWN]
    level, start = float(noise), (start1, start2)
    made = {
        "landscape": landscape, "names": names, "lrs": np.array(LRS), "curve": {}, "at": {}, "losses": {},
        "final": {}, "window": {}, "path": {}, "troubles": {}, "winners": None,
        "voters": [name for name in names if name != OWN],
    }
    for name in names:
        if net:
            table, x = race.stored(problem)
            losses, x, count = table[name], np.array(x), min(seeds, len(table[name][0]) // 2)
            half = losses.shape[1] // 2
            tuning, judging = losses[:, :count], losses[:, half:half + count]
        else:
            if name == OWN:
                losses, points, trouble = race.raced_own(own, landscape, start, level, seeds)
                made["troubles"] |= {OWN: trouble} if trouble else {}
            else:
                losses, points = race.raced(landscape, name, start, level, seeds, race.length(steps))
            x, half = np.arange(STEPS + 1), losses.shape[1] // 2
            tuning, judging = losses[:, :half], losses[:, half:]
        till = int(np.searchsorted(x, steps, side="right"))
        curve = np.maximum(medians(tuning[..., till - 1], axis=1), LEAST)
        at = int(race.chosen(curve, allowed(name, rates, lr, trials)))
        seen = np.maximum(judging[at, :, :till], LEAST)
        made["curve"][name], made["at"][name], made["losses"][name] = curve, at, seen
        end = seen[:, -1]
        made["final"][name] = (float(medians(end)), float(end.min()), float(end.max()))
        made["window"][name] = window(LRS, curve)
        if not net:
            made["path"][name] = points[at, half, :till]
    made["x"] = x[:till]
    made["order"] = sorted(names, key=lambda name: made["final"][name][0])
    if not net:
        made["winners"] = winners(landscape, made["voters"], rates, lr, steps, trials, level)
    return made


def allowed(name, rates, lr, trials):
    """The indices of the learning rates that a runner may choose from."""
    if rates == BEST:
        return range(len(LRS))
    if rates == BUDGET:
        return race.ORDER[:trials]
    wanted = lr if rates == SAME else race.DEFAULTS[name]
    return (int(np.abs(np.log(LRS) - np.log(wanted)).argmin()),)


def winners(landscape, names, rates, lr, steps, trials, level):
    """Who has the least median loss at the horizon, rounded down to fives, from each start of the lattice.

    -> (SIDE, SIDE) of indices into names; -1 where several have the least.
    """
    finals = []
    for name in names:
        table = race.lattice(landscape, name, level, race.length(steps))[..., steps // race.EVERY]
        finals.append(table[list(allowed(name, rates, lr, trials))].min(axis=0))
    finals = np.array(finals)
    first = finals.argmin(axis=0)
    first[(finals == finals.min(axis=0)).sum(axis=0) > 1] = -1
    return first.reshape(SIDE, SIDE)


def view(values, result):
    title = f"{capital(values['problem'])}: too many weights for a plane"
    if result["landscape"] is not None:
        place = race.point(result["landscape"], (values["start1"], values["start2"]))
        where = ", ".join(number(value, 2) for value in place)
        title = f"{capital(values['problem'])}, start ({where})"
    span = (0, 1.5 * values["steps"])
    return Frame(
        readout(values, result),
        {
            "plane": Picture(title, plane_marks(values, result)),
            "race": Picture(race_title(result), race_marks(values, result), span, limits(result)),
            "curves": Picture(curves_title(values), curve_marks(values, result), None, limits(result)),
            "map": Picture(map_title(values, result), map_marks(values, result)),
        },
        rows(result),
    )


def first_look(values):
    pictures = {panel.name: Picture(panel.title, []) for panel in (RACE, CURVES, MAP)}
    landscape = race.LANDSCAPES.get(values["problem"])
    marks = [] if landscape is None else [ground(landscape), *corners(landscape)]
    return Frame(
        "Four optimizers stand at one start. Answer the question to let them run.",
        {"plane": Picture(f"{capital(values['problem'])} from above", marks), **pictures},
    )


def capital(words):
    return words[0].upper() + words[1:]


def limits(result):
    """Whole powers of ten around what there is to see."""
    seen = np.concatenate([*result["curve"].values(), *map(np.ravel, result["losses"].values())])
    start = max(losses[:, 0].max() for losses in result["losses"].values())
    top = 10.0 ** np.ceil(np.log10(max(start, 1e-3)) + 0.3)
    low = min(seen.min(), top / 100)
    return float(10.0 ** np.floor(np.log10(low) - 0.05)), float(top)


@race.lru_cache(maxsize=16)
def ground(landscape):
    """The landscape in twelve pale greys, evenly spaced in log(1 + f - lowest)."""
    height = landscape.value(race.lattice_of(landscape, race.GRID))[::-1] - landscape.lowest
    height = np.log1p(np.minimum(height, 1e12))
    band = np.floor(12 * (height - height.min()) / (np.ptp(height) or 1.0) * 0.999)
    grey = (252 - 6 * band).astype(np.uint8)
    return Image(np.stack([grey, grey, grey, np.full_like(grey, 255)], axis=-1), (-1, 1), (-1, 1))


def corners(landscape):
    (low1, low2), (high1, high2) = race.point(landscape, (-1, -1)), race.point(landscape, (1, 1))
    middle, half = race.frame_of(landscape)
    minima = (landscape.minima - middle) / half
    return [
        Text(-1, -1, f"({number(low1, 2)}, {number(low2, 2)})", INK, "left", dx=4, dy=8, size=9),
        Text(1, 1, f"({number(high1, 2)}, {number(high2, 2)})", INK, "right", dx=-4, dy=-8, size=9),
        Points(minima[:, 0], minima[:, 1], INK, "+", 9),
    ]


def plane_marks(values, result):
    if values["problem"] in NETS:
        return notice("The race of a network has no plane to be drawn on. Its runs are stored: each seed is "
                      "another start and another order of the data.", PLANE)
    middle, half = race.frame_of(result["landscape"])
    marks = [ground(result["landscape"]), *corners(result["landscape"])]
    for name in result["names"]:
        look, points = LOOKS[name.lower()], (result["path"][name] - middle) / half
        points = points[np.cumprod(np.isfinite(points).all(axis=1) & (np.abs(points) < 40).all(axis=1)) > 0]
        marks.append(Line(points[:, 0], points[:, 1], look.color, (), 1.0))
        marks.append(Points(points[-1:, 0], points[-1:, 1], look.color, look.marker, 8, look.filled))
    for trouble in result["troubles"].values():
        marks += notice(trouble, PLANE)
    return marks


def race_marks(values, result):
    marks, x, top = [], result["x"], limits(result)[1]
    at_top = 0
    for name in result["names"]:
        look, losses = LOOKS[name.lower()], np.minimum(result["losses"][name], 1e30)
        middle = medians(losses, axis=0)
        if len(losses) > 1 and np.any(losses.min(axis=0) < losses.max(axis=0)):
            marks.append(Area(x, losses.min(axis=0), losses.max(axis=0), look.color, 0.14))
        out = np.flatnonzero(middle > top)
        if len(out) and middle[-1] > top:
            last = max(1, int(out[0]))
            words = f"{capital(name)} leaves at step {x[last]}"
            marks.append(Text(1.46 * values["steps"], top, words, word_color(name), "right",
                              dy=-10 - 14 * at_top, size=9.5, box=True))
            at_top += 1
        marks.append(Line(x, middle, look.color, look.dashes, look.width))
        if middle[-1] <= top:  # words want more contrast than lines, so they stand on a point of their own
            marks.append(Points(x[-1:], middle[-1:], word_color(name), "o", 0.1, label=name))
    return marks


def word_color(name):
    return WORDS.get(name, LOOKS[name.lower()].color)


def curve_marks(values, result):
    marks, top = [], limits(result)[1]
    lrs = result["lrs"]
    if values["rates"] == SAME:
        at = lrs[result["at"][result["names"][0]]]
        marks.append(Rule(f"lr = {number(at)}", x=float(at), at=0.06))
    for name in result["names"]:
        look, curve = LOOKS[name.lower()], np.minimum(result["curve"][name], 1e30)
        marks.append(Line(lrs, curve, look.color, look.dashes, look.width))
        if values["rates"] == BUDGET:
            tried = list(race.ORDER[:values["trials"]])
            marks.append(Points(lrs[tried], curve[tried], look.color, look.marker, 4, look.filled))
    for name in result["names"]:
        look, at = LOOKS[name.lower()], result["at"][name]
        y = min(result["curve"][name][at], top / 1.5)
        marks.append(Points(lrs[at:at + 1], np.array([y]), look.color, look.marker, 10, look.filled))
    return marks


def map_marks(values, result):
    if result["winners"] is None:
        words = "Starts of a network are drawn by its seeds. The map is for landscapes of two numbers."
        return notice(words, MAP)
    names, grid = result["voters"], result["winners"]
    tints = np.array([tint(LOOKS[name.lower()].color) for name in names] + [(255, 255, 255, 255)], np.uint8)
    marks = [Image(tints[grid[::-1]], (-1, 1), (-1, 1))]
    side = (2 * np.arange(SIDE) + 1) / SIDE - 1
    for row_at, y in enumerate(side):
        for column, x in enumerate(side):
            who = grid[row_at, column]
            marks.append(Text(float(x), float(y), short(names[who]) if who >= 0 else "=", INK, size=9))
    return marks


def short(name):
    return {"SGD": "S", "momentum": "m", "Nesterov": "N", "Adagrad": "G", "RMSprop": "R", "Adam": "A"}[name]


def tint(color):
    """A pale ground of a colour, on which black letters can be read."""
    share = 0.2 if color == INK else 0.3
    return (*(int(255 - share * (255 - int(color[i:i + 2], 16))) for i in (1, 3, 5)), 255)


def map_title(values, result):
    if result["winners"] is None:
        return "No map: a network starts where its seed says"
    counts = np.bincount(result["winners"].ravel() + 1, minlength=len(result["voters"]) + 1)
    order = np.argsort(-counts[1:], kind="stable")
    if counts[0] == SIDE**2:
        return "From everywhere several arrive: no winner"
    names = [result["voters"][i] for i in order[:2]]
    best, second = f"{names[0]} wins {counts[1 + order[0]]}", f"{names[1]} {counts[1 + order[1]]}"
    return f"{SIDE**2} starts: {best}, {second}" + (f", no one {counts[0]}" if counts[0] else "")


def race_title(result):
    first, second = result["order"][:2]
    if not np.isfinite(result["final"][first][0]):
        return "Nobody gets to the end"
    if result["final"][first][0] == result["final"][second][0]:
        return "Several are at the bottom: nobody wins"
    return f"{capital(first)} wins, at lr {number(result['lrs'][result['at'][first]])}"


def curves_title(values):
    return {
        SAME: "The line is one lr; the dips are elsewhere",
        DEFAULTS: "Large: the defaults, wherever the dips are",
        BEST: "Large: each at the bottom of its own curve",
        BUDGET: f"Small: its {values['trials']} tries; large: the best of them",
    }[values["rates"]]


def rows(result):
    """For each runner its loss at the end and its lr; under noise the least and the greatest; its window."""
    found = []
    for name in result["names"]:
        final, low, high = result["final"][name]
        found.append((name, f"{loss(final)} at lr {number(result['lrs'][result['at'][name]])}"))
        if low < high:
            found.append((f"{name}, all seeds", f"{loss(low)} to {loss(high)}"))
        span = result["window"][name]
        found.append((f"{name}, lr within 2×", f"×{number(span, 2)}" if np.isfinite(span) else "–"))
    return found


def loss(value):
    if not np.isfinite(value):
        return LOST
    return f"under {number(LEAST)}" if value <= LEAST else number(value, 2)


def readout(values, result):
    where = f"{capital(values['problem'])}, {values['rates']}, {result['x'][-1]} steps"
    parts = []
    for name in result["order"]:
        lr = number(result["lrs"][result["at"][name]])
        parts.append(f"{name} (lr {lr}) {loss(result['final'][name][0])}")
    return f"{where}. From the first to the last: {', '.join(parts)}." + "".join(
        f" {trouble}" for trouble in result["troubles"].values())


def check_adam_loses(values, answer):
    return _last("Adam", values)


def check_sgd_loses(values, answer):
    return _last("SGD", values)


def _last(name, values):
    if values["rates"] != BEST:
        return False, "Choose “each its own best”, so that nobody can blame the learning rate."
    result = simulate(**values)
    order, ends = result["order"], {name: end[0] for name, end in result["final"].items()}
    if name != order[-1] or ends[name] == ends[order[-2]]:
        place = f"Here {name} is number {order.index(name) + 1} of {len(order)}."
        return False, f"{place} Try another problem, another horizon (More) or another start."
    last, first = (f"{one} {word} with {loss(ends[one])}"
                   for one, word in ((name, "is last"), (order[0], "first")))
    return True, (
        f"Yes: {last}, and {first}, each at its own best. A paper that shows this problem and no other would "
        "say the same."
    )


def check_flip(values, answer):
    if values["rates"] != SAME or values["problem"] != "digits net":
        return False, "Take the digits net, and one lr for all."
    order = simulate(**values)["order"]
    best = simulate(**{**values, "rates": BEST})["order"]
    if order[0] != "SGD" or order[-1] != "Adam":
        return False, f"At this lr {order[0]} is first and {order[-1]} last."
    return True, f"Yes. At its own best each, the order is {', '.join(best)}."


def check_why(values, answer):
    return answer == WHY[1], {
        WHY[0]: "It may be better, and this picture cannot say so: at another lr the order is another one.",
        WHY[1]: "Yes. SGD's step is lr times the gradient, Adam's is about lr. So one number asks them for "
                "steps of "
                "different lengths.",
        WHY[2]: "The start is the same for all. Drag it, and look at the U-curves: they shift, and stay "
                "apart.",
    }[answer]


GUESSES = (
    "RMSprop still wins, by less",
    "Momentum wins",
    "All four arrive, there is no difference",
)
WHY = (
    "Because RMSprop is the better method",
    "Because lr means another length of step to each of them",
    "Because the start favours some of them",
)

fair_race = Interactive(
    "fair_race",
    "Four optimizers on one problem, with the learning rates that each gets: one for all, the defaults, its "
    "own "
    "best, or the best of an equal number of tries.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(PLANE, RACE, CURVES, MAP),
    controls=CONTROLS,
    extras=("own", "landscape"),
    question=Question(
        "live.fair_race",
        "A valley a hundred times as steep across as along, turned by 45 degrees; 100 steps, and lr = 0.1 "
        "for all. "
        "RMSprop wins, Adam is second, SGD and momentum are gone. Now each gets its own best lr. What "
        "happens?",
        GUESSES,
        answer=GUESSES[1],
        replies={
            GUESSES[0]: "RMSprop itself hardly changes, there you are right: 6.9·10⁻⁴ at 0.1, 5.5·10⁻⁴ at "
            "its best. But momentum, gone at 0.1, is first with 8.6·10⁻⁵ at 0.032, and RMSprop comes last.",
            GUESSES[1]: "From gone to first: 8.6·10⁻⁵ at lr 0.032. SGD is second with 4.7·10⁻⁴ at 0.018, "
            "and RMSprop, the winner of before, comes last.",
            GUESSES[2]: "SGD, Adam and RMSprop do end close together, within a fifth of each other. "
            "Momentum is five times lower: 8.6·10⁻⁵ at lr 0.032.",
        },
    ),
    why=Task("Why did the order change with the learning rates?", check_why, choices=WHY),
    tasks=(
        Task("Make Adam lose: last of four, each at its own best.", check_adam_loses, setup={"rates": BEST}),
        Task("Make SGD lose: last of four, each at its own best.", check_sgd_loses,
             setup={"rates": BEST, "problem": "two wells"}),
        Task("On the digits net, find one lr for all at which SGD is first and Adam last.", check_flip,
             setup={"rates": SAME, "problem": "digits net", "lr": 0.01, "steps": 175}),
    ),
    presets=(
        Preset("lr 0.1 for all", {"rates": SAME, "lr": 0.1}),
        Preset("each its own best", {"rates": BEST}),
        Preset("Rosenbrock", {"problem": "Rosenbrock", "start1": -0.6, "start2": 0.0}),
        Preset("digits net", {"problem": "digits net", "steps": 175}),
    ),
    still=Still(
        (
            ("one lr for all, 0.1", {"rates": SAME}),
            ("each its own best", {"rates": BEST}),
            ("its own best, 20 steps", {"rates": BEST, "steps": 20}),
        ),
        ("race", "map"),
        "Three columns, for one lr of 0.1, each runner's own best at 100 steps and at 20: above, loss "
        "against gradient evaluations, and below, the winner from each of 49 starts. RMSprop wins at one "
        "lr, momentum and Adam share the map when each is tuned, and at 20 steps it is SGD.",
    ),
)
