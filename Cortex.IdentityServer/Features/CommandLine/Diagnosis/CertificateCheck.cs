using System.Globalization;
using Cortex.IdentityServer.Foundation.Tls;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Checks how long the certificate in <c>TLS_CERT_FILE</c> is valid. That it fits its key is part of the settings.</summary>
internal static class CertificateCheck
{
    /// <summary>ACME clients renew certificates of 90 days a month before they expire.</summary>
    private const int MinDays = 21;

    private const string Renew = "Renew it; the server takes the new files without a restart";

    public static void Run(Examination work, CheckLines lines)
    {
        if (work.Get<ServerCertificate>().Current is not { } certificate)
        {
            if (work.App.Configuration[TlsOptions.CertificateVariable] is not { Length: > 0 })
            {
                lines.Ok("certificate", $"{TlsOptions.CertificateVariable} isn't set, so a proxy has to terminate TLS");
            }

            return;
        }

        var now = work.Get<TimeProvider>().GetUtcNow();
        var left = certificate.NotAfter - now;
        var until = string.Create(
            CultureInfo.InvariantCulture, $"The certificate for {certificate.Names} is valid until {certificate.NotAfter:yyyy-MM-dd HH:mm}Z");
        if (certificate.NotBefore > now)
        {
            lines.Fail("certificate", $"The certificate for {certificate.Names} isn't valid yet", "Correct this machine's clock, or use another certificate");
        }
        else if (left <= TimeSpan.Zero)
        {
            lines.Fail("certificate", $"The certificate for {certificate.Names} has expired", Renew);
        }
        else if (left < TimeSpan.FromDays(MinDays))
        {
            lines.Warn("certificate", string.Create(CultureInfo.InvariantCulture, $"{until}, for {left.TotalDays:0} more days"), Renew);
        }
        else
        {
            lines.Ok("certificate", string.Create(CultureInfo.InvariantCulture, $"{until}, for {left.TotalDays:0} more days"));
        }
    }
}
