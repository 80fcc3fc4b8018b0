"""What every sandbox promises: whatever a submission does, it ends within its limits, in words, and alone."""

from __future__ import annotations

import re
import secrets
import signal
import time
from pathlib import Path

import pytest
from asking import SLACK, ask, brief, call, lose, output_of, run, value, within
from providers import ISOLATING

from autograder.examiner import NoAnswer, StudentNotebook
from autograder.sandbox import Lost, Ran, Slot, describe_loss

OPEN_CHANNEL = "import os, struct, time\ndef send(body): os.write(3, struct.pack('>Q', len(body)) + body)\n"


class TestEndings:
    """Each way to end the process, with the reason that the report's sentence is made from."""

    @pytest.mark.parametrize(
        ("code", "exit_code"),
        [
            ("import os; os._exit(3)", 3),
            ("import os; os._exit(0)", 0),
            ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL),
            ("import ctypes; ctypes.string_at(0)", 128 + signal.SIGSEGV),
            ("import os; os.abort()", 128 + signal.SIGABRT),
            ("import os; os.closerange(0, 1024)", 1),
        ],
        ids=[
            "exit 3",
            "exit 0",
            "SIGKILL to itself",
            "segmentation fault",
            "abort",
            "all descriptors closed",
        ],
    )
    def test_a_process_that_ends_is_told_with_its_exit_code(
        self, slot: Slot, code: str, exit_code: int
    ) -> None:
        with within(SLACK):
            assert lose(slot, "x = 1", code, "y = 1") in (
                Lost("died", exit_code, cell=1),
                Lost("died", exit_code, cell=2),
            )

    @pytest.mark.parametrize(
        "code",
        [
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "import signal\nfor s in set(signal.Signals) - {9, 19}: signal.signal(s, signal.SIG_IGN)\n"
            "while True: pass",
            "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
            "import time; time.sleep(1000)",
            "get_ipython().set_custom_exc((BaseException,), lambda *_: None)\nwhile True: pass",
        ],
        ids=["swallows interrupts", "ignores signals", "stops itself", "sleeps", "hooks IPython"],
    )
    def test_a_cell_without_end_is_stopped_at_the_limit(self, slot: Slot, code: str) -> None:
        with brief(slot) as seconds:
            lost = lose(slot, "x = 1", code)
        assert lost == Lost("timeout", None, cell=1)
        sentence = describe_loss(lost.reason, slot.spec.limits, None, seconds)
        assert sentence == "took longer than 0.4 s and was stopped"

    def test_sys_exit_ends_only_the_cell(self, slot: Slot) -> None:
        ran = run(slot, "import sys; sys.exit(1)", "after = 2")
        assert [cell["ok"] for cell in ran.cells] == [False, True]
        assert value(slot, "after") == 2


class TestProcesses:
    def test_a_fork_bomb_is_stopped(self, slot: Slot) -> None:
        bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
        with within(slot.spec.limits.run_seconds):
            lost = lose(slot, bomb)
        assert lost.reason in ("processes", "memory")

    def test_a_thread_bomb_is_stopped_or_fails(self, slot: Slot) -> None:
        bomb = (
            "import threading, time\n"
            "for _ in range(100_000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
        )
        with within(slot.spec.limits.run_seconds + SLACK):
            result = slot.run([bomb], {}, seed=1)
        assert result == Lost("processes", None, 0) or "can't start new thread" in output_of(result)

    def test_processes_within_the_limit_may_run(self, slot: Slot) -> None:
        ran = run(
            slot, "import subprocess\nprint(subprocess.run(['echo', 'hi'], capture_output=True).stdout)"
        )
        assert output_of(ran) == "b'hi\\n'\n"

    def test_a_background_process_is_gone_afterwards(self, slot: Slot) -> None:
        seconds = str(secrets.randbelow(10**6) + 10**6)
        daemon = (
            "import os\n"
            "reader, writer = os.pipe()\n"
            "if os.fork() == 0:\n"
            "    os.setsid()\n"
            "    if os.fork() == 0:\n"
            f"        os.execvp('sleep', ['sleep', '{seconds}'])\n"
            "    os._exit(0)\n"
            "os.wait(); os.close(writer); os.read(reader, 1)\n"  # ends when the exec has closed the pipe
            "running = []\n"
            "while not running:\n"
            "    running = [p for p in os.listdir('/proc') if p.isdigit() and "
            f"b'{seconds}' in open(f'/proc/{{p}}/cmdline', 'rb').read()]"
        )
        run(slot, daemon)
        assert len(value(slot, "running")) == 1
        slot.stop()
        assert not _processes_with(seconds)

    def test_fork_that_goes_on_with_the_notebook_ends_quietly(self, slot: Slot) -> None:
        ran = run(slot, "import os\nchild = os.fork()", "x = 5")
        assert len(ran.cells) == 2
        assert value(slot, "x") == 5


