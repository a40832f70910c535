using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cortex.IdentityServer.Features.Billing.Metering;
using Cortex.IdentityServer.Tests.Infrastructure;
using Cortex.Polar;

namespace Cortex.IdentityServer.Tests.Billing.Metering;

/// <summary>However Polar fails, every event arrives once, under one id.</summary>
public sealed class MeterFailureTests(PolarUsageApp app) : IClassFixture<PolarUsageApp>
{
    private const string Path = "/v1/events/ingest";

    public static TheoryData<string, PolarFault, int> Failures => new()
    {
        { "429", new PolarFault.RateLimited(TimeSpan.FromSeconds(20)), 2 },
        { "500", new PolarFault.Status(500), 7 },
        { "503", new PolarFault.Status(503, "<html>"), 1 },
        { "401", new PolarFault.Status(401), 1 },
        { "403", new PolarFault.Status(403), 1 },
        { "404", new PolarFault.UnknownVersion(), 1 },
        { "307", new PolarFault.Redirect(), 1 },
        { "no answer", new PolarFault.NoAnswer(), 1 },
        { "lost request", new PolarFault.LostRequest(), 5 },
        { "lost answer", new PolarFault.LostAnswer(), 5 },
        { "half answer", new PolarFault.HalfAnswer(), 5 },
        { "large answer", new PolarFault.Oversized(20_000_000), 1 },
        { "endless answer", new PolarFault.Endless(), 1 },
        { "no JSON", new PolarFault.NotJson(), 2 },
        { "other JSON", new PolarFault.WrongJson(), 2 },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Failures))]
    public async Task Events_are_sent_again_under_the_same_ids(string name, PolarFault fault, int times)
    {
        app.Polar.Faults.Add(fault, Path, times);
        var ids = await app.NewEventsAsync(30);

        await app.SendAsync();

        Assert.Equal(0, app.Polar.Faults.Pending);
        Assert.Equal(
            ids.Order(StringComparer.Ordinal),
            app.Polar.Usage.Accepted.Select(item => item.ExternalId!).Where(ids.Contains).Order(StringComparer.Ordinal));
        Assert.All(ids, id => Assert.True(app.Polar.Usage.Seen[id] > 1, name));
        Assert.Equal(0, await app.CountAsync("parked_at IS NOT NULL"));
        AssertContentNeverChanges(app.Polar);
    }

    [Fact]
    public async Task An_event_that_Polar_refuses_is_parked_the_others_are_sent_at_once_and_an_administrator_can_send_it_again()
    {
        using var metrics = new MeterReadings(app);
        var ids = await app.NewEventsAsync(30);
        app.Polar.Usage.Refuse(ids[3], "Value error, this one is refused.");
        app.Polar.Usage.Refuse(ids[20]);
        var requests = app.Polar.RequestsTo(Path).Count;

        await app.SendAsync();

        Assert.Equal(requests + 2, app.Polar.RequestsTo(Path).Count);
        Assert.Equal(2, await app.CountAsync($"external_id IN ('{ids[3]}', '{ids[20]}') AND parked_at IS NOT NULL AND accepted_at IS NULL"));
        Assert.Equal(28, app.Polar.Usage.Accepted.Count(item => ids.Contains(item.ExternalId)));
        Assert.Contains("this one is refused", (string)(await app.SqlAsync("SELECT error FROM billing_meter_events WHERE external_id = $1", ids[3]))!);
        Assert.Contains($"Error: Polar refuses the usage event {ids[3]} of user", app.Log, StringComparison.Ordinal);
        Assert.Equal(28, metrics.Read(MeterMetrics.Accepted));
        Assert.Equal(2, metrics.Read(MeterMetrics.Refused));

        app.Polar.Usage.AcceptAll();
        var staff = await app.SignUpStaffAsync();
        var route = $"/api/v1/admin/billing/usage-events/{ids[3]}/retry";
        var retried = await (await staff.Http.PostNothingAsync(route)).JsonAsync(HttpStatusCode.Accepted);
        Assert.Equal(ids[3], retried.GetProperty("external_id").GetString());
        Assert.Equal(1m, retried.GetProperty("cost_usd").GetDecimal());
        Assert.Equal(JsonValueKind.Null, retried.GetProperty("accepted_at").ValueKind);
        await app.SendAsync();

        Assert.Single(app.Polar.Usage.Accepted, item => item.ExternalId == ids[3]);
        Assert.DoesNotContain(app.Polar.Usage.Accepted, item => item.ExternalId == ids[20]);

        // Sending it again changes nothing, and neither does an event that doesn't exist.
        retried = await (await staff.Http.PostNothingAsync(route)).JsonAsync(HttpStatusCode.Accepted);
        Assert.NotEqual(JsonValueKind.Null, retried.GetProperty("accepted_at").ValueKind);
        foreach (var unknown in new[] { "ctx-" + new string('0', 40), "ctx-1", new string('x', 3_000), "ctx-" + new string('é', 40) })
        {
            await (await staff.Http.PostNothingAsync($"/api/v1/admin/billing/usage-events/{unknown}/retry")).ShouldBeProblemAsync(404, "not_found");
        }

        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM audit_events WHERE action = 'usage_event.retried' AND details->>'external_id' = $1", ids[3]));
        await app.SqlAsync("UPDATE billing_meter_events SET parked_at = NULL WHERE parked_at IS NOT NULL");
        await app.SendAsync();
    }

    [Fact]
    public async Task If_Polar_does_not_say_which_event_it_refuses_the_batch_is_halved()
    {
        const string Refusal = """{"error": "RequestValidationError", "detail": [{"type": "value_error", "loc": ["body"], "msg": "Something is wrong."}]}""";
        var ids = await app.NewEventsAsync(8);

        // Of 8, 4, 2, and 1 events. Its body is too large as well, for all that anybody knows.
        app.Polar.Faults.Add(new PolarFault.Status(422, Refusal, "application/json"), Path, times: 3);
        app.Polar.Faults.Add(new PolarFault.Status(413, """{"detail": "Too large"}""", "application/json"), Path);
        var before = app.Polar.Usage.Batches.Count;

        await app.SendAsync();

        Assert.Equal([8, 4, 2, 1, 1, 2, 4], app.Polar.Usage.Batches.Skip(before));
        Assert.Equal(7, app.Polar.Usage.Accepted.Count(item => ids.Contains(item.ExternalId)));
        Assert.Equal(1, await app.CountAsync("parked_at IS NOT NULL AND error LIKE '413 refused: %Too large'"));
        await app.SqlAsync("UPDATE billing_meter_events SET parked_at = NULL WHERE parked_at IS NOT NULL");
        await app.SendAsync();
    }

    [Fact]
    public async Task If_Polar_refuses_everything_most_events_wait_instead_of_being_parked()
    {
        var ids = await app.NewEventsAsync(40);
        foreach (var id in ids)
        {
            app.Polar.Usage.Refuse(id);
        }

        await app.LetTimePassUntilAsync("some are parked", async () => await app.CountAsync("parked_at IS NOT NULL") > 0);
        Assert.Equal(10, await app.CountAsync("parked_at IS NOT NULL"));
        Assert.Contains("Error: Polar refuses 40 usage events and accepts no others, so 10 of them are parked", app.Log, StringComparison.Ordinal);
        const string Again = "Error: Polar refuses 30 usage events and accepts no others, so 0 of them are parked";
        await app.LetTimePassUntilAsync("they are sent again", () => Task.FromResult(app.Log.Contains(Again, StringComparison.Ordinal)));
        Assert.Equal(10, await app.CountAsync("parked_at IS NOT NULL"));

        app.Polar.Usage.AcceptAll();
        await app.SendAsync();
        Assert.Equal(30, app.Polar.Usage.Accepted.Count(item => ids.Contains(item.ExternalId)));
        await app.SqlAsync("UPDATE billing_meter_events SET parked_at = NULL WHERE parked_at IS NOT NULL");
        await app.SendAsync();
        Assert.Equal(40, app.Polar.Usage.Accepted.Count(item => ids.Contains(item.ExternalId)));
    }

    [Fact]
    public async Task Pauses_grow_while_Polar_fails_and_it_is_not_asked_before_the_time_that_it_names()
    {
        app.Polar.ForgetRequests();
        app.Polar.Faults.Add(new PolarFault.Status(500), Path, times: int.MaxValue);
        await app.NewEventsAsync(1);
        await app.LetTimePassUntilAsync("many requests", () => Task.FromResult(app.Polar.RequestsTo(Path).Count >= 30));
        var times = app.Polar.RequestsTo(Path).Select(request => request.At).ToList();
        Assert.InRange(times.Zip(times.Skip(1), (one, next) => next - one).Max(), TimeSpan.FromSeconds(150), TimeSpan.FromMinutes(20));

        app.Polar.Faults.Clear();
        app.Polar.Faults.Add(new PolarFault.RateLimited(TimeSpan.FromMinutes(8)), Path);
        await app.SendAsync();
        var last = app.Polar.RequestsTo(Path).TakeLast(2).ToList();
        Assert.Equal(429, last[0].Status);
        Assert.InRange(last[1].At - last[0].At, TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(30));
    }

    /// <summary>Asserts that whatever was sent under an id was always the same.</summary>
    internal static void AssertContentNeverChanges(PolarStub polar) => Assert.All(
        polar.RequestsTo(Path)
            .SelectMany(request => JsonNode.Parse(request.Body)!["events"]!.AsArray())
            .GroupBy(item => item!["external_id"]!.GetValue<string>(), item => item!.ToJsonString()),
        contents => Assert.Single(contents.Distinct()));
}
