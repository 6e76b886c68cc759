"""``roomtone server``: starting, announcing, ending, accounts, check."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from roomtone.foundation.paths import Home
from roomtone.foundation.workers import spawn
from roomtone.server.command import run
from roomtone.server.running import read_announcement
from roomtone.wire.digest import digest_of
from tests.rigs import processes
from tests.rigs.processes import Program, until
from tests.server.rig import Client, Keeping, RunningServer


def server_argv(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "roomtone", "--home", str(home), "server", *arguments]


def test_the_embedded_server_is_found_by_its_announcement_and_token(tmp_path: Path) -> None:
    announce, token = tmp_path / "where.json", tmp_path / "run" / "token"
    argv = server_argv(tmp_path, "run", "--port", "0", "--announce", str(announce), "--owner-token", str(token))
    with Program([*argv, "--owner-name", "Ana"]) as program:
        program.wait_for_line("listens at")
        told = json.loads(announce.read_text())
        assert told["pid"] == program.pid
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        first = token.read_text().strip()
        assert Client(told["url"], first).get("/api/me").json["name"] == "Ana"
        program.end()
    assert not announce.exists()
    with Program(argv) as program:
        program.wait_for_line("listens at")
        assert token.read_text().strip() == first
        token.write_text("damaged")
        program.end()
    with Program([*argv, "--owner-name", "Ana"]) as program:
        program.wait_for_line("listens at")
        url = json.loads(announce.read_text())["url"]
        assert Client(url, token.read_text().strip()).get("/api/me").json["name"] == "Ana"


def test_a_detached_server_is_ready_when_its_starter_returns(home: Home) -> None:
    arguments = ["server", "run", "--port", "0", "--owner-token", str(home.run / "server.token")]
    assert spawn.start(home, arguments, "server")
    told = read_announcement(home.server)
    assert told is not None
    try:
        token = (home.run / "server.token").read_text().strip()
        assert Client(told.url, token).get("/api/me").status == 200
        assert not spawn.start(home, arguments, "server")
    finally:
        processes.kill(told.pid)


def test_a_second_server_over_the_same_data_is_refused(server: RunningServer) -> None:
    with Program([*server_argv(server.folder, "run", "--port", "0"), "--data", str(server.data)]) as second:
        assert second.wait() == 1
        assert "Another one already uses" in second.output
    assert server.client().get("/api/me").status == 200


def test_a_taken_port_is_explained(server: RunningServer, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with Program(server_argv(other, "run", "--port", str(server.port))) as second:
        assert second.wait() == 1
        assert f"cannot listen at 127.0.0.1:{server.port}" in second.output


def test_an_idle_server_ends_by_itself_but_not_under_an_open_stream(tmp_path: Path) -> None:
    with RunningServer(tmp_path, arguments=["--idle-exit", "0.6"]) as server:
        client = server.client()
        project = client.project()
        with client.bare() as stream:
            stream.sendall(client.head("GET", f"/api/projects/{project}/events", []))
            assert stream.recv(100).startswith(b"HTTP/1.1 200")
            # A whole idle time goes by on its clock, and it still answers.
            for _ in range(20):
                assert client.get("/api/about").status == 200
        assert server.program.wait() == 0


def test_accounts_are_added_listed_and_locked_out(server: RunningServer) -> None:
    project = server.client().project()
    added = server.command("user", "add", "Ana", "--project", project)
    assert added["url"] == f"{server.url}/#token={added['token']}"
    ana = server.client(added["token"])
    assert [found["id"] for found in ana.get("/api/projects").json["projects"]] == [project]
    assert [account["name"] for account in server.command("user", "list")["accounts"]] == ["Ana", "Owner"]
    second = server.client(server.command("user", "token", "Ana")["token"])
    assert second.get("/api/me").json["name"] == "Ana"
    assert server.command("user", "revoke", "Ana") == {"revoked": 2}
    assert {ana.get("/api/me").status, second.get("/api/me").status} == {401}


def test_a_link_is_made_for_a_project_of_a_running_server(server: RunningServer) -> None:
    owner = server.client()
    project = owner.project()
    made = server.command("invite", "--project", project, "--role", "reviewer", "--days", "1", "--uses", "1")
    url, code = made["url"].split("#")
    assert url == f"{server.url}/join"
    wanted = {"code": code, "name": "Mika", "passphrase": "correct horse"}
    joined = Client(server.url, "").post("/api/join", wanted).json
    assert (joined["project"], joined["role"]) == (project, "reviewer")
    assert server.client(joined["token"]).get(f"/api/projects/{project}").status == 200
    assert Client(server.url, "").post("/api/join", wanted | {"name": "Eve"}).code == "unknown-invite"
    accounts = server.command("user", "list")["accounts"]
    assert [set(account) for account in accounts] == [{"id", "name", "created", "guest"}] * 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["user", "add", "Ana", "--project", "0" * 32], 1, "no such project"),
        (["user", "add", ""], 2, "1 to 100 letters"),
        (["user", "token", "Nobody"], 1, "no such account"),
        (["user", "revoke", "Nobody"], 1, "no such account"),
        (["invite", "--project", "0" * 32], 1, "no such project"),
        (["invite", "--project", "0" * 32, "--days", "366"], 2, "out of its range"),
        (["invite", "--project", "0" * 32, "--role", "owner"], 2, "invalid choice"),
        (["run", "--quota", "0"], 2, "--quota"),
        (["run", "--idle-exit", "0"], 2, "--idle-exit"),
        (["run", "--port", "x"], 2, "invalid int"),
        (["fly"], 2, "invalid choice"),
        ([], 2, "required"),
    ],
)
def test_wrong_usage_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert run(str(tmp_path), arguments) == code
    assert said in capsys.readouterr().err


def test_errors_are_documents_with_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path), ["user", "token", "Nobody", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "unknown-account"


def test_check_finds_what_is_missing_or_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RunningServer(tmp_path) as server:
        client = server.client()
        body = os.urandom(2_000_000)
        files = []
        for _ in range(3):
            take, track = client.track()
            client.append(client.upload(len(body), {"take": take, "track": track}), 0, body)
            client.seal(take, track, len(body), digest_of(body))
            (found,) = (server.data / "store").rglob(f"{take}-*")
            files.append(found)
        looking = ["check", "--json", "--data", str(server.data)]
        assert run(str(server.folder), [*looking, "--deep"]) == 0
        assert json.loads(capsys.readouterr().out) == {"tracks": 3, "bytes": 6_000_000, "unfinished": 0, "faults": []}
        files[0].unlink()
        os.truncate(files[1], 1000)
        with files[2].open("r+b") as file:
            file.seek(1_500_000)
            file.write(b"changed")
        assert run(str(server.folder), looking) == 1
        assert len(json.loads(capsys.readouterr().out)["faults"]) == 2
        assert run(str(server.folder), [*looking, "--deep"]) == 1
        assert len(json.loads(capsys.readouterr().out)["faults"]) == 3


def test_tokens_are_kept_as_hashes_only(server: RunningServer) -> None:
    token = server.token.encode()
    assert until(lambda: server.client().get("/api/me").status == 200, 5, "an answer")
    for path in server.data.rglob("*"):
        assert not path.is_file() or token not in path.read_bytes()


def test_accounts_and_checks_reach_a_database_and_a_store_elsewhere(tmp_path: Path, kept_outside: Keeping) -> None:
    with RunningServer(tmp_path, keeping=kept_outside) as server:
        ana = server.another_account("Ana")
        assert ana.get("/api/me").json["name"] == "Ana"
        assert [one["name"] for one in server.command("user", "list")["accounts"]] == ["Ana", "Owner"]
        assert server.command("check")["faults"] == []
        # What is kept elsewhere is not kept here, too.
        assert not list(server.data.glob("*.sqlite*"))
        assert not (server.data / "store").exists()


@pytest.mark.parametrize(
    ("option", "url"),
    [("--database", "mysql://ana:hush@host/x"), ("--store", "s3://ana:hush@host/x"), ("--store", "x")],
)
def test_an_address_that_is_not_understood_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, url: str
) -> None:
    assert run(str(tmp_path), ["check", option, url]) == 2
    said = capsys.readouterr()
    assert "not understood" in said.err
    assert "hush" not in said.err + said.out


def test_a_database_that_does_not_answer_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"postgresql://ana:hush@127.0.0.1:{processes.free_port()}/x"
    assert run(str(tmp_path), ["check", "--database", url]) == 1
    said = capsys.readouterr()
    assert "The database was not opened" in said.err
    assert "hush" not in said.err + said.out


def _knock(client: Client, address: str) -> int:
    body = b'{"code": "no such link"}'
    headers = [("Content-Type", "application/json"), ("X-Forwarded-For", address)]
    return client.ask("POST", "/api/invitation", headers, body).status


def _knock_in_vain(client: Client, address: str) -> bool:
    return any(_knock(client, address) == 429 for _ in range(2000))


def test_a_proxy_is_believed_when_it_says_who_asks(tmp_path: Path) -> None:
    with RunningServer(tmp_path, arguments=("--proxy", "10.0.0.7", "--proxy", "127.0.0.0/8")) as server:
        client = server.client()
        assert _knock_in_vain(client, "192.0.2.1")
        assert _knock(client, "192.0.2.2") != 429
        assert _knock_in_vain(client, "192.0.2.3, 10.0.0.7"), "the nearest that is no proxy of ours is who asks"
        assert _knock(client, "192.0.2.4, 10.0.0.7") != 429


def test_nobody_else_says_who_asks(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        client = server.client()
        assert any(_knock(client, f"192.0.2.{number % 250}") == 429 for number in range(2000))


def test_a_proxy_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path), ["run", "--proxy", "proxy.example"]) == 2
    assert "“proxy.example” is no address" in capsys.readouterr().err
