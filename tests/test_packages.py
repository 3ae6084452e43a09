"""One list of packages in three files, and nothing imported that it does not bring."""

import ast
import fnmatch
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CORE = PROJECT["dependencies"]
TEST = PROJECT["optional-dependencies"]["test"]
# conda-forge's matplotlib brings a window toolkit; matplotlib-base is the same package without it.
CONDA_NAMES = {"matplotlib-base": "matplotlib"}


def wanted(lines):
    requirements = [Requirement(line) for line in lines]
    return {CONDA_NAMES.get(one.name, one.name): str(one.specifier) for one in requirements}


def test_requirements_txt_names_the_same_packages():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert wanted(line for line in lines if line and not line.startswith("#")) == wanted(CORE)


def test_environment_yml_names_the_same_packages():
    plain = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]
    named = wanted(line for line in plain if not re.match(r"(python|pip)\b", line))
    assert named == wanted(CORE)


def test_binder_gets_one_python_and_the_package_itself():
    pythons = [line for line in ENVIRONMENT["dependencies"] if str(line).startswith("python")]
    assert len(pythons) == 1
    version = re.fullmatch(r"python=(3\.\d+)", pythons[0])
    assert Requirement("python" + PROJECT["requires-python"]).specifier.contains(version[1])
    assert ENVIRONMENT["dependencies"][-1] == {"pip": ["--editable ."]}
    assert ENVIRONMENT["channels"] == ["conda-forge"]


def test_the_core_packages_are_those_a_learner_needs():
    assert set(wanted(CORE)) == {
        "numpy", "matplotlib", "ipywidgets", "anywidget", "jupyterlab", "nbval", "pytest", "cloudpickle"
    }
    assert "jupytext" in wanted(TEST)
    assert not set(wanted(CORE)) & set(wanted(TEST))


def test_no_list_of_packages_names_a_registry_host():
    for name in ("requirements.txt", "requirements-references.txt", "pyproject.toml", "environment.yml"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8"), name
    locks = [path.name for path in ROOT.iterdir() if path.suffix == ".lock" and not path.name.startswith(".")]
    assert locks == []


def brought(lines):
    """The names of all distributions that come when these requirements are installed here."""
    found, todo = set(), [Requirement(line) for line in lines]
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        if name in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        try:
            more = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        todo += [Requirement(line) for line in more]
    return found


def imported(path):
    """Top-level names that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


@pytest.fixture(scope="module")
def homes():
    return {name: {canonicalize_name(one) for one in distributions}
            for name, distributions in importlib.metadata.packages_distributions().items()}


def foreign(files, bring, homes, own=frozenset()):
    """(file, import) pairs that `bring` does not cover."""
    own = {"optimlab", "course", "tests", "conftest", *own}
    return [(path.relative_to(ROOT).as_posix(), name) for path in files for name in imported(path)
            if name not in sys.stdlib_module_names | own and not homes.get(name, set()) & bring]


def test_the_library_imports_what_a_learner_has(homes):
    files = [path for path in (ROOT / "optimlab").rglob("*.py") if path.parent.name != "authoring"]
    assert len(files) > 10
    assert foreign(files, brought(CORE), homes) == []


def test_authoring_and_tests_import_what_test_brings(homes):
    files = [*(ROOT / "optimlab" / "authoring").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    assert len(files) > 10
    lines = (ROOT / "requirements-references.txt").read_text(encoding="utf-8").splitlines()
    references = {line.split("==")[0] for line in lines if line and not line.startswith("#")}
    assert "torch" in references
    beside = {path.stem for path in (ROOT / "tests").rglob("*.py")} | {"parity"}
    assert foreign(files, brought(CORE + TEST), homes, references | beside) == []


def test_the_reference_libraries_are_pinned_and_stay_out_of_every_other_list():
    lines = (ROOT / "requirements-references.txt").read_text(encoding="utf-8").splitlines()
    pinned = wanted(line for line in lines if line and not line.startswith("#"))
    assert all(specifier.startswith("==") for specifier in pinned.values())
    assert not set(pinned) & set(wanted(CORE + TEST))


def test_files_that_are_not_python_are_packaged():
    patterns = SETTINGS["tool"]["setuptools"]["package-data"]["*"]
    others = [path for path in (ROOT / "optimlab").rglob("*")
              if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert any(path.suffix == ".js" for path in others)
    left = [path.name for path in others if not any(fnmatch.fnmatch(path.name, one) for one in patterns)]
    assert left == []
