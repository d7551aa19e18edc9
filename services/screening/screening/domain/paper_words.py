"""Titles and words that people write on paper forms."""

from __future__ import annotations

import re

UNNAMED = "无名"
VOIDED = "作废"

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "来访人", "来访人姓名", "name"),
    "document_type": ("证件类型", "证件种类", "document type"),
    "document_number": ("证件号码", "证件号", "身份证号", "身份证号码", "document number", "id number"),
    "phone": ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "phone"),
    "staff_number": ("工号", "职工编号", "staff number"),
    "company": ("工作单位", "来访单位", "company"),
    "purpose": ("来访事由", "事由", "来访目的", "purpose"),
    "reading": ("体温", "上班体温", "测量体温", "体温读数", "temperature", "reading"),
    "mask": ("是否佩戴口罩", "是否戴口罩", "佩戴口罩", "口罩", "mask"),
    "entered": ("进入时间", "时间", "登记时间", "测温时间", "time", "time in", "entered"),
    "left": ("离开时间", "离开", "time out", "left"),
    "remark": ("备注", "remark", "remarks", "note"),
}
"""The fields of a line, and the titles that forms give their columns."""

REQUIRED = {"reading", "entered"}
ONLY_IN_REGISTERS = {"document_number", "purpose", "mask", "left"}
REFUSED = re.compile(r"拒测|拒检|拒绝(?:体温)?(?:检测|测)|不配合测|refused", re.IGNORECASE)
WITH_MASK = frozenset(["是", "有", "戴", "已戴", "佩戴", "已佩戴", "√", "✓", "✔", "y", "yes", "true", "1"])
WITHOUT_MASK = frozenset(["否", "无", "没有", "未戴", "没戴", "不戴", "未佩戴", "×", "✗", "x", "n", "no", "false", "0"])
ABSENT = frozenset(["未测", "未测量", "未测温", "请假", "出差", "公出", "培训", "休假", "病假", "-", "—", "/", "无"])
