"""実態把握調査書の問い（手引き 第2章2 二、チェックポイント3）。何を、どの案件で尋ねるかを、ここだけで決める。

事業実態・資金使途・債権保全の三つの部に分かれる。入力の画面・空欄の確認・読む頁・会議資料は、すべてこの表から作る。
"""

from __future__ import annotations

from dataclasses import dataclass

RULES = "手引き 第2章2 二"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """どの問いが要るかを決める、案件の事実。"""

    corporate: bool
    purposes: frozenset[str]
    loan_type: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """問い一つ。choices は選ぶ答え、enough はそれだけで足りる（文の要らない）答え、amount は金額の欄の名。"""

    key: str
    label: str
    ask: str
    choices: tuple[tuple[str, str], ...] = ()
    enough: frozenset[str] = frozenset()
    amount: str = ""
    #: 見た書類・聞いた人など、根拠を書くことを求める
    evidence: bool = False
    #: "corporate"・"sole" に限る問い（空なら、どちらにも）
    only: str = ""
    #: 次の案件で「前回のとおり」と確かめて使える
    lasting: bool = False

    def concerns(self, facts: Facts) -> bool:
        return not self.only or (self.only == "corporate") == facts.corporate

    def choice_label(self, code: str) -> str:
        return dict(self.choices).get(code, "")


@dataclass(frozen=True, kw_only=True)
class Section:
    """問いの集まり。part は三つの把握のどれか、when はこの節の要る案件。"""

    key: str
    part: str
    label: str
    source: str
    questions: tuple[Question, ...]
    purposes: frozenset[str] = frozenset()
    loan_types: frozenset[str] = frozenset()
    intro: str = ""

    def concerns(self, facts: Facts) -> bool:
        return (not self.purposes or bool(self.purposes & facts.purposes)) and (
            not self.loan_types or facts.loan_type in self.loan_types
        )

    def asked(self, facts: Facts) -> tuple[Question, ...]:
        """この案件で尋ねる問い。"""
        return tuple(question for question in self.questions if question.concerns(facts))


BUSINESS, FUNDS, PRESERVATION, EARLIER = "事業実態", "資金使途", "債権保全", "以前の記録"

_SEEN = (("good", "問題ない"), ("some", "気になる点がある"), ("bad", "問題がある"))
_STRENGTH = (("strong", "強い"), ("even", "ふつう"), ("weak", "弱い"))

