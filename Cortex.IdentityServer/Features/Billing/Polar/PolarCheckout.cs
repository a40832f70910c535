using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A page of Polar on which a user can buy a product.</summary>
internal sealed record PolarCheckout(string Id, Uri Url)
{
    public static PolarCheckout? Read(JsonElement json) => json.Text("id") is { } id && json.WebUrl("url") is { } url ? new(id, url) : null;
}
