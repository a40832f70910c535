namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Something that keeps the type of a column from being changed.</summary>
internal sealed record DependentFacts(string Table, string Column, string Kind, string Name);
