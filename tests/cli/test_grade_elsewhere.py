"""Options of `grade` that say where: on a cluster, on which GPUs. Contradictions are refused at once."""

from __future__ import annotations

import pytest
from cli_course import NAME

from autograder.cli.arguments import is_safe
from autograder.cli.sandboxes import Choice
from autograder.sandbox import provider

SCHEDULER = ("--scheduler", "tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((*SCHEDULER, "--jobs", "2"), "--jobs and --scheduler exclude each other"),
        ((*SCHEDULER, "--gpu", "--gpu-devices", "0"), "--gpu-devices and --scheduler exclude each other"),
        ((*SCHEDULER, "--gpu", "--slots-per-gpu", "2"), "--slots-per-gpu and --scheduler exclude"),
        (("--gpu-devices", "0"), "--gpu-devices needs --gpu"),
        (("--slots-per-gpu", "2"), "--slots-per-gpu needs --gpu"),
        (("--gpu", "--gpu-devices", "0,0"), "does not name different GPUs"),
        (("--gpu", "--gpu-devices", ","), "does not name different GPUs"),
    ],
)
def test_options_that_contradict_each_other_are_refused(run, classroom, options, complaint):
    classroom.hand_in("ann", classroom.solved)
    outcome = run("grade", NAME, "submissions", *options)
    assert outcome.code == 2
    assert complaint in " ".join(outcome.err.split())
    assert not classroom.out.exists()


def test_a_way_that_others_can_listen_on_is_a_warning(run, classroom):
    classroom.hand_in("ann", classroom.solved)
    outcome = run("grade", NAME, "submissions", "--scheduler", "tcp://nowhere.invalid:8786")
    assert outcome.code == 3
    text = " ".join(outcome.err.split())
    assert "neither encrypted nor authenticated" in text
    assert "no Dask scheduler answers at tcp://nowhere.invalid:8786" in text


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("tls://head:8786", True),
        ("tcp://127.0.0.1:8786", True),
        ("tcp://localhost:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://head:8786", False),
        ("tcp://10.0.0.7:8786", False),
        ("tcp://localhost.example:8786", False),
    ],
)
def test_a_way_is_safe_when_it_is_encrypted_or_stays_here(address, safe):
    assert is_safe(address) is safe


@pytest.mark.parametrize(
    ("devices", "slots", "wanted", "jobs"),
    [((), 1, None, 1), (("0", "1"), 1, None, 2), (("0", "1"), 3, None, 6), (("0",), 3, 2, 2)],
)
def test_notebooks_at_a_time_are_as_many_as_slots_on_gpus(devices, slots, wanted, jobs):
    assert Choice(provider("process"), "image", True, devices, slots).jobs(wanted, 100) == jobs
