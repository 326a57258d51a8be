"""What reads were answered before, for a fault that answers them stale."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from starlette.types import Message, Scope

MOST_QUESTIONS = 200
MOST_ANSWERS = 20
_READING_POSTS = ("/search", "/batch/read", "/composite", "/composite/batch")
Question = tuple[str, str, bytes, bytes]


@dataclass(slots=True)
class Given:
    """An answer as it was given; header names as they came."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """An ASGI `send`."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")


class FormerAnswers:
    """Only answers that went well, and not without end: the oldest questions, and the oldest answers to each, go."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Question, deque[tuple[float, Given]]] = OrderedDict()

    @staticmethod
    def reads(scope: Scope) -> bool:
        """Whether a request asks for something. A composite may write too: that is done, whatever is answered."""
        path: str = scope["path"]
        return scope["method"] == "GET" or (scope["method"] == "POST" and path.endswith(_READING_POSTS))

    def keep(self, scope: Scope, body: bytes, at: float, given: Given) -> None:
        if given.status >= 300:
            return
        question = _question(scope, body)
        self._answers.setdefault(question, deque(maxlen=MOST_ANSWERS)).append((at, given))
        self._answers.move_to_end(question)
        if len(self._answers) > MOST_QUESTIONS:
            self._answers.popitem(last=False)

    def find(self, scope: Scope, body: bytes, at: float) -> Given | None:
        """The newest answer that had been given by `at` (seconds on the practice clock)."""
        answers = self._answers.get(_question(scope, body), ())
        return next((given for when, given in reversed(answers) if when <= at), None)


def _question(scope: Scope, body: bytes) -> Question:
    return scope["method"], scope["path"], scope["query_string"], body
