"""Mail (.eml): subject, sender, date and body; attachments are documents of their own, see `ingest.archives`."""

from __future__ import annotations

import contextlib
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import PurePosixPath
from typing import Any

from index.errors import ReadError
from ingest.blocks import Block, Extract
from ingest.page import page_blocks

_TYPES = {"application/pdf": ".pdf", "text/html": ".html", "text/plain": ".txt", "text/csv": ".csv"}


def read_eml(data: bytes) -> Extract:
    """The text of a mail, or its HTML where there is no text. Raises ReadError for what has no headers of a mail."""
    message = _message(data)
    body = message.get_body(preferencelist=("plain", "html"))
    blocks: list[Block] = []
    if body is not None:
        text = _content(body)
        blocks = (
            page_blocks(text)
            if body.get_content_subtype() == "html"
            else [Block(paragraph) for paragraph in text.replace("\r\n", "\n").split("\n\n")]
        )
    names = [_name(part, n) for n, part in enumerate(message.iter_attachments(), start=1)]
    if names:
        blocks.append(Block(f"Tệp đính kèm: {', '.join(names)}"))
    meta = {"title": str(message["subject"] or ""), "author": parseaddr(str(message["from"] or ""))[0]}
    with contextlib.suppress(ValueError):
        meta["published"] = parsedate_to_datetime(str(message["date"])).date().isoformat() if message["date"] else ""
    return Extract(blocks, meta={key: value for key, value in meta.items() if value}, note=_note(names))


def attached(data: bytes) -> list[tuple[str, bytes]]:
    """(name, bytes) of each attachment; a mail attached whole is one called after its subject."""
    parts = enumerate(_message(data).iter_attachments(), start=1)
    return [(_name(part, n), _bytes(part)) for n, part in parts]


def _message(data: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    if not (message["from"] or message["subject"] or message["date"]):
        raise ReadError("there are no headers of a mail in it")
    return message


def _name(part: MIMEPart[Any, Any], number: int) -> str:
    """The name it is given, else one from its type: programs attach a mail without."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        subject = str(inner["subject"] or "") if isinstance(inner, EmailMessage) else ""
        return f"{part.get_filename() or subject or f'thu {number}'}".removesuffix(".eml").replace("/", "-") + ".eml"
    return part.get_filename() or f"tep {number}{_TYPES.get(part.get_content_type(), '')}"


def _bytes(part: MIMEPart[Any, Any]) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _note(names: list[str]) -> str:
    from ingest.read import ARCHIVES, SUFFIXES  # which reads through this module

    unread = [name for name in names if PurePosixPath(name).suffix.lower() not in SUFFIXES | ARCHIVES]
    return f"{len(unread)} attachments are of no kind that is read: {', '.join(unread)}" if unread else ""


def _content(part: MIMEPart[Any, Any]) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # a charset nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
