"""check, hint, solution, ready: what a notebook calls."""

from dataclasses import replace

from .. import progress
from . import editions, guard
from .judge import judge
from .parts import RUNGS
from .recognise import is_unwritten, refusal
from .registry import REGISTRY
from .trace import Stop
from .verdict import Note, Verdict, shown

TRIES_BEFORE_SOLUTION = 3
FAILED = ("mistake", "wrong", "error")
PLAINLY = {  # words of NumPy's that do not say what to do: a sentence that does
    "bitwise_xor": "In Python a power is written **, and ^ is something else.",
    "truth value of an array": "max and if want one truth value. np.maximum and np.where go entry by entry.",
}
_MISSING = object()


def check(id, answer=_MISSING, edition=None):
    """Compare your answer with the exercise and say what came out, as a Verdict.

    Pass the function itself, not its name and not its result. A check never raises, comes back after five
    seconds at the latest, and never changes what it was given. `edition` is what your course's notebooks say,
    such as "class-7": the exercises of an edition are asked in a form of their own.

    >>> check("04.9", abs)
    04.9 error: there is no such exercise; lesson 04 has 04.1 to 04.6
    """
    try:
        registry = registry_of(edition)
    except ValueError as error:
        return _error(_id_text(id), str(error))
    try:
        verdict, counts = _checked(id, answer, registry)
    except Exception as fault:
        return _our_fault(id, fault)
    if not counts:
        return verdict
    try:
        said = verdict.text.split("\n")[0]
        repeated = progress.record_check(verdict.exercise, verdict.status, verdict.mistake, said)
    except Exception:
        return verdict
    if verdict.status in FAILED and repeated and repeated >= 2:
        line = f"The same twice. {_offer(verdict.exercise)}"
        return replace(verdict, text=f"{verdict.text}\n{line}")
    return verdict


def judged_only(id, answer, edition=None):
    """The Verdict of `check`, which nothing is recorded of."""
    try:
        return _checked(id, answer, registry_of(edition))[0]
    except Exception as fault:
        return _our_fault(id, fault)


def _offer(id):
    """The line that offers the next hint, or the solution after the last one."""
    opened = progress.hints(id)
    if opened < RUNGS:
        return f'For hint {opened + 1} of {RUNGS}: hint("{id}")'
    return f'All hints again: hint("{id}", 1) to hint("{id}", {RUNGS}). The solution: solution("{id}")'


def ready(id, answer=_MISSING, edition=None):
    """Your function once it passes, ours until then, so that the cells below run either way.

    What an edition asks in another form comes back in the form of the published task.
    """
    registry = registry_of(edition)
    exercise = registry[id]
    try:
        if _checked(id, answer, registry)[0].passed:
            return exercise.adapted(answer)
    except Exception:
        pass
    return exercise.reference() if exercise.is_value else exercise.reference


def registry_of(edition=None):
    """All exercises by id, in the form that an edition gives them. ValueError for what is no edition."""
    if edition is None:
        return REGISTRY
    return editions.edition(edition).registry


def hint(id, rung=None):
    """The next of four hints: where to look, the idea, the form, a worked twin.

    With a number from 1 to 4, one that has been opened again; once the exercise is passed, all four.
    """
    exercise = _find(id)
    if exercise is None:
        return Note(f"{_id_text(id)}: {no_such(id)}")
    id, opened = exercise.id, progress.hints(exercise.id)
    if progress.passed(id) and rung is None:
        return Note("\n".join([f"The {RUNGS} hints for {id}", *map(_numbered, range(RUNGS), exercise.hints)]))
    if rung is None:
        rung = min(opened + 1, RUNGS)
    elif rung not in range(1, RUNGS + 1):
        return Note(f"{id}: rung={rung!r} is none of the hints, which are numbered 1 to {RUNGS}")
    elif rung > opened + 1 and not progress.passed(id):
        return Note(f'{id}: hint {rung} comes after hint {opened + 1}. The next one: hint("{id}")')
    progress.record_hint(id, int(rung))
    last = rung == RUNGS and not progress.passed(id)
    left = f'\nThat was the last one. After three tries: solution("{id}")' if last else ""
    return Note(f"Hint {rung} of {RUNGS} for {id}\n{exercise.hints[rung - 1]}{left}")


def _numbered(index, text):
    return f"{index + 1}. {text}"


