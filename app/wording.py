"""Everyday and southern words as documents write them: a small thesaurus, and a question put into their words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from app.question import Question, understand
from index.search import Index
from index.text import fold, key, syllables

# Written by hand, from knowledge of the language: by subject, what people say = what documents write, most usual
# first. A single syllable stands here only if it is no part of other words ("trường" is one of "môi trường").
_TABLE = """
sếp, mấy sếp, các sếp, quan chức, quan lớn, mấy ổng = lãnh đạo
sếp đầu tỉnh, các sếp đầu tỉnh, quan chức tỉnh, đầu tỉnh, sếp tỉnh = lãnh đạo tỉnh
giới chủ, giới chủ công ty, chủ công ty, ông chủ, chủ hãng, giới làm ăn, dân làm ăn = doanh nghiệp; doanh nhân
người làm ăn = doanh nghiệp; doanh nhân
giới kinh doanh, dân kinh doanh, nhà buôn, con buôn, hãng, hãng xưởng, ông lớn = doanh nghiệp; doanh nhân
những ông lớn = doanh nghiệp; doanh nhân
người có tiền, người bỏ tiền, người bỏ vốn, người rót vốn, kẻ có vốn, đại gia = nhà đầu tư
tay thợ, thợ thuyền, nhân công, người làm thuê, người đi làm = công nhân; lao động
người làm việc nhà nước, người nhà nước, người ăn lương nhà nước, dân công sở = cán bộ, công chức; cán bộ
lớp công chức mới ra trường, công chức mới, công chức trẻ, lớp trẻ, tụi trẻ, mấy đứa trẻ = cán bộ trẻ; thanh niên
người trẻ, dân trẻ = cán bộ trẻ; thanh niên
người giỏi, người tài, dân giỏi = nhân tài; nhân lực chất lượng cao
giỏi giang, tài giỏi = nhân tài
vô làm, nhận vô làm, cho vô làm, nhận vào làm, tuyển người, lấy người, kiếm người = tuyển dụng
bớt người, cắt người, giảm người, cắt giảm nhân sự, cho nghỉ bớt = tinh giản biên chế
chuyện con người, con người làm việc, nhân sự = nguồn nhân lực; cán bộ
bồi dưỡng người, dạy nghề, luyện người = đào tạo, bồi dưỡng; đào tạo
bà con, dân chúng, dân tình, người ta, dân đen = người dân; nhân dân
sắp nhỏ, con nít, đám trẻ = trẻ em; học sinh
người già, ông già bà cả = người cao tuổi
thầy cô, thầy giáo, cô giáo = giáo viên
nhà thương, bệnh xá, thuốc thang = bệnh viện; y tế
học hành, chuyện học = giáo dục và đào tạo; giáo dục
nhà nghèo, dân nghèo, người nghèo = hộ nghèo
trường nào = trường đại học nào; đại học nào
bộ máy công quyền, công quyền, cửa quan, bên nhà nước = chính quyền; cơ quan hành chính nhà nước
cấp ủy = Tỉnh ủy
bộ máy đóng ở, đóng đô, đặt bản doanh, trụ sở đóng = trung tâm hành chính; trụ sở
lên mạng, qua mạng, trên mạng = điện tử; trực tuyến
số hóa, lên số, chuyện số = chuyển đổi số
đồ số, đồ công nghệ, máy móc số = công nghệ số
nhóm giúp bà con, nhóm giúp dân, đội giúp dân = tổ cộng đồng
đường truyền, đường truyền thiết bị, đường truyền, thiết bị = hạ tầng số; hạ tầng
bớt giấy tờ, bớt thủ tục, bớt rườm rà = cải cách hành chính
giấy tờ hành chính, làm giấy tờ, chạy giấy tờ = thủ tục hành chính
giấy tờ, loại giấy tờ, công văn giấy tờ, văn kiện = văn bản
luật lệ, phép tắc, luật chơi = cơ chế, chính sách; quy định
ưu ái, nâng đỡ, o bế = ưu đãi
sân chơi = môi trường đầu tư, kinh doanh; môi trường
làm ăn, mần ăn, buôn bán = kinh doanh
rót vốn, bỏ vốn, đổ vốn, rót tiền, đổ tiền, bỏ tiền, xuống tiền, rót vào làm ăn = đầu tư
gọi vốn, kêu vốn, mời gọi vốn, kéo vốn, dịp gọi vốn, mời làm ăn = xúc tiến đầu tư; thu hút đầu tư
xem đất, xem chỗ, coi đất, coi chỗ, xem tận nơi, dòm đất, xem tận mắt, đi coi = khảo sát, tìm hiểu; khảo sát
nước khác, nước bạn, bên tây, ngoại quốc, xứ người, xứ ngoài = ngoài nước; nước ngoài
trong xứ, xứ mình = trong nước
hứa, hứa hẹn = tạo lập; cam kết
ngồi trò chuyện, ngồi nói chuyện, trò chuyện, chuyện trò, ngồi lại, nhâm nhi trò chuyện = gặp gỡ, đối thoại; gặp gỡ
ngồi nhâm nhi trò chuyện = gặp gỡ, đối thoại; gặp gỡ
mấy tháng một lần, bao lâu một lần, mỗi lần cách bao lâu = hàng quý, hàng tháng; hàng quý; hàng tháng; hàng năm
mấy bữa một lần, bao lâu lại = hàng quý, hàng tháng; hàng quý; hàng tháng; hàng năm
bao lâu thì = hàng quý, hàng tháng; hàng quý; hàng tháng; hàng năm
bắt tay, làm chung, hợp sức, chung tay, cùng làm = phối hợp
két nhà nước, két của nhà nước, túi tiền nhà nước, ngân khố, hầu bao nhà nước = ngân sách nhà nước; ngân sách
gom vào, gom vào được, gom được, thu về = thu
tiền của mọi nguồn, tiền mọi nguồn, mọi nguồn tiền = tổng vốn đầu tư toàn xã hội
ngốn hết chừng nào tiền, ngốn hết bao nhiêu tiền = tổng mức đầu tư bao nhiêu tỷ đồng; kinh phí bao nhiêu
tốn kém bao nhiêu, ngốn bao nhiêu, ngốn bao nhiêu tiền = tổng mức đầu tư bao nhiêu tỷ đồng; kinh phí bao nhiêu
chừng nào tiền = tổng mức đầu tư bao nhiêu tỷ đồng; kinh phí bao nhiêu
miếng bánh làm ra, miếng bánh kinh tế, miếng bánh, chiếc bánh, của cải làm ra = GRDP; tổng sản phẩm; cơ cấu kinh tế
tài sản làm ra = GRDP; tổng sản phẩm; cơ cấu kinh tế
ăn phần to nhất, phần to nhất, chiếm phần lớn nhất, phần lớn nhất, ăn phần lớn = tỷ trọng
mỗi đầu người làm ra, mỗi người làm ra, tính theo đầu người = bình quân đầu người
lớn nhanh, phình ra, phất lên, ăn nên làm ra = tăng trưởng
mảng, mảng miếng = lĩnh vực; ngành
lương bổng = tiền lương
thuế má = thuế
nhà máy, xí nghiệp, xưởng, mấy xưởng, công xưởng, nhà máy xí nghiệp, nhà máy, xí nghiệp = công nghiệp
cụm nhà máy, chỗ đặt nhà máy, khu nhà máy, khu xưởng, dựng nhà máy = khu công nghiệp; cụm công nghiệp
phố xá, phố thị, phố phường, chuyện phố xá = đô thị
ruộng vườn, ruộng đồng, đồng ruộng, trồng trọt, làm ruộng, cày cấy = nông nghiệp
vườn tược, trái cây = cây ăn trái
cá tôm, tôm cá = thủy sản
đi chơi, tham quan, du ngoạn, chuyện đi chơi = du lịch
chợ búa, bán buôn = thương mại
đầu tàu, đầu máy, đầu mối, hạt nhân, tâm điểm = trung tâm; động lực
kỳ vọng thành, trông chờ trở thành, trông đợi thành, mong thành = phát triển trở thành; trở thành
kham nổi công việc, gánh nổi việc, kham nổi, gánh nổi = đáp ứng yêu cầu nhiệm vụ; đáp ứng yêu cầu
được trông chờ, trông chờ = yêu cầu
vạch lộ trình, vạch đường, vạch đường đi, vạch lối = xây dựng chiến lược; chiến lược phát triển; định hướng
vạch đường đi nước bước, đường đi nước bước = xây dựng chiến lược; chiến lược phát triển; định hướng
tính đường dài = xây dựng chiến lược; chiến lược phát triển; định hướng
hồ sơ vạch đường đi, hồ sơ hoạch định, bộ hồ sơ hoạch định, hoạch định, bản vẽ tương lai = quy hoạch
bản vạch đường đi = quy hoạch
dài hơi, đường dài, lâu dài về sau = dài hạn; tầm nhìn
nhìn xa, trông xa, ngó xa = tầm nhìn
giữa thế kỷ này, giữa thế kỷ, giữa thế kỷ 21 = năm 2050
cuối thập niên, cuối thập niên này, hết thập niên, hết thập niên này, hết thập kỷ này, cuối thập kỷ = năm 2030
nằm ở khâu nào, ở khâu nào, tới khâu nào, nằm ở đâu rồi, tới bước nào, ở bước nào = trình, phê duyệt, thông qua
đi tới bước nào = trình, phê duyệt, thông qua
làm tới đâu, đi tới đâu, tới đâu rồi, làm đến đâu, đi đến đâu = triển khai thực hiện thế nào
tụt hậu, ngày một tụt hậu, đi lùi, sa sút, càng lúc càng tệ, ngày càng tệ, tệ dần, đi thụt lùi = đi xuống; tụt hậu
luẩn quẩn, tình thế luẩn quẩn, vòng luẩn quẩn = vòng xoáy
thoát ra, quyết thoát ra, phải thoát ra, gỡ ra = thoát khỏi
mổ xẻ = phân tích, đánh giá; phân tích
mặt mạnh, chỗ mạnh = điểm mạnh
mặt yếu, chỗ yếu = điểm yếu
chỗ nghẽn, chỗ kẹt, chỗ vướng = điểm nghẽn
cú hích, đòn bẩy, cái đà = động lực; đột phá
ước mơ, mơ ước, giấc mơ = khát vọng
vươn lên, đi lên, ngóc đầu lên = phát triển
khẩu hiệu, câu khẩu hiệu, khẩu hiệu chào đón, câu chào = chủ đề; khẩu hiệu; phương châm
giật tít, đặt tít, cái tít, tựa bài, tít = tiêu đề; nhan đề
xốc lại, vực dậy, chấn chỉnh = nâng cao chất lượng; nâng cao
làng nhàng, mức làng nhàng, tầm tầm = trung bình
leo tới đâu, leo lên đâu, leo lên hạng, leo tới = đạt mức
đứng ở tầm nào, tầm nào = đạt mức nào
điểm mặt, nhắc tên, kể tới = gồm
thước đo, cái thước đo = chỉ số
sức cạnh tranh, sức đua = năng lực cạnh tranh
lòng dân, dân ưng, bà con ưng, dân ưng bụng = hài lòng của người dân
lọt tốp, lọt top, nằm tốp, lọt nhóm = thuộc nhóm dẫn đầu; dẫn đầu
toàn quốc, khắp nước, cả xứ = cả nước
con đường lớn, đường lớn, con đường mới, đường mới, xa lộ, con lộ lớn = cao tốc
xe chạy được, cho xe chạy, xe chạy, chạy xe được, xe lăn bánh = thông xe
động thổ, bắt đầu xây, bắt đầu làm, cuốc nhát đầu tiên = khởi công
làm xong, xây xong, hoàn tất, xong xuôi = hoàn thành
chặng, khúc, khúc đường, khúc cao tốc = đoạn
thời tiết xấu, trời xấu, mưa gió = mưa; thời tiết
làm chậm, bị trễ, trễ hẹn, trễ nải, lỡ hẹn = chậm; lùi
mất mấy tiếng, mấy tiếng, bao nhiêu tiếng, mấy tiếng đồng hồ, đi mất bao lâu = thời gian đi mấy giờ; thời gian
chạy mất bao lâu = thời gian đi mấy giờ; thời gian
bến tàu = cảng
phi trường = sân bay
xe lửa = đường sắt
đất mũi, xứ cà mau = Cà Mau
tây đô, xứ tây đô = Cần Thơ
sài gòn, sài thành = Thành phố Hồ Chí Minh; TP.HCM
miền tây, miệt vườn, xứ miền tây, cả miền tây = Đồng bằng sông Cửu Long
gom ba nơi làm một, gom làm một, nhập làm một, về một nhà, về chung một nhà, về chung nhà, gom lại = sáp nhập
nhập chung, nhập vô, nhập vào, nhập về = sáp nhập
làng xã, xóm ấp = xã, phường; xã
làng xã, phố thị, làng xã phố thị, xóm làng phố thị = xã, phường, thị trấn
khổ đất, khổ đất lớn chừng nào, đất rộng, đất rộng nhiêu, lớn chừng nào, rộng cỡ nào = diện tích; rộng bao nhiêu
rộng chừng nào = diện tích; rộng bao nhiêu
nội ô, trong nội ô = nội thị; nội thành
chừa, được chừa, để dành, dành ra = quy hoạch; dành
mọc lên, sắp mọc lên, dựng lên = xây dựng; thành lập
lần chót, bản thảo lần chót, bản chót = cuối kỳ; cuối cùng
chưa viết xong, còn sót, còn thiếu, chưa xong = chưa hoàn thành; chưa
dày cỡ mấy trang, dày mấy trang, dày bao nhiêu trang, cỡ mấy trang = dài bao nhiêu trang
đính kèm, kẹp theo = kèm theo
mẫu tây = ha
chừng nào = khi nào
giúp địa phương = phối hợp với tỉnh
ở đây, ở xứ này, xứ này = ở tỉnh
khắp tỉnh = toàn tỉnh
địa phương = tỉnh
trễ tràng = chậm tiến độ
rác rưởi, rác = chất thải; rác thải
nước bẩn, nước dơ = nước thải
khói bụi = ô nhiễm
nhà cho người nghèo, nhà giá rẻ = nhà ở xã hội
bầu bán = bầu cử
họp hành, cuộc họp lớn = hội nghị
ký tá = ký
rời ghế, thôi ghế, mất ghế = thôi giữ chức
lên ghế, ngồi ghế, nhận ghế = giữ chức
cất nhắc, đề bạt, đưa lên ghế, lên chức = bổ nhiệm
chọn người, lựa người, kén người = tuyển chọn; tuyển dụng
đối đãi, trả công, giữ chân người tài = đãi ngộ
làm thử, thử nghiệm, chạy thử = thí điểm
đầu não, nòng cốt, chóp bu = chủ chốt
dàn cán bộ, đám cán bộ, lực lượng cán bộ = đội ngũ cán bộ
đức độ, tư cách, nhân cách, đạo hạnh = phẩm chất đạo đức; đạo đức
tài cán, tài năng, tay nghề, khả năng = năng lực; trình độ
đồng lòng, thuận lòng, một lòng = đồng thuận; đoàn kết
gắng sức, ra sức, dốc sức = nỗ lực
hoài bão, mộng lớn, tham vọng = khát vọng
ăn khớp, khớp nhau, đồng loạt = đồng bộ
đường sá, cầu đường, đường sá cầu cống, cầu cống = hạ tầng giao thông; giao thông
cơ ngơi, nền móng vật chất = cơ sở hạ tầng; hạ tầng
nút thắt, điểm kẹt, chỗ tắc = điểm nghẽn
nhìn ra, chỉ ra, thấy rõ = nhận diện
điểm sáng, nét nổi bật, chỗ hay, điểm nổi bật = điểm nhấn
đời sống bà con, miếng cơm manh áo, cuộc sống của dân, đời sống dân = đời sống vật chất, tinh thần; đời sống
chọn mặt gửi vàng, chọn chủ đầu tư, kén nhà đầu tư, lựa nhà đầu tư = lựa chọn nhà đầu tư
thước chọn, tiêu chuẩn chọn, điều kiện chọn = tiêu chí lựa chọn; tiêu chí
khu nhà xưởng, khu sản xuất = khu công nghiệp
nhảy hạng, lên hạng, leo hạng, thăng hạng, nhảy mấy bậc, leo mấy bậc = tăng bậc; thứ hạng
mấy nấc, bao nhiêu nấc = bao nhiêu bậc
xếp hạng, bảng xếp hạng = xếp hạng; thứ hạng
dân chấm điểm, dân đánh giá, lòng dân với chính quyền = hài lòng của người dân; hài lòng
nâng cấp, lên đời, đưa lên tầm mới = nâng tầm
hai con đường, hai trục, hai hành lang, hai tuyến đường = hai tuyến
ba phố, ba thị, ba thành thị = ba thành; ba trung tâm đô thị
bốn chân đỡ, bốn cột, bốn chân, bốn mũi = bốn trụ
cột trụ, chân đỡ, cây cột = trụ cột
làm nông = nông nghiệp
khách tham quan, khách chơi = du khách
bên thẩm định, hội đồng chấm, hội đồng xét = hội đồng thẩm định
gật đầu, chịu rồi, ưng thuận, bật đèn xanh, duyệt y = thông qua; phê duyệt
chờ duyệt, đợi duyệt, chờ gật đầu, nằm chờ = đang trình; trình
ông chủ chính phủ, người đứng đầu chính phủ = Thủ tướng Chính phủ; Thủ tướng
người đứng đầu tỉnh ủy, người đứng đầu đảng bộ = Bí thư Tỉnh ủy
người đứng đầu ủy ban, người đứng đầu chính quyền tỉnh = Chủ tịch UBND tỉnh; Chủ tịch Ủy ban nhân dân tỉnh
trung ương, trên trung ương = Trung ương
người chụp, tay máy, thợ chụp = ảnh
người viết, cây bút, ai chấp bút = tác giả
nơi đăng, đăng ở đâu, lấy từ đâu, lấy lại từ đâu = nguồn tin
nhập tỉnh, gộp tỉnh, gộp lại, gộp chung, gộp vào = sáp nhập
giải thể, xóa tên, mất tên, bị xóa tên = không còn; sáp nhập
đầu nhiệm kỳ, mở màn nhiệm kỳ = đầu nhiệm kỳ
nửa nhiệm kỳ, giữa chừng nhiệm kỳ, đi được nửa chặng = giữa nhiệm kỳ
chương trình hành động, kế sách = chương trình hành động; chương trình
sửa lại, chỉnh lại, bồi thêm, thêm vào = điều chỉnh, bổ sung; bổ sung
thay thế, thế chỗ = thay thế
chi bao nhiêu, xài bao nhiêu, tiêu bao nhiêu = kinh phí bao nhiêu; vốn bao nhiêu
lấp đầy, kín chỗ, đầy chỗ, kín đất = lấp đầy
cho thuê hết, thuê kín = tỷ lệ lấp đầy
giấy hứa, bản ghi nhớ, giấy ghi nhớ = biên bản ghi nhớ
giấy phép đầu tư, giấy chứng nhận = chứng nhận đầu tư
trao tay, đưa tận tay = trao
kim chỉ nam, đường hướng, phương hướng = định hướng
mục đích, để làm gì, nhắm tới, nhằm gì = mục tiêu; nhằm
tay nghề cao, giỏi nghề = chất lượng cao
đẻ ra, cho ra đời, cho ra lò, ra lò = ban hành
có hiệu lực, chạy từ ngày, áp dụng từ = có hiệu lực
dân cư, dân khẩu, số dân, đông dân cỡ nào, bao nhiêu miệng ăn = dân số
giáp ranh, kề, sát vách, chung ranh = giáp
thủ phủ, tỉnh lỵ, trung tâm tỉnh = trung tâm hành chính; tỉnh lỵ; trung tâm chính trị
kiếm được, làm ra = thu nhập; đạt
mở cửa, khai mạc, khai màn = khai mạc
bế mạc, hạ màn = bế mạc
diễn ra ở đâu, mở ở đâu, làm ở đâu = tổ chức tại
người dự, khách dự, dự khán = đại biểu
đảng viên, người của đảng = đảng viên
điện mặt trời, điện gió, điện sạch = năng lượng tái tạo
kho vận, vận chuyển hàng hóa, chuyển hàng = logistics
nhà băng = ngân hàng
vay nợ, tiền vay = tín dụng
mua bán với nước ngoài, bán ra nước ngoài = xuất khẩu
mua từ nước ngoài = nhập khẩu
thất nghiệp, không có việc làm = thất nghiệp
ngập lụt, lụt lội, nước dâng = ngập
xâm mặn, nước mặn = xâm nhập mặn
sạt bờ, lở đất, lở bờ = sạt lở
"""

_LONGEST = 8  # syllables of the longest phrase


@cache
def _thesaurus() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Spoken phrase, as its syllables -> written forms, most usual first."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in _TABLE.strip().splitlines():
        spoken, written = line.split(" = ")
        for phrase in spoken.split(", "):
            found.setdefault(tuple(syllables(phrase)), tuple(written.split("; ")))
    return found


@cache
def _without_diacritics() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The same for a question typed without diacritics: of two syllables or more, since single ones are many words."""
    return {tuple(map(fold, spoken)): written for spoken, written in _thesaurus().items() if len(spoken) > 1}


