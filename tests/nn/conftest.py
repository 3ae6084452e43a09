import sys
from pathlib import Path

# The table of cases is a module beside the tests; scripts use it too.
sys.path.insert(0, str(Path(__file__).parent))
