"""A hand-out is printed by the real browser."""

import os

from optimlab.cli import main


def test_a_lesson_becomes_a_pdf(tmp_path, capsys):
    assert os.environ["OPTIMLAB_CHROMIUM"]
    assert main(["handout", "04", "--to", str(tmp_path)]) == 0
    made = tmp_path / "04_momentum.pdf"
    assert capsys.readouterr().out.strip() == str(made)
    content = made.read_bytes()
    assert content.startswith(b"%PDF") and content.count(b"/Type /Page\n") > 5


def test_a_browser_that_prints_nothing_is_said(tmp_path, capsys, monkeypatch):
    broken = tmp_path / "browser"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("OPTIMLAB_CHROMIUM", str(broken))
    assert main(["handout", "04", "--to", str(tmp_path / "out")]) == 2
    assert f"{broken} could not print 04_momentum.pdf: no display" in capsys.readouterr().err
