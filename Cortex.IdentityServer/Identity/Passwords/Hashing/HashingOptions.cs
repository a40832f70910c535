using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>How much of the machine password hashes may take.</summary>
/// <param name="Threads"><c>HASHING_THREADS</c>: hashes at a time; the number of processors unless set.</param>
/// <param name="Places"><c>HASHING_QUEUE</c>: requests that hash or wait for it at a time; 16 a thread, and not under 32, unless set.</param>
internal sealed record HashingOptions(int Threads, int Places)
{
    private const int MostThreads = 64;
    private const int PlacesPerThread = 16;
    private const int ReservedPerThread = 8;

    /// <summary>A class of pupils who log in at the same moment.</summary>
    private const int LeastPlaces = 32;

    /// <summary>Places beyond the others, for callers at addresses that are known.</summary>
    public int Reserved => Threads * ReservedPerThread;

    public static HashingOptions Read(SettingsReader settings)
    {
        var threads = settings.Number("HASHING_THREADS", Math.Min(Environment.ProcessorCount, MostThreads), least: 1, MostThreads, "threads");
        return new(threads, settings.Number("HASHING_QUEUE", Math.Max(LeastPlaces, threads * PlacesPerThread), least: 1, most: 10_000, "places"));
    }
}
