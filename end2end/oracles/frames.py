"""Judges frames of the Realtime protocol by the types of the official `openai` package."""

from collections.abc import Iterator
from typing import get_args

from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from pydantic import BaseModel, ValidationError

# The real service says these of a session too; the package has no fields for them.
KNOWN_EXTRAS = {f"session.{state}.session.{name}" for state in ("created", "updated") for name in ("id", "object", "expires_at")}


def by_type(union) -> dict[str, type[BaseModel]]:
    members = get_args(get_args(union)[0])
    return {get_args(member.model_fields["type"].annotation)[0]: member for member in members}


CLIENT_EVENTS = by_type(RealtimeClientEvent)
SERVER_EVENTS = by_type(RealtimeServerEvent)


def faults_of_client_frame(frame: dict) -> list[str]:
    """Why the real service would stumble over what Aida sent; empty when it would not."""
    return faults(CLIENT_EVENTS, frame)


def faults_of_server_frame(frame: dict) -> list[str]:
    """Where the practice model does not speak as the real service does."""
    return faults(SERVER_EVENTS, frame)


def faults(events: dict[str, type[BaseModel]], frame: dict) -> list[str]:
    kind = frame.get("type")
    if kind not in events:
        return [f"there is no event of type {kind!r}"]
    try:
        event = events[kind].model_validate(frame)
    except ValidationError as error:
        return [f"{kind}.{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    return [f"{path} is not a field, it holds {value!r}" for path, value in extras(event, kind) if path not in KNOWN_EXTRAS]


def extras(value, path: str) -> Iterator[tuple[str, object]]:
    """The package lets pass fields that it does not know; a mistyped name shows as one of these."""
    if isinstance(value, BaseModel):
        for name, extra in (value.model_extra or {}).items():
            yield f"{path}.{name}", extra
        for name in type(value).model_fields:
            yield from extras(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for place, entry in enumerate(value):
            yield from extras(entry, f"{path}[{place}]")
