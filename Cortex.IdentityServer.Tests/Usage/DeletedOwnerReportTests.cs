using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Reports of usage while an account or a key is deleted.</summary>
public sealed class DeletedOwnerReportTests(CortexApp app) : IClassFixture<CortexApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("DELETE FROM users WHERE id = $1")]
    [InlineData("DELETE FROM api_keys WHERE user_id = $1")]
    public async Task The_events_of_a_key_that_is_deleted_meanwhile_are_named_and_nothing_is_recorded(string deletion)
    {
        var (service, kept, deleted) = (await app.NewReporterAsync("usage:write"), await app.NewReporterAsync(), await app.NewReporterAsync());
        object[] events = [new { endpoint = "x", api_key_id = kept.KeyId }, new { endpoint = "x", api_key_id = deleted.KeyId }, new { endpoint = "x" }];

        var answer = await ReportWhileAsync(deletion, deleted, service.Key, events);

        var problem = await answer.ShouldBeProblemAsync(400, "validation_failed");
        Assert.Equal(["is unknown"], problem.ErrorsOf("[1].api_key_id"));
        Assert.Single(problem.GetProperty("errors").EnumerateObject());
        Assert.Equal("0 requests, 0 tokens, 0 dollars", await app.LedgerAsync(kept.UserId));
        Assert.Equal((2, 0), await service.Key.ReportAsync(new[] { events[0], events[2] }));
    }

    [Theory]
    [InlineData("DELETE FROM users WHERE id = $1")]
    [InlineData("DELETE FROM api_keys WHERE user_id = $1")]
    public async Task A_key_that_is_deleted_while_it_reports_is_invalid(string deletion)
    {
        var caller = await app.NewReporterAsync();

        var answer = await ReportWhileAsync(deletion, caller, caller.Key, new { endpoint = "x" });

        await answer.ShouldBeProblemAsync(401, "invalid_api_key");
    }

    /// <summary>Reports while another transaction has deleted the rows, but not committed yet.</summary>
    private async Task<HttpResponseMessage> ReportWhileAsync(string deletion, Reporter deleted, HttpClient caller, object events)
    {
        // The caller is known, and no row is locked.
        await (await caller.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(Ct);
        var transaction = await connection.BeginTransactionAsync(Ct);
        await using (var delete = new NpgsqlCommand(deletion, connection))
        {
            delete.Parameters.Add(new() { Value = deleted.UserId });
            await delete.ExecuteNonQueryAsync(Ct);
        }

        var report = caller.PostAsync(UsageSteps.Route, events);
        await Task.Delay(200, Ct);
        await transaction.CommitAsync(Ct);
        return await report;
    }
}
