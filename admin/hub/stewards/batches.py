"""How does a lead accept many reviews at once, after a sample of them?"""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from admin.hub.stewards import desk
from admin.hub.stewards.parts import DRAWN
from admin.hub.stewards.persons import LARGEST_ACT
from admin.hub.stewards.queue import LARGEST_NUMBER
from admin.writing import number
from federation.accounts.permissions import Permission, require
from federation.db import db
from federation.directory.naming import names
from federation.identity.auditing import accepting
from federation.identity.auditing.sampling import FEWEST_WEIGHT, MOST_DIFFERENT, SAMPLE, sample
from federation.identity.stewarding.finding import Part, queue
from federation.identity.stewarding.showing import show_pairs

_MOST_BATCHES = 20

blueprint = Blueprint("batches", __name__, url_prefix="/batches")
blueprint.before_request(desk.require_reviewer)


@blueprint.get("/")
def show() -> str:
    """What the sample says, what may be accepted by it, and what was."""
    session, settings = db.session(), desk.settings()
    found = sample(session)
    return render_template(
        "hub/stewards/batches.html",
        sample=found,
        size=SAMPLE,
        most_different=MOST_DIFFERENT,
        fewest_weight=FEWEST_WEIGHT,
        drawn=DRAWN,
        first=next(iter(queue(session, by=desk.account().username, part=Part(numbers=found.waiting), limit=1)), None),
        pairs=show_pairs(session, accepting.acceptable(session, found, settings=settings), settings=settings),
        batches=accepting.batches(session, most=_MOST_BATCHES),
        district_names=names(session),
    )


@blueprint.post("/")
def accept() -> Response:
    """Answers what the page showed with *same*."""
    require(desk.account(), Permission.ACCEPT_UNSEEN)
    shown = [one for one in request.form.getlist("review", type=int) if 0 < one <= LARGEST_NUMBER]
    done = accepting.accept(db.session(), shown, settings=desk.settings(), **desk.actor())
    db.session.commit()
    count = number(done.count)
    flash(ngettext("%(count)s review: one person.", "%(count)s reviews: one person each.", done.count, count=count), "success")
    if done.left:
        left = _list(done.left)
        flash(gettext("These stay: they were answered, wait for something, or have changed: %(left)s.", left=left), "warning")
    return redirect(url_for(".show"), code=303)


@blueprint.post(f"/<int(max={LARGEST_ACT}):batch>/undo")
def undo(batch: int) -> Response:
    """Takes a batch back."""
    require(desk.account(), Permission.ACCEPT_UNSEEN)
    done = accepting.take_back(db.session(), batch, **desk.actor())
    db.session.commit()
    sentence = ngettext(
        "Taken back: %(count)s review waits again.",
        "Taken back: %(count)s reviews wait again.",
        done.count,
        count=number(done.count),
    )
    flash(sentence, "success")
    if done.left:
        flash(gettext("These stand, as something later builds on them: %(left)s.", left=_list(done.left)), "warning")
    return redirect(url_for(".show"), code=303)


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
