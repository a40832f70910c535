using System.Security.Claims;
using BenchmarkDotNet.Attributes;
using Cortex.IdentityServer.Foundation.Data.Freshness;
using Cortex.IdentityServer.Identity.ApiKeys;

namespace Cortex.IdentityServer.Benchmarks.Micro;

/// <summary>What an API key costs without a query: its shape and checksum, its hash, and both together with looking it up in memory.</summary>
public class ApiKeyBenchmarks
{
    private readonly string _key = ApiKeyText.New();
    private CredentialCache<KnownApiKey> _remembered = null!;

    [GlobalSetup]
    public async Task RememberAsync()
    {
        var changes = new Changes(TimeSpan.Zero, TimeProvider.System);
        changes.MarkInSync();
        _remembered = new(changes, new(), TimeProvider.System, maxEntries: 100);
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
        await _remembered.QueryAsync(ApiKeyText.HashHex(_key), (_, _) => Task.FromResult<KnownApiKey?>(key), CancellationToken.None);
    }

    [Benchmark]
    public bool Classify() => ApiKeyText.Classify(_key) == ApiKeyKind.Ours;

    [Benchmark]
    public string HashHex() => ApiKeyText.HashHex(_key);

    [Benchmark]
    public ClaimsPrincipal Remembered() =>
        _remembered.TryGet(ApiKeyText.HashHex(_key), out var known) && known.VerdictAt(TimeProvider.System.GetUtcNow()) is ApiKeyVerdict.Valid
            ? known.Caller
            : throw new InvalidOperationException("The key was forgotten.");

    [GlobalCleanup]
    public void Forget() => _remembered.Dispose();
}
