using System.Diagnostics;

namespace Cortex.IdentityServer.Foundation.Telemetry;

/// <summary>
/// Passes the trace on to other services in <c>traceparent</c> (W3C Trace Context), but not the caller's <c>tracestate</c> and <c>baggage</c>, which may
/// contain anything.
/// </summary>
internal sealed class TraceParentPropagator : DistributedContextPropagator
{
    private const string Header = "traceparent";

    public static readonly TraceParentPropagator Instance = new();

    private TraceParentPropagator()
    {
    }

    public override IReadOnlyCollection<string> Fields { get; } = [Header];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            setter?.Invoke(carrier, Header, id);
        }
    }

    /// <summary>Requests that arrive are read by ASP.NET Core's own propagator.</summary>
    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        (traceId, traceState) = (null, null);

    /// <inheritdoc cref="ExtractTraceIdAndState"/>
    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
