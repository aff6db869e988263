"""What does Authlib's server ask of a client?"""

from dataclasses import dataclass
from typing import Any

from federation.clients.models import Client, Scope

GRANT_TYPES = ("authorization_code", "refresh_token")
_SCOPES = {scope.value for scope in Scope}


@dataclass(frozen=True)
class Party:
    """A client, in the form that Authlib's server knows."""

    row: Client

    @property
    def client_id(self) -> str:
        """Its id."""
        return self.row.client_id

    @property
    def client_metadata(self) -> dict[str, Any]:
        """What the endpoint for signing out reads."""
        return {"post_logout_redirect_uris": self.row.post_logout_redirect_uris}

    def get_client_id(self) -> str:
        """Its id."""
        return self.row.client_id

    def get_default_redirect_uri(self) -> None:
        """None: a request says where its answer goes."""
        return

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Of the words in `scope` those that are known here; None where openid is not one, or one is not for this client."""
        words = [word for word in dict.fromkeys((scope or "").split()) if word in _SCOPES]
        asked = " ".join(words)
        return asked if Scope.OPENID in words and self.row.may_ask_for(asked) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether exactly this text was registered."""
        return redirect_uri in self.row.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is its secret."""
        return self.row.has_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Whether it shows in this way that it is itself, at whichever endpoint."""
        return method == self.row.authentication

    def check_response_type(self, response_type: str) -> bool:
        """Whether it may be answered so; everybody is answered with a code."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it may get tokens for that."""
        return grant_type in GRANT_TYPES
