"""One update taken apart, number by number: forwards to the loss, back to the slopes, then the rule."""

import numpy as np

from optimlab.live.interactive import Interactive
from optimlab.live.learners import OWN, Trouble, own_optimizer
from optimlab.live.marks import INK, THEORY, Arrow, Frame, Line, Picture, Points, Rule, Text, leaving, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating
from optimlab.live.parts import floating as real
from optimlab.optim import SGD
from optimlab.questions.question import Question

X, Y = 1.5, 1.0  # the one example: what goes in, and what should come out
STAGES = ("a", "h", "p", "loss", "dp", "dw2", "dh", "da", "dw1", "update")
UPDATES = 8
RULES = ("gradient descent", "momentum 0.9")
FORWARD, BACK = "#5B3FB5", "#9C4A00"


def simulate(lr=0.2, stage=0, w1=0.5, w2=-0.5, rule="gradient descent", own=None):
    """Train p = w2·tanh(w1·x) on one example, and stop after any stage of any update.

    lr: learning rate. stage: how many stages are done; ten make one update. w1, w2: where the weights start.
    rule: "gradient descent", "momentum 0.9" or "yours" for `own`, a learner's function such as
    (w, grad, lr) -> w or class, as learners.own_optimizer takes it.
    -> dict: path (updates + 1, 2), (w1, w2) after each update that is done; losses (updates + 1,);
    update, the number of the one that is under way, from 1; done, the names of its stages that are done;
    before (2,), the weights it began with; values, its numbers by name, with w1 and w2 after it once it is
    done; state, what the rule remembers; trouble, what is wrong with the learner's rule, or "".

    >>> result = simulate(stage=4)
    >>> result["done"], round(result["values"]["loss"], 3)
    (('a', 'h', 'p', 'loss'), 1.736)
    """
    finished, part = divmod(stage, len(STAGES))
    if finished and not part:  # an update that has just ended is still the one to look at
        finished, part = finished - 1, len(STAGES)
    w = np.array([w1, w2], float)
    path, trouble = [w.copy()], ""
    try:
        optimizer = rule_for(own, rule, w, lr)
        for update in range(finished + 1):
            values = passes(w)
            if update == finished and part < len(STAGES):
                break  # the rule's turn has not come
            optimizer.step(slope(values), closure=lambda: (0.0, slope(passes(w))))
            values |= {"w1": w[0], "w2": w[1]}
            path.append(w.copy())
    except Trouble as error:
        values, part, trouble = passes(w), len(STAGES) - 1, str(error)
        optimizer = None
    moved = part == len(STAGES)
    return {
        "path": np.array(path),
        "losses": loss(np.array(path)),
        "before": path[-2] if moved else path[-1],
        "update": len(path) - moved,
        "done": STAGES[:part],
        "values": {name: float(value) for name, value in values.items()},
        "state": state_of(optimizer, rule),
        "trouble": trouble,
    }


def rule_for(own, rule, w, lr):
    if rule == OWN and own is None:
        raise Trouble("Give your step function or optimizer class: live.anatomy(own=my_step).")
    if rule == OWN:
        return own_optimizer(own, w, lr=lr, momentum=0.9)
    return SGD(w, lr=lr, momentum=0.9 if rule == RULES[1] else 0.0)


def state_of(optimizer, rule):
    """What a rule remembers, as name -> (2,); nothing where it does not say."""
    if isinstance(optimizer, SGD):
        return {"v": optimizer.state[0]["momentum_buffer"].copy()} if rule == RULES[1] else {}
    return dict(getattr(optimizer, "state", {}))


def passes(w):
    """Every intermediate at the weights w: forwards from x to the loss, then back to both slopes."""
    w1, w2 = w
    a = w1 * X
    h = np.tanh(a)
    p = w2 * h
    dp = 2 * (p - Y)
    dw2 = dp * h
    dh = dp * w2
    da = dh * (1 - h**2)
    dw1 = da * X
    return {
        "a": a, "h": h, "p": p, "loss": (p - Y) ** 2,
        "dp": dp, "dw2": dw2, "dh": dh, "da": da, "dw1": dw1,
    }  # fmt: skip


def slope(values):
    """The gradient among the numbers of passes(), shape (2,)."""
    return np.array([values["dw1"], values["dw2"]])


