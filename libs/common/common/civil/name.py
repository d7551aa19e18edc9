"""Names of people: one spelling, mask, pinyin initials, and the range of a prefix search."""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import cache

from pypinyin import Style, pinyin

from common.errors import Invalid

LONGEST = 60
DOT = "·"

_HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_DOTS = re.compile(rf"\s*[·•‧∙⋅・●᛫⸱]\s*|(?<=[{_HAN}])\s*[.。]\s*(?=[{_HAN}])")
_HAN_GAP = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_COMPOUND_SURNAMES = """
欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 夏侯 长孙 宇文 轩辕 端木 独孤 南宫 万俟 闻人 澹台 拓跋 呼延 司空
太史 申屠 公羊 赫连 钟离 鲜于 淳于 单于 濮阳 东郭 西门 第五 百里 公冶 宗政 太叔 仲孙 亓官 司寇 子车 颛孙 巫马 公西 漆雕
乐正 壤驷 公良 夹谷 宰父 谷梁 段干 东门 南门 左丘 梁丘
"""
_COMPOUND = frozenset(_COMPOUND_SURNAMES.split())
# Characters read otherwise as a surname than elsewhere, where that changes the initial.
_SURNAME_READINGS = """
单s 曾z 解x 仇q 查z 区o 乐y 覃q 祭z 繁p 秘b 召s 种c 盖g 翟z 重c 冼x 晁c 隗w 宿s 折s 洗x 阚k 尉迟yc
长孙zs 万俟mq 单于cy 乐正yz
"""
_SURNAME_INITIALS: dict[str, str] = dict(re.findall(r"([^a-z\s]+)([a-z]+)", _SURNAME_READINGS))
_MOST_READINGS = 8
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)


def normalise_name(value: object) -> str:
    """`value` in its one spelling: NFKC; no spaces between Chinese characters, one between words of other scripts;
    every middle dot code point (and a full stop between Chinese characters) as `·`. Private-use characters stay, since
    old systems keep rare characters there.

    Raises Invalid: `name.empty`, `name.kind` (not a text), `name.control` (control or invisible characters),
    `name.letters` (no letter at all), `name.long`.
    """
    if value is None:
        raise _empty()
    if not isinstance(value, str):
        raise Invalid("name.kind", "The name is not a text.", "姓名不是文本。")
    text = unicodedata.normalize("NFKC", value).strip()
    text = _HAN_GAP.sub("", _DOTS.sub(DOT, text))
    text = re.sub(r"[ \t\n\u3000]+", " ", text)
    if not text:
        raise _empty()
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in text):
        raise Invalid(
            "name.control",
            "The name holds invisible control characters; type it again.",
            "姓名含有不可见的控制字符，请重新输入。",
        )
    if not any(character.isalpha() or unicodedata.category(character) == "Co" for character in text):
        raise Invalid("name.letters", "The name holds no letters.", "姓名中没有文字，请核对。")
    if len(text) > LONGEST:
        raise Invalid(
            "name.long",
            "The name has {length} characters; at most {most} are taken.",
            "姓名为 {length} 个字符，最多 {most} 个。",
            length=len(text),
            most=LONGEST,
        )
    return text


def mask_name(name: str) -> str:
    """`name` for messages and lists: 王*, 王*明, 欧阳**, 阿***** (a name with a dot), J*** S**** (each first letter).

    A Chinese name of three characters keeps first and last; a compound surname stays whole and its given name goes.
    """
    if not re.match(rf"[{_HAN}]", name):
        return " ".join(word[:1] + "*" * (len(word) - 1) if len(word) > 1 else "*" for word in name.split(" "))
    if len(name) < 2:
        return "*" * len(name)
    if name[:2] in _COMPOUND and len(name) > 2:
        return name[:2] + "*" * (len(name) - 2)
    if len(name) == 3 and DOT not in name:
        return f"{name[0]}*{name[2]}"
    return name[0] + "*" * (len(name) - 1)


def initials(name: str) -> str:
    """The pinyin initials of `name`, lower case: 王明 wm, 单雄信 sxx (the surname as surnames are read), Anna Lee al.

    One string, to be stored for search; the readings a character may also have are in `all_initials`.
    """
    return all_initials(name)[0]


def all_initials(name: str) -> tuple[str, ...]:
    """All plausible initials of `name`, the likeliest first, at most eight: each character with every reading it has in
    names, the surname first as surnames are read. A word of another script gives its first letter."""
    parts: list[list[str]] = []
    rest = name
    for length in (2, 1):
        if (surname := name[:length]) in _SURNAME_INITIALS and len(surname) == length:
            parts = [[_SURNAME_INITIALS[surname]]]
            if length == 1:
                parts[0] = list(dict.fromkeys(parts[0] + _character_initials(surname)))
            rest = name[length:]
            break
    for piece in re.findall(rf"[{_HAN}]|[^\W\d_]+", rest):
        parts.append(_character_initials(piece) if re.match(rf"[{_HAN}]", piece) else [_latin_initial(piece)])
    combined = itertools.islice(itertools.product(*parts), 64)
    return tuple(dict.fromkeys("".join(choice) for choice in combined))[:_MOST_READINGS]


def prefix_range(prefix: str) -> tuple[str, str]:
    """(low, high) so that `low <= name < high` under COLLATE "C" (code point order) holds exactly for names that start
    with `prefix`; an empty prefix gives the range of everything."""
    kept = prefix
    while kept:
        following = ord(kept[-1]) + 1
        if following == _SURROGATES[0]:
            following = _SURROGATES[1] + 1
        if following <= _LAST_CODE_POINT:
            return prefix, kept[:-1] + chr(following)
        kept = kept[:-1]
    return prefix, chr(_LAST_CODE_POINT) * (len(prefix) + 1)


def _character_initials(character: str) -> list[str]:
    return list(_readings(character))


@cache
def _readings(character: str) -> tuple[str, ...]:
    readings = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    usual = pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    found = [reading for group in (*usual, *readings) for reading in group if reading.isascii() and reading.isalpha()]
    return tuple(dict.fromkeys(found)) or ("",)


def _latin_initial(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word[0])[0].lower()
    return plain if plain.isalpha() else ""


def _empty() -> Invalid:
    return Invalid("name.empty", "The name is empty.", "姓名为空。")
