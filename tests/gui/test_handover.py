"""A second start gives its file to the window that is there, where the user wants that, and to nobody else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.handover import Receiver, hand_over, server_name
from pt2k_gui.gui.settings import Settings


@pytest.fixture
def taken(qapp: QApplication, own_home: Path) -> Iterator[tuple[list[str], Receiver]]:
    paths: list[str] = []
    receiver = Receiver(paths.append)
    yield paths, receiver
    receiver.close()


def second_start(path: Path) -> subprocess.Popen[str]:
    code = "import sys; from pt2k_gui.app import main; sys.exit(main([sys.argv[1]]))"
    return subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE, text=True)


def test_a_second_start_hands_over_its_file_and_ends(
    taken: tuple[list[str], Receiver], qtbot: QtBot, tmp_path: Path
) -> None:
    paths, receiver = taken
    assert receiver.listening
    settings = Settings()
    settings.one_window = True
    settings.sync()
    file = tmp_path / "模型 😀.pt2"
    file.write_bytes(b"x")
    process = second_start(file)
    qtbot.waitUntil(lambda: paths == [str(file)], timeout=60_000)
    assert process.wait(30) == 0


def test_where_no_window_is_there_nothing_is_handed_over(qapp: QApplication, own_home: Path) -> None:
    assert hand_over("/x.pt2") is False


def test_what_a_window_that_crashed_left_behind_is_cleared(qapp: QApplication, own_home: Path) -> None:
    code = (
        "import os; from PySide6.QtCore import QCoreApplication; app = QCoreApplication([])\n"
        "from pt2k_gui.gui.handover import Receiver\n"
        "assert Receiver(print).listening; os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    receiver = Receiver(lambda _path: None)
    assert receiver.listening
    second = Receiver(lambda _path: None)
    assert not second.listening, "the window that is there keeps it"
    receiver.close()


def test_a_message_that_is_none_is_dropped(taken: tuple[list[str], Receiver], qtbot: QtBot) -> None:
    paths, _receiver = taken
    for message in (b"Dear Sir or Madam\n", b"{}\n", b"[1]\n"):
        socket = QLocalSocket()
        socket.connectToServer(server_name())
        assert socket.waitForConnected(2000)
        socket.write(message)
        socket.flush()
        qtbot.waitUntil(
            lambda socket=socket: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState,  # type: ignore[misc]
            timeout=5000,
        )
    assert paths == []


def test_the_window_takes_the_file(driver: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []
    monkeypatch.setattr(driver.window, "open_path", opened.append)
    driver.window.receive_files()
    socket = QLocalSocket()
    socket.connectToServer(server_name())
    assert socket.waitForConnected(2000)
    socket.write(b'{"open": "/a.pt2"}\n')
    socket.flush()
    qtbot.waitUntil(lambda: opened == ["/a.pt2"], timeout=5000)
