"""The work of the office in the trade's words: what each person types and clicks, page by page.

Only users, the rules and the cooperative's own entry are given; everything else is done here by hand.
"""

from io import BytesIO
from pathlib import Path

from playwright.sync_api import expect
from pypdf import PdfReader

from coopfin.clock import business_date
from coopfin.models import User
from coopfin.roles import Role
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.rules import make_clause, make_rule
from tests.journeys.desk import Desk, labelled

MEMBERS = Path(__file__).resolve().parents[2] / "fixtures" / "members.xlsx"
REASON = "事務局で内容を確かめ、承知のうえで進める。"
BANK, BRANCH = "商工組合中央金庫", "金沢支店"

USERS = {
    "kanri": ("管理 太郎", Role.ADMIN),
    "yamada": ("山田 花子", Role.CLERK),
    "kitamura": ("北村 洋子", Role.CHIEF),
    "komatsu": ("小松 正", Role.PRESIDENT),
    "mori": ("森 みどり", Role.COMMITTEE),
    "miyakoshi": ("宮腰 大輔", Role.COMMITTEE),
    "nakamura": ("中村 翔", Role.COMMITTEE),
}
BOARD = {
    "小松 正": "理事長",
    "加賀 良子": "副理事長",
    "能登 一郎": "理事",
    "白山 健": "理事",
    "髙橋 修": "理事",
}
#: 能登 一郎さんは二人いる。理事は、能登精機の代表者のほう。
BORN = {"能登 一郎": "1958年6月14日生"}
COMMITTEE = {"森 みどり": "委員長", "宮腰 大輔": "委員", "中村 翔": "委員"}


def given() -> None:
    """What is there before the journey begins: who may log in, the policy, the articles and the rule, and the cooperative's name."""
    make_cooperative()
    for username, (name, role) in USERS.items():
        make_user(role, name=name, username=username)
    make_policy()
    make_clause()
    make_rule()


class Office:
    """The desks of the people, by their log-in names; each is opened when its owner is first needed."""

    def __init__(self, new_page, watch, **log_in):
        self.new_page, self.watch, self.log_in, self.desks = new_page, watch, log_in, {}

    def __getattr__(self, username: str) -> Desk:
        if username.startswith("_"):
            raise AttributeError(username)
        if username not in self.desks:
            user = User.objects.get(username=username)
            self.desks[username] = Desk(self.new_page(), user, self.watch, **self.log_in)
        return self.desks[username]

    @property
    def committee(self) -> list[Desk]:
        return [self.mori, self.miyakoshi, self.nakamura]


# --- before the first application ------------------------------------------------------------


def open_the_office(office: Office) -> None:
    """The members come in from Excel, the bodies get their seats, and the limits of the meeting are set."""
    import_members(office.yamada)
    seat_the_bodies(office.kanri)
    resolve_limits(office.kanri, office.kitamura)


def import_members(clerk: Desk) -> None:
    """The list that the office already keeps comes in: upload, preview, confirm."""
    clerk.open("/members/").follow("Excel・CSV の取込")
    clerk.attach("ファイル", MEMBERS).press("下見する")
    clerk.see("まだ何も登録していません", "能登精機株式会社").press("登録する")
    clerk.see("新規 44件").follow("組合員の一覧へ").see("能登精機株式会社")


def seat_the_bodies(admin: Desk) -> None:
    """Users are joined to the people just imported; the bodies and their seats are entered in the admin site."""
    for name, role in USERS.values():
        if role in (Role.PRESIDENT, Role.COMMITTEE):
            admin.open(f"/admin/members/person/?q={name}").follow(name).pick("利用者", name).press("保存")
    for kind, seats in (("理事会", BOARD), ("金融委員会", COMMITTEE)):
        admin.open("/admin/governance/body/add/").pick("種類", kind).fill("名称", kind).press("保存")
        admin.open("/admin/governance/seat/add/")
        for name, title in seats.items():
            admin.pick("機関", kind)
            admin.page.get_by_role("combobox", name="人", exact=True).click()
            admin.page.locator(".select2-search__field").fill(name)
            # 同じ名前の人が二人いる。生年月日と住所で見分ける。
            admin.page.get_by_role("option", name=f"{name}（").filter(has_text=BORN.get(name, name)).click()
            admin.pick("席", title).fill("就任日", "R7.5.28").press("保存してもう一つ追加")


