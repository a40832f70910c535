namespace Cortex.IdentityServer.Data.Inspection;

/// <summary>What a finding means for a migration.</summary>
internal enum Severity
{
    /// <summary>The migration can't go on, and the operator has to act first.</summary>
    Refuse,

    /// <summary>The migration changes it by itself.</summary>
    Repair,

    /// <summary>The migration leaves it as it is, and the operator should know about it.</summary>
    Warn,
}

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
