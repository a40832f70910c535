using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Configures how the server's certificate is verified, by libpq's rules where Npgsql's are weaker.</summary>
internal static class PostgresTls
{
    private const string System = "system";

    /// <summary>Returns what is wrong with the settings, or null.</summary>
    public static string? Apply(NpgsqlConnectionStringBuilder result)
    {
        // Otherwise, a server that doesn't request a password would be accepted.
        if (result.ChannelBinding == ChannelBinding.Require && result.RequireAuth is null)
        {
            result.RequireAuth = "ScramSHA256";
        }

        if (result.Host!.Split(',').All(host => host.TrimStart().StartsWith('/')))
        {
            // This is a socket directory: it has no TLS, whatever sslmode says (as in libpq), and no TCP.
            result.SslMode = SslMode.Disable;
            result.TcpKeepAlive = false;
            result.TcpKeepAliveTime = 0;
            result.TcpKeepAliveInterval = 0;
            return null;
        }

        return ApplyRootCertificate(result) ?? (result.SslMode == SslMode.Disable ? null : ValidateFiles(result)) ?? ValidateDirectNegotiation(result);
    }

    private static string? ApplyRootCertificate(NpgsqlConnectionStringBuilder result)
    {
        var isGiven = result.ShouldSerialize("SSL Mode");
        if (result.RootCertificate == System)
        {
            if (isGiven && result.SslMode != SslMode.VerifyFull)
            {
                return "With sslrootcert=system, sslmode must be verify-full: anyone can get a certificate from an authority that the system trusts.";
            }

            // Npgsql uses the machine's trust store if no file is configured.
            result.RootCertificate = null;
            result.SslMode = SslMode.VerifyFull;
            return null;
        }

        if (result.SslMode is SslMode.Allow or SslMode.Prefer && (!string.IsNullOrEmpty(result.RootCertificate) || result.CheckCertificateRevocation))
        {
            return $"The server's certificate isn't checked with sslmode={(result.SslMode == SslMode.Allow ? "allow" : "prefer")}: "
                + "with sslrootcert, sslmode must be verify-full, verify-ca or require.";
        }

        if (result.SslMode == SslMode.Require && !string.IsNullOrEmpty(result.RootCertificate))
        {
            result.SslMode = SslMode.VerifyCA;
        }

        return result is { SslMode: SslMode.Require, CheckCertificateRevocation: true }
            ? "Check Certificate Revocation needs SSL Mode=VerifyFull or VerifyCA."
            : null;
    }

    private static string? ValidateFiles(NpgsqlConnectionStringBuilder result)
    {
        foreach (var (name, path) in new[]
        {
            ("sslrootcert", result.RootCertificate), ("sslcert", result.SslCertificate), ("sslkey", result.SslKey),
        })
        {
            if (!string.IsNullOrEmpty(path) && !File.Exists(path))
            {
                return $"The file that {name} names doesn't exist or can't be read.";
            }
        }

        return null;
    }

    private static string? ValidateDirectNegotiation(NpgsqlConnectionStringBuilder result) =>
        result is { SslNegotiation: SslNegotiation.Direct, SslMode: not (SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull) }
            ? "With sslnegotiation=direct, sslmode must be require, verify-ca or verify-full."
            : null;
}
