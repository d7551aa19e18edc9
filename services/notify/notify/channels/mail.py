"""E-mail by SMTP. The mail server's own answer to the whole message counts."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from notify.usecases.sending import Post, Result

TIME_OUT = 10.0
PERMANENT = range(500, 600)


class Mail:
    """A mail server: `smtp://host:25`, or `smtps://host:465`; user, sender and STARTTLS are options, or, for the
    installation's own server, stand in the address (`smtp://user:password@host:25?from=a@b&starttls=1`)."""

    def __init__(self, address: str, secret: str | None, options: dict[str, Any]) -> None:
        parts = urlsplit(address)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.tls = parts.scheme == "smtps"
        self.host, self.port = parts.hostname or "localhost", parts.port or (465 if self.tls else 25)
        self.user = str(options.get("user") or unquote(parts.username or ""))
        self.password = secret or unquote(parts.password or "")
        self.sender = str(options.get("sender") or query.get("from") or f"sizao@{self.host}")
        self.starttls = bool(options.get("starttls")) or query.get("starttls") == "1"

    def send(self, post: Post) -> Result:
        """One message to the one person this post is for."""
        to = next((one.email for one in post.addressees if one.email), None)
        if to is None:
            return Result(False, "no_address", "the person has no e-mail address", permanent=True)
        try:
            with self._server() as server:
                refused = server.send_message(self._message(post, to), self.sender, [to])
        except smtplib.SMTPResponseException as problem:
            return Result(False, str(problem.smtp_code), _words(problem.smtp_error), problem.smtp_code in PERMANENT)
        except smtplib.SMTPRecipientsRefused as problem:
            code, words = next(iter(problem.recipients.values()), (550, b"refused"))
            return Result(False, str(code), _words(words), code in PERMANENT)
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            return Result(False, type(problem).__name__, "the mail server could not be reached or spoken to")
        if refused:
            code, words = next(iter(refused.values()))
            return Result(False, str(code), _words(words), code in PERMANENT)
        return Result(True, "250", "taken by the mail server")

    def _server(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIME_OUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIME_OUT)
        try:
            if self.starttls:
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, post: Post, to: str) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = " ".join(post.subject.split())
        message["From"], message["To"] = Address("四早 Sizao", addr_spec=self.sender), Address(addr_spec=to)
        message["Date"] = format_datetime(post.at)
        message["Message-ID"] = f"<{post.message_ids[0]}@sizao.invalid>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(post.text)
        return message


def _words(told: bytes | str) -> str:
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)
