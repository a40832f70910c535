using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cortex.IdentityServer.Tests.Faults;

/// <summary>Asks again and again whether a server is ready, as a load balancer does, and remembers when it said what.</summary>
internal sealed class ReadinessLog
{
    private readonly ConcurrentQueue<Answer> _answers = [];
    private volatile bool _ends;
    private Task _running = Task.CompletedTask;

    public IEnumerable<Answer> Answers => _answers;

    public static ReadinessLog Start(Replica server)
    {
        var log = new ReadinessLog();
        log._running = log.RunAsync(server);
        return log;
    }

    public Task EndAsync()
    {
        _ends = true;
        return _running;
    }

    /// <summary>Those to questions that were asked, and answered, within this time.</summary>
    public IEnumerable<Answer> Between(long from, long to) => _answers.Where(answer => answer.AskedAt >= from && answer.AnsweredAt <= to);

    private async Task RunAsync(Replica server)
    {
        while (!_ends)
        {
            var askedAt = Stopwatch.GetTimestamp();
            using var answer = await server.GetAsync("/health/ready");
            _answers.Enqueue(new((int)answer.StatusCode, askedAt, Stopwatch.GetTimestamp()));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    internal sealed record Answer(int Status, long AskedAt, long AnsweredAt);
}
