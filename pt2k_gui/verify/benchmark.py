"""Times several candidates against each other, so that neither the machine's noise nor their order favours one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


def in_turn(
    candidates: Mapping[str, Callable[[], object]],
    rounds: int,
    *,
    calls: int = 1,
    pause: float = 0.005,
    patience: float = float("inf"),
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """The seconds of each candidate's calls, ``calls`` of them in each of the rounds.

    Each round begins with another candidate. Where several calls are asked for, one more goes before them that does not
    count: it wakes the candidate's own threads, and brings its weights back into the caches that another one has filled.

    Args:
        candidates: what is timed, by name.
        rounds: at least one is made.
        pause: seconds before each candidate's turn, in which the others' threads, which spin for a while after their
            work, fall asleep.
        patience: seconds for each candidate on average; no round is begun later than that.
        clock: seconds since some moment.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    began = time.perf_counter()
    for first in range(rounds):
        for place in range(len(names)):
            name = names[(first + place) % len(names)]
            time.sleep(pause)
            if calls > 1:
                candidates[name]()
            for _ in range(calls):
                start = clock()
                candidates[name]()
                seconds[name].append(clock() - start)
        if time.perf_counter() - began > patience * len(names):
            break
    return seconds
