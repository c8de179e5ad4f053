"""Fetches one document from the web, for `hoidap add`: public addresses only, within limits on size and time.

Everything that talks to the network runs in a process of its own, which ends itself when the time is up: a name that
never resolves and a header that comes a byte a second are then no cases of their own.
"""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from index.errors import ReadError
from index.text import clean
from ingest.read import MAX_PACKED, SUFFIXES, Source
from ingest.sniff import suffix_of

if TYPE_CHECKING:
    import requests

SECONDS = 60.0  # for all of it, redirects included
SILENCE = 15.0  # seconds without a byte
REDIRECTS = 5
_PIECE = 1 << 16  # bytes
_LATE = 3  # exit status of a fetch that took too long
_FOLDER = Path(__file__).parent.parent
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "message/rfc822": ".eml",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/zip": ".zip",
}
_UNSAID = ("", "application/octet-stream", "binary/octet-stream", "application/x-download", "text/plain")
_TEXTS = (".html", ".txt", ".md", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may take: bytes after decompression, seconds in all, seconds of silence, redirects followed."""

    most: int = MAX_PACKED
    seconds: float = SECONDS
    silence: float = SILENCE
    redirects: int = REDIRECTS


@dataclass(frozen=True, slots=True)
class _Page:
    """What a server sent: the address it came from in the end, the type and charset it said, and the bytes."""

    url: str
    type: str
    charset: str
    data: bytes


def is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def fetch(url: str, limits: Limits | None = None, *, own: str = "") -> Source:
    """The document at `url`; its origin is the address it was found at in the end.

    `own` is the "host:port" of a server on this machine that may be asked nevertheless. It is there for the tests, and
    no setting or option leads to it. Raises ReadError when `url` or a redirect is no public http(s) address, the server
    says no, a limit is passed, or what comes is of no kind that can be read; the message names `url`.
    """
    try:
        page = _ask(url, limits or Limits(), own)
        suffix = _suffix(page)
    except ReadError as error:
        raise ReadError(f"{clean(url)}: {error}") from error
    data = _in_utf8(page) if suffix in _TEXTS else page.data
    return Source(_stem(page.url) + suffix, page.url, data)


def _suffix(page: _Page) -> str:
    """How to read it: what the bytes say, else what the server says, else how the address ends."""
    ending = PurePosixPath(urlsplit(page.url).path).suffix.lower()
    if said := suffix_of(page.data):
        return said
    if page.type in _UNSAID and ending in SUFFIXES:  # servers send .md and .csv as text/plain
        return ending
    if page.type in _TYPES:
        return _TYPES[page.type]
    raise ReadError(f"the server sends {page.type or 'a file of no type'}, which hoidap cannot read; save it as text")


def _stem(url: str) -> str:
    parts = urlsplit(url)
    return PurePosixPath(clean(unquote(parts.path))).stem.replace("/", " ") or parts.hostname or "page"


def _in_utf8(page: _Page) -> bytes:
    """The bytes in UTF-8 if the server says their encoding; a page that is UTF-8 already is, whatever is said of it."""
    try:
        page.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return page.data.decode(page.charset).encode()
        except (LookupError, UnicodeError):  # not said, unknown, or not true: the reader looks for itself
            pass
    return page.data


def _ask(url: str, limits: Limits, own: str) -> _Page:
    request = json.dumps({"url": url, "limits": asdict(limits), "own": own}).encode()
    done = subprocess.run(
        [sys.executable, "-c", "from ingest.fetch import serve; serve()"],
        cwd=_FOLDER,
        input=request,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode == _LATE:
        raise ReadError(f"it did not come whole in {limits.seconds:g} seconds; nothing was stored")
    head, _, data = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise ReadError(f"fetching it broke down (exit {done.returncode}); nothing was stored")
    answer = json.loads(head)
    if "error" in answer:
        raise ReadError(answer["error"])
    return _Page(**answer, data=data)


# ---- the child -------------------------------------------------------------------------------------------------------


def serve() -> None:
    """Answer one request on standard input: a line of JSON, and after it the bytes."""
    import os

    request = json.load(sys.stdin.buffer)
    limits = Limits(**request["limits"])
    end = threading.Timer(limits.seconds, os._exit, [_LATE])
    end.daemon = True
    end.start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    try:
        page = _fetched(request["url"], limits, request["own"])
        head, data = {"url": page.url, "type": page.type, "charset": page.charset}, page.data
    except ReadError as error:
        head, data = {"error": str(error)}, b""
    end.cancel()
    answers.write(json.dumps(head).encode() + b"\n" + data)
    answers.flush()


def _fetched(url: str, limits: Limits, own: str) -> _Page:
    import requests
    import urllib3.exceptions
    from requests_hardened.ip_filter import InvalidIPAddress

    try:
        for _ in range(limits.redirects + 1):
            url = _checked(url, own)
            with _opened(url, limits, own) as response:
                if response.is_redirect:
                    url = urljoin(url, response.headers["location"])
                    continue
                if response.status_code != 200:
                    raise ReadError(f"the server says {response.status_code} {clean(response.reason or '')}".strip())
                return _read(url, response, limits)
    except InvalidIPAddress as error:
        raise ReadError(_inside(str(error))) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise ReadError(_reason(error, limits)) from error
    raise ReadError(f"it is redirected more than {limits.redirects} times")


def _opened(url: str, limits: Limits, own: str) -> requests.Response:
    """The response at `url`, its body not read; it is asked at the very address that was checked."""
    from requests_hardened import Config, Manager

    config = Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=bool(own) and urlsplit(url).netloc == own,
        never_redirect=True,  # each address is checked here, whole
        default_timeout=(limits.silence, limits.silence),
        user_agent_override="hoidap",
    )
    session = Manager(config).get_session()
    session.trust_env = False  # through a proxy the address asked would not be the one checked
    # what requests unpacks is measured as it grows; fewer unpackers are fewer that can be fooled
    response: requests.Response = session.get(url, stream=True, headers={"Accept-Encoding": "gzip, deflate"})
    return response


def _checked(url: str, own: str) -> str:
    """`url` without its fragment. Raises ReadError unless it is a whole http(s) address without a password, and of no
    network that is not public as far as can be told without asking for the name."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ReadError(f"that is no address ({error})") from error
    if parts.scheme not in ("http", "https"):
        raise ReadError(f"{clean(parts.scheme)[:20]}: is not fetched; only http and https are")
    if not host:
        raise ReadError("there is no server in that address")
    if parts.username or parts.password:
        raise ReadError("there is a name or password in that address, which would be stored with it; leave it out")
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass  # a name
    else:
        old = ip.version == 6 and (ip.is_site_local or ip.is_reserved)  # which requests-hardened lets pass
        if (old or not ip.is_global) and parts.netloc != own:
            raise ReadError(_inside(str(ip)))
    # "!" stands between an archive and a file in it
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, "")).replace("!", "%21")


