using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Tests.Proxies;

/// <summary>A reverse proxy with the configuration that a page of the documentation shows; only the addresses in it are replaced.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly StringBuilder _log = new();

    private ProxyProcess(Process process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        Address = new($"http://127.0.0.1:{port}");
    }

    public Uri Address { get; }

    /// <summary>Starts the proxy, or skips the test if the program isn't installed.</summary>
    /// <param name="name">The name of the program.</param>
    /// <param name="identity">The address of the identity server.</param>
    /// <param name="application">The address of the application.</param>
    /// <param name="page">The page in <c>docs</c> with the configuration.</param>
    public static async Task<ProxyProcess> StartAsync(string name, Uri identity, Uri application, string page = "proxies.md")
    {
        var program = new[] { $"/usr/sbin/{name}", $"/usr/bin/{name}", $"/usr/local/bin/{name}" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, $"{name} is not installed");
        var folder = Directory.CreateTempSubdirectory("cortex-proxy-");
        var port = FreePort();
        var file = Path.Combine(folder.FullName, "proxy.conf");
        var documented = ReadDocumented(page, name == "caddy" ? "caddyfile" : name)
            .Replace("127.0.0.1:8080", identity.Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:9000", application.Authority, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, Configuration(name, folder.FullName, port, documented), TestContext.Current.CancellationToken);
        string[] arguments = name switch
        {
            "nginx" => ["-c", file, "-p", folder.FullName, "-e", "stderr"],
            "caddy" => ["run", "--adapter", "caddyfile", "--config", file],
            _ => ["-db", "-f", file],
        };
        var start = new ProcessStartInfo(program!, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder.FullName,
        };
        foreach (var home in new[] { "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME" })
        {
            start.Environment[home] = folder.FullName;
        }

        var proxy = new ProxyProcess(new Process { StartInfo = start }, folder, port);
        proxy._process.OutputDataReceived += (_, line) => proxy.AppendLog(line.Data);
        proxy._process.ErrorDataReceived += (_, line) => proxy.AppendLog(line.Data);
        proxy._process.Start();
        proxy._process.BeginOutputReadLine();
        proxy._process.BeginErrorReadLine();
        await proxy.WaitUntilListeningAsync();
        return proxy;
    }

    /// <summary>Creates a client for one of the two sites.</summary>
    public HttpClient ClientOf(string site)
    {
        var http = new HttpClient { BaseAddress = Address };
        http.DefaultRequestHeaders.Host = site;
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Configuration(string name, string folder, int port, string documented) => name switch
    {
        "nginx" => $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            events { }
            http {
            access_log off;
            client_body_temp_path {{folder}}/body;
            proxy_temp_path {{folder}}/proxy;
            fastcgi_temp_path {{folder}}/fastcgi;
            uwsgi_temp_path {{folder}}/uwsgi;
            scgi_temp_path {{folder}}/scgi;
            {{documented.Replace("listen 80;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal)}}
            }
            """,
        "caddy" => "{\n\tadmin off\n\tauto_https off\n}\n"
            + Regex.Replace(documented, @"^(\w+\.example\.com) \{", $"http://$1:{port} {{\n\tbind 127.0.0.1", RegexOptions.Multiline),
        _ => documented.Replace("bind :80", $"bind 127.0.0.1:{port}", StringComparison.Ordinal),
    };

    /// <summary>Reads the code block in this language from the page.</summary>
    private static string ReadDocumented(string page, string language)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CortexIdentity.sln")))
        {
            folder = folder.Parent!;
        }

        var document = File.ReadAllText(Path.Combine(folder.FullName, "docs", page));
        return Assert.Single(Regex.Matches(document, $"^```{language}\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)).Groups[1].Value;
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private async Task WaitUntilListeningAsync()
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            Assert.False(_process.HasExited, ReadLog());
            Assert.True(Stopwatch.GetElapsedTime(started) < StartTimeout, $"the proxy does not listen: {ReadLog()}");
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(Address.Host, Address.Port, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
            }
        }
    }

    private string ReadLog()
    {
        lock (_log)
        {
            return _log.ToString();
        }
    }

    private void AppendLog(string? line)
    {
        lock (_log)
        {
            _log.Append(line).Append('\n');
        }
    }
}
