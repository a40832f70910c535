using System.Diagnostics;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>Starts the server's own spans. They carry no parameters: no user, email, password, key, or address.</summary>
internal static class Spans
{
    private static readonly ActivitySource Source = new(Product.TelemetryName, Product.Version);

    /// <summary>Starts a span within the current trace. Returns null if there is no trace, or if nothing receives it.</summary>
    public static Activity? StartWithin(string name, ActivityKind kind = ActivityKind.Internal) =>
        Activity.Current is null ? null : Source.StartActivity(name, kind);

    /// <summary>Starts a trace, for work that no request waits for. Returns null if nothing receives it.</summary>
    public static Activity? StartTrace(string name, ActivityKind kind) => Source.StartActivity(name, kind);
}
