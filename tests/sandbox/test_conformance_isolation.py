"""What `docker` and `bubblewrap` promise beyond limits.

A submission sees nothing of the grader, of the hidden tests or of other submissions, reaches nothing outside,
and can become nobody else.

The attacks are written as by somebody who has read all of this project's source.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
from pathlib import Path

import pytest
from asking import brief, call, limited, output_of, run, value
from providers import ISOLATING, marker
from small_exam import examine_notebooks, small_assignment

from autograder.sandbox import Slot

pytestmark = pytest.mark.parametrize("slot", ISOLATING, indirect=True)

SEARCH = """
import os, re, socket

PATTERN = re.compile(b"mar" + b"ker-[0-9a-f]{32}")
PROGRAMS = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/opt/venv", "/root/.pyenv")


def search():
    found = {"memory": own_memory(), "processes": processes(), "files": files(), "descriptors": descriptors()}
    found["environment"] = matches(repr(dict(os.environ)).encode())
    found["kernel"] = [m for p in KERNEL for m in matches(read(p))]
    return {place: sorted(set(words)) for place, words in found.items() if words}


KERNEL = ["/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/net/unix", "/proc/keys", "/proc/mounts",
          "/proc/self/mountinfo", "/proc/cmdline", "/dev/kmsg", "/proc/kmsg", "/dev/mem", "/proc/kcore"]


def matches(data):
    return [match.decode() for match in PATTERN.findall(data)]


def read(path, size=1 << 22):
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return os.read(descriptor, size)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def memory_of(process):
    found = []
    try:
        memory = os.open(f"/proc/{process}/mem", os.O_RDONLY)
        maps = open(f"/proc/{process}/maps").read().splitlines()
    except OSError:
        return found
    for line in maps:
        start, end = (int(part, 16) for part in line.split()[0].split("-"))
        if "r" in line.split()[1] and end - start < 1 << 30:
            try:
                found += matches(os.pread(memory, end - start, start))
            except (OSError, OverflowError):
                pass
    os.close(memory)
    return found


def own_memory():
    return memory_of("self")


def processes():
    found = []
    for process in os.listdir("/proc"):
        if not process.isdigit() or int(process) == os.getpid():
            continue
        for file in ("environ", "cmdline", "maps", "stack", "auxv", "comm"):
            found += matches(read(f"/proc/{process}/{file}"))
        found += memory_of(process)
        for kind in ("fd", "cwd", "root", "map_files", "task"):
            try:
                for entry in os.listdir(f"/proc/{process}/{kind}"):
                    found += matches(entry.encode()) + matches(read(f"/proc/{process}/{kind}/{entry}"))
            except OSError:
                pass
    return found


def files():
    found = []
    for folder, folders, names in os.walk("/"):
        folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys")]
        found += matches(" ".join(folders + names).encode("utf-8", "surrogateescape"))
        found += [os.path.join(folder, name) for name in names if name == "test_hidden.py"]
        if not folder.startswith(PROGRAMS):
            for name in names:
                found += matches(read(os.path.join(folder, name)))
    return found


def descriptors():
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        standard, channel = int(number) < 3, int(number) == 3
        expected = standard and target == "/dev/null" or channel and target.startswith("socket:")
        if not expected and target != f"/proc/{os.getpid()}/fd":
            found.append(f"{number} is {target}")
    return found
"""

HOARD = """
import os, sys, socket
import numpy as np

def hoard(word):
    everything.append(word)
    os.environ["LEFT_BEHIND"] = word
    np.left_behind = sys.left_behind = word
    abstract = socket.socket(socket.AF_UNIX); everything.append(abstract)
    abstract.bind("\\0" + word)
    for folder in [".", "/tmp", "/dev/shm", "/dev/mqueue", "/var/tmp", "/run", "/dev", "/", "/scratch",
                   "/home", "/opt", "/usr/local/lib", os.path.dirname(np.__file__), "/proc/self", "/sys"]:
        for path in (f"{folder}/{word}", f"{folder}/.hidden"):
            try:
                open(path, "w").write(word)
                os.chmod(path, 0o777)
                written.append(folder)
            except OSError:
                pass
    os.makedirs("/tmp/" + "/".join(["deep"] * 50)); open("/tmp/deep/" + word, "w").close()
    os.chmod("/tmp/deep", 0)
    return word

