namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>An existing object whose name the server needs.</summary>
internal sealed record TakenName(string Name, string Schema, string Kind, string? OnTable);
