"""組合員まわりの選択肢。"""

from django.db import models


class MemberKind(models.TextChoices):
    """組合員の種類。"""

    CORPORATE = "corporate", "法人"
    SOLE = "sole", "個人事業主"


class AccountType(models.TextChoices):
    """預金の種類。"""

    ORDINARY = "ordinary", "普通"
    CURRENT = "current", "当座"
    SAVINGS = "savings", "貯蓄"


class OfficerTitle(models.TextChoices):
    """役職。保証意思宣明公正証書の要否（民法465条の9）と利害関係の判定に使う。"""

    REPRESENTATIVE_DIRECTOR = "representative_director", "代表取締役"
    DIRECTOR = "director", "取締役"
    AUDITOR = "auditor", "監査役"
    EXECUTIVE_OFFICER = "executive_officer", "執行役"
    REPRESENTATIVE_PARTNER = "representative_partner", "代表社員"
    PARTNER = "partner", "業務執行社員"
    OWNER = "owner", "事業主"
    SPOUSE = "spouse", "配偶者（事業に従事）"
    FAMILY_WORKER = "family_worker", "専従者"
    JOINT_PROPRIETOR = "joint_proprietor", "共同事業者"
    CHAIR = "chair", "理事長"
    BOARD_MEMBER = "board_member", "理事"
    MAJORITY_SHAREHOLDER = "majority_shareholder", "過半数株主"


#: 個人事業主だけにある役職（法人の役職には使えない）
SOLE_TITLES = (OfficerTitle.OWNER, OfficerTitle.SPOUSE, OfficerTitle.FAMILY_WORKER, OfficerTitle.JOINT_PROPRIETOR)


class RelationKind(models.TextChoices):
    """関係先の種類。組合員からみた相手の立場。"""

    PARENT = "parent", "親会社"
    SUBSIDIARY = "subsidiary", "子会社"
    AFFILIATE = "affiliate", "関連会社"
    MAJOR_SHAREHOLDER = "major_shareholder", "主要株主"
    MAJOR_CUSTOMER = "major_customer", "主要取引先"


#: 相手が組合員を持つ関係・組合員が相手を持つ関係
OWNED_BY_OTHER = (RelationKind.PARENT, RelationKind.MAJOR_SHAREHOLDER)
OWNS_OTHER = (RelationKind.SUBSIDIARY, RelationKind.AFFILIATE)
#: 会社どうしの関係（人は相手になれない）
BETWEEN_COMPANIES = (RelationKind.PARENT, RelationKind.SUBSIDIARY, RelationKind.AFFILIATE)


class LeavingKind(models.TextChoices):
    """脱退の種類（中協法18条・19条）。"""

    VOLUNTARY = "voluntary", "自由脱退"
    STATUTORY = "statutory", "法定脱退"


class LeavingCause(models.TextChoices):
    """法定脱退の事由（中協法19条1項）。"""

    DISQUALIFIED = "disqualified", "組合員たる資格の喪失"
    DEATH = "death", "死亡"
    DISSOLUTION = "dissolution", "解散"
    EXPULSION = "expulsion", "除名"


class ShareKind(models.TextChoices):
    """出資の異動の種類。"""

    ADMISSION = "admission", "加入の払込み"
    CARRIED = "carried", "台帳に載せたときの出資"
    INCREASE = "increase", "増資"
    DECREASE = "decrease", "減口"
    TRANSFER_OUT = "transfer_out", "譲渡"
    TRANSFER_IN = "transfer_in", "譲受け"
    REFUND = "refund", "脱退による払戻し"
    IMPORTED = "imported", "名簿の取込み"
    CORRECTION = "correction", "訂正"


#: 口数が増える・減る異動。取込みと訂正はどちらもありうる。
SHARES_IN = (ShareKind.ADMISSION, ShareKind.CARRIED, ShareKind.INCREASE, ShareKind.TRANSFER_IN)
SHARES_OUT = (ShareKind.DECREASE, ShareKind.TRANSFER_OUT, ShareKind.REFUND)


class FollowUpKind(models.TextChoices):
    """組合員について、あとですること。"""

    GUARANTORS = "guarantors", "代表者の交代にともなう保証人の見直し"
    HEIRS = "heirs", "相続人と債務の承継の確認"
    DEBT = "debt", "脱退する組合員の債務の整理"
    SET_OFF = "set_off", "持分と債務の相殺の記帳"
    SHARES = "shares", "出資金の伝票の起票"


class ImportChoice(models.TextChoices):
    """取込の登録のしかた。"""

    ALL = "all", "全件そろったときだけ登録"
    GOOD_ROWS = "good_rows", "正しい行だけ登録"
