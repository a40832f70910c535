using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Answers HEAD with the status and content type of GET without building its body, for routes where that is expensive.</summary>
internal static class HeadResponse
{
    /// <param name="contentType">The content type of GET's response.</param>
    public static PushStreamHttpResult Of(string contentType) => TypedResults.Stream(_ => Task.CompletedTask, contentType);
}
