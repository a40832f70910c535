namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>Threads for what blocks while PostgreSQL doesn't answer.</summary>
/// <remarks>
/// Npgsql cancels a statement that isn't answered by a call that holds its thread for the connect timeout. Each connection can have one, and the pool,
/// which grows slowly beyond the number of processors, would have none left for requests that need no database. Always as many cost a tenth of the
/// throughput, in switching between them.
/// </remarks>
internal sealed class SpareThreads(int connections)
{
    private readonly int _usual = MinWorkers();

    /// <summary>As many more as may block.</summary>
    public void Add() => Set(_usual + connections);

    /// <summary>As before: those that nothing needs end by themselves.</summary>
    public void Remove() => Set(_usual);

    private static int MinWorkers()
    {
        ThreadPool.GetMinThreads(out var workers, out _);
        return workers;
    }

    private static void Set(int workers)
    {
        ThreadPool.GetMinThreads(out _, out var ports);
        ThreadPool.SetMinThreads(workers, ports);
    }
}
