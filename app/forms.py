"""What a quote must hold to tell when, how many, who or where, however well its words match: a time, a number, …

Each `tells_…` says how plainly: 1 as such an answer is usually written, 0.5 in a way that also says other things, 0 not
at all.
"""

from __future__ import annotations

import re
from itertools import pairwise

from app.question import Question, counted
from app.select import YEAR, has_person
from index.query import is_syllable
from index.text import bare_text, codes, dates, fold, key, months, syllables
from index.translate import translations


def lower(text: str) -> str:
    """`text` folded, with its punctuation."""
    return fold(key(text))


# ---------------------------------------------------------------- when

_NUMBER_WORDS = "một|hai|ba|bốn|tư|năm|sáu|bảy|bẩy|tám|chín|mười|mươi|giêng|chạp"
_YEAR_TOLD = re.compile(
    rf"\bnăm\s+(?:\d|ngoái|nay|sau|trước|qua|tới|đó|này|tiếp|đầu tiên|sinh|học)|\bnhững năm\b|\b(?:thập (?:niên|k[ỷỉ])|"
    rf"thế k[ỷỉ]|thiên niên k[ỷỉ])\s+(?:thứ\s+)?(?:\d|[IVX]+\b|{_NUMBER_WORDS}|này|qua|trước|sau)|\b(?:TCN|SCN)\b"
    r"|\b(?:trước|sau) công nguyên\b|\b\d{3,4}\s*[-–]\s*\d{2,4}\b",
    re.IGNORECASE,
)
_DAY_TOLD = re.compile(
    r"\b\d{1,2}[/-]\d{1,2}\b|\bngày\s+(?:\d|mồng|mùng|rằm|mai|thứ|đầu|cuối|hôm|lễ|quốc|giáng|sinh)|\b\d{1,2}\s+tháng\b"
    r"|\b(?:mồng|mùng|rằm)\s|\bthứ\s+(?:hai|ba|tư|năm|sáu|bảy)\b|\bchủ nhật\b|\bhôm (?:qua|nay|kia|sau|trước|thứ)\b"
    r"|\b(?:sáng|trưa|chiều|tối|đêm) (?:nay|qua|mai|hôm|ngày|thứ)\b|\bphút thứ\b",
    re.IGNORECASE,
)
_CLOCK_TOLD = re.compile(
    rf"\b\d{{1,2}}\s?(?:giờ|h\b|h\d|am\b|pm\b)|\b\d{{1,2}}[:.]\d\d\b|\b\d{{4}}\s?(?:UTC|GMT|BST|giờ)\b"
    rf"|\b(?:{_NUMBER_WORDS})\s+giờ\b|\b(?:nửa đêm|giữa trưa|bình minh|hoàng hôn)\b",
    re.IGNORECASE,
)
_TIME_TOLD = re.compile(
    rf"\b(?:ngày|tháng|lúc|quý|khóa)\s+(?:\d|[IVX]+\b|{_NUMBER_WORDS})|\bk[ỷỉ]\s+[A-Z]"
    r"|\b\d+\s?(?:phút|giờ|ngày|tuần|tháng|năm)\b|\b(?:tuần|tháng|năm|ngày"
    r"|thời gian)\s+(?:sau|trước|tới|nay|qua|này|đó)\b"
    rf"|\b(?:{_NUMBER_WORDS}|vài|nhiều)\s+(?:phút|giờ|ngày|tuần|tháng|năm|thập k[ỷỉ]|thế k[ỷỉ])\b"
    r"|\bmùa\s\w+|\bthời\s(?:k[ỳì]|đại|tiền|trung|ph[ụu]c|nhà|vua|chiến)\b|\bgiai đoạn\b"
    r"|\b(?:đầu|cuối|giữa)\s(?:năm|tháng|tuần)\b"
    r"|\b(?:trong|sau|trước)\s(?:cuộc\s)?(?:chiến tranh|thế chiến|cách mạng|nội chiến)\b|\bbuổi\s\w+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:khi|sau|trước|trong|cho đến|cho tới|đến khi|từ|lúc|hễ|nếu|ngay|mỗi|hàng|hằng)\b", re.IGNORECASE
)
_ASKS_DAY = re.compile(r"\bngay (?:nao|may|bao nhieu)\b|\bwhat (?:date|day)\b|\bwhich day\b")
_ASKS_CLOCK = re.compile(r"\b(?:may|luc nao|bao nhieu) gio\b|\bwhat time\b")
_ASKS_YEAR = re.compile(r"\bnam (?:nao|may|bao nhieu)\b|\bwh(?:at|ich) year\b")


