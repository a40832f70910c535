using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Polls the readiness of a server, as a load balancer would, and records each result with its times.</summary>
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

    /// <summary>Returns the results of all requests that began and ended within a period.</summary>
    public IEnumerable<Result> Between(long from, long to) => _results.Where(answer => answer.BeganAt >= from && answer.EndedAt <= to);

    private async Task RunAsync(Replica server)
    {
        while (!_isStopping)
        {
            var beganAt = Stopwatch.GetTimestamp();
            using var answer = await server.GetAsync("/health/ready");
            _results.Enqueue(new((int)answer.StatusCode, beganAt, Stopwatch.GetTimestamp()));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    internal sealed record Result(int Status, long BeganAt, long EndedAt);
}
