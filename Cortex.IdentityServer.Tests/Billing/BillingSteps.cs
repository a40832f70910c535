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
}
