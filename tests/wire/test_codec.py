"""The codec: plain data goes in and comes out; any other bytes are a clean error within a bounded memory."""

from __future__ import annotations

import cmath
import math
import struct
import sys
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wire_values import (
    DTYPES,
    any_value,
    arrays_of,
    difference,
    handles,
    memory_allowed,
    memory_for,
    models,
    numbers,
    text_arrays,
    value_or_error,
)

from autograder.wire import codec
from autograder.wire.codec import Handle, KerasModel, WireError, decode, encode

MAPPING, SET, TUPLE, ARRAY, INTEGER, MODEL, HANDLE = (
    codec._MAPPING,
    codec._SET,
    codec._TUPLE,
    codec._ARRAY,
    codec._INTEGER,
    codec._MODEL,
    codec._HANDLE,
)


class TestRoundTrip:
    @settings(max_examples=100)
    @given(any_value)
    def test_any_nesting_of_anything_comes_back_the_same(self, value: Any) -> None:
        assert difference(decode(encode(value)), value) is None

    @pytest.mark.parametrize("dtype", DTYPES)
    @settings(max_examples=20)
    @given(st.data())
    def test_arrays_of_every_dtype_come_back_to_the_bit(self, dtype: str, data: st.DataObject) -> None:
        array = data.draw(arrays_of(dtype))
        assert difference(decode(encode(array)), array) is None

    @given(text_arrays)
    def test_arrays_of_text_come_back_the_same(self, array: np.ndarray[Any, Any]) -> None:
        assert difference(decode(encode(array)), array) is None

    @pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype != "|b1"])
    @given(st.data())
    def test_scalars_of_every_dtype_come_back_to_the_bit(self, dtype: str, data: st.DataObject) -> None:
        scalar = data.draw(numbers(dtype))
        assert difference(decode(encode(scalar)), scalar) is None

    def test_a_truth_value_of_numpys_stays_numpys(self) -> None:
        for value in (np.True_, np.False_):
            assert decode(encode(value)) is value

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_an_array_of_megabytes_comes_back_to_the_bit(self, dtype: str) -> None:
        values = np.random.default_rng(0).integers(0, 2, (3, 512, 512)).astype(dtype)
        assert difference(decode(encode(values)), values) is None

    @given(handles)
    def test_handles_come_back_the_same(self, handle: Handle) -> None:
        assert difference(decode(encode(object(), on_object=lambda _: handle)), handle) is None

    @given(models)
    def test_keras_models_come_back_with_architecture_and_weights(self, model: KerasModel) -> None:
        assert difference(decode(encode(object(), on_object=lambda _: model)), model) is None

    def test_what_tells_values_apart_notices_each_change(self) -> None:
        """The comparison that the tests above rest on is not one that is always content."""
        pairs: list[tuple[Any, Any]] = [
            (1, True),
            (1, 1.0),
            (0.0, -0.0),
            (1j, 1.0),
            ([1], (1,)),
            ([1, 2], [1]),
            ({"a": 1}, {"a": 2}),
            ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
            (slice(1, 2), slice(1, 3)),
            ("a", b"a"),
            ({1, 2}, frozenset({1, 2, 3})),
            (frozenset({1}), frozenset({True})),
            (np.float32(1), np.float64(1)),
            (np.zeros(2), np.zeros((2, 1))),
            (np.zeros(2), -np.zeros(2)),
            (np.zeros(2, "f4"), np.zeros(2)),
            (Handle(1, "a", "b", "c"), Handle(1, "a", "b", "d")),
            (KerasModel("a", [np.ones(1)]), KerasModel("a", [np.zeros(1)])),
        ]
        assert [pair for pair in pairs if difference(*pair) is None] == []

    @pytest.mark.parametrize(
        "view",
        [
            np.arange(24.0).reshape(2, 3, 4).T,
            np.arange(24)[::-3],
            np.asfortranarray(np.arange(6).reshape(2, 3)),
            np.broadcast_to(np.float32(7), (3, 2)),
            np.zeros((0, 5)),
            np.array(3.5),
            np.array([["ab", ""], ["ø", "日本"]]),
        ],
        ids=["transposed", "strided", "fortran", "broadcast", "empty", "0-d", "text"],
    )
    def test_any_memory_layout_comes_back_as_values(self, view: np.ndarray[Any, Any]) -> None:
        back = decode(encode(view))
        np.testing.assert_array_equal(back, view)
        assert back.shape == view.shape and back.dtype == view.dtype

    @pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**2000, -(10**2000)])
    def test_integers_of_any_size_within_the_cap(self, number: int) -> None:
        assert decode(encode(number)) == number

    def test_nan_and_infinities_stay_what_they_are(self) -> None:
        not_a_number, infinite, many, odd = decode(
            encode([math.nan, -math.inf, np.array([np.nan, np.inf]), complex(math.nan, -math.inf)])
        )
        assert math.isnan(not_a_number)
        assert infinite == -math.inf
        assert np.isnan(many[0]) and many[1] == np.inf
        assert cmath.isnan(odd) and odd.imag == -math.inf

    def test_lone_surrogates_become_question_marks(self) -> None:
        assert decode(encode(["a\ud800b", {"\udfff": 1}])) == ["a?b", {"?": 1}]

    def test_long_floats_become_the_longest_that_are_carried(self) -> None:
        back = decode(encode([np.longdouble(1.5), np.ones(2, np.clongdouble)]))
        assert back[0] == 1.5 and back[0].dtype == np.float64
        assert back[1].dtype == np.complex128

    def test_short_floats_of_tensorflow_become_float32(self) -> None:
        import ml_dtypes

        for kind in (ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn):
            back = decode(encode(np.array([0.5, 2.0], kind)))
            assert back.dtype == np.float32
            assert back.tolist() == [0.5, 2.0]

    @pytest.mark.parametrize("levels", range(25, codec.MAX_DEPTH + 1))
    @pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: (v,), lambda v: {"k": v}, lambda v: {1: v}])
    def test_whatever_can_be_encoded_can_be_decoded_up_to_the_depth_limit(
        self, levels: int, wrap: Any
    ) -> None:
        value: Any = np.arange(3)
        for _ in range(levels):
            value = wrap(value)
        decode(encode(value))

    def test_whatever_can_be_encoded_can_be_decoded_up_to_the_limit_of_parts(self) -> None:
        for make in (lambda n: [0] * n, lambda n: dict.fromkeys(map(str, range(n)), 0)):
            value = make(codec.MAX_ITEMS - 1)
            assert decode(encode(value)) == value


