namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>
/// A span as a collector receives it. Ids are in hexadecimal; a root has no parent. OTLP numbers the kinds: 1 is internal, 2 server, and 3 client.
/// </summary>
internal sealed record ReceivedSpan(
    string TraceId, string SpanId, string ParentId, string Name, ulong Kind, IReadOnlyDictionary<string, string> Attributes);
