using System.Net;
using System.Net.Http.Json;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.IdentityServer.Tests.Usage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>Usage becomes events for Polar hour by hour, and each request is in exactly one event.</summary>
public sealed class MeterClosingTests(MeteringApp app) : IClassFixture<MeteringApp>
{
    [Fact]
    public async Task An_hour_becomes_an_event_of_each_provider_five_minutes_after_its_end()
    {
        app.Clock.Advance(app.ThisHour().AddMinutes(50) - app.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        var user = await app.NewReporterAsync();
        var hour = app.ThisHour();
        await app.UseAsync(user, hour, tokens: 3, cost: "0.25");
        await app.UseAsync(user, hour.AddMinutes(44), tokens: 4, cost: "0.000001");
        await app.UseAsync(user, hour.AddMinutes(20), provider: null, tokens: 7);
        await app.UseAsync(user, hour.AddMinutes(49), provider: "Ünïcode|1", tokens: 1, cost: "0");
        Assert.Equal("4/15/250002", await app.PendingAsync(user.UserId));

        app.Clock.Advance(hour.AddMinutes(65).AddTicks(-1) - app.Clock.GetUtcNow());
        await app.CloseAsync();
        Assert.Empty(await app.EventsAsync(user.UserId));

        app.Clock.Advance(TimeSpan.FromTicks(1));
        await app.UseAsync(user, app.Clock.GetUtcNow(), tokens: 100);
        await app.CloseAsync();
        Assert.Equal(
            [
                MeterSteps.Line(hour, "", 1, "1/7/1"), MeterSteps.Line(hour, "openai", 1, "2/7/250001"), MeterSteps.Line(hour, "Ünïcode|1", 1, "1/1/0"),
            ],
            (await app.EventsAsync(user.UserId)).Order(StringComparer.Ordinal));
        Assert.Equal("1/100/1", await app.PendingAsync(user.UserId));
        Assert.Equal(
            new[] { "", "openai", "Ünïcode|1" }.Select(provider => MeterSteps.ExternalId(user.UserId, hour, provider, 1)).Order(StringComparer.Ordinal),
            ((string[])(await app.SqlAsync("SELECT array_agg(external_id) FROM billing_meter_events WHERE user_id = $1", user.UserId))!)
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Late_usage_gets_the_next_number_of_its_hour_at_most_once_an_hour()
    {
        var user = await app.NewReporterAsync();
        var hour = app.ThisHour().AddDays(-20);
        await app.UseAsync(user, hour, tokens: 1);
        await app.CloseAsync();

        await app.UseAsync(user, hour, tokens: 20);
        await app.CloseAsync();
        await app.UseAsync(user, hour.AddMinutes(59), tokens: 300);
        await app.CloseAsync();
        Assert.Equal([MeterSteps.Line(hour, "openai", 1, "1/1/1")], await app.EventsAsync(user.UserId));

        app.Clock.Advance(MeterClosing.MinDistance);
        await app.CloseAsync();
        Assert.Equal([MeterSteps.Line(hour, "openai", 1, "1/1/1"), MeterSteps.Line(hour, "openai", 2, "2/320/2")], await app.EventsAsync(user.UserId));
        Assert.Equal(1L, await app.SqlAsync(
            "SELECT count(*) FROM billing_meter_events WHERE external_id = $1 AND number = 2", MeterSteps.ExternalId(user.UserId, hour, "openai", 2)));
    }

    [Fact]
    public async Task A_correction_becomes_an_event_and_sums_of_zero_count_their_requests()
    {
        var user = await app.NewReporterAsync();
        var hour = app.ThisHour();
        await app.SqlAsync(
            "INSERT INTO usage_logs (user_id, endpoint, tokens_used, cost_usd, created_at) VALUES ($1, 'adjustment', -500, -12.345678, $2)",
            user.UserId,
            hour.AddHours(-3).UtcDateTime);
        await app.UseAsync(user, hour.AddHours(-4), tokens: 0, cost: "0");
        await app.SqlAsync("INSERT INTO billing_meter_hours VALUES ($1, $2, 'nothing', 0, 0, 0)", user.UserId, hour.AddHours(-5).UtcDateTime);

        await app.CloseAsync();

        Assert.Equal(
            [MeterSteps.Line(hour.AddHours(-4), "openai", 1, "1/0/0"), MeterSteps.Line(hour.AddHours(-3), "", 1, "1/-500/-12345678")],
            await app.EventsAsync(user.UserId));
        Assert.Equal("0/0/0", await app.PendingAsync(user.UserId));
    }

    [Fact]
    public async Task History_that_no_service_can_report_anymore_is_never_billed()
    {
        var user = await app.NewReporterAsync();
        foreach (var age in new[] { "43 days", "20 years", "2060 years" })
        {
            await app.SqlAsync(
                "INSERT INTO usage_logs (user_id, endpoint, tokens_used, created_at) VALUES ($1, '/old', 5, now() - $2::interval)", user.UserId, age);
        }

        await app.FoldAsync();

        Assert.Equal(3L, await app.SqlAsync("SELECT sum(requests)::bigint FROM usage_months WHERE user_id = $1", user.UserId));
        Assert.Equal("0/0/0", await app.PendingAsync(user.UserId));
    }

    [Fact]
    public async Task Deleting_an_account_deletes_its_unsent_usage_and_its_events()
    {
        var (user, other) = (await app.NewReporterAsync(), await app.NewReporterAsync());
        foreach (var reporter in new[] { user, other })
        {
            await app.UseAsync(reporter, app.ThisHour().AddHours(-3));
            await app.CloseAsync();
            await app.UseAsync(reporter, app.ThisHour());
        }

        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me")
        {
            Content = JsonContent.Create(new { password = TestUser.DefaultPassword }),
        };
        var deletion = await user.Session.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, deletion.StatusCode);
        Assert.Empty(await app.EventsAsync(user.UserId));
        Assert.Equal("0/0/0", await app.PendingAsync(user.UserId));
        Assert.Single(await app.EventsAsync(other.UserId));
        Assert.Equal("1/1/1", await app.PendingAsync(other.UserId));
    }

    /// <remarks>The usage of a large account is removed after the account is gone for everybody (decision 0025).</remarks>
    [Fact]
    public async Task The_usage_of_an_account_that_is_being_removed_becomes_no_event()
    {
        var user = await app.NewReporterAsync();
        await app.UseAsync(user, app.ThisHour().AddHours(-3));
        await app.SqlAsync("UPDATE users SET deleted_at = now() WHERE id = $1", user.UserId);

        await app.CloseAsync();

        Assert.Empty(await app.EventsAsync(user.UserId));
        Assert.Equal("0/0/0", await app.PendingAsync(user.UserId));
    }

    [Fact]
    public async Task A_number_is_never_used_again_although_old_events_are_deleted()
    {
        var user = await app.NewReporterAsync();
        var hour = app.ThisHour().AddHours(-2);
        await app.UseAsync(user, hour, tokens: 1);
        await app.CloseAsync();
        await app.UseAsync(user, hour.AddHours(-1), tokens: 2);
        await app.CloseAsync();
        await app.SqlAsync("UPDATE billing_meter_events SET accepted_at = now() WHERE user_id = $1 AND hour = $2", user.UserId, hour.UtcDateTime);
        var first = (string)(await app.SqlAsync(
            "SELECT external_id FROM billing_meter_events WHERE user_id = $1 AND accepted_at IS NOT NULL", user.UserId))!;

        app.Clock.Advance(TimeSpan.FromDays(400) - TimeSpan.FromMinutes(1));
        await ExpireAsync();
        Assert.Equal(2, (await app.EventsAsync(user.UserId)).Length);
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await ExpireAsync();

        // What Polar hasn't accepted is kept.
        Assert.Equal([MeterSteps.Line(hour.AddHours(-1), "openai", 1, "1/2/1")], await app.EventsAsync(user.UserId));
        var numbers = new List<int>();
        for (var time = 0; time < 3; time++)
        {
            await app.SqlAsync(
                "INSERT INTO usage_logs (user_id, endpoint, provider, tokens_used, created_at) VALUES ($1, '/late', 'openai', 9, $2)",
                user.UserId,
                hour.UtcDateTime);
            await app.FoldAsync();
            app.Clock.Advance(MeterClosing.MinDistance);
            await app.CloseAsync();
            await app.SqlAsync("UPDATE billing_meter_events SET accepted_at = now() WHERE user_id = $1 AND hour = $2", user.UserId, hour.UtcDateTime);
            await ExpireAsync();
            numbers.Add((int)(await app.SqlAsync(
                "SELECT max(number) FROM billing_meter_events WHERE user_id = $1 AND hour = $2", user.UserId, hour.UtcDateTime))!);
        }

        Assert.All(numbers, number => Assert.InRange(number, 400 * 24, 401 * 24));
        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.Equal(0L, await app.SqlAsync("SELECT count(*) FROM billing_meter_events WHERE external_id = $1", first));
    }

    private async Task ExpireAsync()
    {
        var rule = app.Services.GetServices<IExpiryRule>().Single(rule => rule.Rows == "usage events");
        await rule.ApplyAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), app.Clock.GetUtcNow(), TestContext.Current.CancellationToken);
    }
}
