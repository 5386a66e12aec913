"""The servers that one start needs, and the environment that its commands get."""

from collections.abc import Mapping

from config.embedded.home import Home
from config.embedded.postgres import Postgres
from config.embedded.supervision import Child, Supervisor
from config.embedded.valkey import Valkey

PROGRAMS = "TRACKER_POSTGRES_PROGRAMS"
"""Names the directory of psql, pg_dump and their like, of the server's own version."""

CONTRACT = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "STATIC_ROOT", PROGRAMS)


class Engines:
    """PostgreSQL and Valkey of a home, each only where the environment `given` names no other server."""

    def __init__(self, home: Home, given: Mapping[str, str]) -> None:
        self.home = home
        self.given = given
        needed = [server for server in (Postgres, Valkey) if not given.get(server.variable)]
        home.choose_account()
        if needed:
            home.open_engines()
        self.servers: dict[str, Postgres | Valkey] = {server.name: server(home) for server in needed}

    def start(self, supervisor: Supervisor) -> None:
        """Start them side by side and wait until each answers. Raises StartError."""
        postgres = self.servers.get(Postgres.name)
        if isinstance(postgres, Postgres):
            postgres.make_cluster()
        started = [
            (server, supervisor.start(Child(name, server.launch, server.stop_steps, server.log)))
            for name, server in self.servers.items()
        ]
        for server, process in started:
            server.await_ready(process)

    def environment(self) -> dict[str, str]:
        """The environment that the settings read: what is given stays, the home provides the rest."""
        environment = {name: self.given[name] for name in CONTRACT if self.given.get(name)}
        for server in self.servers.values():
            environment[server.variable] = server.url
            if isinstance(server, Postgres):
                environment[PROGRAMS] = str(server.programs)
        if "SECRET_KEY" not in environment:
            environment["SECRET_KEY"] = self.home.secret(self.home.path / "secret-key")
        environment.setdefault("STATIC_ROOT", str(self.home.static))
        environment["TRACKER_HOME"] = str(self.home.path)
        return environment
