"""
What capture says to the person at the form, in both languages. Fields in braces are filled by `capture.problems`.

One line a part: found, expected, cure. A code is never reused; each stands in docs/reference/problems/capture.md.
"""

from trialwright.capture.message import Message
from trialwright.capture.messages_acts import ACT_MESSAGES
from trialwright.capture.messages_quality import QUALITY
from trialwright.model.text import Text

_T = Text

MESSAGES: dict[str, Message] = {
    **ACT_MESSAGES,
    # What was typed cannot be read.
    "TW-CAP-001": Message(
        _T('"{typed}" is not a number', "“{typed}”不是数字"),
        _T("{label} is a number such as {example}", "{label}应填写数字，例如 {example}"),
        _T("Type the number alone", "请只填写数字"),
    ),
    "TW-CAP-002": Message(
        _T('"{typed}" is a limit, not a value', "“{typed}”是界限，不是数值"),
        _T("{label} is one number", "{label}应为一个数值"),
        _T(
            "Ask the laboratory for the number; where there is none, mark the item as unknown",
            "请向检验科索取具体数值；如无法取得，请标记为“不详”",
        ),
    ),
    "TW-CAP-003": Message(
        _T('"{typed}" can be read as {guess}', "“{typed}”可理解为 {guess}"),
        _T("{label} is a number that can be read in one way", "{label}的数字只能有一种读法"),
        _T(
            "Type it without a comma between thousands, with a point before decimals",
            "请不要使用千位逗号，小数请用小数点",
        ),
    ),
    "TW-CAP-004": Message(
        _T('the unit of {label} is "{typed}"', "{label}的单位为“{typed}”"),
        _T("The unit must be {allowed}", "单位应为 {allowed}"),
        _T(
            "Choose the unit printed on the report. Did the laboratory change its report?",
            "请按报告单选择单位。检验科是否更换了报告格式？",
        ),
    ),
    "TW-CAP-005": Message(
        _T('"{typed}" has {count} decimals', "“{typed}”有 {count} 位小数"),
        _T("{label} has at most {allowed}", "{label}最多保留 {allowed} 位小数"),
        _T("Type it as it stands in the source, to {allowed} decimals", "请按原始资料填写，最多 {allowed} 位小数"),
    ),
    "TW-CAP-007": Message(
        _T('"{typed}" is not on the list', "“{typed}”不在选项中"),
        _T("{label} is one of {allowed}", "{label}应为以下之一：{allowed}"),
        _T("Choose one of them", "请从中选择一项"),
    ),
    "TW-CAP-009": Message(
        _T('"{typed}" is not a date', "“{typed}”不是日期"),
        _T("{label} is a date such as 2021-03-15", "{label}应为日期，例如 2021-03-15"),
        _T("Type year, month, day in this order", "请按年、月、日的顺序填写"),
    ),
    "TW-CAP-010": Message(
        _T('"{typed}" begins with day or month', "“{typed}”以日或月开头"),
        _T("{label} begins with the year, such as 2021-03-15", "{label}应以年份开头，例如 2021-03-15"),
        _T(
            "Type it again with the year first: 03/04 is March to some and April to others",
            "请先写年份：03/04 可能是三月，也可能是四月",
        ),
    ),
    "TW-CAP-011": Message(
        _T('"{typed}" is no day of the calendar', "日历上没有“{typed}”这一天"),
        _T("{label} is a day that exists", "{label}应为真实存在的日期"),
        _T(
            "Look at the source; an unknown day or month is written UU, such as 2021-03-UU",
            "请核对原始资料；未知的日或月写作 UU，例如 2021-03-UU",
        ),
    ),
    "TW-CAP-012": Message(
        _T('"{typed}" is not a whole date', "“{typed}”不是完整日期"),
        _T("{label} needs year, month and day", "{label}需要填写年、月、日"),
        _T("Complete it, or mark the item as unknown", "请补充完整，或标记为“不详”"),
    ),
    "TW-CAP-013": Message(
        _T('{label} has a value and is also marked "{missing}"', "{label}已填写数值，又标记为“{missing}”"),
        _T("A value or a reason why there is none, not both", "数值与缺失原因只能有一项"),
        _T("Clear one of the two", "请清除其中一项"),
    ),
    "TW-CAP-014": Message(
        _T('"{typed}" is no reason for absence', "“{typed}”不是有效的缺失原因"),
        _T("The reasons are not done, not applicable, unknown", "缺失原因为：未做、不适用、不详"),
        _T("Choose one of them", "请从中选择一项"),
    ),
    "TW-CAP-015": Message(
        _T("{label} holds {count} characters", "{label}有 {count} 个字符"),
        _T("Up to {allowed} characters", "最多 {allowed} 个字符"),
        _T("Shorten it", "请缩短内容"),
    ),
    "TW-CAP-016": Message(
        _T('"{item}" was sent', "提交的内容中有“{item}”"),
        _T(
            "Only items that this form asks for; scores are computed, never typed",
            "只能提交本表单中的项目；评分由系统计算，不能填写",
        ),
        _T("Load the form again", "请重新打开表单"),
    ),
    "TW-CAP-017": Message(
        _T("{label} was given a new value while it is not asked", "{label}当前不需填写，却提交了新数值"),
        _T("A hidden item keeps what it held and takes nothing new", "隐藏的项目保留原值，不接受新值"),
        _T("Clear it, or change the answer that hides it", "请清除该值，或修改使其隐藏的回答"),
    ),
    "TW-CAP-018": Message(
        _T("{count} stored values would change: {labels}", "将修改 {count} 个已保存的数值：{labels}"),
        _T("Every change of a stored value has a reason", "修改已保存的数值必须说明原因"),
        _T("Say in one sentence why, then save again", "请用一句话说明原因，然后重新保存"),
    ),
    "TW-CAP-019": Message(
        _T("{label} holds {kind}, {sign}, as {place}", "{label}含有{kind} {sign}，位于{place}"),
        _T("Letters, digits, signs and spaces that can be seen", "应为可见的文字、数字、符号和空格"),
        _T("Delete it there: often it came with pasting", "请在该处删除：此类字符通常由粘贴带入"),
    ),
    # Said, but never in the way of saving.
    "TW-CAP-020": Message(
        _T("{label} is {typed}", "{label}为 {typed}"),
        _T("Usual values lie between {low} and {high}", "常见范围为 {low} 至 {high}"),
        _T("It is saved. Compare it with the source", "数据已保存，请与原始资料核对"),
        "warning",
    ),
    "TW-CAP-021": Message(
        _T("{label} is {typed}", "{label}为 {typed}"),
        _T("A day that is not after {today}", "日期不应晚于 {today}"),
        _T("It is saved. Correct it if it is a slip", "数据已保存，如有笔误请更正"),
        "warning",
    ),
    "TW-CAP-022": Message(
        _T("{label} is empty", "{label}未填写"),
        _T("A value, or the reason why there is none", "应填写数值或缺失原因"),
        _T("Fill it in before the visit is marked complete", "请在标记访视完成前补充"),
        "warning",
    ),
    "TW-CAP-023": Message(
        _T(
            "{label} seems to hold an identity, telephone or mail number of a person",
            "{label}中疑似含有身份证号、电话号码或邮箱",
        ),
        _T("Nothing that tells who the participant is", "不得包含可识别参与者身份的信息"),
        _T(
            "It is saved. Remove it, and ask the data manager to erase it",
            "数据已保存。请删除该信息，并联系数据管理员予以清除",
        ),
        "warning",
    ),
    "TW-CAP-025": Message(
        _T("{label} is kept as {typed}", "{label}按 {typed} 保存"),
        _T("A limit counts as unknown where a number is needed", "界限值在需要数值之处按“不详”计"),
        _T("Ask the laboratory for the number, if it has one", "如检验科有具体数值，请索取"),
        "warning",
    ),
    "TW-CAP-024": Message(
        _T("{message}", "{message}"),
        _T("The check {check} should hold", "应符合核查规则 {check}"),
        _T("It is saved, and a query asks about it", "数据已保存，系统已发出质疑"),
        "warning",
    ),
    # Gates.
    "TW-CAP-030": Message(
        _T("{gate} is not in the record of this study", "本研究尚无“{gate}”的记录"),
        _T("No participant enters before it", "在此之前不得纳入参与者"),
        _T("Ask the investigator to record it", "请研究者先行登记"),
    ),
    "TW-CAP-031": Message(
        _T("{participant} has no consent on record", "{participant} 尚无知情同意记录"),
        _T("Consent before the first value", "填写任何数据前须取得知情同意"),
        _T("Record the consent, with its version and date", "请先登记知情同意的版本和日期"),
    ),
    "TW-CAP-032": Message(
        _T('"{participant}" is not a participant of this study', "本研究没有参与者“{participant}”"),
        _T("A participant who was added", "应为已登记的参与者"),
        _T("Look at the list of participants", "请查看参与者列表"),
    ),
    "TW-CAP-033": Message(
        _T("{participant} has withdrawn consent", "{participant} 已撤回知情同意"),
        _T("What was collected stays, nothing is added", "已收集的数据保留，不再新增"),
        _T("Nothing can be entered any more", "不能再填写数据"),
    ),
    "TW-CAP-034": Message(
        _T("the data are locked", "数据已锁定"),
        _T("Nothing changes after data lock", "数据锁定后不能修改"),
        _T("Ask for unlocking; it needs a reason, which is stored", "如需修改请申请解锁，解锁原因将被记录"),
    ),
    "TW-CAP-035": Message(
        _T("visit {visit} is marked complete", "访视 {visit} 已标记为完成"),
        _T("A complete visit stays as it is", "已完成的访视不能修改"),
        _T("Reopen the visit with a reason, then change the value", "请先说明原因并重新打开访视，再修改数据"),
    ),
    "TW-CAP-036": Message(
        _T("your roles are {roles}", "您的角色为：{roles}"),
        _T("This needs a role that may {act}", "此操作需要具有“{act}”权限的角色"),
        _T("Ask the person who keeps the delegation log", "请联系负责授权表的人员"),
    ),
    "TW-CAP-037": Message(
        _T('form "{form}" at visit "{visit}"', "访视“{visit}”的表单“{form}”"),
        _T("A form that the schedule has at this visit", "应为该访视计划中的表单"),
        _T("Open the form from the list of the participant's visits", "请从参与者的访视列表中打开表单"),
    ),
    "TW-CAP-038": Message(
        _T("{participant} is not enrolled ({status})", "{participant} 尚未入组（{status}）"),
        _T(
            "Only enrolled participants have visits after baseline and study treatment",
            "只有已入组的参与者才有基线后的访视和研究用药",
        ),
        _T("Confirm eligibility and enrol first", "请先确认符合条件并办理入组"),
    ),
    "TW-CAP-040": Message(
        _T("{participant} already has a baseline ({visit})", "{participant} 已有基线数据（{visit}）"),
        _T("One baseline, entered once", "基线只能填写一次"),
        _T("Change the values of the first one, with a reason", "如需更正，请修改原有基线数据并说明原因"),
    ),
    "TW-CAP-041": Message(
        _T("{what} is {state}", "{what}{state}"),
        _T("What is frozen or locked stays as it is", "已冻结或锁定的内容不能修改"),
        _T(
            "Ask the data manager to open it; copy what you typed first",
            "请联系数据管理员解除；请先记下您填写的内容",
        ),
    ),
    "TW-CAP-042": Message(
        _T("row {row} is not active", "第 {row} 行已作废"),
        _T("A row in use, or a new one", "应为有效的记录行或新的记录行"),
        _T("Enter it as a new row; the inactive one stays readable", "请另起新行填写；作废的记录仍可查看"),
    ),
    # Acts.
    "TW-CAP-050": Message(
        _T('participant "{participant}" is already there', "参与者“{participant}”已存在"),
        _T("A number that was never used", "应使用从未使用过的编号"),
        _T("Take the next free number", "请使用下一个编号"),
    ),
    "TW-CAP-051": Message(
        _T('"{typed}" cannot be a participant number', "“{typed}”不能作为参与者编号"),
        _T("Letters, digits and - only, up to 20, and no name", "只能使用字母、数字和连字符，最多 20 位，不得使用姓名"),
        _T("Take a number such as P001", "请使用类似 P001 的编号"),
    ),
    "TW-CAP-052": Message(
        _T("{participant} is {status}", "{participant} 目前状态为：{status}"),
        _T("This act is for a participant who is {allowed}", "此操作适用于状态为“{allowed}”的参与者"),
        _T("Look at the participant's history", "请查看参与者的记录"),
    ),
    "TW-CAP-053": Message(
        _T('consent version "{typed}"', "知情同意书版本“{typed}”"),
        _T("One of {allowed}", "应为以下之一：{allowed}"),
        _T("Choose the version that was signed", "请选择签署的版本"),
    ),
    "TW-CAP-054": Message(
        _T("not met: {failed}. Undecided: {unknown}", "不符合：{failed}。未能判定：{unknown}"),
        _T("Every criterion is met before enrolment", "入组前须符合全部标准"),
        _T("Complete the forms that decide it, or record a screen failure", "请补充相关表单，或登记为筛选失败"),
    ),
    "TW-CAP-055": Message(
        _T(
            "{count} required items of {visit} are empty: {labels}",
            "访视 {visit} 有 {count} 个必填项目未填写：{labels}",
        ),
        _T("Every required item has a value or a reason why there is none", "必填项目应有数值或缺失原因"),
        _T("Fill them in, or give a reason for completing the visit without them", "请补充，或说明缺项完成访视的原因"),
    ),
    "TW-CAP-056": Message(
        _T('"{typed}" is no role of this study', "本研究没有角色“{typed}”"),
        _T("One of {allowed}", "应为以下之一：{allowed}"),
        _T("Choose one of them", "请从中选择一项"),
    ),
    "TW-CAP-057": Message(
        _T(
            "{count} queries are open and {visits} started visits are not complete",
            "尚有 {count} 个质疑未关闭，{visits} 个访视未完成",
        ),
        _T("Data are locked when all is answered", "全部解决后方可锁定数据"),
        _T("Close them, or give the reason for locking with these exceptions", "请先处理，或说明保留例外而锁定的原因"),
    ),
    "TW-CAP-058": Message(
        _T("the data are not locked", "数据未锁定"),
        _T("Only locked data can be unlocked", "只有已锁定的数据才能解锁"),
        _T("Nothing needs to be done", "无需操作"),
    ),
    "TW-CAP-059": Message(
        _T("no reason was given", "未说明原因"),
        _T("This act needs a reason, which is stored", "此操作必须说明原因，原因将被记录"),
        _T("Say in one sentence why", "请用一句话说明原因"),
    ),
    "TW-CAP-060": Message(
        _T("nothing was changed", "没有任何修改"),
        _T("At least one new or different value", "至少应有一个新的或不同的数值"),
        _T("Change a value, or leave the form", "请修改数值，或离开表单"),
        "note",
    ),
    "TW-CAP-061": Message(
        _T("the page was made for build {typed}", "该页面基于第 {typed} 版研究定义"),
        _T("The study is at build {allowed}", "研究目前为第 {allowed} 版"),
        _T("Load the form again; what you typed is still on the page", "请重新打开表单；您填写的内容仍在页面上"),
    ),
    "TW-CAP-062": Message(
        _T("visit {visit} is {status}", "访视 {visit} 的状态为：{status}"),
        _T("This act is for a visit that is {allowed}", "此操作适用于状态为“{allowed}”的访视"),
        _T("Look at the participant's visits", "请查看参与者的访视"),
    ),
    "TW-CAP-063": Message(
        _T("the study's data are not locked and no look is declared", "研究数据尚未锁定，也没有已声明的查看"),
        _T(
            "Efficacy results stay hidden until data lock or a declared look",
            "数据锁定或声明查看之前，疗效结果不予显示",
        ),
        _T("Declare a look, which is listed in the report, or lock the data", "请声明查看（将列入报告），或锁定数据"),
    ),
    "TW-CAP-064": Message(
        _T("this query is closed already", "该质疑已关闭"),
        _T("A query that is still open", "应为未关闭的质疑"),
        _T("Look at the list of open queries", "请查看未关闭的质疑列表"),
    ),
    "TW-CAP-070": Message(
        _T('"{typed}" is no unscheduled visit of this study', "“{typed}”不是本研究的计划外访视"),
        _T("The schedule has {allowed}", "访视计划中有：{allowed}"),
        _T("Choose one of them, or amend the schedule", "请从中选择，或修订访视计划"),
    ),
    "TW-CAP-071": Message(
        _T(
            "{participant} has not signed version {version} of the consent form",
            "{participant} 尚未签署第 {version} 版知情同意书",
        ),
        _T("A visit on {day} needs it", "{day} 的访视须先签署该版本"),
        _T(
            "Record the new consent on the participant's page, then save again",
            "请先在参与者页面登记新的知情同意，然后重新保存",
        ),
    ),
    "TW-CAP-065": Message(
        _T("others keep writing to the same data", "其他人正在不断写入同一数据"),
        _T("A moment in which nobody else writes here", "需要一个无人同时写入的时刻"),
        _T("Nothing was saved; save again in a moment", "未保存任何内容，请稍后再次保存"),
    ),
    "TW-CAP-066": Message(
        _T(
            "visits with core set measures are still open, and your role enters data",
            "仍有含核心指标的访视未标记完成，而您的角色可填写数据",
        ),
        _T("Nobody who enters core set measures sees a verdict forming", "填写核心指标者不得看到正在形成的判定"),
        _T("Mark these visits complete, or wait for data lock", "请将这些访视标记为完成，或等待数据锁定"),
    ),
    "TW-CAP-067": Message(
        _T(
            "you are scoring a visit now, and earlier values are hidden from you",
            "您正在评估某次访视，此前的数值对您隐藏",
        ),
        _T("Nobody who scores takes away what was scored before", "评估者不得导出此前的评估数值"),
        _T("Complete the visit first, or let somebody else take the copy", "请先完成该访视，或由他人导出"),
    ),
    **QUALITY,
}
