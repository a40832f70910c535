namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A finding of a database inspection: what it is and what to do about it, in one line without personal data.</summary>
internal sealed record Finding(Severity Severity, string Text)
{
    /// <summary>The line that <c>migrate --check</c> prints.</summary>
    public override string ToString() => Severity switch
    {
        Severity.Refuse => $"refuse: {Text}",
        Severity.Repair => $"repair: {Text}",
        _ => $"warning: {Text}",
    };
}
