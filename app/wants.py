"""What a question wants and what a sentence offers: marks of form that the models weigh against each other."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.question import Question, bare_asking
from index.query import is_syllable
from index.text import bare_syllables, codes, syllables

# ---------------------------------------------------------------- what is wanted

_NOUN = r"(?:\w+ ){0,3}?"
_TIMES = "giay|phut|gio|tieng|ngay|dem|tuan|thang|nam|thap ki|the ki|mua"
_MEASURES = "km|km2|m2|ha|hec|hecta|met|cay so|m|cm|mm|kg|tan|gam|lit|do|do c|kilomet|dam|mw"

# Name of what may be wanted -> how it is asked for, without diacritics. A question may want several of them.
_WANTS = {
    "day": r"\b(?:ngay|hom|thu) (?:nao|may|bao nhieu)\b|\bwh(?:at|ich) (?:date|day)\b",
    "year": r"\bnam (?:nao|may|bao nhieu)\b|\bwh(?:at|ich) year\b",
    "time": r"\b(?:khi nao|luc nao|bao gio|hoi nao|chung nao|may gio|thoi (?:diem|gian|ki) (?:nao|gi)|thang (?:nao|may)"
    r"|giai doan nao|the ki (?:nao|may)|mua nao|tu khi|when)\b|\bwhat (?:time|month|period)\b",
    "duration": rf"\b(?:bao lau|how long)\b|\b(?:bao nhieu|may) (?:{_TIMES})\b|\bhow many (?:years|days|months|hours)\b"
    r"|\b(?:thoi han|thoi gian)\b.*\b(?:bao nhieu|la may|toi da|toi thieu)\b",
    "money": r"\b(?:bao nhieu|may) (?:tien|dong|ty|ti|trieu|nghin ti|do la|usd|euro|bang anh)\b|\bhow much\b"
    r"|\b(?:gia|von|kinh phi|chi phi|muc phat|tien|thu nhap|luong|ngan sach|doanh thu|tri gia|so tien)\b.*"
    r"\bbao nhieu\b",
    "share": r"\bphan tram\b|\bt[iy] le\b|\bpercent\w*\b|\bmay phan\b|\bt[iy] trong\b",
    "measure": rf"\b(?:bao nhieu|may) (?:{_MEASURES})\b|\bhow (?:far|tall|large|big|high|deep|heavy|fast)\b"
    r"|\b(?:dai|cao|rong|dien tich|nang|sau|cach|nhiet do|toc do|chieu dai|quang duong)\b.*\b(?:bao nhieu|bao xa)\b",
    "age": r"\b(?:bao nhieu|may) tuoi\b|\bhow old\b|\btuoi\b",
    "ordinal": r"\b(?:thu|hang|lan|so|xep) (?:may|bao nhieu)\b|\bxep (?:thu|hang)\b|\brank\w*\b",
    "number": r"\b(?:bao nhieu|may|how many|how much)\b|\bso luong\b",
    "who": rf"\b(?:ai|who|whom|whose)\b|\b(?:nguoi|ong|ba|vi|nhan vat|can bo|cau thu|tac gia|chuyen gia) {_NOUN}nao\b",
    "body": rf"\b(?:co quan|to chuc|cong t[iy]|don vi|hang|doi|dang|nhom|bo|toa|ngan hang|truong|benh vien|dai hoc"
    rf"|tap doan|doanh nghiep|bao|dai|cap|luc luong|uy ban|hoi|vien|so) {_NOUN}nao\b"
    r"|\bwhich (?:company|agency|body|organi[sz]ation|university|team|ministry)\b",
    "place": rf"\b(?:dau|where)\b|\b(?:noi|tinh|thanh pho|nuoc|quoc gia|vung|huyen|xa|phuong|quan|bang|khu vuc"
    rf"|dia phuong|dia diem|cho|chau luc|hat|thi xa|thi tran|san|bien|dao|khu) {_NOUN}nao\b"
    r"|\bwhich (?:province|district|city|town|country|place)\b",
    "document": rf"\b(?:so hieu|(?:van ban|nghi quyet|quyet dinh|de an|chuong trinh|ke hoach|thong tu|nghi dinh|luat"
    rf"|dieu|khoan) {_NOUN}(?:nao|may|gi)|which (?:resolution|decision|document|scheme|program\w*|plan|law))\b",
    "name": r"\b(?:ten (?:\w+ ){0,3}?(?:la )?gi|goi (?:la|bang) (?:\w+ )?gi|ten cua|ten goi|ten|called|name)\b",
    "which": r"\b\w+ nao\b|\bwhich\b",
    "what": r"\b(?:gi|what)\b",
    "definition": r"\b(?:la gi|la sao|nghia la|nghia gi|the nao la|(?:duoc )?hieu (?:la|nhu)|dinh nghia|khai niem"
    r"|what is|mean)\b",
    "why": r"\b(?:vi sao|tai sao|li do|ly do|nguyen nhan|do dau|sao lai|vi dau|tai dau ma|why|reason|cause\w*)\b",
    "how": r"\b(?:nhu the nao|nhu nao|the nao|ra sao|bang cach nao|cach nao|lam sao|bang gi|how)\b",
    "purpose": r"\b(?:de lam gi|nham|muc dich|muc tieu|de \w+ gi|purpose|aim\w*|goal\w*)\b",
    "condition": r"\b(?:truong hop nao|dieu kien|khi nao (?:thi|duoc|phai)|phai .* gi|can .* gi|condition\w*)\b",
    "list": rf"\b(?:nhung|cac) {_NOUN}(?:nao|gi|ai)\b|\b(?:gom|liet ke|ke ten|ke ra|list|what are|which are)\b",
    "yes or no": r"\b(?:khong|chua|ko|hong|hok)\W*$|\bco (?:phai|dung|duoc|the)\b|\b(?:phai|dung) khong\b"
    r"|^(?:is|are|was|were|did|does|do|has|have|can|will)\b",
    "said": r"\b(?:noi|cho biet|tuyen bo|phat bieu|nhan dinh|binh luan|cho rang|danh gia|nhan xet|goi|mo ta|say|said"
    r"|says)\b",
    "result": r"\b(?:ket qua|hau qua|anh huong|dan den|thi sao|hau nhu|tac dong|thiet hai|result\w*|effect\w*)\b",
    "compared": r"\b(?:hon|so voi|khac|nhat|giong|than|more|most|least|differ\w*|compare\w*)\b",
}
WANTED = tuple(_WANTS)
_WANTED = tuple(re.compile(pattern) for pattern in _WANTS.values())


def wanted(question: Question) -> tuple[bool, ...]:
    """For each of WANTED, whether `question` asks for it."""
    bare = bare_asking(question.text)
    return tuple(bool(pattern.search(bare)) for pattern in _WANTED)


# ---------------------------------------------------------------- what is offered

_UP = "A-ZĐÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_NAME = re.compile(rf"[{_UP}][^\W_]*(?:[-.'’][^\W_]+)*(?:[ -]+[{_UP}][^\W_]*(?:[-.'’][^\W_]+)*)*")
_NUMERALS = "một|hai|ba|bốn|tư|năm|sáu|bảy|bẩy|tám|chín|mười|chục|trăm|nghìn|ngàn|triệu|tỷ|tỉ|nửa|đôi|vài|hàng"
_NUMBER = re.compile(
    rf"\d[\d.,]*|\b(?:hai|ba|bốn|năm|sáu|bảy|bẩy|tám|chín|mười|một)\b(?=\s+(?:[^\W\d_]))|\b(?:{_NUMERALS})\s+(?:trăm|nghìn"
    rf"|ngàn|triệu|tỷ|tỉ|chục|phần)\b",
    re.IGNORECASE,
)
_N = rf"(?:\d[\d.,/]*|\b(?:{_NUMERALS}|mấy|nhiều))"


def _amount(units: str) -> re.Pattern[str]:
    return re.compile(rf"{_N}(?:\s?(?:trăm|nghìn|ngàn|triệu|tỷ|tỉ|chục|mươi))*\s?(?:{units})(?![^\W_])", re.IGNORECASE)


_TITLE = re.compile(
    r"\b(?i:ông|bà|anh|chị|cô|tướng|thủ tướng|bí thư|chủ tịch|bộ trưởng|giám đốc|đồng chí|tổng thống|nhà [a-zà-ỹ]+"
    r"|phát ngôn viên|thượng nghị sĩ|nghị sĩ|tiến sĩ|giáo sư|luật sư|cựu|tên là|trưởng|viên|sĩ|giả|thứ trưởng|người)\s+"
    rf"(?:[^\W\d_]+\s+){{0,6}}?[{_UP}]\w+",
)
_SPOTS = {
    "day": re.compile(
        r"\b\d{1,2}[/-]\d{1,2}\b|\bngày\s+(?:\d|mồng|mùng|mai|thứ|đầu|cuối|hôm)|\b\d{1,2}\s+tháng\b"
        r"|\bthứ\s+(?:hai|ba|tư|năm|sáu|bảy|2|3|4|5|6|7)\b|\bchủ nhật\b|\bhôm (?:qua|nay|kia|sau|trước|thứ)\b"
        r"|\b(?:sáng|trưa|chiều|tối|đêm) (?:nay|qua|mai|hôm|ngày|thứ|chủ)\b",
        re.IGNORECASE,
    ),
    "year": re.compile(
        r"(?<!\d)(?:1\d|20)\d\d(?!\d)|\b(?:thập (?:niên|k[ỷỉ])|thế k[ỷỉ])\b|\bnăm (?:ngoái|nay|sau|trước)\b",
        re.IGNORECASE,
    ),
    "time": re.compile(
        r"\b\d{1,2}\s?(?:giờ|h\b|h\d)|\b\d{1,2}:\d\d\b|\b(?:tháng|lúc|quý|khóa|mùa)\s+[\w]+|\b(?:tuần|tháng|năm"
        r"|ngày|thời gian)\s+(?:sau|trước|tới|nay|qua|này|đó)\b|\bgiai đoạn\b|\b(?:đầu|cuối|giữa)\s(?:năm|tháng|tuần)\b"
        r"|\b(?:khi|sau khi|trước khi|cho đến|đến khi|từ khi|kể từ)\b",
        re.IGNORECASE,
    ),
    "duration": _amount("giây|phút|giờ|tiếng|ngày|đêm|tuần|tháng|năm|thập k[ỷỉ]|thế k[ỷỉ]|mùa"),
    "money": re.compile(
        rf"{_N}(?:\s?(?:trăm|nghìn|ngàn|triệu|tỷ|tỉ))*\s?(?:đồng|usd|đô|đô la|euro|bảng|yên|won|rupee|nhân dân tệ|tỷ|tỉ"
        rf"|triệu|pound|dollar|cent)\b|[$£€¥]\s?\d|\bmiễn phí\b",
        re.IGNORECASE,
    ),
    "share": re.compile(rf"\d\s?%|{_N}\s?(?:phần trăm|phần)\b|\b\d+/\d+\b|\bmột nửa\b|\bphần lớn\b|\bđa số\b", re.I),
    "measure": _amount(
        "km|km2|m2|m²|km²|ha|hecta|héc ta|mét|m|cm|mm|kg|tấn|gam|gram|lít|độ|độ c|°c|kilomet|ki-lô-mét|dặm|foot|feet"
        "|inch|mw|tạ|khối|cây số|hải lý|độ richter|m3|m³"
    ),
    "age": re.compile(rf"{_N}\s?tuổi\b|\(\d\d\)|\bsinh (?:năm|ngày)\b", re.IGNORECASE),
    "ordinal": re.compile(
        rf"\b(?:thứ|hạng|vị trí|lần|số)\s+(?:\d|{_NUMERALS}|nhất|nhì)|\bđầu tiên\b|\bcuối cùng\b|\bduy nhất\b", re.I
    ),
    "people": _amount(
        "người|dân|nhân khẩu|công nhân|lao động|đại biểu|đảng viên|cán bộ|cư dân|binh sĩ|lính|nạn nhân|hành khách"
        "|trẻ em|phụ nữ|khách|sinh viên|học sinh|thành viên|trường hợp|ca|nhân viên|cử tri|thẩm phán|hội thẩm"
    ),
    "number": _NUMBER,
    "person": _TITLE,
    "body": re.compile(
        r"\b(?:công ty|tập đoàn|ủy ban|uỷ ban|hội đồng|bộ|sở|cục|tòa án|toà án|viện|trường|đại học|ngân hàng|tổ chức"
        r"|cơ quan|đảng|đội|câu lạc bộ|hãng|đài|hiệp hội|liên đoàn|quân đội|cảnh sát|chính phủ|quốc hội|tỉnh ủy|nhóm"
        r"|ban|tạp chí|báo|bệnh viện|trung tâm|liên minh|văn phòng|nghị viện)\b",
        re.IGNORECASE,
    ),
    "place": re.compile(
        rf"\b(?:tỉnh|huyện|thành phố|thị xã|thị trấn|xã|phường|quận|vùng|khu|khu vực|sông|đảo|cảng|tại|ở|bang|hạt|hồ"
        rf"|núi|làng|biển|vịnh|miền|phía|gần|đường|thủ đô|sân|nước|từ|đến|trên|trong|ngoài)\s+"
        rf"(?:[^\W\d_]+\s+)?[{_UP}]\w",
    ),
    "document": re.compile(
        r"\b(?i:nghị quyết|quyết định|đề án|chương trình|kế hoạch|thông tư|nghị định|chỉ thị|luật|hiệp ước|hiến pháp"
        r"|điều|khoản|hiệp định|công ước|báo cáo)\s+(?:số\s+)?(?:\d|[“\"]|[A-ZĐ])",
    ),
    "quoted": re.compile(r"[“\"‘][^“”\"‘’]{2,}[”\"’]"),
    "cause": re.compile(
        r"\b(?:vì|bởi|bởi vì|do|nhờ|nguyên nhân|lý do|lí do|khiến|dẫn đến|dẫn tới|xuất phát từ|gây ra|gây|tại vì|nên"
        r"|sau khi|vì vậy|kết quả|trước tình hình|trong bối cảnh|làm)\b",
        re.IGNORECASE,
    ),
    "purpose": re.compile(
        r"\b(?:để|nhằm|với mục đích|với mong muốn|mục tiêu|hướng tới|hướng đến|phục vụ|cho việc)\b", re.I
    ),
    "manner": re.compile(
        r"\b(?:bằng|bằng cách|bằng việc|thông qua|qua|qua việc|dựa (?:trên|vào)|theo|với|sử dụng|dùng|cách)\b", re.I
    ),
    "condition": re.compile(
        r"\b(?:nếu|trường hợp|với điều kiện|trừ|khi|phải|chỉ được|(?:được|có) quyền|không được|cần|sau đây|bao gồm)\b",
        re.I,
    ),
    "definition": re.compile(r"\b(?:là|nghĩa là|được gọi là|được hiểu là|có tên|gọi là|tức)\b", re.IGNORECASE),
    "said": re.compile(
        r"\b(?:nói|cho biết|tuyên bố|phát biểu|trả lời|khẳng định|nhận định|cho rằng|nhấn mạnh|phủ nhận|cáo buộc"
        r"|bình luận|viết|gọi|mô tả|thừa nhận|tin rằng|cho hay|báo cáo)\b",
        re.IGNORECASE,
    ),
    "negation": re.compile(r"\b(?:không|chưa|chẳng|thôi|bác bỏ|từ chối|phủ nhận|cấm)\b", re.IGNORECASE),
    "compared": re.compile(r"\b(?:hơn|nhất|so với|trong khi|khác|thấp hơn|cao hơn|gấp|bằng)\b", re.IGNORECASE),
}
OFFERS = (*_SPOTS, "code", "name", "foreign", "list")
# What must be new to be an answer: the year a question names is not the year it wants.
NEW = frozenset("day year duration money share measure age people number person place name foreign code".split())
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Offers:
    """What stands in a sentence, and where: for each of OFFERS the numbers of the words its spots begin at and end
    before. `words` are those of the sentence in key form, `bare` the same without diacritics."""

    words: tuple[str, ...]
    bare: tuple[str, ...]
    spots: tuple[tuple[tuple[int, int], ...], ...]


@lru_cache(20_000)  # the sentences of some 5,000 passages
def offers(text: str) -> Offers:
    """All that the sentence `text` may offer to some question."""
    at = [m.start() for m in _WORD.finditer(text)]
    words = syllables(text)

    def place(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        found = []
        for start, end in spans:
            first = bisect_left(at, start)
            if first < len(at):
                found.append((first, max(first + 1, bisect_left(at, end))))
        return tuple(found)

    named = [m.span() for m in _NAME.finditer(text)]
    names = [(a, b) for a, b in named if a > 0 or " " in text[a:b]]
    spots = [place(m.span() for m in pattern.finditer(text)) for pattern in _SPOTS.values()]
    spots.append(place((a, b) for a, b, _ in codes(text)))
    spots.append(place(names))
    spots.append(place((a, b) for a, b in names if _foreign(text[a:b])))
    commas = [m.span() for m in re.finditer(r"[,;]| và ", text)]
    spots.append(place(commas) if len(commas) >= 2 else ())
    return Offers(tuple(words), tuple(bare_syllables(text)), tuple(spots))


def _foreign(name: str) -> bool:
    return any(len(w) > 2 and not w.isupper() and not is_syllable(w) for w in _WORD.findall(name))
