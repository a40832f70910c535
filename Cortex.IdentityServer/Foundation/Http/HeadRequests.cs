namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Makes every GET route answer HEAD too (RFC 9110 section 9.3.2). Kestrel leaves out the body.</summary>
internal static class HeadRequests
{
    public static TBuilder AnswerHead<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder
    {
        routes.Finally(endpoint =>
        {
            for (var i = 0; i < endpoint.Metadata.Count; i++)
            {
                if (endpoint.Metadata[i] is IHttpMethodMetadata { HttpMethods: var methods } && methods.Contains(HttpMethods.Get)
                    && !methods.Contains(HttpMethods.Head))
                {
                    endpoint.Metadata[i] = new HttpMethodMetadata([.. methods, HttpMethods.Head]);
                }
            }
        });
        return routes;
    }
}
