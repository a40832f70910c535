using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>An event of the caller's account.</summary>
/// <param name="Id">The id of the event.</param>
/// <param name="Action">What happened, such as <c>login.succeeded</c>, <c>password.changed</c>, <c>api_key.created</c>.</param>
/// <param name="Outcome">The outcome: <c>success</c> or <c>failure</c>.</param>
/// <param name="Actor">Who caused the event: <c>self</c>, <c>administrator</c>, or <c>unknown</c> if the client wasn't authenticated.</param>
/// <param name="OccurredAt">When the event occurred.</param>
/// <param name="Ip">The client's IP address; null if an administrator caused the event.</param>
/// <param name="UserAgent">The client's user agent; null if an administrator caused the event.</param>
/// <param name="Device">The program and system that the user agent names, such as <c>Chrome on Windows</c>; null if they aren't known.</param>
/// <param name="RequestId">The <c>X-Request-Id</c> of the request.</param>
/// <param name="Details">Details by name; for a change by an administrator, the state <c>before</c> and <c>after</c>.</param>
internal sealed record AuditEventResponse(
    Guid Id, string Action, string Outcome, string Actor, DateTimeOffset OccurredAt, string? Ip, string? UserAgent, string? Device,
    string? RequestId, IReadOnlyDictionary<string, JsonElement>? Details) : IExample<AuditEventResponse>
{
    public static AuditEventResponse Example => new(
        ExampleValues.Id, "login.succeeded", "success", "self", ExampleValues.Time, ExampleValues.Ip, ExampleValues.UserAgent, ExampleValues.Device,
        ExampleValues.RequestId, null);

    public static AuditEventResponse Of(AuditEvent audit) => new(
        audit.Id,
        audit.Action,
        audit.Outcome,
        audit.ActorId is null ? "unknown" : IsByAdministrator(audit) ? "administrator" : "self",
        audit.OccurredAt,
        IsByAdministrator(audit) ? null : audit.Ip?.ToString(),
        IsByAdministrator(audit) ? null : audit.UserAgent,
        IsByAdministrator(audit) ? null : DeviceName.Of(audit.UserAgent),
        audit.RequestId,
        DetailsOf(audit));

    public static IReadOnlyDictionary<string, JsonElement>? DetailsOf(AuditEvent audit) =>
        audit.Details is null ? null : JsonSerializer.Deserialize(audit.Details, AuditJson.Default.DictionaryStringJsonElement);

    /// <summary>Account owners don't see the IP addresses and user agents of administrators.</summary>
    private static bool IsByAdministrator(AuditEvent audit) => audit.ActorId is not null && audit.ActorId != audit.UserId;
}
