namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A constraint of a documented table.</summary>
/// <remarks>
/// <c>Kind</c>: <c>pg_constraint.contype</c>.
/// <c>Target</c>: the table that a foreign key references.
/// <c>OurTarget</c>: the name of the documented table that it references; null if it references another one.
/// <c>OnDelete</c>: <c>pg_constraint.confdeltype</c>.
/// </remarks>
internal sealed record ConstraintFacts(
    string Table, string Name, char Kind, string[] Columns, string? Target, string? OurTarget, string[] TargetColumns, char OnDelete, bool IsValid,
    bool IsDeferrable, string Definition, string? Expression);
