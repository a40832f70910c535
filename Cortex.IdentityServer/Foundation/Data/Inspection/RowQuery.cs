namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A query about rows, which returns one text, or null if there is nothing to report.</summary>
/// <remarks><c>OnFailure</c> handles a failure of the query; it is null if only a bug in this server could cause one.</remarks>
internal sealed record RowQuery(string Sql, Action<string?> OnResult, Action? OnFailure);
