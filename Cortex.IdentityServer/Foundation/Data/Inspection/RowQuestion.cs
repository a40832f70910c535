namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A question about rows: the statement returns one text, which is null where there is nothing to say.</summary>
/// <remarks><c>Failed</c> runs where the statement fails; it is null where only a mistake of ours could make it fail.</remarks>
internal sealed record RowQuestion(string Sql, Action<string?> Judge, Action? Failed);
