"""From figures to points: in proportion, cut at both ends, and nothing for what was not learned."""

from __future__ import annotations

import pytest

from autograder.grading.record import Record
from tests.course.sft.adapters import config_with, handed, matrices
from tests.sft import verdicts
from tests.sft.adapter import read_adapter
from tests.sft.behaviour import Behaviour
from tests.sft.dialogues import PUBLIC
from tests.sft.figures import Figures, stored_figures


@pytest.fixture(scope="module")
def adapter():
    return read_adapter(handed(config_with(), matrices()))


@pytest.fixture
def figures(monkeypatch, adapter):
    """Sets the figures of base (4 nats), reference (1 nat) and adapter; tells what was earned."""

    def judged(judge, *rest, loss=1.0, kept=1.0, general=2.0, ended=1.0, right=0.8):
        losses = {None: 4.0, adapter: loss}
        monkeypatch.setattr(verdicts, "reference", lambda: None)
        monkeypatch.setattr(verdicts, "reference_figures",
                            lambda: Figures(loss=1.0, kept=0.95, ended=1.0, right=0.8))  # fmt: skip
        monkeypatch.setattr(verdicts, "dialogue_loss", lambda one, _: losses[one])
        monkeypatch.setattr(verdicts, "kept_gain", lambda _: kept)
        general_losses = {None: 2.0, adapter: general}
        monkeypatch.setattr(verdicts, "general_loss", lambda one: general_losses[one])
        shares = {None: Behaviour(0.0, 0.0), adapter: Behaviour(ended, right)}
        monkeypatch.setattr(verdicts, "behaviour", lambda one, _: shares[one])
        record = Record()
        judge(adapter, *rest, record)
        return record.take()

    return judged


@pytest.mark.parametrize(
    ("loss", "earned"),
    [(1.0, 1), (4.0, 0), (2.5, 0.5), (9.0, 0), (0.2, 1), (1.01, 1), (1.1, 0.9667)],
)
def test_the_points_for_the_loss_are_the_share_of_the_references_gain(figures, loss, earned):
    found = figures(verdicts.judge_loss, PUBLIC, loss=loss)
    assert found.earned == pytest.approx(earned, abs=1e-3)
    ((_, yours, _),) = (picture.bars for picture in found.pictures)
    assert (yours.value, yours.yours) == (loss, True)


@pytest.mark.parametrize(("loss", "points"), [(1.0, 0), (0.81, 0), (0.79, 1), (0.35, 3), (4, 0)])
def test_a_loss_well_below_the_references_earns_a_bonus(figures, loss, points):
    found = figures(verdicts.judge_bonus, PUBLIC, loss=loss)
    assert sum(bonus.points for bonus in found.bonuses) == points


@pytest.mark.parametrize(("kept", "earned"), [(0.95, 1), (0.9, 1), (1.2, 1), (0.8, 0.5), (0.7, 0)])
def test_nf4_may_cost_a_twentieth_of_the_gain_more_than_the_reference(figures, kept, earned):
    found = figures(verdicts.judge_quantised, kept=kept)
    assert found.earned == pytest.approx(earned)


def test_the_points_for_general_text_fall_in_proportion_past_the_free_rise(figures):
    rises = [-1, verdicts.RISE, (verdicts.RISE + verdicts.FORGOTTEN) / 2, verdicts.FORGOTTEN, 99]
    earned = [figures(verdicts.judge_regression, general=2 + rise).earned for rise in rises]
    assert earned == pytest.approx([1, 1, 0.5, 0, 0])


@pytest.mark.parametrize("judge", [verdicts.judge_quantised, verdicts.judge_regression])
@pytest.mark.parametrize(("loss", "earned"), [(1.0, 1), (1.3, 1), (1.9, 0.5), (2.5, 0), (4.1, 0)])
def test_an_adapter_that_learned_little_earns_little_for_breaking_nothing(
    figures, judge, loss, earned
):
    found = figures(judge, loss=loss)
    assert found.earned == pytest.approx(earned)
    (part,) = found.parts
    assert ("little was learned" in part.cause.en) is (earned < 1)


@pytest.mark.parametrize(
    ("ended", "right", "earned"),
    [(1, 0.8, 1), (0.9, 0.72, 1), (0.45, 0.72, 0.75), (1, 0, 0.5), (0, 0, 0), (1, 0.36, 0.75)],
)
def test_the_points_for_behaviour_are_shares_of_the_references(figures, ended, right, earned):
    found = figures(verdicts.judge_behaviour, PUBLIC, ended=ended, right=right)
    assert found.earned == pytest.approx(earned)


def test_a_students_folder_has_the_references_public_figures(figures):
    assert stored_figures().loss > 0
    found = figures(verdicts.judge_loss, PUBLIC)  # no reference there: it is patched away
    assert [bar.value for bar in found.pictures[0].bars] == [4.0, 1.0, 1.0]
