"""Follow-ups made whole: a table of development dialogues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.followup import resolve
from app.types import Turn
from index.text import clean

NQ5 = "Nghị quyết 05-NQ/TU nói về gì?"
SCHEME = "What is Scheme 06-DA/TU about?"

# (asked before, answered, asked now) -> asked as understood
DIALOGUES = [
    # another thing, or another time, of the same question
    ("Một tâm là gì?", "“Một tâm” là huyện Châu Thành. [1]", "thế còn hai tuyến?", "hai tuyến là gì?"),
    ("Ba thành gồm những đô thị nào?", "Ba đô thị.", "còn bốn trụ?", "bốn trụ gồm những đô thị nào?"),
    (
        "Cao tốc Cần Thơ - Cà Mau dài bao nhiêu km?",
        "110,85 km",
        "Vốn bao nhiêu?",
        "Cao tốc Cần Thơ - Cà Mau: Vốn bao nhiêu?",
    ),
    ("When was the expressway opened?", "2026", "How long is it?", "When was the expressway opened: How long is it?"),
    ("Một tâm là gì?", "Là Châu Thành.", "Ba thành thì sao?", "Ba thành là gì?"),
    ("Một tâm là gì?", "Là Châu Thành.", "Thế bốn trụ?", "bốn trụ là gì?"),
    ("Một tâm là gì?", "Là Châu Thành.", "Thế ai ký Nghị quyết 04-NQ/TU?", "Thế ai ký Nghị quyết 04-NQ/TU?"),
    ("PCI năm 2021 của tỉnh đạt bao nhiêu?", "63,80", "còn năm 2022?", "PCI năm 2022 của tỉnh đạt bao nhiêu?"),
    ("Thu ngân sách là bao nhiêu?", "6.529 tỷ đồng", "Còn năm 2022?", "Thu ngân sách là bao nhiêu năm 2022?"),
    ("pci nam 2021 dat bao nhieu", "63,80", "con nam 2022?", "pci nam 2022 dat bao nhieu"),
    ("GRDP quý 1 tăng bao nhiêu?", "14%", "thế còn quý 2?", "GRDP quý 2 tăng bao nhiêu?"),
    ("What was the PCI rank in 2021?", "38", "What about 2022?", "What was the PCI rank in 2022?"),
    ("What was the PCI rank in 2021?", "38", "and in 2022?", "What was the PCI rank in 2022?"),
    ("How fast did GRDP grow?", "12,27%", "how about 2022?", "How fast did GRDP grow in 2022?"),
    ("Vị Thanh lên thành phố năm nào?", "2010", "Còn Ngã Bảy?", "Ngã Bảy lên thành phố năm nào?"),
    ("Khi nào Vị Thanh lên thành phố?", "2010", "thế còn Ngã Bảy?", "Khi nào Ngã Bảy lên thành phố?"),
    ("Nghị quyết 05-NQ/TU ban hành ngày nào?", "01/6/2022", "còn 04-NQ/TU?", "04-NQ/TU ban hành ngày nào?"),
    ("Đề án 05-ĐA/TU ra ngày nào?", "01/6/2022", "Còn Đề án 06-ĐA/TU?", "Đề án 06-ĐA/TU ra ngày nào?"),
    ("Nghị quyết 05 ban hành ngày nào?", "01/6/2022", "còn nghị quyết 04?", "nghị quyết 04 ban hành ngày nào?"),
    ("nghi quyet 05 ban hanh ngay nao", "01/6/2022", "con nghi quyet 04?", "nghi quyet 04 ban hanh ngay nao"),
    ("Ba đột phá là gì?", "Là ba.", "còn nghị quyết 05 thì bàn về gì?", "nghị quyết 05 thì bàn về gì?"),
    # a document pointed to, or left out
    (NQ5, "Về nhân lực.", "Nghị quyết này ban hành ngày nào?", "Nghị quyết 05-NQ/TU ban hành ngày nào?"),
    (NQ5, "Về nhân lực.", "Ai ký nghị quyết đó?", "Ai ký Nghị quyết 05-NQ/TU?"),
    (NQ5, "Về nhân lực.", "Văn bản ấy có mấy quan điểm?", "Nghị quyết 05-NQ/TU có mấy quan điểm?"),
    (NQ5, "Về nhân lực.", "Nó ban hành khi nào?", "Nghị quyết 05-NQ/TU ban hành khi nào?"),
    (NQ5, "Về nhân lực.", "no ban hanh khi nao", "Nghị quyết 05-NQ/TU ban hanh khi nao"),
    (NQ5, "Về nhân lực.", "ai ký?", "Nghị quyết 05-NQ/TU: ai ký?"),
    (NQ5, "Về nhân lực.", "Ban hành ngày nào vậy?", "Nghị quyết 05-NQ/TU: Ban hành ngày nào vậy?"),
    (NQ5, "Về nhân lực.", "có hiệu lực từ khi nào?", "Nghị quyết 05-NQ/TU: có hiệu lực từ khi nào?"),
    ("Đề án 06-ĐA/TU là gì?", "Thí điểm.", "Đề án đó ra ngày nào?", "Đề án 06-ĐA/TU ra ngày nào?"),
    ("Đề án 06-ĐA/TU là gì?", "Thí điểm.", "de an nay ra ngay nao", "Đề án 06-ĐA/TU ra ngay nao"),
    (SCHEME, "…", "Who signed it?", "Who signed Scheme 06-DA/TU?"),
    (SCHEME, "…", "When was this scheme issued?", "When was Scheme 06-DA/TU issued?"),
    (SCHEME, "…", "When was that document issued?", "When was Scheme 06-DA/TU issued?"),
    (
        "Quy hoạch tỉnh được duyệt bằng quyết định nào?",
        "Được phê duyệt bằng Quyết định số 1588/QĐ-TTg của Thủ tướng. [1]",
        "ai ký?",
        "Quyết định 1588/QĐ-TTg: ai ký?",
    ),
    (
        "Quy hoạch tỉnh được duyệt bằng quyết định nào?",
        "Được phê duyệt bằng Quyết định số 1588/QĐ-TTg của Thủ tướng. [1]",
        "Quyết định này có hiệu lực khi nào?",
        "Quyết định 1588/QĐ-TTg có hiệu lực khi nào?",
    ),
    (
        "Tiêu chí chọn nhà đầu tư nằm ở đâu?",
        "Nằm trong Quyết định số 1748/QĐ-UBND. [1]",
        "Quyết định đó có mấy tiêu chí?",
        "Quyết định 1748/QĐ-UBND có mấy tiêu chí?",
    ),
    # of another kind than the document named last: nothing to put in
    (NQ5, "Về nhân lực.", "Đề án đó nói gì?", "Nghị quyết 05-NQ/TU nói về gì: Đề án đó nói gì?"),
    # what was just said
    ("Tỉnh lập mấy đề án?", "05 đề án.", "cụ thể là những gì?", "Tỉnh lập mấy đề án: cụ thể là những gì?"),
    ("Bốn trụ dựa vào đâu?", "Một nghị quyết.", "đó là văn bản nào?", "Bốn trụ dựa vào đâu: đó là văn bản nào?"),
    ("Bốn trụ là gì?", "Bốn trụ cột.", "Căn cứ vào văn bản nào?", "Bốn trụ là gì: Căn cứ vào văn bản nào?"),
    ("PCI xếp thứ mấy?", "Thứ 12.", "Vì sao vậy?", "PCI xếp thứ mấy: Vì sao vậy?"),
    ("PCI xếp thứ mấy?", "Thứ 12.", "riêng trong vùng thì sao?", "PCI xếp thứ mấy: riêng trong vùng thì sao?"),
    ("Ba đột phá là gì?", "Là nhân lực; chính sách; quy hoạch [1].", "Cái thứ hai là sao?", "chính sách là sao?"),
    # what stands alone
    ("SIPAS là gì?", "Chỉ số hài lòng.", "vì sao phải sáp nhập", "vì sao phải sáp nhập"),
    ("SIPAS là gì?", "Chỉ số hài lòng.", "Lạm phát là gì?", "Lạm phát là gì?"),
    ("SIPAS là gì?", "Chỉ số hài lòng.", "PCI là gì?", "PCI là gì?"),
    (NQ5, "Về nhân lực.", "Đề án 06-ĐA/TU ra ngày nào?", "Đề án 06-ĐA/TU ra ngày nào?"),
    (NQ5, "Về nhân lực.", "“Ba thành” là gì?", "“Ba thành” là gì?"),
    (NQ5, "Về nhân lực.", "Dân số Hậu Giang là bao nhiêu?", "Dân số Hậu Giang là bao nhiêu?"),
    ("Ba thành là gì?", "Ba đô thị.", "Cao tốc Cà Mau dài mấy km?", "Cao tốc Cà Mau dài mấy km?"),
    (SCHEME, "…", "What is Resolution 05-NQ/TU about?", "What is Resolution 05-NQ/TU about?"),
]


@pytest.mark.parametrize(("before", "answered", "question", "resolved"), DIALOGUES)
def test_dialogues(before: str, answered: str, question: str, resolved: str) -> None:
    assert resolve(question, [Turn("user", before), Turn("assistant", answered)]) == resolved


# (asked one after the other, with what was answered) -> the last as understood
CHAINS = [
    (
        [("Cao tốc A - B dài bao nhiêu km?", "110 km"), ("khởi công khi nào?", "2023")],
        "bao giờ thông xe?",
        "Cao tốc A - B: bao giờ thông xe?",
    ),
    (
        [("PCI xếp thứ mấy?", "Thứ 12."), ("Vì sao vậy?", "…"), ("cụ thể là sao?", "…")],
        "vì sao thế?",
        "PCI xếp thứ mấy: vì sao thế?",
    ),
    ([(NQ5, "Về nhân lực."), ("ban hành ngày nào?", "01/6/2022")], "Về việc gì?", "Nghị quyết 05-NQ/TU: Về việc gì?"),
    ([(NQ5, "Về nhân lực."), ("ai ký?", "…")], "còn Nghị quyết 04-NQ/TU?", "Nghị quyết 04-NQ/TU: ai ký?"),
    (
        [("Cao tốc A - B dài bao nhiêu km?", "110 km"), ("khởi công khi nào?", "2023")],
        "còn cao tốc C - D?",
        "cao tốc C - D: khởi công khi nào?",
    ),
    ([("Một tâm là gì?", "…"), ("còn hai tuyến?", "…")], "thế còn bốn trụ?", "bốn trụ là gì?"),
    # greetings and thanks are no part of it
    ([("Một tâm là gì?", "…"), ("cảm ơn bạn", "Không có gì.")], "còn hai tuyến?", "hai tuyến là gì?"),
    ([("Chào bạn, cho hỏi một tâm là gì?", "…")], "còn hai tuyến?", "hai tuyến là gì?"),
    # in another language: the question before
    ([("Một tâm là gì?", "…")], "in English please", "Một tâm là gì?"),
    ([("Một tâm là gì?", "…"), ("in English please", "…")], "còn hai tuyến?", "hai tuyến là gì?"),
    # times told by the one before
    ([("PCI năm 2021 đạt bao nhiêu?", "63,80")], "còn năm sau?", "PCI năm 2022 đạt bao nhiêu?"),
    ([("PCI năm 2021 đạt bao nhiêu?", "63,80")], "thế còn năm trước đó?", "PCI năm 2020 đạt bao nhiêu?"),
    ([("PCI năm 2021 đạt bao nhiêu?", "63,80")], "Năm trước đó nữa thì mấy?", "PCI năm 2020 đạt bao nhiêu?"),
    ([("PCI năm 2021 đạt bao nhiêu?", "63,80")], "năm 2022 thì sao?", "PCI năm 2022 đạt bao nhiêu?"),
    ([("PCI là gì?", "…")], "Hậu Giang xếp thứ mấy?", "PCI: Hậu Giang xếp thứ mấy?"),
    ([("PCI là gì?", "…")], "Hậu Giang ở đâu?", "Hậu Giang ở đâu?"),
    ([("Cao tốc A - B khởi công khi nào?", "…"), ("thế à", "…")], "khi nào xong?", "Cao tốc A - B: khi nào xong?"),
    ([("Thành phố Vị Thanh rộng bao nhiêu?", "…")], "còn Long Mỹ?", "Long Mỹ rộng bao nhiêu?"),
    # another thing of the same place
    ([("Dân số tỉnh Hậu Giang là bao nhiêu?", "730.000")], "còn diện tích?", "diện tích Hậu Giang là bao nhiêu?"),
    # a person
    (
        [("Ai là chủ tịch?", "Chủ tịch là ông Lê Văn Nam. [1]")],
        "ông ấy sinh năm nào?",
        "ông Lê Văn Nam sinh năm nào?",
    ),
    ([("Ai là chủ tịch?", "Chủ tịch là ông Lê Văn Nam. [1]")], "ong ay la ai?", "ông Lê Văn Nam la ai?"),
    # an item of the list just told
    (
        [("Tỉnh có mấy Bí thư?", "Theo tài liệu:\nCó ba Bí thư: ông An, ông Bình và ông Chi. [1]")],
        "người thứ hai là ai?",
        "ông Bình là ai?",
    ),
    (
        [("Ba đột phá là gì?", "Là: thứ nhất, nhân lực; thứ hai, chính sách; thứ ba, quy hoạch. [1]")],
        "cái cuối cùng là gì?",
        "quy hoạch là gì?",
    ),
    ([("What are the three?", "Gồm nhân lực; chính sách; quy hoạch. [1]")], "the second one?", "chính sách?"),
    # what says of itself what it counts stands alone
    (
        [("SIPAS là gì?", "SIPAS là chỉ số hài lòng của người dân, tổ chức. [1]")],
        "Đột phá thứ hai của Hậu Giang là gì?",
        "Đột phá thứ hai của Hậu Giang là gì?",
    ),
    ([(NQ5, "…"), ("ai ký?", "…")], "Dân số Hậu Giang là bao nhiêu?", "Dân số Hậu Giang là bao nhiêu?"),
]


@pytest.mark.parametrize(("before", "question", "resolved"), CHAINS)
def test_chains(before: list[tuple[str, str]], question: str, resolved: str) -> None:
    history = [turn for asked, told in before for turn in (Turn("user", asked), Turn("assistant", told))]
    assert resolve(question, history) == resolved


@given(st.lists(st.sampled_from(["ai ký?", "vì sao vậy?", "cụ thể là gì?", "Vốn bao nhiêu?", "ở đâu?"]), max_size=12))
def test_what_is_understood_does_not_grow(questions: list[str]) -> None:
    history = [turn for q in ["PCI xếp thứ mấy?", *questions] for turn in (Turn("user", q), Turn("assistant", "…"))]
    assert len(resolve("vì sao thế?", history)) <= 60


def test_the_document_stays_the_subject_over_turns() -> None:
    history = [Turn("user", NQ5), Turn("assistant", "…"), Turn("user", "ai ký?"), Turn("assistant", "…")]
    assert resolve("ban hành khi nào?", history) == "Nghị quyết 05-NQ/TU: ban hành khi nào?"


TEXTS = st.text(max_size=60) | st.sampled_from([*(d[0] for d in DIALOGUES), *(d[2] for d in DIALOGUES), "05-NQ/TU nó"])


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3))
def test_no_history_breaks_it_and_none_changes_nothing(question: str, answered: str, before: list[str]) -> None:
    history = [turn for text in before for turn in (Turn("user", text), Turn("assistant", answered))]
    assert isinstance(resolve(question, history), str)
    assert resolve(question, []) == clean(question).strip()
