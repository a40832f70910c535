using System.Net;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>What the metrics of a running server say after requests. The tests share a server, so they compare scrapes.</summary>
public sealed class MetricsTests(MonitoredServer server) : IClassFixture<MonitoredServer>
{
    private Replica Replica => server.Replica;

    [Fact]
    public async Task Logins_are_counted_by_step_and_outcome()
    {
        var before = await server.ScrapeAsync();
        var person = await Replica.SignUpAsync();
        await (await Replica.LogInAsync(person.Email, "a wrong password")).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await Replica.LogInAsync("nobody@example.com")).ShouldBeProblemAsync(401, "invalid_credentials");
        await (await Replica.PostAsync("login/2fa", new { two_factor_token = "unknown", code = "123456" })).ShouldBeProblemAsync(401, "invalid_token");

        await ShouldAddAsync(before, 1, "cortex_logins_total", ("step", "password"), ("outcome", "success"));
        await ShouldAddAsync(before, 2, "cortex_logins_total", ("step", "password"), ("outcome", "invalid_credentials"));
        await ShouldAddAsync(before, 1, "cortex_logins_total", ("step", "second_factor"), ("outcome", "invalid_challenge"));

        // Registering hashes a password too.
        await ShouldAddAsync(before, 4, "cortex_hashing_duration_seconds_count");
        await ShouldAddAsync(before, 4, "cortex_hashing_wait_seconds_count");
    }

    [Fact]
    public async Task Second_factors_are_counted_by_method_and_outcome()
    {
        var person = await Replica.SignUpAsync();
        var secret = (await (await Replica.PostAsync("2fa/enable", new { }, person.Token)).JsonAsync(HttpStatusCode.OK)).GetProperty("secret").GetString()!;
        var enabled = await Replica.PostAsync("2fa/verify", new { code = Totp.Code(secret, DateTimeOffset.UtcNow) }, person.Token);
        var recoveryCode = (await enabled.JsonAsync(HttpStatusCode.OK)).GetProperty("recovery_codes")[0].GetString()!;
        var before = await server.ScrapeAsync();

        var wrong = new { email = person.Email, password = Replica.Password, two_factor_code = "000000" };
        await (await Replica.PostAsync("login", wrong)).ShouldBeProblemAsync(401, "invalid_two_factor_code");
        await (await Replica.LogInAsync(person.Email)).ShouldBeProblemAsync(401, "two_factor_required");
        var right = new { email = person.Email, password = Replica.Password, recovery_code = recoveryCode };
        await (await Replica.PostAsync("login", right)).ShouldBeAsync(HttpStatusCode.OK);

        await ShouldAddAsync(before, 1, "cortex_second_factors_total", ("method", "totp"), ("outcome", "wrong"));
        await ShouldAddAsync(before, 1, "cortex_second_factors_total", ("method", "recovery_code"), ("outcome", "accepted"));
        await ShouldAddAsync(before, 1, "cortex_logins_total", ("step", "password"), ("outcome", "two_factor_required"));
        await ShouldAddAsync(before, 1, "cortex_logins_total", ("step", "password"), ("outcome", "invalid_code"));
    }

    [Fact]
    public async Task Refreshes_are_counted_and_a_reused_token_shows()
    {
        var person = await Replica.SignUpAsync();
        var before = await server.ScrapeAsync();

        var second = Tokens.Of(await (await Replica.RefreshAsync(person.Tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        await (await Replica.RefreshAsync(second.RefreshToken)).ShouldBeAsync(HttpStatusCode.OK);
        await (await Replica.RefreshAsync(person.Tokens.RefreshToken)).ShouldBeProblemAsync(401, "refresh_token_reused");
        await (await Replica.RefreshAsync("garbage")).ShouldBeProblemAsync(401, "invalid_refresh_token");

        await ShouldAddAsync(before, 2, "cortex_refreshes_total", ("outcome", "refreshed"));
        await ShouldAddAsync(before, 1, "cortex_refreshes_total", ("outcome", "reused"));
        await ShouldAddAsync(before, 1, "cortex_refreshes_total", ("outcome", "invalid"));
    }

    [Fact]
    public async Task Keys_are_counted_once_by_verdict_and_the_cache_by_hits_and_misses()
    {
        var person = await Replica.SignUpAsync();
        var key = (await Replica.NewKeyAsync(person)).Text;
        var before = await server.ScrapeAsync();

        Assert.Equal(204, await Replica.VerifyAsync(key));
        Assert.Equal(204, await Replica.VerifyAsync(key));
        Assert.Equal(204, await Replica.VerifyAsync(key));

        // A key with a wrong checksum is refused without a query.
        Assert.Equal(401, await Replica.VerifyAsync(key[..^1] + (key[^1] == 'a' ? 'b' : 'a')));
        await ShouldAddAsync(before, 3, "cortex_api_keys_total", ("verdict", "valid"));
        await ShouldAddAsync(before, 1, "cortex_api_keys_total", ("verdict", "invalid"));
        await ShouldAddAsync(before, 2, "cortex_credential_cache_hits_total", ("kind", "api_key"));
        await ShouldAddAsync(before, 1, "cortex_credential_cache_misses_total", ("kind", "api_key"));
        await ShouldAddAsync(before, 1, "cortex_credential_cache_size", ("kind", "api_key"));
    }

    [Fact]
    public async Task Refusals_are_counted_by_the_name_of_the_limit()
    {
        var before = await server.ScrapeAsync();
        HttpResponseMessage answer;
        do
        {
            answer = await Replica.SendAsync(HttpMethod.Post, "login/passkey/options", body: new { }, from: "192.0.2.77");
        }
        while (answer.IsSuccessStatusCode);
        await answer.ShouldBeProblemAsync(429, "rate_limited");

        await ShouldAddAsync(before, 1, "cortex_rate_limit_refusals_total", ("limit", "login"));
    }

    [Fact]
    public async Task Gauges_show_the_state_of_the_server()
    {
        await Replica.SignUpAsync();
        Scrape scrape = null!;

        // An email waits, because no mail server is configured. Gauges of the database are read every ten seconds.
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "a waiting email", async () =>
        {
            scrape = await server.ScrapeAsync();
            return scrape.Sum("cortex_audit_partitions_ahead") > 0;
        });

        Assert.Equal(1, scrape.Single("cortex_database_up"));
        Assert.Equal(1, scrape.Single("cortex_change_notices_heard"));
        Assert.InRange(scrape.Single("cortex_change_notices_age_seconds"), 0, 5);
        Assert.Equal(0, scrape.Single("cortex_hashing_queue_length"));
        Assert.InRange(scrape.Single("cortex_hashing_queue_limit"), 32, 10_000);
        Assert.Equal(3, scrape.Single("cortex_audit_partitions_ahead"));
        Assert.InRange(scrape.Single("cortex_usage_fold_lag_seconds"), 0, 30);
        Assert.Equal(0, scrape.Single("cortex_usage_queue_length"));
        Assert.Equal(0, scrape.Single("cortex_billing_events_waiting"));
        Assert.Equal(0, scrape.Single("cortex_billing_events_failed"));
        Assert.DoesNotContain(scrape.All, series => series.Name == "cortex_redis_shared");
        foreach (var name in new[]
        {
            "dotnet_gc_collections_total", "dotnet_process_cpu_time_seconds_total", "kestrel_active_connections", "db_client_connection_count",
            "db_client_operation_duration_seconds_count", "aspnetcore_identity_user_create_duration_seconds_count",
        })
        {
            Assert.Contains(scrape.All, series => series.Name == name);
        }
    }

    /// <summary>Waits for the count, because some metrics are written only after the response.</summary>
    private async Task ShouldAddAsync(Scrape before, double expected, string name, params (string Name, string Value)[] labels)
    {
        var added = 0.0;
        await Poll.UntilAsync(TimeSpan.FromSeconds(20), $"{name} counts", async () =>
        {
            added = (await server.ScrapeAsync()).Sum(name, labels) - before.Sum(name, labels);
            return added >= expected;
        });
        Assert.Equal(expected, added);
    }
}
