using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Billing.Metering;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>What a collector receives about requests: one trace across services, and nothing personal.</summary>
public sealed class TraceTests(PostgresCluster cluster)
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string CallerSpan = "b7ad6b7169203331";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_login_is_one_trace_with_spans_for_bcrypt_and_PostgreSQL_and_nothing_personal()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var replica = await Replica.StartAsync(await cluster.CreateDatabaseAsync(), collector.Settings);
        var email = Replica.NewEmail();
        await (await replica.RegisterAsync(email)).ShouldBeAsync(HttpStatusCode.Created);

        var answer = await SendAsync(replica, HttpMethod.Post, "/api/v1/auth/login?debug=secret-query", new { email, password = Replica.Password });

        var tokens = Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK));
        await WaitForSpanAsync(collector, span => span is { TraceId: TraceId, Kind: 2 });
        var spans = collector.Spans.Where(span => span.TraceId == TraceId).ToList();
        var request = Assert.Single(spans, span => span.Kind == 2);
        Assert.Equal(CallerSpan, request.ParentId);
        Assert.Equal("POST /api/v1/auth/login/", request.Name);
        Assert.Equal("/api/v1/auth/login/", request.Attributes["http.route"]);
        Assert.Equal("200", request.Attributes["http.response.status_code"]);
        Assert.Equal(request.SpanId, Assert.Single(spans, span => span.Name == "bcrypt").ParentId);
        Assert.Contains(spans, span => span.Attributes.GetValueOrDefault("db.query.text")?.Contains("sessions", StringComparison.Ordinal) == true);
        Assert.All(spans, span => Assert.True(span == request || spans.Any(parent => parent.SpanId == span.ParentId), span.Name));

        // The SQL of background work isn't traced.
        Assert.DoesNotContain(collector.Spans, span => span.ParentId == "" && span.Attributes.ContainsKey("db.query.text"));
        Assert.All(
            [email, Replica.Password, tokens.AccessToken, tokens.RefreshToken, "secret-query", "TestAgent"],
            secret => Assert.DoesNotContain(secret, collector.Everything, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_trace_id_of_a_problem_is_that_of_the_trace()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var replica = await Replica.StartAsync(await cluster.CreateDatabaseAsync(), collector.Settings);

        var continued = await ProblemAsync(await SendAsync(replica, HttpMethod.Get, "/api/v1/auth/me"));
        var started = await ProblemAsync(await replica.GetAsync("me"));

        Assert.Equal(TraceId, continued);
        await WaitForSpanAsync(collector, span => span.TraceId == started && span is { ParentId: "", Kind: 2 });
    }

    [Fact]
    public async Task Without_a_collector_a_problem_has_the_trace_id_of_its_caller_or_else_the_id_of_the_request()
    {
        await using var replica = await Replica.StartAsync(await cluster.CreateDatabaseAsync());

        var continued = await ProblemAsync(await SendAsync(replica, HttpMethod.Get, "/api/v1/auth/me"));
        var malformed = await SendAsync(replica, HttpMethod.Get, "/api/v1/auth/me", parent: "00-xyz-01");
        var none = await replica.GetAsync("me");

        Assert.Equal(TraceId, continued);
        await malformed.ShouldBeProblemAsync(401, "unauthenticated");
        await none.ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Metrics_are_sent_too_and_health_checks_are_not_traced()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var replica = await Replica.StartAsync(await cluster.CreateDatabaseAsync(), collector.Settings);
        await (await replica.GetAsync("/health")).ShouldBeAsync(HttpStatusCode.OK);
        await replica.SignUpAsync();

        await Poll.UntilAsync(
            Timeout, "metrics", () => Task.FromResult(collector.Metrics.Contains("cortex.logins") && collector.Metrics.Contains("cortex.database.up")));
        await WaitForSpanAsync(collector, span => span.Name == "POST /api/v1/auth/login/");

        Assert.Contains("http.server.request.duration", collector.Metrics);
        Assert.DoesNotContain(collector.Spans, span => span.Name.Contains("/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redis_Polar_and_emails_have_spans_of_their_own_without_keys_or_addresses()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var redis = new RedisServer();
        await redis.StartAsync();
        await using var smtp = new SmtpListener();
        await using var polar = await PolarStub.StartAsync(new() { AccessToken = MeterSteps.AccessToken }, Cancel);
        await using var replica = await Replica.StartAsync(
            await cluster.CreateDatabaseAsync(),
            [
                .. collector.Settings, ("REDIS_URL", redis.Url), ("SMTP_URL", $"smtp://127.0.0.1:{smtp.Port}"), ("EMAIL_FROM", "no-reply@example.com"),
                .. MeterSteps.Settings(polar.Url), ("POLAR_PRODUCTS", $"{PolarStubOptions.Pro.Id}=pro"),
            ]);
        var person = await replica.SignUpAsync();

        var answer = await SendAsync(
            replica, HttpMethod.Post, "/api/v1/billing/checkout", new { product_id = PolarStubOptions.Pro.Id }, token: person.Token);

        await answer.ShouldBeAsync(HttpStatusCode.OK);
        await WaitForSpanAsync(collector, IsCheckout);
        await WaitForSpanAsync(collector, span => span is { Name: "smtp send", Kind: 3, ParentId: "" } && span.Attributes["cortex.mail.outcome"] == "Sent");
        var call = collector.Spans.First(IsCheckout);
        var headers = Assert.Single(polar.RequestsTo("/v1/checkouts/")).Headers;
        Assert.Equal($"00-{call.TraceId}-{call.SpanId}-01", headers["traceparent"]);
        Assert.DoesNotContain("tracestate", headers.Keys);
        Assert.DoesNotContain("baggage", headers.Keys);
        var script = collector.Spans.First(span => span.Name == "redis EVAL");
        Assert.Contains(collector.Spans, span => span.SpanId == script.ParentId && span.Kind == 2);
        Assert.All([person.Email, MeterSteps.AccessToken], secret => Assert.DoesNotContain(secret, collector.Everything, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_does_not_answer_changes_nothing()
    {
        await using var replica = await Replica.StartAsync(
            await cluster.CreateDatabaseAsync(), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"), ("OTEL_BSP_SCHEDULE_DELAY", "100"));

        var person = await replica.SignUpAsync();

        Assert.Equal(204, await replica.VerifyAsync(person.Token));
        Assert.Equal(0, (await replica.Process.SignalAsync("TERM")).ExitCode);
    }

    [Fact]
    public async Task A_collector_that_accepts_connections_but_never_answers_hardly_delays_the_end()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var replica = await Replica.StartAsync(
            await cluster.CreateDatabaseAsync(),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{silent.LocalEndpoint}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("DRAIN_SECONDS", "0"));
        await replica.SignUpAsync();
        var asked = Stopwatch.GetTimestamp();

        Assert.Equal(0, (await replica.Process.SignalAsync("TERM")).ExitCode);

        // Metrics and traces wait one after the other, for three seconds each.
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static async Task<HttpResponseMessage> SendAsync(
        Replica replica, HttpMethod method, string path, object? body = null, string parent = $"00-{TraceId}-{CallerSpan}-01", string? token = null)
    {
        using var http = new HttpClient { BaseAddress = replica.Address };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        request.Headers.Add("traceparent", parent);
        request.Headers.Add("tracestate", "vendor=secret");
        request.Headers.Add("baggage", "user=secret");
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        request.Headers.UserAgent.ParseAdd("TestAgent/1.0");
        return await http.SendAsync(request, Cancel);
    }

    private static async Task<string> ProblemAsync(HttpResponseMessage answer) =>
        (await answer.JsonAsync(HttpStatusCode.Unauthorized)).GetProperty("trace_id").GetString()!;

    private static bool IsCheckout(ReceivedSpan span) =>
        span.Kind == 3 && span.Attributes.GetValueOrDefault("url.full")?.Contains("/v1/checkouts", StringComparison.Ordinal) == true;

    private static Task<TimeSpan> WaitForSpanAsync(OtlpCollector collector, Func<ReceivedSpan, bool> isWanted) =>
        Poll.UntilAsync(Timeout, "a span", () => Task.FromResult(collector.Spans.Any(isWanted)));
}
