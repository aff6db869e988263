"""Who is signed in in this browser?

It shows a random key, in a cookie of its own; what the key opens is a row in the database, so it can be ended from elsewhere,
and ends by itself. Whenever somebody proves who they are there is a new key. A second cookie, which opens nothing, lets the
browser be known again by whoever counts failed attempts.
"""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import after_this_request, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from federation.accounts.models import Account, AccountSession, Method, SecurityEventKind
from federation.accounts.naming import name_of
from federation.accounts.permissions import permissions_of
from federation.accounts.security_events import note
from federation.accounts.sessions import begin_session, end_session, note_use, renew_session, session_begun
from federation.accounts.visits import Visit
from federation.db import db
from federation.settings import Settings
from sync.databases.sqlite import READ_ONLY

_WANTED = "wanted"
_DEVICE_KNOWN_FOR = timedelta(days=180)


class Browser:
    """The browser of the request that is being answered."""

    def key(self) -> str | None:
        """The key of a session that it shows, whether or not it opens anything."""
        return request.cookies.get(self._cookie("account"))

    def held(self) -> AccountSession | None:
        """Its session, where nothing is missing for it to open the account."""
        begun = self.begun()
        return begun if begun and not begun.missing else None

    def begun(self) -> AccountSession | None:
        """Its session, also where something is missing; looked up once a request."""
        if "begun" not in g:
            key = self.key()
            g.begun = session_begun(db.session(), key, at=self.now()) if key else None
        begun: AccountSession | None = g.begun
        return begun

    def look(self, *, only_reads: bool) -> None:
        """Begins a request: one that only reads waits for nobody who writes, and that the session is in use is noted first."""
        if only_reads:
            db.session.connection(execution_options=READ_ONLY)
        begun = self.begun()
        if begun is None or begun.opening.is_fresh(at=self.now()):
            return
        session_id = begun.id
        db.session.rollback()
        note_use(db.session(), session_id, at=self.now())
        db.session.commit()
        del g.begun
        if only_reads:
            db.session.connection(execution_options=READ_ONLY)

    def sit_down(self, account: Account, methods: Collection[Method]) -> None:
        """The owner of `account` has shown by `methods` who they are, here. The caller commits."""
        begun, visit = self.begun(), self.visit()
        if begun and begun.account_id == account.id:
            key = renew_session(begun, methods=methods, at=self.now())
        else:
            if begun:
                end_session(db.session(), begun.account, begun.id, at=self.now())
            key = begin_session(db.session(), account, methods=methods, **visit.told, at=self.now())
        note(
            db.session(),
            SecurityEventKind.SIGNED_IN,
            account=account,
            actor=account,
            at=self.now(),
            **visit.told,
            methods=" ".join(sorted(methods)),
        )
        wanted = session.get(_WANTED)
        session.clear()
        if wanted:
            session[_WANTED] = wanted
        db.session.flush()
        g.begun = session_begun(db.session(), key, at=self.now())
        self._answer_with("account", key)
        self._answer_with("device", visit.device_key or "", max_age=_DEVICE_KNOWN_FOR)

    def step_up(self, methods: Collection[Method]) -> None:
        """Whoever sits here has shown a second factor as well. The caller commits."""
        begun = self.begun()
        if begun is not None:
            shown = {Method(method) for method in begun.methods.split()}
            self.sit_down(begun.account, {*shown, *methods, Method.SEVERAL_FACTORS})

    def get_up(self) -> None:
        """Ends the session. The caller commits."""
        begun = self.begun()
        if begun:
            end_session(db.session(), begun.account, begun.id, at=self.now())
            account = begun.account
            note(db.session(), SecurityEventKind.SIGNED_OUT, account=account, actor=account, at=self.now(), **self.visit().told)
        session.clear()
        g.begun = None
        self._answer_with("account", "")

    def ask_to_sign_in(self, *, again: bool = False) -> Response:
        """Leads to the sign-in page, and back here; where that is remembered by the session and stands in no address.

        With `again`, whoever is signed in has to show once more who they are.
        """
        if request.method == "GET":
            session[_WANTED] = request.full_path
        return redirect(url_for("people.signing_in.show", again=1 if again else None), code=303)

    def take_wanted(self) -> str | None:
        """The local address that was wanted before signing in, once."""
        wanted: str | None = session.pop(_WANTED, None)
        return wanted

    def forget(self) -> None:
        """Takes nobody to be here: after a failure the database may answer nothing more, and its page must not fail as well."""
        g.begun = None

    def visit(self) -> Visit:
        """From where the request comes."""
        if "visit" not in g:
            device_key = request.cookies.get(self._cookie("device")) or secrets.token_urlsafe(32)
            g.visit = Visit(request.remote_addr or "", request.user_agent.string, device_key)
        visit: Visit = g.visit
        return visit

    def now(self) -> datetime:
        """The moment of the request."""
        if "now" not in g:
            g.now = datetime.now(UTC)
        moment: datetime = g.now
        return moment

    def settings(self) -> Settings:
        """The hub's settings."""
        found: Settings = current_app.config["SETTINGS"]
        return found

    def for_templates(self) -> dict[str, Any]:
        """What every page knows of who sits before it: the account, what it is called, and what it may do."""
        held = self.held()
        if held is None:
            return {"account": None, "may": set()}
        may = {permission.value for permission in permissions_of(held.account)}
        return {"account": held.account, "account_name": name_of(held.account, self.settings()), "may": may}

    def _cookie(self, name: str) -> str:
        # With this prefix a browser takes it from nobody but this host, and over HTTPS.
        return f"__Host-banyan_{name}" if self.settings().secure_cookies else f"banyan_{name}"

    def _answer_with(self, name: str, value: str, *, max_age: timedelta | None = None) -> None:
        """Gives the browser a cookie to show, or takes it away."""
        cookie = self._cookie(name)
        attributes: dict[str, Any] = {"secure": self.settings().secure_cookies, "httponly": True, "samesite": "Lax"}

        @after_this_request
        def answer(response: Response) -> Response:
            if value:
                response.set_cookie(cookie, value, max_age=max_age, **attributes)
            else:
                response.delete_cookie(cookie, **attributes)
            return response


browser = Browser()
