using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Asks again and again whether a server is ready, as a load balancer does, and remembers when it said what.</summary>
internal sealed class ReadinessLog
{
    private readonly ConcurrentQueue<Result> _results = [];
    private volatile bool _isStopping;
    private Task _running = Task.CompletedTask;

    public IEnumerable<Result> Results => _results;

    public static ReadinessLog Start(Replica server)
    {
        var log = new ReadinessLog();
        log._running = log.RunAsync(server);
        return log;
    }

    public Task StopAsync()
    {
        _isStopping = true;
        return _running;
    }

    /// <summary>Those to questions that were asked, and answered, within this time.</summary>
    public IEnumerable<Result> Between(long from, long to) => _results.Where(answer => answer.AskedAt >= from && answer.AnsweredAt <= to);

    private async Task RunAsync(Replica server)
    {
        while (!_isStopping)
        {
            var askedAt = Stopwatch.GetTimestamp();
            using var answer = await server.GetAsync("/health/ready");
            _results.Enqueue(new((int)answer.StatusCode, askedAt, Stopwatch.GetTimestamp()));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    internal sealed record Result(int Status, long AskedAt, long AnsweredAt);
}
