using System.Text.Json.Serialization;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>An error (RFC 9457).</summary>
internal sealed record ProblemBody
{
    /// <summary>A URI that names the kind of error.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of error, for a person.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened, for a person.</summary>
    public required string Detail { get; init; }

    /// <summary>The kind of error, for a program: stable.</summary>
    public required string Code { get; init; }

    /// <summary>Names this request in the server's log; the same as the header X-Request-Id.</summary>
    public required string TraceId { get; init; }

    /// <summary>For validation errors: the field's name → what is wrong with it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>With <c>two_factor_required</c>: what to send to /login/2fa, within five minutes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TwoFactorToken { get; init; }
}
