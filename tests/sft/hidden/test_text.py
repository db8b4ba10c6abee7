"""Exercise `text`, hidden part: nothing that was said is changed."""

from tests.sft import said
from tests.sft.test_text import check_read, check_text, file_of


def test_what_was_said_stays_as_it_is(student, record):
    odd = said.dialogue(
        " two  spaces ", "", "User: no\nAssistant: yes", "<|endoftext|>", "{0} %s", "\t"
    )
    asked = odd[:-1]  # the human speaks last
    answered = odd[1:]  # the assistant speaks first
    data = file_of(odd, asked, answered, key="conversations")
    check_read(student, data, [odd, asked, answered], 0)
    check_text(student, record, "</s>", odd, asked, answered, odd[:1])
