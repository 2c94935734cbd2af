"""What capture says about queries, verification, review, freeze and lock, and about who a participant is."""

from trialwright.capture.message import Message
from trialwright.model.text import Text

_T = Text

QUALITY: dict[str, Message] = {
    "TW-CAP-080": Message(
        _T("this query is not closed", "该质疑尚未关闭"),
        _T("Only a closed query is opened again", "只有已关闭的质疑才能重新打开"),
        _T("Look at the list of queries", "请查看质疑列表"),
    ),
    "TW-CAP-081": Message(
        _T("every check came out as it stands already", "所有核查结果均与现状一致"),
        _T("A query to open or to close", "应有需提出或关闭的质疑"),
        _T("Nothing needs to be done", "无需操作"),
        "note",
    ),
    "TW-CAP-082": Message(
        _T("{what} is {state}", "{what}{state}"),
        _T("What is frozen or locked stays as it is", "已冻结或锁定的内容不能修改"),
        _T("Ask the data manager to open it; that needs a reason", "请联系数据管理员解除，解除须说明原因"),
    ),
    "TW-CAP-083": Message(
        _T("somebody saved this form after the page was made", "页面打开后该表单已被他人保存"),
        _T("What is marked is what was looked at", "只能标记您所看到的内容"),
        _T("Look at the form again, then mark it", "请重新查看表单后再标记"),
    ),
    "TW-CAP-084": Message(
        _T("no value was chosen that stands on this form", "未选择本表单上现有的数值"),
        _T("At least one value that is entered", "应至少选择一个已录入的数值"),
        _T("Choose the values that you compared with the source", "请选择已与原始资料核对的数值"),
    ),
    "TW-CAP-085": Message(
        _T("{what} is {state} already", "{what}目前状态为：{state}"),
        _T("An act that changes something", "操作应改变现状"),
        _T("Nothing needs to be done", "无需操作"),
    ),
    "TW-CAP-086": Message(
        _T("{count} matters are not settled: {kinds}", "尚有 {count} 项未处理：{kinds}"),
        _T("All is settled before a lock", "全部处理后方可锁定"),
        _T("Settle them, or give the reason for locking with these exceptions", "请先处理，或说明保留例外而锁定的原因"),
    ),
    "TW-CAP-087": Message(
        _T('"{typed}" is no site of this study', "本研究没有研究中心“{typed}”"),
        _T("One of {allowed}", "应为以下之一：{allowed}"),
        _T("Choose one of them", "请从中选择一项"),
    ),
    "TW-CAP-088": Message(
        _T("no question was written", "未填写质疑内容"),
        _T("A question to the site, in words", "应以文字向研究中心提出问题"),
        _T("Write what the site shall look up or explain", "请写明需研究中心核对或说明的内容"),
    ),
    "TW-CAP-089": Message(
        _T("no answer was written", "未填写答复内容"),
        _T("An answer to the question, in words", "应以文字答复该质疑"),
        _T("Write what the source says", "请依据原始记录说明"),
    ),
    "TW-CAP-090": Message(
        _T("no identity of {participant} is kept", "未登记 {participant} 的身份信息"),
        _T("An identity that was entered and not erased", "应为已登记且未被清除的身份信息"),
        _T("Enter it first, if the site needs it", "如研究中心需要，请先登记"),
    ),
    "TW-CAP-091": Message(
        _T("the identity of {participant} cannot be opened", "无法打开 {participant} 的身份信息"),
        _T("The key it was sealed with, and an unaltered store", "应使用加密时的密钥，且存储未被改动"),
        _T("Ask the administrator: the key file may be missing", "请联系系统管理员：密钥文件可能缺失"),
    ),
    "TW-CAP-092": Message(
        _T("{label} holds {count} characters, or nothing at all is filled in", "{label}有 {count} 个字符，或全部为空"),
        _T("At least one field, each of up to {allowed} characters", "至少填写一项，每项不超过 {allowed} 个字符"),
        _T("Fill in what the site needs to find the person again", "请填写研究中心再次联系该参与者所需的信息"),
    ),
    "TW-CAP-093": Message(
        _T("the records of this study are kept {kept}", "本研究的记录须保存{kept}"),
        _T("Nothing of them is deleted before", "在此之前不得删除任何内容"),
        _T(
            "Keep it sealed; a wrong entry is replaced, with a reason",
            "请继续加密保存；登记有误时可注明原因后重新登记",
        ),
    ),
}
