"""From an empty database to the first received application: everything typed and clicked, nothing given."""

import re
from io import StringIO

from django.core.management import call_command
from playwright.sync_api import expect

from tests import databases
from tests.factories.core import PASSWORD
from tests.journeys import office as work
from tests.journeys.desk import Desk

#: 利用者名 → 氏名・役割・人の台帳の候補にある言葉（組合員の代表者は、名簿の取込のあとに招く）
BEFORE = {"kitamura": ("北村 洋子", "事務局長"), "yamada": ("山田 花子", "事務局")}
AFTER = {
    "komatsu": ("小松 正", "理事長"),
    "kaga": ("加賀 良子", "理事"),
    "mori": ("森 みどり", "金融委員"),
    "miyakoshi": ("宮腰 大輔", "金融委員"),
}


class Newcomers:
    """Each person in a browser of their own."""

    def __init__(self, new_page, watch):
        self.new_page, self.watch = new_page, watch

    def stranger(self) -> Desk:
        return Desk.of_a_stranger(self.new_page(), self.watch)

    def invite(self, admin: Desk, username: str, name: str, role: str, *, person: bool) -> Desk:
        """The administrator hands over a link; the invited person chooses a password and logs in with it."""
        admin.open("/setup/users/").follow("利用者を招く").fill("氏名", name).fill("利用者名", username)
        admin.page.get_by_label(role, exact=True).check()
        if person:
            admin.fill("人の台帳", candidate(admin, name))
        admin.press("登録して、招待のリンクを出す").see("このリンクが出るのは、いまだけです", name)
        link = admin.page.locator("#invitation-link").input_value()
        guest = self.stranger()
        guest.open(link).see(name, username).fill("パスワード", PASSWORD).fill("パスワード（もう一度）", PASSWORD)
        guest.press("このパスワードに決める").see("パスワードを決めました").log_in(username, PASSWORD)
        return guest.see("今日の仕事")


def candidate(desk: Desk, name: str) -> str:
    """The line that the browser offers for this name."""
    offered = desk.page.locator("#people option").evaluate_all("options => options.map(option => option.value)")
    (line,) = [line for line in offered if line.startswith(f"{name}（") and work.BORN.get(name, "") in line]
    return line


def first_administrator(people: Newcomers) -> Desk:
    """Nobody can log in yet. The server says the link; whoever opens it becomes the administrator."""
    admin = people.stranger()
    admin.open("/").see("まだ利用者がいません", "manage.py first_link")
    said = StringIO()
    call_command("first_link", stdout=said)
    admin.open(re.search(r"http://[^/]+(/first/\S+)", said.getvalue())[1])
    admin.fill("氏名", "管理 太郎").fill("利用者名", "kanri").fill("パスワード", PASSWORD)
    admin.fill("パスワード（もう一度）", PASSWORD).press("登録して始める").see("組合を整える", "途中でやめても")
    return admin


def write_the_cooperative(admin: Desk) -> None:
    admin.follow("次へ：組合の名称・住所・代表者を書く").fill("組合名", "石川機械工業協同組合").fill(
        "郵便番号", "9208203"
    )
    admin.fill("住所", "石川県金沢市鞍月二丁目20番地").fill("代表者の氏名", "小松 正").fill(
        "管轄裁判所", "金沢地方裁判所"
    )
    admin.fill("支払場所", "組合の指定する組合名義の預金口座").fill("適格請求書の登録番号", "T7000012050002")
    admin.press("保存する").see("「石川機械工業協同組合」を保存しました")


