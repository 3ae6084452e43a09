"""Make docs/networks.md: python tests/nn/make_page.py"""

import sys
from pathlib import Path

sys.path[:0] = map(str, [Path(__file__).parent, *Path(__file__).parents[1:3]])

from layer_page import PAGE, page, stored_difference  # noqa: E402

if __name__ == "__main__":
    PAGE.write_text(page(stored_difference), encoding="utf-8")
    print(f"wrote {PAGE}")
