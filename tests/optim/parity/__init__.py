"""The table of optimizers that tests, stored references and documentation are made from.

A row says what an optimizer is called and what it is compared with. To add an optimizer, add a `Row` to the
list `ROWS` of a file in `parity/rows/`, then make its stored trajectories with
`python tests/optim/make_references.py Name` and the page with `python tests/optim/make_table.py`.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

STEPS = 100
STORED_STEPS = (1, 2, 3, 4, 6, 10, 18, 32, 56, 100)
REFERENCES = Path(__file__).parent.parent / "references"

# Each entry is one run: the shapes of the arrays that are optimized together.
SHAPES = {"matrix": ((7, 5),), "several": ((3,), (2, 3, 2), ())}
SQUARE = {"square": ((6, 6),)}


@dataclass(frozen=True)
class Reference:
    """An optimizer of another library.

    name: what a reader would import, such as "torch.optim.Adam".
    packages: the distributions it needs, the library itself first.
    run: (problem, settings) -> params after each step, a list of STEPS lists of float64 arrays.
    """

    name: str
    packages: tuple
    run: Callable = field(repr=False)

    @property
    def library(self):
        return self.packages[0]


@dataclass(frozen=True)
class Case:
    """One comparison: our settings against a reference's, on each of some shapes.

    settings: arguments of our optimizer.
    theirs: arguments of the reference, where they differ from ours.
    label: what distinguishes this case from the others of its row; made from the settings if not given.
    tolerance: of the largest difference in any step, relative to the largest parameter or 1.
    reason: why the tolerance is not 1e-12; shown in the documentation.
    problem: arguments of Problem, such as {"noise": 0}.
    """

    reference: Reference
    settings: dict = field(default_factory=dict)
    theirs: dict | None = None
    label: str = ""
    shapes: dict = field(default_factory=lambda: SHAPES)
    tolerance: float = 1e-12
    reason: str = ""
    problem: dict = field(default_factory=dict)

    def __post_init__(self):
        if not self.label:
            words = [f"{name}={value}" for name, value in self.settings.items()]
            object.__setattr__(self, "label", f"{self.reference.library} {', '.join(words) or 'defaults'}")
        if (self.tolerance > 1e-12) != bool(self.reason):
            raise ValueError(f"{self.label}: a tolerance above 1e-12 and its reason come together")


@dataclass(frozen=True)
class Row:
    """One optimizer in the table.

    make: (params, **settings) -> the optimizer; the class itself, or a function that wraps another optimizer.
    cases: what it is compared with.
    samples: {hyper-parameter: values}: three settings to run as one batch, where those that
        `sample_values` makes up are out of range.
    read: (optimizer) -> the arrays to compare, where they are not its params.
    least_axes: how many axes an array must have, for rules that take matrices only.
    name: what the row is called, if not by its class.
    optimizer: the name of the class in optimlab.optim, if make is a function.
    """

    make: Callable
    cases: tuple
    samples: dict = field(default_factory=dict)
    read: Callable = lambda optimizer: optimizer.params
    name: str = ""
    optimizer: str = ""
    least_axes: int = 0

    def __post_init__(self):
        object.__setattr__(self, "optimizer", self.optimizer or self.make.__name__)
        object.__setattr__(self, "name", self.name or self.optimizer)
        labels = [case.label for case in self.cases]
        if len(set(labels)) < len(labels):
            raise ValueError(f"{self.name}: two cases have the same label")

    def settings(self):
        """The different settings of the cases, for tests that need no reference."""
        seen = []
        for case in self.cases:
            if case.settings not in seen:
                seen.append(case.settings)
        return seen


class Problem:
    """A quadratic in every array with gradients that are noisy and, here and there, exactly zero.

    The numbers come from RandomState, whose stream never changes between versions of NumPy.
    """

    def __init__(self, shapes, seed=0, noise=0.3, zeros=0.1, dtype=np.float64):
        draw = np.random.RandomState(seed).uniform
        self.start = [draw(-1, 1, shape).astype(dtype) for shape in shapes]
        self.center = [draw(-1, 1, shape).astype(dtype) for shape in shapes]
        self.curvature = [draw(0.2, 3, shape).astype(dtype) for shape in shapes]
        self.noise = [(noise * draw(-1, 1, (STEPS + 1, *shape))).astype(dtype) for shape in shapes]
        self.alive = [draw(0, 1, (STEPS + 1, *shape)) >= zeros for shape in shapes]

    def loss(self, params, t):
        """The loss whose gradient at step t (counted from 1) `grads` returns, zeros apart."""
        parts = zip(params, self.center, self.curvature, self.noise, strict=True)
        return float(sum(np.sum(h * (p - c) ** 2 / 2 + noise[t] * p) for p, c, h, noise in parts))

    def grads(self, params, t):
        parts = zip(params, self.center, self.curvature, self.noise, self.alive, strict=True)
        return [(h * (p - c) + noise[t]) * alive[t] for p, c, h, noise, alive in parts]


def run(row, case_or_settings, problem, steps=STEPS):
    """Our params after each step, as a reference returns them."""
    settings = case_or_settings if isinstance(case_or_settings, dict) else case_or_settings.settings
    params = [p.copy() for p in problem.start]
    optimizer = row.make(params, **settings)
    path = []
    for t in range(1, steps + 1):
        take_step(optimizer, problem, t)
        path.append([p.copy() for p in row.read(optimizer)])
    return path


def take_step(optimizer, problem, t):
    params = optimizer.params
    optimizer.step(
        problem.grads(params, t), closure=lambda: (problem.loss(params, t), problem.grads(params, t))
    )


def largest_difference(ours, theirs):
    """Between two lists of steps, relative to the largest parameter or to 1. nan if either holds one."""
    difference, scale = 0.0, 1.0
    for mine, other in zip(ours, theirs, strict=True):
        for a, b in zip(mine, other, strict=True):
            if a.shape != b.shape:
                raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
            difference = np.maximum(difference, np.max(np.abs(a - b), initial=0))
            scale = np.maximum(scale, np.max(np.abs(b), initial=0))
    return float(difference / scale)


def load_stored(name):
    """What make_references.py kept of a row: {"about": {...}, (label, shapes): list of steps}."""
    with np.load(REFERENCES / f"{name}.npz") as file:
        about = json.loads(str(file["about"]))
        stored = {"about": about}
        for label, case in about["cases"].items():
            for shapes, count in case["arrays"].items():
                arrays = [file[f"{case['number']}/{shapes}/{i}"] for i in range(count)]
                stored[label, shapes] = [[a[k] for a in arrays] for k in range(len(STORED_STEPS))]
    return stored


def save_stored(row, paths, versions):
    """Keep the reference paths of a row: {(label, shapes): list of STEPS lists of arrays}."""
    arrays, cases = {}, {}
    for number, case in enumerate(row.cases):
        counts = {}
        for shapes in case.shapes:
            path = paths[case.label, shapes]
            counts[shapes] = len(path[0])
            for i in range(len(path[0])):
                arrays[f"{number}/{shapes}/{i}"] = np.array([path[t - 1][i] for t in STORED_STEPS])
        cases[case.label] = {"number": number, "arrays": counts, "made_with": made_with(case)}
    about = json.dumps({"versions": versions, "cases": cases}, sort_keys=True)
    REFERENCES.mkdir(exist_ok=True)
    np.savez_compressed(REFERENCES / f"{row.name}.npz", about=np.array(about), **arrays)


def made_with(case):
    """What a stored path depends on, as text; a test compares it, so that no path outlives its settings."""
    theirs = case.settings if case.theirs is None else case.theirs
    return f"{case.reference.name} {plain(theirs)} {plain(case.problem)} {case.shapes}"


def plain(settings):
    """Settings as text that is the same in every run: functions by their name."""
    words = [f"{k}={getattr(v, '__name__', None) or repr(v)}" for k, v in settings.items()]
    return f"({', '.join(words)})"


def sample_values(row, name, value):
    """Three values of a hyper-parameter for one batched run, the first as it stands."""
    if name in row.samples:
        return row.samples[name]
    if isinstance(value, tuple):
        return list(zip(*(sample_values(row, f"{name}[{i}]", v) for i, v in enumerate(value)), strict=True))
    return [value, value / 2, value / 4] if value else [0.0, 0.01, 0.3]


def references_required():
    """Whether a missing reference library is a failure; otherwise the live comparison is skipped."""
    return os.environ.get("OPTIMLAB_REQUIRE_REFERENCES", "") not in ("", "0")
