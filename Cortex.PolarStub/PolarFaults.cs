namespace Cortex.Polar;

/// <summary>Faults that wait for the requests that they apply to. Each request takes the first one that applies to its path.</summary>
public sealed class PolarFaults
{
    private readonly Lock _lock = new();
    private readonly List<Waiting> _waiting = [];

    /// <summary>The number of requests that are still going to meet a fault.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                return (int)Math.Min(_waiting.Sum(waiting => (long)waiting.Times), int.MaxValue);
            }
        }
    }

    /// <summary>Makes the next requests meet a fault.</summary>
    /// <param name="fault">What happens to them.</param>
    /// <param name="path">What their path begins with, such as <c>/v1/events/ingest</c>; null for all.</param>
    /// <param name="times">How many; <see cref="int.MaxValue"/> for all until <see cref="Clear"/>.</param>
    public void Add(PolarFault fault, string? path = null, int times = 1)
    {
        lock (_lock)
        {
            _waiting.Add(new(fault, path) { Times = times });
        }
    }

    /// <summary>Behaves again.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _waiting.Clear();
        }
    }

    internal PolarFault? Take(string path)
    {
        lock (_lock)
        {
            if (_waiting.Find(waiting => waiting.Path is null || path.StartsWith(waiting.Path, StringComparison.Ordinal)) is not { } found)
            {
                return null;
            }

            if (found.Times != int.MaxValue && --found.Times == 0)
            {
                _waiting.Remove(found);
            }

            return found.Fault;
        }
    }

    private sealed record Waiting(PolarFault Fault, string? Path)
    {
        public int Times { get; set; }
    }
}
