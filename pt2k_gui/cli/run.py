"""``pt2k run``: what a pipeline file says."""

from __future__ import annotations

import argparse
import dataclasses

from pt2k_gui.batch.reading import read_pipeline_file
from pt2k_gui.batch.running import BatchSettings
from pt2k_gui.batch.task import Task
from pt2k_gui.cli.many import convert_all, settings_of
from pt2k_gui.cli.terminal import Terminal


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    content = read_pipeline_file(options.file, trusted=options.trust)
    options.report = [*content.report, *options.report]
    options.workers = options.workers or content.workers
    options.time_limit, options.memory_limit = content.time_limit, content.memory_limit
    settings: BatchSettings = settings_of(options, str(content.output))
    tasks = [_replacing(task) if options.force else task for task in content.tasks]
    return convert_all("run", tasks, settings, options, terminal)


def _replacing(task: Task) -> Task:
    return dataclasses.replace(task, plan=dataclasses.replace(task.plan, overwrite=True))
