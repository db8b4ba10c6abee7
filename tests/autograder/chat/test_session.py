"""Sessions: each turn is on the disk, however a reply ends, and no file is written over."""

from __future__ import annotations

import pytest

from autograder.chat.conversation import turn_seed
from autograder.chat.session import Session
from autograder.chat.transcript import Settings, Turn, read_transcript
from autograder.errors import CourseError
from tests.autograder.chat.scripted import Scripted

HI, HELLO = Turn("human", "Hi"), Turn("gpt", "Hello")


def _session(path, model=None, **options):
    model = model or Scripted("Hel", "lo")
    return Session(model, Settings(), path=path / "chat.json", **options)


def _say(session, text="Hi"):
    return "".join(session.say(text, forgot=lambda _: None))


def _saved(session):
    return list(read_transcript(session.file).turns)


def test_what_was_said_is_on_the_disk_before_the_reply_begins_and_after_it(tmp_path):
    session = _session(tmp_path)
    reply = session.say("Hi", forgot=lambda _: None)
    assert next(reply) == "Hel"
    assert _saved(session) == [HI]  # what a kill would leave
    assert list(reply) == ["lo"]
    assert _saved(session) == [HI, HELLO]


def test_the_model_gets_the_history_and_each_reply_its_own_seed(tmp_path):
    model = Scripted("Hello")
    session = _session(tmp_path, model, seed=5)
    _say(session)
    _say(session)
    assert model.asked == [
        ((HI,), turn_seed(5, 1)),
        ((HI, HELLO, HI), turn_seed(5, 3)),
    ]


def test_a_reply_that_is_cut_short_is_kept_and_marked(tmp_path):
    session = _session(tmp_path)
    reply = session.say("Hi", forgot=lambda _: None)
    next(reply)
    reply.close()
    assert _saved(session) == [HI, Turn("gpt", "Hel", stopped=True)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError, CourseError])
def test_whatever_ends_a_reply_the_transcript_has_what_was_said(tmp_path, error):
    session = _session(tmp_path, Scripted("Hel", error=error("!")))
    with pytest.raises(error):
        _say(session)
    assert _saved(session) == [HI, Turn("gpt", "Hel", stopped=True)]


def test_a_question_that_an_error_leaves_unanswered_is_taken_back(tmp_path):
    session = _session(tmp_path)
    _say(session)
    session.model = Scripted(error=CourseError("x: no memory"))
    with pytest.raises(CourseError):
        _say(session, "More?")
    assert _saved(session) == [HI, HELLO]
    session.model = Scripted("Well")
    _say(session, "More?")
    assert _saved(session) == [HI, HELLO, Turn("human", "More?"), Turn("gpt", "Well")]


def test_an_error_at_the_first_question_leaves_no_file(tmp_path):
    session = _session(tmp_path, Scripted(error=CourseError("x: no memory")))
    with pytest.raises(CourseError):
        _say(session)
    assert list(tmp_path.iterdir()) == []
    assert session.file is None


def test_an_empty_reply_is_a_turn(tmp_path):
    session = _session(tmp_path, Scripted())
    assert _say(session) == ""
    assert _saved(session) == [HI, Turn("gpt", "")]


def test_a_new_conversation_has_a_new_file_and_leaves_the_old_one(tmp_path):
    session = _session(tmp_path)
    _say(session)
    first = session.file
    session.reset()
    _say(session, "Again")
    assert session.file == tmp_path / "chat-2.json"
    assert read_transcript(first).turns == (HI, HELLO)
    assert _saved(session) == [Turn("human", "Again"), HELLO]


def test_an_earlier_file_is_never_written_over(tmp_path):
    (tmp_path / "chat.json").write_text("precious")
    session = _session(tmp_path)
    _say(session)
    assert (tmp_path / "chat.json").read_text() == "precious"
    with pytest.raises(CourseError, match="exists already"):
        session.save_as(tmp_path / "chat.json")


def test_a_transcript_saved_elsewhere_goes_on_there(tmp_path):
    session = _session(tmp_path)
    _say(session)
    session.save_as(tmp_path / "funny.json")
    _say(session, "More?")
    assert len(read_transcript(tmp_path / "funny.json").turns) == 4
    assert len(read_transcript(tmp_path / "chat.json").turns) == 2


def test_without_a_place_transcripts_go_to_a_folder_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session = Session(Scripted("Hello"), Settings())
    _say(session)
    assert [path.parent.name for path in tmp_path.rglob("chat-*-*.json")] == ["transcripts"]


def test_a_seed_is_kept_where_given_and_drawn_anew_where_not(tmp_path):
    fixed, drawn = _session(tmp_path, seed=5), _session(tmp_path)
    seeds = {drawn.seed}
    for session in (fixed, drawn):
        session.reset()
    assert fixed.seed == 5
    assert drawn.seed not in seeds


def test_text_that_json_cannot_hold_is_mended_on_both_sides(tmp_path):
    session = _session(tmp_path, Scripted("\ud83d"))
    assert _say(session, "\udcff") == "?"
    assert _saved(session) == [Turn("human", "?"), Turn("gpt", "?")]


def test_a_disk_that_takes_nothing_is_one_line_and_the_reply_is_still_had(tmp_path):
    (tmp_path / "file").write_text("in the way")
    session = _session(tmp_path / "file")
    with pytest.raises(CourseError, match="cannot be written"):
        _say(session)
    assert session.turns == []
    session = _session(tmp_path)
    reply = session.say("Hi", forgot=lambda _: None)
    next(reply)
    (tmp_path / "chat.json").unlink()
    (tmp_path / "chat.json").mkdir()  # the place is lost while the model speaks
    with pytest.raises(CourseError, match="cannot be written"):
        list(reply)
    assert session.turns == [HI, HELLO]
