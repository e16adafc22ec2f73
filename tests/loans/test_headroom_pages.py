"""限度額の余力と試算の頁。"""

from datetime import timedelta

import pytest
from django.urls import reverse

from governance.models import LimitResolution
from loans.enums import ApplicationState as S
from members import operations as members
from tests.factories.funding import make_facility
from tests.factories.loans import TODAY, bill_terms, make_application_in
from tests.factories.members import make_member, make_officer

BORROWED = bill_terms(funding_source="bank")
Q1 = {
    "prev_year_end_borrowing": "8000万", "turnover_need": "3000万", "facility_need": "5000万", "other_need": "500万",
    "own_funds": "2500万", "prev_year_end_onlending": "2億2000万", "new_onlending": "9000万", "guarantee_limit": "0",
    "member_loan_limit": "5000万", "member_guarantee_limit": "0", "banks": "商工組合中央金庫 金沢支店\n北國銀行",
    "member_limit_mode": "uniform", "sales_unit": "1万", "meeting_name": "第49回通常総会", "item_number": "第5号議案",
    "resolved_on": "R9.5.25",
}  # fmt: skip


@pytest.fixture
def see(client, office):
    """see(url, user, **query) → 頁の文。"""

    def see(url, user=None, status=200, **query):
        client.force_login(user or office.clerk)
        response = client.get(url, query)
        assert response.status_code == status, response.status_code
        return response.content.decode()

    return see


def test_the_overview_shows_every_part_with_its_link(office, see):
    make_facility()
    disbursed = make_application_in(office, S.DISBURSED, terms=BORROWED)
    approved = make_application_in(office, S.CONTRACTING, terms=BORROWED)
    text = see(reverse("loans:headroom"))
    for link in (disbursed.loan.get_absolute_url(), approved.get_absolute_url()):
        assert f'href="{link}"' in text
    assert "余力&nbsp;380,000,000" in text
    assert "余力&nbsp;80,000,000" in text
    assert "決定は2027年2月24日まで" in text
    before = see(reverse("loans:headroom"), at="R8.11.23")
    assert disbursed.loan.get_absolute_url() not in before
    assert "余力&nbsp;400,000,000" in before


def test_a_day_that_cannot_be_read_is_refused_beside_the_field_and_kept(see):
    text = see(reverse("loans:headroom"), status=422, at="来週")
    assert 'value="来週"' in text
    assert "余力" in text


def test_without_a_resolution_the_page_says_so(see):
    LimitResolution.objects.update(effective_on=TODAY + timedelta(days=1))
    assert "有効な決議がありません" in see(reverse("loans:headroom"))
    assert see(reverse("loans:headroom_members"))


def test_whom_a_case_concerns_sees_the_sum_but_not_the_case(office, see):
    application = make_application_in(office, S.DISBURSED, terms=BORROWED)
    make_officer(application.member, office.president.person)
    text = see(reverse("loans:headroom"), office.president)
    assert "余力&nbsp;390,000,000" in text
    assert "（利害関係のため非表示）" in text
    assert application.member.name not in text
    assert application.loan.get_absolute_url() not in text
    rows = see(reverse("loans:headroom_members"), office.president)
    assert application.member.name not in rows
    assert "利害関係のため表示しない組合員 1名" in rows
    see(reverse("loans:headroom_member", args=[application.member_id]), office.president, status=404)


def test_the_members_are_searched_narrowed_sorted_and_exported(office, see, client):
    user = make_member("能登精機株式会社", kana="ノトセイキ")
    make_application_in(office, S.DISBURSED, member=user, terms=bill_terms(amount=30_000_000))
    LimitResolution.objects.update(member_loan_limit=33_000_000)
    idle = make_member("加賀繊維有限会社", kana="カガセンイ")
    url = reverse("loans:headroom_members")
    text = see(url)
    assert text.index("能登精機") < text.index("加賀繊維")
    assert "加賀繊維" not in see(url, show="tight")
    assert "能登精機" in see(url, show="tight")
    assert "能登精機" not in see(url, q="かがせんい")
    assert see(url, sort="-headroom").index("加賀繊維") < see(url, sort="-headroom").index("能登精機")
    client.force_login(office.auditor)
    exported = client.get(url, {"export": "csv", "show": "used"}).content.decode("utf-8-sig")
    assert exported.splitlines()[0].startswith("番号,組合員,限度（円）,貸付残高（円）")
    assert "能登精機株式会社,33000000,30000000,0,3000000,90,0" in exported
    assert idle.name not in exported
    client.force_login(office.president)
    assert client.get(url, {"export": "csv"}).status_code == 403


def test_one_member_shows_how_the_limit_was_reckoned(office, see):
    LimitResolution.objects.update(member_limit_mode="sales", sales_months=2)
    member = make_member("能登精機株式会社")
    url = reverse("loans:headroom_member", args=[member.pk])
    text = see(url)
    assert "年間売上高が記録されていない" in text
    assert reverse("members:sales", args=[member.pk]) in text
    members.record_sales(
        member=member,
        ended_on=TODAY - timedelta(days=200),
        amount=146_000_000,
        source="決算書",
        by=office.clerk,
        on=TODAY,
    )
    assert "年商146,000,000円 ÷ 12 × 2か月" in see(url)
    assert "基の額（円）" in see(reverse("loans:headroom_members"))


