"""What in a notebook tries to touch the checking, in words for the teacher. It decides about no points.

Found by reading, not by running, so it finds what is written plainly. That is enough: what is not found gains
nothing either.
"""

import ast
import re

from optimlab.grading.submission import checks

VERDICT = re.compile(r"\d\d\.\d+ passed|\bpassed\b")
MODULE_DICT = re.compile(r"__dict__|vars\(|sys\.modules|globals\(|builtins")
OURS = ("check", "ready", "points")
STRONG = {
    "_exit": "calls os._exit", "fork": "forks", "forkpty": "forks", "system": "runs a command of the system",
    "kill": "ends processes", "killpg": "ends processes",
}
MODULES = {
    "threading": "starts threads", "_thread": "starts threads", "multiprocessing": "starts processes",
    "concurrent": "starts threads or processes", "subprocess": "starts processes",
    "ctypes": "calls into C", "gc": "looks through the interpreter's memory",
    "socket": "reaches for the network", "urllib": "reaches for the network",
    "requests": "reaches for the network", "faulthandler": "reaches into the interpreter",
}


def signs(submission, exercises) -> list[str]:
    """One sentence for each sign, with the number of its cell."""
    found = []
    for cell in submission.cells:
        if cell.tree is not None:
            found += [f"cell {cell.number} {what}" for what in _Reader(cell.tree).found]
        if cell.exercise in exercises:
            found += [f"cell {cell.number}: {what}" for what in _check_cell(cell, exercises[cell.exercise],
                                                                           submission)]
    return list(dict.fromkeys(found))


def prepared(submission, id) -> bool:
    """Whether the stored output of an exercise says that it has passed."""
    for cell in submission.cells:
        if cell.exercise == id or any(check.id == id for check in checks(cell)):
            for output in cell.outputs:
                if f"{id} passed" in str(output):
                    return True
    return False


def _check_cell(cell, exercise, submission):
    if cell.tree is None:
        return
    mine = [check for one in submission.cells for check in checks(one) if check.id == exercise.id
            and (one is cell or check.text.startswith("points"))]
    if not mine:
        yield f"the check of {exercise.id} was taken out or changed"
    elif all(check.name is None for check in mine):
        yield f"the check of {exercise.id} was changed: {mine[0].text[:80]}"


class _Reader(ast.NodeVisitor):
    def __init__(self, tree):
        self.found, self.alias = [], {"np": "numpy", "numpy": "numpy", "optimlab": "optimlab"}
        self.visit(tree)

    def say(self, what):
        self.found.append(what)

    def visit_Import(self, node):
        for alias in node.names:
            self.module(alias.name, alias.asname or alias.name.split(".")[0])

    def visit_ImportFrom(self, node):
        module = node.module or ""
        self.module(module, None)
        for alias in node.names:
            name = alias.asname or alias.name
            if module.split(".")[0] in ("numpy", "optimlab"):
                self.alias[name] = module.split(".")[0]
                self.module(f"{module}.{alias.name}", name)
            elif name in OURS:
                self.say(f"replaces {name}")
            elif alias.name in STRONG:
                self.say(STRONG[alias.name])

    def module(self, name, bound):
        parts = name.split(".")
        if parts[0] in ("numpy", "optimlab") and bound:
            self.alias[bound] = parts[0]
        if parts[0] in MODULES:
            self.say(MODULES[parts[0]])
        if parts[:2] == ["optimlab", "exercises"] and len(parts) > 2 and (
                parts[2].startswith("lesson_") or parts[2] in ("REGISTRY", "checking", "registry", "judge")):
            self.say("reads the references of the exercises")
        if parts[:2] == ["optimlab", "grading"] and bound and parts[2:] != ["points"]:
            self.say("reaches for the grading")

    def visit_FunctionDef(self, node):
        if node.name in OURS:
            self.say(f"replaces {node.name}")
        self.generic_visit(node)

    def visit_Assign(self, node):
        for target in node.targets:
            self.target(target)
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        self.target(node.target)
        self.generic_visit(node)

    visit_AnnAssign = visit_AugAssign

    def target(self, target):
        if isinstance(target, ast.Name) and target.id in OURS:
            self.say(f"replaces {target.id}")
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self.target(part)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            self.patched(target)

    def visit_Delete(self, node):
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                self.patched(target)

    def patched(self, target):
        root, text = target, ast.unparse(target)
        while isinstance(root, ast.Attribute | ast.Subscript | ast.Call):
            root = root.func if isinstance(root, ast.Call) else root.value
        if isinstance(root, ast.Name) and self.alias.get(root.id) and not isinstance(target, ast.Subscript):
            self.say(f"changes {self.alias[root.id]} ({text[:60]})")
        elif isinstance(target, ast.Subscript) and MODULE_DICT.search(text):
            self.say(f"changes what modules hold ({text[:60]})")
        elif isinstance(root, ast.Name) and root.id in ("builtins", "__builtins__"):
            self.say(f"changes Python itself ({text[:60]})")

    def visit_Call(self, node):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [part.value for argument in [*node.args, *(k.value for k in node.keywords)]
                 for part in ast.walk(argument)
                 if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        first = node.args[0] if node.args else None
        if name in STRONG and isinstance(node.func, ast.Attribute):
            self.say(STRONG[name])
        elif name in ("setattr", "delattr") and isinstance(first, ast.Name) and first.id in self.alias:
            self.say(f"changes {self.alias[first.id]} ({ast.unparse(node)[:60]})")
        elif name in ("print", "display", "HTML", "Markdown", "write") and any(map(VERDICT.search, texts)):
            self.say("prints a verdict")
        elif name in ("getsource", "getsourcelines", "getsourcefile", "getfile"):
            self.say("reads source code of functions")
        elif name in ("exec", "eval", "__import__", "compile") and isinstance(node.func, ast.Name):
            self.say(f"runs text as code ({name})")
        elif name in ("record_check", "record_solution", "record_hint"):
            self.say("writes the progress file")
        self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            if "OPTIMLAB_PROGRESS" in node.value or re.search(r"progress\w*\.json", node.value):
                self.say("touches the progress file")
            elif re.search(r"exercises[/\\]+lesson_|lesson_\d\d\.py", node.value):
                self.say("reads the references of the exercises")

    def visit_Attribute(self, node):
        if node.attr in ("reference", "known_traces"):
            self.say("reads the references of the exercises")
        elif node.attr in ("_getframe", "settrace", "setprofile", "_current_frames", "addaudithook"):
            self.say(f"reaches into the interpreter ({node.attr})")
        elif node.attr == "REGISTRY":
            self.say("reads the references of the exercises")
        self.generic_visit(node)
