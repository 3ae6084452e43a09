"""What an exercise is made of. A lesson's file reads like a list:

@exercise("04.1", "One step with momentum", returns=("w", "velocity"), hints=(...))
def momentum_step(w, grad, velocity, lr, momentum):
    '''Docstring: what the learner reads in the stub.'''
    ...the reference: its source is the solution

@momentum_step.probe("two runs of five steps")
def _(step):
    ...calls step and yields Seen(where, quantity, value)

@momentum_step.mistake("GD-SIGN", name=..., sees=..., question=...)
def _(w, grad, velocity, lr, momentum):
    ...a real wrong answer

@momentum_step.convention("...")
def _(w, grad, velocity, lr, momentum):
    ...a right answer under another name
"""

import ast
import inspect
import textwrap
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .trace import Call, afresh, trace_of

RUNGS = 4


@dataclass(frozen=True)
class Habit:
    """Something an answer does beside its numbers; the words for it when an exercise has none of its own."""

    name: str
    sees: str
    question: str


HABITS = {
    "GD-INPLACE": Habit(
        name="it changes an array that it was given",
        sees="The returned numbers are right, but after the call the caller's own array is different.",
        question="Which line writes into an argument instead of making a new array? (`a -= b` and `a[:] = b` "
        "do.)",
    ),
    "GD-ALIAS": Habit(
        name="the returned array shares its memory with an argument",
        sees="The numbers are right now. When the caller changes one array, the other changes too.",
        question="Which of the returned arrays was never computed anew, only handed on?",
    ),
    "MOM-CLASSVAR": Habit(
        name="it remembers something between calls",
        sees="The same arguments give another result the second time.",
        question="What lives longer than one call here: a default argument, a global, an attribute, a random "
        "number?",
    ),
}


@dataclass
class Mistake:
    """A wrong answer that we know. `answers` are runnable; the first is the plainest.

    `habit` is an id of HABITS if this is that habit under an id and in words of the exercise's own.
    """

    id: str
    name: str
    sees: str
    question: str
    habit: str = ""
    answers: list = field(default_factory=list)


@dataclass
class Convention:
    """A right answer that another book writes differently."""

    name: str
    answer: object
    text: str = ""


@dataclass(frozen=True)
class Probe:
    """`run(call)` yields Seen. In a lenient probe an answer may raise: that is told, not failed."""

    title: str
    run: object
    lenient: bool = False


class Exercise:
    """Everything about one exercise in one place."""

    def __init__(
        self, id, title, reference, returns, hints, is_value=False, after="", optional=False, start=None
    ):
        self.id, self.title, self.reference = id, title, reference
        self.returns, self.hints, self.is_value = returns, tuple(hints), is_value
        self.after, self.optional, self.start = after, optional, start
        self.probes, self.mistakes, self.conventions = [], [], []
        self._traces, self.twists = {}, {}

    def __repr__(self):
        return f"Exercise({self.id!r}, {self.title!r})"

    @property
    def lesson(self):
        return self.id.split(".")[0]

    @property
    def name(self):
        return self.reference.__name__

    @property
    def parameters(self):
        return list(inspect.signature(self.reference).parameters)

    @property
    def asked(self):
        """The names of the arguments of the learner's function; a form may ask for others."""
        return self.parameters

    def adapted(self, answer):
        """The learner's function as one that takes and returns what the reference does."""
        return answer

    # Building: used as decorators in a lesson's file.

    def probe(self, title, lenient=False):
        def add(run):
            self.probes.append(Probe(title, run, lenient))
            return run

        return add

    def mistake(self, id, name="", sees="", question="", habit=""):
        """Add a wrong answer; another one under an id that is there already is a variant of it."""

        def add(answer):
            known = self.find_mistake(id)
            if known is None:
                words = HABITS.get(id, Habit("", "", ""))
                known = Mistake(id, name or words.name, sees or words.sees, question or words.question, habit)
                self.mistakes.append(known)
            known.answers.append(answer)
            return answer

        return add

    def convention(self, name, text=""):
        def add(answer):
            self.conventions.append(Convention(name, answer, text))
            return answer

        return add

    def find_mistake(self, id):
        return next((mistake for mistake in self.mistakes if mistake.id == id), None)

    # Texts: what the learner gets to see of the reference.

    @cached_property
    def _source(self):
        lines = textwrap.dedent(inspect.getsource(self.reference)).splitlines()
        return lines, ast.parse("\n".join(lines)).body[0]

    @property
    def solution(self):
        """Source of the reference, under the function's name."""
        lines, node = self._source
        return "\n".join(lines[node.lineno - 1 : node.end_lineno]) + "\n"

    @property
    def stub(self):
        """Signature and docstring of the reference, and three dots where the learner writes; or the start."""
        if self.start is not None:
            return textwrap.dedent(inspect.getsource(self.start))
        lines, node = self._source
        if self.is_value:
            asked = [f"# {line}".rstrip() for line in inspect.getdoc(self.reference).splitlines()]
            return "\n".join([*asked, f"{self.name} = ..."]) + "\n"
        return "\n".join([*lines[node.lineno - 1 : node.body[0].end_lineno], "    ..."]) + "\n"

    @cached_property
    def starts(self):
        """The start as its own file compiles it, and as a notebook does, with NumPy from another cell."""
        if self.start is None:
            return ()
        space = {}
        exec(self.stub, space)
        return self.start, space[self.name]

    # Running.

    def run(self, answer):
        """Run every probe on `answer`; return (traces, habits)."""
        call = Call(answer, self.parameters, self.returns)
        traces = [trace_of(probe.run, call) for probe in self.probes]
        call.replay()
        return traces, call.habits

    def known_traces(self, answer):
        """The traces of the reference, a mistake or a convention, remembered."""
        if answer not in self._traces:
            self._traces[answer] = _Traces(self, afresh(answer))
        return self._traces[answer]


