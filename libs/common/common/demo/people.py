"""Plainly invented visitors: valid check characters, order codes 960 to 999, telephone numbers 13x-0000-xxxx."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from common.civil.document import check_character

SURNAMES = "甄贾吾虞乌有言午木子弓长立早"
GIVEN = ("试一", "试二", "演示", "样本", "例子", "甲乙", "丙丁", "戊己", "庚辛", "壬癸", "子丑", "寅卯", "辰巳", "午未")
COUNTIES = ("230103", "220102", "210102", "370102", "410102")
PURPOSES = ("养老保险", "医保报销", "失业登记", "社保卡", "工伤认定", "退休手续")
OLDEST = date(1946, 1, 1)
BIRTHDAYS = 365 * 55


@dataclass(frozen=True)
class Visitor:
    """An invented visitor."""

    name: str
    document_number: str
    phone: str
    purpose: str

    def as_person(self) -> dict[str, str]:
        """The visitor as a check's `person`."""
        return {
            "kind": "visitor",
            "name": self.name,
            "document_type": "resident_id",
            "document_number": self.document_number,
            "phone": self.phone,
        }


def visitors(seed: int) -> Iterator[Visitor]:
    """An endless line of visitors; the same for the same seed, no two with one document."""
    chance = random.Random(seed)  # noqa: S311 - invented people need no secrecy
    seen: set[str] = set()
    while True:
        birth = OLDEST + timedelta(days=chance.randrange(BIRTHDAYS))
        first = f"{chance.choice(COUNTIES)}{birth:%Y%m%d}{chance.randint(960, 999)}"
        number = first + check_character(first)
        if number in seen:
            continue
        seen.add(number)
        yield Visitor(
            name=chance.choice(SURNAMES) + chance.choice(GIVEN),
            document_number=number,
            phone=f"13{chance.randint(0, 9)}0000{chance.randint(0, 9999):04d}",
            purpose=chance.choice(PURPOSES),
        )
