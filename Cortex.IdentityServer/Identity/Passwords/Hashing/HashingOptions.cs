using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>Settings for the cost of password hashes, and for the resources that they may use.</summary>
/// <param name="Threads"><c>HASHING_THREADS</c>: the number of concurrent hashes; by default, the number of processors.</param>
/// <param name="Places"><c>HASHING_QUEUE</c>: the maximum number of requests that hash or wait; by default 16 per thread, and at least 32.</param>
/// <param name="BcryptCost"><c>BCRYPT_COST</c>, 10 to 16: the base-2 logarithm of the number of rounds. Each increment doubles the time of a login.</param>
internal sealed record HashingOptions(int Threads, int Places, int BcryptCost)
{
    private const int MaxThreads = 64;
    private const int PlacesPerThread = 16;
    private const int ReservedPerThread = 8;

    /// <summary>A minimum that lets a school class log in at the same time.</summary>
    private const int MinPlaces = 32;

    /// <summary>The number of additional places for callers at known addresses.</summary>
    public int Reserved => Threads * ReservedPerThread;

    public static HashingOptions Read(SettingsReader settings)
    {
        var threads = settings.ReadNumber("HASHING_THREADS", Math.Min(Environment.ProcessorCount, MaxThreads), min: 1, MaxThreads, "threads");
        return new(
            threads,
            settings.ReadNumber("HASHING_QUEUE", Math.Max(MinPlaces, threads * PlacesPerThread), min: 1, max: 10_000, "places"),
            settings.ReadNumber("BCRYPT_COST", defaultValue: 12, min: 10, max: 16, "rounds (as a power of two)"));
    }
}
