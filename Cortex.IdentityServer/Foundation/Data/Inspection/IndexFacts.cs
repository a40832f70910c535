namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>An index of a documented table.</summary>
/// <remarks>
/// <c>Columns</c>: its plain columns, in order.
/// <c>Uses</c>: every column that it depends on, including expressions and the predicate.
/// </remarks>
internal sealed record IndexFacts(
    string Table, string Name, bool IsUnique, bool IsUsable, bool IsPartial, bool HasExpressions, bool NullsAreEqual, string[] Columns,
    string[] Uses, string Definition);
