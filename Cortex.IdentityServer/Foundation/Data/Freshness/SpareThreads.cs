namespace Cortex.IdentityServer.Foundation.Data.Freshness;

/// <summary>Adds thread pool threads while PostgreSQL doesn't answer.</summary>
/// <remarks>
/// To cancel a statement that isn't answered, Npgsql blocks a thread for the connect timeout. Each connection can block one, and the thread pool, which
/// grows slowly beyond the number of processors, would have none left for requests that need no database. Keeping that many threads permanently would cost
/// a tenth of the throughput, because of context switches.
/// </remarks>
internal sealed class SpareThreads(int connections)
{
    private readonly int _initial = MinWorkers();

    /// <summary>Adds a thread for each connection that may block one.</summary>
    public void Add() => Set(_initial + connections);

    /// <summary>Restores the previous minimum. Idle threads end by themselves.</summary>
    public void Remove() => Set(_initial);

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