everything, written, here = [], [], os.getcwd()
"""


SEARCH_SECONDS = 30.0


def found_by_search(slot: Slot) -> dict[str, list[str]]:
    with limited(slot, call_seconds=SEARCH_SECONDS):
        found: dict[str, list[str]] = call(slot, "search")["value"]
    return found


def test_a_search_finds_what_there_is(slot: Slot) -> None:
    """The control: the same search does find what a submission plants for itself."""
    word = marker()
    plant = (
        f"import os; own = {word!r}; os.environ['OWN'] = own; open('/tmp/own', 'w').write(own)\n"
        "other = os.open('/dev/null', os.O_RDONLY)"
    )
    run(slot, SEARCH, plant)
    found = found_by_search(slot)
    assert {"memory", "files", "environment", "descriptors"} <= set(found)


def test_hidden_tests_are_found_nowhere_while_they_run(
    slot: Slot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secrets_outside: list[str]
) -> None:
    word = marker()
    monkeypatch.setenv("HIDDEN_TESTS", word)
    assignment = small_assignment(
        tmp_path,
        ["search"],
        hidden=f'''
            SECRET = {word!r}

            def test_search(search):
                """The search finds nothing. {word}"""
                expected = SECRET
                found = search()
                assert not found, f"found {{found}} (and nobody may: {{expected}})"
        ''',
    )
    (tmp_path / "notes.txt").write_text(word)
    with limited(slot, call_seconds=SEARCH_SECONDS):
        (result,) = examine_notebooks(assignment, slot, {"clever": [SEARCH]})["clever"].tests
    assert result.outcome == "passed", result.message


def test_nothing_of_an_earlier_submission_or_of_another_slot_is_found(slot: Slot) -> None:
    word = marker()
    run(slot, HOARD)
    assert call(slot, "hoard", word) == {"value": word}
    own = {".", "/tmp", "/dev/shm"}
    assert own <= set(value(slot, "written")) <= own | {"/dev/mqueue", value(slot, "here")}
    worker = slot._connection
    slot.stop()
    run(
        slot,
        SEARCH,
        "import numpy as np, sys; left = [hasattr(np, 'left_behind'), hasattr(sys, 'left_behind')]",
    )
    assert slot._connection is worker, "the slot was replaced: this showed nothing about wiping"
    with Slot(slot.sandbox, slot.spec) as other:
        run(other, HOARD)
        assert call(other, "hoard", marker())
        assert found_by_search(slot) == {}
    assert value(slot, "left") == [False, False]


def test_the_environment_is_the_workers_own(slot: Slot) -> None:
    run(slot, "import os; names = sorted(os.environ)")
    allowed = {
        *("HOME", "TMPDIR", "PATH", "LANG", "MPLBACKEND", "MPLCONFIGDIR", "PYTHONDONTWRITEBYTECODE"),
        *("TF_CPP_MIN_LOG_LEVEL", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_ENABLE_ONEDNN_OPTS", "LC_CTYPE"),
        *("PAGER", "GIT_PAGER", "CLICOLOR", "TERM", "COLUMNS", "LINES", "FORCE_COLOR", "CLICOLOR_FORCE"),
        "PIP_RETRIES",
    }
    assert set(value(slot, "names")) <= allowed


class TestNetwork:
    CONNECT = """
import socket, urllib.request
def reach(kind, address):
    with socket.socket(*kind) as s:
        s.settimeout(2)
        try:
            s.connect(address)
        except OSError as error:
            return type(error).__name__
    return "connected"
def resolve(name):
    try:
        return socket.gethostbyname(name)
    except OSError:
        return "unknown"
