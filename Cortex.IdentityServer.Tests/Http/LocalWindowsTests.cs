using Cortex.IdentityServer.Foundation.Http.RateLimits;
using Microsoft.Extensions.Time.Testing;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>The counts of one process are exact, reset with their windows, and are bounded in number.</summary>
public sealed class LocalWindowsTests
{
    private static readonly RateLimit Limit = new("test", 20, TimeSpan.FromMinutes(1));

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Of_many_concurrent_requests_exactly_the_limit_passes_in_each_window()
    {
        var windows = new LocalWindows(_clock);
        for (var round = 0; round < 3; round++)
        {
            var allowed = 0;
            Parallel.For(0, 2000, new() { MaxDegreeOfParallelism = 16 }, _ => Interlocked.Add(ref allowed, Take(windows, "a").Allowed ? 1 : 0));
            Assert.Equal(20, allowed);
            _clock.Advance(Limit.Window);
        }
    }

    [Fact]
    public void A_window_begins_with_its_first_request_and_ends_for_all_at_once()
    {
        var windows = new LocalWindows(_clock);
        _clock.Advance(TimeSpan.FromSeconds(37));

        Assert.Equal((true, 20, 19, TimeSpan.FromSeconds(60)), Seen(Take(windows, "a")));
        _clock.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal((true, 20, 18, TimeSpan.FromSeconds(15)), Seen(Take(windows, "a")));
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal((true, 20, 19, TimeSpan.FromSeconds(60)), Seen(Take(windows, "a")));
    }

    [Fact]
    public void A_refusal_takes_no_permit_and_extends_no_window()
    {
        var windows = new LocalWindows(_clock);
        UseUp(windows, "a");
        _clock.Advance(TimeSpan.FromSeconds(59));

        Assert.Equal((false, 20, 0, TimeSpan.FromSeconds(1)), Seen(Take(windows, "a")));
        Assert.Equal(1, Take(windows, "a").ResetSeconds);
        Assert.True(Take(windows, "b").Allowed);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Take(windows, "a").Allowed);
    }

    [Fact]
    public void A_permit_is_returned_only_to_the_window_it_was_taken_from()
    {
        var windows = new LocalWindows(_clock);
        var first = Take(windows, "a");
        windows.ReturnPermit(Limit, "a", first.LocalEnd!.Value);
        Assert.Equal(19, Take(windows, "a").Remaining);

        _clock.Advance(Limit.Window);
        Take(windows, "a");
        windows.ReturnPermit(Limit, "a", first.LocalEnd!.Value);
        windows.ReturnPermit(Limit, "nobody", first.LocalEnd!.Value);
        Assert.Equal(18, Take(windows, "a").Remaining);
    }

    [Fact]
    public void Returning_too_many_permits_does_not_exceed_the_limit()
    {
        var windows = new LocalWindows(_clock);
        var end = Take(windows, "a").LocalEnd!.Value;
        for (var time = 0; time < 5; time++)
        {
            windows.ReturnPermit(Limit, "a", end);
        }

        Assert.Equal(19, Take(windows, "a").Remaining);
    }

    [Fact]
    public void Many_addresses_neither_evict_a_refusal_nor_fill_the_memory()
    {
        var windows = new LocalWindows(_clock, capacity: 1000);
        UseUp(windows, "guesser");

        Parallel.For(0, 50_000, new() { MaxDegreeOfParallelism = 8 }, address => Assert.True(Take(windows, $"address {address}").Allowed));

        Assert.InRange(windows.Count, 1, 1000 + 8);
        Assert.False(Take(windows, "guesser").Allowed);
    }

    [Fact]
    public void Ended_windows_are_evicted_before_open_ones()
    {
        var windows = new LocalWindows(_clock, capacity: 100);
        for (var address = 0; address < 60; address++)
        {
            Take(windows, $"old {address}");
        }

        _clock.Advance(Limit.Window);
        for (var address = 0; address < 60; address++)
        {
            Take(windows, $"new {address}");
        }

        Assert.All(Enumerable.Range(0, 60), address => Assert.Equal(18, Take(windows, $"new {address}").Remaining));
    }

    [Fact]
    public void When_all_windows_are_exhausted_new_addresses_share_one_count()
    {
        var windows = new LocalWindows(_clock, capacity: 50);
        for (var address = 0; address < 50; address++)
        {
            UseUp(windows, $"guesser {address}");
        }

        Assert.Equal(20, Enumerable.Range(0, 100).Count(address => Take(windows, $"newcomer {address}").Allowed));
        Assert.All(Enumerable.Range(0, 50), address => Assert.False(Take(windows, $"guesser {address}").Allowed));
        Assert.InRange(windows.Count, 50, 51);

        _clock.Advance(Limit.Window);
        Assert.All(Enumerable.Range(0, 100), address => Assert.True(Take(windows, $"newcomer {address}").Allowed));
    }

    private static (bool Allowed, int Limit, int Remaining, TimeSpan Reset) Seen(RateDecision decision) =>
        (decision.Allowed, decision.Limit, decision.Remaining, decision.Reset);

    private static RateDecision Take(LocalWindows windows, string partition) => windows.Take(Limit, Limit.Permits, partition);

    private static void UseUp(LocalWindows windows, string partition)
    {
        while (Take(windows, partition).Allowed)
        {
        }
    }
}
