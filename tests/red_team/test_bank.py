"""The bank itself: every threat has attacks, every attack names threats, and there are enough of them."""

from __future__ import annotations

import pytest

from bank import HERE, MAXIMUM, Attack, attacks, threats

ATTACKS = attacks()


def test_every_threat_has_an_attack() -> None:
    tried = {threat for attack in ATTACKS for threat in attack.outcome.threats}
    assert [threat.id for threat in threats() if threat.id not in tried] == []


def test_every_line_of_the_threats_is_there() -> None:
    assert {threat.line for threat in threats()} == set(range(1, 10))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_names_known_threats_and_a_possible_score(attack: Attack) -> None:
    known = {threat.id for threat in threats()}
    assert set(attack.outcome.threats) <= known
    assert attack.outcome.tries.endswith(".")
    assert 0 <= attack.outcome.score <= MAXIMUM


def test_there_are_enough_attacks_and_no_name_twice() -> None:
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names)) >= 100
    assert {attack.area for attack in ATTACKS} <= {threat.id.split(".")[0] for threat in threats()}


def test_no_attack_contains_what_it_looks_for() -> None:
    """A secret in an attack's own text would be found on its own page."""
    for path in (HERE / "notebooks").glob("*.py"):
        assert "canary-" not in path.read_text(encoding="utf-8"), path.name
