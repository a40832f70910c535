using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Foundation.Tls;

/// <summary>Shows when the server's own certificate ends.</summary>
internal sealed class TlsMetrics(ServerCertificate certificate) : IObservedMetrics
{
    public void AddTo(Meter meter) => meter.CreateObservableGauge(
        "cortex.tls.certificate.not_after", Observe, "s", "When the certificate of TLS_CERT_FILE ends, in seconds since 1970.");

    private IEnumerable<Measurement<long>> Observe() => certificate.NotAfter is { } end ? [new(end.ToUnixTimeSeconds())] : [];
}
