"""A realistic mix of callers, for Locust.

Run headless, for a bounded time, against any running service::

    locust -f load/locustfile.py --headless -u 32 -r 32 -t 20s --host URL --key KEY

With several keys, of several tenants, each user takes the next.
"""

from __future__ import annotations

import itertools
import random
import uuid
from argparse import ArgumentParser
from typing import Any

from locust import FastHttpUser, constant_pacing, events, task
from locust.env import Environment

ADVERTS = (
    "Junior data analyst: SQL, spreadsheets, dashboards and clear reports for the sales team.",
    "We look for somebody to keep our cloud servers running and secure, on call one week in six.",
    "Technician for electric vehicles, trained on high-voltage safety and battery diagnosis.",
    "Friendly support agent who solves customers' computer problems by phone and chat.",
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the API keys and the pace to Locust's own arguments."""
    parser.add_argument("--key", env_var="CAIRN_LOAD_KEY", nargs="+", default=[], help="API keys")
    parser.add_argument(
        "--every", type=float, default=0.0, help="seconds between requests of a user; 0: at once"
    )


def refuse_without_key(environment: Environment, **_: Any) -> None:
    """Refuse to measure failures to log in."""
    if environment.parsed_options is not None and not environment.parsed_options.key:
        raise SystemExit("name an API key with --key or CAIRN_LOAD_KEY")


# The library leaves its hooks untyped.
events.init_command_line_parser.add_listener(add_arguments)  # type: ignore[no-untyped-call]
events.test_start.add_listener(refuse_without_key)  # type: ignore[no-untyped-call]


class Platform(FastHttpUser):
    """A learning platform that asks at its pace, or as fast as it is answered."""

    network_timeout = 10.0
    connection_timeout = 10.0
    numbers = itertools.count()

    def __init__(self, environment: Environment) -> None:
        options = environment.parsed_options
        keys = options.key if options else [""]
        key = keys[next(self.numbers) % len(keys)]
        self.default_headers = {"Authorization": f"Bearer {key}"}
        self._pace = constant_pacing(options.every if options else 0.0)
        super().__init__(environment)

    def wait_time(self) -> float:
        """Seconds until the next request."""
        seconds: float = self._pace(self)
        return seconds

    def on_start(self) -> None:
        """Learn whom and what there is to ask about."""
        self.learners = self._ids("/v1/learners?limit=100")
        self.roles = self._ids("/v1/roles?limit=100")
        self.credentials = self._ids("/v1/credentials?limit=100")
        self.answered: dict[str, Any] = {}
        self.repeated = {
            "learner": {"id": random.choice(self.learners)},
            "target_role": random.choice(self.roles),
        }

    def _ids(self, path: str) -> list[str]:
        return [entry["id"] for entry in self.client.get(path, name="(start)").json()["items"]]

    def _recommend(self, name: str, body: dict[str, Any]) -> None:
        with self.client.post(
            "/v1/recommendations", json=body, name=name, catch_response=True
        ) as response:
            # Texts are not understood where the bundle was trained without them.
            if response.status_code == 200 and set(response.json()["degraded"]) - {"encoder"}:
                response.failure("degraded")
            elif response.status_code == 200 and "id" in body["learner"]:
                self.answered = {"learner": body["learner"]["id"], **response.json()}

    @task(5)
    def known_learner(self) -> None:
        """Somebody with a history, towards a role."""
        learner, role = random.choice(self.learners), random.choice(self.roles)
        self._recommend("known learner", {"learner": {"id": learner}, "target_role": role})

    @task(2)
    def new_learner(self) -> None:
        """Somebody never seen, described in the request."""
        learner = {"credentials": random.sample(self.credentials, min(3, len(self.credentials)))}
        role = random.choice(self.roles)
        self._recommend("new learner", {"learner": learner, "target_role": role})

    @task(3)
    def same_again(self) -> None:
        """What this platform asks again and again."""
        self._recommend("same again", self.repeated)

    @task(1)
    def path(self) -> None:
        """A way to a role."""
        learner = {"id": random.choice(self.learners)}
        body = {"learner": learner, "target_role": random.choice(self.roles)}
        self.client.post("/v1/paths", json=body, name="path")

    @task(1)
    def profile(self) -> None:
        """What is known of somebody."""
        self.client.get(f"/v1/learners/{random.choice(self.learners)}", name="profile")

    @task(1)
    def role_by_text(self) -> None:
        """Somebody with a job advert."""
        role = {"text": random.choice(ADVERTS)}
        learner = {"id": random.choice(self.learners)}
        self._recommend("role by text", {"learner": learner, "target_role": role})

    @task(2)
    def event(self) -> None:
        """What became of the last answer."""
        if not self.answered.get("items"):
            return
        event = {
            "event_id": uuid.uuid4().hex,
            "learner_id": self.answered["learner"],
            "credential_id": random.choice(self.answered["items"])["credential"],
            "kind": random.choice(["click", "save", "click", "view"]),
            "request_id": self.answered["request_id"],
        }
        self.client.post("/v1/events", json={"events": [event]}, name="event")
