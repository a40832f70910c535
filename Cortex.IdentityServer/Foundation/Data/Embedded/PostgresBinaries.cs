using System.Globalization;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>The folder that contains the programs of one PostgreSQL version, and the search for such folders.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    private const int MinMajor = 15;

    public string InitDb => Program("initdb");

    public string PgCtl => Program("pg_ctl");

    /// <summary>Finds all usable versions on this machine, the preferred one first. Only an explicitly configured folder has to be valid.</summary>
    public static async Task<IReadOnlyList<PostgresBinaries>> FindAsync(string? wanted, CancellationToken ct)
    {
        var found = new List<PostgresBinaries>();
        if (!string.IsNullOrWhiteSpace(wanted))
        {
            found.Add(await ReadAsync(wanted, ct) ?? throw new EmbeddedPostgresException(
                $"POSTGRES_BIN: {wanted} must be the folder of initdb, pg_ctl and postgres of PostgreSQL {MinMajor} or newer."));
        }

        foreach (var folder in PathFolders().Concat(CommonFolders()).Distinct())
        {
            if (await ReadAsync(folder, ct) is { } binaries)
            {
                found.Add(binaries);
            }
        }

        return found.Count > 0 ? found : throw new EmbeddedPostgresException(
            $"No PostgreSQL {MinMajor} or newer was found on this machine: {HowToInstall()}, or set POSTGRES_BIN to the folder of initdb; or run "
                + "\"docker compose up\" (compose.yaml), or set POSTGRES_URL.");
    }

    private static async Task<PostgresBinaries?> ReadAsync(string folder, CancellationToken ct)
    {
        var binaries = new PostgresBinaries(folder, 0);
        if (!File.Exists(binaries.InitDb) || !File.Exists(binaries.PgCtl) || !File.Exists(binaries.Program("postgres")))
        {
            return null;
        }

        var answer = await PostgresCommand.RunAsync([], binaries.Program("postgres"), ["--version"], TimeSpan.FromSeconds(10), ct);
        var match = VersionPattern().Match(answer.Output);
        return match.Success && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is >= MinMajor and var major
            ? binaries with { Major = major }
            : null;
    }

    private string Program(string name) => Path.Combine(Folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    private static IEnumerable<string> PathFolders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified);

    private static IEnumerable<string> CommonFolders()
    {
        if (OperatingSystem.IsWindows())
        {
            return Versions(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "");
        }

        string[] brew = ["/opt/homebrew/opt", "/usr/local/opt"];
        return OperatingSystem.IsMacOS()
            ? [.. brew.SelectMany(folder => Versions(folder, "postgresql@")), .. Versions("/Applications/Postgres.app/Contents/Versions", "")]
            : [.. Versions("/usr/lib/postgresql", ""), .. Versions("/usr", "pgsql-")];
    }

    /// <summary>Returns <c>parent/prefixNN/bin</c>, the newest version first (numerically: 10 is newer than 9).</summary>
    private static IEnumerable<string> Versions(string parent, string prefix) =>
        !Directory.Exists(parent) ? [] : Directory.EnumerateDirectories(parent, prefix + "*")
            .Select(folder => (Folder: folder, Number: NumberPattern().Match(Path.GetFileName(folder)[prefix.Length..])))
            .Where(version => version.Number.Success)
            .OrderByDescending(version => double.Parse(version.Number.ValueSpan, CultureInfo.InvariantCulture))
            .Select(version => Path.Combine(version.Folder, "bin"));

    private static string HowToInstall()
    {
        if (OperatingSystem.IsWindows())
        {
            return "install it with \"winget install PostgreSQL.PostgreSQL.17\"";
        }

        if (OperatingSystem.IsMacOS())
        {
            return "install it with \"brew install postgresql@17\"";
        }

        return File.Exists("/usr/bin/apt-get") ? "install it with \"apt-get install postgresql\""
            : File.Exists("/usr/bin/dnf") ? "install it with \"dnf install postgresql-server\""
            : "install it (Debian and Ubuntu: apt-get install postgresql, Fedora: dnf install postgresql-server)";
    }

    [GeneratedRegex(@"^postgres \(PostgreSQL\) (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"^\d+(\.\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();
}
