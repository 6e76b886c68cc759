"""From a project as this computer knows it to all that a face shows of it: pure, no I/O."""

from __future__ import annotations

from roomtone.studio.together_facts import Facts
from roomtone.studio.together_people import offline_line, people_view, queued_views
from roomtone.studio.together_project import answering_view, choices_of, project_view
from roomtone.studio.together_review import review_view
from roomtone.studio.together_snapshot import InvitationView, TogetherView
from roomtone.studio.together_today import today_view


def together_view(facts: Facts, answering: str = "", invitation: InvitationView | None = None) -> TogetherView:
    """Return everything that people do together; ``answering`` is the call that the next take answers."""
    return TogetherView(
        projects=choices_of(facts),
        today=today_view(facts),
        project=project_view(facts),
        review=review_view(facts),
        people=people_view(facts, invitation),
        answering=answering_view(facts, answering),
        queued=queued_views(facts.document),
        offline_line=offline_line(facts.document),
    )
