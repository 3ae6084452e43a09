"""Make docs/optimizers.md: python tests/optim/make_table.py"""

import sys
from pathlib import Path

sys.path[:0] = map(str, [Path(__file__).parent, *Path(__file__).parents[1:3]])

from parity.table import PAGE, page, stored_difference  # noqa: E402

if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(stored_difference), encoding="utf-8")
    print(f"wrote {PAGE}")
