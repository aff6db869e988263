"""Where are the districts' own pages?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.clients.models import Client
from federation.clients.registering import CALLBACK_PATH, district_client_id


def pages_of_districts(session: Session) -> dict[str, str]:
    """The address of the first page, by a district's code, of each whose program people can sign in to."""
    query = select(Client).where(Client.district.is_not(None), Client.disabled_at.is_(None))
    return {
        client.district: f"{client.redirect_uris[0].removesuffix(CALLBACK_PATH)}/"
        for client in session.scalars(query)
        if client.district and client.client_id == district_client_id(client.district)
    }
