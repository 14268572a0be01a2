"""Every frame that a call sends to the model is one that the official `openai` package knows, to the last field."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import aida_serving, practice_model, signed_in, wait_until
from frames import faults_of_client_frame, faults_of_server_frame
from proxy import Connection, Proxy

COOKOFF, COFFEE, GOLF, CLINIC = "+14155550101", "+14155550102", "+14155550103", "+14155550104"

CALLS = {
    "a question that needs a tool": (COOKOFF, "--text", "When is the next cookoff and what does a VIP ticket cost?"),
    "a question about the menu": (COFFEE, "--text", "What do you have for breakfast, and are you open now?"),
    "a question to the knowledge base": (GOLF, "--text", "What should I wear on the course?"),
    "an interruption": (COOKOFF, "--text", "Which events are there?", "--text", "Wait, where is that?", "--interrupt-at", "1500"),
    "keys": (COFFEE, "--dtmf", "1"),
    "a card keyed in groups": (COFFEE, "--dtmf", "3782wwwwwwww82246310005#"),
    "a goodbye": (CLINIC, "--text", "That is all, thank you, goodbye."),
    "a caller who says nothing": (CLINIC, "--silent"),
    "a lost session": (COOKOFF, "--text", "When is the next cookoff?"),
}
LONGEST_CALL_SECONDS = 45


@pytest.fixture(scope="module")
def sessions_of():
    """The model sessions that each story took. They are played all at once, in real time, each on a server of its own."""
    with practice_model() as model_port, ThreadPoolExecutor() as pool:
        stories = {story: pool.submit(play, model_port, story) for story in CALLS}
        yield lambda story: stories[story].result()


def play(model_port: int, story: str) -> list[Connection]:
    """Places the story's call to a server that has a proxy between it and the model."""
    proxy = Proxy(model_port)
    if story == "a lost session":
        proxy.cut_after = "response.output_audio_transcript.done"
    try:
        with aida_serving(OPENAI_API_KEY="practice", OPENAI_BASE_URL=f"http://127.0.0.1:{proxy.port}/v1") as (program, url):
            call = ("call", "--url", url, "--hangup-after", str(LONGEST_CALL_SECONDS), "--to", *CALLS[story])
            program.run(*call, timeout=LONGEST_CALL_SECONDS + 60)
    finally:
        proxy.stop()
    return proxy.connections


@pytest.fixture(scope="module")
def typed_sessions():
    """The model sessions of somebody who tries their assistant by typing."""
    with practice_model() as model_port:
        proxy = Proxy(model_port)
        try:
            with aida_serving(OPENAI_API_KEY="practice", OPENAI_BASE_URL=f"http://127.0.0.1:{proxy.port}/v1") as (_, url):
                staff = signed_in(url)
                call = staff.ask("start_trial")
                for number, words in enumerate(["When is the next cookoff?", "What does a VIP ticket cost?"], start=2):
                    staff.ask("say_in_trial", id=call, text=words)
                    wait_until(lambda: count(proxy, "response.done") >= number)
                staff.ask("end_trial", id=call)
        finally:
            proxy.stop()
        yield proxy.connections


def count(proxy: Proxy, kind: str) -> int:
    return sum(frame["type"] == kind for session in proxy.connections for frame in session.from_model)


def test_what_is_typed_reaches_the_model_in_words_it_knows(typed_sessions):
    (session,) = typed_sessions

    kinds = Counter(frame["type"] for frame in session.to_model)
    assert kinds["session.update"] == 1
    assert kinds["conversation.item.create"] >= 2
    assert kinds["input_audio_buffer.append"] == 0
    assert judged(session.to_model, faults_of_client_frame) == []
    assert judged(session.from_model, faults_of_server_frame) == []


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


def test_a_lost_session_is_replaced_by_one_that_knows_what_was_said(sessions_of):
    first, second = sessions_of("a lost session")

    said = [frame["transcript"] for frame in first.from_model if frame["type"] == "response.output_audio_transcript.done"]
    seeded = [frame["item"] for frame in second.to_model if frame["type"] == "conversation.item.create"]
    assert said
    assert any(item["type"] == "message" for item in seeded)


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
