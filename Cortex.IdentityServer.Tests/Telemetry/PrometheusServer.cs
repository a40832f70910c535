using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Contract;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>
/// A real Prometheus that scrapes servers twice a second and evaluates the rules in deploy/, with shorter windows and without their delays.
/// </summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private const string Folder = "deploy/prometheus";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("cx-prometheus-");
    private readonly HttpClient _http = new();
    private Process? _process;

    public static bool IsInstalled { get; } = File.Exists("/usr/bin/prometheus");

    public static string Rules => File.ReadAllText(Path.Combine(Document.Repository, Folder, "rules.yml"));

    /// <param name="targets">The hosts and ports of the management listeners.</param>
    public static async Task<PrometheusServer> StartAsync(params string[] targets)
    {
        var prometheus = new PrometheusServer();
        await prometheus.RunAsync(targets);
        return prometheus;
    }

    /// <summary>Runs promtool in the folder of the rules, and returns its exit code and output.</summary>
    public static async Task<(int ExitCode, string Output)> RunToolAsync(params string[] arguments)
    {
        using var tool = Process.Start(new ProcessStartInfo("promtool", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Document.Repository, Folder),
        })!;
        var errors = tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (tool.ExitCode, output + await errors);
    }

    /// <summary>Returns the number of series that an expression has now.</summary>
    public async Task<int> CountAsync(string expression) =>
        (await GetAsync($"query?query={Uri.EscapeDataString(expression)}")).GetProperty("result").GetArrayLength();

    /// <summary>Returns the names of the alerts that fire now.</summary>
    public async Task<IReadOnlySet<string>> FiringAsync() => (await GetAsync("alerts")).GetProperty("alerts").EnumerateArray()
        .Where(alert => alert.GetProperty("state").GetString() == "firing")
        .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!)
        .ToHashSet(StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        _http.Dispose();
        _data.Delete(recursive: true);
    }

    private async Task RunAsync(string[] targets)
    {
        var rules = Window().Replace(Delay().Replace(Rules, ""), "[5s]");
        await File.WriteAllTextAsync(Path.Combine(_data.FullName, "rules.yml"), rules, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_data.FullName, "prometheus.yml"),
            $"""
            global: {"{"} scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms {"}"}
            rule_files: [rules.yml]
            scrape_configs:
              - job_name: cortex-identity
                static_configs: [{"{"} targets: [{string.Join(", ", targets.Select(target => $"'{target}'"))}] {"}"}]
            """,
            TestContext.Current.CancellationToken);
        var port = FreePort();
        _process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={_data.FullName}/prometheus.yml", $"--storage.tsdb.path={_data.FullName}/data", $"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ])
        { RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/");
        await Poll.UntilAsync(TimeSpan.FromSeconds(30), "Prometheus is ready", async () =>
        {
            try
            {
                return (await _http.GetAsync(new Uri($"http://127.0.0.1:{port}/-/ready"), TestContext.Current.CancellationToken)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path, TestContext.Current.CancellationToken);
        return (await answer.JsonAsync(HttpStatusCode.OK)).GetProperty("data");
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"^\s+for: \w+\n", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Delay();

    [GeneratedRegex(@"\[\d+[mh]\]", RegexOptions.CultureInvariant)]
    private static partial Regex Window();
}
