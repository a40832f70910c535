namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>An object that prevents a change of a column's type.</summary>
internal sealed record DependentFacts(string Table, string Column, string Kind, string Name);
