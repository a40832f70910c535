using Cortex.IdentityServer.Foundation.Data.Freshness;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>Cached entries are valid while they are known to be current, or for the grace period while the database can't be queried.</summary>
public sealed class RememberedTests : IDisposable
{
    private const int Most = 100;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly Changes _changes;
    private readonly DatabaseBreaker _breaker = new();
    private readonly Remembered<Fact> _memory;

    public RememberedTests()
    {
        _changes = new(Grace, _clock);
        _memory = new(_changes, _breaker, _clock, Most);
        _changes.InSync();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _memory.Dispose();

    [Fact]
    public async Task An_entry_is_current_until_its_owner_changes()
    {
        var fact = await LearnAsync("key");

        Assert.True(_memory.TryRecall("key", out var known));
        Assert.Same(fact, known);
        _changes.Changed(fact.UserId);
        Assert.False(_memory.TryRecall("key", out _));
    }

    [Fact]
    public async Task A_change_during_a_query_makes_its_result_stale()
    {
        var fact = NewFact();

        var answer = await _memory.AskAsync(
            "key",
            (_, _) =>
            {
                _changes.Changed(fact.UserId);
                return Task.FromResult<Fact?>(fact);
            },
            Ct);

        Assert.Same(fact, answer);
        Assert.False(_memory.TryRecall("key", out _));
    }

    [Fact]
    public async Task When_anything_may_have_changed_no_entry_is_current()
    {
        await LearnAsync("one");
        await LearnAsync("two");

        _changes.EverythingChanged();

        Assert.False(_memory.TryRecall("one", out _));
        Assert.False(_memory.TryRecall("two", out _));
    }

    [Fact]
    public async Task An_entry_that_the_database_no_longer_has_is_removed()
    {
        await LearnAsync("key");

        Assert.Null(await _memory.AskAsync("key", (_, _) => Task.FromResult<Fact?>(null), Ct));

        Assert.False(_memory.TryRecall("key", out _));
    }

    [Fact]
    public async Task An_expired_entry_is_removed()
    {
        await LearnAsync("key");
        _clock.Advance(TimeSpan.FromHours(2));

        Assert.False(_memory.TryRecall("key", out _));
    }

    [Fact]
    public async Task While_no_notifications_arrive_the_database_is_queried()
    {
        await LearnAsync("key");

        _changes.OutOfSync();

        Assert.False(_memory.TryRecall("key", out _));
        var now = NewFact();
        Assert.Same(now, await _memory.AskAsync("key", (_, _) => Task.FromResult<Fact?>(now), Ct));
        _changes.InSync();
        Assert.True(_memory.TryRecall("key", out _));
    }

    [Fact]
    public async Task If_the_database_does_not_answer_an_entry_stays_valid_for_the_grace_period()
    {
        var fact = await LearnAsync("key");
        _changes.OutOfSync();

        _clock.Advance(Grace - TimeSpan.FromSeconds(1));
        Assert.Same(fact, await _memory.AskAsync("key", Gone, Ct));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<NpgsqlException>(() => _memory.AskAsync("key", Gone, Ct));
    }

    [Fact]
    public async Task An_entry_that_is_known_to_be_stale_is_not_used_even_if_the_database_does_not_answer()
    {
        var fact = await LearnAsync("key");
        _changes.Changed(fact.UserId);
        _changes.OutOfSync();

        await Assert.ThrowsAsync<NpgsqlException>(() => _memory.AskAsync("key", Gone, Ct));
    }

    [Fact]
    public async Task An_unknown_entry_is_not_used_in_the_grace_period()
    {
        await LearnAsync("key");
        _changes.OutOfSync();

        await Assert.ThrowsAsync<NpgsqlException>(() => _memory.AskAsync("another", Gone, Ct));
    }

    [Fact]
    public async Task A_bug_does_not_extend_the_use_of_an_entry()
    {
        await LearnAsync("key");
        _changes.OutOfSync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _memory.AskAsync("key", (_, _) => throw new InvalidOperationException(), Ct));
    }

    [Fact]
    public async Task The_number_of_entries_is_bounded()
    {
        foreach (var number in Enumerable.Range(0, 10 * Most))
        {
            await LearnAsync($"key {number}");
        }

        Assert.InRange(Enumerable.Range(0, 10 * Most).Count(number => _memory.TryRecall($"key {number}", out _)), 1, Most);
    }

    /// <remarks>Otherwise every request within a second would wait for a second.</remarks>
    [Fact]
    public async Task After_a_query_timed_out_the_next_one_fails_at_once()
    {
        _changes.OutOfSync();
        var asked = 0;
        async Task<Fact?> Hang(Fact? before, CancellationToken cancellationToken)
        {
            asked++;
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return before;
        }

        await Assert.ThrowsAsync<TimeoutException>(() => _memory.AskAsync("key", Hang, Ct));
        await Assert.ThrowsAsync<TimeoutException>(() => _memory.AskAsync("key", Hang, Ct));

        Assert.Equal(1, asked);
    }

    private static Task<Fact?> Gone(Fact? before, CancellationToken cancellationToken) => throw new NpgsqlException("gone");

    private async Task<Fact> LearnAsync(string key)
    {
        var fact = NewFact();
        Assert.Same(fact, await _memory.AskAsync(key, (_, _) => Task.FromResult<Fact?>(fact), Ct));
        return fact;
    }

    private Fact NewFact() => new(Guid.NewGuid(), _clock.GetUtcNow() + TimeSpan.FromHours(1));

    private sealed record Fact(Guid UserId, DateTimeOffset Until) : IRemembered;
}
