"""`python -m autograder.pretraining > corpus.txt`: the corpus that tiny-gpt2 has read, as text."""

from __future__ import annotations

import lzma
import sys

from autograder.pretraining.text import CORPUS

if __name__ == "__main__":
    sys.stdout.buffer.write(lzma.decompress(CORPUS.read_bytes()))
