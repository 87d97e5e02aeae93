"""Columns of values as PostgreSQL's binary COPY reads them: nothing is spelled out here only to be read there.

A row is the number of its fields (16 bits), then each field as its length (32 bits; -1 for NULL) and its bytes, all big
endian (PostgreSQL's manual, COPY, “Binary Format”).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from geoalchemy2 import Geometry
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Boolean, Float, Integer, SmallInteger, Table
from sqlalchemy.types import TypeEngine

from gridmap.db.types import Instant

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_EPOCH_US = 946_684_800_000_000
"""2000-01-01, which PostgreSQL counts from, in microseconds since 1970."""
_NUMBERS: tuple[tuple[type[Any], str, pa.DataType], ...] = (
    (SmallInteger, ">i2", pa.int64()),
    (BigInteger, ">i8", pa.int64()),
    (Integer, ">i4", pa.int64()),
    (Float, ">f8", pa.float64()),
    (Boolean, "u1", pa.bool_()),
)
_NULL = np.frombuffer(b"\xff\xff\xff\xff", dtype=np.uint8)

_Bytes = NDArray[np.uint8]


def binary_rows(table: Table, columns: Mapping[str, Any], size: int) -> bytes:
    """`size` rows of some columns of `table`, in the order of `columns`, without header and trailer.

    A column is a list (None: NULL), an array of numpy's or of arrow's, or one value for all rows. Moments are
    `datetime64` in UTC, or aware ones as `datetime` or ISO text; a geometry is an array of EWKB records, or a list of EWKB.
    """
    parts: list[Any] = [len(columns).to_bytes(2, "big")]
    for name, values in columns.items():
        parts += _field(table.c[name].type, values, size)
    rows = pc.binary_join_element_wise(*map(_arrow, _run_together(parts)), pa.scalar(b"", pa.large_binary()))
    return bytes(memoryview(rows.buffers()[2])[: pc.sum(pc.binary_length(rows)).as_py()])


def _field(kind: TypeEngine[Any], values: Any, size: int) -> list[Any]:
    """A column as parts that stand one after another in each row: bytes that all share, arrays of bytes, arrow's binary."""
    if isinstance(kind, Geometry):
        if isinstance(values, np.ndarray):
            return [_with_length(values.view(np.uint8).reshape(size, -1))]
        return _texts(pa.array(values, pa.binary()))
    for type_, dtype, arrow in _NUMBERS:
        if isinstance(kind, type_):
            return _fixed(_as_arrow(values, arrow), dtype)
    if isinstance(kind, Instant):
        return _fixed(_moments(values), ">i8")
    if isinstance(values, str):
        text = values.encode()
        return [len(text).to_bytes(4, "big") + text]
    return _texts(values)


def _as_arrow(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, bool | int | float):
        return pa.scalar(values, kind)
    return pa.array(values, kind)


def _moments(values: Any) -> Any:
    """Microseconds since PostgreSQL's own beginning."""
    if isinstance(values, list):
        values = [datetime.fromisoformat(one) if isinstance(one, str) else one for one in values]
        counted = pa.array(values, pa.timestamp("us", "UTC"))
    elif isinstance(values, np.ndarray):
        counted = pa.array(values.astype("datetime64[us]"))
    else:
        counted = pa.scalar(values, pa.timestamp("us"))
    return pc.subtract(pc.cast(counted, pa.int64()), _EPOCH_US)


def _fixed(values: Any, dtype: str) -> list[Any]:
    """Values of one width, each behind its length; NULLs are a length alone."""
    if isinstance(values, pa.Scalar):
        raw = np.array([values.as_py()]).astype(dtype).tobytes()
        return [len(raw).to_bytes(4, "big") + raw]
    missing = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
    plain = (
        values.fill_null(False if pa.types.is_boolean(values.type) else 0) if values.null_count else values
    )
    raw = plain.to_numpy(zero_copy_only=False).astype(dtype)
    rows = _with_length(raw.view(np.uint8).reshape(len(raw), -1))
    return [rows if missing is None else _without(rows, missing)]


def _with_length(raw: _Bytes) -> _Bytes:
    rows = np.empty((len(raw), raw.shape[1] + 4), dtype=np.uint8)
    rows[:, :4] = np.frombuffer(raw.shape[1].to_bytes(4, "big"), dtype=np.uint8)
    rows[:, 4:] = raw
    return rows


def _without(rows: _Bytes, missing: NDArray[np.bool_]) -> pa.Array:
    """The same with a NULL where a value is missing."""
    rows[missing, :4] = _NULL
    stays = np.ones(rows.shape, dtype=bool)
    stays[missing, 4:] = False
    return _binary(rows[stays], np.where(missing, 4, rows.shape[1]))


def _texts(values: Any) -> list[Any]:
    texts = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    lengths = pc.fill_null(pc.binary_length(texts), -1).to_numpy(zero_copy_only=False)
    empty = "" if pa.types.is_string(texts.type) else b""
    filled = pc.fill_null(texts, empty) if texts.null_count else texts
    return [lengths.astype(">i4").view(np.uint8).reshape(-1, 4), pc.cast(filled, pa.large_binary())]


def _binary(raw: _Bytes, lengths: NDArray[Any]) -> pa.Array:
    """Bytes cut into values of these lengths."""
    ends = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=ends[1:])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(raw))]
    return pa.Array.from_buffers(pa.large_binary(), len(lengths), buffers)


def _run_together(parts: list[Any]) -> list[Any]:
    """Neighbours that are as wide in each row as one part."""
    found: list[Any] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(last, bytes) and isinstance(part, bytes):
            found[-1] = last + part
        elif isinstance(last, bytes | np.ndarray) and isinstance(part, bytes | np.ndarray):
            found[-1] = _beside(last, part)
        else:
            found.append(part)
    return found


def _beside(left: Any, right: Any) -> _Bytes:
    size = len(left) if isinstance(left, np.ndarray) else len(right)
    wide = [
        np.broadcast_to(np.frombuffer(part, dtype=np.uint8), (size, len(part)))
        if isinstance(part, bytes)
        else part
        for part in (left, right)
    ]
    return np.concatenate(wide, axis=1)


def _arrow(part: Any) -> Any:
    if isinstance(part, bytes):
        return pa.scalar(part, pa.large_binary())
    if isinstance(part, np.ndarray):
        return _binary(part.ravel(), np.full(len(part), part.shape[1]))
    return part
