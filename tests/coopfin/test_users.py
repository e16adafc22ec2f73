"""Users and their invitations: by the administrator alone, one link used once, never without an administrator."""

from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coopfin.flow import StepRefused
from coopfin.models import ActionLog, Invitation, User
from coopfin.operations import first, invitations, users
from coopfin.roles import Role
from governance.enums import BodyKind, SeatTitle
from governance.operations.seats import take_seat
from members.linking import link_person
from members.models import Person
from tests.factories.core import PASSWORD, make_user
from tests.factories.governance import make_body, make_seat

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
NEW = "atarashii-kagi-2027"


@pytest.fixture
def admin():
    return make_user(Role.ADMIN, name="管理 太郎")


def change(user, *, by, **changes):
    values = {
        "username": user.username, "name": user.name, "email": user.email, "is_active": user.is_active,
        "roles": user.roles,
    }  # fmt: skip
    return users.change_user(user, **{**values, **changes}, by=by, on=TODAY)


def invite(admin, **more):
    user = users.register_user(username="mori", name="森 みどり", roles=[Role.COMMITTEE], by=admin, on=TODAY, **more)
    return user, invitations.issue_invitation(user, by=admin, on=TODAY)[1]


# --- users ---------------------------------------------------------------------------------


def test_a_new_user_has_no_password_until_the_invitation_is_accepted(admin):
    user, token = invite(admin)
    assert not user.has_usable_password()
    invitations.accept_invitation(token, password=NEW, on=TODAY + timedelta(days=7))
    assert User.objects.get(pk=user.pk).check_password(NEW)
    entry = ActionLog.objects.about(user).first()
    assert (entry.verb, entry.by) == ("accept_invitation", user)
    assert NEW not in str(entry.detail)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_the_administrator_handles_users(role):
    other, user = make_user(role), make_user()
    for act in (
        lambda: users.register_user(username="x", name="x", roles=[], by=other, on=TODAY),
        lambda: change(user, by=other, roles=[Role.ADMIN]),
        lambda: invitations.issue_invitation(user, by=other, on=TODAY),
        lambda: invitations.revoke_invitation(user, by=other, on=TODAY),
        lambda: link_person(user, None, by=other, on=TODAY),
    ):
        with pytest.raises(StepRefused, match="権限がありません"):
            act()


@pytest.mark.parametrize("other", [role for role in Role if role != Role.AUDITOR])
def test_an_auditor_holds_no_other_role(admin, other):
    """中協法37条: neither a director nor an employee, and an auditor changes nothing."""
    with pytest.raises(StepRefused, match="監事は、ほかの役割を兼ねられません"):
        users.register_user(username="x", name="x", roles=[Role.AUDITOR, other], by=admin, on=TODAY)
    user = make_user(Role.AUDITOR)
    with pytest.raises(StepRefused, match="中小企業等協同組合法 37条"):
        change(user, by=admin, roles=[Role.AUDITOR, other])
    assert User.objects.get(pk=user.pk).roles == {Role.AUDITOR}
    assert change(user, by=admin, roles=[other]).roles == {other}


@pytest.mark.parametrize("other", [Role.CLERK, Role.CHIEF, Role.PRESIDENT])
def test_an_administrator_touches_neither_cases_nor_money(admin, other):
    with pytest.raises(StepRefused, match=f"管理者は、{other.label}を兼ねられません"):
        change(make_user(other), by=admin, roles=[other, Role.ADMIN])


def test_the_seat_of_an_auditor_and_the_roles_of_the_login_fit_each_other(admin):
    board = make_body(BodyKind.BOARD)
    person = Person.objects.create(name="剱持 弘", kana="ケンモチ ヒロシ")
    seat = make_seat(person, body=board, title=SeatTitle.AUDITOR)
    clerk, auditor = make_user(Role.CLERK), make_user(Role.AUDITOR)
    with pytest.raises(StepRefused, match="監事の席にある人は、事務局の役割を持てません"):
        link_person(clerk, seat.person, by=admin, on=TODAY)
    link_person(auditor, seat.person, by=admin, on=TODAY)
    with pytest.raises(StepRefused, match="監事の席にある人は、理事の役割を持てません"):
        change(User.objects.get(pk=auditor.pk), by=admin, roles=[Role.DIRECTOR])
    with pytest.raises(ValidationError, match="監事の役割を持つ人は、委員の席に就けません"):
        take_seat(
            body=make_body(BodyKind.COMMITTEE), person=Person.objects.get(pk=seat.person_id), title=SeatTitle.MEMBER,
            from_on=TODAY, by=make_user(Role.CHIEF), on=TODAY,
        )  # fmt: skip


@pytest.mark.parametrize("changes", [{"roles": [Role.ADMIN, Role.CHIEF]}, {"roles": []}, {"is_active": False}])
def test_nobody_changes_their_own_roles(admin, changes):
    make_user(Role.ADMIN)
    with pytest.raises(StepRefused, match="自分の役割と有効・無効は、自分では変えられません"):
        change(admin, by=admin, **changes)
    assert change(admin, by=admin, name="改名 太郎").name == "改名 太郎"


@pytest.mark.parametrize("changes", [{"roles": [Role.CLERK]}, {"is_active": False}])
def test_an_administrator_who_can_log_in_always_remains(admin, changes):
    """Somebody else's last hour: the one who acts has just been stopped by another, or never set a password."""
    unable = make_user(Role.ADMIN)
    unable.set_unusable_password()
    unable.save()
    with pytest.raises(StepRefused, match="ログインできる管理者が管理 太郎だけ"):
        change(admin, by=unable, **changes)
    second = make_user(Role.ADMIN)
    assert change(admin, by=second, **changes)


