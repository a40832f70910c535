using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>An error (RFC 9457).</summary>
internal sealed record ProblemBody
{
    /// <summary>A URI that identifies the error type.</summary>
    public required string Type { get; init; }

    /// <summary>A short, human-readable name of the error type.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status code.</summary>
    public required int Status { get; init; }

    /// <summary>A human-readable explanation of this occurrence.</summary>
    public required string Detail { get; init; }

    /// <summary>A stable, machine-readable name of the error type.</summary>
    public required string Code { get; init; }

    /// <summary>The request's id in the server's log, also sent in the X-Request-Id header.</summary>
    public required string TraceId { get; init; }

    /// <summary>For validation errors, maps the name of each invalid field to its messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>With <c>two_factor_required</c>, the token to send to /api/v1/auth/login/2fa within five minutes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TwoFactorToken { get; init; }
}
