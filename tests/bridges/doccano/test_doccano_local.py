"""What needs no doccano: logins, choices, environments, the private server's folder."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from typer.testing import CliRunner

from accord.bridges.doccano import environment as environments
from accord.bridges.doccano import serve
from accord.bridges.doccano.accounts import (
    Login,
    Logins,
    data_folder,
    make_accounts,
    password_variable,
    read_accounts,
    server_url,
)
from accord.bridges.doccano.conflicts import PULL, PUSH, choices
from accord.bridges.doccano.environment import environment, folder_of_environments
from accord.bridges.doccano.errors import InstallError, ServerError
from accord.cli.main import app
from accord.errors import ConflictError, FormatError, InputError


def nobody(question, hidden):
    return None


def test_the_server_is_the_named_one_or_the_private_one_that_runs(tmp_path):
    with pytest.raises(InputError, match=r"accord doccano serve.*ACCORD_DOCCANO_URL"):
        server_url(None, tmp_path, {})
    (tmp_path / "url").write_text("http://127.0.0.1:8000\n")
    assert server_url(None, tmp_path, {}) == "http://127.0.0.1:8000"
    variables = {"ACCORD_DOCCANO_URL": "https://labels.example/"}
    assert server_url(None, tmp_path, variables) == "https://labels.example"
    assert server_url("http://a.example", tmp_path, variables) == "http://a.example"
    for wrong in ("labels.example", "ftp://a.example", "http://"):
        with pytest.raises(InputError, match="not the address of a server"):
            server_url(wrong, tmp_path, {})
    with pytest.raises(InputError, match="a password has no place") as error:
        server_url("https://ann:geheim@labels.example", tmp_path, {})
    assert "geheim" not in str(error.value)


def test_logins_come_from_the_environment_the_folder_or_a_prompt(tmp_path):
    url = "http://127.0.0.1:8000"
    with pytest.raises(InputError, match="ACCORD_DOCCANO_USER and ACCORD_DOCCANO_PASSWORD"):
        Logins(url, tmp_path, {}, nobody).main()
    make_accounts(tmp_path, ("ann",))
    (tmp_path / "url").write_text(url)
    private = Logins(url, tmp_path, {}, nobody)
    assert private.main() == Login("admin", read_accounts(tmp_path)["admin"])
    assert private.member("ann").password == read_accounts(tmp_path)["ann"]
    given = {
        "ACCORD_DOCCANO_USER": "eve",
        "ACCORD_DOCCANO_PASSWORD": "1",
        "ACCORD_DOCCANO_PASSWORD_ANN_B": "2",
    }
    assert Logins(url, tmp_path, given, nobody).main() == Login("eve", "1")
    assert password_variable("ann.b") == "ACCORD_DOCCANO_PASSWORD_ANN_B"
    assert Logins(url, tmp_path, given, nobody).member("ann.b") == Login("ann.b", "2")
    elsewhere = Logins("http://a.example", tmp_path, {}, nobody)
    with pytest.raises(InputError, match="ACCORD_DOCCANO_PASSWORD_ANN in the environment"):
        elsewhere.member("ann")
    asked = []

    def somebody(question, hidden):
        asked.append((question, hidden))
        return "x"

    assert Logins("http://a.example", tmp_path, {}, somebody).main() == Login("x", "x")
    assert [hidden for _, hidden in asked] == [False, True]
    assert "geheim" not in repr(Login("ann", "geheim"))
    assert elsewhere.unencrypted
    assert not private.unencrypted


def test_accounts_have_passwords_of_their_own_in_a_closed_file(tmp_path):
    accounts = make_accounts(tmp_path, ("ann", "bob.b"))
    path = tmp_path / "accounts.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert set(accounts) == {"admin", "ann", "bob.b"}
    assert len(set(accounts.values())) == 3
    assert min(map(len, accounts.values())) >= 24
    assert make_accounts(tmp_path, ("ann",)) == accounts
    for wrong in ("a b", "", "../x", "ä/ö", ".hidden"):
        with pytest.raises(InputError, match="no account's name"):
            make_accounts(tmp_path, (wrong,))
    path.write_text("[")
    with pytest.raises(FormatError, match="not a list of accounts"):
        read_accounts(tmp_path)


def test_choices_are_known_words_and_agree():
    assert choices(["text-changed=skip", "deleted=keep"], PULL) == {
        "text-changed": "skip",
        "deleted": "keep",
    }
    with pytest.raises(InputError, match=r"no conflict is called 'nonsense'; there are: text-ch"):
        choices(["nonsense=x"], PULL)
    with pytest.raises(InputError, match="text-changed is resolved by skip or add, not 'realign'"):
        choices(["text-changed=realign"], PUSH)
    with pytest.raises(InputError, match="deleted is resolved in two ways"):
        choices(["deleted=keep", "deleted=remove"], PULL)


def test_folders_are_as_given_by_variable_or_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder_of_environments(None, {}) == tmp_path / ".cache/accord/doccano"
    assert folder_of_environments(None, {"XDG_CACHE_HOME": "/c"}).as_posix() == "/c/accord/doccano"
    assert folder_of_environments(None, {"ACCORD_DOCCANO_ENV": "/e"}).as_posix() == "/e"
    assert data_folder(None, {}) == tmp_path / ".local/share/accord/doccano"
    assert data_folder(None, {"ACCORD_DOCCANO_DATA": "/d"}).as_posix() == "/d"
    assert data_folder(None, {"XDG_DATA_HOME": "/s"}).as_posix() == "/s/accord/doccano"


class Installer:
    """Stands for venv and pip: `fail` raises in pip's place once."""

    def __init__(self, monkeypatch, tmp_path):
        self.steps = []
        self.fail = None
        self.base = tmp_path / "envs"
        monkeypatch.setattr(environments, "_run", self.run)
        monkeypatch.setattr(environments, "_PROBES", {"client": "pass"})

    def run(self, command, log, total, listener, stage):
        self.steps.append(stage)
        if stage == "environment":
            python = command[-1] / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)
        elif self.fail is not None:
            fail, self.fail = self.fail, None
            raise fail

    def __call__(self):
        notes = []
        python = environment("client", self.base, notes.append, lambda step: None)
        return python, notes


