"""Invented staff for the trial, the same on every machine. Names hold 示 or 例 (example), identity numbers have order
codes 960 to 999, which county offices hardly ever reach, phones are 13x-0000-xxxx."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from common.civil.document import check_character
from common.tables import OutSheet, write_csv, write_xlsx

COLUMNS = (
    "工号", "姓名", "科室", "职务", "分管领导/直接上级", "手机", "证件类型", "证件号码",
    "工作组(逗号分隔)", "组内职务", "备注",
)  # fmt: skip
SURNAMES = "江秦史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞"
GIVEN = "安宁和康乐诚信勤谦恭朗温良善毅恒静远清嘉"
COUNTIES = ("230103", "230202", "230302", "220102", "210102", "110105", "370102", "410102")
SECTIONS = (
    "综合办公室",
    "养老保险科",
    "工伤保险科",
    "失业保险科",
    "居民保险科",
    "基金财务科",
    "稽核监督科",
    "信息档案科",
)
IN_CHARGE = (0, 1, 1, 1, 2, 0, 2, 2)
POSTS = ("副科长", "四级主任科员", "科员", "科员", "科员", "工勤")
OFFICE, INJURY, AUDIT, ARCHIVE = SECTIONS[0], SECTIONS[2], SECTIONS[6], SECTIONS[7]
LEADERS = "局领导"


@dataclass
class Invented:
    """One row of a list."""

    number: str
    name: str
    section: str
    post: str
    superior: str = ""
    phone: str = ""
    document: str = ""
    groups: list[tuple[str, str]] = field(default_factory=list)
    remark: str = ""

    def row(self) -> list[str]:
        """The cells under the form's columns."""
        return [
            self.number, self.name, self.section, self.post, self.superior, self.phone,
            "居民身份证" if self.document else "", self.document, ",".join(group for group, _ in self.groups),
            ",".join(position for _, position in self.groups), self.remark,
        ]  # fmt: skip


class Inventor:
    """Makes people; no name, number or phone comes twice unless it is asked for."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same people each time, no secret
        self._names: set[str] = set()
        self._taken: set[str] = set()

    def name(self) -> str:
        """A new name."""
        while True:
            made = self._random.choice(SURNAMES) + self._random.choice("示例") + self._random.choice(GIVEN)
            if made not in self._names:
                self._names.add(made)
                return made

    def phone(self) -> str:
        """A new phone of the form 13x-0000-xxxx."""
        return self._fresh(lambda: f"13{self._random.randint(0, 9)}0000{self._random.randint(0, 9999):04d}")

    def document(self) -> str:
        """A new resident number with a right check character."""

        def made() -> str:
            born = date(1964, 1, 1) + timedelta(days=self._random.randrange(365 * 32))
            first = f"{self._random.choice(COUNTIES)}{born:%Y%m%d}{self._random.randint(960, 999)}"
            return first + check_character(first)

        return self._fresh(made)

    def person(self, number: str, section: str, post: str, superior: str = "", *, name: str = "",
               groups: list[tuple[str, str]] | None = None) -> Invented:  # fmt: skip
        """A new person."""
        return Invented(
            number, name or self.name(), section, post, superior, self.phone(), self.document(), list(groups or [])
        )

    def _fresh(self, make: object) -> str:
        assert callable(make)
        while (made := str(make())) in self._taken:
            pass
        self._taken.add(made)
        return made


def main_staff() -> list[Invented]:
    """Sixty people: a director, three deputies, eight section heads, forty-eight staff."""
    make = Inventor(20210301)
    supervision = ("监督责任组", "组员")
    director = make.person("001", LEADERS, "局长", groups=[("领导小组", "组长"), ("监督责任组", "组长")])
    led = ("综合协调组", "应急组", "经办服务组")
    deputies = [
        make.person(f"{n + 2:03d}", LEADERS, "副局长", director.name,
                    groups=[("领导小组", "副组长"), (group, "组长"), supervision])
        for n, group in enumerate(led)
    ]  # fmt: skip
    people = [director, *deputies]
    first_groups = {OFFICE: ("综合协调组", "副组长"), AUDIT: ("监测登记组", "组长"), ARCHIVE: ("卫生消杀组", "组长")}
    heads = {}
    for n, section in enumerate(SECTIONS):
        groups = [first_groups[section]] if section in first_groups else []
        heads[section] = make.person(
            f"{n + 5:03d}", section, "主任" if section == OFFICE else "科长", deputies[IN_CHARGE[n]].name,
            groups=[*groups, ("经办服务组", "组员"), supervision],
        )  # fmt: skip
    people += heads.values()
    twice = make.name()
    belongs = {OFFICE: "综合协调组", AUDIT: "监测登记组", ARCHIVE: "卫生消杀组", INJURY: "应急组"}
    for n in range(48):
        section = SECTIONS[n % 8]
        groups = [(belongs[section], "组员")] if section in belongs else []
        if n in (1, 4):
            groups.append(("监测登记组", "组员"))
        if n == 3:
            groups.append(("经办服务组", "组员"))
        name = twice if n in (9, 22) else ""
        people.append(
            make.person(f"{n + 13:03d}", section, POSTS[n // 8], heads[section].name, name=name, groups=groups)
        )
    return people


def branch_staff(today: date) -> list[Invented]:
    """Fourteen people and a vacant post; one section head is on leave around `today`."""
    make = Inventor(20210302)
    supervision = ("监督责任组", "组员")
    director = make.person("B01", LEADERS, "局长", groups=[("领导小组", "组长"), ("监督责任组", "组长")])
    deputy = make.person(
        "B02", LEADERS, "副局长", director.name, groups=[("领导小组", "副组长"), ("应急组", "组长"), supervision]
    )
    office = make.person(
        "B03", "办公室", "主任", deputy.name, groups=[("综合协调组", "组长"), ("经办服务组", "组员"), supervision]
    )
    head = make.person("B04", "业务科", "科长", deputy.name, groups=[("经办服务组", "组员"), supervision])
    first, last = today - timedelta(days=7), today + timedelta(days=14)
    head.remark = f"病假（{first.isoformat()}至{last.isoformat()}）"
    people = [director, deputy, office, head]
    people.append(Invented("", "（空缺）", "稽核科", "科长", deputy.name, remark="岗位空缺"))
    places = [("办公室", office)] * 3 + [("业务科", head)] * 4 + [("稽核科", deputy)] * 3
    groups = ("监测登记组", "卫生消杀组", "综合协调组", "监测登记组", "", "经办服务组", "", "应急组", "监测登记组", "")
    for n, ((section, superior), group) in enumerate(zip(places, groups, strict=True)):
        position = "组长" if n in (0, 1) else "组员"
        belongs = [(group, position)] if group else []
        people.append(make.person(f"B{n + 5:02d}", section, "科员", superior.name, groups=belongs))
    return people


def main_list() -> bytes:
    """The main bureau's list as an office keeps it: XLSX."""
    return write_xlsx([OutSheet("职工花名册", COLUMNS, [one.row() for one in main_staff()])])


def branch_list(today: date) -> bytes:
    """The branch's list: CSV."""
    return write_csv(COLUMNS, [one.row() for one in branch_staff(today)])
