using Cortex.IdentityServer.Foundation.Data.Freshness;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>Cached entries are valid while they are cached to be current, or for the grace period while the database can't be queried.</summary>
public sealed class CredentialCacheTests : IDisposable
{
    private const int MaxEntries = 100;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly Changes _changes;
    private readonly DatabaseBreaker _breaker = new();
    private readonly CredentialCache<Fact> _cache;

    public CredentialCacheTests()
    {
        _changes = new(Grace, _clock);
        _cache = new(_changes, _breaker, _clock, MaxEntries);
        _changes.MarkInSync();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task An_entry_is_current_until_its_owner_changes()
    {
        var fact = await CacheAsync("key");

        Assert.True(_cache.TryGet("key", out var cached));
        Assert.Same(fact, cached);
        _changes.Invalidate(fact.UserId);
        Assert.False(_cache.TryGet("key", out _));
    }

    [Fact]
    public async Task A_change_during_a_query_makes_its_result_stale()
    {
        var fact = NewFact();

        var answer = await _cache.QueryAsync(
            "key",
            (_, _) =>
            {
                _changes.Invalidate(fact.UserId);
                return Task.FromResult<Fact?>(fact);
            },
            Ct);

        Assert.Same(fact, answer);
        Assert.False(_cache.TryGet("key", out _));
    }

    [Fact]
    public async Task When_anything_may_have_changed_no_entry_is_current()
    {
        await CacheAsync("one");
        await CacheAsync("two");

        _changes.InvalidateAll();

        Assert.False(_cache.TryGet("one", out _));
        Assert.False(_cache.TryGet("two", out _));
    }

    [Fact]
    public async Task An_entry_that_the_database_no_longer_has_is_removed()
    {
        await CacheAsync("key");

        Assert.Null(await _cache.QueryAsync("key", (_, _) => Task.FromResult<Fact?>(null), Ct));

        Assert.False(_cache.TryGet("key", out _));
    }

    [Fact]
    public async Task An_expired_entry_is_removed()
    {
        await CacheAsync("key");
        _clock.Advance(TimeSpan.FromHours(2));

        Assert.False(_cache.TryGet("key", out _));
    }

    [Fact]
    public async Task While_no_notifications_arrive_the_database_is_queried()
    {
        await CacheAsync("key");

        _changes.MarkOutOfSync();

        Assert.False(_cache.TryGet("key", out _));
        var now = NewFact();
        Assert.Same(now, await _cache.QueryAsync("key", (_, _) => Task.FromResult<Fact?>(now), Ct));
        _changes.MarkInSync();
        Assert.True(_cache.TryGet("key", out _));
    }

    [Fact]
    public async Task If_the_database_does_not_answer_an_entry_stays_valid_for_the_grace_period()
    {
        var fact = await CacheAsync("key");
        _changes.MarkOutOfSync();

        _clock.Advance(Grace - TimeSpan.FromSeconds(1));
        Assert.Same(fact, await _cache.QueryAsync("key", Fail, Ct));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<NpgsqlException>(() => _cache.QueryAsync("key", Fail, Ct));
    }

    [Fact]
    public async Task An_entry_that_is_known_to_be_stale_is_not_used_even_if_the_database_does_not_answer()
    {
        var fact = await CacheAsync("key");
        _changes.Invalidate(fact.UserId);
        _changes.MarkOutOfSync();

        await Assert.ThrowsAsync<NpgsqlException>(() => _cache.QueryAsync("key", Fail, Ct));
    }

    [Fact]
    public async Task An_unknown_entry_is_not_used_in_the_grace_period()
    {
        await CacheAsync("key");
        _changes.MarkOutOfSync();

        await Assert.ThrowsAsync<NpgsqlException>(() => _cache.QueryAsync("another", Fail, Ct));
    }

    [Fact]
    public async Task A_bug_does_not_extend_the_use_of_an_entry()
    {
        await CacheAsync("key");
        _changes.MarkOutOfSync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _cache.QueryAsync("key", (_, _) => throw new InvalidOperationException(), Ct));
    }

    [Fact]
    public async Task The_number_of_entries_is_bounded()
    {
        foreach (var number in Enumerable.Range(0, 10 * MaxEntries))
        {
            await CacheAsync($"key {number}");
        }

        Assert.InRange(Enumerable.Range(0, 10 * MaxEntries).Count(number => _cache.TryGet($"key {number}", out _)), 1, MaxEntries);
    }

    /// <remarks>Without this, every request within a second would wait for a second.</remarks>
    [Fact]
    public async Task After_a_query_timed_out_the_next_one_fails_at_once()
    {
        _changes.MarkOutOfSync();
        var asked = 0;
        async Task<Fact?> Hang(Fact? before, CancellationToken cancellationToken)
        {
            asked++;
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return before;
        }

        await Assert.ThrowsAsync<TimeoutException>(() => _cache.QueryAsync("key", Hang, Ct));
        await Assert.ThrowsAsync<TimeoutException>(() => _cache.QueryAsync("key", Hang, Ct));

        Assert.Equal(1, asked);
    }

    private static Task<Fact?> Fail(Fact? before, CancellationToken cancellationToken) => throw new NpgsqlException("gone");

    private async Task<Fact> CacheAsync(string key)
    {
        var fact = NewFact();
        Assert.Same(fact, await _cache.QueryAsync(key, (_, _) => Task.FromResult<Fact?>(fact), Ct));
        return fact;
    }

    private Fact NewFact() => new(Guid.NewGuid(), _clock.GetUtcNow() + TimeSpan.FromHours(1));

    private sealed record Fact(Guid UserId, DateTimeOffset ValidUntil) : ICachedCredential;
}
