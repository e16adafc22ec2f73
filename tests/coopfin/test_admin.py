"""The admin site: proposals by two people, users, records, and nothing that can be deleted."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from coopfin import log
from coopfin.clock import business_date
from coopfin.models import ActionLog, Cooperative, HaircutRate, Policy, ReadLog, User
from coopfin.roles import Role
from governance.enums import BodyKind, SeatTitle
from governance.models import Body, LimitResolution, Seat
from members.models import Person
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.governance import make_board, make_body, make_resolution

pytestmark = pytest.mark.django_db


def page(model, verb, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}", args=args)


@pytest.fixture
def log_in(client):
    def log_in(*roles, user=None):
        user = user or make_user(*roles)
        client.force_login(user)
        return user

    return log_in


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def resolution_data(**changes):
    return {
        "meeting_name": "第48回通常総会",
        "item_number": "第5号議案",
        "resolved_on": "R8.5.28",
        "effective_on": "2026-05-28",
        "borrowing_limit": "5億",
        "guarantee_limit": "0",
        "member_loan_limit": "５０，０００，０００",
        "member_guarantee_limit": "0",
        "member_limit_mode": "uniform",
        "sales_unit": "1万",
        "designated_banks-TOTAL_FORMS": "1",
        "designated_banks-INITIAL_FORMS": "0",
        "designated_banks-0-name": "北陸第一銀行",
        "designated_banks-0-branch": "本店営業部",
        **changes,
    }


def formset_data(response, prefix):
    """What the browser would send for an inline formset as the page shows it."""
    formset = next(f.formset for f in response.context["inline_admin_formsets"] if f.formset.prefix == prefix)
    data = {
        f"{prefix}-TOTAL_FORMS": len(formset.forms),
        f"{prefix}-INITIAL_FORMS": formset.initial_form_count(),
    }
    for form in formset.forms:
        for name in form.fields:
            value = form[name].value()
            data[form.add_prefix(name)] = "" if value is None else value
    return data


# --- nothing is deleted --------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_nothing_registered_can_be_deleted_by_anyone(role):
    request = RequestFactory().get("/admin/")
    request.user = make_user(role)
    for model, model_admin in admin.site._registry.items():
        assert not model_admin.has_delete_permission(request), model
        assert "delete_selected" not in model_admin.get_actions(request), model


def test_django_groups_are_not_offered():
    assert "auth.Group" not in [model._meta.label for model in admin.site._registry]


# --- every page renders --------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CHIEF, Role.PRESIDENT, Role.AUDITOR])
def test_every_list_add_and_change_page_renders(client, log_in, role):
    make_cooperative()
    make_policy()
    make_policy(approved=False, effective_on=date(2026, 12, 1))
    resolution = make_resolution()
    make_resolution(approved=False)
    make_board(2)
    user = log_in(role)
    log.record(resolution, verb="x", label="試し", by=user, on=date(2026, 11, 22), figure=1)
    client.get(reverse("governance:resolutions"))
    request = RequestFactory().get("/admin/")
    request.user = user
    for model, model_admin in admin.site._registry.items():
        name = model._meta.label
        expected = 200 if model_admin.has_view_permission(request) else 403
        assert client.get(page(model, "changelist")).status_code == expected, name
        may_add = model_admin.has_add_permission(request)
        # The wording of a paper is a copy of the one in use: which paper's is chosen first, on a page of its own.
        opened = 302 if name == "documents.FormVersion" else 200
        assert client.get(page(model, "add")).status_code == (opened if may_add else 403), name
        for obj in model._default_manager.all()[:3]:
            assert client.get(page(model, "change", obj.pk)).status_code == expected, name
        if expected == 200 and model_admin.search_fields:
            assert client.get(page(model, "changelist"), {"q": "試し"}).status_code == 200, name


@pytest.mark.parametrize("role", [Role.CLERK, Role.COMMITTEE, Role.DIRECTOR])
def test_roles_without_the_admin_site_are_sent_away(client, log_in, role):
    log_in(role)
    assert client.get(page(Policy, "changelist")).status_code in {302, 403}


# --- limits --------------------------------------------------------------------------------


def test_an_entry_is_a_proposal_without_effect_until_another_approves(client, log_in):
    proposer = log_in(Role.ADMIN)
    response = client.post(page(LimitResolution, "add"), resolution_data(), follow=True)
    assert response.status_code == 200
    assert "これは提案です" in " ".join(messages_of(response))
    proposal = LimitResolution.objects.get()
    assert (proposal.status, proposal.proposed_by) == ("proposed", proposer)
    assert (proposal.borrowing_limit, proposal.member_loan_limit) == (500_000_000, 50_000_000)
    assert proposal.resolved_on == date(2026, 5, 28)
    assert LimitResolution.current(date(2026, 11, 22)) is None

    president = log_in(Role.PRESIDENT)
    response = client.get(page(LimitResolution, "change", proposal.pk))
    assert "承認する" in response.content.decode()
    assert "却下する（理由）" in response.content.decode()
    response = client.get(page(LimitResolution, "approve", proposal.pk))
    text = response.content.decode()
    assert "500,000,000円" in text
    assert "北陸第一銀行 本店営業部" in text
    seal = response.context["form"].initial["seal"]
    response = client.post(page(LimitResolution, "approve", proposal.pk), {"seal": seal}, follow=True)
    assert messages_of(response) == [f"{proposal}を承認しました。"]
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decided_by) == ("approved", president)
    assert [entry.verb for entry in ActionLog.objects.about(proposal).order_by("pk")] == ["propose", "approved"]
    assert "提案の承認" in response.content.decode()


def test_the_help_says_what_each_limit_is(client, log_in):
    log_in(Role.ADMIN)
    text = client.get(page(LimitResolution, "add")).content.decode()
    for mark in ("① 借入金残高", "② 債務保証残高", "③ 1組合員", "④ 1組合員", "⑤ 取引金融機関"):
        assert mark in text
    assert "残高ベース: その日の残高で見るもので、年間の借入額ではありません" in text


def test_the_proposer_finds_no_button_and_is_refused_with_the_reason(client, log_in):
    chief = log_in(Role.CHIEF)
    proposal = make_resolution(approved=False, proposer=chief)
    text = client.get(page(LimitResolution, "change", proposal.pk)).content.decode()
    assert "提案した本人は承認・却下できません" in text
    assert page(LimitResolution, "approve", proposal.pk) not in text
    response = client.get(page(LimitResolution, "approve", proposal.pk), follow=True)
    assert "提案した本人は承認・却下できません" in messages_of(response)[0]
    seal = admin.site._registry[LimitResolution].seal(proposal)
    response = client.post(page(LimitResolution, "approve", proposal.pk), {"seal": seal}, follow=True)
    assert "提案した本人" in messages_of(response)[0]
    proposal.refresh_from_db()
    assert proposal.is_waiting


def test_only_the_proposer_edits_while_it_waits_and_nobody_afterwards(client, log_in):
    proposer = log_in(Role.ADMIN)
    proposal = make_resolution(approved=False, proposer=proposer, banks=())
    url = page(LimitResolution, "change", proposal.pk)
    client.post(url, resolution_data(borrowing_limit="4億"))
    proposal.refresh_from_db()
    assert proposal.borrowing_limit == 400_000_000

    log_in(Role.CHIEF)
    assert client.post(url, resolution_data(borrowing_limit="9億")).status_code == 403

    approved = make_resolution(proposer=proposer, banks=())
    log_in(user=proposer)
    assert client.post(page(LimitResolution, "change", approved.pk), resolution_data()).status_code == 403
    proposal.refresh_from_db()
    assert proposal.borrowing_limit == 400_000_000


def test_what_changed_after_the_approver_looked_must_be_looked_at_again(client, log_in):
    proposal = make_resolution(approved=False)
    log_in(Role.PRESIDENT)
    seal = client.get(page(LimitResolution, "approve", proposal.pk)).context["form"].initial["seal"]
    LimitResolution.objects.filter(pk=proposal.pk).update(member_loan_limit=900_000_000)
    response = client.post(page(LimitResolution, "approve", proposal.pk), {"seal": seal}, follow=True)
    assert "もう一度確かめてください" in messages_of(response)[0]
    assert "900,000,000円" in response.content.decode()
    proposal.refresh_from_db()
    assert proposal.is_waiting


def test_a_rejection_needs_its_reason(client, log_in):
    proposal = make_resolution(approved=False)
    log_in(Role.CHIEF)
    url = page(LimitResolution, "reject", proposal.pk)
    seal = client.get(url).context["form"].initial["seal"]
    response = client.post(url, {"seal": seal, "reason": ""})
    assert response.status_code == 422
    assert "却下の理由を記入してください" in response.content.decode()
    response = client.post(url, {"seal": seal, "reason": "議事録の金額と違う"}, follow=True)
    assert "理由：議事録の金額と違う" in response.content.decode()
    response = client.post(url, {"seal": seal, "reason": "もう一度"}, follow=True)
    proposal.refresh_from_db()
    assert proposal.decision_reason == "議事録の金額と違う"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_who_may_not_decide_gets_no_decision_page(client, log_in, role):
    proposal = make_resolution(approved=False)
    log_in(role)
    for verb in ("approve", "reject"):
        assert client.get(page(LimitResolution, verb, proposal.pk)).status_code == 403
        assert client.post(page(LimitResolution, verb, proposal.pk), {"reason": "x"}).status_code == 403


def test_bad_amounts_and_dates_are_refused_beside_the_field(client, log_in):
    log_in(Role.ADMIN)
    data = resolution_data(borrowing_limit="-5", member_loan_limit="たくさん", resolved_on="2026-02-30")
    response = client.post(page(LimitResolution, "add"), data)
    form = response.context["adminform"].form
    assert set(form.errors) == {"borrowing_limit", "member_loan_limit", "resolved_on"}
    assert "たくさん" in response.content.decode()
    assert not LimitResolution.objects.exists()


# --- policy --------------------------------------------------------------------------------


def test_the_very_first_policy_starts_from_what_is_usual(client, log_in):
    log_in(Role.CHIEF)
    response = client.get(page(Policy, "add"))
    assert response.context["adminform"].form.initial["paper_bill_last_maturity_on"] == date(2027, 3, 31)
    rows = response.context["inline_admin_formsets"][0].formset.initial_extra
    rates = {row["asset_kind"]: row["haircut_rate"] for row in rows}
    assert (rates["land"], rates["building"], rates["machinery"]) == (70, 60, 0)


def test_a_new_policy_starts_from_the_one_in_force(client, log_in):
    make_policy(effective_on=date(2026, 4, 1), damages_rate="14.6")
    log_in(Role.ADMIN)
    response = client.get(page(Policy, "add"))
    form = response.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in data.items()}
    data |= formset_data(response, "haircuts") | {"effective_on": "令和8年12月1日", "source": "金融事業規程 第8条"}
    response = client.post(page(Policy, "add"), data, follow=True)
    policy = Policy.objects.get(status="proposed")
    assert policy.damages_rate == Decimal("14.6")
    assert policy.effective_on == date(2026, 12, 1)
    rates = {row.asset_kind: row.haircut_rate for row in policy.haircuts.all()}
    assert set(rates) == set(HaircutRate.kinds)
    assert rates["land"] == 70


def test_two_policies_from_the_same_day_are_refused_in_a_clear_sentence(client, log_in):
    soon = business_date() + timedelta(days=30)
    make_policy(effective_on=soon)
    second = make_policy(effective_on=soon, approved=False)
    log_in(Role.PRESIDENT)
    seal = client.get(page(Policy, "approve", second.pk)).context["form"].initial["seal"]
    response = client.post(page(Policy, "approve", second.pk), {"seal": seal}, follow=True)
    assert messages_of(response) == ["同じ日から効力を持つ承認済の方針がすでにあります。"]


def test_the_approver_sees_what_a_policy_would_change(client, log_in):
    make_policy(effective_on=date(2026, 4, 1))
    second = make_policy(effective_on=date(2026, 12, 1), approved=False, damages_rate="14.0")
    log_in(Role.PRESIDENT)
    rows = {row[0]: row[1:] for row in admin.site._registry[Policy].rows(second)}
    assert rows["遅延損害金の率（年%）"] == ("14.5%", "14%", True)
    assert rows["掛目 土地"] == ("70%", "70%", False)
    assert "変わる" in client.get(page(Policy, "approve", second.pk)).content.decode()


# --- users ---------------------------------------------------------------------------------


def test_users_are_only_looked_at_and_only_by_who_manages_them(client, log_in):
    """They are invited and changed on the pages of the product (tests/desk/test_users.py)."""
    log_in(Role.ADMIN)
    (seated,) = make_board(1)
    text = client.get(page(User, "change", seated.user.pk)).content.decode()
    assert reverse("desk:user", args=[seated.user.pk]) in text
    assert str(seated.person) in text
    assert client.post(page(User, "change", seated.user.pk), {"username": "x"}).status_code == 403
    assert client.get(page(User, "add")).status_code == 403
    for role in (Role.CHIEF, Role.PRESIDENT, Role.AUDITOR):
        log_in(role)
        assert client.get(page(User, "changelist")).status_code == 403


# --- records -------------------------------------------------------------------------------


def test_the_records_can_be_searched_but_not_changed(client, log_in):
    auditor = log_in(Role.AUDITOR)
    resolution = make_resolution()
    entry = log.record(resolution, verb="x", label="限度額の確認", by=auditor, on=date(2026, 11, 22), figure=3)
    ReadLog.objects.create(
        content_type=entry.content_type, object_id=1, object_text="能登精機株式会社", by=auditor, path="/loans/1/"
    )
    assert "限度額の確認" in client.get(page(ActionLog, "changelist"), {"q": "限度額"}).content.decode()
    assert "限度額の確認" not in client.get(page(ActionLog, "changelist"), {"q": "ないもの"}).content.decode()
    assert "能登精機" in client.get(page(ReadLog, "changelist"), {"q": "能登"}).content.decode()
    assert client.get(page(ActionLog, "add")).status_code == 403
    url = page(ActionLog, "change", entry.pk)
    assert client.get(url).status_code == 200
    assert client.post(url, {"label": "別の話"}).status_code == 403
    log_in(Role.CHIEF)
    assert client.get(page(ActionLog, "changelist")).status_code == 403


# --- bodies and seats ----------------------------------------------------------------------


def seat_data(body, person, **changes):
    return {"body": body.pk, "person": person.pk, "title": "director", "from_on": "2025-05-28", "to_on": "", **changes}


def test_seats_are_kept_consistent(client, log_in):
    log_in(Role.ADMIN)
    body, person = make_body(), Person.objects.create(name="加賀 良子")
    assert client.post(page(Seat, "add"), seat_data(body, person)).status_code == 302
    again = client.post(page(Seat, "add"), seat_data(body, person, from_on="2026-01-01"))
    assert "同じ期間に同じ機関の席を持っています" in again.content.decode()
    other = Person.objects.create(name="白山 誠")
    wrong = client.post(page(Seat, "add"), seat_data(body, other, title="chair"))
    assert "理事会の席は理事長" in wrong.content.decode()
    auditor = seat_data(make_body(BodyKind.COMMITTEE), person, title="auditor")
    assert "金融委員会の席は委員長・委員のいずれか" in client.post(page(Seat, "add"), auditor).content.decode()
    Seat.objects.create(body=body, person=other, title=SeatTitle.PRESIDENT, from_on=date(2025, 5, 28))
    third = Person.objects.create(name="珠洲 明美")
    second_president = client.post(page(Seat, "add"), seat_data(body, third, title="president"))
    assert "同じ期間の理事長がすでにいます" in second_president.content.decode()


def test_an_auditor_is_no_director(client, log_in):
    log_in(Role.ADMIN)
    body, person = make_body(), Person.objects.create(name="加賀 良子")
    former = Seat.objects.create(
        body=body, person=person, title="director", from_on=date(2023, 5, 28), to_on=date(2025, 5, 27)
    )
    assert client.post(page(Seat, "add"), seat_data(body, person, title="auditor")).status_code == 302
    response = client.post(
        page(Seat, "change", former.pk), {"title": "director", "from_on": "2023-05-28", "to_on": "2026-05-27"}
    )
    assert "同じ期間に同じ機関の席を持っています" in response.content.decode()


def test_a_seat_never_passes_to_another_person(client, log_in):
    log_in(Role.ADMIN)
    first, second = make_board(2)
    data = seat_data(first.seat.body, second.person, title="president", to_on="2027-05-27")
    assert client.post(page(Seat, "change", first.seat.pk), data).status_code == 302
    first.seat.refresh_from_db()
    assert (first.seat.person, first.seat.to_on) == (first.person, date(2027, 5, 27))
    assert "席の変更" in ActionLog.objects.about(first.seat).get().label


def test_there_is_one_cooperative(client, log_in):
    log_in(Role.ADMIN)
    data = {
        "name": "石川機械工業協同組合", "address": "金沢市", "representative_title": "代表理事",
        "representative_name": "小松 正", "court": "金沢地方裁判所", "payment_place": "組合の口座",
        "fiscal_start_month": "4",
    }  # fmt: skip
    assert client.post(page(Cooperative, "add"), data).status_code == 302
    assert client.get(page(Cooperative, "add")).status_code == 403
    client.post(page(Cooperative, "change", 1), {**data, "representative_name": "加賀 良子"})
    assert Cooperative.current().representative_name == "加賀 良子"
    assert ActionLog.objects.about(Cooperative.current()).first().detail["fields"] == ["代表者の氏名"]


def test_a_body_keeps_its_kind(client, log_in):
    log_in(Role.ADMIN)
    body = make_body(seats_min=5)
    data = {"kind": "committee", "name": "理事会", "seats_min": "7", "source": "定款 第32条", "notice_days": "7",
            "ordinary_quorum": "half"}  # fmt: skip
    client.post(page(Body, "change", body.pk), data)
    body.refresh_from_db()
    assert (body.kind, body.seats_min) == (BodyKind.BOARD, 7)


# --- the browser's view --------------------------------------------------------------------


def test_no_admin_page_carries_inline_script_or_style(client, log_in):
    make_cooperative()
    make_policy()
    proposal = make_resolution(approved=False)
    seated, *_ = make_board(1)
    urls = [
        reverse("admin:index"), page(LimitResolution, "changelist"), page(LimitResolution, "change", proposal.pk),
        page(Policy, "changelist"), page(Seat, "changelist"), page(Seat, "change", seated.seat.pk),
        page(Cooperative, "change", 1),
    ]  # fmt: skip
    log_in(Role.CHIEF)
    urls += [page(LimitResolution, "approve", proposal.pk), page(Policy, "add")]
    for url in urls:
        text = client.get(url).content.decode()
        assert not re.search(r"\sstyle=|\son(click|load|change)=|<script(?![^>]*\ssrc=)[^>]*>\s*[^<\s]", text), url
