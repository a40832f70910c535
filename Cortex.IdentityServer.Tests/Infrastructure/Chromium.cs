using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A real headless browser, driven over the DevTools protocol.</summary>
internal sealed partial class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly ClientWebSocket _socket = new();
    private string? _page;
    private int _lastId;

    private Chromium(Process process, DirectoryInfo profile) => (_process, _profile) = (process, profile);

    /// <summary>The path of the installed browser, or null if there is none.</summary>
    public static string? Binary { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Chromium> StartAsync()
    {
        var profile = Directory.CreateTempSubdirectory("cortex-chromium-");

        // Chromium refuses to run as root with its sandbox. It opens nothing but the server under test.
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--disable-component-update",
            "--remote-debugging-port=0", $"--user-data-dir={profile.FullName}", "about:blank",
        ];
        var process = Process.Start(new ProcessStartInfo(Binary!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var chromium = new Chromium(process, profile);
        try
        {
            await chromium._socket.ConnectAsync(await WaitForDevToolsAsync(process), Cancel).WaitAsync(Timeout, Cancel);
            return chromium;
        }
        catch
        {
            await chromium.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a page, to which all further commands apply.</summary>
    public async Task OpenAsync(Uri address)
    {
        var target = (await SendAsync("Target.createTarget", new { url = "about:blank" })).GetProperty("targetId").GetString();
        _page = (await SendAsync("Target.attachToTarget", new { targetId = target, flatten = true })).GetProperty("sessionId").GetString();

        // The server's own pages allow no scripts. A frontend would, so the test bypasses the Content-Security-Policy.
        await SendAsync("Page.enable");
        await SendAsync("Page.setBypassCSP", new { enabled = true });
        await SendAsync("Page.navigate", new { url = address });
        for (var started = Stopwatch.GetTimestamp(); (await EvaluateAsync("location.origin + document.readyState"))
            .GetString() != address.GetLeftPart(UriPartial.Authority) + "complete";)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Timeout, $"{address} did not load");
            await Task.Delay(20, Cancel);
        }
    }

    /// <summary>Runs a script as if a user gesture had started it, and returns its result.</summary>
    public async Task<JsonElement> EvaluateAsync(string script)
    {
        var answer = await SendAsync("Runtime.evaluate", new { expression = script, awaitPromise = true, returnByValue = true, userGesture = true });
        Assert.False(answer.TryGetProperty("exceptionDetails", out var failure), failure.ToString());
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    public async Task<JsonElement> SendAsync(string method, object? parameters = null)
    {
        var id = ++_lastId;
        var message = new Dictionary<string, object> { ["id"] = id, ["method"] = method, ["params"] = parameters ?? new { } };
        if (_page is not null)
        {
            message["sessionId"] = _page;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        timeout.CancelAfter(Timeout);
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
        while (true)
        {
            // Skip the events that arrive between responses.
            var answer = await ReceiveAsync(timeout.Token);
            if (answer.TryGetProperty("id", out var answered) && answered.GetInt32() == id)
            {
                return answer.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException($"{method}: {answer}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // One of its processes is still writing; the folder is a temporary one.
        }
    }

    private async Task<JsonElement> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);

        return JsonDocument.Parse(message.ToArray()).RootElement;
    }

    private static Task<Uri> WaitForDevToolsAsync(Process process)
    {
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                listening.TrySetException(new InvalidOperationException("Chromium exited"));
            }
            else if (Listening().Match(line.Data) is { Success: true } match)
            {
                listening.TrySetResult(new Uri(match.Groups[1].Value));
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return listening.Task.WaitAsync(Timeout, Cancel);
    }

    [GeneratedRegex(@"DevTools listening on (ws://\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Listening();
}
