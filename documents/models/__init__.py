"""書類のモデル。"""

from documents.models.batches import IssueBatch, IssueBatchRow
from documents.models.forms import FormArticle, FormVersion
from documents.models.issued import DocumentKind, IssuedDocument, Upload

__all__ = ["DocumentKind", "FormArticle", "FormVersion", "IssueBatch", "IssueBatchRow", "IssuedDocument", "Upload"]
