using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>The exit code and output of a server process.</summary>
internal sealed record ServerRun(int ExitCode, string Output, string Errors)
{
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>The server in its own process, without any server variables except those that a test sets.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Uri> _listeningForTls = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hasDatabase = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process) => _process = process;

    /// <summary>
    /// The server's assembly: the one that the tests were built with, or the published one that <c>CORTEX_TEST_SERVER</c> names. That one is compiled ahead of
    /// time, so it takes less than half of the CPU time to start.
    /// </summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("CORTEX_TEST_SERVER") is { Length: > 0 } published
        ? published
        : Path.Combine(AppContext.BaseDirectory, "Cortex.IdentityServer.dll");

    public static ServerProcess Start(string[] arguments, params (string Name, string Value)[] variables) => Start(Program, arguments, variables);

    /// <summary>Starts another version of the server.</summary>
    public static ServerProcess Start(string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => !NeededByDotNet().IsMatch(name)).ToList())
        {
            start.Environment.Remove(name);
        }

        // These runtime settings only pay off in processes that live longer than a few seconds.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";

        // Servers of several tests run at the same time. Tests of the management listener choose an address.
        start.Environment["MANAGEMENT_URLS"] = "off";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var server = new ServerProcess(new Process { StartInfo = start });
        server._process.OutputDataReceived += (_, line) => server.OnLine(server._output, line.Data);
        server._process.ErrorDataReceived += (_, line) => server.OnLine(server._errors, line.Data);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Runs a command that ends by itself, with empty standard input.</summary>
    public static Task<ServerRun> RunAsync(string[] arguments, params (string Name, string Value)[] variables) => RunAsync(arguments, "", variables);

    /// <summary>Runs a command that ends by itself, with text on standard input.</summary>
    public static async Task<ServerRun> RunAsync(string[] arguments, string input, params (string Name, string Value)[] variables)
    {
        // A command ends before optimizing its code pays off.
        await using var server = Start(arguments, [("DOTNET_TC_CallCountingDelayMs", "5000"), .. variables]);
        try
        {
            await server.Input.WriteAsync(input);
            server.Input.Close();
        }
        catch (IOException)
        {
            // The process exited without reading its input.
        }

        return await server.WaitForExitAsync();
    }

    /// <summary>The standard input of the process.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Everything that the process has written to standard output so far.</summary>
    public string Output => Read(_output);

    private string Errors => Read(_errors);

    /// <summary>Waits until the server listens and returns its address.</summary>
    public Task<Uri> WaitForAddressAsync() => _listening.Task.WaitAsync(Timeout, TestContext.Current.CancellationToken);

    /// <summary>Waits until the server listens at an https address and returns it.</summary>
    public Task<Uri> WaitForTlsAddressAsync() => _listeningForTls.Task.WaitAsync(Timeout, TestContext.Current.CancellationToken);

    /// <summary>Waits until the embedded PostgreSQL runs. The server may not listen yet.</summary>
    public Task WaitForDatabaseAsync() => _hasDatabase.Task.WaitAsync(Timeout, TestContext.Current.CancellationToken);

    public async Task<HttpClient> ClientAsync() => new() { BaseAddress = await WaitForAddressAsync() };

    /// <summary>Sends a signal, as a container host or a terminal would, and waits for the process to exit.</summary>
    public async Task<ServerRun> SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await WaitForExitAsync();
    }

    /// <summary>Kills the process, as a crash of its machine would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<ServerRun> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Timeout, TestContext.Current.CancellationToken);
        return new(_process.ExitCode, Output, Errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private void OnLine(StringBuilder text, string? line)
    {
        if (line is null)
        {
            // The other stream may still have pending lines.
            var ended = new InvalidOperationException($"The server exited:\n{Output}\n{Errors}");
            _listening.TrySetException(ended);
            _listeningForTls.TrySetException(ended);
            _hasDatabase.TrySetException(ended);
            return;
        }

        lock (text)
        {
            text.Append(line).Append('\n');
        }

        if (line.Contains("PostgreSQL", StringComparison.Ordinal) && line.Contains(" is running in ", StringComparison.Ordinal))
        {
            _hasDatabase.TrySetResult();
        }

        if (Listening().Match(line) is { Success: true } match)
        {
            var address = new Uri(match.Groups[1].Value);
            (address.Scheme == Uri.UriSchemeHttps ? _listeningForTls : _listening).TrySetResult(address);
        }
    }

    [GeneratedRegex(@"Now listening on: (https?://[^\s""]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Listening();

    [GeneratedRegex(
        @"^(PATH|HOME|USER|LANG|TMPDIR|TEMP|TMP|SystemRoot|DOTNET_ROOT.*|DOTNET_HOST_PATH|LD_LIBRARY_PATH|SSL_CERT_\w+)$", RegexOptions.CultureInvariant)]
    private static partial Regex NeededByDotNet();
}
