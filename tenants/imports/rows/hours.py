"""How does a row of a register become an hour entry?

What the register said last is remembered by its digest, so a row that reads as before changes nothing, whatever was done to the
entry since. A row that reads otherwise corrects the entry, and never takes it away: hours that somebody certified are withdrawn
by a person, for a reason, and an export that is older than the district's own records does no harm.

A row that names another person than its volunteer's number is refused: it would credit somebody with another one's hours, and
a refused row can be mended, while nobody looks for hours that are too many.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tenants.errors import Invalid
from tenants.hours import certifying
from tenants.hours.models import HourAct, HourEntry, HourState, Service
from tenants.hours.recording import HourDetails, Occupied, begin_entry, hold_time_of, refuse_overlap, times_of
from tenants.hours.rules import Shift, possible_shift
from tenants.imports.forms import values
from tenants.imports.forms.cells import Cells
from tenants.imports.rows.findings import notice
from tenants.imports.rows.judging import Enter, Run, Verdict
from tenants.imports.rows.places import Places
from tenants.imports.rows.stating import HourStatement, stated_hours
from tenants.registrations.models import Registration
from tenants.registrations.registering import Outcome


def hours(session: Session, rows: Sequence[Cells], run: Run) -> Enter:
    """What enters any of `rows`; all that they are held against is looked up at once."""
    stated = {cells.row.line: _stated(cells, run) for cells in rows}
    desk = _Desk(session, [statement for statement in stated.values() if isinstance(statement, HourStatement)], run)

    def enter(cells: Cells) -> Verdict:
        statement = stated[cells.row.line]
        if isinstance(statement, Invalid):
            raise statement
        return desk.enter(cells, statement)

    return enter


def _stated(cells: Cells, run: Run) -> HourStatement | Invalid:
    try:
        return stated_hours(cells, run)
    except Invalid as error:
        return error


@dataclass(frozen=True)
class _Held:
    """What is known of the entry with a register's number without looking at the whole of it."""

    digest: str | None
    state: HourState


class _Desk:
    """Where statements are compared with what the district has."""

    def __init__(self, session: Session, statements: Sequence[HourStatement], run: Run) -> None:
        self._session = session
        self._run = run
        self._places = Places(session, run.settings.district)
        self._registrations = _registrations(session, {statement.volunteer_number for statement in statements})
        self._held = _held(session, {statement.number for statement in statements})
        differing = [
            statement.number
            for statement in statements
            if statement.number in self._held and self._held[statement.number].digest != statement.digest
        ]
        self._entries = _entries(session, differing)
        registration_ids = [registration.id for registration in self._registrations.values()]
        hold_time_of(session, registration_ids)
        self._occupied = _occupied(session, registration_ids, statements)

    def enter(self, cells: Cells, statement: HourStatement) -> Verdict:
        registration = self._registration(statement)
        held = self._held.get(statement.number)
        if held is not None and held.digest == statement.digest:
            waits = statement.certified_by is None and held.state is HourState.SUBMITTED
            return _waiting(cells, Outcome.UNCHANGED) if waits else Verdict(Outcome.UNCHANGED)
        shift = possible_shift(statement.started_at, statement.ended_at, statement.minutes, now=self._run.latest_end)
        entry = self._entries.get(statement.number)
        if entry is None:
            return self._create(cells, statement, registration, shift)
        if entry.registration_id != registration.id:
            message = (
                "The hours with this number belong to another volunteer here. If that is the same person, entered twice, "
                "correct the hours here; else give the row a number of its own."
            )
            raise Invalid(message, field="volunteer_number", rule="other_volunteer")
        return self._change(cells, statement, entry, shift)

    def _create(self, cells: Cells, statement: HourStatement, registration: Registration, shift: Shift) -> Verdict:
        self._refuse_overlap(statement, registration.id, shift)
        service = self._service(statement)
        details = HourDetails(
            registration=registration,
            organization_id=service.organization_id,
            activity=service.activity,
            field=service.field,
            shift=shift,
            local_number=statement.number,
        )
        entry = begin_entry(self._session, details, by=self._run.recorder, at=self._run.at)
        entry.register_digest = statement.digest
        return self._certified_or_waiting(cells, statement, entry, Outcome.CREATED)

    def _change(self, cells: Cells, statement: HourStatement, entry: HourEntry, shift: Shift) -> Verdict:
        if entry.state not in (HourState.SUBMITTED, HourState.CERTIFIED):
            message = "The entry was %(state)s here, and stays so whatever the register says. Ask who did it, and why."
            return _left_alone(cells, Invalid(message, field="status", rule="withdrawn_here", state=entry.state))
        if entry.state is HourState.CERTIFIED and statement.certified_by is None:
            message = "The entry is certified here and waits in the register. Revoke it here if it should not count."
            return _left_alone(cells, Invalid(message, field="status", rule="certified_here"))
        service = self._service(statement)
        differs = _time(entry) != _time(shift) or _service_of(entry) != service
        if differs and _came_back_corrected(entry):
            entry.register_digest = statement.digest
            message = "The entry was corrected here before it came back after a loss. Correct it here if the register is right."
            return _left_alone(cells, Invalid(message, field="minutes", rule="corrected_here"))
        if statement.certified_by == entry.recorded_by:
            message = "Nobody certifies hours that they recorded themselves. Fill in who certified them in the register."
            raise Invalid(message, field="certified_by", rule="self_certified")
        self._refuse_overlap(statement, entry.registration_id, shift)
        if entry.state is HourState.SUBMITTED:
            if differs:
                entry.amend(service, shift, by=self._run.recorder, at=self._run.at)
        elif differs:
            certifying.correct(
                self._session,
                entry,
                shift,
                service=service,
                reason=f"corrected by import of {self._run.file_name}",
                by=statement.certified_by or self._run.recorder,
                at=self._run.at,
                settings=self._run.settings,
            )
        entry.register_digest = statement.digest
        return self._certified_or_waiting(cells, statement, entry, Outcome.CHANGED if differs else Outcome.UNCHANGED)

    def _certified_or_waiting(self, cells: Cells, statement: HourStatement, entry: HourEntry, outcome: Outcome) -> Verdict:
        times = self._run.occupied[entry.registration_id]
        times[entry.id] = Occupied(entry.id, entry.local_number, entry.started_at, entry.ended_at)
        if statement.certified_by is None:
            return _waiting(cells, outcome)
        if entry.state is HourState.SUBMITTED:
            certifying.certify(self._session, entry, by=statement.certified_by, at=self._run.at, settings=self._run.settings)
            outcome = Outcome.CHANGED if outcome is Outcome.UNCHANGED else outcome
        return Verdict(outcome)

    def _registration(self, statement: HourStatement) -> Registration:
        registration = self._registrations.get(statement.volunteer_number)
        if registration is None:
            message = "Nobody is registered with this number. Import the volunteers first, or mend the number."
            raise Invalid(message, field="volunteer_number", rule="unknown_volunteer")
        if statement.name is not None and not values.same_name(statement.name, registration.name):
            message = "The volunteer with this number has another name. Find out whose hours these are."
            raise Invalid(message, field="name", rule="other_name")
        return registration

    def _refuse_overlap(self, statement: HourStatement, registration_id: uuid.UUID, shift: Shift) -> None:
        # What this run has entered stands over what was there before it.
        times = self._occupied[registration_id] | self._run.occupied[registration_id]
        refuse_overlap(shift, [time for time in times.values() if time.local_number != statement.number])

    def _service(self, statement: HourStatement) -> Service:
        return Service(self._places.named(statement.place).id, statement.activity, statement.field)


