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
quan chức tỉnh, sếp tỉnh = lãnh đạo tỉnh
giới chủ, ông chủ, chủ hãng, giới làm ăn, dân làm ăn = doanh nghiệp; doanh nhân
người làm ăn = doanh nghiệp; doanh nhân
giới kinh doanh, dân kinh doanh, nhà buôn, con buôn, hãng, hãng xưởng, ông lớn = doanh nghiệp; doanh nhân
người có tiền, người bỏ tiền, người bỏ vốn, người rót vốn, kẻ có vốn, đại gia = nhà đầu tư
tay thợ, thợ thuyền, nhân công, người làm thuê, người đi làm = công nhân; lao động
người làm việc nhà nước, người nhà nước, người ăn lương nhà nước, dân công sở = cán bộ, công chức; cán bộ
công chức trẻ, lớp trẻ, tụi trẻ, mấy đứa trẻ = cán bộ trẻ; thanh niên
người trẻ, dân trẻ = cán bộ trẻ; thanh niên
người giỏi, người tài, dân giỏi = nhân tài; nhân lực chất lượng cao
giỏi giang, tài giỏi = nhân tài
vô làm, nhận vô làm, nhận vào làm, tuyển người, lấy người, kiếm người = tuyển dụng
bớt người, cắt người, giảm người, cắt giảm nhân sự, cho nghỉ bớt = tinh giản biên chế
nhân sự = nguồn nhân lực; cán bộ
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
nhóm giúp dân, nhóm giúp bà con, nhóm giúp người dân, đội giúp dân = tổ cộng đồng
đường truyền, thiết bị = hạ tầng số; hạ tầng
bớt giấy tờ, bớt thủ tục, bớt rườm rà = cải cách hành chính
giấy tờ hành chính, làm giấy tờ, chạy giấy tờ = thủ tục hành chính
giấy tờ, loại giấy tờ, công văn giấy tờ, văn kiện = văn bản
luật lệ, phép tắc, luật chơi = cơ chế, chính sách; quy định
ưu ái, nâng đỡ, o bế = ưu đãi
sân chơi = môi trường đầu tư, kinh doanh; môi trường
làm ăn, mần ăn, buôn bán = kinh doanh
rót vốn, bỏ vốn, đổ vốn, rót tiền, đổ tiền, bỏ tiền, xuống tiền = đầu tư
gọi vốn, kêu vốn, mời gọi vốn, kéo vốn, dịp gọi vốn, mời làm ăn = xúc tiến đầu tư; thu hút đầu tư
xem đất, xem chỗ, coi đất, coi chỗ, xem tận nơi, dòm đất, xem tận mắt, đi coi = khảo sát, tìm hiểu; khảo sát
nước khác, nước bạn, bên tây, ngoại quốc, xứ người, xứ ngoài = ngoài nước; nước ngoài
trong xứ, xứ mình = trong nước
hứa, hứa hẹn = tạo lập; cam kết
ngồi trò chuyện, ngồi nói chuyện, trò chuyện, chuyện trò, ngồi lại = gặp gỡ, đối thoại; gặp gỡ
mấy tháng một lần, bao lâu một lần, mỗi lần cách bao lâu = hàng quý, hàng tháng; hàng quý; hàng tháng; hàng năm
mấy bữa một lần, bao lâu lại = hàng quý, hàng tháng; hàng quý; hàng tháng; hàng năm
bao lâu thì = hàng quý, hàng tháng; hàng quý; hàng tháng; hàng năm
bắt tay, làm chung, hợp sức, chung tay, cùng làm = phối hợp
két nhà nước, túi tiền nhà nước, ngân khố, hầu bao nhà nước = ngân sách nhà nước; ngân sách
gom vào, gom được, thu về = thu
tốn kém bao nhiêu, ngốn bao nhiêu, ngốn bao nhiêu tiền = tổng mức đầu tư bao nhiêu tỷ đồng; kinh phí bao nhiêu
chừng nào tiền = tổng mức đầu tư bao nhiêu tỷ đồng; kinh phí bao nhiêu
miếng bánh, chiếc bánh, của cải làm ra = GRDP; tổng sản phẩm; cơ cấu kinh tế
tài sản làm ra = GRDP; tổng sản phẩm; cơ cấu kinh tế
chiếm phần lớn nhất, phần lớn nhất, ăn phần lớn = tỷ trọng
mỗi đầu người làm ra, mỗi người làm ra, tính theo đầu người = bình quân đầu người
lớn nhanh, phình ra, phất lên, ăn nên làm ra = tăng trưởng
mảng, mảng miếng = lĩnh vực; ngành
lương bổng = tiền lương
thuế má = thuế
nhà máy, xí nghiệp, xưởng, công xưởng = công nghiệp
cụm nhà máy, chỗ đặt nhà máy, khu nhà máy, khu xưởng = khu công nghiệp; cụm công nghiệp
phố xá, phố thị, phố phường, chuyện phố xá = đô thị
ruộng vườn, ruộng đồng, đồng ruộng, trồng trọt, làm ruộng, cày cấy = nông nghiệp
vườn tược, trái cây = cây ăn trái
cá tôm, tôm cá = thủy sản
đi chơi, tham quan, du ngoạn, chuyện đi chơi = du lịch
chợ búa, bán buôn = thương mại
đầu tàu, đầu máy, đầu mối, hạt nhân, tâm điểm = trung tâm; động lực
kỳ vọng thành, trông chờ trở thành, trông đợi thành, mong thành = phát triển trở thành; trở thành
gánh nổi việc, kham nổi, gánh nổi = đáp ứng yêu cầu nhiệm vụ; đáp ứng yêu cầu
trông chờ = yêu cầu
vạch lộ trình, vạch đường, vạch đường đi, vạch lối = xây dựng chiến lược; chiến lược phát triển; định hướng
đường đi nước bước = xây dựng chiến lược; chiến lược phát triển; định hướng
tính đường dài = xây dựng chiến lược; chiến lược phát triển; định hướng
hoạch định = quy hoạch
dài hơi, đường dài, lâu dài về sau = dài hạn; tầm nhìn
nhìn xa, trông xa, ngó xa = tầm nhìn
giữa thế kỷ này, giữa thế kỷ, giữa thế kỷ 21 = năm 2050
cuối thập niên, cuối thập niên này, hết thập niên, hết thập niên này, hết thập kỷ này, cuối thập kỷ = năm 2030
ở khâu nào, tới khâu nào, nằm ở đâu rồi, tới bước nào, ở bước nào = trình, phê duyệt, thông qua
đi tới bước nào = trình, phê duyệt, thông qua
làm tới đâu, đi tới đâu, tới đâu rồi, làm đến đâu, đi đến đâu = triển khai thực hiện thế nào
tụt hậu, ngày một tụt hậu, đi lùi, sa sút, càng lúc càng tệ, ngày càng tệ, tệ dần, đi thụt lùi = đi xuống; tụt hậu
luẩn quẩn, vòng luẩn quẩn = vòng xoáy
thoát ra, gỡ ra = thoát khỏi
mổ xẻ = phân tích, đánh giá; phân tích
mặt mạnh, chỗ mạnh = điểm mạnh
mặt yếu, chỗ yếu = điểm yếu
chỗ nghẽn, chỗ kẹt, chỗ vướng = điểm nghẽn
cú hích, đòn bẩy, cái đà = động lực; đột phá
ước mơ, mơ ước, giấc mơ = khát vọng
vươn lên, đi lên, ngóc đầu lên = phát triển
khẩu hiệu, câu khẩu hiệu, câu chào = chủ đề; khẩu hiệu; phương châm
giật tít, đặt tít, cái tít, tựa bài, tít = tiêu đề; nhan đề
xốc lại, vực dậy, chấn chỉnh = nâng cao chất lượng; nâng cao
làng nhàng, tầm tầm = trung bình
leo tới đâu, leo lên đâu, leo lên hạng, leo tới = đạt mức
tầm nào = đạt mức nào
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
gom làm một, nhập làm một, về một nhà, về chung một nhà, về chung nhà, gom lại = sáp nhập
nhập chung, nhập vô, nhập vào, nhập về = sáp nhập
làng xã, xóm ấp = xã, phường; xã
đất rộng, đất rộng nhiêu, lớn chừng nào, rộng cỡ nào = diện tích; rộng bao nhiêu
rộng chừng nào = diện tích; rộng bao nhiêu
nội ô, trong nội ô = nội thị; nội thành
chừa, để dành, dành ra = quy hoạch; dành
mọc lên, dựng lên = xây dựng; thành lập
lần chót = cuối kỳ; cuối cùng
còn thiếu, chưa xong = chưa hoàn thành; chưa
dày mấy trang, dày bao nhiêu trang = dài bao nhiêu trang
đính kèm, kẹp theo = kèm theo
mẫu tây = ha
chừng nào = khi nào
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
vừa lòng, vừa bụng, vừa ý, ưng ý, ưng bụng, bằng lòng, mãn nguyện, hả dạ = hài lòng
cung cách phục vụ, cung cách làm việc, cách làm việc của cán bộ, thái độ phục vụ = sự phục vụ; phục vụ
công sở, cơ quan nhà nước, cửa công, nhà nước = cơ quan hành chính nhà nước; cơ quan nhà nước
ít người ở, thưa người, thưa dân, thưa thớt, vắng người, ít người nhất, ít dân cư = ít dân; dân số
đông người, đông dân, đông đúc, nhiều người ở = dân số; đông dân
bao nhiêu nhân khẩu, mấy người ở, bao nhiêu người ở, bao nhiêu người sinh sống = dân số bao nhiêu
người trong tuổi làm việc, người đang đi làm, lực lượng làm việc = lao động đang làm việc; lao động
miền nam = Nam Bộ
miền bắc, ngoài bắc = Bắc Bộ; miền Bắc
vùng sông nước, vùng châu thổ, xứ sông nước, đồng bằng miền tây, vùng miền tây = Đồng bằng sông Cửu Long
thủ đô = Hà Nội
thị tứ, chốn thị thành, nơi phố thị, thành thị, khu phố, khu dân cư, chốn phố phường = đô thị
ba nơi, ba chốn, ba chỗ, ba điểm = ba trung tâm; ba thành
lên phố, thành phố hóa, tỷ lệ dân phố, dân ở phố, dân thành thị = đô thị hóa
lên thành phố, thành thành phố, được lên thành phố = trở thành thành phố
nhà quê, miệt quê, thôn quê, làng quê, vùng quê = nông thôn
làng xóm, xóm làng, thôn ấp, buôn làng, chòm xóm, làng nào, xóm nào = xã, phường, thị trấn; xã, phường; xã
cái ăn cái mặc, ăn mặc, cơm áo, cơm áo gạo tiền, đời sống hằng ngày, chuyện ăn ở = đời sống vật chất
vui chơi, giải trí, vui chơi giải trí, đời sống tinh thần = văn hóa, xã hội; tinh thần; văn hóa
việc cốt lõi, việc chính, việc lớn, việc then chốt, việc trọng yếu, điều cốt lõi = trọng tâm; nhiệm vụ trọng tâm
bước ngoặt, mũi đột phá, mũi nhọn, khâu then chốt, việc đột phá = đột phá; nhiệm vụ đột phá
khách phương xa, người phương xa, khách thập phương, người nơi khác, khách nơi khác = nhà đầu tư; du khách
ôm tiền, mang tiền, đem tiền, mang vốn, đem vốn = đầu tư
dò cơ hội, tìm cơ hội, thăm dò, tìm đường làm ăn, tìm mối = khảo sát, tìm hiểu; tìm hiểu; khảo sát
dịp, dịp nào, sự kiện, sự kiện nào = hội nghị; hội nghị nào
tiền túi, tiền mình, tiền riêng, vốn của mình, vốn tự có, vốn riêng, tiền của mình = vốn chủ sở hữu
vốn liếng, tiền vốn, đồng vốn = vốn
mọi nguồn, đủ nguồn, tất cả các nguồn, cả tư lẫn công = toàn xã hội
ít nhất mấy phần, tối thiểu mấy phần, mấy phần trăm, bao nhiêu phần = tối thiểu bao nhiêu; tỷ lệ bao nhiêu
nền móng, phần nền, cơ sở ban đầu = hạ tầng; cơ sở
dựng nền móng, làm hạ tầng, xây hạ tầng = hạ tầng; đầu tư hạ tầng
xài mạng, dùng mạng, chỉ dùng mạng, bày cách dùng mạng, rành công nghệ, dùng điện thoại thông minh = công nghệ số
nhóm công nghệ, đội công nghệ, nhóm chỉ dẫn, nhóm hướng dẫn, nhóm hỗ trợ, đội hỗ trợ = tổ công nghệ; tổ cộng đồng
xài, sài = dùng; sử dụng
mạng, mạng mẽo = công nghệ thông tin; internet; mạng
làm qua mạng, nộp qua mạng, nộp hồ sơ qua mạng, làm giấy tờ qua mạng = dịch vụ công trực tuyến; trực tuyến
tập giấy, xấp giấy, cuốn, bộ giấy tờ, tập tài liệu, cuốn tài liệu = báo cáo; văn bản
tóm gọn, rút gọn, bản rút gọn, bản ngắn = tóm tắt
tấm vẽ, bản vẽ, tấm bản vẽ, hình vẽ = bản đồ
dày mỏng ra sao, dày mỏng thế nào, dày cỡ nào, dày bao nhiêu, mấy trang = dài bao nhiêu trang
hướng đi, đường đi, lối đi, hướng đi tới = định hướng; quy hoạch
đặt tên, đặt cho cái tên, cái tên gì, gọi bằng tên gì, mang tên gì = gọi là; tên
mắc kẹt, kẹt trong, sa vào, rơi vào, lâm vào = thoát khỏi; vòng xoáy
tệ hơn, càng tệ, xấu đi, xuống dốc, tuột dốc, tụt dốc, đi xuống dốc, xuống cấp = đi xuống
vướng víu, rào cản, vật cản, chướng ngại, cái khó = điểm nghẽn; khó khăn
cái lợi, lợi điểm, chỗ mạnh yếu, ưu điểm, ưu thế = điểm mạnh; lợi thế
nhược điểm, khuyết điểm, hạn chế, chỗ dở = điểm yếu; hạn chế
vận hội, thời vận, dịp may, cơ may = cơ hội; thời cơ
mối nguy, trở lực, gian nan, cái khó trước mắt = thách thức
người lãnh đạo, người cầm trịch, người cầm lái, ban lãnh đạo, dàn lãnh đạo = lãnh đạo
người cầm đầu, người đứng đầu, ai đứng đầu, trưởng tỉnh, lãnh đạo cao nhất = Bí thư; Chủ tịch
chủ tịch tỉnh = Chủ tịch UBND tỉnh; Chủ tịch Ủy ban nhân dân tỉnh
chủ tịch thành phố = Chủ tịch Ủy ban nhân dân thành phố
ông phó thủ tướng, vị phó thủ tướng = Phó Thủ tướng
lên thay, ngồi thế, kế nhiệm, thế chân, thay chân, nối chân = chỉ định làm; giữ chức
về coi sóc, coi sóc, trông coi, cai quản, chăm lo, quán xuyến = lãnh đạo; quản lý; làm Bí thư
thuyên chuyển, đổi chỗ, chuyển công tác, chuyển đi đâu, điều đi = điều; chuyển làm
chuẩn thuận, chấp thuận, ưng cho, đồng ý cho = chuẩn y; phê duyệt
được bầu lại, tái cử, trúng cử lại = bầu lại
quê quán, năm sanh, tuổi tác, bao nhiêu tuổi, mấy tuổi = sinh năm
chữ ký, đặt bút, hạ bút, đặt bút ký, hạ bút ký = ký
ấn định, đặt ra, đề ra, đưa ra, vạch ra, định ra = đặt mục tiêu; đề ra
ra mắt, trình làng, trình diện, công khai, cho dân biết = công bố
bắt đầu có hiệu lực, bắt đầu áp dụng, đi vào hiệu lực, có giá trị từ = có hiệu lực
bãi bỏ, hủy, hủy bỏ, thôi áp dụng = bãi bỏ; hết hiệu lực
bản nháp, bản thảo, bản tạm, bản chưa chính thức = dự thảo
phép tính, cách tính, tính toán = phương án; phương pháp
kế sách lâu dài, kế hoạch lâu dài, tính chuyện lâu dài = chiến lược; quy hoạch
chừng nào mới, bao lâu nữa, bao giờ mới, hồi nào mới, khi nào mới = dự kiến khi nào; khi nào
chạy êm, chạy được, chạy thông, đi lại được, lưu thông, xe chạy thông, dùng được = khai thác; thông xe; hoàn thành
làm xong hết, xong hết, xong toàn bộ, kết thúc xây dựng = hoàn thành
lộ, cái lộ, con lộ, lộ lớn, lộ mới, quốc lộ mới, đường lộ = cao tốc; đường
mở đường, làm đường, xây đường, đắp đường = cao tốc; giao thông
xe cộ, chạy xe, đi xe, lái xe, lái xe mất = thời gian đi; đi
dài ngắn, dài cỡ nào, dài nhiêu, bao xa, xa bao nhiêu = dài bao nhiêu km
to cỡ nào, to chừng nào, bự cỡ nào, bự chừng nào, rộng lớn cỡ nào, bao lớn, lớn cỡ nào = rộng bao nhiêu; diện tích
mẫu đất, công đất, bao nhiêu mẫu, mấy mẫu = ha
đất đai, quỹ đất, đất làm nhà máy = đất khu công nghiệp; quỹ đất
xí nghiệp mới, nhà máy mới, khu nhà máy mới = khu công nghiệp
người làm thợ, thợ, cần bao nhiêu thợ, công ăn việc làm, việc làm = công nhân; lao động
hết chỗ, còn chỗ, chỗ trống, đầy kín, kín hết, phủ kín = lấp đầy
nằm sát, sát bên, sát cạnh, kế bên, bên cạnh, chung đường ranh, đụng ranh, giáp với đâu = giáp
bờ cõi, đường ranh, ranh đất, ranh tỉnh = ranh giới
mé bắc, hướng bắc, mạn bắc = phía bắc
mé nam, hướng nam, mạn nam = phía nam
mé đông, hướng đông, mạn đông = phía đông
mé tây, hướng tây, mạn tây = phía tây
tách ra, chia ra, ra riêng, chia tỉnh, tách tỉnh, đứng riêng, còn đứng riêng = tách ra; trước khi sáp nhập; tỉnh riêng
nhập lại, gom chung, về chung, về với, sáp vô, gộp vô, dồn lại, nhập ba = sáp nhập; hợp nhất
mất tên trên bản đồ, không còn nữa, biến mất, xóa sổ = không còn; sáp nhập
tên cũ, giữ tên, còn tên, giữ được tên, tên còn giữ = tên; giữ lại
mấy huyện, bao nhiêu huyện, quận huyện, huyện thị = đơn vị hành chính cấp huyện; cấp huyện
mấy xã, bao nhiêu xã, xã phường = đơn vị hành chính cấp xã; cấp xã; xã, phường
thứ bậc, đứng thứ mấy, hạng mấy, xếp mấy, đứng hạng mấy, vị trí thứ mấy = xếp hạng; thứ hạng; đứng thứ
vọt lên, tăng vọt, nhảy vọt, bật lên, vươn lên hạng, leo lên = tăng
rớt hạng, tuột hạng, tụt xuống, rớt xuống = giảm; tụt
nhanh nhất nước, đứng nhất, số một, hạng nhất, đầu bảng, quán quân, đi đầu = đứng đầu; dẫn đầu
đội sổ, bét bảng, cuối bảng, chót bảng = thấp nhất; cuối
khấm khá, khá giả, sung túc, dư dả, giàu lên = mức khá; thu nhập
làm ra bao nhiêu, mỗi người kiếm, mỗi người được bao nhiêu = bình quân đầu người bao nhiêu
kinh tế lớn cỡ nào, nền kinh tế lớn, cái bánh kinh tế, tổng tài sản làm ra = quy mô kinh tế; GRDP
tăng nhanh cỡ nào, lớn nhanh cỡ nào, phát triển nhanh cỡ nào, tăng bao nhiêu phần trăm = tăng trưởng bao nhiêu
tiền thu thuế, tiền vô ngân sách, tiền thu được, thu được bao nhiêu = thu ngân sách; thu ngân sách bao nhiêu
giao kèo, giấy giao kèo, giấy cam kết, giấy hẹn, văn bản hứa hẹn = biên bản ghi nhớ
giấy tờ đầu tư, giấy chứng, tờ chứng nhận = giấy chứng nhận đầu tư; chứng nhận đầu tư
đối thoại, gặp mặt, gặp nhau, hỏi han, giãi bày = gặp gỡ, đối thoại
buổi cà phê = cà phê doanh nhân; Càfe doanh nhân
ba tháng một lần, mỗi quý, từng quý, quý nào cũng = hàng quý
mỗi tháng, tháng nào cũng, từng tháng = hàng tháng
thường xuyên, đều đặn, định kỳ, bao lâu gặp = định kỳ; hàng quý
trường, trường bên tây, trường ngoại, đại học mỹ = trường đại học; đại học
chữa bệnh, khám bệnh, chữa trị, thuốc men = y tế; bệnh viện
con chữ, dạy dỗ, dạy học, trường lớp = giáo dục
lúa gạo, ruộng lúa, hạt gạo, mùa lúa = lúa
vườn cây, vườn trái cây, cây trái = cây ăn trái
nuôi cá, nuôi tôm, ao cá, vuông tôm = thủy sản; nuôi trồng thủy sản
nước phèn, nước lợ = xâm nhập mặn; mặn
dịch bệnh, dịch giã = dịch
sạch sẽ, xanh sạch đẹp, cây xanh = môi trường; xanh
vườn sinh thái, thuận tự nhiên, không hóa chất = sinh thái
tân tiến, hiện đại hóa, đời mới = hiện đại
khôn, đô thị khôn = thông minh
bán chữ, bài viết, bài trên mạng, tin bài, bài trên báo = bài báo; bài
bấm máy, chụp hình, tấm hình, bức hình, hình chụp, tấm ảnh, ai bấm máy = ảnh; chụp
ngòi bút, người cầm bút, ký giả, nhà báo, người đứng tên bài = tác giả
vừa qua, mới đây, gần đây = mới
thời trước, ngày trước, hồi xưa, thuở trước, năm xưa = trước đây; cũ
bây giờ, hiện thời, lúc này, giờ này, ngày nay = hiện nay
quý vừa rồi, nửa năm đầu, nửa đầu năm, sáu tháng đầu, 6 tháng đầu = 6 tháng đầu năm
nguyên năm, trọn năm, suốt năm = cả năm
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


