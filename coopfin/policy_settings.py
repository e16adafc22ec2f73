"""方針の項目の一覧（ドメイン G1）: 何を決め、なぜ決め、どこに根拠があるか。管理サイトの欄も、読む頁も、この一枚から作る。

法律や手引きが選択の余地を残さないものは、欄ではなく、決まっている値として並べる。決めても黙って何も変えない欄はない:
まだ読まれない欄には、そのわけを書く（読むようになったら消す。書き忘れも消し忘れも、試験が断る）。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: 電子交換所が手形の交換を終える 2026年度の末。最初の方針に入れておく。
LAST_PAPER_BILL = date(2027, 3, 31)


@dataclass(frozen=True)
class Setting:
    """方針の欄一つと、その根拠。idle は、まだ何の計算も読まない欄で、そのわけ（欄のそばに書く）。"""

    name: str
    source: str
    idle: str = ""

    @property
    def notice(self) -> str:
        """いまはまだ何も変えないことの文。読まれている欄では空。"""
        return f"いまは決めておくだけで、まだ何も変えません（{self.idle}）。" if self.idle else ""


@dataclass(frozen=True)
class Fixed:
    """選べないもの: 名・値・説明・根拠。"""

    label: str
    value: str
    help_text: str
    source: str


GROUPS: tuple[tuple[str, tuple[Setting | Fixed, ...]], ...] = (
    (
        "利息の計算",
        (
            Setting("new_bill_count", "手引き 第3章(1)一、銀行の慣行"),
            Setting("rewrite_count", "手引き 第3章(1)四・五", idle="手形の書換を、この仕組みではまだ記帳しません"),
            Setting("deed_first_period", "手引き 第3章(1)六"),
            Setting("deed_basis", "金銭消費貸借契約証書 第1条"),
            Fixed(
                "年の日数", "365日（うるう年も）", "うるう年の2月29日を含む期間も、年365日の日割で計算します。",
                "約定書 第3条",
            ),
            Setting("interest_rounding", "手引き 第3章(1)一"),
            Setting("discount_rounding", "手引き 第3章(1)二", idle="手形割引を、この仕組みではまだ扱いません"),
            Fixed("計算の順序", "掛けてから最後に割り、一度だけ端数を処理", "途中で割ると1円失われることがあります。", "手引き 第3章の計算例"),
        ),
    ),
    (
        "返済の予定",
        (
            Setting("level_payment_rounding", "償還予定表の慣行"),
            Setting("adjust", "償還予定表の慣行"),
            Setting("principal_unit", "償還予定表の慣行"),
            Setting("holiday_roll", "民法 142条"),
            Setting("interest_to", "民法 142条、約定書"),
        ),
    ),
    (
        "手数料と返済",
        (
            Setting("fee_mode", "手引き Q&A 5"),
            Setting("refund_interest", "手引き 第3章(1)三", idle="期日前の返済を、この仕組みではまだ記帳しません"),
            Setting("refund_fee", "手引き 第3章(1)三", idle="期日前の返済を、この仕組みではまだ記帳しません"),
            Setting("refund_rounding", "手引き 第3章(1)三", idle="期日前の返済を、この仕組みではまだ記帳しません"),
            Setting("allocation", "約定書 第9条、民法 489条", idle="返済の入金を、この仕組みではまだ充当しません"),
            Setting("prepay_fee", "金銭消費貸借契約証書 期限前の弁済の条"),
            Fixed(
                "預り金の利息", "付けない", "組合員からの利息の付く預金は受け入れられません。預り金に利息は付きません。",
                "中小企業等協同組合法 9条の2",
            ),
        ),
    ),
    (
        "遅延損害金と延滞",
        (
            Setting("damages_rate", "約定書 第3条、利息制限法 7条"),
            Setting("damages_base", "約定書 第3条", idle="遅延損害金を、この仕組みではまだ計算しません"),
            Setting("damages_from", "約定書 第3条、民法 142条", idle="遅延損害金を、この仕組みではまだ計算しません"),
            Setting("damages_rounding", "手引き 第3章(1)四", idle="遅延損害金を、この仕組みではまだ計算しません"),
            Setting("damages_account", "手引き 第3章(1)四", idle="遅延損害金を、この仕組みではまだ記帳しません"),
            Setting("overdue_bands", "手引き 第4章", idle="延滞の一覧が、この仕組みにはまだありません"),
            Setting("stop_accrual_days", "中小企業等協同組合会計基準", idle="未収利息を、この仕組みではまだ計上しません"),
            Setting("acceleration", "約定書 期限の利益の喪失の条（手引き 様式 約定書の注2）"),
            Setting("acceleration_grace_days", "約定書 第5条、民法 541条"),
        ),
    ),
    (
        "期限と知らせ",
        (
            Setting("approval_expiry_months", "金融事業規程"),
            Setting("approval_reminder_days", "金融事業規程"),
            Setting("stale_case_days", "事務の流れ（手引き 第2章1）"),
            Setting("limit_grace_months", "手引き 第2章1 c（弁護士・中央会に確認）"),
            Setting("paper_bill_last_maturity_on", "電子交換所の終了"),
            Setting("limitation_alert_months", "民法 166条、手引き 第4章", idle="時効の管理表が、この仕組みにはまだありません"),
            Setting("guarantor_notice_months", "民法 458条の3", idle="期限の利益の喪失を、この仕組みではまだ記録しません"),
        ),
    ),
    (
        "担保の評価",
        (
            Setting("securities_valuation", "手引き Q&A 3", idle="担保の評価額は、いまは人が計算して入れます"),
            Setting("senior_mortgage", "手引き Q&A 3", idle="先順位の抵当は、いまはつねに確かめた残高、なければ登記の額を引きます"),
            Setting("appraisal_months", "手引き Q&A 3"),
            Fixed(
                "先順位の根抵当", "つねに極度額を引く", "根抵当は、残高が減っても極度額までふたたび膨らむことがあります。",
                "民法 398条の2、手引き Q&A 3",
            ),
            Fixed(
                "余力の計算", "評価額に掛目をかけてから先順位を引く", "先に掛目をかけるほうが、組合に慎重な計算になります。",
                "手引き Q&A 3",
            ),
        ),
    ),
    (
        "限度額と会議",
        (
            Fixed("限度額と同額の貸付", "認める", "実行後の残高が限度額と同じであれば、超えていません。", "手引き 第2章1 c"),
            Fixed(
                "可否同数", "否決", "出席した理事の過半数の賛成に届かないので、決まりません。",
                "中小企業等協同組合法 36条の6",
            ),
            Fixed(
                "特別の利害関係", "議決に加われず、定足数にも数えない", "利害関係のある人は、案件も見られません。",
                "中小企業等協同組合法 36条の6",
            ),
        ),
    ),
)  # fmt: skip


def settings() -> tuple[Setting, ...]:
    """方針の欄のすべて。"""
    return tuple(item for _, items in GROUPS for item in items if isinstance(item, Setting))


def help_text_of(name: str, text: str) -> str:
    """欄の説明。まだ読まれない欄では、そのことも書く。"""
    notice = next((one.notice for one in settings() if one.name == name), "")
    return f"{text}{notice}"
