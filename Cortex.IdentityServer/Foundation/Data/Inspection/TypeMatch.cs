namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The result of comparing a column's type with the documented one.</summary>
internal abstract record TypeMatch
{
    private TypeMatch()
    {
    }

    /// <summary>The type is the documented one, or one that holds as much and is used in the same way.</summary>
    public sealed record Same : TypeMatch
    {
        public static Same Instance { get; } = new();

        private Same()
        {
        }
    }

    /// <summary>The column can be converted to the documented type without loss.</summary>
    /// <param name="Type">The type after the conversion.</param>
    /// <param name="Meaning">How the values are interpreted, as an addition to the operator's message.</param>
    /// <param name="IsWidening">Whether the column only becomes wider.</param>
    public sealed record Convertible(string Type, string Meaning = "", bool IsWidening = false) : TypeMatch;

    /// <summary>Only the database's owner can decide whether the values may be converted.</summary>
    /// <param name="Using">An expression that might convert them.</param>
    public sealed record Refused(string Using) : TypeMatch;

    public static TypeMatch Of(DocumentedColumn documented, ColumnFacts actual)
    {
        var column = Catalog.Quote(actual.Name);
        var refused = new Refused((documented.Kind, actual.Type) switch
        {
            (ColumnKind.Varchar or ColumnKind.Text, "bytea") => $"convert_from({column}, 'UTF8')",
            (ColumnKind.Money, _) => $"round({column}::numeric, 6)",
            (ColumnKind.TextList, "json" or "jsonb") => $"string_to_array({column} ->> 0, ',')",
            (ColumnKind.Time, _) => $"{column}::timestamp AT TIME ZONE 'UTC'",
            _ => $"{column}::{documented.Type}",
        });
        if (actual.TypeKind != 'b')
        {
            return refused;
        }

        return (documented.Kind, actual.Type) switch
        {
            (ColumnKind.Uuid, "uuid") or (ColumnKind.Boolean, "bool") or (ColumnKind.Integer, "int4") => Same.Instance,
            (ColumnKind.Time, "timestamptz") or (ColumnKind.TextList, "_text") => Same.Instance,
            (ColumnKind.Varchar or ColumnKind.Text, "text") => Same.Instance,
            (ColumnKind.Varchar, "varchar") => actual.Length < documented.Length ? new Convertible(documented.Type, IsWidening: true) : Same.Instance,
            (ColumnKind.Text, "varchar") => actual.Length is null ? Same.Instance : new Convertible("text", IsWidening: true),
            (ColumnKind.Varchar, "bpchar") => actual.Length <= documented.Length ? new Convertible(documented.Type, ", without the padding") : refused,
            (ColumnKind.Text, "bpchar") => new Convertible("text", ", without the padding"),
            (ColumnKind.Integer, "int2") => new Convertible("integer", IsWidening: true),
            (ColumnKind.Money, "numeric") => Money(actual),
            (ColumnKind.Time, "timestamp") => new Convertible("timestamptz", "; its values are read as UTC"),
            (ColumnKind.TextList, "_varchar") => new Convertible("text[]"),
            _ => refused,
        };
    }

    /// <summary>Requires at least four digits before the decimal point and six after it.</summary>
    private static TypeMatch Money(ColumnFacts actual)
    {
        if (actual is not { Precision: { } precision, Scale: { } scale } || (scale >= 6 && precision - scale >= 4))
        {
            return Same.Instance;
        }

        var after = Math.Max(scale, 6);
        return new Convertible($"numeric({Math.Max(precision - scale, 4) + after},{after})", IsWidening: true);
    }
}
