"""Frames: what was packed comes out whole, however the stream is cut; a peer that lies costs no memory."""

from __future__ import annotations

import os
import socket
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_values import frames_in, frames_read

from autograder.wire.frames import HEADER, ClosedError, FrameError, FrameReader, pack, write_all

LIMIT = 1 << 16


@given(bodies=st.lists(st.binary(max_size=200), max_size=8), data=st.data())
def test_bodies_come_out_in_order_however_the_stream_is_cut(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(pack, bodies))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20).map(sorted))
    reader, taken = FrameReader(LIMIT), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        reader.feed(stream[start:end])
        taken += _all_complete(reader)
    assert taken == bodies
    assert reader.take() is None


@given(data=st.data())
def test_damaged_frames_are_what_their_headers_say_however_the_stream_is_cut(data: st.DataObject) -> None:
    """Nothing is lost, nothing is made up, and after a header that asks for too much nothing more is read."""
    bodies = data.draw(st.lists(st.binary(max_size=40), max_size=5))
    stream = bytearray(b"".join(map(pack, bodies)) + data.draw(st.binary(max_size=12)))
    for position in data.draw(st.lists(st.integers(0, len(stream) - 1), max_size=4)) if stream else []:
        stream[position] = data.draw(st.integers(0, 255))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20).map(sorted))
    chunks = [bytes(stream[start:end]) for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert frames_read(chunks, LIMIT) == frames_in(bytes(stream), LIMIT)


def test_a_stream_of_single_bytes_gives_the_same_frames() -> None:
    reader, taken = FrameReader(LIMIT), []
    for byte in pack(b"one") + pack(b"") + pack(b"three"):
        reader.feed(bytes([byte]))
        taken += _all_complete(reader)
    assert taken == [b"one", b"", b"three"]


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    reader = FrameReader(LIMIT)
    reader.feed(pack(b"x" * LIMIT))
    assert reader.take() == b"x" * LIMIT


@pytest.mark.parametrize("length", [LIMIT + 1, 1 << 40, (1 << 64) - 1])
def test_an_oversized_announcement_is_refused_before_any_memory_is_taken(length: int) -> None:
    reader = FrameReader(LIMIT)
    tracemalloc.start()
    try:
        reader.feed(HEADER.pack(length))
        with pytest.raises(FrameError, match=f"{length} bytes was announced; at most {LIMIT}"):
            reader.take()
        assert tracemalloc.get_traced_memory()[1] < 10_000
    finally:
        tracemalloc.stop()


def test_a_lower_limit_holds_from_the_next_frame_on() -> None:
    reader = FrameReader(LIMIT)
    reader.feed(pack(b"x" * 100) + pack(b"x" * 100))
    assert reader.take() == b"x" * 100
    reader.limit = 99
    with pytest.raises(FrameError):
        reader.take()


def test_a_flood_of_tiny_frames_takes_time_in_proportion_to_its_bytes() -> None:
    flood = pack(b"") * (1 << 17)
    reader = FrameReader(LIMIT)
    reader.feed(flood)
    began = time.process_time()
    assert len(_all_complete(reader)) == 1 << 17
    assert time.process_time() - began < 5  # moving the rest for each frame would take a minute


def test_writing_waits_for_room_only_until_the_deadline(sockets: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = sockets
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="does not read"):
        write_all(ours.fileno(), bytes(1 << 24), began + 0.2)
    assert time.monotonic() - began < 1


def test_writing_to_a_peer_that_is_gone_is_a_clear_error(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = sockets
    theirs.close()
    with pytest.raises(ClosedError):
        write_all(ours.fileno(), b"anything", time.monotonic() + 1)


def test_what_is_written_is_what_is_read() -> None:
    reader, writer = os.pipe()
    try:
        write_all(writer, pack(b"hello"))
        frames = FrameReader(LIMIT)
        frames.feed(os.read(reader, 100))
        assert frames.take() == b"hello"
    finally:
        os.close(reader)
        os.close(writer)


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection; the first never blocks."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def _all_complete(reader: FrameReader) -> list[bytes]:
    return list(iter(reader.take, None))
