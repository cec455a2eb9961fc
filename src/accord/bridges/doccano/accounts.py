"""Names and passwords: from the environment, from a private server's folder, or asked for.

Never from the command line, where other users can read them, and never from or to a file of the
project.
"""

import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from accord.errors import FormatError, InputError
from accord.files import read_text, write_text

URL_VARIABLE = "ACCORD_DOCCANO_URL"
USER_VARIABLE = "ACCORD_DOCCANO_USER"
PASSWORD_VARIABLE = "ACCORD_DOCCANO_PASSWORD"  # noqa: S105
DATA_VARIABLE = "ACCORD_DOCCANO_DATA"

ADMIN = "admin"
ACCOUNTS_FILE = "accounts.json"
URL_FILE = "url"

Ask = Callable[[str, bool], str | None]
"""Asks a question, hiding the answer or not; None where nobody can be asked."""


@dataclass(frozen=True)
class Login:
    """A name and its password; the password is not shown."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


@dataclass(frozen=True)
class Logins:
    """Where to log in, and how: `data` is the folder of a private server, running or not."""

    url: str
    data: Path
    variables: Mapping[str, str]
    ask: Ask

    @property
    def private(self) -> bool:
        """Whether the server is the private one of the folder."""
        return running_url(self.data) == self.url

    @property
    def unencrypted(self) -> bool:
        """Whether a password would cross a network in the clear."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1")

    def main(self) -> Login:
        """The account that pushes and pulls; InputError naming the variables if there is none."""
        user = self.variables.get(USER_VARIABLE)
        password = self.variables.get(PASSWORD_VARIABLE)
        if not user and not password and self.private:
            return Login(ADMIN, read_accounts(self.data)[ADMIN])
        user = user or self.ask(f"account at {self.url}", False)
        if user and not password:
            password = self.ask(f"password of {user} at {self.url}", True)
        if not user or not password:
            raise InputError(
                f"no login for {self.url}; set {USER_VARIABLE} and {PASSWORD_VARIABLE} in the "
                "environment, or run this in a terminal to be asked"
            )
        return Login(user, password)

    def member(self, name: str) -> Login:
        """The account of a member, to put labels into its layer."""
        variable = password_variable(name)
        password = self.variables.get(variable)
        if not password and self.private:
            password = read_accounts(self.data).get(name)
        password = password or self.ask(f"password of {name} at {self.url}", True)
        if not password:
            raise InputError(
                f"no password of {name!r}, which doccano needs to put labels into that layer; set "
                f"{variable} in the environment, or run this in a terminal to be asked"
            )
        return Login(name, password)


def password_variable(name: str) -> str:
    """The environment variable with a member's password: what is no letter or digit is "_"."""
    return f"{PASSWORD_VARIABLE}_{re.sub(r'[^A-Z0-9]', '_', name.upper())}"


def server_url(given: str | None, data: Path, variables: Mapping[str, str]) -> str:
    """The server to speak to: as given, by variable, or the private one if it runs."""
    url = given or variables.get(URL_VARIABLE) or running_url(data)
    if not url:
        raise InputError(
            f"no server: start your own with `accord doccano serve`, or name one with --server or "
            f"{URL_VARIABLE}"
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(
            f"not the address of a server: {parts._replace(netloc='...').geturl()!r}; "
            "it looks like https://doccano.example.org"
        )
    if parts.username or parts.password:
        raise InputError(
            "a password has no place in the server's address, where others can read it; set "
            f"{USER_VARIABLE} and {PASSWORD_VARIABLE} instead"
        )
    return url.rstrip("/")


def data_folder(given: Path | None, variables: Mapping[str, str]) -> Path:
    """The private server's folder: as given, by variable, or in the user's data folder."""
    if given is not None:
        return given.absolute()
    if variables.get(DATA_VARIABLE):
        return Path(variables[DATA_VARIABLE]).absolute()
    share = variables.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(share) / "accord" / "doccano"


def running_url(data: Path) -> str | None:
    """The address of the private server of a folder; None if none was started, or it stopped."""
    path = data / URL_FILE
    return read_text(path).strip() or None if path.exists() else None


def read_accounts(data: Path) -> dict[str, str]:
    """Passwords by name, of a private server's folder."""
    path = data / ACCOUNTS_FILE
    try:
        accounts = json.loads(read_text(path))
        return {str(name): str(password) for name, password in accounts.items()}
    except (ValueError, AttributeError) as error:
        raise FormatError(f"not a list of accounts: {error}", path=path) from None


def make_accounts(data: Path, names: tuple[str, ...]) -> dict[str, str]:
    """The accounts of a private server, with new ones and random passwords for `names`."""
    path = data / ACCOUNTS_FILE
    accounts = read_accounts(data) if path.exists() else {}
    for name in (ADMIN, *names):
        if not re.fullmatch(r"[\w@+-][\w.@+-]{0,149}", name):
            raise InputError(f"{name!r} is no account's name: letters, digits and @ . + - _ only")
        accounts.setdefault(name, secrets.token_urlsafe(18))
    write_private(path, json.dumps(accounts, indent=2) + "\n")
    return accounts


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first moment on."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    path.chmod(0o600)
    write_text(path, text)  # keeps the file's mode
