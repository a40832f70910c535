using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>The management listener has its own address, and nothing that a client sends to the public one leads to it.</summary>
public sealed class ManagementTests(MonitoredServer server, PostgresCluster cluster) : IClassFixture<MonitoredServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task The_management_listener_serves_metrics_and_health_checks(string path)
    {
        using var http = new HttpClient { BaseAddress = server.Management };

        using var answer = await http.GetAsync(path, Cancel);
        using var head = await http.SendAsync(new(HttpMethod.Head, path), Cancel);
        using var post = await http.PostAsync(path, new { });

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.NotEqual("", await answer.Content.ReadAsStringAsync(Cancel));
        await head.ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        Assert.Equal(["GET", "HEAD"], post.Content.Headers.Allow);
        Assert.DoesNotContain(answer.Headers, header => header.Key == "Server");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/auth/me")]
    [InlineData("/metrics/x")]
    public async Task The_management_listener_serves_nothing_else(string path)
    {
        using var http = new HttpClient { BaseAddress = server.Management };

        using var answer = await http.GetAsync(path, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("OPTIONS")]
    [InlineData("PURGE")]
    public async Task No_request_to_the_public_address_reaches_the_metrics(string method)
    {
        string[] targets =
        [
            "/metrics", "/metrics/", "//metrics", "/Metrics", "/%6Detrics", "/./metrics", "/health/../metrics", "/metrics?x=1", "/metrics;x",
            $"http://{server.Management.Authority}/metrics",
        ];
        foreach (var (target, host, version) in
            from target in targets
            from host in (string[])["localhost", server.Management.Authority]
            from version in (string[])["HTTP/1.0", "HTTP/1.1"]
            select (target, host, version))
        {
            var answer = await RawHttp.SendAsync(
                server.Replica.Address,
                $"{method} {target} {version}\nHost: {host}\nX-Forwarded-Host: {host}\nX-Forwarded-Port: {server.Management.Port}\n"
                    + "X-Original-URL: /metrics\nConnection: close\n\n");

            Assert.True(answer.Status is >= 400 and < 500, $"{method} {target} {version} at {host}: {answer.Head}");
            Assert.DoesNotContain("# TYPE", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("cortex_", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_public_address_has_no_metrics_over_HTTP_2_either()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Replica.Address, "/metrics"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        // Without TLS, the server speaks HTTP/1.1 only.
        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, Cancel));
    }

    [Fact]
    public async Task Requests_to_the_management_listener_are_not_in_the_metrics_of_requests()
    {
        await server.ScrapeAsync();
        using var http = new HttpClient { BaseAddress = server.Management };
        await (await http.GetAsync("/health", Cancel)).ShouldBeAsync(HttpStatusCode.OK);

        var scrape = await server.ScrapeAsync();

        Assert.Equal(0, scrape.Sum("http_server_request_duration_seconds_count", ("http_route", "/health/")));
        Assert.DoesNotContain(
            scrape.All,
            series => series.Name == "http_server_request_duration_seconds_count" && series.Labels.GetValueOrDefault("http_response_status_code") == "200"
                && !series.Labels.ContainsKey("http_route"));
    }

    [Fact]
    public async Task A_server_that_shuts_down_says_so_on_the_management_listener()
    {
        await using var replica = await Replica.StartAsync(await cluster.CreateDatabaseAsync(), ("MANAGEMENT_URLS", "http://127.0.0.1:0"));
        using var http = new HttpClient { BaseAddress = MonitoredServer.ManagementAddress(replica.Process.Output) };
        await (await http.GetAsync("/health/ready", Cancel)).ShouldBeAsync(HttpStatusCode.OK);

        var exit = replica.Process.SignalAsync("TERM");
        var statuses = new List<HttpStatusCode>();
        while (!exit.IsCompleted)
        {
            try
            {
                using var ready = await http.GetAsync("/health/ready", Cancel);
                using var metrics = await http.GetAsync("/metrics", Cancel);
                statuses.AddRange([ready.StatusCode, metrics.StatusCode]);
            }
            catch (HttpRequestException)
            {
                // The listener has stopped.
            }
        }

        Assert.Equal(0, (await exit).ExitCode);
        Assert.Contains(HttpStatusCode.ServiceUnavailable, statuses);
    }

    [Fact]
    public async Task An_address_that_is_taken_stops_the_start_if_it_was_chosen()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://{other.LocalEndpoint}";

        var run = await ServerProcess.RunAsync(
            ["--urls", "http://127.0.0.1:0"], [.. await SettingsAsync(), ("MANAGEMENT_URLS", url)]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal([$"The server can't listen on {url} (MANAGEMENT_URLS): another program is already listening there."], run.ErrorLines);
    }

    [Fact]
    public async Task If_the_default_address_is_taken_the_server_starts_without_metrics()
    {
        using var other = new TcpListener(IPAddress.Loopback, 9464);
        try
        {
            other.Start();
        }
        catch (SocketException)
        {
            // Another program has already taken it.
        }

        await using var process = ServerProcess.Start(["--urls", "http://127.0.0.1:0"], [.. await SettingsAsync(), ("MANAGEMENT_URLS", "")]);
        await process.WaitForAddressAsync();

        const string Warning = "Metrics can't be served on http://127.0.0.1:9464: another program is already listening there.";
        Assert.Contains(Warning, process.Output, StringComparison.Ordinal);
    }

    /// <remarks>An empty answer would look like a server without problems.</remarks>
    [Fact]
    public async Task Without_OpenTelemetry_the_listener_has_health_checks_but_no_metrics()
    {
        await using var replica = await Replica.StartAsync(
            await cluster.CreateDatabaseAsync(), ("MANAGEMENT_URLS", "http://127.0.0.1:0"), ("OTEL_SDK_DISABLED", "true"));
        using var http = new HttpClient { BaseAddress = MonitoredServer.ManagementAddress(replica.Process.Output) };

        await (await http.GetAsync("/health/live", Cancel)).ShouldBeAsync(HttpStatusCode.OK);
        await (await http.GetAsync("/metrics", Cancel)).ShouldBeAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "0")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "hunter2-hunter2")]
    public async Task A_variable_that_only_the_SDK_reads_stops_the_start_with_one_line(string name, string value)
    {
        var run = await ServerProcess.RunAsync(
            ["--urls", "http://127.0.0.1:0"], [.. await SettingsAsync(), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"), (name, value)]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("An OTEL_… variable isn't valid: ", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_listener_can_be_turned_off()
    {
        await using var replica = await Replica.StartAsync(await cluster.CreateDatabaseAsync(), ("MANAGEMENT_URLS", "off"));

        Assert.DoesNotContain("health checks are served", replica.Process.Output, StringComparison.Ordinal);
    }

    private async Task<(string Name, string Value)[]> SettingsAsync() =>
    [
        ("DOTNET_ENVIRONMENT", "Production"), ("POSTGRES_URL", await cluster.CreateDatabaseAsync()), ("JWT_SECRET_KEY", CortexApp.JwtSecret),
        ("SECRET_KEY", CortexApp.SecretKey), ("PUBLIC_URL", CortexApp.Issuer),
    ];
}
