using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A link to Polar's customer portal, which logs its customer in. It is a secret.</summary>
internal sealed record PolarPortal(Uri Url)
{
    /// <summary>Keeps the secret out of logs.</summary>
    public override string ToString() => nameof(PolarPortal);

    public static PolarPortal? Read(JsonElement json) => json.WebUrl("customer_portal_url") is { } url ? new(url) : null;
}