_SPELLED = {"1": "một", "2": "hai", "3": "ba", "4": "bốn", "5": "năm", "6": "sáu", "7": "bảy", "8": "tám", "9": "chín"}


def spelled(question: Question, index: Index) -> Question:
    """`question` with "4 trụ" as "bốn trụ" where the documents in `index` write it so more often."""
    if question.language != "vi":
        return question
    known = index.lexical.frequency

    def written(found: re.Match[str]) -> str:
        before = question.text[: found.start()]
        if _NUMBERED.search(key(before)) or any(w != w.lower() for w in before.split()[1:][-1:]):
            return found[0]  # "quý 3", "Sông Hậu 2": no number of things
        thing = key(found[2])
        word, mark = _SPELLED[found[1]], "" if question.accented else "~"
        said, figure = (
            known(f"{mark}{fold(n) if mark else n}_{fold(thing) if mark else thing}") for n in (word, found[1])
        )
        return f"{word if question.accented else fold(word)} {found[2]}" if said > figure else found[0]

    text = _FIGURE.sub(written, question.text)
    return question if text == question.text else replace(understand(text), numbers=question.numbers)


_FIGURE = re.compile(r"(?<![\w.,/“\"-])([1-9])\s+([^\W\d_]+)")
_NUMBERED = re.compile(
    r"\b(?:qu[ýí]|tháng|ngày|năm|số|khoản|điều|điểm|hạng|thứ|loại|cấp|khóa|lớp|đợt|quy|thang|so|khoan|dieu)\s+$"
)


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
