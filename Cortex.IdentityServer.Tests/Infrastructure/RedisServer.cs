using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A Redis server on a free port that a test can stop, freeze, and restart.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>The settings of a cluster node, which serves no keys until it is assigned slots.</summary>
    internal static readonly string[] Cluster = ["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"];

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("cx-redis-").FullName;

    private readonly string? _password;
    private Process? _process;

    public RedisServer(string? password = null)
    {
        _password = password;
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>Additional command-line arguments.</summary>
    internal string[] Settings { get; init; } = [];

    /// <summary>The port of the primary to monitor, or null unless this is a Sentinel.</summary>
    internal int? SentinelOf { get; init; }

    /// <summary>The value for <c>REDIS_URL</c>.</summary>
    public string Url => _password is null ? $"redis://127.0.0.1:{Port}" : $"redis://:{Uri.EscapeDataString(_password)}@127.0.0.1:{Port}/1";

    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo("redis-server", await ArgumentsAsync()) { RedirectStandardOutput = true, WorkingDirectory = _folder })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        for (var started = Stopwatch.GetTimestamp(); !await IsReachableAsync();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < StartTimeout, "redis-server did not start");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Runs a command as an operator.</summary>
    public async Task<object?> ExecuteAsync(string[] command)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(
            new ConfigurationOptions { EndPoints = { { "127.0.0.1", Port } }, Password = _password, AllowAdmin = true });
        var answer = await redis.GetServers()[0].ExecuteAsync(command[0], [.. command[1..]]);
        return answer.IsNull ? null : answer;
    }

    /// <summary>Kills the server, which loses all of its data.</summary>
    public async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process?.Dispose();
        _process = null;
    }

    /// <summary>Suspends the server: its connections stay open, but it doesn't respond.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string[]> ArgumentsAsync()
    {
        string[] listen = ["--port", $"{Port}", "--bind", "127.0.0.1"];
        if (SentinelOf is null)
        {
            string[] password = _password is null ? [] : ["--requirepass", _password];
            return [.. listen, "--save", "", "--appendonly", "no", .. password, .. Settings];
        }

        var file = Path.Combine(_folder, "sentinel.conf");
        await File.WriteAllTextAsync(file, $"sentinel monitor primary 127.0.0.1 {SentinelOf} 1\n", TestContext.Current.CancellationToken);
        return [file, "--sentinel", .. listen];
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private async Task<bool> IsReachableAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
