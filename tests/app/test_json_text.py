import codecs

import pytest

from app.json_text import to_utf8

TEXT = '{"pixels": [1, 2], "name": "é"}'
UTF_16 = ("utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", *UTF_16, "utf-32"])
def test_json_comes_out_in_utf8_without_a_mark(encoding: str) -> None:
    assert to_utf8(TEXT.encode(encoding)) == TEXT.encode()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xd8\xff\xe0", codecs.BOM_UTF16_LE + b"\x00\xd8"]
)
def test_what_cannot_be_decoded_is_kept(body: bytes) -> None:
    assert to_utf8(body) == body
