"""会議の書類の値（データベースを使わない）。"""

from datetime import date

from governance.briefing import Section
from governance.printing import AgendaLine, Annex, ConveningNotice, MeetingPapers, MinutesPaper, PaperItem
from governance.proceedings import INTERESTED

ISSUER = "石川機械工業協同組合"
LOAN = "組合員に対する資金の貸付の件（受付番号 2026-0012）"
TERMS = Section(
    "申込の内容",
    (
        ("申込者", "能登精機株式会社（代表者 能登 一郎）"),
        ("金額", "20,000,000円"),
        ("返済", "元金均等・毎月末日・60回。財源は設備による増益と減価償却"),
    ),
)
HEADROOM = Section(
    "限度額の余力",
    (
        ("限度", "1組合員に対する貸付残高の最高限度50,000,000円に対し実行後32,000,000円で、残り18,000,000円です。"),
        ("よりどころ", "第49回通常総会 第1号議案"),
    ),
)
ADVICE = Section(
    "金融委員会の答申",
    (
        ("答申", "条件付可（2026年度答申第12号、賛成4名・反対0名）"),
        ("条件", "建物の火災保険に質権を設定すること"),
        ("高瀬 美穂", "条件付賛成。据置後の受注見込みを半期ごとに確かめること。"),
    ),
)
LONG_NAME = "北陸精密機械加工技術開発推進" * 5 + "株式会社"
LONG_SECTION = Section(
    "実態把握", tuple((f"第{number}の項目", "受注は前年並みである。" * 12) for number in range(1, 13))
)


def make_notice(**changes):
    """理事会の招集通知。"""
    values = {
        "number": "D2026-0031",
        "issuer": ISSUER,
        "addressee": "理事・監事 各位",
        "meeting": "第312回理事会",
        "held": "令和8年12月2日（水）",
        "starts": "14時00分",
        "place": "組合会館 2階会議室",
        "noticed_on": date(2026, 11, 24),
        "sender_title": "代表理事",
        "sender_name": "小松 正",
        "agenda": (AgendaLine(label="第1号議案", title=LOAN), AgendaLine(label="第2号議案", title="規程の件")),
        "notes": (
            "特別の利害関係を有する方は、その議案の議決に加わることができません。お気づきのときは、事前にお申し出ください。",
            "書面により議決に加わられるときは、開催日の前日までに書面をご提出ください。（定款 第33条第2項）",
        ),
        **changes,
    }
    return ConveningNotice(**values)


def make_papers(**changes):
    """会議資料。第2号議案は、読む人に利害関係がある。"""
    values = {
        "issuer": ISSUER,
        "meeting": "第312回理事会",
        "held": "令和8年12月2日（水）",
        "starts": "14時00分",
        "place": "組合会館 2階会議室",
        "reader": "加賀 良子",
        "read_at": "2026年11月30日 9:05",
        "items": (
            PaperItem(
                label="第1号議案", title="2026-0012 能登精機株式会社　設備資金　20,000,000円の貸付",
                sections=(TERMS, HEADROOM, ADVICE),
            ),
            PaperItem(label="第2号議案", hidden=INTERESTED),
            PaperItem(
                label="第3号議案", title="規程の件", sections=(Section("提案の内容", (("題名", "金融事業規程"),)),),
                confidential=False,
            ),
        ),
        **changes,
    }  # fmt: skip
    return MeetingPapers(**values)


def make_long_papers():
    """名前も説明も長い会議資料。"""
    title = f"2026-0013 {LONG_NAME}　設備資金　20,000,000円の貸付"
    item = PaperItem(label="第1号議案", title=title, sections=(TERMS, LONG_SECTION))
    return make_papers(reader="寿限無" * 8, items=(item,) * 2)


def make_minutes(**changes):
    """理事会の議事録。"""
    values = {
        "number": "D2026-0032",
        "issuer": ISSUER,
        "title": "第312回理事会議事録",
        "opening": "第312回理事会を令和8年12月2日（水）14時00分から組合会館 2階会議室で開いた。"
        "在任理事5名のうち出席4名（小松 正、加賀 良子、能登 一郎、白山 誠）、うちオンライン1名、監事の出席1名（剱持 弘）。"
        "理事長 小松 正が議長となった。",
        "items": (
            (
                (f"第1号議案 {LOAN}について議長が議場に諮ったところ、議決に加わった理事3名のうち賛成3名・反対0名・棄権0名により、"
                "次の条件を付して（建物の火災保険に質権を設定すること）これを可決した。"
                "なお、理事 能登 一郎は特別の利害関係（申込先の代表者）を有するため、14時20分に退席し、議決に加わらなかった。"),
                "別紙1",
            ),
            ("第2号議案 規程の件について審議し、継続審議とした（資料を待つ）。", ""),
        ),
        "closing": "以上をもって議事を終え、15時20分に閉会した。",
        "signers": (
            ("議長 理事長", "小松 正"), ("出席副理事長", "加賀 良子"), ("出席理事", "能登 一郎"),
            ("出席監事", "剱持 弘"),
        ),
        "annexes": (
            Annex(
                label="別紙1", title="第1号議案 2026-0012 能登精機株式会社　設備資金　20,000,000円の貸付",
                sections=(TERMS, HEADROOM),
            ),
        ),
        "finalised": "令和8年12月4日　小松 正",
        "kept_until": "令和18年12月4日",
        **changes,
    }  # fmt: skip
    return MinutesPaper(**values)


def make_long_minutes():
    """名前の長い人が二十人署名する議事録と、長い別紙が二つ。"""
    annex = Annex(label="別紙1", title=f"第1号議案 {LONG_NAME}の貸付", sections=(TERMS, LONG_SECTION))
    return make_minutes(signers=tuple(("出席専務理事", "寿限無" * 7) for _ in range(20)), annexes=(annex, annex))
