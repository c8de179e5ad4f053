"""Fetching: a real server that lies, drips and never ends; nothing but public addresses, and one clear line each."""

import gzip
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evals import rendering
from index.errors import ReadError
from ingest.fetch import Limits, fetch
from ingest.library import Library
from ingest.read import read
from ingest.sniff import suffix_of
from tests.toy import ToyEncoder

TEXT = "Đập Sông Xanh cao 42 mét và được khánh thành ngày 03/4/2019 tại xã Vĩnh Tường, huyện Vị Thủy."
PAGE = f"<!doctype html><html><head><title>Đập thủy lợi</title></head><body><article><h1>Đập thủy lợi</h1><p>{TEXT}</p>"
PAGE += f"<p>{TEXT.replace('42 mét', '900 mét')}</p></article></body></html>"
SMALL = rendering.article(f"# Báo cáo quý III\n\n{TEXT}\n", {})
LIMITS = Limits(most=300_000)
QUICK = Limits(most=300_000, seconds=5, silence=3)  # for what would last


class Handler(BaseHTTPRequestHandler):
    """What the address asks for, as badly as it says."""

    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def say(self, body: bytes, type: str = "text/html", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        if type:
            self.send_header("Content-Type", type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        here, _, query = self.path.partition("?")
        try:
            if here.startswith("/to/"):
                self.say(b"", status=302, Location=query)
            else:
                getattr(self, here.strip("/").partition(".")[0].replace("/", "_").replace("-", "_"))()
        except (BrokenPipeError, ConnectionResetError):
            pass

    length = "900 mét"

    def page(self) -> None:
        self.say(PAGE.replace("900 mét", self.length).encode())

    def loop(self) -> None:
        self.say(b"", status=302, Location="/loop")

    def drip(self) -> None:
        self.say(b"")
        while True:
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.3)

    def slow_head(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        while True:
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.3)

    def silent(self) -> None:
        time.sleep(10)

    def endless(self) -> None:
        self.say(b"", "text/plain")
        while True:
            self.wfile.write(b"x" * 65536)

    def large(self) -> None:
        self.say(b"x", "text/plain", Content_Length="2000000000")

    def bomb(self) -> None:
        self.say(gzip.compress(b"x" * 200_000_000, 9), "text/plain", Content_Encoding="gzip")

    def packed(self) -> None:
        self.say(gzip.compress(PAGE.encode()), Content_Encoding="gzip")

    def not_packed(self) -> None:
        self.say(PAGE.encode(), Content_Encoding="gzip")

    def gone(self) -> None:
        self.say(b"no", status=404)

    def broken(self) -> None:
        self.say(b"no", status=500)

    def short(self) -> None:
        self.say(PAGE.encode(), Content_Length="100000")

    def short_chunk(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n500\r\nabc")

    def cp1258_header(self) -> None:
        self.say(_cp1258(PAGE), "text/html; charset=windows-1258")

    def cp1258_meta(self) -> None:
        self.say(_cp1258(PAGE.replace("<head>", '<head><meta charset="windows-1258">')))

    def utf16(self) -> None:
        self.say(PAGE.encode("utf-16"), 'text/html; charset="UTF-16"')

    def wrong_charset(self) -> None:
        self.say(PAGE.encode(), "text/html; charset=iso-8859-1")

    def no_codec(self) -> None:
        self.say(PAGE.encode(), "text/html; charset=zlib")

    def bao_cao(self) -> None:
        self.say(rendering.pdf(SMALL), "application/octet-stream")

    def word(self) -> None:
        self.say(rendering.docx(SMALL), "text/html")

    def markdown(self) -> None:
        self.say(f"# Đập thủy lợi\n\n{TEXT}\n".encode(), "text/plain")

    def untyped(self) -> None:
        self.say(PAGE.encode(), "")

    def video(self) -> None:
        self.say(b"\0\0\0\x18ftypmp42", "video/mp4")


def _cp1258(text: str) -> bytes:
    """As a Vietnamese keyboard of Windows writes it: the letter, then its tone."""
    import unicodedata

    out = bytearray()
    for char in text:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            base, tone = unicodedata.normalize("NFD", char)[:-1], unicodedata.normalize("NFD", char)[-1]
            if tone == "\u0302":  # ậ: the dot below sorts before the circumflex
                base, tone = base[0] + tone, base[1]
            out += unicodedata.normalize("NFC", base).encode("cp1258") + tone.encode("cp1258")
    return bytes(out)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    httpd.block_on_close = False
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/page.htm?x=1#part", "page.html"),
        ("/untyped", "untyped.html"),
        ("/packed", "packed.html"),
        ("/cp1258_header", "cp1258_header.html"),
        ("/cp1258_meta", "cp1258_meta.html"),
        ("/utf16", "utf16.html"),
        ("/wrong_charset", "wrong_charset.html"),
        ("/no_codec", "no_codec.html"),
        ("/bao-cao.aspx", "bao-cao.pdf"),
        ("/word", "word.docx"),
        ("/markdown.md", "markdown.md"),
    ],
)
def test_a_document_is_read_as_what_it_is(server: str, path: str, name: str) -> None:
    source = fetch(f"http://{server}{path}", LIMITS, own=server)
    assert source.name == name
    assert source.origin == f"http://{server}{path.partition('#')[0]}"
    document, _ = read(source)
    assert "Đập Sông Xanh cao 42 mét và được khánh thành ngày 03/4/2019" in " ".join(document.text.split())
    assert document.url == source.origin
    assert document.source == source.origin


