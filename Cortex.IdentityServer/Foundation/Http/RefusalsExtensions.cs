namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Notes refusals on a route; those of every route (body, credential, database) are added by the document itself.</summary>
internal static class RefusalsExtensions
{
    public static TBuilder Refuses<TBuilder>(this TBuilder route, params Refusal[] codes)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Refusals(codes));
}
