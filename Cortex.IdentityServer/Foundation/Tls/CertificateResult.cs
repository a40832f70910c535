namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>The outcome of loading the certificate and its key.</summary>
internal abstract record CertificateResult
{
    private CertificateResult()
    {
    }

    public sealed record Loaded(TlsCertificate Certificate) : CertificateResult;

    /// <param name="Variable">The variable that names the file.</param>
    /// <param name="Requirement">What the file must be, such as "must name a file that this server may read".</param>
    public sealed record Unusable(string Variable, string Requirement) : CertificateResult;
}
