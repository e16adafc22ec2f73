"""案件の書類の値（データベースを使わない）: 稟議書・答申書・決定通知書。"""

from datetime import date

from coopfin.charts import LineChart, Series
from documents.blocks import Facts, Picture, Section, Table, Words
from loans.case_papers import CreditMemorandum, DecisionLetter, Recommendation, Voice
from loans.memorandum import asking, deciding, examining, securing, shapes
from tests.factories.documents import COOPERATIVE, DEBTOR, LONG_ADDRESS, LONG_NAME, LONG_PARTY

WORDS = "受注の見通しがあり、返済の財源も確かめられる。"


def make_memorandum(name="能登精機株式会社", *, uses=1, guarantors=1, words=WORDS, amount=12_000_000, **changes):
    """稟議書: どの節も一つずつ。使いみちと保証人は、いくつでも。"""
    money = f"{amount:,}"

    def rows(*row, times=1):
        return (row,) * times

    outlook = LineChart(
        "この組合員の残高の見込み",
        (Series("残高の見込み", ((date(2026, 11, 24), 0), (date(2026, 12, 4), amount)), area=True),),
        step=True, width=420, height=170,
    )  # fmt: skip
    sections = (
        Section(
            "申込者",
            (
                Facts((("名称", f"{name}（組合員番号 1003）"), ("住所", words))),
                Table(asking.OFFICERS, rows(name, "代表取締役"), title="役員・関係者"),
                Table(asking.DEALINGS, rows("S-2026-001", "貸付の残高", "", money), (("計", "", "", money),)),
            ),
        ),
        Section(
            "申込の内容",
            (
                Facts((("使いみち", words),)),
                Table(asking.USES, rows("設備資金", words, name, money, "あり", times=uses), (("計", "", "", money, ""),)),
                Table(asking.SOURCES, rows("自己資金", name, money)),
                Table(asking.BANKS, rows(name, "証書借入", money, money)),
            ),
        ),
        Section("返済の予定", (Table(asking.YEARS, rows("2027年", *[money] * 5)),)),
        Section(
            "限度額と、実行後の残高",
            (
                Table(asking.LIMITS, rows("1組合員に対する貸付残高の最高限度", *[money] * 6)),
                Table(asking.PEAKS, rows("2026年12月4日", "この申込の実行", "この組合員", *[money] * 3), title="先の山"),
                Picture(outlook),
            ),
        ),
        Section(
            "実態把握",
            (
                Table(examining.INTERVIEWS, rows("2026年11月13日", name, words, words), title="面談"),
                Table(examining.ANSWERS, rows("経営者の経歴", words, "面談 山田 花子"), title="事業実態"),
                Table(examining.ANSWERS, rows("後継者", "（未記入）", ""), title="経営者"),
                Table(examining.NEEDS, rows("増加", "一時的・短期", words, money)),
            ),
        ),
        Section(
            "判断",
            (
                Words("形式と期間は、目安に合っています。"),
                Table(shapes.FINDINGS, rows("○", words, "利息制限法 1条・2条・3条")),
                Facts((("試算", words), ("委員会の意見", words)), title="返済の力"),
            ),
        ),
        Section(
            "担保",
            (
                Table(securing.COLLATERAL, rows("土地（抵当権 第2順位）", money, "70.00%", *[money] * 5)),
                Facts((("先順位", words),), title="評価と先順位"),
                Table(securing.MEMBER_COVER, rows("土地（抵当権 第2順位）", *[money] * 3)),
            ),
        ),
        Section(
            "保証人",
            (Table(securing.GUARANTORS, rows(name, "親族・知人", "連帯保証\n特定債務保証", "2026年11月9日", "要る（未登録）", times=guarantors)),),
        ),
        Section("必要書類", (Table(examining.DOCUMENTS, rows("決算書（2期）", "省略", "2026年11月13日", words)),)),
        Section("基準に照らして", (Table(examining.RULINGS, rows(words, "金融事業規程 第5条", words)),)),
        Section("金融委員会の答申", (Table(deciding.VOICES, rows(name, "条件付賛成", words)),)),
        Section("理事会の決定", (Table(deciding.CONDITIONS, rows(words, "保証・契約まで", "まだ")),)),
        Section("意見・質問", (Table(deciding.TALK, rows("2026年11月20日", f"{name}から事務局へ　質問", words)),)),
    )  # fmt: skip
    values = {
        "number": "D2026-0005",
        "issuer": "石川機械工業協同組合",
        "subject": f"2026-0042　{name}　設備資金　{money}円",
        "stage": "金融委員会 付議中",
        "issued_on": date(2026, 11, 24),
        "reader": "山田 花子",
        "read_at": "2026年11月24日 14:05",
        "summary": (("申込者", name), ("金額", f"{money}円"), ("保全", words)),
        "sections": sections,
    }
    return CreditMemorandum(**{**values, **changes})


