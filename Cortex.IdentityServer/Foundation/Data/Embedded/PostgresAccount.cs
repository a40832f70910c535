using System.Globalization;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Who runs PostgreSQL: ourselves, or an unprivileged account when we are root, as PostgreSQL refuses root.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Owner">As <c>chown</c> wants it; null means ourselves.</param>
/// <param name="Prefix">What to put before a command so that it runs as this account.</param>
internal sealed record PostgresAccount(string Name, string? Owner, IReadOnlyList<string> Prefix)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public bool IsSelf => Owner is null;

    public static async Task<PostgresAccount> FindAsync(CancellationToken ct)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new PostgresAccount(Environment.UserName, null, []);
        }

        foreach (var account in Candidates(File.ReadLines("/etc/passwd")))
        {
            if ((await account.RunAsync("true", [], Limit, ct)).Succeeded)
            {
                return account;
            }
        }

        throw new EmbeddedPostgresException(
            "PostgreSQL does not run as root, and there is no way to switch to another account (setpriv or runuser, with an account 'postgres' or "
                + "'nobody'): run the server as an ordinary user, use compose.yaml, or set POSTGRES_URL.");
    }

    public Task<CommandResult> RunAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken ct, string? dataDirectory = null) =>
        PostgresCommand.RunAsync(Prefix, program, arguments, limit, ct, dataDirectory);

    /// <summary>Hands a folder or file that we made over to the account; false where the file system does not let us.</summary>
    public async Task<bool> TakeOverAsync(string path, CancellationToken ct) =>
        Owner is null || (await PostgresCommand.RunAsync([], "chown", ["-h", Owner, path], Limit, ct)).Succeeded;

    /// <summary>A real folder, not a link to somewhere else, that belongs to the account and that it can reach and write.</summary>
    public async Task<bool> OwnsAsync(string folder, CancellationToken ct) =>
        OperatingSystem.IsWindows() || await TestAsync(Prefix, folder, ct);

    /// <summary>The same for root's own folders, which no other local user may have planted.</summary>
    public static Task<bool> WeOwnAsync(string folder, CancellationToken ct) => TestAsync([], folder, ct);

    private static async Task<bool> TestAsync(IReadOnlyList<string> prefix, string folder, CancellationToken ct)
    {
        const string Script = """test -d "$0" && test ! -L "$0" && test -O "$0" && test -w "$0" && test -x "$0" """;
        return (await PostgresCommand.RunAsync(prefix, "/bin/sh", ["-c", Script, folder], Limit, ct)).Succeeded;
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

            // setpriv first: it goes past PAM and leaves no group but the account's own.
            yield return new PostgresAccount(name, $"{uid}:{gid}", ["setpriv", $"--reuid={uid}", $"--regid={gid}", "--clear-groups", "--"]);
            yield return new PostgresAccount(name, $"{uid}:{gid}", ["runuser", "-u", name, "--"]);
        }
    }
}
