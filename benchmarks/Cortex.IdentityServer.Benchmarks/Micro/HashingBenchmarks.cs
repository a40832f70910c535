using BenchmarkDotNet.Attributes;
using Cortex.IdentityServer.Identity.Passwords.Hashing;

namespace Cortex.IdentityServer.Benchmarks.Micro;

/// <summary>Compares the two bcrypt engines. Cost 4 shows the overhead of a call.</summary>
public class HashingBenchmarks
{
    private const string Password = "correct horse battery staple";
    private const string Salt = "abcdefghijklmnopqrstuu";

    private readonly ManagedBcrypt _managed = new();
    private NativeBcrypt _native = null!;

    [Params(4, 12)]
    public int Cost { get; set; }

    [GlobalSetup]
    public void SetUp() => _native = NativeBcrypt.TryLoad() ?? throw new PlatformNotSupportedException("libxcrypt is not installed.");

    [Benchmark(Baseline = true)]
    public string? Libxcrypt() => _native.Digest(Password, Salt, Cost);

    [Benchmark]
    public string? BcryptNet() => _managed.Digest(Password, Salt, Cost);
}
