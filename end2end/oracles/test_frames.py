"""Every frame that a call sends to the model is one that the official `openai` package knows, to the last field."""

from collections import Counter

import pytest

from conftest import aida_serving, free_port, practice_model
from frames import faults_of_client_frame, faults_of_server_frame
from proxy import Proxy

COOKOFF, COFFEE, GOLF, CLINIC = "+14155550101", "+14155550102", "+14155550103", "+14155550104"

CALLS = {
    "a question that needs a tool": ("--to", COOKOFF, "--text", "When is the next cookoff and what does a VIP ticket cost?"),
    "a question about the menu": ("--to", COFFEE, "--text", "What do you have for breakfast, and are you open now?"),
    "a question to the knowledge base": ("--to", GOLF, "--text", "What should I wear on the course?"),
    "an interruption": ("--to", COOKOFF, "--text", "Tell me about all of your events, please.", "--interrupt-at", "3s"),
    "keys": ("--to", COFFEE, "--dtmf", "1"),
    "a goodbye": ("--to", CLINIC, "--text", "That is all, thank you, goodbye."),
    "a caller who hangs up": ("--to", COOKOFF, "--text", "Who won last year?", "--hangup-after", "4s"),
}


@pytest.fixture(scope="module")
def line():
    """A server whose model is the practice model, with a proxy between them."""
    with practice_model() as model_port:
        port = free_port()
        proxy = Proxy(port, model_port)
        with aida_serving(OPENAI_API_KEY="practice", OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1") as (program, url):
            yield proxy, program, url
        proxy.stop()


@pytest.fixture(scope="module")
def sessions_of(line):
    """The model sessions that a story took; each story is played once, in real time."""
    played = {}

    def sessions(story: str):
        if story not in played:
            played[story] = call(line, *CALLS[story])
        return played[story]

    return sessions


def call(line, *arguments: str):
    """Places a call and gives the model sessions that it took."""
    proxy, program, url = line
    before = len(proxy.connections)
    program.run("call", "--url", url, *arguments, timeout=120)
    return proxy.connections[before:]


def judged(frames, judge) -> list[str]:
    return sorted({fault for frame in frames for fault in judge(frame)})


@pytest.mark.parametrize("story", CALLS)
def test_the_model_is_told_only_what_it_knows(sessions_of, story):
    sessions = sessions_of(story)

    assert sessions, "no model session was opened"
    for session in sessions:
        kinds = Counter(frame["type"] for frame in session.to_model)
        assert kinds["session.update"] >= 1
        assert kinds["input_audio_buffer.append"] > 10
        assert judged(session.to_model, faults_of_client_frame) == []


@pytest.mark.parametrize("story", CALLS)
def test_the_practice_model_speaks_as_the_real_one(sessions_of, story):
    for session in sessions_of(story):
        assert session.from_model[0]["type"] == "session.created"
        assert judged(session.from_model, faults_of_server_frame) == []


def test_a_question_is_answered_through_a_tool(sessions_of):
    (session,) = sessions_of("a question that needs a tool")

    outputs = [frame["item"] for frame in session.to_model if frame["type"] == "conversation.item.create"]
    outputs = [item for item in outputs if item["type"] == "function_call_output"]
    asked = [frame["item"]["call_id"] for frame in session.from_model if is_finished_function_call(frame)]
    assert asked
    assert [output["call_id"] for output in outputs] == asked


def test_an_interruption_tells_the_model_what_was_heard(sessions_of):
    (session,) = sessions_of("an interruption")

    truncations = [frame for frame in session.to_model if frame["type"] == "conversation.item.truncate"]
    assert truncations
    assert all(isinstance(frame["audio_end_ms"], int) for frame in truncations)


def test_a_lost_session_is_replaced_by_one_that_knows_what_was_said(line):
    proxy, _, _ = line
    proxy.cut_after = "response.output_audio_transcript.done"

    sessions = call(line, "--to", COOKOFF, "--text", "When is the next cookoff?")

    assert len(sessions) == 2, "the call went on in a second session"
    seeded = [frame for frame in sessions[1].to_model if frame["type"] == "conversation.item.create"]
    assert seeded
    for session in sessions:
        assert judged(session.to_model, faults_of_client_frame) == []


def is_finished_function_call(frame: dict) -> bool:
    return frame["type"] == "response.output_item.done" and frame["item"]["type"] == "function_call"


BETA_AND_MISTYPED = [
    {"type": "session.update", "session": {"modalities": ["audio"]}},
    {"type": "session.update", "session": {"type": "realtime", "voice": "marin"}},
    {"type": "session.update", "session": {"type": "realtime", "audio": {"output": {"format": {"type": "audio/pcmu", "rate": 8000}}}}},
    {"type": "session.update", "session": {"type": "realtime", "tools": [{"type": "function", "function": {"name": "a"}}]}},
    {"type": "conversation.item.truncate", "item_id": "a", "content_index": 0, "audio_end_ms": 1.5},
    {"type": "response.create", "respons": {}},
    {"type": "response.stop"},
]


@pytest.mark.parametrize("frame", BETA_AND_MISTYPED, ids=lambda frame: frame["type"])
def test_the_oracle_itself_sees_what_is_wrong(frame):
    assert faults_of_client_frame(frame)
