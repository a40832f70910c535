using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data.Connections;

/// <summary>The settings of each of the server's sessions, which override the defaults of the role, the database, and PostgreSQL.</summary>
/// <remarks>
/// They are sent when a connection starts, which costs nothing and survives a reset. The operator's <c>options</c> follow and take precedence.
/// </remarks>
internal static class SessionDefaults
{
    private static readonly string Text = string.Join(' ',

        // All statements are written for this level: they use guarded updates and explicit locks. Under another level they would fail and have to be
        // retried.
        "-c default_transaction_isolation=read\\ committed",

        // A backslash in a string literal is an ordinary character.
        "-c standard_conforming_strings=on",

        // No statement runs long enough for compiled expressions to pay. Compiling them takes longer than a whole report, and PostgreSQL does it because it
        // can't estimate how few rows the ranges of an array have.
        "-c jit=off",

        // Pooled connections and the listener's are idle by design.
        "-c idle_session_timeout=0");

    public static void AddTo(NpgsqlConnectionStringBuilder settings)
    {
        var operatorOptions = settings.Options ?? Environment.GetEnvironmentVariable("PGOPTIONS");
        settings.Options = string.IsNullOrWhiteSpace(operatorOptions) ? Text : $"{Text} {operatorOptions}";
    }
}
