"""What kind of file some bytes are, told by the bytes: for what comes without a name, or with a wrong one."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"{\\rtf", ".rtf"),
)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_HEAD = 4096  # bytes in which the first tag of a page stands
_PARTS = (("word/document.xml", ".docx"), ("xl/workbook.xml", ".xlsx"), ("ppt/presentation.xml", ".pptx"))
_TYPES = {b"application/epub+zip": ".epub", b"application/vnd.oasis.opendocument.text": ".odt"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# the streams of the old Office formats, as their directory names them
_STREAMS = (("WordDocument", ".doc"), ("Workbook", ".xls"), ("Book", ".xls"), ("PowerPoint Document", ".ppt"))


def suffix_of(data: bytes) -> str:
    """The suffix a file of these bytes should have, as ".pdf"; "" when they do not say, as those of plain text."""
    for start, suffix in _STARTS:
        if data.startswith(start):
            return suffix
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    if data.startswith(b"PK\x03\x04"):
        return _of_zip(data)
    if data.startswith(OLE):
        return next(iter(old_office(data)), "")
    if b"%PDF-" in data[:1024]:  # readers of PDF look that far too
        return ".pdf"
    return ".html" if _PAGE.match(data[:_HEAD]) else ""


def old_office(data: bytes) -> list[str]:
    """The suffixes of the old Office documents that are in the file, of which all but one lie in that one."""
    if not data.startswith(OLE):
        return []
    return list(dict.fromkeys(suffix for name, suffix in _STREAMS if f"{name}\0".encode("utf-16-le") in data))


def is_encrypted(data: bytes) -> bool:
    """True for a new Office document behind a password: an old one that holds it."""
    return data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in data


def _of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            names = set(file.namelist())
            for part, suffix in _PARTS:
                if part in names:
                    return suffix
            if "mimetype" in names:
                with file.open("mimetype") as member:
                    return _TYPES.get(member.read(100).strip(), ".zip")
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError):
        pass  # damaged: whoever reads it says so
    return ".zip"
