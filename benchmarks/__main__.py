"""`python -m benchmarks [NAME ...]`: every module here that has a `run()`, its ratios printed side by side."""

import importlib
import os
import pkgutil
import sys

import benchmarks

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the commands run (decision 0072)


def main() -> None:
    wanted = set(sys.argv[1:])
    for found in pkgutil.iter_modules(benchmarks.__path__):
        if found.name.startswith("_") or (wanted and found.name not in wanted):
            continue
        run = getattr(importlib.import_module(f"benchmarks.{found.name}"), "run", None)
        if run is not None:
            print(f"== {found.name}")
            run()


if __name__ == "__main__":
    main()
