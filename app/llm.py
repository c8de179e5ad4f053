"""An OpenAI-compatible endpoint as one call: text in, pieces of text out, and one error for whatever goes wrong."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from index.errors import LlmError
from index.text import clean

if TYPE_CHECKING:
    from index.settings import LlmSettings

_log = logging.getLogger(__name__)

ANSWER_TOKENS = 700
"""Longest reply asked for; an answer has a few sentences."""
_MAX_CHARS = 6_000  # of a reply; longer ones are taken to never end (over 8 for each of ANSWER_TOKENS)
_RETRIES = 2  # never 0: after a server's 500 the next call over the kept connection may fail at once


class Message(TypedDict):
    """One message of a chat, as the endpoint takes it."""

    role: str  # "system" or "user"
    content: str


def tokens(text: str) -> int:
    """How many tokens `text` is at most for a usual model: a token of Vietnamese has two bytes or more. Our own
    estimate, because an endpoint may cut, refuse or answer a prompt that is too long, and few say which."""
    return len(text.encode()) // 2 + 1


def redacted(text: str, key: str) -> str:
    """`text` without `key` and without anything that looks like one; an endpoint may repeat the key in its error."""
    if key:
        text = text.replace(key, "…")
    return re.sub(r"(?i)\b(?:sk|pk|gsk|hf)[-_][\w-]{6,}|\bbearer\s+\S+", "…", text)


class Llm:
    """The LLM of `settings`. Holds nothing between two calls."""

    def __init__(self, settings: LlmSettings) -> None:
        self.settings = settings

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The reply to `messages`, piece by piece.

        Raises LlmError on any failure, however the endpoint fails, and when the reply is not whole `deadline_s` seconds
        after the call; the pieces before that have been given.
        """
        ends = time.monotonic() + self.settings.deadline_s
        pieces: queue.Queue[str | Exception | None] = queue.Queue()
        stop, clients = threading.Event(), list[Any]()
        # In a thread of its own: a server that drips comments, or asks to be retried in two minutes, holds the client
        # as long as it likes, and no timeout of the client counts the whole.
        threading.Thread(target=self._read, args=(messages, pieces, stop, clients), daemon=True).start()
        length = 0
        try:
            while True:
                try:
                    piece = pieces.get(timeout=max(0.0, ends - time.monotonic()))
                except queue.Empty:
                    raise self._error(f"gave no whole reply in {self.settings.deadline_s:g} s") from None
                if piece is None:
                    break
                if isinstance(piece, Exception):
                    raise self._error(f"failed ({type(piece).__name__}: {self._short(piece)})") from None
                length += len(piece)
                if length > _MAX_CHARS or time.monotonic() > ends:
                    raise self._error(f"did not stop after {length} characters")
                yield piece
        finally:
            stop.set()
            for client in clients:  # closed under the thread, which a server that drips comments would hold for ever
                client.close()
        if not length:
            raise self._error("gave an empty reply")

    def _error(self, what: str) -> LlmError:
        text = redacted(f"the LLM {self.settings.model} at {self.settings.base_url} {what}", self.settings.api_key)
        return LlmError(text + "; check LLM_BASE_URL, LLM_MODEL and LLM_API_KEY, or unset LLM_BASE_URL")

    def _short(self, error: Exception) -> str:
        text = "malformed JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        # cleaned, for an endpoint may send what moves a terminal's cursor; without the key before it is cut, for half a
        # key is not found any more
        text = redacted(" ".join(clean(text).split()), self.settings.api_key)
        return text if len(text) <= 200 else text[:200] + "…"

    def _read(
        self,
        messages: Sequence[Message],
        pieces: queue.Queue[str | Exception | None],
        stop: threading.Event,
        clients: list[Any],
    ) -> None:
        try:
            with contextlib.closing(_client(self.settings)) as client:
                clients.append(client)
                reply: Any = client.chat.completions.create(
                    model=self.settings.model,
                    messages=messages,
                    stream=True,
                    temperature=0,
                    max_tokens=ANSWER_TOKENS,
                )
                if isinstance(reply, str):  # a page of HTML with status 200
                    raise TypeError("a page instead of a reply")
                for chunk in reply:
                    if stop.is_set():  # before the client was there to be closed
                        break
                    if text := _text(chunk):
                        pieces.put(text)
            pieces.put(None)
        except Exception as error:  # whatever it is, the reader gets an answer from the documents
            pieces.put(error)


def _client(settings: LlmSettings) -> Any:
    from openai import OpenAI

    return OpenAI(
        base_url=settings.base_url,
        api_key=settings.api_key or "none",  # the client insists on one; local servers ask for none
        organization="",  # else both are taken from the environment
        project="",
        timeout=settings.timeout_s,
        max_retries=_RETRIES,
    )


def _text(chunk: Any) -> str:
    """The text of one piece of a stream; "" for those without: usage, roles, keep-alive, tool calls."""
    choices = getattr(chunk, "choices", None)
    delta = getattr(choices[0], "delta", None) if choices else None
    content = getattr(delta, "content", None)
    return content if isinstance(content, str) else ""
