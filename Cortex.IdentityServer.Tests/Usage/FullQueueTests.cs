using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>More metered requests wait than the queue holds.</summary>
public sealed class DroppedRequestTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task Requests_beyond_the_queue_are_dropped_counted_and_logged_once_and_all_others_are_recorded()
    {
        var caller = await app.NewReporterAsync();
        var writer = app.Services.GetRequiredService<UsageWriter>();
        await using (await HeldLock.TakeAsync(app.ConnectionString, "LOCK TABLE usage_logs"))
        {
            // Some of them may be on their way to the database and come back to a queue that is full then.
            for (var i = 0; i < UsageQueue.MaxMetered + 100; i++)
            {
                writer.Meter(NewRequest(caller));
            }

            await Poll.UntilAsync(TimeSpan.FromSeconds(10), "a warning", () => Task.FromResult(app.CountLogLines("so some are dropped") > 0));
        }

        await Poll.UntilAsync(
            TimeSpan.FromSeconds(60), "rows of all requests that weren't dropped", async () => await CountAsync(caller) == UsageQueue.MaxMetered);
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "the end of the warning", () => Task.FromResult(app.CountLogLines("are recorded again") > 0));
        Assert.Equal(1, app.CountLogLines("so some are dropped"));
        Assert.Equal(1, app.CountLogLines("Metered requests are recorded again; 100 have been dropped since the server started"));
    }

    private static UsageEvent NewRequest(Reporter caller)
    {
        var now = DateTimeOffset.UtcNow;
        return new() { Id = UsageIds.Create(now), UserId = caller.UserId, ApiKeyId = caller.KeyId, Endpoint = "x", StatusCode = 204, CreatedAt = now };
    }

    private async Task<long> CountAsync(Reporter caller) =>
        (long)(await app.SqlAsync("SELECT count(*) FROM usage_logs WHERE user_id = $1", caller.UserId))!;
}
