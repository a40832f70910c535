namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>Something that already has a name that the server needs.</summary>
internal sealed record TakenName(string Name, string Schema, string Kind, string? OnTable);
