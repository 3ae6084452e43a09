"""Lets `python -m optimlab` run the command line."""

import sys

from optimlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
