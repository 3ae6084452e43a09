import sys
from pathlib import Path

# The table of rows is a package beside the tests; scripts use it too.
sys.path.insert(0, str(Path(__file__).parent))
