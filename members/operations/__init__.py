"""組合員と人の台帳を変える操作。中身の移り変わりは履歴（simple_history）が、誰が何をしたかは操作の記録が持つ。

どれもキーワードだけで呼び、by（した人）と on（日付）を取り、一つの取引の中で組合員を鎖錠する。
"""

from members.leaving import NOTICE_DAYS, refund
from members.operations.accounts import approve_account, reject_account, request_account, withdraw_account
from members.operations.dealings import add_to_member, change_of_member, settle_follow_up, write_note
from members.operations.imports import discard_import, finish_import, keep_import, preview_again
from members.operations.kinship import add_kinship, end_kinship
from members.operations.leaving import (
    planned_leaving_on,
    record_leaving,
    record_refund,
    refund_findings,
    refund_of,
    unusual_refund,
    withdraw_leaving,
)
from members.operations.members import MANAGED_FIELDS, MEMBER_FIELDS, register_member, update_member
from members.operations.merging import merge
from members.operations.officers import (
    add_officer,
    change_representative,
    end_officer,
    reappoint_officer,
    succession_problem,
)
from members.operations.people import PERSON_FIELDS, people_like, register_person, update_person
from members.operations.sales import record_sales
from members.operations.shares import apply_planned, cancel_planned, change_shares, correct_shares, transfer_shares

__all__ = [
    "MANAGED_FIELDS",
    "MEMBER_FIELDS",
    "NOTICE_DAYS",
    "PERSON_FIELDS",
    "add_kinship",
    "add_officer",
    "add_to_member",
    "apply_planned",
    "approve_account",
    "cancel_planned",
    "change_of_member",
    "change_representative",
    "change_shares",
    "correct_shares",
    "discard_import",
    "end_kinship",
    "end_officer",
    "finish_import",
    "keep_import",
    "merge",
    "people_like",
    "planned_leaving_on",
    "preview_again",
    "reappoint_officer",
    "record_leaving",
    "record_refund",
    "record_sales",
    "refund",
    "refund_findings",
    "refund_of",
    "register_member",
    "register_person",
    "reject_account",
    "request_account",
    "settle_follow_up",
    "succession_problem",
    "transfer_shares",
    "unusual_refund",
    "update_member",
    "update_person",
    "withdraw_account",
    "withdraw_leaving",
    "write_note",
]
