using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>What each of our sessions has, whatever was set for the role, the database or the server.</summary>
/// <remarks>
/// They travel with the start of a connection, which costs nothing and survives a reset. What the operator puts into <c>options</c> comes later and counts.
/// </remarks>
internal static class SessionDefaults
{
    private static readonly string Text = string.Join(' ',

        // Everything here is written for it: statements that guard themselves, and explicit locks. Under another one they would fail and have to be repeated.
        "-c default_transaction_isolation=read\\ committed",

        // A backslash in a text is a backslash.
        "-c standard_conforming_strings=on",

        // Connections that wait in the pool, and the one that listens, are meant to be idle.
        "-c idle_session_timeout=0");

    public static void AddTo(NpgsqlConnectionStringBuilder settings)
    {
        var theirs = settings.Options ?? Environment.GetEnvironmentVariable("PGOPTIONS");
        settings.Options = string.IsNullOrWhiteSpace(theirs) ? Text : $"{Text} {theirs}";
    }
}
