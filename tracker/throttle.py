"""Keeps passwords from being guessed by trying: after some failures, the next try has to wait, longer each time.

The count is PostgreSQL's: one for all web processes, and there whenever anybody can be signed in at all.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.errors import TooManyTries
from tracker.models import SignInFailures, User
from tracker.rules import ACCOUNT_TRIES, ADDRESS_TRIES, PAIR_TRIES, Tries

FORGOTTEN = timedelta(days=1)
IPV6_SITE = 64  # bits: whoever has one address of such a network has all of them
log = logging.getLogger("tracker.sign_in")


@dataclass(frozen=True)
class Try:
    """One try of a password, counted before it is looked at, so that many at once count as many."""

    username: str
    address: str

    @classmethod
    def begin(cls, *, username: str, address: str, at: datetime) -> "Try":
        """Count a try. Raises `TooManyTries`, which counts nothing, while earlier failures bar it."""
        one = cls(username, _site(address))
        with transaction.atomic():
            keys = one._keys()
            SignInFailures.objects.bulk_create(
                [SignInFailures(account=account, address=site, count=0, last_at=at) for account, site in keys],
                ignore_conflicts=True,
            )
            rows = list(one._rows().select_for_update().order_by("pk"))
            wait = max(keys[row.account, row.address].wait(row.count, at - row.last_at) for row in rows)
            if wait:
                one._log("refused without a look at the password")
                raise TooManyTries(_sentence(wait), wait=wait)
            for row in rows:
                row.count = keys[row.account, row.address].left(row.count, at - row.last_at) + 1
                row.last_at = at
            SignInFailures.objects.bulk_update(rows, ["count", "last_at"])
        return one

    def failed(self, *, at: datetime) -> None:
        """The password was wrong, or the account closed."""
        self._log("failed")
        SignInFailures.objects.filter(last_at__lt=at - FORGOTTEN).delete()

    def succeeded(self) -> None:
        """Forget what the person mistyped here; others' failures stay counted."""
        account = _digest(self.username)
        self._rows().filter(account=account, address=self.address).delete()
        self._rows().filter(count__gt=0).update(count=F("count") - 1)
        log.info("Sign-in: account %s from %s", self.username, self.address or "nowhere")

    def _keys(self) -> dict[tuple[str, str], Tries]:
        account = _digest(self.username)
        keys = {(account, ""): ACCOUNT_TRIES}
        if self.address:
            keys |= {(account, self.address): PAIR_TRIES, ("", self.address): ADDRESS_TRIES}
        return keys

    def _rows(self) -> QuerySet[SignInFailures]:
        account = _digest(self.username)
        return SignInFailures.objects.filter(account__in=["", account], address__in=["", self.address])

    def _log(self, what: str) -> None:
        known = User.objects.filter(username=self.username).exists()
        log.warning(
            "Sign-in %s: %s from %s", what, f"account {self.username}" if known else "no such account",
            self.address or "nowhere",
        )  # fmt: skip


def forgive(username: str) -> None:
    """Let the account's next try through, wherever it comes from."""
    SignInFailures.objects.filter(account=_digest(username)).delete()


def _digest(username: str) -> str:
    return salted_hmac("tracker.sign_in", username.casefold(), algorithm="sha256").hexdigest()


def _site(address: str) -> str:
    """The address, or the network of an IPv6 one; empty where there is none."""
    try:
        found = ip_address(address.split("%", 1)[0])
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    if isinstance(found, IPv4Address) or mapped:
        return str(mapped or found)
    return str(ip_network((int(found), IPV6_SITE), strict=False).network_address)


def _sentence(wait: timedelta) -> str:
    seconds = -(-wait // timedelta(seconds=1))
    if seconds < 60:  # noqa: PLR2004 - a minute
        ask = ngettext("Wait %(n)s second, then try again.", "Wait %(n)s seconds, then try again.", seconds)
        left = ask % {"n": seconds}
    else:
        minutes = -(-seconds // 60)
        ask = ngettext("Wait %(n)s minute, then try again.", "Wait %(n)s minutes, then try again.", minutes)
        left = ask % {"n": minutes}
    refused = _("Too many tries with a wrong password.")  # not within the f-string, where no tool finds it
    return f"{refused} {left}"
