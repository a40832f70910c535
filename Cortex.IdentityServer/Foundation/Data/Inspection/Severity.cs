namespace Cortex.IdentityServer.Foundation.Data.Inspection;

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