"""

    def test_no_server_of_the_host_answers(self, slot: Slot) -> None:
        with socket.create_server(("0.0.0.0", 0)) as server:
            port = server.getsockname()[1]
            own = {"127.0.0.1", *(info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None))}
            run(slot, self.CONNECT)
            for address in own:
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                answer = call(slot, "reach", [int(family), int(socket.SOCK_STREAM)], [address, port])
                assert answer.get("value", "refused") != "connected"

    def test_nothing_outside_answers_and_no_name_is_known(self, slot: Slot) -> None:
        cells = "for a in ('1.1.1.1', '8.8.8.8', '172.17.0.1', '192.168.0.1'): print(reach((2, 1), (a, 53)))"
        ran = run(
            slot, self.CONNECT, cells, "print(resolve('localhost.localdomain.example'), resolve('pypi.org'))"
        )
        assert "connected" not in output_of(ran, 1)
        assert output_of(ran, 2) == "unknown unknown\n"

    def test_no_interface_but_the_loopback(self, slot: Slot) -> None:
        run(slot, "import socket; names = [name for _, name in socket.if_nameindex()]")
        assert set(value(slot, "names")) <= {"lo"} | _TUNNELS

    def test_abstract_sockets_of_the_host_are_out_of_reach(self, slot: Slot) -> None:
        name = f"grader-{secrets.token_hex(8)}"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("\0" + name)
            server.listen()
            run(slot, self.CONNECT, f"answer = reach((1, 1), '\\0{name}')")
        assert value(slot, "answer") == "ConnectionRefusedError"

    def test_no_engine_socket(self, slot: Slot) -> None:
        paths = (
            "['/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock', '/run/podman']"
        )
        run(slot, f"import os; there = [path for path in {paths} if os.path.exists(path)]")
        assert value(slot, "there") == []


class TestPrivileges:
    def test_no_capability_and_no_way_to_one(self, slot: Slot) -> None:
        run(
            slot,
            "lines = open('/proc/self/status').read().splitlines()\n"
            "status = dict(line.split(':\\t', 1) for line in lines if ':\\t' in line)",
        )
        status = value(slot, "status")
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(status[kind], 16) == 0, f"{kind} is {status[kind]}"
        assert status["NoNewPrivs"] == "1"
        assert status["Seccomp"] == "2"
        assert "0" not in status["Uid"].split() and "0" not in status["Gid"].split()
        groups = status["Groups"].split()
        if os.geteuid() != 0:  # who cannot give up groups: their own, and others by nobody's number
            groups = sorted({*groups} - {str(os.getgid())})
        assert groups in ([], ["65534"])

    ROOT_ONLY = (
        "os.setuid(0)",
        "os.setresuid(0, 0, 0)",
        "os.setgid(0)",
        "os.setgroups([0])",
        "os.chroot('/tmp')",
        "os.mknod('/tmp/disk', 0o060666, os.makedev(8, 0))",
        "os.nice(-5)",
        "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
        "open('/etc/shadow').read()",
        "open('/etc/passwd', 'a')",
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "open('/proc/sysrq-trigger', 'w')",
        "open('/dev/mem', 'rb')",
        "open('/dev/kmsg').read()",
        "socket.sethostname('mine')",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    )

    def test_what_only_root_may_is_refused(self, slot: Slot) -> None:
        ran = run(slot, "import os, socket", *self.ROOT_ONLY)
        refusals = ("PermissionError", "FileNotFoundError", "Read-only", "Invalid argument")
        for cell, attempt in enumerate(self.ROOT_ONLY, start=1):
            assert not ran.cells[cell]["ok"], f"{attempt} is allowed"
            assert any(word in output_of(ran, cell) for word in refusals), output_of(ran, cell)

    SYSTEM_CALLS = (  # name, number and arguments on x86-64, the same on arm64
        ("ptrace", "101, 0", "117, 0"),
        ("process_vm_readv", "310, 1", "270, 1"),
        ("unshare user", "272, 0x10000000", "97, 0x10000000"),
        ("unshare mount", "272, 0x20000", "97, 0x20000"),
        ("clone user", "56, 0x10000011", "220, 0x10000011"),
        ("setns", "308, 3, 0", "268, 3, 0"),
        ("mount", "165, 0, 0, 0, 0", "40, 0, 0, 0, 0"),
        ("umount2", "166, b'/tmp', 2", "39, b'/tmp', 2"),
        ("pivot_root", "155, b'/', b'/'", "41, b'/', b'/'"),
        ("bpf", "321, 0", "280, 0"),
        ("keyctl", "250, 0", "219, 0"),
        ("add_key", "248, 0", "217, 0"),
        ("userfaultfd", "323, 0", "282, 0"),
        ("io_uring_setup", "425, 1", "425, 1"),
        ("perf_event_open", "298, 0", "241, 0"),
        ("open_by_handle_at", "304, 0", "265, 0"),
        ("syslog", "103, 10", "116, 10"),
    )

    def test_calls_that_widen_the_way_out_are_refused(self, slot: Slot) -> None:
        column = 1 + (os.uname().machine == "aarch64")
        calls = [
            f"ctypes.set_errno(0)\nanswers.append((libc.syscall({row[column]}), ctypes.get_errno()))"
            for row in self.SYSTEM_CALLS
        ]
        run(slot, "import ctypes; answers, libc = [], ctypes.CDLL(None, use_errno=True)", *calls)
        answers = dict(zip((row[0] for row in self.SYSTEM_CALLS), value(slot, "answers"), strict=True))
        assert answers == dict.fromkeys(answers, (-1, errno.EPERM))

    def test_a_system_call_of_another_architecture_is_refused(self, slot: Slot) -> None:
        """The x32 numbers of the same calls are another way in, on x86."""
        if os.uname().machine != "x86_64":
            pytest.skip("only x86 has a second table of system calls")
        run(slot, "import ctypes\nresult = ctypes.CDLL(None, use_errno=True).syscall(0x40000000 + 39)")
        assert value(slot, "result") == -1

    def test_set_user_id_programs_do_not_help(self, slot: Slot) -> None:
        run(
            slot,
            "import os, subprocess\n"
            "folders = filter(os.path.isdir, ['/usr/bin', '/bin', '/usr/sbin', '/usr/lib/openssh'])\n"
            "paths = [f'{d}/{n}' for d in folders for n in os.listdir(d) if os.path.isfile(f'{d}/{n}')]\n"
            "programs = [path for path in paths if os.stat(path).st_mode & 0o6000]\n"
            "lines = map(str.split, open('/proc/mounts'))\n"
            "mounts = [line[3] for line in lines if line[1] in ('/usr', '/')]\n"
            "become = dict(capture_output=True, timeout=5, input=b'\\n')\n"
            "try: answer = subprocess.run(['su', '-c', 'id -u'], **become).stdout\n"
            "except OSError: answer = b''",
        )
        assert b"0" not in value(slot, "answer").split()
        assert value(slot, "programs") == [] or all("nosuid" in options for options in value(slot, "mounts"))


class TestWorker:
    """Relay and zygote can be neither read nor hurt."""

    def test_they_cannot_be_killed_or_stopped(self, slot: Slot) -> None:
        run(slot, "x = 1")
        worker = slot._connection
        attack = (
            "import os, signal\n"
            "reached = []\n"
            "for p in os.listdir('/proc'):\n"
            "    if p.isdigit() and int(p) != os.getpid():\n"
            "        for s in (signal.SIGSTOP, signal.SIGKILL):\n"
            "            try: os.kill(int(p), s); reached.append(open(f'/proc/{p}/cmdline').read())\n"
            "            except (PermissionError, ProcessLookupError): pass\n"
            "try: os.kill(-1, signal.SIGKILL)\n"
            "except OSError: pass"
        )
        run(slot, attack)
        slot.stop()
        run(slot, "x = 2")
        assert slot._connection is worker
        assert value(slot, "x") == 2

    def test_their_memory_environment_and_descriptors_cannot_be_read(self, slot: Slot) -> None:
        look = (
            "import os\n"
            "readable = []\n"
            "for p in os.listdir('/proc'):\n"
            "    if p.isdigit() and int(p) != os.getpid():\n"
            "        for what in ('environ', 'mem', 'maps', 'fd', 'cwd', 'root', 'exe', 'stack', 'ns/pid'):\n"
            "            path = f'/proc/{p}/{what}'\n"
            "            try:\n"
            "                os.readlink(path) if what in ('cwd', 'root', 'exe', 'ns/pid') else (\n"
            "                    os.listdir(path) if what == 'fd' else open(path, 'rb').read(1))\n"
            "                readable.append(path)\n"
            "            except OSError: pass\n"
            "        for what in ('mem', 'oom_score_adj', 'clear_refs', 'comm', 'task'):\n"
            "            if os.access(f'/proc/{p}/{what}', os.W_OK): readable.append(f'write {p} {what}')"
        )
        run(slot, look)
        assert value(slot, "readable") == []

    def test_stopping_whoever_comes_to_clean_up_does_not_help(self, slot: Slot) -> None:
        """Somebody must become the submission's user to kill all it started; it waits to stop them first."""
        run(slot, "x = 1")
        worker = slot._connection
        ambush = (
            "import os, signal\n"
            "for _ in range(4):\n"
            "    if os.fork() == 0:\n"
            "        while True:\n"
            "            try: os.kill(-1, signal.SIGSTOP)\n"
            "            except ProcessLookupError: pass"
        )
        for _ in range(5):
            with brief(slot):
                slot.run([ambush], {}, seed=1)
                slot.stop()
        run(slot, "x = 3")
        assert slot._connection is worker
        assert value(slot, "x") == 3


