using Microsoft.Extensions.Time.Testing;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>
/// A clock that a test can move. However far it moves, a periodic timer fires once: the base class would fire a timer of one second millions of times in a
/// month.
/// </summary>
public sealed class TestClock() : FakeTimeProvider(DateTimeOffset.UtcNow)
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new PeriodicTimer(callback, state);
        timer.Start(base.CreateTimer(_ => timer.Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), dueTime, period);
        return timer;
    }

    /// <summary>Starts the next period at the time to which the clock has moved.</summary>
    private sealed class PeriodicTimer(TimerCallback callback, object? state) : ITimer
    {
        private ITimer _timer = null!;
        private TimeSpan _period;

        public void Start(ITimer timer, TimeSpan dueTime, TimeSpan period)
        {
            _timer = timer;
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
            return _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public void Fire()
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
            callback(state);
        }

        public void Dispose() => _timer.Dispose();

        public ValueTask DisposeAsync() => _timer.DisposeAsync();
    }
}
