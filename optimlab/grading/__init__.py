"""Grading what was handed in: `optimlab grade FOLDER --csv grades.csv`.

    notebook -> submission (its answers, as text) -> room (a fresh process, where they run)
             -> judge (outside of it, with the pristine checks) -> marks -> CSV, feedback, the class's
             mistakes

Nothing that a submission does reaches the judge: only numbers pass the wall between the two (`wire`). What in
a notebook tries to is named in the report (`tampering`).
"""

_HOMES = {"Graded": "marks", "Mark": "marks", "grade_file": "grade", "grade_folder": "batch",
          "points": "marks"}

__all__ = sorted(_HOMES)


def __getattr__(name):  # the room imports this package too, and shall hold no check
    import importlib

    if name in _HOMES:
        return getattr(importlib.import_module(f"optimlab.grading.{_HOMES[name]}"), name)
    raise AttributeError(f"optimlab.grading has no {name!r}; it has {', '.join(__all__)}")
