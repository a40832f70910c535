namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A column of a documented table.</summary>
/// <remarks>
/// <c>Type</c>: the name of its type, without length.
/// <c>FullType</c>: the type as PostgreSQL formats it, with length.
/// <c>TypeKind</c>: <c>pg_type.typtype</c>: <c>b</c> base, <c>d</c> domain, <c>e</c> enum.
/// <c>Length</c>: the length of a character type; null if it is unlimited.
/// <c>IsComputed</c>: it is an identity or generated column.
/// <c>HasDefault</c>: it or its domain has a default.
/// </remarks>
internal sealed record ColumnFacts(
    string Table, string Name, string Type, string FullType, char TypeKind, int? Length, int? Precision, int? Scale,
    bool IsRequired, bool IsComputed, bool HasDefault, string? Default);
