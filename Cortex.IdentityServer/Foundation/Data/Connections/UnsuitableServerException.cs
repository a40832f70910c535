using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>Thrown when PostgreSQL answers but isn't a server that can be used.</summary>
internal sealed class UnsuitableServerException(string message) : NpgsqlException(message)
{
    /// <summary>True, so that Npgsql doesn't retry this one of several hosts for each connection.</summary>
    public override bool IsTransient => true;
}
