using System.Globalization;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>A problem as a result: the code, and what this case adds to it.</summary>
internal sealed class Problem(ProblemCode code) : IResult
{
    private static readonly string Json = "application/problem+json";

    /// <summary>The error that is answered.</summary>
    public ProblemCode Code { get; } = code;

    /// <summary>A status other than the code's usual one: a wrong code while logged in must not look like a dead session.</summary>
    public int? Status { get; init; }

    /// <summary>A better sentence than the code's.</summary>
    public string? Detail { get; init; }

    /// <summary>What is wrong with which field, by its name on the wire.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Seconds to wait, for 429 and 503.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What was wrong with the credential that came.</summary>
    public CredentialError? Credential { get; init; }

    /// <summary>The scopes that would do, separated by spaces, for <c>insufficient_scope</c>; null where they can't be named in a header.</summary>
    public string? Scope { get; init; }

    /// <summary>The challenge that a right password earned.</summary>
    public string? TwoFactorToken { get; init; }

    public static implicit operator Problem(ProblemCode code) => new(code);

    /// <summary>Too many tries; the client is told to wait this long, and never not at all.</summary>
    public static Problem RateLimited(TimeSpan wait) => new(Problems.RateLimited) { RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) };

    /// <summary>All that could do the work is taken; the client is told when to come again.</summary>
    public static Problem Busy(TimeSpan wait) => new(Problems.ServiceUnavailable)
    {
        Detail = "The server is busy; try again soon.",
        RetryAfter = (int)Math.Ceiling(wait.TotalSeconds),
    };

    public static Problem Invalid(string field, string message) => Invalid(new Dictionary<string, string[]> { [field] = [message] });

    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors) => new(Problems.ValidationFailed) { Errors = errors };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status ?? Code.Status;
        if (response.StatusCode == StatusCodes.Status401Unauthorized || Code == Problems.InsufficientScope)
        {
            response.Headers.WWWAuthenticate = Challenges.For(httpContext, this);
        }

        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return response.WriteAsJsonAsync(Body(httpContext.TraceIdentifier), ApiJson.Default.ProblemBody, Json, httpContext.RequestAborted);
    }

    /// <summary>The body alone, which the OpenAPI document shows as an example.</summary>
    public ProblemBody Body(string traceId) => new()
    {
        Type = "urn:cortex-identity:problem:" + Code.Code,
        Title = Code.Title,
        Status = Status ?? Code.Status,
        Detail = Detail ?? Code.Detail,
        Code = Code.Code,
        TraceId = traceId,
        Errors = Errors,
        TwoFactorToken = TwoFactorToken,
    };
}
