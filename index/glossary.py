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
