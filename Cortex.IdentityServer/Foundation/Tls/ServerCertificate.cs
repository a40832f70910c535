namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>The certificate that new TLS connections get. A renewal replaces it.</summary>
internal sealed class ServerCertificate
{
    private volatile TlsCertificate? _current;

    /// <summary>The certificate, or null if the server has none of its own.</summary>
    public TlsCertificate? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>When the certificate expires, or null if the server has none of its own.</summary>
    public DateTimeOffset? NotAfter => _current?.NotAfter;
}