class TestPlainness:
    """No method of a student's class is ever called on the trusted side: only plain types arrive."""

    def test_subclasses_arrive_as_their_plain_base(self) -> None:
        class Agreeable:
            def __eq__(self, other: object) -> bool:
                return True

            __hash__ = None  # type: ignore[assignment]

        def sly(base: type, value: Any) -> Any:
            return type("Sly", (Agreeable, base), {"__hash__": base.__hash__})(value)

        for base, value in ((list, [1]), (dict, {"a": 1}), (str, "x"), (int, 3), (float, 0.5), (tuple, (1,))):
            back = decode(encode(sly(base, value)))
            assert type(back) is base and back == value

    def test_an_array_subclass_arrives_as_a_plain_array(self) -> None:
        class Sly(np.ndarray):  # type: ignore[type-arg]
            def __eq__(self, other: object) -> Any:
                return np.True_

            def __array_finalize__(self, _: object) -> None:
                self.hidden = "kept nowhere"

        back = decode(encode(np.arange(3).view(Sly)))
        assert type(back) is np.ndarray
        assert not (back == 7).any()

    def test_a_lying_conversion_does_not_change_what_a_number_is(self) -> None:
        class Float(float):
            def __float__(self) -> float:
                return 1.0

        class Int(int):
            def __int__(self) -> int:
                return 1

            def __index__(self) -> int:
                return 1

        assert decode(encode([Float(0.5), Int(3)])) == [0.5, 3]

    def test_a_masked_array_arrives_as_its_data(self) -> None:
        back = decode(encode(np.ma.masked_array([1, 2], [True, False])))
        assert type(back) is np.ndarray and back.tolist() == [1, 2]

    def test_a_tensor_arrives_as_an_array(self) -> None:
        class Tensor:
            def __array__(self, *_: Any, **__: Any) -> np.ndarray[Any, Any]:
                return np.array([1.0, 2.0])

        assert decode(encode(Tensor())).tolist() == [1.0, 2.0]

    def test_an_object_needs_a_substitute(self) -> None:
        handle = Handle(7, "object", "builtins.object", "<object>")
        assert decode(encode([object()], on_object=lambda _: handle)) == [handle]
        with pytest.raises(WireError, match="type object cannot be carried"):
            encode([object()])

    def test_an_object_that_pretends_to_be_a_number_is_an_error(self) -> None:
        class Pretender:
            __class__ = property(lambda _: int)  # type: ignore[assignment]

        with pytest.raises((WireError, TypeError)):
            encode(Pretender())


