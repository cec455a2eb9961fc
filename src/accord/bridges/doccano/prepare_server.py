"""Prepares the database of a private doccano: a stand-alone script of the server's environment.

Makes or migrates the tables, the roles, and the task queue's tables (which the web server and the
task worker would otherwise make at once), and sets the accounts' passwords. Reads from standard
input ``{"accounts": {"NAME": {"password": "...", "admin": true}}}``; the settings come from the
environment, as for the server itself.
"""

import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Prepare the database under $DOCCANO_HOME."""
    wanted: dict[str, dict[str, Any]] = json.load(sys.stdin)["accounts"]
    with sqlite3.connect(Path(os.environ["DOCCANO_HOME"]) / "db.sqlite3") as database:
        database.execute("pragma journal_mode=wal")
    import django  # type: ignore[import-not-found]

    django.setup()
    from config.celery import app  # type: ignore[import-not-found]
    from django.contrib.auth import get_user_model  # type: ignore[import-not-found]
    from django.core.management import call_command  # type: ignore[import-not-found]

    call_command("migrate", verbosity=0)
    call_command("create_roles")
    with app.connection_for_write() as broker:
        broker.SimpleQueue("celery").close()
    for name, account in wanted.items():
        user, created = get_user_model().objects.get_or_create(username=name)
        # Whoever changed a password on the page keeps it; only the file's owner may set it anew.
        if created or account["admin"]:
            user.set_password(account["password"])
        if account["admin"]:
            user.is_staff = user.is_superuser = True
        user.is_active = True
        user.save()


if __name__ == "__main__":
    main()
