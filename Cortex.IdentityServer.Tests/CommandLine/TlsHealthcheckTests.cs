using Cortex.IdentityServer.Tests.Http.Tls;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary>The health check of a server that terminates TLS itself. It connects to this machine, which the certificate isn't valid for.</summary>
public sealed class TlsHealthcheckTests(PostgresCluster cluster) : IDisposable
{
    private static readonly (string, string) Production = ("DOTNET_ENVIRONMENT", "Production");

    private readonly TestChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task A_server_with_the_configured_certificate_is_healthy_even_while_only_one_file_is_renewed()
    {
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync());
        using var next = _chain.Issue();
        (string, string)[] settings = [Production, ("ASPNETCORE_HTTPS_PORTS", $"{server.Address.Port}"), .. server.Files.Variables];

        (await ServerProcess.RunAsync(["healthcheck"], settings)).ShouldExitWith(0);
        (await ServerProcess.RunAsync(["healthcheck", "--url", $"https://localhost:{server.Address.Port}"], settings)).ShouldExitWith(0);
        server.Files.RenameCertificate(next);
        (await ServerProcess.RunAsync(["healthcheck"], settings)).ShouldExitWith(0);
        server.Files.RenameKey(next);
        (await ServerProcess.RunAsync(["healthcheck"], settings)).ShouldExitWith(0);
    }

    /// <remarks>An expired certificate doesn't make the server unhealthy: a restart would not help.</remarks>
    [Fact]
    public async Task A_server_with_an_expired_certificate_is_healthy()
    {
        using var files = new CertificateFolder();
        using var expired = _chain.Issue(fromDays: -90, untilDays: -1);
        files.Write(expired);
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync(), files);

        (await ServerProcess.RunAsync(["healthcheck"], [Production, ("ASPNETCORE_URLS", server.Address.AbsoluteUri), .. files.Variables])).ShouldExitWith(0);
        await server.ShouldLogAsync("The TLS certificate for id.example.com, 127.0.0.1 expired at ");
    }

    [Fact]
    public async Task A_server_with_another_certificate_is_not_trusted()
    {
        using var files = new CertificateFolder();
        using var other = _chain.Issue();
        files.Write(other);
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync());

        var run = (await ServerProcess.RunAsync(["healthcheck"], [Production, ("ASPNETCORE_URLS", server.Address.AbsoluteUri), .. files.Variables]))
            .ShouldExitWith(1);

        Assert.Contains("has another certificate than TLS_CERT_FILE", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }
}
