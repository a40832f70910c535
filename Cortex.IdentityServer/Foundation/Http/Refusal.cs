using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Why the server refuses a request: an error from <see cref="Problems"/> with the details of this occurrence. Decisions return a refusal, and endpoints
/// turn it into a <see cref="Problem"/>.
/// </summary>
/// <param name="Code">The error's stable, machine-readable name.</param>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Title">A short, human-readable name that is the same for every occurrence.</param>
/// <param name="Detail">A human-readable sentence about this occurrence.</param>
internal sealed record Refusal(string Code, int Status, string Title, string Detail)
{
    /// <summary>The messages for each invalid field, by the field's JSON name.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>The number of seconds to wait before a retry, for 429 and 503.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Why the server rejected the credential.</summary>
    public CredentialError? Credential { get; init; }

    /// <summary>For <c>insufficient_scope</c>, the required scopes, separated by spaces, or null if they don't fit into a header.</summary>
    public string? Scope { get; init; }

    /// <summary>The token for the second step of a login whose password was correct.</summary>
    public string? TwoFactorToken { get; init; }

    /// <summary>The rate limit that the request was counted by, for the <c>RateLimit-…</c> headers.</summary>
    public RateDecision? Limit { get; init; }

    /// <summary>Returns a refusal for too many requests. The wait is rounded up to whole seconds, with a minimum of one.</summary>
    public static Refusal RateLimited(TimeSpan wait, RateDecision? limit = null) => Problems.RateLimited with
    {
        RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
        Limit = limit,
    };

    /// <summary>Returns a refusal for a server without capacity for this work. The wait is rounded up to whole seconds.</summary>
    public static Refusal Busy(TimeSpan wait) => Problems.ServiceUnavailable with
    {
        Detail = "The server is busy. Try again shortly.",
        RetryAfter = (int)Math.Ceiling(wait.TotalSeconds),
    };

    public static Refusal Invalid(string field, string message) => Invalid(new Dictionary<string, string[]> { [field] = [message] });

    public static Refusal Invalid(IReadOnlyDictionary<string, string[]> errors) => Problems.ValidationFailed with { Errors = errors };

    /// <summary>Whether this refusal has the error's code, whatever its details.</summary>
    public bool Is(Refusal error) => Code == error.Code;

    /// <summary>Returns the HTTP response for this refusal.</summary>
    public Problem ToProblem() => new(this);
}