@pytest.fixture
def installer(monkeypatch, tmp_path):
    return Installer(monkeypatch, tmp_path)


def test_an_environment_is_made_once(installer):
    python, notes = installer()
    assert python.exists()
    assert "making the environment of doccano's client" in notes[0]
    assert installer() == (python, [])
    assert installer.steps == ["environment", "packages"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), InstallError("no space")])
def test_an_interrupted_installation_goes_on(installer, failure):
    installer.fail = failure
    with pytest.raises(type(failure)):
        installer()
    installer()
    assert installer.steps == ["environment", "packages", "packages"]


def test_an_environment_that_no_longer_starts_is_made_anew(installer):
    python, _ = installer()
    python.unlink()
    python.symlink_to("/nowhere")
    installer()
    assert installer.steps == ["environment", "packages"] * 2


def test_another_list_of_packages_makes_another_environment(installer, monkeypatch, tmp_path):
    first, _ = installer()
    (tmp_path / "list.txt").write_text("other==1\n")
    monkeypatch.setattr(environments, "_LISTS", {"client": tmp_path / "list.txt"})
    second, _ = installer()
    assert first.parent.parent != second.parent.parent
    assert first.exists()


def test_an_environment_without_its_packages_is_told(installer, monkeypatch):
    monkeypatch.setattr(environments, "_PROBES", {"client": "import no_such_module_here"})
    with pytest.raises(InstallError, match=r"does not start: .*no_such_module_here"):
        installer()


