"""貸付の選択肢。状態の名前は申込から実行までの道（流れの表 loans.workflow）と同じ。"""

from django.db import models


class LoanType(models.TextChoices):
    """貸付の形式（H2.4-c）。"""

    BILL = "bill", "手形貸付"
    DEED = "deed", "証書貸付"


class ProductForm(models.TextChoices):
    """商品の形式（H2.4-c）。手形割引の商品も定めておける。"""

    BILL = LoanType.BILL.value, LoanType.BILL.label
    DEED = LoanType.DEED.value, LoanType.DEED.label
    DISCOUNT = "discount", "手形割引"


class Instrument(models.TextChoices):
    """手形貸付・手形割引に使うもの。"""

    PAPER = "paper", "紙の手形"
    DENSAI = "densai", "でんさい"
    NONE = "none", "使わない"


class RateKind(models.TextChoices):
    """商品の利率の決め方。"""

    FIXED = "fixed", "この率に決まっている"
    STANDARD = "standard", "標準の率から、幅の中で決める"


class FeeKind(models.TextChoices):
    """商品の手数料。率×日数は利息と同じ非課税、一件ごと・元金の割合は課税（Q5、B12）。"""

    NONE = "none", "受け取らない"
    RATE_DAYS = "rate_days", "率×日数"
    FIXED = "fixed", "1件ごとの定額"
    PERCENT = "percent", "元金の割合"


class Purpose(models.TextChoices):
    """資金の使いみち。運転と設備だけ（H2.2-b）。生活資金・投機資金は貸せない。"""

    WORKING = "working", "運転資金"
    EQUIPMENT = "equipment", "設備資金"


class OtherMoney(models.TextChoices):
    """この申込のほかにまかなうもの。"""

    OWN = "own", "自己資金"
    BANK = "bank", "ほかの金融機関の借入"
    SUBSIDY = "subsidy", "補助金・助成金"
    OTHER = "other", "その他"


class BankDealing(models.TextChoices):
    """金融機関との取引の種類。"""

    DEPOSIT = "deposit", "預金"
    BILL = "bill", "手形借入"
    DEED = "deed", "証書借入"
    DISCOUNT = "discount", "手形割引"
    OVERDRAFT = "overdraft", "当座貸越"
    GUARANTEE = "guarantee", "保証を受けている借入"


class BillRole(models.TextChoices):
    """手形の関係者の立場。"""

    DRAWER = "drawer", "振出人"
    ACCEPTOR = "acceptor", "引受人"
    ENDORSER = "endorser", "裏書人"
    GUARANTOR = "guarantor", "手形保証人"


class AdviceTopic(models.TextChoices):
    """相談の内容（H2.2-c）。"""

    PROGRAMME = "programme", "ほかの制度・公的な融資の案内"
    PROCEDURE = "procedure", "手続の説明"
    TERMS = "terms", "条件の相談"
    OTHER = "other", "その他"


class Ruling(models.TextChoices):
    """理事長の指示（H2.2-c）。"""

    PROCEED = "proceed", "進める"
    CHANGE = "change", "条件を改める"
    REFUSE = "refuse", "断る"


class FundingSource(models.TextChoices):
    """原資。"""

    BANK = "bank", "転貸（銀行借入）"
    OWN = "own", "自己資金"


class Method(models.TextChoices):
    """証書貸付の返済方法（B8）。"""

    EQUAL_PRINCIPAL = "equal_principal", "元金均等"
    EQUAL_PAYMENT = "equal_payment", "元利均等"
    BULLET = "bullet", "期日一括"


class ApplicationState(models.TextChoices):
    """申込の状態。"""

    DRAFT = "draft", "下書き"
    RECEIVED = "received", "受付済"
    INVESTIGATION = "investigation", "実態把握中"
    COMMITTEE_QUEUE = "committee_queue", "金融委員会 付議中"
    RECOMMENDED = "recommended", "答申済"
    BOARD_QUEUE = "board_queue", "理事会 付議中"
    APPROVED = "approved", "承認済"
    DECLINED = "declined", "謝絶"
    RETURNED = "returned", "差戻し"
    WITHDRAWN = "withdrawn", "取下げ"
    CONTRACTING = "contracting", "契約手続中"
    READY = "ready", "実行待ち"
    DISBURSED = "disbursed", "実行済"


class ConditionKind(models.TextChoices):
    """条件が何について付いたか（H2.4-g: 金額・期間・担保・保証人を変えて、または条件を付けて認める）。"""

    AMOUNT = "amount", "金額"
    TERM = "term", "期間・返済"
    COLLATERAL = "collateral", "担保"
    GUARANTOR = "guarantor", "保証"
    DOCUMENT = "document", "書類"
    OTHER = "other", "その他"


class ConditionDue(models.TextChoices):
    """条件をいつまでに満たすか。"""

    CONTRACT = "contract", "契約まで"
    DISBURSEMENT = "disbursement", "実行まで"


