"""The page in a real Chromium, served by the real server: what a reader sees, clicks and cannot be harmed by."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from app.markup import Link
from app.words import EXAMPLES, say
from tests.conftest import CHROMIUM, POISON, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

QUESTION = "Ba nhiệm vụ đột phá chiến lược của Hậu Giang là gì?"
DESKTOP, PHONE = {"width": 1366, "height": 850}, {"width": 390, "height": 844}
PHONE_BOX = {"x": 0, "y": 0, **PHONE}

# A box of two lines, scrolled to the end that is further from the quote.
SCROLL_AWAY = """box => {
  Object.assign(box.style, { minHeight: 0, height: '3.5rem', flex: 'none', padding: 0 });
  const above = box.querySelector('mark').offsetTop - box.offsetTop > box.scrollHeight / 2;
  box.scrollTop = above ? 0 : box.scrollHeight;
}"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        message = f"{CHROMIUM} is missing (apt install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=[DESKTOP], ids=["desktop"])
def page(request: pytest.FixtureRequest, browser: Browser, served: Served) -> Iterator[Page]:
    """The page, loaded. Whatever a test does on it: no request leaves the server, no script fails or asks anything."""
    page = browser.new_page(viewport=request.param, locale="vi-VN")
    page.set_default_timeout(15_000)
    requests: list[str] = []
    alarms: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: alarms.append(str(error)))
    page.on("dialog", lambda dialog: alarms.append(dialog.message))
    page.on("console", lambda message: alarms.extend([message.text] if message.type == "error" else []))
    page.goto(served.url)
    page.locator("#hd-box textarea").wait_for()
    yield page
    own = urlsplit(served.url).netloc
    assert [u for u in requests if urlsplit(u).netloc != own and not u.startswith(("data:", "blob:"))] == []
    assert alarms == []
    page.close()


both_sizes = pytest.mark.parametrize("page", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)


def ask(page: Page, question: str) -> Locator:
    """Type the question, press Enter, and wait for its answer."""
    before = page.locator(".hd-exchange").count()
    page.locator("#hd-box textarea").fill(question)
    page.locator("#hd-box textarea").press("Enter")
    answer = page.locator(".hd-exchange").nth(before).locator(".hd-answer")
    answer.wait_for()
    return answer


def quoted(link: Locator, served: Served) -> str:
    """The words the link's citation stands for, from the library itself."""
    address = Link.parse(link.get_attribute("href") or "")
    assert address is not None
    return served.library.index().documents[address.document].text[address.start : address.end]


def open_panel(page: Page, link: Locator) -> Locator:
    link.click()
    panel = page.locator(".hd-source")
    panel.wait_for()
    return panel


def in_view(page: Page, element: Locator) -> bool:
    """True when some of `element` can be seen: in the window, and not scrolled out of the box it is in."""
    seen: bool = element.evaluate(
        "e => new Promise(done => new IntersectionObserver(rows => done(rows[0].isIntersecting)).observe(e))"
    )
    return seen


@both_sizes
def test_a_citation_opens_at_its_highlighted_words(page: Page, served: Served) -> None:
    answer = ask(page, QUESTION)
    quotes = answer.locator(".hd-quote")
    assert quotes.count() >= 1
    for i in range(quotes.count()):
        link = quotes.nth(i).locator("a.hd-cite")
        expected = quoted(link, served)
        assert quotes.nth(i).locator("span").text_content() == expected
        panel = open_panel(page, link)
        mark = panel.locator("mark")
        assert mark.text_content() == expected
        assert in_view(page, mark)
        assert page.evaluate("document.activeElement.id") == "hd-title"
        if page.viewport_size == PHONE:
            assert panel.bounding_box() == PHONE_BOX
        panel.get_by_role("button", name=say("close", "vi")).click()
        panel.wait_for(state="detached")


def test_the_same_citation_opens_again(page: Page) -> None:
    link = ask(page, QUESTION).locator("a.hd-cite").first
    for _ in range(2):
        panel = open_panel(page, link)
        assert in_view(page, panel.locator("mark"))
        panel.locator(".hd-text").evaluate(SCROLL_AWAY)
        assert not in_view(page, panel.locator("mark"))
        link.click()  # while it is open: back to the quote
        assert in_view(page, panel.locator("mark"))
        page.keyboard.press("Escape")
        panel.wait_for(state="detached")


@both_sizes
def test_nothing_is_wider_than_the_window(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, "x" * 300)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("tab", name=say("tab_documents", "vi")).click()
    page.locator(".hd-documents").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keyboard_alone_is_enough(page: Page) -> None:
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    links = page.locator("a.hd-cite")
    links.first.wait_for()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == say(
        "open_source", "vi", n=links.count()
    )
    page.keyboard.press("Enter")
    page.locator(".hd-source mark").wait_for()
    assert page.evaluate("document.activeElement.id") == "hd-title"
    page.keyboard.press("Escape")
    page.locator(".hd-source").wait_for(state="detached")
    assert page.evaluate("document.activeElement.className") == "hd-cite"