def solution(id, sure=False):
    """Our solution: after you have passed, or after three tries if you say that you are sure."""
    exercise = _find(id)
    if exercise is None:
        return Note(f"{_id_text(id)}: {no_such(id)}")
    id = exercise.id
    closed = solution_is_closed(id)
    if closed:
        return Note(closed)
    if not progress.passed(id):
        if not sure:
            return Note(
                f"{id}: you can read the solution now. Once you have, you cannot find it yourself any more.\n"
                f'To read it: solution("{id}", sure=True)\nTo try with a hint: hint("{id}")'
            )
        progress.record_solution(id)
    return Note(f"Solution of {id}, {exercise.title}", code=exercise.solution)


def solution_is_closed(id):
    """The sentence that says when the solution of an exercise opens; "" if it is open."""
    left = TRIES_BEFORE_SOLUTION - progress.attempts(id)
    if progress.passed(id) or left <= 0:
        return ""
    tries = "one more try" if left == 1 else f"{left} more tries"
    return f'{id}: the solution opens after {tries}. Until then: hint("{id}")'


def _checked(id, answer, registry=REGISTRY):
    """The verdict, and whether it counts as a try."""
    exercise = _find(id, registry)
    if exercise is None:
        return _error(_id_text(id), no_such(id)), False
    if answer is _MISSING:
        return _error(exercise.id, f'what shall be checked? check("{exercise.id}", {exercise.name})'), False
    if guard.inside():
        return _error(
            exercise.id, "check was called inside a function that is being checked; call it after it"
        ), False
    outcome = guard.run(lambda: _examined(exercise, answer, registry))
    if outcome.failure is not None:
        return _our_fault(exercise.id, outcome.failure), False
    if outcome.timed_out:
        return _too_slow(exercise, outcome), True
    found = outcome.value
    if isinstance(found, Verdict):
        return found, False
    return verdict_of(exercise, found, outcome.printed), True


def _examined(exercise, answer, registry):
    """In the guarded thread: a Verdict if there is nothing to run, else a Judgement."""
    unwritten = is_unwritten(answer, exercise.starts)
    if unwritten and (exercise.is_value or callable(answer)):
        return Verdict(exercise.id, "not attempted", f"{exercise.id} not attempted")
    sentence = refusal(registry, exercise, answer)
    if sentence is not None:
        return _error(exercise.id, sentence)
    return judge(exercise, (lambda: answer) if exercise.is_value else answer)


def verdict_of(exercise, found, printed=""):
    """What a Judgement says to the learner, as a Verdict."""
    id, lines = exercise.id, []
    if found.status == "passed":
        first = f"{id} passed"
        lines += _tried(exercise) + list(found.remarks) + [exercise.after]
    elif found.status == "passed with another convention":
        first = f"{id} passed with another convention: {found.convention.name}"
        lines += [found.convention.text] + list(found.remarks)
    elif found.status == "mistake":
        first = f"{id} mistake: {found.mistake.name}"
        lines += _evidence(exercise, found) + [
            f"What you see: {found.mistake.sees}",
            f"Question: {found.mistake.question}",
        ]
    elif found.status == "wrong":
        first = f"{id} wrong: {_where(exercise, found.difference)}"
        lines += _evidence(exercise, found)
    else:
        first = f"{id} error: {_stopped(found.difference.stop)}"
        lines += _evidence(exercise, found)
    if printed.strip():
        lines += [
            "While it was tried it printed:",
            *(f"    {line[:120]}" for line in printed.strip().splitlines()[:4]),
        ]
    if hasattr(exercise, "edition") and found.status in ("mistake", "wrong"):
        lines.append("Names and numbers here are those of the published task: yours were turned into them.")
    mistake = found.mistake.id if found.mistake else None
    convention = found.convention.name if found.convention else None
    text = "\n".join([first, *(line for line in lines if line)])
    return Verdict(id, found.status, text, mistake, convention, (exercise, found))


def _tried(exercise):
    return [f"Tried: {'; '.join(probe.title for probe in exercise.probes)}."]


def _where(exercise, difference):
    entry = difference.expected or difference.got
    if entry is None:
        return "it ends too early"
    place = _place(exercise, difference, entry)
    return (
        f"{entry.quantity} is the first to differ, {place}" if place else f"{entry.quantity} is another one"
    )


def _place(exercise, difference, entry):
    extra = exercise.probes[difference.probe].title if difference.probe > 0 else ""
    return ", ".join(part for part in (extra, entry.where) if part)


