"""Every row, from every file of this folder."""

import importlib
import pkgutil

ROWS = [row for module in pkgutil.iter_modules(__path__)
        for row in importlib.import_module(f"{__name__}.{module.name}").ROWS]
BY_NAME = {row.name: row for row in ROWS}
