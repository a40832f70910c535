using System.Globalization;
using Cortex.Polar.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Cortex.Polar.Pages;

/// <summary>The page on which somebody pays.</summary>
internal sealed class CheckoutPage(PolarOrganization organization)
{
    public void Map(PolarRoutes routes)
    {
        routes.AddPage("GET", "/checkout/{client_secret}", call => Answer(call, checkout => Show(checkout, null)));
        routes.AddPage("POST", "/checkout/{client_secret}", call => Answer(call, checkout => Pay(checkout, call)));
        routes.AddPage("GET", "/checkout/{client_secret}/confirmation", call => Answer(call, Confirm));
    }

    private PolarAnswer Answer(PolarCall call, Func<PolarCheckout, PolarAnswer> answer) =>
        organization.Checkouts.FirstOrDefault(checkout => checkout.ClientSecret == call.Values["client_secret"]) is { } found
            ? answer(found)
            : PolarAnswer.Html(404, Html.Page("There is no such checkout"));

    private static PolarAnswer Show(PolarCheckout checkout, string? refusal)
    {
        if (!checkout.IsOpen)
        {
            return PolarAnswer.Html(410, Html.Page("This checkout is closed", "<p>It has been paid or has expired.</p>"));
        }

        var product = checkout.Products[0];
        var price = (product.PriceInCents / 100m).ToString("0.00", CultureInfo.InvariantCulture);
        var email = $"value=\"{Html.Text(checkout.Customer?.Email ?? checkout.CustomerEmail)}\"{(checkout.Customer is null ? "" : " readonly")}";
        return PolarAnswer.Html(
            refusal is null ? 200 : 402,
            Html.Page(
                $"Buy {product.Name}",
                $"<p>{Html.Text(product.Name)}, ${price} a month.</p>",
                refusal is null ? "" : $"<p role=\"alert\"><strong>{Html.Text(refusal)}</strong></p>",
                $"""
                <form method="post" action="/checkout/{checkout.ClientSecret}">
                <p><label>Email <input type="email" name="email" required {email}></label></p>
                <p><button name="card" value="good">Pay</button> <button name="card" value="failing">Pay with a failing card</button></p>
                </form>
                """,
                checkout.ReturnUrl is null ? "" : $"<p><a href=\"{Html.Text(checkout.ReturnUrl)}\">Back</a></p>"));
    }

    private PolarAnswer Pay(PolarCheckout checkout, PolarCall call)
    {
        var form = QueryHelpers.ParseQuery(call.Request.Body);
        var email = form.TryGetValue("email", out var entered) ? entered.ToString().Trim() : null;
        if (form.TryGetValue("card", out var card) && card == "failing")
        {
            return Show(checkout, "Your card was declined.");
        }

        if (string.IsNullOrEmpty(email ?? checkout.Customer?.Email ?? checkout.CustomerEmail))
        {
            return Show(checkout, "Enter an email address.");
        }

        return organization.Change(() =>
        {
            if (!checkout.IsOpen)
            {
                return Show(checkout, null);
            }

            checkout.Pay(checkout.Customer is null && !string.IsNullOrEmpty(email) ? email : null);
            return PolarAnswer.RedirectTo(303, Destination(checkout));
        });
    }

    /// <summary>Polar adds a session of the customer to the seller's URL.</summary>
    private string Destination(PolarCheckout checkout) => checkout.GivesSession
        ? QueryHelpers.AddQueryString(
            checkout.SuccessUrl, "customer_session_token", organization.AddSession(checkout.Customer!, checkout.ReturnUrl).Token)
        : checkout.SuccessUrl;

    private static PolarAnswer Confirm(PolarCheckout checkout) => PolarAnswer.Html(
        200, Html.Page(checkout.Status == "succeeded" ? "Thank you" : "Not paid yet", $"<p>Checkout {checkout.Id}: {checkout.Status}.</p>"));
}