def loss(w):
    """The loss at weights of shape (..., 2)."""
    w1, w2 = np.moveaxis(np.asarray(w, float), -1, 0)
    return (w2 * np.tanh(w1 * X) - Y) ** 2


def draw_landscape(ax):
    """The loss over both weights, once."""
    w1, w2 = np.meshgrid(np.linspace(*PLANE.xlim, 161), np.linspace(*PLANE.ylim, 161))
    height = np.log1p(loss(np.stack([w1, w2], axis=-1)))
    ax.contourf(w1, w2, height, levels=14, cmap="Greys", alpha=0.16)
    ax.contour(w1, w2, height, levels=14, colors="#8A8A8A", linewidths=0.7)
    bottom = np.linspace(0.1, 2, 100)
    for side in (1, -1):  # where w2·tanh(w1·x) is y
        ax.plot(side * bottom, side * Y / np.tanh(bottom * X), color=THEORY, lw=1.6, ls=(0, (4, 3)))


GRAPH = Panel(
    "graph", "One update, number by number", (0, 12), (0, 4), "",
    xticks=(), yticks=(), span=12, height=190,
)  # fmt: skip
PLANE = Panel(
    "plane", "The loss over both weights", (-2.0, 2.0), (-2.0, 2.0), "w1", "w2",
    xticks=(-2, -1, 0, 1, 2), yticks=(-2, -1, 0, 1, 2), equal=True, height=280,
    drag=("w1", "w2"), background=draw_landscape,
)  # fmt: skip
CURVE = Panel(
    "curve", "The loss after each update", (0, UPDATES), (0.0, 4.0), "updates", "loss",
    xticks=tuple(range(UPDATES + 1)), yticks=(0, 1, 2, 3, 4), height=280,
)  # fmt: skip
CONTROLS = (
    integer("stage", "stage", 0, 0, UPDATES * len(STAGES), nudge=1),
    log_floating("lr", "learning rate lr", 0.2, 0.01, 2.0, nudge=0.01),
    choice("rule", "rule", RULES[0], (*RULES, OWN)),
    real("w1", "start w1", 0.5, -2.0, 2.0, 0.05, more=True),
    real("w2", "start w2", -0.5, -2.0, 2.0, 0.05, more=True),
)

# Where each number stands in the graph: (x, name over it, its forward value, the slope that comes back).
NODES = ((0.8, "x", "x", None), (3.3, "a", "a", "da"), (5.8, "h", "h", "dh"), (8.3, "p", "p", "dp"),
         (11.0, "loss", "loss", None))  # fmt: skip
WEIGHTS = ((2.05, "w1", "dw1"), (7.05, "w2", "dw2"))
FORMULAS = {
    "a": "w1 · x", "h": "tanh(a)", "p": "w2 · h", "loss": "(p − y)²", "dp": "2 (p − y)", "dw2": "dp · h",
    "dh": "dp · w2", "da": "dh · (1 − h²)", "dw1": "da · x",
}  # fmt: skip


def filled_in(name, result):
    """The formula of a stage with its numbers in place of its letters."""
    values = {**result["values"], "x": X, "y": Y}
    values["w1"], values["w2"] = result["before"]
    n = {key: signed(value) for key, value in values.items()}
    return {
        "a": f"{n['w1']} · {n['x']}",
        "h": f"tanh({number(values['a'])})",
        "p": f"{n['w2']} · {n['h']}",
        "loss": f"({number(values['p'])} − {n['y']})²",
        "dp": f"2 ({number(values['p'])} − {n['y']})",
        "dw2": f"{n['dp']} · {n['h']}",
        "dh": f"{n['dp']} · {n['w2']}",
        "da": f"{n['dh']} · (1 − {n['h']}²)",
        "dw1": f"{n['da']} · {n['x']}",
    }[name]


def signed(value):
    """A negative number in brackets, as a factor needs it."""
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def view(values, result):
    return Frame(
        readout(values, result),
        {
            "graph": Picture(graph_title(result), graph_marks(result)),
            "plane": Picture(plane_title(result), plane_marks(result)),
            "curve": Picture(curve_title(result), curve_marks(result)),
        },
        numbers(values, result),
    )


