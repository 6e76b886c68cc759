"""What somebody may do in the project, changed so that it can be taken back."""

from __future__ import annotations

from collections.abc import Callable

from roomtone.studio.company import Company
from roomtone.studio.queueing import QueueThread
from roomtone.studio.take_list import TakeList
from roomtone.studio.together import Together
from roomtone.wire.project.people import Role


class Roles:
    """It belongs to ``slow``, the thread that may wait for the server; the server alone decides about roles."""

    def __init__(self, together: Together, company: Company, takes: TakeList, slow: QueueThread) -> None:
        self._together = together
        self._company = company
        self._takes = takes
        self._slow = slow

    def give(self, account: str, role: Role) -> None:
        """Make somebody something else; ``undo`` makes them what they were. Raises ``RoomtoneError``."""
        state = self._together.document().state
        project, before, name = state.id, state.role(account), state.name(account)
        self._set(project, account, role)
        if before is not None and before is not role:
            self._takes.undoable(f"{name} is {_named(role)} now", self._back(project, account, before))
        self._company.load_people()

    def _back(self, project: str, account: str, role: Role) -> Callable[[], None]:
        def back() -> None:
            # Whoever looks at another project by now takes it back in the one where it was done.
            self._set(project, account, role)
            self._company.load_people()

        return lambda: self._slow.put(back)

    def _set(self, project: str, account: str, role: Role) -> None:
        self._together.workshop.sync().set_role(project, account, role)


def _named(role: Role) -> str:
    return f"an {role.value}" if role is Role.OWNER else f"a {role.value}"
