"""Which encoding a text can be in is shown, by what each makes of it; nobody chooses."""

from __future__ import annotations

import pandas as pd
import pytest

from gridmap.files.encodings import decode, decoded, encoding_question, known, of_language_driver


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("GBK", "gbk"),
        ("936", "gbk"),
        ("ANSI 936", "gbk"),
        ("ANSI_936", "gbk"),
        ("GB2312", "gbk"),
        ("gb18030", "gb18030"),
        ("54936", "gb18030"),
        ("UTF-8 \n", "utf-8"),
        ("65001", "utf-8"),
        ("BIG5", "big5"),
        ("OEM", None),
        ("base64", None),
        ("", None),
        ("\0", None),
    ],
)
def test_encodings_by_the_names_that_files_use(written: str, name: str | None) -> None:
    assert known(written) == name


def test_language_drivers() -> None:
    assert (of_language_driver(0x4D), of_language_driver(0x57), of_language_driver(0)) == ("gbk", None, None)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5"])
def test_a_character_cut_in_half_by_the_fields_end_is_dropped(encoding: str) -> None:
    data = "河西第一".encode(encoding)
    assert decode(data, encoding) == "河西第一"
    assert decode(data[:-1], encoding) == "河西第"


def test_what_is_in_another_encoding_is_none() -> None:
    assert decode("河滨".encode("gbk"), "utf-8") is None
    assert decode(b"\xff\xff", "gbk") is None
    assert decode(b"", "utf-8") == ""


def test_every_encoding_that_can_read_it_is_shown_with_what_it_reads() -> None:
    facts = encoding_question([b"ascii", "宣威市".encode("gbk"), "富源县".encode("gbk")]).evidence
    assert facts[0] == {"says": "encoding_fails", "encoding": "utf-8"}
    assert facts[1] == {"says": "encoding_reads", "encoding": "gb18030", "texts": ["宣威市", "富源县"]}
    utf8 = encoding_question(["宣威市".encode()] * 9).evidence
    assert utf8[0]["texts"] == ["宣威市"] * 3


def test_a_frame_read_byte_for_byte_is_decoded_names_and_all() -> None:
    def raw(text: str) -> str:
        return text.encode("gbk").decode("latin-1")

    frame = pd.DataFrame({raw("名称"): [raw("河滨"), None, "ascii"], "n": [1, 2, 3]})
    found = decoded(frame, "gbk")
    assert list(found.columns) == ["名称", "n"]
    assert found["名称"].iloc[0] == "河滨"
    with pytest.raises(UnicodeDecodeError):
        decoded(frame, "utf-8")
