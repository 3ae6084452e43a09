"""A real JupyterLab in a temporary folder, and a real Chromium that looks at it."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

REPO = Path(__file__).parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none", "autoStartDefaultKernel": True},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


OPEN = """
async (path) => {
    jupyterapp.shell.collapseLeft();
    const notebook = await jupyterapp.commands.execute('docmanager:open', { path, factory: 'Notebook' });
    await notebook.context.ready;
    await notebook.sessionContext.ready;
}
"""
CLOSE = """
async () => {
    const notebook = window.jupyterapp?.shell?.currentWidget;
    await notebook?.sessionContext?.shutdown();
    notebook?.dispose();
}
"""
RUN_CELL = """
async (code) => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.length - 1;
    await jupyterapp.commands.execute('notebook:insert-cell-below');
    notebook.activeCell.model.sharedModel.setSource(code);
    await jupyterapp.commands.execute('notebook:run-cell');
}
"""


# A number for all pixels of a picture.
PIXELS = """
(all) => all.filter((canvas) => canvas.width && canvas.height).map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Uint32Array(data.buffer).reduce((sum, pixel) => Math.imul(sum ^ pixel, 16777619), 2166136261);
}).join()
"""


# Waits until no picture of this card is on its way any more -> whether that came about within half a minute.
SETTLE = """
async (card) => {
    const frame = () => new Promise((go) => setTimeout(() => requestAnimationFrame(go)));
    for (let end = performance.now() + 30000; performance.now() < end; await frame()) {
        if (!card.querySelector('[aria-busy=true]')) return true;
    }
    return false;
}
"""


def cannot(reason):
    """Skip where a browser is a luxury, fail where it is required."""
    if os.environ.get("OPTIMLAB_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by Playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        cannot("The browser tests need the package playwright.")
    named = os.environ.get("OPTIMLAB_CHROMIUM")
    found = named or next(
        filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
    )
    if not found or not Path(found).exists():
        cannot("The browser tests need Chromium: install it, or name it in OPTIMLAB_CHROMIUM.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """JupyterLab on a free port, with configuration, data and notebooks of its own -> (address, token,
    folder)."""
    if not _has_lab():
        cannot("The browser tests need the package jupyterlab.")
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    folder.mkdir()
    for name, values in SETTINGS.items():
        path = home / "config" / "lab" / "user-settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    config = {"ServerApp": {"jpserver_extensions": {"optimlab.server": True}}}
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(config), encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(REPO), os.environ.get("PYTHONPATH")])),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "config" / "lab" / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    environment.pop("OPTIMLAB_PROGRESS", None)
    environment.pop("OPTIMLAB_STILL", None)
    token, port = secrets.token_hex(16), _free_port()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--expose-app-in-browser",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.news_url=None",
    ]
    with open(home / "server.log", "wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status?token={token}", process, home / "server.log")
        yield address, token, folder
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def window(browser, server):
    """The browser window on JupyterLab in which the tests open their notebooks, one after the other."""
    window = Window(browser, server)
    yield window
    window.close()


class Window:
    """A browser window. screen: what Playwright's new_context takes. errors: those of ours on its console."""

    def __init__(self, browser, server, **screen):
        self.browser, (self.address, self.token, _) = browser, server
        self.screen = {"viewport": {"width": 1280, "height": 1700}, **screen}
        self.errors = []
        self.context = self.page = None

    def go(self, place):
        """To an address of the server; the window is opened if it is not."""
        if self.page is None:
            self.context = self.browser.new_context(**self.screen)
            self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=self.address)
            self.page = self.context.new_page()
            self.page.on("pageerror", lambda error: self.errors.append(f"page: {error}"))
            self.page.on("console", self._console)
        self.page.goto(f"{self.address}/{place}?token={self.token}")
        self.page.wait_for_function("() => window.jupyterapp?.restored", timeout=60_000)
        return self.page

    def _console(self, message):
        """Errors of ours: JupyterLab has some of its own, about its server, that say nothing of a figure."""
        if (
            message.type == "error"
            and "favicon" not in message.text
            and "Failed to load resource" not in message.text
        ):
            self.errors.append(f"console: {message.text}")

    def close(self):
        if self.context:
            self.context.close()
        self.context = self.page = None


@pytest.fixture
def lab(browser, server, window, request):
    """Opens notebooks: lab(cells) runs them and gives a page; lab.errors are the console's and the
    kernel's."""
    labs = Lab(browser, server, re.sub(r"\W+", "-", request.node.name).strip("-"), window)
    yield labs
    labs.close()


