"""様式の版: 承認した版が、その日から発行する書類の文言になる。発行した書類は変わらない。"""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from coopfin import proposals
from coopfin.flow import StepRefused
from coopfin.models import Proposal
from coopfin.roles import Role
from documents import form_registry, form_versions, operations
from documents.form_registry import FORMS
from documents.models import FormArticle, FormVersion
from documents.paper import CannotRender
from documents.wording import Article, problems
from loans.papers import MASTER_AGREEMENT
from tests.factories.core import make_user
from tests.factories.documents import make_form_version, make_master_agreement
from tests.factories.members import make_member
from tests.papers.reading import pdf_text

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)
STANDARD = form_registry.standard("master_agreement")


def changed(body="この約定は、すべての取引に適用します。"):
    """第1条だけを変えた条文。"""
    return [replace(STANDARD.articles[0], body=body), *STANDARD.articles[1:]]


def issue(target, on=ON):
    return operations.issue(
        paper=MASTER_AGREEMENT, context_builder=lambda number: make_master_agreement(number=number), target=target,
        by=make_user(Role.CLERK), on=on,
    )  # fmt: skip


@pytest.mark.parametrize("code", FORMS)
def test_the_standard_wording_is_without_a_mistake(code):
    assert problems(form_registry.standard(code), FORMS[code].language) == []


def test_until_the_cooperative_has_a_version_the_standard_wording_is_used():
    make_form_version(*changed(), approved=False)
    assert form_versions.in_force("master_agreement", ON) == STANDARD


def test_an_approved_version_is_used_from_its_day_on():
    version = make_form_version(*changed(), effective_on=date(2026, 12, 1))
    assert form_versions.in_force("master_agreement", date(2026, 11, 30)) == STANDARD
    assert form_versions.in_force("master_agreement", date(2026, 12, 1)).version == version.pk
    assert form_versions.in_force("deed", date(2026, 12, 1)) == form_registry.standard("deed")


@pytest.mark.transaction
def test_a_changed_article_changes_the_next_paper_and_no_issued_one():
    first = issue(make_member(name="甲工業"))
    kept = (first.sha256, bytes(first.content))
    version = make_form_version(*changed())
    second = issue(make_member(name="乙工業"))
    first.refresh_from_db()
    assert (first.sha256, bytes(first.content)) == kept
    assert first.is_intact
    assert (first.form_version, first.wording) == ("2026年版", None)
    assert (second.form_version, second.wording) == ("2027年版", version)
    assert "すべての取引に適用します" in pdf_text(bytes(second.content))
    assert "すべての取引に適用します" not in pdf_text(bytes(first.content))


@pytest.mark.transaction
def test_an_issued_paper_keeps_the_numbers_of_its_articles_and_the_clauses_that_were_chosen():
    document = issue(make_member())
    assert document.clauses["articles"]["反社会的勢力の排除"] == 14
    assert document.clauses["chosen"] == ["当然に失う事由を定めるとき"]


def test_an_approved_version_is_never_edited():
    version = make_form_version()
    article = version.articles.first()
    article.body = "変えます。"
    with pytest.raises(ValidationError, match="新しい版を提案"):
        article.save()
    with pytest.raises(ValidationError, match="新しい版を提案"):
        article.delete()
    with pytest.raises(ValidationError, match="新しい版を提案"):
        FormArticle(version=version, position=99, heading="甲", body="乙").save()


@pytest.mark.transaction
def test_no_paper_is_made_of_words_that_were_changed_behind_the_approval():
    version = make_form_version()
    FormArticle.objects.filter(version=version).update(body="変えました。")
    assert not version.is_intact
    with pytest.raises(CannotRender, match="指紋と合いません"):
        form_versions.in_force("master_agreement", ON)
    with pytest.raises(StepRefused) as refused:
        issue(make_member())
    assert "指紋と合いません" in refused.value.findings[0].text


def test_a_version_with_a_mistake_is_not_approved_and_says_in_which_article():
    chief, president = make_user(Role.CHIEF), make_user(Role.PRESIDENT)
    version = make_form_version(*changed("年{利率}とします。"), approved=False, proposer=chief)
    with pytest.raises(StepRefused) as refused:
        proposals.approve(version, by=president, on=ON, permission="documents.approve_form")
    assert refused.value.findings[0].text.startswith("1番目の条「適用の範囲」：差込み「利率」")
    version.refresh_from_db()
    assert version.status == Proposal.Status.PROPOSED


def test_approval_takes_the_fingerprint_of_the_words():
    version = make_form_version(*changed(), approved=False, proposer=make_user(Role.CHIEF))
    president = make_user(Role.PRESIDENT)
    approved = proposals.approve(version, by=president, on=ON, permission="documents.approve_form")
    assert approved.fingerprint == version.wording().fingerprint
    assert approved.is_intact


