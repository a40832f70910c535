namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Notes it on a route.</summary>
internal static class EntityTagExtensions
{
    public static TBuilder AnswersWithEntityTag<TBuilder>(this TBuilder route, string meaning)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new HasEntityTag(meaning));
}
