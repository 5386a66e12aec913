"""Every refusal that the API gives, by its stable code."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Refusal:
    """Codes that mean alike, their status, and why."""

    status: str
    codes: tuple[str, ...]
    why: Promise


REFUSALS: Sequence[Refusal] = (
    Refusal("400", ("bad_as_of",), _("`as_of` is malformed, in the future, or before the history begins")),
    Refusal(
        "400", ("unknown_filter", "bad_filter", "unknown_field", "bad_page", "bad_ordering", "bad_point", "bad_since",
                "no_scope"),
        _("a parameter; `fields` says which, and what to write"),
    ),
    Refusal("400", ("invalid", "malformed"), _("the body; `fields` says what to change, of an array `errors`")),
    Refusal("400", ("bad_count",), _("an array of no rows, or of more than 1,000")),
    Refusal("400", ("bad_key", "bad_if_match"), _("the header that `fields` names")),
    Refusal("400", ("token_in_address",), _("a token stood in an address: it is revoked, since others may read it")),
    Refusal("401", ("not_signed_in",), _("no token, or one that is unknown, expired or revoked")),
    Refusal("403", ("not_allowed",), _("you may see this but not do it, or have no role, or the token may only read")),
    Refusal("403", ("own_request", "not_own_request"), _("nobody decides their own request, or withdraws another’s")),
    Refusal("403", ("not_a_lead", "own_update"), _("nobody approves what they had a hand in")),
    Refusal(
        "404", ("not_found", "no_such_scope", "no_such_rollup"),
        _("not there, or not for you to see: the two look the same"),
    ),
    Refusal("405", ("method_not_allowed",), _("nothing of that kind can be done there")),
    Refusal(
        "409", ("week_locked", "week_not_open", "no_such_week", "older_week_first", "approved", "submitted",
                "not_submitted"),
        _("the rules of the weeks"),
    ),
    Refusal(
        "409", ("milestone_closed", "milestone_open", "request_waits", "decided", "removed"),
        _("the rules of milestones and change requests"),
    ),
    Refusal(
        "409", ("reversed", "part_of_transfer", "negative_authority"),
        _("the rules of the ledger"),
    ),
    Refusal(
        "409", ("superseded", "withdrawn", "changed"),
        _("another one stands in its place, or it is not as you read it"),
    ),
    Refusal(
        "409", ("export_over", "export_queue_full", "export_quota", "no_file"),
        _("files in the background: too many, too large, or not kept any more"),
    ),
    Refusal("409", ("past_is_read_only",), _("a write that names a past moment")),
    Refusal("409", ("conflict",), _("another rule of the plan; the title says which")),
    Refusal("410", ("access_changed",), _("what you may see has changed since: read the list whole once more")),
    Refusal("412", ("edit_conflict",), _("somebody else changed the same fields; `conflicts` has both")),
    Refusal("413", ("too_big",), _("the body is too long")),
    Refusal("415", ("not_json",), _("the body is no JSON (for evidence also no form)")),
    Refusal("416", ("no_such_range",), _("the file has no such part")),
    Refusal("422", ("make_it_a_job",), _("more than is made while you wait; `job` is the request for the background")),
    Refusal("422", ("key_reused",), _("the `Idempotency-Key` was given to another write")),
    Refusal("428", ("precondition_required",), _("the row is there, and you do not say which revision of it you read")),
    Refusal("429", ("too_many_requests", "too_many_exports"), _("too much at once; `Retry-After` says when again")),
    Refusal("503", ("busy",), _("somebody else is writing; send the same again after `Retry-After` seconds")),
    Refusal("507", ("no_room",), _("the server has no room for the file")),
)  # fmt: skip