class TestMemory:
    @pytest.mark.parametrize(
        "code",
        [
            "x = b'x' * 10**10",
            "import numpy as np; x = np.ones(10**10 // 8)",
            "x = []\nwhile True: x.append('y' * 10**6)",
            "import mmap\nm = mmap.mmap(-1, 10**10)\nfor _ in range(10**4): m.write(b'x' * 10**6)",
        ],
        ids=["bytes", "numpy", "list of strings", "shared mapping"],
    )
    def test_ten_gigabytes_are_stopped(self, slot: Slot, code: str) -> None:
        with within(slot.spec.limits.run_seconds + SLACK):
            lost = lose(slot, code)
        assert (lost.reason, lost.cell) == ("memory", 0)
        assert "used more than 400 MB of memory" in describe_loss("memory", slot.spec.limits, None, 10)

    def test_memory_shared_out_among_processes_is_stopped(self, slot: Slot) -> None:
        hoard = (
            "import os, time\nfor _ in range(8):\n    if os.fork() == 0: x = b'x' * 10**8; time.sleep(60)\n"
        )
        with within(slot.spec.limits.run_seconds):
            lost = lose(slot, hoard + "time.sleep(60)")
        assert lost.reason in ("memory", "processes")
        assert "400 MB" in describe_loss(lost.reason, slot.spec.limits, None, 10)

    def test_memory_that_belongs_to_no_process_cannot_be_had(self, slot: Slot) -> None:
        ran = run(
            slot,
            "import os\nos.memfd_create('hidden')",
            "import ctypes\nshared = ctypes.CDLL(None, use_errno=True).shmget(0, 1 << 20, 0o1600)",
        )
        assert [cell["ok"] for cell in ran.cells] == [False, True]
        assert value(slot, "shared") == -1

    @pytest.mark.parametrize("slot", ISOLATING, indirect=True)
    def test_memory_in_the_buffers_of_sockets_is_stopped(self, slot: Slot) -> None:
        fill = (
            "import socket\nkept = []\n"
            "while True:\n"
            "    kept.append(socket.socketpair())\n"
            "    for end in kept[-1]:\n"
            "        end.setblocking(False)\n"
            "        try:\n"
            "            while True: end.send(b'x' * 32768)\n"
            "        except BlockingIOError: pass"
        )
        with within(slot.spec.limits.run_seconds + SLACK):
            assert lose(slot, fill) == Lost("memory", None, 0)

    def test_raising_the_limits_does_not_help(self, slot: Slot) -> None:
        raise_all = (
            "import resource\n"
            "for kind in range(16):\n"
            "    try: resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2)\n"
            "    except (OSError, ValueError): pass"
        )
        with within(slot.spec.limits.run_seconds + SLACK):
            assert lose(slot, raise_all, "x = b'x' * 10**10").reason == "memory"

    EAT = (
        "import threading, time\n"
        "def eat(megabytes):\n"
        "    kept = []\n"
        "    for _ in range(megabytes // 5): kept.append(bytearray(b'x') * 5_000_000)\n"
        "def begin(megabytes): threading.Thread(target=eat, args=(megabytes,), daemon=True).start()"
    )

    def test_quick_answers_do_not_keep_the_watch_away(self, slot: Slot) -> None:
        run(slot, self.EAT, "x = 1")
        call(slot, "begin", 10_000)
        with within(slot.spec.limits.run_seconds):
            while not isinstance(answer := ask(slot, {"do": "get", "name": "x"}), Lost):
                assert answer == {"value": 1}
        assert answer.reason == "memory"

    def test_a_flood_of_frames_does_not_keep_the_watch_away(self, slot: Slot) -> None:
        flood = "begin(10_000)\nwhile True: send(b'C' + bytes(4))"
        with within(slot.spec.limits.run_seconds + SLACK):
            assert lose(slot, OPEN_CHANNEL + self.EAT, flood).reason == "memory"

    def test_what_was_held_while_nobody_asked_is_known(self, slot: Slot) -> None:
        run(slot, self.EAT, "x = 1")
        call(slot, "begin", 1_500)
        time.sleep(1)  # the grader thinks, or evaluates its own reference
        assert ask(slot, {"do": "get", "name": "x"}) == Lost("memory", None, None)

    def test_memory_within_the_limit_may_be_used(self, slot: Slot) -> None:
        run(slot, "import numpy as np; x = np.ones(25_000_000).sum()")
        assert value(slot, "x") == 25_000_000

    def test_the_most_that_was_held_is_told_for_each_submission(self, slot: Slot) -> None:
        megabyte = 1 << 20
        run(slot, "held = bytearray(b'x') * (200 << 20); import time; time.sleep(0.2); del held")
        assert 200 * megabyte < slot.most_memory < 320 * megabyte
        run(slot, "x = 1")
        assert slot.most_memory < 100 * megabyte


