using static Cortex.IdentityServer.Foundation.Data.Inspection.ColumnKind;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A column that the server reads and writes on a table that may have been made by another program.</summary>
/// <remarks>
/// <c>Length</c>: of a <see cref="Varchar"/>.
/// <c>IsRequired</c>: nOT NULL, and a table without it can't be taken over.
/// <c>Default</c>: what a plain INSERT gives it.
/// </remarks>
internal sealed record DocumentedColumn(string Table, string Name, ColumnKind Kind, int Length = 0, bool IsRequired = false, string? Default = null)
{
    /// <summary>As PostgreSQL writes it.</summary>
    public string Type => Kind switch
    {
        Uuid => "uuid",
        Varchar => $"varchar({Length})",
        Text => "text",
        ColumnKind.Boolean => "boolean",
        Integer => "integer",
        Money => "numeric(10,6)",
        Time => "timestamptz",
        _ => "text[]",
    };
}
