"""The same exercise, asked in another form: arguments under another measure or order, another result.

A form is put around the learner's function, not into the checks. The probes, the mistakes and the reference
stay what they are; what a probe hands over is brought into the form, and what comes back is brought out of
it. So every mistake keeps its name in every form, and a published answer no longer fits.
"""

import ast
import contextlib
import doctest
import functools
import inspect
import io
import math
import re
import textwrap
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .parts import Exercise
from .trace import copied, same


@dataclass(frozen=True)
class Argument:
    """An argument that is handed over as another one.

    `give` is the new value as an expression of the old ones, `take` the old value of the new ones.
    """

    old: str
    new: str
    give: str
    take: str


@dataclass(frozen=True)
class Change:
    """One thing that a form changes, and the line of the task that says so.

    `returns` is (wrap, undo): the text of what is returned now, with {} or {0}, {1}, ... for what was, and
    the expression of `result` that gives back what was. With `keeps_order` the arguments stay in their order,
    where another one would undo the change.
    """

    says: str
    arguments: tuple = ()
    returns: tuple | None = None
    keeps_order: bool = False

    @property
    def touches(self):
        return {argument.old for argument in self.arguments} | ({"return"} if self.returns else set())


class Varied(Exercise):
    """An exercise in a form of its own: `changes`, and `order`, the order of its arguments.

    `asked` are the names of the arguments that the learner's function takes now.
    """

    def __init__(self, base, edition, changes, order=None):
        super().__init__(base.id, base.title, base.reference, base.returns, base.hints, base.is_value,
                         base.after, base.optional, base.start)
        self.base, self.edition, self.changes = base, edition, tuple(changes)
        self.probes, self.mistakes, self.conventions = base.probes, base.mistakes, base.conventions
        self._traces, self.twists = base._traces, base.twists
        self.arguments = {a.old: a for change in self.changes for a in change.arguments}
        self.order = list(base.parameters if order is None else order)

    @property
    def asked(self):
        return [self.arguments[name].new if name in self.arguments else name for name in self.order]

    @property
    def returning(self):
        return next((change.returns for change in self.changes if change.returns), None)

    def run(self, answer):
        return super().run(self.adapted(answer))

    def adapted(self, answer):
        """The learner's function as one that takes and returns what the reference does."""
        signature = inspect.signature(self.reference)
        takes = {new.old: _expression(new.take, self._named(self.order)) for new in self.arguments.values()}
        gives = {new.old: _expression(new.give, self.parameters) for new in self.arguments.values()}
        undo = self.returning and _expression(self.returning[1], [*self.parameters, "result"])

        @functools.wraps(answer)
        def call(*args, **kwargs):
            old = signature.bind(*args, **kwargs).arguments
            given = {name: gives[name](**old) if name in gives else old[name] for name in self.order}
            before = {name: copied(given[name]) for name in gives}
            result = answer(*given.values())
            for name in gives:
                if isinstance(old[name], np.ndarray) and not same(given[name], before[name]):
                    named = {self._new(key): value for key, value in given.items()}
                    old[name][...] = takes[name](**{**old, **named})
            if undo is None:
                return result
            try:
                return undo(**old, result=result)
            except Exception:
                return result  # nothing that the form could be taken off; the check says what it is

        return call

    def _new(self, old):
        return self.arguments[old].new if old in self.arguments else old

    def _named(self, olds):
        return list(dict.fromkeys([*self.parameters, *map(self._new, olds)]))

    # Texts

    @property
    def solution(self):
        return f"{self._head}{self._body}"

    @property
    def stub(self):
        return f"{self._head}    ...\n"

    @cached_property
    def _head(self):
        lines = [f"def {self.name}({', '.join(self.asked)}):"]
        text = inspect.getdoc(self.reference)
        examples = doctest.DocTestParser().get_examples(text)
        prose = re.sub(r"(?ms)^ *>>> .*?(?=\n\s*\n|\Z)", "", text).strip()
        told = [f"In edition {self.edition} the task is this one, with a difference:", ""]
        for change in self.says:
            told += textwrap.wrap(f"- {change}", 80, subsequent_indent="  ")
        told = "\n".join([prose, "", *told, "", *self._examples(examples)]).rstrip()
        return "\n".join([*lines, textwrap.indent(f'"""{told}\n"""', "    "), ""])

    @property
    def says(self):
        """The lines of the task that say what is different."""
        lines = [change.says for change in self.changes]
        if self.order != self.parameters:
            lines.append(f"the arguments come in this order: {', '.join(self.asked)}")
        return lines

    @cached_property
    def _body(self):
        lines, node = self.base._source
        first = node.body[1] if isinstance(node.body[0], ast.Expr) else node.body[0]
        source = "\n".join(lines)
        for value in sorted(_returned(node), key=lambda value: -value.lineno):
            source = self._wrapped(source, value)
        taken = [f"    {new.old} = {new.take}" for new in self.arguments.values()]
        body = source.splitlines()[first.lineno - 1 : node.end_lineno + source.count("\n") + 1 - len(lines)]
        return "\n".join([*taken, *body]) + "\n"

    def _wrapped(self, source, value):
        if not self.returning:
            return source
        text = ast.get_source_segment(source, value)
        wrap = self.returning[0]
        if isinstance(value, ast.Tuple):
            new = wrap.format(*(ast.get_source_segment(source, part) for part in value.elts))
        else:
            new = wrap.format(text)
        lines = source.splitlines(keepends=True)
        start = sum(map(len, lines[: value.lineno - 1])) + value.col_offset
        return source[:start] + new + source[start + len(text) :]

    def _examples(self, examples):
        """The examples of the task as they are in this form, run with its solution."""
        head = f"def {self.name}({', '.join(self.asked)}):\n"
        space = {"np": np, "math": math}
        exec(head + self._body, space)
        shown = []
        for example in examples:
            tree = ast.parse(example.source)
            calls = [node for node in ast.walk(tree) if getattr(node, "func", None) is not None
                     and getattr(node.func, "id", None) == self.name]
            shows = isinstance(tree.body[0], ast.Expr) and tree.body[0].value in calls
            if calls and (any(map(_is_packed, calls)) or (self.returning and not shows)):
                return []  # an example that goes on with the result is one of the task as it was
            source = ast.unparse(_Calls(self).visit(tree))
            first, *rest = source.splitlines()
            shown += [f">>> {first}", *(f"... {line}" for line in rest)]
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(source, "<example>", "single"), space)
            shown += printed.getvalue().splitlines()
        return shown


