"""`python -m autograder.gradescope ROOT`: what run_autograder starts, ROOT being /autograder."""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.gradescope.run import run

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
