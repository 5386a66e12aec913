"""What stands beside a milestone's dates: what it waits for and who waits, its evidence, what is asked of it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from initiatives.models import ChangeRequest, Evidence, MilestoneDependency
from initiatives.rules.milestones import still_open
from tracker.models import User


@dataclass(frozen=True)
class MilestoneFacts:
    """Of one milestone, within a person's scopes: `needs` and `dependents` are dependencies, `evidence` is newest
    first and includes what was withdrawn, `requests` are all that were made for a new baseline, newest first."""

    needs: list[MilestoneDependency] = field(default_factory=list)
    dependents: list[MilestoneDependency] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    requests: list[ChangeRequest] = field(default_factory=list)

    @property
    def request(self) -> ChangeRequest | None:
        """The request that waits for a decision."""
        return next((request for request in self.requests if not request.decision), None)

    def unmet_on(self, day: date) -> list[MilestoneDependency]:
        """Of what it waits for, what had not been met by the end of that day; what was cancelled by then is waited for
        no longer."""
        return [row for row in self.needs if still_open(row.needs.actual_on, row.needs.cancelled_on, on=day)]

    @property
    def decided(self) -> list[ChangeRequest]:
        """Requests that were decided or withdrawn, newest first."""
        return [request for request in self.requests if request.decision]


def milestone_facts(milestones: Collection[int], *, user: User) -> dict[int, MilestoneFacts]:
    """Facts by the key of the milestone, for every key; four queries, however many there are."""
    facts: dict[int, MilestoneFacts] = defaultdict(MilestoneFacts)
    dependencies = MilestoneDependency.objects.visible_to(user).for_list()
    for row in dependencies.filter(milestone__in=milestones):
        facts[row.milestone_id].needs.append(row)
    for row in dependencies.filter(needs__in=milestones):
        facts[row.needs_id].dependents.append(row)
    for evidence in Evidence.objects.visible_to(user).filter(milestone__in=milestones).for_list():
        facts[evidence.milestone_id or 0].evidence.append(evidence)
    for request in ChangeRequest.objects.visible_to(user).filter(milestone__in=milestones).for_list():
        facts[request.milestone_id].requests.append(request)
    return {key: facts[key] for key in milestones}
