namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The server, the database and the role that the connection uses.</summary>
/// <remarks>
/// <c>Schema</c>: where <c>users</c> is, or where it would be created.
/// <c>ChoosesSchema</c>: the search path isn't PostgreSQL's default, so somebody has chosen it.
/// <c>UserSchemas</c>: the schemas that hold a table of users with passwords.
/// </remarks>
internal sealed record ServerFacts(
    int VersionNumber, string Version, string Encoding, string Role, string Database, string? Schema, bool ChoosesSchema, bool MayCreate,
    bool HasPlpgsql, bool IsReadOnly, string[] UserSchemas);
