using System.Globalization;
using Cortex.Polar.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Cortex.Polar.Pages;

/// <summary>The page on which customers manage their subscriptions. Here they can also make payments fail, and time pass.</summary>
internal sealed class PortalPage(PolarOrganization organization)
{
    private static readonly Dictionary<string, (string Label, Func<PolarSubscription, bool> Applies, Action<PolarSubscription> Do)> Actions = new()
    {
        ["cancel"] = ("Cancel at the end of the period", sub => IsBillable(sub) && !sub.CancelAtPeriodEnd, sub => sub.CancelAtEndOfPeriod()),
        ["uncancel"] = ("Take the cancellation back", sub => IsBillable(sub) && sub.CancelAtPeriodEnd, sub => sub.Uncancel()),
        ["revoke"] = ("End it now", sub => !sub.HasEnded, sub => sub.Revoke()),
        ["fail"] = ("Fail a payment", sub => sub.Status == PolarStatus.Active, sub => sub.FailPayment()),
        ["recover"] = ("Pay after all", sub => sub.Status == PolarStatus.PastDue, sub => sub.Recover()),
        ["cycle"] = ("End the period", sub => IsBillable(sub), sub => sub.Cycle()),
        ["pause"] = ("Pause", sub => sub.Status == PolarStatus.Active, sub => sub.Pause()),
        ["resume"] = ("Resume", sub => sub.Status == PolarStatus.Paused, sub => sub.Resume()),
    };

    public void Map(PolarRoutes routes)
    {
        routes.AddPage("GET", "/portal", call => Answer(call.Query["customer_session_token"].ToString(), Show));
        routes.AddPage("POST", "/portal", call =>
        {
            var form = QueryHelpers.ParseQuery(call.Request.Body);
            return Answer(form.GetValueOrDefault("customer_session_token").ToString(), session =>
                Act(session, form.GetValueOrDefault("subscription").ToString(), form.GetValueOrDefault("action").ToString()));
        });
    }

    private PolarAnswer Answer(string token, Func<PolarSession, PolarAnswer> answer) => organization.FindSession(token) is { } session
        ? answer(session)
        : PolarAnswer.Html(401, Html.Page("This link has expired", "<p>Open the portal again.</p>"));

    private PolarAnswer Act(PolarSession session, string subscriptionId, string action) => organization.Change(() =>
    {
        var subscription = session.Customer.Subscriptions.FirstOrDefault(found => found.Id.ToString() == subscriptionId);
        if (subscription is null || !Actions.TryGetValue(action, out var chosen) || !chosen.Applies(subscription))
        {
            return PolarAnswer.Html(409, Html.Page("That isn't possible", Back(session)));
        }

        chosen.Do(subscription);
        return PolarAnswer.RedirectTo(303, PathOf(session));
    });

    private PolarAnswer Show(PolarSession session)
    {
        var subscriptions = session.Customer.Subscriptions;
        var rows = subscriptions.Select(subscription =>
            $"""
            <tr>
            <td>{Html.Text(subscription.Product.Name)}</td>
            <td>{Html.Text(subscription.Status)}{(subscription is { CancelAtPeriodEnd: true, HasEnded: false } ? ", ends with its period" : "")}</td>
            <td>{Day(subscription.CurrentPeriodStart)} to {Day(subscription.CurrentPeriodEnd)}</td>
            <td>{string.Concat(Buttons(session, subscription))}</td>
            </tr>
            """);
        return PolarAnswer.Html(200, Html.Page(
            $"Subscriptions of {session.Customer.Email}",
            subscriptions.Count == 0
                ? "<p>There are none.</p>"
                : $"<table><tr><th>Product</th><th>Status</th><th>Period</th><th></th></tr>{string.Concat(rows)}</table>",
            session.ReturnUrl is null ? "" : $"<p><a href=\"{Html.Text(session.ReturnUrl)}\">Back</a></p>",
            Deliveries()));
    }

    private static IEnumerable<string> Buttons(PolarSession session, PolarSubscription subscription) =>
        from action in Actions
        where action.Value.Applies(subscription)
        select Html.Button(
            "/portal", action.Value.Label, ("customer_session_token", session.Token), ("subscription", subscription.Id.ToString()), ("action", action.Key));

    /// <summary>What became of the last webhooks, because that is what a developer wants to know next.</summary>
    private string Deliveries()
    {
        var rows = organization.Webhooks.Deliveries.TakeLast(15).Reverse().Select(delivery =>
            $"<tr><td>{Html.Text(delivery.Webhook.Type)}</td><td>{delivery.HttpCode?.ToString(CultureInfo.InvariantCulture) ?? "no answer"}</td>"
            + $"<td><small>{Html.Text(delivery.Succeeded ? "" : delivery.Response)}</small></td></tr>");
        var state = organization.Webhooks.IsEnabled ? "" : "<p><strong>The endpoint is disabled after too many failures. Restart the stub.</strong></p>";
        return $"<h2>Last webhooks</h2>{state}<table>{string.Concat(rows)}</table>";
    }

    private static bool IsBillable(PolarSubscription subscription) =>
        subscription.Status is PolarStatus.Active or PolarStatus.Trialing or PolarStatus.PastDue;

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string PathOf(PolarSession session) => $"/portal?customer_session_token={session.Token}";

    private static string Back(PolarSession session) => $"<p><a href=\"{Html.Text(PathOf(session))}\">Back</a></p>";
}
