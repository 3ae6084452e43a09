"""Imports run one way: each room of the package may import only what this table allows."""

import ast
import sys
from pathlib import Path

import pytest

import optimlab

ROOT = Path(optimlab.__file__).parent

# room: (other rooms of optimlab, packages beside the standard library)
ALLOWED = {
    "looks": (set(), set()),
    "progress": (set(), set()),
    "theory": (set(), set()),
    "landscapes": (set(), {"numpy"}),
    "optim": (set(), {"numpy"}),
    "schedules": (set(), {"numpy"}),
    "averaging": ({"optim"}, {"numpy"}),
    "clipping": (set(), {"numpy"}),
    "losses": (set(), {"numpy"}),
    "nn": ({"losses"}, {"numpy"}),
    "data": (set(), {"numpy"}),
    "train": ({"optim", "data"}, {"numpy"}),
    "compare": ({"data", "landscapes", "looks", "losses", "nn", "optim", "plots", "schedules",
                 "theory", "train"},
                {"numpy", "cloudpickle"}),
    "plots": ({"looks"}, {"numpy", "matplotlib", "PIL", "IPython"}),
    "clinic": ({"data", "losses", "looks", "nn", "plots"}, {"numpy", "matplotlib"}),
    "exercises": ({"clinic", "progress", "landscapes", "optim", "train", "looks", "plots"},
                  {"numpy", "IPython"}),
    "questions": (set(), set()),
    "results": (set(), {"numpy"}),
    "server": (set(), set()),
    "standing": ({"exercises", "progress", "questions"}, set()),
    "live": ({"looks", "progress", "questions", "results", "theory", "landscapes", "optim", "train", "nn",
              "data", "losses", "clipping", "compare", "schedules"},
             {"numpy", "matplotlib", "PIL", "anywidget", "traitlets", "ipywidgets", "IPython"}),
    "authoring": ({"exercises"}, {"nbformat", "nbclient", "nbconvert", "jupyter_client", "jupytext",
                                  "latex2mathml", "ipykernel", "IPython", "pytest", "traitlets",
                                  "matplotlib"}),
    "grading": ({"exercises", "clinic"}, {"numpy"}),
    "waiting": (set(), set()),
    "cli": ({"authoring", "compare", "grading", "exercises", "progress", "standing", "waiting"}, set()),
    "__main__": ({"cli"}, set()),
    "tracebacks": (set(), set()),
    "__init__": ({"tracebacks"}, set()),
}


def room_of(path):
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imported(path):
    """(dotted name) of everything a file imports, relative imports made absolute."""
    package = ["optimlab", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[:len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def test_every_room_stands_in_the_table():
    assert {room_of(path) for path in ROOT.rglob("*.py")} == set(ALLOWED)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_stay_within_the_table(path):
    room = room_of(path)
    rooms, packages = ALLOWED[room]
    for name in imported(path):
        first, *rest = name.split(".")
        if first == "optimlab":
            target = rest[0] if rest and rest[0] in ALLOWED else None
            home = optimlab._HOMES.get(rest[0]) if rest and target is None else target
            assert home is None or home == room or home in rooms, f"{room} may not import {name}"
        elif first not in sys.stdlib_module_names:
            assert first in packages, f"{room} may not import {name}"


def test_every_public_name_is_one_import_away():
    from optimlab import optim

    assert set(optim.__all__) == {name for name, home in optimlab._HOMES.items() if home == "optim"}
    for name in optimlab.__all__:
        assert getattr(optimlab, name) is not None


def test_importing_the_package_needs_numpy_alone():
    import subprocess

    code = ("import sys; from optimlab import Adam, SGD, check, descend, landscapes; "
            "heavy = {'matplotlib', 'IPython', 'ipywidgets', 'anywidget'} & set(sys.modules); "
            "assert not heavy, heavy")
    subprocess.run([sys.executable, "-c", code], check=True)