class Party(models.TextChoices):
    """意見・質問の宛先。"""

    SECRETARIAT = "secretariat", "事務局"
    COMMITTEE = "committee", "金融委員会"
    BOARD = "board", "理事会"


class CommentKind(models.TextChoices):
    """意見・質問と回答。"""

    OPINION = "opinion", "意見"
    QUESTION = "question", "質問"
    ANSWER = "answer", "回答"


class Delivery(models.TextChoices):
    """決定通知の渡し方。"""

    POST = "post", "郵送"
    HAND = "hand", "手渡し"


class FundingResult(models.TextChoices):
    """銀行の決定（H2.1-g）。"""

    AS_APPLIED = "as_applied", "申込どおり承諾"
    CHANGED = "changed", "条件を変えて承諾"
    REFUSED = "refused", "謝絶"


class LoanState(models.TextChoices):
    """貸付の状態。"""

    CONTRACTED = "contracted", "契約済（実行前）"
    ACTIVE = "active", "返済中"
    CANCELLED = "cancelled", "契約取消"


class EventKind(models.TextChoices):
    """貸付のできごと。"""

    DISBURSEMENT = "disbursement", "実行"
    REVERSAL = "reversal", "実行の訂正"


#: 事務局が条件・担保・保証を直せる状態
EDITABLE_STATES = (
    ApplicationState.DRAFT,
    ApplicationState.RECEIVED,
    ApplicationState.INVESTIGATION,
    ApplicationState.RETURNED,
)
#: 受け付けたあとの（事務局だけでなく委員・理事が見うる）状態
COMMITTEE_STATES = (
    ApplicationState.COMMITTEE_QUEUE,
    ApplicationState.RECOMMENDED,
    ApplicationState.BOARD_QUEUE,
    ApplicationState.APPROVED,
    ApplicationState.DECLINED,
    ApplicationState.CONTRACTING,
    ApplicationState.READY,
    ApplicationState.DISBURSED,
)
#: 理事が見うる状態。答申が済んでも、理事会に付議されるまでは理事会の案件ではない
BOARD_STATES = tuple(
    s for s in COMMITTEE_STATES if s not in (ApplicationState.COMMITTEE_QUEUE, ApplicationState.RECOMMENDED)
)
#: 承認されてまだ実行していない（限度額では「承認済未実行」に数える）
COMMITTED_STATES = (ApplicationState.APPROVED, ApplicationState.CONTRACTING, ApplicationState.READY)
#: 終わった申込（担保・保証を使っていない）
ENDED_STATES = (ApplicationState.DECLINED, ApplicationState.WITHDRAWN)
OPEN_STATES = tuple(
    s
    for s in ApplicationState
    if s not in (ApplicationState.DECLINED, ApplicationState.WITHDRAWN, ApplicationState.DISBURSED)
)


class DocumentBasis(models.TextChoices):
    """必要書類を求める理由（H2.2-d）。"""

    PRODUCT = "product", "商品の定め"
    RULE = "rule", "基本の書類"
    HAND = "hand", "この案件で加えた"


class DocumentDue(models.TextChoices):
    """必要書類を、いつまでに出してもらうか。"""

    COMMITTEE = "committee", "付議まで"
    DISBURSEMENT = "disbursement", "実行まで"


class GuaranteeDecision(models.TextChoices):
    """代表者の保証をどうするか（経営者保証に関するガイドライン）。"""

    TAKE = "take", "代表者を保証人とする"
    WAIVE = "waive", "代表者を保証人としない"


class GuidelineCriterion(models.TextChoices):
    """経営者保証に頼らないための三つの要件。"""

    SEPARATION = "separation", "法人と個人の分離"
    FINANCES = "finances", "財務基盤"
    DISCLOSURE = "disclosure", "情報開示"


class Verdict(models.TextChoices):
    """要件を満たすか。"""

    MET = "met", "満たす"
    PARTLY = "partly", "一部を満たす"
    UNMET = "unmet", "満たさない"


#: 保証の代わりに示せる手法。符号 → 名
ALTERNATIVES = {
    "suspensive": "停止条件付保証",
    "resolutory": "解除条件付保証",
    "assets": "動産・売掛金担保（ABL）",
    "enterprise": "企業価値担保権",
    "rate": "金利の上乗せ",
    "amount": "保証の額の限定",
}


class BankGuarantee(models.TextChoices):
    """組合の借入に付ける保証の型（手引き Q&A 4 の六つ）。"""

    NONE = "none", "保証なし"
    MAIN_OFFICERS = "main_officers", "① 組合の主な役員"
    ALL_OFFICERS = "all_officers", "② 組合の役員の全員"
    MEMBER = "member", "③ 転貸先の組合員"
    MEMBER_OFFICERS = "member_officers", "④ 転貸先の役員・関係者"
    EACH_OTHER = "each_other", "⑤ 転貸先どうし"
    COMBINED = "combined", "⑥ 組合せ"
