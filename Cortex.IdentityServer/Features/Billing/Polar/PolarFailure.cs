namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>The words for what can go wrong between this server and Polar.</summary>
internal static class PolarFailure
{
    /// <summary>No connection: the name doesn't resolve, nothing listens, or TLS fails.</summary>
    public const string Unreachable = "unreachable";

    public const string Timeout = "timeout";

    /// <summary>The connection ended before the answer did.</summary>
    public const string IncompleteAnswer = "incomplete_answer";

    public const string AnswerTooLarge = "answer_too_large";

    /// <summary>The answer isn't JSON, or lacks what the request is about.</summary>
    public const string UnexpectedAnswer = "unexpected_answer";

    /// <summary>A status from 500 to 599, or 408.</summary>
    public const string ServerError = "server_error";

    /// <summary>Polar's rate limit (429).</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>Polar answers with another address (3xx), to which the access token isn't sent.</summary>
    public const string Redirected = "redirected";

    /// <summary>Polar doesn't accept the access token (401).</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The access token lacks a scope, or the organization may not do this (403).</summary>
    public const string Forbidden = "forbidden";

    /// <summary>Polar doesn't know the version of its API that requests name (404).</summary>
    public const string WrongVersion = "wrong_version";

    /// <summary>This server's own limit on requests to Polar. Nothing was sent.</summary>
    public const string OwnLimit = "own_limit";

    /// <summary>Polar failed several times in a row, so people don't wait for it for a while. Nothing was sent.</summary>
    public const string CircuitOpen = "circuit_open";
}
