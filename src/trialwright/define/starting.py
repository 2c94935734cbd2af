"""What a new definition begins with until somebody decides otherwise."""

STARTING_ROLES = (
    ("investigator", "Investigator", "研究者", "enter, complete_visit, enrol, record_deviation, see_results"),
    ("study_nurse", "Study nurse", "研究护士", "enter, record_deviation"),
    ("data_manager", "Data manager", "数据管理员", "record_deviation, verify, lock, grant"),
    ("statistician", "Statistician", "统计师", "look, see_results"),
    ("registry_officer", "Registry officer", "注册专员", "see_results, keep_record"),
)
"""Roles of a small trial: name, English, Chinese, and what each may do."""