class TestDisk:
    FILL = "for n in range(1000):\n    with open(f'{folder}/{n}', 'wb') as file: file.write(bytes(10**6))"

    def test_filling_the_scratch_folder_is_stopped_or_fails(self, slot: Slot) -> None:
        with within(slot.spec.limits.run_seconds + SLACK):
            result = slot.run(["folder = '.'", self.FILL], {}, seed=1)
        assert result == Lost("disk", None, 1) or "No space left" in output_of(result)
        assert "at most 16 MB" in describe_loss("disk", slot.spec.limits, None, 10)

    def test_one_file_larger_than_the_limit_is_stopped_or_fails(self, slot: Slot) -> None:
        result = slot.run(["open('big', 'wb').write(bytes(10**8))"], {}, seed=1)
        assert result == Lost("disk", None, 0) or re.search("No space left|File too large", output_of(result))

    def test_a_million_small_files_are_stopped_or_fail(self, slot: Slot) -> None:
        with within(slot.spec.limits.run_seconds + 5):
            result = slot.run(["for n in range(10**6): open(str(n), 'w').close()"], {}, seed=1)
            slot.stop()
        assert isinstance(result, Ran) == (
            "No space left" in output_of(result) if isinstance(result, Ran) else False
        )
        assert isinstance(result, Ran) or result.reason in ("disk", "timeout")


