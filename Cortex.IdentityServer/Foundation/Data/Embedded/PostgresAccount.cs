using System.Globalization;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>The account that runs PostgreSQL: the server's own, or an unprivileged one if the server runs as root, which PostgreSQL refuses.</summary>
/// <param name="Name">The account's name in messages.</param>
/// <param name="Owner">The owner in the format of <c>chown</c>; null for the server's own account.</param>
/// <param name="Prefix">The command line prefix that runs a command as this account.</param>
internal sealed record PostgresAccount(string Name, string? Owner, IReadOnlyList<string> Prefix)
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(10);

    public bool IsCurrent => Owner is null;

    public static async Task<PostgresAccount> FindAsync(CancellationToken ct)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new PostgresAccount(Environment.UserName, null, []);
        }

        foreach (var account in Candidates(File.ReadLines("/etc/passwd")))
        {
            if ((await account.RunAsync("true", [], CommandTimeout, ct)).Succeeded)
            {
                return account;
            }
        }

        throw new EmbeddedPostgresException(
            "PostgreSQL doesn't run as root, and there is no way to switch to another account (setpriv or runuser, with an account 'postgres' or "
                + "'nobody'): run the server as an ordinary user, use compose.yaml, or set POSTGRES_URL.");
    }

    public Task<CommandResult> RunAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken ct, string? dataDirectory = null) =>
        PostgresCommand.RunAsync(Prefix, program, arguments, limit, ct, dataDirectory);

    /// <summary>Makes the account the owner of a file or folder; returns false if the file system doesn't allow it.</summary>
    public async Task<bool> ChangeOwnerAsync(string path, CancellationToken ct) =>
        Owner is null || (await PostgresCommand.RunAsync([], "chown", ["-h", Owner, path], CommandTimeout, ct)).Succeeded;

    /// <summary>Whether this is a real folder rather than a symlink, owned by the account, which can read and write it.</summary>
    public async Task<bool> OwnsAsync(string folder, CancellationToken ct) =>
        OperatingSystem.IsWindows() || await TestFolderAsync(Prefix, folder, ct);

    /// <summary>The same check for the server's own account: no other local user can have planted such a folder.</summary>
    public static Task<bool> IsOwnFolderAsync(string folder, CancellationToken ct) => TestFolderAsync([], folder, ct);

    private static async Task<bool> TestFolderAsync(IReadOnlyList<string> prefix, string folder, CancellationToken ct)
    {
        const string Script = """test -d "$0" && test ! -L "$0" && test -O "$0" && test -w "$0" && test -x "$0" """;
        return (await PostgresCommand.RunAsync(prefix, "/bin/sh", ["-c", Script, folder], CommandTimeout, ct)).Succeeded;
    }

    private static IEnumerable<PostgresAccount> Candidates(IEnumerable<string> passwd)
    {
        var entries = passwd.Select(line => line.Split(':')).Where(fields => fields.Length >= 4).ToList();
        foreach (var name in (string[])["postgres", "nobody"])
        {
            if (entries.Find(fields => fields[0] == name) is not { } entry
                || !uint.TryParse(entry[2], NumberStyles.None, CultureInfo.InvariantCulture, out var uid) || uid == 0
                || !uint.TryParse(entry[3], NumberStyles.None, CultureInfo.InvariantCulture, out var gid))
            {
                continue;
            }

            // setpriv is preferred, because it bypasses PAM and drops all supplementary groups.
            yield return new PostgresAccount(name, $"{uid}:{gid}", ["setpriv", $"--reuid={uid}", $"--regid={gid}", "--clear-groups", "--"]);
            yield return new PostgresAccount(name, $"{uid}:{gid}", ["runuser", "-u", name, "--"]);
        }
    }
}
