using static Cortex.IdentityServer.Foundation.Data.Inspection.ColumnKind;

namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>A column that the server uses on a table that another program may have created.</summary>
/// <remarks>
/// <c>Length</c>: the length of a <see cref="Varchar"/>.
/// <c>IsRequired</c>: the column is NOT NULL, and a table without it can't be adopted.
/// <c>Default</c>: the value that an INSERT without this column gives it.
/// </remarks>
internal sealed record DocumentedColumn(string Table, string Name, ColumnKind Kind, int Length = 0, bool IsRequired = false, string? Default = null)
{
    /// <summary>The type in PostgreSQL's notation.</summary>
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
