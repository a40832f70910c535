using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Telemetry;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Logging;

/// <summary>What a server in Production writes to standard output.</summary>
public sealed class JsonLogTests(PostgresCluster cluster)
{
    private static readonly string[] Levels = ["debug", "info", "warning", "error", "critical"];

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_line_is_one_object_that_names_the_event_and_the_request_and_nobody()
    {
        var database = new NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync());
        await using var wire = new CuttableProxy(database.Host!, database.Port);
        (database.Host, database.Port) = ("127.0.0.1", wire.Port);
        await using var server = await Replica.StartAsync(
            database.ConnectionString, ("MANAGEMENT_URLS", "http://127.0.0.1:0"), ("REDIS_URL", "redis://:a-redis-password@127.0.0.1:1"));
        using var http = new HttpClient { BaseAddress = server.Address };

        var owner = await server.SignUpAsync();
        var key = (await server.NewKeyAsync(owner)).Text;
        await SendAsync("wrong-login", HttpStatusCode.Unauthorized, new { email = owner.Email, password = "an-incorrect-passphrase" });
        await SendAsync("a.good:login", HttpStatusCode.OK, new { email = owner.Email, password = Replica.Password });
        await wire.CutAsync();
        await SendAsync("lost-database", HttpStatusCode.ServiceUnavailable, new { email = owner.Email, password = Replica.Password });
        await Poll.UntilAsync(Timeout, "the loss of the listening connection", () => Task.FromResult(Has(server.Process.Output, 1414)));
        wire.Restore();
        await Poll.UntilAsync(Timeout, "the new one", () => Task.FromResult(Has(server.Process.Output, 1416)));
        var run = await server.Process.SignalAsync("TERM");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Errors);
        var lines = Parse(run.Output);
        Assert.All(lines, ShouldBeEntry);
        Assert.Equal("wrong-login", Assert.Single(OfEvent(lines, 2402, "WrongPassword")).GetProperty("request_id").GetString());
        Assert.Contains(OfEvent(lines, 2602, "Started"), line => line.GetProperty("request_id").GetString() == "a.good:login");
        var unreachable = OfEvent(lines, 1501, "DatabaseUnreachable").Single(line => line.GetProperty("request_id").GetString() == "lost-database");
        Assert.Equal("warning", unreachable.GetProperty("level").GetString());
        Assert.Equal("lost-database", unreachable.GetProperty("data").GetProperty("trace_id").GetString());
        Assert.Equal($"{owner.Id}", OfEvent(lines, 2402, "WrongPassword").Single().GetProperty("data").GetProperty("user_id").GetString());

        // What the server does by itself belongs to no request, whichever request made it necessary.
        Assert.All(
            new[] { (1414, "Lost"), (1416, "Restored"), (1500, "Draining"), (1506, "Lost"), (1600, "Listening") },
            one => Assert.All(OfEvent(lines, one.Item1, one.Item2), line => Assert.False(line.TryGetProperty("request_id", out _), $"{line}")));
        Assert.All(
            new[]
            {
                owner.Email, Replica.Password, "an-incorrect-passphrase", owner.Token, owner.Tokens.RefreshToken, key, CortexApp.JwtSecret, CortexApp.SecretKey,
                "a-redis-password", "Password=",
            },
            secret => Assert.DoesNotContain(secret, run.Output, StringComparison.OrdinalIgnoreCase));

        async Task SendAsync(string requestId, HttpStatusCode status, object body)
        {
            http.DefaultRequestHeaders.Remove("X-Request-Id");
            http.DefaultRequestHeaders.Add("X-Request-Id", requestId);
            using var answer = await http.PostAsync("/api/v1/auth/login", body);
            await answer.ShouldBeAsync(status);
            Assert.Equal([requestId], answer.Headers.GetValues("X-Request-Id"));
        }
    }

    [Fact]
    public async Task The_ids_of_simultaneous_requests_are_not_mixed_up()
    {
        await using var server = await Replica.StartAsync(await cluster.CreateDatabaseAsync());
        using var http = new HttpClient { BaseAddress = server.Address };

        var ids = await Concurrently.RunAsync(16, async _ =>
        {
            using var answer = await http.PostAsync("/api/v1/auth/register", new { email = Replica.NewEmail(), password = Replica.Password });
            var user = await answer.JsonAsync(HttpStatusCode.Created);
            return (User: user.GetProperty("id").GetString(), Request: answer.Headers.GetValues("X-Request-Id").Single());
        });
        var run = await server.Process.SignalAsync("TERM");

        var lines = OfEvent(Parse(run.Output), 3204, "Registered");
        Assert.Equal(
            ids.OrderBy(one => one.User, StringComparer.Ordinal),
            lines.Select(line => (User: line.GetProperty("data").GetProperty("user_id").GetString(), Request: line.GetProperty("request_id").GetString()!))
                .OrderBy(one => one.User, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_traced_request_logs_the_trace_of_its_caller()
    {
        const string TraceId = "0af7651916cd43dd8448eb211c80319c";
        await using var collector = await OtlpCollector.StartAsync();
        await using var server = await Replica.StartAsync(await cluster.CreateDatabaseAsync(), collector.Settings);
        using var http = new HttpClient { BaseAddress = server.Address };

        var user = await (await server.RegisterAsync(Replica.NewEmail())).JsonAsync(HttpStatusCode.Created);
        http.DefaultRequestHeaders.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");
        using var answer = await http.PostAsync(
            "/api/v1/auth/login", new { email = user.GetProperty("email").GetString(), password = "an-incorrect-passphrase" });
        await answer.ShouldBeAsync(HttpStatusCode.Unauthorized);
        var run = await server.Process.SignalAsync("TERM");

        var line = Assert.Single(OfEvent(Parse(run.Output), 2402, "WrongPassword"));
        Assert.Equal(TraceId, line.GetProperty("trace_id").GetString());
        Assert.Contains(collector.Spans, span => span.TraceId == TraceId && span.SpanId == line.GetProperty("span_id").GetString());
        Assert.Equal(answer.Headers.GetValues("X-Request-Id").Single(), line.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Text_can_be_chosen_in_Production()
    {
        await using var server = await Replica.StartAsync(await cluster.CreateDatabaseAsync(), ("LOG_FORMAT", "text"));

        Assert.Contains("info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: ", server.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("{\"", server.Process.Output, StringComparison.Ordinal);
    }

    /// <remarks>The log of the embedded PostgreSQL begins before the host exists.</remarks>
    [Fact]
    public async Task Json_can_be_chosen_in_Development()
    {
        var folder = Directory.CreateTempSubdirectory("cx-").FullName;
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // If the tests run as root, PostgreSQL runs under another account, which needs access to the folder.
                File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("711", 8));
            }

            await using var server = ServerProcess.Start(
                ["--urls", "http://127.0.0.1:0"], ("DOTNET_ENVIRONMENT", "Development"), ("CORTEX_DATA", folder), ("LOG_FORMAT", "JSON"));
            await server.WaitForAddressAsync();
            var run = await server.SignalAsync("TERM");

            var lines = Parse(run.Output);
            Assert.All(lines, ShouldBeEntry);
            Assert.Single(OfEvent(lines, 1410, "Started"));
            Assert.Single(OfEvent(lines, 1412, "Stopped"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Returns the lines, each of which must be JSON.</summary>
    private static List<JsonElement> Parse(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(text => JsonElement.Parse(text))];

    private static bool Has(string output, int id) => output.Contains($"\"event_id\":{id},", StringComparison.Ordinal);

    private static List<JsonElement> OfEvent(IEnumerable<JsonElement> lines, int id, string name)
    {
        var found = lines.Where(line => line.GetProperty("event_id").GetInt32() == id).ToList();
        Assert.NotEmpty(found);
        Assert.All(found, line => Assert.Equal(name, line.GetProperty("event").GetString()));
        return found;
    }

    private static void ShouldBeEntry(JsonElement line)
    {
        Assert.Equal(TimeSpan.Zero, line.GetProperty("timestamp").GetDateTimeOffset().Offset);
        Assert.EndsWith("Z", line.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
        Assert.Contains(line.GetProperty("level").GetString(), Levels);
        Assert.NotEmpty(line.GetProperty("category").GetString()!);
        Assert.NotEmpty(line.GetProperty("message").GetString()!);
        Assert.True(
            line.GetProperty("event_id").GetInt32() >= 1000 || !line.GetProperty("category").GetString()!.StartsWith("Cortex.", StringComparison.Ordinal),
            $"{line}");
        Assert.Distinct(line.EnumerateObject().Select(member => member.Name));
    }
}
