"""Wrong answers made by machine: each reference broken in every place, one change at a time."""

import ast
import copy
import math

import numpy as np

from . import guard
from .judge import judge

SWAPS = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add, ast.Mult],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult, ast.Sub],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Eq: [ast.NotEq],
}


def mutants_of(source):
    """(what was changed, function source) for every single change of the function's body."""
    function = ast.parse(source).body[0]
    names = sorted(
        {
            node.id
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        | {argument.arg for argument in function.args.args}
    )
    count = sum(1 for _ in ast.walk(function))
    for place in range(count):
        for number in range(20):
            tree = copy.deepcopy(function)
            node = list(ast.walk(tree))[place]
            told = change(tree, node, number, names)
            if told is None:
                break
            if told:
                tree.body[0] = ast.Pass() if isinstance(tree.body[0], ast.Expr) else tree.body[0]
                yield (
                    f"line {getattr(node, 'lineno', '?')}: {told}",
                    ast.unparse(ast.fix_missing_locations(tree)),
                )


def change(tree, node, number, names):
    """Make change `number` of `node` in place and say what it was; "" to skip it, None after the last."""
    if isinstance(node, (ast.BinOp, ast.Compare)):
        old = node.op if isinstance(node, ast.BinOp) else node.ops[0]
        new = SWAPS.get(type(old), [])
        if number < len(new):
            if isinstance(node, ast.BinOp):
                node.op = new[number]()
            else:
                node.ops[0] = new[number]()
            return f"{type(old).__name__} became {new[number].__name__}"
        if isinstance(node, ast.BinOp) and number < len(new) + 2:
            side = ("left", "right")[number - len(new)]
            keep = getattr(node, side)
            replace(tree, node, keep)
            return f"only the {side} side of {type(old).__name__} kept"
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        values = [node.value + 1, node.value - 1, -node.value, 0.5 * node.value]
        if number >= len(values):
            return None
        old, node.value = node.value, values[number]
        return f"{old} became {node.value}" if node.value != old else ""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        others = [name for name in names if name != node.id]
        if number >= len(others):
            return None
        old, node.id = node.id, others[number]
        return f"{old} became {node.id}"
    if isinstance(node, (ast.FunctionDef, ast.For, ast.While, ast.If)):
        body = node.body[1:] if isinstance(node, ast.FunctionDef) else node.body
        if number >= len(body):
            return None
        gone = body[number]
        node.body[node.body.index(gone)] = ast.Pass()
        return f"dropped: {ast.unparse(gone).splitlines()[0]}"
    if isinstance(node, ast.UnaryOp) and number == 0:
        replace(tree, node, node.operand)
        return "sign dropped"
    if isinstance(node, ast.IfExp) and number < 2:
        replace(tree, node, (node.body, node.orelse)[number])
        return "one branch only"
    return None


def replace(tree, old, new):
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(part is old for part in value):
                value[[part is old for part in value].index(True)] = new


def built(source, name):
    """The function `name` that a source defines, with np and math at hand."""
    space = {"np": np, "math": math}
    exec(compile(source, "<mutant>", "exec"), space)
    return space[name]


def judged(exercise, seconds=1.0, every=1):
    """(what was changed, mutant, Judgement or None) for each mutant; None for one that does not come back.

    every: judge only each so many-th of them.
    """
    for told, source in list(mutants_of(exercise.solution))[::every]:
        mutant = built(source, exercise.name)
        outcome = guard.run(lambda mutant=mutant: judge(exercise, mutant), seconds=seconds)
        if outcome.failure is not None:
            raise outcome.failure
        yield told, mutant, None if outcome.timed_out else outcome.value
