"""Draw docs/lesson.png, the picture of the README: the first lesson, as it looks in JupyterLab.

    .venv/bin/python docs/lesson.py

It opens a fresh copy of the lesson, answers the figure's question, and takes a screenshot.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import course  # noqa: E402

FIGURE, GUESS, LR = "live.cliff()", "It runs away", "0.19"
FLAGS = ["--no-sandbox", "--disable-gpu"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        lesson = course.lessons(ROOT)[0]
        shutil.copy(lesson, work)
        (work / "progress.json").write_text("")
        settings = work / ".CONFIG" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(*course.SETTINGS.values()))
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        env |= {f"JUPYTER_{kind}_DIR": f"{work}/.{kind}" for kind in ("CONFIG", "DATA", "RUNTIME")}
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += ["--expose-app-in-browser", f"--ServerApp.root_dir={work}"]
        command += [f"--LabApp.default_url=/lab/tree/{lesson.name}"]
        server = subprocess.Popen(command, env=env, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        try:
            address = next(found[0] for line in server.stderr if (found := re.search(r"http://127\S+", line)))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=course.find_browser(), args=FLAGS)
                page = browser.new_page(viewport={"width": 1100, "height": 1240}, device_scale_factor=1.5)
                page.goto(address)
                shoot(page)
                browser.close()
        finally:
            server.terminate()
            server.wait()


def shoot(page):
    notebook = "jupyterapp.shell.currentWidget"
    idle = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    page.wait_for_function(idle, timeout=60_000)
    page.evaluate("() => jupyterapp.shell.collapseLeft()")
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_timeout(5_000)
    page.wait_for_function(idle, timeout=60_000)
    page.evaluate(f"""() => {{
        const cells = {notebook}.content;
        const place = cells.widgets.findIndex(cell => cell.model.sharedModel.source.includes('{FIGURE}'));
        cells.activeCellIndex = place;
        return cells.scrollToItem(place, 'start');
    }}""")
    card = page.locator(".ol-card", has=page.get_by_label(GUESS))
    card.get_by_label(GUESS).check()
    card.get_by_role("button", name="Lock in my guess").click()
    rate = card.locator("input").and_(card.get_by_label("learning rate")).last
    rate.fill(LR)
    rate.press("Enter")
    page.wait_for_timeout(2_000)
    page.screenshot(path=str(ROOT / "docs" / "lesson.png"))


if __name__ == "__main__":
    main()
