using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Contract;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Proxies;

/// <summary>A reverse proxy with a documented configuration, in which only the addresses and the files of the certificate are replaced.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly IssuedCertificate _certificate;
    private readonly int _tlsPort;
    private readonly StringBuilder _log = new();

    private ProxyProcess(Process process, DirectoryInfo folder, IssuedCertificate certificate, int port, int tlsPort)
    {
        (_process, _folder, _certificate, _tlsPort) = (process, folder, certificate, tlsPort);
        Address = new($"http://127.0.0.1:{port}");
    }

    public Uri Address { get; }

    /// <summary>Starts the proxy, or skips the test if the program isn't installed.</summary>
    /// <param name="name">The name of the program.</param>
    /// <param name="identity">The address of the identity server.</param>
    /// <param name="application">The address of the application.</param>
    /// <param name="page">The page in <c>docs</c> with the configuration, or null for the one in <c>deploy/proxies</c>.</param>
    /// <param name="query">What is added to the address of <c>/verify</c>, such as <c>scope=memory:read</c>.</param>
    public static async Task<ProxyProcess> StartAsync(string name, Uri identity, Uri application, string? page = null, string query = "")
    {
        var program = new[] { $"/usr/sbin/{name}", $"/usr/bin/{name}", $"/usr/local/bin/{name}" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, $"{name} is not installed");
        var folder = Directory.CreateTempSubdirectory("cortex-proxy-");
        var (port, tlsPort) = (FreePort(), FreePort());
        var file = Path.Combine(folder.FullName, "proxy.conf");
        using var chain = new TestChain();
        var certificate = chain.Issue();
        await WriteCertificateAsync(folder.FullName, certificate);
        var documented = AddQuery(page is null ? ReadDeployed(name) : ReadDocumented(page, name == "caddy" ? "caddyfile" : name), query)
            .Replace("127.0.0.1:8080", identity.Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:9000", application.Authority, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, Configuration(name, folder.FullName, (port, tlsPort), documented), TestContext.Current.CancellationToken);
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

        var proxy = new ProxyProcess(new Process { StartInfo = start }, folder, certificate, port, tlsPort);
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

    /// <summary>Creates a client for one of the two sites that connects over TLS and accepts only the proxy's certificate.</summary>
    public HttpClient TlsClientOf(string site)
    {
        var serialNumber = _certificate.SerialNumber;
        var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetSerialNumberString() == serialNumber },
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync("127.0.0.1", _tlsPort, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = new($"https://{site}") };
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _certificate.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Configuration(string name, string folder, (int Http, int Tls) port, string documented) => name switch
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
            {{documented
                .Replace("listen 80;", $"listen 127.0.0.1:{port.Http};", StringComparison.Ordinal)
                .Replace("listen 443 ", $"listen 127.0.0.1:{port.Tls} ", StringComparison.Ordinal)
                .Replace("/etc/nginx/tls", folder, StringComparison.Ordinal)}}
            }
            """,
        "caddy" => "{\n\tadmin off\n\tauto_https off\n}\n"
            + CaddySites(documented, $"http://$1:{port.Http} {{\n\tbind 127.0.0.1")
            + CaddySites(documented, $"https://$1:{port.Tls} {{\n\tbind 127.0.0.1\n\ttls {folder}/tls.crt {folder}/tls.key"),
        _ => documented
            .Replace("bind :80", $"bind 127.0.0.1:{port.Http}", StringComparison.Ordinal)
            .Replace("bind :443", $"bind 127.0.0.1:{port.Tls}", StringComparison.Ordinal)
            .Replace("/etc/haproxy/tls.pem", $"{folder}/tls.pem", StringComparison.Ordinal)
            .Replace("/etc/haproxy/auth-request.lua", Path.Combine(Deployed, "auth-request.lua"), StringComparison.Ordinal),
    };

    private static string CaddySites(string documented, string start) =>
        Regex.Replace(documented, @"^(\w+\.example\.com) \{", start, RegexOptions.Multiline);

    private static string Deployed => Path.Combine(Document.Repository, "deploy/proxies");

    private static string ReadDeployed(string name) =>
        File.ReadAllText(Path.Combine(Deployed, name switch { "nginx" => "nginx.conf", "caddy" => "Caddyfile", _ => "haproxy.cfg" }));

    /// <summary>Adds to the address of <c>/verify</c>, which ends with a semicolon, a question mark, or a space.</summary>
    private static string AddQuery(string configuration, string query) => query.Length == 0
        ? configuration
        : Regex.Replace(configuration, @"^(\s*[^#\n]*/api/v1/auth/verify)\??([; ]|$)", $"$1?{query}$2", RegexOptions.Multiline);

    private static async Task WriteCertificateAsync(string folder, IssuedCertificate certificate)
    {
        foreach (var (file, text) in new[]
        {
            ("tls.crt", certificate.ChainPem), ("tls.key", certificate.KeyPem), ("tls.pem", $"{certificate.ChainPem}\n{certificate.KeyPem}\n"),
        })
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), text, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Reads the code block in this language from the page.</summary>
    private static string ReadDocumented(string page, string language)
    {
        var document = File.ReadAllText(Path.Combine(Document.Repository, "docs", page));
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