def tells_time(question: Question, text: str) -> float:
    """Whether `text` has a time as fine as the one asked for: a day for "ngày nào", a year for "năm nào"; a clause will
    do for "khi nào"."""
    bare = bare_text(question.text)
    if _ASKS_DAY.search(bare):
        return 1.0 if dates(text) or _DAY_TOLD.search(text) else 0.0
    if _ASKS_CLOCK.search(bare):
        return 1.0 if _CLOCK_TOLD.search(text) else 0.5 if _TIME_TOLD.search(text) else 0.0
    year = bool(dates(text) or months(text) or YEAR.search(text) or _YEAR_TOLD.search(text))
    if year:
        return 1.0
    told = bool(_TIME_TOLD.search(text) or _DAY_TOLD.search(text) or _CLOCK_TOLD.search(text))
    if _ASKS_YEAR.search(bare):
        return 0.5 if told else 0.0
    return 1.0 if told else 0.5 if _CLAUSE.search(text) else 0.0


# ---------------------------------------------------------------- which document

# Documents named by number alone: "quyết định số 458", "Nghị quyết 39".
_KINDS = (
    r"nghị quyết|quyết định|đề án|chương trình|kế hoạch|thông tư|nghị định|chỉ thị|(?:đạo "
    r"|bộ )?luật|hiệp ước|hiến pháp|văn bản"
)
_NUMBERED = re.compile(rf"\b(?:{_KINDS})\s+(?:số\s+)?\d", re.IGNORECASE)
_NAMED = re.compile(rf"\b(?i:{_KINDS})\s+(?:[“\"]|[A-ZĐÀ-Ỹ])|\b(?:[Đđ]ạo l|[Bb]ộ l|L)uật\s+(?!này|đó|của|và|pháp)\w")
_BY_TITLE = re.compile(r"\b(?i:chương trình|kế hoạch|đề án)\s+(?:[^\s.;,]+\s+){1,3}[A-ZĐÀ-Ỹ“\"]")
_ASKS_NUMBER = re.compile(r"\b(?:so (?:may|hieu|nao|bao nhieu)|which number)\b")


def tells_document(question: Question, text: str) -> float:
    """Whether `text` names a document: by code or number, or, unless the number is asked for, by its name."""
    if codes(text) or _NUMBERED.search(text):
        return 1.0
    if _ASKS_NUMBER.search(bare_text(question.text)):
        return 0.0
    return 1.0 if _NAMED.search(text) else 0.5 if _BY_TITLE.search(text) else 0.0


# ---------------------------------------------------------------- how many