def first_look(values):
    result = simulate(**{**values, "stage": 0})
    return Frame(
        f"The weights start at w1 = {number(values['w1'])} and w2 = {number(values['w2'])}; for x = {X:g} "
        f"the answer should be y = {Y:g}.",
        {
            "graph": Picture(GRAPH.title, graph_marks(result)),
            "plane": Picture(PLANE.title, plane_marks(result)),
            "curve": Picture(CURVE.title, []),
        },
    )


def graph_title(result):
    where = f"Update {result['update']}"
    if result["trouble"]:
        return f"{where}: {result['trouble']}"
    if not result["done"]:
        return f"{where}: the weights are known, nothing else"
    last = result["done"][-1]
    if last == "update":
        return f"{where}: the rule has moved both weights"
    if last in ("a", "h", "p", "loss"):
        return f"{where}, forwards: {last} = {FORMULAS[last]}"
    return f"{where}, back: {last} = {FORMULAS[last]}"


def graph_marks(result):
    """Forward values above the line, slopes below it; what is not computed yet is not there."""
    done, values = result["done"], result["values"]
    last = done[-1] if done else None
    moved = last == "update"
    w = dict(zip(("w1", "w2"), (values["w1"], values["w2"]) if moved else result["before"], strict=True))
    marks = [
        Text(0.05, 3.7, "forwards →", FORWARD, "left", size=9.5),
        Text(0.05, 0.3, "← back", BACK, "left", size=9.5),
        Text(4.55, 1.9, "tanh", THEORY, size=9.5, dy=-9),
        Text(9.65, 1.9, "(p − y)²", THEORY, size=9.5, dy=-9),
    ]
    for (x0, *_), (x1, *_) in zip(NODES, NODES[1:], strict=False):
        marks.append(Line(np.array([x0, x1]), np.array([1.9, 1.9]), "#8A8A8A", width=1.2))
    for x, name, slope in WEIGHTS:
        marks += [
            Line(np.array([x, x]), np.array([3.0, 1.9]), "#8A8A8A", width=1.2),
            Points(np.array([x]), np.array([1.9]), "#8A8A8A", "o", 6),
            Text(x, 3.55, f"{name} = {number(w[name])}", bold=moved, box=True),
        ]
        if slope in done:
            marks.append(slope_text(x, 3.0, slope, values, last))
    for x, name, value, slope in NODES:
        known = name == "x" or value in done
        marks.append(Points(np.array([x]), np.array([1.9]), FORWARD if known else "#8A8A8A", "o", 9, known))
        if known:
            words = f"{name} = {number(X if name == 'x' else values[value])}"
            marks.append(Text(x, 2.65, words, FORWARD, bold=last == value, box=True))
        else:
            marks.append(Text(x, 2.65, name, THEORY, box=True))
        if slope in done:
            marks.append(slope_text(x, 1.15, slope, values, last))
    flow = [("dp", 11.0, 8.3), ("dh", 8.3, 5.8), ("da", 5.8, 3.3)]
    for name, x0, x1 in flow:
        if name in done:
            marks.append(Arrow(x0 - 0.25, 0.55, x1 + 0.1, 0.55, BACK))
    return [*marks, Text(11.0, 3.55, f"y = {Y:g}", THEORY, box=True)]


def slope_text(x, y, name, values, last):
    return Text(x, y, f"{name} = {number(values[name])}", BACK, bold=name == last, box=True)


def plane_title(result):
    if len(result["path"]) == 1:
        return "The start. On the dashed line the answer is right"
    first, last = result["path"][-2:]
    ways = [
        f"{name} went {'up' if new > old else 'down' if new < old else 'nowhere'}"
        for name, old, new in zip(("w1", "w2"), first, last, strict=True)
    ]
    return f"Update {len(result['path']) - 1}: {ways[0]}, {ways[1]}"


