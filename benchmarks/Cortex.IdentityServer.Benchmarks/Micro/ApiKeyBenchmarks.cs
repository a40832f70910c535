using System.Security.Claims;
using BenchmarkDotNet.Attributes;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Identity.ApiKeys;

namespace Cortex.IdentityServer.Benchmarks.Micro;

/// <summary>Measures the cost of an API key without a database query: checking its format and checksum, hashing it, and looking it up in the cache.</summary>
public class ApiKeyBenchmarks
{
    private readonly string _key = ApiKeyText.New();
    private CredentialCache<KnownApiKey> _cache = null!;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var changes = new Changes(TimeSpan.Zero, TimeProvider.System);
        changes.MarkInSync();
        _cache = new(changes, new(), TimeProvider.System, maxEntries: 100);
        var key = new KnownApiKey
        {
            Id = Guid.NewGuid(),
            UserId = Guid.NewGuid(),
            Email = "ada@example.com",
            Tier = "free",
            Scopes = ["memory:read"],
            CreatedAt = null,
            ExpiresAt = null,
            IsActive = true,
        };
        await _cache.QueryAsync(ApiKeyText.HashHex(_key), (_, _) => Task.FromResult<KnownApiKey?>(key), CancellationToken.None);
    }

    [Benchmark]
    public bool Classify() => ApiKeyText.Classify(_key) == ApiKeyKind.Ours;

    [Benchmark]
    public string HashHex() => ApiKeyText.HashHex(_key);

    [Benchmark]
    public ClaimsPrincipal Cached() =>
        _cache.TryGet(ApiKeyText.HashHex(_key), out var known) && known.VerdictAt(TimeProvider.System.GetUtcNow()) is ApiKeyVerdict.Valid
            ? known.Caller
            : throw new InvalidOperationException("The key is no longer cached.");

    [GlobalCleanup]
    public void CleanUp() => _cache.Dispose();
}
