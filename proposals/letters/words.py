"""Fixed words of the letters in both languages. English binds."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, translation

from portal import countries
from portal.deadline import zone_name, zoned
from proposals.resources import DATA, MASS, POWER, SLOTS, Resource

ZONES = {"Asia/Shanghai": "北京时间"}
RESOURCES = {MASS: "质量", POWER: "功率", DATA: "数据量", SLOTS: "载荷位"}
BASES = {
    "CBE": "当前最佳估计",
    "MEV": "最大预期值",
    "peak": "峰值",
    "sent": "下传",
    "modules": "模块",
}
GRADES = {
    "excellent": "优秀",
    "very good": "很好",
    "good": "较好",
    "weak": "较弱",
    "serious weaknesses": "严重不足",
}


def both(en: object, zh: object = "") -> dict[str, str]:
    """A fixed word in English and Chinese; with none in Chinese it is the same in both."""
    return {"en": str(en), "zh": str(zh)}


def day(value: date) -> dict[str, str]:
    """30 June 2027 · 2027年6月30日"""
    with translation.override("en"):
        en = formats.date_format(value, "j F Y")
    return both(en, f"{value.year}年{value.month}月{value.day}日")


def instant(at: datetime, zone: str) -> dict[str, str]:
    """As pages say it, in the zone of the call and in UTC; midnight ends the day before it."""
    with translation.override("en"):
        en = zoned(at, zone)
    return both(en, f"{_said(at, zone)}（{_said(at, 'UTC')}）")


def _said(at: datetime, zone: str) -> str:
    local = at.astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    clock, of = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}", local.date()
    if clock == "00:00" and zone != "UTC":
        clock, of = "24:00", of - timedelta(days=1)
    return f"{of.year}年{of.month}月{of.day}日 {clock} {ZONES.get(zone, zone_name(zone))}"


def resource(of: Resource) -> dict[str, str]:
    return both(of.label, RESOURCES[of])


def resource_on_its_basis(of: Resource) -> dict[str, str]:
    return both(f"{of.label}, {of.basis}", f"{RESOURCES[of]}（{BASES[str(of.basis)]}）")


def unit(of: Resource) -> str:
    """Slots are counted: their name is their unit."""
    return "" if of is SLOTS else str(of.unit)


def country(code: str | None) -> dict[str, str]:
    if not code:
        return both("international organisation", "国际组织")
    return both(countries.name(code, "en"), countries.name(code, "zh-hans"))


def grade(word: str) -> dict[str, str]:
    return both(word, GRADES.get(word, ""))


def listed(words: Iterable[str]) -> dict[str, str]:
    names = list(words)
    return both(", ".join(names), "、".join(names))
