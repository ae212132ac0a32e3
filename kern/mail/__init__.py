"""Mails: each kind is a function from a payload of ids to what is written, made when sent."""

from kern.mail.kinds import Mail, MailKind, fill, kinds

__all__ = ["Mail", "MailKind", "fill", "kinds"]
