"""A PostgreSQL for one machine, of which nobody but Bilik knows the password."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bilik.errors import SettingsError
from bilik.services.files import write_secret_file
from bilik.storage.database import Database

NAME = "bilik"
"""Of its user and its database."""


@dataclass(frozen=True)
class Postgres:
    """A server whose files are in ``directory``, and whose programs are in ``programs``.

    PostgreSQL refuses to run as root: there it runs as the system's own user for it, or as nobody.
    """

    programs: Path
    directory: Path
    port: int

    @property
    def data(self) -> Path:
        """Where the databases are."""
        return self.directory / "data"

    @property
    def user(self) -> str:
        """As whom it runs."""
        if os.getuid() != 0:
            return pwd.getpwuid(os.getuid()).pw_name
        known = {one.pw_name for one in pwd.getpwall()}
        return "postgres" if "postgres" in known else "nobody"

    @property
    def url(self) -> str:
        """As the servers reach it."""
        return self._url(NAME)

    def _url(self, database: str) -> str:
        password = (self.directory / "sandi").read_text()
        return f"postgresql://{NAME}:{password}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Its files, unless they are there.

        Raises:
            SettingsError: they cannot be made.
        """
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.directory, ignore_errors=True)  # left half done
        self.directory.mkdir(mode=0o700, parents=True)
        write_secret_file(self.directory / "sandi", secrets.token_urlsafe(24))
        self._let_in()
        password = f"--pwfile={self.directory / 'sandi'}"
        self._run(
            "initdb", "-D", str(self.data), "-U", NAME, "-A", "scram-sha-256", password,
            "-E", "UTF8", "--locale=C", "--no-instructions",
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\n")
            # A statement that fails holds what a voter's row does, and its line has the hour.
            file.write("log_min_error_statement = panic\nlog_error_verbosity = terse\n")

    @contextmanager
    def running(self) -> Iterator[None]:
        """As long as this lasts, it answers; the database is there.

        Raises:
            SettingsError: it does not start.
        """
        log = str(self.directory / "mulai.log")
        self._run("pg_ctl", "-D", str(self.data), "-o", f"-p {self.port}", "-l", log, "-w", "start")
        try:
            self._create()
            yield
        finally:
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def _create(self) -> None:
        database = Database(self._url("postgres"))
        with database.engine.connect() as connection:
            # A database cannot be made within a transaction.
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            query = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if outside.execute(query, {"name": NAME}).first() is None:
                outside.execute(text(f"CREATE DATABASE {NAME}"))
        database.close()

    def _let_in(self) -> None:
        """Let the server's user into its directory, where that is not ours."""
        if os.getuid() != 0:
            return
        for path in (self.directory, self.directory / "sandi"):
            shutil.chown(path, self.user)
        for above in self.directory.parents:
            mode = above.stat().st_mode
            if not mode & 0o001:
                above.chmod(mode | 0o001)  # to pass through, not to look around

    def _run(self, program: str, *arguments: str) -> None:
        is_root = os.getuid() == 0
        try:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                check=False,
                user=self.user if is_root else None,
                group=pwd.getpwnam(self.user).pw_gid if is_root else None,
            )
        except OSError as error:
            raise SettingsError(f"PostgreSQL tidak bisa dijalankan: {error.strerror}.") from None
        if done.returncode:
            raise SettingsError(
                f"PostgreSQL tidak bisa disiapkan di {self.directory}. Pastikan foldernya bisa "
                f"dimasuki pengguna {self.user}, atau isi BILIK_DATABASE_URL dengan postgresql://…"
            )
