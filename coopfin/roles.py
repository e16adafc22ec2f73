"""役割と権限の表。誰が何をしてよいかは、この一枚だけが決める（ドメイン E、手引き第2章1 e 相互牽制）。

権限は「アプリ.動詞」の文字列。流れ図の各ステップ・画面・管理サイトがこの名前を引く。
委員長は役割ではなく、金融委員会の席である（governance.Seat）。
"""

from collections.abc import Callable
from enum import StrEnum


class Role(StrEnum):
    """役割。ひとりが複数を兼ねることがある（例: 理事で金融委員）。"""

    CLERK = "clerk"
    CHIEF = "chief"
    COMMITTEE = "committee"
    DIRECTOR = "director"
    PRESIDENT = "president"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Role.CLERK: "事務局",
    Role.CHIEF: "事務局長",
    Role.COMMITTEE: "金融委員",
    Role.DIRECTOR: "理事",
    Role.PRESIDENT: "理事長",
    Role.AUDITOR: "監事",
    Role.ADMIN: "管理者",
}

ROLE_CHOICES = [(role.value, role.label) for role in Role]

C, H, K, D, P, A, S = (
    Role.CLERK,
    Role.CHIEF,
    Role.COMMITTEE,
    Role.DIRECTOR,
    Role.PRESIDENT,
    Role.AUDITOR,
    Role.ADMIN,
)

#: 権限 → それを持つ役割。行の並びは一件の貸付がたどる順。
PERMISSIONS: dict[str, frozenset[Role]] = {
    permission: frozenset(roles)
    for permission, roles in {
        # 枠
        "coopfin.view_desk": {C, H, K, D, P, A, S},
        "coopfin.use_admin": {H, P, A, S},
        "coopfin.manage_users": {S},
        "coopfin.view_log": {P, A, S},
        "coopfin.view_policy": {C, H, P, A, S},
        "coopfin.propose_policy": {H, S},
        "coopfin.approve_policy": {H, P},
        # 組合員
        "members.view_member": {C, H, P, A},
        "members.edit_member": {C, H},
        "members.import_members": {C, H},
        "members.request_account": {C, H},
        "members.approve_account": {H, P},
        "members.merge": {H},
        "members.export_members": {C, H, A},
        # 機関・決議
        "governance.view_governance": {C, H, K, D, P, A, S},
        "governance.propose_resolution": {H, S},
        "governance.approve_resolution": {H, P},
        "governance.manage_bodies": {H, S},
        "governance.table_proposal": {C, H, S},
        "governance.record_meeting": {C, H},
        "governance.finalise_minutes": {K, D, P},
        "governance.vote": {D, P},
        # 商品
        "loans.view_product": {C, H, K, D, P, A, S},
        "loans.propose_product": {H, S},
        "loans.approve_product": {H, P},
        # 申込と審査
        "loans.view_application": {C, H, K, D, P, A},
        "loans.edit_application": {C, H},
        "loans.advise": {C, H},
        "loans.escalate": {C, H},
        "loans.instruct": {P},
        "loans.receive_application": {C, H},
        "loans.investigate": {C, H},
        "loans.submit_to_committee": {C, H},
        "loans.comment": {C, H, K, D, P},
        "loans.give_opinion": {K},
        "loans.recommend": {K},
        "loans.submit_to_board": {C, H},
        "loans.decide": {H, P},
        "loans.return_application": {H, K, P},
        "loans.withdraw_application": {C, H},
        "loans.waive_document": {H, P},
        # 契約と実行
        "loans.record_funding": {C, H},
        "loans.contract": {C, H},
        "loans.issue_papers": {C, H},
        "loans.confirm_ready": {H, P},
        "loans.prepare_disbursement": {C, H},
        "loans.approve_disbursement": {H, P},
        "loans.view_loan": {C, H, P, A},
        "loans.export": {C, H, A},
        "loans.view_dealings": {C, H, P, A},
        "loans.report_dealings": {C, H},
        "loans.view_related_parties": {H, A},
        # 借入
        "funding.view_facility": {C, H, P, A, S},
        "funding.propose_facility": {H, S},
        "funding.approve_facility": {H, P},
        "collateral.view_collateral": {C, H, P, A},
        "collateral.edit_collateral": {C, H},
        # 伝票
        "ledger.view_voucher": {C, H, P, A},
        "ledger.prepare_voucher": {C, H},
        "ledger.approve_voucher": {H, P},
        "ledger.view_accounts": {C, H, P, A, S},
        # 守秘と監査。監事は何も変えず、監査したことと意見だけを残す（中協法37条）。
        "oversight.view_pledges": {C, H, A},
        "oversight.record_pledges": {C, H},
        "oversight.keep_confidence": {H},
        "oversight.view_access": {H, A},
        "oversight.view_readings": {H, A, S},
        "oversight.mark": {A},
        "oversight.view_marks": {C, H, P, A},
        "oversight.reply_to_marks": {C, H},
        # 書類
        "documents.view_paper": {C, H, P, A},
        "documents.issue_papers": {C, H},
        # 様式の文言は、承認した版だけが書類になる。
        "documents.view_form": {C, H, P, A, S},
        "documents.propose_form": {H, S},
        "documents.approve_form": {H, P},
        # 受け取った書類は、案件を見てよい人が画面で読む。ファイルとして受け取れるのは、書類を見る権限のある人だけ。
        "documents.view_upload": {C, H, K, D, P, A},
        "documents.upload": {C, H},
    }.items()
}


#: 業務の記録と金銭を扱う役割。利用者と設定を扱う管理者は、これを兼ねない（ドメイン E）。
_HANDLES_MONEY = frozenset({C, H, P})


def incompatible(roles) -> str:
    """兼ねられない役割の組があれば、その文。監事は理事・使用人を兼ねられず（中協法37条）、管理者は業務を扱わない。"""
    held = frozenset(roles)
    if A in held and len(held) > 1:
        return (
            "監事は、ほかの役割を兼ねられません。監事は理事・組合の使用人を兼ねることができず、見て意見を述べるだけです"
            "（中小企業等協同組合法 37条）。"
        )
    if S in held and held & _HANDLES_MONEY:
        names = "・".join(role.label for role in Role if role in held & _HANDLES_MONEY)
        return f"管理者は、{names}を兼ねられません。利用者と設定を扱う人は、業務の記録と金銭を扱いません（相互牽制）。"
    return ""


#: 役割を持たない利用者（外部の専門家）が、いまだけ持つ権限を答える関数。上の階が登録する。
guests: list[Callable] = []


def permissions_of_guest(user) -> frozenset[str]:
    """役割のない利用者の権限。案件ごとの許し（oversight）がなければ、何もできない。"""
    return frozenset(name for permissions in guests for name in permissions(user))


def permissions_of(roles) -> frozenset[str]:
    """役割の集まりが持つ権限。"""
    held = set(roles)
    return frozenset(name for name, holders in PERMISSIONS.items() if holders & held)


def roles_with(permission: str) -> frozenset[Role]:
    """その権限を持つ役割。表にない権限は綴り違いなので KeyError。"""
    return PERMISSIONS[permission]