class TestRefusedValues:
    def test_a_list_inside_itself(self) -> None:
        endless: list[Any] = []
        endless.append(endless)
        with pytest.raises(WireError, match="more than 32 levels"):
            encode(endless)

    def test_a_dict_inside_itself(self) -> None:
        endless: dict[str, Any] = {}
        endless["again"] = endless
        with pytest.raises(WireError, match="more than 32 levels"):
            encode(endless)

    def test_too_many_parts(self) -> None:
        with pytest.raises(WireError, match="parts"):
            encode([None] * (codec.MAX_ITEMS + 1))

    def test_too_large_an_integer(self) -> None:
        with pytest.raises(WireError, match="too large"):
            encode(1 << 10_000)

    @pytest.mark.parametrize(
        "array",
        [
            np.array([object()]),
            np.array(None),
            np.zeros(2, "S3"),
            np.zeros(2, "M8[s]"),
            np.zeros(2, "m8[s]"),
            np.zeros(2, "V2"),
            np.zeros(2, [("x", "f8")]),
            np.zeros((1,) * 33),
            np.array(["\ud800"]),
        ],
        ids=[
            "objects",
            "0-d object",
            "bytes",
            "dates",
            "spans",
            "void",
            "records",
            "33 dimensions",
            "surrogate",
        ],
    )
    def test_arrays_that_are_not_numbers_or_text(self, array: np.ndarray[Any, Any]) -> None:
        with pytest.raises(WireError):
            encode(array)


def _many(item: bytes) -> Callable[[int], bytes]:
    """Makes bytes of about a given size: a list of one item again and again."""

    def make(size: int) -> bytes:
        count = size // len(item)
        return b"\xdd" + struct.pack(">I", count) + item * count

    return make