# Southern and colloquial words that mean the same in any question.
_SPOKEN = (
    (r"\bmấy (?:ổng|bả|ảnh|chỉ)\b", "họ"),
    (r"(?<!bao )\b(?:nhiêu|nhiu)\b", "bao nhiêu"),
    (r"\b(?:bữa|hôm|bữa hôm) nào\b", "ngày nào"),
    (r"\bhồi nào\b", "khi nào"),
    (r"\bcây số vuông\b", "km2"),
    (r"\bcây số\b", "km"),
    (r"\b(?:hông|hổng|hong|hok|hem)\b", "không"),
    (r"\bmần (?:ăn|việc)\b", "làm việc"),
    (r"\bsanh\b", "sinh"),
    (r"\b(?:dzậy|dậy|zậy|dzị|vầy|nghen|hén|hen|lận)\b(?=\W*$)", ""),
)


def plain(text: str) -> str:
    """`text`, a question with diacritics, without the southern words that any Vietnamese writes otherwise."""
    if all(fold(w) == w for w in syllables(text)):
        return text
    for spoken, written in _SPOKEN:
        text = re.sub(spoken, written, text, flags=re.IGNORECASE)
    return text


def reworded(question: Question, index: Index) -> Question:
    """`question` with its everyday words as the documents in `index` write them; the same when there are none."""
    if question.language != "vi":
        return question
    table = _thesaurus() if question.accented else _without_diacritics()
    words = [(m.start(), m.end(), key(m.group())) for m in re.finditer(r"[^\W_]+", question.text)]
    said: list[str] = []
    at, i = 0, 0
    while i < len(words):
        n, written = _longest(table, [w for _, _, w in words[i : i + _LONGEST]], index)
        if written:
            said += [question.text[at : words[i][0]], written]
            at = words[i + n - 1][1]
        i += n
    if not said:
        return question
    # a year that stands for "giữa thế kỷ" is no year that an answer must have
    return replace(understand("".join([*said, question.text[at:]])), numbers=question.numbers)


def _longest(table: Mapping[tuple[str, ...], tuple[str, ...]], words: Sequence[str], index: Index) -> tuple[int, str]:
    """How many of `words` the longest phrase takes that `index` knows a written form of, and that form; (1, "") for
    none."""
    for n in range(len(words), 0, -1):
        for written in table.get(tuple(words[:n]), ()):
            if _known(written, index):
                return n, written
    return 1, ""


def _known(written: str, index: Index) -> bool:
    """True when some passage has each pair of neighbouring syllables of `written`, or its only syllable."""
    frequency = index.lexical.frequency
    words = [syllables(run) for run in _ASKING.split(written)]
    return all(all(map(frequency, run)) and all(frequency(f"{a}_{b}") for a, b in pairwise(run)) for run in words)


_ASKING = re.compile(r", |\b(?:bao nhiêu|mấy|nào|thế nào|ngày nào|khi nào)\b")  # what asks need not stand anywhere
