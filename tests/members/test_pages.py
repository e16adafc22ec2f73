"""The pages of members: who may open them, what they keep, and that lists stay quick."""

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from coopfin import worklists
from coopfin.roles import Role
from members import desk, importing, panels
from members.enums import MemberKind, OfficerTitle
from members.models import ImportBatch, Member, Officer, Person
from tests.factories.core import make_user
from tests.factories.members import make_industry, make_member, make_members, make_officer, make_person
from tests.members.books import COLUMNS, excel, row

pytestmark = pytest.mark.django_db

READERS = {Role.CLERK, Role.CHIEF, Role.PRESIDENT, Role.AUDITOR}
EDITORS = {Role.CLERK, Role.CHIEF}


@pytest.fixture
def clerk(client):
    user = make_user(Role.CLERK)
    client.force_login(user)
    return user


def form_of(response, **changes):
    """What the browser would send back from this page, with some fields typed over."""
    form = response.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in data.items()}
    return {**data, **changes}


def typed(**changes):
    return {
        "number": "５０１",
        "name": "㈱山﨑製作所",
        "kana": "やまさきせいさくしょ",
        "kind": "corporate",
        "corporate_number": "",
        "industry": make_industry().pk,
        "joined_on": "H22.4.1",
        "left_on": "",
        "representative": "",
        "representative_title": "representative_director",
        "new_name": "山﨑 隆",
        "new_kana": "ﾔﾏｻｷ ﾀｶｼ",
        "new_born_on": "昭和34年12月1日",
        "new_postal_code": "9240051",
        "new_address": "石川県白山市福留町370番地",
        "postal_code": "９２４－００５１",
        "address": "石川県白山市福留町370番地",
        "phone": "",
        "shares": "２００口",
        "share_capital": "200万",
        "bank_code": "146",
        "branch_code": "218",
        "account_type": "current",
        "account_number": "702214",
        "account_holder": "ｶ)ﾔﾏｻｷｾｲｻｸｼﾖ",
        "note": "",
        **changes,
    }


# --- who -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_for_its_roles_only(client, role):
    user = make_user(role)
    client.force_login(user)
    member = make_member()
    officer = make_officer(member)
    pages = {
        reverse("members:list"): READERS,
        reverse("members:detail", args=[member.pk]): READERS,
        reverse("members:people"): READERS,
        reverse("members:person", args=[officer.person_id]): READERS,
        reverse("members:create"): EDITORS,
        reverse("members:edit", args=[member.pk]): EDITORS,
        reverse("members:officer_add", args=[member.pk]): EDITORS,
        reverse("members:officer_end", args=[officer.pk]): EDITORS,
        reverse("members:person_create"): EDITORS,
        reverse("members:person_edit", args=[officer.person_id]): EDITORS,
        reverse("members:person_options") + "?person_q=試験": EDITORS,
        reverse("members:bank_names") + "?bank_code=0146": EDITORS,
        reverse("members:import"): EDITORS,
        reverse("members:import_template"): EDITORS,
        reverse("members:export"): {Role.CLERK, Role.CHIEF, Role.AUDITOR},
    }
    for url, allowed in pages.items():
        assert client.get(url).status_code == (200 if role in allowed else 403), url


def test_an_import_belongs_to_who_handed_it_in(client, clerk):
    other = importing.start(filename="a.xlsx", content=excel([row(1)]), by=make_user(Role.CHIEF), on=date(2026, 11, 24))
    for name in ("import_batch", "import_refused"):
        assert client.get(reverse(f"members:{name}", args=[other.pk])).status_code == 404
    for name in ("import_batch", "import_again", "import_discard"):
        assert client.post(reverse(f"members:{name}", args=[other.pk])).status_code == 404


# --- lists ---------------------------------------------------------------------------------


def queries(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["members:list", "members:people", "members:export"])
def test_the_number_of_queries_does_not_grow_with_the_rows(client, clerk, name):
    make_members(10)
    url = reverse(name)
    client.get(url)
    few = queries(client, url)
    make_members(990)
    assert queries(client, url) == few