def resolve_limits(admin: Desk, chief: Desk, *, borrowing="4億", member="5,000万") -> None:
    """The meeting's limits: proposed by one, approved by another."""
    today = business_date()
    admin.open("/admin/governance/limitresolution/add/").fill("会議", "第48回通常総会").fill("議案番号", "第5号議案")
    admin.fill("決議日", today).fill("効力が生じる日", today)
    admin.fill("① 借入金残高の最高限度", borrowing).fill("② 債務保証残高の最高限度", "0")
    admin.fill("③ 1組合員に対する貸付残高の最高限度", member).fill("④ 1組合員に対する債務保証残高の最高限度", "0")
    admin.fill("金融機関名", BANK).fill("支店", BRANCH).press("保存").see("これは提案です")
    chief.open("/admin/governance/limitresolution/").follow("第48回通常総会 第5号議案")
    chief.follow("承認する").see(BANK).press("承認する").see("承認しました")


# --- the application -------------------------------------------------------------------------


def begin_application(clerk: Desk, member: str) -> None:
    """A blank application for this member, found by typing the name."""
    clerk.open("/").follow("借入申込を書く").fill("組合員", member)
    expect(clerk.page.get_by_role("radio", name=member)).to_be_checked()


def write_terms(
    clerk: Desk, *, form: str, amount: str, purpose: str, detail: str, source: str, rate: str, fee: str, on
):
    """What both forms of loan ask for; the bank lends the money."""
    clerk.choose("形式", form).choose("使いみち", purpose).choose("原資", "転貸（銀行借入）")
    clerk.fill("使いみちの内容", detail).fill("返済の財源", source).fill("金額", amount)
    clerk.fill("利率（年%）", rate).fill("転貸手数料（年%）", fee).fill("実行希望日", on)


def save_draft(clerk: Desk) -> str:
    """Returns the address of the case."""
    clerk.press("下書きを保存する").see("下書きを保存しました").stage("下書き")
    return clerk.path


def inform_guarantor(clerk: Desk, guarantor: str) -> None:
    """The debtor has told the guarantor how things stand."""
    clerk.follow(f"記録する （{guarantor}）").fill("情報提供を受けた日", business_date()).press("記録する")


def weigh_guarantee(clerk: Desk) -> None:
    """The three criteria of the guideline are judged; why the representative stands and how he is let go is explained."""
    clerk.follow("記録する （経営者保証の検討）")
    for title, finding, papers in (
        ("法人と個人の分離", "役員への貸付はない。", "決算書2期"),
        ("財務基盤", "自己資本比率は15%にとどまる。", "決算書2期"),
        ("情報開示", "試算表を四半期ごとに受け取る。", "試算表"),
    ):
        part = clerk.page.get_by_role("group", name=title)
        part.get_by_label("判断").select_option(label="満たさない" if title == "財務基盤" else "満たす")
        part.get_by_label("見たこと").fill(finding)
        part.get_by_label("確かめた資料").fill(papers)
    clerk.choose("代表者の保証", "代表者を保証人とする").fill("理由", "法人の資産だけでは返済の備えが足りない。")
    clerk.fill("説明した日", business_date())
    clerk.fill("どの部分が足りず、なぜ保証が要るか", "財務基盤の要件を満たさないため。")
    clerk.fill(
        "何を改めれば、保証を外し・軽くできるか", "自己資本比率が30%を超えれば、次の見直しで外すことを検討する。"
    )
    clerk.press("記録する").see("経営者保証の検討を記録しました")


def todays_work(desk: Desk, address: str) -> Desk:
    """Somebody finds, among today's work, what waits for him."""
    return desk.open("/").follow_to(address)


