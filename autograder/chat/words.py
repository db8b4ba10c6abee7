"""What the terminal and the page say to a person, in English and Chinese."""

from __future__ import annotations

from typing import Protocol

from msgspec.structs import asdict

from autograder.chat.transcript import Settings
from autograder.course.assignment import Language

_WORDS: dict[str, tuple[str, str]] = {
    "loading": ("loading {name} …", "正在载入 {name} …"),
    "about": (
        "{name} · temperature {temperature:g} · top-p {top_p:g} · "
        "at most {max_new_tokens} tokens a reply",
        "{name} · 温度 {temperature:g} · top-p {top_p:g} · 每次回复最多 {max_new_tokens} 个 token",
    ),
    "adapter": ("with the adapter {sha256}", "外加适配器 {sha256}"),
    "seed": ("seed {seed}", "种子 {seed}"),
    "nothing to say": ("Nothing to say? Try:", "不知道说什么？试试："),
    "help": (
        "/1 /2 /3 or /examples · /reset a new conversation · /save [FILE] · "
        "/model [PATH] · /quit\nCtrl-C stops a reply; at the prompt it ends the chat.",
        "/1 /2 /3 或 /examples 看例子 · /reset 重新开始 · /save [文件] 保存 · "
        "/model [路径] 看或换模型 · /quit 退出\nCtrl-C 打断回复；在输入时按，就结束聊天。",
    ),
    "you": ("you", "你"),
    "model": ("model", "模型"),
    "stopped": ("(stopped)", "（已打断）"),
    "empty": ("(no reply)", "（没有回复）"),
    "saved": ("Saved in {file}", "已保存到 {file}"),
    "nothing": ("Nothing was said, so nothing is saved.", "什么都没说，所以什么都没存。"),
    "new": ("A new conversation. The last one is in {file}", "新的对话。上一段在 {file}"),
    "new from nothing": ("A new conversation.", "新的对话。"),
    "forgot": (
        "(The oldest {count} turns no longer fit into the model's context: it has forgotten them. "
        "The transcript hasn't.)",
        "（最早的 {count} 句话已经放不进模型的上下文了：它忘了，记录没忘。）",
    ),
    "unknown": ("{command}: no such command.", "{command}：没有这个命令。"),
    "open": (
        "The page is at {url} (only from this computer). Ctrl-C ends it.",
        "网页在 {url}（只有本机能打开）。按 Ctrl-C 结束。",
    ),
    "title": ("Chat with a language model", "和语言模型聊天"),
    "placeholder": ("Say something", "说点什么"),
    "greeting": ("Ask it something. It always has an answer.", "随便问，它总有话说。"),
    "new chat": ("New conversation", "新的对话"),
    "save": ("Save", "保存"),
    "not saved yet": (
        "Each turn is saved as a transcript.",
        "每说一句，都会自动存进对话记录。",
    ),
    "hint": (
        "Saved in `{file}` after each turn",
        "每说一句，自动保存到 `{file}`",
    ),
}


def words(key: str, language: Language, **values: object) -> str:
    """One text, with `values` filled in."""
    english, chinese = _WORDS[key]
    return (chinese if language == "zh" else english).format(**values)


class Named(Protocol):
    """A model, as far as it is told a person."""

    name: str
    server: str | None


def about(language: Language, model: Named, settings: Settings) -> str:
    """The model and its settings in one line."""
    name = f"{model.name} ({model.server})" if model.server else model.name
    return words("about", language, name=name, **asdict(settings))
