"""The measurements of the web console: what it and the metrics cost the server (C1), and what people notice in a browser (C2)."""

import shutil
import time

from harness import fail, free_port, ours

# The password of all seeded users (Seed.cs).
PASSWORD = "a long benchmark password"
SETTINGS = ({"CONSOLE": "off", "MANAGEMENT_URLS": "off"}, {})
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def cost(machine, table, known):
    """The server with the console and metrics against the same server without them: requests per second, start, and memory."""
    key = known.line("keys")
    rates = {"JWT": ([], []), "API key": ([], [])}
    for _ in range(2 * machine.rounds):
        # Two processes of the same program differ by several percent for as long as they live, so each round has new ones.
        for which, settings in enumerate(SETTINGS):
            server = ours(machine, machine.own, **settings)
            for what, header in (("JWT", f"Authorization: Bearer {known.access_token(server)}"), ("API key", f"X-API-Key: {key}")):
                rates[what][which].append(server.wrk("/api/v1/auth/verify", header))
            server.stop()
    for what, (baselines, figures) in rates.items():
        table.ratio("C1", f"GET /verify, {what}: without console and metrics, with them", baselines, figures, 0.97)

    starts, memories = ([], []), ([], [])
    for _ in range(4 * machine.rounds):
        for which, settings in enumerate(SETTINGS):
            server = ours(machine, machine.both, **settings)
            starts[which].append(server.seconds_to_health)
            time.sleep(machine.settle)
            memories[which].append(server.memory())
            server.stop()
    table.times("C1", "start to the first 200: without console and metrics, with them", *starts, 1.03, "s")
    table.times("C1", "resident memory, idle: without console and metrics, with them", *memories, 1.03, "MiB")


def pages(machine, table, known):
    """What people notice of the pages, in a browser whose processor is slowed down four times."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        fail(f"C2 needs one of {', '.join(BROWSERS)} (Debian, Ubuntu: apt-get install chromium).")
    # The browser must find the server under its own address, because the session's cookie belongs to that.
    port = free_port()
    server = ours(machine, machine.both, port=port, PUBLIC_URL=f"http://localhost:{port}")
    email, _ = known.user(server)
    runs = [
        machine.tool(machine.both, "pages", url=server.settings["PUBLIC_URL"], browser=browser, email=email, password=PASSWORD, slowdown=4)
        for _ in range(machine.rounds)
    ]
    server.stop()
    for name in runs[0]:
        figures = sorted(run[name] for run in runs)
        middle = figures[len(figures) // 2]
        page, kind = name.rsplit(" ", 1)
        what, unit, most = {
            "paint": ("largest contentful paint", " ms", 1200),
            "interaction": ("slowest interaction", " ms", 100),
            "shift": ("layout shift", "", 0.02),
        }[kind]
        table.add("C2", f"{page}: {what}", "", f"{middle:.3g}{unit}", "", f"< {most:g}{unit}", middle < most)
