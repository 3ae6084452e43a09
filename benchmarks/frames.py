"""From a moved control to its frame, in the kernel: what Python has to do before the browser can draw.

Each live figure, each of its controls: the control goes through its range, while all others stand where they
are and the figure stands at its last step, where most is to be computed. Milliseconds from the
browser's message to the packed frame, the median over the moves and the longest one. A frame has 10 ms; the
first one of a figure, and that after a choice or a tick, which come one at a time, have 100.

    python benchmarks/frames.py                  all figures, about a minute
    python benchmarks/frames.py cliff noise_ball
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

from optimlab import live  # noqa: E402
from optimlab.live.learners import OWN, OWN_LANDSCAPE  # noqa: E402

MOVES = 12
DRAGGED, CHOSEN = 10, 100  # ms for a frame
TRAINED = 1000  # steps of a training before its controls are moved
HARD = {  # where more is to be computed than at the defaults
    "conditioning": {"kappa": 1000.0},
    "fair_race": {"noise": True, "seeds": 10},
    "rotated_valley": {"kappa": "1000", "method": "gradient descent", "tuned": False, "lr": 0.001},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="figures, as in live.NAME; all of them if none is named")
    names = parser.parse_args().names or list(live.INTERACTIVES)
    if unknown := set(names) - set(live.INTERACTIVES):
        parser.error(f"there is no live.{sorted(unknown)[0]}; there are {', '.join(live.INTERACTIVES)}")
    print(f"{'figure and control':42} {'median ms':>10} {'longest':>8} {'at most':>8}")
    good = [row(*found) for name in names for found in measured(live.INTERACTIVES[name])]
    sys.exit(not all(good))


def row(name, times, limit):
    middle = statistics.median(times)
    word = "ok" if middle <= limit else "MISS"
    print(f"{name:42} {middle:10.1f} {max(times):8.1f} {limit:8}  {word}")
    return word == "ok"


def measured(interactive):
    """(name, milliseconds of each move, limit) of the first frame and of each control."""
    figure, first = opened(interactive)
    yield f"{interactive.name}, first frame", [first], CHOSEN
    for control in interactive.controls:
        figure, _ = opened(interactive)
        times = []
        for value in places(control):
            times.append(milliseconds(figure, {**figure.values, control.name: value}))
        limit = CHOSEN if control.kind in ("choice", "toggle", "seed", "numbers") else DRAGGED
        yield f"{interactive.name}, {control.label}", times, limit


def opened(interactive):
    """A figure at its last step, its question behind it -> (figure, milliseconds of its first frame)."""
    last = {c.name: c.high for c in interactive.controls if c.name == interactive.play}
    figure = interactive(**HARD.get(interactive.name, {}), **({} if interactive.ticks else last))
    figure._on_predict({"skipped": True})
    first = milliseconds(figure, figure.values)
    if interactive.ticks:
        until = {**figure.values, interactive.play: TRAINED}
        while not figure._on_tick({"values": until})[0]["done"]:
            pass
    return figure, first


def places(control):
    """Where a control is moved: through its range, or from one choice to the next."""
    if control.kind == "choice":
        brought = (control.default, OWN, OWN_LANDSCAPE)
        return [choice for choice in control.choices if choice not in brought]
    if control.kind == "toggle":
        return [not control.default, control.default] * 2
    if control.kind == "seed":
        return range(1, MOVES + 1)
    if control.kind == "numbers":
        return [[1.0, -0.5 * k, 2.0] for k in range(MOVES)]
    if control.kind == "logfloat":
        return [control.clean(float(f"{x:.3g}")) for x in np.geomspace(control.low, control.high, MOVES)]
    spread = np.linspace(control.low, control.high, MOVES)
    return [control.clean(round(x) if control.kind == "int" else round(x, 6)) for x in spread]


def milliseconds(figure, values):
    began = time.perf_counter()
    figure._on_draw({"values": values})
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OPTIMLAB_PROGRESS"] = os.path.join(folder, "progress.json")
        main()
