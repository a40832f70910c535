using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>
/// Decides where the cluster is stored: at the requested path, if the server's account can access it; otherwise in a system folder that it can access, with
/// a symlink at the requested path. The symlink is the only record of that folder, so deleting it starts over with an empty cluster.
/// </summary>
internal sealed class DataFolder(PostgresAccount account)
{
    // A socket path is limited to 107 bytes (103 on macOS), and "/.s.PGSQL.5432" follows the folder.
    private const int MaxSocketFolderLength = 86;

    public async Task<string> LocateAsync(string requested, CancellationToken ct)
    {
        var link = new DirectoryInfo(requested);
        if (link.LinkTarget is not null && link.ResolveLinkTarget(returnFinalTarget: true)?.FullName is { } target)
        {
            // If the cluster is gone, a new one is created only in a folder that no other local user can have planted since.
            var parent = Path.GetDirectoryName(target)!;
            if (HasCluster(target) || (Directory.Exists(parent) && (account.IsCurrent || await IsPrivateAsync(parent, ct))))
            {
                return target;
            }

            File.Delete(requested);
        }

        if (HasCluster(requested) || account.IsCurrent)
        {
            return IsSupportedPath(requested) ? requested : throw new EmbeddedPostgresException(
                $"The path {requested} has a character that PostgreSQL's pg_ctl can't handle (quote, backslash, $ or `): use another folder, or set "
                    + "POSTGRES_URL.");
        }

        return IsSupportedPath(requested) && CanHoldSocket(requested) && await CanUseAsync(requested, ct) ? requested : await RelocateAsync(requested, ct);
    }

    /// <summary>Checks the owner of the data folder, to report a wrong one more clearly than PostgreSQL would.</summary>
    public async Task CheckAsync(string data, CancellationToken ct)
    {
        if (!await account.OwnsAsync(data, ct))
        {
            throw new EmbeddedPostgresException(
                $"The data folder {data} doesn't belong to the account '{account.Name}', which runs PostgreSQL here: give it to that account (chown -R), "
                    + "delete it to start over, or set POSTGRES_URL.");
        }
    }

    public static bool HasCluster(string data) => File.Exists(Path.Combine(data, "PG_VERSION"));

    /// <summary>Whether the data directory can contain the socket. It is private to the server's account and never changes.</summary>
    public static bool CanHoldSocket(string data) =>
        !OperatingSystem.IsWindows()
        && Encoding.UTF8.GetByteCount(data) <= MaxSocketFolderLength
        && !data.Contains(',', StringComparison.Ordinal); // Npgsql would read it as a list of hosts

    /// <summary>Deletes what a startup or a deletion that was killed left next to the cluster.</summary>
    public async Task DeleteLeftoversAsync(string data)
    {
        foreach (var leftover in Directory.EnumerateDirectories(Path.GetDirectoryName(data)!, Path.GetFileName(data) + ".new-*"))
        {
            await DeleteAsync(leftover);
        }
    }

    /// <summary>Deletes a cluster that has stopped. It is renamed first, so that a deletion that is killed doesn't leave half a cluster at its path.</summary>
    public Task DeleteClusterAsync(string data)
    {
        var renamed = TemporaryPath(data);
        Directory.Move(data, renamed);
        return DeleteAsync(renamed);
    }

    public static string TemporaryPath(string data) => $"{data}.new-{Guid.NewGuid():N}";

    public async Task DeleteAsync(string folder)
    {
        if (account.IsCurrent)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            return;
        }

        // rm doesn't follow a symlink that the account swaps in at the same time, which would make root delete files elsewhere. After a test run, the cluster
        // has hundreds of databases.
        await PostgresCommand.RunAsync([], "rm", ["-rf", "--", folder], TimeSpan.FromMinutes(10), CancellationToken.None);
    }

    /// <summary>Deletes the symlink to a relocated cluster that no longer exists, and its lock file.</summary>
    public static void DeleteLink(string requested, string data)
    {
        if (data != requested)
        {
            File.Delete(requested);
            File.Delete(data + ".lock");
        }
    }

    /// <summary>Creates a private folder that the account can write to.</summary>
    public async Task<bool> CreateAsync(string folder, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return true;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await account.ChangeOwnerAsync(folder, ct);
    }

    private static bool IsSupportedPath(string path) =>
        path.AsSpan().IndexOfAny("\"$`\n\r") < 0 && (OperatingSystem.IsWindows() || !path.Contains('\\', StringComparison.Ordinal));

    /// <summary>Tests access by creating a folder: parents' modes, ACLs and file systems without owners are too varied to reason about.</summary>
    private async Task<bool> CanUseAsync(string requested, CancellationToken ct)
    {
        var probe = TemporaryPath(requested);
        try
        {
            return await CreateAsync(probe, ct) && await account.OwnsAsync(probe, ct);
        }
        finally
        {
            await DeleteAsync(probe);
        }
    }

    private async Task<string> RelocateAsync(string requested, CancellationToken ct)
    {
        foreach (var parent in (string[])["/var/lib/cortex-identity", "/var/tmp/cortex-identity"])
        {
            // The hash shows an administrator which path it belongs to. The random part keeps a new checkout at an old path from using the old data.
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(requested)))[..12];
            var place = Path.Combine(parent, $"{hash}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
            if (await IsPrivateAsync(parent, ct) && await CanUseAsync(place, ct))
            {
                Directory.CreateSymbolicLink(requested, place);
                return place;
            }
        }

        throw new EmbeddedPostgresException(
            $"The account '{account.Name}', which runs PostgreSQL because root can't, can neither access {requested} nor write below /var/lib or /var/tmp: use "
                + "a folder that it can access, or set POSTGRES_URL.");
    }

    /// <summary>In /var/tmp, any local user may have created this folder, or a symlink of this name; it isn't used then.</summary>
    private static async Task<bool> IsPrivateAsync(string folder, CancellationToken ct)
    {
        const UnixFileMode Others = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        const UnixFileMode Writable = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | Others);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        return await PostgresAccount.IsOwnFolderAsync(folder, ct) && (File.GetUnixFileMode(folder) & Writable) == 0;
    }
}