def test_what_is_not_chosen_yet_asks_to_be_chosen(client, clerk):
    page = client.get(reverse("members:create")).content.decode()
    assert "選んでください" in page
    assert "---------" not in page


def test_the_list_counts_and_sums_what_is_filtered(client, clerk):
    make_members(3, share_capital=1_000_000)
    make_members(2, industry=make_industry("D", "建設業"), share_capital=300_000)
    page = client.get(reverse("members:list"), {"industry": "D"})
    assert page.context["count"] == 2
    assert page.context["sums"] == [{"label": "出資金額", "amount": 600_000}]
    assert "600,000" in page.content.decode()


def test_the_list_filters_by_kind_and_standing(client, clerk):
    current = make_member(kind=MemberKind.SOLE)
    left = make_member(left_on="2020-03-31")
    url = reverse("members:list")
    assert list(client.get(url, {"kind": "sole"}).context["object_list"]) == [current]
    assert list(client.get(url, {"standing": "left"}).context["object_list"]) == [left]
    assert list(client.get(url, {"standing": "current"}).context["object_list"]) == [current]


def test_the_list_pages_by_fifty_and_keeps_the_filter(client, clerk):
    make_members(60)
    page = client.get(reverse("members:list"), {"kind": "corporate"})
    assert len(page.context["table"].page.object_list) == 50
    assert "kind=corporate&amp;page=2" in page.content.decode()
    assert client.get(reverse("members:list"), {"page": "2"}).status_code == 200


@pytest.mark.parametrize(
    "query", ["sort=evil", "sort=--name", "page=999", "page=x", "q=%00", "kind=x", "industry=%27", "columns=x", "q=%25"]
)
def test_a_query_made_by_hand_breaks_nothing(client, clerk, query):
    make_member()
    for name in ("members:list", "members:people", "members:export"):
        assert client.get(f"{reverse(name)}?{query}").status_code in (200, 404)
    assert client.get(f"{reverse('members:person_options')}?person_q=%00&person=9{'9' * 30}").status_code == 200


def test_an_empty_register_points_to_the_import(client, clerk):
    page = client.get(reverse("members:list")).content.decode()
    assert "組合員がまだ登録されていません" in page
    assert reverse("members:import") in page


def test_columns_can_be_chosen(client, clerk):
    make_member(corporate_number="")
    page = client.get(reverse("members:list"), {"columns": ["name", "corporate_number"]})
    assert [column.name for column in page.context["table"].columns] == ["name", "corporate_number"]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_export_is_what_the_list_shows_in_its_order(client, clerk, form):
    make_members(60)
    make_member("能登精機株式会社", kana="ノトセイキ", number="A1", share_capital=5)
    make_member("能登木材株式会社", kana="ノトモクザイ", number="A2", share_capital=9)
    query = {"q": "能登", "sort": "-share_capital"}
    shown = [
        member.number for member in client.get(reverse("members:list"), query).context["table"].page.object_list.data
    ]
    response = client.get(reverse("members:export"), {**query, "format": form})
    if form == "xlsx":
        lines = [[cell.value for cell in line] for line in load_workbook(io.BytesIO(response.content)).active]
    else:
        lines = [line.split(",") for line in response.content.decode("utf-8-sig").splitlines()]
    assert lines[0] == COLUMNS
    assert [line[0] for line in lines[1:]] == shown == ["A2", "A1"]


def test_search_finds_members_and_people_for_those_who_may_see_them():
    make_member("能登精機株式会社", kana="ノトセイキ", representative=make_person("能登 一郎", kana="ノト イチロウ"))
    for role, found in ((Role.CLERK, ["能登精機株式会社", "能登 一郎"]), (Role.COMMITTEE, [])):
        user = make_user(role)
        hits = [*desk.search_members(user, "ﾉﾄ"), *desk.search_people(user, "ﾉﾄ")]
        assert [hit.title for hit in hits] == found
    assert desk.search_members in worklists.searches
    assert {"組合員", "人"} <= {item.label for item in worklists.menu}


