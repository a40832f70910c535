using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>PostgreSQL is there, but it isn't one that this server can work on.</summary>
internal sealed class UnsuitableServerException(string message) : NpgsqlException(message)
{
    /// <summary>So that Npgsql doesn't try this one of several hosts again for each connection.</summary>
    public override bool IsTransient => true;
}
