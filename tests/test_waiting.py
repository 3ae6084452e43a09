"""The bar shows after a moment, on a terminal only, and leaves nothing behind."""

import io
import time

from optimlab.waiting import Bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_it_counts_and_goes_away():
    terminal = Terminal()
    with Bar(4, terminal, after=0.0) as bar:
        for name in ("02", "04"):
            bar.begin(name)
            time.sleep(0.3)
    text = terminal.getvalue()
    assert "[........................] 0 of 4  02" in text and "[######..................] 1 of 4  04" in text
    assert text.endswith("\r") and text.rpartition("\r")[0].endswith(" ")


def test_nothing_for_what_is_quick_or_unwatched():
    quick, file = Terminal(), io.StringIO()
    with Bar(1, quick) as bar:
        bar.begin("02")
    with Bar(1, file, after=0.0) as bar:
        bar.begin("02")
        time.sleep(0.15)
    assert quick.getvalue() == file.getvalue() == ""
