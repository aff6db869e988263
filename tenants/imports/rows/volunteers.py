"""How does a row of a register become a registration?

A volunteer stays out only where nothing could be found again: without a number, a name or a day of registration. Whatever else
cannot be read is left blank, with a notice.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.documents import DocumentFlaw, DocumentKind, understand
from tenants.errors import Invalid
from tenants.imports.forms import values
from tenants.imports.forms.cells import Cells
from tenants.imports.rows.findings import Finding, notice
from tenants.imports.rows.judging import Enter, Run, Verdict
from tenants.imports.rows.places import Places, place_names
from tenants.organizations.models import Organization
from tenants.registrations.models import Registration
from tenants.registrations.registering import RegistrationDetails, disagreement, record_registration

Value = TypeVar("Value")

_DAY_EXAMPLE = "2005-12-20"

_FLAWS = {
    DocumentFlaw.CHECK_DIGIT: "The number's check digit is wrong, so it identifies nobody. Compare it with the document.",
    DocumentFlaw.IMPOSSIBLE_DATE: "The number has an impossible birth date in it. Compare it with the document.",
    DocumentFlaw.CENTURY_UNKNOWN: "The number of an old card is that of somebody born before 1900. Ask for that of 18 digits.",
    DocumentFlaw.MALFORMED: "The number does not have the form that its kind of document has. Compare it with the document.",
}
_DISAGREEMENTS = {
    "birth_date": "The number of the document proves another birth date. Compare both with the document.",
    "gender": "The number of the document proves another gender. Compare both with the document.",
}


def volunteers(session: Session, rows: Sequence[Cells], run: Run) -> Enter:
    """What enters any of `rows`; all that they are held against is looked up at once."""
    known = _known(session, {cells.number for cells in rows})
    places = Places(session, run.settings.district)

    def enter(cells: Cells) -> Verdict:
        reader = _Reader(cells, as_of=run.as_of)
        names = place_names(cells)
        details = reader.details(lambda: places.named(names))
        reader.notice_what_disagrees(details)
        existing = known.get(details.local_number)
        # A day of registration that is still to come is noticed, and no reason to lose the volunteer.
        as_of = max(run.as_of, details.registered_on)
        outcome = record_registration(session, details, existing=existing, settings=run.settings, at=run.at, as_of=as_of)
        return Verdict(outcome, reader.notices)

    return enter


def _known(session: Session, numbers: Iterable[str]) -> dict[str, Registration]:
    """The registrations with these numbers as they are now, locked until the transaction ends: somebody may be changing one."""
    query = (
        select(Registration)
        .where(Registration.local_number.in_(numbers))
        .order_by(Registration.id)
        .with_for_update(of=Registration, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {registration.local_number: registration for registration in session.scalars(query)}


class _Reader:
    """Reads one row; what may be blank and cannot be read becomes a notice."""

    def __init__(self, cells: Cells, *, as_of: date) -> None:
        self._cells = cells
        self._as_of = as_of
        self.notices: list[Finding] = []

    def details(self, organization: Callable[[], Organization]) -> RegistrationDetails:
        """What the row states; raises `Invalid` before it asks for the `organization`."""
        cells = self._cells
        number, name = cells.key("local_number"), cells.text("name")
        registered_on = cells.value("registered_on", values.day, _DAY_EXAMPLE)
        if registered_on > self._as_of:
            message = "The day of registration is still to come. Mend it in the register if that is not meant."
            self._notice(Invalid(message, field="registered_on", rule="registered_in_the_future"))
        kind, document_number = self._document()
        return RegistrationDetails(
            local_number=number,
            name=name,
            registered_on=registered_on,
            document_kind=kind,
            document_number=document_number,
            gender=self._unless_unreadable(lambda: cells.optional_value("gender", values.gender, "男, 女, M, F")),
            birth_date=self._unless_unreadable(self._birth_date),
            phone=self._unless_unreadable(lambda: cells.optional_text("phone")),
            organization=organization(),
        )

    def notice_what_disagrees(self, details: RegistrationDetails) -> None:
        """Says where a document's number identifies nobody, or proves something else than was typed."""
        if details.document_kind is None or details.document_number is None:
            return
        document = understand(details.document_kind, details.document_number, today=self._as_of)
        if document.flaw:
            self._notice(Invalid(_FLAWS[document.flaw], field="document_number", rule=document.flaw))
        for name in disagreement(details, document):
            self._notice(Invalid(_DISAGREEMENTS[name], field=name, rule=f"other_{name}"))

    def _document(self) -> tuple[DocumentKind | None, str | None]:
        cells = self._cells
        number = self._unless_unreadable(lambda: cells.optional_text("document_number"))
        kind = self._unless_unreadable(lambda: cells.optional_value("document_kind", values.document_kind, "居民身份证"))
        if number is not None and kind is None:
            message = "The document has a number but no kind that is known, so the number is not kept. Fill in the kind."
            self._notice(Invalid(message, field="document_kind", rule="document_without_kind"))
            return None, None
        return kind, number

    def _birth_date(self) -> date | None:
        found = self._cells.optional_value("birth_date", values.day, _DAY_EXAMPLE)
        if found is not None and found > self._as_of:
            raise Invalid("The birth date lies in the future.", field="birth_date", rule="in_the_future")
        return found

    def _unless_unreadable(self, read: Callable[[], Value | None]) -> Value | None:
        try:
            return read()
        except Invalid as error:
            self._notice(error)
            return None

    def _notice(self, about: Invalid) -> None:
        self.notices.append(notice(self._cells, about))
