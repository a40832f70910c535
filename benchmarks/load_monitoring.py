"""The measurement of the metrics: the processor time that they add to a request (M1)."""

from harness import ours


def cost(machine, table, known):
    """The processor time of a request with metrics, against the same server with MANAGEMENT_URLS=off. They aren't scraped meanwhile."""
    key = known.line("keys")
    baselines, figures = ([], []), ([], [])
    for _ in range(4 * machine.rounds):
        # Two processes of the same program differ by several percent for as long as they live, so each round has new ones.
        for settings, results in (({"MANAGEMENT_URLS": "off"}, baselines), ({}, figures)):
            server = ours(machine, machine.own, **settings)
            for header, times in zip((f"Authorization: Bearer {known.access_token(server)}", f"X-API-Key: {key}"), results):
                times.append(time_of_request(server, machine, header))
            server.stop()
    for what, ones, others in zip(("JWT", "API key"), baselines, figures):
        table.times("M1", f"GET /verify, {what}: processor time without metrics, with them", ones, others, 1.02, "us")


def time_of_request(server, machine, header):
    """In microseconds, after a warm-up."""
    server.wrk("/api/v1/auth/verify", header)
    before = server.processor_time()
    requests = server.wrk("/api/v1/auth/verify", header) * machine.seconds
    return (server.processor_time() - before) / requests * 1e6
