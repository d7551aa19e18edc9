"""Every text of every page has its English, and the check that says so would notice if not."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.web.catalogues import collect, problems, update
from common.web.translations import compile_folder, main, packages


def package(folder: Path, name: str, template: str, po: str = "") -> Path:
    where = folder / name
    (where / "templates").mkdir(parents=True)
    (where / "templates" / "page.html").write_text(template, encoding="utf-8")
    catalogue = where / "translations" / "en" / "LC_MESSAGES"
    catalogue.mkdir(parents=True)
    (catalogue / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + po, "utf-8"
    )
    return where


def check(tmp_path: Path, template: str, po: str = "") -> list[str]:
    real = packages()["common"]
    return problems([collect("common", real), collect("shop", package(tmp_path, "shop", template, po))])


@pytest.mark.parametrize("name", packages())
def test_the_catalogue_is_whole(name: str) -> None:
    found = problems([collect(each, folder) for each, folder in packages().items()])
    assert [line for line in found if line.startswith((f"{name}:", f"{name}/"))] == []


def test_a_text_without_english_is_named_with_its_place(tmp_path: Path) -> None:
    assert check(tmp_path, "<p>\n{{ _('新的文字') }}</p>") == [
        "shop: not translated: '新的文字' (shop/templates/page.html:2)"
    ]


def test_empty_copied_and_fuzzy_words_are_no_translation(tmp_path: Path) -> None:
    for number, words in enumerate(('msgstr ""', 'msgstr "新的文字"')):
        found = check(tmp_path / str(number), "{{ _('新的文字') }}", f'msgid "新的文字"\n{words}\n')
        assert len(found) == 1
    fuzzy = '#, fuzzy\nmsgid "新的文字"\nmsgstr "New"\n'
    assert "not translated" in check(tmp_path / "fuzzy", "{{ _('新的文字') }}", fuzzy)[0]


def test_a_text_of_the_library_need_not_be_translated_again(tmp_path: Path) -> None:
    assert check(tmp_path, "{{ _('登记表') }}") == []


def test_what_is_used_no_more_and_other_placeholders_are_named(tmp_path: Path) -> None:
    old = 'msgid "从前的文字"\nmsgstr "Old"\n'
    assert check(tmp_path / "a", "x", old) == ["shop: not used: '从前的文字'"]
    po = 'msgid "共 %(n)s 人"\nmsgstr "%(count)s people"\n'
    assert "placeholders" in check(tmp_path / "b", "{{ _('共 %(n)s 人', n=3) }}", po)[0]


def test_chinese_that_nothing_marks_is_named_but_on_a_paper_form(tmp_path: Path) -> None:
    assert check(tmp_path / "a", "<p>\n没有标记</p>") == [
        "shop/templates/page.html:2: Chinese that nothing marks for translation"
    ]
    assert check(tmp_path / "b", '{% extends "common/print.html" %}{% block sheet %}登记表{% endblock %}') == []
    assert check(tmp_path / "c", "{# 说明 #}四早") == []


def test_update_makes_room_for_new_texts_and_keeps_what_was_translated(tmp_path: Path) -> None:
    po = 'msgid "旧的"\nmsgstr "Old"\n\nmsgid "不再用"\nmsgstr "Gone"\n'
    shop = collect("shop", package(tmp_path, "shop", "{{ _('旧的') }}{{ _('新的') }}", po))
    common = collect("common", package(tmp_path, "common", "x"))
    update([common, shop])
    text = shop.source.read_text(encoding="utf-8")
    assert 'msgid "旧的"\nmsgstr "Old"' in text
    assert 'msgid "新的"\nmsgstr ""' in text
    assert "不再用" not in text


def test_a_catalogue_is_compiled_when_it_is_newer(tmp_path: Path) -> None:
    folder = package(tmp_path, "shop", "x", 'msgid "a"\nmsgstr "b"\n') / "translations"
    assert [path.name for path in compile_folder(folder)] == ["messages.mo"]
    assert compile_folder(folder) == []
    source = folder / "en" / "LC_MESSAGES" / "messages.po"
    compiled = source.with_suffix(".mo")
    stamp = compiled.stat().st_mtime_ns + 1_000_000_000
    import os

    os.utime(source, ns=(stamp, stamp))
    assert compile_folder(folder) == [compiled]


def test_the_command_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert main(["compile"]) == 0
    capsys.readouterr()
    code = main(["check"])
    assert code == (1 if capsys.readouterr().out else 0)
