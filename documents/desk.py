"""メニューへの登録。"""

from coopfin import handbook
from coopfin.worklists import MenuItem, register_menu

register_menu(
    MenuItem(
        group="貸付",
        order=45,
        label="発行書類",
        url_name="documents:list",
        permission="documents.view_paper",
        namespaces=("documents:list", "documents:issued", "documents:form", "documents:batch"),
    )
)
register_menu(
    MenuItem(
        group="貸付",
        order=47,
        label="受け取った書類",
        url_name="documents:uploads",
        permission="documents.view_upload",
        namespaces=("documents:upload", "documents:received"),
    )
)

handbook.kept_at("書類の様式", "documents:forms", "documents.view_form", "H2.5-b")
handbook.kept_at("書類の台帳", "documents:list", "documents.view_paper", "H2.5-a", "H2.5-b")
