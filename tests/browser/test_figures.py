"""Every live figure, driven as a learner drives it, in a real JupyterLab."""

import pytest

from optimlab import live

FIGURES = ["cliff", "conditioning", "phase_map"]


def test_it_shows(lab):
    page = lab.open(["from optimlab import live\nlive.cliff()", "live.conditioning()", "live.phase_map()"])
    lab.run_all(page)
    page.wait_for_timeout(1500)
    cards = page.locator(".ol-card")
    print(lab.errors, lab.tracebacks(page), cards.count())
    for i in range(cards.count()):
        lab.shoot(cards.nth(i), f"locked-{i}")
    for i in range(cards.count()):
        card = cards.nth(i)
        card.get_by_role("button", name="Skip").click()
        page.wait_for_timeout(800)
        lab.shoot(card, f"open-{i}")
    print(lab.errors)
    assert not lab.errors


def test_look(lab):
    page = lab.open(["from optimlab import live\nlive.cliff(lr=0.201)", "live.conditioning(kappa=100)", "live.phase_map.task(1)"])
    lab.run_all(page)
    page.wait_for_timeout(1000)
    print(page.evaluate("() => { const d = document.querySelector('.ol-numbers'); const s = getComputedStyle(d); return [s.display, s.gridTemplateColumns, d.offsetWidth, getComputedStyle(d.closest('.ol-host')).containerType] }"))
    page.wait_for_timeout(800)
    cards = page.locator(".ol-card")
    print("TB", lab.tracebacks(page), lab.errors, cards.count()); lab.shoot(page, "whole")
    cards.nth(0).get_by_label("It runs away").check(timeout=2000)
    cards.nth(0).get_by_role("button", name="Lock in my guess").click()
    cards.nth(1).get_by_label("Your guess, in steps").fill("270")
    cards.nth(1).get_by_role("button", name="Lock in my guess").click()
    cards.nth(2).get_by_label("the same share as before").check(timeout=2000)
    cards.nth(2).get_by_role("button", name="Lock in my guess").click()
    page.wait_for_timeout(1500)
    for i in range(3):
        lab.shoot(page.locator(".ol-card").nth(i), f"look-{i}")
