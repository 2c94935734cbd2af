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
}
