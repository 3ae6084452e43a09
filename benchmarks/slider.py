"""From a moved slider to the new picture, in Chromium inside a real JupyterLab.

One drawing, live.cliff's (contours, a path of 200 steps, two curves, a number line), made in two ways:
    interact    the same frame drawn by matplotlib, with ipywidgets.interact and plt.show()
    live        the canvas fed by the kernel
For each: milliseconds from the slider's event until the new picture stands on the page, over a number of
moves; and for the live figure the pictures a second while the slider is dragged.

    python benchmarks/slider.py            both tables, about a minute and a half
    python benchmarks/slider.py --moves 15
"""

import argparse
import contextlib
import importlib.util
import os
import statistics
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TARGET_SHARE, TARGET_FRAMES, TARGET_SPREAD = 0.15, 12, 2.0

INTERACT = """
import ipywidgets, matplotlib.pyplot as plt
from optimlab import live
from optimlab.live import still
def draw(lr=0.05):
    frame = live.cliff.frame({**live.cliff.defaults(), "lr": lr, "steps": 200})
    rows = [["plane", "curve"], ["line", "line"]]
    fig, axes = plt.subplot_mosaic(rows, height_ratios=[3, 1], figsize=(9, 5))
    for panel in live.cliff.panels:
        still.draw(axes[panel.name], panel, frame.pictures[panel.name])
    plt.show()
slider = ipywidgets.FloatSlider(value=0.05, min=0.01, max=0.19, step=0.001, readout=False)
ipywidgets.interact(draw, lr=slider)
"""
LIVE = "from optimlab import live\nlive.cliff(steps=200)"

# Moves a slider and waits until another picture stands where the old one stood. interact's slider has no
# native input, but its handle takes arrow keys.
MEASURE = """
async ([slider, value]) => {
    const native = slider.matches('input'), key = 'ArrowRight';
    const output = slider.closest('.jp-OutputArea');
    const look = () => native
        ? [...output.querySelectorAll('canvas')].map((c) => c.getContext('2d').__drawn ?? 0).join()
        : [...output.querySelectorAll('img')].map((i) => i.src.slice(-3000)).join();
    const before = look(), began = performance.now();
    if (native) {
        slider.value = value;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    } else {
        slider.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true }));
    }
    while (look() === before || look() === '') {
        if (performance.now() - began > 10000) throw new Error('no new picture in 10 s');
        await new Promise((go) => requestAnimationFrame(go));
    }
    await Promise.all([...output.querySelectorAll('img')].map((i) => i.decode()));
    await new Promise((go) => requestAnimationFrame(go));
    return performance.now() - began;
}
"""
# Counts the pictures that a canvas gets.
COUNT = """
() => {
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...rest) {
        this.__drawn = (this.__drawn ?? 0) + 1;
        return draw.apply(this, rest);
    };
}
"""
# A hand that drags for two seconds, sixty events a second.
DRAG = """
async (slider) => {
    const canvas = slider.closest('.ol-card').querySelector('canvas').getContext('2d');
    const low = Number(slider.min), high = Number(slider.max), times = [];
    let last = canvas.__drawn;
    const began = performance.now();
    for (let now = began; now < began + 2000; now = performance.now()) {
        slider.value = low + (high - low) * (0.5 + 0.3 * Math.sin((now - began) / 300));
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((go) => requestAnimationFrame(go));
        if (canvas.__drawn !== last) { times.push(performance.now()); last = canvas.__drawn; }
    }
    slider.dispatchEvent(new Event('change', { bubbles: true }));
    return times.slice(1).map((time, i) => time - times[i]);
}
"""


def laboratory():
    """The browser tests' own JupyterLab and Chromium."""
    path = HERE.parent / "tests" / "browser" / "conftest.py"
    spec = importlib.util.spec_from_file_location("laboratory", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Folders:
    def __init__(self, root):
        self.root = Path(root)

    def mktemp(self, name):
        (self.root / name).mkdir()
        return self.root / name


def measure(page, slider, values):
    times = []
    for value in values:
        slider.focus()
        times.append(page.evaluate(MEASURE, [slider, value]))
        page.wait_for_timeout(150)
    return times[2:]  # the first two warm up


def p95(times):
    return sorted(times)[int(0.95 * (len(times) - 1) + 0.5)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--moves", type=int, default=25, help="moves of the slider for each way (25)")
    moves = arguments.parse_args().moves
    os.environ["OPTIMLAB_REQUIRE_BROWSER"] = "1"
    lab_module = laboratory()
    start = lambda fixture: contextlib.contextmanager(fixture.__wrapped__)  # noqa: E731
    with (
        tempfile.TemporaryDirectory() as root,
        start(lab_module.browser)() as browser,
        start(lab_module.server)(Folders(root)) as server,
    ):
        lab = lab_module.Lab(browser, server, "slider")
        page = lab.open([INTERACT, LIVE])
        lab.run_all(page)
        page.evaluate(COUNT)
        card = lab.drivers(page)[0]
        card.button("Skip").click()
        card.settle()
        values = [-2.0 + 1.2 * (i % 9) / 9 + 0.01 * i for i in range(moves + 2)]
        handle = page.locator(".widget-slider .noUi-handle").first.element_handle()
        slider = card.control("learning rate lr").element_handle()
        rows = {
            "interact + plt.show()": measure(page, handle, values),
            "live.cliff": measure(page, slider, values),
        }
        gaps = page.evaluate(DRAG, slider)
        lab.close()
    report(rows, gaps)


def report(rows, gaps):
    base = statistics.median(rows["interact + plt.show()"])
    print(f"{'slider to new picture':24} {'median ms':>10} {'p95 ms':>8} {'share':>7}")
    for name, times in rows.items():
        middle = statistics.median(times)
        print(f"{name:24} {middle:10.0f} {p95(times):8.0f} {middle / base:7.2f}")
    live = rows["live.cliff"]
    share, spread = statistics.median(live) / base, p95(live) / statistics.median(live)
    frames = 1000 / statistics.mean(gaps)
    print(
        f"\nwhile dragging: {frames:.0f} pictures a second, the middle gap {statistics.median(gaps):.0f} ms"
    )
    checks = [
        (f"share {share:.2f}, at most {TARGET_SHARE}", share <= TARGET_SHARE),
        (f"{frames:.0f} pictures a second, at least {TARGET_FRAMES}", frames >= TARGET_FRAMES),
        (f"p95 {spread:.1f} times the median, at most {TARGET_SPREAD:g}", spread <= TARGET_SPREAD),
    ]
    for words, good in checks:
        print(f"{'ok  ' if good else 'MISS'} {words}")
    sys.exit(not all(good for _, good in checks))


if __name__ == "__main__":
    main()
