using System.ComponentModel;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>The route that receives Polar's webhooks.</summary>
internal static class WebhookEndpoint
{
    /// <summary>The maximum size of a webhook, in bytes.</summary>
    public const int MaxBodyLength = 1024 * 1024;

    /// <summary>Receive a webhook from Polar</summary>
    /// <remarks>
    /// The body is an event of Polar as JSON, up to 1 MiB, signed according to the [Standard Webhooks](https://www.standardwebhooks.com) specification. The
    /// status 202 means that it is stored; the server works on it afterward. An event that was received before is answered with 202, too, and has no further
    /// effect. The status is 404 unless the operator has configured a secret (`POLAR_WEBHOOK_SECRET`).
    /// </remarks>
    internal static async Task<Results<Accepted, Problem>> ReceivePolarWebhook(
        [FromHeader(Name = "webhook-id"), Description("The event's id, at most 255 characters.")] string? id,
        [FromHeader(Name = "webhook-timestamp"), Description("When the webhook was sent, in seconds since 1970; at most 5 minutes off.")] string? timestamp,
        [FromHeader(Name = "webhook-signature"), Description("Signatures of the form `v1,{base64}`, separated by spaces.")] string? signature,
        HttpContext http,
        WebhookKeys keys,
        WebhookInbox inbox,
        TimeProvider clock)
    {
        if (keys.All.Count == 0)
        {
            return Problems.NotFound.ToProblem();
        }

        if (id is not { Length: > 0 and <= WebhookInbox.MaxIdLength } || timestamp is null || signature is null)
        {
            return Problems.InvalidSignature.ToProblem();
        }

        using var received = new MemoryStream();
        await http.Request.Body.CopyToAsync(received, http.RequestAborted);
        var body = received.ToArray();
        if (!WebhookSignature.IsValid(id, timestamp, signature, body, keys, clock.GetUtcNow()))
        {
            return Problems.InvalidSignature.ToProblem();
        }

        await inbox.StoreAsync(id, body, http.RequestAborted);
        return TypedResults.Accepted((string?)null);
    }
}
