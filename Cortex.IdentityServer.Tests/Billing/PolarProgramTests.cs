using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cortex.IdentityServer.Tests.Contract;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>The stub as a developer runs it.</remarks>
public sealed class PolarProgramTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_prints_the_settings_that_the_documentation_shows()
    {
        using var stub = Start("--port", "0");
        try
        {
            var printed = new List<string>();
            while (printed.Count == 0 || !printed[^1].Contains("POLAR_USAGE_EVENT", StringComparison.Ordinal))
            {
                printed.Add((await stub.StandardOutput.ReadLineAsync(Ct).AsTask().WaitAsync(Timeout, Ct)) ?? throw new InvalidOperationException("It ended."));
            }

            var settings = printed.Select(line => line.Trim()).Where(line => line.StartsWith("export ", StringComparison.Ordinal)).ToList();
            using var http = new HttpClient { BaseAddress = new(settings[0].Split('=', 2)[1]) };
            using var answer = await http.GetAsync("/v1/customers/", Ct);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            var documented = Document.Read("docs/billing.md").Section("Develop without Polar").Blocks.SelectMany(block => block.Text.Split('\n'))
                .Where(line => line.StartsWith("export ", StringComparison.Ordinal)).ToList();
            Assert.Equal("export POLAR_API_URL=http://127.0.0.1:5099", documented[0]);
            Assert.Equal(documented.Skip(1), settings.Skip(1));
        }
        finally
        {
            stub.Kill();
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_and_a_wrong_target_end_it_with_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var taken = await RunAsync("--port", $"{((IPEndPoint)listener.LocalEndpoint).Port}");
        var wrong = await RunAsync("--webhook-target", "localhost:5000");

        Assert.Equal((1, 1), (taken.ExitCode, wrong.ExitCode));
        Assert.Contains("address already in use", Assert.Single(taken.Errors), StringComparison.Ordinal);
        Assert.Equal("--webhook-target must be an http or https URL", Assert.Single(wrong.Errors));
    }

    private static async Task<(int ExitCode, string[] Errors)> RunAsync(params string[] arguments)
    {
        using var stub = Start(arguments);
        var errors = stub.StandardError.ReadToEndAsync(Ct);
        await stub.StandardOutput.ReadToEndAsync(Ct).WaitAsync(Timeout, Ct);
        await stub.WaitForExitAsync(Ct).WaitAsync(Timeout, Ct);
        return (stub.ExitCode, (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "Cortex.PolarStub.dll"), .. arguments])
    {
        RedirectStandardError = true,
        RedirectStandardOutput = true,
        WorkingDirectory = Path.GetTempPath(),
    })!;
}