def test_a_case_shows_both_figures_and_the_peaks_but_no_other_members_name(office, see):
    LimitResolution.objects.update(member_limit_mode="backing")
    member = make_member("能登精機株式会社", share_capital=30_000_000)
    later = TODAY + timedelta(days=30)
    other = make_application_in(
        office, S.APPROVED,
        member=make_member("加賀繊維有限会社", share_capital=30_000_000),
        terms={**BORROWED, "disburse_on": later, "maturity_on": later + timedelta(days=89)},
    )  # fmt: skip
    application = make_application_in(office, S.BOARD_QUEUE, member=member, terms=BORROWED)
    text = see(application.get_absolute_url(), office.directors[1])
    assert "出資金30,000,000円" in text
    assert "一律50,000,000円" in text
    assert "ほか1件の実行" in text
    assert other.member.name not in text


# --- 試算 ----------------------------------------------------------------------------------


def test_the_highest_limit_is_reckoned_and_handed_on_to_the_proposal(office, see, client):
    url = reverse("loans:limit_borrowing")
    text = see(url, office.chief, **Q1)
    assert "450,000,000円" in text
    assert "(a) ＋ (b) = 450,000,000円" in text
    assert "この内容で限度額の決議を提案" in text
    assert "この内容で限度額の決議を提案" not in see(url, office.auditor, **Q1)
    client.force_login(office.chief)
    preview = client.post(reverse("loans:limit_borrowing_preview"), Q1)
    address = preview.context["result"]["propose_url"]
    page = client.get(address)
    form, banks = page.context["form"], page.context["formset"]
    assert form["borrowing_limit"].value() == "450000000"
    # 会議の名と議案番号は、その総会で可決されたときに入る。
    assert (form["meeting_name"].value() or "", form["effective_on"].value()) == ("", "2027-05-25")
    assert [(one["name"].value(), one["branch"].value()) for one in banks.forms[:2]] == [
        ("商工組合中央金庫", "金沢支店"), ("北國銀行", None),
    ]  # fmt: skip


def test_the_form_begins_with_what_the_books_and_the_cases_say(office, see):
    make_application_in(office, S.CONTRACTING, terms=BORROWED)
    text = see(reverse("loans:limit_borrowing"))
    assert "受付から実行待ちまでの転貸の申込" in text
    assert 'name="new_onlending" value="10,000,000"' in text
    assert "北國銀行 県庁支店" in text


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(see, client, office):
    wrong = {**Q1, "turnover_need": "たくさん", "member_limit_mode": "sales"}
    text = see(reverse("loans:limit_borrowing"), status=422, **wrong)
    assert 'value="たくさん"' in text
    assert "何か月分まで" in text
    assert "議案の案を PDF に" not in text
    # 書きかけの試算は、数えられるところまで見せる。
    half = client.post(reverse("loans:limit_borrowing_preview"), {**Q1, "meeting_name": ""})
    assert "450,000,000円" in half.content.decode()
    assert "この内容で" not in half.content.decode()


def test_the_draft_is_a_pdf_of_these_figures_and_nothing_is_kept(office, client, monkeypatch):
    seen = []
    monkeypatch.setattr("loans.views.limits.render_pdf", lambda html: (seen.append(html), (b"%PDF", 1))[1])
    client.force_login(office.auditor)
    response = client.get(reverse("loans:limit_draft"), Q1)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert "450,000,000" in seen[0]
    assert "第48回通常総会" in seen[0]
    again = client.get(reverse("loans:limit_draft"), {**Q1, "meeting_name": ""})
    assert again.status_code == 302
    assert again["Location"].startswith(reverse("loans:limit_borrowing"))


def test_a_members_limit_is_tried_in_each_way_with_the_recorded_figures(office, see, client):
    member = make_member("能登精機株式会社", share_capital=500_000)
    members.record_sales(
        member=member,
        ended_on=TODAY - timedelta(days=200),
        amount=146_000_000,
        source="決算書",
        by=office.clerk,
        on=TODAY,
    )
    url = reverse("loans:limit_member")
    assert f'value="{member.number} 能登精機株式会社"' in see(url, member=member.pk)
    query = {"member": "能登精機", "uniform": "2000万", "member_limit_mode": "sales", "sales_months": "2"}
    assert "24,330,000" in see(url, **query)
    assert "29,200,000" not in see(url, **query)
    backing = {**query, "member_limit_mode": "backing", "collateral_cover": "12345678", "deposits": "150万"}
    client.force_login(office.clerk)
    preview = client.post(reverse("loans:limit_member_preview"), backing)
    assert preview.context["result"]["limit"].limit == 14_345_678
    missing = client.post(reverse("loans:limit_member_preview"), {**query, "member": ""})
    assert "年間売上高を入れるか" in missing.content.decode()
    assert "という組合員は見つかりません" in see(url, status=422, **{**query, "member": "知らない会社"})


def test_whom_a_case_concerns_may_try_a_limit_but_is_not_told_the_balance(office, client):
    application = make_application_in(office, S.DISBURSED)
    query = {"member": application.member.number, "uniform": "2000万", "member_limit_mode": "uniform"}
    client.force_login(office.president)
    url = reverse("loans:limit_member_preview")
    assert "余力&nbsp;10,000,000" in client.post(url, query).content.decode()
    make_officer(application.member, office.president.person)
    told = client.post(url, query).content.decode()
    assert "20,000,000円" in told
    assert "10,000,000" not in told
