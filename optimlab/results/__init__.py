"""Results of experiments that take longer than a lesson may: what was measured, and what made it.

The scripts in `experiments/` make them, one file each, under the same name.

>>> from optimlab import results
>>> sorted(results.load("05_rotated_valley")["about"])
['date', 'made by', 'minutes', 'seed', 'versions']
"""

import datetime
import json
import platform
import time
from importlib import resources
from pathlib import Path

import numpy as np

STARTED = time.monotonic()


def load(name):
    """A stored result, by the name of its experiment: a dict, with `about` for what made it.

    Raises:
        ValueError: there is none of this name.
    """
    file = resources.files(__name__).joinpath(f"{name}.json")
    if not file.is_file():
        known = sorted(path.name[:-5] for path in resources.files(__name__).iterdir()
                       if path.name.endswith(".json"))
        raise ValueError(f"name: there is no result called {name!r}; known are {', '.join(known)}")
    return json.loads(file.read_text(encoding="utf-8"))


def save(name, seed, **measured):
    """Store a result beside this module, from the experiment's script; the minutes are those of the process.

    name: of the experiment, as in experiments/name.py. seed: what its random numbers came from.
    measured: numbers, words, lists and dicts of them.
    """
    from optimlab import __version__

    about = {
        "made by": f"python experiments/{name}.py", "seed": seed,
        "date": datetime.date.today().isoformat(),
        "minutes": round((time.monotonic() - STARTED) / 60, 1),
        "versions": {"optimlab": __version__, "numpy": np.__version__, "python": platform.python_version()},
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}"
                       for key, value in {"about": about, **measured}.items())
    Path(__file__).with_name(f"{name}.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