_NUMERAL = (
    r"(?:\d[\d.,/]*|mot|hai|ba|bon|tu|nam|sau|bay|tam|chin|muoi|tram|nghin|ngan|trieu|ty|ti|chuc|cac|nhieu|vai|mot so"
    r"|nua|hang|doi|vo so|da so|phan lon|hau het)"
)
_PEOPLE = (
    "nguoi|dan|nhan khau|cong nhan|lao dong|dai bieu|dang vien|can bo|cu dan|cong dan"
    "|thuong dan|binh si|linh|quan|nan nhan"
    "|hanh khach|tre em|phu nu|dan ong|nam gioi|nu gioi|khach|khan gia|tin do|no le"
    "|thi the|sinh mang|truong hop|nha [a-z]+"
    "|[a-z]+ (?:vien|sinh|si|su|thu)|giao dan|toi pham|nghi pham|ca tu vong"
)
_MONEY = (
    "dong|ti|ty|trieu|nghin ti|usd|do|do la|euro|bang|yen|won|franc|rup|rupi|nhan dan te|vang|peso|dollars?|cent|xu"
)
_CURRENCY = r"[$£€¥]\s?\d"
_AREA = "ha|hec ta|hecta|km2|m2|km²|m²|cay so vuong|(?:km|met|mi|dam|kilomet|foot|feet) vuong|mau|dam vuong|mau anh"
_LENGTH = "km|m|cm|mm|met|cay so|kilomet|xen ?ti ?met|mi|mi?li ?met|dam|hai li|feet|foot|inch|inches|bo|nam anh sang"
_WEIGHT = "kg|g|gam|gram|kilogam|kilogram|can|tan|ta|yen|pound|pounds|ounce|mg|lang"
_VOLUME = "lit|ml|m3|m³|met khoi|km3|km khoi|gallon|thung|pint|pints|khoi"
_DURATION = "giay|phut|gio|tieng|ngay|dem|tuan|thang|nam|thap ki|the ki|thap nien|thien nien ki|mua|ki|doi|the he"
_SHARE = r"%|phan tram|phan|nua|\d+/\d+|phan nghin"
_DEGREES = "do|°|º|do c|do f|kelvin|k"
# What is asked for (folded; first that matches the words after "bao nhiêu") -> what may stand behind the number.
_UNITS = (
    (r"cay so vuong|km2|met vuong|m2|hec|ha\b|hecta|dat\b|mau\b|(?:km|kilomet|dam) vuong", _AREA),
    (r"km\b|cay so|kilomet|met\b|dam\b|m\b|cm\b|hai li|feet|inch", _LENGTH),
    (r"kg\b|tan\b|gam\b|kilogam|ta\b|pound", _WEIGHT),
    (r"lit\b|gallon|thung\b|met khoi|m3|khoi\b", _VOLUME),
    (r"phan tram|phan\b|%", _SHARE),
    (r"do\b", _DEGREES),
    (r"(?:tien|dong|ti|ty|trieu|do la|usd|euro|bang anh|yen)\b|kinh phi|von\b|do la", _MONEY),
    (r"tuoi", r"tuoi|sinh nam|sinh ngay|\(\d\d\)"),
    (r"(?:thang|ngay|tuan|gio|tieng|phut|giay|the ki|thap ki|thap nien)\b", _DURATION),
    (r"nam(?! (?:sinh|gioi|nu|cong|nhan))\b", "nam|thap ki|the ki|thang|chung than"),
    (r"(?:lan|bac)\b", "lan|gap|luot|bac|ki|dip"),
    (r"(?:quoc gia|nuoc)\b", "quoc gia|nuoc|lanh tho"),
    (r"(?:tieu bang|bang)\b", "bang|tieu bang"),
    (r"(?:truong hop|ca|vu)\b", "truong hop|ca|vu|nguoi|nan nhan|benh nhan"),
    (r"(?:nguoi|dan|nhan khau|tay tho|tho|cong nhan|lao dong|nan nhan|cu dan|thanh vien|hanh khach)\b", _PEOPLE),
)
# The same by the word before "bao nhiêu": "sâu bao nhiêu?".
_UNITS_BEFORE = (
    (r"(?:dai|cao|sau|xa|day|ban kinh|duong kinh|chieu (?:dai|rong|cao|sau))(?: la| khoang| toi)?", _LENGTH),
    (r"(?:rong|dien tich)(?: la| khoang| toi)?", f"{_AREA}|{_LENGTH}"),
    (r"(?:nang|khoi luong|trong luong|can nang)(?: la| khoang| toi)?", _WEIGHT),
    (r"(?:gia|tri gia|chi phi|tien phat|hoc phi|so tien)(?: la| khoang| toi)?", f"{_MONEY}|{_SHARE}"),
    (r"(?:nhiet do)(?: [a-z]+){0,6}? (?:la|khoang|toi)", _DEGREES),
    (r"(?:ti le|ty le|phan tram)(?: [a-z]+){0,8}? (?:la|khoang|toi)", f"{_SHARE}|tren|trong"),
)
# Words after "mấy", "bao nhiêu" that are no unit, and those that only go before one ("bao nhiêu tấm bản đồ").
_NO_UNIT = frozenset(
    "la thi va vao o cua trong cho de so ve khi den tu tren theo duoc vay the roi lan a ha nhi hen ta luc voi nua toan "
    "ca nay do xuong sap dzay hả bay ban cha chu anh chi em ong ba mot hai khong moi nhat tren tong diem "
    "trong truoc sau xep cao muc hang neu nhung cac".split()
)
_BEFORE_UNIT = frozenset(
    "cai chiec cay tam doi con vi thu chuc ngan nghin tram luot ngoi toa buc cuon quyen loai kieu dang hon qua vien to "
    "bo tap bai mon su dua cu".split()
)
_ENGLISH_UNITS = (
    (r"\bhow old\b", "tuoi|sinh nam|sinh ngay"),
    (r"\bhow much\b.*\b(?:cost|money|spent|spend|paid|pay|budget|invest\w*|worth)\b|\bhow much money\b", _MONEY),
    (r"\bhow many (?:people|inhabitants|residents|workers)\b", _PEOPLE),
    (r"\bhow (?:many|much) (?:hectares?|area)\b", _AREA),
    (r"\bhow (?:many )?(?:kilomet\w+|km)\b|\bhow far\b", "km"),
    (r"\b(?:what|how many) percent\w*\b", "%|phan tram"),
)
_ORDINAL = ("thu", "hang", "so", "khoa", "ky", "ki", "cap", "dot", "hat", "phut", "ngay", "thang", "nam", "luc")
_VAGUE = re.compile(
    r"\b(?:nua|vai|hang (?:chuc|tram|nghin|ngan|trieu|ti)|(?:mot|hai|ba|bon|nam) phan"
    r"|gap (?:doi|ba|bon|nam|nhieu)|tram phan"
    r"|doi|vo so|phan lon|da so|hau het|da phan|tat ca|toan bo|khong (?:co|con|ai|mot)"
    r"|chua (?:co|tung)|nhieu|it|ca hai)\b"
)
# A number that only dates something: "ngày 3 tháng 5 năm 2022" has no three months.
_DATED = re.compile(
    r"\b(?:ngay \d+(?: thang \d+)?(?: nam \d+)?|thang \d+ nam \d+|thang \d+|nam (?:19|20"
    r"|1\d)\d\d|\d+/\d+/\d+|qui [ivx\d]+)\b"
)


