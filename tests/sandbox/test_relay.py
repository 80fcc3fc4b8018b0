"""What the relay makes of a submission's channel, with a zygote that the test plays."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread

from autograder.wire import frames
from autograder.worker.relay import _Relay

LIMITS = {"run_seconds": 60, "memory_mb": 10, "processes": 8, "disk_mb": 16, "answer_bytes": 1 << 20}
HOARDS = "kept = bytearray(b'x') * 50_000_000; print('ready', flush=True); input()"


def test_a_cell_that_breaks_a_limit_before_the_relay_has_read_of_it_is_named(tmp_path: Path) -> None:
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = ["sh", "-c", f'"{sys.executable}" -c "{HOARDS}"; :']
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as zygote:
        assert zygote.stdout is not None and zygote.stdout.readline() == b"ready\n"
        channels: list[socket.socket] = []

        def fork() -> None:
            """Answer as a zygote whose child has begun two cells by then."""
            _, descriptors, _, _ = socket.recv_fds(theirs, 1 << 16, 1)
            channels.append(socket.socket(fileno=descriptors[0]))
            for cell in (0, 1):
                channels[0].sendall(frames.pack(b"C" + cell.to_bytes(4, "big")))
            theirs.send(json.dumps({"forked": zygote.pid}).encode())

        plays = Thread(target=fork)
        plays.start()
        relay = _Relay("none", str(tmp_path), control, zygote.pid)
        reply = relay._handle({"op": "start", "order": b"", "limits": LIMITS})
        plays.join()
    for each in (control, theirs, *channels):
        each.close()
    assert (reply["op"], reply["reason"], reply["cell"]) == ("lost", "memory", 1)
    assert reply["problems"] == [] and list(tmp_path.iterdir()) == []
