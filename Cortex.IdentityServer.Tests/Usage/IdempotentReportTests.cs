using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Reports that are sent again, and reports for other keys.</summary>
public sealed class IdempotentReportTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = UsageSteps.Route;

    [Fact]
    public async Task Sending_a_report_again_counts_nothing_twice()
    {
        var caller = await app.NewReporterAsync();
        var events = NewEvents(10);

        Assert.Equal((10, 0), await caller.Key.ReportAsync(events));
        Assert.Equal((0, 10), await caller.Key.ReportAsync(events));
        Assert.Equal((1, 1), await caller.Key.ReportAsync(new[] { events[0], NewEvents(1)[0] }));

        Assert.Equal("11 requests, 77 tokens, 0.000011 dollars", await app.LedgerAsync(caller.UserId));
        Assert.Equal("11 requests, 77 tokens, 0.000011 dollars", await app.SumsAsync(caller.UserId));
    }

    [Fact]
    public async Task The_same_id_twice_in_a_report_is_one_event()
    {
        var caller = await app.NewReporterAsync();
        var events = NewEvents(1);

        Assert.Equal((1, 1), await caller.Key.ReportAsync(new[] { events[0], events[0] }));
    }

    [Fact]
    public async Task Sixteen_retries_at_once_over_two_replicas_record_each_event_once()
    {
        var caller = await app.NewReporterAsync();
        using var there = app.StartReplica(caller, out var replica);
        using (replica)
        {
            var events = NewEvents(1000);

            var counts = await Concurrently.RunAsync(16, i => (i % 2 == 0 ? caller.Key : there).ReportAsync(events));

            Assert.Equal(1000, counts.Sum(count => count.Accepted));
            Assert.Equal(15_000, counts.Sum(count => count.Duplicates));
            Assert.Equal("1000 requests, 7000 tokens, 0.001 dollars", await app.LedgerAsync(caller.UserId));
            Assert.Equal("1000 requests, 7000 tokens, 0.001 dollars", await app.SumsAsync(caller.UserId));
        }
    }

    [Fact]
    public async Task An_id_of_another_owner_is_a_conflict_and_nothing_is_recorded()
    {
        var (first, second) = (await app.NewReporterAsync(), await app.NewReporterAsync());
        var events = NewEvents(1);
        await first.Key.ReportAsync(events);

        var problem = await (await second.Key.PostAsync(Route, new[] { NewEvents(1)[0], events[0] })).ShouldBeProblemAsync(409, "id_conflict");

        Assert.NotEmpty(problem.ErrorsOf("[1].id"));
        Assert.Equal("0 requests, 0 tokens, 0 dollars", await app.LedgerAsync(second.UserId));
        Assert.Equal("0 requests, 0 tokens, 0 dollars", await app.SumsAsync(second.UserId));
    }

    [Fact]
    public async Task Of_owners_who_report_the_same_id_at_once_one_succeeds_and_no_other_report_fails()
    {
        var rivals = new List<Reporter>();
        for (var i = 0; i < 8; i++)
        {
            rivals.Add(await app.NewReporterAsync());
        }

        var contested = NewEvents(1)[0];

        var statuses = await Concurrently.StatusesAsync(
            16, i => rivals[i / 2].Key.PostAsync(Route, i % 2 == 0 ? new[] { NewEvents(1)[0], contested } : NewEvents(2)));

        Assert.Equal(9, statuses.Count(status => status == HttpStatusCode.Accepted));
        Assert.Equal(7, statuses.Count(status => status == HttpStatusCode.Conflict));
        Assert.Equal(18L, await app.SqlAsync(
            "SELECT count(*) FROM usage_logs WHERE user_id = ANY ($1)", (object)rivals.Select(rival => rival.UserId).ToArray()));
    }

    [Fact]
    public async Task A_service_reports_for_any_key_and_the_usage_belongs_to_the_owner_of_that_key()
    {
        var (service, owner) = (await app.NewReporterAsync("usage:write"), await app.NewReporterAsync());

        var counts = await service.Key.ReportAsync(new object[]
        {
            new { endpoint = "x", tokens_used = 3, api_key_id = owner.KeyId },
            new { endpoint = "y", tokens_used = 5 },
        });

        Assert.Equal((2, 0), counts);
        Assert.Equal("1 requests, 3 tokens, 0 dollars", await app.LedgerAsync(owner.UserId));
        Assert.Equal("1 requests, 5 tokens, 0 dollars", await app.LedgerAsync(service.UserId));
    }

    [Fact]
    public async Task A_service_cannot_report_for_a_key_that_does_not_exist()
    {
        var (service, owner) = (await app.NewReporterAsync("usage:write"), await app.NewReporterAsync());

        var problem = await (await service.Key.PostAsync(Route, new object[]
        {
            new { endpoint = "x", api_key_id = owner.KeyId },
            new { endpoint = "x", api_key_id = Guid.NewGuid() },
        })).ShouldBeProblemAsync(400, "validation_failed");

        Assert.NotEmpty(problem.ErrorsOf("[1].api_key_id"));
        Assert.Equal("0 requests, 0 tokens, 0 dollars", await app.LedgerAsync(owner.UserId));
    }

    [Fact]
    public async Task A_plain_key_cannot_report_for_another_one()
    {
        var (caller, owner) = (await app.NewReporterAsync(), await app.NewReporterAsync());

        var answer = await caller.Key.PostAsync(Route, new { endpoint = "x", api_key_id = owner.KeyId });

        await answer.ShouldBeProblemAsync(403, "insufficient_scope");
        Assert.Contains("usage:write", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal("0 requests, 0 tokens, 0 dollars", await app.LedgerAsync(owner.UserId));
    }

    [Fact]
    public async Task A_report_of_a_user_whose_row_is_locked_fails_with_503_and_the_others_are_recorded()
    {
        var (locked, other) = (await app.NewReporterAsync(), await app.NewReporterAsync());

        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new NpgsqlCommand("SELECT FROM users WHERE id = $1 FOR UPDATE", connection))
        {
            hold.Parameters.Add(new() { Value = locked.UserId });
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var answers = await Concurrently.StatusesAsync(6, i => (i % 2 == 0 ? locked : other).Key.PostAsync(Route, NewEvents(2)));

        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, answers.Count(status => status == HttpStatusCode.Accepted));
        Assert.Equal(3, answers.Count(status => status == HttpStatusCode.ServiceUnavailable));
        Assert.Equal("6 requests, 42 tokens, 0.000006 dollars", await app.LedgerAsync(other.UserId));
        Assert.Equal((2, 0), await locked.Key.ReportAsync(NewEvents(2)));
    }

    private static Event[] NewEvents(int count) => [.. Enumerable.Range(0, count).Select(_ => new Event(Guid.NewGuid(), "/v1/x", 7, 0.000001m))];

    private sealed record Event(Guid id, string endpoint, int tokens_used, decimal cost_usd);
}
