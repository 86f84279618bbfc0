"""Bytes to text: the encodings that French files really have, even several in one file."""

import codecs
import re
from dataclasses import dataclass

CANDIDATES = ("cp1252", "mac_roman", "cp850")
"""Single-byte encodings tried when the bytes are not UTF-8: Windows, old Macintosh, DOS (and many .dbf)."""
FRENCH = frozenset("éèêëàâäùûüîïôöçœæÉÈÊËÀÂÄÙÛÜÎÏÔÖÇŒÆ°²³€’‘«»–—…µ½\u00a0")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 16
_ASCII = bytes(range(128))
_WIDE_LETTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_ESCAPED = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as `surrogateescape` keeps them."""
_TWICE_ENCODED = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[™œ“”¦˜]")


@dataclass(frozen=True)
class Decoded:
    """Text and how it was obtained: encoding, and lines that had another encoding than the rest."""

    text: str
    encoding: str
    repaired_lines: int = 0


def decode(data: bytes) -> Decoded:
    """Decode a text file: byte-order mark, UTF-8, UTF-16, then the single-byte encoding that gives French.

    A file whose lines are partly UTF-8 and partly single-byte (two exports glued together) is decoded
    line by line. Never fails: the last resort is charset-normalizer, then latin-1.

    >>> decode("Réverbère".encode("cp1252")).text
    'Réverbère'
    >>> decode("é\\n".encode() + "é\\n".encode("cp1252")).repaired_lines
    1
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Decoded(data.decode(name, errors="replace"), name)
    wide = _utf16_without_mark(data)
    if wide:
        return Decoded(data.decode(wide, errors="replace"), wide)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _decode_single_byte(data)


def repair_twice_encoded(text: str) -> str:
    """Undo UTF-8 that was once read as Windows-1252 (`Ã©` for `é`); the text itself where it was not.

    >>> repair_twice_encoded("LumiÃ¨re"), repair_twice_encoded("Âge")
    ('Lumière', 'Âge')
    """
    if not _TWICE_ENCODED.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def single_byte_encoding(data: bytes) -> str:
    """The single-byte encoding whose accented letters look most French; `cp1252` on a tie.

    >>> single_byte_encoding("Éclairage à rénover".encode("mac_roman"))
    'mac_roman'
    """
    high = data.translate(None, _ASCII)[:_SAMPLE]
    if not high:
        return "cp1252"
    shares = {name: _french_share(high, name) for name in CANDIDATES}
    best = max(CANDIDATES, key=lambda name: shares[name])
    if shares[best] >= 0.5:
        return best
    from charset_normalizer import from_bytes  # noqa: PLC0415 - rarely needed and slow to import

    guess = from_bytes(data[:_SAMPLE]).best()
    return guess.encoding if guess else "latin-1"


def _french_share(high: bytes, name: str) -> float:
    text = high.decode(name, errors="replace")
    return sum(letter in FRENCH for letter in text) / len(text)


def _utf16_without_mark(data: bytes) -> str:
    sample = data[:4096]
    if len(sample) < 4 or b"\0" not in sample:
        return ""
    odd, even = sample[1::2].count(0) / len(sample[1::2]), sample[::2].count(0) / len(sample[::2])
    if odd > 0.6 and even < 0.2:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.2 else ""


def _decode_single_byte(data: bytes) -> Decoded:
    if not _WIDE_LETTER.search(data):  # no line can be UTF-8: one encoding for the whole file
        name = single_byte_encoding(data)
        return Decoded(data.decode(name, errors="replace"), name)
    lines = data.decode("utf-8", errors="surrogateescape").split("\n")
    strange = [index for index, line in enumerate(lines) if not line.isascii()]
    odd = [index for index in strange if _ESCAPED.search(lines[index])]
    foreign = [lines[index].encode("utf-8", errors="surrogateescape") for index in odd]
    name = single_byte_encoding(b"\n".join(foreign))
    if len(odd) == len(strange):  # no line is UTF-8
        return Decoded(data.decode(name, errors="replace"), name)
    for index, line in zip(odd, foreign, strict=True):
        lines[index] = line.decode(name, errors="replace")
    return Decoded("\n".join(lines), f"utf-8 + {name}", len(odd))
