"""The manual in the app: for everybody with an account, whole, in the reader's language, and of this release."""

import re
from pathlib import Path

import pytest

from trialwright.web.pages.manual import page as manual

DOCS = Path(__file__).parents[2] / "docs"
EVERY = [name for names in manual._ORDER.values() for name in names]


def listed(browser):
    html = browser.get("/manual/").content.decode()
    return re.findall(r'<li><a href="(/manual/[^"]+/)">([^<]+)</a></li>', html)


def test_edc_r40_everybody_with_an_account_reads_the_manual_in_the_own_language(here, as_):
    english, chinese = listed(as_("study_nurse")), listed(as_("nobody", "zh"))

    assert [title for _, title in chinese] == ["研究协调员与评估者手册", "数据管理员与监查员手册", "系统管理员手册"]
    assert ("/manual/enter-a-visit/", "Enter a visit") in english and len(english) == 10
    assert 'href="/manual/"' in as_("study_nurse").get("/participants/").content.decode()
    assert as_("").get("/manual/").status_code == 302


@pytest.mark.parametrize("name", EVERY)
def test_edc_r40_every_page_is_whole_and_leads_nowhere_else(here, as_, name):
    """Every word of the file is there, no tag of ours is left as text, and no link leads out of the manual."""
    answer = as_("study_nurse").get(f"/manual/{name}/")
    html = answer.content.decode()
    body = re.search(r'<article class="card manual" lang="(en|zh-Hans)">(.*)</article>', html, re.DOTALL)
    folder = "zh" if name in manual._ORDER["zh"] else "how-to"
    text = (DOCS / folder / f"{name}.md").read_text("utf-8")
    words = set(re.findall(r"[A-Za-z]{4,}|[\u4e00-\u9fff]{2,}", re.sub(r"!?\[[^\]]*\]\([^)]*\)", "", text)))
    shown = re.sub(r"<[^>]+>", "", html)

    assert answer.status_code == 200
    assert body[1] == ("zh-Hans" if folder == "zh" else "en")
    assert {word for word in words if word not in shown} == set()
    assert "**" not in body[2] and "![" not in body[2] and "<img" not in body[2] and "<p></p>" not in body[2]
    for href in re.findall(r'href="([^"]+)"', body[2]):
        assert as_("study_nurse").get(href).status_code == 200, href


@pytest.mark.parametrize("name", ["../reference/settings", "..%2Foperate", "operate", "README", "en", "", "a" * 300])
def test_nothing_but_the_manual_is_read(here, as_, name):
    assert as_("study_nurse").get(f"/manual/{name}/").status_code in (301, 404)


def test_a_page_that_held_html_would_show_it_as_text(monkeypatch, tmp_path):
    page = tmp_path / "sign.md"
    page.write_text("# Sign\n\n<script>alert(1)</script> **x** [y](javascript:alert(1)) <img src=x onerror=z>\n")
    monkeypatch.setattr(manual, "_file", lambda _: page)
    html = manual._body.__wrapped__("sign")

    assert "<script" not in html and "<img" not in html and "href" not in html
    assert "&lt;script&gt;" in html and "<strong>x</strong>" in html
