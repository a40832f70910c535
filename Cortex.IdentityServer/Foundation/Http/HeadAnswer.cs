using Microsoft.AspNetCore.Http.HttpResults;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The answer to HEAD where the body of GET is dear to make: the same status and type, and nothing is collected or recorded.</summary>
internal static class HeadAnswer
{
    /// <param name="contentType">Of the body that GET would get.</param>
    public static PushStreamHttpResult Of(string contentType) => TypedResults.Stream(_ => Task.CompletedTask, contentType);
}
