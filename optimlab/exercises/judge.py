"""What an answer is: equal to the reference, to a convention, to a known mistake, or wrong."""

from dataclasses import dataclass

import numpy as np

from .pairs import find_pair
from .parts import HABITS, scale_of
from .trace import AnswerStopped, Call, Seen, Stop, afresh

RTOL = {"float64": 1e-9, "float32": 1e-5, "float16": 1e-2}


@dataclass(frozen=True)
class Difference:
    """The first place where two traces differ: what was got and expected there, or why the answer stopped."""

    probe: int
    got: Seen | None = None
    expected: Seen | None = None
    stop: Stop | None = None


@dataclass
class Judgement:
    status: str
    mistake: object = None
    convention: object = None
    difference: Difference | None = None
    ratio: float | None = None
    clue: Difference | None = None
    habits: object = None
    remarks: tuple = ()
    traces: list = ()


def judge(exercise, answer):
    """Run `answer` through the exercise's probes and say what it is."""
    mine, habits = exercise.run(afresh(answer))
    judgement = _judged(exercise, mine, habits)
    judgement.traces = mine
    return judgement


def _judged(exercise, mine, habits):
    reference = exercise.known_traces(exercise.reference)
    lenient = [probe.lenient for probe in exercise.probes]
    remarks = tuple(
        f"It stops with {trace.stop.kind} in the extra trial with {probe.title}; that is not counted."
        for probe, trace in zip(exercise.probes, mine, strict=True)
        if probe.lenient and trace.stop is not None and trace.stop.kind != "returns"
    )
    if habits.remembers:
        return Judgement("mistake", mistake=_habit(exercise, "MOM-CLASSVAR"), habits=habits)
    difference = first_difference(mine, reference, lenient)
    if habits.changed and difference is not None and _refused_to_cast(difference.stop):
        # Where it cannot write there are no numbers of it to judge; those of the other trials are.
        lenient = [extra or _refused_to_cast(trace.stop) for extra, trace in zip(lenient, mine, strict=True)]
        difference = first_difference(mine, reference, lenient)
    noticed = "GD-INPLACE" if habits.changed else "GD-ALIAS" if habits.shared else None
    if difference is None:
        if noticed:
            return Judgement("mistake", mistake=_habit(exercise, noticed), habits=habits)
        return Judgement("passed", habits=habits, remarks=remarks)
    for convention in exercise.conventions:
        if first_difference(mine, exercise.known_traces(convention.answer), lenient) is None:
            if noticed:
                return Judgement("mistake", mistake=_habit(exercise, noticed), habits=habits)
            return Judgement(
                "passed with another convention",
                convention=convention,
                difference=difference,
                remarks=remarks,
            )
    told = dict(
        difference=difference,
        habits=habits,
        ratio=_constant_ratio(mine, reference, difference),
        clue=_earlier_clue(mine[difference.probe], reference[difference.probe], difference.probe),
    )
    mistake = _known_mistake(exercise, mine, difference.probe, lenient)
    if mistake is None and difference.stop is None and not exercise.is_value:
        mistake = _pair(exercise, mine, difference.probe, lenient)
    if habits.changed and habits.shared and _is_cut_off(exercise, mistake, difference):
        mistake = _habit(exercise, "GD-INPLACE")
    if mistake is not None:
        return Judgement("mistake", mistake=mistake, **told)
    return Judgement("wrong" if difference.stop is None else "error", **told)


def _known_mistake(exercise, traces, probe, lenient):
    """The mistake of the bank that behaves like `traces`, which first differ in that probe; or None."""
    reference = exercise.known_traces(exercise.reference)
    for mistake in exercise.mistakes:
        for wrong in mistake.answers:
            if _is_mistake(traces, exercise.known_traces(wrong), reference, probe, lenient):
                return mistake
    return None


def _pair(exercise, mine, probe, lenient):
    def agrees(answer):
        return _follows(exercise, answer, mine[probe], probe)

    def name_of(traces):
        reference = exercise.known_traces(exercise.reference)
        difference = first_difference(traces, reference, lenient)
        return difference and _known_mistake(exercise, traces, difference.probe, lenient)

    return find_pair(exercise, agrees, name_of)


def _follows(exercise, answer, mine, probe):
    """True if `answer` does in one probe what `mine` did; given up at the first value that differs."""
    entries = iter(mine.judged)
    call = Call(answer, exercise.parameters, exercise.returns)
    try:
        for got in exercise.probes[probe].run(call):
            if got.clue:
                continue
            own = next(entries, None)
            if own is None or (own.where, own.quantity) != (got.where, got.quantity):
                return False
            if not _equal(own, got, mine):
                return False
    except AnswerStopped:
        return False
    return next(entries, None) is None and mine.stop is None


def _refused_to_cast(stop):
    """Whether NumPy refused to write a float into an array of whole numbers, as `w -= ...` asks it to."""
    return stop is not None and "UFuncTypeError" in f"{stop.kind} {stop.message}"


def _is_cut_off(exercise, mistake, difference):
    """Whether only whole numbers went wrong: what is written into the caller's array loses its fractions."""
    if mistake is not None:
        return mistake.id == "GD-INT"
    return "whole numbers" in exercise.probes[difference.probe].title


def agreement(exercise, judgement):
    """(trials in which an answer does what the reference does, all trials); lenient ones do not count."""
    reference = exercise.known_traces(exercise.reference)
    counted = [index for index, probe in enumerate(exercise.probes) if not probe.lenient]
    mine = judgement.traces
    same = [_difference(index, mine[index], reference[index], False) is None for index in counted]
    return sum(same), len(same)


