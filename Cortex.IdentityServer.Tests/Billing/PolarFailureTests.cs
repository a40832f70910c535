using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>
/// Whatever Polar does, a person gets an answer within ten seconds, and the log names the cause, but never the access token. Each test has a replica of its
/// own, because a server remembers that Polar failed.
/// </remarks>
public sealed class PolarFailureTests(PolarApp app) : IClassFixture<PolarApp>
{
    private const string Checkouts = "/v1/checkouts/";

    /// <summary>What Polar can do, how often the server asks before it gives up, and the word for it.</summary>
    public static TheoryData<string, int, string> Failures => new()
    {
        { "500", 1, "server_error" },
        { "502", 1, "server_error" },
        { "503", 3, "server_error" },
        { "429", 3, "rate_limited" },
        { "429 in an hour", 1, "rate_limited" },
        { "401", 1, "unauthorized" },
        { "403", 1, "forbidden" },
        { "redirect", 1, "redirected" },
        { "lost request", 1, "incomplete_answer" },
        { "half answer", 1, "incomplete_answer" },
        { "oversized", 1, "answer_too_large" },
        { "endless", 1, "answer_too_large" },
        { "not JSON", 1, "unexpected_answer" },
        { "empty object", 1, "unexpected_answer" },
        { "array", 1, "unexpected_answer" },
        { "bad address", 1, "unexpected_answer" },
        { "wrong version", 1, "wrong_version" },
        { "400", 1, "" },
        { "422", 1, "" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_person_sees_503_and_support_sees_why(string what, int requests, string reason)
    {
        var (_, _, http) = await app.SignUpAsync();
        var support = await app.SupportAsync();
        using var replica = app.Replica(http, out var server);
        using (server)
        {
            app.Polar.Faults.Add(FaultOf(what), Checkouts, int.MaxValue);
            app.Polar.ForgetRequests();
            var started = Stopwatch.GetTimestamp();

            var response = await replica.BuyAsync();

            app.Polar.Faults.Clear();
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "a person waited for more than ten seconds");
            var problem = await response.ShouldBeProblemAsync(503, "service_unavailable");
            Assert.Contains("payment provider", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 600);
            Assert.Equal(requests, app.Polar.RequestsTo(Checkouts).Count);
            replica.DefaultRequestHeaders.Authorization = support.Http.DefaultRequestHeaders.Authorization;
            var polar = await StatusAsync(replica);
            Assert.Equal(reason, polar.TryGetProperty("last_failure", out var failure) ? failure.GetString() : "");
            Assert.Equal(reason == "wrong_version", polar.TryGetProperty("version_rejected_since", out _));
            Assert.DoesNotContain(PolarApp.AccessToken, app.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", app.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_polar_asks_to_wait_is_passed_on()
    {
        var (_, _, http) = await app.SignUpAsync();
        app.Polar.Faults.Add(new PolarFault.RateLimited(TimeSpan.FromSeconds(42)), Checkouts);

        var response = await http.BuyAsync();

        await response.ShouldBeProblemAsync(503, "service_unavailable");
        Assert.Equal(TimeSpan.FromSeconds(42), response.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task A_short_failure_goes_unnoticed()
    {
        var (_, _, http) = await app.SignUpAsync();
        app.Polar.ForgetRequests();
        app.Polar.Faults.Add(new PolarFault.RateLimited(TimeSpan.FromSeconds(1)), Checkouts);
        app.Polar.Faults.Add(new PolarFault.Status(503), Checkouts);

        await http.BuyAsync().UrlAsync();

        Assert.Equal(3, app.Polar.RequestsTo(Checkouts).Count);
        Assert.True(app.Polar.Requests[1].At - app.Polar.Requests[0].At >= TimeSpan.FromSeconds(0.9), "the retry didn't wait");
    }

    [Fact]
    public async Task A_slow_polar_is_waited_for()
    {
        var (_, _, http) = await app.SignUpAsync();
        app.Polar.Faults.Add(new PolarFault.Slow(TimeSpan.FromSeconds(3)), Checkouts);

        await http.BuyAsync().UrlAsync();
    }

    [Fact]
    public async Task A_polar_that_does_not_answer_makes_only_the_first_people_wait()
    {
        var (_, _, http) = await app.SignUpAsync();
        using var replica = app.Replica(http, out var server);
        using (server)
        {
            app.Polar.Faults.Add(new PolarFault.NoAnswer(), Checkouts, int.MaxValue);
            var started = Stopwatch.GetTimestamp();

            var first = await Concurrently.StatusesAsync(4, _ => replica.BuyAsync());
            var waited = Stopwatch.GetElapsedTime(started);
            var fifth = await replica.BuyAsync();

            app.Polar.Faults.Clear();
            Assert.All(first, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
            Assert.InRange(waited, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
            await fifth.ShouldBeProblemAsync(503, "service_unavailable");
            Assert.True(Stopwatch.GetElapsedTime(started) - waited < TimeSpan.FromSeconds(2), "the fifth person waited too");
            Assert.Equal(TimeSpan.FromSeconds(15), fifth.Headers.RetryAfter!.Delta);
        }
    }

    [Fact]
    public async Task Sixteen_people_get_an_answer_from_a_polar_that_is_down()
    {
        var (_, _, http) = await app.SignUpAsync();
        using var replica = app.Replica(http, out var server, ("POLAR_API_URL", "http://127.0.0.1:1"));
        using (server)
        {
            var started = Stopwatch.GetTimestamp();

            var statuses = await Concurrently.StatusesAsync(16, _ => replica.BuyAsync());

            Assert.All(statuses, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
            var line = Assert.Single(app.Log.Split('\n'), line => line.Contains("type \"checkout\": unreachable", StringComparison.Ordinal));
            Assert.StartsWith("Warning: ", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_rejected_version_is_one_error_in_the_log_until_polar_answers_again()
    {
        const string Text = "Set POLAR_API_VERSION";
        var (_, _, http) = await app.SignUpAsync();
        var support = await app.SupportAsync();
        using var replica = app.Replica(http, out var server);
        using (server)
        {
            var before = app.CountLogLines(Text);
            app.Polar.Faults.Add(new PolarFault.UnknownVersion(), times: 6);
            for (var n = 0; n < 3; n++)
            {
                await (await replica.BuyAsync()).ShouldBeProblemAsync(503, "service_unavailable");
                await (await replica.OpenPortalAsync()).ShouldBeProblemAsync(503, "service_unavailable");
            }

            Assert.Equal(before + 1, app.CountLogLines(Text));
            Assert.StartsWith("Error: Polar at", app.Log.Split('\n').Last(line => line.Contains(Text, StringComparison.Ordinal)), StringComparison.Ordinal);
            await replica.BuyAsync().UrlAsync();
            Assert.Contains("Information: Polar answers requests of type \"checkout\" again", app.Log, StringComparison.Ordinal);
            replica.DefaultRequestHeaders.Authorization = support.Http.DefaultRequestHeaders.Authorization;
            var polar = await StatusAsync(replica);
            Assert.False(polar.TryGetProperty("version_rejected_since", out _));
            Assert.Equal("wrong_version", polar.GetProperty("last_failure").GetString());
        }
    }

    [Fact]
    public async Task A_version_that_polar_never_had_is_rejected()
    {
        var (_, _, http) = await app.SignUpAsync();
        using var replica = app.Replica(http, out var server, ("POLAR_API_VERSION", "2019-01"));
        using (server)
        {
            await (await replica.BuyAsync()).ShouldBeProblemAsync(503, "service_unavailable");

            Assert.Contains("doesn't know version 2019-01 of its API", app.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_version_polar_chooses()
    {
        var (_, _, http) = await app.SignUpAsync();
        using var replica = app.Replica(http, out var server, ("POLAR_API_VERSION", ""));
        using (server)
        {
            app.Polar.ForgetRequests();

            await replica.BuyAsync().UrlAsync();

            Assert.DoesNotContain("polar-version", Assert.Single(app.Polar.Requests).Headers.Keys);
        }
    }

    [Fact]
    public async Task The_access_token_does_not_follow_a_redirect()
    {
        var (_, _, http) = await app.SignUpAsync();
        await using var elsewhere = await PolarStub.StartAsync(
            new PolarStubOptions { AccessToken = PolarApp.AccessToken }, TestContext.Current.CancellationToken);
        app.Polar.Faults.Add(new PolarFault.Redirect(new Uri(elsewhere.Url, Checkouts).AbsoluteUri), Checkouts);
        app.Polar.ForgetRequests();

        await (await http.BuyAsync()).ShouldBeProblemAsync(503, "service_unavailable");

        Assert.Empty(elsewhere.Requests);
        Assert.Single(app.Polar.Requests);
        Assert.Contains("Check POLAR_API_URL", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_access_token_is_named_by_its_variable_only()
    {
        const string Wrong = "polar_oat_wrongTokenThatNoLogMayContain";
        var (_, _, http) = await app.SignUpAsync();
        using var replica = app.Replica(http, out var server, ("POLAR_ACCESS_TOKEN", Wrong));
        using (server)
        {
            await (await replica.BuyAsync()).ShouldBeProblemAsync(503, "service_unavailable");

            Assert.Contains("Check POLAR_ACCESS_TOKEN", app.Log, StringComparison.Ordinal);
            Assert.DoesNotContain(Wrong, app.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Support_sees_when_polar_last_answered()
    {
        var (_, _, http) = await app.SignUpAsync();
        await http.BuyAsync().UrlAsync();
        var support = await app.SupportAsync();

        var polar = await StatusAsync(support.Http);

        Assert.True(polar.GetProperty("enabled").GetBoolean());
        Assert.Equal(app.Polar.Url.AbsoluteUri, polar.GetProperty("api_url").GetString());
        Assert.InRange(polar.GetProperty("last_success_at").GetDateTimeOffset(), app.Clock.GetUtcNow().AddMinutes(-5), app.Clock.GetUtcNow());
        await (await http.FetchAsync("/api/v1/admin/billing")).ShouldBeProblemAsync(403, "forbidden");
    }

    private static async Task<JsonElement> StatusAsync(HttpClient staff) =>
        (await (await staff.FetchAsync("/api/v1/admin/billing")).JsonAsync(HttpStatusCode.OK)).GetProperty("polar");

    private static PolarFault FaultOf(string what) => what switch
    {
        "429" => new PolarFault.RateLimited(TimeSpan.FromSeconds(1)),
        "429 in an hour" => new PolarFault.RateLimited(TimeSpan.FromHours(1)),
        "redirect" => new PolarFault.Redirect(),
        "lost request" => new PolarFault.LostRequest(),
        "half answer" => new PolarFault.HalfAnswer(),
        "oversized" => new PolarFault.Oversized(5 * 1024 * 1024),
        "endless" => new PolarFault.Endless(),
        "not JSON" => new PolarFault.NotJson(),
        "empty object" => new PolarFault.WrongJson("{}", 201),
        "array" => new PolarFault.WrongJson("[]", 201),
        "bad address" => new PolarFault.WrongJson("""{"id": "1", "url": "javascript:alert(1)"}""", 201),
        "wrong version" => new PolarFault.UnknownVersion(),
        "400" => new PolarFault.WrongJson("""{"error": "BadRequest", "detail": "Bad request"}""", 400),
        "422" => new PolarFault.WrongJson("""{"detail": [{"loc": ["body", "x"], "msg": "wrong", "type": "value_error"}]}""", 422),
        _ => new PolarFault.Status(int.Parse(what, System.Globalization.CultureInfo.InvariantCulture), $"secret? {PolarApp.AccessToken}"),
    };
}
