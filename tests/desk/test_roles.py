"""今日の仕事: everyone finds the work of their own role, and nothing of a case that is not theirs to see."""

import html
import re
from collections import Counter

from django.test import Client
from django.urls import reverse

from coopfin import worklists
from coopfin.models import DelegationRow, User
from coopfin.roles import Role
from governance import operations as governance
from loans.operations import review as reviews
from tests.factories.loans import TODAY, fresh
from tests.factories.members import make_officer
from tests.prepared import AtWork, taken_back

BOTH_OFFICES = Counter(
    {
        "代表者の交代にともなう保証人の見直し": 1,
        "実態把握を書いて金融委員会に付議する": 1,
        "理事会に付議する": 1,
        "契約手続を始める": 1,
        "契約書類をそろえる": 1,
        "会議の出席と議決を記録する": 3,
        "事務局への質問に答える": 1,
        # 契約手続中の案件の決定はまだ知らせておらず、承認済の案件の通知は、まだ送っていない。
        "決定を申込者に知らせる": 1,
        "決定通知を送ったことを記録する": 1,
    }
)
PROPOSALS = ("限度額の決議", "融資枠", "定款の金融条項", "規約", "規程", "方針", "権限委譲", "商品")
APPROVERS = Counter(
    {f"{name}の提案を承認または却下する": 1 for name in PROPOSALS} | {"口座変更の申請を承認または却下する": 1}
)
#: 役割 → 仕事と件数（tests/prepared.py の組合で）
WORK = {
    Role.CLERK: BOTH_OFFICES + Counter({"申込を受け付ける": 1}),
    Role.CHIEF: BOTH_OFFICES + APPROVERS + Counter({"理事会の決定を記録する": 1, "伝票を承認する": 2}),
    Role.COMMITTEE: Counter({"意見を述べる": 1, "会議に出席する（議案を読む）": 1}),
    Role.DIRECTOR: Counter({"会議に出席する（議案を読む）": 1}),
    # 伝票と確認は、委譲された額に収まるので事務局長の番である。
    Role.PRESIDENT: APPROVERS
    + Counter({"理事会の決定を記録する": 1, "会議に出席する（議案を読む）": 1, "議事録を読んで確定する": 4}),
    Role.AUDITOR: Counter({"「指摘」への回答を確かめる": 1, "会議に出席する（議案を読む）": 1}),
    Role.ADMIN: Counter(),
}
#: 役割 → 札
TILES = {
    Role.CLERK: {"審査を待つ申込", "実行を待つ契約", "今週の期日"},
    Role.CHIEF: {"審査を待つ申込", "実行を待つ契約", "今週の期日", "承認を待つ伝票"},
    Role.COMMITTEE: {"審査を待つ申込"},
    Role.DIRECTOR: {"審査を待つ申込"},
    Role.PRESIDENT: {"審査を待つ申込", "実行を待つ契約", "今週の期日", "承認を待つ伝票"},
    Role.AUDITOR: {"審査を待つ申込", "実行を待つ契約", "今週の期日"},
    Role.ADMIN: set(),
}
#: 役割 → メニュー
MENUS = {
    Role.CLERK: "今日の仕事 商品 申込・審査 契約・実行 貸付台帳 発行書類 限度額の余力 理事との取引 受け取った書類 組合員 人 担保・保証 限度額・決議 方針・規程 取引金融機関・融資枠 会議 承認待ちの提案 決議一覧 伝票・試算表 用語 手引きとの対応 監査の記録 守秘義務の誓約",
    Role.CHIEF: "今日の仕事 商品 申込・審査 契約・実行 貸付台帳 発行書類 限度額の余力 理事との取引 受け取った書類 組合員 人 担保・保証 限度額・決議 方針・規程 取引金融機関・融資枠 会議 承認待ちの提案 決議一覧 伝票・試算表 設定 用語 手引きとの対応 監査の記録 閲覧の記録 閲覧の制限と許し 守秘義務の誓約",
    Role.COMMITTEE: "今日の仕事 商品 申込・審査 受け取った書類 限度額・決議 方針・規程 会議 決議一覧 用語 手引きとの対応",
    Role.DIRECTOR: "今日の仕事 商品 申込・審査 受け取った書類 限度額・決議 方針・規程 会議 決議一覧 用語 手引きとの対応",
    Role.PRESIDENT: "今日の仕事 商品 申込・審査 契約・実行 貸付台帳 発行書類 限度額の余力 理事との取引 受け取った書類 組合員 人 担保・保証 限度額・決議 方針・規程 取引金融機関・融資枠 会議 承認待ちの提案 決議一覧 伝票・試算表 設定 用語 手引きとの対応 監査の記録",
    Role.AUDITOR: "今日の仕事 商品 申込・審査 契約・実行 貸付台帳 発行書類 限度額の余力 理事との取引 受け取った書類 組合員 人 担保・保証 限度額・決議 方針・規程 取引金融機関・融資枠 会議 承認待ちの提案 決議一覧 伝票・試算表 設定 用語 手引きとの対応 監査の記録 閲覧の記録 閲覧の制限と許し 守秘義務の誓約",
    Role.ADMIN: "今日の仕事 商品 限度額・決議 方針・規程 取引金融機関・融資枠 会議 承認待ちの提案 決議一覧 設定 用語 手引きとの対応 閲覧の記録",
}