def tells_number(question: Question, text: str) -> float:
    """Whether `text` counts or measures anything, roughly or in words too."""
    said = lower(text)
    if re.search(r"\d", said) or counted(text):
        return 1.0
    return 0.5 if _VAGUE.search(said) else 0.0


def tells_unit(question: Question, text: str) -> float:
    """Whether `text` has a number of what the question counts; 1 when that is not known."""
    wanted = units_asked(question)
    said = _DATED.sub(" ; ", lower(text))
    return max((_counts(unit, said) for unit in wanted), default=1.0)


def _counts(unit: str, said: str) -> float:
    if unit.startswith(_MONEY) and re.search(_CURRENCY, said):
        return 1.0
    if re.search(
        rf"(?<![a-z]){_NUMERAL}\s?(?:kg|g|km|m|l"
        rf"|ha)?\W+(?:\w+\W+){{0,3}}?(?:{unit})(?![a-z0-9])|\d\s?(?:{unit})(?![a-z0-9])"
        rf"|\b(?:moi|hang)\s(?:{unit})\b"
        # "số hợp tác xã đang hoạt động là 45"
        rf"|(?<![a-z])so\W+(?:\w+\W+)?(?:{unit})(?:\W+\w+){{0,8}}?\W+(?:la|dat|con|len|toi|khoang|gan|hon|tren)\W+\d",
        said,
    ):
        return 1.0
    return 0.0


def units_asked(question: Question) -> list[str]:
    """What may stand behind the number asked for, as alternatives of a regular expression; none when unknown."""
    if question.kind != "how_many":
        return []
    bare = bare_text(question.text)
    if question.language == "en":
        known = [unit for pattern, unit in _ENGLISH_UNITS if re.search(pattern, bare)]
        return known or _english_things(bare)
    if re.search(r"\bbao lau\b", bare):
        return [f"{_DURATION}|qui"]
    found = []
    for m in re.finditer(r"(\w+ )?\b(?:bao nhieu|bao nhiu|nhieu|nhiu|may)(?= (\w+(?: \w+){0,3})|$)", bare):
        before, words = (m.group(1) or "").strip(), (m.group(2) or "").split()
        if before in _ORDINAL:
            continue
        while words[1:] and words[0] in _BEFORE_UNIT and words[1] not in _NO_UNIT:
            words = words[1:]
        said = " ".join(words)
        unit = next((unit for pattern, unit in _UNITS if re.match(pattern, said)), "")
        if not unit and (not words or words[0] in _NO_UNIT):
            so_far = bare[: m.start() + len(m.group(1) or "")].strip()
            unit = next((unit for pattern, unit in _UNITS_BEFORE if re.search(rf"\b{pattern}$", so_far)), "")
        if unit or (words and words[0] not in _NO_UNIT):
            found.append(unit or re.escape(words[0]))
    return found


