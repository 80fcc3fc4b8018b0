"""Each attack of the bank, in each sandbox that claims to stop it, comes to exactly what it must come to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from autograder.sandbox import PROVIDERS
from parsed_page import Page

from bank import Attack
from red_sandboxes import GROUPS, Graded, attacks_in, marks_of


def pairs() -> Iterator[object]:
    for sandbox in PROVIDERS:
        for group in GROUPS:
            for attack in attacks_in(sandbox, group):
                yield pytest.param(
                    sandbox, attack, id=f"{sandbox}-{attack.name}", marks=marks_of(sandbox, group)
                )


@pytest.mark.parametrize(("sandbox", "attack"), list(pairs()))
def test_attack(sandbox: str, attack: Attack, graded: Graded) -> None:
    red_class, expected = graded(sandbox, attack.outcome.group), attack.outcome
    if expected.skipped:
        assert any(expected.skipped in each["why"] for each in red_class.result["skipped"])
        assert red_class.students[attack.name] not in {
            each["student"] for each in red_class.result["students"]
        }
        return
    report = red_class.report(attack.name)
    told = f"\n{report.run.message}\n" + "\n".join(f"{t.id}: {t.outcome}: {t.message}" for t in report.tests)
    assert report.run.status in expected.run, told
    assert report.score == expected.score, told
    assert (report.deadline.status, report.final_score) == (expected.deadline, expected.counts), told
    assert red_class.leaks(attack.name) == {}
    page = Page(red_class.page(attack.name))
    assert page.dangers == [] and page.all("#forged, .forged") == []
    sentences = red_class.sentences(attack.name)
    for sentence in expected.says:
        assert sentence in sentences, told
    shown = red_class.executed(attack.name)
    for text in expected.shows:
        assert text in shown, shown[-2000:]
    for text in expected.hides:
        for page, content in red_class.pages(attack.name).items():
            assert text not in content, f"{page} holds {text!r}"