def plane_marks(result):
    path = result["path"]
    path = path[np.isfinite(path).all(axis=1)]
    marks = [
        Line(path[:, 0], path[:, 1], INK, width=1.5, halo=True),
        Points(path[:, 0], path[:, 1], INK, "o", 5),
    ]
    edge = leaving(path[:, 0], path[:, 1], PLANE)
    if edge:
        marks += [edge[1], Text(0, -1.75, f"leaves the picture at update {edge[0]}", size=9.5, box=True)]
    if "dw1" in result["done"] and result["done"][-1] != "update":
        grad = slope(result["values"])
        length = float(np.hypot(*grad))
        if length > 1e-9:
            tip = result["before"] - 0.5 * grad / length
            words = Text(*tip, "downhill", BACK, "left", dx=8, size=9.5)
            marks += [Arrow(*result["before"], *tip, BACK), words]
    return marks


def curve_title(result):
    losses = result["losses"]
    if len(losses) == 1:
        return f"The loss at the start: {number(losses[0])}"
    last, new = losses[-2:]
    return f"Update {len(losses) - 1}: the loss {'fell' if new < last else 'rose'} to {number(new)}"


def curve_marks(result):
    losses = result["losses"]
    steps = np.arange(len(losses))
    marks = [Rule("", y=0.0, dashes=()), Line(steps, losses, INK), Points(steps, losses, INK, "o", 5)]
    edge = leaving(steps, losses, CURVE)
    if edge:
        step, arrow = edge
        words = f"above 4 at update {step}"
        marks += [arrow, Text(arrow.x, 3.75, words, anchor="left", dx=8, size=9.5, bold=True)]
    return marks


def readout(values, result):
    done = result["done"]
    if result["trouble"]:
        return result["trouble"]
    if not done:
        return (
            f"Update {result['update']} begins at w1 = {number(result['before'][0])}, "
            f"w2 = {number(result['before'][1])}. Step 1 computes the next number."
        )
    last, where = done[-1], f"Update {result['update']}"
    if last == "update":
        moved = result["values"]
        return (
            f"{where} ends: w1 moves from {number(result['before'][0])} to {number(moved['w1'])} and w2 from "
            f"{number(result['before'][1])} to {number(moved['w2'])}; the loss goes from "
            f"{number(moved['loss'])} to {number(result['losses'][-1])}."
        )
    way = "forwards" if last in ("a", "h", "p", "loss") else "back"
    value = number(result["values"][last])
    return f"{where}, {way}: {last} = {FORMULAS[last]} = {filled_in(last, result)} = {value}."


def numbers(values, result):
    done = result["done"]
    rows = [
        (f"{name} = {FORMULAS[name]}", number(result["values"][name]) if name in done else "·")
        for name in STAGES[:-1]
    ]
    held = [f"{name} {', '.join(number(v) for v in array)}" for name, array in result["state"].items()]
    moved = done[-1:] == ("update",)
    return [
        *rows,
        ("w1 after the update", number(result["values"]["w1"]) if moved else "·"),
        ("w2 after the update", number(result["values"]["w2"]) if moved else "·"),
        ("state of the rule", "; ".join(held) or "none"),
    ]


def check_slope(values, answer):
    slope = simulate(stage=9, w1=1.0, w2=1.0)["values"]["dw2"]
    if abs(answer - slope) <= 0.005:
        dp, h = number(2 * (np.tanh(X) - Y)), number(np.tanh(X))
        return True, f"Yes: dp is {dp} and h is {h}; their product is dw2."
    if abs(answer + slope) <= 0.005:
        return False, "The size is right. Is p above or below y here, and what sign has p − y then?"
    return False, "dw2 = dp · h, with dp = 2 (p − y). At w1 = 1 you have h = tanh(1.5), and at w2 = 1, p = h."


def check_one_update(values, answer):
    one = {**values, "stage": len(STAGES)}
    after = simulate(**one)["losses"][-1]
    if (values["w1"], values["w2"]) != (1.0, 2.0):
        return False, "Start from w1 = 1, w2 = 2: the task's own start. Its button sets it again."
    if values["rule"] != RULES[0]:
        return False, PLAIN
    if after <= 1e-3:
        return True, f"Yes: the first update leaves a loss of {number(after)}. Nothing but lr decided that."
    p = simulate(**{**one, "stage": len(STAGES) + 3})["values"]["p"]
    way = "still above 1: it takes a longer step" if p > Y else "now below 1: the step was too long"
    return False, f"After the first update the loss is {number(after)}; p is {way}."


