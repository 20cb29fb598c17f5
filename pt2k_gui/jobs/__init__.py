"""The pieces of work that the window and the command line both run, one file a job, and the process that runs them.

A job is a module with a frozen ``Request`` dataclass and ``run(request, context) -> result``; requests, events and
results are picklable plain data. A job knows nothing of who runs it.
"""
