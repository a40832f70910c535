using System.Security.Authentication;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Foundation.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>Lets the server's https addresses use the certificate in <c>TLS_CERT_FILE</c>.</summary>
internal static class TlsFeature
{
    /// <summary>Kestrel's default address, and one for https next to it.</summary>
    private const string DefaultAddresses = "http://localhost:5000;https://localhost:5001";

    public static WebApplicationBuilder AddTls(this WebApplicationBuilder builder, SettingsReader settings)
    {
        var certificate = new ServerCertificate();
        builder.Services.AddSingleton(certificate).AddSingleton<IObservedMetrics, TlsMetrics>();
        var isConfigured = TlsOptions.Read(settings) is { } options && builder.TryAddCertificate(options, certificate, settings);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            if (isConfigured)
            {
                Use(certificate, https);
            }
        }));
        return builder;
    }

    /// <summary>Loads the certificate if the program serves requests. Commands don't need it.</summary>
    private static bool TryAddCertificate(this WebApplicationBuilder builder, TlsOptions options, ServerCertificate certificate, SettingsReader settings)
    {
        if (!settings.Serves)
        {
            return false;
        }

        var files = PemFiles.Read(options);
        switch (TlsCertificate.Load(files))
        {
            case CertificateResult.Loaded { Certificate: var loaded }:
                certificate.Current = loaded;
                break;
            case CertificateResult.Unusable { Variable: var variable, Requirement: var requirement }:
                settings.AddError(variable, requirement);
                return false;
        }

        builder.Services.AddSingleton(options);
        builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<CertificateWatch>(provider, files));
        builder.ChooseAddresses(settings);
        return true;
    }

    private static void ChooseAddresses(this WebApplicationBuilder builder, SettingsReader settings)
    {
        if (Listening.NamesCertificate(builder.Configuration))
        {
            settings.AddError(
                TlsOptions.CertificateVariable,
                "must not be set together with Kestrel__Certificates__Default__… or Kestrel__Endpoints__…__Certificate__…, which name a certificate too");
        }

        if (!Listening.IsConfigured(builder.Configuration))
        {
            builder.WebHost.UseUrls(DefaultAddresses);
        }
        else if (!Listening.Addresses(builder.Configuration).Any(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
        {
            settings.Warn(
                TlsOptions.CertificateVariable, $"has no effect, because the server listens on no https address; add one to {Listening.WhereToConfigure}");
        }
    }

    /// <summary>Gives each handshake the current certificate with its chain.</summary>
    private static void Use(ServerCertificate certificate, HttpsConnectionAdapterOptions https)
    {
        // Kestrel insists on a certificate or a selector, but a selector can't return the chain.
        https.ServerCertificateSelector = (_, _) => certificate.Current?.Context.TargetCertificate;
        https.OnAuthenticate = (_, handshake) =>
        {
            handshake.ServerCertificateSelectionCallback = null;
            handshake.ServerCertificateContext = certificate.Current?.Context;
        };
    }
}