def test_what_changed_is_told_in_the_record(admin):
    user = make_user(Role.CLERK, name="山田 花子")
    change(user, by=admin, roles=[Role.CHIEF], is_active=False)
    assert ActionLog.objects.about(user).first().text == "有効：True → False\n役割：事務局 → 事務局長"
    before = ActionLog.objects.count()
    change(user, by=admin, roles=[Role.CHIEF], is_active=False)
    assert ActionLog.objects.count() == before


def test_who_lost_the_device_is_let_in_by_password_again(admin):
    user = make_user()
    with pytest.raises(StepRefused, match="使っていません"):
        users.drop_second_step(user, by=admin, on=TODAY)
    for owner in (user, admin):
        Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "x"})
    users.drop_second_step(user, by=admin, on=TODAY)
    assert [row.user for row in Authenticator.objects.all()] == [admin]
    assert ActionLog.objects.about(user).first().verb == "drop_second_step"
    with pytest.raises(StepRefused, match="自分で変えられます"):
        users.drop_second_step(admin, by=admin, on=TODAY)


# --- invitations ---------------------------------------------------------------------------


def test_the_link_itself_is_kept_nowhere(admin):
    _, token = invite(admin)
    kept = str(list(Invitation.objects.values_list())) + str(list(ActionLog.objects.values_list("detail", flat=True)))
    assert token not in kept
    assert invitations.fingerprint(token) in kept


def unusable(admin):
    """Every way in which a link has ended, by name."""
    user, token = invite(admin)

    def used():
        invitations.accept_invitation(token, password=NEW, on=TODAY)

    def revoked():
        invitations.revoke_invitation(user, by=admin, on=TODAY)

    def replaced():
        invitations.issue_invitation(user, by=admin, on=TODAY)

    def stopped():
        change(user, by=admin, is_active=False)
        change(user, by=admin, is_active=True)

    return token, {"used": used, "revoked": revoked, "replaced": replaced, "stopped": stopped}


@pytest.mark.parametrize("end", ["used", "revoked", "replaced", "stopped", "expired"])
def test_a_link_that_has_ended_opens_nothing(admin, end):
    token, ends = unusable(admin)
    ends.get(end, lambda: None)()
    day = TODAY + timedelta(days=8 if end == "expired" else 0)
    assert invitations.find_invitation(token, day) is None
    with pytest.raises(StepRefused, match="もう使えません"):
        invitations.accept_invitation(token, password="betsu-no-kagi-2027", on=day)
    assert not User.objects.get(username="mori").check_password("betsu-no-kagi-2027")


def test_nobody_is_invited_by_themselves_nor_while_stopped(admin):
    with pytest.raises(StepRefused, match="自分への招待は出せません"):
        invitations.issue_invitation(admin, by=admin, on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(user=admin, issued_by=admin, fingerprint="x", expires_on=TODAY)
    user = make_user()
    change(user, by=admin, is_active=False)
    with pytest.raises(StepRefused, match="利用を止めています"):
        invitations.issue_invitation(user, by=admin, on=TODAY)


def test_the_database_keeps_one_open_link_that_is_either_used_or_revoked(admin):
    invite(admin)
    (row,) = Invitation.objects.all()
    for changes in ({"used_at": row.issued_at, "revoked_at": row.issued_at}, {"revoked_at": row.issued_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.filter(pk=row.pk).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(user=row.user, issued_by=admin, fingerprint="y", expires_on=TODAY)


def test_there_is_nothing_to_revoke_twice(admin):
    user, _ = invite(admin)
    invitations.revoke_invitation(user, by=admin, on=TODAY)
    with pytest.raises(StepRefused, match="取り消す招待がありません"):
        invitations.revoke_invitation(user, by=admin, on=TODAY)


# --- a user and the person -----------------------------------------------------------------


def test_a_user_is_joined_to_one_person_and_leaves_a_trace(admin):
    user, person, other = make_user(), Person.objects.create(name="森 みどり"), Person.objects.create(name="別 人")
    link_person(user, person, by=admin, on=TODAY)
    link_person(user, other, by=admin, on=TODAY)
    assert [row.user for row in Person.objects.filter(pk__in=[person.pk, other.pk]).order_by("pk")] == [None, user]
    assert ActionLog.objects.about(user).first().text == "人の台帳：森 みどり → 別 人"
    assert other.history.first().history_user == admin
    with pytest.raises(StepRefused, match="すでに利用者"):
        link_person(make_user(), other, by=admin, on=TODAY)


def test_nobody_unties_their_own_person(admin):
    person = Person.objects.create(name="管理 太郎", user=admin)
    with pytest.raises(StepRefused, match="自分では変えられません"):
        link_person(admin, None, by=admin, on=TODAY)
    link_person(admin, person, by=admin, on=TODAY)
    assert Person.objects.get(pk=person.pk).user == admin


# --- the first administrator ---------------------------------------------------------------


def test_the_first_administrator_is_made_once_with_a_code_of_the_server():
    values = {"username": "kanri", "name": "管理 太郎", "password": PASSWORD, "on": TODAY}
    with pytest.raises(StepRefused):
        first.register_first_administrator("guessed", **values)
    assert first.needed()
    user = first.register_first_administrator(first.make_code(), **values)
    assert (user.roles, user.check_password(PASSWORD)) == ({Role.ADMIN}, True)
    with pytest.raises(StepRefused, match="もう登録されています"):
        first.register_first_administrator(first.make_code(), **{**values, "username": "second"})


def test_the_code_ends_after_a_day(monkeypatch):
    code = first.make_code()
    assert first.is_valid(code)
    monkeypatch.setattr(first, "VALID_SECONDS", -1)
    assert not first.is_valid(code)


def test_a_user_name_is_taken_once(admin):
    invite(admin)
    with pytest.raises(ValidationError, match="同じログイン名"):
        invite(admin)
