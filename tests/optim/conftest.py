import sys
from pathlib import Path

# The table of rows is a package beside the tests; what pages share stands one folder up. Scripts use both.
sys.path[:0] = map(str, [Path(__file__).parent, Path(__file__).parents[1]])