class TestFiles:
    def test_only_scratch_tmp_and_shared_memory_can_be_written(self, slot: Slot) -> None:
        attempt = """
import os
written = []
for folder, folders, _ in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys")]
    try:
        with open(os.path.join(folder, "written"), "w"):
            written.append(folder)
    except OSError:
        pass
here = os.getcwd()
"""
        run(slot, attempt)
        allowed = {value(slot, "here"), "/tmp", "/dev/shm", "/dev/mqueue"}
        outside = [
            path for path in value(slot, "written") if not any(_is_within(path, root) for root in allowed)
        ]
        assert outside == []

    def test_no_device_but_the_harmless_ones(self, slot: Slot) -> None:
        run(
            slot,
            "import os, stat\n"
            "found = []\n"
            "for folder, _, names in os.walk('/dev'):\n"
            "    for name in names:\n"
            "        path = os.path.join(folder, name)\n"
            "        mode = os.lstat(path).st_mode\n"
            "        if stat.S_ISBLK(mode) or stat.S_ISCHR(mode): found.append(path)",
        )
        harmless = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console"}
        assert {Path(path).name for path in value(slot, "found")} <= harmless | {"0"}

    def test_wiping_does_not_follow_links(self, slot: Slot) -> None:
        links = (
            "import os\n"
            "targets = ['/', '/usr', '/etc', '/opt', '/tmp', '/proc/self', '/dev', '..', '/dev/null']\n"
            "for n, target in enumerate(targets):\n"
            "    for folder in ('.', '/tmp', '/dev/shm'): os.symlink(target, f'{folder}/link{n}')\n"
            "os.symlink('loop', 'loop'); os.mkdir('a'); os.symlink('../a', 'a/again')\n"
            "try: os.link('/etc/hostname', 'hard')\n"
            "except OSError: pass"
        )
        look = "import os; there = os.listdir('/'), len(os.listdir('/usr/bin')), os.path.exists('/dev/null')"
        run(slot, look)
        before = value(slot, "there")
        run(slot, links)
        slot.stop()
        run(slot, look)
        assert value(slot, "there") == before

    def test_other_submissions_folders_are_not_there(self, slot: Slot) -> None:
        run(slot, "import os; before = os.listdir('/tmp') + os.listdir('/dev/shm')")
        before = value(slot, "before")
        slot.stop()
        run(slot, "for folder in ('.', '/tmp', '/dev/shm'): open(folder + '/mine', 'w').close()")
        slot.stop()
        look = "import os\nhere = os.listdir('.')\ntry: there = os.listdir('..')\nexcept OSError: there = []"
        run(slot, look, "temporary = os.listdir('/tmp') + os.listdir('/dev/shm')")
        assert (value(slot, "here"), value(slot, "temporary")) == ([], before)
        assert "mine" not in value(slot, "there")

    def test_nothing_of_the_grader_can_be_imported(self, slot: Slot) -> None:
        modules = ["examiner", "course", "grading", "results", "sandbox", "build", "intake"]
        run(
            slot,
            "import importlib\nfound = []\n"
            f"for name in {modules}:\n"
            "    try: importlib.import_module('autograder.' + name); found.append(name)\n"
            "    except ImportError: pass",
        )
        assert value(slot, "found") == []


def _is_within(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")


_TUNNELS = {"tunl0", "sit0", "ip6tnl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6gre0"}
