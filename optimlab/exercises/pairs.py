"""Two mistakes at once.

Many mistakes are the same as a right rule that was handed another argument: to walk uphill is to be given
-lr, to leave eps out is to be given 0. Such a *twist* goes around any other wrong answer, and so every known
mistake can be tried together with each of them. A twist has the name of the mistake that it makes of the
reference.
"""

from .parts import Mistake
from .trace import Call, afresh, trace_of

# (arguments it needs, what becomes of them)
TWISTS = (
    (("lr",), lambda lr: (-lr,)),
    (("lr",), lambda lr: (1.0,)),
    (("lr",), lambda lr: (lr * lr,)),
    (("beta1", "beta2"), lambda beta1, beta2: (beta2, beta1)),
    (("beta1",), lambda beta1: (1 - beta1,)),
    (("beta2",), lambda beta2: (1 - beta2,)),
    (("alpha",), lambda alpha: (1 - alpha,)),
    (("rho",), lambda rho: (1 - rho,)),
    (("eps",), lambda eps: (0.0,)),
    (("t",), lambda t: (t + 1,)),
    (("t",), lambda t: (1,)),
    (("wd",), lambda wd: (0.0,)),
    (("wd",), lambda wd: (-wd,)),
    (("lr", "wd"), lambda lr, wd: (lr, wd / lr)),
)


def find_pair(exercise, agrees, name_of):
    """The Mistake that two known ones make together, or None.

    `agrees(answer)` says whether an answer behaves like the learner's; `name_of(traces)` is the known mistake
    that traces show, or None.
    """
    if len(exercise.parameters) < 2:
        return None  # with one number in and one out, two mistakes explain too much
    for place, (needs, change) in enumerate(TWISTS):
        if not set(needs) <= set(exercise.parameters):
            continue
        positions = [exercise.parameters.index(name) for name in needs]
        for first in exercise.mistakes:
            if agrees(twisted(first.answers[0], positions, change)):
                second = _mistake_of(exercise, place, positions, change, name_of)
                if second is not None and second is not first:
                    return _together(first, second)
    return None


def twisted(answer, positions, change):
    """`answer`, with its arguments at `positions` changed before the call."""
    answer = afresh(answer)

    def call(*arguments):
        arguments = list(arguments)
        changed = change(*(arguments[position] for position in positions))
        for position, value in zip(positions, changed, strict=True):
            arguments[position] = value
        return answer(*arguments)

    return call


def _mistake_of(exercise, place, positions, change, name_of):
    """The known mistake that a twist makes of the reference; remembered with the exercise."""
    if place not in exercise.twists:
        call = Call(twisted(exercise.reference, positions, change), exercise.parameters, exercise.returns)
        traces = [trace_of(probe.run, call) for probe in exercise.probes]
        exercise.twists[place] = name_of(traces)
    return exercise.twists[place]


def _together(first, second):
    return Mistake(
        f"{first.id}+{second.id}",
        name=f"two at once: {first.name}, and {second.name}",
        sees="Each of the two alone gives other numbers; together they give yours.",
        question=f"{first.question} And then: {second.question}",
    )
