using Cortex.IdentityServer.Foundation.Data.Freshness;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>What is remembered counts while it is known to be true, or for the grace period while the database can't be asked.</summary>
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
    public async Task What_the_database_said_is_known_until_its_owner_changes()
    {
        var fact = await LearnAsync("key");

        Assert.True(_memory.TryRecall("key", out var known));
        Assert.Same(fact, known);
        _changes.Changed(fact.UserId);
        Assert.False(_memory.TryRecall("key", out _));
    }

    [Fact]
    public async Task A_change_while_the_database_is_asked_makes_its_answer_worth_nothing_later()
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
    public async Task When_anything_may_have_changed_nothing_is_known()
    {
        await LearnAsync("one");
        await LearnAsync("two");

        _changes.EverythingChanged();

        Assert.False(_memory.TryRecall("one", out _));
        Assert.False(_memory.TryRecall("two", out _));
    }

    [Fact]
    public async Task What_the_database_no_longer_knows_is_forgotten()
    {
        await LearnAsync("key");

        Assert.Null(await _memory.AskAsync("key", (_, _) => Task.FromResult<Fact?>(null), Ct));

        Assert.False(_memory.TryRecall("key", out _));
    }

    [Fact]
    public async Task What_is_over_is_forgotten()
    {
        await LearnAsync("key");
        _clock.Advance(TimeSpan.FromHours(2));

        Assert.False(_memory.TryRecall("key", out _));
    }

    [Fact]
    public async Task While_changes_are_not_heard_the_database_is_asked()
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
    public async Task Where_the_database_does_not_answer_what_was_true_counts_for_the_grace_period()
    {
        var fact = await LearnAsync("key");
        _changes.OutOfSync();

        _clock.Advance(Grace - TimeSpan.FromSeconds(1));
        Assert.Same(fact, await _memory.AskAsync("key", Gone, Ct));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<NpgsqlException>(() => _memory.AskAsync("key", Gone, Ct));
    }

    [Fact]
    public async Task What_is_known_to_have_changed_counts_no_more_though_the_database_does_not_answer()
    {
        var fact = await LearnAsync("key");
        _changes.Changed(fact.UserId);
        _changes.OutOfSync();

        await Assert.ThrowsAsync<NpgsqlException>(() => _memory.AskAsync("key", Gone, Ct));
    }

    [Fact]
    public async Task What_was_never_asked_does_not_count_in_the_grace_period()
    {
        await LearnAsync("key");
        _changes.OutOfSync();

        await Assert.ThrowsAsync<NpgsqlException>(() => _memory.AskAsync("another", Gone, Ct));
    }

    [Fact]
    public async Task A_mistake_of_ours_is_no_reason_to_go_on_with_what_was_true()
    {
        await LearnAsync("key");
        _changes.OutOfSync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _memory.AskAsync("key", (_, _) => throw new InvalidOperationException(), Ct));
    }

    [Fact]
    public async Task No_more_is_remembered_than_there_is_room_for()
    {
        foreach (var number in Enumerable.Range(0, 10 * Most))
        {
            await LearnAsync($"key {number}");
        }

        Assert.InRange(Enumerable.Range(0, 10 * Most).Count(number => _memory.TryRecall($"key {number}", out _)), 1, Most);
    }

    /// <remarks>Else each request of a second would wait for a second.</remarks>
    [Fact]
    public async Task After_one_that_waited_in_vain_the_next_does_not_wait()
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