def _inside(address: str) -> str:
    return f"{address} is an address of this machine or of a network that is not public; nothing is fetched from there"


def _read(url: str, response: requests.Response, limits: Limits) -> _Page:
    said = response.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limits.most:
        raise ReadError(_too_large(limits))
    found = bytearray()
    started = time.monotonic()
    # read1: read(n) waits for n bytes, so a server that drips would keep us past any silence
    while piece := response.raw.read1(_PIECE, decode_content=True):
        found += piece
        if len(found) > limits.most:
            raise ReadError(_too_large(limits))
        if time.monotonic() - started > limits.seconds:
            raise ReadError(f"it did not come whole in {limits.seconds:g} seconds")
    type, _, rest = response.headers.get("content-type", "").partition(";")
    _, found_charset, charset = rest.lower().partition("charset=")
    charset = charset.partition(";")[0].strip(" \"'") if found_charset else ""
    return _Page(url, type.strip().lower(), charset, bytes(found))


def _too_large(limits: Limits) -> str:
    return f"it is larger than the {limits.most:,} bytes a document may have"


def _reason(error: Exception, limits: Limits) -> str:
    import requests
    import urllib3.exceptions as low

    advice = "save it with a browser and add that file"
    cases: tuple[tuple[Any, str], ...] = (
        (requests.exceptions.SSLError, f"the server's certificate cannot be verified; {advice}"),
        ((requests.Timeout, low.TimeoutError), f"the server said nothing for {limits.silence:g} seconds; try later"),
        ((low.DecodeError, requests.exceptions.ContentDecodingError), "it is packed wrongly and cannot be unpacked"),
        ((low.ProtocolError, requests.exceptions.ChunkedEncodingError), "the connection broke before it came whole"),
        ((requests.exceptions.InvalidURL, UnicodeError), "that is no valid address"),
        (requests.ConnectionError, "the server cannot be reached; check the address and the network"),
    )
    return next((words for kinds, words in cases if isinstance(error, kinds)), f"it cannot be fetched ({error})")
