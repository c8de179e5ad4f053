"""English words of public administration, planning and reports in Vietnamese, which the learned table lacks or knows
from news of sport and trade only: written by hand, from knowledge of both languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from index.text import syllables

_TABLE = """
scheme: đề án
programme: chương trình
program: chương trình
plan: quy hoạch, kế hoạch
planning: quy hoạch
master: tổng thể
resolution: nghị quyết
decision: quyết định
decree: nghị định
circular: thông tư
directive: chỉ thị
regulation: quy định
provision: quy định
document: văn bản
personnel: cán bộ, nhân sự
cadre: cán bộ
staff: cán bộ, nhân viên
official: cán bộ, quan chức
civil: công chức
workforce: nhân lực, lao động
manpower: nhân lực
payroll: biên chế
downsize: tinh giản
downsizing: tinh giản
streamline: tinh giản
streamlining: tinh giản
recruit: tuyển dụng
recruitment: tuyển dụng
appoint: bổ nhiệm
appointment: bổ nhiệm
talent: nhân tài
remuneration: đãi ngộ
pilot: thí điểm
adopt: ban hành, thông qua
issue: ban hành
approve: phê duyệt
approval: phê duyệt
appraisal: thẩm định
appraise: thẩm định
council: hội đồng
committee: ủy ban, ban chấp hành
secretary: bí thư
chairman: chủ tịch
minister: bộ trưởng
delegate: đại biểu
congress: đại hội
term: nhiệm kỳ
midterm: giữa nhiệm kỳ
breakthrough: đột phá
corridor: tuyến, hành lang
axis: tuyến, trục
route: tuyến
expressway: cao tốc
highway: cao tốc
motorway: cao tốc
pillar: trụ cột
hub: trung tâm
nucleus: trung tâm
town: thị xã, thị trấn
township: thị trấn
district: huyện
commune: xã
ward: phường
province: tỉnh
provincial: tỉnh
urban: đô thị
agriculture: nông nghiệp
tourism: du lịch
industry: công nghiệp
industrial: công nghiệp
park: khu công nghiệp
cluster: cụm
infrastructure: hạ tầng
institution: thể chế
mechanism: cơ chế
policy: chính sách
policies: chính sách
incentive: ưu đãi
preferential: ưu đãi
environment: môi trường
transparent: minh bạch
criteria: tiêu chí
criterion: tiêu chí
investor: nhà đầu tư
investment: đầu tư
promotion: xúc tiến
memorandum: ghi nhớ
memoranda: ghi nhớ
certificate: chứng nhận
fund: vốn
funding: vốn, kinh phí
capital: vốn
equity: vốn
budget: ngân sách
revenue: thu ngân sách
spending: chi
cost: chi phí, tổng mức đầu tư
percent: phần trăm
share: tỷ lệ, phần
index: chỉ số
indices: chỉ số
indicator: chỉ số
competitiveness: năng lực cạnh tranh
satisfaction: hài lòng
reform: cải cách
administrative: hành chính
administration: hành chính
digital: số, chuyển đổi số
transformation: chuyển đổi
rank: xếp hạng, hạng
ranking: thứ hạng, xếp hạng
score: điểm
place: bậc
rise: tăng
grow: tăng, tăng trưởng
faster: tăng
growth: tăng trưởng, động lực
economy: kinh tế
decline: giảm
drop: giảm
fall: giảm
enterprise: doanh nghiệp
business: doanh nghiệp
businesses: doanh nghiệp
entrepreneur: doanh nhân
cooperative: hợp tác xã
quarterly: hàng quý
monthly: hàng tháng
annual: hàng năm
dialogue: đối thoại
coffee: cà phê
merge: sáp nhập
merger: sáp nhập
vision: tầm nhìn
strategy: chiến lược
orientation: định hướng
objective: mục tiêu
target: mục tiêu
goal: mục tiêu
strength: điểm mạnh
weakness: điểm yếu
opportunity: cơ hội
opportunities: cơ hội
challenge: thách thức
bottleneck: điểm nghẽn
spiral: vòng xoáy
highlight: điểm nhấn
slogan: chủ đề, khẩu hiệu
motto: phương châm
theme: chủ đề
photo: ảnh
photograph: ảnh
photographer: ảnh
caption: ảnh
author: tác giả
write: tác giả, viết
wrote: tác giả, viết
source: nguồn
unveil: công bố
unveiling: công bố
announce: công bố
population: dân số
inhabitant: dân số
area: diện tích
open: thông xe, khai mạc
traffic: thông xe
inaugurate: thông xe, khánh thành
occupancy: lấp đầy
worker: công nhân
poverty: nghèo
household: hộ
health: y tế
education: giáo dục
ecological: sinh thái
smart: thông minh
modern: hiện đại
quality: chất lượng
sustainable: bền vững
member: đảng viên, thành viên
length: dài
kilometre: km
kilometer: km
hectare: ha
lead: lãnh đạo
leader: lãnh đạo
leadership: lãnh đạo
ethics: đạo đức
task: nhiệm vụ
duty: nhiệm vụ
centre: trung tâm
center: trung tâm
upgrade: nâng tầm, nâng cấp
priority: ưu tiên
prioritise: ưu tiên
prioritize: ưu tiên
replace: thay thế
amend: bổ sung, sửa đổi
supplement: bổ sung
implement: thực hiện, triển khai
submit: trình
await: trình
authorities: chính quyền, cơ quan
department: sở
board: ban
chairperson: chủ tịch
chairwoman: chủ tịch
chair: chủ tịch, chủ trì
premier: thủ tướng
deputies: đại biểu
union: công đoàn, hội
jurisdiction: thẩm quyền
mandate: nhiệm kỳ, nhiệm vụ
successor: kế nhiệm, thay
resign: từ chức, thôi giữ chức
dismiss: miễn nhiệm, cách chức
assign: phân công, chỉ định
nominate: giới thiệu, chỉ định
designate: chỉ định
elect: bầu
ballot: phiếu bầu
act: luật
clause: khoản
paragraph: đoạn, khoản
section: mục, đoạn
annex: phụ lục
appendix: phụ lục
propose: đề xuất
guideline: hướng dẫn
instruction: hướng dẫn, chỉ đạo
instruct: chỉ đạo
direct: chỉ đạo
publish: đăng, công bố
promulgate: ban hành
enact: ban hành
sign: ký
signature: ký
signatory: ký
effect: hiệu lực
expire: hết hiệu lực
revise: sửa đổi
procedure: thủ tục
inspection: thanh tra, kiểm tra
inspect: kiểm tra, thanh tra
penalty: xử phạt
municipality: thành phố
region: vùng
regional: vùng
locality: địa phương
border: giáp, ranh giới
adjacent: giáp
neighbour: giáp
neighbor: giáp
southern: nam
delta: đồng bằng
mekong: sông cửu long
canal: kênh
seaport: cảng biển
nationwide: cả nước
suburb: ngoại thành
inner: nội thành
urbanisation: đô thị hóa
urbanization: đô thị hóa
divide: chia tách
unite: hợp nhất
consolidate: hợp nhất, sáp nhập
amalgamate: hợp nhất, sáp nhập
dissolve: giải thể
rearrange: sắp xếp
rearrangement: sắp xếp
reorganise: sắp xếp
reorganisation: sắp xếp
establish: thành lập
resident: dân, người dân
populous: dân số
populated: dân số
born: sinh
labourer: lao động
employ: việc làm, sử dụng
train: đào tạo
training: đào tạo
competence: năng lực
qualification: trình độ
key: trọng tâm, chủ chốt
spearhead: mũi nhọn
output: sản lượng
size: quy mô, diện tích
fee: phí
subsidy: hỗ trợ
collection: thu
expenditure: chi
spend: chi
disburse: giải ngân
structure: cơ cấu
domestic: trong nước
tender: đấu thầu
award: trao
grant: trao, cấp
obstacle: vướng mắc, điểm nghẽn
fulfil: hoàn thành
fulfill: hoàn thành
proportion: tỷ trọng, tỷ lệ
portion: phần
bridge: cầu
stretch: đoạn
segment: đoạn
construct: xây dựng
groundbreaking: khởi công
commence: khởi công
operation: vận hành, khai thác
delay: chậm, lùi
postpone: lùi, dời
reschedule: dời
schedule: tiến độ, kế hoạch
width: rộng
height: cao
locate: nằm, đặt
housing: nhà ở
resettlement: tái định cư
clearance: giải phóng mặt bằng
occupy: lấp đầy
occupied: lấp đầy
infrastructural: hạ tầng
gauge: đo
accountability: trách nhiệm
rice: lúa
paddy: lúa
fishery: thủy sản
irrigation: thủy lợi
erosion: sạt lở
pupil: học sinh
universities: đại học
college: cao đẳng
literacy: biết chữ
visitor: du khách, khách
police: công an
happen: diễn ra, sự kiện
hold: tổ chức, diễn ra
organise: tổ chức
organize: tổ chức
organiser: tổ chức
host: tổ chức, chủ trì
preside: chủ trì
participant: đại biểu, tham dự
speech: phát biểu
newspaper: báo
picture: ảnh
title: tựa đề, tiêu đề
launch: công bố, khởi động
thousand: nghìn
purpose: mục tiêu, nhằm
aim: mục tiêu, nhằm
reason: lý do, nguyên nhân
function: chức năng
requirement: yêu cầu, tiêu chí
condition: điều kiện
category: loại
people: người, dân
live: dân, sống
"""


@cache
def glossary() -> Mapping[str, Mapping[str, float]]:
    """English word -> {Vietnamese search term: share}: of a word of two syllables their pair, the shares equal."""
    found: dict[str, Mapping[str, float]] = {}
    for line in _TABLE.strip().splitlines():
        word, _, written = line.partition(": ")
        said = [term for one in written.split(", ") for term in _terms(syllables(one))]
        found[word] = dict.fromkeys(said, 1 / len(said))
    return found


def _terms(words: list[str]) -> list[str]:
    return [f"{a}_{b}" for a, b in pairwise(words)] or words
