using System.Security.Cryptography;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>
/// Creates a cluster in a temporary folder and renames it once it is complete, so that a startup that is killed midway doesn't block the next one.
/// </summary>
internal sealed class NewCluster(PostgresAccount account, DataFolder folder, PostgresBinaries binaries, bool durable)
{
    public const string User = "cortex";

    private const string PasswordFile = "cortex.password";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Reads the password, which is stored in the cluster's folder, because neither is useful without the other.</summary>
    public static string ReadPassword(string data)
    {
        var path = Path.Combine(data, PasswordFile);
        return File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } password
            ? password
            : throw new EmbeddedPostgresException($"The password file {path} is missing: delete {data} to start over, or set POSTGRES_URL.");
    }

    public async Task CreateAsync(string data, CancellationToken ct)
    {
        if (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any())
        {
            throw new EmbeddedPostgresException($"The folder {data} isn't empty and isn't a PostgreSQL cluster: delete it, or set POSTGRES_URL.");
        }

        var temporary = DataFolder.TemporaryPath(data);
        try
        {
            var cluster = Path.Combine(temporary, "cluster");
            var password = Path.Combine(temporary, PasswordFile);
            await folder.CreateAsync(temporary, ct);
            WritePassword(password);
            await account.ChangeOwnerAsync(password, ct);
            await InitializeAsync(cluster, password, ct);
            File.Move(password, Path.Combine(cluster, PasswordFile));

            if (Directory.Exists(data))
            {
                Directory.Delete(data);
            }

            Directory.Move(cluster, data);
        }
        finally
        {
            await folder.DeleteAsync(temporary);
        }
    }

    private async Task InitializeAsync(string cluster, string passwordFile, CancellationToken ct)
    {
        var reason = "";
        foreach (var locale in Locales())
        {
            string[] arguments =
            [
                "-D", cluster, "-U", User, "--encoding=UTF8", "--data-checksums", "--auth=scram-sha-256", $"--pwfile={passwordFile}",
                .. durable ? (string[])[] : ["--no-sync"],
                .. locale,
            ];
            var answer = await account.RunAsync(binaries.InitDb, arguments, Timeout, ct);
            if (answer.Succeeded)
            {
                return;
            }

            ct.ThrowIfCancellationRequested(); // Ctrl-C reaches initdb too.
            reason = answer.Reason;
        }

        throw new EmbeddedPostgresException($"PostgreSQL's initdb failed: {reason}");
    }

    /// <summary>
    /// Returns the locales to try, which sort by code point on every machine, with lower() and upper() for all of Unicode. PostgreSQL 17 has a built-in locale
    /// for this; older versions use C.UTF-8 of the C library (glibc, musl, recent macOS) or ICU, of which every build has at least one.
    /// </summary>
    private IEnumerable<string[]> Locales()
    {
        if (binaries.Major >= 17)
        {
            yield return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
        }

        yield return ["--locale=C.UTF-8"];
        yield return ["--locale-provider=icu", "--icu-locale=und", "--locale=C"];
    }

    private static void WritePassword(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(System.Text.Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(64, lowercase: true)));
        file.Flush(flushToDisk: true);
    }
}
