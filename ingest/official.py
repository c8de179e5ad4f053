"""The head and foot of an official document as facts: number, issuer, date, kind, subject, signer."""

from __future__ import annotations

import re
from datetime import date

from index.text import key

_HEAD, _FOOT = 40, 40  # lines looked at
_MOTTO = re.compile(
    r"cộng (?:hòa|hoà) xã hội chủ nghĩa việt nam|độc lập\s*[-–—]\s*tự do\s*[-–—]\s*hạnh phúc|đảng cộng sản việt nam",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"Số\s*:?\s*(\d{1,6}[a-zđ]?(?:\s*/\s*(?:19|20)\d\d)?(?:\s*[/-]\s*[A-ZĐƯ][\w&.]*)+)")
_DATED = re.compile(
    r"[^\W\d_][^,\d]{1,40},\s*ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+((?:19|20)\d\d)", re.IGNORECASE
)
_NAMES = (
    "luật, pháp lệnh, lệnh, nghị quyết, nghị định, quyết định, chỉ thị, quy chế, quy định, thông cáo, thông báo, "
    "hướng dẫn, chương trình, chương trình hành động, kế hoạch, phương án, đề án, dự án, báo cáo, biên bản, tờ trình, "
    "công điện, kết luận, thông tư, thông tư liên tịch, giấy mời, nội quy, tuyên bố"
)
_KINDS = {key(name): name for name in _NAMES.split(", ")}
_STOP = re.compile(
    r"(?:căn cứ|kính gửi|điều|chương|phần|mục|theo|xét|thực hiện|để|ngày|số|[ivx]+\.|\d+\.)\b|[-_*=–—.]{3,}", re.I
)
_PLACE = re.compile(r"(?:TỈNH|HUYỆN|THÀNH PHỐ|TP\.|QUẬN|XÃ|PHƯỜNG|THỊ XÃ|THỊ TRẤN|VIỆT NAM|NƯỚC|TRUNG ƯƠNG)\b")
_SIGNED = re.compile(
    r"(?:TM|KT|TL|TUQ|Q)\.\s|(?:QUYỀN |PHÓ )?(?:CHỦ TỊCH|THỦ TƯỚNG|BỘ TRƯỞNG|GIÁM ĐỐC|BÍ THƯ|CHÁNH VĂN PHÒNG|"
    r"TRƯỞNG BAN|TỔNG THƯ KÝ|CỤC TRƯỞNG|VỤ TRƯỞNG|TRƯỞNG PHÒNG|HIỆU TRƯỞNG)\b|THỨ TRƯỞNG\b"
)


def facts(text: str) -> dict[str, str]:
    """What the head and foot of `text` say: number, publisher (who issued it), published (ISO date), type, title and
    author (who signed it), as far as they are there; nothing for what has neither the motto of the State or the Party
    nor both a number and a dated place on lines of their own."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    cells = [cell for line in lines[:_HEAD] for cell in _cells(line)]
    head = [said for cell in cells if (said := cell if _RULE.match(cell) else _bare(cell))]
    number = next((m for cell in head if (m := _number(cell))), None)
    day = next((m for cell in head if (m := _dated(cell))), None)
    if not (any(map(_shows_motto, cells)) or (number and day)) or not (number or day):
        return {}
    found = {"number": re.sub(r"\s+", "", number[1]).strip(".-/") if number else "", "published": _iso(day)}
    found["publisher"] = _issuer(head)
    found["type"], subject = _subject(head)
    found["author"] = _signer([cell for line in lines[-_FOOT:] for cell in _cells(line)])
    name = " ".join(filter(None, (found["type"].capitalize() or "Công văn", found["number"])))
    found["title"] = f"{name}: {subject}" if subject else ""
    return {name: value for name, value in found.items() if value}


def _number(cell: str) -> re.Match[str] | None:
    """The number that `cell` is, alone or with place and date beside it; a sentence may begin with one too."""
    match = _NUMBER.match(cell)
    rest = cell[match.end() :].strip(" .;") if match else ""
    return match if match and (not rest or _dated(rest)) else None


def _dated(cell: str) -> re.Match[str] | None:
    match = _DATED.search(cell) if len(cell) < 120 else None
    return match if match and not cell[match.end() :].strip(" .") else None


def _shows_motto(cell: str) -> bool:
    match = _MOTTO.search(cell)
    return bool(match and (is_motto(cell) or match.group().isupper()))  # beside the issuer, where columns are lost


def is_motto(line: str) -> bool:
    """True for a line of the motto alone: it stands on every official document and says nothing about one."""
    return bool(_MOTTO.search(line)) and not any(map(str.isalnum, _MOTTO.sub("", line)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"\s\|\s|\t|\s{3,}", line) if cell.strip()]


_RULE = re.compile(r"[-_*=–—.\s]{3,}$")


def _bare(cell: str) -> str:
    return _MOTTO.sub(" ", cell).strip(" -–—_*|")


def _iso(match: re.Match[str] | None) -> str:
    try:
        return date(int(match[3]), int(match[2]), int(match[1])).isoformat() if match else ""
    except ValueError:
        return ""


def _issuer(head: list[str]) -> str:
    """The last body named in capitals above the number or the kind, with the place that belongs to its name."""
    issuer = ""
    for cell in head:
        above = re.split(r"\s*(?:\bSố\b|\n)", cell)[0].strip(" -–—_*")
        if key(cell) in _KINDS or _STOP.match(cell) or _dated(cell):
            break
        if above.isupper() and len(above) > 3:
            issuer = f"{issuer} {above}" if issuer and _PLACE.match(above) else above
        if above != cell:
            break
    return issuer


def _subject(head: list[str]) -> tuple[str, str]:
    """The kind, and what the document is about, which stands below it; of a letter the line after "V/v"."""
    for at, cell in enumerate(head):
        if cell.isupper() and key(cell) in _KINDS:
            said: list[str] = []
            for line in head[at + 1 : at + 5]:
                if _STOP.match(line) or (line.isupper() and said):
                    break
                said.append(line)
            return _KINDS[key(cell)], " ".join(said)[:400]
        if letter := re.match(r"(?:V/v|Về việc)\s*:?\s*(.+)", cell, re.IGNORECASE):
            return "", letter[1]
    return "", ""


def _signer(foot: list[str]) -> str:
    """The name below, or at the end of, the last line that says for whom or as what somebody signs."""
    for at in range(len(foot) - 1, -1, -1):
        signed = _SIGNED.match(foot[at])
        if not signed:
            continue
        for cell in [foot[at], *foot[at + 1 : at + 6]]:
            name = _name(cell)
            if name:
                return name
    return ""


def _name(cell: str) -> str:
    words: list[str] = []
    for word in reversed(cell.split()):
        if not (word.isalpha() and word[:1].isupper() and (word[1:].islower() or len(word) == 1)):
            break
        words.insert(0, word)
    whole = len(words) == len(cell.split()) or bool(_SIGNED.match(cell))
    return " ".join(words) if 2 <= len(words) <= 5 and whole else ""
