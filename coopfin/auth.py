"""ログインと権限。権限は役割の表（coopfin.roles）だけから決まり、superuser の抜け道はない。"""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend

#: 管理サイトで使う Django の権限名 → 役割の表の権限。消す権限はどこにもない。
ADMIN_PERMISSIONS = {
    "coopfin.view_user": "coopfin.manage_users",
    "coopfin.view_actionlog": "coopfin.view_log",
    "coopfin.view_readlog": "coopfin.view_log",
    "coopfin.view_cooperative": "coopfin.use_admin",
    "coopfin.change_cooperative": "coopfin.propose_policy",
    "coopfin.add_cooperative": "coopfin.propose_policy",
    "coopfin.view_policy": "coopfin.view_policy",
    "coopfin.add_policy": "coopfin.propose_policy",
    "coopfin.change_policy": "coopfin.propose_policy",
    "coopfin.view_haircutrate": "coopfin.view_policy",
    "coopfin.add_haircutrate": "coopfin.propose_policy",
    "coopfin.change_haircutrate": "coopfin.propose_policy",
    "coopfin.delete_haircutrate": "coopfin.propose_policy",
    "coopfin.view_delegation": "coopfin.view_policy",
    "coopfin.add_delegation": "coopfin.propose_policy",
    "coopfin.change_delegation": "coopfin.propose_policy",
    "coopfin.view_delegationrow": "coopfin.view_policy",
    "coopfin.add_delegationrow": "coopfin.propose_policy",
    "coopfin.change_delegationrow": "coopfin.propose_policy",
    "coopfin.delete_delegationrow": "coopfin.propose_policy",
    "governance.view_articlesclause": "governance.view_governance",
    "governance.add_articlesclause": "governance.propose_resolution",
    "governance.change_articlesclause": "governance.propose_resolution",
    "governance.view_financebylaw": "governance.view_governance",
    "governance.add_financebylaw": "governance.propose_resolution",
    "governance.change_financebylaw": "governance.propose_resolution",
    "governance.view_financerule": "governance.view_governance",
    "governance.add_financerule": "governance.propose_resolution",
    "governance.change_financerule": "governance.propose_resolution",
    "governance.view_limitresolution": "governance.view_governance",
    "governance.add_limitresolution": "governance.propose_resolution",
    "governance.change_limitresolution": "governance.propose_resolution",
    "governance.view_designatedbank": "governance.view_governance",
    "governance.add_designatedbank": "governance.propose_resolution",
    "governance.change_designatedbank": "governance.propose_resolution",
    "governance.delete_designatedbank": "governance.propose_resolution",
    "governance.view_body": "governance.view_governance",
    "governance.add_body": "governance.manage_bodies",
    "governance.change_body": "governance.manage_bodies",
    "governance.view_seat": "governance.view_governance",
    "governance.add_seat": "governance.manage_bodies",
    "governance.change_seat": "governance.manage_bodies",
    "members.view_person": "governance.view_governance",
    "members.add_person": "governance.manage_bodies",
    "members.change_person": "governance.manage_bodies",
    "members.view_industry": "governance.view_governance",
    "members.add_industry": "governance.manage_bodies",
    "members.change_industry": "governance.manage_bodies",
    "funding.view_facility": "funding.view_facility",
    "funding.add_facility": "funding.propose_facility",
    "funding.change_facility": "funding.propose_facility",
    "ledger.view_account": "ledger.view_accounts",
    "ledger.change_account": "coopfin.propose_policy",
    "ledger.view_voucher": "ledger.view_voucher",
    "ledger.view_voucherline": "ledger.view_voucher",
    "documents.view_documentkind": "loans.view_product",
    "documents.add_documentkind": "loans.propose_product",
    "documents.change_documentkind": "loans.propose_product",
    "documents.view_formversion": "documents.view_form",
    "documents.add_formversion": "documents.propose_form",
    "documents.change_formversion": "documents.propose_form",
    "documents.view_formarticle": "documents.view_form",
    "documents.add_formarticle": "documents.propose_form",
    "documents.change_formarticle": "documents.propose_form",
    "documents.delete_formarticle": "documents.propose_form",
    "loans.view_product": "loans.view_product",
    "loans.add_product": "loans.propose_product",
    "loans.change_product": "loans.propose_product",
    "loans.view_productdocument": "loans.view_product",
    "loans.add_productdocument": "loans.propose_product",
    "loans.change_productdocument": "loans.propose_product",
    "loans.delete_productdocument": "loans.propose_product",
    "loans.view_application": "loans.view_loan",
    "loans.view_loan": "loans.view_loan",
    "loans.view_fundscause": "coopfin.view_policy",
    "loans.add_fundscause": "coopfin.propose_policy",
    "loans.change_fundscause": "coopfin.propose_policy",
}


class RoleBackend(AuthenticationBackend):
    """役割の表から権限を答える。"""

    def has_perm(self, user_obj, perm, obj=None):
        if not user_obj.is_active or user_obj.is_anonymous:
            return False
        return perm in user_obj.permissions or ADMIN_PERMISSIONS.get(perm) in user_obj.permissions

    def has_module_perms(self, user_obj, app_label):
        return user_obj.is_active and any(
            name.split(".")[0] == app_label and self.has_perm(user_obj, name) for name in ADMIN_PERMISSIONS
        )

    def get_all_permissions(self, user_obj, obj=None):
        return set(user_obj.permissions) if user_obj.is_active and not user_obj.is_anonymous else set()


class ClosedSignupAdapter(DefaultAccountAdapter):
    """利用者は管理者が登録する。自分では登録できない。"""

    def is_open_for_signup(self, request):
        return False
