using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>Reports of usage while an account or a key is deleted.</summary>
public sealed class DeletedOwnerReportTests(CortexApp app) : IClassFixture<CortexApp>
{
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

    /// <summary>Reports while another transaction has deleted the rows, which commits once the report waits for it.</summary>
    private async Task<HttpResponseMessage> ReportWhileAsync(string deletion, Reporter deleted, HttpClient caller, object events)
    {
        // The caller is known, and no row is locked.
        await (await caller.FetchAsync("/api/v1/auth/verify")).ShouldBeAsync(HttpStatusCode.NoContent);
        return await app.CommitDuringAsync(deletion, deleted.UserId, () => caller.PostAsync(UsageSteps.Route, events));
    }
}
