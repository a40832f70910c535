"""The measurements of usage: reports (P10), metered requests (U1, U3), much usage (U2), and quotas (U4)."""

import http.client
import json
import shutil
import statistics
import subprocess
import time

from harness import fail, free_port, good, ours, pinned, say

VERIFY = "/api/v1/auth/verify"
METERED = VERIFY + "?meter=1&endpoint=benchmark"

# The server holds 50,000 metered requests that PostgreSQL hasn't stored yet, and drops more than that.
BURST = 40_000
RATE = 2_000
PROBES = 200
SMALL = 100_000


def reports(machine, table, known, connections=8):
    server, key, since, sent = ours(machine, machine.both), known.line("keys"), time.time(), 0
    batches = 40 * machine.seconds

    def report(count):
        nonlocal sent
        sent += 1000 * count
        return good(machine.tool(machine.both, "report-usage", url=server.url, key=key, connections=connections, batches=count))["rate"]

    def copy(count, over):
        nonlocal sent
        sent += 1000 * count
        return machine.tool(machine.both, "copy-usage", database=machine.databases["cortex"], key=key, connections=over, batches=count)["rate"]

    report(10 * machine.warm_up)
    # PostgreSQL gets the number of connections that suits it best.
    best = max((1, 2, 4, 8, 16), key=lambda over: copy(batches // 2, over))
    baselines, figures = [], []
    for _ in range(machine.rounds):
        baselines.append(copy(batches, best))
        figures.append(report(batches))
    check_rows(machine, key, {"began": since, "answered": sent})
    server.stop()
    what = "events in POST /usage, batches of 1,000"
    table.ratio("P10", f"{what} over {connections} connections, against COPY over {best}", baselines, figures, 0.60)
    table.least("P10", what, figures, 20_000)


def metering(machine, table, known):
    server, key = ours(machine, machine.own), known.line("keys")
    baselines, figures, stored, plain_time, metered_time = [], [], [], [], []
    for turn in range(-warm_ups(machine), 2 * machine.rounds):
        began = server.processor_time()
        plain = burst(machine, server, VERIFY, key)
        between = server.processor_time()
        metered = burst(machine, server, METERED, key)
        seconds = check_rows(machine, key, metered)
        ended = server.processor_time()
        if turn >= 0:
            baselines.append(plain["rate"])
            figures.append(metered["rate"])
            stored.append(metered["answered"] / seconds)
            plain_time.append(1_000_000 * (between - began) / plain["answered"])
            metered_time.append(1_000_000 * (ended - between) / metered["answered"])
    table.ratio("U1", f"GET /verify with an API key, unmetered and metered, {BURST:,} in a row", baselines, figures, 0.90)
    table.note("U1", "processor time of the server alone per request, until all are in the ledger", plain_time, metered_time, " µs")
    table.least("U1", "metered requests until all are in the ledger", stored, RATE)
    steady = good(machine.tool(
        machine.other, "steady", url=server.url, path=METERED, key=key, rate=RATE, connections=16, seconds=machine.seconds))
    check_rows(machine, key, steady)
    count = f"{steady['answered']:,.0f}"
    table.add("U1", f"{RATE:,} metered requests per second: responses, rows", count, count, "1.00", "= 1.00", True)
    server.stop()


def warm_ups(machine):
    """Bursts that aren't counted: the runtime recompiles hot code twice in the background before it reaches full speed."""
    return machine.warm_up // 10 + 1


def burst(machine, server, path, key):
    return good(machine.tool(machine.other, "burst", url=server.url, path=path, key=key, connections=32, count=BURST))


def check_rows(machine, key, load):
    """Fails the run unless the ledger has a row for every response; returns the seconds from the first request until it had."""
    expected = round(load["answered"])
    found = machine.tool(
        machine.both, "usage-rows", database=machine.databases["cortex"], key=key, since=f"{load['began']:.3f}", expected=expected)
    if found["rows"] != expected:
        fail(f"The ledger has {found['rows']:,.0f} rows for {expected:,} responses.")
    return found["complete"] - load["began"]


def latency(machine, table, known):
    compare_latency(machine, table, known, "all on two shared cores", machine.both, machine.both)

    # PostgreSQL shares the driver's core, as if it ran on another machine. The driver goes first, because it would measure its own waiting otherwise.
    if not machine.can_prioritize:
        say("U3 with a core for the server needs chrt, pgrep, real-time priority, and a PostgreSQL of its own")
        return
    machine.pin_postgres(machine.other)
    compare_latency(machine, table, known, "a core for the server", machine.own, machine.other, first=True)
    machine.pin_postgres(machine.both)


def compare_latency(machine, table, known, where, server_cores, driver_cores, first=False):
    server, key = ours(machine, server_cores), known.line("keys")
    seconds = machine.steady // 2

    def driver(**arguments):
        command = pinned(driver_cores, machine.tool_command("steady", {"url": server.url, **arguments}))
        return machine.start(["chrt", "--fifo", "1", *command] if first else command, stdout=subprocess.PIPE)

    def finish(process):
        result = good(json.loads(process.communicate(timeout=120)[0]))
        machine.stop(process)
        return result

    token = known.access_token(server)

    def beside(path):
        """The p99 of requests with an access token beside requests to this path with an API key."""
        load = driver(path=path, key=key, rate=RATE, connections=16, seconds=seconds + 2)
        time.sleep(1)
        measured = finish(driver(token=token, rate=PROBES, connections=4, seconds=seconds))
        result = finish(load)
        if path == METERED:
            check_rows(machine, key, result)
        return measured["p99"]

    beside(METERED)
    plain, figures = [beside(VERIFY), beside(VERIFY)][1:], []
    for _ in range(machine.rounds):
        figures.append(beside(METERED))
        plain.append(beside(VERIFY))
    server.stop()
    neighbors = list(zip(plain, plain[1:]))
    baselines, differences = [(before + after) / 2 for before, after in neighbors], [max(pair) / min(pair) for pair in neighbors]
    noise = statistics.median(differences)
    table.times(
        "U3", f"p99 of GET /verify at {PROBES}/s, {where}, beside {RATE:,} requests per second: unmetered, metered (unmetered alone varies by x{noise:.2f})",
        baselines, figures, max(1.10, round(noise, 2)), "ms")


def quotas(machine, table, known):
    """Compares metered requests with a hard quota, which is never reached, with those without a quota: without Redis, and with it if it is installed."""
    limits = ";".join(f"{tier}:requests=1000000000,tokens=1000000000,cost_usd=1000000" for tier in ("free", "pro", "enterprise"))

    def compare(**more):
        key = known.line("keys")
        servers = [ours(machine, machine.own, **more), ours(machine, machine.own, QUOTAS=limits, QUOTA_MODE="hard", **more)]
        rates = [], []
        for turn in range(-warm_ups(machine), 2 * machine.rounds):
            for server, measured in zip(servers, rates):
                result = burst(machine, server, METERED, key)
                check_rows(machine, key, result)
                if turn >= 0:
                    measured.append(result["rate"])
        for server in servers:
            server.stop()
        return rates

    table.ratio("U4", "metered requests without and with a hard quota", *compare(), 0.90)
    if shutil.which("redis-server") is None:
        say("U4 with Redis needs redis-server")
        return
    port = free_port()
    redis = machine.start(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL, cwd=machine.folder)
    time.sleep(1)
    table.note("U4", "the same, counted in Redis", *compare(REDIS_URL=f"redis://127.0.0.1:{port}"))
    machine.stop(redis)


class Owner:
    """A user with a year of usage who looks at it over one connection."""

    def __init__(self, machine, known, server, rows):
        self.machine, self.database, self.cursor = machine, machine.databases["cortex"], None
        email, token = known.user(server)
        say(f"storing {rows:,} rows of usage")
        self.key = machine.tool(machine.both, "seed-usage", database=self.database, email=email, rows=rows)["key"]
        self.headers = {"Authorization": f"Bearer {token}"}
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(self, path, method="GET", expected=200):
        """Returns the response and the milliseconds that it took."""
        began = time.perf_counter()
        self.connection.request(method, f"/api/v1{path}", headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        spent = 1000 * (time.perf_counter() - began)
        if answer.status != expected:
            fail(f"{method} {path} failed with {answer.status}: {body.decode()}")
        return json.loads(body) if body else None, spent

    def report(self, query):
        return self.ask(f"/usage?{query}")[1]

    def page(self):
        """Reads the next page of events, which are listed from the newest to the oldest."""
        page, spent = self.ask("/usage/events?limit=50" + (f"&cursor={self.cursor}" if self.cursor else ""))
        self.cursor = page["next_cursor"]
        return spent

    def revoke(self):
        spent = self.ask(f"/auth/api-keys/{self.key}", "DELETE", 204)[1]
        if self.machine.tool(self.machine.both, "restore-key", database=self.database, key=self.key)["restored"] != 1:
            fail("The API key was not revoked.")
        return spent


def size(machine, table, known, rows):
    """Compares a user who has much usage with one who has little: medians of responses over one connection, taking turns."""
    server = ours(machine, machine.both)
    owners = [Owner(machine, known, server, few) for few in (SMALL, rows)]
    year = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 365 * 86_400))
    kinds = {
        "GET /usage, a month by day": (20, 40, lambda owner: owner.report("granularity=day")),
        "GET /usage, a year by month": (30, 40, lambda owner: owner.report(f"granularity=month&from={year}")),
        "GET /usage/events, a page of 50": (10, 40, Owner.page),
        "DELETE /api-keys/{key_id}, half of the usage": (20, 10, Owner.revoke),
    }
    for what, (most, count, ask) in kinds.items():
        times = [], []
        for turn in range(-count // 2, count):
            for owner, measured in zip(owners, times):
                spent = ask(owner)
                if turn >= 0:
                    measured.append(spent)
        table.slower("U2", f"{what}: a user with {SMALL:,} rows, one with {rows:,}", *times, 2, most)
    server.stop()