class TestOutput:
    def test_a_hundred_megabytes_of_print_are_cut(self, slot: Slot) -> None:
        with within(slot.spec.limits.run_seconds):
            ran = run(slot, "print('x' * 10**8)", "for _ in range(10**5): print('y' * 100)")
        for cell in (0, 1):
            assert len(output_of(ran, cell)) < (slot.spec.limits.output_kb << 10) + 100
            assert "more output was produced" in output_of(ran, cell)

    def test_display_without_end_is_stopped_at_the_limit(self, slot: Slot) -> None:
        with brief(slot):
            assert (
                lose(slot, "from IPython.display import display\nwhile True: display(1)").reason == "timeout"
            )

    def test_thousands_of_displays_are_cut(self, slot: Slot) -> None:
        ran = run(slot, "from IPython.display import display\nfor n in range(5000): display(n)")
        assert 100 <= len(ran.cells[0]["outputs"]) <= 201

    def test_a_large_picture_is_left_out_with_a_word(self, slot: Slot) -> None:
        ran = run(slot, "from IPython.display import display\ndisplay({'image/png': 'A' * 10**6}, raw=True)")
        assert "more output was produced" in output_of(ran)

    @pytest.mark.parametrize("nested", ["[" * 100 + "]" * 100, "{'a': " * 60 + "1" + "}" * 60])
    def test_output_that_cannot_be_carried_costs_only_itself(self, slot: Slot, nested: str) -> None:
        ran = run(slot, f"display({{'application/json': {nested}}}, raw=True)", "x = 1")
        assert [cell["ok"] for cell in ran.cells] == [True, True]
        assert "outputs are not kept" in output_of(ran)

    def test_many_cells_with_much_output_do_not_lose_the_notebook(self, slot: Slot) -> None:
        ran = run(slot, *["print('x' * 60_000)"] * 400)
        assert len(ran.cells) == 400

    def test_standard_streams_lead_nowhere(self, slot: Slot) -> None:
        ran = run(slot, "import os\nfor fd in (0, 1, 2): os.write(fd, b'\\xff' * 10**6)", "x = 1")
        assert [cell["ok"] for cell in ran.cells] == [True, True]


class TestChannel:
    """A submission may write what it likes into its own channel; nobody is hurt and nothing is believed."""

    def test_bytes_that_are_no_frame(self, slot: Slot) -> None:
        lost = lose(slot, "import os; os.write(3, b'\\xff' * 1000)")
        assert lost.reason == "garbled"
        assert "wrote into the grader's channel" in describe_loss("garbled", slot.spec.limits, None, 10)

    def test_a_frame_that_announces_too_much(self, slot: Slot) -> None:
        with within(SLACK):
            assert (
                lose(slot, "import os, struct; os.write(3, struct.pack('>Q', 1 << 50))").reason == "garbled"
            )

    def test_half_a_frame_is_waited_for_only_until_the_limit(self, slot: Slot) -> None:
        with brief(slot):
            lost = lose(
                slot, "import os, struct, time\nos.write(3, struct.pack('>Q', 100) + b'R')\ntime.sleep(60)"
            )
        assert lost.reason == "timeout"

    def test_half_a_header_is_waited_for_only_until_the_limit(self, slot: Slot) -> None:
        with brief(slot):
            assert lose(slot, "import os, time\nos.write(3, b'\\0\\0')\ntime.sleep(60)").reason == "timeout"

    @pytest.mark.parametrize("frame", ["b''", "b'C' + bytes(4)", "b'A' + bytes(10)", "b'Z' * 1000"])
    def test_a_flood_of_frames_ends_at_the_limit(self, slot: Slot, frame: str) -> None:
        flood = f"frame = struct.pack('>Q', len({frame})) + {frame}\nwhile True: os.write(3, frame * 10_000)"
        with brief(slot):
            assert lose(slot, OPEN_CHANNEL + flood).reason in ("timeout", "garbled")

    @pytest.mark.parametrize(
        "result",
        ["b'R'", "b'R\\x90'", "b'R\\xff'", "b'R\\x91\\x81\\xa2ok\\xc3'", "b'R' + bytes(10**6)"],
        ids=["empty", "no cells", "not a value", "half a cell", "zeros"],
    )
    def test_a_forged_result_is_not_believed(self, slot: Slot, result: str) -> None:
        assert lose(slot, OPEN_CHANNEL + f"send({result}); time.sleep(60)").reason == "garbled"

    def test_a_forged_failure_does_not_blame_the_sandbox(self, slot: Slot) -> None:
        run(slot, OPEN_CHANNEL + "send(b'Xthe sandbox is broken')", "x = 1")
        assert value(slot, "x") == 1

    def test_an_answer_that_nobody_asked_for_is_dropped(self, slot: Slot) -> None:
        send = "    for n in (0, 1, 7, 99): send(b'A' + struct.pack('>I', n) + b'\\xc0')\n"
        forge = f"def f():\n{send}    return 'true'"
        run(slot, OPEN_CHANNEL + forge)
        assert call(slot, "f") == {"value": "true"}
        assert call(slot, "f") == {"value": "true"}

    def test_an_answer_larger_than_allowed_is_not_taken(self, slot: Slot) -> None:
        run(slot, "import numpy as np\nx = np.zeros(10**6)")
        with within(SLACK):
            assert ask(slot, {"do": "get", "name": "x"}) == Lost("garbled", None, None)

    def test_an_answer_that_cannot_be_carried_leaves_the_process_alive(self, slot: Slot) -> None:
        run(slot, "x = []\nx.append(x)\ny = [object] * 10\nz = 1 << 10**5")
        for name in ("x", "z"):
            answer = ask(slot, {"do": "get", "name": name})
            assert isinstance(answer, dict) and "unusable" in answer
        assert len(value(slot, "y")) == 10

    def test_an_announced_answer_of_the_allowed_size_is_taken(self, slot: Slot) -> None:
        run(slot, "import numpy as np\nx = np.arange(400_000)")
        assert value(slot, "x").sum() == 400_000 * 399_999 // 2


