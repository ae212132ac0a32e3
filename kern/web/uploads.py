"""Fields for a file: looked into first of all, and not lost when the form is shown again."""

import base64
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flask_wtf.file import FileField
from wtforms.validators import StopValidation

from kern.errors import Invalid
from kern.files import waiting
from kern.files.documents import accept_document
from kern.files.pdf import Document, accept_pdf
from kern.files.picture import Picture
from kern.i18n import _l, say
from kern.later import Later

if TYPE_CHECKING:
    from kern.files import images
else:
    images = Later("kern.files.images")

AGAIN = _l("Bitte wählen Sie die Datei noch einmal. Wir haben sie nicht mehr.")
WAITING, WITHOUT = "-wartet", "-ohne"  # after the field's name: what waits, and leaving it out

T = TypeVar("T", Picture, Document)


class UploadField(FileField, Generic[T]):  # type: ignore[misc]  # the package has no types
    """`accepted` is what came in, checked, or what waited since the form was last shown."""

    kind: type[T]

    def __init__(self, *args: Any, can_be_left_out: bool = False, **values: Any) -> None:
        super().__init__(*args, **values)
        self.can_be_left_out = can_be_left_out
        self.accepted: T | None = None
        self.waits = ""  # the name under which it waits, for the form shown again
        self._refused: object = None
        self._is_taken = False
        self._given = ""

    def process(self, formdata: Any, *args: Any, **values: Any) -> None:
        super().process(formdata, *args, **values)
        given = formdata or {}
        left_out = self.can_be_left_out and given.get(self.name + WITHOUT)
        self._given = "" if left_out else given.get(self.name + WAITING, "")

    @property
    def preview(self) -> str:
        """An address of what waits, to look at; empty for what is no picture."""
        return ""

    @property
    def has_upload(self) -> bool:
        return bool(self.data and getattr(self.data, "filename", ""))

    def take(self) -> T | None:
        """Look into it, once. Drawing a picture anew takes a second: call it before the database
        is asked."""
        if not self._is_taken:
            self._is_taken = True
            self._take()
        return self.accepted

    def _take(self) -> None:
        if self.has_upload:
            try:
                self.accepted = self._accept(self.data.read(), self.data.filename)
            except Invalid as error:
                self._refused = say(error)
        elif self._given:
            self.accepted = waiting.find(self._given, self.kind)
            self.waits = self._given if self.accepted else ""
            self._refused = None if self.accepted else AGAIN

    def _accept(self, data: bytes, filename: str) -> T:
        raise NotImplementedError

    def pre_validate(self, form: Any) -> None:
        self.take()
        if self._refused is not None:
            raise StopValidation(str(self._refused))

    def keep(self) -> None:
        """The form is about to be shown again."""
        if self.accepted is not None and not self.waits:
            self.waits = waiting.put(self.accepted)


class PictureField(UploadField[Picture]):
    kind = Picture

    def _accept(self, data: bytes, filename: str) -> Picture:
        return images.accept_picture(data, filename)

    @property
    def preview(self) -> str:
        """The small size as a data URI: it belongs to nothing yet that could give it an address."""
        if self.accepted is None:
            return ""
        data = base64.b64encode(self.accepted.sizes["small"].data).decode()
        return f"data:{self.accepted.sizes['small'].mime};base64,{data}"


class PdfField(UploadField[Document]):
    kind = Document

    def _accept(self, data: bytes, filename: str) -> Document:
        return accept_pdf(data, filename)


class DocumentField(UploadField[Document]):
    """A PDF or a document of an office program."""

    kind = Document

    def _accept(self, data: bytes, filename: str) -> Document:
        return accept_document(data, filename)
