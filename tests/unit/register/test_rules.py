"""Each rule on a record without a fault into which one defect was planted; and near misses that must stay silent."""

import datetime as dt

import pytest

from trialwright.register.checking import read_subject
from trialwright.register.rules import RULES

from .records import DATA, DELETED, ON, checked, codes, planted, record_of

PRIMARY = "outcomesModule.primaryOutcomes.0"
SECONDARY = "outcomesModule.secondaryOutcomes.0"
STATUS = "statusModule"
DRUG = "armsInterventionsModule.interventions.0"
ARM = "armsInterventionsModule.armGroups.0"
SUMMARY = "descriptionModule.briefSummary"
CRITERIA = "eligibilityModule.eligibilityCriteria"
DESIGN = "designModule.designInfo"
LONG = (
    "The enzyme is blocked by the molecule, which was found in 1998 and has been described in many reviews since then. "
)

DEFECTS = [
    ("TW-REG-101", {f"{STATUS}.studyFirstSubmitDate": "2026-10-30"}),
    ("TW-REG-101", {f"{STATUS}.studyFirstSubmitDate": "2026-09-15"}),
    ("TW-REG-102", {f"{STATUS}.startDateStruct.date": "2026-02-30"}),
    ("TW-REG-102", {f"{STATUS}.statusVerifiedDate": "October 2026"}),
    ("TW-REG-103", {f"{STATUS}.primaryCompletionDateStruct.date": "2028-06-01"}),
    ("TW-REG-103", {f"{STATUS}.completionDateStruct.date": "2026-08"}),
    ("TW-REG-104", {f"{STATUS}.primaryCompletionDateStruct.type": "ACTUAL"}),
    ("TW-REG-105", {f"{STATUS}.primaryCompletionDateStruct.date": "2026-11-20"}),
    ("TW-REG-106", {f"{STATUS}.completionDateStruct.date": "2027-12-15"}),
    ("TW-REG-107", {f"{STATUS}.primaryCompletionDateStruct.date": "2026-12-15"}),
    ("TW-REG-108", {f"{STATUS}.statusVerifiedDate": "2025-10"}),
    ("TW-REG-109", {f"{STATUS}.statusVerifiedDate": "2023-01", f"{STATUS}.completionDateStruct.date": "2024-01-31"}),
    ("TW-REG-110", {f"{STATUS}.statusVerifiedDate": "2026-12"}),
    ("TW-REG-111", {f"{STATUS}.startDateStruct.date": "2026-09"}),
    ("TW-REG-151", {f"{STATUS}.overallStatus": "TERMINATED"}),
    ("TW-REG-152", {f"{STATUS}.overallStatus": "COMPLETED"}),
    ("TW-REG-153", {f"{STATUS}.primaryCompletionDateStruct.date": "2026-10-01"}),
    ("TW-REG-154", {f"{STATUS}.overallStatus": "WITHDRAWN", f"{STATUS}.whyStopped": "No funding"}),
    ("TW-REG-154", {"designModule.enrollmentInfo.count": 0}),
    ("TW-REG-155", {f"{STATUS}.overallStatus": "NOT_YET_RECRUITING"}),
    ("TW-REG-156", {f"{STATUS}.startDateStruct": {"date": "2026-11-30", "type": "ESTIMATED"}}),
    ("TW-REG-157", {f"{STATUS}.whyStopped": "No funding"}),
    ("TW-REG-158", {f"{STATUS}.overallStatus": "COMPLETED"}),
    ("TW-REG-201", {"identificationModule.officialTitle": "Invented drug for adults with long-lasting gout pain."}),
    ("TW-REG-202", {"identificationModule.briefTitle": "INVENTED DRUG FOR ADULTS WITH GOUT"}),
    ("TW-REG-204", {"identificationModule.secondaryIdInfos": []}),
    ("TW-REG-205", {"identificationModule.secondaryIdInfos.1.type": "OTHER"}),
    ("TW-REG-206", {"conditionsModule.keywords": []}),
    ("TW-REG-211", {SUMMARY: "Gout is a disease of joints. It is painful. Many people have it for years."}),
    ("TW-REG-212", {SUMMARY: "The purpose is to learn more. We will give tablets to participants for 12 weeks."}),
    (
        "TW-REG-213",
        {"descriptionModule.detailedDescription": "To date there is no clinical trial of this drug. Power 90."},
    ),
    ("TW-REG-301", {"designModule.phases": ["EARLY_PHASE1"]}),
    ("TW-REG-302", {"designModule.phases": ["NA"]}),
    ("TW-REG-303", {f"{DESIGN}.interventionModel": "SINGLE_GROUP"}),
    ("TW-REG-304", {f"{DESIGN}.interventionModel": "SINGLE_GROUP"}),
    ("TW-REG-305", {f"{DESIGN}.allocation": "NA"}),
    ("TW-REG-306", {f"{DESIGN}.maskingInfo.masking": "TRIPLE"}),
    ("TW-REG-307", {f"{DESIGN}.maskingInfo": {"masking": "NONE"}}),
    ("TW-REG-308", {"designModule.phases": ["PHASE3"]}),
    ("TW-REG-309", {f"{DESIGN}.maskingInfo": {"masking": "NONE"}}),
    (
        "TW-REG-310",
        {
            f"{DESIGN}.interventionModel": "SINGLE_GROUP",
            f"{DESIGN}.allocation": "NA",
            "descriptionModule.detailedDescription": "Nothing more.",
            "armsInterventionsModule.armGroups.1": DELETED,
        },
    ),
    ("TW-REG-311", {"designModule.enrollmentInfo.count": 999_999}),
    ("TW-REG-401", {"conditionsModule.conditions": ["Gout", "exemplarine"]}),
    ("TW-REG-401", {"conditionsModule.conditions": ["Gout", "Rituximab"]}),
    ("TW-REG-402", {f"{DRUG}.name": "Exemplicept"}),
    ("TW-REG-403", {f"{DRUG}.description": "It blocks an enzyme.", f"{ARM}.label": "A", f"{ARM}.description": "Drug."}),
    ("TW-REG-404", {f"{ARM}.label": "Chronic gout"}),
    ("TW-REG-405", {f"{ARM}.description": "Adults with gout who did not respond to colchicine"}),
    ("TW-REG-406", {f"{ARM}.interventionNames": []}),
    ("TW-REG-407", {f"{DRUG}.armGroupLabels": [], f"{ARM}.interventionNames": ["Drug: Placebo"]}),
    ("TW-REG-408", {f"{DRUG}.armGroupLabels": ["Exemplarine 100 mg"]}),
    ("TW-REG-409", {f"{ARM}.label": "placebo"}),
    ("TW-REG-410", {f"{DRUG}.name": "Study drug"}),
    ("TW-REG-411", {"conditionsModule.conditions": ["Gout", "gout"]}),
    ("TW-REG-501", {f"{PRIMARY}.measure": "OMERACT score at week 12"}),
    ("TW-REG-502", {f"{PRIMARY}.description": "Response is defined by pain, swelling, stiffness and so on."}),
    ("TW-REG-503", {f"{PRIMARY}.measure": "ACR20 response", f"{PRIMARY}.description": "More than 20 % better"}),
    ("TW-REG-504", {f"{PRIMARY}.measure": "Blood pressure, heart frequency, weight"}),
    ("TW-REG-511", {f"{PRIMARY}.measure": "Improved joint pain"}),
    ("TW-REG-512", {f"{PRIMARY}.measure": "Pain score improved", f"{PRIMARY}.description": "Pain on a line."}),
    ("TW-REG-513", {f"{PRIMARY}.description": DELETED, f"{PRIMARY}.measure": "Joint pain"}),
    ("TW-REG-514", {f"{PRIMARY}.description": "Joint pain", f"{PRIMARY}.measure": "Joint Pain."}),
    ("TW-REG-515", {f"{PRIMARY}.description": "Measured by the Daily Vigour Appraisal Questionnaire."}),
    ("TW-REG-516", {f"{PRIMARY}.measure": "KCCQ", f"{PRIMARY}.description": "Mean change of the KCCQ."}),
    ("TW-REG-521", {f"{PRIMARY}.timeFrame": "12 weeks after treatment"}),
    ("TW-REG-522", {f"{PRIMARY}.timeFrame": "12"}),
    ("TW-REG-523", {f"{PRIMARY}.timeFrame": "Up to 8 years"}),
    ("TW-REG-531", {f"{SECONDARY}.measure": "Adverse events", f"{SECONDARY}.description": "Adverse events."}),
    ("TW-REG-532", {f"{SECONDARY}.measure": "Safety"}),
    (
        "TW-REG-533",
        {
            f"{SECONDARY}.measure": "Pain",
            f"{PRIMARY}.measure": "Pain",
            f"{PRIMARY}.timeFrame": "Week 12",
            f"{SECONDARY}.timeFrame": "week 12",
        },
    ),
    (
        "TW-REG-534",
        {"outcomesModule.primaryOutcomes": [{"measure": f"Count {n}", "timeFrame": "1 day"} for n in range(6)]},
    ),
    ("TW-REG-535", {f"{SECONDARY}.measure": "PFS", f"{SECONDARY}.description": DELETED}),
    (
        "TW-REG-601",
        {CRITERIA: "Inclusion Criteria:\n\n* Gout\n* A washout of earlier drugs\n\nExclusion Criteria:\n\n* None"},
    ),
    (
        "TW-REG-602",
        {CRITERIA: "Inclusion Criteria:\n\n* Gout\n* Stable dose of urate drugs\n\nExclusion Criteria:\n\n* None"},
    ),
    ("TW-REG-603", {CRITERIA: "Inclusion Criteria:\n\n* Gout\n\nExclusion Criteria:\n\n* Heart failure, stroke, etc."}),
    (
        "TW-REG-604",
        {CRITERIA: "Inclusion Criteria:\n\n* Consent by the patient or a parent\n\nExclusion Criteria:\n\n* None"},
    ),
    (
        "TW-REG-605",
        {
            CRITERIA: "Inclusion Criteria:\n\n* Failure: improved by less than 30 %\n\nExclusion Criteria:\n\n* None",
            f"{PRIMARY}.description": "Proportion who improve by more than 30 % in pain",
        },
    ),
    ("TW-REG-611", {"eligibilityModule.minimumAge": "90 Years"}),
    ("TW-REG-612", {CRITERIA: "Inclusion Criteria:\n\n* Aged 21 years or older\n\nExclusion Criteria:\n\n* None"}),
    ("TW-REG-613", {CRITERIA: "Adults with gout."}),
    ("TW-REG-614", {CRITERIA: "Inclusion Criteria:\n\n* Healthy volunteers\n\nExclusion Criteria:\n\n* None"}),
    ("TW-REG-701", {"contactsLocationsModule.overallOfficials": []}),
    ("TW-REG-702", {"contactsLocationsModule.centralContacts": []}),
    ("TW-REG-703", {"oversightModule.oversightHasDmc": False}),
    ("TW-REG-704", {"ipdSharingStatementModule": {}}),
    ("TW-REG-705", {"ipdSharingStatementModule.timeFrame": DELETED}),
    ("TW-REG-706", {"contactsLocationsModule.locations": [{"country": "Norway"}]}),
    ("TW-REG-707", {SUMMARY: "The purpose is to learn more. Participants will be paid 50 dollars a visit."}),
    ("TW-REG-708", {SUMMARY: "The purpose is to learn more. Participants write to a@example.org to take part."}),
    ("TW-REG-801", {SUMMARY: "The purpose is to learn whether exemplorane helps. Participants will receive it."}),
    ("TW-REG-801", {SUMMARY: "The purpose is to compare it with methotraxate. Participants will receive either."}),
    (
        "TW-REG-802",
        {
            SUMMARY: "The purpose is to compare the kCCQ with KCCQ, KCCQ being known in the KCCQ group.",
            f"{PRIMARY}.description": "KCCQ (0 to 100), mean change",
        },
    ),
    ("TW-REG-803", {f"{PRIMARY}.timeFrame": "12 weeks after treat with the drug"}),
    ("TW-REG-811", {f"{DRUG}.description": LONG * 2, "descriptionModule.detailedDescription": f"{LONG}Power 90."}),
    (
        "TW-REG-812",
        {
            SUMMARY: "The aim of the study is to learn whether the new tablet eases pain in the joints. "
            "Participants will take one tablet a day for twelve weeks and come to four visits.",
            "descriptionModule.detailedDescription": "The aim of the study is to learn whether the new tablet eases "
            "pain in the joints. Participants will take one tablet a day for twelve weeks and come to four visits.",
        },
    ),
    ("TW-REG-813", {SUMMARY: "The purpose is to study myasthenia gravies. Participants will receive tablets."}),
    ("TW-REG-159", {f"{STATUS}.primaryCompletionDateStruct": {"date": "2026-10-01", "type": "ACTUAL"}}),
    ("TW-REG-814", {SUMMARY: "The purpose is to learn whether the the tablet helps. Participants will receive it."}),
    ("TW-REG-815", {SUMMARY: "The purpose is to learn about adults &lt; 65. Participants will receive tablets."}),
    ("TW-REG-934", {"sponsorCollaboratorsModule.responsibleParty": {"type": "PRINCIPAL_INVESTIGATOR"}}),
    ("TW-REG-935", {"designModule.studyType": "OBSERVATIONAL"}),
    ("TW-REG-936", {"identificationModule.secondaryIdInfos": [{"id": "2019/441", "type": "REGISTRY"}]}),
    ("TW-REG-937", {"eligibilityModule.genderBased": True}),
    ("TW-REG-901", {"identificationModule.orgStudyIdInfo": {}}),
    ("TW-REG-902", {"identificationModule.briefTitle": ""}),
    ("TW-REG-903", {"identificationModule.officialTitle": DELETED}),
    ("TW-REG-904", {f"{STATUS}.statusVerifiedDate": DELETED}),
    ("TW-REG-905", {f"{STATUS}.overallStatus": DELETED}),
    ("TW-REG-906", {f"{STATUS}.startDateStruct": DELETED}),
    ("TW-REG-907", {f"{STATUS}.primaryCompletionDateStruct": DELETED}),
    ("TW-REG-908", {f"{STATUS}.completionDateStruct": DELETED}),
    ("TW-REG-909", {"sponsorCollaboratorsModule.leadSponsor": DELETED}),
    ("TW-REG-910", {"sponsorCollaboratorsModule.responsibleParty": DELETED}),
    ("TW-REG-911", {"oversightModule.isFdaRegulatedDrug": DELETED}),
    ("TW-REG-912", {"oversightModule.isFdaRegulatedDevice": DELETED}),
    ("TW-REG-913", {SUMMARY: DELETED}),
    ("TW-REG-914", {"conditionsModule.conditions": []}),
    ("TW-REG-915", {"designModule.studyType": DELETED}),
    ("TW-REG-916", {"designModule.phases": []}),
    ("TW-REG-917", {f"{DESIGN}.primaryPurpose": DELETED}),
    ("TW-REG-918", {f"{DESIGN}.interventionModel": DELETED}),
    ("TW-REG-919", {f"{DESIGN}.maskingInfo": DELETED}),
    ("TW-REG-920", {f"{DESIGN}.allocation": DELETED}),
    ("TW-REG-921", {"designModule.enrollmentInfo": DELETED}),
    ("TW-REG-922", {"armsInterventionsModule.armGroups": []}),
    ("TW-REG-923", {"armsInterventionsModule.interventions": []}),
    ("TW-REG-924", {"outcomesModule.primaryOutcomes": []}),
    ("TW-REG-925", {CRITERIA: ""}),
    ("TW-REG-926", {"eligibilityModule.sex": DELETED}),
    ("TW-REG-927", {"eligibilityModule.healthyVolunteers": DELETED}),
    ("TW-REG-931", {f"{PRIMARY}.timeFrame": ""}),
    ("TW-REG-932", {f"{DRUG}.description": ""}),
    ("TW-REG-933", {f"{ARM}.description": "", f"{ARM}.label": "Arm 1"}),
    ("TW-REG-941", {f"{PRIMARY}.measure": "x" * 256}),
    ("TW-REG-312", {f"{ARM}.type": "PLACEBO_COMPARATOR"}),
    ("TW-REG-412", {"armsInterventionsModule.interventions.1.type": "GENETIC"}),
    ("TW-REG-505", {f"{PRIMARY}.measure": "Composite endpoint", f"{PRIMARY}.description": "Time to first event."}),
    ("TW-REG-517", {f"{PRIMARY}.measure": "To evaluate the effect on pain"}),
    ("TW-REG-524", {f"{PRIMARY}.timeFrame": "Baseline"}),
    (
        "TW-REG-606",
        {
            CRITERIA: "Inclusion Criteria:\n\n* Gout for more than a year\n\n"
            "Exclusion Criteria:\n\n* Gout for more than a year"
        },
    ),
    ("TW-REG-615", {CRITERIA: "Inclusion Criteria:\n\n* Women with gout\n\nExclusion Criteria:\n\n* None"}),
    ("TW-REG-709", {"contactsLocationsModule.locations.0.status": "COMPLETED"}),
    ("TW-REG-941", {"identificationModule.acronym": "SIXTEEN-LETTERS!"}),
]

