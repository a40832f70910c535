using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

internal static class BillingSteps
{
    /// <summary>Logs a user in and returns a client with the new session, because the clock of the test may have moved past the old one.</summary>
    public static async Task<HttpClient> SignedInAsync(this CortexApp app, TestUser user) => app.WithToken((await app.LogInAsync(user)).AccessToken);

    /// <summary>Reads what the caller has subscribed to.</summary>
    public static async Task<JsonElement> BillingAsync(this HttpClient http) =>
        await (await http.FetchAsync("/api/v1/billing")).JsonAsync(HttpStatusCode.OK);

    public static Task<HttpResponseMessage> BuyAsync(this HttpClient http, string? product = null, string? successPath = null) => successPath is null
        ? http.PostAsync("/api/v1/billing/checkout", new { product_id = product ?? PolarApp.Product })
        : http.PostAsync("/api/v1/billing/checkout", new { product_id = product ?? PolarApp.Product, success_path = successPath });

    public static Task<HttpResponseMessage> OpenPortalAsync(this HttpClient http) => http.FetchAsync("/api/v1/billing/portal");

    /// <summary>Returns the address in a successful response.</summary>
    public static async Task<Uri> UrlAsync(this Task<HttpResponseMessage> response) =>
        new((await (await response).JsonAsync(HttpStatusCode.OK)).GetProperty("url").GetString()!);
}
