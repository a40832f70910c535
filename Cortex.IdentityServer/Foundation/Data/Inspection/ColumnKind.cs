namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The types of documented columns.</summary>
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