def test_the_page_is_vietnamese_and_shows_what_it_holds(page: Page, served: Served) -> None:
    assert page.evaluate("document.documentElement.lang") == "vi"
    held = say("holdings", "vi", count=len(served.library.documents()))
    assert held in (page.locator(".hd-holdings").text_content() or "")
    page.get_by_role("tab", name=say("tab_documents", "vi")).click()
    page.locator("#hd-drop").get_by_text(say("drop_here", "vi")).wait_for()
    text = page.locator("body").inner_text()
    assert not [english for english in ("Drop File", "Click to", "Submit", "Clear") if english in text]


def test_the_english_page(page: Page, served: Served) -> None:
    page.get_by_role("link", name="English").click()
    page.get_by_text(say("welcome", "en")).wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    answer = ask(page, "What are the three strategic breakthroughs of Hậu Giang?")
    assert open_panel(page, answer.locator("a.hd-cite").first).get_by_text(say("to_web", "en")).count() == 1


def test_a_poisoned_document_is_only_text(page: Page, served: Served) -> None:
    answer = ask(page, "Mã kiểm thử của xã Phú Độc là gì?")
    links = answer.locator("a.hd-cite")
    poisoned = [i for i in range(links.count()) if "phu-doc" in (links.nth(i).get_attribute("href") or "")]
    assert poisoned, answer.text_content()
    for i in poisoned:
        shown = answer.locator(".hd-quote").nth(i).locator("span")
        assert shown.text_content() == quoted(links.nth(i), served)
        assert shown.locator("*").count() == 0
    panel = open_panel(page, links.nth(poisoned[0]))
    assert POISON in (panel.locator(".hd-text").text_content() or "")
    assert panel.locator("h2").text_content() == "Phú Độc <b>đậm</b> ${1+1} {{value}}"
    assert panel.locator("a").count() == 0  # its url is javascript:
    page.get_by_role("tab", name=say("tab_documents", "vi")).click()
    page.locator(".hd-documents").wait_for()
    ask_box = page.get_by_role("tab", name=say("tab_chat", "vi"))
    ask_box.click()
    question = "<img src=x onerror=window.pwned=1> **a** ${window.pwned=1} {{value}}"
    ask(page, question)
    assert page.locator(".hd-question").last.text_content() == question
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img").count() == 0


def test_a_dropped_file_is_answered_from_and_removed(page: Page, served: Served, tmp_path: Path) -> None:
    file = tmp_path / "thông báo.md"
    file.write_text("# Thông báo họp chợ nổi Ngã Bảy\n\nChợ nổi Ngã Bảy họp lại vào lúc 4 giờ 45 sáng.\n", "utf-8")
    bad = tmp_path / "ảnh.png"
    bad.write_bytes(b"\x89PNG")
    question = "Chợ nổi Ngã Bảy họp lại vào lúc mấy giờ sáng?"
    documents = page.get_by_role("tab", name=say("tab_documents", "vi"))
    documents.click()
    files = page.locator("#hd-job .hd-files li")
    page.locator("#hd-drop input[type=file]").set_input_files([file, bad])
    files.filter(has_text=say("added", "vi")).wait_for()
    assert files.filter(has_text=say("failed", "vi")).count() == 1
    page.locator("#hd-drop input[type=file]").set_input_files([file])
    files.filter(has_text=say("unchanged", "vi")).wait_for()
    page.get_by_role("tab", name=say("tab_chat", "vi")).click()
    answer = ask(page, question)
    assert "4 giờ 45 sáng" in (answer.text_content() or "")
    link = answer.locator("a.hd-cite").first

    documents.click()
    row = page.locator(".hd-documents tbody tr", has_text="Thông báo họp chợ nổi")
    row.get_by_role("button", name=say("remove_label", "vi", title="Thông báo họp chợ nổi Ngã Bảy")).click()
    row.wait_for(state="detached")
    page.get_by_role("tab", name=say("tab_chat", "vi")).click()
    assert say("gone", "vi") in (open_panel(page, link).text_content() or "")
    page.keyboard.press("Escape")
    assert "4 giờ 45 sáng" not in (ask(page, question).text_content() or "")

    documents.click()
    page.locator("#hd-toast").get_by_role("button", name=say("undelete", "vi")).click()
    row.wait_for()
    page.get_by_role("tab", name=say("tab_chat", "vi")).click()
    assert "4 giờ 45 sáng" in (ask(page, question).text_content() or "")
    documents.click()
    row.get_by_role("button", name=say("remove_label", "vi", title="Thông báo họp chợ nổi Ngã Bảy")).click()
    trashed = page.locator(".hd-trash li", has_text="Thông báo họp chợ nổi")
    trashed.locator("summary").click()
    trashed.get_by_role("button", name=say("purge_yes", "vi")).click()
    trashed.wait_for(state="detached")
    assert not any("Thông báo họp" in r.title for r in served.library.rows())