def _english_things(bare: str) -> list[str]:
    """What the things after "how many" are called in Vietnamese: "how many pillars" -> "tru cot", "tru"."""
    counted_things = re.search(r"\bhow many (\w+(?: \w+){0,2})", bare)
    said = [t for w in counted_things.group(1).split() for t in translations(w)] if counted_things else []
    return ["|".join(fold(t).replace("_", " ") for t in said)] if said else []


# ---------------------------------------------------------------- who

_OFFICES = re.compile(
    r"\b(?:tinh uy|thanh uy|huyen uy|ubnd|uy ban|hdnd|hoi dong|quoc hoi|chinh phu|ban chap hanh|dang bo|bo chinh tri"
    r"|hiep hoi|cong ti|tap doan|van phong|ban quan li|dai hoc|lien danh|ngan hang|co quan)\b"
)
# Folded, "Sở" and "số", "Bộ" and "bờ" are one.
_OFFICES_SPELLED = re.compile(
    r"\b[Ss]ở\s[A-ZĐ]|\bBộ\s[A-ZĐ]|^Tỉnh\b|\bdo tỉnh\b|\b[Tt]òa án\b|\b[Cc]ảnh sát\b|\b[Nn]ghị viện\b"
)
_FIRMS = re.compile(r"\b(?:cong ti|tap doan|tong cong ti|lien danh|ngan hang|xi nghiep|nha thau|chu dau tu)\b")
_SIGNS = re.compile(r"\b(?:ký|kí)\b", re.IGNORECASE)  # with its mark: "nhiệm kỳ" is a term
_A_PERSON = re.compile(
    r"\b(?:ten (?:la )?gi|ong nao|ba nao|nguoi nao|chuyen gia nao|(?:bi thu|chu tich|giam doc|bo truong) nao|sinh nam"
    r"|giu chuc|chu tich|bi thu|giam doc|chairman|director|secretary|minister|president)\b"
)
_ASKS_WHO = re.compile(r"\b(?:ai|who|whom|whose|nguoi|ong|ba|bi thu|chu tich|giam doc|thu tuong|bo truong|tac gia)\b")
_BY_NAME = re.compile(r"\b(?:[Dd]o|[Bb]ởi|:)\s(?:[A-ZĐÀ-Ỹ][^\W\d_]+\s?){2,4}")
_A_FIRM = re.compile(
    r"\b(?:nha thau|cong ti|tap doan|doanh nghiep|ngan hang|hang) nao\b|\bwhich (?:company|firm|bank)\b"
)
_WHICH_PERSON = re.compile(r"\b(?:ong|ba|nguoi|chuyen gia|thu tuong|bi thu|chu tich) nao\b")
_SIGNED_BY = re.compile(r"\bai (?:ky|ki)\b|\bwho signed\b|\bdo ai (?:ky|ki)\b")


def asks_who(question: Question) -> bool:
    """True when a person, an office or a firm is asked for."""
    bare = bare_text(question.text)
    if question.kind == "who":  # "Bốn trụ cột, nếu đọc cho đủ tên, là gì?" asks for none
        return bool(_ASKS_WHO.search(bare) or _A_FIRM.search(bare))
    return bool(_A_FIRM.search(bare) or _WHICH_PERSON.search(bare))


def tells_who(question: Question, text: str) -> float:
    """Whether `text` names a person, an office or a firm, as asked for; 0.5 for a word for people."""
    bare, said = bare_text(question.text), lower(text)
    named = foreign_name(question, text)
    if _A_FIRM.search(bare):
        return 1.0 if _FIRMS.search(said) else 0.5 if named else 0.0
    person = has_person(text) or bool(_BY_NAME.search(text))
    if _SIGNED_BY.search(bare):
        return float(person and bool(_SIGNS.search(text)))
    if person:
        return 1.0
    if _A_PERSON.search(bare):
        return 0.5 if named else 0.0
    if _OFFICES.search(said) or _OFFICES_SPELLED.search(text) or _names_somebody(question, text):
        return 1.0
    return 0.5 if named or _people_said(question, text) else 0.0