def test_a_version_does_not_take_the_name_of_the_standard():
    version = make_form_version(approved=False)
    version.label = STANDARD.label
    with pytest.raises(ValidationError, match="標準の文言の名前"):
        version.full_clean()


# --- 頁 ------------------------------------------------------------------------------------


def opened(client, role, name, *args):
    client.force_login(make_user(role))
    return client.get(reverse(f"documents:{name}", args=args)).content.decode()


def test_the_list_shows_the_wording_in_force_and_what_is_to_come(client):
    version = make_form_version(*changed(), approved=False, label="2028年版", effective_on=date(2028, 4, 1))
    page = opened(client, Role.CLERK, "forms")
    assert "2026年版" in page
    assert "2028年版" in page
    assert "承認待ち" in page
    assert version.get_absolute_url() in page
    assert "新しい版を提案する" not in page
    assert "新しい版を提案する" in opened(client, Role.CHIEF, "forms")


def test_the_form_shows_its_words_and_what_may_be_filled_in(client):
    page = opened(client, Role.CLERK, "form", "deed")
    assert "{転貸の原資の金融機関}" in page
    assert "［保証人があるとき］" in page
    assert "【担保の表示】" in page
    assert "民法 587条" in page


def test_the_version_shows_what_it_changes_and_what_is_wrong_with_it(client):
    version = make_form_version(*changed("年{利率}とします。"), approved=False)
    page = opened(client, Role.AUDITOR, "form_version", version.pk)
    assert "2026年版との違い" in page
    assert "差込み「利率」は、この書類にはありません" in page
    assert "<del>" in page


def test_the_specimen_shows_the_words_of_its_version(client):
    version = make_form_version(*changed(), approved=False)
    assert "すべての取引に適用します" in opened(client, Role.CLERK, "form_version_specimen", version.pk)
    now = opened(client, Role.CLERK, "form_specimen", "master_agreement")
    assert "すべての取引に適用します" not in now
    assert "見本" in now


def test_who_decides_nothing_about_papers_does_not_read_their_forms(client):
    client.force_login(make_user(Role.COMMITTEE))
    assert client.get(reverse("documents:forms")).status_code == 403


# --- 設定画面 ------------------------------------------------------------------------------


def posted(articles, **changes):
    """設定画面の欄。"""
    rows = {
        f"articles-{place}-{name}": value
        for place, article in enumerate(articles)
        for name, value in {
            "position": place, "heading": article.heading, "when": article.when, "body": article.body,
        }.items()
    }  # fmt: skip
    return {
        "paper": "master_agreement", "label": "2027年版", "effective_on": "2027-04-01", "source": "第312回理事会",
        "lead": STANDARD.lead, "closing": "", "articles-TOTAL_FORMS": len(articles), "articles-INITIAL_FORMS": 0,
        **rows, **changes,
    }  # fmt: skip


ADD = "admin:documents_formversion_add"


def test_a_proposal_begins_with_the_wording_in_force(client):
    client.force_login(make_user(Role.CHIEF))
    page = client.get(f"{reverse(ADD)}?paper=guarantee_letter").content.decode()
    assert "極度額及び元本確定期日" in page
    assert "【極度額と元本確定期日】" in page
    assert "条文で使える言葉" in page


def test_without_a_paper_the_clerk_is_led_to_the_list_of_them(client):
    client.force_login(make_user(Role.CHIEF))
    assert client.get(reverse(ADD)).url == reverse("documents:forms")


def test_what_was_copied_is_saved_untouched(client):
    client.force_login(make_user(Role.CHIEF))
    assert client.post(f"{reverse(ADD)}?paper=master_agreement", posted(STANDARD.articles)).status_code == 302
    version = FormVersion.objects.get()
    assert replace(version.wording(), label="", version=None) == replace(STANDARD, label="", version=None)
    assert version.is_waiting


def test_a_mistake_is_said_beside_its_article_and_nothing_is_saved(client):
    client.force_login(make_user(Role.CHIEF))
    response = client.post(f"{reverse(ADD)}?paper=master_agreement", posted(changed("年{利率}とします。")))
    assert "差込み「利率」は、この書類にはありません" in response.content.decode()
    assert not FormVersion.objects.exists()


def test_what_is_missing_altogether_is_said_above_the_articles(client):
    client.force_login(make_user(Role.CHIEF))
    response = client.post(f"{reverse(ADD)}?paper=master_agreement", posted([Article("甲", "乙")]))
    assert "{損害金の率} がどこにもありません" in response.content.decode()
    assert not FormVersion.objects.exists()
