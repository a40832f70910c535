namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The types that documented columns have.</summary>
internal enum ColumnKind
{
    Uuid,
    Varchar,
    Text,
    Boolean,
    Integer,
    Money,
    Time,
    TextList,
}
