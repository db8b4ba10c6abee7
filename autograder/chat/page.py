"""The chat as a page, made with gradio's chat interface. Imported only where gradio is wanted.

The conversation is the session's, one for each browser tab; what the browser sends of the history
is not used. So a conversation only goes on or begins anew: there is no second try, since the same
seed would give the same reply, and no undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import gradio

from autograder.chat.conversation import EXAMPLES
from autograder.chat.session import Session
from autograder.chat.words import about, words
from autograder.course.assignment import Language
from autograder.errors import CourseError

THEME = gradio.themes.Soft(
    primary_hue="teal",
    secondary_hue="teal",
    font=("system-ui", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"),
)


CSS = """
.gradio-container { width: 100% !important; max-width: 52rem !important; margin: auto !important; }
.gradio-container main { width: 100%; }
.gradio-container .example { border: 1px solid var(--border-color-primary) !important; }
.below { align-items: center; }
.below p, .about { color: var(--body-text-color-subdued); font-size: 0.85rem; }
.about { text-align: center; }
"""


class Conversations:
    """What the page's events do, each in the session of the tab that sent it."""

    def __init__(self, new_session: Callable[[], Session], language: Language) -> None:
        self._new_session = new_session
        self._language: Language = language
        self._sessions: dict[str | None, Session] = {}

    def reply(
        self, message: str, _history: object, request: gradio.Request
    ) -> Iterator[tuple[str, str]]:
        """What the model has said so far, and where it is saved; trouble is a line in the chat."""
        session, said = self._of(request), ""
        if not message.strip():
            return
        try:
            with closing(session.say(message.strip(), self._forgot)) as pieces:
                for piece in pieces:
                    said += piece
                    yield said, self._where(session)
            if not said:
                yield self._words("empty"), self._where(session)
        except CourseError as error:
            yield f"{said}\n\n⚠️ {error}".strip(), self._where(session)

    def reset(self, request: gradio.Request) -> str:
        self._of(request).reset()
        return self._words("not saved yet")

    def save(self, request: gradio.Request) -> None:
        session = self._of(request)
        gradio.Info(
            self._words("saved", file=session.save()) if session.turns else self._words("nothing")
        )

    def leave(self, request: gradio.Request) -> None:
        self._sessions.pop(request.session_hash, None)

    def _of(self, request: gradio.Request) -> Session:
        tab = request.session_hash
        if tab not in self._sessions:
            self._sessions[tab] = self._new_session()
        return self._sessions[tab]

    def _forgot(self, count: int) -> None:
        gradio.Info(self._words("forgot", count=count))

    def _where(self, session: Session) -> str:
        if session.file is None:
            return self._words("not saved yet")
        return self._words("hint", file=session.file)

    def _words(self, key: str, **values: object) -> str:
        return words(key, self._language, **values)


def build_page(new_session: Callable[[], Session], language: Language) -> gradio.Blocks:
    """The page, ready to be launched."""
    conversations = Conversations(new_session, language)
    first = new_session()
    with gradio.Blocks(title=first.model.name, analytics_enabled=False, fill_height=True) as page:
        where = gradio.Markdown(words("not saved yet", language), render=False)
        chat = gradio.ChatInterface(
            conversations.reply,
            chatbot=_chatbot(language),
            textbox=_textbox(language),
            examples=list(EXAMPLES),
            additional_outputs=[where],
            title=words("title", language),
            description=f"<div class='about'>{about(language, first.model, first.settings)}</div>",
            analytics_enabled=False,
            flagging_mode="never",
            api_visibility="private",
        )
        with gradio.Row(elem_classes="below"):
            with gradio.Column(scale=6):
                where.render()
            button = gradio.Button(words("save", language), size="sm", min_width=96)
        button.click(conversations.save, api_visibility="private")
        chat.chatbot.clear(conversations.reset, outputs=[where], api_visibility="private")
        page.unload(conversations.leave)
    chat.chatbot._retryable = chat.chatbot._undoable = False
    return page


def _chatbot(language: Language) -> gradio.Chatbot:
    return gradio.Chatbot(
        show_label=False,
        scale=1,
        height="60vh",
        layout="bubble",
        buttons=[],
        placeholder=words("greeting", language),
        feedback_options=None,
        allow_tags=False,
    )


def _textbox(language: Language) -> gradio.Textbox:
    return gradio.Textbox(
        placeholder=words("placeholder", language),
        submit_btn=True,
        stop_btn=True,
        autofocus=True,
        scale=7,
        max_lines=8,
    )
