"""Before anything runs: is this the function that was asked for, and has its body been written?"""

import inspect

import numpy as np


def refusal(registry, exercise, answer):
    """One sentence saying why `answer` cannot be checked at all, or None."""
    name = exercise.name
    if exercise.is_value:
        return _value_refusal(exercise, answer)
    if isinstance(answer, str):
        call = f'check("{exercise.id}", {name})'
        return f"{_quoted(answer)} is text: pass the function itself, without quotes: {call}"
    if isinstance(answer, type):
        return f"{answer.__name__} is a class: pass a function, {_signature(exercise)}"
    if answer is None:
        return f"this is None: pass the function itself, without calling it: {name}"
    if isinstance(answer, (tuple, list, dict, np.ndarray)):
        what = "an array" if isinstance(answer, np.ndarray) else f"a {type(answer).__name__}"
        whole = "pass the function itself, without parentheses"
        return f"this is {what}, the result of a call perhaps: {whole}: {name}"
    if isinstance(answer, (bool, int, float, complex, np.number)):
        return f"this is a number: pass the function itself, without parentheses: {name}"
    if not callable(answer):
        return f"this is of type {type(answer).__name__}: pass the function {name}"
    return _other_exercise(registry, exercise, answer) or _signature_refusal(exercise, answer)


def _value_refusal(exercise, answer):
    if callable(answer):
        return f"this is a function or class: pass the value, {exercise.name}"
    return None


def _other_exercise(registry, exercise, answer):
    own_name = getattr(answer, "__name__", "")
    names = _parameter_names(answer)
    for other in registry.values():
        if other is exercise or other.is_value:
            continue
        if own_name == other.name and own_name != exercise.name:
            return f"this looks like the function of {other.id}, {other.name}: pass {exercise.name}"
    for other in registry.values():
        same = names == other.asked and names != exercise.asked
        if other is not exercise and not other.is_value and same and own_name != exercise.name:
            return f"this looks like the function of {other.id}, {other.name}: pass {exercise.name}"
    return None


def _signature_refusal(exercise, answer):
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):
        return None
    asked = exercise.asked
    names = _parameter_names(answer)
    if names == exercise.parameters != asked:
        told = f"({', '.join(names)}) are those of another edition; this one asks for ({', '.join(asked)})"
        return f"its arguments {told}"
    try:
        signature.bind(*asked)
    except TypeError:
        return f"its arguments are ({', '.join(names)}), the exercise asks for ({', '.join(asked)})"
    if names[: len(asked)] != asked and sorted(names[: len(asked)]) == sorted(asked):
        order = f"({', '.join(names)}): the exercise asks for ({', '.join(asked)})"
        return f"its arguments are in another order, {order}"
    return None


def _parameter_names(answer):
    try:
        return list(inspect.signature(answer).parameters)
    except (TypeError, ValueError):
        return []


def _signature(exercise):
    return f"{exercise.name}({', '.join(exercise.asked)})"


def _quoted(text):
    return '"' + (text if len(text) <= 40 else text[:37] + "...") + '"'


EMPTY_BODIES = (
    "...",
    "pass",
    "return",
    "return ...",
    "raise NotImplementedError",
    "raise NotImplementedError('')",
)


def is_unwritten(answer, starts=()):
    """True if the body is still the stub's, judged from the bytecode and not from what it returns.

    starts: the function that the learner began with, where it is not an empty one, as it may be compiled.

    >>> is_unwritten(lambda: None), is_unwritten(lambda: 1)
    (True, False)
    """
    if answer is ... or answer is None:
        return True
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    if any(_same_text(code, start.__code__) for start in starts):
        return True
    plain = {None, Ellipsis, getattr(answer, "__doc__", None)}
    raises = "NotImplementedError" in code.co_names
    if not raises and not all(_is_one_of(constant, plain) for constant in code.co_consts):
        return False
    return any(_same_code(code, empty) for empty in _empty_codes(code))


def _same_text(code, other):
    """The same code, wherever it stands and whatever its docstring says."""
    if code.co_code != other.co_code or code.co_names != other.co_names:
        return False
    mine, others = (
        [constant for constant in each.co_consts if constant is not None and not _is_prose(constant)]
        for each in (code, other)
    )
    return len(mine) == len(others) and all(
        _same_text(a, b) if hasattr(a, "co_code") and hasattr(b, "co_code") else type(a) is type(b) and a == b
        for a, b in zip(mine, others, strict=True)
    )


def _is_prose(constant):
    return isinstance(constant, str) and " " in constant


def _same_code(code, empty):
    return code.co_code == empty.co_code and code.co_names == empty.co_names


def _is_one_of(constant, values):
    return any(constant is value or (isinstance(constant, str) and constant == value) for value in values)


def _empty_codes(like):
    """Empty functions as this interpreter compiles them, with and without a docstring."""
    for body in EMPTY_BODIES:
        for doc in ("", "'doc'; "):
            space = {}
            exec(f"def empty():\n    {doc}{body}\n", space)
            yield space["empty"].__code__
