"""How long a check takes, cold and warm: python benchmarks/checks.py

Cold is the first check in a kernel: nothing is remembered yet, and what an unknown wrong answer has to be
compared with is run first. Warm are all references and all known mistakes. Prints the slowest of each.
"""

import inspect
import os
import tempfile
import time
import warnings

import numpy as np

from optimlab.exercises import REGISTRY, check

LIMIT = 0.3
SLOWEST = 12


def seconds(exercise, answer, cold=False):
    if cold:
        exercise._traces.clear()
        exercise.twists.clear()
    started = time.perf_counter()
    check(exercise.id, answer)
    return time.perf_counter() - started


def off(exercise):
    """The reference, a millionth off: no mistake explains it, so all of them are looked at."""

    def nudged(value):
        if isinstance(value, (tuple, list)):
            return type(value)(map(nudged, value))
        if isinstance(value, dict):
            return {key: nudged(part) for key, part in value.items()}
        if isinstance(value, (str, bool)) or callable(value):
            return value
        return np.asarray(value) * (1 + 1e-6)

    return lambda *args: nudged(exercise.reference(*args))


def main():
    cold, warm = [], []
    for exercise in REGISTRY.values():
        values = exercise.is_value
        unknown = None if values else off(exercise)
        if unknown is not None:
            unknown.__signature__ = inspect.signature(exercise.reference)
            cold.append((seconds(exercise, unknown, cold=True), exercise.id, "an unknown answer"))
        answers = [("the reference", exercise.reference)]
        answers += [(mistake.id, answer) for mistake in exercise.mistakes for answer in mistake.answers]
        for name, answer in answers:
            answer = answer() if values else answer
            warm.append((min(seconds(exercise, answer) for _ in range(3)), exercise.id, name))
    for title, times in (("cold", cold), ("warm", warm)):
        times.sort(reverse=True)
        print(f"{title}: {len(times)} checks, {sum(t > LIMIT for t, _, _ in times)} over {LIMIT} s")
        for taken, id, name in times[:SLOWEST]:
            print(f"  {1000 * taken:6.0f} ms  {id} {name}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.environ["OPTIMLAB_PROGRESS"] = os.path.join(folder, "progress.json")
        main()