def test_two_at_once_make_one(installer):
    threads = [threading.Thread(target=installer) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert installer.steps == ["environment", "packages"]


def test_pips_last_words_are_passed_on(tmp_path):
    steps = []
    lines = "Collecting one\nCollecting two (from one)\nERROR: no such version"
    command = ["/bin/sh", "-c", f"echo '{lines}'; exit 1"]
    with pytest.raises(InstallError, match="ERROR: no such version"):
        environments._run(command, tmp_path / "log", 2, steps.append, "packages")
    assert [(step.done, step.total) for step in steps] == [(1, 2), (2, 2)]
    assert "Collecting one" in (tmp_path / "log").read_text()


def test_the_lists_pin_every_package():
    for path in environments._LISTS.values():
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        assert all("==" in line or line == "setuptools<81" for line in lines), path
        assert not any("/" in line for line in lines)


ANSWERS = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
IDLES = "import signal; signal.pause()"


@pytest.fixture
def fake_doccano(monkeypatch, tmp_path):
    """A folder and a server of two plain processes in doccano's place."""

    def commands(python, port):
        return {
            "tasks": [sys.executable, "-c", IDLES],
            "web": [sys.executable, "-c", ANSWERS, str(port)],
        }

    monkeypatch.setattr(serve, "_commands", commands)
    monkeypatch.setattr(serve, "_prepare", lambda *arguments: None)
    monkeypatch.setattr(serve, "_backend", lambda python: tmp_path)
    return tmp_path / "data"


def serving(data, **options):
    given = {"port": 0, "annotators": (), "note": lambda note: None, **options}
    return serve.serving(tmp(data), data, **given)


def tmp(data):
    return data.parent / "python"


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_serving_ends_with_the_block_and_leaves_no_process(fake_doccano):
    data = fake_doccano
    with serving(data) as running:
        pids = [process.pid for process in running.processes.values()]
        assert (data / "url").read_text().strip() == running.url
        assert running.wait(0) is None
        (data / "media" / "x.zip").write_text("an export")
        for name in ("one", "two"):
            (data / "media" / name).mkdir()
            (data / "media" / name / "x").write_text("an import")
        serve.clear_uploads(data, ["one"])
        assert [path.name for path in (data / "media").iterdir() if path.is_dir()] == ["two"]
    assert not any(map(alive, pids))
    assert not (data / "url").exists()
    assert [*(data / "media").iterdir()] == []
    assert data.stat().st_mode & 0o777 == 0o700
    key = (data / "secret.key").read_text()
    with serving(data):
        assert (data / "secret.key").read_text() == key


def test_a_process_that_ends_is_named(fake_doccano):
    with serving(fake_doccano) as running:
        running.processes["tasks"].send_signal(signal.SIGKILL)
        running.processes["tasks"].wait()
        assert running.wait(5) == "tasks"


def test_what_a_crash_left_behind_is_ended_at_the_next_start(fake_doccano):
    data = fake_doccano
    left = subprocess.Popen([sys.executable, "-c", IDLES], start_new_session=True)  # noqa: S603
    other = subprocess.Popen([sys.executable, "-c", IDLES], start_new_session=True)  # noqa: S603
    with serving(data):
        pass
    marks = {"web": [left.pid, serve._started(left.pid)], "tasks": [other.pid, "1"]}
    (data / "processes.json").write_text(json.dumps(marks))
    threading.Thread(target=left.wait).start()
    with serving(data):
        assert not alive(left.pid)
        assert alive(other.pid)  # its number was another's
    other.kill()
    other.wait()


def test_one_folder_is_served_once_and_a_strange_one_not_at_all(fake_doccano, tmp_path):
    with (
        serving(fake_doccano) as running,
        pytest.raises(ConflictError, match=f"served already, at {running.url}"),
        serving(fake_doccano),
    ):
        pass
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds something else"), serving(tmp_path / "strange"):
        pass
    with pytest.raises(InputError, match="database's address"), serving(tmp_path / "a%b"):
        pass


def test_a_port_that_is_taken_is_named(fake_doccano, tmp_path):
    with serving(fake_doccano) as running:
        port = int(running.url.rpartition(":")[2])
        with (
            pytest.raises(InputError, match=f"the port {port} is taken"),
            serving(tmp_path / "second", port=port),
        ):
            pass


def test_a_server_that_does_not_start_says_why(fake_doccano, monkeypatch):
    words = "import sys; sys.exit('no such table')"
    commands = {"tasks": [sys.executable, "-c", IDLES], "web": [sys.executable, "-c", words]}
    monkeypatch.setattr(serve, "_commands", lambda python, port: commands)
    with pytest.raises(ServerError, match="did not start:\nno such table"), serving(fake_doccano):
        pass
    assert not (fake_doccano / "url").exists()


def test_settings_of_the_caller_do_not_reach_the_server(fake_doccano, monkeypatch):
    for name in ("SECRET_KEY", "DATABASE_URL", "DJANGO_X", "PYTHONPATH", "STANDALONE", "DEBUG"):
        monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("ACCORD_DOCCANO_PASSWORD", "theirs")
    fake_doccano.mkdir()
    (fake_doccano / "conf").mkdir()
    variables = serve._variables(tmp(fake_doccano), fake_doccano)
    assert "theirs" not in variables.values()
    assert len(variables["SECRET_KEY"]) >= 48
    assert "STANDALONE" not in variables


@pytest.mark.parametrize("command", ["push", "pull", "status", "serve", "install"])
def test_each_command_has_a_help_page_and_no_option_for_a_password(command):
    result = CliRunner().invoke(app, ["doccano", command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert "--password" not in result.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["push", "--layer", "gold", "--model", "x"], "--layer or from --model"),
        (["push", "--layer", "none"], "no layer 'none'; layers are: gold"),
        (["push", "--resolve", "x=y"], "no conflict is called 'x'"),
        (["push", "--split", "none"], "no document matches 'none'"),
        (["pull", "--as", "ann"], "--as takes MEMBER=LAYER, not 'ann'"),
        (["pull", "--as", "a=x", "--as", "b=x"], "two members cannot share the layer 'x'"),
        (["push"], "no server: start your own with `accord doccano serve`"),
    ],
)
def test_wrong_words_are_told_before_anything_is_installed(
    root, tmp_path, monkeypatch, words, reason
):
    for name in [name for name in os.environ if name.startswith("ACCORD_DOCCANO_")]:
        monkeypatch.delenv(name)
    where = ["--root", str(root), "--project", "x", "--data", str(tmp_path / "none")]
    result = CliRunner().invoke(
        app, ["doccano", *words, *where, "--environments", str(tmp_path / "envs")]
    )
    assert reason in str(result.exception)
    assert not (tmp_path / "envs").exists()
