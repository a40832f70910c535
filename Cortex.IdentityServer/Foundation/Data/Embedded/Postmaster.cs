using System.Globalization;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>What <c>postmaster.pid</c> says of the server on a data directory, and whether that server is really there.</summary>
internal sealed record Postmaster(int Pid, int Port, string SocketDirectory, string Status)
{
    private const string FileName = "postmaster.pid";

    public bool IsStopping => Status == "stopping";

    public bool IsStarting => Status == "starting";

    /// <summary>Null when no server runs: no file, or one that a crash or a reused process id left behind.</summary>
    public static Postmaster? FindRunning(string dataDirectory)
    {
        // Lines: pid, data directory, start time, port, socket directory, listen address, shared memory key, status.
        if (Read(dataDirectory) is not { } text
            || text.Split('\n') is not { Length: > 1 } lines
            || !int.TryParse(lines[0], NumberStyles.Integer, CultureInfo.InvariantCulture, out var pid)
            || !Runs(pid, text))
        {
            return null;
        }

        _ = int.TryParse(Line(3), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        return new Postmaster(pid, port, Line(4), Line(7));

        string Line(int index) => index < lines.Length ? lines[index].Trim() : "starting";
    }

    /// <summary>Npgsql keywords that lead to a database of this server, as the owner of the cluster.</summary>
    public string ConnectionString(string dataDirectory, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketDirectory switch { "" => "127.0.0.1", "." => dataDirectory, var folder => folder },
        Port = Port,
        Database = database,
        Username = NewCluster.User,
        Password = NewCluster.ReadPassword(dataDirectory),
        // Said here because Npgsql would take what is not said from PGOPTIONS, PGSSL..., PGTARGETSESSIONATTRS of the caller.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        RequireAuth = "ScramSHA256",
        Options = "-c timezone=UTC",
        ClientEncoding = "UTF8",
    }.ConnectionString;

    /// <summary>
    /// Is a process of this cluster still there, be it an orphaned backend of a postmaster that was killed? Only Linux can tell;
    /// elsewhere PostgreSQL's own check of its shared memory has to do.
    /// </summary>
    public static bool AnyProcessIn(string dataDirectory) =>
        OperatingSystem.IsLinux()
        && Read(dataDirectory) is { } text
        && Directory.EnumerateDirectories("/proc").Any(process =>
            int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && WorksIn(pid, text));

    /// <summary>
    /// PostgreSQL takes any live process of its account with this id for a server, be it one that ended and whose parent has not
    /// asked for it yet, so stale files must go: its own and that of the socket. They are not what guards the data: a backend that is
    /// still there also shows in the shared memory, which PostgreSQL looks up by the inode.
    /// </summary>
    public static void RemoveStaleFiles(string dataDirectory)
    {
        File.Delete(Path.Combine(dataDirectory, FileName));
        foreach (var socketLock in Directory.EnumerateFiles(dataDirectory, ".s.PGSQL.*.lock"))
        {
            File.Delete(socketLock);
        }
    }

    private static bool Runs(int pid, string text)
    {
        if (OperatingSystem.IsLinux())
        {
            return WorksIn(pid, text);
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
    /// The processes of PostgreSQL work in their data directory: looking at the same file through the process proves that
    /// it belongs there, past symlinks and mounts, and that the id was not given to another program since.
    /// </summary>
    private static bool WorksIn(int pid, string text) =>
        ReadFile($"/proc/{pid}/cwd/{FileName}") is { } same && Identity(same) == Identity(text);

    /// <summary>Process id, data directory, start time: the lines that do not change while the server runs.</summary>
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
