using BenchmarkDotNet.Attributes;
using Cortex.IdentityServer.Identity.Passwords.Hashing;

namespace Cortex.IdentityServer.Benchmarks.Micro;

/// <summary>bcrypt by the two engines; at cost 4 what the call around it costs shows.</summary>
public class HashingBenchmarks
{
    private const string Password = "correct horse battery staple";
    private const string Salt = "abcdefghijklmnopqrstuu";

    private readonly ManagedBcrypt _managed = new();
    private NativeBcrypt _native = null!;

    [Params(4, 12)]
    public int Cost { get; set; }

    [GlobalSetup]
    public void Load() => _native = NativeBcrypt.TryLoad() ?? throw new PlatformNotSupportedException("libxcrypt isn't there.");

    [Benchmark(Baseline = true)]
    public string? Libxcrypt() => _native.Digest(Password, Salt, Cost);

    [Benchmark]
    public string? BcryptNet() => _managed.Digest(Password, Salt, Cost);
}
