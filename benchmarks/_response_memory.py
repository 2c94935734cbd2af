"""The highest memory of one question to the evaluator, in a process of its own: input, output and work over input."""

import json
import os
import sys
from pathlib import Path

from benchmarks import response
from trialwright.catalog.evaluator import evaluate_numerators


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def main() -> None:
    kind, what = sys.argv[1:3]
    rule = response._rules()[kind == "tis"]
    outputs = ["verdict"] if what == "verdict" else response._reasons(rule)
    small, _ = response._drawn(1_000)
    evaluate_numerators(rule, small, outputs)  # what is loaded once is not work
    wide, doubles = response._drawn(response.PARTICIPANTS * response.VISITS)
    del doubles
    used = {name for name in wide.frame.columns if name in rule.columns}
    wide = wide._replace(frame=wide.frame.select(sorted(used)))
    size = wide.frame.estimated_size()
    before = _kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # forgets the highest so far
    found = evaluate_numerators(rule, wide, outputs)
    highest = _kilobytes("VmHWM")
    print(
        json.dumps({"ratio": (size + (highest - before) * 1024) / size, "rows": found.frame.height, "pid": os.getpid()})
    )


if __name__ == "__main__":
    main()