NEAR_MISSES = [
    ("submitted on the day of the start", "TW-REG-101", {f"{STATUS}.studyFirstSubmitDate": "2026-09-14"}),
    (
        "a start known to the month is given its last day",
        "TW-REG-101",
        {f"{STATUS}.startDateStruct.date": "2026-09", f"{STATUS}.studyFirstSubmitDate": "2026-09-30"},
    ),
    (
        "an estimated start is no start yet",
        "TW-REG-101",
        {f"{STATUS}.startDateStruct": {"date": "2026-01-01", "type": "ESTIMATED"}},
    ),
    ("the estimate is reached today", "TW-REG-105", {f"{STATUS}.primaryCompletionDateStruct.date": "2026-11-23"}),
    ("verified twelve months ago", "TW-REG-108", {f"{STATUS}.statusVerifiedDate": "2025-11"}),
    ("unverified for long, completion ahead", "TW-REG-109", {f"{STATUS}.statusVerifiedDate": "2020-01"}),
    (
        "suspended studies are never derived unknown",
        "TW-REG-109",
        {
            f"{STATUS}.overallStatus": "SUSPENDED",
            f"{STATUS}.statusVerifiedDate": "2020-01",
            f"{STATUS}.completionDateStruct.date": "2021-01-31",
        },
    ),
    (
        "Early Phase 1 without therapeutic intent",
        "TW-REG-301",
        {"designModule.phases": ["EARLY_PHASE1"], f"{DESIGN}.primaryPurpose": "BASIC_SCIENCE"},
    ),
    (
        "a condition that contains the name of the drug",
        "TW-REG-401",
        {"conditionsModule.conditions": ["Exemplarine hypersensitivity"]},
    ),
    ("the dose stands in the arm", "TW-REG-403", {f"{DRUG}.description": "It blocks an enzyme."}),
    (
        "adverse events graded",
        "TW-REG-531",
        {f"{SECONDARY}.measure": "Adverse events", f"{SECONDARY}.description": "By grade"},
    ),
    (
        "at least 20 percent is the definition's own word",
        "TW-REG-503",
        {f"{PRIMARY}.measure": "ACR20 response", f"{PRIMARY}.description": "At least 20 % better"},
    ),
    (
        "a proportion that improves is neutral",
        "TW-REG-511",
        {f"{PRIMARY}.measure": "Proportion of participants improved"},
    ),
    (
        "lower limb is a place, no direction",
        "TW-REG-511",
        {f"{PRIMARY}.measure": "Change of lower limb strength in newton"},
    ),
    ("after the first dose is an anchor", "TW-REG-521", {f"{PRIMARY}.timeFrame": "12 weeks after the first treatment"}),
    ("an event is a time", "TW-REG-522", {f"{PRIMARY}.timeFrame": "At hospital discharge"}),
    ("a title of 254 characters", "TW-REG-941", {f"{PRIMARY}.measure": "x" * 254}),
    ("escapes are not counted", "TW-REG-941", {f"{PRIMARY}.measure": r"\>" * 200}),
    (
        "another ending is another form",
        "TW-REG-801",
        {SUMMARY: "The purpose is to study arthritic pain; placebo is given."},
    ),
    ("British spelling", "TW-REG-801", {SUMMARY: "The purpose is to study hyperkalaemia; placebo is given."}),
    (
        "a withdrawn study enrolled nobody too early",
        "TW-REG-101",
        {f"{STATUS}.studyFirstSubmitDate": "2026-10-30", f"{STATUS}.overallStatus": "WITHDRAWN"},
    ),
    ("several arms give each other a benchmark", "TW-REG-310", {f"{DESIGN}.interventionModel": "SINGLE_GROUP"}),
    (
        "women may be asked to be older",
        "TW-REG-612",
        {
            CRITERIA: "Inclusion Criteria:\n\n* Men aged 18 to 75\n* Women aged 60 to 75\n\n"
            "Exclusion Criteria:\n\n* None",
        },
    ),
    ("a word doubled on purpose", "TW-REG-814", {SUMMARY: "The purpose is to learn that that tablet helps."}),
    (
        "hypernatremia is no slip for hyperkalemia",
        "TW-REG-801",
        {SUMMARY: "The purpose is to study hypernatremia; placebo is given."},
    ),
    (
        "a legal guardian of those who cannot consent",
        "TW-REG-604",
        {
            CRITERIA: "Inclusion Criteria:\n\n* Consent by the patient or a legal guardian\n\nExclusion "
            "Criteria:\n\n* None"
        },
    ),
    (
        "a washout with its length",
        "TW-REG-601",
        {CRITERIA: "Inclusion Criteria:\n\n* Washout of 4 weeks\n\nExclusion Criteria:\n\n* None"},
    ),
    ("crossover arms are not a single group", "TW-REG-304", {f"{DESIGN}.interventionModel": "CROSSOVER"}),
    (
        "a known questionnaire",
        "TW-REG-515",
        {f"{PRIMARY}.description": "Measured by the Health Assessment Questionnaire, 0 to 3."},
    ),
]