class Lab:
    """A notebook in JupyterLab, in a window that others use too, or in one of its own."""

    def __init__(self, browser, server, name, window=None):
        _, _, folder = server
        self.name = name
        self.folder = folder / name
        self.folder.mkdir(exist_ok=True)
        (self.folder / "progress.json").write_text("", encoding="utf-8")
        self.shared, self.own = window, None
        self.new = lambda **screen: Window(browser, server, **screen)
        self.page, self.errors = None, []

    def open(self, cells=None, notebook=None, app="lab", **screen):
        """A page on a notebook made of these code cells, or on a copy of this notebook, with a kernel
        that is idle. app: "lab", or "notebook" for Notebook 7. screen: of a window of its own."""
        if notebook is not None:
            target = self.folder / Path(notebook).name
            shutil.copy(notebook, target)
        else:
            target = self.folder / "test.ipynb"
            book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
            book.metadata["kernelspec"] = {
                "name": "python3",
                "display_name": "Python 3",
                "language": "python",
            }
            nbformat.write(book, target)
        path = f"{self.name}/{target.name}"
        window = self.shared
        if screen or not window or app != "lab":
            window = self.own = self.new(**screen)
        if app == "lab":
            page = window.page or window.go(f"lab/workspaces/{self.name}")
            page.evaluate(OPEN, path)
        else:
            page = window.go(f"notebooks/{path}")
            page.wait_for_function("() => jupyterapp.shell.currentWidget?.sessionContext")
        self.page, self.errors = page, window.errors
        self.wait_idle(page)
        self.errors.clear()
        return page

    def show(self, *cells, **screen):
        """These cells, run: their figures and questions, each with a driver."""
        page = self.open(["from optimlab import live, predict, quiz\nimport time", *cells], **screen)
        self.run_all(page)
        assert self.tracebacks(page) == []
        page.locator(".ol-card").last.wait_for()
        return self.drivers(page)

    def drivers(self, page):
        cards = page.locator(".ol-card")
        return [Driver(self, page, cards.nth(i)) for i in range(cards.count())]

    def add(self, page, code):
        """Run code in a new last cell -> a driver for the figure that it shows."""
        cards = page.locator(".ol-card")
        there = cards.count()
        page.evaluate(RUN_CELL, code)
        cards.nth(there).wait_for()
        return Driver(self, page, cards.nth(there))

    def wait_idle(self, page, seconds=120):
        page.wait_for_function(
            "() => jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'",
            timeout=seconds * 1000,
        )

    def run_all(self, page, seconds=120):
        page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        self.wait_idle(page, seconds)

    def restart(self, page):
        """A new kernel, the outputs as they are."""
        page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")

    def tracebacks(self, page):
        """What the cells' outputs hold of errors."""
        return page.locator(
            ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']"
        ).all_text_contents()

    def theme(self, page, name):
        """JupyterLab in "Light" or "Dark"."""
        theme = f"JupyterLab {name}"
        page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        page.locator(f"body[data-jp-theme-name='{theme}']").wait_for(state="attached")
        page.wait_for_timeout(200)

    def violations(self, target):
        """What axe-core has to say against a part of the page, by rule."""
        from axe_playwright_python.base import AXE_SCRIPT

        page = self.page
        if not page.evaluate("() => Boolean(window.axe)"):
            page.evaluate(f"() => {{ {AXE_SCRIPT} }}")
        found = target.evaluate("async (node) => (await axe.run(node)).violations")
        return [
            f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
            for rule in found
            for node in rule["nodes"]
        ]

    def shoot(self, target, name):
        """A screenshot, kept in build/screenshots for a person to look at, or where OPTIMLAB_SCREENSHOTS
        says."""
        folder = Path(os.environ.get("OPTIMLAB_SCREENSHOTS") or REPO / "build" / "screenshots")
        folder.mkdir(parents=True, exist_ok=True)
        target.screenshot(path=str(folder / f"{name}.png"))

    def close(self):
        """End the kernel and close the notebook; where that cannot be, the next one gets a new window."""
        try:
            if self.page:
                self.page.evaluate(CLOSE)
        except Exception:
            if self.shared:
                self.shared.close()
        if self.own:
            self.own.close()


class Driver:
    """One figure's card, and what a learner does with it."""

    def __init__(self, lab, page, card):
        self.lab, self.page, self.card = lab, page, card

    def control(self, label):
        return self.card.get_by_label(label, exact=True)

    def button(self, name):
        return self.card.get_by_role("button", name=name, exact=True)

    def readout(self):
        return self.card.locator(".ol-readout").inner_text()

    def picture(self):
        """What tells the canvases' pixels from all others."""
        return self.card.locator("canvas").evaluate_all(PIXELS)

    def sees(self, words, seconds=10):
        self.card.locator(".ol-readout", has_text=words).wait_for(timeout=seconds * 1000)

    def changes(self, act, seconds=10):
        """Do something, and wait until the picture is another one."""
        before = self.picture()
        act()
        for _ in range(int(seconds * 20)):
            self.settle()
            if self.picture() != before:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("the picture did not change")

    def settle(self):
        """Wait until the picture stands where the controls are."""
        assert self.card.evaluate(SETTLE), "the picture is still on its way"

    def predict(self, guess):
        box = self.card.locator(".ol-question input[type=text]")
        if box.count():
            box.fill(guess)
        else:
            self.control(guess).check()
        self.changes(lambda: self.button("Lock in my guess").click())

    def drag(self, by):
        """Take the start point with the mouse and pull it, in pixels."""
        handle = self.card.locator(".ol-handle").first
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for part in (0.3, 0.6, 1.0):
            self.page.mouse.move(x + part * by[0], y + part * by[1])
        self.page.mouse.up()
        return box, lambda: handle.bounding_box()

    def run_cell(self, code):
        """Run code in a new last cell -> what it prints."""
        self.page.evaluate(RUN_CELL, code)
        return (
            self.page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output").last.inner_text().strip()
        )


def _has_lab():
    import importlib.util

    return importlib.util.find_spec("jupyterlab") is not None


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_for(url, process, log, seconds=60):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        if process.poll() is not None:
            break
        try:
            opener.open(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("JupyterLab did not start:\n" + log.read_text(errors="replace")[-2000:])