def tasks_of(user):
    return [task for source in worklists.tasks for task in source(user, TODAY)]


def work_of(user):
    return Counter(re.split("[　：]", task.title)[0] for task in tasks_of(user))


def page(user, url, **query):
    client = Client()
    client.force_login(user)
    response = client.get(url, query)
    assert response.status_code == 200, url
    return html.unescape(response.content.decode())


class TestDesk(AtWork):
    def test_each_role_finds_its_own_work(self):
        for role, user in self.house.users.items():
            assert work_of(user) == WORK[role], role

    def test_each_role_sees_its_own_tiles(self):
        for role, user in self.house.users.items():
            assert {tile.label for source in worklists.tiles for tile in source(user, TODAY)} == TILES[role], role

    def test_each_role_has_its_own_menu(self):
        for role, user in self.house.users.items():
            text = page(user, "/help/")
            menu = re.search(r"<nav.*?</nav>", text, re.S).group(0)
            labels = re.findall(r'<a [^>]*href="[^"]*"[^>]*>(.*?)</a>', menu, re.S)
            # 件数（「申込・審査 2件」）は、人ごとに違う。
            plain = [re.sub(r"\d+件$", "", re.sub(r"<[^>]+>|\s", "", label)) for label in labels]
            assert [label for label in plain if label] == MENUS[role].split(), role

    def test_every_task_and_tile_leads_to_a_page_the_person_may_open(self):
        for role, user in self.house.users.items():
            client = Client()
            client.force_login(user)
            tiles = [tile for source in worklists.tiles for tile in source(user, TODAY)]
            for item in [*tasks_of(user), *tiles]:
                assert client.get(item.url).status_code == 200, (role, item)

    def test_the_page_shows_the_work_and_says_when_there_is_none(self):
        text = page(self.house.user(Role.CLERK), "/")
        assert "理事会に付議する" in text
        assert "借入申込を書く" in text
        assert "いま手を付けることはありません。" in page(self.house.user(Role.ADMIN), "/")

    def test_the_chair_is_told_when_the_opinion_is_given(self):
        case, chair, member = self.house.cases["committee_queue"], self.house.user(Role.COMMITTEE), "takase"
        with taken_back():
            for user in (chair, self.house.office.cast[member]):
                reviews.give_opinion(fresh(case), choice="for", text="よい", by=user, on=TODAY)
            assert work_of(chair) == Counter({"意見をまとめて答申を記録する": 1, "会議に出席する（議案を読む）": 1})
            assert "意見をまとめて答申を記録する" not in work_of(self.house.office.cast[member])

    def test_who_received_the_case_is_not_asked_to_decide_it(self):
        case = self.house.cases["board_queue"]
        with taken_back():
            type(case).objects.filter(pk=case.pk).update(received_by=self.house.user(Role.PRESIDENT))
            assert "理事会の決定を記録する" not in work_of(self.house.user(Role.PRESIDENT))
            assert "理事会の決定を記録する" in work_of(self.house.user(Role.CHIEF))

    def test_what_nobody_else_may_release_goes_to_the_president(self):
        chief, president = self.house.user(Role.CHIEF), self.house.user(Role.PRESIDENT)
        with taken_back():
            DelegationRow.objects.update(maximum_amount=9_999_999)
            for work in ("伝票を承認する", "実行できることを確認する"):
                assert work_of(president)[work] == 1, work
            assert work_of(chief)["伝票を承認する"] == 1
        with taken_back():
            User.objects.filter(role_rows__role=Role.CHIEF).exclude(pk=chief.pk).update(is_active=False)
            make_officer(self.house.things["member"], chief.person)
            assert work_of(president)["実行できることを確認する"] == 1
            assert (work_of(president)["伝票を承認する"], work_of(chief)["伝票を承認する"]) == (1, 1)

    # --- 利害関係のある人 --------------------------------------------------------------

    def traces(self):
        """By what a case or its loan would be known: the borrower, and the numbers of the contracts."""
        loans = [loan for case in self.house.cases.values() for loan in case.contracts.all()]
        return {self.house.things["member"].name, *(loan.number for loan in loans)}

    def test_who_is_interested_meets_no_trace_of_the_case(self):
        lists = [
            reverse("desk:today"), reverse("loans:applications"), reverse("loans:contracting"), reverse("loans:loans"),
            reverse("documents:list"),
        ]  # fmt: skip
        member = self.house.things["member"]
        with taken_back():
            for user in self.house.users.values():
                make_officer(member, user.person)
            for role, user in self.house.users.items():
                told = " ".join(f"{task.title} {task.counterpart} {task.url}" for task in tasks_of(user))
                assert member.name not in told, role
                for source in worklists.tiles:
                    for tile in source(user, TODAY):
                        # 残るのは、案件と関わりのない、事務局長の番の振替伝票一枚だけ。
                        left = role is Role.CHIEF and tile.label == "承認を待つ伝票"
                        assert tile.count == left, (role, tile)
                for url in lists:
                    client = Client()
                    client.force_login(user)
                    response = client.get(url)
                    if response.status_code == 403:
                        continue
                    text = html.unescape(response.content.decode())
                    shown = [trace for trace in self.traces() if trace in text]
                    assert not shown, (role, url, shown)

    def test_who_is_interested_finds_nothing_by_searching(self):
        member = self.house.things["member"]
        with taken_back():
            for user in self.house.users.values():
                make_officer(member, user.person)
            for role, user in self.house.users.items():
                for text in self.traces() | {self.house.cases["board_queue"].number}:
                    hits = [hit for source in worklists.searches for hit in source(user, text)]
                    assert not [hit for hit in hits if hit.kind in ("申込", "貸付")], (role, text)

    def test_who_is_interested_sees_neither_the_cases_on_the_members_page(self):
        member = self.house.things["member"]
        with taken_back():
            make_officer(member, self.house.user(Role.PRESIDENT).person)
            text = page(self.house.user(Role.PRESIDENT), member.get_absolute_url())
            loans = self.traces() - {member.name}
            assert not [number for number in loans if number in text]

    def test_who_declared_an_interest_is_asked_for_nothing_more(self):
        chair = self.house.user(Role.COMMITTEE)
        with taken_back():
            governance.declare_interest(
                self.house.things["committee_item"], person=chair.person, reason="親族の会社", by=chair, on=TODAY
            )
            assert work_of(chair) == Counter({"会議に出席する（議案を読む）": 1})