def test_the_address_in_the_end_is_kept(server: str) -> None:
    source = fetch(f"http://{server}/to/?/page", LIMITS, own=server)
    assert source.origin == f"http://{server}/page"
    assert source.document_id == fetch(f"http://{server}/page", LIMITS, own=server).document_id


def test_the_same_address_again_is_the_same_document(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kho").mkdir()
    library = Library(tmp_path / "kho", tmp_path / "data", ToyEncoder())
    (id,) = library.add_sources([fetch(f"http://{server}/page", LIMITS, own=server)]).added
    assert library.add_sources([fetch(f"http://{server}/page#x", LIMITS, own=server)]).unchanged == [id]
    monkeypatch.setattr(Handler, "length", "1200 mét")
    assert library.add_sources([fetch(f"http://{server}/page", LIMITS, own=server)]).updated == [id]
    (document,) = library.documents()
    assert "1200 mét" in document.text
    assert document.url == f"http://{server}/page"
    library.close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/loop", "redirected more than 5 times"),
        ("/to/?http://127.0.0.1:1/x", "not public"),
        ("/to/?http://localhost:1/x", "not public"),
        ("/to/?http://169.254.169.254/latest/meta-data/", "not public"),
        ("/to/?file:///etc/passwd", "only http and https"),
        ("/to/?ftp://example.org/x", "only http and https"),
        ("/to/?//10.0.0.1/x", "not public"),
        ("/to/?http://a:b@example.org/", "password"),
        ("/drip", "5 seconds"),
        ("/slow_head", "5 seconds"),
        ("/silent", "said nothing for 3 seconds"),
        ("/endless", "larger than the 300,000 bytes"),
        ("/large", "larger than the 300,000 bytes"),
        ("/bomb", "larger than the 300,000 bytes"),
        ("/not_packed", "packed wrongly"),
        ("/gone", "404 Not Found"),
        ("/broken", "500 Internal Server Error"),
        ("/short", "broke before it came whole"),
        ("/short_chunk", "broke before it came whole"),
        ("/video", "video/mp4"),
    ],
)
def test_what_fails_says_so_in_one_line_and_in_time(server: str, path: str, words: str) -> None:
    started = time.monotonic()
    with pytest.raises(ReadError, match=re.escape(words)) as caught:
        fetch(f"http://{server}{path}", QUICK if "seconds" in words else LIMITS, own=server)
    assert time.monotonic() - started < QUICK.seconds + 10  # a machine that does other things too
    assert str(caught.value).startswith(f"http://{server}{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "localhost", "10.1.2.3"),
        *("172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1"),
        *("255.255.255.255", "240.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::7f00:1]"),
        *("[fe80::1]", "[fc00::1]", "[fec0::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]", "[ff02::1]"),
        *("①②⑦.0.0.1", "127。0。0。1", "LOCALHOST", "localhost."),
    ],
)
def test_no_address_that_is_not_public_is_asked(server: str, host: str) -> None:
    """With the port of a server that would answer, were it asked."""
    with pytest.raises(ReadError, match=r"not public|cannot be reached|no valid address"):
        fetch(f"http://{host}:{server.partition(':')[2]}/page", LIMITS)


@pytest.mark.parametrize(
    "url", ["http://", "http:///x", "http://[::1", "http://a:99999/", "http://a\n.vn/", "http://\u202e/", "http://%/"]
)
def test_what_is_no_address_is_named(url: str) -> None:
    with pytest.raises(ReadError, match="http:"):
        fetch(url, LIMITS)


def test_an_allowed_server_allows_no_other_port(server: str) -> None:
    with pytest.raises(ReadError, match="not public"):
        fetch(f"http://{server}/page", LIMITS, own="127.0.0.1:1")


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (rendering.pdf(SMALL), ".pdf"),
        (rendering.docx(SMALL), ".docx"),
        (PAGE.encode(), ".html"),
        (b"\xef\xbb\xbf <!-- a --> <HTML>", ".html"),
        (b"{\\rtf1 x}", ".rtf"),
        (b"PK\x03\x04 damaged", ".zip"),
        (b"<p>a text that begins with a tag", ""),
        (TEXT.encode(), ""),
        (b"", ""),
    ],
)
def test_kinds_told_by_the_bytes(data: bytes, suffix: str) -> None:
    assert suffix_of(data) == suffix
