"""
What capture says about signatures, roles, serious events, deviations and the product log, in both languages.

One line a part: found, expected, cure. A code is never reused; each stands in docs/reference/problems/conduct.md.
"""

from trialwright.capture.message import Message
from trialwright.model.text import Text

_T = Text

ACT_MESSAGES: dict[str, Message] = {
    # Signatures.
    "TW-CAP-100": Message(
        _T('"{typed}" is nothing that is signed here', "此处不签署“{typed}”"),
        _T("Here may be signed: {allowed}", "此处可签署：{allowed}"),
        _T("Choose one of them", "请从中选择"),
    ),
    "TW-CAP-101": Message(
        _T('your roles ({roles}) do not sign "{meaning}"', "您的角色（{roles}）不签署“{meaning}”"),
        _T("It is signed by {allowed}", "应由以下角色签署：{allowed}"),
        _T("Ask one of these persons to sign", "请由相应人员签署"),
    ),
    "TW-CAP-102": Message(
        _T("{place} is not complete: {owed}", "{place} 尚未完成：{owed}"),
        _T("Only what is complete is signed", "完成后方可签署"),
        _T("Complete it first, or give the reason why something is missing", "请先补充完整，或注明缺失原因"),
    ),
    "TW-CAP-103": Message(
        _T("{place} was changed since this page was opened", "打开此页后，{place} 已被修改"),
        _T("What is signed is what was seen", "所签署的应为所见的内容"),
        _T("Look at the page again, then sign", "请重新查看后再签署"),
    ),
    "TW-CAP-104": Message(
        _T("you have signed {place} already, and the signature holds", "您已签署 {place}，且签名有效"),
        _T("One valid signature of a person for one meaning", "同一人对同一含义只需一个有效签名"),
        _T("Nothing is to be done", "无需操作"),
    ),
    # Serious events.
    "TW-CAP-120": Message(
        _T("{number} is no serious event that stands", "{number} 不是有效的严重不良事件"),
        _T("A row of the log of adverse events that is marked serious", "不良事件记录中标记为严重的一行"),
        _T("Mark the event as serious on its form first", "请先在表单中将该事件标记为严重"),
    ),
    "TW-CAP-121": Message(
        _T('"{typed}" is not a day with its time', "“{typed}”不是日期和时间"),
        _T(
            "{label} is a day and a time at the site, such as 2021-05-03 14:30",
            "{label}应为当地日期和时间，例如 2021-05-03 14:30",
        ),
        _T("Type both: the clock runs from the hour", "请同时填写日期和时间：时限自该时刻起算"),
    ),
    "TW-CAP-122": Message(
        _T('"{typed}" lies in the future', "“{typed}”晚于当前时间"),
        _T("{label} has passed", "{label}应早于当前时间"),
        _T("Correct day or time", "请更正日期或时间"),
    ),
    "TW-CAP-123": Message(
        _T('"{typed}" is no report of this study', "“{typed}”不是本研究的报告类型"),
        _T("Reports go to {allowed}", "报告对象为：{allowed}"),
        _T("Choose one of them", "请从中选择"),
    ),
    "TW-CAP-124": Message(
        _T("the report of {number} lacks: {missing}", "{number} 的报告缺少：{missing}"),
        _T("A complete report holds all of it", "完整的报告须包含以上全部内容"),
        _T("Enter what is missing, then mark the report complete", "请补充后再标记报告为完成"),
    ),
    "TW-CAP-125": Message(
        _T("{typed} is before {who} learned of it", "{typed} 早于{who}获知时间"),
        _T(
            "A report is sent after that: {who} knows of this event since {since}",
            "报告应在获知之后递交：{who}自 {since} 起获知该事件",
        ),
        _T("Correct the moment of sending", "请更正递交时间"),
    ),
    # Deviations.
    "TW-CAP-130": Message(
        _T('"{typed}" is nothing that the data show and nobody has settled', "“{typed}”不是待处理的疑似偏离"),
        _T("A departure that is still in the list", "应为列表中尚未处理的项目"),
        _T("Look at the list again: somebody may have settled it", "请重新查看列表，可能已由他人处理"),
    ),
    "TW-CAP-131": Message(
        _T("no deviation was chosen, or one that was told already", "未选择偏离，或所选偏离已报告"),
        _T("Deviations on record that the committee has not been told of", "应为尚未向伦理委员会报告的偏离"),
        _T("Choose again from the list", "请从列表中重新选择"),
    ),
    # The product.
    "TW-CAP-150": Message(
        _T('"{typed}" is no movement of the product', "“{typed}”不是研究药物的操作类型"),
        _T("It is received, returned, destroyed or counted", "应为接收、退回、销毁或清点"),
        _T("Choose one of them", "请从中选择"),
    ),
    "TW-CAP-151": Message(
        _T('"{typed}" cannot be a lot', "“{typed}”不能作为批号"),
        _T("A lot is the 1 to 40 characters printed on the carton", "批号为包装上印刷的 1 至 40 个字符"),
        _T("Copy it from the carton", "请按包装填写"),
    ),
    "TW-CAP-152": Message(
        _T('"{typed}" is no number of vials', "“{typed}”不是瓶数"),
        _T("A whole number from 0 on", "应为非负整数"),
        _T("Count whole vials", "请按整瓶计数"),
    ),
    "TW-CAP-153": Message(
        _T('lot "{typed}" never came', "批号“{typed}”无接收记录"),
        _T("A lot that was received or given before", "应为已接收或已使用的批号"),
        _T("Record its receipt first, or correct the lot", "请先登记接收，或更正批号"),
    ),
    "TW-CAP-154": Message(
        _T("{typed} vials are to go and {stock} must be there", "拟出库 {typed} 瓶，应有库存 {stock} 瓶"),
        _T("No more goes than there is", "出库数不得多于库存"),
        _T("Count the shelf, then correct the number", "请清点库存后更正"),
    ),
    # People.
    "TW-CAP-110": Message(
        _T('"{typed}" is no site of this study', "“{typed}”不是本研究的研究中心"),
        _T("The sites are {allowed}", "研究中心包括：{allowed}"),
        _T("Choose one of them, or leave it empty for all", "请从中选择；留空表示全部中心"),
    ),
    "TW-CAP-111": Message(
        _T("the term begins on {since} and ends on {until}", "期限自 {since} 起，至 {until} 止"),
        _T("A term ends on or after the day on which it begins", "结束日期不得早于开始日期"),
        _T("Correct one of the two days", "请更正其中一个日期"),
    ),
    "TW-CAP-112": Message(
        _T("the person is {held} already, which does not go with {typed}", "该人员已是 {held}，不能兼任 {typed}"),
        _T(
            "Who assesses for the sponsor has no act of the site, also not by another role",
            "代表申办者评价者不得兼有研究中心的操作权限",
        ),
        _T("Give the role to another person, or take the other one back first", "请授予其他人员，或先撤销其原有角色"),
    ),
    "TW-CAP-113": Message(
        _T("{typed} is given without a day of training that has come", "授予 {typed} 时没有已完成的培训日期"),
        _T(
            "The definition asks for training before this role (trained_first)",
            "研究定义规定须先完成培训才能授予此角色",
        ),
        _T("Give the role with the day of the training", "请填写培训日期后再授予角色"),
    ),
    # Allocation.
    "TW-CAP-160": Message(
        _T('the arm is "{typed}"', "所填组别为“{typed}”"),
        _T("In a study of several arms the enrolment names one of: {allowed}", "多组研究入组时须选择其一：{allowed}"),
        _T("Choose the arm that the allocation of this participant says", "请按该参与者的分组结果选择"),
    ),
    "TW-CAP-161": Message(
        _T("{participant} is in the arm {arm} already", "{participant} 的组别已为{arm}"),
        _T("Another arm than the one that stands", "应为与现有组别不同的组别"),
        _T("Nothing is to be done, or choose the other arm", "无需更正，或选择其他组别"),
    ),
    "TW-CAP-162": Message(
        _T("no arm was ever named for {participant}", "{participant} 从未登记组别"),
        _T("A participant whose enrolment named an arm", "应为入组时已登记组别的参与者"),
        _T(
            "Enrol the participant, naming the arm; in a study of one arm nothing is to be done",
            "请在入组时登记组别；单组研究无需操作",
        ),
    ),
    # The days of acts.
    "TW-CAP-163": Message(
        _T("the day that stands for {participant} is {typed} already", "{participant} 现登记的日期已为 {typed}"),
        _T("Another day than the one that stands", "应为与现登记日期不同的日期"),
        _T("Nothing is to be done, or enter the other day", "无需更正，或填写其他日期"),
    ),
    "TW-CAP-164": Message(
        _T("{participant} has no such act with a day", "{participant} 没有这项带日期的登记"),
        _T("A consent, an enrolment or an end of this participant", "应为该参与者的知情同意、入组或结束参与登记"),
        _T("Choose one of the acts that the participant's page offers", "请在参与者页面所列登记中选择"),
    ),
    "TW-CAP-165": Message(
        _T("{typed} lies in the future", "{typed} 晚于今天"),
        _T("A day on which it took place: {today} at the latest", "实际发生的日期，不晚于 {today}"),
        _T("Correct the date", "请更正日期"),
    ),
    "TW-CAP-166": Message(
        _T("{typed} lies before the first consent ({first})", "{typed} 早于首次知情同意日期（{first}）"),
        _T("An end on or after the day of consent", "结束参与的日期不早于知情同意日期"),
        _T("Correct the date; if the consent is wrong, correct that first", "请更正日期；如知情同意日期有误，请先更正"),
    ),
    "TW-CAP-167": Message(
        _T("{label}: nothing is chosen", "{label}：尚未选择"),
        _T("One of {allowed}", "应为以下之一：{allowed}"),
        _T("Choose the one that holds: none is assumed", "请选择相符的一项：系统不作预设"),
    ),
    # Amendments.
    "TW-CAP-140": Message(
        _T(
            "this form is {state} under build {build} of the definition",
            "该表单在方案定义第 {build} 版下{state}",
        ),
        _T("What is signed or locked stays under its build", "已签署或锁定的内容保留在原版本下"),
        _T("Open it from the participant's page and correct it there", "请从参与者页面打开并在原版本下更正"),
    ),
    "TW-CAP-141": Message(
        _T("no form stands under another build", "没有处于其他版本下的表单"),
        _T("Only forms of an earlier build move to this one", "仅早期版本的表单可迁移到本版本"),
        _T("Nothing is to be done", "无需操作"),
        severity="note",
    ),
}
