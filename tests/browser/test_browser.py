"""The browser that page tests build on is a real one."""


def test_a_page_speaks_the_language_and_has_the_width_asked_for(new_page):
    page = new_page(360, "en")
    page.set_content("<p id=word>放行</p>")
    assert page.inner_text("#word") == "放行"
    assert page.evaluate("[innerWidth, navigator.language]") == [360, "en"]
    assert new_page().evaluate("navigator.language") == "zh-CN"