SECTIONS: tuple[Section, ...] = (
    Section(
        key="basics", part=BUSINESS, label="基礎", source=f"{RULES} a(1)",
        intro="経営者との面談で聞き取り、決算書や会社案内で確かめます。",
        questions=(
            Question(key="history", label="沿革", lasting=True,
                     ask="創業からの歩みと、いまの商売の土台になっているもの。これから伸びる手がかり。"),
            Question(key="environment", label="経営環境", lasting=True,
                     choices=(("tail", "追い風"), ("calm", "ふつう"), ("head", "向かい風")),
                     ask="扱う品や仕事の市場は広がっているか。同業との競い合いはどうか。"),
            Question(key="affiliates", label="関係会社", lasting=True, only="corporate",
                     choices=(("none", "ない"), ("some", "ある")), enough=frozenset({"none"}),
                     ask="親会社・子会社・系列の会社や、同じ人が実際に動かしている会社。あれば、取引と貸し借り。"),
            Question(key="household", label="家計と他の事業", lasting=True, only="sole",
                     ask="事業の金と家計の金を分けているか。ほかの事業や勤めの収入、家族の手伝い。"),
            Question(key="banks", label="金融機関取引", lasting=True, evidence=True,
                     choices=(("main", "主力があり、協力的"), ("wary", "主力があるが、慎重"), ("none", "主力がない")),
                     ask="主に取引する金融機関はどこか。借入の残高と、これまでの貸し方・いまの姿勢。"),
        ),
    ),
    Section(
        key="management", part=BUSINESS, label="経営者", source=f"{RULES} a(2)",
        intro="小さな会社ほど、経営者の力がそのまま会社の力になります。六つとも、人を見て書きます。",
        questions=(
            Question(key="policy", label="経営方針", lasting=True,
                     ask="何を大切にし、どこへ向かおうとしているか。言うことと、していることが合っているか。"),
            Question(key="control", label="実権", lasting=True,
                     ask="実際に物事を決めているのは誰か。肩書と違うときは、その人との間柄。"),
            Question(key="career", label="経歴", lasting=True, evidence=True,
                     choices=(("clean", "倒産・整理の経験はない"), ("past", "倒産・整理の経験がある")),
                     ask="これまでの仕事と、倒産・債務整理・取引停止の経験。あれば、そのわけと、その後。"),
            Question(key="assets", label="資産背景", lasting=True, evidence=True,
                     choices=(("ample", "十分"), ("even", "ふつう"), ("thin", "乏しい")),
                     ask="経営者と一族の不動産・預金・有価証券と、個人の借入。"),
            Question(key="successor", label="後継者", lasting=True,
                     choices=(("named", "決まっている"), ("likely", "候補がいる"), ("open", "決まっていない")),
                     ask="後を継ぐのは誰か。年齢、社内での経験、引き継ぎの段取り。"),
            Question(key="reputation", label="業界での評判", lasting=True, choices=_SEEN,
                     ask="同業者・仕入先・組合員仲間は、どう見ているか。誰から聞いたか。"),
        ),
    ),
    Section(
        key="business", part=BUSINESS, label="事業の内容", source=f"{RULES} a(3)",
        questions=(
            Question(key="position", label="業界での地位", lasting=True, choices=_STRENGTH,
                     ask="扱う量や値段を同業者と比べて、どのあたりにいるか。負けないところは何か。"),
            Question(key="sales", label="販売", evidence=True, choices=_STRENGTH,
                     ask="主な売り先と割合、回収の条件、この一年の動き。一社に頼りすぎていないか。"),
            Question(key="purchasing", label="仕入", evidence=True, choices=_SEEN,
                     ask="主な仕入先と支払の条件。値上がりや品切れのとき、どうするか。"),
            Question(key="cycle", label="業界の景気", choices=(("up", "上向き"), ("flat", "横ばい"), ("down", "下向き")),
                     ask="この業界の景気はどちらを向いているか。何を見てそう考えるか。"),
            Question(key="resilience", label="不況への強さ", choices=_STRENGTH,
                     ask="売上が落ちたとき、どこまで持ちこたえられるか。前の不況ではどうだったか。"),
            Question(key="rivals", label="競争相手",
                     ask="競う相手は誰か。その相手の動きと、こちらの備え。"),
        ),
    ),
    Section(
        key="equipment", part=FUNDS, label="設備資金", source=f"{RULES} b(1)", purposes=frozenset({"equipment"}),
        intro="計画の中身をそのまま書き、そのうえで、要るものか・返せるものかを考えます。",
        questions=(
            Question(key="place", label="設置の場所", ask="どこに建て、どこに据えるか。土地・建物は自分のものか、借りているか。"),
            Question(key="items", label="種類と数量", evidence=True, ask="何を、いくつ入れるか。型式・能力、買う先。"),
            Question(key="cost", label="計画の総額", amount="総額", evidence=True,
                     ask="見積書で確かめた総額。据付・運搬・登記などの費用を含めたか。"),
            Question(key="own_share", label="自己資金とほかの調達", amount="自己資金・ほかの調達の額",
                     ask="総額のうち、この借入でまかなわない分。どこから、もう用意できているか。"),
            Question(key="schedule", label="工事の予定", ask="発注・納入・据付・試運転・稼働の日取り。支払はいつか。"),
            Question(key="relation", label="いまの設備とのつながり",
                     choices=(("replace", "入れ替え"), ("extend", "増設"), ("new", "新しい仕事")),
                     ask="いまの設備・いまの仕事とどうつながるか。古い設備はどうするか。"),
            Question(key="plausible", label="業界から見た妥当さ", choices=_SEEN,
                     ask="業界のいまと先行きから見て、この時期にこの規模の計画は無理がないか。"),
            Question(key="operating_funds", label="稼働のための運転資金", choices=_SEEN,
                     ask="動き出してから要る仕入・人件費などの金は用意できるか。"),
            Question(key="technique", label="技術", choices=_SEEN, ask="新しい設備を使いこなす技術と、教える人はいるか。"),
            Question(key="capacity", label="設備の能率", choices=_SEEN,
                     ask="一日・一月にどれだけできるか。見込む稼働率と、その根拠。"),
            Question(key="supply", label="原料の手当", choices=_SEEN, ask="増える分の原料・部品を、いまの条件で買えるか。"),
            Question(key="demand", label="製品の販売", choices=_SEEN, evidence=True,
                     ask="増える分を買う先はあるか。注文書・内示など、裏づけになるもの。"),
            Question(key="workforce", label="従業員", choices=_SEEN, ask="動かす人はいるか。採る・育てる見込み。"),
            Question(key="ecology", label="環境への影響", choices=_SEEN,
                     ask="騒音・排水・廃棄物など。要る届出や許可、近隣への説明。"),
        ),
    ),
    Section(
        key="working", part=FUNDS, label="運転資金", source=f"{RULES} b(2)", purposes=frozenset({"working"}),
        intro="要る額を要因ごとに分け、短い間のものか、長く居座るものかを見分けます。",
        questions=(
            Question(key="reason", label="要る理由", evidence=True,
                     ask="なぜ、いま、この額が要るのか。去年の同じころはどうしたか。"),
            Question(key="turnover", label="回転の条件", evidence=True,
                     ask="売掛金が入るまで・在庫が売れるまで・買掛金を払うまでの日数。最近、延びていないか。"),
            Question(key="hidden", label="固定的な要因が隠れていないか",
                     choices=(("none", "一時的なものだけ"), ("mixed", "固定的なものが混じる"), ("fixed", "固定的なもの")),
                     ask="同じ借入を繰り返していないか。赤字・不良在庫・回収の遅れを埋めるものではないか。"),
            Question(key="source", label="返す金の出どころ", evidence=True,
                     ask="どの売掛金・未収金が、いつ入るのか。入らなかったときは、何で返すのか。"),
        ),
    ),
    Section(
        key="discount", part=FUNDS, label="手形割引", source=f"{RULES} b(2)", loan_types=frozenset({"discount"}),
        questions=(
            Question(key="trade_backed", label="商取引の裏づけ", evidence=True,
                     choices=(("trade", "商品・工事などの代金"), ("doubt", "裏づけが確かめられない")),
                     ask="何の代金か。契約書・納品書・請求書と、額と日が合うか。融通し合った手形ではないか。"),
            Question(key="drawer", label="支払人の信用", evidence=True, choices=_SEEN,
                     ask="支払う人の商売と信用。これまでの決済、ほかで割り引いている額。"),
            Question(key="formal", label="手形の要件", choices=(("whole", "そろっている"), ("lacking", "欠けがある")),
                     enough=frozenset({"whole"}), ask="金額・期日・支払地・振出日・署名など、手形に要る記載。"),
            Question(key="endorsed", label="裏書の連続", choices=(("unbroken", "続いている"), ("broken", "切れている")),
                     enough=frozenset({"unbroken"}), ask="受取人から組合員まで、裏書が順につながっているか。"),
        ),
    ),
    Section(
        key="preservation", part=PRESERVATION, label="債権保全", source=f"{RULES} c",
        questions=(
            Question(key="need", label="保全の要否",
                     choices=(("needed", "要る"), ("partly", "一部に要る"), ("not", "要らない")),
                     ask="もし見込みどおりに返せなくなったとき、何が起こるか。保全をどこまで求めるか。"),
            Question(key="collateral", label="物的担保",
                     ask="売りやすく、値が付き、管理しやすいものか。先順位、争い、上物の有無。"),
            Question(key="guarantors", label="保証人の力",
                     ask="保証人の収入・資産と、ほかの保証。頼まれた事情を分かっているか。"),
        ),
    ),
)  # fmt: skip

#: 調査書に改める前の、三つの文。読むだけで、もう尋ねない。
EARLIER_SECTION = Section(
    key="earlier", part=EARLIER, label="以前の記録", source=RULES,
    questions=(
        Question(key="earlier_business", label="事業実態", ask=""),
        Question(key="earlier_use_of_funds", label="資金使途", ask=""),
        Question(key="earlier_preservation", label="債権保全", ask=""),
    ),
)  # fmt: skip

QUESTIONS: dict[str, Question] = {
    question.key: question for section in (*SECTIONS, EARLIER_SECTION) for question in section.questions
}
SECTION_OF: dict[str, Section] = {
    question.key: section for section in (*SECTIONS, EARLIER_SECTION) for question in section.questions
}


def sections_for(facts: Facts) -> tuple[Section, ...]:
    """この案件で尋ねる節。"""
    return tuple(section for section in SECTIONS if section.concerns(facts))


def is_answered(question: Question, *, choice: str, text: str, amount: int | None, not_applicable: bool) -> bool:
    """答えになっているか。該当なしには、そのわけが要る。"""
    if not_applicable:
        return bool(text.strip())
    if question.choices and not choice:
        return False
    if question.amount and amount is None:
        return False
    return bool(text.strip()) or choice in question.enough
