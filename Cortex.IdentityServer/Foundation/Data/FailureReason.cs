using System.Security.Authentication;
using Cortex.IdentityServer.Foundation.Configuration;
using Npgsql;

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>Explains why a connection to PostgreSQL failed. Npgsql's message says what it tried; the inner exceptions say why it failed.</summary>
internal static class FailureReason
{
    public static string Of(Exception failure) => failure switch
    {
        _ when Find<AuthenticationException>(failure) is { } tls => $"the TLS handshake failed: {Explain(tls)}",
        { InnerException: AggregateException hosts } =>
            $"none of its hosts can be used: {string.Join("; ", hosts.InnerExceptions.Select(Of).Distinct(StringComparer.Ordinal))}",
        NpgsqlException { InnerException: null, Message: FrameworkInternals.NoSuitableHost } =>
            "none of its hosts has the state that target_session_attrs asks for",
        { InnerException: { } cause } when !failure.Message.Contains(cause.Message, StringComparison.Ordinal) => $"{failure.Message}: {Of(cause)}",
        _ => failure.Message,
    };

    /// <summary>Replaces .NET's message about a certificate validation callback, which means nothing to an operator.</summary>
    private static string Explain(AuthenticationException failure) => FrameworkInternals.IsUntrustedCertificate(failure)
        ? "the server's certificate isn't trusted (it isn't issued by an authority in sslrootcert, has expired or, with sslmode=verify-full, is for "
            + "another host)"
        : failure.InnerException is { } cause ? $"{failure.Message} {cause.Message}" : failure.Message;

    private static T? Find<T>(Exception? failure)
        where T : Exception
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is T found)
            {
                return found;
            }
        }

        return null;
    }
}
