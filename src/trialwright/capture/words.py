"""Words for what the ledger keeps as short names: acts, reasons for absence, yes and no."""

from trialwright.model.ledger import EventKind
from trialwright.model.text import Text

MISSING: dict[str, Text] = {
    "not done": Text(en="not done", zh="未做"),
    "not applicable": Text(en="not applicable", zh="不适用"),
    "unknown": Text(en="unknown", zh="不详"),
}

YES_NO = {"Y": Text(en="Yes", zh="是"), "N": Text(en="No", zh="否")}

UNITS: dict[str, Text] = {
    "a": Text(en="years", zh="岁"),
    "mo": Text(en="months", zh="个月"),
    "wk": Text(en="weeks", zh="周"),
    "d": Text(en="days", zh="天"),
    "h": Text(en="hours", zh="小时"),
    "min": Text(en="minutes", zh="分钟"),
    "mg/d": Text(en="mg/day", zh="毫克/天"),
    "mg/kg/d": Text(en="mg/kg/day", zh="毫克/千克/天"),
}
"""Unit symbols that nobody reads aloud as they are written; all others are shown as symbols."""


def unit_words(unit: str) -> Text:
    """A unit as forms show it."""
    return UNITS.get(unit) or Text(unit, unit)


EVENTS: dict[EventKind, Text] = {
    "signed_in": Text(en="signed in", zh="登录"),
    "signed_out": Text(en="signed out", zh="退出登录"),
    "sign_in_failed": Text(en="sign-in failed", zh="登录失败"),
    "account_added": Text(en="account added", zh="新增账户"),
    "role_granted": Text(en="role granted", zh="授予角色"),
    "role_revoked": Text(en="role revoked", zh="撤销角色"),
    "build_published": Text(en="definition published", zh="方案定义发布"),
    "ethics_approval": Text(en="ethics approval", zh="伦理批准"),
    "site_opened": Text(en="site opened", zh="研究中心启动"),
    "record_submitted": Text(en="registry record submitted", zh="注册信息提交"),
    "participant_added": Text(en="participant added", zh="新增参与者"),
    "consent_given": Text(en="consent given", zh="签署知情同意"),
    "consent_withdrawn": Text(en="consent withdrawn", zh="撤回知情同意"),
    "eligibility_confirmed": Text(en="eligibility confirmed", zh="确认符合入选条件"),
    "enrolled": Text(en="enrolled", zh="入组"),
    "arm_corrected": Text(en="arm corrected", zh="更正组别"),
    "screen_failure": Text(en="screen failure", zh="筛选失败"),
    "date_corrected": Text(en="date of an act corrected", zh="更正日期"),
    "withdrawn": Text(en="withdrawn", zh="退出研究"),
    "completed": Text(en="completed the study", zh="完成研究"),
    "died": Text(en="died", zh="死亡"),
    "visit_completed": Text(en="visit marked complete", zh="访视标记为完成"),
    "visit_reopened": Text(en="visit reopened", zh="访视重新打开"),
    "visit_missed": Text(en="visit missed", zh="访视缺失"),
    "visit_added": Text(en="unscheduled visit added", zh="新增计划外访视"),
    "identity_kept": Text(en="identity of a participant kept", zh="登记参与者身份"),
    "migrated": Text(en="form moved to another build", zh="表单迁移至其他版本"),
    "identity_read": Text(en="identity of a participant read", zh="查看参与者身份"),
    "identity_erased": Text(en="identity of a participant erased", zh="清除参与者身份"),
    "query_opened": Text(en="query opened", zh="提出质疑"),
    "query_answered": Text(en="query answered", zh="答复质疑"),
    "query_closed": Text(en="query closed", zh="关闭质疑"),
    "query_reopened": Text(en="query reopened", zh="重新打开质疑"),
    "verified": Text(en="verified", zh="已核查"),
    "reviewed": Text(en="reviewed", zh="已审阅"),
    "frozen": Text(en="frozen", zh="冻结"),
    "unfrozen": Text(en="unfrozen", zh="解除冻结"),
    "locked": Text(en="locked", zh="锁定"),
    "unlocked": Text(en="unlocked", zh="解除锁定"),
    "signed": Text(en="signed", zh="签名"),
    "signature_broken": Text(en="signature broken", zh="签名失效"),
    "deviation_recorded": Text(en="deviation recorded", zh="记录方案偏离"),
    "row_inactivated": Text(en="row made inactive", zh="记录行作废"),
    "look_declared": Text(en="look at the results declared", zh="声明查看结果"),
    "report_made": Text(en="report made", zh="生成报告"),
    "exported": Text(en="exported", zh="导出"),
    "printed": Text(en="printed", zh="打印"),
    "erased": Text(en="value erased", zh="依法删除数值"),
    "account_locked": Text(en="account locked after wrong passwords", zh="密码多次错误，账户锁定"),
    "account_unlocked": Text(en="account unlocked", zh="账户解锁"),
    "account_closed": Text(en="account closed", zh="账户关闭"),
    "password_changed": Text(en="password changed", zh="修改密码"),
    "second_factor_set": Text(en="second factor set up", zh="启用双重验证"),
    "second_factor_removed": Text(en="second factor removed", zh="停用双重验证"),
    "signature_refused": Text(en="signature refused", zh="签名被拒"),
    "safety_reported": Text(en="serious event reported to the sponsor", zh="向申办者报告严重不良事件"),
    "safety_assessed": Text(en="serious event assessed by the sponsor", zh="申办者评价严重不良事件"),
    "safety_submitted": Text(en="report of a serious event sent", zh="递交严重不良事件报告"),
    "safety_completed": Text(en="report of a serious event complete", zh="严重不良事件报告完成"),
    "deviation_settled": Text(en="no deviation after all", zh="判定不构成方案偏离"),
    "deviations_reported": Text(en="deviations reported to the ethics committee", zh="向伦理委员会报告方案偏离"),
    "product_moved": Text(en="product received, returned, destroyed or counted", zh="研究药物收发、销毁或清点"),
}
