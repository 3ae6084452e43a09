"""Make the stored results of PyTorch: python tests/nn/make_references.py [Name ...]

It needs torch, of the version in requirements-references.txt. Each layer becomes one small file in
tests/nn/references/, with the versions that made it.
"""

import importlib.metadata
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from layer_parity import save_stored, table  # noqa: E402

if __name__ == "__main__":
    wanted, results = sys.argv[1:], {}
    for file, label, made_with, _, theirs in table():
        if not wanted or file in wanted:
            results.setdefault(file, {})[label] = (made_with, theirs())
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "torch")}
    for file, found in results.items():
        save_stored(file, found, versions)
        print(file, len(found), "results")