def first_difference(mine, reference, lenient):
    """The first Difference between two lists of traces, or None."""
    for index, (one, other) in enumerate(zip(mine, reference, strict=True)):
        difference = _difference(index, one, other, lenient[index])
        if difference is not None:
            return difference
    return None


def _is_mistake(mine, wrong, reference, probe, lenient):
    """True if the mistake leaves the reference in the same probe as the answer, and in the same way."""
    for index in range(probe):
        if _difference(index, wrong[index], reference[index], lenient[index]) is not None:
            return False
    difference = _difference(probe, wrong[probe], reference[probe], lenient[probe])
    if difference is None or _difference(probe, mine[probe], wrong[probe], lenient[probe]) is not None:
        return False
    if difference.stop is None or difference.stop.kind == "endless":
        return True
    # An exception alone says little, so what the other probes saw has to agree as well.
    strict = [index for index, is_lenient in enumerate(lenient) if index > probe and not is_lenient]
    return all(_difference(index, mine[index], wrong[index], False) is None for index in strict)


def _difference(index, mine, other, lenient):
    for got, expected in zip(mine.judged, other.judged, strict=False):
        if (got.where, got.quantity) != (expected.where, expected.quantity) or not _equal(
            got, expected, other
        ):
            return Difference(index, got, expected)
    shorter = len(mine.judged) - len(other.judged)
    if lenient and mine.stop is not None and mine.stop.kind not in ("returns", "endless") and shorter < 0:
        return None
    if mine.stop is not None:
        if other.stop is not None and shorter == 0 and _same_stop(mine.stop, other.stop):
            return None
        return Difference(index, stop=mine.stop)
    if shorter == 0 and other.stop is None:
        return None
    got = mine.judged[len(other.judged)] if shorter > 0 else None
    expected = other.judged[len(mine.judged)] if shorter < 0 else None
    return Difference(index, got, expected)


def _same_stop(one, other):
    if one.kind != other.kind or (one.kind == "returns" and one.message != other.message):
        return False
    return len(one.trail) == len(other.trail) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
        for a, b in zip(one.trail, other.trail, strict=True)
    )


def _earlier_clue(mine, reference, probe):
    """The first difference, clues included, if it is a clue: it came before any judged value."""
    for got, expected in zip(mine.seen, reference.seen, strict=False):
        if (got.where, got.quantity) != (expected.where, expected.quantity):
            return None
        if not _equal(got, expected, reference):
            return Difference(probe, got, expected) if got.clue else None
    return None


def _equal(got, expected, trace):
    a, b = got.value, expected.value
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)):
        return type(a) is type(b) and a == b
    if a.shape != b.shape:
        return a.shape == (0,) and b.size == 0 and b.ndim > 1  # an empty list says nothing of its columns
    if a.size == 0:
        return True
    if a.dtype.kind == "b" and b.dtype.kind == "b":
        return bool(np.all(a == b))
    scale = scale_of(b, expected.start) or scale_of(
        *(entry.value for entry in trace.judged if entry.quantity == expected.quantity)
    )
    tolerance = max(RTOL.get(str(array.dtype), 1e-9) for array in (a, b)) * (scale or 1.0)
    with np.errstate(all="ignore"):
        close = (a == b) | (np.abs(a - b) <= tolerance) | (np.isnan(a) & np.isnan(b))
    return bool(np.all(close))


def _habit(exercise, id):
    own = next((mistake for mistake in exercise.mistakes if mistake.habit == id), None)
    return own or exercise.find_mistake(id) or _as_mistake(id)


def _as_mistake(id):
    from .parts import Mistake

    words = HABITS[id]
    return Mistake(id, words.name, words.sees, words.question)


def _constant_ratio(mine, reference, difference):
    """got / expected of what differs, if that is one number, not 0, in several places; of moves if it can."""
    got, expected = difference.got, difference.expected
    if got is None or expected is None or got.quantity != expected.quantity:
        return None
    pairs = [
        (a, b)
        for a, b in zip(mine[difference.probe].judged, reference[difference.probe].judged, strict=False)
        if a.quantity == b.quantity == got.quantity
        and _run(a) == _run(got)
        and _both_numeric(a.value, b.value)
    ]
    for moves in (True, False):
        ratios = [_ratio(a, b, moves) for a, b in pairs]
        ratios = np.concatenate(ratios) if ratios else np.array([])
        if ratios.size > 1 and np.all(np.isfinite(ratios)):
            middle = float(np.median(ratios))
            if np.ptp(ratios) <= 1e-6 * abs(middle) and middle and abs(middle - 1) > 1e-3:
                return middle
    return None


def _run(entry):
    """The part of a label before its step: "run 1" of "run 1, step 3"."""
    return entry.where.rpartition(", ")[0]


def _both_numeric(a, b):
    return (
        isinstance(a, np.ndarray)
        and isinstance(b, np.ndarray)
        and a.shape == b.shape
        and a.dtype.kind in "iuf"
    )


def _ratio(got, expected, moves):
    a, b = np.asarray(got.value, float), np.asarray(expected.value, float)
    with np.errstate(all="ignore"):
        if moves and got.start is not None and expected.start is not None:
            a, b = a - got.start, b - expected.start
        keep = np.abs(b) > 1e-9 * (scale_of(b) or 1.0)
        return (a[keep] / b[keep]).ravel()
