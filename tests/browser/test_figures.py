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
