"""Starts Aida for the oracles: each server with its own data, on its own port, stopped when its tests are over."""

import os
import re
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
AIDA = Path(os.environ.get("AIDA_BIN", ROOT / "target/debug/aida")).resolve()


promised_ports: set[int] = set()


def free_port() -> int:
    """A port that nothing listens on and that this function gives only once."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in promised_ports:
            promised_ports.add(port)
            return port


def bare_environment() -> dict[str, str]:
    """Nothing of this machine's own set-up may leak into a server under test."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    # All calls here come from one number.
    return inherited | {"MAX_CALLS_PER_CALLER": "1000"}


class Program:
    """A running `aida`, in a folder of its own, with what it printed."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.folder = folder
        self.environment = bare_environment() | environment
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str, timeout: float = 60) -> str:
        done = subprocess.run(
            [AIDA, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"aida {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self, *arguments: str) -> None:
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [AIDA, *arguments],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def wait_until(self, ready, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"aida ended by itself:\n{self.log()}"
            if ready():
                return
            time.sleep(0.05)
        raise AssertionError(f"aida was not ready in {seconds} s:\n{self.log()}")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()


@contextmanager
def aida_serving(**environment: str):
    """A server with the four demo organisations; yields the program and its loopback address."""
    with tempfile.TemporaryDirectory(prefix="aida-oracle-") as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        program = Program(
            Path(folder),
            {
                "PORT": str(port),
                "DATA_DIR": f"{folder}/data",
                "DATABASE_URL": f"sqlite://{folder}/data/aida.db",
                "AIDA_DEMO_PASSWORD": "oracle-password-1",
                "RUST_LOG": "info",
            }
            | environment,
        )
        program.run("demo")
        program.start("serve")
        try:
            program.wait_until(lambda: answers(f"{url}/ready"))
            yield program, url
        finally:
            program.stop()


@contextmanager
def practice_model(*options: str):
    """The practice model on a port of its own; yields the port."""
    with tempfile.TemporaryDirectory(prefix="aida-model-") as folder:
        port = free_port()
        model = Program(Path(folder), {})
        model.start("practice", "--port", str(port), *options)
        try:
            model.wait_until(lambda: listens(port))
            yield port
        finally:
            model.stop()


class Staff:
    """Somebody who has signed in, and asks the server what their browser would."""

    def __init__(self, url: str, organisation: str):
        self.url = url
        self.organisation = organisation
        self.browser = requests.Session()
        self.browser.headers.update({"Origin": url, "Accept": "application/json"})

    def post(self, path: str, **fields: str):
        answer = self.browser.post(f"{self.url}{path}", data=fields, timeout=10)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        return answer

    def ask(self, function: str, **fields: str):
        return self.post(f"/rpc/{function}", slug=self.organisation, **fields).json()


def signed_in(url: str, organisation: str = "soup-cookoff") -> Staff:
    staff = Staff(url, organisation)
    page = staff.browser.get(f"{url}/login", headers={"Accept": "text/html"}, timeout=10).text
    form = re.search(r'action="(/rpc/sign_in[^"]*)"', page)
    assert form, "the login page has a form"
    staff.post(form[1], email="demo@aida.test", password="oracle-password-1")
    return staff


def wait_until(ready, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"not so in {seconds} s"
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.ConnectionError:
        return False


def pytest_configure():
    if not AIDA.exists():
        pytest.exit(f"{AIDA} is not built; `cargo build` builds it", returncode=2)
