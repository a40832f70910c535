namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The state of the server and its database.</summary>
/// <param name="Status">The state of the server: <c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="Service">The service's name, which is the same as that of the earlier Python server.</param>
/// <param name="Version">The server's version.</param>
/// <param name="Database">The state of the database connection: <c>connected</c> or <c>disconnected</c>.</param>
internal sealed record HealthResponse(string Status, string Service, string Version, string Database) : IExample<HealthResponse>
{
    public const string ServiceName = "Cortex Memory Auth Server";

    public static HealthResponse Example => new("healthy", ServiceName, "0.1.0", "connected");

    public static HealthResponse UnhealthyExample => Example with { Status = "unhealthy", Database = "disconnected" };
}
