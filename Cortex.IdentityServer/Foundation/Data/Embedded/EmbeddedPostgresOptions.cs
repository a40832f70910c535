namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Settings of the embedded PostgreSQL.</summary>
internal sealed record EmbeddedPostgresOptions
{
    /// <summary>PostgreSQL's data directory, or a symlink to it. The lock file <c>&lt;DataDirectory&gt;.lock</c> is next to it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>POSTGRES_BIN: the folder of <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>; null to search the usual places.</summary>
    public string? BinDirectory { get; init; }

    public string Database { get; init; } = "cortex";

    /// <summary>Whether the cluster survives a crash of the machine. Tests turn fsync and related settings off.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Whether to start with an empty cluster, even if an earlier run left one, and to delete it at the end. Only tests set this.</summary>
    public bool Fresh { get; init; }

    public int MaxConnections { get; init; } = 100;

    public int SharedBuffersMegabytes { get; init; } = 64;

    /// <summary>The timeout of a start, which may include recovery after a crash.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
