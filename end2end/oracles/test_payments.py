"""Stripe's own package and an independent imitation of Stripe agree with us: on signatures both ways, pages, refunds and payments."""

import json
import queue
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import stripe

from conftest import Program, aida_serving, free_port, listens

SECRET = "whsec_9f8e7d6c5b4a39281706f5e4d3c2b1a0"
OLD_SECRET = "whsec_before"
KEY = "sk_test_oracle"


@pytest.fixture(scope="module")
def server():
    settings = {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": f"{SECRET},{OLD_SECRET}"}
    with aida_serving(**settings) as (program, url):
        yield program, url


def event(name: str, kind: str = "checkout.session.completed", **more) -> str:
    body = {"id": name, "object": "event", "type": kind, "livemode": False, "data": {"object": {"id": "cs_1", "note": "café ☕"}}}
    return json.dumps(body | more, ensure_ascii=False, indent=2)


def signed(body: str, secret: str = SECRET, at: int | None = None) -> str:
    return stripe.WebhookSignature.generate_signature_header(body, secret, at or int(time.time()))


def deliver(url: str, body: str, header: str | None) -> int:
    headers = {"Stripe-Signature": header} if header else {}
    return requests.post(f"{url}/stripe/webhook", data=body.encode(), headers=headers, timeout=10).status_code


def stored(program: Program) -> dict[str, str]:
    database = sqlite3.connect(f"file:{program.folder}/data/aida.db?mode=ro", uri=True)
    try:
        return dict(database.execute("select event_id, state from webhooks"))
    finally:
        database.close()


def test_what_the_official_package_signs_is_taken_and_nothing_else(server):
    program, url = server
    body = event("evt_signed")
    assert deliver(url, body, signed(body)) == 200
    assert deliver(url, body, signed(body, OLD_SECRET)) == 200, "both secrets count while one is rolled"
    assert deliver(url, body, signed(body)) == 200, "the same once more is no error"
    assert "evt_signed" in stored(program)

    refused = event("evt_refused")
    now = int(time.time())
    assert deliver(url, refused, None) == 400
    assert deliver(url, refused, signed(refused, "whsec_other")) == 400
    assert deliver(url, refused + " ", signed(refused)) == 400
    assert deliver(url, refused, signed(refused, at=now - 301)) == 400
    assert deliver(url, refused, signed(refused, at=now + 4000)) == 400
    assert "evt_refused" not in stored(program)


def test_a_signed_event_that_makes_no_sense_is_kept_and_not_asked_for_again(server):
    program, url = server
    for body in ["[]", "not json", '{"id": 7}', event("evt_odd", data={"object": None})]:
        assert deliver(url, body, signed(body)) == 200
    deadline = time.monotonic() + 10
    while "waiting" in [stored(program).get("evt_odd")] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert stored(program)["evt_odd"] == "ignored"


class Hook:
    """Takes events and keeps their bytes and signatures."""

    def __init__(self):
        received: queue.Queue[tuple[bytes, str]] = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.put((body, self.headers["Stripe-Signature"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.received = received
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self) -> stripe.Event:
        """The next event, as the official package lets it in."""
        body, header = self.received.get(timeout=20)
        return stripe.Webhook.construct_event(body, header, SECRET)


@contextmanager
def practice_checkout():
    """The practice Checkout; yields the official client for it, its address and what it tells."""
    hook = Hook()
    with tempfile.TemporaryDirectory(prefix="aida-checkout-") as folder:
        port = free_port()
        program = Program(Path(folder), {})
        program.start("practice", "checkout", "--port", str(port), "--webhook", hook.url, "--secret", SECRET)
        try:
            program.wait_until(lambda: listens(port))
            url = f"http://127.0.0.1:{port}"
            yield stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0), url, hook
        finally:
            program.stop()
            hook.server.shutdown()


@pytest.fixture(scope="module")
def checkout():
    with practice_checkout() as parts:
        yield parts


def page(client: stripe.StripeClient, **more) -> stripe.checkout.Session:
    price = {"currency": "usd", "unit_amount": 7500, "product_data": {"name": "VIP"}}
    params = {
        "mode": "payment",
        "success_url": "http://127.0.0.1:9/ok?sid={CHECKOUT_SESSION_ID}",
        "line_items": [{"quantity": 2, "price_data": price}],
        "client_reference_id": "o1",
        "metadata": {"order_id": "o1"},
        "payment_intent_data": {"metadata": {"order_id": "o1"}},
    }
    return client.v1.checkout.sessions.create(params | more)


def click(url: str, session: str, action: str) -> int:
    answer = requests.post(f"{url}/pay/{session}/{action}", data={"email": "ana@example.org"}, timeout=10, allow_redirects=False)
    return answer.status_code


def test_the_official_package_sells_on_the_practice_pages(checkout):
    client, url, hook = checkout
    session = page(client)
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 15000)
    assert click(url, session.id, "pay") == 303

    kinds = [hook.next() for _ in range(2)]
    assert [event.type for event in kinds] == ["payment_intent.succeeded", "checkout.session.completed"]
    completed = kinds[1].data.object
    assert (completed["payment_status"], completed["client_reference_id"]) == ("paid", "o1")

    again = client.v1.checkout.sessions.retrieve(session.id)
    assert (again.status, again.payment_status, again.customer_details.email) == ("complete", "paid", "ana@example.org")
    intent = client.v1.payment_intents.retrieve(again.payment_intent)
    assert (intent.status, intent.amount_received, intent.metadata["order_id"]) == ("succeeded", 15000, "o1")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_errors_and_repetitions_are_what_the_official_package_knows(checkout):
    client, _, hook = checkout
    key = {"idempotency_key": "order-1-checkout-1"}
    price = {"currency": "usd", "unit_amount": 7500, "product_data": {"name": "VIP"}}
    params = {"mode": "payment", "success_url": "http://x/", "line_items": [{"quantity": 1, "price_data": price}]}
    first = client.v1.checkout.sessions.create(params, key)
    assert client.v1.checkout.sessions.create(params, key).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create(params | {"client_reference_id": "other"}, key)
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        page(client, payment_method_types=["card"])

    assert client.v1.checkout.sessions.expire(first.id).status == "expired"
    assert hook.next().type == "checkout.session.expired"
    declined = {"amount": 500, "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": True}
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.payment_intents.create(declined)
    assert (refusal.value.http_status, refusal.value.code) == (402, "card_declined")
    assert hook.next().type == "payment_intent.payment_failed"


@contextmanager
def localstripe(webhook: str):
    """An imitation of Stripe that others wrote; tells `webhook` what happens."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    program = Path(sys.executable).with_name("localstripe")
    with tempfile.TemporaryDirectory(prefix="aida-localstripe-") as folder:
        process = subprocess.Popen(
            [program, "--port", str(port), "--from-scratch"],
            cwd=folder,
            env={"HOME": folder, "PATH": ""},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 30
            while not listens(port):
                assert process.poll() is None and time.monotonic() < deadline, "localstripe did not start"
                time.sleep(0.05)
            config = {"url": webhook, "secret": SECRET}
            requests.post(f"{url}/_config/webhooks/aida", json=config, timeout=10).raise_for_status()
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


def post(url: str, path: str, **fields: str) -> dict:
    answer = requests.post(url + path, data=fields, headers={"Authorization": f"Bearer {KEY}"}, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def charge_and_refund(url: str, method: str, **customer: str) -> list:
    """The same wishes to anybody who speaks Stripe; what there is to know of the answers."""
    wish = {"amount": "15000", "currency": "usd", "payment_method": method, "confirm": "true", "metadata[order_id]": "o1"}
    intent = post(url, "/v1/payment_intents", **wish, **customer)
    known = [(intent["status"], intent["amount"], intent["currency"], intent["metadata"], intent["livemode"])]
    for amount in ("5000", "10000"):
        refund = post(url, "/v1/refunds", payment_intent=intent["id"], amount=amount)
        known.append((refund["object"], refund["amount"], refund["currency"], refund["payment_intent"] == intent["id"], refund["status"]))
    return known


def test_payments_and_refunds_are_those_of_an_independent_imitation(server, checkout):
    program, aida = server
    _, ours, hook = checkout
    card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2035", "card[cvc]": "123"}
    with localstripe(f"{aida}/stripe/webhook") as theirs:
        before = set(stored(program))
        customer = post(theirs, "/v1/customers", email="ana@example.org")["id"]
        method = post(theirs, "/v1/payment_methods", **card)["id"]
        post(theirs, f"/v1/payment_methods/{method}/attach", customer=customer)
        assert charge_and_refund(ours, "pm_card_visa") == charge_and_refund(theirs, method, customer=customer)

        # Its events are in the words of a version of eight years ago, signed by code that is not ours; they are taken and read.
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not set(stored(program)) - before:
            time.sleep(0.1)
        fresh = {name: state for name, state in stored(program).items() if name not in before}
        assert fresh and "failed" not in fresh.values(), fresh
    while not hook.received.empty():
        hook.next()
