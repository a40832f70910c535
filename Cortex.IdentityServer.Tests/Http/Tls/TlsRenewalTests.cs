using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Http.Tls;

/// <summary>A certificate is renewed without a restart.</summary>
public sealed class TlsRenewalTests(PostgresCluster cluster) : IDisposable
{
    private const string KeptPrevious = "the server keeps the previous certificate: ";

    private readonly TestChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task Renamed_files_and_files_that_are_written_in_place_are_taken_within_a_second()
    {
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync());
        using var second = _chain.Issue();
        using var third = _chain.Issue();

        server.Files.Rename(second);
        await server.ShouldServeAsync(second);
        server.Files.Write(third);
        await server.ShouldServeAsync(third);

        await server.ShouldLogAsync($"New TLS connections get the renewed certificate for id.example.com, 127.0.0.1 (serial number {third.SerialNumber})");
        Assert.DoesNotContain("ada@example.com", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mounted_secret_whose_link_is_swapped_is_taken_within_a_second()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "this test replaces a symbolic link as Linux does");
        using var files = new CertificateFolder();
        using var first = _chain.Issue();
        using var second = _chain.Issue();
        files.SwapLink(first);
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync(), files);
        Assert.Equal(first.SerialNumber, await server.ServedAsync());

        files.SwapLink(second);

        await server.ShouldServeAsync(second);
    }

    [Fact]
    public async Task Files_that_do_not_match_or_cannot_be_read_are_logged_once_and_taken_when_they_are_right()
    {
        using var files = new CertificateFolder();
        using var first = _chain.Issue();
        using var second = _chain.Issue();
        files.Write(first);
        await using var server = await TlsServer.StartAsync(_chain, await cluster.CreateDatabaseAsync(), files);

        foreach (var (spoil, reason) in new (Action Spoil, string Reason)[]
        {
            (() => files.RenameCertificate(second), "TLS_KEY_FILE must contain the private key of the first certificate in TLS_CERT_FILE"),
            (() => File.WriteAllText(files.CertificateFile, second.ChainPem[..^100]), "TLS_CERT_FILE must contain a certificate in PEM"),
            (() => File.WriteAllText(files.KeyFile, second.KeyPem[..^50]), "TLS_KEY_FILE must contain one private key in PEM"),
            (() => File.Delete(files.KeyFile), "TLS_KEY_FILE must name a file that this server may read"),
        })
        {
            files.Write(first);
            spoil();
            await server.ShouldLogAsync(KeptPrevious + reason);
            Assert.Equal(first.SerialNumber, await server.ServedAsync());
        }

        files.RenameCertificate(second);
        files.RenameKey(second);
        await server.ShouldServeAsync(second);

        // Each spoiled pair has stayed for several polls in the meantime.
        Assert.Equal(1, server.Log.Split(KeptPrevious + "TLS_KEY_FILE must name").Length - 1);
    }
}
