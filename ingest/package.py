"""Zip files with limits, and the XML in them without anything that could reach outside or grow without end."""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree import ElementTree

from index.errors import ReadError

# These took all of 48 ministry .docx (largest part 7.6 MB, highest ratio 31) and refused every bomb tried.
MAX_MEMBERS = 5000
MAX_MEMBER = 32 << 20  # bytes of one part that is read
MAX_TOTAL = 200 << 20
MAX_RATIO = 200  # unpacked to packed, beyond the first megabyte


class Package:
    """A zip whose parts are read within limits; what a header says of sizes is not believed."""

    def __init__(self, data: bytes) -> None:
        """Raises ReadError when `data` is no zip, or has too many members."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise ReadError(f"the file is damaged or is not what its name says ({error})") from error
        if len(self._zip.infolist()) > MAX_MEMBERS:
            raise ReadError(f"it has more than the {MAX_MEMBERS:,} parts allowed")
        self.names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        self._total = 0

    def read(self, name: str) -> bytes:
        """Bytes of the part `name`; b"" when there is none. Raises ReadError beyond a limit."""
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return b""
        if info.flag_bits & 1:
            raise ReadError("it is protected by a password; save it without one")
        found = io.BytesIO()
        try:
            with self._zip.open(info) as part:
                while piece := part.read(1 << 16):
                    found.write(piece)
                    self._total += len(piece)
                    size = found.tell()
                    if size > MAX_MEMBER or self._total > MAX_TOTAL:
                        raise ReadError(f"{name} in it unpacks to more than {MAX_MEMBER >> 20} MB")
                    if size > 1 << 20 and size > MAX_RATIO * max(1, info.compress_size):
                        raise ReadError(f"{name} in it unpacks to more than {MAX_RATIO} times its size")
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
            raise ReadError(f"{name} in it is damaged ({error})") from error
        return found.getvalue()

    def xml(self, name: str) -> ElementTree.Element | None:
        """The root of the part `name`; None when there is none. Raises ReadError for what no writer of documents
        writes: a DOCTYPE, which is where entities come from."""
        data = self.read(name)
        if not data:
            return None
        if b"<!DOCTYPE" in data.replace(b"\0", b""):
            raise ReadError(f"{name} in it declares a DOCTYPE, which no program for documents writes")
        try:
            return ElementTree.fromstring(data)
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise ReadError(f"{name} in it is not valid XML ({error})") from error

    def need(self, name: str) -> ElementTree.Element:
        """As `xml`, but raises ReadError when there is no such part."""
        root = self.xml(name)
        if root is None:
            raise ReadError(f"the file is damaged or is not what its name says (no {name} in it)")
        return root
