"""Charts as SVG images: no scripts in them, no address outside."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pygal import Bar, Config, StackedBar
from pygal.etree import etree
from pygal.graph.graph import Graph
from pygal.style import Style

from screening.domain.totals import Totals
from screening.usecases.overview import Day

# Importing pygal puts a finder of its plug-in maps, in a form that Python has given up, before every later import.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

INK, LINE = "#55606c", "#d7dde3"
ADMIT, REFUSE, HOLD = "#17703a", "#d99a1c", "#b3211b"
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def _style(*colors: str) -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground=INK,
        foreground_strong=INK,
        foreground_subtle=LINE,
        font_family=FONT,
        label_font_size=16,
        major_label_font_size=16,
        legend_font_size=16,
        title_font_size=18,
        colors=colors,
    )


def _config(title: str, *, legend: bool) -> Config:
    return Config(
        js=[],
        width=960,
        height=320,
        title=title,
        show_legend=legend,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        margin=8,
        show_y_guides=True,
        min_scale=2,
        integer_only=True,
        value_formatter=lambda number: f"{int(number)}",
        explicit_size=False,
        disable_xml_declaration=False,
        pretty_print=False,
        no_data_text="—",
    )


def hours_chart(totals: Totals, title: str) -> bytes:
    """Checks by hour: the usual hours of an office, and earlier and later ones where they have any."""
    chart = Bar(_config(title, legend=False), style=_style("#15527f"))
    hours = range(min([8, *totals.by_hour]), max([17, *totals.by_hour]) + 1)
    chart.x_labels = [f"{hour:02d}" for hour in hours]
    chart.add(title, [totals.by_hour.get(hour, 0) for hour in hours])
    return _image(chart)


def week_chart(week: Sequence[Day], words: tuple[str, str, str], title: str) -> bytes:
    """Checks by day and decision."""
    chart = StackedBar(_config(title, legend=True), style=_style(ADMIT, REFUSE, HOLD))
    chart.x_labels = [f"{one.day:%m-%d}" for one in week]
    counts = zip(*((one.totals.admitted, one.totals.refused, one.totals.held) for one in week), strict=True)
    for word, numbers in zip(words, counts, strict=True):
        chart.add(word, list(numbers))
    return _image(chart)


def _image(chart: Graph) -> bytes:
    """The chart as SVG without the script that pygal puts into each."""
    root = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).endswith("script"):
                parent.remove(child)
    made: bytes = etree.tostring(root, encoding="utf-8")
    return made
