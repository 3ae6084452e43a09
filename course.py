#!/usr/bin/env python3
"""Set the course up, then open it or test it.

    python3 course.py lab                 open JupyterLab on the first lesson
    python3 course.py lab 04              open it on lesson 04
    python3 course.py lab --no-browser    serve it and print the address
    python3 course.py test                run every test; what follows is passed on to pytest
    python3 course.py test --fast         run the tests that need no lesson and no browser
    python3 course.py test --references   compare with PyTorch and the others live; installs them first (1 GB)

It needs Python 3.11 or newer and a package registry, nothing else. Everything it makes is in .venv/ (the
environment, safe to delete) and work/ (your copies of the lessons and your answers).
"""

import argparse
import contextlib
import errno
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

# This file keeps to what Python 3.6 can read, so that an old Python says which version is wanted.
OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
STAMP = "optimlab-setup.json"
RECORD = ".lessons.json"
PROGRESS = {"version": 1, "predictions": {}, "exercises": {}, "quiz": {}}
NO_VENV = (
    "This Python cannot make environments: run `sudo apt-get install python3-venv` (without apt-get, install "
    "Python from python.org), then `{again}`."
)
SIDE_BY_SIDE = ["-n", "auto"]
SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
# A moved slider's picture comes at once: see optimlab/server.py.
EXTENSIONS = {"ServerApp": {"jpserver_extensions": {"optimlab.server": True}}}


class Stop(Exception):
    """One sentence: what is missing and the command that mends it; `{again}` is the command just run."""


class ToolFailed(Exception):
    """A tool ended badly; the text is all it printed."""


def say(text):
    print(text, flush=True)


def main(argv=None):
    argv = sys.argv[1:] if argv is None else argv
    again = " ".join(["python3 course.py", *argv])
    try:
        check_python()
        return run(argv)
    except Stop as stop:
        message = str(stop)
    except KeyboardInterrupt:
        say("")
        message = "Stopped: run `{again}` when you want to go on."
    except ToolFailed as failure:
        print(str(failure).strip(), file=sys.stderr)
        message = explain(str(failure))
    except OSError as error:
        message = explain_os_error(error)
    print(message.replace("{again}", again), file=sys.stderr, flush=True)
    return 130 if message.startswith("Stopped") else 1


