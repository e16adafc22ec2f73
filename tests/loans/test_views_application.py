"""申込の画面: 書く・直す・試算・受付・実態把握・差戻し・取下げと、案件のページ。"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopfin.models import ReadLog
from loans.enums import ApplicationState as S
from loans.models import Application
from tests.factories.loans import (
    TODAY,
    bill_terms,
    deed_terms,
    fresh,
    make_application,
    make_application_in,
)
from tests.factories.members import make_member
from tests.loans.pages import page, text_of
from tests.loans.test_forms import bill_data, deed_data


@pytest.fixture
def member(office):
    return make_member("鶴来鉄工株式会社")


def test_a_draft_is_written_and_leads_to_what_is_still_missing(office, sit, member):
    response = sit(office.clerk).send("create", **bill_data(member))
    application = Application.objects.get()
    assert response.status_code == 302
    assert response.url == application.get_absolute_url()
    shown = sit(office.clerk).client.get(response.url)
    assert "受け付けるまでに残っていること" in text_of(shown)
    assert "情報提供を受けた日が記録されていません" in text_of(shown)


@pytest.mark.parametrize(("then", "name"), [("security", "security_add"), ("guarantee", "guarantee_add")])
def test_security_is_a_part_of_the_application_and_goes_on_where_it_is_written(office, sit, member, then, name):
    response = sit(office.clerk).send("create", **bill_data(member, then=then))
    application = Application.objects.get()
    assert response.url == page(name, application.pk)
    again = sit(office.clerk).send("edit", application.pk, **bill_data(member, then=then))
    assert again.url == page(name, application.pk)


def test_what_was_typed_stays_when_the_draft_is_refused(office, sit, member):
    response = sit(office.clerk).send("create", **bill_data(member, amount="0", purpose_detail="冬期の仕入れ"))
    assert response.status_code == 422
    assert "1円以上" in text_of(response)
    assert 'value="冬期の仕入れ"' in response.content.decode()
    assert not Application.objects.exists()


def test_a_half_written_application_with_its_lines_is_given_back_as_it_was_typed(office, sit, member):
    desk = sit(office.clerk)
    lines = {"uses-TOTAL_FORMS": "1", "uses-INITIAL_FORMS": "0", "uses-0-what": "NC旋盤", "uses-0-amount": "六百万"}
    half = {"member_search": member.name, "amount": "１０００万", **lines}
    told = desk.client.post(page("create"), {**half, "keep": "1", "writer": office.clerk.pk})
    assert "書きかけを控えました" in told.content.decode()
    assert not Application.objects.exists()
    shown = desk.get("create")
    assert "書きかけを戻しました" in text_of(shown)
    assert 'value="１０００万"' in shown.content.decode()
    assert 'value="六百万"' in shown.content.decode()
    assert desk.client.post(page("create"), bill_data(member)).status_code == 302
    assert "書きかけを戻しました" not in text_of(desk.get("create"))


def test_a_page_on_which_nothing_was_typed_keeps_nothing(office, sit, member):
    desk = sit(office.clerk)
    form = desk.get("create").context["form"]
    shown = {name: form[name].value() for name in form.fields if form[name].value()}
    lines = {"uses-TOTAL_FORMS": "1", "uses-INITIAL_FORMS": "0"}
    untouched = {**shown, **lines, "keep": "1", "writer": office.clerk.pk}
    assert desk.client.post(page("create"), untouched).content.decode().strip() == ""


def test_sending_twice_writes_one_draft(office, sit, member):
    desk = sit(office.clerk)
    opened = desk.get("create")
    data = {**bill_data(member), "token": opened.context["form"]["token"].value()}
    first, second = desk.client.post(page("create"), data), desk.client.post(page("create"), data)
    assert first.url == second.url
    assert Application.objects.count() == 1


def test_the_form_begins_with_the_member_one_came_from(office, sit, member):
    desk = sit(office.clerk)
    response = desk.get("create", query=f"?member={member.pk}")
    assert f'value="{member.pk}" checked' in response.content.decode()
    for wrong in ("x", "99999999999999999999", "987654"):
        assert desk.get("create", query=f"?member={wrong}").status_code == 404


def test_members_are_offered_while_one_types(office, sit, member):
    desk = sit(office.clerk)
    assert "鶴来鉄工株式会社" in text_of(desk.get("member_choices", query="?member_search=鶴来"))
    nobody = desk.get("member_choices", query="?member_search=いない会社")
    assert "見つかりません" in text_of(nobody)
    assert reverse("members:create") in nobody.content.decode()


def test_the_preview_shows_what_will_be_booked_and_writes_nothing(office, sit, member):
    desk = sit(office.clerk)
    before = Application.objects.count()
    response = desk.client.post(page("preview"), bill_data(member))
    told = text_of(response)
    for figure in ("147,945", "2,465", "9,849,590", "手形貸付", "転貸手数料", "実質年率", "余力"):
        assert figure in told
    assert Application.objects.count() == before


def test_the_preview_of_a_deed_shows_its_schedule(office, sit, member):
    told = text_of(sit(office.clerk).client.post(page("preview"), deed_data(member)))
    assert "計 60回" in told
    assert "最終期日 2031年11月30日" in told


def test_the_preview_says_what_is_missing_and_what_is_impossible(office, sit, member):
    client = sit(office.clerk).client
    assert "あと 金額" in text_of(client.post(page("preview"), {"loan_type": "bill"}))
    told = text_of(client.post(page("preview"), deed_data(member, grace_installments="60")))
    assert "元金を返す回が残りません" in told
    assert client.post(page("preview")).status_code == 200


def test_the_preview_of_another_case_is_not_found(office, sit, member):
    client = sit(office.clerk).client
    for number in ("x", "999999"):
        assert client.post(page("preview") + f"?application={number}", bill_data(member)).status_code == 404


def test_a_button_fills_in_the_maturity_of_ninety_days(office, sit):
    client = sit(office.clerk).client
    response = client.post(page("maturity"), {"term": "90d", "disburse_on": "R8.11.24"})
    assert 'value="2027-02-21"' in response.content.decode()
    assert response["HX-Trigger-After-Settle"] == "change"
    assert "先に実行希望日" in text_of(client.post(page("maturity"), {"term": "90d"}))


def test_terms_are_changed_and_a_stale_page_is_refused(office, sit):
    application = make_application(office, terms=bill_terms())
    desk = sit(office.clerk)
    old = desk.get("edit", application.pk).context["form"]["version"].value()
    data = bill_data(None, amount="800万")
    assert desk.send("edit", application.pk, **data).status_code == 302
    assert fresh(application).amount == 8_000_000
    stale = desk.client.post(page("edit", application.pk), {**data, "amount": "700万", "version": old})
    assert stale.status_code == 422
    assert "ほかの人が更新しました" in text_of(stale)
    assert 'value="700万"' in stale.content.decode()
    # What sending again would overwrite is named, with what is recorded now.
    assert "いまの「金額」： 8,000,000" in text_of(stale)


def test_terms_before_the_committee_cannot_be_changed(office, sit):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    desk = sit(office.clerk)
    assert "差し戻してください" in text_of(desk.get("edit", application.pk))
    response = desk.send("edit", application.pk, **bill_data(None, amount="800万"))
    assert response.status_code == 422
    assert fresh(application).amount == 10_000_000


def test_receipt_gives_a_number_and_asks_why_when_something_warns(office, sit):
    application = make_application(office, terms=bill_terms(maturity_on=TODAY + timedelta(days=365)))
    desk = sit(office.clerk)
    refused = desk.send("receive", application.pk, reason="")
    assert refused.status_code == 422
    assert "承知のうえで進める理由" in text_of(refused)
    assert desk.send("receive", application.pk, reason="理事会で扱いを決める。").status_code == 302
    assert fresh(application).number == "2026-0001"


def test_over_the_limit_every_ceiling_is_named(office, sit):
    terms = bill_terms(amount=900_000_000, funding_source="bank")
    application = make_application(office, terms=terms)
    response = sit(office.clerk).send("receive", application.pk, reason="承知")
    told = text_of(response)
    assert response.status_code == 422
    assert "1組合員に対する貸付残高の最高限度" in told
    assert "借入金残高の最高限度" in told


def test_the_investigation_begins_with_the_worksheet_and_its_conclusion_is_read_on_the_case_page(office, sit):
    application = make_application_in(office, S.RECEIVED)
    desk = sit(office.clerk)
    assert desk.send("investigate", application.pk).url == page("worksheet", application.pk)
    assert desk.send("investigation", application.pk, conclusion=" ").status_code == 422
    assert desk.send("investigation", application.pk, conclusion="確かめた。").status_code == 302
    assert "確かめた。" in text_of(desk.get("application", application.pk))


def test_a_case_is_returned_and_withdrawn_only_with_a_reason(office, sit):
    application = make_application_in(office, S.INVESTIGATION)
    chief = sit(office.chief)
    assert chief.send("return", application.pk, reason=" ").status_code == 422
    assert chief.send("return", application.pk, reason="見積書がない").status_code == 302
    assert fresh(application).state == S.RETURNED
    assert "差戻しの理由 見積書がない" in " ".join(text_of(chief.get("application", application.pk)).split())
    clerk = sit(office.clerk)
    assert clerk.send("withdraw", application.pk, reason="申込者の申出").status_code == 302
    assert fresh(application).state == S.WITHDRAWN
    told = " ".join(text_of(clerk.get("application", application.pk)).split())
    assert "取下げの理由 申込者の申出" in told
    assert "実行のときに起票される伝票" not in told


def test_who_can_no_longer_see_the_case_is_led_back_to_the_list(office, sit):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    answer = sit(office.committee[0]).send("return", application.pk, reason="資金繰表が足りない")
    assert answer.status_code == 302
    assert answer.url == page("applications")


def test_one_event_is_told_once(office, sit):
    application = make_application_in(office, S.DISBURSED)
    labels = [entry.label for entry in sit(office.clerk).get("timeline", application.pk).context["entries"]]
    assert "契約手続を始める" in labels
    assert not {"契約手続の開始", "実行"} & set(labels)


# --- 案件のページ ---------------------------------------------------------------------------
def test_the_case_page_tells_the_road_the_next_step_and_the_room(office, sit):
    application = make_application_in(office, S.RECEIVED, terms=deed_terms())
    told = text_of(sit(office.clerk).get("application", application.pk))
    for words in ("受付番号 2026-0001", "実態把握を始める", "償還予定", "余力", "保証人", "経過", "原資の決定"):
        assert words in told


def test_own_funds_have_no_stop_at_the_bank(office, sit):
    application = make_application_in(office, S.RECEIVED)
    assert "原資の決定" not in text_of(sit(office.clerk).get("application", application.pk))


def test_opening_a_case_is_remembered(office, sit):
    application = make_application_in(office, S.RECEIVED)
    sit(office.clerk).get("application", application.pk)
    assert ReadLog.objects.filter(by=office.clerk, object_id=application.pk).count() == 1


def test_a_case_is_seen_only_by_those_whose_work_it_is(office, sit):
    application = make_application_in(office, S.RECEIVED)
    people = office.cast
    for name, status in {
        "yamada": 200, "kitamura": 200, "komatsu": 200, "kenmochi": 200, "iida": 404, "kaga": 404, "kanri": 403,
    }.items():  # fmt: skip
        assert sit(people[name]).get("application", application.pk).status_code == status, name


def test_an_interested_director_cannot_open_the_case(office, sit):
    noto = office.cast["noto"]
    member = make_member("能登精機株式会社", representative=noto.person)
    application = make_application_in(office, S.BOARD_QUEUE, member=member)
    assert sit(noto).get("application", application.pk).status_code == 404
    assert sit(office.cast["kaga"]).get("application", application.pk).status_code == 200


def test_an_auditor_sees_everything_and_no_button(office, sit):
    application = make_application_in(office, S.INVESTIGATION)
    response = sit(office.auditor).get("application", application.pk)
    assert response.context["actions"] == []
    assert "担保を付ける" not in text_of(response)
    assert "実態把握中" in text_of(response)


def test_a_closed_button_says_why_and_no_link_leads_to_a_closed_door(office, sit):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    chair = office.committee[0]
    html = sit(chair).get("application", application.pk).content.decode()
    assert 'disabled aria-describedby="remaining"' in html
    assert page("edit", application.pk) not in html
    assert page("opinion", application.pk) in html


def test_the_case_page_asks_the_database_no_more_when_the_book_grows(office, sit):
    application = make_application_in(office, S.RECEIVED)
    desk = sit(office.clerk)
    desk.get("application", application.pk)
    with CaptureQueriesContext(connection) as few:
        desk.get("application", application.pk)
    for _ in range(3):
        make_application(office, terms=bill_terms())
    with CaptureQueriesContext(connection) as many:
        desk.get("application", application.pk)
    assert len(many) == len(few)
