"""What may a browser do with our pages?

Load what the program itself serves, and nothing else: no address elsewhere, no script or style inside a page, no frame. Where a
form's answer leads to another program, browsers want that to be allowed as well: a view says so in `g.form_leads_to`.
"""

from flask import Flask, g, request
from werkzeug.wrappers import Response

_CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap's style sheet has its small pictures inside
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'{leads_to}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_TWO_YEARS_SECONDS = 2 * 365 * 24 * 3600


def register(app: Flask) -> None:
    """Puts the headers on every answer of `app`, its interfaces for machines included."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    leads_to = g.get("form_leads_to")
    policy = _CONTENT_SECURITY_POLICY.format(leads_to=f" {leads_to}" if leads_to else "")
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_TWO_YEARS_SECONDS}")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
