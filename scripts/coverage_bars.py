"""Hold the coverage of the last test run against the bars: 100 % of branches in the core and the words, 90 % elsewhere.

Usage: python scripts/coverage_bars.py, after pytest has run with --cov.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

BARS = (
    ("arena/core/", 100.0),
    ("arena/words/", 100.0),
    ("arena/", 90.0),
    ("agents/", 90.0),
    ("web/", 90.0),
    ("attacks/core/", 100.0),
    ("attacks/", 90.0),
)


def main() -> int:
    """Print each part's coverage and return 1 where one is under its bar."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], check=True)
        files = json.loads(report.read_text())["files"]
    failed = False
    for part, bar in BARS:
        rows = [row["summary"] for name, row in files.items() if name.startswith(part)]
        if not rows:
            continue
        covered = sum(row["covered_lines"] + row["covered_branches"] for row in rows)
        total = sum(row["num_statements"] + row["num_branches"] for row in rows)
        share = 100.0 * covered / total if total else 100.0
        is_met = share >= bar
        failed |= not is_met
        sys.stdout.write(f"{part:<14} {share:6.2f} %  bar {bar:g} %  {'met' if is_met else 'MISSED'}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
