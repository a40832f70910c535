namespace Cortex.Polar;

/// <summary>A request that the API received.</summary>
/// <param name="Method">The method in capitals.</param>
/// <param name="Path">The path as it was sent, still percent-encoded.</param>
/// <param name="Query">The query with its question mark; empty if there was none.</param>
/// <param name="Headers">The headers by lower-case name.</param>
/// <param name="Body">The body as text.</param>
/// <param name="At">When it arrived.</param>
public sealed record PolarRequest(
    string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body, DateTimeOffset At)
{
    /// <summary>The status of the answer; null if there has been none.</summary>
    public int? Status { get; internal set; }

    /// <summary>The fault that it met.</summary>
    public PolarFault? Fault { get; internal set; }

    public override string ToString() => $"{Method} {Path}{Query} {Status}";
}
