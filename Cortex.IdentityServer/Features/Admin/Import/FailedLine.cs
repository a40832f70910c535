using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Admin.Import;

/// <summary>The result of an import's line that failed.</summary>
internal sealed record FailedLine : IExample<FailedLine>
{
    /// <summary>The line number, starting at 1; empty lines count here.</summary>
    public required int Line { get; init; }

    /// <summary>Always <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>
    /// The machine-readable error code: <c>validation_failed</c>, <c>email_taken</c>, <c>unknown_field</c>, <c>malformed_request</c> or
    /// <c>payload_too_large</c>.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>A human-readable explanation.</summary>
    public required string Detail { get; init; }

    /// <summary>The validation errors by field name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public static FailedLine Example => Of(2, Problems.EmailTaken with { Errors = new Dictionary<string, string[]> { ["email"] = ["is taken"] } });

    public static FailedLine Of(int line, Refusal refusal) => new()
    {
        Line = line,
        Status = "failed",
        Code = refusal.Code,
        Detail = refusal.Detail,
        Errors = refusal.Errors,
    };
}