def take_step(desk: Desk, case: str, name: str) -> Desk:
    """One step of the road. Where warnings remain, the reason for going on is written."""
    if desk.path != case or not desk.has_link(name):
        desk.open(case)
    return go_on(desk.follow(name), name)


def go_on(desk: Desk, button: str) -> Desk:
    reason = desk.page.get_by_label(labelled("注意を承知のうえで進める理由"))
    if reason.count():
        reason.fill(REASON)
    return desk.press(button)


def investigate(clerk: Desk, case: str, *, interviewee: str) -> None:
    """The interview and the worksheet, section by section, summed up and put before the committee."""
    take_step(clerk, case, "実態把握を始める").see("実態把握を始めました")
    clerk.follow("面談を記録する").fill("面談日", business_date()).fill("場所", "先方の事務所")
    clerk.fill("面談の相手", interviewee).fill("聞いたこと", "受注は前年並みで、主要取引先との関係も長い。")
    clerk.press("記録する").see("面談を記録しました")
    write_worksheet(clerk, case)
    show_the_means(clerk, case)
    clerk.open(f"{case}investigation/").fill("事務局の所見", "申込どおりの貸付が妥当と考える。").press("記録する")
    clerk.see("事務局の所見を記録しました")
    take_step(clerk, case, "金融委員会に付議する").stage("金融委員会 付議中")


def write_worksheet(clerk: Desk, case: str) -> None:
    """Every question of every section, and what a working loan is needed for."""
    clerk.open(f"{case}worksheet/basics/")
    while True:
        for choices in clerk.page.locator(".inline-choice").all():
            choices.get_by_role("radio").nth(1).check()
        for text in clerk.page.locator("fieldset.question textarea").all():
            text.fill("面談と書類で確かめた。")
        for name, amount in (("cost_amount", "10億"), ("own_share_amount", "0")):
            for field in clerk.page.locator(f"[name={name}]").all():
                field.fill(amount)
        working = clerk.page.locator("#q-hidden").count()
        if not clerk.page.get_by_role("button", name="保存して次の節へ").count():
            break
        clerk.press("保存して次の節へ").see("問を保存しました")
        if working:
            here = clerk.path
            clerk.open(f"{case}needs/")
            clerk.page.locator("[name=cause_0]").select_option(label="季節")
            clerk.page.locator("[name=term_0]").select_option(label="一時的・短期")
            clerk.page.locator("[name=amount_0]").fill("10億")
            clerk.press("記録する").see("要因と額を記録しました").open(here)
    clerk.press("保存する").see("問を保存しました")


def show_the_means(clerk: Desk, case: str) -> None:
    """Figures that carry the loan in every scenario, whichever of them the page asks for."""
    clerk.open(f"{case}capacity/")
    figures = {
        "profit": "1億", "startup_profit": "5000万", "shortfall_profit": "5000万", "depreciation": "1000万",
        "other_repayments": "0", "receivables": "10億", "turnover_days": "400", "funding_power": "定期預金がある。",
    }  # fmt: skip
    for name, figure in figures.items():
        for field in clerk.page.locator(f"[name={name}]").all():
            field.fill(figure)
    clerk.press("記録する").see("返済の力を記録しました")


def committee_advises(office: Office, case: str, *, conditions: str = "") -> None:
    """Every member finds the case among today's work and writes an opinion; the chair sums up."""
    for member in office.committee:
        todays_work(member, f"{case}opinion/").choose("意見", "条件付賛成" if conditions else "賛成")
        member.fill("意見の理由", "受注の見通しがあり、返済の財源も確かめられる。").fill("条件 1", conditions)
        member.press("意見を記録する").see("意見を記録しました")
    chair = office.committee[0].open(case).follow("答申を記録する")
    chair.choose("答申", "条件付可" if conditions else "可（貸付を適当と認める）").fill("条件 1", conditions)
    chair.fill("付帯意見", "資金の必要と返済の見通しを認める。")
    go_on(chair, "答申を記録する").see("答申を記録しました").stage("答申済")


