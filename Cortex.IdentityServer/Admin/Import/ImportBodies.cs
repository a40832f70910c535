using System.Text.Json.Serialization;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.Admin.Import;

/// <summary>A line that created an account.</summary>
/// <param name="Line">The line, counted from 1; empty ones count here.</param>
/// <param name="Status"><c>created</c>.</param>
/// <param name="Id">The new account.</param>
internal sealed record ImportedLine(int Line, string Status, Guid Id);

/// <summary>A line that failed.</summary>
internal sealed record FailedLine
{
    /// <summary>The line, counted from 1; empty ones count here.</summary>
    public required int Line { get; init; }

    /// <summary><c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>
    /// The kind of error, for a program: <c>validation_failed</c>, <c>email_taken</c>, <c>unknown_field</c>, <c>malformed_request</c> or
    /// <c>payload_too_large</c>.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>What happened, for a person.</summary>
    public required string Detail { get; init; }

    /// <summary>The field's name → what is wrong with it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public static FailedLine Of(int line, Problem problem) => new()
    {
        Line = line,
        Status = "failed",
        Code = problem.Code.Code,
        Detail = problem.Detail ?? problem.Code.Detail,
        Errors = problem.Errors,
    };
}

/// <summary>The progress of an import, reported after each batch.</summary>
/// <param name="Progress">So far.</param>
internal sealed record ImportProgress(ImportCounts Progress);

/// <summary>The last line of a complete import.</summary>
/// <param name="Summary">All in all.</param>
internal sealed record ImportSummary(ImportCounts Summary);

/// <summary>The last line of an import that was cut short. Accounts reported as created are kept.</summary>
/// <param name="Error">Why.</param>
internal sealed record ImportError(ImportErrorBody Error);

/// <summary>Why an import was cut short.</summary>
/// <param name="Code">
/// The kind of error, for a program: <c>payload_too_large</c>, <c>service_unavailable</c>, <c>malformed_request</c>, or <c>forbidden</c>,
/// <c>session_revoked</c> or <c>account_disabled</c> where the right to import was taken away.
/// </param>
/// <param name="Detail">What happened, for a person.</param>
/// <param name="Line">The first line without a result: the import can be sent again from here.</param>
internal sealed record ImportErrorBody(string Code, string Detail, int Line);
