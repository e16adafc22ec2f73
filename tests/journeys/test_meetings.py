"""Two meetings in a real browser: one that changes what the next approval may do, one that misses its quorum by one."""

from datetime import timedelta

from desk.demo import road
from governance import operations as governance
from governance.enums import BodyKind
from governance.models import LimitResolution, Meeting
from loans.enums import ApplicationState as S
from members.models import Person
from tests.browser import TABLET
from tests.factories.loans import bill_terms, fresh, make_application_in
from tests.factories.members import make_member, make_members
from tests.journeys import office as work


def of_today(today):
    return bill_terms(disburse_on=today, maturity_on=today + timedelta(days=89))


def test_a_general_meeting_raises_the_limit_and_the_next_approval_passes(house):
    make_members(9)
    application = make_application_in(house.people, S.BOARD_QUEUE, on=house.today, terms=of_today(house.today))
    road.hold_board([application], house.people, house.today)
    board = Meeting.objects.get().get_absolute_url()
    LimitResolution.objects.update(member_loan_limit=8_000_000)
    clerk, chief, admin = house.desks.yamada, house.desks.kitamura, house.desks.kanri
    president = house.desks.komatsu

    # Over the limit: refused.
    chief.watch.expect(r"status of 422")
    chief.open(board).follow("決定を記録する").choose("決定", "可決").press("決定を記録する")
    chief.see("1組合員に対する貸付残高の最高限度8,000,000円に対し実行後10,000,000円で、2,000,000円超えます。")

    # A new limit is proposed for the meeting to come. Nobody can approve it before the meeting has carried it.
    admin.open("/admin/governance/limitresolution/add/").fill("効力が生じる日", house.today)
    admin.fill("① 借入金残高の最高限度", "4億").fill("② 債務保証残高の最高限度", "0")
    admin.fill("③ 1組合員に対する貸付残高の最高限度", "5,000万").fill("④ 1組合員に対する債務保証残高の最高限度", "0")
    admin.fill("金融機関名", work.BANK).fill("支店", work.BRANCH).press("保存").see("これは提案です")
    proposal = LimitResolution.objects.waiting().get()
    page = f"/proposals/governance.limitresolution/{proposal.pk}/"
    president.open(page).see("総会の議決がまだありません")
    assert not president.has_link("承認する")
    president.open(f"{page}approve/").see("いまは進めません", "議案にして、会議で議決してください。")
    admin.open(page).follow("議案にする").see("50,000,000円", "付議したあとは、提案の中身は直せません").press(
        "議案にする"
    )

    # The extraordinary general meeting.
    clerk.open("/governance/meetings/").follow("会議を招集する").pick("機関", "総会").pick("総会の別", "臨時総会")
    clerk.fill("開催日", house.today).fill("開始時刻", "10:00").fill("場所", "組合会館").press("招集する")
    clerk.see("第1回臨時総会").press("議案に載せる", part_of_name=True).see("第1号議案")
    meeting = clerk.path
    president.open(page).see("付議中です。議決されるまで承認できません。")
    clerk.fill("本人出席", "6").fill("代理人", "1").fill("議長の氏名", "森本 隆").press("組合員の出席を記録する")
    clerk.see("組合員の出席を記録しました（7名）", "必要 5名", "可決には出席した議決権の過半数 4個の賛成が要ります")
    clerk.press("未記録の人を全員出席にする").see("出席を記録しました")
    clerk.watch.expect(r"status of 422")
    clerk.follow("議決を記録する").choose("議決", "可決").fill("賛成", "3").fill("反対", "4").press("議決を記録する")
    clerk.see("過半数（4票）に1票足りません").fill("賛成", "6").fill("反対", "1").press("議決を記録する")
    clerk.see("の議決（可）を記録しました").follow("会議を終える").press("終える").stage("終了")

    # Another person approves, and the approval of the case passes and cites the decision.
    president.open(page).see("第1号議案で可決されました").follow("承認する").press("承認する").see("を承認しました")
    work.decide(chief, board)
    chief.see("第1回臨時総会 第1号議案", "決定番号", "第1回理事会 第1号議案")
    chief.follow("第1回理事会 第1号議案").see("この番号は一度だけ付き、変わりません。")
    assert fresh(application).state == S.APPROVED
    assert meeting == Meeting.objects.get(kind="extraordinary").get_absolute_url()


def test_a_board_misses_its_quorum_by_its_recused_director_is_adjourned_and_decides_when_held_again(house):
    kaga = Person.objects.get(user=house.people.cast["kaga"])
    application = make_application_in(
        house.people, S.BOARD_QUEUE, on=house.today, terms=of_today(house.today),
        member=make_member(representative=kaga),
    )  # fmt: skip
    clerk, chief, president = house.desks.yamada, house.desks.kitamura, house.desks.komatsu
    names = [seat.person.name for seat in governance.seats_of(BodyKind.BOARD, house.today)]
    five = [*[name for name in names if name != kaga.name][:4], kaga.name]

    # Five of nine are there. One of them has an interest: four of eight, and five are needed.
    work.convene(clerk)
    clerk.press("議案に載せる", part_of_name=True)
    first = clerk.path
    work.record_attendance(clerk, names, absent=[name for name in names if name not in five])
    clerk.see("必要 5名", "出席 4名", "定足数に満たない議案があるので、流会・延会にもできます。")
    clerk.follow("流会・延会にする").fill("理由", "特別の利害関係による除斥のため、定足数に1名足りない。")
    clerk.press("流会・延会にする").see("を流会にしました").stage("流会")
    clerk.see("第1号議案", "定足数に満たないため議決に至らず、次の会議に付議することとした。", "議長は流会を宣し")

    # The next meeting finds the item on its agenda. Each director votes on the tablet before him.
    work.convene(clerk)
    second = clerk.path
    clerk.see("第1号議案").press("審議に入る").see("審議中")
    work.record_attendance(clerk, names, absent=[names[-1]])
    president.page.set_viewport_size(TABLET)
    president.open(second).follow("手もとの画面").see("限度額の余力", str(application.member))
    president.fill("意見（なくてもよい）", "受注見込みを半期ごとに確かめること。").press("賛成")
    president.see("第1号議案に「賛成」と入れました", "「賛成」と入っています")
    interested = house.desks.kaga.open(f"{second}room/").see("利害関係のため非表示")
    interested.not_see(str(application.member))
    clerk.open(second)
    work.vote(clerk, [name for name in names[:-1] if name not in (kaga.name, president.user.name)])
    work.decide(chief, second)
    work.close_meeting(clerk, second)

    # The chair reads, finalises, and the minutes are issued once, with the member's figures in an annex.
    president.open("/").follow_to(f"{second}finalise/").see(kaga.name, "特別の利害関係", "別紙1")
    president.press("この議事録を確定する").see("議事録を確定しました", "備置きの期限").stage("議事録確定")
    body = minutes_of(president, "議事録 D")
    annex = minutes_of(president, "議事録別紙（秘） D")
    assert "賛成7名・反対0名・棄権0名により、これを可決した" in body
    assert "㊞" in body
    figures = f"{application.amount:,}円"
    assert figures not in body
    assert figures in annex
    # The first meeting, too, waits for its chair.
    president.open(first).follow("議事録を確定する").see("流会を宣し").press("この議事録を確定する").stage("議事録確定")


def minutes_of(desk, name) -> str:
    """The words of an issued paper, reached from the page of the meeting."""
    with desk.page.expect_navigation():
        desk.page.get_by_role("link", name=name).first.click()
    words = work.download(desk, "PDF を受け取る")
    desk.page.go_back()
    return words