def _set_of_numbers(size: int) -> bytes:
    return _extension(SET, msgpack.packb([*range(60_000, 60_000 + size // 5)]))


def _dict_of_numbers(size: int) -> bytes:
    return _extension(MAPPING, msgpack.packb([[number, None] for number in range(size // 7)]))


def _text(size: int) -> bytes:
    """One character that needs four bytes makes all others take four."""
    return msgpack.packb("x" * size + "🙂")


COSTLY: dict[str, Callable[[int], bytes]] = {
    "empty lists": _many(b"\x90"),
    "empty dicts": _many(b"\x80"),
    "lists of one": _many(b"\x91\xc0"),
    "dicts of one": _many(b"\x81\xa0\xc0"),
    "nested lists": _many(b"\x91" * 20 + b"\xc0"),
    "empty sets": _many(msgpack.packb(msgpack.ExtType(SET, b"\x90"))),
    "sets of one": _many(msgpack.packb(msgpack.ExtType(SET, b"\x91\xc0"))),
    "empty mappings": _many(msgpack.packb(msgpack.ExtType(MAPPING, b"\x90"))),
    "mappings of one": _many(msgpack.packb(msgpack.ExtType(MAPPING, b"\x91\x92\xc0\xc0"))),
    "tuples": _many(msgpack.packb(msgpack.ExtType(TUPLE, b"\x91\xc0"))),
    "slices": _many(msgpack.packb(msgpack.ExtType(codec._SLICE, b"\x91\xc0"))),
    "handles": _many(encode(Handle(0, "", "", ""))),
    "models": _many(encode(KerasModel("", []))),
    "empty arrays": _many(encode(np.zeros(0, "b1"))),
    "arrays of 32 axes": _many(encode(np.zeros((0,) * 32, "b1"))),
    "numbers of numpy's": _many(encode(np.float32(1))),
    "a set of numbers": _set_of_numbers,
    "a dict of numbers": _dict_of_numbers,
    "short texts": _many(b"\xa2\xc3\xa9"),
    "a text of wide characters": _text,
    "an array": lambda size: encode(np.zeros(size, "u1")),
    "truth values": lambda size: encode(np.zeros(size, "?")),
    "an array of text": lambda size: encode(np.array(["x" * (size // 4)])),
}


@pytest.mark.parametrize("shape", [(0, 1 << 30), (1 << 39, 0), (0, 1 << 13, 1 << 13)])
def test_an_empty_array_that_is_long_elsewhere_is_refused_on_both_sides(shape: tuple[int, ...]) -> None:
    """A sum over its empty axis would take gigabytes."""
    parts = ["|b1", list(shape), b""]
    for attempt in (
        lambda: encode(np.zeros(shape, bool)),
        lambda: decode(msgpack.packb(msgpack.ExtType(ARRAY, msgpack.packb(parts)))),
    ):
        with pytest.raises(WireError, match="an empty array is far too long on its other sides"):
            attempt()


class TestHostileBytes:
    """Any bytes are a plain value or a `WireError`, in memory of at most a multiple of their length."""

    @settings(max_examples=200)
    @given(st.binary(max_size=300))
    @example(b"\xd6\xff\x00\x00\x00\x00")  # a point in time, which msgpack would make by itself
    def test_any_bytes_are_a_value_or_a_wire_error(self, data: bytes) -> None:
        assert memory_for(data) <= memory_allowed(data)

    @settings(max_examples=100)
    @given(st.data())
    def test_damaged_bytes_are_a_value_or_a_wire_error(self, data: st.DataObject) -> None:
        good = bytearray(encode(data.draw(any_value)))
        for _ in range(data.draw(st.integers(1, 4))):
            position = data.draw(st.integers(0, len(good) - 1))
            good[position] = data.draw(st.integers(0, 255))
        for damaged in (bytes(good), bytes(good[: data.draw(st.integers(0, len(good)))])):
            assert memory_for(damaged) <= memory_allowed(damaged)

    @settings(max_examples=60)
    @given(code=st.integers(-128, 127), parts=any_value)
    def test_any_extension_with_any_parts_is_a_value_or_a_wire_error(self, code: int, parts: Any) -> None:
        body = encode(parts)
        data = b"\xc9" + struct.pack(">Ib", len(body), code) + body
        assert memory_for(data) <= memory_allowed(data)

    @settings(max_examples=60)
    @given(any_value, st.binary(min_size=1, max_size=20))
    def test_a_value_with_anything_behind_it_is_refused(self, value: Any, more: bytes) -> None:
        assert value_or_error(encode(value) + more)[1] is not None

    @settings(max_examples=60)
    @given(any_value, st.data())
    def test_a_value_that_is_cut_off_is_refused(self, value: Any, data: st.DataObject) -> None:
        whole = encode(value)
        assert value_or_error(whole[: data.draw(st.integers(0, len(whole) - 1))])[1] is not None

    @settings(max_examples=100)
    @given(st.binary(max_size=100) | any_value.map(encode))
    def test_whatever_is_read_can_be_sent_back_and_is_the_same(self, data: bytes) -> None:
        value, error = value_or_error(data)
        if error is None:
            assert difference(decode(encode(value)), value) is None

    @pytest.mark.parametrize("make", COSTLY.values(), ids=COSTLY)
    @pytest.mark.parametrize("size", [1 << 10, 1 << 15])
    def test_what_costs_most_memory_for_a_byte_stays_within_the_multiple(
        self, make: Callable[[int], bytes], size: int
    ) -> None:
        data = make(size)
        assert memory_for(data) <= memory_allowed(data)

    @pytest.mark.parametrize("make", COSTLY.values(), ids=COSTLY)
    def test_work_grows_with_the_number_of_bytes_and_no_faster(self, make: Callable[[int], bytes]) -> None:
        """Counted in calls of functions, which are the same on every machine."""
        few, many = make(1 << 11), make(1 << 13)
        assert _calls(many) <= 1.2 * _calls(few) * len(many) / len(few) + 200

    def test_extensions_in_extensions_take_work_for_each_byte_only_so_often(self) -> None:
        content = msgpack.packb([0] * 5_000)
        data = content
        for _ in range(codec.MAX_EXTENSIONS - 2):
            data = _extension(TUPLE, b"\x91" + data)
        assert _calls(data) <= 3 * _calls(content)

    @pytest.mark.parametrize("size", [10_000, 50_000])
    def test_lists_that_announce_more_than_comes_set_no_memory_aside(self, size: int) -> None:
        level = b"\xdd" + struct.pack(">I", size)
        data = level * 500 + b"\xc0" * size
        assert value_or_error(data)[1] is not None
        assert memory_for(data) < 1 << 20

    @pytest.mark.parametrize("code", [0x80, 0xC0, 0xFF])
    @pytest.mark.parametrize("size", [1, 2, 4, 8, 12, 16, 300, 70_000])
    def test_msgpacks_own_extensions_are_refused(self, code: int, size: int) -> None:
        fixed = {1: b"\xd4", 2: b"\xd5", 4: b"\xd6", 8: b"\xd7", 16: b"\xd8"}
        for head in filter(None, (fixed.get(size), b"\xc9" + struct.pack(">I", size))):
            for data in (head + bytes([code]) + bytes(size), b"\x91" + head + bytes([code]) + bytes(size)):
                with pytest.raises(WireError):
                    decode(data)

    @pytest.mark.parametrize("parts", [["{}"], [1, []], ["{}", [1]], ["{}", "weights"], ["{}", [[1.0]]]])
    def test_a_malformed_model_is_refused(self, parts: list[Any]) -> None:
        with pytest.raises(WireError):
            decode(_extension(MODEL, msgpack.packb(parts)))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xdd\xff\xff\xff\xff",
            b"\xdf\xff\xff\xff\xff",
            b"\xdb\xff\xff\xff\xff",
            b"\xc6\xff\xff\xff\xff",
            b"\xc9\xff\xff\xff\xff\x01",
            b"\xdd\x00\x0f\xff\xff" * 500,
        ],
        ids=["nothing", "list", "dict", "string", "bytes", "extension", "lists in lists"],
    )
    def test_announced_sizes_that_lie_take_no_memory(self, data: bytes) -> None:
        assert memory_for(data) < 20 << 20

    @pytest.mark.parametrize("dtype", ["<f8", "|u1", "<U9", "<U0", "<U999999"])
    @pytest.mark.parametrize("shape", [[1 << 39], [1 << 20, 1 << 20], [0, 1 << 39], [-1], [1.5], [True]])
    def test_shapes_that_lie_take_no_memory(self, dtype: str, shape: list[Any]) -> None:
        assert memory_for(_extension(ARRAY, msgpack.packb([dtype, shape, b""]))) < 1 << 20

    @pytest.mark.parametrize(
        "dtype", ["|O", "O", "<V8", "|S3", "<M8[s]", "f8,f8", "<U-1", "<U٣", "<U1000000", ">f8", "", "<f16"]
    )
    def test_dtypes_that_are_not_whitelisted_are_refused(self, dtype: str) -> None:
        with pytest.raises(WireError):
            decode(_extension(ARRAY, msgpack.packb([dtype, [1], bytes(8)])))

    def test_empty_containers_by_the_million_are_refused_before_they_are_built(self) -> None:
        million = b"\xdd" + struct.pack(">I", 1_000_000) + b"\x80" * 1_000_000
        with pytest.raises(WireError, match=r"more than \d+ parts"):
            decode(b"\x98" + million * 8)

    def test_small_strings_in_lists_that_stay_open_are_refused_before_they_are_built(self) -> None:
        level = b"\xdd" + struct.pack(">I", 1_000_001) + b"\xa2ab" * 1_000_000
        with pytest.raises(WireError, match=r"more than \d+ parts"):
            decode(level * 6 + b"\xc0")

    def test_extensions_in_extensions_do_not_multiply_a_large_payload(self) -> None:
        data = msgpack.packb(bytes(4 << 20))
        for _ in range(30):
            data = _extension(TUPLE, b"\x91" + data)
        assert memory_for(data) < 64 << 20

    def test_lists_nested_beyond_the_limit_are_refused(self) -> None:
        for levels in (100, 900, 100_000):
            with pytest.raises(WireError):
                decode(b"\x91" * levels + b"\xc0")

    def test_extensions_nested_beyond_the_limit_are_refused(self) -> None:
        data = b"\xc0"
        for _ in range(500):
            data = _extension(TUPLE, b"\x91" + data)
        with pytest.raises(WireError):
            decode(data)

    @pytest.mark.parametrize("code", [SET, MAPPING])
    def test_keys_made_to_collide_do_not_stall_the_grader(self, code: int) -> None:
        """Integers a multiple of 2^61 − 1 apart have one hash; a set of them takes quadratic time."""
        keys = [_integer(k * (2**61 - 1)) for k in range(1, 50_000)]
        parts = keys if code == SET else [[key, None] for key in keys]
        with pytest.raises(WireError, match="same hash"):
            decode(_extension(code, msgpack.packb(parts)))

    def test_an_honest_set_of_many_numbers_is_not_taken_for_an_attack(self) -> None:
        honest = {
            *range(-5000, 5000),
            *np.linspace(0, 1, 5000).tolist(),
            *((a, b) for a in range(50) for b in range(50)),
        }
        assert decode(encode(honest)) == honest

    @pytest.mark.parametrize(
        "parts",
        [
            ["|b1", [2], b"\x01\x02"],
            ["<U1", [1], struct.pack("<I", 0xD800)],
            ["<U1", [1], struct.pack("<I", 0x110000)],
        ],
        ids=["a truth value of 2", "a lone surrogate", "beyond Unicode"],
    )
    def test_bytes_that_no_array_could_hold_are_refused(self, parts: list[Any]) -> None:
        with pytest.raises(WireError, match="malformed"):
            decode(_extension(ARRAY, msgpack.packb(parts)))

    def test_text_that_is_not_utf_8_is_refused(self) -> None:
        with pytest.raises(WireError):
            decode(b"\xa3\xed\xa0\x80")

    def test_a_forged_handle_has_the_right_types_or_is_refused(self) -> None:
        out_of_range = [[number, "a", "b", "c"] for number in (-1, 1 << 63, _integer(1 << 70))]
        for parts in (*out_of_range, [True, "a", "b", "c"], [1, 2, "b", "c"], [1, "a", "b"], ["1", *"abc"]):
            with pytest.raises(WireError):
                decode(_extension(HANDLE, msgpack.packb(parts)))


def _calls(data: bytes) -> int:
    """How many functions are called to decode `data`, those written in C among them."""
    count = 0

    def called(_: Any, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        decode(data)
    except WireError:
        pass
    finally:
        sys.setprofile(None)
    return count


def _extension(code: int, data: bytes) -> bytes:
    return msgpack.packb(msgpack.ExtType(code, data))


def _integer(value: int) -> msgpack.ExtType | int:
    return value if value < 1 << 64 else msgpack.ExtType(INTEGER, value.to_bytes(16, "big", signed=True))
