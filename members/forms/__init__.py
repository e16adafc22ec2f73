"""組合員・人・取込の入力欄。"""

from members.forms.dealings import ContactForm, EndForm, MandateForm, NoteForm, RelationshipForm, SalesForm, SettleForm
from members.forms.fields import WrittenField
from members.forms.imports import ImportConfirmForm, ImportUploadForm
from members.forms.kinship import EndKinshipForm, KinshipForm
from members.forms.register import AccountRequestForm, MemberFacts, MemberForm, PersonForm
from members.forms.standing import (
    CorrectSharesForm,
    EndOfficerForm,
    LeavingForm,
    OfficerForm,
    ReappointForm,
    RefundForm,
    RepresentativeForm,
    RequiredReasonForm,
    ShareChangeForm,
    TransferForm,
)

__all__ = [
    "AccountRequestForm",
    "ContactForm",
    "CorrectSharesForm",
    "EndForm",
    "EndKinshipForm",
    "EndOfficerForm",
    "ImportConfirmForm",
    "ImportUploadForm",
    "KinshipForm",
    "LeavingForm",
    "MandateForm",
    "MemberFacts",
    "MemberForm",
    "NoteForm",
    "OfficerForm",
    "PersonForm",
    "ReappointForm",
    "RefundForm",
    "RelationshipForm",
    "RepresentativeForm",
    "RequiredReasonForm",
    "SalesForm",
    "SettleForm",
    "ShareChangeForm",
    "TransferForm",
    "WrittenField",
]
