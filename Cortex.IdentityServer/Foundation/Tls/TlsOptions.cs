using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>The files with the server's certificate.</summary>
/// <param name="CertificateFile"><c>TLS_CERT_FILE</c>: the certificate in PEM, followed by its chain.</param>
/// <param name="KeyFile"><c>TLS_KEY_FILE</c>: the certificate's private key in PEM, unencrypted.</param>
internal sealed record TlsOptions(string CertificateFile, string KeyFile)
{
    public const string CertificateVariable = "TLS_CERT_FILE";
    public const string KeyVariable = "TLS_KEY_FILE";

    /// <summary>Returns null unless both files are configured.</summary>
    public static TlsOptions? Read(SettingsReader settings)
    {
        switch (settings.ReadText(CertificateVariable), settings.ReadText(KeyVariable))
        {
            case ({ } certificate, { } key):
                return new(certificate, key);
            case ({ }, null):
                settings.AddError(KeyVariable, $"must name the file with the private key, because {CertificateVariable} is set");
                return null;
            case (null, { }):
                settings.AddError(CertificateVariable, $"must name the file with the certificate, because {KeyVariable} is set");
                return null;
            default:
                return null;
        }
    }
}