def check_rises(values, answer):
    if values["rule"] == OWN:
        return False, PLAIN
    before, after = simulate(**{**values, "stage": len(STAGES)})["losses"][:2]
    from_to = f"from {number(before)} to {number(after)}"
    if after > before:
        return True, f"Yes: it rose {from_to}, with the right gradient. The length was yours."
    return False, f"The first update took the loss {from_to}. It should rise."


def check_no_slope(values, answer):
    slopes = passes((values["w1"], values["w2"]))
    if slopes["loss"] < 1e-3:
        return False, "Here the loss is almost zero, and both slopes with it. Find a place with a loss."
    if abs(slopes["dw1"]) > 1e-9:
        return False, f"Here dw1 is {number(slopes['dw1'])}. Which factor of dw1 can you set to zero?"
    if abs(slopes["dw2"]) <= 1e-9:
        return False, "Here dw2 is zero too: nothing moves, and no rule gets away. Let w2 have a slope."
    return True, "Yes: with w2 = 0 nothing of the error comes back to w1, whose path leads through w2."


def check_why(values, answer):
    return answer == WHY[0], {
        WHY[0]: "Yes: dh = dp · w2. A negative w2 turns the sign, so a smaller w1 makes p larger.",
        WHY[1]: "The rule is the same for both. The slopes have different signs before the rule sees them.",
        WHY[2]: "At lr = 0.01 it goes down too, by less. The sign comes from the slope, not from lr.",
    }[answer]


PLAIN = "For this one, set the rule to gradient descent."
GUESSES = ("up, like p", "down", "not at all: the error is at the output")
WHY = (
    "Its path to p leads through w2, which is negative",
    "The rule treats the first weight in another way",
    "The learning rate is too large",
)


anatomy = Interactive(
    "anatomy",
    "One update of two weights, taken apart: forwards to the loss, back to the slopes, then the rule.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(GRAPH, PLANE, CURVE),
    controls=CONTROLS,
    question=Question(
        "live.anatomy",
        "With w1 = 0.5 and w2 = −0.5 the answer is p = −0.32, and 1 is wanted, so p must go up. Which way "
        "does the first update move w1?",
        GUESSES,
        answer=GUESSES[1],
        replies={
            GUESSES[0]: "p does have to go up. But w1 reaches it through w2, which is negative: w1 goes "
            "down, from 0.5 to 0.264.",
            GUESSES[1]: "It does, from 0.5 to 0.264. It reaches p through w2, which is negative.",
            GUESSES[2]: "The error is at the output, and the chain rule carries it back: w1 goes down, from "
            "0.5 to 0.264.",
        },
        reply="w1 goes down, from 0.5 to 0.264.",
    ),
    why=Task("Why does w1 go down although p has to go up?", check_why, choices=WHY),
    tasks=(
        Task(
            "With pencil: w1 = 1, w2 = 1, so h = tanh(1.5) = 0.905. What is dw2?",
            check_slope,
            asks="dw2",
            setup={"w1": 1.0, "w2": 1.0, "stage": 0},
        ),
        Task(
            "From w1 = 1, w2 = 2, find an lr whose first update brings the loss below 0.001.",
            check_one_update,
            setup={"w1": 1.0, "w2": 2.0, "stage": 10, "rule": RULES[0]},
        ),
        Task(
            "Find an lr at which the first update makes the loss larger.",
            check_rises,
            setup={"w1": 0.5, "w2": -0.5, "stage": 10, "rule": RULES[0]},
        ),
        Task("Find a start where w1 has no slope and w2 has one, and leave the point there.", check_no_slope),
    ),
    presets=(
        Preset("after the loss", {"stage": 4}),
        Preset("after the way back", {"stage": 9}),
        Preset("one update", {"stage": 10}),
    ),
    play="stage",
    extras=("own",),
    still=Still(
        (
            ("forwards, to the loss", {"stage": 4}),
            ("back, to the slopes", {"stage": 9}),
            ("the rule: one update", {"stage": 10}),
        ),
        ("graph",),
        "Three moments of one update in a chain from x over a, h and p to the loss, with the weights w1 and "
        "w2 above it. Forwards gives the loss 1.74; the way back gives dw1 = 1.18 and dw2 = −1.67; then the "
        "rule moves w1 down to 0.264 and w2 up to −0.165.",
    ),
)
