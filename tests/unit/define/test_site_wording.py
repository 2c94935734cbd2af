"""Licensed wording that a site supplies: read beside the definition, held against the slots of its instruments."""

from tests.unit.define.conftest import PACKAGED

from trialwright.catalog import load
from trialwright.define import read_site_wording, read_study
from trialwright.model.text import Text

STUDY, _ = read_study(PACKAGED, load())


def test_a_slot_gets_the_words_of_the_site(tmp_path):
    (tmp_path / "wording").mkdir()
    (tmp_path / "wording" / "haq_di.yaml").write_text("dressing_1: {en: Invented words, zh: 虚构文字}\n", "utf-8")
    words, problems = read_site_wording(tmp_path, STUDY)

    assert ({"haq_di.dressing_1": Text("Invented words", "虚构文字")}, []) == (words, problems)


def test_a_question_without_a_slot_is_told_by_its_name(tmp_path):
    (tmp_path / "wording").mkdir()
    (tmp_path / "wording" / "haq_di.yaml").write_text("dressing_aid: {en: Words, zh: 文字}\n", "utf-8")
    words, problems = read_site_wording(tmp_path, STUDY)

    assert (words, [problem.code for problem in problems]) == ({}, ["TW-DEF-012"])


def test_without_a_folder_there_is_no_wording(tmp_path):
    assert read_site_wording(tmp_path, STUDY) == ({}, [])