@both_sizes
def test_a_document_is_downloaded_as_it_came_and_as_it_was_read(page: Page, served: Served) -> None:
    page.get_by_role("tab", name=say("tab_documents", "vi")).click()
    document = next(d for d in served.library.documents() if d.title == "Phú Độc <b>đậm</b> ${1+1} {{value}}")
    page.locator(".hd-documents").get_by_role("button", name=document.title, exact=True).click()
    for key, starts in (("download_original", b'---\ntitle: "Ph'), ("download_text", b"---\ntitle: Ph")):
        link = page.locator("#hd-panel").get_by_role("link", name=say(key, "vi"))
        assert in_view(page, link)
        with page.expect_download() as download:
            link.click()
        assert download.value.suggested_filename == "phu-doc.md"
        data = Path(download.value.path()).read_bytes()
        assert data.startswith(starts) and POISON.encode() in data
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#hd-panel h2").text_content() == document.title, "the page is still there"


def inspect(page: Page, question: str, **conditions: str) -> Locator:
    """Search on the inspector's tab, and wait for what is found."""
    page.get_by_role("tab", name=say("tab_inspect", "vi")).click()
    for name, value in conditions.items():
        field = page.get_by_label(say(name, "vi"), exact=True)
        field.select_option(value) if name == "kind" else field.fill(value)
    box = page.get_by_role("textbox", name=say("question", "vi")).and_(page.locator("#hd-question"))
    box.fill(question)
    page.locator("#hd-found [role=status]").evaluate("e => e.replaceChildren()")
    box.press("Enter")
    page.locator("#hd-found [role=status] > *").first.wait_for()
    return page.locator(".hd-results > li")


@both_sizes
def test_the_inspector_shows_what_the_search_finds_and_opens_it(page: Page, served: Served) -> None:
    results = inspect(page, "ba nhieemj vuj ddootj phas")
    hits = served.library.index().search("ba nhiệm vụ đột phá", 10)
    assert results.count() == len(hits)
    for i, hit in enumerate(hits):
        assert results.nth(i).locator(".hd-found-text").text_content() == hit.passage.text
    assert "đột phá" in " ".join(results.first.locator("mark").all_text_contents()).lower()
    assert say("understood", "vi", question="ba nhiệm vụ đột phá") in page.locator("#hd-found").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    link = results.nth(1).get_by_role("link")
    panel = open_panel(page, link)
    assert panel.locator("mark").text_content() == hits[1].passage.text
    assert in_view(page, panel.locator("mark"))
    page.keyboard.press("Escape")
    panel.wait_for(state="detached")
    assert page.evaluate("document.activeElement.href") == link.evaluate("link => link.href")


def test_the_inspector_searches_only_where_it_is_told(page: Page) -> None:
    everywhere = inspect(page, "nhân lực").all_text_contents()
    there = inspect(page, "nhân lực", publisher="bao hau giang", kind="bài viết", since="10/2024", until="2024")
    assert 0 < there.count() < len(everywhere)
    assert all("Báo Hậu Giang" in text for text in there.locator(".hd-facts:first-of-type").all_text_contents())
    assert inspect(page, "nhân lực", since="1/2030").count() == 0
    assert say("bad_dates", "vi") in page.locator("#hd-found").inner_text()  # from 2030 to 2024
    assert inspect(page, "nhân lực", since="1/2030", until="").count() == 0
    assert say("none_admitted", "vi") in page.locator("#hd-found").inner_text()


def test_the_inspector_can_be_used_with_the_keyboard_and_is_labelled(page: Page) -> None:
    page.get_by_role("tab", name=say("tab_inspect", "vi")).press("Enter")
    page.locator("#hd-question").wait_for()
    labels = [say(key, "vi") for key in ("question", "publisher", "kind", "since", "until")]
    page.locator("#hd-question").focus()
    page.keyboard.type("khu công nghiệp")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "submit"
    page.keyboard.press("Enter")
    page.locator(".hd-results").wait_for()
    controls = page.locator(".hd-find :is(input, select)")
    named = controls.evaluate_all("all => all.map(e => e.ariaLabel || e.labels[0].textContent)")
    assert named == labels


def test_a_poisoned_document_is_only_text_in_the_inspector_too(page: Page, served: Served) -> None:
    results = inspect(page, "Mã kiểm thử của xã Phú Độc <img src=x onerror=window.pwned=1> ${alert(1)}")
    poisoned = results.filter(has_text="onerror").first
    assert poisoned.locator(".hd-found-text").text_content() == POISON
    assert poisoned.get_by_role("link").text_content() == "Phú Độc <b>đậm</b> ${1+1} {{value}}"
    assert page.evaluate("window.pwned") is None
    assert page.locator("#hd-found img").count() == 0


def test_starting_over_forgets(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name=say("anew", "vi")).click()
    page.get_by_text(say("welcome", "vi")).wait_for()
    assert page.locator(".hd-exchange").count() == 0
    assert say("understood", "vi", question="") not in (ask(page, EXAMPLES[1]).text_content() or "")


def test_two_readers_do_not_see_each_other(page: Page, browser: Browser, served: Served) -> None:
    other = browser.new_page()
    other.goto(served.url)
    other.locator("#hd-box textarea").wait_for()
    ask(page, QUESTION)
    ask(other, EXAMPLES[2])
    assert other.locator(".hd-question").all_text_contents() == [EXAMPLES[2]]
    assert page.locator(".hd-question").all_text_contents() == [QUESTION]
    other.close()
