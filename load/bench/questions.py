"""The streams of questions, encoded as whole HTTP requests."""

from __future__ import annotations

import json
from dataclasses import dataclass

REPEATED = 200
"""So many learners ask the same again and again where answers may be cached."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What can be asked: request ``i`` of either stream is always the same bytes."""

    host: str
    key: str
    learners: tuple[str, ...]
    roles: tuple[str, ...]

    def distinct(self, i: int) -> bytes:
        """No two are the same: each pair of learner and role once, then again with another
        ``goal_weight``. A cache of answers by (state, bundle, request) never hits.
        """
        turn, place = divmod(i, len(self.learners))
        again, shift = divmod(turn, len(self.roles))
        role = self.roles[(place + shift) % len(self.roles)]
        return self._encoded(self.learners[place], role, round(0.5 + again / 1_000_000, 6))

    def repeated(self, i: int) -> bytes:
        """``REPEATED`` learners, each always with the same question."""
        place = i % min(REPEATED, len(self.learners))
        return self._encoded(self.learners[place], self.roles[place % len(self.roles)], 0.5)

    def _encoded(self, learner: str, role: str, weight: float) -> bytes:
        body = json.dumps(
            {
                "learner": {"id": learner},
                "target_role": role,
                "limit": 10,
                "goal_weight": weight,
                "explain": True,
            }
        )
        return (
            f"POST /v1/recommendations HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        ).encode()