_BEFORE_PLACE = frozenset("tỉnh huyện phố xã trấn phường quận vùng sông tuyến ở tại".split())
_PEOPLE_SAID = re.compile(r"\b(?:các nhà|nhà khoa học|những người|nhân viên|vua|hoàng đế)\b", re.I)
_PEOPLE_WORDS = re.compile(
    r"\b(?:ng[ưừ]ời|công dân|cá nhân|tổ chức|cơ sở|nhóm|đội|đảng|quân đội|quân|lính|binh"
    r"|dân|phụ nữ|đàn ông|trẻ em|con trai"
    r"|con gái|bộ tộc|bộ lạc|giáo hoàng|nữ hoàng|tín đồ|nhà|thợ|chủ|thành viên|tòa án|phe|liên minh|cảnh sát|nạn nhân"
    r"|\w+ (?:viên|sĩ|sư|giả|trưởng|khách|nhân|sinh|gia))\s+\w+",
    re.IGNORECASE,
)


def _names_somebody(question: Question, text: str) -> bool:
    """True when `text` has a name that the question does not, no place by the word before it, or speaks of people."""
    known = set(map(fold, syllables(question.text)))
    words = re.findall(r"[^\W_]+", text)
    pairs = zip(["", *words], words, strict=False)
    new = [
        bool(before) and word[0].isupper() and before.lower() not in _BEFORE_PLACE and fold(key(word)) not in known
        for before, word in pairs
    ]
    return any(a and b for a, b in pairwise(new)) or bool(_PEOPLE_SAID.search(text))


def _people_said(question: Question, text: str) -> bool:
    """True when `text` has a word for people with another behind it that the question does not have: "một thường
    dân", "người được hưởng lợi"."""
    asked = f" {lower(question.text)} "
    return any(f" {lower(m.group())} " not in asked for m in _PEOPLE_WORDS.finditer(text))


def foreign_name(question: Question, text: str) -> bool:
    """True when `text` has a capitalised word, not of the question, that is no Vietnamese syllable: "Munich"."""
    known = set(syllables(question.text))
    return any(
        word[0].isupper() and not word.isupper() and word.isalpha() and key(word) not in known and not is_syllable(word)
        for word in re.findall(r"[^\W_]{3,}", text)
    )


# ---------------------------------------------------------------- where

_A_PLACE = re.compile(
    r"\b(?:o|tai|ve|den|toi) dau\b|\b(?:noi|dia phuong|tinh|huyen|xa|phuong|thanh pho|vung|cho) nao\b"
    r"|\bwhere\b|\bwhich (?:province|district|city|town|commune|place)\b"
)
_PLACES = re.compile(
    r"(?:\b(?i:tỉnh|huyện|thành phố|thị xã|thị trấn|xã|phường|quận|vùng|khu|khu vực|ấp"
    r"|khóm|sông|đảo|cảng|tại|ở|giáp|tỉnh ủy"
    r"|thành ủy|nối|với|và|sau|nước|bang|tiểu bang|hạt|hồ|núi|làng|biển|vịnh|châu|miền|về"
    r"|từ|đến|tới|qua|gần|trường|đại học"
    r"|sân|nhà thờ|thủ đô|quần đảo|bán đảo|cao nguyên|thung lũng|rừng|đồi|phố|đường)\s+|[,;:(-]\s*)"
    r"((?:[A-ZĐÀ-Ỹ][^\W\d_]*\s?){1,4})"
)
_PLACES_SAID = re.compile(
    r"\b(?:ở|tại|trên|dưới|gần|trong|bên|ngoài|giữa|khắp)\s+(?:một|các|những|nhiều|hai"
    r"|phía|khu|vùng|bờ|miền|lòng|nhà|bờ biển"
    r"|trung tâm|rừng|biển|sông|núi|làng|thành phố|quận|trường|cơ sở)\b|\bphía\s+(?:bắc|nam|đông|tây)\b",
    re.IGNORECASE,
)


def asks_where(question: Question) -> bool:
    """True when a place is asked for."""
    kinds = ("where", "which", "list", "other", "yes_no")
    return question.kind in kinds and bool(_A_PLACE.search(bare_text(question.text)))


def tells_where(question: Question, text: str) -> float:
    """Whether `text` names a place that the question does not: "Khu … Hậu Giang đặt ở địa phương nào?" is not answered
    by "Hậu Giang"; 0.5 for a place without a name and for a foreign name."""
    known = set(map(fold, syllables(question.text)))
    if any(fold(s) not in known for name in _PLACES.findall(text) for s in syllables(name)):
        return 1.0
    return 0.5 if foreign_name(question, text) or _PLACES_SAID.search(text) else 0.0
