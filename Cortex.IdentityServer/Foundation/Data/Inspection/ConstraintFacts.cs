namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A constraint of a documented table.</summary>
/// <remarks>
/// <c>Kind</c>: as in <c>pg_constraint.contype</c>.
/// <c>Target</c>: what a foreign key refers to.
/// <c>OurTarget</c>: the name of the documented table that it refers to; null where it refers to another one.
/// <c>OnDelete</c>: as in <c>pg_constraint.confdeltype</c>.
/// </remarks>
internal sealed record ConstraintFacts(
    string Table, string Name, char Kind, string[] Columns, string? Target, string? OurTarget, string[] TargetColumns, char OnDelete, bool IsValid,
    bool IsDeferrable, string Definition, string? Expression);
