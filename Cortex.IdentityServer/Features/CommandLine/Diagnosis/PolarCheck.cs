using Cortex.IdentityServer.Features.Billing;
using Cortex.IdentityServer.Features.Billing.Polar;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Asks Polar for a customer that doesn't exist, which needs a valid access token and changes nothing.</summary>
internal static class PolarCheck
{
    private const string Unknown = "00000000-0000-4000-8000-000000000000";

    public static async Task RunAsync(Examination work, CheckLines lines, CancellationToken stop)
    {
        var options = work.Get<BillingOptions>();
        if (options.PolarAccessToken is null)
        {
            lines.Ok("polar", "POLAR_ACCESS_TOKEN isn't set, so nothing is sold");
            return;
        }

        var client = work.Get<PolarClient>();
        Report(await client.GetCustomerStateAsync(Unknown, PolarPriority.People, stop), "customers:read", options, lines);
        if (options.SendsUsage && !lines.HasFailed)
        {
            Report(await client.GetMetersAsync(page: 1, stop), "meters:read", options, lines);
        }

        if (options.PolarWebhookSecrets.Count == 0)
        {
            lines.Warn("polar webhooks", "POLAR_WEBHOOK_SECRET isn't set, so purchases are noticed only once a day", "Set it, as docs/billing.md says");
        }
    }

    private static void Report<T>(PolarAnswer<T> answer, string scope, BillingOptions options, CheckLines lines)
    {
        var api = $"Polar at {options.PolarApiUrl.Authority}";
        switch (answer)
        {
            case PolarAnswer<T>.Ok or PolarAnswer<T>.Absent:
                lines.Ok("polar", $"{api} accepts the access token and its scope {scope}");
                break;
            case PolarAnswer<T>.WrongVersion:
                lines.Fail("polar", $"{api} doesn't know the version {options.PolarApiVersion}", "Correct POLAR_API_VERSION");
                break;
            case PolarAnswer<T>.Unavailable { Reason: PolarFailure.Unauthorized }:
                lines.Fail("polar", $"{api} doesn't accept the access token", "Create a new token at Polar, and set POLAR_ACCESS_TOKEN");
                break;
            case PolarAnswer<T>.Unavailable { Reason: PolarFailure.Forbidden }:
                lines.Fail("polar", $"The access token lacks the scope {scope}", "Create a token with the scopes that docs/billing.md lists");
                break;
            case PolarAnswer<T>.Unavailable { Reason: var reason }:
                lines.Fail("polar", $"{api} gives no usable answer ({reason})", "docs/billing.md says what this word means");
                break;
            case PolarAnswer<T>.Refused { Status: var status, Reason: var reason }:
                lines.Fail("polar", $"{api} refuses a request that needs {scope} ({status} {reason})", "Check POLAR_API_URL and POLAR_API_VERSION");
                break;
        }
    }
}
