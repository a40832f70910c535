using System.Net;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>A server process of one test class with a management listener, as operators run it.</summary>
public sealed partial class MonitoredServer(PostgresCluster cluster) : IAsyncLifetime
{
    private readonly HttpClient _http = new();

    internal Replica Replica { get; private set; } = null!;

    public Uri Management { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Replica = await Replica.StartAsync(
            await cluster.CreateDatabaseAsync(),
            ("MANAGEMENT_URLS", "http://127.0.0.1:0"),
            ("TRUSTED_PROXIES", "127.0.0.1"),
            ("RATE_LIMITS", CortexApp.HighLimits.Replace(",login=1000000", ",login=40", StringComparison.Ordinal)));
        Management = ManagementAddress(Replica.Process.Output);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Replica.DisposeAsync();
    }

    /// <summary>Reads the metrics as Prometheus does.</summary>
    internal async Task<Scrape> ScrapeAsync()
    {
        using var answer = await _http.GetAsync(new Uri(Management, "/metrics"), TestContext.Current.CancellationToken);
        await answer.ShouldBeAsync(HttpStatusCode.OK);
        return Scrape.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The address that the server logs at its start.</summary>
    internal static Uri ManagementAddress(string log) => new(Announcement().Match(log).Groups[1].Value);

    [GeneratedRegex(@"health checks are served on (http://[^\s""]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Announcement();
}
