using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Audit;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Admin;

/// <summary>The query of a list of audit events.</summary>
internal sealed record AuditEventsQuery
{
    [FromQuery(Name = "limit"), LimitValue, Description("The number of events per page, 1 to 200; 50 by default.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("The next_cursor of the previous page.")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "actor"), IdValue, Description("Only events caused by this user, on any account.")]
    public string? Actor { get; init; }

    [FromQuery(Name = "user"), IdValue, Description("Only events about this user's account.")]
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
            reader.ReadId("actor", Actor), reader.ReadId("user", User), reader.ReadWord("action", Action, AuditAction.All), reader.ReadTime("from", From),
            reader.ReadTime("to", To));
        if (filter.From > filter.To)
        {
            reader.AddError("from", "must not be after to");
        }

        return filter;
    }
}