def make_long_memorandum():
    """名のとても長い、使いみち四十行、保証人二十人の稟議書。"""
    return make_memorandum(LONG_NAME, uses=40, guarantors=20, words=WORDS * 4, amount=9_876_543_210, issuer=LONG_NAME)


def make_recommendation(**changes):
    """答申書: 三人の意見と一人の除斥、条件一つ。"""
    values = {
        "number": "D2026-0006",
        "issuer": "石川機械工業協同組合",
        "addressee": "理事会",
        "body": "金融委員会",
        "asked_on": date(2026, 11, 16),
        "advised_on": date(2026, 11, 18),
        "decision_number": "2026年度答申第12号",
        "subject": (("受付番号", "2026-0042"), ("申込者", "能登精機株式会社"), ("金額", "12,000,000円")),
        "conclusion": "次の条件を付けて、貸付を適当と認める。",
        "counts": "賛成 1名、条件付賛成 1名、反対 1名",
        "quorum": "議決に加われる委員 3名（在任 4名・除斥 1名）のうち、必要 2名、意見を述べた委員 3名。",
        "voices": (
            Voice(name="飯田 修", seat="委員長", choice="賛成", words=WORDS),
            Voice(name="高瀬 美穂", seat="委員", choice="条件付賛成", words=f"{WORDS}\n条件　公正証書〔契約まで〕"),
            Voice(name="羽咋 茂", seat="委員", choice="反対", words="返済の財源が明らかでない。"),
            Voice(name="能登 一郎", seat="委員", choice="除斥", words="申込先の代表取締役"),
        ),
        "conditions": ("第三者保証人の公正証書を作成すること〔契約まで（2026年12月10日）〕",),
        "comment": "返済の財源は確かである。",
        "capacity_comment": "計画を下回るときは、手元の定期預金で補える。",
        "signer": "飯田 修",
    }
    return Recommendation(**{**values, **changes})


def make_long_recommendation():
    """名のとても長い、二十人の委員と十の条件の答申書。"""
    voices = tuple(
        Voice(name=f"{'寿限無' * 8}　第{number}郎", seat="委員", choice="条件付賛成", words=WORDS * 8)
        for number in range(1, 21)
    )
    return make_recommendation(
        issuer=LONG_NAME, voices=voices, conditions=(f"{WORDS * 4}〔契約まで〕",) * 10, signer="寿限無" * 12,
        subject=(("申込者", LONG_NAME), ("金額", "9,876,543,210円"), ("使いみち", WORDS * 10)),
    )  # fmt: skip


def make_letter(**changes):
    """決定通知書: 転貸の証書貸付を承諾。"""
    values = {
        "number": "D2026-0007",
        "written_on": date(2026, 11, 24),
        "creditor": COOPERATIVE,
        "addressee": DEBTOR,
        "honorific": "様",
        "result": "favourable",
        "received_on": date(2026, 11, 2),
        "application_number": "2026-0042",
        "decided_on": date(2026, 11, 20),
        "terms": (
            ("金額", "12,000,000円"), ("使いみち", "設備資金（マシニングセンタの導入）"), ("利率", "年2.1%"),
            ("保証人", "山崎　太郎（連帯保証）"),
        ),
        "expires_on": date(2027, 2, 20),
        "bank_funded": True,
        "person_in_charge": "山田 花子",
    }  # fmt: skip
    return DecisionLetter(**{**values, **changes})


def make_conditional_letter(**changes):
    """条件付承諾。"""
    conditions = (
        ("第三者保証人の公正証書を作成すること", "契約まで（2026年12月10日）"),
        ("建物の火災保険に質権を設定すること", "実行まで"),
    )
    return make_letter(**{"number": "D2026-0008", "result": "conditional", "conditions": conditions, **changes})


def make_declining_letter(**changes):
    """謝絶: 伝える理由と、お返しする書類がある。"""
    values = {
        "number": "D2026-0009", "result": "unfavourable", "expires_on": None, "bank_funded": False,
        "terms": (("金額", "12,000,000円"), ("使いみち", "運転資金（在庫の積み増し）")),
        "reason_told": "返済の財源が、まだはっきりしないためです。", "message": "県の制度融資の窓口をご案内いたします。",
        "returned": ("登記事項証明書", "定款"),
    }  # fmt: skip
    return make_letter(**{**values, **changes})


def make_long_letter():
    """名のとても長い、条件四十、保証人二十人の通知。"""
    return make_conditional_letter(
        creditor=LONG_PARTY, addressee=LONG_PARTY, person_in_charge="寿限無" * 12, message=WORDS * 12,
        conditions=tuple((f"{number} {WORDS * 3}", "契約まで（2026年12月10日）") for number in range(1, 41)),
        terms=(
            ("金額", "9,876,543,210円"), ("使いみち", WORDS * 10),
            ("担保", "\n".join(f"土地（抵当権 第{number}順位）　{LONG_ADDRESS}" for number in range(1, 9))),
            ("保証人", "\n".join(f"{'寿限無' * 8}　第{number}郎（連帯保証）" for number in range(1, 21))),
        ),
    )  # fmt: skip
