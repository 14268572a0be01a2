"""Stands between Aida and a model: keeps every frame that passes, and cuts the line when it is told to."""

import json
import threading
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve


@dataclass
class Connection:
    path: str
    to_model: list[dict] = field(default_factory=list)
    from_model: list[dict] = field(default_factory=list)


class Proxy:
    def __init__(self, model_port: int):
        self.model_port = model_port
        self.connections: list[Connection] = []
        self.cut_after: str | None = None
        self.server = serve(self.carry, "127.0.0.1", 0, max_size=None, compression=None)
        self.port: int = self.server.socket.getsockname()[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()

    def carry(self, phone: ServerConnection) -> None:
        """Carries one session both ways until either side ends it."""
        connection = Connection(phone.request.path)
        self.connections.append(connection)
        passed_on = {"Authorization": phone.request.headers.get("Authorization", "")}
        with connect(
            f"ws://127.0.0.1:{self.model_port}{phone.request.path}",
            additional_headers=passed_on,
            max_size=None,
            compression=None,
        ) as model:
            back = threading.Thread(target=self.from_model, args=(connection, model, phone), daemon=True)
            back.start()
            self.to_model(connection, phone, model)
            model.close()
            back.join(timeout=5)

    def to_model(self, connection: Connection, phone, model) -> None:
        try:
            for text in phone:
                connection.to_model.append(json.loads(text))
                model.send(text)
        except ConnectionClosed:
            pass

    def from_model(self, connection: Connection, model, phone) -> None:
        try:
            for text in model:
                frame = json.loads(text)
                connection.from_model.append(frame)
                phone.send(text)
                if frame["type"] == self.cut_after:
                    self.cut_after = None
                    phone.socket.shutdown(2)
                    return
            phone.close()
        except (ConnectionClosed, OSError):
            pass
