"""How does a message go out as an e-mail?"""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from federation.accounts.sending.outbox import Message
from federation.errors import SendingFailed
from federation.settings import MailSettings

_PATIENCE_SECONDS = 10.0


class MailSender:
    """A mail server to which messages are handed, over TLS from the first byte or from STARTTLS on."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, message: Message, *, nonce: str, at: datetime) -> None:
        """Hands it over; raises `SendingFailed`. `nonce` is the same for the same message, so that a second one is known."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._settings.sender, message.to, message.letter.subject
        mail["Date"], mail["Message-ID"] = format_datetime(at), f"<{nonce}@{self._settings.sender.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.letter.text)
        try:
            with self._connection() as server:
                if self._settings.username:
                    server.login(self._settings.username, self._settings.password or "")
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            # The server's own words may repeat the address.
            raise SendingFailed(f"the mail server did not take it: {type(error).__name__}") from error

    def _connection(self) -> smtplib.SMTP:
        host, port = self._settings.host, self._settings.port
        if self._settings.tls_from_the_start:
            return smtplib.SMTP_SSL(host, port, timeout=_PATIENCE_SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=_PATIENCE_SECONDS)
        if self._settings.starts_tls:
            server.starttls(context=ssl.create_default_context())
        return server
