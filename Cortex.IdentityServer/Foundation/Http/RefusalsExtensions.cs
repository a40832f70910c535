namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents a route's own refusals. The OpenAPI document adds those that all routes share (body, credential, database).</summary>
internal static class RefusalsExtensions
{
    public static TBuilder WithRefusals<TBuilder>(this TBuilder route, params Refusal[] codes)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Refusals(codes));
}
