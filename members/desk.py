"""組合員のメニューと検索を、枠の登録所へ届ける。"""

from coopfin import worklists
from members.models import Member, Person

LIMIT = 10


@worklists.register_search
def search_members(user, text):
    """組合員を、名称・カナ・番号・代表者で探す。"""
    if not user.has_perm("members.view_member") or not text.strip():
        return
    for member in Member.objects.search(text).select_related("representative", "industry")[:LIMIT]:
        yield worklists.Hit(
            kind="組合員",
            title=member.name,
            note=f"{member.number}・{member.industry}・代表 {member.representative}",
            url=member.get_absolute_url(),
        )


@worklists.register_search
def search_people(user, text):
    """人を、氏名・カナで探す。"""
    if not user.has_perm("members.view_member") or not text.strip():
        return
    for person in Person.objects.search(text)[:LIMIT]:
        yield worklists.Hit(kind="人", title=person.name, note=person.distinction, url=person.get_absolute_url())


worklists.register_menu(
    worklists.MenuItem(
        group="先と保全",
        order=50,
        label="組合員",
        url_name="members:list",
        permission="members.view_member",
        namespaces=(
            "members:list", "members:detail", "members:create", "members:edit", "members:officer", "members:import",
        ),
    )
)  # fmt: skip
worklists.register_menu(
    worklists.MenuItem(
        group="先と保全",
        order=51,
        label="人",
        url_name="members:people",
        permission="members.view_member",
        namespaces=("members:people", "members:person"),
    )
)