def _registrations(session: Session, numbers: Iterable[str]) -> dict[str, Registration]:
    found = session.scalars(select(Registration).where(Registration.local_number.in_(numbers)))
    return {registration.local_number: registration for registration in found}


def _held(session: Session, numbers: Iterable[str]) -> dict[str, _Held]:
    rows = session.execute(
        select(HourEntry.local_number, HourEntry.register_digest, HourEntry.state).where(HourEntry.local_number.in_(numbers))
    )
    return {number: _Held(digest, state) for number, digest, state in rows if number is not None}


def _entries(session: Session, numbers: Iterable[str]) -> dict[str, HourEntry]:
    """The entries with these numbers as they are now, locked until the transaction ends: somebody may be correcting one."""
    query = (
        select(HourEntry)
        .where(HourEntry.local_number.in_(numbers))
        .order_by(HourEntry.id)
        .options(selectinload(HourEntry.versions))
        .with_for_update(of=HourEntry)
        .execution_options(populate_existing=True)
    )
    return {entry.local_number: entry for entry in session.scalars(query) if entry.local_number is not None}


def _occupied(
    session: Session, registration_ids: Iterable[uuid.UUID], statements: Sequence[HourStatement]
) -> dict[uuid.UUID, dict[uuid.UUID, Occupied]]:
    """The times of these volunteers' entries that can touch any of `statements`."""
    times: dict[uuid.UUID, dict[uuid.UUID, Occupied]] = defaultdict(dict)
    if not statements:
        return times
    begin = min(statement.started_at for statement in statements)
    end = max(statement.ended_at for statement in statements)
    for registration_id, time in times_of(session, registration_ids, begin=begin, end=end):
        times[registration_id][time.id] = time
    return times


def _waiting(cells: Cells, outcome: Outcome) -> Verdict:
    message = "The register has not certified these hours. They wait in the queue and do not count yet."
    waits = Invalid(message, field="status", rule="waits_for_certification")
    return Verdict(outcome, [notice(cells, waits)], waiting=True)


def _left_alone(cells: Cells, why: Invalid) -> Verdict:
    return Verdict(Outcome.UNCHANGED, [notice(cells, why)])


def _came_back_corrected(entry: HourEntry) -> bool:
    """Whether the entry was corrected, and what the register had said before was lost: the hub never heard of that."""
    return entry.register_digest is None and entry.versions[-1].act is HourAct.CORRECTED


def _time(of: HourEntry | Shift) -> tuple[object, ...]:
    return of.started_at, of.ended_at, of.minutes if isinstance(of, Shift) else of.raw_minutes


def _service_of(entry: HourEntry) -> Service:
    return Service(entry.organization_id, entry.activity, entry.field)
