using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>
/// Runs the documentation's shell blocks as printed, in one bash against a real server, and compares their output with the page. Only the port and the
/// path of the program are replaced.
/// </summary>
public sealed partial class TourTests(PostgresCluster cluster)
{
    private const string Separator = "---- next block ----";
    private const string PrintedAddress = "localhost:5000";
    private const string PrintedProgram = "dotnet run --no-build --project Cortex.IdentityServer --";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private static readonly string[] Tools = ["bash", "curl", "jq", "oathtool", "python3"];

    /// <summary>Patterns of values that differ from run to run, and their placeholders in the comparison.</summary>
    private static readonly IReadOnlyList<(Regex Pattern, string Name)> Varying =
    [
        (Guids(), "<id>"), (Times(), "<time>"), (EpochSeconds(), "<seconds>"), (TraceIds(), "<trace>"), (Tokens(), "<$1>"), (TotpSecrets(), "<totp>"),
        (RecoveryCodes(), "<recovery>"), (Emails(), "ada-<n>"), (Ports(), PrintedAddress),
        (SecondsOldSession(), "2592000"),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("docs/tour.md", null)]
    [InlineData("README.md", "Try it")]
    [InlineData("docs/usage.md", "For the service that reports")]
    [InlineData("docs/usage.md", "Quotas")]
    [InlineData("docs/usage.md", "For the owner")]
    [InlineData("docs/usage.md", "For the administrator")]
    public async Task Every_block_prints_what_the_page_shows(string page, string? section)
    {
        var missing = Tools.FirstOrDefault(tool => !IsInstalled(tool));
        Assert.SkipWhen(missing is not null, $"{missing} is not installed");
        var document = Document.Read(page);
        var blocks = (section is null ? document : document.Section(section)).Blocks;
        var modules = blocks.Where(block => block.Language == "python").Select(block => block.Text);
        var scripts = blocks.Where(block => block.Language == "sh").Select(block => block.Text);

        var printed = (await RunAsync(string.Join($"printf '\\n{Separator}\\n'\n", scripts), modules)).Split($"\n{Separator}\n");

        Assert.Equal(Shown(blocks).Select(Comparable), printed.Select(Comparable));
    }

    /// <summary>Pairs each command with the output block below it, or with no output if another command follows.</summary>
    private static IEnumerable<string> Shown(IReadOnlyList<CodeBlock> blocks) => blocks.Index()
        .Where(block => block.Item.Language == "sh")
        .Select(block => block.Index + 1 < blocks.Count && blocks[block.Index + 1] is { Language: not ("sh" or "python") } output ? output.Text : "");

    private static string Comparable(string text) => Varying.Aggregate(
        text.ReplaceLineEndings("\n").Trim(), (current, varying) => varying.Pattern.Replace(current, varying.Name));

    private async Task<string> RunAsync(string script, IEnumerable<string> modules)
    {
        var folder = Directory.CreateTempSubdirectory("cortex-tour-");
        try
        {
            var address = $"localhost:{FreePort()}";
            (string Name, string Value)[] variables =
            [
                ("POSTGRES_URL", await cluster.CreateDatabaseAsync()), ("CORTEX_DATA", Path.Combine(folder.FullName, ".cortex")),
                ("PUBLIC_URL", $"http://{address}"), ("ASPNETCORE_URLS", $"http://{address}"), ("BCRYPT_COST", "10"),
            ];
            await using var server = ServerProcess.Start([], variables);
            await server.WaitForAddressAsync();
            foreach (var module in modules)
            {
                // The first line is a comment with the name of the file.
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, module.Split('\n')[0].TrimStart('#', ' ')), module, Ct);
            }

            var file = Path.Combine(folder.FullName, "tour.sh");
            await File.WriteAllTextAsync(
                file,
                "exec 2>&1 < /dev/null\n" + script
                    .Replace(PrintedAddress, address, StringComparison.Ordinal)
                    .Replace(PrintedProgram, $"'{DotNet}' '{ServerProcess.Program}'", StringComparison.Ordinal),
                Ct);
            return await BashAsync(file, folder.FullName, variables);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static async Task<string> BashAsync(string file, string folder, (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("bash", [file]) { RedirectStandardOutput = true, WorkingDirectory = folder };

        // Requests to this machine must bypass any configured proxy.
        start.Environment["no_proxy"] = "*";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var bash = Process.Start(start)!;
        try
        {
            return await bash.StandardOutput.ReadToEndAsync(Ct).WaitAsync(Timeout, Ct);
        }
        finally
        {
            bash.Kill(entireProcessTree: true);
        }
    }

    private static bool IsInstalled(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, tool)));

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    [GeneratedRegex("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex Guids();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    [GeneratedRegex(@"(?<=: )\d{10}\b", RegexOptions.CultureInvariant)]
    private static partial Regex EpochSeconds();

    [GeneratedRegex(@"\b[0-9a-f]{32}\b", RegexOptions.CultureInvariant)]
    private static partial Regex TraceIds();

    /// <summary>Shortens tokens and keys, of which the page shows only the beginning.</summary>
    [GeneratedRegex(@"\b(eyJ|ctr_|c2f_|cve_|ctx_)[\w.-]+…?", RegexOptions.CultureInvariant)]
    private static partial Regex Tokens();

    [GeneratedRegex(@"\b[A-Z2-7]{32}\b", RegexOptions.CultureInvariant)]
    private static partial Regex TotpSecrets();

    [GeneratedRegex(@"\b[0-9A-Z]{6}(?:-[0-9A-Z]{6}){3}\b", RegexOptions.CultureInvariant)]
    private static partial Regex RecoveryCodes();

    /// <summary>The 30 days of a session, less the seconds since it began.</summary>
    [GeneratedRegex(@"(?<=""refresh_expires_in"":\s?)25919\d\d\b", RegexOptions.CultureInvariant)]
    private static partial Regex SecondsOldSession();

    [GeneratedRegex(@"\bada-\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Emails();

    [GeneratedRegex(@"\blocalhost:\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Ports();
}