def board_meets(clerk: Desk, case: str, *, recused=()) -> str:
    """The board is convened, the case put on the agenda, attendance and votes recorded. Returns the meeting's page."""
    take_step(clerk, case, "理事会に付議する").stage("理事会 付議中")
    convene(clerk)
    clerk.press("議案に載せる", part_of_name=True).see("第1号議案")
    record_attendance(clerk)
    vote(clerk, [name for name in BOARD if name not in recused])
    return clerk.path


def convene(clerk: Desk) -> None:
    clerk.open("/governance/meetings/").follow("会議を招集する").pick("機関", "理事会")
    clerk.fill("開催日", business_date()).fill("開始時刻", "14:00").fill("場所", "組合会館 2階会議室").press("招集する")


def record_attendance(clerk: Desk, names=BOARD, *, absent=()) -> None:
    for name in names:
        clerk.pick(f"{name} 出欠", "欠席" if name in absent else "出席")
    clerk.press("出席を記録する").see("出席を記録しました")


def vote(clerk: Desk, names) -> None:
    for name in names:
        clerk.page.get_by_role("radio", name=f"{name} 賛成").check()
    clerk.press("議決を記録する").see("名分記録しました")


def decide(chief: Desk, meeting: str, *, condition: str = "") -> None:
    """The decision of the board is recorded by somebody who did not receive the case."""
    chief.open(meeting).follow("決定を記録する").choose("決定", "条件付で可決" if condition else "可決")
    chief.fill("条件 1", condition)
    go_on(chief, "決定を記録する").see("承認を記録しました").stage("承認済")


def record_funding(clerk: Desk, case: str, *, rate: str) -> None:
    """The bank's answer, as it was applied for."""
    clerk.open(case).follow("原資の決定を記録する").choose("結果", "申込どおり承諾").fill("決定日", business_date())
    clerk.fill("決定通知の番号", "商中金発8-123").fill("借入利率（年%）", rate)
    go_on(clerk, "原資の決定を記録する").see("原資の決定を記録しました")


# --- contract and papers ---------------------------------------------------------------------


def contract(clerk: Desk, case: str) -> str:
    """The contract begins today; returns its number."""
    take_step(clerk, case, "契約手続を始める").see("を付けました")
    return clerk.page.locator(".page-head .under span").first.inner_text().removeprefix("契約番号").strip()


def issue_papers(clerk: Desk, papers: list[str]) -> dict[str, str]:
    """Each paper is looked at, issued, downloaded, and received back signed. Returns the words of each PDF."""
    words = {}
    for paper in papers:
        clerk.follow(f"見本を見る （{paper}）").press("この内容で発行する")
        clerk.see(f"{paper}を発行しました", "調印待ち")
        words[paper] = download(clerk, f"PDF （{paper}）")
        clerk.press(f"調印済を受け取った （{paper}）").see(f"{paper}の調印済を受け取りました")
    clerk.see("そろいました")
    return words


def download(desk: Desk, link: str) -> str:
    """The words of a PDF, without spaces and line ends."""
    address = desk.page.get_by_role("link", name=link, exact=True).first.get_attribute("href")
    answer = desk.page.request.get(address)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.body())).pages)
    return "".join(text.split())


# --- disbursement ----------------------------------------------------------------------------


def prepare(clerk: Desk) -> str:
    """The clerk prepares what the page shows. Returns the voucher's page."""
    go_on(clerk, "この内容で起票する").see("実行の伝票を起票しました").stage("起票（承認待ち）")
    return clerk.path


def approve(chief: Desk, voucher: str) -> Desk:
    """Another finds the voucher among today's work and approves it."""
    return go_on(todays_work(chief, voucher), "承認して計上する")


def voucher_lines(desk: Desk) -> list[list[str]]:
    """The lines of a voucher on the page: the account's name and the amount, without member and contract."""
    return [[cell.split("\n")[0] for cell in row] for row in desk.table("伝票の明細")]


def close_meeting(clerk: Desk, meeting: str) -> None:
    clerk.open(meeting).follow("会議を終える").press("終える").stage("終了")
