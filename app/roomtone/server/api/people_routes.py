"""The addresses of people: members of projects, links that open them, and keys."""

from __future__ import annotations

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from roomtone.server.api.take_routes import AnyRequest, Signed
from roomtone.server.asgi import TOKEN
from roomtone.server.services.devices import Keys
from roomtone.server.services.entering import Entrance
from roomtone.server.services.invites import Doors
from roomtone.server.services.people import People
from roomtone.wire.api import Id
from roomtone.wire.project.people import (
    Devices,
    Invitation,
    Invite,
    Invites,
    JoinProject,
    Key,
    Login,
    Member,
    Members,
    NewDevice,
    NewInvite,
    NewPassphrase,
    NewRole,
)


def people_routes(people: People, doors: Doors, entrance: Entrance, keys: Keys) -> list[ControllerRouterHandler]:
    """Return the handlers."""
    return [*_members(people), *_invites(doors), *_entering(doors, entrance), *_keys(keys)]


def _members(people: People) -> list[ControllerRouterHandler]:
    @get("/projects/{project:str}/members")
    async def members(project: FromPath[Id]) -> Members:
        return await people.members(project)

    @put("/projects/{project:str}/members/{member:str}")
    async def put_member(
        visitor: Signed, project: FromPath[Id], member: FromPath[Id], data: JSONBody[NewRole]
    ) -> Member:
        return await people.put_member(visitor, project, member, data)

    @delete("/projects/{project:str}/members/{member:str}", status_code=204)
    async def let_go(visitor: Signed, project: FromPath[Id], member: FromPath[Id]) -> None:
        await people.let_go(visitor, project, member)

    return [members, put_member, let_go]


def _invites(doors: Doors) -> list[ControllerRouterHandler]:
    @get("/projects/{project:str}/invites")
    async def invites(project: FromPath[Id]) -> Invites:
        return await doors.invites(project)

    @post("/projects/{project:str}/invites", status_code=200)
    async def make_invite(visitor: Signed, project: FromPath[Id], data: JSONBody[NewInvite]) -> Invite:
        return await doors.make(visitor, project, data)

    @delete("/projects/{project:str}/invites/{invite:str}", status_code=204)
    async def revoke_invite(project: FromPath[Id], invite: FromPath[Id]) -> None:
        await doors.revoke(project, invite)

    return [invites, make_invite, revoke_invite]


def _entering(doors: Doors, entrance: Entrance) -> list[ControllerRouterHandler]:
    @post("/invitation", status_code=200)
    async def invitation(data: JSONBody[JoinProject]) -> Invitation:
        return await doors.look(data.code)

    @post("/join", status_code=200)
    async def join(request: AnyRequest, data: JSONBody[JoinProject]) -> Key:
        return await entrance.join(data, str(request.scope.get(TOKEN, "")))

    @post("/login", status_code=200)
    async def login(data: JSONBody[Login]) -> Key:
        return await entrance.login(data)

    return [invitation, join, login]


def _keys(keys: Keys) -> list[ControllerRouterHandler]:
    @put("/me/passphrase", status_code=204)
    async def passphrase(visitor: Signed, data: JSONBody[NewPassphrase]) -> None:
        await keys.set_passphrase(visitor, data)

    @get("/me/devices")
    async def devices(visitor: Signed) -> Devices:
        return await keys.devices(visitor)

    @post("/me/devices", status_code=200)
    async def add_device(visitor: Signed, data: JSONBody[NewDevice]) -> Key:
        return await keys.add(visitor, data)

    @delete("/me/devices/{device:str}", status_code=204)
    async def drop_device(visitor: Signed, device: FromPath[Id]) -> None:
        await keys.drop(visitor, device)

    @post("/me/rotate", status_code=200)
    async def rotate(visitor: Signed) -> Key:
        return await keys.rotate(visitor)

    return [passphrase, devices, add_device, drop_device, rotate]
