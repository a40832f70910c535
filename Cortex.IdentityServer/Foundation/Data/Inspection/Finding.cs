namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>One thing that the inspection of a database has found: what it is, and what to do about it, in one line without any personal data.</summary>
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
