"""Old Office files (.doc, .rtf, .ppt, .xls) as new ones, by LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from index.errors import ReadError

BECOMES = {".doc": "docx", ".rtf": "docx", ".ppt": "pptx", ".xls": "xlsx"}
_SECONDS = 110  # two to three for most; the first start takes longer


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
        command = [program, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to"]
        command += [BECOMES[suffix], "--outdir", str(folder), str(folder / f"in{suffix}")]
        try:
            # a profile of its own: two that share one silently make nothing
            subprocess.run(
                command, capture_output=True, timeout=_SECONDS, check=False, preexec_fn=_without_memory_limit
            )
        except subprocess.TimeoutExpired as error:
            raise ReadError(f"LibreOffice needed more than {_SECONDS} seconds for it") from error
        made = folder / f"in.{BECOMES[suffix]}"
        if not made.exists():
            raise ReadError(f"LibreOffice could not read it; it is damaged or no {suffix} file")
        return made.read_bytes()


def _without_memory_limit() -> None:
    """LibreOffice reserves more addresses than a parser may have."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
