namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The server, the database, and the role that the connection uses.</summary>
/// <remarks>
/// <c>Schema</c>: the schema that contains <c>users</c>, or in which it would be created.
/// <c>ChoosesSchema</c>: the search_path isn't PostgreSQL's default, so an administrator has set it.
/// <c>UserSchemas</c>: the schemas that contain a table of users with passwords.
/// </remarks>
internal sealed record ServerFacts(
    int VersionNumber, string Version, string Encoding, string Role, string Database, string? Schema, bool ChoosesSchema, bool CanCreate,
    bool HasPlpgsql, bool IsReadOnly, string[] UserSchemas);
