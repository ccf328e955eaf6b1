"""The clock of the pages, with a server and a machine that tell the times a test wants."""
import pytest

# Looks: when each is sent and answered by the machine, and the server's time in the middle.
READ = """(async (looks) => {
  const { Clock } = await import("/pages/assets/clock.js");
  const clock = new Clock();
  let times = [];
  performance.now = () => times.shift();
  for (const [sent, got, server] of looks) {
    times = [sent, got];
    fetch = async () => new Response(JSON.stringify({ now: server }));
    await clock.sample();
  }
  times = [0];
  return clock.now();
})(%s)"""


@pytest.mark.parametrize("looks, offset", [
    ([(100, 140, 5120), (200, 204, 5202), (300, 350, 5330)], 5000),  # the least round trip counts
    ([(100, 110, 5105), (200, 230, 5228)], 5000),  # another word, but within the trips: as before
    ([(100, 104, 5102), (200, 260, 95230)], 95000),  # it slept: the old one is of another time
    ([(100, 104, 95102), (200, 260, 5230)], 5000),  # or the server's date was set back
    ([(100, 104, 5102), (200, 260, 95230), (300, 320, 95310)], 95000),
])
def test_the_clock_goes_by_the_best_look_of_those_that_agree(town, browser, looks, offset):
    """Looks and what must be added to the machine's monotonic clock after them."""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/pages/assets/icon.svg")
    assert page.run(READ % [list(look) for look in looks]) == offset
    browser.quiet("404")  # a picture has no icon
