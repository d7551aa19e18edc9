"""What is wrong with an input, in words: the faults that pydantic finds, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from common.errors import SizaoError
from common.web.language import language

MOST_FAULTS = 50

FAULTS_ZH: dict[str, str] = {
    "missing": "缺少此项",
    "extra_forbidden": "不认识此项：请检查名称",
    "string_type": "应为文字",
    "string_unicode": "含有无法识别的字符",
    "string_too_short": "至少填写 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不对，应符合 {pattern}",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "整数过大",
    "int_from_float": "应为整数，不能有小数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "decimal_max_digits": "最多 {max_digits} 位数字",
    "decimal_max_places": "最多 {decimal_places} 位小数",
    "decimal_whole_digits": "整数部分最多 {whole_digits} 位",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "set_type": "应为列表",
    "dict_type": "应为对象",
    "mapping_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "enum": "应为其中之一：{expected}",
    "literal_error": "应为其中之一：{expected}",
    "none_required": "此项应为空",
    "date_type": "应为日期，如 2021-03-01",
    "date_parsing": "应为日期，如 2021-03-01",
    "date_from_datetime_parsing": "应为日期，如 2021-03-01",
    "date_from_datetime_inexact": "应为日期，不能带时间",
    "time_type": "应为时间，如 08:30",
    "time_parsing": "应为时间，如 08:30",
    "datetime_type": "应为时间，如 2021-03-01T08:30:00+08:00",
    "datetime_parsing": "应为时间，如 2021-03-01T08:30:00+08:00",
    "datetime_from_date_parsing": "应为时间，如 2021-03-01T08:30:00+08:00",
    "datetime_object_invalid": "应为时间，如 2021-03-01T08:30:00+08:00",
    "timezone_aware": "时间须带时区，如 +08:00",
    "timezone_naive": "时间不能带时区",
    "time_delta_type": "应为时长",
    "time_delta_parsing": "应为时长",
    "uuid_type": "应为编号（UUID）",
    "uuid_parsing": "应为编号（UUID）",
    "url_parsing": "应为网址",
    "url_scheme": "网址的开头应为 {expected_schemes}",
    "url_too_long": "网址过长",
    "json_invalid": "应为 JSON",
    "json_type": "应为 JSON",
    "union_tag_invalid": "类型应为其中之一：{expected_tags}",
    "union_tag_not_found": "缺少类型",
    "recursion_loop": "层级过深",
    "is_instance_of": "类型不对",
}
"""Chinese words by pydantic's type of fault, filled from the fault's own limits (never from the input)."""

OTHER_ZH = "填写有误"


def validation_faults(wrong: ValidationError) -> list[dict[str, str]]:
    """Each fault of an input: where it is and what is wrong, in the reader's language. The input is never repeated."""
    zh = language() == "zh"
    return [_fault(fault, zh=zh) for fault in wrong.errors(include_url=False, include_input=False)[:MOST_FAULTS]]


def _fault(fault: Mapping[str, Any], *, zh: bool) -> dict[str, str]:
    context: Mapping[str, Any] = fault.get("ctx", {})
    raised = context.get("error")
    if isinstance(raised, SizaoError):
        code, detail = raised.code, raised.words("zh" if zh else "en")
    else:
        code, detail = fault["type"], _words(fault["type"], fault["msg"], context, zh=zh)
    return {"field": ".".join(str(part) for part in fault["loc"]), "code": code, "detail": detail}


def _words(kind: str, english: str, context: Mapping[str, Any], *, zh: bool) -> str:
    if not zh:
        return english
    template = FAULTS_ZH.get(kind, OTHER_ZH)
    try:
        return template.format(**{name: _readable(value) for name, value in context.items()})
    except KeyError:
        return OTHER_ZH


def _readable(value: object) -> str:
    return str(value).replace(" or ", "、").replace("'", "")
