"""The results of a legacy record in v2 shape: participant flow, baseline, outcome measures, adverse events."""

import re

from trialwright.register.reading.display import Built, code, filled
from trialwright.register.reading.legacy_words import passage, yes_no
from trialwright.register.reading.xml import Asked

_GROUP = re.compile(r"([PBOE])(\d+)")
_LETTERS = {"P": "FG", "B": "BG", "O": "OG", "E": "EG"}
_SIDES = {"1-Sided": "ONE_SIDED", "2-Sided": "TWO_SIDED"}
_LEVEL = {
    "Primary": "PRIMARY",
    "Secondary": "SECONDARY",
    "Other Pre-specified": "OTHER_PRE_SPECIFIED",
    "Other Pre-Specified": "OTHER_PRE_SPECIFIED",
    "Post-Hoc": "POST_HOC",
}


def results(root: Asked) -> Built:
    """`resultsSection`, empty where the record has no results."""
    told = root.one("clinical_results")
    if told is None:
        return {}
    return {
        "participantFlowModule": _flow(told.one("participant_flow") or Asked.nothing()),
        "baselineCharacteristicsModule": _baseline(told.one("baseline") or Asked.nothing()),
        "outcomeMeasuresModule": {"outcomeMeasures": [_outcome(node) for node in told.each("outcome_list/outcome")]},
        "adverseEventsModule": _events(told.one("reported_events") or Asked.nothing()),
        "moreInfoModule": _more(told),
    }


def _group_id(node: Asked) -> str:
    """The groups count from O1 in the file and from OG000 in API v2."""
    written = node.attributes.get("group_id", node.own_text)
    found = _GROUP.fullmatch(written)
    return f"{_LETTERS[found[1]]}{int(found[2]) - 1:03d}" if found else written


def _groups(node: Asked) -> list[Built]:
    return [
        filled({"id": _group_id(one), "title": one.text("title"), "description": passage(one.text("description"))})
        for one in node.each("group_list/group")
    ]