# --- typing a member in --------------------------------------------------------------------


def test_a_member_and_a_new_representative_are_entered_from_one_form(client, clerk):
    response = client.post(reverse("members:create"), typed())
    member = Member.objects.get()
    assert response.url == member.get_absolute_url()
    assert (member.number, member.name, member.kana) == ("501", "㈱山﨑製作所", "ヤマサキセイサクショ")
    assert (member.shares, member.share_capital) == (200, 2_000_000)
    assert (member.bank_name, member.branch_name, member.account_number) == ("北國銀行", "松任支店", "0702214")
    assert str(member.joined_on) == "2010-04-01"
    assert (member.representative.kana, str(member.representative.born_on)) == ("ヤマサキ タカシ", "1959-12-01")
    page = client.get(response.url).content.decode()
    assert "組合員「㈱山﨑製作所」を登録しました" in page
    assert "2,000,000円" in page


def test_a_representative_is_chosen_from_the_register(client, clerk):
    person = make_person("山﨑 隆", kana="ヤマサキ タカシ")
    found = client.get(reverse("members:person_options"), {"representative_q": "ﾔﾏｻｷ", "representative": ""})
    assert f'name="representative" value="{person.pk}"' in found.content.decode()
    blank = dict.fromkeys(("new_name", "new_kana", "new_born_on", "new_postal_code", "new_address"), "")
    client.post(reverse("members:create"), typed(representative=person.pk, **blank))
    assert Member.objects.get().representative == person
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "入力"),
        ("joined_on", "令和8年2月30日", "暦にありません"),
        ("joined_on", "昨日", "日付として読めません"),
        ("share_capital", "-1", "マイナス"),
        ("share_capital", "0", "1円以上"),
        ("shares", "0", "1口以上"),
        ("shares", "たくさん", "読めません"),
        ("corporate_number", "1234567890123", "検査数字が合いません"),
        ("corporate_number", "123", "13桁"),
        ("kana", "金沢", "「金」は使えません"),
        ("bank_code", "9999", "銀行コード 9999 の銀行はありません"),
        ("branch_code", "999", "支店コード 999 の支店はありません"),
        ("account_number", "", "口座番号も要ります"),
        ("account_holder", "株式会社", "「株」は使えません"),
        ("postal_code", "1", "7桁"),
        ("left_on", "2000-01-01", "脱退日は加入日以後"),
        ("representative_title", "owner", "使えません"),
        ("new_kana", "", "カナと生年月日が要ります"),
        ("representative", "999999", "もう一度探してください"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(client, clerk, field, value, sentence):
    response = client.post(reverse("members:create"), typed(**{field: value}))
    assert response.status_code == 422
    assert sentence in " ".join(response.context["form"].errors[field])
    page = response.content.decode()
    assert "error-summary" in page
    assert "石川県白山市福留町370番地" in page
    assert not Member.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.usefixtures("clerk")
def test_an_empty_number_of_shares_is_told_once(client):
    errors = client.post(reverse("members:create"), typed(shares="")).context["form"].errors
    assert [len(errors[name]) for name in errors] == [1]
    assert list(errors) == ["shares"]


def test_a_representative_is_either_chosen_or_new(client, clerk):
    person = make_person()
    both = client.post(reverse("members:create"), typed(representative=person.pk))
    assert "どちらか一方" in str(both.context["form"].errors["representative"])
    neither = typed(new_name="", new_kana="", new_born_on="", new_postal_code="", new_address="")
    assert "台帳から探して選ぶか" in str(client.post(reverse("members:create"), neither).context["form"].errors)


def test_a_new_representative_already_in_the_register_is_refused(client, clerk):
    make_person("山﨑 隆", kana="ヤマサキ タカシ", born_on="1959-12-01")
    response = client.post(reverse("members:create"), typed())
    assert response.status_code == 422
    assert "すでに台帳にいます" in response.content.decode()
    assert not Member.objects.exists()


def test_a_taken_number_is_refused(client, clerk):
    make_member(number="501")
    response = client.post(reverse("members:create"), typed())
    assert "同じ組合員番号がすでにあります" in str(response.context["form"].errors["number"])


def test_sending_twice_enters_once(client, clerk):
    data = form_of(client.get(reverse("members:create")), **typed())
    first = client.post(reverse("members:create"), data)
    second = client.post(reverse("members:create"), data)
    assert first.url == second.url
    assert Member.objects.count() == Person.objects.count() == 1


def test_an_old_page_is_refused_and_keeps_what_was_typed(client, clerk):
    member = make_member()
    url = reverse("members:edit", args=[member.pk])
    data = form_of(client.get(url), phone="076-111-1111")
    client.post(url, form_of(client.get(url), phone="076-222-2222"))
    response = client.post(url, data)
    assert response.status_code == 422
    page = response.content.decode()
    assert "ほかの人が更新しました" in page
    assert "076-111-1111" in page
    member.refresh_from_db()
    assert member.phone == "076-222-2222"


def test_a_change_of_representative_is_its_own_operation(client, clerk):
    member = make_member()
    before = member.representative
    url = reverse("members:representative", args=[member.pk])
    new = {"new_name": "能登 二郎", "new_kana": "ノト ジロウ", "new_born_on": "S60.1.1", "changed_on": "R8.10.1"}
    response = client.post(url, form_of(client.get(url), **new, stays_as=OfficerTitle.DIRECTOR))
    page = client.get(response.url).content.decode()
    assert f"{before} → 能登 二郎" in page
    assert clerk.name in page
    assert "代表者の交代にともなう保証人の見直し" in page
    titles = {(officer.person, officer.title, officer.to_on) for officer in member.officers.all()}
    day = date(2026, 10, 1)
    assert titles == {
        (before, OfficerTitle.REPRESENTATIVE_DIRECTOR, day), (before, OfficerTitle.DIRECTOR, None),
    }  # fmt: skip


def test_officers_are_added_and_end(client, clerk):
    member, person = make_member(), make_person("加賀 次郎")
    url = reverse("members:officer_add", args=[member.pk])
    client.post(url, form_of(client.get(url), person=person.pk, title=OfficerTitle.DIRECTOR, from_on="R6.6.1"))
    officer = Officer.objects.get()
    page = client.get(member.get_absolute_url()).content.decode()
    assert "加賀 次郎" in page
    assert "役員の追加" in page
    end = reverse("members:officer_end", args=[officer.pk])
    client.post(end, form_of(client.get(end), to_on="R7.6.1"))
    assert "退任した役員 1人" in client.get(member.get_absolute_url()).content.decode()
    roles = client.get(person.get_absolute_url()).context["roles"]
    assert [(row["role"], row["to_on"], row["over"]) for row in roles] == [("取締役", date(2025, 6, 1), True)]


def test_people_are_entered_and_changed(client, clerk):
    url = reverse("members:person_create")
    data = form_of(client.get(url), name="能登 一郎", kana="のと いちろう", born_on="S33.6.14")
    response = client.post(url, data)
    client.post(url, data)
    person = Person.objects.get()
    assert (person.kana, str(person.born_on)) == ("ノト イチロウ", "1958-06-14")
    edit = reverse("members:person_edit", args=[person.pk])
    client.post(edit, form_of(client.get(edit), address="金沢市"))
    assert "住所：（空） → 金沢市" in client.get(response.url).content.decode()


def test_the_bank_and_the_branch_are_named_while_typing(client, clerk):
    url = reverse("members:bank_names")
    assert "北國銀行" in client.get(url, {"bank_code": "0146"}).content.decode()
    assert "県庁支店" in client.get(url, {"bank_code": "０１４６", "branch_code": "103"}).content.decode()
    assert "ありません" in client.get(url, {"bank_code": "9999"}).content.decode()
    assert client.get(url, {"bank_code": "<b>x"}).status_code == 200


def test_rooms_above_add_panels_without_being_imported(client, clerk, monkeypatch):
    member = make_member()
    seen = []

    def panel(subject, user, on):
        seen.append((subject, user))
        return {"template": "parts/empty_state.html"}

    monkeypatch.setattr(panels, "member_panels", [panel, lambda *_: None])
    monkeypatch.setattr(panels, "person_panels", [panel])
    assert "まだ何もありません" in client.get(member.get_absolute_url()).content.decode()
    client.get(member.representative.get_absolute_url())
    assert seen == [(member, clerk), (member.representative, clerk)]


# --- import pages --------------------------------------------------------------------------


def upload(client, content, name="名簿.xlsx"):
    page = client.get(reverse("members:import"))
    return client.post(reverse("members:import"), form_of(page, file=SimpleUploadedFile(name, content)))


def test_a_list_is_handed_in_previewed_and_entered(client, clerk):
    preview = upload(client, excel([row(1), row(2, 加入日="x"), row(3)]))
    page = client.get(preview.url)
    assert "まだ何も登録していません" in page.content.decode()
    assert "日付として読めません" in page.content.decode()
    assert "取込工業1株式会社" in client.get(preview.url, {"show": "new"}).content.decode()
    refused = client.post(preview.url, form_of(page, choice="all"))
    assert refused.status_code == 422
    assert "直す行が1行" in refused.content.decode()
    client.post(preview.url, form_of(client.get(preview.url), choice="good_rows"))
    assert Member.objects.count() == 2
    result = client.get(preview.url).content.decode()
    assert "新規 2件" in result
    assert "日付として読めません" in result
    excel_of_errors = client.get(reverse("members:import_refused", args=[ImportBatch.objects.get().pk]))
    assert load_workbook(io.BytesIO(excel_of_errors.content)).active.cell(2, 1).value == "3"


def test_confirming_twice_enters_once(client, clerk):
    preview = upload(client, excel([row(1)]))
    data = form_of(client.get(preview.url), choice="all")
    first, second = client.post(preview.url, data), client.post(preview.url, data)
    assert first.url == second.url
    assert Member.objects.count() == 1
    late = client.post(preview.url, {**data, "token": "another"})
    assert late.status_code == 422


def test_a_preview_that_no_longer_holds_is_refused_and_can_be_made_again(client, clerk):
    preview = upload(client, excel([row(1), row(2)]))
    data = form_of(client.get(preview.url), choice="all")
    make_member(number="2")
    refused = client.post(preview.url, data)
    assert refused.status_code == 422
    assert "下見のあとに" in refused.content.decode()
    again = reverse("members:import_again", args=[ImportBatch.objects.get().pk])
    assert "変更 1行" in re.sub(r"\s+", " ", client.post(again, follow=True).content.decode())
    # The page of before the new preview is an old page.
    assert client.post(preview.url, {**data, "token": "x"}).status_code == 422
    client.post(preview.url, form_of(client.get(preview.url), choice="all"))
    assert Member.objects.count() == 2


def test_an_import_can_be_given_up(client, clerk):
    preview = upload(client, excel([row(1)]))
    client.post(reverse("members:import_discard", args=[ImportBatch.objects.get().pk]))
    assert "取りやめ" in client.get(preview.url).content.decode()
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("名簿.xlsx", b"%PDF-1.7\x00\x01"),
        ("名簿.xlsx", b""),
        ("名簿.csv", b"\x00\x01\x02"),
        ("名簿.xls", bytes.fromhex("D0CF11E0A1B11AE1") + b"\x00" * 512),
        ("../../etc/passwd", b"root:x:0:0"),
        ("長" * 300 + ".xlsx", b"PK"),
    ],
)
def test_a_hostile_file_is_refused_on_the_page(client, clerk, name, content):
    response = upload(client, content, name)
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_no_file_at_all_is_refused_beside_the_field(client, clerk):
    response = client.post(reverse("members:import"), {})
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
