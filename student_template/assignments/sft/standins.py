"""What a test knows of a dialogue, in the place of a student's own functions of other exercises.

Labels are tested on text that the test has made, prompts on tokens that it has made. For a turn
that the test did not think of, the student's own function is asked.
"""

import contextlib


def pieces_known(student, known):
    """`pieces_of`; `known` lists speaker, value, first, and the two pieces."""
    table = {(speaker, value, bool(first)): tuple(two) for speaker, value, first, *two in known}
    own = student.pieces_of

    def pieces_of(turn, first):
        found = table.get((turn.speaker, turn.value, bool(first)))
        return own(turn, first) if found is None else found

    return pieces_of


def tokens_known(student, known):
    """`encode_turn`; `known` lists speaker, value, first, the ids and the labels."""
    table = {(speaker, value, bool(first)): lists for speaker, value, first, *lists in known}
    own = student.encode_turn

    def encode_turn(turn, first, tokenizer):
        if not hasattr(tokenizer, "encode"):  # what is known needs none, the student's own does
            raise TypeError(f"encode_turn takes a tokenizer, not {type(tokenizer).__name__}")
        found = table.get((turn.speaker, turn.value, bool(first)))
        return own(turn, first, tokenizer) if found is None else tuple(map(list, found))

    return encode_turn


@contextlib.contextmanager
def replaced(module, **parts):
    """Puts `parts` in the place of what a module has under the same names, for a while."""
    own = {name: getattr(module, name) for name in parts if hasattr(module, name)}
    for name in own:
        setattr(module, name, parts[name])
    try:
        yield
    finally:
        for name, part in own.items():
            setattr(module, name, part)
