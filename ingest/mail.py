"""Mail (.eml): subject, sender, date and body; attachments are named, not read."""

from __future__ import annotations

import contextlib
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from index.errors import ReadError
from ingest.blocks import Block, Extract
from ingest.page import page_blocks


def read_eml(data: bytes) -> Extract:
    """The text of a mail, or its HTML where there is no text. Raises ReadError for what has no headers of a mail."""
    message = BytesParser(policy=policy.default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    if not (message["from"] or message["subject"] or message["date"]):
        raise ReadError("there are no headers of a mail in it")
    body = message.get_body(preferencelist=("plain", "html"))
    blocks: list[Block] = []
    if body is not None:
        text = _content(body)
        blocks = (
            page_blocks(text)
            if body.get_content_subtype() == "html"
            else [Block(paragraph) for paragraph in text.replace("\r\n", "\n").split("\n\n")]
        )
    attached = [part.get_filename() or "?" for part in message.iter_attachments()]
    if attached:
        blocks.append(Block(f"Tệp đính kèm: {', '.join(attached)}"))
    meta = {"title": str(message["subject"] or ""), "author": parseaddr(str(message["from"] or ""))[0]}
    with contextlib.suppress(ValueError):
        meta["published"] = parsedate_to_datetime(str(message["date"])).date().isoformat() if message["date"] else ""
    note = f"{len(attached)} attachments are named, not read; add them by themselves" if attached else ""
    return Extract(blocks, meta={key: value for key, value in meta.items() if value}, note=note)


def _content(part: MIMEPart[Any, Any]) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # a charset nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
