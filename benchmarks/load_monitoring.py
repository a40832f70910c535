"""The measurement of the metrics: the processor time that they add to a request (M1)."""

from harness import ours

VERIFY = "/api/v1/auth/verify"


def cost(machine, table, known):
    """The processor time of a request with metrics, against the same server with MANAGEMENT_URLS=off. They aren't scraped meanwhile."""
    key = known.line("keys")
    results = {"JWT": ([], []), "API key": ([], [])}
    for _ in range(4 * machine.rounds):
        # Two processes of the same program differ by several percent for as long as they live, so each round has new ones.
        servers = ours(machine, machine.own, MANAGEMENT_URLS="off"), ours(machine, machine.own)
        for what, times in results.items():
            headers = [f"X-API-Key: {key}" if what == "API key" else f"Authorization: Bearer {known.access_token(server)}" for server in servers]
            for time, figures in zip(times_of_request(servers, machine, headers), times):
                figures.append(time)
        for server in servers:
            server.stop()
    for what, (baselines, figures) in results.items():
        table.times("M1", f"GET /verify, {what}: processor time without metrics, with them", baselines, figures, 1.02, "us")


def times_of_request(servers, machine, headers):
    """The processor time of a request at each of the servers, in microseconds. They take turns every second, because the machine's speed changes too."""
    for server, header in zip(servers, headers):
        server.processor_time_of(max(1, machine.warm_up // 3), VERIFY, header)
    turns = [[server.processor_time_of(1, VERIFY, header) for server, header in zip(servers, headers)] for _ in range(machine.seconds)]
    return [sum(time for time, _ in own) / sum(requests for _, requests in own) * 1e6 for own in zip(*turns)]
