"""The questions that the lessons ask, one file a lesson: so a notebook shows a question and not its answer.

>>> find("02.kappa").answer
6908
"""

import difflib
import importlib
import pkgutil

from optimlab.questions.question import Question

__all__ = ["BANK", "Question", "find"]


def _collect():
    bank = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("lesson_"):
            for question in importlib.import_module(f"{__name__}.{module.name}").QUESTIONS:
                if question.id in bank or not question.id.startswith(module.name[-2:] + "."):
                    raise ValueError(f"id: {question.id!r} in {module.name} is taken, or is another lesson's")
                bank[question.id] = question
    return bank


BANK = _collect()


def find(id):
    """The question with this id. Raises ValueError, with the nearest ids, if there is none."""
    if id not in BANK:
        near = difflib.get_close_matches(str(id), BANK, n=3) or list(BANK)[:3]
        raise ValueError(f"id: there is no question {id!r}; did you mean {', '.join(near)}?")
    return BANK[id]
