"""A second start hands its file to the window that is there, where the user wants that: a socket of this user's, by which the
second process sends the path and ends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from pt2k_gui.paths import state_folder

_PATIENCE = 3000  # milliseconds for a window that is busy
_SOON = 200  # milliseconds
_MOST = 1 << 16  # bytes of a message


def server_name() -> str:
    """One for each user and each home of settings, so that nobody reaches another one's window."""
    return "pt2k-" + hashlib.sha256(str(state_folder()).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def hand_over(path: str) -> bool:
    """Give the file to a window that is there; False where there is none, or it does not answer."""
    socket = QLocalSocket()
    socket.connectToServer(server_name())
    if not socket.waitForConnected(_PATIENCE):
        return False
    socket.write(json.dumps({"open": path}).encode() + b"\n")
    socket.flush()
    answered = socket.waitForReadyRead(_PATIENCE) and bytes(socket.readLine().data()).strip() == b"taken"
    socket.disconnectFromServer()
    return answered


class Receiver(QObject):
    """Listens for files from later starts. ``listening`` is False where another window does already."""

    def __init__(self, open_path: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = open_path
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        self.listening = self._listen()

    def _listen(self) -> bool:
        # Asked first: where only this user may connect, Qt puts the new socket in the place of one that is in use.
        probe = QLocalSocket()
        probe.connectToServer(server_name())
        if probe.waitForConnected(_SOON):
            probe.disconnectFromServer()
            return False  # a window that is there has it
        QLocalServer.removeServer(server_name())  # left behind by one that crashed
        return self._server.listen(server_name())

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is None:
            return
        socket.readyRead.connect(lambda: self._read(socket))
        socket.disconnected.connect(socket.deleteLater)
        self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > _MOST:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        try:
            path = json.loads(bytes(socket.readLine().data()))["open"]
        except (ValueError, KeyError, TypeError):
            socket.abort()
            return
        socket.write(b"taken\n")
        socket.flush()
        self._open(str(path))

    def close(self) -> None:
        self._server.close()
