using System.Globalization;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>The content of <c>postmaster.pid</c> in a data directory, and the check that its process is really running.</summary>
internal sealed record Postmaster(int Pid, int Port, string SocketDirectory, string Status)
{
    private const string FileName = "postmaster.pid";

    public bool IsStopping => Status == "stopping";

    public bool IsStarting => Status == "starting";

    /// <summary>Returns null if no server is running: there is no file, or a crash or a reused process ID left a stale one.</summary>
    public static Postmaster? FindRunning(string dataDirectory)
    {
        // The lines are: PID, data directory, start time, port, socket directory, listen address, shared memory key, status.
        if (Read(dataDirectory) is not { } text
            || text.Split('\n') is not { Length: > 1 } lines
            || !int.TryParse(lines[0], NumberStyles.Integer, CultureInfo.InvariantCulture, out var pid)
            || !IsRunning(pid, text))
        {
            return null;
        }

        _ = int.TryParse(Line(3), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        return new Postmaster(pid, port, Line(4), Line(7));

        string Line(int index) => index < lines.Length ? lines[index].Trim() : "starting";
    }

    /// <summary>The connection string, as Npgsql keywords, to a database of this server as the cluster's owner.</summary>
    public string ConnectionString(string dataDirectory, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketDirectory switch { "" => "127.0.0.1", "." => dataDirectory, var folder => folder },
        Port = Port,
        Database = database,
        Username = NewCluster.User,
        Password = NewCluster.ReadPassword(dataDirectory),

        // These are set explicitly, because Npgsql would otherwise use the caller's PGOPTIONS, PGSSL... and PGTARGETSESSIONATTRS.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        RequireAuth = "ScramSHA256",
        Options = "-c timezone=UTC",
        ClientEncoding = "UTF8",
    }.ConnectionString;

    /// <summary>
    /// Whether any process of this cluster is still running, including orphaned backends of a killed postmaster. Only Linux can tell; elsewhere
    /// PostgreSQL's own check of its shared memory has to suffice.
    /// </summary>
    public static bool AnyProcessIn(string dataDirectory) =>
        OperatingSystem.IsLinux()
        && Read(dataDirectory) is { } text
        && Directory.EnumerateDirectories("/proc").Any(process =>
            int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && IsProcessOf(pid, text));

    /// <summary>
    /// Deletes the stale lock files of the cluster and its socket. PostgreSQL mistakes any process of its account with the recorded ID for a running
    /// server, even a zombie. Deleting the files doesn't endanger the data: a backend that is still running also shows in the shared memory segment, which
    /// PostgreSQL finds by the directory's inode.
    /// </summary>
    public static void RemoveStaleFiles(string dataDirectory)
    {
        File.Delete(Path.Combine(dataDirectory, FileName));
        foreach (var socketLock in Directory.EnumerateFiles(dataDirectory, ".s.PGSQL.*.lock"))
        {
            File.Delete(socketLock);
        }
    }

    private static bool IsRunning(int pid, string text)
    {
        if (OperatingSystem.IsLinux())
        {
            return IsProcessOf(pid, text);
        }

        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(Math.Abs(pid));
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// PostgreSQL's processes have the data directory as their working directory. Reading the same file through the process proves that it belongs there,
    /// despite symlinks and mounts, and that its ID wasn't reused by another program.
    /// </summary>
    private static bool IsProcessOf(int pid, string text) =>
        ReadFile($"/proc/{pid}/cwd/{FileName}") is { } same && Identity(same) == Identity(text);

    /// <summary>The process ID, data directory and start time: the lines that don't change while the server runs.</summary>
    private static string Identity(string text) => string.Join('\n', text.Split('\n').Take(3));

    private static string? Read(string dataDirectory) => ReadFile(Path.Combine(dataDirectory, FileName));

    private static string? ReadFile(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