class TestCalls:
    def test_a_call_that_hangs_costs_only_itself(self, slot: Slot) -> None:
        notebook = _notebook(slot, "def hang():\n    while True: pass", "def fine(): return 7")
        with (
            within(slot.spec.limits.call_seconds + SLACK),
            pytest.raises(NoAnswer, match="took longer than 1 s") as error,
        ):
            notebook.value("hang")()
        assert error.value.outcome == "timeout"
        assert notebook.value("fine")() == 7

    def test_a_call_that_ends_the_process_costs_only_itself(self, slot: Slot) -> None:
        notebook = _notebook(slot, "import os\ndef leave(): os._exit(5)", "def fine(): return 7")
        with pytest.raises(NoAnswer, match=r"`leave\(…\)` ended the Python process\.") as error:
            notebook.value("leave")()
        assert (error.value.outcome, error.value.said) == ("died", "with exit code 5")
        assert notebook.value("fine")() == 7

    def test_a_call_that_eats_memory_costs_only_itself(self, slot: Slot) -> None:
        notebook = _notebook(slot, "def eat():\n    return b'x' * 10**10", "def fine(): return 7")
        with pytest.raises(NoAnswer) as error:
            notebook.value("eat")()
        assert error.value.outcome in ("memory", "timeout")
        assert notebook.value("fine")() == 7

    def test_a_cell_that_ends_the_process_is_left_out_when_the_notebook_runs_again(self, slot: Slot) -> None:
        notebook = StudentNotebook(slot, ["a = 1", "import os; os._exit(4)", "b = 2"], {}, seed=1)
        run = notebook.run()
        assert (run.status, run.cells_skipped) == ("died", (1,))
        assert run.message == (
            "Code cell 2 ended the Python process with exit code 4. The notebook was run again without it."
        )
        assert notebook.value("b") == 2

    def test_a_repr_without_end_costs_only_the_question(self, slot: Slot) -> None:
        cell = "class Odd:\n    def __repr__(self):\n        while True: pass\nodd = Odd()"
        notebook = _notebook(slot, cell, "fine = 7")
        with pytest.raises(NoAnswer, match="took longer"):
            notebook.value("odd")
        assert notebook.value("fine") == 7


def _notebook(slot: Slot, *cells: str) -> StudentNotebook:
    notebook = StudentNotebook(slot, cells, {}, seed=1)
    assert notebook.run().status == "completed"
    return notebook


def _processes_with(argument: str) -> list[str]:
    """Processes of this machine, in local sandboxes too, that have `argument` in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if argument in (process / "cmdline").read_text(errors="replace").split("\0"):
                found.append(process.name)
        except OSError:
            continue
    return found
