namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Where the embedded cluster lives and how it runs.</summary>
internal sealed record EmbeddedPostgresOptions
{
    /// <summary>Becomes PostgreSQL's data directory, or a symlink to it; <c>&lt;DataDirectory&gt;.lock</c> lies beside it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>POSTGRES_BIN: the folder of <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>; null means look for it.</summary>
    public string? BinDirectory { get; init; }

    public string Database { get; init; } = "cortex";

    /// <summary>False for tests: fsync and its relatives are off, a crash of the machine may cost the cluster.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>For tests: begins with an empty cluster, whatever an earlier run left, and deletes it at the end.</summary>
    public bool Fresh { get; init; }

    public int MaxConnections { get; init; } = 100;

    public int SharedBuffersMegabytes { get; init; } = 64;

    /// <summary>Long enough for the recovery that follows a crash.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
