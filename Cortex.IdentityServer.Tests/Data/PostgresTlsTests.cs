using System.Security.Cryptography.X509Certificates;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Foundation.Data.Connections;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Data;

/// <summary>A PostgreSQL with a certificate from a test authority, and a second authority that didn't issue it.</summary>
public sealed class TlsPostgres : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cx-tls-").FullName;
    private readonly TestCertificates _issuer = new();
    private readonly TestCertificates _stranger = new();
    private StandbyPair _postgres = null!;

    internal int Port => _postgres.PrimaryPort;

    /// <summary>The certificate file of the authority that issued the server's certificate.</summary>
    internal string Issuer => Path.Combine(_folder, "issuer.pem");

    /// <summary>The certificate file of the other authority.</summary>
    internal string Stranger => Path.Combine(_folder, "stranger.pem");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Issuer, _issuer.AuthorityPem);
        await File.WriteAllTextAsync(Stranger, _stranger.AuthorityPem);
        _postgres = await StandbyPair.StartAsync(isReplicated: false);
        using var key = _issuer.Localhost.GetECDsaPrivateKey()!;
        await _postgres.UseCertificateAsync(_issuer.Localhost.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        _issuer.Dispose();
        _stranger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The server's certificate is verified in the same way as libpq verifies it.</summary>
public sealed class PostgresTlsTests(TlsPostgres postgres) : IClassFixture<TlsPostgres>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sslmode=require")]
    [InlineData("sslmode=require&sslrootcert=ISSUER")]
    [InlineData("sslmode=verify-ca&sslrootcert=ISSUER")]
    [InlineData("sslmode=verify-full&sslrootcert=ISSUER")]
    [InlineData("requiressl=1&ssl_min_protocol_version=TLSv1.2")]
    public async Task A_certificate_that_meets_the_sslmode_is_accepted(string query)
    {
        await using var source = Source(query);
        await using var connection = await source.OpenConnectionAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT ssl AND version IN ('TLSv1.2', 'TLSv1.3') FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

        Assert.Equal(true, await command.ExecuteScalarAsync(Ct));
    }

    [Theory]
    [InlineData("sslmode=require&sslrootcert=STRANGER", "certificate isn't trusted")]
    [InlineData("sslmode=verify-ca&sslrootcert=STRANGER", "certificate isn't trusted")]
    [InlineData("sslmode=verify-full&sslrootcert=STRANGER", "certificate isn't trusted")]
    [InlineData("sslrootcert=system", "certificate isn't trusted")]
    [InlineData("sslmode=verify-full", "certificate isn't trusted")]
    [InlineData("sslmode=require&channel_binding=require", "not allowed")]
    public async Task An_untrusted_certificate_or_missing_channel_binding_is_rejected_with_the_reason(string query, string reason)
    {
        await using var source = Source(query);
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await source.OpenConnectionAsync(Ct));

        Assert.Contains(reason, FailureReason.Of(failure), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_reason_of_a_failed_handshake_is_in_the_startup_error()
    {
        var run = await ServerProcess.RunAsync(
            [],
            ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", "https://id.example.com"), ("JWT_SECRET_KEY", CortexApp.JwtSecret),
            ("SECRET_KEY", CortexApp.SecretKey),
            ("POSTGRES_URL", Url($"sslmode=require&sslrootcert={postgres.Stranger}")));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the TLS handshake failed: the server's certificate isn't trusted", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_that_the_system_trusts_is_enough_for_sslrootcert_system()
    {
        var run = await ServerProcess.RunAsync(
            ["migrate"],
            ("DOTNET_ENVIRONMENT", "Production"), ("PUBLIC_URL", "https://id.example.com"), ("JWT_SECRET_KEY", CortexApp.JwtSecret),
            ("SECRET_KEY", CortexApp.SecretKey), ("SSL_CERT_FILE", postgres.Issuer),
            ("POSTGRES_URL", Url("sslrootcert=system")));

        Assert.True(run.ExitCode == 0, run.Errors);
    }

    private string Url(string query) => $"postgresql://cortex@localhost:{postgres.Port}/cortex?{query}";

    private Npgsql.NpgsqlDataSource Source(string query)
    {
        var text = Url(query.Replace("ISSUER", postgres.Issuer, StringComparison.Ordinal).Replace("STRANGER", postgres.Stranger, StringComparison.Ordinal));
        Assert.True(PostgresUrl.TryParse(text, out var builder, out var error), error);
        return DataSources.BuildUnpooled(builder.ConnectionString);
    }
}