def _upper(words: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", words.upper()).strip("_")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _flow(node: Asked) -> Built:
    return {
        "preAssignmentDetails": passage(node.text("pre_assignment_details")),
        "recruitmentDetails": passage(node.text("recruitment_details")),
        "groups": _groups(node),
        "periods": [
            filled(
                {
                    "title": period.text("title"),
                    "milestones": [
                        filled({"type": one.text("title"), "achievements": _counts(one)})
                        for one in period.each("milestone_list/milestone")
                    ],
                    "dropWithdraws": [
                        filled({"type": one.text("title"), "reasons": _counts(one)})
                        for one in period.each("drop_withdraw_reason_list/drop_withdraw_reason")
                    ],
                }
            )
            for period in node.each("period_list/period")
        ],
    }


def _counts(node: Asked) -> list[Built]:
    return [
        filled(
            {
                "groupId": _group_id(one),
                "comment": passage(one.own_text),
                "numSubjects": one.attributes.get("count", ""),
            }
        )
        for one in node.each("participants_list/participants")
    ]


def _denominators(node: Asked) -> list[Built]:
    return [
        filled(
            {
                "units": one.text("units"),
                "counts": [
                    {"groupId": _group_id(count), "value": count.attributes.get("value", "")}
                    for count in one.each("count_list/count")
                ],
            }
        )
        for one in node.each("analyzed_list/analyzed")
        if one.text("scope") is not None  # "Overall", "Measure", "Class": where it stands says so already
    ]


def _classes(node: Asked) -> list[Built]:
    return [
        filled(
            {
                "title": one.text("title"),
                "denoms": _denominators(one),
                "categories": [
                    filled({"title": category.text("title"), "measurements": _measurements(category)})
                    for category in one.each("category_list/category")
                ],
            }
        )
        for one in node.each("class_list/class")
    ]


def _measurements(node: Asked) -> list[Built]:
    return [
        filled(
            {
                "groupId": _group_id(one),
                "value": one.attributes.get("value", ""),
                "spread": one.attributes.get("spread", ""),
                "lowerLimit": one.attributes.get("lower_limit", ""),
                "upperLimit": one.attributes.get("upper_limit", ""),
                "comment": passage(one.own_text),
            }
        )
        for one in node.each("measurement_list/measurement")
    ]


def _baseline(node: Asked) -> Built:
    return {
        "populationDescription": passage(node.text("population")),
        "groups": _groups(node),
        "denoms": _denominators(node),
        "measures": [
            filled(
                {
                    "title": one.text("title"),
                    "description": passage(one.text("description")),
                    "populationDescription": passage(one.text("population")),
                    "paramType": _upper(one.text("param")),
                    "dispersionType": _upper(one.text("dispersion")),
                    "unitOfMeasure": one.text("units"),
                    "denoms": _denominators(one),
                    "classes": _classes(one),
                }
            )
            for one in node.each("measure_list/measure")
        ],
    }


def _outcome(node: Asked) -> Built:
    measure = node.one("measure")
    told = measure or Asked.nothing()
    for tag in ("title", "description", "population"):
        told.text(tag)  # said again in the outcome itself
    return filled(
        {
            "type": code(_LEVEL, node.text("type")),
            "title": node.text("title"),
            "description": passage(node.text("description")),
            "populationDescription": passage(node.text("population")),
            "reportingStatus": "POSTED" if measure else "NOT_POSTED",
            "anticipatedPostingDate": node.text("posting_date"),
            "paramType": _upper(told.text("param")),
            "dispersionType": told.text("dispersion"),
            "unitOfMeasure": told.text("units"),
            "timeFrame": node.text("time_frame"),
            "typeUnitsAnalyzed": told.text("units_analyzed"),
            "groups": _groups(node),
            "denoms": _denominators(told),
            "classes": _classes(told),
            "analyses": [_analysis(one) for one in node.each("analysis_list/analysis")],
        }
    )


def _analysis(node: Asked) -> Built:
    return filled(
        {
            "paramType": node.text("param_type"),
            "paramValue": node.text("param_value"),
            "dispersionType": _upper(node.text("dispersion_type")),
            "dispersionValue": node.text("dispersion_value"),
            "statisticalMethod": node.text("method"),
            "statisticalComment": passage(node.text("method_desc")),
            "pValue": node.text("p_value"),
            "pValueComment": passage(node.text("p_value_desc")),
            "ciNumSides": code(_SIDES, node.text("ci_n_sides")),
            "ciPctValue": node.text("ci_percent"),
            "ciLowerLimit": node.text("ci_lower_limit"),
            "ciUpperLimit": node.text("ci_upper_limit"),
            "ciLowerLimitComment": passage(node.text("ci_lower_limit_na_comment")),
            "ciUpperLimitComment": passage(node.text("ci_upper_limit_na_comment")),
            "estimateComment": passage(node.text("estimate_desc")),
            "testedNonInferiority": yes_no(node.text("non_inferiority")),
            "nonInferiorityType": _upper(node.text("non_inferiority_type")),
            "nonInferiorityComment": passage(node.text("non_inferiority_desc")),
            "otherAnalysisDescription": passage(node.text("other_analysis_desc")),
            "groupDescription": passage(node.text("groups_desc")),
            "groupIds": [_group_id(one) for one in node.each("group_id_list/group_id")],
        }
    )


def _events(node: Asked) -> Built:
    groups = _groups(node)
    for kind in ("serious", "other"):
        for event in node.each(f"{kind}_events/category_list/category/event_list/event"):
            if event.text("sub_title").startswith("Total"):
                for count in event.each("counts"):
                    _into_group(groups, count, kind)
    other = node.text("other_events/frequency_threshold")
    return {
        "frequencyThreshold": other or node.text("serious_events/frequency_threshold"),
        "timeFrame": node.text("time_frame"),
        "description": passage(node.text("desc")),
        "eventGroups": groups,
        "seriousEvents": _listed_events(node.one("serious_events") or Asked.nothing()),
        "otherEvents": _listed_events(node.one("other_events") or Asked.nothing()),
    }


def _into_group(groups: list[Built], count: Asked, kind: str) -> None:
    """The line "Total" of the events belongs to the group in API v2."""
    for group in groups:
        if group.get("id") == _group_id(count):
            group[f"{kind}NumAffected"] = _number(count.attributes.get("subjects_affected"))
            group[f"{kind}NumAtRisk"] = _number(count.attributes.get("subjects_at_risk"))


def _listed_events(node: Asked) -> list[Built]:
    vocabulary, assessment = node.text("default_vocab"), node.text("default_assessment")
    found = []
    for category in node.each("category_list/category"):
        system = category.text("title")
        for event in category.each("event_list/event"):
            if event.text("sub_title").startswith("Total"):
                continue
            stats = [
                filled(
                    {
                        "groupId": _group_id(count),
                        "numEvents": _number(count.attributes.get("events")),
                        "numAffected": _number(count.attributes.get("subjects_affected")),
                        "numAtRisk": _number(count.attributes.get("subjects_at_risk")),
                    }
                )
                for count in event.each("counts")
            ]
            found.append(
                filled(
                    {
                        "term": event.text("sub_title"),
                        "organSystem": system,
                        "sourceVocabulary": event.text("vocab") or vocabulary,
                        "assessmentType": _upper(event.text("assessment") or assessment),
                        "notes": passage(event.text("description")),
                        "stats": stats,
                    }
                )
            )
    return found


def _more(told: Asked) -> Built:
    employed, restricted = (
        told.text("certain_agreements/pi_employee"),
        told.text("certain_agreements/restrictive_agreement"),
    )
    none = restricted.startswith("There is NOT")
    return {
        "limitationsAndCaveats": {"description": passage(told.text("limitations_and_caveats"))},
        "certainAgreement": {
            "piSponsorEmployee": None if not employed else "NOT" not in employed,
            "restrictiveAgreement": None if not restricted else not none,
            "otherDetails": "" if none else passage(restricted),
        },
        "pointOfContact": {
            "title": told.text("point_of_contact/name_or_title"),
            "organization": told.text("point_of_contact/organization"),
            "email": told.text("point_of_contact/email"),
            "phone": told.text("point_of_contact/phone"),
            "phoneExt": told.text("point_of_contact/phone_ext"),
        },
    }