def propose(admin: Desk, today) -> None:
    """Policy, limits, articles and rule: proposals, until another approves. The page says whose turn it is."""
    admin.open("/setup/").follow("方針（利息の計算・担保の掛目など）を提案し、別の人が承認する")
    admin.fill("根拠", "金融事業規程 第8条").press("提案する").see("これは提案です")
    admin.open("/setup/").follow("総会の限度額の決議を提案し、別の人が承認する").fill("会議", "第48回通常総会")
    admin.fill("議案番号", "第5号議案").fill("決議日", today).fill("効力が生じる日", today)
    admin.fill("① 借入金残高の最高限度", "4億").fill("③ 1組合員に対する貸付残高の最高限度", "5,000万")
    admin.fill("金融機関名", work.BANK).fill("支店", work.BRANCH).press("提案する")
    admin.see("管理 太郎さんの提案が、北村 洋子さんの承認を待っています。")
    admin.open("/setup/").follow("貸付を行うための定款の条項を提案し、別の人が承認する")
    admin.fill("条項", "定款 第7条第1項第4号")
    admin.fill("条文", "組合員に対する事業資金の貸付け及びそのための借入れ").fill("会議", "第40回通常総会")
    admin.fill("議案番号", "第3号議案").fill("決議日", "H30.5.25").fill("効力が生じる日", "H30.7.2")
    admin.fill("認可した行政庁", "石川県知事").fill("認可書の到達日", "H30.7.2").fill("登記日", "H30.7.11")
    admin.press("提案する").see("これは提案です")
    admin.open("/setup/").follow("金融事業の規程（または規約）を提案し、別の人が承認する")
    admin.fill("名称", "金融事業規程").fill("本文", "第3条 手形貸付は3,000万円を限度とする。")
    admin.fill("会議", "第312回理事会").fill("議案番号", "第2号議案").fill("決議日", today).fill(
        "効力が生じる日", today
    )
    admin.watch.expect(r"status of 422")
    admin.fill("手形貸付の限度（円）", "3000万").press("提案する").see("基準のよりどころの条を書いてください")
    admin.page.locator("[name=amount_article]").fill("第3条")
    admin.press("提案する").see("これは提案です")


def approve(chief: Desk) -> None:
    """The other person finds them all among today's work."""
    for model in (
        "coopfin.policy",
        "governance.limitresolution",
        "governance.articlesclause",
        "governance.financerule",
    ):
        chief.open("/").follow_to(f"/proposals/{model}/").follow("承認する").press("承認する").see("承認しました")


def seat(admin: Desk, today) -> None:
    """Board and committee, row after row on one page."""
    admin.open("/setup/").follow("理事会と金融委員会の席を登録する")
    committee = {"森 みどり": "委員長", "宮腰 大輔": "委員"}
    for body, seats in (("board", work.BOARD), ("committee", committee)):
        admin.page.locator(f"[name={body}-from_on]").fill("R7.5.28")
        for row, (name, title) in enumerate(seats.items()):
            admin.page.locator(f"[name={body}-seats-{row}-person_name]").fill(candidate(admin, name))
            admin.page.locator(f"[name={body}-seats-{row}-title]").select_option(label=title)
    admin.press("保存する").see("7席を登録しました", "整っています")


def test_an_empty_database_is_set_up_to_the_first_received_application(new_page, watch, today):
    databases.forget_master_data()
    people = Newcomers(new_page, watch)
    admin = first_administrator(people)
    write_the_cooperative(admin)
    admin.follow("次へ：業種と勘定科目を入れる").follow("標準の業種と勘定科目を読み込む").press("読み込む").see(
        "行読み込みました"
    )

    chief, clerk = (people.invite(admin, username, *BEFORE[username], person=False) for username in BEFORE)
    propose(admin, today)
    approve(chief)

    # The clerk is told what is hers, and the list from Excel brings the people who will sit on the bodies.
    # Before anything confidential is opened, the pledge of secrecy: it is the first of her tasks.
    clerk.open("/").see("はじめに整えること").follow_to("/oversight/pledge/")
    clerk.page.get_by_label("上の文面を読み、これを守ることを誓約します。").check()
    clerk.press("誓約する").see("守秘義務の誓約を記録しました")
    clerk.open("/").follow("組合員名簿を取り込む")
    work.import_members(clerk)
    for username, (name, role) in AFTER.items():
        people.invite(admin, username, name, role, person=True)
    seat(admin, today)

    # Nothing is left to set up; the first application comes in.
    clerk.open("/").not_see("はじめに整えること")
    work.begin_application(clerk, "白山木材株式会社")
    work.write_terms(
        clerk, form="手形貸付", amount="1,000万", purpose="運転資金", detail="冬期の原木の仕入れ", source="売掛金の回収",
        rate="6.0", fee="0.1", on=today,
    )  # fmt: skip
    clerk.page.get_by_role("button", name="90日", exact=True).click()
    expect(clerk.field("手形の期日")).not_to_have_value("")
    case = work.save_draft(clerk)
    work.inform_guarantor(clerk, "白山 健（代表者）")
    work.weigh_guarantee(clerk)
    work.take_step(clerk, case, "受け付ける").stage("受付済")
