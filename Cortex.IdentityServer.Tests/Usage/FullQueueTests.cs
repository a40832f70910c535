using System.Net;
using Cortex.IdentityServer.Features.Usage.Ledger;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>More usage waits for the database than the queue holds.</summary>
public sealed class FullQueueTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task Metered_requests_beyond_the_queue_are_dropped_counted_and_logged_once_and_all_others_are_recorded()
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

            await Poll.UntilAsync(TimeSpan.FromSeconds(60), "a warning", () => Task.FromResult(app.CountLogLines("so some are dropped") > 0));
        }

        await Poll.UntilAsync(
            TimeSpan.FromSeconds(60), "rows of all requests that weren't dropped",
            async () => await app.CountRowsAsync(caller.UserId) == UsageQueue.MaxMetered);
        await Poll.UntilAsync(TimeSpan.FromSeconds(60), "the end of the warning", () => Task.FromResult(app.CountLogLines("are recorded again") > 0));
        Assert.Equal(1, app.CountLogLines("so some are dropped"));
        Assert.Equal(1, app.CountLogLines("Metered requests are recorded again; 100 have been dropped since the server started"));
    }

    [Fact]
    public async Task A_report_beyond_the_queue_is_refused_within_a_second_and_is_not_recorded()
    {
        var (caller, others) = (await app.NewReporterAsync(), await app.NewReporterAsync());
        var writer = app.Services.GetRequiredService<UsageWriter>();
        await using (await HeldLock.TakeAsync(app.ConnectionString, "LOCK TABLE usage_logs"))
        {
            // Whenever the writer gives up on a batch, it takes another one, and the queue is filled again.
            using var filled = new CancellationTokenSource();
            var isFull = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var filling = Task.Run(
                async () =>
                {
                    while (!filled.IsCancellationRequested)
                    {
                        if (writer.AddAsync([.. Enumerable.Range(0, 500).Select(_ => NewRequest(others))], filled.Token) is { IsCompletedSuccessfully: true })
                        {
                            isFull.TrySetResult();
                            await Task.Delay(1);
                        }
                    }
                },
                TestContext.Current.CancellationToken);
            await isFull.Task;

            var started = TimeProvider.System.GetTimestamp();
            var report = await caller.Key.PostAsync(UsageSteps.Route, Enumerable.Repeat(new { endpoint = "x" }, 1000).ToArray());

            Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(1));
            await report.ShouldBeProblemAsync(503, "service_unavailable");
            Assert.True(report.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            await filled.CancelAsync();
            await filling;
        }

        // What waited in the queue was given up, and the writer skips it.
        await Poll.UntilAsync(
            TimeSpan.FromSeconds(60), "room in the queue",
            async () => (await caller.Key.PostAsync(UsageSteps.Route, new { endpoint = "x" })).StatusCode == HttpStatusCode.Accepted);
        Assert.Equal(1, await app.CountRowsAsync(caller.UserId));
    }

    private static UsageEvent NewRequest(Reporter caller)
    {
        var now = DateTimeOffset.UtcNow;
        return new() { Id = UsageIds.Create(now), UserId = caller.UserId, ApiKeyId = caller.KeyId, Endpoint = "x", StatusCode = 204, CreatedAt = now };
    }
}