class _Calls(ast.NodeTransformer):
    """Brings the calls of an example into the form."""

    def __init__(self, exercise):
        self.exercise = exercise

    def visit_Call(self, node):
        self.generic_visit(node)
        one = self.exercise
        if getattr(node.func, "id", None) != one.name:
            return node
        old = dict(zip(one.parameters, node.args, strict=False))
        words = {keyword.arg: keyword.value for keyword in node.keywords}
        new, named = ast.Call(node.func, [], []), False
        for name in one.order:
            value = {**old, **words}[name]  # examples give all arguments
            if name in one.arguments:
                value = _given(one.arguments[name], {**old, **words})
            named = named or name in words
            if named:
                new.keywords.append(ast.keyword(one._new(name), value))
            else:
                new.args.append(value)
        return ast.fix_missing_locations(new)


def _is_packed(call):
    """Whether a call hands over arguments with a star, whose names nobody reads."""
    return any(isinstance(one, ast.Starred) for one in call.args) or any(k.arg is None for k in call.keywords)


def _given(argument, old):
    class Put(ast.NodeTransformer):
        def visit_Name(self, node):
            return old.get(node.id, node)

    made = Put().visit(ast.parse(argument.give, mode="eval")).body
    try:
        with np.errstate(divide="ignore"):
            number = eval(ast.unparse(made), {"np": np})
    except NameError:
        return made
    return ast.Constant(float(f"{number:.6g}")) if isinstance(number, float) else made


def _returned(function):
    """The values of the function's own return statements, not of those of functions within it."""
    todo = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]


def _expression(text, names):
    return eval(f"lambda {', '.join(f'{name}=None' for name in names)}: {text}", {"np": np})


class Lettered(Exercise):
    """A question with lettered options, in another order of its options. `letters` is the new order of them.

    Option letters[0] stands first now, as A.
    """

    asked = ()

    def __init__(self, base, edition, letters):
        super().__init__(base.id, base.title, base.reference, base.returns, base.hints, True, base.after)
        self.base, self.edition, self.letters = base, edition, letters
        self.probes, self.mistakes, self.conventions = base.probes, base.mistakes, base.conventions
        self._traces, self.twists = base._traces, base.twists
        self.says = ["the options stand in another order"]

    def run(self, answer):
        return super().run(self.adapted(answer))

    def adapted(self, answer):
        old = {chr(ord("A") + place): letter for place, letter in enumerate(self.letters)}

        def call():
            value = answer()
            return old.get(value.strip().upper(), value) if isinstance(value, str) else value

        return call

    @property
    def answer(self):
        """The right letter in this order."""
        return chr(ord("A") + self.letters.index(self.reference()))

    @property
    def stub(self):
        *_, last = found = options(self.base.stub)
        new = "".join(chr(ord("A") + place).join(found[letter].split(letter, 1))
                      for place, letter in enumerate(self.letters))
        assert last in self.letters
        return self.base.stub.replace("".join(found.values()), new)


def options(text):
    """letter -> its lines, of a question in comments that has lettered options; {} if it has none."""
    parts = re.split(r"(?m)^(?=#     [A-Z]    )", text)[1:]
    if not parts:
        return {}
    parts[-1] = re.match(r"(?s).*?\n(?=#\s*\n)", parts[-1])[0]
    return {part[6]: part for part in parts}
