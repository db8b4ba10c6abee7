"""Grades a class by Otter's API, in Otter's environment; writes the number of tests passed."""

import json
import sys
from pathlib import Path

from otter.api import grade_submission  # type: ignore[import-not-found]

folder = Path(sys.argv[1])
marks = {}
for path in sorted((folder / "class").glob("*/*.py")):
    results = grade_submission(str(path), str(folder / "autograder.zip"), quiet=True)
    marks[path.parent.name] = round(results.total)
(folder / "marks.json").write_text(json.dumps(marks))
