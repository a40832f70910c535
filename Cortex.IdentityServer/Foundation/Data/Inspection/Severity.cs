namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The consequence of a finding for a migration.</summary>
internal enum Severity
{
    /// <summary>The migration can't proceed until the operator acts.</summary>
    Refuse,

    /// <summary>The migration corrects it.</summary>
    Repair,

    /// <summary>The migration leaves it alone, but the operator should know about it.</summary>
    Warn,
}
