"""The register: finding a member in any writing, what may be written, and who changed what."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.roles import Role
from members import banks, histories, operations, writing
from members.enums import MemberKind, OfficerTitle
from members.models import Industry, Member, Person
from tests.factories.core import make_user
from tests.factories.members import (
    corporate_number,
    make_industry,
    make_member,
    make_officer,
    make_person,
    member_values,
)

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


def values(**changes):
    given = {name: value for name, value in member_values(77, **changes).items() if name in operations.MEMBER_FIELDS}
    return {"representative": make_person(), "industry": make_industry(), **given, **changes}


# --- search --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "キャッチャー機工",
        "ｷｬｯﾁｬｰ機工",
        "きゃっちゃー",
        "キヤツチヤーキコウ",
        "ｷﾔﾂﾁﾔ-",
        "株式会社キャッチャー機工",
        "㈱キャッチャー",
        "(株)キャッチャー機工",
        "（株）キャッチャー",
        "キャッチャー　機工",
        "M00１",
        "中村",
        "ﾅｶﾑﾗ",
    ],
)
def test_a_member_is_found_in_every_writing(typed):
    representative = make_person("中村 翔", kana="ナカムラ ショウ")
    member = make_member(
        "キャッチャー機工株式会社", kana="キャッチャーキコウ", number="M001", representative=representative
    )
    make_member("白山木材株式会社", kana="ハクサンモクザイ")
    assert list(Member.objects.search(typed)) == [member]


def test_old_and_new_kanji_find_each_other():
    member = make_member("株式会社山﨑製作所", kana="ヤマサキセイサクショ", representative=make_person("髙橋 修"))
    assert list(Member.objects.search("山崎製作所")) == [member]
    assert list(Member.objects.search("高橋")) == [member]


def test_every_word_has_to_be_found():
    make_member("能登精機株式会社", kana="ノトセイキ")
    assert Member.objects.search("能登 精機").count() == 1
    assert Member.objects.search("能登 木材").count() == 0


# --- what may be written -------------------------------------------------------------------


def test_a_corporate_number_with_a_wrong_check_digit_is_refused():
    good = corporate_number(1)
    wrong = f"{int(good[0]) % 9 + 1}{good[1:]}"
    with pytest.raises(ValidationError, match="検査数字"):
        make_member(corporate_number=wrong).full_clean()


def test_a_corporate_number_belongs_to_one_member_only():
    first = make_member()
    with pytest.raises(ValidationError, match="同じ法人番号の組合員がすでにいます"):
        Member(**values(number="X1", corporate_number=first.corporate_number)).full_clean()


def test_a_sole_proprietor_has_no_corporate_number_and_is_the_owner():
    member = make_member(kind=MemberKind.SOLE)
    member.full_clean()
    member.representative_title = OfficerTitle.REPRESENTATIVE_DIRECTOR
    member.corporate_number = corporate_number(9)
    with pytest.raises(ValidationError) as refused:
        member.full_clean()
    assert {"representative_title", "corporate_number"} <= set(refused.value.message_dict)


def test_a_member_holds_at_least_one_share_until_it_leaves():
    member = make_member()
    member.shares = member.share_capital = 0
    with pytest.raises(ValidationError, match="中小企業等協同組合法10条"):
        member.full_clean()
    member.left_on = date(2026, 3, 31)
    member.full_clean()


def test_a_bank_account_is_whole_or_absent():
    member = make_member()
    member.account_holder = ""
    with pytest.raises(ValidationError, match="口座名義"):
        member.full_clean()


def test_codes_name_the_bank_and_the_branch():
    assert banks.lookup("0146", "103") == banks.BankNames(bank="北國銀行", branch="県庁支店")
    assert banks.lookup("2004", "231").bank == "商工中金"
    assert "ありません" in banks.lookup("9999", "").bank_problem
    assert "ありません" in banks.lookup("0146", "999").branch_problem
    assert banks.same_bank("北国銀行", "北國銀行")


@pytest.mark.parametrize(
    ("convert", "typed", "kept"),
    [
        (writing.to_kana, "のとせいき", "ノトセイキ"),
        (writing.to_kana, "ﾉﾄｾｲｷ", "ノトセイキ"),
        (writing.to_kana, "ｳﾞｪﾙﾃﾞ ｻｰﾋﾞｽ", "ヴェルデ サービス"),
        (writing.to_holder, "ｶ)ﾉﾄｾｲｷ", "カ)ノトセイキ"),
        (writing.to_holder, "カ）ノトセイキ", "カ)ノトセイキ"),
        (writing.to_postal_code, "〒９２０－８２０３", "920-8203"),
        (writing.to_postal_code, "9208203", "920-8203"),
        (writing.to_phone, "０７６（２６７）００００", "076-267-0000"),
        (writing.to_name, " 髙﨑　工業 ㈱ ", "髙﨑 工業 ㈱"),
        (writing.to_number, "Ｍ－００１", "M-001"),
    ],
)
def test_writings_are_made_alike_without_changing_the_name(convert, typed, kept):
    assert convert(typed) == kept


@pytest.mark.parametrize(
    ("convert", "typed"),
    [
        (writing.to_kana, "金沢"),
        (writing.to_holder, "カ)能登"),
        (writing.to_postal_code, "920-820"),
        (writing.to_phone, "762670000"),
        (writing.to_phone, "076-abc"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_sentence(convert, typed):
    with pytest.raises(writing.Unwritable, match="。"):
        convert(typed)


# --- operations ----------------------------------------------------------------------------


def test_registering_writes_the_history_and_the_log_with_who_did_it():
    clerk = make_user(Role.CLERK)
    member = operations.register_member(by=clerk, on=ON, **values(bank_code="0146", branch_code="103"))
    assert (member.bank_name, member.branch_name) == ("北國銀行", "県庁支店")
    assert member.history.get().history_user == clerk
    assert ActionLog.objects.about(member).get().verb == "register_member"


def test_only_the_secretariat_changes_the_register():
    for role in (Role.AUDITOR, Role.PRESIDENT, Role.COMMITTEE, Role.DIRECTOR):
        with pytest.raises(StepRefused, match="権限"):
            operations.register_person(by=make_user(role), on=ON, name="誰か", kana="ダレカ")


def test_a_change_seen_on_an_old_page_is_refused():
    clerk, member = make_user(Role.CLERK), make_member()
    version = member.version
    operations.update_member(member=member, by=clerk, on=ON, version=version, phone="076-111-1111")
    with pytest.raises(StepRefused, match="ほかの人が更新しました"):
        operations.update_member(member=member, by=clerk, on=ON, version=version, phone="076-222-2222")
    member.refresh_from_db()
    assert member.phone == "076-111-1111"


def test_a_change_that_changes_nothing_leaves_no_trace():
    clerk, member = make_user(Role.CLERK), make_member()
    operations.update_member(member=member, by=clerk, on=ON, phone=member.phone)
    assert member.history.count() == 1
    assert not ActionLog.objects.about(member).exists()


def test_the_same_person_is_not_entered_twice():
    clerk = make_user(Role.CLERK)
    make_person("能登 一郎", kana="ノト イチロウ", born_on=date(1958, 6, 14))
    same = {"name": "能登　一郎", "kana": "ノト イチロウ"}
    with pytest.raises(StepRefused, match="すでに台帳にいます"):
        operations.register_person(by=clerk, on=ON, **same, born_on=date(1958, 6, 14))
    with pytest.raises(StepRefused, match="生年月日"):
        operations.register_person(by=clerk, on=ON, **same)
    operations.register_person(by=clerk, on=ON, **same, born_on=date(1972, 1, 5))
    assert Person.objects.search("能登").count() == 2


def test_nobody_is_born_tomorrow():
    clerk = make_user(Role.CLERK)
    with pytest.raises(ValidationError, match="先の日付"):
        operations.register_person(by=clerk, on=ON, name="誰か", kana="ダレカ", born_on=date(2030, 1, 1))
    person = operations.register_person(by=clerk, on=ON, name="誰か", kana="ダレカ", born_on=date(1980, 1, 1))
    with pytest.raises(ValidationError, match="先の日付"):
        operations.update_person(person=person, by=clerk, on=ON, born_on=date(2030, 1, 1))


def test_officers_come_and_go_by_date():
    clerk, member, person = make_user(Role.CLERK), make_member(), make_person()
    officer = operations.add_officer(
        member=member, person=person, title=OfficerTitle.DIRECTOR, by=clerk, on=ON, from_on=date(2024, 6, 1)
    )
    assert member.offices_on(ON) == [
        (member.representative, OfficerTitle.REPRESENTATIVE_DIRECTOR),
        (person, OfficerTitle.DIRECTOR),
    ]
    with pytest.raises(StepRefused, match="登録済"):
        operations.add_officer(member=member, person=person, title=OfficerTitle.DIRECTOR, by=clerk, on=ON)
    operations.end_officer(officer=officer, to_on=date(2026, 11, 1), by=clerk, on=ON)
    assert [person for person, _ in member.offices_on(ON)] == [member.representative]
    with pytest.raises(StepRefused, match="すでに"):
        operations.end_officer(officer=officer, to_on=date(2026, 11, 2), by=clerk, on=ON)


def test_an_officer_cannot_leave_before_coming():
    officer = make_officer(from_on=date(2024, 6, 1))
    with pytest.raises(ValidationError, match="退任日は就任日以後"):
        operations.end_officer(officer=officer, to_on=date(2024, 5, 1), by=make_user(Role.CLERK), on=ON)


def test_the_history_tells_what_changed_into_what_in_words():
    clerk, member = make_user(Role.CLERK), make_member()
    other = make_person("白山 健", kana="ハクサン ケン")
    operations.update_member(member=member, by=clerk, on=ON, phone="076-111-1111", kind=MemberKind.CORPORATE)
    operations.change_representative(
        member=member, person=other, title=OfficerTitle.REPRESENTATIVE_DIRECTOR, changed_on=ON, by=clerk, on=ON
    )
    newest, older = histories.entries(member)[:2]
    assert newest["by"] == clerk
    assert f"代表者：{member.representative} → 白山 健" in newest["text"]
    assert older["text"] == "電話番号：076-260-0000 → 076-111-1111"
    # On the page the change of the representative is told once, by the operation.
    told = histories.member_entries(member)
    assert [entry["label"] for entry in told] == ["代表者の交代", "変更", "登録"]


def test_master_data_loads_again_without_overwriting_what_the_cooperative_renamed():
    Industry.objects.filter(pk="E").update(name="製造業（機械）")
    Industry.objects.filter(pk="T").delete()
    call_command("load_master_data", verbosity=0)
    assert Industry.objects.get(pk="E").name == "製造業（機械）"
    assert Industry.objects.count() == 20
