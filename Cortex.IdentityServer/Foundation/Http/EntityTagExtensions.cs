namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Documents that a route's responses carry an entity tag.</summary>
internal static class EntityTagExtensions
{
    public static TBuilder ReturnsEntityTag<TBuilder>(this TBuilder route, string meaning)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new EntityTagMetadata(meaning));
}
