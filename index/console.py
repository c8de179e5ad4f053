"""Output that never fails for a letter the terminal cannot show."""

from __future__ import annotations

import codecs
import io
import sys


def never_fail() -> None:
    """From here on, what the encoding of stdout or stderr lacks (ASCII, a Windows code page) is written as in JSON,
    \\u1ec7: so JSON stays JSON, and nothing ends in a traceback."""
    codecs.register_error("as-json", _as_json)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="as-json")


def _as_json(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2)), error.end
