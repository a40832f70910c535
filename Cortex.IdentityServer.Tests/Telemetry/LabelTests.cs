using System.Net;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>Labels say nothing about people, and clients can't make up new ones.</summary>
public sealed partial class LabelTests(MonitoredServer server) : IClassFixture<MonitoredServer>
{
    /// <summary>The only label with an id: a new one for each process, by which a collector tells replicas apart.</summary>
    private const string ReplicaLabel = "service_instance_id";

    [Fact]
    public async Task Whatever_clients_send_adds_few_series_and_no_personal_label()
    {
        var person = await server.Replica.SignUpAsync();
        var key = (await server.Replica.NewKeyAsync(person)).Text;
        Assert.Equal(204, await server.Replica.VerifyAsync(key));
        await SendOddRequestsAsync(person.Email, "first");
        var before = await server.ScrapeAsync();

        await SendOddRequestsAsync(person.Email, "second");
        var after = await server.ScrapeAsync();

        Assert.Equal(Names(before), Names(after));
        Assert.All(
            after.All.SelectMany(series => series.Labels.Where(label => label.Key != ReplicaLabel), (series, label) => (series, label.Value)),
            label => Assert.False(Personal().IsMatch(label.Value) || label.Value.Contains("ctx_", StringComparison.Ordinal), $"{label.series}"));
        Assert.InRange(after.All.Count, 100, 2_000);
    }

    [Fact]
    public async Task Durations_of_requests_have_no_label_that_is_not_known()
    {
        Assert.Equal(401, await server.Replica.VerifyAsync("ctx_unknown"));
        using var odd = await server.Replica.SendAsync(new HttpMethod("ODD"), "/health");
        await odd.ShouldBeAsync(HttpStatusCode.MethodNotAllowed);

        var requests = (await server.ScrapeAsync()).All.Where(series => series.Name == "http_server_request_duration_seconds_count").ToList();

        Assert.NotEmpty(requests);
        Assert.All(requests, request => Assert.Subset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "http_route", "http_request_method", "http_response_status_code", "error_type", "url_scheme", "network_protocol_version",
                "aspnetcore_request_is_unhandled", "otel_scope_name",
            },
            request.Labels.Keys.ToHashSet(StringComparer.Ordinal)));
        Assert.Contains(requests, request => (request.Labels["url_scheme"], request.Labels["network_protocol_version"]) == ("http", "1.1"));
        Assert.Contains(requests, request => request.Labels["http_request_method"] == "_OTHER");
    }

    private static IEnumerable<string> Names(Scrape scrape) => scrape.All.Select(series => series.ToString()).Order(StringComparer.Ordinal);

    /// <summary>Sends requests that differ in everything a client can choose.</summary>
    private async Task SendOddRequestsAsync(string email, string round)
    {
        for (var number = 0; number < 40; number++)
        {
            using var missing = await server.Replica.SendAsync(HttpMethod.Get, $"/{round}/{number}/{email}?q={number}", from: $"198.51.100.{number}");
            await missing.ShouldBeProblemAsync(404, "not_found");
            using var method = await server.Replica.SendAsync(new HttpMethod($"{round}{(char)('A' + number % 26)}"), "/health");
            await method.ShouldBeAsync(HttpStatusCode.MethodNotAllowed);
            using var stranger = await server.Replica.LogInAsync($"{round}{number}@example.com");
            await stranger.ShouldBeProblemAsync(401, "invalid_credentials");
            Assert.Equal(401, await server.Replica.VerifyAsync($"ctx_{round}{number}"));
            using var session = await server.Replica.SendAsync(HttpMethod.Delete, $"sessions/{Guid.NewGuid()}");
            await session.ShouldBeProblemAsync(401, "unauthenticated");
        }
    }

    /// <summary>An email, a UUID, or an IPv4 address.</summary>
    [GeneratedRegex(@"@|[0-9a-f]{8}-[0-9a-f]{4}-|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Personal();
}
