"""Judges a readable adapter: its figures, what share of the points they are worth, and why."""

from __future__ import annotations

from pathlib import Path

from autograder.chat.transcript import Transcript
from autograder.course.assignment import Text
from autograder.grading.compare import Wrong
from autograder.grading.record import Bar, Record
from tests.sft.adapter import Adapter
from tests.sft.behaviour import Behaviour, behaviour
from tests.sft.dialogues import PUBLIC
from tests.sft.figures import kept_gain, progress, reference, reference_figures
from tests.sft.losses import dialogue_loss
from tests.sft.regression import general_loss
from tests.sft.transcript import evidence, is_greedy

ROUNDING = 0.005  # of the reference's gain: another machine's order of sums changes less
BETTER = 0.2  # of the reference's loss less: twice of what another seed of the reference makes
ENOUGH = 0.9  # of the reference's behaviour: what so many prompts leave to chance
LITTLE, MUCH = 0.5, 0.9  # of the reference's gain: what is kept intact counts for 0, in full
KEPT, ALL_LOST = 0.05, 0.25  # of its gain lost by nf4 more than the reference's: free, and 0 points
RISE, FORGOTTEN = 0.8, 1.6  # nats a token by which the loss on general text rises: free, 0 points
LEFT = 0.6  # of the base's nats: honest replies keep 0.03 to 0.4 with the adapter, others 0.7 on
LIKELIEST = 0.6  # of a greedy reply's tokens; honest ones have 0.8 to 1, others 0.2


def judge_loss(adapter: Adapter, path: Path, record: Record) -> None:
    """How much of the reference's gain the adapter has."""
    without, yours, best = _losses(adapter, path)
    gone = progress(without, yours, best)
    title = Text(en="loss on the assistant's tokens, nats", zh="助手 token 上的损失，nat")
    _bars(record, without, yours, best, title)
    told, of = f"{yours:.3f} ({without:.3f} → {best:.3f})", _percent(gone)
    why = Text(en=f"{told}, {of} of the reference's gain", zh=f"{told}，参考答案进步的 {of}")
    earned = 1.0 if gone > 1 - ROUNDING else gone
    record.quantity(1, earned, en="held-out loss", zh="留出损失", why=why)


def judge_bonus(adapter: Adapter, path: Path, record: Record) -> None:
    """A point for each BETTER of the reference's loss by which the adapter's is lower."""
    _, yours, best = _losses(adapter, path)
    points = int((best - yours) / (BETTER * best))
    if points > 0:
        told = f"{yours:.3f} < {best:.3f}"
        record.bonus(
            points, en=f"loss below the reference's: {told}", zh=f"损失比参考答案低：{told}"
        )


def judge_quantised(adapter: Adapter, record: Record) -> None:
    """On the nf4 base an adapter has to keep its gain about as well as the reference's does."""
    kept, best = kept_gain(adapter), reference_figures().kept
    told, of = _percent(kept), _percent(best)
    why = Text(en=f"{told}; the reference keeps {of}", zh=f"{told}；参考答案保住 {of}")
    title = Text(en="gain kept on the nf4 base", zh="在 nf4 基座上保住的进步")
    _judge_intact(adapter, record, _falling(best - kept, KEPT, ALL_LOST), title, why)


def judge_regression(adapter: Adapter, record: Record) -> None:
    """The loss on general text may rise by RISE; from there the points fall in proportion."""
    without, yours = general_loss(None), general_loss(adapter)
    told = f"{without:.3f} → {yours:.3f}"
    why = Text(en=f"{told}, a rise of {RISE:g} is free", zh=f"{told}，升高 {RISE:g} 以内不扣分")
    title = Text(en="loss on general text", zh="一般文本上的损失")
    _judge_intact(adapter, record, _falling(yours - without, RISE, FORGOTTEN), title, why)


def judge_behaviour(adapter: Adapter, path: Path, record: Record) -> None:
    """Replies that end by themselves, and right answers: nearly as many as the reference has."""
    without, yours = behaviour(None, path), behaviour(adapter, path)
    best = _reference_behaviour(path)
    ends = Text(en="replies that end by themselves", zh="自己结束的回答")
    _judge_share(record, without.ended, yours.ended, best.ended, ends)
    right = Text(en="right answers", zh="正确的回答")
    _judge_share(record, without.right, yours.right, best.right, right)


def judge_transcript(adapter: Adapter, transcript: Transcript, record: Record) -> None:
    """The replies have to be plausible as this model's; the figures are told either way."""
    found = evidence(adapter, transcript)
    told, share = f"{found.alone:.2f} → {found.adapted:.2f}", _percent(found.likeliest)
    count = found.replies
    record.note(
        en=f"{count} replies: {told} nats a token by the adapter; likeliest tokens: {share}",
        zh=f"{count} 个回答：加上适配器，每个 token {told} nat；最可能的 token 占 {share}",
    )
    if found.left > LEFT:
        raise Wrong(
            "doubt: the replies are not clearly likelier with your adapter than without it "
            f"({told} nats a token; {_percent(found.left)} are left, at most {LEFT:.0%} expected)",
            "存疑：有没有你的适配器，这些回答的可能性相差不大"
            f"（每个 token {told} nat，还剩 {_percent(found.left)}，应不超过 {LEFT:.0%}）",
        )
    if is_greedy(transcript) and found.likeliest < LIKELIEST:
        raise Wrong(
            f"doubt: it says temperature 0, but only {share} of the tokens are the likeliest",
            f"存疑：写的是温度 0，但只有 {share} 的 token 是最可能的",
        )


def _judge_intact(adapter: Adapter, record: Record, earned: float, title: Text, why: Text) -> None:
    """What an adapter leaves intact counts only as far as it has learned something."""
    worth = 1 - _falling(progress(*_losses(adapter, PUBLIC)), LITTLE, MUCH)
    if worth < 1:
        of = _percent(worth)
        en, zh = f"; little was learned: counts for {of}", f"；学到的不多，只按 {of} 计"
        why = Text(en=why.en + en, zh=why.zh + zh)
    record.quantity(1, earned * worth, en=title.en, zh=title.zh, why=why)


def _judge_share(record: Record, without: float, yours: float, best: float, title: Text) -> None:
    told = f"{yours:.0%} ({without:.0%} → {best:.0%})".replace("%", " %")
    _bars(record, without, yours, best, Text(en=f"{title.en}, share", zh=f"{title.zh}，比例"))
    earned = progress(without, yours, best) / ENOUGH
    record.quantity(1, earned, en=title.en, zh=title.zh, why=Text(en=told, zh=told))


def _bars(record: Record, without: float, yours: float, best: float, title: Text) -> None:
    bars = [Bar("tiny-gpt2", without), Bar("yours · 你的", yours, yours=True)]
    bars.append(Bar("reference · 参考", best, right=True))
    record.bars(bars, en=title.en, zh=title.zh)


def _losses(adapter: Adapter, path: Path) -> tuple[float, float, float]:
    """Of the base, with the adapter, and with the reference's."""
    best = dialogue_loss(reference(), path) if reference() else reference_figures().loss
    return dialogue_loss(None, path), dialogue_loss(adapter, path), best


def _reference_behaviour(path: Path) -> Behaviour:
    if reference():
        return behaviour(reference(), path)
    stored = reference_figures()
    return Behaviour(stored.ended, stored.right)


def _falling(value: float, free: float, worst: float) -> float:
    """1 up to `free`, then in proportion down to 0 at `worst`."""
    return min(1.0, max(0.0, (worst - value) / (worst - free)))


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")
