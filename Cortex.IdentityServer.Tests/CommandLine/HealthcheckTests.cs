using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <remarks>The command reads no settings, so it works in Production without any.</remarks>
public sealed class HealthcheckTests(PostgresCluster cluster)
{
    private static readonly (string, string) Production = ("DOTNET_ENVIRONMENT", "Production");

    [Fact]
    public async Task A_healthy_server_is_found_by_its_address_or_by_the_variables_of_its_container()
    {
        await using var server = await Replica.StartAsync(await cluster.CreateDatabaseAsync());
        var port = $"{server.Address.Port}";
        foreach (var run in new[]
        {
            await ServerProcess.RunAsync(["healthcheck", "--url", server.Address.AbsoluteUri], Production),
            await ServerProcess.RunAsync(["healthcheck", server.Address.AbsoluteUri], Production),
            await ServerProcess.RunAsync(["healthcheck"], Production, ("ASPNETCORE_HTTP_PORTS", port)),
            await ServerProcess.RunAsync(["healthcheck"], Production, ("ASPNETCORE_URLS", $"https://+:1;http://+:{port}"), ("ASPNETCORE_HTTP_PORTS", "1")),
        })
        {
            Assert.Equal("healthy", Assert.Single(run.ShouldExitWith(0).OutputLines()));
            Assert.Empty(run.ErrorLines);
        }
    }

    /// <remarks>The command works for every kind of address, and bypasses the proxy that the environment configures for all programs.</remarks>
    [Theory]
    [InlineData("http://127.0.0.2:0", "http://127.0.0.2:{0}")]
    [InlineData("http://[::1]:0", "http://[::1]:{0}")]
    [InlineData("http://127.0.0.1:0", "http://0.0.0.0:{0}")]
    [InlineData("http://127.0.0.1:0", "http://+:{0}")]
    [InlineData("http://127.0.0.1:0", "http://localhost:{0}")]
    [InlineData("http://127.0.0.1:0", "http://id.example.com:{0}/")]
    public async Task A_server_is_found_at_the_address_that_it_is_bound_to(string bound, string named)
    {
        (string, string)[] proxies =
        [
            ("HTTP_PROXY", "http://127.0.0.1:9"), ("http_proxy", "http://127.0.0.1:9"), ("ALL_PROXY", "http://127.0.0.1:9"),
            ("HTTPS_PROXY", "http://127.0.0.1:9"),
        ];
        await using var server = await Replica.StartAsync(await cluster.CreateDatabaseAsync(), bound);
        var address = named.Replace("{0}", $"{server.Address.Port}", StringComparison.Ordinal);

        foreach (var variable in new[] { "ASPNETCORE_URLS", "DOTNET_URLS", "Kestrel__Endpoints__Public__Url" })
        {
            (await ServerProcess.RunAsync(["healthcheck"], [Production, (variable, address), ("ASPNETCORE_HTTP_PORTS", "1"), .. proxies])).ShouldExitWith(0);
        }

        if (!named.Contains("example.com", StringComparison.Ordinal))
        {
            (await ServerProcess.RunAsync(["healthcheck", "--url", address], [Production, .. proxies])).ShouldExitWith(0);
        }
    }

    [Fact]
    public async Task A_server_on_a_Unix_socket_or_with_an_untrusted_certificate_is_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "this test needs Unix sockets");
        var folder = Directory.CreateTempSubdirectory("cx-").FullName;
        var (socket, certificate) = (Path.Combine(folder, "id.sock"), Path.Combine(folder, "id.pfx"));
        using var certificates = new TestCertificates();
        await File.WriteAllBytesAsync(certificate, certificates.Localhost.Export(X509ContentType.Pfx), TestContext.Current.CancellationToken);
        var tls = $"https://127.0.0.1:{FreePort()}";
        await using var server = await Replica.StartAsync(
            await cluster.CreateDatabaseAsync(), "http://127.0.0.1:0",
            ("Kestrel__Endpoints__A__Url", "http://127.0.0.1:0"), ("Kestrel__Endpoints__B__Url", $"http://unix:{socket}"),
            ("Kestrel__Endpoints__C__Url", tls), ("Kestrel__Endpoints__C__Certificate__Path", certificate));

        foreach (var address in new[] { $"http://unix:{socket}", tls })
        {
            (await ServerProcess.RunAsync(["healthcheck"], Production, ("ASPNETCORE_URLS", address))).ShouldExitWith(0);
            (await ServerProcess.RunAsync(["healthcheck", "--url", address], Production)).ShouldExitWith(0);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_port_that_the_system_chooses_has_to_be_given_with_url()
    {
        var run = (await ServerProcess.RunAsync(["healthcheck"], Production, ("ASPNETCORE_URLS", "http://127.0.0.1:0"))).ShouldExitWith(1);

        Assert.Contains("--url", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unhealthy_server_and_an_unreachable_one_are_one_error_line_each()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var answering = AnswerAsync(listener, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        var unhealthy = (await ServerProcess.RunAsync(["healthcheck", "--url", address], Production)).ShouldExitWith(1);
        await answering;
        listener.Stop();
        var unreachable = (await ServerProcess.RunAsync(["healthcheck", "--url", address], Production)).ShouldExitWith(1);

        Assert.Contains("503", Assert.Single(unhealthy.ErrorLines), StringComparison.Ordinal);
        Assert.Contains(address, Assert.Single(unreachable.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(unhealthy.Output + unreachable.Output);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
    }
}
