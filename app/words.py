"""Every word a reader of the chat sees, Vietnamese first, English second."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from app.types import Language

NAME = "Hỏi Đáp"

EXAMPLES = (
    "Ba nhiệm vụ đột phá chiến lược của Hậu Giang là gì?",
    "Nghị quyết 05-NQ/TU bàn về việc gì?",
    "Hậu Giang sáp nhập vào Cần Thơ từ ngày nào?",
    "Mục tiêu tăng trưởng GRDP đến năm 2030 là bao nhiêu?",
    "khu cong nghiep song hau rong bao nhieu hec ta",
    "What are the three strategic breakthroughs of Hậu Giang?",
)
"""Questions about the corpus that comes with the program; one without diacritics, one in English, to show both work."""

WORDS: dict[str, dict[Language, str]] = {
    # the head of the page
    "purpose": {
        "vi": "Hỏi về văn bản công, mỗi câu trả lời đều kèm trích dẫn mở đúng chỗ.",
        "en": "Ask about public documents; every answer quotes them and opens at the very place.",
    },
    "holdings": {"vi": "{count} tài liệu", "en": "{count} documents"},
    "holdings_one": {"vi": "1 tài liệu", "en": "1 document"},
    "holdings_none": {"vi": "Kho chưa có tài liệu", "en": "No documents yet"},
    "newest": {"vi": "mới nhất {date}", "en": "newest {date}"},
    "other_language": {"vi": "English", "en": "Tiếng Việt"},
    # the conversation
    "tab_chat": {"vi": "Hỏi", "en": "Ask"},
    "conversation": {"vi": "Cuộc hỏi đáp", "en": "Conversation"},
    "welcome": {"vi": "Bạn muốn tra cứu điều gì?", "en": "What would you like to look up?"},
    "welcome_more": {
        "vi": "Gõ có dấu hay không dấu đều được. Câu trả lời là nguyên văn tài liệu; bấm số [1] để xem đoạn gốc.",
        "en": "In Vietnamese or English. Answers are the documents' own words; click a number [1] to see the passage.",
    },
    "question": {"vi": "Câu hỏi của bạn", "en": "Your question"},
    "placeholder": {"vi": "Nhập câu hỏi…", "en": "Type a question…"},
    "send": {"vi": "Gửi", "en": "Send"},
    "anew": {"vi": "Bắt đầu lại", "en": "Start over"},
    "searching": {"vi": "Đang tìm trong tài liệu…", "en": "Searching the documents…"},
    "understood": {"vi": "Hiểu là: {question}", "en": "Understood as: {question}"},
    "cut": {
        "vi": "Câu hỏi dài hơn {limit} ký tự; chỉ phần đầu được dùng.",
        "en": "The question has more than {limit} characters; only its beginning was used.",
    },
    "open_source": {"vi": "Mở nguồn {n}", "en": "Open source {n}"},
    # the panel beside the conversation
    "source": {"vi": "Nguồn {n}", "en": "Source {n}"},
    "close": {"vi": "Đóng", "en": "Close"},
    "publisher": {"vi": "Nơi đăng", "en": "Publisher"},
    "date": {"vi": "Ngày", "en": "Date"},
    "number": {"vi": "Số hiệu", "en": "Number"},
    "headings": {"vi": "Mục", "en": "Section"},
    "passage": {"vi": "Đoạn gốc", "en": "Original passage"},
    "to_web": {"vi": "Mở trang nguồn", "en": "Open the web page"},
    "gone": {
        "vi": "Tài liệu này không còn trong kho.",
        "en": "This document is no longer in the collection.",
    },
    "changed": {
        "vi": "Tài liệu này đã thay đổi sau câu trả lời. Hãy hỏi lại để có trích dẫn mới.",
        "en": "This document has changed since the answer was given. Ask again for a new quote.",
    },
    # the inspector
    "tab_inspect": {"vi": "Soi tìm kiếm", "en": "Inspect search"},
    "inspect": {"vi": "Máy tìm thấy gì, và vì sao?", "en": "What does the search find, and why?"},
    "inspect_more": {
        "vi": "Gõ một câu hỏi để xem những đoạn được tìm thấy, điểm của từng đoạn, và các từ đã khớp.",
        "en": "Type a question to see the passages found, the scores of each, and the words that matched.",
    },
    "find": {"vi": "Soi", "en": "Inspect"},
    "only_in": {"vi": "Chỉ tìm trong tài liệu", "en": "Only in documents"},
    "kind": {"vi": "Loại", "en": "Type"},
    "any": {"vi": "Tất cả", "en": "All"},
    "since": {"vi": "Từ", "en": "From"},
    "until": {"vi": "Đến", "en": "To"},
    "date_hint": {"vi": "vd. 11/2023", "en": "e.g. 2023-11"},
    "publisher_hint": {"vi": "vd. Báo Hậu Giang", "en": "e.g. Báo Hậu Giang"},
    "found": {"vi": "{count} đoạn điểm cao nhất trong {all} đoạn", "en": "The best {count} of {all} passages"},
    "none_admitted": {
        "vi": "Không có tài liệu nào khớp điều kiện đã chọn.",
        "en": "No document meets these conditions.",
    },
    "no_words": {
        "vi": "Câu hỏi không có từ nào để tìm.",
        "en": "There is no word in the question to search with.",
    },
    "bad_dates": {
        "vi": "Ngày viết như 2023, 11/2023 hoặc 9/11/2023, ngày sớm hơn ở ô “Từ”.",
        "en": "Write dates like 2023, 2023-11 or 2023-11-09, the earlier one first.",
    },
    "translated": {"vi": "Tìm bằng tiếng Việt: {terms}", "en": "Searched in Vietnamese: {terms}"},
    "formula": {
        "vi": "Điểm = {lexical} × z từ ngữ + {dense} × z ngữ nghĩa + {close} × độ sát; z là số độ lệch chuẩn trên mức "
        "trung bình, độ sát là phần các từ của câu hỏi đứng gần nhau trong đoạn.",
        "en": "Score = {lexical} × z of words + {dense} × z of meaning + {close} × closeness; z counts standard "
        "deviations above the mean, closeness is the share of the question’s words that stand together in the passage.",
    },
    "closeness": {"vi": "Độ sát {close}", "en": "Closeness {close}"},
    "score": {"vi": "Điểm {score}", "en": "Score {score}"},
    "open_passage": {"vi": "Mở đoạn {n}: {title}", "en": "Open passage {n}: {title}"},
    "lexical_half": {"vi": "Từ ngữ", "en": "Words"},
    "dense_half": {"vi": "Ngữ nghĩa", "en": "Meaning"},
    "place": {"vi": "hạng {n}", "en": "rank {n}"},
    "no_word": {"vi": "không khớp từ nào", "en": "no word matched"},
    "matched": {"vi": "Từ khớp", "en": "Matched"},
    "more_words": {"vi": "và {n} từ nữa", "en": "and {n} more"},
    "step_understand": {"vi": "Hiểu câu hỏi", "en": "Understand"},
    "step_encode": {"vi": "mã hóa", "en": "encode"},
    "step_lexical": {"vi": "từ ngữ", "en": "words"},
    "step_dense": {"vi": "ngữ nghĩa", "en": "meaning"},
    "step_fusion": {"vi": "xếp hạng", "en": "rank"},
    "step_all": {"vi": "tất cả {ms} ms", "en": "{ms} ms in all"},
    # the documents
    "tab_documents": {"vi": "Tài liệu", "en": "Documents"},
    "add": {"vi": "Thêm tài liệu", "en": "Add documents"},
    "add_more": {
        "vi": "PDF (cả bản quét), Word, Excel, PowerPoint, ảnh, trang web, thư, sách điện tử, .txt, .md hoặc .zip; thả "
        "nhiều tệp một lần cũng được. Tệp thêm vào được dùng ngay từ câu hỏi tiếp theo.",
        "en": "PDF (scanned too), Word, Excel, PowerPoint, pictures, web pages, mail, e-books, .txt, .md or .zip, as "
        "many as you like. What is added is used from the next question on.",
    },
    "drop_here": {"vi": "Thả tệp vào đây", "en": "Drop files here"},
    "drop_or": {"vi": "hoặc", "en": "or"},
    "drop_click": {"vi": "bấm để chọn tệp", "en": "click to choose"},
    # the files being added
    "adding": {"vi": "Tệp đang thêm", "en": "Files being added"},
    "file_states": {"vi": "Trạng thái từng tệp", "en": "State of each file"},
    "waiting": {"vi": "Đang chờ", "en": "Waiting"},
    "reading": {"vi": "Đang đọc", "en": "Reading"},
    "indexing": {"vi": "Đang lập chỉ mục", "en": "Indexing"},
    "added": {"vi": "Đã thêm", "en": "Added"},
    "updated": {"vi": "Đã cập nhật", "en": "Updated"},
    "unchanged": {"vi": "Không đổi", "en": "Unchanged"},
    "failed": {"vi": "Lỗi", "en": "Failed"},
    "job_started": {"vi": "Đang thêm {count} tệp.", "en": "Adding {count} files."},
    "job_running": {"vi": "Đang thêm: xong {done}/{all} tệp", "en": "Adding: {done} of {all} files done"},
    "job_reading": {
        "vi": "Cứ hỏi tiếp hoặc đóng trang; việc này vẫn chạy.",
        "en": "Go on asking or close the page; this continues.",
    },
    "job_passages": {"vi": "lập chỉ mục {done}/{all} đoạn", "en": "{done} of {all} passages indexed"},
    "job_done": {"vi": "Xong {count} tệp: {told}", "en": "Files done, {count} in all: {told}"},
    "hide": {"vi": "Ẩn", "en": "Hide"},
    "preview": {"vi": "Xem", "en": "View"},
    "download_original": {"vi": "Tải tệp gốc", "en": "Download the original"},
    "download_text": {"vi": "Tải văn bản đọc được (.md)", "en": "Download the text (.md)"},
    "preview_label": {"vi": "Xem nội dung đọc được từ “{title}”", "en": "View what was read from “{title}”"},
    # the list of documents
    "in_store": {"vi": "Trong kho", "en": "In the collection"},
    "filter": {"vi": "Lọc tài liệu", "en": "Filter the documents"},
    "filter_hint": {"vi": "Lọc theo tên, số hiệu, nơi đăng…", "en": "Filter by title, number, publisher…"},
    "show": {"vi": "Hiện", "en": "Show"},
    "show_all": {"vi": "Tất cả", "en": "All"},
    "show_searched": {"vi": "Đang dùng", "en": "In use"},
    "show_disabled": {"vi": "Tạm ngưng", "en": "Disabled"},
    "show_failed": {"vi": "Không đọc được", "en": "Unreadable"},
    "show_noted": {"vi": "Cần kiểm tra", "en": "To be checked"},
    "sort": {"vi": "Sắp xếp", "en": "Sort by"},
    "sort_recent": {"vi": "Mới thêm trước", "en": "Added last, first"},
    "sort_title": {"vi": "Theo tên", "en": "Title"},
    "sort_date": {"vi": "Ngày mới trước", "en": "Newest date first"},
    "column_document": {"vi": "Tài liệu", "en": "Document"},
    "column_date": {"vi": "Ngày", "en": "Date"},
    "column_passages": {"vi": "Đoạn", "en": "Passages"},
    "column_size": {"vi": "Cỡ", "en": "Size"},
    "column_added": {"vi": "Thêm", "en": "Added"},
    "column_actions": {"vi": "Thao tác", "en": "Actions"},
    "shown_of": {"vi": "Hiện {shown} trong {all} tài liệu", "en": "{shown} of {all} documents shown"},
    "documents_left": {"vi": "Còn {count} tài liệu, gõ để lọc.", "en": "{count} more documents; type to filter."},
    "show_more": {"vi": "Hiện thêm", "en": "Show more"},
    "none_found": {"vi": "Không có tài liệu nào như vậy.", "en": "There is no such document."},
    "state_disabled": {"vi": "Tạm ngưng", "en": "Disabled"},
    "state_failed": {"vi": "Không đọc được", "en": "Unreadable"},
    "state_noted": {"vi": "Cần kiểm tra", "en": "To be checked"},
    "disable": {"vi": "Tạm ngưng", "en": "Disable"},
    "disable_label": {"vi": "Tạm ngưng dùng “{title}”", "en": "Disable “{title}”"},
    "enable": {"vi": "Dùng lại", "en": "Enable"},
    "enable_label": {"vi": "Dùng lại “{title}”", "en": "Enable “{title}”"},
    "remove": {"vi": "Xoá", "en": "Delete"},
    "remove_label": {"vi": "Xoá tài liệu “{title}”", "en": "Delete the document “{title}”"},
    # what was done
    "done_disable": {
        "vi": "Đã tạm ngưng “{title}”: câu trả lời không dùng tài liệu này.",
        "en": "“{title}” is disabled: answers do not use it.",
    },
    "done_enable": {"vi": "Câu trả lời lại dùng “{title}”.", "en": "Answers use “{title}” again."},
    "done_remove": {"vi": "Đã xoá “{title}”.", "en": "“{title}” was deleted."},
    "done_undelete": {"vi": "Đã đưa “{title}” trở lại kho.", "en": "“{title}” is in the collection again."},
    "done_purge": {"vi": "Đã xoá vĩnh viễn “{title}”.", "en": "“{title}” was deleted for good."},
    "waits": {
        "vi": "Sẽ làm ngay khi đọc xong các tệp đang thêm dở…",
        "en": "This will be done as soon as the files being added are read…",
    },
    "undelete": {"vi": "Hoàn tác", "en": "Undo"},
    "undelete_label": {"vi": "Đưa “{title}” trở lại kho", "en": "Put “{title}” back"},
    "trash": {"vi": "Đã xoá ({count})", "en": "Deleted ({count})"},
    "trash_more": {
        "vi": "Câu trả lời không dùng các tài liệu này. Chữ của chúng còn trên máy cho đến khi xoá vĩnh viễn.",
        "en": "Answers do not use these. Their words stay on this machine until they are deleted for good.",
    },
    "purge": {"vi": "Xoá vĩnh viễn", "en": "Delete for good"},
    "purge_label": {"vi": "Xoá vĩnh viễn “{title}”", "en": "Delete “{title}” for good"},
    "purge_sure": {"vi": "Không lấy lại được nữa.", "en": "It cannot be brought back."},
    "purge_yes": {"vi": "Vẫn xoá", "en": "Delete it"},
    # a document shown whole
    "document": {"vi": "Tài liệu", "en": "Document"},
    "extent": {"vi": "{passages} đoạn, {characters} ký tự", "en": "{passages} passages, {characters} characters"},
    "extent_label": {"vi": "Nội dung", "en": "Content"},
    "note": {"vi": "Cần kiểm tra:", "en": "To be checked:"},
    "passages_more": {
        "vi": "Mỗi khung là một đoạn được tìm kiếm; chữ ngoài khung không dùng để trả lời.",
        "en": "Each box is a passage that is searched; what stands outside is not used for answers.",
    },
    "passage_n": {"vi": "Đoạn {n}", "en": "Passage {n}"},
    "outside": {"vi": "Ngoài các đoạn: {characters} ký tự", "en": "Outside the passages: {characters} characters"},
    "text_read": {"vi": "Nội dung đọc được", "en": "The text as it was read"},
    "to_beginning": {"vi": "Về đầu", "en": "To the beginning"},
    "to_rest": {"vi": "Xem tiếp (còn {left} ký tự)", "en": "Go on ({left} characters left)"},
    # why a file was not read, and what reading it changed
    "why_stays": {
        "vi": "Tệp nằm trong thư mục tài liệu của máy chủ; muốn xoá hẳn thì xoá tệp ở đó.",
        "en": "The file is in the server's folder of documents; to delete it for good, delete it there.",
    },
    "why_kind": {"vi": "Chưa đọc được loại tệp {kind}.", "en": "Files of the kind {kind} cannot be read."},
    "why_no_kind": {"vi": "Tên tệp không có đuôi nên không rõ loại.", "en": "The file name does not say what it is."},
    "why_size": {
        "vi": "Tệp quá lớn (giới hạn 20 MB, với PDF, Office và ảnh 100 MB); hãy chia nhỏ.",
        "en": "The file is too large (20 MB, 100 MB for PDF, Office and pictures); split it.",
    },
    "why_long": {"vi": "Tài liệu quá dài; hãy chia nhỏ.", "en": "The document is too long; split it."},
    "why_password": {
        "vi": "Tệp có mật khẩu; hãy lưu lại không mật khẩu.",
        "en": "The file has a password; save it without.",
    },
    "why_empty": {"vi": "Không tìm thấy chữ nào trong tệp.", "en": "No text was found in the file."},
    "why_office": {
        "vi": "Đọc tệp {kind} cần LibreOffice trên máy chủ; hoặc lưu lại bằng định dạng mới.",
        "en": "Reading {kind} needs LibreOffice on the server; or save it in a newer format.",
    },
    "why_bomb": {"vi": "Tệp nén phình ra quá lớn nên không được mở.", "en": "The packed file grows too large to open."},
    "why_deep": {
        "vi": "Tệp nén nằm trong quá nhiều lớp tệp nén; hãy giải nén rồi thêm riêng.",
        "en": "The archive lies too deep in other archives; unpack those and add it by itself.",
    },
    "why_doctor": {
        "vi": "Bản lưu của tệp đã mất hoặc hỏng; chạy `hoidap doctor` để biết cách khắc phục.",
        "en": "The kept file is gone or damaged; `hoidap doctor` says what can be done.",
    },
    "why_encoding": {
        "vi": "Không nhận ra bảng mã chữ của tệp; hãy lưu lại bằng UTF-8.",
        "en": "The encoding of the file was not recognised; save it as UTF-8.",
    },
    "why_front_matter": {
        "vi": "Phần khai báo giữa hai dòng --- ở đầu tệp viết chưa đúng.",
        "en": "The front matter between the --- lines is not right.",
    },
    "why_time": {
        "vi": "Đọc tệp này tốn quá nhiều thời gian hoặc bộ nhớ.",
        "en": "Reading it took too much time or memory.",
    },
    "why_changed": {"vi": "Tệp đổi trong lúc đọc; hãy thử lại.", "en": "It changed while it was read; try again."},
    "why_damaged": {
        "vi": "Tệp hỏng hoặc không đúng loại như tên tệp.",
        "en": "The file is damaged or is not what its name says.",
    },
    "why_unknown": {"vi": "Máy chủ gặp lỗi khi thêm tệp này.", "en": "The server failed to add this file."},
    "note_pages": {
        "vi": "{some}/{all} trang là ảnh quét, chữ do máy nhận dạng; hãy kiểm tra số liệu và tên riêng",
        "en": "{some} of {all} pages were read by OCR: check figures and names",
    },
    "note_ocr": {
        "vi": "chữ do máy nhận dạng từ ảnh; hãy kiểm tra số liệu và tên riêng",
        "en": "read by OCR: check figures and names",
    },
    "note_converted": {
        "vi": "đã chuyển từ bảng mã {encodings} sang Unicode",
        "en": "converted to Unicode from {encodings}",
    },
    "note_lost": {
        "vi": "{lost} ký tự không có chữ tương ứng nên để nguyên",
        "en": "{lost} characters have no counterpart and stay as they are",
    },
    "note_kind": {
        "vi": "thật ra là tệp {kind}, dù tên tệp nói khác",
        "en": "it is a {kind} file, whatever its name says",
    },
    "note_attachments": {
        "vi": "{count} tệp đính kèm thuộc loại không đọc được",
        "en": "{count} attachments are of no kind that is read",
    },
    # when something goes wrong
    "known_error": {"vi": "Không thực hiện được: {error}", "en": "This could not be done: {error}"},
    "sorry": {
        "vi": "Xin lỗi, máy chủ gặp lỗi nên chưa trả lời được. Bạn hãy hỏi lại.",
        "en": "Sorry, the server failed and there is no answer. Please ask again.",
    },
    "sorry_documents": {
        "vi": "Xin lỗi, máy chủ gặp lỗi; kho tài liệu vẫn như trước.",
        "en": "Sorry, the server failed; the collection is as it was.",
    },
    "too_big": {
        "vi": "Có tệp lớn hơn 100 MB; hãy bỏ tệp đó ra rồi thả lại.",
        "en": "One of the files is larger than 100 MB; leave it out and drop the others again.",
    },
    "busy": {
        "vi": "Máy chủ đang bận, xin thử lại sau ít phút.",
        "en": "The server is busy; try again in a few minutes.",
    },
    "offline": {
        "vi": "Mất kết nối với máy chủ, đang thử nối lại…",
        "en": "The connection to the server was lost; trying again…",
    },
    # the answers themselves
    "no_answer": {
        "vi": "Tài liệu trong kho không có thông tin để trả lời câu hỏi này.",
        "en": "The documents hold no information to answer this question.",
    },
    "no_answer_there": {
        "vi": "Tài liệu trong phạm vi đã chọn không có thông tin để trả lời câu hỏi này.",
        "en": "The documents you chose hold no information to answer this question.",
    },
    # what is said to the program: see app.courtesy
    "talk_hello": {"vi": "Chào bạn. {how}", "en": "Hello. {how}"},
    "talk_thanks": {"vi": "Không có gì. Bạn cứ hỏi tiếp.", "en": "You are welcome. Go on asking."},
    "talk_bye": {"vi": "Chào bạn. Khi cần tra cứu, bạn cứ hỏi tiếp.", "en": "Goodbye. Come back with any question."},
    "talk_fine": {"vi": "Vâng. Bạn cứ hỏi tiếp.", "en": "Fine. Go on asking."},
    "talk_who": {
        "vi": "Đây là Hỏi Đáp, phần mềm tra cứu văn bản; không phải người. {how}",
        "en": "This is Hỏi Đáp, a program that looks things up in documents; no person. {how}",
    },
    "talk_how": {"vi": "{how}", "en": "{how}"},
    "talk_holdings": {
        "vi": "Danh sách tài liệu nằm ở mục Tài liệu (trên dòng lệnh: hoidap list). {how}",
        "en": "The tab Documents lists what there is (on the command line: hoidap list). {how}",
    },
    "talk_summary": {
        "vi": "Hỏi Đáp chỉ trích nguyên văn, không tóm tắt hay viết lại. Hãy hỏi từng điều; xem toàn văn ở mục "
        "Tài liệu.",
        "en": "Hỏi Đáp quotes documents and does not summarise or rewrite them. Ask one thing at a time; the tab "
        "Documents shows them whole.",
    },
    "talk_unclear": {"vi": "Chưa rõ bạn muốn hỏi gì. {how}", "en": "It is not clear what you ask. {how}"},
    "how_to_ask": {
        "vi": "Hãy hỏi một điều mà tài liệu trong kho có thể nêu: ai, khi nào, ở đâu, bao nhiêu, là gì, văn bản nào. "
        "Câu trả lời là nguyên văn tài liệu, kèm trích dẫn để mở xem.",
        "en": "Ask one thing that the documents may tell: who, when, where, how many, what something is, which "
        "document. Answers are the documents' own words, each with a citation to open.",
    },
    "related_lead": {
        "vi": "Không tìm thấy câu trả lời trực tiếp trong tài liệu. Đoạn gần nhất:",
        "en": "No direct answer was found in the documents. The nearest passage, in Vietnamese:",
    },
    "half_lead": {
        "vi": "Tài liệu trong kho không nói về {missing} nên chưa so sánh được. Về bên kia:",
        "en": "The documents do not speak of {missing}, so nothing can be compared. Of the other, in Vietnamese:",
    },
    "correction_lead": {
        "vi": "Tài liệu nêu khác với câu hỏi:",
        "en": "The documents say otherwise than the question, in Vietnamese:",
    },
    "correction_lead_values": {
        "vi": "Tài liệu nêu khác với câu hỏi: {said}, không phải {asked}.",
        "en": "The documents say otherwise than the question: {said}, not {asked}. In Vietnamese:",
    },
    "unknown_lead": {
        "vi": "Không có {missing} trong kho; gần nhất là {nearest}:",
        "en": "{missing} is not in the collection; the nearest is {nearest}. In Vietnamese:",
    },
    "told_lead": {
        "vi": "Theo tài liệu nêu việc ngày {date}:",
        "en": "A document that tells of {date} says, in Vietnamese:",
    },
    "told_note": {"vi": "Tài liệu nêu việc ngày {date}:", "en": "A document that tells of {date}:"},
    "answer_lead": {
        "vi": "Theo tài liệu không ghi ngày:",
        "en": "A document without a date says, in Vietnamese:",
    },
    "answer_lead_several": {"vi": "Theo các tài liệu:", "en": "The documents say, in Vietnamese:"},
    "answer_lead_day": {"vi": "Theo tài liệu ngày {date}:", "en": "The document of {date} says, in Vietnamese:"},
    "answer_lead_month": {"vi": "Theo tài liệu tháng {date}:", "en": "The document of {date} says, in Vietnamese:"},
    "answer_lead_year": {"vi": "Theo tài liệu năm {date}:", "en": "The document of {date} says, in Vietnamese:"},
    "said_by": {"vi": "Tài liệu không ghi ngày:", "en": "A document without a date:"},
    "said_by_day": {"vi": "Tài liệu ngày {date}:", "en": "The document of {date}:"},
    "said_by_month": {"vi": "Tài liệu tháng {date}:", "en": "The document of {date}:"},
    "said_by_year": {"vi": "Tài liệu năm {date}:", "en": "The document of {date}:"},
    "earlier": {"vi": "Trước đó:", "en": "Before that:"},
    "older": {"vi": "Trước đó, tài liệu không ghi ngày nêu:", "en": "Before that, a document without a date said:"},
    "older_day": {"vi": "Trước đó, tài liệu ngày {date} nêu:", "en": "Before that, the document of {date} said:"},
    "older_month": {"vi": "Trước đó, tài liệu tháng {date} nêu:", "en": "Before that, the document of {date} said:"},
    "older_year": {"vi": "Trước đó, tài liệu năm {date} nêu:", "en": "Before that, the document of {date} said:"},
    "disagree": {"vi": "Các nguồn không thống nhất. {lead}", "en": "The sources disagree. {lead}"},
    "notice": {"vi": "Lưu ý:", "en": "Please note:"},
    "notice_day": {"vi": "Lưu ý, tài liệu ngày {date}:", "en": "Please note, the document of {date}:"},
    "notice_month": {"vi": "Lưu ý, tài liệu tháng {date}:", "en": "Please note, the document of {date}:"},
    "notice_year": {"vi": "Lưu ý, tài liệu năm {date}:", "en": "Please note, the document of {date}:"},
    # answers written by an LLM
    "llm_written": {
        "vi": "{model} viết từ tài liệu; từng câu có số đã được đối chiếu với đoạn gốc bên dưới.",
        "en": "Written by {model} from the documents; each numbered sentence was checked against the quotes below.",
    },
    "llm_waiting": {
        "vi": "Mô hình ngôn ngữ đang viết câu trả lời. Trong lúc chờ, đây là nguyên văn tài liệu.",
        "en": "The language model is writing an answer. Meanwhile, here are the documents' own words.",
    },
    "llm_failed": {
        "vi": "Mô hình ngôn ngữ không trả lời được; dưới đây là nguyên văn tài liệu.",
        "en": "The language model failed; here are the documents' own words.",
    },
    "llm_silent": {
        "vi": "Mô hình ngôn ngữ cho là chưa đủ thông tin; dưới đây là nguyên văn tài liệu.",
        "en": "The language model found too little to answer; here are the documents' own words.",
    },
    "llm_unproved": {
        "vi": "Câu trả lời của mô hình ngôn ngữ không khớp tài liệu nên bị bỏ; dưới đây là nguyên văn tài liệu.",
        "en": "What the language model wrote is not in the documents and was not used; here are their own words.",
    },
    "llm_withheld": {
        "vi": "Đã bỏ {count} câu của mô hình ngôn ngữ vì không khớp tài liệu.",
        "en": "Sentences of the language model left out because the documents do not prove them: {count}.",
    },
    "llm_related": {
        "vi": "Không tìm thấy câu trả lời trực tiếp trong tài liệu. Điều gần nhất tài liệu nêu:",
        "en": "No direct answer was found in the documents. The nearest they say, in Vietnamese:",
    },
    "llm_marked": {"vi": "(chưa kiểm chứng) {sentence}", "en": "(not verified) {sentence}"},
}

Notice = Literal["llm_waiting", "llm_failed", "llm_silent", "llm_unproved"]

BUILT_IN: dict[str, str] = {
    # Gradio 6.31 has no Vietnamese and lets nobody override its English, so the page replaces these texts as they
    # appear: Gradio's words -> our key. A text ending in * stands for all that begin like it.
    "Drop File Here": "drop_here",
    "- or -": "drop_or",
    "Click to Upload": "drop_click",
    "Submit": "send",
    "File size exceeds*": "too_big",
    "Queue is full*": "busy",
    "Connection to the server was lost*": "offline",
}


def say(key: str, language: Language, **values: object) -> str:
    """The words under `key`, with `values` filled in."""
    return WORDS[key][language].format(**values)


def dated(key: str, language: Language, published: str) -> str:
    """The words under `key` that go with a source of the ISO date `published`, possibly partial or ""."""
    text = date_text(published, language)
    if not text:
        return say(key, language)
    unit = ("year", "month", "day")[published.count("-")]
    return say(f"{key}_{unit}", language, date=text)


def number_text(number: int, language: Language) -> str:
    """1000 is 1.000 or 1,000."""
    return f"{number:,}".replace(",", "." if language == "vi" else ",")


def decimal_text(number: float, digits: int, language: Language) -> str:
    """3.14159 with two digits is 3,14 or 3.14."""
    text = f"{number:.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if language == "vi" else text


_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MONTHS = "January February March April May June July August September October November December".split()


def date_text(iso: str, language: Language) -> str:
    """`iso` as people write it: "2023-11-09" is 09/11/2023 or 9 November 2023; "2023-11" and "2023" keep what they
    say. Empty for anything that is no date, so that nobody's free text is read out as one."""
    match = _ISO.fullmatch(iso)
    if not match:
        return ""
    year, month, day = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    if language == "vi":
        return "/".join(part for part in (day, month, year) if part)
    words = [str(int(day))] if day else []
    return " ".join([*words, *([_MONTHS[int(month) - 1]] if month else []), year])
