"""background - something that goes on while the test does something else.

    with Background(cluster.buy_together, 500) as buyers:
        cluster.kill_node(3)
    answers = buyers.result
"""
import threading


class Background:
    """Runs a function in a thread; leaving the block waits for it and passes on its fault."""

    def __init__(self, function, *args, **kwargs):
        self.result, self.fault = None, None
        self.thread = threading.Thread(target=self._run, args=(function, args, kwargs), daemon=True)

    def _run(self, function, args, kwargs):
        try:
            self.result = function(*args, **kwargs)
        except BaseException as fault:  # it is raised again in the test's own thread
            self.fault = fault

    def is_running(self):
        """Not finished so far."""
        return self.thread.is_alive()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.thread.join()
            if self.fault:
                raise self.fault
