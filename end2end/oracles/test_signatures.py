"""What Twilio's own package signs is let in, and nothing else is."""

import random
from urllib.parse import quote

import pytest
import requests
from twilio.request_validator import RequestValidator

from conftest import aida_serving

TOKEN = "7f3c1d9ab2e84506a1c0ffee5eed1234"
SECOND_TOKEN = "b2e845067f3c1d9aa1c0ffee5eed1234"
COOKOFF = "+14155550101"

PUBLIC_URLS = ["https://aida.example.org", "https://aida.example.org:8443"]


@pytest.fixture(scope="module", params=PUBLIC_URLS)
def server(request):
    with aida_serving(
        PUBLIC_URL=request.param,
        TWILIO_ACCOUNT_SID="ACfedcba9876543210fedcba9876543210",
        TWILIO_AUTH_TOKEN=TOKEN,
        TWILIO_AUTH_TOKEN_SECONDARY=SECOND_TOKEN,
    ) as (_, url):
        yield request.param, url


class Repeated(dict):
    """Parameters of which some are given more than once, in the way that Twilio's package asks for them."""

    def getall(self, name: str) -> list[str]:
        return self[name] if isinstance(self[name], list) else [self[name]]


def call_params(rng: random.Random, **more: str) -> dict[str, str]:
    sid = "CA" + "".join(rng.choices("0123456789abcdef", k=32))
    return {
        "CallSid": sid,
        "AccountSid": "ACfedcba9876543210fedcba9876543210",
        "From": "+14155550123",
        "To": COOKOFF,
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
    } | more


def strange_text(rng: random.Random) -> str:
    alphabet = "abcXYZ019 +&=%?#/\"'<>~\t\\.é ñÜßŁ漢字かなकख😀\u200d\u0301"
    return "".join(rng.choices(alphabet, k=rng.randrange(0, 24)))


def post(address: str, params, signature: str | None) -> int:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    return requests.post(address, data=params, headers=headers, timeout=10).status_code


def signed(url: str, params, token: str = TOKEN) -> str:
    return RequestValidator(token).compute_signature(url, params)


@pytest.mark.parametrize("seed", range(40))
def test_strange_parameters_signed_by_twilio_are_accepted_and_altered_ones_refused(server, seed):
    public, loopback = server
    rng = random.Random(seed)
    extra = {f"{strange_text(rng)}{n}": strange_text(rng) for n in range(rng.randrange(0, 8))}
    params = call_params(rng, **extra)
    signature = signed(f"{public}/voice", params)

    assert post(f"{loopback}/voice", params, signature) == 200

    name = rng.choice(list(params))
    altered = params | {name: params[name] + "x"}
    assert post(f"{loopback}/voice", altered, signature) == 403
    fewer = {key: value for key, value in params.items() if key != name}
    assert post(f"{loopback}/voice", fewer, signature) == 403
    assert post(f"{loopback}/voice", params | {"Added": ""}, signature) == 403


def test_the_call_of_a_signed_request_is_connected(server):
    public, loopback = server
    params = call_params(random.Random(1000))
    response = requests.post(
        f"{loopback}/voice",
        data=params,
        headers={"X-Twilio-Signature": signed(f"{public}/voice", params)},
        timeout=10,
    )
    assert response.headers["content-type"].startswith("text/xml")
    assert f'url="{public.replace("https", "wss")}/media-stream"' in response.text


@pytest.mark.parametrize("seed", range(10))
def test_a_query_belongs_to_what_is_signed(server, seed):
    public, loopback = server
    rng = random.Random(seed)
    params = call_params(rng)
    path = f"/voice?leg={rng.randrange(9)}&name={quote(strange_text(rng))}"
    signature = signed(public + path, params)

    assert post(loopback + path, params, signature) == 200
    assert post(loopback + path + "0", params, signature) == 403
    assert post(f"{loopback}/voice", params, signature) == 403


def test_a_parameter_given_twice_is_signed_once_per_value(server):
    public, loopback = server
    params = Repeated(call_params(random.Random(2000)) | {"MediaUrl": ["b", "a", "b"]})
    assert post(f"{loopback}/voice", params, signed(f"{public}/voice", params)) == 200


def test_both_tokens_are_accepted_while_they_are_rolled(server):
    public, loopback = server
    params = call_params(random.Random(3000))
    assert post(f"{loopback}/voice", params, signed(f"{public}/voice", params, SECOND_TOKEN)) == 200
    assert post(f"{loopback}/voice", params, signed(f"{public}/voice", params, "another-token")) == 403


def test_the_port_may_be_signed_or_left_out(server):
    public, loopback = server
    params = call_params(random.Random(4000))
    bare = "https://aida.example.org"
    port = public.removeprefix(bare) or ":443"
    for origin in (bare, bare + port):
        assert post(f"{loopback}/voice", params, signed(f"{origin}/voice", params)) == 200
    assert post(f"{loopback}/voice", params, signed(f"{bare}:9999/voice", params)) == 403


@pytest.mark.parametrize("signature", [None, "", "=", "not base64", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "é"])
def test_a_request_without_a_proper_signature_is_refused(server, signature):
    _, loopback = server
    encoded = None if signature is None else signature.encode()
    assert post(f"{loopback}/voice", call_params(random.Random(5000)), encoded) == 403


@pytest.mark.parametrize("origin", ["http://aida.example.org", "https://evil.example.org", "wss://aida.example.org"])
def test_a_signature_for_another_origin_is_refused(server, origin):
    _, loopback = server
    params = call_params(random.Random(6000))
    assert post(f"{loopback}/voice", params, signed(f"{origin}/voice", params)) == 403


def test_status_callbacks_are_signed_too(server):
    public, loopback = server
    params = call_params(random.Random(7000), CallStatus="completed", CallDuration="12", SequenceNumber="3")
    assert post(f"{loopback}/voice/status", params, signed(f"{public}/voice/status", params)) in (200, 204)
    assert post(f"{loopback}/voice/status", params, signed(f"{public}/voice", params)) == 403
