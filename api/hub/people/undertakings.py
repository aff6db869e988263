"""What has somebody begun in this browser that takes a code, and not finished?"""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import render_template, session
from werkzeug.wrappers import Response

from api.hub.people import refusals
from api.hub.people.browser import browser
from api.hub.people.fields import CodeForm
from api.hub.people.going_on import go_to
from api.hub.people.letters import code_letter
from federation.accounts.addresses import Address
from federation.accounts.contacts import codes
from federation.accounts.contacts.models import Purpose
from federation.db import db
from federation.errors import CodeRefused


@dataclass(frozen=True)
class Undertaking:
    """Something for which a code is sent, shown on a page, and then spent. `room` has its pages, `check` and `show` among them.

    Its page says where the code went, unless that would tell who has an account: `names_address`.
    """

    purpose: Purpose
    room: str
    names_address: bool = True

    def begin(self, asked_for: str, *, to: Address | None, typed: str, **body: Any) -> Response:
        """Sends a code `to` an address, or nowhere, and leads to its page. Raises `SignInThrottled`. Commits."""
        code_id = codes.send_code(
            db.session(),
            self.purpose,
            asked_for,
            to=to,
            wording=code_letter,
            origin=browser.visit().origin,
            settings=browser.settings(),
            at=browser.now(),
            **body,
        )
        db.session.commit()
        session[self._name] = {"code": str(code_id), "to": typed}
        return go_to(f"people.{self.room}.code")

    def require_room(self, asked_for: str) -> None:
        """Raises `SignInThrottled` where `begin` would: before something is looked up that nobody would be told of."""
        visit, settings, at = browser.visit(), browser.settings(), browser.now()
        codes.require_room(db.session(), self.purpose, asked_for, origin=visit.origin, settings=settings, at=at)

    def check(self, *, onward: str) -> Response | refusals.Answer:
        """Takes the code that was typed, and leads on where it is right. Commits either way, since tries are counted."""
        form = CodeForm()
        if not form.validate():
            return self.page(form), 422
        try:
            self.show(form.code.data)
        except CodeRefused as refusal:
            db.session.commit()
            refusals.into(form, refusal)
            return refusals.answer(self.page(form), refusal)
        db.session.commit()
        return go_to(f"people.{self.room}.{onward}")

    def show(self, typed: str) -> None:
        """Somebody shows the code; raises `CodeRefused`. The caller commits either way."""
        codes.show_code(db.session(), self._code_id, self.purpose, typed, settings=browser.settings(), at=browser.now())

    def shown(self) -> dict[str, Any] | None:
        """What is to be done now that the code was shown; None where it was not, or that was done."""
        return codes.shown(db.session(), self._code_id, self.purpose, settings=browser.settings(), at=browser.now())

    def spend(self) -> dict[str, Any]:
        """The same, once; raises `CodeRefused`."""
        return codes.spend(db.session(), self._code_id, self.purpose, settings=browser.settings(), at=browser.now())

    def page(self, form: CodeForm) -> str:
        """Asks for the code."""
        return render_template(
            "people/code.html",
            form=form,
            sent_to=self.sent_to if self.names_address else None,
            action=f"people.{self.room}.check",
            begin_again=f"people.{self.room}.show",
        )

    @property
    def sent_to(self) -> str:
        """Where somebody had the code sent, as they typed it."""
        begun = session.get(self._name)
        return str(begun["to"]) if begun else ""

    @property
    def _code_id(self) -> uuid.UUID | None:
        begun = session.get(self._name)
        return uuid.UUID(begun["code"]) if begun else None

    @property
    def _name(self) -> str:
        return f"undertaking {self.purpose}"
