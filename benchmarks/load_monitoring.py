"""The measurement of the metrics: the processor time that they add to a request (M1)."""

from harness import ours


def cost(machine, table, known):
    """The processor time of a request with metrics, against the same server with MANAGEMENT_URLS=off. They aren't scraped meanwhile."""
    without, with_metrics = ours(machine, machine.own, MANAGEMENT_URLS="off"), ours(machine, machine.own)
    token, key = known.access_token(with_metrics), known.line("keys")
    for what, header in (("JWT", f"Authorization: Bearer {token}"), ("API key", f"X-API-Key: {key}")):
        baselines, figures = [], []
        for server in (without, with_metrics):
            time_of_request(server, machine, header)
        for _ in range(4 * machine.rounds):
            baselines.append(time_of_request(without, machine, header))
            figures.append(time_of_request(with_metrics, machine, header))
        table.times("M1", f"GET /verify, {what}: processor time without metrics, with them", baselines, figures, 1.02, "us")
    without.stop()
    with_metrics.stop()


def time_of_request(server, machine, header):
    """In microseconds."""
    before = server.processor_time()
    requests = server.wrk("/api/v1/auth/verify", header) * machine.seconds
    return (server.processor_time() - before) / requests * 1e6
