namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A column of a documented table.</summary>
/// <remarks>
/// <c>Type</c>: the name of its type, without length.
/// <c>FullType</c>: as PostgreSQL writes it, with length.
/// <c>TypeKind</c>: as in <c>pg_type.typtype</c>: <c>b</c> base, <c>d</c> domain, <c>e</c> enum.
/// <c>Length</c>: the length of a character type; null where it is unlimited.
/// <c>IsComputed</c>: an identity column or a generated one.
/// <c>HasDefault</c>: its own, or that of its domain.
/// </remarks>
internal sealed record ColumnFacts(
    string Table, string Name, string Type, string FullType, char TypeKind, int? Length, int? Precision, int? Scale,
    bool IsRequired, bool IsComputed, bool HasDefault, string? Default);
