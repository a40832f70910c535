using Cortex.IdentityServer.Foundation.Http.RateLimits;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>
/// Why a request isn't done: an error of <see cref="Problems"/>, with what this case adds to it. Decisions return it; endpoints answer with the
/// <see cref="Problem"/> that it becomes.
/// </summary>
/// <param name="Code">The stable name of the error for programs, in <c>code</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A short name for people, the same in every case.</param>
/// <param name="Detail">A sentence for people.</param>
internal sealed record Refusal(string Code, int Status, string Title, string Detail)
{
    /// <summary>The messages for each invalid field, by the field's name in JSON.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Seconds to wait before the next try; for 429 and 503.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What was wrong with the credential that was sent.</summary>
    public CredentialError? Credential { get; init; }

    /// <summary>The scopes that would be sufficient, separated by spaces, for <c>insufficient_scope</c>; null where a header can't hold them.</summary>
    public string? Scope { get; init; }

    /// <summary>The token for the second step of a login whose password was right.</summary>
    public string? TwoFactorToken { get; init; }

    /// <summary>The rate limit that the request was counted by, for the <c>RateLimit-…</c> headers.</summary>
    public RateDecision? Limit { get; init; }

    /// <summary>Too many attempts. The wait is rounded up to whole seconds, and is at least one.</summary>
    public static Refusal RateLimited(TimeSpan wait, RateDecision? limit = null) => Problems.RateLimited with
    {
        RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
        Limit = limit,
    };

    /// <summary>The server has no capacity left for this work. The wait is rounded up to whole seconds.</summary>
    public static Refusal Busy(TimeSpan wait) => Problems.ServiceUnavailable with
    {
        Detail = "The server is busy; try again soon.",
        RetryAfter = (int)Math.Ceiling(wait.TotalSeconds),
    };

    public static Refusal Invalid(string field, string message) => Invalid(new Dictionary<string, string[]> { [field] = [message] });

    public static Refusal Invalid(IReadOnlyDictionary<string, string[]> errors) => Problems.ValidationFailed with { Errors = errors };

    /// <summary>Whether it is this error, whatever the case adds.</summary>
    public bool Is(Refusal error) => Code == error.Code;

    /// <summary>The answer to the client.</summary>
    public Problem ToProblem() => new(this);
}
