using System.ComponentModel;
using System.Text.Json;
using Cortex.IdentityServer.Audit;
using Cortex.IdentityServer.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Admin;

/// <summary>Which events are asked for.</summary>
internal sealed record AuditEventsQuery
{
    [FromQuery(Name = "limit"), LimitValue, Description("Events per page, 1 to 200; 50 by default.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("The next_cursor of the previous page.")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "actor"), IdValue, Description("Only what this user did, to any account.")]
    public string? Actor { get; init; }

    [FromQuery(Name = "user"), IdValue, Description("Only what happened to this user's account.")]
    public string? User { get; init; }

    [FromQuery(Name = "action"), AuditActionValue, Description("Only events with this action, such as login.failed.")]
    public string? Action { get; init; }

    [FromQuery(Name = "from"), TimeValue, Description("Only events at this time or later: ISO 8601 with Z or an offset.")]
    public string? From { get; init; }

    [FromQuery(Name = "to"), TimeValue, Description("Only events before this time.")]
    public string? To { get; init; }

    public AuditFilter Read(QueryReader reader)
    {
        var filter = new AuditFilter(
            reader.Id("actor", Actor), reader.Id("user", User), reader.Word("action", Action, AuditAction.All), reader.Time("from", From),
            reader.Time("to", To));
        if (filter.From > filter.To)
        {
            reader.Refuse("from", "must not be after to");
        }

        return filter;
    }
}

/// <summary>The name of an action.</summary>
internal sealed class AuditActionValueAttribute() : WordValueAttribute([.. AuditAction.All]);

/// <summary>Something that happened, as administrators see it.</summary>
/// <param name="Id">The id of the event.</param>
/// <param name="Action">What happened, such as <c>login.succeeded</c>, <c>password.changed</c>, <c>user.updated</c>.</param>
/// <param name="Outcome"><c>success</c> or <c>failure</c>.</param>
/// <param name="ActorId">The user who did it; null for somebody who wasn't authenticated, and for the operator's command line.</param>
/// <param name="UserId">Whose account it is about, which may be gone; null where there is none.</param>
/// <param name="OccurredAt">When.</param>
/// <param name="Ip">The IP address; null once the account is gone.</param>
/// <param name="UserAgent">The user agent; null once the account is gone.</param>
/// <param name="RequestId">The <c>X-Request-Id</c> of the request.</param>
/// <param name="Details">Details by name; for a change by an administrator, the state <c>before</c> and <c>after</c>. Null once the account is gone.</param>
internal sealed record AdminAuditEventResponse(
    Guid Id,
    string Action,
    string Outcome,
    Guid? ActorId,
    Guid? UserId,
    DateTimeOffset OccurredAt,
    string? Ip,
    string? UserAgent,
    string? RequestId,
    IReadOnlyDictionary<string, JsonElement>? Details)
{
    public static AdminAuditEventResponse Of(AuditEvent audit) => new(
        audit.Id,
        audit.Action,
        audit.Outcome,
        audit.ActorId,
        audit.UserId,
        audit.OccurredAt,
        audit.Ip?.ToString(),
        audit.UserAgent,
        audit.RequestId,
        AuditEventResponse.DetailsOf(audit));
}

/// <summary>A page of events, newest first.</summary>
/// <param name="Items">The events.</param>
/// <param name="NextCursor">For the next page; null at the end.</param>
internal sealed record AdminAuditEventPage(IReadOnlyList<AdminAuditEventResponse> Items, string? NextCursor)
{
    public static AdminAuditEventPage Of(AuditSlice slice) => new([.. slice.Items.Select(AdminAuditEventResponse.Of)], slice.Next?.ToText());
}