def run(argv):
    parser = argparse.ArgumentParser(
        prog="course.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="lab | test")
    lab_parser = commands.add_parser("lab", help="open the lessons in JupyterLab")
    lab_parser.add_argument("lesson", nargs="?", help="its number, such as 04 (default: the first lesson)")
    lab_parser.add_argument("--no-browser", action="store_true", help="serve and print the address")
    lab_parser.add_argument("--port", type=int, help="the port (default: 8888 or the next that is free)")
    test_parser = commands.add_parser(
        "test", help="run the tests", allow_abbrev=False, epilog="Everything else is passed on to pytest."
    )
    test_parser.add_argument("--fast", action="store_true", help="leave out the lessons and the browser")
    test_parser.add_argument(
        "--references", action="store_true", help="install the libraries we compare with, and require them"
    )
    options, rest = parser.parse_known_args(argv)
    if options.command == "test":
        return test(ROOT, rest, fast=options.fast, references=options.references)
    if rest:
        parser.error("course.py does not know {}".format(" ".join(rest)))
    if options.command == "lab":
        return lab(ROOT, options.lesson, options.no_browser, options.port)
    parser.print_help()
    return 2


def lab(root, lesson=None, no_browser=False, port=None):
    name = choose_lesson(root, lesson)
    python = set_up(root, "lab")
    prepare_work(root)
    configure(root / ".venv")
    work = root / "work"
    command = [str(python), "-m", "jupyterlab", "--ServerApp.root_dir=" + str(work).replace("\\", "/")]
    command += ["--LabApp.default_url=/lab/tree/" + name, "--Application.log_level=WARN"]
    if no_browser:
        command.append("--no-browser")
    if port:
        command.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    env = environment_variables(root)
    for variable in ("CONFIG", "DATA", "RUNTIME"):
        env[f"JUPYTER_{variable}_DIR"] = str(work / ".jupyter" / variable.lower())
    env["IPYTHONDIR"] = str(work / ".jupyter" / "ipython")
    say(f"Opening work/{name} in JupyterLab. Ctrl-C here ends it.")
    return hand_over(command, work, env)


def configure(venv):
    """What the course sets in its own JupyterLab; a learner's settings elsewhere stay as they are."""
    settings = venv / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    extensions = venv / "etc" / "jupyter" / "jupyter_server_config.d" / "optimlab.json"
    write_atomically(settings, json.dumps(SETTINGS, indent=1))
    write_atomically(extensions, json.dumps(EXTENSIONS, indent=1))


def test(root, arguments=(), fast=False, references=False):
    python = set_up(root, "test")
    env = environment_variables(root)
    if references:
        install_references(root, python)
        env["OPTIMLAB_REQUIRE_REFERENCES"] = "1"
    if not fast:
        browser = find_browser(root) or install_browser(root, python)
        if browser:
            env["OPTIMLAB_CHROMIUM"] = browser
    command = [str(python), "-m", "pytest", *SIDE_BY_SIDE] + (["--fast"] if fast else []) + list(arguments)
    return hand_over(command, root, env)


# The environment: made once, and installed again only when the requirements change.


def set_up(root, level):
    """The environment's Python, once everything `level` ("lab" or "test") needs is installed."""
    if not (root / "pyproject.toml").is_file() or not (root / "optimlab" / "__init__.py").is_file():
        raise Stop(f"{root} is not a whole copy of the course: get it again with `git clone`.")
    with only_one(root / ".venv.lock") as lock:
        venv, stamp = root / ".venv", read_stamp(root)
        packages, digest = requirements(root, level)
        found = look_into(venv)
        wrong = what_is_wrong(root, stamp, found)
        if not wrong and stamp and stamp.get(level) == digest and not missing(packages, found):
            return python_of(venv)
        uv = shutil.which("uv")
        try:
            build(root, level, uv, wrong, lock)
        except ToolFailed as failure:
            if not uv:
                raise
            last = str(failure).strip().splitlines()[-1:] or ["it said nothing"]
            say(f"uv could not do it ({last[0].strip()}); trying venv and pip")
            wrong = what_is_wrong(root, read_stamp(root), look_into(venv)) and "uv left it unfinished"
            build(root, level, None, wrong, lock)
        return python_of(venv)


def build(root, level, uv, wrong, lock):
    """Make .venv where `wrong` says why it cannot be used, install into it, and stamp it as ready."""
    venv, before = root / ".venv", read_stamp(root)
    packages, digest = requirements(root, level)
    if not wrong and not uv and not look_into(venv)["pip"]:
        wrong = "it has no pip"
    if wrong:
        make(root, uv, wrong, lock)
        before = None
    write_stamp(root, {"state": "installing"})
    python = str(python_of(venv))
    uv_install = [uv, "pip", "install", "--python", python]
    tool = uv_install if uv else [python, "-m", "pip", "install", "--no-input"]
    what = "installing the course and {} packages with {}".format(len(packages), "uv" if uv else "pip")
    target = ".[test]" if level == "test" else "."
    try:
        run_tool([*tool, "--editable", target], what, root, lock)
    except ToolFailed as failure:
        if before and before.get("state") == "ready" and not disk_is_full(str(failure)):
            write_stamp(root, before)
        raise
    ready = {level: digest}
    if level == "test":
        ready["lab"] = requirements(root, "lab")[1]
    version = look_into(venv)["version"]
    write_stamp(root, {**(before or {}), **ready, "state": "ready", "root": str(root), "python": version})


def install_references(root, python):
    """The libraries that the optimizers are compared with, where .venv lacks one or has another version.

    Always with pip: uv would fetch PyTorch's build for graphics cards.
    """
    listed = root / "requirements-references.txt"
    lines = [line.strip() for line in listed.read_text(encoding="utf-8").splitlines()]
    wanted = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    with only_one(root / ".venv.lock") as lock:
        found = look_into(root / ".venv")["packages"].items()
        present = {normal(name): version.split("+")[0] for name, version in found}
        if all(present.get(normal(name)) == version for name, version in wanted.items()):
            return
        command = [str(python), "-m", "pip", "install", "--no-input", "-r", str(listed)]
        run_tool(command, f"installing {len(wanted)} reference libraries with pip", root, lock)


def requirements(root, level):
    """The packages `level` needs, and a digest that changes when an install would."""
    import tomllib

    try:
        settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except ValueError as error:
        raise Stop(f"pyproject.toml cannot be read ({error}): see `git diff pyproject.toml`.") from None
    project = settings["project"]
    packages = list(project["dependencies"])
    if level == "test":
        packages += project["optional-dependencies"]["test"]
    whole = [packages, project["requires-python"], project.get("scripts"), settings["build-system"]]
    return packages, hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def look_into(venv):
    """The environment's Python, whether it has pip, and {package: version}; None if it does not start."""
    question = (
        "import importlib.metadata as m, importlib.util as u, json, sys;"
        "print(json.dumps({'version': list(sys.version_info[:2]), 'pip': u.find_spec('pip') is not None,"
        " 'packages': {d.metadata['Name']: d.version for d in m.distributions() if d.metadata['Name']}}))"
    )
    try:
        command = [str(python_of(venv)), "-I", "-c", question]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def what_is_wrong(root, stamp, found):
    """Why .venv must be made (again), or None."""
    if not os.path.lexists(str(root / ".venv")):
        return "there is none yet"
    if stamp and stamp.get("state") != "ready":
        return "the last set-up was interrupted"
    if stamp and stamp.get("root") != str(root):
        return "the course has moved to another folder"
    if found is None:
        return "its Python does not start"
    if tuple(found["version"]) < OLDEST or (stamp and stamp.get("python") != found["version"]):
        return "it was made by another Python"
    return None


def missing(packages, found):
    """Those of `packages` that the environment lacks."""
    present = {normal(name) for name in found["packages"]}
    wanted = [re.match(r"[\w.-]+", package).group() for package in packages] + ["optimlab"]
    return [name for name in wanted if normal(name) not in present]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def make(root, uv, reason, lock):
    """An empty environment; what was there is deleted if course.py made it and set aside if it did not."""
    if not uv and (importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None):
        raise Stop(NO_VENV)
    venv, trash = root / ".venv", root / ".venv-trash"
    shutil.rmtree(str(trash), ignore_errors=True)
    if read_stamp(root):
        say(f"making .venv anew: {reason}")
        venv.rename(trash)
        shutil.rmtree(str(trash), ignore_errors=True)
    elif os.path.lexists(str(venv)):
        aside = free_name(root / ".venv-old")
        say(f"making .venv anew: {reason}; the old one is kept as {aside.name}")
        venv.rename(aside)
    write_stamp(root, {"state": "installing"})
    with_uv = [uv, "venv", "--allow-existing", "--seed", "--python", sys.executable, str(venv)]
    what = "making .venv with {}Python {}.{}.{}".format("uv and " if uv else "", *sys.version_info[:3])
    run_tool(with_uv if uv else [sys.executable, "-m", "venv", str(venv)], what, root, lock)


def python_of(venv):
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def read_stamp(root):
    """What the last set-up wrote; None where there was none, an unfinished one where it cannot be read."""
    try:
        stamp = json.loads((root / ".venv" / STAMP).read_text(encoding="utf-8"))
        return stamp if isinstance(stamp, dict) else {"state": "installing"}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        return {"state": "installing"}


def write_stamp(root, stamp):
    write_atomically(root / ".venv" / STAMP, json.dumps(stamp, indent=1))


@contextlib.contextmanager
def only_one(path):
    """Hold the lock at `path`, waiting for another course.py that holds it."""
    with open(str(path), "a") as lock:
        told = False
        while not try_lock(lock):
            if not told:
                say("another course.py is setting up: waiting for it")
            told = True
            time.sleep(0.2)
        yield lock


def try_lock(lock):
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # A file system without locks is no reason to wait for ever.
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def run_tool(command, what, folder, lock=None):
    """Run a command, showing what it is for and for how long; its own output is shown only where it fails."""
    log = folder / ".venv.log"
    # A tool that outlives a killed course.py keeps the lock, so that the next one waits for it.
    keep = {"pass_fds": [lock.fileno()]} if lock and os.name != "nt" else {}
    begun, shown = time.monotonic(), 0
    live = sys.stdout.isatty()

    def show(state, last=False):
        start, end = ("\r", "\n" if last else "") if live else ("", "\n")
        print(f"{start}{what} ... {state}", end=end, flush=True)

    show("")
    try:
        with open(str(log), "wb") as output:
            process = subprocess.Popen(
                command,
                cwd=str(folder),
                env=environment_variables(folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **keep
            )
            try:
                while process.poll() is None:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(timeout=0.5)
                    seconds = int(time.monotonic() - begun)
                    if seconds >= shown + (1 if live else 30):
                        shown = seconds
                        show(f"{seconds} s")
            except BaseException:
                process.terminate()
                process.wait()
                raise
        text = log.read_text(encoding="utf-8", errors="replace")
    finally:
        log.unlink()
    taken = time.monotonic() - begun
    show(f"failed after {taken:.0f} s" if process.returncode else f"done in {taken:.0f} s", last=True)
    if process.returncode:
        raise ToolFailed(text)


def environment_variables(root):
    """The variables of a shell in which .venv is active, without those that lead Python elsewhere."""
    away = ("PYTHONHOME", "PYTHONPATH", "JUPYTER_TOKEN")
    env = {name: value for name, value in os.environ.items() if name not in away}
    env["VIRTUAL_ENV"] = str(root / ".venv")
    env["PATH"] = str(python_of(root / ".venv").parent) + os.pathsep + env.get("PATH", "")
    env["PIP_USER"] = "0"
    env["PLAYWRIGHT_BROWSERS_PATH"] = str(root / ".venv" / "browsers")
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    one_thread(env)
    return env


def one_thread(env):
    """Let matrix products run in one thread, unless somebody has chosen otherwise.

    The course's matrices are too small to gain from more, and where others use the machine too, threads that
    wait for each other take several times as long.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        env.setdefault(name, "1")


def hand_over(command, folder, env):
    """Become `command`; on Windows, where that cannot be, run it and return its exit code."""
    os.chdir(str(folder))
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, env)
    process = subprocess.Popen(command, env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


# What went wrong, in one sentence.


def check_python():
    if sys.version_info >= OLDEST:
        return
    names = [f"python3.{minor}" for minor in range(19, OLDEST[1] - 1, -1)]
    newer = [name for name in names if starts(name, "--version")]
    mend = f"run it with `{newer[0]}` instead of python3" if newer else "install one from python.org"
    this = "{}.{}".format(*sys.version_info[:2])
    raise Stop(f"The course needs Python 3.11 or newer and this is {this}: {mend}.")


def starts(*command):
    """Whether the command is there and ends well."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.call(command, timeout=30, **quiet) == 0
    except (OSError, subprocess.SubprocessError):
        return False


def disk_is_full(text):
    return re.search("No space left on device|not enough space on the disk|os error 28|[Dd]isk quota", text)


def explain(text):
    """The sentence for what a failed install printed."""
    if re.search(r"ensurepip\s+is\s+not\s+available", text):
        return NO_VENV
    if disk_is_full(text):
        return "The disk is full: free about 1 GB, then run `{again}`."
    if re.search(
        "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|getaddrinfo|dns error|"
        "name resolution|Network is unreachable|Connection refused|Connection reset|Failed to establish",
        text,
    ):
        return "The package registry cannot be reached: connect to the network, then run `{again}`."
    if re.search("Permission denied|WinError 5|WinError 32|Access is denied", text):
        return "A file is in use or not yours to write: end other JupyterLabs, then run `{again}`."
    return "The install failed for the reason printed above: mend that, then run `{again}`."


def explain_os_error(error):
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return explain("No space left on device")
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}: mend that, then run `{{again}}`."


# The learner's copies. Nothing in work/ is ever written over; lessons/ is only read.


def lessons(root):
    return sorted((root / "lessons").glob("[0-9][0-9]_*.ipynb"))


def choose_lesson(root, wanted=None):
    """The file name of the lesson with this number or name; the first lesson where none is named."""
    names = [path.name for path in lessons(root)]
    if not names:
        raise Stop("lessons/ is empty: get it back with `git checkout -- lessons`, then run `{again}`.")
    if wanted is None:
        return names[0]
    asked = re.sub(r"\.ipynb$", "", Path(wanted).name)
    for name in names:
        stem = Path(name).stem
        if asked.zfill(2) == stem[:2] or asked in (stem, stem[3:]):
            return name
    numbers = ", ".join(name[:2] for name in names)
    raise Stop(f"There is no lesson {wanted!r}: choose one of {numbers}.")


def prepare_work(root):
    """Copy into work/ the lessons that are not there yet; put one that changed since beside the learner's."""
    work = root / "work"
    work.mkdir(exist_ok=True)
    copied, new = read_record(work), []
    for lesson in lessons(root):
        name, now = lesson.name, fingerprint(lesson)
        mine = work / name
        if not mine.exists():
            write_atomically(mine, lesson.read_bytes())
            new.append(name)
        elif copied.get(name, now) != now and fingerprint(mine) != now:
            beside = free_name(work / (lesson.stem + ".new.ipynb"))
            write_atomically(beside, lesson.read_bytes())
            say(f"{name} has changed: yours stays as it is, the new one is work/{beside.name}")
        copied[name] = now
    write_atomically(work / RECORD, json.dumps(copied, indent=1))
    with contextlib.suppress(FileExistsError), open(str(work / "progress.json"), "x") as file:
        json.dump(PROGRESS, file)
    if new:
        say("your own copies, in work/: {}".format(", ".join(new)))


def read_record(work):
    """Which state of each lesson was copied last: {file name: fingerprint}."""
    record = work / RECORD
    try:
        copied = json.loads(record.read_text(encoding="utf-8"))
        if isinstance(copied, dict):
            return copied
    except FileNotFoundError:
        return {}
    except ValueError:
        pass
    aside = free_name(work / (RECORD + ".bak"))
    record.rename(aside)
    say(f"work/{RECORD} could not be read and is now {aside.name}; your lessons stay as they are")
    return {}


def fingerprint(notebook):
    """A hash of what the cells say, so that new outputs or line endings alone are no update."""
    raw = notebook.read_bytes()
    try:
        cells = json.loads(raw.decode("utf-8"))["cells"]
        raw = json.dumps([(cell["cell_type"], "".join(cell["source"])) for cell in cells]).encode()
    except (ValueError, KeyError, TypeError):
        pass
    return hashlib.sha256(raw).hexdigest()


def free_name(path):
    """`path`, or the first of path-2, path-3, ... that is free; the number goes before .ipynb."""
    ending = ".ipynb" if path.name.endswith(".ipynb") else ""
    stem = path.name[: len(path.name) - len(ending)]
    number = 1
    while os.path.lexists(str(path)):
        number += 1
        path = path.with_name(f"{stem}-{number}{ending}")
    return path


def write_atomically(path, content):
    """Write text or bytes so that neither a reader nor a killed course.py meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        half.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(str(half), str(path))
    finally:
        with contextlib.suppress(OSError):
            half.unlink()


# The browser of the browser tests.


def find_browser(root=ROOT):
    """The path of OPTIMLAB_CHROMIUM, or else of a Chromium, Chrome or Edge on this machine, or None."""
    named = os.environ.get("OPTIMLAB_CHROMIUM")
    if named:
        if not Path(named).is_file():
            raise Stop(f"OPTIMLAB_CHROMIUM is {named!r}, which is no file: unset it or name a browser's.")
        return named
    for place in browser_places(root):
        # Ubuntu's chromium-browser may only ask for a snap; on Windows, --version would open a window.
        if Path(place).is_file() and (os.name == "nt" or starts(place, "--version")):
            return place
    return None


def browser_places(root):
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge", "msedge"):
        if shutil.which(name):
            yield shutil.which(name)
    for app in ("Chromium", "Google Chrome", "Microsoft Edge"):
        yield f"/Applications/{app}.app/Contents/MacOS/{app}"
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        for tail in ("Chromium/Application/chrome.exe", "Google/Chrome/Application/chrome.exe",
                     "Microsoft/Edge/Application/msedge.exe"):
            if os.environ.get(variable):
                yield os.path.join(os.environ[variable], *tail.split("/"))
    for pattern in ("chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/*", "chrome-win*/chrome.exe"):
        for path in (root / ".venv" / "browsers").glob("chromium-*/" + pattern):
            yield str(path)


def install_browser(root, python):
    """Install Debian's chromium, or Playwright's where that cannot be; its path, or None and a word on it."""
    attempts = []
    playwright = [str(python), "-m", "playwright", "install", "chromium"]
    if shutil.which("apt-get"):
        become = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if not become or starts("sudo", "-n", "true"):
            apt = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
            install = [*apt, "install", "--yes", "--no-install-recommends", "chromium"]
            attempts += [([*apt, "update"], "apt-get update"), (install, "apt-get install chromium")]
    attempts.append((playwright, "playwright install chromium"))
    for command, what in attempts:
        try:
            run_tool(command, what, root)
        except (ToolFailed, OSError):
            continue
        browser = find_browser(root)
        if browser:
            return browser
    mend = "`sudo apt-get install chromium`" if shutil.which("apt-get") else "installing Chrome or Chromium"
    say(f"No browser could be had, so the browser tests are skipped: {mend} mends it.")
    return None


if __name__ == "__main__":
    sys.exit(main())