def _stopped(stop: Stop):
    if stop.kind == "returns":
        return f"it {stop.message}"
    if stop.kind == "endless":
        return "its loop does not end"
    return f"it raises {stop.kind}"


def _evidence(exercise, found):
    lines, difference, habits = [], found.difference, found.habits
    if difference is not None and difference.stop is not None and difference.stop.kind != "returns":
        stop = difference.stop
        named = found.status == "error" or stop.kind == "endless"
        lines += [stop.message if named else f"{stop.kind}: {stop.message}", stop.line]
        lines += [sentence for words, sentence in PLAINLY.items() if words in stop.message]
    elif difference is not None and difference.expected is not None and difference.got is not None:
        if found.clue is not None:
            lines += _got_and_expected(exercise, found.clue, None)
        lines += _got_and_expected(exercise, difference, found.ratio)
    if difference is not None and difference.stop is not None:
        lines.append(_how_far(exercise, found))
    if habits is not None and habits.changed:
        lines.append(f"After the call {_and(habits.changed)} had been changed.")
    elif habits is not None and habits.shared and not (difference and difference.stop):
        lines.append(f"What it returns shares memory with {_and(habits.shared)}.")
    return lines


def _how_far(exercise, found):
    """Where an answer stopped, and whether it had given anything before."""
    probe, stop = found.difference.probe, found.difference.stop
    wanted = exercise.known_traces(exercise.reference)[probe].judged
    done = len(found.traces[probe].judged)
    place = _place(exercise, found.difference, wanted[done]) if done < len(wanted) else ""
    at_once = (probe, done) == (0, 0)
    if not place or (at_once and stop.kind == "returns"):
        return ""
    return f"That is at: {place}.{'' if at_once else ' Up to there it agrees.'}"


def _got_and_expected(exercise, difference, ratio):
    got, expected = difference.got, difference.expected
    if expected.secret:
        return [f"    yours    {shown(got.value)}"]
    place = _place(exercise, difference, expected)
    lines = [f"{place + ': ' if place else ''}{expected.quantity}"]
    if expected.quantity.startswith("the shape of"):
        return [*lines, f"    yours    {_as_shape(got.value)}", f"    expected {_as_shape(expected.value)}"]
    shape, wanted = (getattr(entry.value, "shape", None) for entry in (got, expected))
    if shape != wanted and None not in (shape, wanted):
        lines.append(f"    yours has shape {shape}, expected {wanted}")
    lines.append(f"    yours    {shown(got.value, expected.value)}")
    lines.append(f"    expected {shown(expected.value, got.value)}")
    if ratio is not None:
        moves = "each move is" if expected.start is not None else "each number is"
        lines.append(f"    {moves} {ratio:.4g} times the expected one")
    return lines


def _as_shape(value):
    return str(tuple(value.tolist())) if hasattr(value, "tolist") else str(value)


def _and(names):
    return " and ".join(names)


def _too_slow(exercise, outcome):
    lines = [f"{exercise.id} error: it had not come back after five seconds"]
    lines.append("Is there a loop whose condition never becomes false?")
    return Verdict(exercise.id, "error", "\n".join(lines))


def _error(id, sentence):
    return Verdict(id, "error", f"{id} error: {sentence}")


def _our_fault(id, fault):
    id = _id_text(id)
    text = f"{id} error: the check itself failed; that is our fault, not yours, and it does not count"
    return Verdict(id, "error", f"{text}\n{type(fault).__name__}: {fault}")


def _find(id, registry=REGISTRY):
    return registry.get(id) if isinstance(id, str) else None


def _id_text(id):
    return id if isinstance(id, str) and len(id) <= 12 else "check"


def no_such(id):
    """The sentence for an id that no exercise has."""
    if callable(id):
        return 'the id comes first and is text: check("04.1", momentum_step)'
    if not isinstance(id, str):
        return 'an id is text, in quotes: check("04.1", momentum_step)'
    lesson = id.split(".")[0].zfill(2)
    own = [known for known in REGISTRY if known.split(".")[0] == lesson]
    if own:
        return f"there is no such exercise; lesson {lesson} has {own[0]} to {own[-1]}"
    lessons = sorted({known.split(".")[0] for known in REGISTRY})
    return f"there is no such exercise; there are some in the lessons {', '.join(lessons)}"