class _Traces:
    """A sequence of traces, one for each probe, that runs a probe when its trace is first asked for."""

    def __init__(self, exercise, answer):
        self.exercise, self.answer, self.known = exercise, answer, {}

    def __len__(self):
        return len(self.exercise.probes)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index not in self.known:
            call = Call(self.answer, self.exercise.parameters, self.exercise.returns)
            self.known[index] = trace_of(self.exercise.probes[index].run, call)
        return self.known[index]


def exercise(id, title, returns, hints, after="", optional=False, start=None):
    """Decorator that turns a reference function into an Exercise.

    `returns` names what comes back (see `trace.Call`), `hints` are four rungs: where to look, the idea, the
    form, a worked twin. `after` is said on passing. Nobody has to do an `optional` one to go on. `start` is a
    function that does not work yet, where the learner mends one instead of writing one.
    """
    _check_hints(id, hints)

    def build(reference):
        return Exercise(id, title, reference, returns, hints, after=after, optional=optional, start=start)

    return build


def value_exercise(id, title, hints, returns="answer", after="", exact=True):
    """Decorator for an exercise whose answer is a value: the reference takes no arguments and returns it.

    The value has to equal the reference's; with exact=False the lesson adds its own probes, which call their
    argument without arguments, and only what they see has to be equal.
    """
    _check_hints(id, hints)

    def build(reference):
        made = Exercise(id, title, reference, returns, hints, is_value=True, after=after)
        if exact:
            made.probe("the answer")(_probe_value(returns))
        return made

    return build


def _probe_value(returns):
    from .trace import Seen

    def probe(answer):
        value = answer()
        names = returns if isinstance(returns, (tuple, list)) else [returns]
        values = value if isinstance(returns, (tuple, list)) else [value]
        for name, part in zip(names, values, strict=True):
            yield Seen("", name, part.strip().upper() if isinstance(part, str) else part, secret=True)

    return probe


def _check_hints(id, hints):
    if len(hints) != RUNGS:
        raise ValueError(
            f"exercise {id} has {len(hints)} hints, expected {RUNGS}: look, idea, form, worked twin"
        )


def scale_of(*values):
    """The largest finite absolute value among arrays, 0 if there is none."""
    largest = 0.0
    for value in values:
        if isinstance(value, np.ndarray) and value.size and value.dtype.kind in "biufc":
            size = np.abs(value)
            size = size[np.isfinite(size)]
            largest = max(largest, float(size.max())) if size.size else largest
    return largest
