"""Old Office files (.doc, .rtf, .ppt, .xls) as new ones, by LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from index.errors import ReadError

BECOMES = {".doc": "docx", ".rtf": "docx", ".ppt": "pptx", ".xls": "xlsx"}
_SECONDS = 110  # two to three for most; the first start takes longer
_MEMORY = 4 << 30  # bytes of address space; a letter takes less than 1 GB
_WRITTEN = 200 << 20  # bytes of a file it writes
# Nothing that a document refers to (a linked picture) is fetched, and no macro runs.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
</item></oor:items>"""


def converted(data: bytes, suffix: str) -> bytes:
    """The file in the format of today. Raises ReadError when LibreOffice is missing or cannot read the file."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise ReadError(
            f"reading {suffix} needs LibreOffice: apt install libreoffice-writer-nogui libreoffice-calc-nogui "
            f"libreoffice-impress-nogui, or save it as .{BECOMES[suffix]}"
        )
    with tempfile.TemporaryDirectory(prefix="hoidap-") as name:
        folder = Path(name)
        (folder / f"in{suffix}").write_bytes(data)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        command = [program, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to"]
        command += [BECOMES[suffix], "--outdir", str(folder), str(folder / f"in{suffix}")]
        try:
            # a profile of its own: two that share one silently make nothing
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, preexec_fn=_own_limits)
        except subprocess.TimeoutExpired as error:
            raise ReadError(f"LibreOffice needed more than {_SECONDS} seconds for it") from error
        made = folder / f"in.{BECOMES[suffix]}"
        if not made.exists():
            raise ReadError(f"LibreOffice could not read it; it is damaged, behind a password or no {suffix} file")
        return made.read_bytes()


def _own_limits() -> None:
    import resource

    for limit, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_FSIZE, _WRITTEN)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
