using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>An audit event, as administrators see it.</summary>
/// <param name="Id">The id of the event.</param>
/// <param name="Action">What happened, such as <c>login.succeeded</c>, <c>password.changed</c>, <c>user.updated</c>.</param>
/// <param name="Outcome">The outcome: <c>success</c> or <c>failure</c>.</param>
/// <param name="ActorId">The user who caused the event; null for an unauthenticated client and for the operator's command line.</param>
/// <param name="ActorEmail">The email that this user has now; null if there is none, or the account was deleted.</param>
/// <param name="UserId">The user whose account the event is about, which may have been deleted; null if there is none.</param>
/// <param name="UserEmail">The email that this account has now; null if there is none, or it was deleted.</param>
/// <param name="OccurredAt">When the event occurred.</param>
/// <param name="Ip">The client's IP address; null after the account was deleted.</param>
/// <param name="UserAgent">The client's user agent; null after the account was deleted.</param>
/// <param name="Device">The program and system that the user agent names, such as <c>Chrome on Windows</c>; null if they aren't known.</param>
/// <param name="RequestId">The <c>X-Request-Id</c> of the request.</param>
/// <param name="Details">
/// Details by name; for a change by an administrator, the state <c>before</c> and <c>after</c>. Null after the account was deleted.
/// </param>
internal sealed record AdminAuditEventResponse(
    Guid Id,
    string Action,
    string Outcome,
    Guid? ActorId,
    string? ActorEmail,
    Guid? UserId,
    string? UserEmail,
    DateTimeOffset OccurredAt,
    string? Ip,
    string? UserAgent,
    string? Device,
    string? RequestId,
    IReadOnlyDictionary<string, JsonElement>? Details) : IExample<AdminAuditEventResponse>
{
    public static AdminAuditEventResponse Example => new(
        ExampleValues.Id,
        "user.updated",
        "success",
        new("0199f0f0-4a02-7d11-8a5e-6b0a4d1c7e42"),
        "admin@example.com",
        ExampleValues.Id,
        ExampleValues.Email,
        ExampleValues.Time,
        ExampleValues.Ip,
        ExampleValues.UserAgent,
        ExampleValues.Device,
        ExampleValues.RequestId,
        new Dictionary<string, JsonElement>
        {
            ["before"] = JsonElement.Parse("""{"is_active": true}"""),
            ["after"] = JsonElement.Parse("""{"is_active": false}"""),
        });

    public static AdminAuditEventResponse Of(NamedAuditEvent named)
    {
        var audit = named.Event;
        return new(
            audit.Id,
            audit.Action,
            audit.Outcome,
            audit.ActorId,
            named.ActorEmail,
            audit.UserId,
            named.UserEmail,
            audit.OccurredAt,
            audit.Ip?.ToString(),
            audit.UserAgent,
            DeviceName.Of(audit.UserAgent),
            audit.RequestId,
            AuditEventResponse.DetailsOf(audit));
    }
}