@pytest.mark.parametrize(("code", "changes"), DEFECTS, ids=[f"{code}-{n}" for n, (code, _) in enumerate(DEFECTS)])
def test_a_planted_defect_is_found(code, changes):
    assert {code} == {code} & codes(planted(changes))


@pytest.mark.parametrize(("what", "code", "changes"), NEAR_MISSES, ids=[what for what, _, _ in NEAR_MISSES])
def test_a_near_miss_stays_silent(what, code, changes):
    assert set() == {code} & codes(planted(changes))


def test_nothing_is_found_in_the_exemplary_record():
    assert checked(DATA / "exemplary.json").findings == ()


def test_every_rule_has_a_planted_defect():
    assert {rule.code for rule in RULES} == {code for code, _ in DEFECTS}


def test_codes_are_never_used_twice():
    listed = [rule.code for rule in RULES]

    assert sorted(set(listed)) == listed


def test_every_rule_carries_its_source_cure_and_example():
    silent = [r.code for r in RULES if not (r.title and r.source and r.expected and r.cure and r.example)]

    assert silent == []


def test_the_day_of_the_check_is_the_only_clock():
    later = codes(planted({}, ON + dt.timedelta(days=800)))
    expected = {"TW-REG-105", "TW-REG-108", "TW-REG-109"}

    assert expected == expected & later


def _said_of(summary: str) -> list[tuple[str, str]]:
    report = planted({SUMMARY: f"The purpose of this study is to learn whether the drug helps. {summary}"})
    return [(one.fields.get("quote", ""), one.severity) for one in report.findings if one.code == "TW-REG-801"]


@pytest.mark.parametrize("word", ["occurence", "measurment", "partcipants", "excercise", "administrered"])
def test_a_slip_in_an_everyday_word_is_a_note(word):
    assert _said_of(f"This is about {word} alone.") == [(word, "note")]


@pytest.mark.parametrize(
    "words",
    ["deceased", "meditation", "exciting", "randomised", "hospitalised", "see https://measurment.com/a", "Measurment"],
)
def test_another_english_word_a_name_and_an_address_are_no_slip(words):
    assert _said_of(f"This is about {words} alone.") == []


@pytest.mark.parametrize("path", sorted(DATA.glob("NCT*.json")), ids=lambda path: path.stem)
def test_the_whole_text_is_that_of_the_passages_in_their_order(path):
    subject = read_subject(record_of(path.read_bytes()), ON)

    assert "\n.\n".join(passage.text for passage in subject.passages) == subject.whole
